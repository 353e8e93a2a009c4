//! Answers about indicators: what each is, where it was seen, what role it plays.
//!
//! A list is worked out once as places in the store's sightings, in its order; only the rows of a page are put together.

use super::Answers;
use super::facts::strictest;
use crate::model::fold::fold;
use crate::model::{
    CaseKey, Corpus as _, Extractor as _, Instant, Kind, Lang, Role, RowSet, Settled, Sighting, Ticket,
};
use crate::search::{self, Bins, Rows};
use crate::workbench::ask::{
    Hint, IndicatorCounts, IndicatorList, IndicatorPage, IndicatorRow, IndicatorSort, RoleFilter, Said, SettledBy,
};
use crate::workbench::{Error, Result, suggest};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;
use std::sync::Arc;

/// Lists remembered.
const KEPT: usize = 4;
/// Bars of a row's course over time.
const BARS: i64 = 24;

/// A list worked out: the sightings of each row, in the order shown.
pub(super) struct Listed {
    groups: Vec<Range<usize>>,
    total: u64,
    /// See [`IndicatorPage::mark`].
    mark: u64,
}

/// What an order and a filter look at.
struct Summary {
    count: u64,
    cases: u64,
    first: Option<Instant>,
    last: Option<Instant>,
    role: Option<Role>,
}

fn in_scope<'a>(list: &'a IndicatorList, group: &'a [Sighting]) -> impl Iterator<Item = &'a Sighting> + Clone {
    group.iter().filter(|seen| list.case.is_none_or(|case| seen.case == Some(case)))
}

fn summary(list: &IndicatorList, group: &[Sighting]) -> Option<Summary> {
    let scope = in_scope(list, group);
    scope.clone().next()?;
    // Sightings of a value stand in the order of their cases.
    let mut cases = 0;
    let mut last_case: Option<CaseKey> = None;
    for case in group.iter().filter_map(|seen| seen.case) {
        cases += u64::from(last_case != Some(case));
        last_case = Some(case);
    }
    Some(Summary {
        count: scope.clone().map(|seen| seen.count).sum(),
        cases,
        first: scope.clone().filter_map(|seen| seen.first).min(),
        last: scope.clone().filter_map(|seen| seen.last).max(),
        role: strictest(scope.filter_map(|seen| seen.role)),
    })
}

/// Takes a value's place in the sightings, its head, its summary, and whether it is known to be benign.
type Each<'a> = &'a mut dyn FnMut(Range<usize>, &Sighting, Summary, bool);

/// Calls `each` with every value that passes the list's filters, its kind aside; says how many are in scope.
fn walk(desk: &Answers, list: &IndicatorList, all: &[Sighting], ticket: &Ticket, each: Each<'_>) -> Result<u64> {
    let wanted = fold(&list.text);
    let (mut total, mut start) = (0, 0);
    for group in all.chunk_by(|a, b| a.indicator == b.indicator) {
        let range = start..start + group.len();
        start = range.end;
        let (Some(head), Some(summary)) = (group.first(), summary(list, group)) else { continue };
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        total += u64::from(list.kind.is_none_or(|kind| kind == head.indicator.kind));
        let fits = (wanted.is_empty() || fold(&head.indicator.value).contains(&wanted))
            && (!list.shared || summary.cases > 1)
            && match list.role {
                RoleFilter::Any => true,
                RoleFilter::Open => summary.role.is_none(),
                RoleFilter::Is(role) => summary.role == Some(role),
            };
        if fits {
            let benign = desk.session.indicators.benign(head.indicator.kind, &head.indicator.value).is_some();
            each(range, head, summary, benign);
        }
    }
    Ok(total)
}

fn listed(desk: &Answers, list: &IndicatorList, all: &[Sighting], ticket: &Ticket) -> Result<Arc<Listed>> {
    if let Some((_, held)) = desk.cache().lists.iter().find(|(known, _)| known == list) {
        return Ok(Arc::clone(held));
    }
    let generation = desk.generation();
    let mut found: Vec<(Summary, Range<usize>)> = Vec::new();
    let total = walk(desk, list, all, ticket, &mut |range, head, summary, benign| {
        if (list.benign || !benign) && list.kind.is_none_or(|kind| kind == head.indicator.kind) {
            found.push((summary, range));
        }
    })?;
    // Places in the sightings are in the order of kind and value already.
    found.sort_by(|(a, at), (b, bt)| {
        let order = match list.sort {
            IndicatorSort::Count => a.count.cmp(&b.count),
            IndicatorSort::Value => at.start.cmp(&bt.start),
            IndicatorSort::Cases => a.cases.cmp(&b.cases),
            IndicatorSort::First => a.first.cmp(&b.first),
            IndicatorSort::Last => a.last.cmp(&b.last),
        };
        let order = if list.down { order.reverse() } else { order };
        if order == Ordering::Equal { at.start.cmp(&bt.start) } else { order }
    });
    let groups: Vec<Range<usize>> = found.into_iter().map(|(_, range)| range).collect();
    let mut hasher = std::hash::DefaultHasher::new();
    groups.iter().filter_map(|range| all.get(range.start)).for_each(|seen| {
        (seen.indicator.kind, &seen.indicator.value).hash(&mut hasher);
    });
    let fresh = Arc::new(Listed { groups, total, mark: hasher.finish() });
    desk.keep(generation, |cache| {
        cache.lists.push((list.clone(), Arc::clone(&fresh)));
        if cache.lists.len() > KEPT {
            cache.lists.remove(0);
        }
    });
    Ok(fresh)
}

fn row_of(desk: &Answers, list: &IndicatorList, settled: &Settled, group: &[Sighting]) -> Result<Option<IndicatorRow>> {
    let Some((head, summary)) = group.first().zip(summary(list, group)) else { return Ok(None) };
    let scope = in_scope(list, group);
    let benign = desk.session.indicators.benign(head.indicator.kind, &head.indicator.value);
    Ok(Some(IndicatorRow {
        kind: head.indicator.kind,
        value: head.indicator.value.clone(),
        count: summary.count,
        cases: summary.cases,
        first: summary.first,
        last: summary.last,
        role: summary.role,
        benign: benign.map(|why| Said::new(why.ja, why.en)),
        marks: marks(desk, head),
        parts: parts(desk, list, head)?,
        settled: settled.of(head.indicator.kind, &head.indicator.value).map(SettledBy::of),
        implied: scope.clone().all(|seen| seen.implied),
        verified: scope.into_iter().any(|seen| seen.verified),
    }))
}

/// Roles a value plays in some records of the list's case alone, and in how many.
fn parts(desk: &Answers, list: &IndicatorList, seen: &Sighting) -> Result<Vec<(Role, u64)>> {
    let Some(case) = list.case else { return Ok(Vec::new()) };
    let limited = desk.limited_roles(case)?;
    let mine = limited.iter().filter(|one| one.said.is_of(seen.indicator.kind, &seen.indicator.value));
    Ok(mine.map(|one| (one.said.role, one.rows.len())).collect())
}

/// What lists say about a value, each with its title.
fn marks(desk: &Answers, seen: &Sighting) -> Vec<Said> {
    let marks = desk.session.indicators.marks(seen.indicator.kind, &seen.indicator.value);
    marks.map(|mark| Said::new(mark.text(Lang::Ja), mark.text(Lang::En))).collect()
}

/// The roles that fields suggest for the rows of a page whose role nobody stated.
pub(super) fn hints(
    desk: &Answers,
    list: &IndicatorList,
    first: u64,
    count: u32,
    ticket: &Ticket,
) -> Result<Vec<Option<Hint>>> {
    let page = page(desk, list, first, count, ticket)?;
    let hint = |row: &IndicatorRow| {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if row.role.is_some() || row.benign.is_some() || row.implied {
            return Ok(None);
        }
        suggest::hint(&desk.session, row.kind, &row.value)
    };
    page.rows.iter().map(hint).collect()
}

pub(super) fn page(
    desk: &Answers,
    list: &IndicatorList,
    first: u64,
    count: u32,
    ticket: &Ticket,
) -> Result<IndicatorPage> {
    let all = desk.sightings(ticket)?;
    let listed = listed(desk, list, &all, ticket)?;
    let start = usize::try_from(first).unwrap_or(usize::MAX);
    let wanted = listed.groups.iter().skip(start).take(count as usize);
    let groups = wanted.filter_map(|range| all.get(range.clone()));
    let settled = desk.session.store.settled()?;
    let rows = groups.filter_map(|group| row_of(desk, list, &settled, group).transpose()).collect::<Result<_>>()?;
    Ok(IndicatorPage { first, shown: listed.groups.len() as u64, total: listed.total, mark: listed.mark, rows })
}

/// The values at places of a list, if it still is the one they were chosen in.
pub(super) fn values_at(
    desk: &Answers,
    list: &IndicatorList,
    places: &[u64],
    mark: u64,
    ticket: &Ticket,
) -> Result<Vec<(Kind, String)>> {
    let all = desk.sightings(ticket)?;
    let listed = listed(desk, list, &all, ticket)?;
    let value = |place: &u64| {
        let range = listed.groups.get(usize::try_from(*place).ok()?)?;
        all.get(range.start).map(|seen| (seen.indicator.kind, seen.indicator.value.clone()))
    };
    let values: Option<Vec<(Kind, String)>> = places.iter().map(value).collect();
    values.filter(|_| listed.mark == mark).ok_or_else(|| {
        Error::input(
            "選んだ後に一覧が変わりました。選び直してください",
            "the list has changed since; choose the values again",
        )
    })
}

pub(super) fn counts(desk: &Answers, list: &IndicatorList, ticket: &Ticket) -> Result<IndicatorCounts> {
    let all = desk.sightings(ticket)?;
    let mut kinds: BTreeMap<Kind, u64> = BTreeMap::new();
    let (mut open, mut known) = (0, 0);
    walk(desk, list, &all, ticket, &mut |_, head, summary, benign| {
        known += u64::from(benign);
        if list.benign || !benign {
            open += u64::from(summary.role.is_none());
            *kinds.entry(head.indicator.kind).or_default() += 1;
        }
    })?;
    let order = desk.session.indicators.kinds();
    let place = |kind: Kind| order.iter().position(|about| about.kind == kind).unwrap_or(usize::MAX);
    let mut kinds: Vec<(Kind, u64)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, _)| (place(*kind), *kind));
    Ok(IndicatorCounts { kinds, open, benign: known })
}

/// How often each row of a page was seen, over the time of the list's evidence.
pub(super) fn courses(
    desk: &Answers,
    list: &IndicatorList,
    first: u64,
    count: u32,
    ticket: &Ticket,
) -> Result<Vec<Vec<u32>>> {
    let page = page(desk, list, first, count, ticket)?;
    let store = &desk.session.store;
    let readings = store.readings()?;
    let mine: Vec<_> =
        readings.iter().filter(|reading| list.case.is_none_or(|case| reading.case == Some(case))).collect();
    let ends = mine.iter().filter_map(|one| one.first).min().zip(mine.iter().filter_map(|one| one.last).max());
    let Some((from, to)) = ends else { return Ok(vec![Vec::new(); page.rows.len()]) };
    let evidence: BTreeSet<_> = mine.iter().map(|reading| reading.evidence).collect();
    let span = to.0.saturating_sub(from.0).saturating_add(1);
    let bins = Bins { from, to: Instant(from.0.saturating_add(span)), nanos: span / BARS + 1 };
    let mut out = Vec::new();
    for row in &page.rows {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let mut rows = RowSet::new();
        for (key, held) in store.rows_of(row.kind, &row.value)?.iter().filter(|(key, _)| evidence.contains(key)) {
            rows.add(key, held.clone());
        }
        let counted = if rows.is_empty() {
            Vec::new()
        } else {
            let found = search::histogram(Rows::Only(&rows), &**store, bins, &Ticket::new());
            found.map_err(|err| Error::Below(Box::new(err)))?.counts
        };
        out.push(counted.into_iter().map(|count| u32::try_from(count).unwrap_or(u32::MAX)).collect());
    }
    Ok(out)
}
