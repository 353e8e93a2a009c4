//! Counts over a view: how its records lie in time, and the commonest values of a field. Over all rows, never a sample.

use super::{Ends, Resolved, failed, in_scope, resolve};
use crate::model::time::JST_MINUTES;
use crate::model::{Instant, Ticket};
use crate::search::{self, Bins};
use crate::workbench::answer::Answers;
use crate::workbench::ask::{Facet, Histogram, RecordView};
use crate::workbench::error::Result;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Widths of a bar that a person can name.
const STEPS: [i64; 21] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    30 * DAY,
];

/// Bars that begin on a full second, minute, hour or day in Japanese time, at most about `most` of them.
fn bins(from: Instant, to: Instant, most: u32) -> Bins {
    let span = to.0.saturating_sub(from.0).max(0);
    let least = span / i64::from(most.max(1));
    let step = STEPS.into_iter().find(|step| *step >= least).unwrap_or_else(|| (least / DAY + 1) * DAY);
    // Weeks begin on Monday; 1970 began on a Thursday.
    let zone = i64::from(JST_MINUTES) * MINUTE - if step == 7 * DAY { 4 * DAY } else { 0 };
    let start = (from.0.saturating_add(zone)).div_euclid(step).saturating_mul(step).saturating_sub(zone);
    Bins { from: Instant(start), to: Instant(to.0.saturating_add(1)), nanos: step }
}

/// Bars of one look for the ends of a view.
const LOOK: i64 = 4096;

/// First and last instant of a view, as far as bars need it: the ends of the evidence, narrowed until nothing more falls
/// away.
fn bounds(
    desk: &Answers,
    resolved: &Resolved,
    view: &RecordView,
    ticket: &Ticket,
) -> Result<Option<(Instant, Instant)>> {
    match resolved.ends() {
        Ends::Known(first, last) => return Ok(Some((first, last))),
        Ends::Undated => return Ok(None),
        Ends::Unasked => {}
    }
    let readings = in_scope(desk, view)?;
    let firsts = readings.iter().filter_map(|one| Some(one.first?.without_skew(one.form.time.skew_secs)));
    let lasts = readings.iter().filter_map(|one| Some(one.last?.without_skew(one.form.time.skew_secs)));
    let mut ends = firsts.min().zip(lasts.max());
    let whole = resolved.rows.len() == resolved.search.total;
    while let Some((from, to)) = ends.filter(|_| !whole) {
        let span = to.0.saturating_sub(from.0);
        let step = (span / LOOK + 1).max(SECOND);
        let bins = Bins { from, to: Instant(to.0.saturating_add(1)), nanos: step };
        let found = search::histogram(resolved.selection(), &*desk.session.store, bins, ticket).map_err(failed)?;
        let seen = |count: &u64| *count > 0;
        let (first, last) = (found.counts.iter().position(seen), found.counts.iter().rposition(seen));
        let at = |bin: usize| Instant(from.0.saturating_add(step.saturating_mul(i64::try_from(bin).unwrap_or(0))));
        ends = first.zip(last).map(|(first, last)| (at(first), Instant(at(last + 1).0.saturating_sub(1).min(to.0))));
        if step == SECOND || ends.is_some_and(|(from, to)| to.0.saturating_sub(from.0) > span / 16) {
            break;
        }
    }
    resolved.keep_ends(ends);
    Ok(ends)
}

pub(in crate::workbench::answer) fn histogram(
    desk: &Answers,
    view: &RecordView,
    bars: u32,
    ticket: &Ticket,
) -> Result<Histogram> {
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let Some((from, to)) = bounds(desk, &resolved, view, ticket)? else {
        return Ok(Histogram { undated: resolved.rows.len(), ..Histogram::default() });
    };
    let bins = bins(from, to, bars);
    let counted = search::histogram(resolved.selection(), &*desk.session.store, bins, ticket).map_err(failed)?;
    Ok(Histogram { from: Some(bins.from), step: bins.nanos, counts: counted.counts, undated: counted.undated })
}

/// The bars of the histogram by values of a field; none where nothing has an instant.
pub(in crate::workbench::answer) fn stack(
    desk: &Answers,
    view: &RecordView,
    bars: u32,
    of: (&str, &[String]),
    ticket: &Ticket,
) -> Result<Vec<Vec<u64>>> {
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let Some((from, to)) = bounds(desk, &resolved, view, ticket)? else { return Ok(Vec::new()) };
    let read = (&*desk.session.store as _, &*desk.session.reader as _);
    search::stack(resolved.selection(), of, read, bins(from, to, bars), ticket).map_err(failed)
}

pub(in crate::workbench::answer) fn facet(
    desk: &Answers,
    view: &RecordView,
    field: &str,
    limit: u32,
    ticket: &Ticket,
) -> Result<Facet> {
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let session = &desk.session;
    let counted = search::facet(resolved.selection(), field, &*session.store, &*session.reader, ticket, limit as usize)
        .map_err(failed)?;
    let shown: u64 = counted.top.iter().map(|(_, count)| count).sum();
    Ok(Facet {
        others: counted.total - counted.missing - shown,
        absent: counted.missing,
        distinct: counted.distinct_at_least,
        exact: counted.is_exact,
        values: counted.top,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_on_full_units_of_japanese_time() {
        let at = |text: &str| crate::workbench::clock::read(text).unwrap();
        let made = bins(at("2026-04-01T08:03:20"), at("2026-04-03T20:10:00"), 200);
        assert_eq!((made.from, made.nanos), (at("2026-04-01T08:00:00"), 30 * MINUTE));
        let weeks = bins(at("2025-01-01T08:03:20"), at("2026-04-03T20:10:00"), 200);
        assert_eq!((weeks.from, weeks.nanos), (at("2024-12-30T00:00:00"), 7 * DAY));
        let one = bins(at("2026-04-01T08:03:20"), at("2026-04-01T08:03:20"), 200);
        assert_eq!(one.nanos, SECOND);
    }
}
