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
use super::{Store, settled, statements, values};
use crate::model::settled::{is_ambiguous, readings};
use crate::model::statement::Settlement;
use crate::model::{CaseKey, EvidenceKey, Indicator, Instant, Kind, Role, Settled, Sighting};
use rusqlite::{Connection, params};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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
            let anything = !roles.is_empty() || !limited.is_empty();
            let (skews, settled) = (skews(connection)?, settled::read(connection)?);
            walk(connection, &settled, filter, &mut |key, places| {
                let indicator = values::indicator_of(key)?;
                if filter.value.as_ref().is_some_and(|value| *value != indicator.value) {
                    return Ok(());
                }
                // What is said of a value holds however it is read.
                let other = (anything && is_ambiguous(indicator.kind, &indicator.value))
                    .then(|| Indicator::stem(indicator.kind, &indicator.value));
                let stem = other.as_ref().unwrap_or(&indicator);
                places.chunk_by(|a, b| a.case == b.case).try_for_each(|places| {
                    let case = places.first().and_then(|place| place.case);
                    let stated = case.and_then(|case| roles.get(&case.0)?.get(stem)).copied();
                    let parts = case.and_then(|case| Some((case, limited.of(case, stem)?)));
                    let whole = |(case, said)| limited::role(connection, &settled, (case, &indicator), said, stated);
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

/// Calls `each` with every value that passes and the places it was seen in, sorted by case and evidence. A value goes by
/// the kind it was settled as.
pub(super) fn walk(connection: &Connection, settled: &Settled, filter: &SightingFilter, each: Each<'_>) -> Result<()> {
    let wanted = wanted(connection, filter)?;
    let (gone, moved) = moved(connection, settled, filter, &wanted)?;
    let mut group = Group { key: Vec::new(), places: Vec::new(), gone, moved, each };
    merged(connection, filter, &wanted, &mut |key, place| group.add(key, place))?;
    group.finish()
}

/// Places by the key of their value.
type ByKey = BTreeMap<Vec<u8>, Vec<Place>>;

/// Values that were settled: the keys they are posted under, rising, and their places by the key they go by. There are few,
/// so each is looked up.
fn moved(
    connection: &Connection,
    settled: &Settled,
    filter: &SightingFilter,
    wanted: &[Owner],
) -> Result<(Vec<Vec<u8>>, ByKey)> {
    let touches = |kind: Kind, value: &str| {
        filter.kind.is_none_or(|wanted| wanted == kind) && filter.value.as_ref().is_none_or(|wanted| wanted == value)
    };
    let (mut gone, mut out, mut within) = (Vec::new(), ByKey::new(), BTreeMap::new());
    for (said, _) in settled.iter() {
        for kind in readings(said.kind, &said.value).filter(|kind| touches(*kind, &said.value)) {
            gone.push(values::key_of(kind, &said.value));
        }
        if touches(said.kind, &said.value) {
            let places = places_of(connection, settled, said, filter, (wanted, &mut within))?;
            out.insert(values::key_of(said.kind, &said.value), places);
        }
    }
    gone.sort();
    Ok((gone, out))
}

/// The places of a settled value, however it was read in each. Evidences in which nothing is of a kind are not looked into
/// for it; `within` remembers which are.
fn places_of(
    connection: &Connection,
    settled: &Settled,
    said: &Settlement,
    filter: &SightingFilter,
    (wanted, within): (&[Owner], &mut BTreeMap<Kind, Vec<Owner>>),
) -> Result<Vec<Place>> {
    let (mut places, mut seen, mut twice) = (Vec::new(), BTreeSet::new(), BTreeSet::<EvidenceKey>::new());
    for kind in readings(said.kind, &said.value) {
        let owners = match within.entry(kind) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let holders = settled::holders(connection, kind)?;
                place.insert(wanted.iter().filter(|(key, _)| holders.contains(key)).copied().collect())
            }
        };
        let read = SightingFilter { kind: Some(kind), value: Some(said.value.clone()), ..filter.clone() };
        let mut here = BTreeSet::new();
        merged(connection, &read, owners, &mut |_, place| {
            here.extend(place.evidence);
            places.push(place);
            Ok(())
        })?;
        twice.extend(here.intersection(&seen));
        seen.extend(here);
    }
    join(&mut places);
    // A record that calls it both is one record.
    for place in &mut places {
        if let Some(evidence) = place.evidence.filter(|key| twice.contains(key)) {
            place.count = settled::rows_of(connection, evidence.0, settled, (said.kind, &said.value))?.len();
        }
    }
    Ok(places)
}

/// Hands out the places of values as they were read, in the order of keys.
fn merged(
    connection: &Connection,
    filter: &SightingFilter,
    wanted: &[Owner],
    each: &mut dyn FnMut(&[u8], Place) -> Result<()>,
) -> Result<()> {
    let (keys, mut cursors, mut owners) = (filter.keys(), Vec::new(), Vec::new());
    for (evidence, case) in wanted {
        for place in runs::runs_of(connection, *evidence)? {
            cursors.push(Cursor::of(connection, place, &keys)?);
            owners.push((EvidenceKey(*evidence), *case));
        }
    }
    let mut statement = None;
    let mut lists = match filter.evidence {
        None => Some(ListedRows::of(connection, &mut statement, filter.case, filter.kind, filter.value.as_deref())?),
        Some(_) => None,
    };
    merge(connection, cursors, |at, cursor, _| {
        if let Some(lists) = &mut lists {
            lists.before(cursor.key(), each)?;
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
        each(cursor.key(), place)
    })?;
    lists.map_or(Ok(()), |mut lists| lists.rest(each))
}

/// The places of the value the walk has come to.
struct Group<'a> {
    key: Vec<u8>,
    places: Vec<Place>,
    /// Keys of values that go by another kind, rising.
    gone: Vec<Vec<u8>>,
    /// Their places, by the key they go by; those before the walk's were handed out.
    moved: ByKey,
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

    /// Hands out what the walk has come to; before it what goes by a smaller key than it was read under.
    fn close(&mut self) -> Result<()> {
        if !self.gone.is_empty() {
            while let Some(next) = self.moved.first_entry().filter(|next| *next.key() <= self.key) {
                let (key, places) = next.remove_entry();
                hand_out(self.each, &key, &places)?;
            }
            if self.gone.binary_search(&self.key).is_ok() {
                self.places.clear();
            }
        }
        join(&mut self.places);
        hand_out(self.each, &self.key, &self.places)?;
        self.key.clear();
        self.places.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<()> {
        self.close()?;
        std::mem::take(&mut self.moved).iter().try_for_each(|(key, places)| hand_out(self.each, key, places))
    }
}

fn hand_out(each: Each<'_>, key: &[u8], places: &[Place]) -> Result<()> {
    if places.is_empty() { Ok(()) } else { each(key, places) }
}

/// Puts the places of one value in order, those of one case and evidence together.
fn join(places: &mut Vec<Place>) {
    places.sort_by_key(|place| (place.case, place.evidence));
    places.dedup_by(|later, kept| {
        let same = (later.case, later.evidence) == (kept.case, kept.evidence);
        if same {
            kept.join(later);
        }
        same
    });
}

/// An evidence, and the case it is filed in.
type Owner = (i64, Option<CaseKey>);

/// The evidences to look in.
fn wanted(connection: &Connection, filter: &SightingFilter) -> Result<Vec<Owner>> {
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
        "SELECT case_key, kind, value, role FROM cases CROSS JOIN role ON case_key=cases.key AND kind IN (?2,?3,?4)
            AND value=?5 WHERE ?1 IS NULL OR cases.key=?1"
    } else {
        "SELECT case_key, kind, value, role FROM role WHERE ?1 IS NULL OR case_key=?1"
    })?;
    let mut rows = match one {
        Some((kind, value)) => {
            let [a, b, c] = statements::tags(kind, value);
            query.query(params![case, a, b, c, value])?
        }
        None => query.query([case])?,
    };
    let mut out = Roles::new();
    while let Some(row) = rows.next()? {
        let Some(role) = Role::from_tag(&row.get::<_, String>(3)?) else { continue };
        let indicator = Indicator::stem(values::kind(&row.get::<_, String>(1)?)?, &row.get::<_, String>(2)?);
        // Several statements about one value in one case: the strictest holds.
        out.entry(row.get(0)?)
            .or_default()
            .entry(indicator)
            .and_modify(|held| *held = held.stricter(role))
            .or_insert(role);
    }
    Ok(out)
}
