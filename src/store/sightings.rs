//! Sightings: what was seen where, put together from posting runs, lists and stated roles.

use super::error::{Error, Result};
use super::{Post, Store, runs};
use crate::model::{CaseKey, EvidenceKey, Indicator, Instant, Kind, Role, Sighting};
use rusqlite::{Connection, params};
use std::collections::HashMap;

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

type Roles = HashMap<(i64, String, String), Role>;

impl Store {
    /// Every sighting that passes, sorted by kind, value, case and evidence.
    pub fn sightings(&self, filter: &SightingFilter) -> Result<Vec<Sighting>> {
        let only = filter.kind.zip(filter.value.as_deref()).map(|(kind, value)| self.facts.print.of(kind, value));
        self.read(|connection| {
            let roles = roles(connection)?;
            let mut out = Vec::new();
            let sql = "SELECT key, case_key FROM evidence WHERE state='complete' AND (?1 IS NULL OR case_key=?1) AND (?2 IS NULL OR key=?2) ORDER BY key";
            let mut query = connection.prepare_cached(sql)?;
            let wanted = params![filter.case.map(|key| key.0), filter.evidence.map(|key| key.0)];
            let found = query.query_map(wanted, |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
            for row in found {
                let (evidence, case) = row?;
                runs::each_entry(connection, evidence, only, &mut |entry| {
                    let Some(indicator) = resolve(connection, entry.fp, filter.kind)? else { return Ok(()) };
                    out.push(Sighting {
                        role: stated(&roles, case, &indicator),
                        indicator,
                        case: case.map(CaseKey),
                        evidence: Some(EvidenceKey(evidence)),
                        count: entry.rows.len(),
                        first: entry.first,
                        last: entry.last,
                        implied: entry.flags & Post::IMPLIED != 0,
                        verified: entry.flags & Post::VERIFIED != 0,
                    });
                    Ok(())
                })?;
            }
            if filter.evidence.is_none() {
                listed(connection, filter, only, &roles, &mut out)?;
            }
            out.sort_by(|a, b| (&a.indicator, a.case, a.evidence).cmp(&(&b.indicator, b.case, b.evidence)));
            Ok(out)
        })
    }
}

fn roles(connection: &Connection) -> Result<Roles> {
    let mut query = connection.prepare_cached("SELECT case_key, kind, value, role FROM role ORDER BY id")?;
    let mut rows = query.query([])?;
    let mut out = Roles::new();
    while let Some(row) = rows.next()? {
        let Some(role) = Role::from_tag(&row.get::<_, String>(3)?) else { continue };
        // Several statements about one value in one case: the strictest holds.
        out.entry((row.get(0)?, row.get(1)?, row.get(2)?))
            .and_modify(|held| *held = held.stricter(role))
            .or_insert(role);
    }
    Ok(out)
}

fn stated(roles: &Roles, case: Option<i64>, indicator: &Indicator) -> Option<Role> {
    roles.get(&(case?, indicator.kind.tag().to_owned(), indicator.value.clone())).copied()
}

fn resolve(connection: &Connection, fp: u64, kind: Option<Kind>) -> Result<Option<Indicator>> {
    let mut query = connection.prepare_cached("SELECT kind, value FROM indicator WHERE fp=?")?;
    let (tag, value): (String, String) = query
        .query_row([runs::ordered(fp)], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(|_| Error::Damaged("a posting has no value".into()))?;
    let found = Kind::from_tag(&tag).ok_or_else(|| Error::Damaged(format!("indicator kind `{tag}`")))?;
    Ok(kind.is_none_or(|kind| kind == found).then_some(Indicator { kind: found, value }))
}

fn listed(
    connection: &Connection,
    filter: &SightingFilter,
    only: Option<u64>,
    roles: &Roles,
    out: &mut Vec<Sighting>,
) -> Result<()> {
    let sql = "SELECT case_key, kind, value, min(listed.first), max(listed.last), sum(count), max(flags & 2), min(flags & 1), min(role)
        FROM listed JOIN indicator ON indicator.fp=listed.fp
        WHERE (?1 IS NULL OR case_key=?1) AND (?2 IS NULL OR kind=?2) AND (?3 IS NULL OR listed.fp=?3) GROUP BY case_key, listed.fp";
    let mut query = connection.prepare_cached(sql)?;
    let tag = filter.kind.map(|kind| kind.tag().to_owned());
    let mut rows = query.query(params![filter.case.map(|key| key.0), tag, only.map(runs::ordered)])?;
    while let Some(row) = rows.next()? {
        let case: i64 = row.get(0)?;
        let tag: String = row.get(1)?;
        let kind = Kind::from_tag(&tag).ok_or_else(|| Error::Damaged(format!("indicator kind `{tag}`")))?;
        let indicator = Indicator { kind, value: row.get(2)? };
        let declared = row.get::<_, Option<String>>(8)?.and_then(|tag| Role::from_tag(&tag));
        out.push(Sighting {
            role: stated(roles, Some(case), &indicator).or(declared),
            indicator,
            case: Some(CaseKey(case)),
            evidence: None,
            count: row.get::<_, i64>(5)? as u64,
            first: row.get::<_, Option<i64>>(3)?.map(Instant),
            last: row.get::<_, Option<i64>>(4)?.map(Instant),
            implied: row.get::<_, i64>(7)? != 0,
            verified: row.get::<_, i64>(6)? != 0,
        });
    }
    Ok(())
}
