//! Whether the tables still say what the audit trail says was put there: evidence hashes, statements, the books.
//!
//! The chain alone proves only itself. Whoever changes a hash, a role or a trusted key beside it is noticed here, as long
//! as the trail keeps what was said; where that was erased by order, a difference cannot be judged.

use super::Store;
use super::check::Check;
use super::error::{Error, Result};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Store {
    /// Compares the tables with the trail.
    pub(super) fn agrees(&self) -> Result<Vec<Check>> {
        self.read(|connection| {
            let trail = Trail::read(connection)?;
            Ok(vec![
                trail.check("trail-evidence", &trail.evidence(connection)?),
                trail.check("trail-statements", &trail.statements(connection)?),
                trail.check("trail-books", &trail.books(connection)?),
            ])
        })
    }
}

/// What the trail still says.
#[derive(Default)]
struct Trail {
    /// The last content of each action on each object.
    last: BTreeMap<(String, String), String>,
    /// What was said of keys, in order.
    trusted: Vec<String>,
    /// Bundles that left or arrived, with what was written of them.
    bundles: BTreeSet<(String, String)>,
    /// What every statement says after all edits, by noun and id.
    said: BTreeMap<(String, String), Value>,
    erased: bool,
}

impl Trail {
    fn read(connection: &Connection) -> Result<Self> {
        let mut trail = Self::default();
        let sql = "SELECT json_extract(entry, '$.action'), json_extract(entry, '$.object'), content
            FROM audit LEFT JOIN audit_content USING (seq) ORDER BY seq";
        let mut query = connection.prepare(sql)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (action, object): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let (Some(action), Some(object)) = (action, object) else { continue };
            match row.get::<_, Option<String>>(2)? {
                None => trail.erased = true,
                Some(content) if action.starts_with("edit") => trail.edit(&content)?,
                Some(content) if action == "key.trust" => trail.trusted.push(content),
                Some(content) if action == "export.draft" || action == "bundle.receive" => {
                    let _ = trail.bundles.insert((object, content));
                }
                Some(_) if action == "export.discard" => trail.bundles.retain(|(id, _)| *id != object),
                Some(content) if action == "export.seal" && trail.bundles.iter().any(|(id, _)| *id == object) => {
                    // What is written of a bundle of this store is written anew when it is sealed.
                    trail.bundles.retain(|(id, _)| *id != object);
                    let _ = trail.bundles.insert((object, content));
                }
                Some(content) => drop(trail.last.insert((action, object), content)),
            }
        }
        Ok(trail)
    }

    fn edit(&mut self, content: &str) -> Result<()> {
        let changes: Vec<(Value, Option<Value>)> =
            serde_json::from_str(content).map_err(|err| Error::damaged(format!("audit content: {err}")))?;
        for (key, put) in changes {
            let part = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let key = (part("noun"), part("id"));
            match put {
                Some(said) => drop(self.said.insert(key, said)),
                None => drop(self.said.remove(&key)),
            }
        }
        Ok(())
    }

    fn check(&self, name: &str, odd: &[String]) -> Check {
        let Some(first) = odd.first() else { return Check::of(name, true, "as the trail says") };
        let told = format!("{} differ from the trail, `{first}` first", odd.len());
        if self.erased {
            let detail = format!("{told}; part of the trail was erased by order");
            return Check { check: name.to_owned(), ok: None, detail };
        }
        Check::of(name, false, told)
    }

    /// Evidence whose hash is another than was written down when it was complete. Of what was erased only the commitment is left.
    fn evidence(&self, connection: &Connection) -> Result<Vec<String>> {
        let sql = "SELECT id, sha256 FROM evidence WHERE sha256 IS NOT NULL AND state!='expunged' ORDER BY key";
        let mut query = connection.prepare(sql)?;
        let mut rows = query.query([])?;
        let mut odd = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, hash): (String, Vec<u8>) = (row.get(0)?, row.get(1)?);
            let hash = data_encoding::HEXLOWER.encode(&hash);
            let written = ["evidence.import.complete", "evidence.register"]
                .iter()
                .find_map(|action| self.last.get(&((*action).to_owned(), id.clone())));
            if written != Some(&hash) {
                odd.push(id);
            }
        }
        Ok(odd)
    }

    /// Statements that say something else than the last edit did, or that no edit put there or took away.
    fn statements(&self, connection: &Connection) -> Result<Vec<String>> {
        let mut query = connection.prepare("SELECT noun, id, body FROM statement ORDER BY noun, id")?;
        let mut rows = query.query([])?;
        let mut left: BTreeSet<&(String, String)> = self.said.keys().collect();
        let mut odd = Vec::new();
        while let Some(row) = rows.next()? {
            let key: (String, String) = (row.get(0)?, row.get(1)?);
            let body: Option<Value> = serde_json::from_str(&row.get::<_, String>(2)?).ok();
            left.remove(&key);
            // An evidence is filed as it comes in, without an edit.
            let first_filing = key.0 == "filing" && !self.said.contains_key(&key);
            if !first_filing && self.said.get(&key) != body.as_ref() {
                odd.push(key.1);
            }
        }
        odd.extend(left.into_iter().map(|(_, id)| id.clone()));
        Ok(odd)
    }

    /// Settings, trusted keys and bundles that the trail does not know so, and bundles the trail knows that are gone.
    fn books(&self, connection: &Connection) -> Result<Vec<String>> {
        let mut odd = Vec::new();
        for (key, value) in pairs(connection, "SELECT key, value FROM setting")? {
            if self.last.get(&("setting".to_owned(), key.clone())) != Some(&value) {
                odd.push(key);
            }
        }
        for (key, row) in pairs(connection, "SELECT public_key, name || ' ' || public_key || ' ' || may FROM trust")? {
            let said = self.trusted.iter().rfind(|said| said.contains(&format!(" {key} ")));
            if said != Some(&row) {
                odd.push(key);
            }
        }
        let held = pairs(connection, "SELECT bundle, body FROM export UNION ALL SELECT bundle, body FROM received")?;
        odd.extend(held.iter().filter(|row| !self.bundles.contains(*row)).map(|row| row.0.clone()));
        let held: BTreeSet<&str> = held.iter().map(|row| row.0.as_str()).collect();
        odd.extend(self.bundles.iter().map(|row| &row.0).filter(|id| !held.contains(id.as_str())).cloned());
        Ok(odd)
    }
}

fn pairs(connection: &Connection, sql: &str) -> Result<Vec<(String, String)>> {
    let mut query = connection.prepare(sql)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
