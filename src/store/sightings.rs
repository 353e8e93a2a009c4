//! Sightings: what was seen where, put together from posting runs, lists and stated roles.
//!
//! Runs and lists lie in the order of kind and value, so all sightings are handed out in one walk along them, in that
//! order, with memory for one value at a time.

use super::entry::{DIRECT, VERIFIED, span};
use super::error::Result;
use super::limited::{self, Limited};
use super::listed::ListedRows;
use super::merge::merge;
use super::runs::{self, Cursor, Keys};
use super::{Store, values};
use crate::model::{CaseKey, EvidenceKey, Indicator, Instant, Kind, Role, Sighting};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap};

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

impl SightingFilter {
    fn keys(&self) -> Keys {
        match (self.kind, &self.value) {
            (Some(kind), Some(value)) => Keys::Only(values::key_of(kind, value)),
            (Some(kind), None) => Keys::Within(values::prefix_of(kind)),
            (None, _) => Keys::All,
        }
    }
}

/// A value seen in one place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) case: Option<CaseKey>,
    pub(super) evidence: Option<EvidenceKey>,
    pub(super) count: u64,
    pub(super) times: Option<(Instant, Instant)>,
    pub(super) flags: u8,
    pub(super) declared: Option<Role>,
}

impl Place {
    fn join(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.flags |= other.flags;
        self.times = span(self.times, other.times);
        self.declared = match (self.declared, other.declared) {
            (Some(a), Some(b)) => Some(a.stricter(b)),
            (a, b) => a.or(b),
        };
    }
}

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

    /// Calls `each` with every sighting that passes, in the same order.
    pub fn each_sighting(&self, filter: &SightingFilter, each: &mut dyn FnMut(Sighting) -> Result<()>) -> Result<()> {
        self.read(|connection| {
            let (roles, limited) = (roles(connection, filter)?, Limited::read(connection, filter.case)?);
            let skews = skews(connection)?;
            walk(connection, filter, &mut |key, places| {
                let indicator = values::indicator_of(key)?;
                if filter.value.as_ref().is_some_and(|value| *value != indicator.value) {
                    return Ok(());
                }
                places.chunk_by(|a, b| a.case == b.case).try_for_each(|places| {
                    let case = places.first().and_then(|place| place.case);
                    let stated = case.and_then(|case| roles.get(&case.0)?.get(&indicator)).copied();
                    let parts = case.and_then(|case| Some((case, limited.of(case, &indicator)?)));
                    let whole = |(case, said)| limited::role(connection, (case, &indicator), said, stated);
                    let parts = parts.map(whole).transpose()?;
                    places.iter().try_for_each(|place| {
                        let role = parts.unwrap_or_else(|| stated.or(place.declared));
                        each(sighting(&indicator, place, role, &skews))
                    })
                })
            })
        })
    }
}

/// Clocks that were off, by evidence.
fn skews(connection: &Connection) -> Result<BTreeMap<i64, i64>> {
    let sql = "SELECT evidence, json_extract(form, '$.time.skew_secs') FROM reading
        WHERE json_extract(form, '$.time.skew_secs')!=0";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn sighting(indicator: &Indicator, place: &Place, role: Option<Role>, skews: &BTreeMap<i64, i64>) -> Sighting {
    let skew = place.evidence.and_then(|key| skews.get(&key.0)).copied().unwrap_or(0);
    Sighting {
        indicator: indicator.clone(),
        case: place.case,
        evidence: place.evidence,
        count: place.count,
        first: place.times.map(|times| times.0.without_skew(skew)),
        last: place.times.map(|times| times.1.without_skew(skew)),
        role,
        implied: place.flags & DIRECT == 0,
        verified: place.flags & VERIFIED != 0,
    }
}

/// Is called with the key of a value and the places it was seen in.
pub(super) type Each<'a> = &'a mut dyn FnMut(&[u8], &[Place]) -> Result<()>;

/// Calls `each` with every value that passes and the places it was seen in, sorted by case and evidence.
pub(super) fn walk(connection: &Connection, filter: &SightingFilter, each: Each<'_>) -> Result<()> {
    let keys = filter.keys();
    let (mut cursors, mut owners) = (Vec::new(), Vec::new());
    for (evidence, case) in wanted(connection, filter)? {
        for place in runs::runs_of(connection, evidence)? {
            cursors.push(Cursor::of(connection, place, &keys)?);
            owners.push((EvidenceKey(evidence), case));
        }
    }
    let mut statement = None;
    let mut lists = match filter.evidence {
        None => Some(ListedRows::of(connection, &mut statement, filter.case, filter.kind, filter.value.as_deref())?),
        Some(_) => None,
    };
    let mut group = Group { key: Vec::new(), places: Vec::new(), each };
    merge(connection, cursors, |at, cursor, _| {
        if let Some(lists) = &mut lists {
            lists.before(cursor.key(), &mut |key, place| group.add(key, place))?;
        }
        let (Some((entry, _)), Some((evidence, case))) = (cursor.now(), owners.get(at)) else { return Ok(()) };
        let place = Place {
            case: *case,
            evidence: Some(*evidence),
            count: u64::from(entry.count),
            times: entry.times,
            flags: entry.flags,
            declared: None,
        };
        group.add(cursor.key(), place)
    })?;
    if let Some(lists) = &mut lists {
        lists.rest(&mut |key, place| group.add(key, place))?;
    }
    group.close()
}

/// The places of the value the walk has come to.
struct Group<'a> {
    key: Vec<u8>,
    places: Vec<Place>,
    each: Each<'a>,
}

impl Group<'_> {
    fn add(&mut self, key: &[u8], place: Place) -> Result<()> {
        if self.key != key {
            self.close()?;
            self.key.extend_from_slice(key);
        }
        self.places.push(place);
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.places.sort_by_key(|place| (place.case, place.evidence));
        self.places.dedup_by(|later, kept| {
            let same = (later.case, later.evidence) == (kept.case, kept.evidence);
            if same {
                kept.join(later);
            }
            same
        });
        if !self.places.is_empty() {
            (self.each)(&self.key, &self.places)?;
        }
        self.key.clear();
        self.places.clear();
        Ok(())
    }
}

/// The evidences to look in, each with its case.
fn wanted(connection: &Connection, filter: &SightingFilter) -> Result<Vec<(i64, Option<CaseKey>)>> {
    let sql = "SELECT key, case_key FROM evidence
        WHERE state='complete' AND (?1 IS NULL OR case_key=?1) AND (?2 IS NULL OR key=?2) ORDER BY key";
    let mut query = connection.prepare_cached(sql)?;
    let limits = params![filter.case.map(|key| key.0), filter.evidence.map(|key| key.0)];
    let rows = query.query_map(limits, |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.map(CaseKey))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Roles that hold in a whole case, by case and value.
type Roles = HashMap<i64, HashMap<Indicator, Role>>;

fn roles(connection: &Connection, filter: &SightingFilter) -> Result<Roles> {
    let case = filter.case.map(|case| case.0);
    // Of one value they are looked up in each case: a case may have a hundred thousand.
    let one = filter.kind.zip(filter.value.as_deref());
    let mut query = connection.prepare_cached(if one.is_some() {
        "SELECT case_key, kind, value, role FROM cases CROSS JOIN role ON case_key=cases.key AND kind=?2 AND value=?3
            WHERE ?1 IS NULL OR cases.key=?1"
    } else {
        "SELECT case_key, kind, value, role FROM role WHERE (?1 IS NULL OR case_key=?1) AND ?2 IS NULL AND ?3 IS NULL"
    })?;
    let (kind, value) = one.unzip();
    let mut rows = query.query(params![case, kind.map(|kind| kind.tag().to_owned()), value])?;
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
