//! The tables, as numbered steps. A fresh file runs all of them, an older file the ones it lacks.
//!
//! So a fresh store and a migrated one cannot differ. The text SQLite keeps of each object is compared with ours whenever
//! a store is opened: an extra trigger or view would be code.

use super::error::{Error, Result};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;

/// `application_id` of a case file: "ITGC".
pub(super) const APPLICATION_ID: i64 = 0x4954_4743;

/// Every step, in order. A step is never changed once it has shipped.
pub(super) const STEPS: &[&str] = &[STEP_1];

/// The version this program writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;

const STEP_1: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE cases (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT, live INTEGER NOT NULL) STRICT;
CREATE TABLE statement (noun TEXT NOT NULL, id TEXT NOT NULL, case_key INTEGER, body TEXT NOT NULL,
  operator TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (noun, id)) STRICT;
CREATE TABLE role (id TEXT PRIMARY KEY, case_key INTEGER NOT NULL REFERENCES cases(key), kind TEXT NOT NULL,
  value TEXT NOT NULL, role TEXT NOT NULL) STRICT;
CREATE INDEX role_value ON role(case_key, kind, value);
CREATE TABLE tag_rows (id TEXT PRIMARY KEY, name TEXT NOT NULL, evidence INTEGER NOT NULL, rows BLOB NOT NULL) STRICT;
CREATE INDEX tag_name ON tag_rows(name);
CREATE INDEX statement_case ON statement(case_key);
CREATE TABLE evidence (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_key INTEGER REFERENCES cases(key),
  name BLOB NOT NULL, bytes INTEGER NOT NULL, sha256 BLOB, blake3 BLOB, media_type TEXT NOT NULL,
  acquisition TEXT NOT NULL, parent INTEGER REFERENCES evidence(key), derived_by TEXT,
  duplicate_of INTEGER REFERENCES evidence(key), state TEXT NOT NULL, held_state TEXT, damaged TEXT, mtime INTEGER,
  added_at INTEGER NOT NULL, added_by TEXT NOT NULL) STRICT;
CREATE INDEX evidence_hash ON evidence(sha256);
CREATE INDEX evidence_case ON evidence(case_key);
CREATE INDEX cases_number ON cases(number);
CREATE TABLE reading (key INTEGER PRIMARY KEY, evidence INTEGER NOT NULL UNIQUE REFERENCES evidence(key),
  form TEXT NOT NULL, lines INTEGER, rows INTEGER NOT NULL, skipped INTEGER NOT NULL, undated INTEGER NOT NULL,
  rejects INTEGER NOT NULL, first INTEGER, last INTEGER, indicators INTEGER NOT NULL, fold INTEGER NOT NULL) STRICT;
CREATE TABLE chunk (evidence INTEGER NOT NULL REFERENCES evidence(key), seq INTEGER NOT NULL, offset INTEGER NOT NULL,
  len INTEGER NOT NULL, lead INTEGER NOT NULL, first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
  undated INTEGER NOT NULL, first INTEGER, last INTEGER, hash BLOB NOT NULL, PRIMARY KEY (evidence, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE content (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE row_index (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE segment (evidence INTEGER NOT NULL REFERENCES evidence(key), first_seq INTEGER NOT NULL, blocks INTEGER NOT NULL,
  gram_bits INTEGER NOT NULL, gram_band INTEGER NOT NULL, key_bits INTEGER NOT NULL, key_band INTEGER NOT NULL,
  PRIMARY KEY (evidence, first_seq)) STRICT, WITHOUT ROWID;
CREATE TABLE band (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE run (key INTEGER PRIMARY KEY, evidence INTEGER NOT NULL REFERENCES evidence(key), first_block INTEGER NOT NULL,
  blocks INTEGER NOT NULL) STRICT;
CREATE INDEX run_evidence ON run(evidence);
CREATE TABLE run_block (key INTEGER PRIMARY KEY, last_key BLOB NOT NULL, len INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE TABLE kind_rows (evidence INTEGER NOT NULL REFERENCES evidence(key), kind TEXT NOT NULL, part INTEGER NOT NULL,
  rows BLOB NOT NULL, PRIMARY KEY (evidence, kind, part)) STRICT;
CREATE INDEX kind_rows_kind ON kind_rows(kind);
CREATE TABLE listed (kind TEXT NOT NULL, value TEXT NOT NULL, case_key INTEGER NOT NULL, source INTEGER NOT NULL,
  first INTEGER, last INTEGER, count INTEGER NOT NULL, flags INTEGER NOT NULL, role TEXT,
  PRIMARY KEY (kind, value, case_key, source)) STRICT, WITHOUT ROWID;
CREATE TABLE listed_case (case_key INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, source INTEGER NOT NULL,
  PRIMARY KEY (case_key, kind, value, source)) STRICT, WITHOUT ROWID;
CREATE TABLE source (key INTEGER PRIMARY KEY, origin TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE value_token (kind TEXT NOT NULL, value TEXT NOT NULL, token TEXT NOT NULL,
  PRIMARY KEY (kind, value, token)) STRICT, WITHOUT ROWID;
CREATE TABLE case_total (case_key INTEGER PRIMARY KEY, indicators INTEGER NOT NULL) STRICT;
CREATE TABLE audit (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE audit_content (seq INTEGER PRIMARY KEY REFERENCES audit(seq), operator TEXT, operator_salt BLOB, content TEXT,
  content_salt BLOB) STRICT;
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END;
CREATE TABLE trust (public_key TEXT PRIMARY KEY, unit TEXT NOT NULL, name TEXT NOT NULL, may TEXT NOT NULL) STRICT;
CREATE TABLE export (bundle TEXT PRIMARY KEY, case_key INTEGER NOT NULL, receiver TEXT NOT NULL, sequence INTEGER NOT NULL,
  tagmanifest TEXT NOT NULL, body TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (receiver, sequence)) STRICT;
CREATE TABLE received (bundle TEXT PRIMARY KEY, origin TEXT NOT NULL, sender TEXT NOT NULL, sequence INTEGER NOT NULL,
  tagmanifest TEXT NOT NULL, quarantined TEXT, body TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (origin, sequence)) STRICT;
CREATE TABLE origin_case (origin TEXT NOT NULL, object TEXT NOT NULL, case_key INTEGER NOT NULL, PRIMARY KEY (origin, object)) STRICT;
CREATE TABLE citation (bundle TEXT NOT NULL, n INTEGER NOT NULL, sha256 TEXT NOT NULL, offset INTEGER NOT NULL, len INTEGER NOT NULL,
  PRIMARY KEY (bundle, n)) STRICT, WITHOUT ROWID;
";

/// Lifts a file from version `from` to the present one, within the caller's transaction.
pub(super) fn migrate(connection: &Connection, from: i64) -> Result<()> {
    for (step, version) in STEPS.iter().zip(1_i64..).filter(|(_, version)| *version > from) {
        connection.execute_batch(step)?;
        connection.pragma_update(None, "user_version", version)?;
    }
    Ok(())
}

/// Every object of a schema: (type, name) to its text. Objects SQLite makes by itself have none.
type Objects = BTreeMap<(String, String), String>;

fn objects(connection: &Connection) -> Result<Objects> {
    let mut query = connection.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema")?;
    let rows = query.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What [`objects`] must give at a version, made by running the steps in memory.
fn expected(version: i64) -> Result<Objects> {
    let memory = Connection::open_in_memory()?;
    for (step, _) in STEPS.iter().zip(1_i64..).filter(|(_, number)| *number <= version) {
        memory.execute_batch(step)?;
    }
    objects(&memory)
}

/// Refuses any difference from our schema, naming the first object that differs.
pub(super) fn demand_equal(connection: &Connection, version: i64, path: &Path) -> Result<()> {
    let (ours, theirs) = (expected(version)?, objects(connection)?);
    let odd = theirs
        .iter()
        .find(|(key, sql)| ours.get(*key) != Some(*sql))
        .map(|(key, _)| key)
        .or_else(|| ours.keys().find(|key| !theirs.contains_key(*key)));
    odd.map_or(Ok(()), |(kind, name)| Err(Error::Schema { object: format!("{kind} {name}"), path: path.to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_store_equals_a_migrated_one_and_versions_rise_by_one() {
        for from in 0..=VERSION {
            let connection = Connection::open_in_memory().unwrap();
            for step in STEPS.iter().take(usize::try_from(from).unwrap()) {
                connection.execute_batch(step).unwrap();
            }
            connection.pragma_update(None, "user_version", from).unwrap();
            migrate(&connection, from).unwrap();
            assert_eq!(objects(&connection).unwrap(), expected(VERSION).unwrap());
            let stored: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(stored, VERSION);
        }
    }
}
