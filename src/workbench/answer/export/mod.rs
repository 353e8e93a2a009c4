//! Answers about handing up and receiving: choices, reviews, ties; bundles made here in [`drafts`], those that came in
//! [`received`].

mod drafts;
mod keys;
mod received;
mod words;

pub(super) use drafts::{Looked, drafts};
pub(super) use received::{received, report_lines};

use super::{Answers, said};
use crate::bundle::clean::Decision;
use crate::bundle::keys::PublicKey;
use crate::bundle::policy::Profile;
use crate::bundle::shown::How;
use crate::bundle::token::Tokens;
use crate::graph::correlate::Mark;
use crate::model::{CaseKey, Extractor as _, Kind, Lang, Sort, Ticket, Unit};
use crate::workbench::ask::{
    ExportChoices, ExportPlan, ProfileRow, ReceiverRow, Review, ReviewRow, Said, ShownAs, Tie, TieReason, TrustedKey,
    unit_name,
};
use crate::workbench::error::Result;
use crate::workbench::export::{self, below};
use std::collections::{BTreeMap, BTreeSet};

#[expect(clippy::cast_possible_truncation, reason = "a score of 0 to 1")]
pub(super) fn ties(desk: &Answers, case: Option<CaseKey>, ticket: &Ticket) -> Result<Vec<Tie>> {
    let found = desk.correlation(ticket)?;
    let name = |at: u32| {
        let Some(case) = found.cases.get(at as usize) else { return Said::default() };
        let (label, unit) = (case.label(), unit_name(case.unit.path()));
        // What came in carries its unit's code before the number; the name says it already.
        let label = label.strip_prefix(case.unit.path()).map_or(label, str::trim_start);
        Said::new(format!("{label}（{}）", unit.ja), format!("{label} ({})", unit.en))
    };
    let key = |at: u32| found.cases.get(at as usize).map(|case| case.key);
    let wanted = found
        .found
        .pairs
        .iter()
        .filter(|pair| case.is_none_or(|case| key(pair.a) == Some(case) || key(pair.b) == Some(case)));
    let mut ties: Vec<Tie> = wanted
        .map(|pair| {
            let why = found.found.ties(pair).iter().filter_map(|tie| {
                let value = found.found.value(tie)?;
                let marks = Mark::ALL.into_iter().filter(|mark| tie.marks.has(*mark)).map(Mark::text);
                Some(TieReason {
                    kind: value.kind,
                    value: value.value.clone(),
                    weight: tie.weight,
                    damped: tie.marks.is_damped(),
                    marks: marks.collect(),
                })
            });
            let unit = |at: u32| found.cases.get(at as usize).map(|case| case.unit.clone());
            Tie {
                cases: vec![name(pair.a), name(pair.b)],
                keys: [key(pair.a), key(pair.b)].into_iter().flatten().collect(),
                units: [unit(pair.a), unit(pair.b)].into_iter().flatten().collect(),
                score: pair.score.min(1.0) as f32,
                why: why.collect(),
            }
        })
        .collect();
    ties.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(ties)
}

pub(super) fn choices(desk: &Answers) -> Result<ExportChoices> {
    let store = &desk.session.store;
    let sender = store.unit();
    let profiles = Profile::all().map_err(below)?;
    let rows = profiles.iter().map(|profile| ProfileRow {
        name: profile.name().to_owned(),
        label: Said::new(profile.label(Lang::Ja), profile.label(Lang::En)),
        about: if profile.is_police() {
            Said::new("被疑者側の値は原値、被害者側は仮名化", "offender values kept, victims' tokenised")
        } else {
            Said::new("必要最小限の値だけ", "only what is needed")
        },
        serial: profile.serial(),
        refused: (!profile.may_send(sender))
            .then(|| Said::new("国の事案簿からだけ提供できます", "only a national case file may send under it")),
        made_for: Sort::ALL.into_iter().filter(|sort| profile.is_for(*sort)).collect(),
    });
    let receivers = ["00/special", "00/bureau", "00/tokuryu"]
        .iter()
        .filter_map(|path| Unit::from_path(path))
        .filter(|unit| unit != sender);
    let trusted = store.trusted()?;
    let sealed_to = |unit: &Unit| {
        let own = trusted.iter().filter(|row| row.unit == *unit && export::is_recipient(&row.public_key));
        own.map(|row| row.public_key.clone()).next()
    };
    let receivers: Vec<ReceiverRow> = receivers
        .map(|unit| ReceiverRow {
            name: unit_name(unit.path()),
            about: national_task(&unit),
            known: sealed_to(&unit),
            unit,
        })
        .collect();
    let trusted = trusted.into_iter().map(|row| TrustedKey {
        unit_name: unit_name(row.unit.path()),
        fingerprint: match PublicKey::from_line(&row.public_key) {
            Some(key) => key.fingerprint(),
            None => row.public_key.clone(),
        },
        unit: row.unit,
        name: row.name,
        may: row.may,
    });
    let mut choices = ExportChoices {
        profiles: rows.collect(),
        receivers,
        trusted: trusted.collect(),
        folder: keys::folder(store),
        ..ExportChoices::default()
    };
    keys::look(store, &mut choices);
    Ok(choices)
}

/// What a national body does with what it is sent.
fn national_task(unit: &Unit) -> Said {
    match unit.path() {
        "00/special" => Said::new(
            "全国の事案を突合し、重大なサイバー事案を捜査する",
            "compares cases of all Japan and investigates",
        ),
        "00/bureau" => Said::new("全国の取組みを決め、調整する", "decides and co-ordinates"),
        "00/tokuryu" => Said::new("匿名・流動型犯罪グループの情報を分析する", "analyses anonymous, fluid crime groups"),
        other => said(other),
    }
}

pub(super) fn review(desk: &Answers, plan: &ExportPlan, ticket: &Ticket) -> Result<Review> {
    // A key for looking only: the tokens shown here stand in no bundle.
    let tokens = Tokens::new("preview", *desk.session.store.secret());
    let plan = export::Plan {
        case: plan.case,
        profile: plan.profile.clone(),
        receiver: plan.receiver.clone(),
        records: plan.records.clone(),
        to: Vec::new(),
        texts: Vec::new(),
    };
    let clean = export::review(&desk.session, &plan, &tokens, ticket)?;
    let shared = shared_values(desk, plan.case, ticket)?;
    let mut rows: Vec<ReviewRow> = clean.decisions().iter().map(|decision| row(desk, decision, &shared)).collect();
    let order = |row: &ReviewRow| (row.role.is_some(), std::cmp::Reverse(row.links_lost), row.kind, row.before.clone());
    rows.sort_by_cached_key(order);
    Ok(Review {
        records: clean.record_count() as u64,
        undated: 0,
        counts: clean.counts(),
        roles_open: rows.iter().filter(|row| row.role.is_none()).count() as u64,
        rows,
        texts: Vec::new(),
        notes: vec![Said::new("自由記述（件名・メモ）は含まれません", "free text (title, notes) does not leave")],
    })
}

/// In how many other cases of this store each value of a case stands.
fn shared_values(desk: &Answers, case: CaseKey, ticket: &Ticket) -> Result<BTreeMap<(Kind, String), u64>> {
    let all = desk.sightings(ticket)?;
    let mut out = BTreeMap::new();
    for group in all.chunk_by(|a, b| a.indicator == b.indicator) {
        let cases: BTreeSet<CaseKey> = group.iter().filter_map(|seen| seen.case).collect();
        if let Some(head) = group.first().filter(|_| cases.len() > 1 && cases.contains(&case)) {
            out.insert((head.indicator.kind, head.indicator.value.clone()), cases.len() as u64 - 1);
        }
    }
    Ok(out)
}

fn row(desk: &Answers, decision: &Decision, shared: &BTreeMap<(Kind, String), u64>) -> ReviewRow {
    let shown = match decision.shown.how() {
        How::Kept => ShownAs::Kept,
        How::Token => ShownAs::Token,
        How::General => ShownAs::General,
        How::Withheld => ShownAs::Withheld,
    };
    ReviewRow {
        kind: decision.value.kind,
        before: decision.value.value.clone(),
        after: decision.shown.text().to_owned(),
        shown,
        role: decision.value.role,
        rule: words::rule(&decision.rule, |tag| Some(desk.session.indicators.about(Kind::from_tag(tag)?)?.label)),
        // A token still meets other tokens; what is made coarse or left out meets nothing.
        links_lost: match shown {
            ShownAs::Kept | ShownAs::Token => 0,
            ShownAs::General | ShownAs::Withheld => {
                shared.get(&(decision.value.kind, decision.value.value.clone())).copied().unwrap_or(0)
            }
        },
    }
}
