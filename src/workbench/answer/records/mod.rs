//! Answers about records: what a view holds and its pages; bars and facets in [`counts`], single records in [`detail`].

mod ahead;
mod columns;
mod counts;
mod detail;
mod order;
mod question;
mod wordings;

pub use ahead::ahead;
use columns::label;
pub(super) use counts::{facet, histogram, stack};
pub(super) use detail::record;
pub(super) use wordings::{mined, templates};

use super::Answers;
use crate::model::{Corpus as _, EvidenceKey, Instant, NamedSet, ReadingHead, RowSet, Ticket};
use crate::search::{self, Rows, Scope};
use crate::workbench::ask::{Order, QueryFault, RecordRow, RecordView, Reply, RowPage, Said, Search};
use crate::workbench::error::{Error, Result};
use crate::workbench::find;
use order::Ordered;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

/// Views remembered.
const KEPT: usize = 6;
const MAX_TEXT: usize = 1_000;
/// What was found so far is told at most this often.
const BEAT: Duration = Duration::from_millis(100);

/// A view worked out: its rows, and their order where it is not that of the evidence.
pub(super) struct Resolved {
    scope: Scope,
    rows: RowSet,
    order: Ordered,
    search: Search,
    ends: Mutex<Ends>,
}

/// First and last instant of a view, once somebody asked.
#[derive(Clone, Copy, Default)]
enum Ends {
    #[default]
    Unasked,
    Undated,
    Known(Instant, Instant),
}

impl Resolved {
    /// The rows for questions over all of them; a whole scope is named without listing its rows.
    fn selection(&self) -> Rows<'_> {
        if self.rows.len() == self.search.total { Rows::All(&self.scope) } else { Rows::Only(&self.rows) }
    }
}

/// What a search has found so far.
#[derive(Default)]
pub(super) struct SoFar(Vec<(RecordView, RowSet)>);

impl SoFar {
    fn of(&mut self, view: &RecordView) -> Option<&mut RowSet> {
        self.0.iter_mut().find(|(known, _)| known == view).map(|(_, rows)| rows)
    }
}

/// A failure of a search, as the workbench tells it.
fn failed(err: search::Error) -> Error {
    match err {
        search::Error::Cancelled => Error::Cancelled,
        err => Error::Below(Box::new(err)),
    }
}

fn resolve(
    desk: &Answers,
    view: &RecordView,
    ticket: &Ticket,
    emit: &mut (dyn FnMut(Search) + Send),
) -> Result<Arc<Resolved>> {
    if let Some((_, held)) = desk.cache().views.iter().find(|(known, _)| known == view) {
        return Ok(Arc::clone(held));
    }
    let generation = desk.generation();
    let fresh = work_out(desk, view, ticket, emit);
    desk.cache().so_far.0.retain(|(known, _)| known != view);
    let fresh = Arc::new(fresh?);
    desk.keep(generation, |cache| {
        cache.views.retain(|(known, _)| known != view);
        cache.views.push((view.clone(), Arc::clone(&fresh)));
        if cache.views.len() > KEPT {
            cache.views.remove(0);
        }
    });
    Ok(fresh)
}

fn work_out(
    desk: &Answers,
    view: &RecordView,
    ticket: &Ticket,
    emit: &mut (dyn FnMut(Search) + Send),
) -> Result<Resolved> {
    let watch = Stopwatch::now();
    let session = &desk.session;
    let scope = Scope { case: view.case, evidence: view.evidence };
    let readings = in_scope(desk, view)?;
    let total: u64 = readings.iter().map(|reading| u64::from(reading.rows)).sum();
    let columns = columns::of(desk, &readings)?;
    let base = Search { total, columns, ..Search::default() };
    let question = match question::of(view) {
        Ok(question) => question,
        Err(fault) => return Ok(faulty(scope, base, fault)),
    };
    emit(base.clone());
    let mut told = Stopwatch::now();
    let mut found = |evidence: EvidenceKey, rows: &roaring::RoaringBitmap| {
        let shown = {
            let mut cache = desk.cache();
            if cache.so_far.of(view).is_none() {
                cache.so_far.0.push((view.clone(), RowSet::new()));
            }
            let Some(held) = cache.so_far.of(view) else { return };
            held.add(evidence, rows.clone());
            if told.elapsed() < BEAT {
                return;
            }
            held.len()
        };
        told = Stopwatch::now();
        let (done, all) = ticket.state();
        let share = if all > 0 { done as f64 / all as f64 } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "a share")]
        emit(Search { shown, share: share as f32, seconds: watch.elapsed().as_secs_f64(), ..base.clone() });
    };
    // Only in row order does what comes first stay first.
    let mut silent = |_: EvidenceKey, _: &roaring::RoaringBitmap| {};
    let each: &mut (dyn FnMut(EvidenceKey, &roaring::RoaringBitmap) + Send) =
        if view.order == Order::Row && view.template.is_none() { &mut found } else { &mut silent };
    let outcome = search::run(&question.query, &*session.store, &*session.reader, &scope, ticket, each);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(search::Error::Query(err)) => return Ok(faulty(scope, base, question.fault(&err))),
        Err(err) => return Err(failed(err)),
    };
    let note = |note: &search::Note| Said::new(note.text(crate::model::Lang::Ja), note.text(crate::model::Lang::En));
    let mut notes: Vec<Said> = outcome.notes.iter().map(note).collect();
    let mut rows = outcome.rows;
    if let Some(of) = &view.template {
        match wordings::rows_of(desk, of, ticket)? {
            Some(inside) => rows = rows.and(&inside),
            None => {
                rows = RowSet::new();
                notes.push(Said::new("その文面はもうありません", "no record has this wording any more"));
            }
        }
    }
    let chosen = if rows.len() == total { Rows::All(&scope) } else { Rows::Only(&rows) };
    let order = Ordered::of(desk, (&rows, chosen), view, &mut notes, ticket)?;
    let (undated, rejects) = if rows.len() == total { totals(desk, &readings)? } else { counted(desk, &rows, ticket)? };
    let search = Search {
        shown: rows.len(),
        undated,
        rejects,
        share: 1.0,
        done: true,
        seconds: watch.elapsed().as_secs_f64(),
        notes,
        ..base
    };
    Ok(Resolved { scope, rows, order, search, ends: Mutex::default() })
}

fn faulty(scope: Scope, base: Search, fault: QueryFault) -> Resolved {
    let search = Search { done: true, share: 1.0, fault: Some(fault), ..base };
    Resolved { scope, rows: RowSet::new(), order: Ordered::Rows, search, ends: Mutex::default() }
}

fn in_scope(desk: &Answers, view: &RecordView) -> Result<Vec<ReadingHead>> {
    let all = desk.session.store.readings()?;
    let inside = |reading: &ReadingHead| {
        view.case.is_none_or(|case| reading.case == Some(case))
            && view.evidence.is_none_or(|key| reading.evidence == key)
    };
    Ok(all.into_iter().filter(inside).collect())
}

/// Undated and rejected records of whole readings: kept as totals.
fn totals(desk: &Answers, readings: &[ReadingHead]) -> Result<(u64, u64)> {
    let keys: BTreeSet<EvidenceKey> = readings.iter().map(|reading| reading.evidence).collect();
    let evidence = desk.session.store.evidence()?;
    let held = evidence.iter().filter(|one| keys.contains(&one.key)).filter_map(|one| one.reading.as_ref());
    Ok(held.fold((0, 0), |(undated, rejects), reading| {
        (undated + u64::from(reading.undated), rejects + u64::from(reading.rejects))
    }))
}

/// Undated and rejected records among some: set algebra with those of the whole store, which are found once.
fn counted(desk: &Answers, rows: &RowSet, ticket: &Ticket) -> Result<(u64, u64)> {
    let held = desk.cache().states.clone();
    let states = match held {
        Some(states) => states,
        None => {
            let fresh = Arc::new([state(desk, "is:undated", ticket)?, state(desk, "is:reject", ticket)?]);
            desk.cache().states = Some(Arc::clone(&fresh));
            fresh
        }
    };
    let [undated, rejects] = states.as_ref();
    Ok((rows.and(undated).len(), rows.and(rejects).len()))
}

fn state(desk: &Answers, query: &str, ticket: &Ticket) -> Result<RowSet> {
    let session = &desk.session;
    let query = search::parse(query).map_err(|err| failed(err.into()))?;
    let scope = Scope::default();
    let outcome = search::run(&query, &*session.store, &*session.reader, &scope, ticket, &mut |_, _| {});
    Ok(outcome.map_err(failed)?.rows)
}

pub(super) fn search(
    desk: &Answers,
    view: &RecordView,
    ticket: &Ticket,
    emit: &mut (dyn FnMut(Reply) + Send),
) -> Result<Search> {
    let mut partial = |search: Search| emit(Reply::Search(Arc::new(search)));
    Ok(resolve(desk, view, ticket, &mut partial)?.search.clone())
}

pub(super) fn rows(desk: &Answers, view: &RecordView, first: u64, count: u32, ticket: &Ticket) -> Result<RowPage> {
    let wanted = first..first.saturating_add(u64::from(count));
    let so_far: Option<Vec<_>> =
        desk.cache().so_far.of(view).map(|rows| wanted.clone().map_while(|n| rows.nth(n)).collect());
    let (picked, columns) = match so_far {
        Some(picked) => (picked, columns::of(desk, &in_scope(desk, view)?)?),
        None => {
            let resolved = resolve(desk, view, ticket, &mut |_| {})?;
            (resolved.order.page(&resolved.rows, wanted, &desk.session.store)?, resolved.search.columns.clone())
        }
    };
    let mut set = RowSet::new();
    picked.iter().for_each(|(evidence, row)| set.insert(*evidence, *row));
    let tags = tags_of(desk)?;
    let mut read = BTreeMap::new();
    find::each_row(&desk.session, &set, u64::MAX, &mut |row| {
        let cells = columns.iter().map(|column| {
            row.fields.iter().find(|(name, _)| *name == column.name).map(|(_, value)| value.clone()).unwrap_or_default()
        });
        let shown = RecordRow {
            evidence: row.key,
            row: row.row,
            offset: row.offset,
            len: u32::try_from(row.len).unwrap_or(u32::MAX),
            when: row.when,
            cells: cells.collect(),
            text: row.text.chars().take(MAX_TEXT).collect(),
            reject: row.reject,
            tags: tags.iter().filter(|(_, set)| set.contains(row.key, row.row)).map(|(name, _)| name.clone()).collect(),
        };
        read.insert((row.key, row.row), shown);
        if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    })?;
    Ok(RowPage { first, rows: picked.iter().filter_map(|place| read.remove(place)).collect() })
}

fn tags_of(desk: &Answers) -> Result<Vec<(String, RowSet)>> {
    let said = desk.session.store.statements("tag", None)?;
    let names: BTreeSet<String> = said
        .into_iter()
        .filter_map(|(said, _)| if let crate::model::Statement::Tag(tag) = said { Some(tag.name) } else { None })
        .collect();
    names.into_iter().map(|name| Ok((name.clone(), desk.session.store.named(&NamedSet::Tag(name))?))).collect()
}

/// Names of the columns of a view as its format has them; none where records have fields of their own each.
pub(super) fn column_names(desk: &Answers, view: &RecordView) -> Result<Vec<String>> {
    Ok(columns::stated(desk, &in_scope(desk, view)?))
}

/// Records read at a time where they come in another order than they stand.
const BLOCK: u64 = 2_000;

/// Calls `each` with every record of a view in its order; says how many there were. The ticket counts records.
pub(super) fn each_in_order(
    desk: &Answers,
    view: &RecordView,
    ticket: &Ticket,
    each: &mut dyn FnMut(find::Row) -> Result<()>,
) -> Result<u64> {
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let count = resolved.rows.len();
    ticket.set_total(count);
    let stopped = || if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) };
    if matches!(resolved.order, Ordered::Rows) {
        find::each_row(&desk.session, &resolved.rows, u64::MAX, &mut |row| {
            stopped()?;
            ticket.advance(1);
            each(row)
        })?;
        return Ok(count);
    }
    for start in (0..count).step_by(usize::try_from(BLOCK).unwrap_or(1)) {
        stopped()?;
        let end = start.saturating_add(BLOCK).min(count);
        let places = resolved.order.page(&resolved.rows, start..end, &desk.session.store)?;
        let mut set = RowSet::new();
        places.iter().for_each(|(evidence, row)| set.insert(*evidence, *row));
        let mut read = BTreeMap::new();
        find::each_row(&desk.session, &set, u64::MAX, &mut |row| {
            read.insert((row.key, row.row), row);
            Ok(())
        })?;
        places.iter().filter_map(|place| read.remove(place)).try_for_each(&mut *each)?;
        ticket.advance(end - start);
    }
    Ok(count)
}

/// The rows at these places of a view.
pub(super) fn at_places(
    desk: &Answers,
    view: &RecordView,
    places: &[u64],
    ticket: &Ticket,
) -> Result<Vec<(EvidenceKey, u32)>> {
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let mut out = Vec::with_capacity(places.len());
    // Neighbours are looked up together.
    for run in places.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        out.extend(resolved.order.page(&resolved.rows, *first..last.saturating_add(1), &desk.session.store)?);
    }
    Ok(out)
}

/// Rows a command is about.
pub(super) fn picked(desk: &Answers, view: &RecordView, ticket: &Ticket) -> Result<RowSet> {
    Ok(resolve(desk, view, ticket, &mut |_| {})?.rows.clone())
}

impl Resolved {
    fn ends(&self) -> Ends {
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep_ends(&self, ends: Option<(Instant, Instant)>) {
        let ends = ends.map_or(Ends::Undated, |(first, last)| Ends::Known(first, last));
        *self.ends.lock().unwrap_or_else(PoisonError::into_inner) = ends;
    }
}
