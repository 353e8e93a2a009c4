//! Values that came in a list or a bundle, without evidence bytes behind them in this store.

use super::error::{Error, Result};
use super::statements::demand_case;
use super::values::insert;
use super::{Post, Store, audit, cases, runs};
use crate::model::statement::Author;
use crate::model::{CaseKey, Indicator, Instant, Kind, Role};
use rayon::prelude::*;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

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
            list.par_iter().map(|listed| (print.of(listed.kind, &listed.value), listed)).collect();
        // In fingerprint order both tables grow page by page, several times faster than at random.
        values.par_sort_unstable_by_key(|(fp, listed)| (*fp, listed.case, listed.first, listed.last, listed.count));
        let cases: BTreeSet<CaseKey> = list.iter().map(|listed| listed.case).collect();
        self.write(|connection| {
            for case in &cases {
                demand_case(connection, *case)?;
                cases::forget_total(connection, Some(*case))?;
            }
            connection.execute("INSERT INTO source (origin, at) VALUES (?,?)", params![origin, author.at.0])?;
            let source = connection.last_insert_rowid();
            for same in values.chunk_by(|a, b| a.0 == b.0) {
                let Some((fp, first)) = same.first() else { continue };
                // Two values under one fingerprint show here, before any of them is written.
                if let Some((_, other)) =
                    same.iter().find(|(_, other)| (other.kind, &other.value) != (first.kind, &first.value))
                {
                    return Err(Error::Collision(first.value.clone(), other.value.clone()));
                }
                insert(connection, *fp, first.kind, &first.value)?;
                for listed in same.iter().filter_map(|(_, listed)| listed.token.as_ref()) {
                    connection
                        .prepare_cached("INSERT OR IGNORE INTO value_token VALUES (?,?)")?
                        .execute(params![runs::ordered(*fp), listed])?;
                }
                for lines in same.chunk_by(|a, b| a.1.case == b.1.case) {
                    put_lines(connection, *fp, source, lines)?;
                }
            }
            audit::append(
                connection,
                "list.import",
                &source.to_string(),
                &format!("{origin}\n{} values", list.len()),
                author,
            )?;
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

/// Writes what a list says about one value in one case, repeated lines as one.
fn put_lines(connection: &Connection, fp: u64, source: i64, lines: &[(u64, &Listed)]) -> Result<()> {
    let Some((_, one)) = lines.first() else { return Ok(()) };
    let all = || lines.iter().map(|(_, listed)| *listed);
    // A line with one instant says that first and last are the same.
    let first = all().filter_map(|listed| listed.first.or(listed.last)).min();
    let last = all().filter_map(|listed| listed.last.or(listed.first)).max();
    let count = all().fold(0_u64, |sum, listed| sum.saturating_add(listed.count));
    let implied = u8::from(all().all(|listed| listed.implied)) * Post::IMPLIED;
    let verified = u8::from(all().any(|listed| listed.verified)) * Post::VERIFIED;
    let role = all().filter_map(|listed| listed.role).reduce(Role::stricter);
    connection.prepare_cached("INSERT INTO listed VALUES (?,?,?,?,?,?,?,?)")?.execute(params![
        runs::ordered(fp),
        one.case.0,
        source,
        first.map(|at| at.0),
        last.map(|at| at.0),
        i64::try_from(count).unwrap_or(i64::MAX),
        implied | verified,
        role.map(Role::tag)
    ])?;
    Ok(())
}
