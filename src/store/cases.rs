//! Cases with their totals, and how a person names a case or an evidence.
//!
//! Totals stand in rows of their own: counted once after a change, so that opening a large store scans nothing.

use super::Store;
use super::error::{Error, Result};
use super::settled;
use super::sightings::{SightingFilter, walk};
use super::statements::parse;
use crate::model::{Case, CaseKey, EvidenceKey, Id, Settled, Statement, Unit};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::BTreeMap;

/// A case with its totals.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseRow {
    /// The case; its key is set.
    pub case: Case,
    /// Evidences filed in it.
    pub evidence_count: u64,
    /// Their records.
    pub record_count: u64,
    /// Distinct values seen in its evidences or listed for it.
    pub indicator_count: u64,
}

impl Store {
    /// Every case, oldest first, with its totals.
    pub fn cases(&self) -> Result<Vec<CaseRow>> {
        self.read(|connection| {
            let missing = missing_totals(connection)?;
            let sums = sums(connection)?;
            let sql = "SELECT cases.key, body, coalesce(indicators, 0) FROM cases
                JOIN statement ON noun='case' AND statement.id=cases.id
                LEFT JOIN case_total ON case_total.case_key=cases.key WHERE live=1 ORDER BY cases.key";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let key = CaseKey(row.get(0)?);
                let Statement::Case(mut case) = parse(&row.get::<_, String>(1)?)? else {
                    return Err(Error::damaged("a case is no case"));
                };
                case.key = Some(key);
                let (evidence_count, record_count) = sums.get(&key).copied().unwrap_or_default();
                let stored = row.get::<_, i64>(2)? as u64;
                let indicator_count = missing.get(&key).copied().unwrap_or(stored);
                out.push(CaseRow { case: *case, evidence_count, record_count, indicator_count });
            }
            Ok(out)
        })
    }

    /// Key, id and what people call it (number, else title) of every case, also of those dropped; counts nothing.
    pub fn case_names(&self) -> Result<Vec<(CaseKey, Id, String)>> {
        self.read(|connection| {
            let sql = "SELECT cases.key, cases.id, coalesce(number, json_extract(body, '$.title'), cases.id) FROM cases
                LEFT JOIN statement ON noun='case' AND statement.id=cases.id ORDER BY cases.key";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([], |row| Ok((CaseKey(row.get(0)?), Id(row.get(1)?), row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The case with this number, id or unique id suffix.
    pub fn find_case(&self, text: &str) -> Result<CaseKey> {
        self.read(|connection| {
            let sql =
                "SELECT key FROM cases WHERE live=1 AND number=?1 UNION SELECT key FROM cases WHERE live=1 AND id=?1";
            let mut query = connection.prepare_cached(sql)?;
            let exact = query.query_map([text], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
            match exact.as_slice() {
                [key] => Ok(CaseKey(*key)),
                [] => Ok(CaseKey(by_suffix(connection, "cases WHERE live=1 AND", "case", text)?)),
                _ => Err(Error::Ambiguous { noun: "case", text: text.to_owned() }),
            }
        })
    }

    /// The case of a unit with this number.
    pub fn find_case_of(&self, unit: &Unit, number: &str) -> Result<Option<CaseKey>> {
        self.read(|connection| {
            let sql = "SELECT cases.key FROM cases JOIN statement ON noun='case' AND statement.id=cases.id
                WHERE live=1 AND number=?1 AND json_extract(body, '$.unit')=?2 ORDER BY cases.key LIMIT 1";
            let mut query = connection.prepare_cached(sql)?;
            Ok(query.query_row([number, unit.path()], |row| row.get(0)).optional()?.map(CaseKey))
        })
    }

    /// The evidence with this id or unique id suffix.
    pub fn find_evidence(&self, text: &str) -> Result<EvidenceKey> {
        self.read(|connection| {
            Ok(EvidenceKey(by_suffix(connection, "evidence WHERE state!='rereading' AND", "evidence", text)?))
        })
    }

    /// Writes the totals that are missing, so that the next to open the store need not count.
    pub(super) fn settle_totals(&self) -> Result<()> {
        self.write(|connection| {
            for (case, indicators) in missing_totals(connection)? {
                connection
                    .prepare_cached("INSERT OR REPLACE INTO case_total VALUES (?,?)")?
                    .execute(params![case.0, indicators as i64])?;
            }
            Ok(())
        })
    }
}

/// Evidences and records of every case.
fn sums(connection: &Connection) -> Result<BTreeMap<CaseKey, (u64, u64)>> {
    let sql = "SELECT case_key, count(*), coalesce(sum(CASE state WHEN 'complete' THEN rows END), 0)
        FROM evidence LEFT JOIN reading ON reading.evidence=evidence.key
        WHERE case_key IS NOT NULL AND state IN ('complete','referenced') GROUP BY case_key";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| {
        Ok((CaseKey(row.get(0)?), (row.get::<_, i64>(1)? as u64, row.get::<_, i64>(2)? as u64)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The total of a case must be counted again.
pub(super) fn forget_total(connection: &Connection, case: Option<CaseKey>) -> Result<()> {
    if let Some(case) = case {
        connection.prepare_cached("DELETE FROM case_total WHERE case_key=?")?.execute([case.0])?;
    }
    Ok(())
}

/// Distinct values of every case whose total is not stored.
fn missing_totals(connection: &Connection) -> Result<BTreeMap<CaseKey, u64>> {
    let sql = "SELECT key, (SELECT count(*) FROM (SELECT DISTINCT kind, value FROM listed_case WHERE case_key=cases.key)) FROM cases
        WHERE live=1 AND key NOT IN (SELECT case_key FROM case_total)";
    let mut query = connection.prepare_cached(sql)?;
    let rows = query.query_map([], |row| Ok((CaseKey(row.get(0)?), row.get::<_, i64>(1)? as u64)))?;
    let mut out = rows.collect::<rusqlite::Result<BTreeMap<_, _>>>()?;
    let (settled, mut fewer) = (settled::read(connection)?, BTreeMap::new());
    for (said, _) in settled.iter().filter(|_| !out.is_empty()) {
        for (case, count) in settled::fewer(connection, said)? {
            *fewer.entry(case).or_default() += u64::try_from(count).unwrap_or(0);
        }
    }
    for (case, total) in &mut out {
        let mut query =
            connection.prepare_cached("SELECT key FROM evidence WHERE case_key=? AND state='complete' ORDER BY key")?;
        let evidence = query.query_map([case.0], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        *total = match evidence.as_slice() {
            [] => total.saturating_sub(fewer.get(case).copied().unwrap_or(0)),
            [only] if *total == 0 => {
                indicators_of(connection, *only)?.saturating_sub(fewer.get(case).copied().unwrap_or(0))
            }
            _ => distinct(connection, &settled, *case)?,
        };
    }
    Ok(out)
}

/// Distinct values of one evidence, counted when it was read.
fn indicators_of(connection: &Connection, evidence: i64) -> Result<u64> {
    let mut query = connection.prepare_cached("SELECT coalesce(max(indicators), 0) FROM reading WHERE evidence=?")?;
    Ok(query.query_row([evidence], |row| row.get::<_, i64>(0))? as u64)
}

/// Distinct values of a case.
fn distinct(connection: &Connection, settled: &Settled, case: CaseKey) -> Result<u64> {
    let mut count = 0;
    walk(connection, settled, &SightingFilter { case: Some(case), ..SightingFilter::default() }, &mut |_, _| {
        count += 1;
        Ok(())
    })?;
    Ok(count)
}

fn by_suffix(connection: &Connection, from: &str, noun: &'static str, text: &str) -> Result<i64> {
    let unknown = || Error::Unknown { noun, text: text.to_owned() };
    if text.len() < Id::SHORTEST_SUFFIX || !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(unknown());
    }
    let mut query = connection.prepare(&format!("SELECT key FROM {from} substr(id, -length(?1)) = ?1 LIMIT 2"))?;
    let keys = query.query_map([text], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    match keys.as_slice() {
        [] => Err(unknown()),
        [key] => Ok(*key),
        _ => Err(Error::Ambiguous { noun, text: text.to_owned() }),
    }
}
