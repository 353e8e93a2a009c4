//! Values that came in a list or a bundle, without evidence bytes behind them in this store.

use super::error::Result;
use super::import::insert_value;
use super::{Post, Store, audit, runs};
use crate::model::statement::Author;
use crate::model::{CaseKey, Indicator, Instant, Kind, Role};
use rusqlite::params;

/// One value of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The case it goes to.
    pub case: CaseKey,
    /// Declared kind.
    pub kind: Kind,
    /// Canonical value; as written where the kind's rule fails.
    pub value: String,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// How often.
    pub count: u64,
    /// The kind's rule holds.
    pub verified: bool,
    /// Seen only inside another value.
    pub implied: bool,
    /// Role declared by the sender.
    pub role: Option<Role>,
    /// Token the sender gave along with a value it kept, so that it meets the same value tokenised elsewhere.
    pub token: Option<String>,
}

impl Store {
    /// Takes in a list in one audited transaction. `origin` names where it came from.
    pub fn put_list(&self, list: &[Listed], origin: &str, author: &Author) -> Result<u64> {
        let print = self.facts.print;
        let mut values: Vec<(u64, &Listed)> =
            list.iter().map(|listed| (print.of(listed.kind, &listed.value), listed)).collect();
        // In fingerprint order the dictionary grows at its end of each page, several times faster than at random.
        values.sort_by_key(|(fp, _)| *fp);
        self.write(|connection| {
            connection.execute("INSERT INTO source (origin, at) VALUES (?,?)", params![origin, author.at.0])?;
            let source = connection.last_insert_rowid();
            let mut before = None;
            for (fp, listed) in &values {
                if before != Some(*fp) {
                    insert_value(connection, *fp, listed.kind, &listed.value)?;
                    before = Some(*fp);
                }
                if let Some(token) = &listed.token {
                    connection
                        .prepare_cached("INSERT OR IGNORE INTO value_token VALUES (?,?)")?
                        .execute(params![runs::ordered(*fp), token])?;
                }
                let flags = (u8::from(listed.implied) * Post::IMPLIED) | (u8::from(listed.verified) * Post::VERIFIED);
                connection
                    .prepare_cached("INSERT INTO listed (case_key, fp, first, last, count, flags, role, source) VALUES (?,?,?,?,?,?,?,?)")?
                    .execute(params![
                        listed.case.0,
                        runs::ordered(*fp),
                        listed.first.map(|at| at.0),
                        listed.last.map(|at| at.0),
                        listed.count as i64,
                        flags,
                        listed.role.map(Role::tag),
                        source
                    ])?;
            }
            audit::append(connection, "list.import", &source.to_string(), &format!("{origin}\n{} values", list.len()), author)?;
            Ok(list.len() as u64)
        })
    }

    /// Every value that is known together with a token, sorted.
    pub fn value_tokens(&self) -> Result<Vec<(Indicator, String)>> {
        self.read(|connection| {
            let sql =
                "SELECT kind, value, token FROM value_token JOIN indicator USING (fp) ORDER BY kind, value, token";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([])?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(kind) = Kind::from_tag(&row.get::<_, String>(0)?) {
                    out.push((Indicator { kind, value: row.get(1)? }, row.get(2)?));
                }
            }
            Ok(out)
        })
    }
}
