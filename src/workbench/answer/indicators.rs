//! Answers about indicators: what each is, where it was seen, what role it plays.

use super::Answers;
use super::facts::strictest;
use crate::model::fold::fold;
use crate::model::{CaseKey, Extractor as _, Kind, Sighting, Ticket};
use crate::workbench::ask::{
    IndicatorCounts, IndicatorList, IndicatorPage, IndicatorRow, IndicatorSort, RoleFilter, Said,
};
use crate::workbench::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};

/// One indicator over the list's scope.
fn gather(desk: &Answers, list: &IndicatorList, kinds: bool, ticket: &Ticket) -> Result<(Vec<IndicatorRow>, u64)> {
    let all = desk.sightings(ticket)?;
    let wanted = fold(&list.text);
    let mut rows = Vec::new();
    let mut total = 0;
    for group in all.chunk_by(|a, b| a.indicator == b.indicator) {
        let Some(head) = group.first() else { continue };
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let scope: Vec<&Sighting> =
            group.iter().filter(|seen| list.case.is_none_or(|case| seen.case == Some(case))).collect();
        if scope.is_empty() || kinds && list.kind.is_some_and(|kind| kind != head.indicator.kind) {
            continue;
        }
        total += 1;
        let row = row_of(desk, head, group, &scope);
        let passes = (wanted.is_empty() || fold(&row.value).contains(&wanted))
            && (list.benign || row.benign.is_none())
            && (!list.shared || row.cases > 1)
            && match list.role {
                RoleFilter::Any => true,
                RoleFilter::Open => row.role.is_none(),
                RoleFilter::Is(role) => row.role == Some(role),
            };
        if passes {
            rows.push(row);
        }
    }
    Ok((rows, total))
}

fn row_of(desk: &Answers, head: &Sighting, group: &[Sighting], scope: &[&Sighting]) -> IndicatorRow {
    let cases: BTreeSet<CaseKey> = group.iter().filter_map(|seen| seen.case).collect();
    let benign = desk.session.indicators.benign(head.indicator.kind, &head.indicator.value);
    IndicatorRow {
        kind: head.indicator.kind,
        value: head.indicator.value.clone(),
        count: scope.iter().map(|seen| seen.count).sum(),
        cases: cases.len() as u64,
        first: scope.iter().filter_map(|seen| seen.first).min(),
        last: scope.iter().filter_map(|seen| seen.last).max(),
        role: strictest(scope.iter().filter_map(|seen| seen.role)),
        benign: benign.map(|why| Said::new(why.ja, why.en)),
        implied: scope.iter().all(|seen| seen.implied),
        verified: scope.iter().any(|seen| seen.verified),
        spark: Vec::new(),
    }
}

pub(super) fn page(
    desk: &Answers,
    list: &IndicatorList,
    first: u64,
    count: u32,
    ticket: &Ticket,
) -> Result<IndicatorPage> {
    let (mut rows, total) = gather(desk, list, true, ticket)?;
    rows.sort_by(|a, b| {
        let order = match list.sort {
            IndicatorSort::Count => a.count.cmp(&b.count),
            IndicatorSort::Value => (a.kind, &a.value).cmp(&(b.kind, &b.value)),
            IndicatorSort::Cases => a.cases.cmp(&b.cases),
            IndicatorSort::First => a.first.cmp(&b.first),
            IndicatorSort::Last => a.last.cmp(&b.last),
        };
        let order = if list.down { order.reverse() } else { order };
        order.then_with(|| (a.kind, &a.value).cmp(&(b.kind, &b.value)))
    });
    let shown = rows.len() as u64;
    let start = usize::try_from(first).unwrap_or(usize::MAX);
    Ok(IndicatorPage { first, shown, total, rows: rows.into_iter().skip(start).take(count as usize).collect() })
}

pub(super) fn counts(desk: &Answers, list: &IndicatorList, ticket: &Ticket) -> Result<IndicatorCounts> {
    let open_list = IndicatorList { kind: None, benign: true, ..list.clone() };
    let (rows, _) = gather(desk, &open_list, false, ticket)?;
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    for row in rows.iter().filter(|row| list.benign || row.benign.is_none()) {
        *kinds.entry(row.kind).or_default() += 1;
    }
    let order = desk.session.indicators.kinds();
    let place = |kind: Kind| order.iter().position(|about| about.kind == kind).unwrap_or(usize::MAX);
    let mut kinds: Vec<(Kind, u64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, _)| (place(*kind), *kind));
    Ok(IndicatorCounts {
        kinds,
        open: rows.iter().filter(|row| row.role.is_none()).count() as u64,
        benign: rows.iter().filter(|row| row.benign.is_some()).count() as u64,
    })
}
