//! The books: keys trusted, bundles sent and received, citations, settings.

use super::error::{Error, Result};
use super::{Store, audit};
use crate::model::evidence::Citation;
use crate::model::statement::Author;
use crate::model::{CaseKey, Instant, Text, Unit};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A key this store trusts, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustRow {
    /// OpenSSH public key, type and base64.
    pub public_key: String,
    /// Whose unit.
    pub unit: Unit,
    /// Whose name.
    pub name: String,
    /// `prepare`, `approve`, `receive`, `decide`.
    pub may: Vec<String>,
}

/// A bundle that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportEntry {
    /// Bundle id.
    pub bundle: String,
    /// The case.
    pub case: CaseKey,
    /// To whom.
    pub receiver: Unit,
    /// Number among the bundles to that receiver, from 1.
    pub sequence: u64,
    /// SHA-256 of its tag manifest, hex: the next bundle names it.
    pub tagmanifest: String,
    /// Counts and choices, JSON.
    pub body: String,
    /// When.
    pub at: Instant,
}

/// A bundle that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedEntry {
    /// Bundle id.
    pub bundle: String,
    /// The store it came from.
    pub origin: String,
    /// The unit it came from.
    pub sender: String,
    /// Its number there.
    pub sequence: u64,
    /// SHA-256 of its tag manifest, hex.
    pub tagmanifest: String,
    /// Why it is in quarantine; `None` where it was taken in.
    pub quarantined: Option<String>,
    /// What it held, JSON.
    pub body: String,
    /// When it came in.
    pub at: Instant,
}

impl Store {
    /// A setting.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.read(|connection| {
            Ok(connection.query_row("SELECT value FROM setting WHERE key=?", [key], |row| row.get(0)).optional()?)
        })
    }

    /// Sets a setting.
    pub fn set_setting(&self, key: &str, value: &str, author: &Author) -> Result<()> {
        self.write(|connection| {
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", [key, value])?;
            audit::append(connection, "setting", key, value, author)
        })
    }

    /// Trusts a key.
    pub fn trust(&self, row: &TrustRow, author: &Author) -> Result<()> {
        self.write(|connection| {
            let may = row.may.join(",");
            connection.execute(
                "INSERT OR REPLACE INTO trust VALUES (?,?,?,?)",
                params![row.public_key, row.unit.path(), row.name, may],
            )?;
            audit::append(
                connection,
                "key.trust",
                row.unit.path(),
                &format!("{} {} {may}", row.name, row.public_key),
                author,
            )
        })
    }

    /// The keys trusted.
    pub fn trusted(&self) -> Result<Vec<TrustRow>> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT public_key, unit, name, may FROM trust ORDER BY unit, name")?;
            let rows = query.query_map([], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get::<_, String>(3)?))
            })?;
            rows.map(|row| {
                let (public_key, unit, name, may) = row?;
                let unit = Unit::from_path(&unit).ok_or_else(|| Error::Damaged("trusted unit".into()))?;
                Ok(TrustRow { public_key, unit, name, may: may.split(',').map(str::to_owned).collect() })
            })
            .collect()
        })
    }

    /// Number and tag manifest hash of the last bundle to a receiver; 0 and empty before the first.
    pub fn last_export(&self, receiver: &Unit) -> Result<(u64, String)> {
        self.read(|connection| {
            let sql = "SELECT sequence, tagmanifest FROM export WHERE receiver=? ORDER BY sequence DESC LIMIT 1";
            let last = connection
                .query_row(sql, [receiver.path()], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)))
                .optional()?;
            Ok(last.unwrap_or_default())
        })
    }

    /// Enters a bundle that leaves, with what its citations stand for. Nothing before it can be undone any more.
    pub fn record_export(&self, entry: &ExportEntry, citations: &[Citation], author: &Author) -> Result<()> {
        self.write(|connection| {
            connection.execute(
                "INSERT INTO export VALUES (?,?,?,?,?,?,?)",
                params![
                    entry.bundle,
                    entry.case.0,
                    entry.receiver.path(),
                    entry.sequence as i64,
                    entry.tagmanifest,
                    entry.body,
                    entry.at.0
                ],
            )?;
            for (n, citation) in citations.iter().enumerate() {
                connection.prepare_cached("INSERT INTO citation VALUES (?,?,?,?,?)")?.execute(params![
                    entry.bundle,
                    n as i64,
                    citation.sha256,
                    citation.offset as i64,
                    citation.len as i64
                ])?;
            }
            audit::append(connection, "export.draft", &entry.bundle, &entry.body, author)
        })?;
        self.forget_history();
        Ok(())
    }

    /// Writes down what became of a bundle that left, as that it was sealed: its new body, which the trail holds too.
    pub fn note_export(&self, bundle: &str, body: &str, action: &str, author: &Author) -> Result<()> {
        self.write(|connection| {
            let changed = connection.execute("UPDATE export SET body=? WHERE bundle=?", [body, bundle])?;
            if changed == 0 {
                return Err(Error::Unknown { noun: "bundle", text: bundle.to_owned() });
            }
            audit::append(connection, action, bundle, body, author)
        })
    }

    /// Takes the last draft to a receiver out of the books: it will not leave, and its number is free again. A bundle that
    /// was sealed, or that others follow, keeps its number.
    pub fn discard_export(&self, bundle: &str, author: &Author) -> Result<()> {
        let refused = |ja, en| Err(Error::Refused(Text::new(ja, en)));
        self.write(|connection| {
            let sql = "SELECT receiver, sequence, body FROM export WHERE bundle=?";
            let held =
                connection.query_row(sql, [bundle], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
            let Some((receiver, sequence, body)): Option<(String, i64, String)> = held else {
                return Err(Error::Unknown { noun: "bundle", text: bundle.to_owned() });
            };
            let said: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
            if said.get("sealed").is_some() {
                return refused("封かんした束は破棄できません", "a sealed bundle cannot be discarded");
            }
            let sql = "SELECT EXISTS (SELECT 1 FROM export WHERE receiver=? AND sequence>?)";
            if connection.query_row(sql, params![receiver, sequence], |row| row.get(0))? {
                return refused(
                    "同じ受け手への後の起案があります。新しいものから破棄してください",
                    "a later draft to this receiver follows it; discard the newest first",
                );
            }
            connection.execute("DELETE FROM citation WHERE bundle=?", [bundle])?;
            connection.execute("DELETE FROM export WHERE bundle=?", [bundle])?;
            audit::append(connection, "export.discard", bundle, &body, author)
        })
    }

    /// Bundles that left, newest first.
    pub fn exports(&self) -> Result<Vec<ExportEntry>> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT bundle, case_key, receiver, sequence, tagmanifest, body, at FROM export ORDER BY at DESC, bundle")?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                let receiver: String = row.get(2)?;
                out.push(ExportEntry {
                    bundle: row.get(0)?,
                    case: CaseKey(row.get(1)?),
                    receiver: Unit::from_path(&receiver).ok_or_else(|| Error::Damaged("receiver".into()))?,
                    sequence: row.get::<_, i64>(3)? as u64,
                    tagmanifest: row.get(4)?,
                    body: row.get(5)?,
                    at: Instant(row.get(6)?),
                });
            }
            Ok(out)
        })
    }

    /// Enters a bundle that arrived; one that stood in quarantine may come again.
    pub fn record_received(&self, entry: &ReceivedEntry, author: &Author) -> Result<()> {
        self.write(|connection| {
            let sql = "DELETE FROM received WHERE bundle=? AND tagmanifest=? AND quarantined IS NOT NULL";
            connection.execute(sql, [&entry.bundle, &entry.tagmanifest])?;
            connection.execute(
                "INSERT INTO received VALUES (?,?,?,?,?,?,?,?)",
                params![
                    entry.bundle,
                    entry.origin,
                    entry.sender,
                    entry.sequence as i64,
                    entry.tagmanifest,
                    entry.quarantined,
                    entry.body,
                    entry.at.0
                ],
            )?;
            audit::append(connection, "bundle.receive", &entry.bundle, &entry.body, author)
        })
    }

    /// Bundles that arrived, newest first.
    pub fn received(&self) -> Result<Vec<ReceivedEntry>> {
        self.read(|connection| {
            let mut query = connection.prepare("SELECT bundle, origin, sender, sequence, tagmanifest, quarantined, body, at FROM received ORDER BY at DESC, bundle")?;
            let rows = query.query_map([], |row| {
                Ok(ReceivedEntry {
                    bundle: row.get(0)?,
                    origin: row.get(1)?,
                    sender: row.get(2)?,
                    sequence: row.get::<_, i64>(3)? as u64,
                    tagmanifest: row.get(4)?,
                    quarantined: row.get(5)?,
                    body: row.get(6)?,
                    at: Instant(row.get(7)?),
                })
            })?;
            Ok(rows.collect::<std::result::Result<_, _>>()?)
        })
    }

    /// The case here that stands for an object of another store, if it came before.
    pub fn origin_case(&self, origin: &str, object: &str) -> Result<Option<CaseKey>> {
        self.read(|connection| find_origin(connection, origin, object))
    }

    /// Remembers which case here stands for an object of another store.
    pub fn set_origin_case(&self, origin: &str, object: &str, case: CaseKey) -> Result<()> {
        self.write(|connection| {
            connection.execute("INSERT OR REPLACE INTO origin_case VALUES (?,?,?)", params![origin, object, case.0])?;
            Ok(())
        })
    }

    /// Drops what an origin listed for a case before its newer revision is taken in.
    pub fn drop_listed(&self, origin: &str, case: CaseKey) -> Result<()> {
        self.write(|connection| {
            let dropped = [
                "DELETE FROM listed WHERE (kind, value, case_key, source) IN (SELECT kind, value, case_key, source
                 FROM listed_case WHERE case_key=?1 AND source IN (SELECT key FROM source WHERE origin=?2))",
                "DELETE FROM listed_case WHERE case_key=?1 AND source IN (SELECT key FROM source WHERE origin=?2)",
            ];
            for sql in dropped {
                connection.execute(sql, params![case.0, origin])?;
            }
            super::cases::forget_total(connection, Some(case))
        })
    }
}

fn find_origin(connection: &Connection, origin: &str, object: &str) -> Result<Option<CaseKey>> {
    let sql = "SELECT case_key FROM origin_case WHERE origin=? AND object=?";
    Ok(connection.query_row(sql, [origin, object], |row| row.get(0)).optional()?.map(CaseKey))
}
