//! Values that a person settled go by the settled kind wherever they are looked for; postings and lists stay as they were read.
//!
//! Where nobody settled anything all this costs one look into the statements.

use super::error::{Error, Result};
use super::runs::{self, Cursor, Keys};
use super::values::{key_of, prefix_of};
use super::{Store, corpus, statements};
use crate::model::settled::{SETTLES, is_ambiguous, readings};
use crate::model::statement::{Settlement, Statement, StatementKey};
use crate::model::{CaseKey, EvidenceKey, Kind, RowSet, Settled, Text};
use roaring::RoaringBitmap;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};

impl Store {
    /// What people settled, in the whole store.
    pub fn settled(&self) -> Result<Settled> {
        self.read(read)
    }
}

/// What people settled.
pub(super) fn read(connection: &Connection) -> Result<Settled> {
    let all = statements::all(connection, "settlement", None)?.into_iter();
    // Whoever wrote the file by other means may have called an address a hash.
    let sound = |(said, author)| match said {
        Statement::Settlement(said) if is_sound(&said) => Ok((said, author)),
        _ => Err(Error::damaged("settlement")),
    };
    all.map(sound).collect()
}

/// The same where only one value is asked about: most kinds are what they are, and nothing is read for them.
pub(super) fn of_value(connection: &Connection, kind: Kind, value: &str) -> Result<Settled> {
    if is_ambiguous(kind, value) { read(connection) } else { Ok(Settled::default()) }
}

fn is_sound(said: &Settlement) -> bool {
    SETTLES.contains(&said.kind) && is_ambiguous(said.kind, &said.value)
}

/// What follows when a value is settled. Refuses what cannot be, and a second settlement of one value.
pub(super) fn enter(connection: &Connection, said: &Settlement) -> Result<()> {
    if !is_sound(said) {
        return Err(Error::Refused(Text::new(
            "確定できるのは16進64桁の値だけで、SHA-256か取引IDとしてです",
            "only 64 hex digits can be settled, as a SHA-256 or a transaction",
        )));
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM statement WHERE noun='settlement' AND id!=?1 AND json_extract(body, '$.value')=?2)";
    if connection.prepare_cached(sql)?.query_row([said.id.as_str(), &said.value], |row| row.get(0))? {
        return Err(Error::Refused(Text::new("その値は既に確定されています", "this value is settled already")));
    }
    count(connection, said, true)
}

/// What follows when a settlement no longer says what it said; nothing for any other statement.
pub(super) fn leave(connection: &Connection, key: &StatementKey) -> Result<()> {
    match if key.noun == "settlement" { statements::find(connection, key)? } else { None } {
        Some((Statement::Settlement(said), _)) => count(connection, &said, false),
        _ => Ok(()),
    }
}

/// Keeps the totals of cases in step: read in several ways a value counts as many, settled it is one.
fn count(connection: &Connection, said: &Settlement, settled: bool) -> Result<()> {
    for (case, fewer) in fewer(connection, said)? {
        let change = if settled { -fewer } else { fewer };
        let sql = "UPDATE case_total SET indicators=indicators+? WHERE case_key=?";
        connection.prepare_cached(sql)?.execute(params![change, case.0])?;
    }
    Ok(())
}

/// By how many the values of each case are fewer when one that was read in several ways is settled.
pub(super) fn fewer(connection: &Connection, said: &Settlement) -> Result<BTreeMap<CaseKey, i64>> {
    let mut read: BTreeMap<CaseKey, i64> = BTreeMap::new();
    for kind in readings(said.kind, &said.value) {
        let mut query = connection.prepare_cached("SELECT DISTINCT case_key FROM listed WHERE kind=?1 AND value=?2")?;
        let listed = query.query_map([kind.tag(), &said.value], |row| Ok(CaseKey(row.get(0)?)))?;
        let mut here: BTreeSet<CaseKey> = listed.collect::<rusqlite::Result<_>>()?;
        let sql = "SELECT DISTINCT evidence.key, case_key FROM kind_rows JOIN evidence ON evidence.key=evidence
            WHERE kind=?1 AND state='complete' AND case_key IS NOT NULL";
        let mut query = connection.prepare_cached(sql)?;
        let filed = query.query_map([kind.tag()], |row| Ok((row.get(0)?, CaseKey(row.get(1)?))))?;
        for (evidence, case) in filed.collect::<rusqlite::Result<Vec<(i64, CaseKey)>>>()? {
            if !here.contains(&case) && holds(connection, evidence, &key_of(kind, &said.value))? {
                here.insert(case);
            }
        }
        here.into_iter().for_each(|case| *read.entry(case).or_default() += 1);
    }
    read.values_mut().for_each(|count| *count -= 1);
    Ok(read)
}

/// Whether an evidence holds a posted value.
pub(super) fn holds(connection: &Connection, evidence: i64, key: &[u8]) -> Result<bool> {
    let keys = Keys::Only(key.to_vec());
    for place in runs::runs_of(connection, evidence)? {
        if Cursor::of(connection, place, &keys)?.step(connection)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Keys under which a value goes by this kind: none where it was settled as another.
pub(super) fn keys_of(settled: &Settled, kind: Kind, value: &str) -> Vec<Vec<u8>> {
    match settled.of(kind, value) {
        None => vec![key_of(kind, value)],
        Some((said, _)) if said.kind == kind => readings(kind, value).map(|kind| key_of(kind, value)).collect(),
        Some(_) => Vec::new(),
    }
}

/// Every row of one evidence in which a value goes by this kind.
pub(super) fn rows_of(
    connection: &Connection,
    evidence: i64,
    settled: &Settled,
    (kind, value): (Kind, &str),
) -> Result<RoaringBitmap> {
    let mut out = RoaringBitmap::new();
    for key in keys_of(settled, kind, value) {
        out |= runs::rows_of(connection, evidence, &key)?;
    }
    Ok(out)
}

/// A value that was read as one kind and goes by another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    /// The kind it was read as.
    from: Kind,
    /// The kind it goes by.
    to: Kind,
    /// The value.
    value: String,
}

/// What moves, in the order of the keys left.
fn moves(settled: &Settled) -> Vec<Move> {
    let of = |said: &Settlement| {
        let (to, value) = (said.kind, said.value.clone());
        let left = readings(to, &said.value).filter(move |from| *from != to);
        left.map(move |from| Move { from, to, value: value.clone() }).collect::<Vec<_>>()
    };
    let mut out: Vec<Move> = settled.iter().flat_map(|(said, _)| of(said)).collect();
    out.sort();
    out
}

/// Whole evidences in which anything was read as a kind, in order: others need not be looked into.
pub(super) fn holders(connection: &Connection, kind: Kind) -> Result<BTreeSet<i64>> {
    let sql = "SELECT DISTINCT evidence FROM kind_rows JOIN evidence ON evidence.key=evidence
        WHERE kind=?1 AND state='complete'";
    let mut query = connection.prepare_cached(sql)?;
    let found = query.query_map([kind.tag()], |row| row.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Rows in which some value goes by a kind.
pub(super) fn rows_of_kind(connection: &Connection, kind: Kind) -> Result<RowSet> {
    let sql = "SELECT evidence, rows FROM kind_rows JOIN evidence ON evidence.key=evidence
        WHERE kind=?1 AND state='complete'";
    let mut out = corpus::bitmaps(connection, sql, Some(kind.tag()))?;
    let (left, come): (Vec<Move>, Vec<Move>) = moves(&read(connection)?)
        .into_iter()
        .filter(|one| one.from == kind || one.to == kind)
        .partition(|one| one.from == kind);
    // What leaves goes first: a row it stood alone in may hold what comes.
    if !left.is_empty() {
        for evidence in holders(connection, kind)? {
            let left = left_behind(connection, evidence, kind, &left)?;
            out = out.minus(&RowSet::of(EvidenceKey(evidence), left));
        }
    }
    for come in come.chunk_by(|a, b| a.from == b.from) {
        let Some(from) = come.first().map(|one| one.from) else { continue };
        for evidence in holders(connection, from)? {
            for one in come {
                out.add(EvidenceKey(evidence), runs::rows_of(connection, evidence, &key_of(from, &one.value))?);
            }
        }
    }
    Ok(out)
}

/// Rows of an evidence that held values of a kind before these moved, and hold no other.
fn left_behind(connection: &Connection, evidence: i64, kind: Kind, moves: &[Move]) -> Result<RoaringBitmap> {
    let gone: BTreeSet<Vec<u8>> = moves.iter().map(|one| key_of(kind, &one.value)).collect();
    let mut left = RoaringBitmap::new();
    for key in &gone {
        left |= runs::rows_of(connection, evidence, key)?;
    }
    // Rows that hold another value of the kind stay; most values stand elsewhere, and the walk ends with the last doubt.
    for place in runs::runs_of(connection, evidence)? {
        let mut cursor = Cursor::of(connection, place, &Keys::Within(prefix_of(kind)))?;
        while !left.is_empty() && cursor.step(connection)? {
            if gone.contains(cursor.key()) {
                continue;
            }
            if let Some((entry, raw)) = cursor.now() {
                let mut rows = RoaringBitmap::new();
                entry.rows_into(raw, &mut rows)?;
                left -= rows;
            }
        }
    }
    Ok(left)
}
