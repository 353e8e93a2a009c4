//! The sanitiser: a plan in, a clean bundle out. What it makes can be made nowhere else.
//!
//! Titles, notes and every other free text stay behind, except texts a person approved word for word for this receiver.
//! The few facts a receiver needs to act (contact, what is asked) leave only where nothing withheld stands in them.

use super::clean::{
    Behind, CleanBundle, CleanCase, CleanLink, CleanRecord, CleanRequest, CleanText, CleanValue, Decision,
};
use super::decide::{companions, decide};
use super::lines::{self, Line};
use super::material::{Limit, Material, Record};
use super::policy::{PolicyError, Profile, TimeRule};
use super::shown::{How, Shown};
use super::token::{ObjectIds, Tokens};
use crate::model::fold::fold;
use crate::model::record::When;
use crate::model::{Class, Extractor, Hits, Instant, Kind, Tlp};
use std::collections::{BTreeMap, BTreeSet};

/// What to send, to whom, under which profile; checked to be allowed.
#[derive(Debug)]
pub struct Plan<'a> {
    material: &'a Material,
    profile: &'a Profile,
    tokens: Option<&'a Tokens>,
}

impl<'a> Plan<'a> {
    /// Refuses a sender, a receiver or a size the profile has no place for. Without a token key, what would be a token
    /// is withheld.
    pub fn new(material: &'a Material, profile: &'a Profile, tokens: Option<&'a Tokens>) -> Result<Self, PolicyError> {
        profile.permit(&material.sender, &material.receiver, material.records.len(), material.values.len())?;
        Ok(Self { material, profile, tokens })
    }
}

/// Decides about everything in the material. `extractor` reads values inside fields and facts.
#[must_use]
pub fn sanitise(plan: &Plan<'_>, extractor: &dyn Extractor) -> CleanBundle {
    let Plan { material, profile, tokens } = plan;
    let ids = ObjectIds::new(material.secret, material.receiver.path());
    let decisions = decide(material, profile, *tokens, extractor);
    let mut values: Vec<(usize, CleanValue)> = decisions
        .iter()
        .enumerate()
        .map(|(at, decision)| (at, clean_value(decision, profile, *tokens, &ids)))
        .collect();
    // The order of the store would tell when a value was entered.
    values.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let places: BTreeMap<(Kind, &str), usize> = values
        .iter()
        .enumerate()
        .filter_map(|(place, (at, _))| decisions.get(*at).map(|of| ((of.value.kind, of.value.value.as_str()), place)))
        .collect();
    let values: Vec<CleanValue> = values.iter().map(|(_, value)| value.clone()).collect();
    let desk =
        Desk { material, profile, extractor, ids: &ids, values: &values, places: &places, hidden: hidden(&decisions) };
    let mut behind = BTreeSet::new();
    let (records, citations, together) = desk.records(&mut behind);
    let case = desk.case(&mut behind);
    let (requests, texts, links) = (desk.requests(&mut behind), desk.texts(), desk.links());
    let mut rules = count(&decisions, |decision| decision.rule.clone());
    let left = material.records.len() - records.len();
    for (rule, how, number) in [
        ("record/source-limit", How::Withheld, left),
        ("free-text", How::Withheld, behind.len()),
        ("text/approved", How::Kept, texts.len()),
    ] {
        if number > 0 {
            rules.entry(rule.to_owned()).or_default().insert(how, number as u64);
        }
    }
    CleanBundle {
        bundle: material.bundle.clone(),
        sequence: material.sequence,
        store_id: material.store_id.clone(),
        tool: material.tool.clone(),
        sender: material.sender.clone(),
        receiver: material.receiver.clone(),
        at: material.at,
        profile: (profile.name().to_owned(), profile.serial(), profile.hash().to_owned()),
        epoch: tokens.map(|tokens| tokens.epoch().to_owned()),
        rules,
        kinds: count(&decisions, |decision| decision.value.kind),
        ids: ids.clone(),
        residual: Vec::new(),
        behind: behind.into_iter().collect(),
        case,
        records,
        citations,
        together,
        links,
        requests,
        texts,
        values,
        decisions,
    }
}

fn count<K: Ord>(decisions: &[Decision], key: impl Fn(&Decision) -> K) -> BTreeMap<K, BTreeMap<How, u64>> {
    let mut out: BTreeMap<K, BTreeMap<How, u64>> = BTreeMap::new();
    for decision in decisions {
        *out.entry(key(decision)).or_default().entry(decision.shown.how()).or_default() += 1;
    }
    out
}

/// Folded values and spellings that may not stand in a fact.
fn hidden(decisions: &[Decision]) -> Vec<String> {
    let hidden = decisions.iter().filter(|decision| decision.shown.how() != How::Kept);
    hidden
        .flat_map(|decision| std::iter::once(&decision.value.value).chain(&decision.value.spellings))
        .map(|text| fold(text))
        .filter(|text| text.chars().count() >= 4)
        .collect()
}

fn clean_value(decision: &Decision, profile: &Profile, tokens: Option<&Tokens>, ids: &ObjectIds) -> CleanValue {
    let value = &decision.value;
    let open = matches!(decision.shown.how(), How::Kept | How::General);
    let exact = open && !value.benign;
    let time = |at: Option<Instant>| at.map(|at| blur(at, profile.time(exact)));
    let beside = open && value.tokenable && value.class != Some(Class::Knowledge);
    CleanValue {
        id: ids.id(&format!("{}\0{}", value.kind, value.value)),
        kind: value.kind,
        shown: decision.shown.clone(),
        token: tokens.filter(|_| beside).map(|tokens| tokens.of(value.kind, &value.value)),
        coarse: match decision.shown.how() {
            How::Token => companions(value.kind, &value.value, profile),
            _ => BTreeMap::new(),
        },
        role: value.role,
        benign: value.benign,
        implied: value.implied,
        verified: value.verified,
        count: value.count,
        first: time(value.first),
        last: time(value.last),
    }
}

fn blur(at: Instant, rule: TimeRule) -> String {
    let local = at.iso(crate::model::time::JST_MINUTES);
    let cut = match rule {
        TimeRule::Keep => return at.utc_millis(),
        TimeRule::Day => 10,
        TimeRule::Month => 7,
    };
    local.get(..cut).unwrap_or("").to_owned()
}

/// A loss in bands: the exact sum of a rare loss names its victim.
pub(super) fn band(yen: u64) -> String {
    let bounds = [0_u64, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 1_000_000_000];
    let low = bounds.iter().rev().find(|bound| **bound <= yen).copied().unwrap_or(0);
    match bounds.iter().find(|bound| **bound > yen) {
        Some(high) => format!("{low}-{}", high - 1),
        None => format!("{low}-"),
    }
}

type Records = (Vec<CleanRecord>, Vec<crate::model::Citation>, Vec<(usize, usize, u64)>);

/// What is needed to clean the parts of one case.
struct Desk<'a> {
    material: &'a Material,
    profile: &'a Profile,
    extractor: &'a dyn Extractor,
    ids: &'a ObjectIds,
    values: &'a [CleanValue],
    places: &'a BTreeMap<(Kind, &'a str), usize>,
    hidden: Vec<String>,
}

impl Desk<'_> {
    fn place(&self, kind: Kind, value: &str) -> Option<usize> {
        self.places.get(&(kind, value)).copied()
    }

    fn decided(&self, kind: Kind, value: &str) -> Option<&CleanValue> {
        self.place(kind, value).and_then(|at| self.values.get(at))
    }

    fn records(&self, behind: &mut BTreeSet<Behind>) -> Records {
        let (mut records, mut citations, mut together) = (Vec::new(), Vec::new(), BTreeMap::new());
        let chosen = self.material.records.iter().filter(|record| !Limit::stops(record.limit.as_ref()));
        for record in chosen.filter(|_| self.profile.sends_records()) {
            let inside: BTreeSet<usize> =
                record.hits.iter().filter_map(|hit| self.place(hit.kind, &hit.value)).collect();
            let offending = inside.iter().filter_map(|at| self.values.get(*at)).any(CleanValue::is_offending);
            let eye = lines::Eye {
                extractor: self.extractor,
                decided: &|kind, value| self.decided(kind, value),
                amount: self.profile.amount(offending),
            };
            let line = lines::show(record, &eye);
            behind.extend(line.behind.iter().cloned());
            records.push(self.record(record, line, &inside, offending, citations.len()));
            citations.push(record.place.clone());
            for a in &inside {
                for b in inside.range(a + 1..) {
                    *together.entry((*a, *b)).or_insert(0_u64) += 1;
                }
            }
        }
        (records, citations, together.into_iter().map(|((a, b), count)| (a, b, count)).collect())
    }

    fn record(&self, record: &Record, line: Line, inside: &BTreeSet<usize>, offending: bool, at: usize) -> CleanRecord {
        let rule = self.profile.time(offending);
        let (datetime, time_note) = match record.when {
            When::At { instant, known, precision, .. } => {
                let known = serde_json::to_value(known).ok();
                let known = known.as_ref().and_then(serde_json::Value::as_str).unwrap_or("");
                let skew = match record.skew_secs {
                    0 => String::new(),
                    skew => format!(", clock {skew:+} s taken off"),
                };
                (Some(blur(instant, rule)), format!("{known}, {precision:?}, {rule:?}{skew}").to_lowercase())
            }
            When::Undated(why) => (None, format!("undated, {why:?}").to_lowercase()),
        };
        let held = inside.iter().filter_map(|at| self.values.get(*at)).filter(|value| value.is_shown());
        CleanRecord {
            evidence: self.ids.id(&record.evidence),
            cite: format!("cite:{}:{at}", self.material.bundle),
            datetime,
            time_note,
            format: lines::format_name(&record.format).to_owned(),
            message: line.message,
            fields: line.fields,
            values: held.map(|value| value.id.clone()).collect(),
        }
    }

    /// A fact in words, if nothing in it was withheld; else it stays behind.
    fn fact(&self, what: &str, text: Option<&String>, behind: &mut BTreeSet<Behind>) -> Option<String> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let mut hits = Hits::default();
        self.extractor.find(text, &mut hits);
        let folded = fold(text);
        // The sender's own telephone stands in the contact: it is not evidence.
        let told = hits.iter().any(|(hit, value)| {
            let kept = self.decided(hit.kind, value).is_some_and(|clean| clean.shown.how() == How::Kept);
            !(kept || what == "contact" && self.decided(hit.kind, value).is_none())
        }) || self.hidden.iter().any(|hidden| folded.contains(hidden.as_str()));
        if told {
            behind.insert(Behind { what: what.to_owned(), text: text.clone() });
            return None;
        }
        Some(text.clone())
    }

    fn case(&self, behind: &mut BTreeSet<Behind>) -> CleanCase {
        let case = &self.material.case;
        let police = self.profile.is_police();
        behind.insert(Behind { what: "title".to_owned(), text: case.title.clone() });
        let mut fact = |what: &str, text: &Option<String>| self.fact(what, text.as_ref().filter(|_| police), behind);
        let (number, offence) = (fact("number", &case.number), fact("offence", &case.offence));
        let (contact, urgency) = (fact("contact", &case.contact), fact("urgency", &case.urgency));
        let (handling, deadline) = (fact("handling", &case.handling), fact("deadline", &case.deadline));
        let recognised_on = fact("recognised_on", &case.recognised_on);
        let mut list = |what: &str, texts: &[String]| -> Vec<String> {
            texts.iter().filter_map(|text| fact(what, &Some(text.clone()))).collect()
        };
        let (method, asks) = (list("method", &case.method), list("asks", &case.asks));
        CleanCase {
            id: self.ids.id(case.id.as_str()),
            number,
            unit: case.unit.clone(),
            stage: case.stage,
            offence,
            method,
            recognised_on,
            loss_band: case.loss_yen.filter(|_| police).map(band),
            contact,
            asks,
            urgency,
            deadline,
            tlp: self.tlp(),
            handling,
            training: case.training,
        }
    }

    /// The strictest label of the case and of everything that goes along.
    fn tlp(&self) -> Tlp {
        let records = self.material.records.iter().filter_map(|record| record.limit.as_ref());
        let values = self.material.values.iter().filter_map(|value| value.limit.as_ref());
        let labels = records.chain(values).filter_map(|words| match Limit::of(words) {
            Limit::Label(label) => Some(label),
            Limit::Stop => None,
        });
        labels.fold(self.material.case.tlp, Ord::max)
    }

    fn requests(&self, behind: &mut BTreeSet<Behind>) -> Vec<CleanRequest> {
        let sent = self.material.requests.iter().filter(|_| self.profile.is_police());
        sent.map(|request| CleanRequest {
            kind: self.fact("request", Some(&request.kind), behind).unwrap_or_default(),
            addressee: self.fact("addressee", Some(&request.addressee), behind),
            target: self.target(&request.target),
            date: self.fact("date", Some(&request.date), behind).unwrap_or_default(),
            due: self.fact("due", request.due.as_ref(), behind),
            state: self.fact("state", Some(&request.state), behind).unwrap_or_default(),
        })
        .collect()
    }

    fn target(&self, text: &str) -> Option<Shown> {
        let mut hits = Hits::default();
        self.extractor.find(text, &mut hits);
        let whole = hits.iter().find(|(hit, _)| !hit.implied);
        let decided = whole.and_then(|(hit, value)| self.decided(hit.kind, value));
        decided.map(|clean| clean.shown.clone()).filter(|shown| shown.how() != How::Withheld)
    }

    fn texts(&self) -> Vec<CleanText> {
        let approved = self.material.texts.iter().filter(|text| text.receiver == self.material.receiver);
        approved.map(|text| CleanText { noun: text.noun.clone(), text: text.text.clone() }).collect()
    }

    fn links(&self) -> Vec<CleanLink> {
        let ends = |(kind, value): &(Kind, String)| self.decided(*kind, value).filter(|clean| clean.is_shown());
        let links = self.material.links.iter().filter_map(|link| {
            let (a, b) = (ends(&link.from)?, ends(&link.to)?);
            Some(CleanLink { a: a.id.clone(), b: b.id.clone(), grade: link.grade })
        });
        links.collect()
    }
}
