//! The tables, as numbered steps. A fresh file runs all of them, an older file the ones it lacks.

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
CREATE TABLE evidence (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_key INTEGER REFERENCES cases(key),
  name BLOB NOT NULL, bytes INTEGER NOT NULL, sha256 BLOB, blake3 BLOB, media_type TEXT NOT NULL,
  acquisition TEXT NOT NULL, parent INTEGER REFERENCES evidence(key), derived_by TEXT,
  duplicate_of INTEGER REFERENCES evidence(key), state TEXT NOT NULL, damaged TEXT, mtime INTEGER,
  added_at INTEGER NOT NULL, added_by TEXT NOT NULL) STRICT;
CREATE INDEX evidence_hash ON evidence(sha256);
CREATE TABLE reading (key INTEGER PRIMARY KEY, evidence INTEGER NOT NULL UNIQUE REFERENCES evidence(key),
  form TEXT NOT NULL, lines INTEGER, rows INTEGER NOT NULL, skipped INTEGER NOT NULL, undated INTEGER NOT NULL,
  rejects INTEGER NOT NULL, first INTEGER, last INTEGER, indicators INTEGER NOT NULL, fold INTEGER NOT NULL) STRICT;
CREATE TABLE chunk (evidence INTEGER NOT NULL REFERENCES evidence(key), seq INTEGER NOT NULL, offset INTEGER NOT NULL,
  len INTEGER NOT NULL, lead INTEGER NOT NULL, first_row INTEGER NOT NULL, rows INTEGER NOT NULL,
  undated INTEGER NOT NULL, first INTEGER, last INTEGER, sum BLOB NOT NULL, PRIMARY KEY (evidence, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE content (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE row_index (key INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE segment (evidence INTEGER NOT NULL REFERENCES evidence(key), seq INTEGER NOT NULL, chunks INTEGER NOT NULL,
  gram_bits INTEGER NOT NULL, key_bits INTEGER NOT NULL, PRIMARY KEY (evidence, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE band (evidence INTEGER NOT NULL, segment INTEGER NOT NULL, which INTEGER NOT NULL, band INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY (evidence, segment, which, band)) STRICT;
CREATE TABLE run_block (key INTEGER PRIMARY KEY, evidence INTEGER NOT NULL REFERENCES evidence(key), run INTEGER NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL, entries INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
CREATE INDEX run_block_evidence ON run_block(evidence, first);
CREATE TABLE kind_rows (evidence INTEGER NOT NULL REFERENCES evidence(key), kind TEXT NOT NULL, rows BLOB NOT NULL,
  PRIMARY KEY (evidence, kind)) STRICT;
CREATE TABLE indicator (fp INTEGER PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL) STRICT;
CREATE INDEX indicator_kind ON indicator(kind);
CREATE TABLE listed (key INTEGER PRIMARY KEY, case_key INTEGER NOT NULL REFERENCES cases(key), fp INTEGER NOT NULL,
  first INTEGER, last INTEGER, count INTEGER NOT NULL, flags INTEGER NOT NULL, role TEXT, source INTEGER NOT NULL) STRICT;
CREATE TABLE source (key INTEGER PRIMARY KEY, origin TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE value_token (fp INTEGER NOT NULL, token TEXT NOT NULL, PRIMARY KEY (fp, token)) STRICT, WITHOUT ROWID;
CREATE INDEX listed_case ON listed(case_key);
CREATE INDEX listed_fp ON listed(fp);
CREATE TABLE audit (seq INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE audit_content (seq INTEGER PRIMARY KEY REFERENCES audit(seq), salt BLOB NOT NULL, operator TEXT, content TEXT) STRICT;
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
