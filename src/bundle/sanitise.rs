//! The sanitiser: material and a profile in, a clean bundle out. What it makes can be made nowhere else.
//!
//! The strictest role of a value holds throughout one bundle. Titles, notes and every other free text stay behind.

use super::lines::{self, Line};
use super::material::{Material, Record, Value};
use super::policy::{PolicyError, Profile, TimeRule, Verb};
use super::shown::{How, Shown};
use super::token::{ObjectIds, Tokens};
use crate::model::evidence::Citation;
use crate::model::record::When;
use crate::model::{Class, Instant, Kind, Role, Tlp, Unit};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A value as it leaves, with what may be said of it.
#[derive(Clone, Debug, Serialize)]
pub struct CleanValue {
    /// Derived id.
    pub id: String,
    /// Kind.
    pub kind: Kind,
    /// The value, token, coarse form or nothing.
    pub shown: Shown,
    /// Its token, beside a kept value of a tokenable kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Role stated.
    pub role: Option<Role>,
    /// Known to be shared by everybody.
    pub benign: bool,
    /// Seen only inside another value.
    pub implied: bool,
    /// Its rule holds.
    pub verified: bool,
    /// Records it was seen in.
    pub count: u64,
    /// First seen, RFC 3339; coarser where it is not an offender's.
    pub first: Option<String>,
    /// Last seen.
    pub last: Option<String>,
}

/// A record as it leaves.
#[derive(Clone, Debug, Serialize)]
pub struct CleanRecord {
    /// Derived id of its evidence.
    pub evidence: String,
    /// Citation number; only the sender can open it.
    pub cite: String,
    /// When, as coarse as the profile wants.
    pub datetime: Option<String>,
    /// How the time was known and how coarse it was made.
    pub time_note: String,
    /// The format's name.
    pub format: String,
    /// The line put together from what may be shown.
    pub message: String,
    /// Fields that may be shown.
    pub fields: BTreeMap<String, String>,
    /// Derived ids of the values in it.
    pub values: Vec<String>,
}

/// A request as it leaves.
#[derive(Clone, Debug, Serialize)]
pub struct CleanRequest {
    /// Type.
    pub kind: String,
    /// Date on the paper.
    pub date: String,
    /// Due.
    pub due: Option<String>,
    /// State.
    pub state: String,
}

/// The facts of the case as they leave.
#[derive(Clone, Debug, Serialize)]
pub struct CleanCase {
    /// Derived id.
    pub id: String,
    /// Number on paper, for police receivers.
    pub number: Option<String>,
    /// The unit that holds it.
    pub unit: Unit,
    /// Stage.
    pub stage: crate::model::Stage,
    /// Offence.
    pub offence: Option<String>,
    /// Method tags.
    pub method: Vec<String>,
    /// 認知日.
    pub recognised_on: Option<String>,
    /// Loss in bands of yen, as `1000000-4999999`.
    pub loss_band: Option<String>,
    /// Contact section and extension.
    pub contact: Option<String>,
    /// What is asked.
    pub asks: Vec<String>,
    /// Urgency.
    pub urgency: Option<String>,
    /// Answer wanted by.
    pub deadline: Option<String>,
    /// Label.
    pub tlp: Tlp,
    /// Handling.
    pub handling: Option<String>,
    /// Training material.
    pub training: bool,
}

/// Everything a writer may write, bound to one profile and one receiver.
#[derive(Debug)]
pub struct CleanBundle {
    pub(super) bundle: String,
    pub(super) store_id: String,
    pub(super) sender: Unit,
    pub(super) receiver: Unit,
    pub(super) at: Instant,
    pub(super) profile: (String, u32, String),
    pub(super) epoch: String,
    pub(super) ids: ObjectIds,
    pub(super) case: CleanCase,
    pub(super) values: Vec<CleanValue>,
    pub(super) records: Vec<CleanRecord>,
    pub(super) together: Vec<(usize, usize, u64)>,
    pub(super) requests: Vec<CleanRequest>,
    pub(super) rules: BTreeMap<String, BTreeMap<How, u64>>,
    pub(super) kinds: BTreeMap<Kind, BTreeMap<How, u64>>,
    citations: Vec<Citation>,
    decisions: Vec<Decision>,
}

/// What was decided about one value: for the review screen and the check before release; never written to a bundle.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The value as it stands in the store.
    pub value: Value,
    /// How it leaves.
    pub shown: Shown,
    /// The rule that decided.
    pub rule: String,
}

impl CleanBundle {
    /// What the citation numbers stand for: kept by the sender.
    #[must_use]
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// Every decision.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// Values kept, tokenised, generalised, withheld.
    #[must_use]
    pub fn counts(&self) -> [u64; 4] {
        [How::Kept, How::Token, How::General, How::Withheld]
            .map(|how| self.values.iter().filter(|value| value.shown.how() == how).count() as u64)
    }

    /// Records that go along.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.records.len()
    }
}

/// Decides about everything in the material.
pub fn sanitise(material: &Material, profile: &Profile, tokens: &Tokens) -> Result<CleanBundle, PolicyError> {
    profile.permit(&material.sender)?;
    let ids = ObjectIds::new(material.secret, material.receiver.path());
    let decisions = decide(material, profile, tokens);
    let mut values: Vec<(usize, CleanValue)> =
        decisions.iter().enumerate().map(|(at, decision)| (at, clean_value(decision, profile, tokens, &ids))).collect();
    // The order of the store would tell when a value was entered.
    values.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    let places: BTreeMap<(Kind, &str), usize> = values
        .iter()
        .enumerate()
        .filter_map(|(place, (at, _))| {
            decisions.get(*at).map(|decision| ((decision.value.kind, decision.value.value.as_str()), place))
        })
        .collect();
    let values: Vec<CleanValue> = values.iter().map(|(_, value)| value.clone()).collect();
    let (mut records, mut citations, mut together) = (Vec::new(), Vec::new(), BTreeMap::new());
    if profile.sends_records() {
        for record in &material.records {
            let inside: BTreeSet<usize> = record
                .values
                .iter()
                .filter_map(|(kind, value)| places.get(&(*kind, value.as_str())).copied())
                .collect();
            let shown = lines::show(record, &|kind, value| places.get(&(kind, value)).and_then(|at| values.get(*at)));
            records.push(clean_record(record, shown, &inside, &values, profile, (&ids, material, citations.len())));
            citations.push(record.place.clone());
            for a in &inside {
                for b in inside.range(a + 1..) {
                    *together.entry((*a, *b)).or_insert(0_u64) += 1;
                }
            }
        }
    }
    Ok(CleanBundle {
        bundle: material.bundle.clone(),
        store_id: material.store_id.clone(),
        sender: material.sender.clone(),
        receiver: material.receiver.clone(),
        at: material.at,
        profile: (profile.name().to_owned(), profile.serial(), profile.hash().to_owned()),
        epoch: tokens.epoch().to_owned(),
        case: clean_case(material, profile, &ids),
        requests: clean_requests(material, profile),
        rules: count(&decisions, |decision| decision.rule.clone()),
        kinds: count(&decisions, |decision| decision.value.kind),
        together: together.into_iter().map(|((a, b), count)| (a, b, count)).collect(),
        ids,
        values,
        records,
        citations,
        decisions,
    })
}

fn count<K: Ord>(decisions: &[Decision], key: impl Fn(&Decision) -> K) -> BTreeMap<K, BTreeMap<How, u64>> {
    let mut out: BTreeMap<K, BTreeMap<How, u64>> = BTreeMap::new();
    for decision in decisions {
        *out.entry(key(decision)).or_default().entry(decision.shown.how()).or_default() += 1;
    }
    out
}

/// One decision a value; the strictest role of a value said twice holds. A part (the host of a URL, the domain of an
/// address) takes the role of its whole where it has none of its own; where a part may not be kept, its whole is not.
fn decide(material: &Material, profile: &Profile, tokens: &Tokens) -> Vec<Decision> {
    let mut merged: BTreeMap<(Kind, String), Value> = BTreeMap::new();
    for value in &material.values {
        merged
            .entry((value.kind, value.value.clone()))
            .and_modify(|held| {
                held.role = stricter(held.role, value.role);
                held.implied &= value.implied;
                held.count += value.count;
            })
            .or_insert_with(|| value.clone());
    }
    let mut inherited: BTreeMap<String, Option<Role>> = BTreeMap::new();
    for whole in merged.values().filter(|value| !value.implied) {
        if let Some(part) = part_of(whole) {
            inherited.entry(part).and_modify(|role| *role = stricter(*role, whole.role)).or_insert(whole.role);
        }
    }
    for part in merged.values_mut().filter(|value| value.implied && value.role.is_none()) {
        part.role = inherited.get(&part.value).copied().flatten();
    }
    let verb = |value: &Value| profile.verb(value.kind, value.class, value.role, value.benign);
    let hidden: BTreeSet<&str> =
        merged.values().filter(|value| verb(value).0 != Verb::Keep).map(|value| value.value.as_str()).collect();
    let decided = merged.values().map(|value| {
        let (mut chosen, mut rule) = verb(value);
        if chosen == Verb::Keep && part_of(value).is_some_and(|part| hidden.contains(part.as_str())) {
            chosen = Verb::Token;
            rule = format!("{rule}, part not kept");
        }
        let shown = match chosen {
            Verb::Keep => Shown::kept(&value.value),
            Verb::Token if value.tokenable => Shown::token(tokens.of(value.kind, &value.value)),
            Verb::Generalise => coarse(value).map_or(Shown::withheld(), Shown::general),
            Verb::Token | Verb::Withhold => Shown::withheld(),
        };
        Decision { value: value.clone(), shown, rule }
    });
    decided.collect()
}

fn stricter(a: Option<Role>, b: Option<Role>) -> Option<Role> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.stricter(b)),
        (a, b) => a.or(b),
    }
}

/// The host of a URL, the domain of an address.
fn part_of(value: &Value) -> Option<String> {
    match value.kind.tag() {
        "url" => {
            let host = value.value.split_once("://")?.1.split(['/', '?', '#']).next()?;
            let host = host.rsplit('@').next()?;
            Some(
                host.rsplit_once(':')
                    .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
                    .map_or(host, |(name, _)| name)
                    .to_owned(),
            )
        }
        "email" => value.value.rsplit_once('@').map(|(_, domain)| domain.to_owned()),
        _ => None,
    }
}

/// A coarser form that says less: /24 or /48 of an address.
fn coarse(value: &Value) -> Option<String> {
    match value.kind.tag() {
        "ipv4" => value.value.rsplit_once('.').map(|(net, _)| format!("{net}.0/24")),
        "ipv6" => {
            let address: std::net::Ipv6Addr = value.value.parse().ok()?;
            let [a, b, c, ..] = address.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
        _ => None,
    }
}

fn clean_value(decision: &Decision, profile: &Profile, tokens: &Tokens, ids: &ObjectIds) -> CleanValue {
    let value = &decision.value;
    let kept = decision.shown.how() == How::Kept;
    let offending = value.role.is_some_and(Role::is_offending) || kept;
    let time = |at: Option<Instant>| at.map(|at| blur(at, profile.time(offending)));
    CleanValue {
        id: ids.id(&format!("{}\0{}", value.kind, value.value)),
        kind: value.kind,
        shown: decision.shown.clone(),
        token: (kept && value.tokenable && value.class != Some(Class::Knowledge))
            .then(|| tokens.of(value.kind, &value.value)),
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

fn clean_record(
    record: &Record,
    line: Line,
    inside: &BTreeSet<usize>,
    values: &[CleanValue],
    profile: &Profile,
    from: (&ObjectIds, &Material, usize),
) -> CleanRecord {
    let (ids, material, number) = from;
    let held: Vec<&CleanValue> = inside.iter().filter_map(|at| values.get(*at)).collect();
    let offending =
        held.iter().any(|value| value.role.is_some_and(Role::is_offending) && value.shown.how() == How::Kept);
    let rule = profile.time(offending);
    let (datetime, time_note) = match record.when {
        When::At { instant, known, precision, .. } => {
            let known =
                serde_json::to_value(known).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
            (Some(blur(instant, rule)), format!("{known}, {precision:?}, {rule:?}").to_lowercase())
        }
        When::Undated(why) => (None, format!("undated, {why:?}").to_lowercase()),
    };
    CleanRecord {
        evidence: ids.id(&record.evidence),
        cite: format!("cite:{}:{number}", material.bundle),
        datetime,
        time_note,
        format: record.format.clone(),
        message: line.message,
        fields: line.fields,
        values: held.iter().filter(|value| value.shown.how() != How::Withheld).map(|value| value.id.clone()).collect(),
    }
}

fn clean_case(material: &Material, profile: &Profile, ids: &ObjectIds) -> CleanCase {
    let case = &material.case;
    let police = profile.is_police();
    let for_police = |fact: &Option<String>| fact.clone().filter(|_| police);
    CleanCase {
        id: ids.id(case.id.as_str()),
        number: for_police(&case.number),
        unit: case.unit.clone(),
        stage: case.stage,
        offence: for_police(&case.offence),
        method: case.method.clone(),
        recognised_on: for_police(&case.recognised_on),
        loss_band: case.loss_yen.map(band),
        contact: for_police(&case.contact),
        asks: if police { case.asks.clone() } else { Vec::new() },
        urgency: for_police(&case.urgency),
        deadline: for_police(&case.deadline),
        tlp: case.tlp,
        handling: for_police(&case.handling),
        training: case.training,
    }
}

fn clean_requests(material: &Material, profile: &Profile) -> Vec<CleanRequest> {
    let sent = material.requests.iter().filter(|_| profile.is_police());
    sent.map(|request| CleanRequest {
        kind: request.kind.clone(),
        date: request.date.clone(),
        due: request.due.clone(),
        state: request.state.clone(),
    })
    .collect()
}

/// A loss in bands: the exact sum of a rare loss names its victim.
fn band(yen: u64) -> String {
    let bounds = [0_u64, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 1_000_000_000];
    let low = bounds.iter().rev().find(|bound| **bound <= yen).copied().unwrap_or(0);
    match bounds.iter().find(|bound| **bound > yen) {
        Some(high) => format!("{low}-{}", high - 1),
        None => format!("{low}-"),
    }
}
