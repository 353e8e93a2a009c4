//! 分析結果の還元: what the national unit found for one sender, told in the sender's own object ids and citations.
//!
//! No value of any case stands in it, so there is nothing to sanitise: kinds, weights, and whom to call.

use super::arrival::{CASE_FILE, RECORD_FILES, read_case};
use super::error::{Error, Result};
use super::export::{self, below};
use super::session::Session;
use super::{find, network};
use crate::bundle::answer::{ANSWER_VERSION, Answer, AnswerLink, AnswerReason};
use crate::bundle::bag_info::Content;
use crate::bundle::keys::SigningKey;
use crate::model::{Case, CaseKey, EvidenceKey, EvidenceState, Id, Kind, RowSet, Ticket, Tlp, Unit};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Citations named in one link; a sender finds the rest by the objects.
const MAX_CITATIONS: usize = 200;

/// A sender's own names for a case, its values and its records.
#[derive(Default)]
struct Objects {
    sequence: u64,
    bundle: String,
    case: String,
    values: BTreeMap<(Kind, String), Vec<String>>,
    records: BTreeSet<EvidenceKey>,
}

/// The ties of a sender's cases to others', one of the cases concerned, and the strictest label of them all.
pub fn answer(session: &Session, receiver: &Unit, ticket: &Ticket) -> Result<(Answer, Option<CaseKey>, Tlp)> {
    let found = network::correlate(session, None, ticket)?;
    let objects = objects_of(session)?;
    let cases = session.store.cases()?;
    let cases: BTreeMap<CaseKey, Case> = cases.into_iter().filter_map(|row| Some((row.case.key?, row.case))).collect();
    let mut answer = Answer { version: ANSWER_VERSION, ..Answer::default() };
    let (mut first, mut tlp) = (None, Tlp::default());
    let mut tell = |mine: u32, theirs: u32, score: f64, values: &[(Kind, String, f64)], same_victim: bool| {
        let (Some(mine), Some(theirs)) = (found.cases.get(mine as usize), found.cases.get(theirs as usize)) else {
            return Ok(());
        };
        let known = objects.get(&mine.key).filter(|_| mine.unit == *receiver && theirs.unit != *receiver);
        let Some(known) = known else { return Ok(()) };
        first = first.or(Some(mine.key));
        let both = [mine.key, theirs.key].into_iter().filter_map(|key| cases.get(&key));
        tlp = both.map(|case| case.tlp).fold(tlp, Ord::max);
        let ids = values.iter().filter_map(|(kind, value, _)| known.values.get(&(*kind, value.clone())));
        let ids: BTreeSet<String> = ids.flatten().cloned().collect();
        answer.answers.push(known.bundle.clone());
        answer.links.push(AnswerLink {
            case: known.case.clone(),
            objects: ids.into_iter().collect(),
            citations: citations(session, known, values)?,
            counterpart: theirs.unit.path().to_owned(),
            contact: cases.get(&theirs.key).and_then(|case| case.contact.clone()),
            score: score.clamp(0.0, 1.0),
            reasons: values.iter().map(reason).collect(),
            same_victim,
        });
        Ok::<(), Error>(())
    };
    for pair in &found.found.pairs {
        // What everybody shares is no reason, and nothing to follow up.
        let ties = found.found.ties(pair).iter().filter(|tie| !tie.marks.is_damped());
        let values: Vec<_> = ties
            .filter_map(|tie| {
                let value = found.found.value(tie)?;
                Some((value.kind, value.value.clone(), f64::from(tie.weight)))
            })
            .collect();
        tell(pair.a, pair.b, pair.score, &values, false)?;
        tell(pair.b, pair.a, pair.score, &values, false)?;
    }
    for tie in &found.found.victim_ties {
        let value = [(tie.kind, tie.value.clone(), 0.0)];
        for a in &tie.cases {
            tie.cases.iter().filter(|b| *b != a).try_for_each(|b| tell(*a, *b, 0.0, &value, true))?;
        }
    }
    answer.answers.sort();
    answer.answers.dedup();
    Ok((answer, first, tlp))
}

fn reason((kind, value, weight): &(Kind, String, f64)) -> AnswerReason {
    AnswerReason { kind: *kind, weight: *weight, token: value.starts_with("tok1:") }
}

/// The sender's citations of the records that hold these values, in order.
fn citations(session: &Session, known: &Objects, values: &[(Kind, String, f64)]) -> Result<Vec<String>> {
    let mut out = BTreeSet::new();
    for (kind, value, _) in values {
        let mut rows = RowSet::new();
        let found = session.store.rows_of(*kind, value)?;
        for (evidence, inside) in found.iter().filter(|(evidence, _)| known.records.contains(evidence)) {
            rows.add(evidence, inside.clone());
        }
        find::each_row(session, &rows, MAX_CITATIONS as u64, &mut |row| {
            out.extend(row.fields.into_iter().filter(|(name, _)| name == "cite").map(|(_, cite)| cite));
            Ok(())
        })?;
    }
    Ok(out.into_iter().take(MAX_CITATIONS).collect())
}

/// Read again from the files kept as evidence; of several bundles about one case the newest speaks.
fn objects_of(session: &Session) -> Result<BTreeMap<CaseKey, Objects>> {
    let (store, settled) = (&session.store, session.store.settled()?);
    let sequences: BTreeMap<String, u64> =
        store.received()?.into_iter().map(|entry| (entry.bundle, entry.sequence)).collect();
    let mut out: BTreeMap<CaseKey, Objects> = BTreeMap::new();
    for evidence in store.evidence()?.iter().filter(|one| one.state == EvidenceState::Complete) {
        let name = String::from_utf8_lossy(&evidence.name);
        let Some((bundle, path)) = name.split_once('/') else { continue };
        let (Some(case), Some(sequence)) = (evidence.case, sequences.get(bundle)) else { continue };
        let held = out.entry(case).or_default();
        if RECORD_FILES.contains(&path) {
            held.records.insert(evidence.key);
        }
        if path != CASE_FILE || *sequence < held.sequence {
            continue;
        }
        let mut bytes = Vec::new();
        store.stream(evidence.key, &mut bytes)?;
        let file = read_case(&bytes)?;
        let mut values: BTreeMap<(Kind, String), Vec<String>> = BTreeMap::new();
        for value in file.values {
            for text in [Some(value.shown.text), value.token].into_iter().flatten() {
                // The correlation speaks of what a value was settled as here, whatever its sender called it.
                values.entry((settled.kind(value.kind, &text), text)).or_default().push(value.id.clone());
            }
        }
        let records = std::mem::take(&mut held.records);
        *held = Objects { sequence: *sequence, bundle: bundle.to_owned(), case: file.case.id, values, records };
    }
    out.retain(|_, held| !held.bundle.is_empty());
    Ok(out)
}

/// Drafts the answer to a sender, signed by its preparer.
pub fn draft_answer(
    session: &Session,
    receiver: &Unit,
    preparer: &SigningKey,
    to: &[String],
    out: &Path,
    ticket: &Ticket,
) -> Result<(String, Answer, u64)> {
    let (answer, case, tlp) = answer(session, receiver, ticket)?;
    let Some(case) = case else {
        return Err(Error::input(
            format!("{receiver} に還元する関連はありません"),
            format!("no ties to tell {receiver} about"),
        ));
    };
    let payload = vec![("data/answer.json".to_owned(), answer.to_file().map_err(below)?)];
    let bundle = Id::from_random('b', crate::store::random()?);
    let facts = export::case_of(&session.store, case)?;
    let mut info = export::info(session, &facts, bundle.clone(), (Content::Answer, "prefecture"), receiver, to)?;
    info.tlp = tlp;
    let body = json!({"answer": answer.links.len(), "file": out.to_string_lossy(), "to": to}).to_string();
    let bytes = export::write_draft(session, &payload, &info, preparer, out, (case, &body, &[]))?;
    Ok((bundle.to_string(), answer, bytes))
}
