//! A pasted list looked for in all evidence: each value with its hits per source; what is no indicator is looked for as text.

use super::Answers;
use crate::model::settled::readings;
use crate::model::{CaseKey, Corpus as _, EvidenceKey, Extractor, Hits, Kind, Sighting, Ticket};
use crate::search::Scope;
use crate::workbench::ask::{Said, Sweep, SweepRow, SweepSource};
use crate::workbench::{Error, Result, SightingFilter, find};
use std::collections::{BTreeMap, BTreeSet};

/// Longest list read, in bytes.
const LONGEST: usize = 4 << 20;
/// Lines without indicators that are looked for as text: each goes through the evidence.
const TEXTS: usize = 50;

/// Values that are looked up one by one.
const FEW: usize = 64;

/// Records that hold a value, by where they stand.
type Sources = BTreeMap<(Option<EvidenceKey>, Option<CaseKey>), u64>;
/// Names of evidence, each read once.
type Names = BTreeMap<EvidenceKey, Said>;

pub(super) fn sweep(desk: &Answers, text: &str, ticket: &Ticket) -> Result<Sweep> {
    if text.len() > LONGEST {
        return Err(Error::input(
            "貼り付けた一覧が長すぎます（4MiBまで）",
            "the pasted list is too long, at most 4 MiB",
        ));
    }
    let extractor = desk.session.extractor()?;
    let (values, texts) = read(&extractor, text);
    let mut out = Sweep { rows: Vec::new(), left_out: texts.len().saturating_sub(TEXTS) as u64 };
    let mut names = Names::default();
    ticket.set_total((values.len() + texts.len().min(TEXTS)) as u64);
    // A few are looked up; for many it is quicker to have all sightings at hand.
    let all = if values.len() > FEW { Some(desk.sightings(ticket)?) } else { None };
    for (kind, value) in values {
        let mut sources = Sources::new();
        // A bare list has no words that tell a transaction from a hash: what nobody settled is looked for as either.
        let open = extractor.said(kind, &value).is_none();
        let mut found = BTreeSet::new();
        for kind in readings(kind, &value).filter(|read| open || *read == kind) {
            let mut add = |seen: &Sighting| {
                found.insert(seen.indicator.kind);
                *sources.entry((seen.evidence, seen.case)).or_default() += seen.count;
            };
            if let Some(all) = &all {
                of_value(all, kind, &value).iter().for_each(&mut add);
                continue;
            }
            let filter = SightingFilter { kind: Some(kind), value: Some(value.clone()), ..SightingFilter::default() };
            desk.session.store.sightings(&filter)?.iter().for_each(&mut add);
        }
        let kind = if found.len() == 1 { found.pop_first() } else { Some(kind) };
        out.rows.push(row(desk, kind, value, sources, &mut names)?);
        step(ticket)?;
    }
    let readings = desk.session.store.readings()?;
    for text in texts.into_iter().take(TEXTS) {
        let query = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        let found = find::search_scope(&desk.session, &query, &Scope { case: None, evidence: None }, &Ticket::new())?;
        let case = |key| readings.iter().find(|reading| reading.evidence == key).and_then(|reading| reading.case);
        let sources = found.rows.iter().map(|(key, rows)| ((Some(key), case(key)), rows.len())).collect();
        out.rows.push(row(desk, None, text.to_owned(), sources, &mut names)?);
        step(ticket)?;
    }
    // What was found first, then what was not, each in the order pasted.
    out.rows.sort_by_key(|row| row.count == 0);
    Ok(out)
}

/// The sightings of a value among all, which stand in the order of kind and value.
fn of_value<'s>(all: &'s [Sighting], kind: Kind, value: &str) -> &'s [Sighting] {
    let key =
        |seen: &Sighting| seen.indicator.kind.tag().cmp(kind.tag()).then_with(|| (*seen.indicator.value).cmp(value));
    let from = all.partition_point(|seen| key(seen).is_lt());
    let rest = all.get(from..).unwrap_or(&[]);
    let len = rest.partition_point(|seen| key(seen).is_eq());
    rest.get(..len).unwrap_or(&[])
}

fn step(ticket: &Ticket) -> Result<()> {
    ticket.advance(1);
    if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
}

/// The indicators of a list, each once in the order pasted, and the lines that hold none.
fn read<'t>(extractor: &dyn Extractor, text: &'t str) -> (Vec<(Kind, String)>, Vec<&'t str>) {
    let mut hits = Hits::default();
    extractor.find(text, &mut hits);
    let (mut seen, mut values, mut covered) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let line_of = |at: u32| starts.partition_point(|start| *start <= at as usize);
    for (hit, value) in hits.iter() {
        covered.extend(line_of(hit.span.start)..=line_of(hit.span.end.saturating_sub(1)));
        if !hit.implied && seen.insert((hit.kind, value)) {
            values.push((hit.kind, value.to_owned()));
        }
    }
    let lines = text.split('\n').map(str::trim).zip(1..);
    let mut others = BTreeSet::new();
    let bare = lines.filter(|(line, number)| !line.is_empty() && !covered.contains(number));
    (values, bare.map(|(line, _)| line).filter(|line| others.insert(*line)).collect())
}

fn row(desk: &Answers, kind: Option<Kind>, value: String, sources: Sources, known: &mut Names) -> Result<SweepRow> {
    let count = sources.values().sum();
    let mut named = Vec::new();
    for ((evidence, case), count) in sources {
        let name = match (evidence, evidence.and_then(|key| known.get(&key))) {
            (_, Some(name)) => name.clone(),
            (Some(key), None) => {
                let name = crate::ingest::encoding::name(&desk.session.store.evidence_one(key)?.name);
                let short = name.rsplit(['/', '\\']).next().unwrap_or(&name).to_owned();
                known.entry(key).or_insert(Said::new(short.clone(), short)).clone()
            }
            (None, None) => Said::new("取り込んだ一覧・報告", "a list or report taken in"),
        };
        named.push(SweepSource { name, evidence, case, count });
    }
    named.sort_by_key(|source| std::cmp::Reverse(source.count));
    Ok(SweepRow { kind, value, count, sources: named })
}
