//! Roles that hold in some records only: a statement that cites bytes speaks of the value there and nowhere else.
//!
//! A value that plays several parts in one case counts as the one that lets least of it out, and a place nobody spoke of
//! counts as not stated. What a sighting says of its value holds for the whole case, so that no part of a bundle is more
//! open than another.

use super::error::Result;
use super::sightings::{Place, walk};
use super::{SightingFilter, Store, settled, statements};
use crate::model::statement::{RoleStatement, Statement};
use crate::model::{CaseKey, EvidenceKey, Indicator, Role, RowSet, Settled};
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap};

/// A role and the records it holds in.
#[derive(Clone, Debug)]
pub struct LimitedRole {
    /// As it was said.
    pub said: RoleStatement,
    /// The records, as the evidence is read at present.
    pub rows: RowSet,
}

impl Store {
    /// Roles of a case that hold in some records only.
    pub fn limited_roles(&self, case: CaseKey) -> Result<Vec<LimitedRole>> {
        self.read(|connection| {
            let all = read(connection, Some(case))?;
            all.into_iter().map(|said| Ok(LimitedRole { rows: rows_of(connection, &said)?, said })).collect()
        })
    }
}

/// What was said of some records only, in the order of its ids.
fn read(connection: &Connection, case: Option<CaseKey>) -> Result<Vec<RoleStatement>> {
    let sql = "SELECT (SELECT count(*) FROM statement WHERE noun='role') > (SELECT count(*) FROM role)";
    if !connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let sql = "SELECT body FROM statement WHERE noun='role' AND (?1 IS NULL OR case_key=?1)
        AND NOT EXISTS (SELECT 1 FROM role WHERE role.id=statement.id) ORDER BY id";
    let mut query = connection.prepare_cached(sql)?;
    let mut rows = query.query([case.map(|case| case.0)])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        if let Statement::Role(said) = statements::parse(&row.get::<_, String>(0)?)? {
            out.push(said);
        }
    }
    Ok(out)
}

/// Roles that hold in some records only, by case and value.
pub(super) struct Limited {
    said: HashMap<(i64, Indicator), Vec<RoleStatement>>,
}

impl Limited {
    pub(super) fn read(connection: &Connection, case: Option<CaseKey>) -> Result<Self> {
        let mut out = Self { said: HashMap::new() };
        for said in read(connection, case)? {
            let value = Indicator::stem(said.kind, &said.value);
            out.said.entry((said.case.0, value)).or_default().push(said);
        }
        Ok(out)
    }

    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// What was said of a value in a case, if anything was; the value by its stem.
    pub(super) fn of(&self, case: CaseKey, value: &Indicator) -> Option<&[RoleStatement]> {
        if self.said.is_empty() { None } else { self.said.get(&(case.0, value.clone())).map(Vec::as_slice) }
    }
}

/// What a value of which such was said is in a case, in all its places together. `stated` holds where nothing was said.
pub(super) fn role(
    connection: &Connection,
    settled: &Settled,
    (case, value): (CaseKey, &Indicator),
    said: &[RoleStatement],
    stated: Option<Role>,
) -> Result<Option<Role>> {
    let said: Vec<(Role, RowSet)> =
        said.iter().map(|said| Ok((said.role, rows_of(connection, said)?))).collect::<Result<_>>()?;
    let filter = SightingFilter {
        case: Some(case),
        kind: Some(value.kind),
        value: Some(value.value.clone()),
        ..SightingFilter::default()
    };
    let mut parts: Vec<Option<Role>> = Vec::new();
    walk(connection, settled, &filter, &mut |_, places| {
        places.iter().try_for_each(|place| {
            let rows = |evidence| settled::rows_of(connection, evidence, settled, (value.kind, &value.value));
            parts.extend(parts_of(rows, place, &said, stated)?);
            Ok(())
        })
    })?;
    Ok(parts.into_iter().reduce(Role::most_guarded).flatten())
}

/// The parts a value plays in one place.
fn parts_of(
    rows_in: impl Fn(i64) -> Result<RoaringBitmap>,
    place: &Place,
    said: &[(Role, RowSet)],
    stated: Option<Role>,
) -> Result<Vec<Option<Role>>> {
    let elsewhere = stated.or(place.declared);
    let Some(evidence) = place.evidence else { return Ok(vec![elsewhere]) };
    let here: Vec<(Role, &RoaringBitmap)> =
        said.iter().filter_map(|(role, rows)| Some((*role, rows.rows(evidence)?))).collect();
    if here.is_empty() {
        return Ok(vec![elsewhere]);
    }
    let rows = rows_in(evidence.0)?;
    let mut left = rows.clone();
    let mut parts = Vec::new();
    for (role, where_said) in here {
        if !rows.is_disjoint(where_said) {
            parts.push(Some(role));
            left -= where_said;
        }
    }
    if !left.is_empty() {
        parts.push(elsewhere);
    }
    Ok(parts)
}

/// The records a statement speaks of; evidence of other cases may hold the same bytes, and is not meant.
fn rows_of(connection: &Connection, said: &RoleStatement) -> Result<RowSet> {
    let mut ranges: BTreeMap<&str, Vec<(u64, u32)>> = BTreeMap::new();
    for cited in &said.cited {
        let len = u32::try_from(cited.len).unwrap_or(u32::MAX);
        ranges.entry(&cited.sha256).or_default().push((cited.offset, len));
    }
    let mut out = RowSet::new();
    for (hash, ranges) in ranges {
        let sql = "SELECT key FROM evidence WHERE sha256=unhex(?1) AND case_key=?2 AND state='complete' ORDER BY key";
        let mut query = connection.prepare_cached(sql)?;
        let keys = query.query_map(params![hash, said.case.0], |row| row.get(0))?;
        for key in keys {
            let evidence = EvidenceKey(key?);
            out.add(evidence, statements::rows_of_ranges(connection, evidence, &ranges)?);
        }
    }
    Ok(out)
}
