//! Sightings: what was seen where, put together from posting runs, lists and stated roles.
//!
//! Handed out in the order of kind, value, case and evidence, a page of the dictionary at a time: memory stays bounded
//! with millions of values, and every page is one walk along the runs, which are sorted by fingerprint.

use super::error::Result;
use super::merge::merge;
use super::runs::{self, Cursor, DIRECT, Entry, VERIFIED, from_ordered, ordered};
use super::{Post, Store, values};
use crate::model::{CaseKey, EvidenceKey, Indicator, Instant, Kind, Role, Sighting};
use rusqlite::{Connection, params};
use std::collections::HashMap;

/// Values of one page at most.
const PAGE: u64 = 400_000;

/// Which sightings are wanted; `None` is no limit.
#[derive(Clone, Debug, Default)]
pub struct SightingFilter {
    /// Filed in this case.
    pub case: Option<CaseKey>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this evidence; lists are left out.
    pub evidence: Option<EvidenceKey>,
    /// This canonical value (with `kind`).
    pub value: Option<String>,
}

/// Roles by case and value.
type Roles = HashMap<i64, HashMap<Indicator, Role>>;

/// A value seen in one place; `at` is its position in the page.
#[derive(Debug)]
struct Place {
    at: u32,
    case: Option<CaseKey>,
    evidence: Option<EvidenceKey>,
    count: u64,
    times: Option<(Instant, Instant)>,
    flags: u8,
    declared: Option<Role>,
}

/// Values in the order shown, and where each stands by fingerprint.
struct Leaf {
    values: Vec<Indicator>,
    by_fp: Vec<(u64, u32)>,
}

/// An evidence to look in, with its case.
type Wanted = (i64, Option<CaseKey>);

impl Store {
    /// Every sighting that passes, sorted by kind, value, case and evidence.
    pub fn sightings(&self, filter: &SightingFilter) -> Result<Vec<Sighting>> {
        let mut out = Vec::new();
        self.each_sighting(filter, &mut |sighting| {
            out.push(sighting);
            Ok(())
        })?;
        Ok(out)
    }

    /// Calls `each` with every sighting that passes, in the same order, holding no more than a page of them.
    pub fn each_sighting(&self, filter: &SightingFilter, each: &mut dyn FnMut(Sighting) -> Result<()>) -> Result<()> {
        self.read(|connection| {
            let roles = roles(connection, filter.case)?;
            let evidence = wanted(connection, filter)?;
            if let Some((kind, value)) = filter.kind.zip(filter.value.as_deref()) {
                let fp = self.facts.print.of(kind, value);
                let indicator = Indicator { kind, value: value.to_owned() };
                let page = Leaf { values: vec![indicator], by_fp: vec![(fp, 0)] };
                return show(connection, filter, &evidence, &page, &roles, each);
            }
            let expected = expected(connection, filter, &evidence)?;
            if expected <= PAGE {
                let page = small_page(connection, filter, &evidence)?;
                return show(connection, filter, &evidence, &page, &roles, each);
            }
            walk(connection, filter, &evidence, expected, &roles, each)
        })
    }
}

fn wanted(connection: &Connection, filter: &SightingFilter) -> Result<Vec<Wanted>> {
    let sql = "SELECT key, case_key FROM evidence
        WHERE state='complete' AND (?1 IS NULL OR case_key=?1) AND (?2 IS NULL OR key=?2) ORDER BY key";
    let mut query = connection.prepare_cached(sql)?;
    let limits = params![filter.case.map(|key| key.0), filter.evidence.map(|key| key.0)];
    let rows = query.query_map(limits, |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(CaseKey))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many places there are before kinds are told apart.
fn expected(connection: &Connection, filter: &SightingFilter, evidence: &[Wanted]) -> Result<u64> {
    let mut total = 0_u64;
    let mut query = connection.prepare_cached("SELECT coalesce(max(indicators), 0) FROM reading WHERE evidence=?")?;
    for (key, _) in evidence {
        total += query.query_row([key], |row| row.get::<_, i64>(0))? as u64;
    }
    if filter.evidence.is_none() {
        let sql = match filter.case {
            Some(_) => "SELECT count(*) FROM listed WHERE case_key=?1",
            None => "SELECT count(*) FROM listed WHERE ?1 IS NULL",
        };
        total += connection.query_row(sql, [filter.case.map(|key| key.0)], |row| row.get::<_, i64>(0))? as u64;
    }
    Ok(total)
}

/// The values of the places themselves: a small question does not walk a large dictionary.
fn small_page(connection: &Connection, filter: &SightingFilter, evidence: &[Wanted]) -> Result<Leaf> {
    let mut fps = Vec::new();
    for (key, _) in evidence {
        for place in runs::runs_of(connection, *key)? {
            let mut cursor = Cursor::stored(place);
            while let Some((entry, _)) = cursor.step(connection)? {
                fps.push(entry.fp);
            }
        }
    }
    if filter.evidence.is_none() {
        let sql = match filter.case {
            Some(_) => "SELECT fp FROM listed WHERE case_key=?1",
            None => "SELECT fp FROM listed WHERE ?1 IS NULL",
        };
        let mut query = connection.prepare_cached(sql)?;
        let rows = query.query_map([filter.case.map(|key| key.0)], |row| row.get(0))?;
        for fp in rows {
            fps.push(from_ordered(fp?));
        }
    }
    fps.sort_unstable();
    fps.dedup();
    let mut found = Vec::with_capacity(fps.len());
    for fp in fps {
        let indicator = values::resolve(connection, fp)?;
        if passes(filter, &indicator) {
            found.push((fp, indicator));
        }
    }
    found.sort_unstable_by(|a, b| a.1.cmp(&b.1));
    Ok(Leaf::of(found))
}

/// Without a kind a value passes whatever its kind.
fn passes(filter: &SightingFilter, indicator: &Indicator) -> bool {
    filter.kind.is_none_or(|kind| kind == indicator.kind)
        && filter.value.as_ref().is_none_or(|value| *value == indicator.value)
}

impl Leaf {
    fn of(found: Vec<(u64, Indicator)>) -> Self {
        let mut by_fp: Vec<(u64, u32)> = found.iter().zip(0..).map(|((fp, _), at)| (*fp, at)).collect();
        by_fp.sort_unstable();
        Self { values: found.into_iter().map(|(_, indicator)| indicator).collect(), by_fp }
    }
}

/// Walks the dictionary in the order shown, page by page.
fn walk(
    connection: &Connection,
    filter: &SightingFilter,
    evidence: &[Wanted],
    expected: u64,
    roles: &Roles,
    each: &mut dyn FnMut(Sighting) -> Result<()>,
) -> Result<()> {
    let total: i64 = connection.query_row("SELECT count(*) FROM indicator", [], |row| row.get(0))?;
    // Where a value stands in many places, fewer values make a page.
    let size = (PAGE * (total as u64).max(1) / expected.max(1)).clamp(5_000, PAGE) as usize;
    let sql = "SELECT kind, value, fp FROM indicator WHERE ?1 IS NULL OR kind=?1 ORDER BY kind, value";
    let of_kind = "SELECT kind, value, fp FROM indicator WHERE kind=?1 ORDER BY value";
    let mut query = connection.prepare(if filter.kind.is_some() { of_kind } else { sql })?;
    let mut rows = query.query([filter.kind.map(|kind| kind.tag().to_owned())])?;
    let mut found = Vec::with_capacity(size);
    loop {
        let row = rows.next()?;
        let more = row.is_some();
        if let Some(row) = row {
            let tag = row.get_ref(0)?.as_str().map_err(|_| super::Error::damaged("indicator"))?;
            let indicator = Indicator { kind: values::kind(tag)?, value: row.get(1)? };
            if passes(filter, &indicator) {
                found.push((from_ordered(row.get(2)?), indicator));
            }
        }
        if found.len() >= size || !more {
            show(connection, filter, evidence, &Leaf::of(std::mem::take(&mut found)), roles, each)?;
        }
        if !more {
            return Ok(());
        }
    }
}

/// Finds the places of a page's values and hands them out in order.
fn show(
    connection: &Connection,
    filter: &SightingFilter,
    evidence: &[Wanted],
    page: &Leaf,
    roles: &Roles,
    each: &mut dyn FnMut(Sighting) -> Result<()>,
) -> Result<()> {
    let mut places = Vec::new();
    for (key, case) in evidence {
        seen(connection, *key, *case, page, &mut places)?;
    }
    if filter.evidence.is_none() {
        listed(connection, filter, page, &mut places)?;
    }
    places.sort_unstable_by_key(|place| (place.at, place.case, place.evidence));
    for place in places {
        let Some(indicator) = page.values.get(place.at as usize).cloned() else { continue };
        let stated = place.case.and_then(|case| roles.get(&case.0)?.get(&indicator)).copied();
        each(Sighting {
            indicator,
            case: place.case,
            evidence: place.evidence,
            count: place.count,
            first: place.times.map(|times| times.0),
            last: place.times.map(|times| times.1),
            role: stated.or(place.declared),
            implied: place.flags & DIRECT == 0,
            verified: place.flags & VERIFIED != 0,
        })?;
    }
    Ok(())
}

/// The page's values in one evidence.
fn seen(connection: &Connection, key: i64, case: Option<CaseKey>, page: &Leaf, out: &mut Vec<Place>) -> Result<()> {
    let Some((least, _)) = page.by_fp.first().copied() else { return Ok(()) };
    let places = runs::runs_of(connection, key)?;
    let cursors = places.into_iter().map(|place| Cursor::from(connection, place, least)).collect::<Result<Vec<_>>>()?;
    let mut wanted = page.by_fp.iter().peekable();
    let only = page.by_fp.len() == 1;
    let mut add = |entry: &Entry| {
        while wanted.next_if(|(fp, _)| *fp < entry.fp).is_some() {}
        let Some((_, at)) = wanted.peek().filter(|(fp, _)| *fp == entry.fp) else { return };
        if let Some(last) = out.last_mut().filter(|last| last.at == *at && last.evidence == Some(EvidenceKey(key))) {
            last.count += u64::from(entry.count);
            last.flags |= entry.flags;
            last.times = runs::span(last.times, entry.times);
            return;
        }
        out.push(Place {
            at: *at,
            case,
            evidence: Some(EvidenceKey(key)),
            count: u64::from(entry.count),
            times: entry.times,
            flags: entry.flags,
            declared: None,
        });
    };
    if !only {
        return merge(connection, cursors, |_, _, entry, _| {
            add(entry);
            Ok(())
        });
    }
    // One value needs a block or two, not the rest of the run.
    for mut cursor in cursors {
        while let Some((entry, _)) = cursor.step(connection)? {
            if entry.fp > least {
                break;
            }
            add(entry);
        }
    }
    Ok(())
}

/// The page's values in lists.
fn listed(connection: &Connection, filter: &SightingFilter, page: &Leaf, out: &mut Vec<Place>) -> Result<()> {
    let sql = "SELECT case_key, first, last, count, flags, role FROM listed
        WHERE fp=?1 AND (?2 IS NULL OR case_key=?2) ORDER BY case_key";
    let mut query = connection.prepare_cached(sql)?;
    for (fp, at) in &page.by_fp {
        let mut rows = query.query(params![ordered(*fp), filter.case.map(|case| case.0)])?;
        let start = out.len();
        while let Some(row) = rows.next()? {
            let case = Some(CaseKey(row.get(0)?));
            let times = row.get::<_, Option<i64>>(1)?.zip(row.get::<_, Option<i64>>(2)?);
            let stored: u8 = row.get(4)?;
            let direct = if stored & Post::IMPLIED == 0 { DIRECT } else { 0 };
            let verified = if stored & Post::VERIFIED == 0 { 0 } else { VERIFIED };
            let tag: Option<String> = row.get(5)?;
            let place = Place {
                at: *at,
                case,
                evidence: None,
                count: row.get::<_, i64>(3)? as u64,
                times: times.map(|(first, last)| (Instant(first), Instant(last))),
                flags: direct | verified,
                declared: tag.and_then(|tag| Role::from_tag(&tag)),
            };
            match out.get_mut(start..).and_then(<[Place]>::last_mut).filter(|last| last.case == case) {
                Some(last) => {
                    last.count = last.count.saturating_add(place.count);
                    last.flags |= place.flags;
                    last.times = runs::span(last.times, place.times);
                    last.declared = match (last.declared, place.declared) {
                        (Some(a), Some(b)) => Some(a.stricter(b)),
                        (a, b) => a.or(b),
                    };
                }
                None => out.push(place),
            }
        }
    }
    Ok(())
}

fn roles(connection: &Connection, case: Option<CaseKey>) -> Result<Roles> {
    let sql = "SELECT case_key, kind, value, role FROM role WHERE ?1 IS NULL OR case_key=?1";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([case.map(|case| case.0)])?;
    let mut out = Roles::new();
    while let Some(row) = rows.next()? {
        let Some(role) = Role::from_tag(&row.get::<_, String>(3)?) else { continue };
        let indicator = Indicator { kind: values::kind(&row.get::<_, String>(1)?)?, value: row.get(2)? };
        // Several statements about one value in one case: the strictest holds.
        out.entry(row.get(0)?)
            .or_default()
            .entry(indicator)
            .and_modify(|held| *held = held.stricter(role))
            .or_insert(role);
    }
    Ok(out)
}
