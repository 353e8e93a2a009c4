//! Bundles that came in: what each brought, what its checks said, what ties it made, and what an answer tells us.

use super::ties;
use super::words::check_line;
use crate::bundle::answer::{Answer, AnswerLink};
use crate::bundle::token::ObjectIds;
use crate::bundle::verify::Report;
use crate::model::{Kind, Lang, Ticket, Tlp, Unit};
use crate::store::{CaseRow, ReceivedEntry, SightingFilter};
use crate::workbench::answer::{Answers, said};
use crate::workbench::ask::{AnswerRow, CheckLine, ReceivedRow, Said, Tie, unit_name};
use crate::workbench::error::Result;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub(in crate::workbench::answer) fn received(desk: &Answers, ticket: &Ticket) -> Result<Vec<ReceivedRow>> {
    let store = &desk.session.store;
    let entries = store.received()?;
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let ties = ties(desk, None, ticket)?;
    let cases = store.cases()?;
    let exports = store.exports()?;
    let mut rows = Vec::new();
    for entry in entries {
        let answered = exports.iter().any(|sent| {
            sent.receiver.path() == entry.sender && sent.at >= entry.at && sent.body.contains("\"answer\"")
        });
        rows.push(row(desk, entry, &ties, &cases, answered)?);
    }
    Ok(rows)
}

fn row(desk: &Answers, entry: ReceivedEntry, ties: &[Tie], cases: &[CaseRow], answered: bool) -> Result<ReceivedRow> {
    let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let counts: Vec<u64> = list(&body, "counts").filter_map(Value::as_u64).collect();
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let sender = Unit::from_path(&entry.sender);
    let answer = body.get("answer").and_then(|value| serde_json::from_value::<Answer>(value.clone()).ok());
    let answer = match answer {
        Some(answer) => links(desk, &entry.sender, &answer, cases)?,
        None => Vec::new(),
    };
    let mine = |tie: &&Tie| sender.as_ref().is_some_and(|unit| tie.units.contains(unit));
    Ok(ReceivedRow {
        file: text("file").map(file_name).unwrap_or_default(),
        from: unit_name(&entry.sender),
        at: entry.at,
        tlp: text("tlp").and_then(Tlp::from_label).unwrap_or_default(),
        training: body.get("training").and_then(Value::as_bool).unwrap_or(false),
        counts: [0, 1, 2].map(|at| counts.get(at).copied().unwrap_or(0)),
        quarantine: entry.quarantined.as_deref().map(quarantine),
        checks: list(&body, "checks").filter_map(kept_check).collect(),
        ties: ties.iter().filter(mine).cloned().collect(),
        receipt: text("receipt").is_some_and(|path| Path::new(path).exists()),
        answered,
        answer,
        sender,
        bundle: entry.bundle,
    })
}

fn list<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn file_name(path: &str) -> String {
    Path::new(path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn quarantine(why: &str) -> Said {
    match why.strip_prefix("missing ") {
        Some(numbers) => {
            Said::new(format!("前の束が届いていません: {numbers}"), format!("bundles missing before it: {numbers}"))
        }
        None if why == "receive-by has passed" => Said::new("受領期限を過ぎています", why),
        None => said(why),
    }
}

/// What an answer says, in our own cases and values: it names them by ids that only this store can resolve.
fn links(desk: &Answers, sender: &str, answer: &Answer, cases: &[CaseRow]) -> Result<Vec<AnswerRow>> {
    let store = &desk.session.store;
    let ids = ObjectIds::new(*store.secret(), sender);
    let mut out = Vec::new();
    for link in &answer.links {
        let case = cases.iter().map(|row| &row.case).find(|case| ids.id(case.id.as_str()) == link.case);
        let mut values: BTreeMap<String, (Kind, String)> = BTreeMap::new();
        if let Some(key) = case.and_then(|case| case.key) {
            let filter = SightingFilter { case: Some(key), ..SightingFilter::default() };
            store.each_sighting(&filter, &mut |seen| {
                let (kind, value) = (seen.indicator.kind, seen.indicator.value);
                values.insert(ids.id(&format!("{kind}\0{value}")), (kind, value));
                Ok(())
            })?;
        }
        let label = case.map(|case| case.number.clone().unwrap_or_else(|| case.title.clone()));
        out.push(answer_row(link, label, case.and_then(|case| case.key), &values));
    }
    Ok(out)
}

fn answer_row(
    link: &AnswerLink,
    label: Option<String>,
    case: Option<crate::model::CaseKey>,
    values: &BTreeMap<String, (Kind, String)>,
) -> AnswerRow {
    AnswerRow {
        case,
        label: label.unwrap_or_else(|| link.case.clone()),
        counterpart: unit_name(&link.counterpart),
        contact: link.contact.clone(),
        score: link.score,
        values: link.objects.iter().filter_map(|id| values.get(id).cloned()).collect(),
        reasons: link.reasons.iter().map(|reason| (reason.kind, reason.weight, reason.token)).collect(),
        same_victim: link.same_victim,
    }
}

fn kept_check(value: &Value) -> Option<CheckLine> {
    let check = value.get(0)?.as_str()?;
    let text = |at: usize| value.get(at).and_then(Value::as_str).unwrap_or_default();
    Some(check_line(check, value.get(1)?.as_bool(), Said::new(text(2), text(3))))
}

/// The checks of a report, as the window shows them.
pub(in crate::workbench::answer) fn report_lines(report: &Report) -> Vec<CheckLine> {
    let rows = report.checks.iter();
    rows.map(|check| {
        let detail = Said::new(check.detail.get(Lang::Ja), check.detail.get(Lang::En));
        check_line(check.check, check.ok, detail)
    })
    .collect()
}
