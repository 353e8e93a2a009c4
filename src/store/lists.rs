//! Values that came in a list or a bundle, without evidence bytes behind them in this store.

use super::entry::{DIRECT, VERIFIED};
use super::error::Result;
use super::statements::demand_case;
use super::{Store, audit, cases, settled};
use crate::model::statement::Author;
use crate::model::{CaseKey, Indicator, Instant, Kind, Role};
use rayon::prelude::*;
use rusqlite::{Connection, params};
use std::cmp::Ordering;
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
        // In the order of its key each table grows page by page, many times faster than at random.
        let mut by_value: Vec<&Listed> = list.iter().collect();
        by_value.par_sort_by(|a, b| value_order(a, b));
        let lines: Vec<&[&Listed]> = by_value.chunk_by(|a, b| value_order(a, b).is_eq()).collect();
        let mut by_case = lines.clone();
        by_case.par_sort_by_key(|lines| lines.first().map(|listed| listed.case));
        let cases: BTreeSet<CaseKey> = list.iter().map(|listed| listed.case).collect();
        self.write(|connection| {
            for case in &cases {
                demand_case(connection, *case)?;
                cases::forget_total(connection, Some(*case))?;
            }
            connection.execute("INSERT INTO source (origin, at) VALUES (?,?)", params![origin, author.at.0])?;
            let source = connection.last_insert_rowid();
            for same in &lines {
                put_lines(connection, source, same)?;
            }
            let mut insert = connection.prepare_cached("INSERT INTO listed_case VALUES (?,?,?,?)")?;
            for one in by_case.iter().filter_map(|lines| lines.first()) {
                insert.execute(params![one.case.0, one.kind.tag(), one.value, source])?;
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
            let sql = "SELECT kind, value, token FROM value_token ORDER BY kind, value, token";
            let mut query = connection.prepare_cached(sql)?;
            let mut rows = query.query([])?;
            let settled = settled::read(connection)?;
            let mut out = Vec::new();
            while let Some(row) = rows.next()? {
                if let Some(kind) = Kind::from_tag(&row.get::<_, String>(0)?) {
                    let value: String = row.get(1)?;
                    out.push((Indicator { kind: settled.kind(kind, &value), value }, row.get(2)?));
                }
            }
            if !settled.is_empty() {
                out.sort();
                out.dedup();
            }
            Ok(out)
        })
    }
}

/// The order of values, and of cases within one.
fn value_order(a: &Listed, b: &Listed) -> Ordering {
    a.kind.cmp(&b.kind).then_with(|| a.value.cmp(&b.value)).then(a.case.cmp(&b.case))
}

/// Writes what a list says about one value in one case, repeated lines as one.
fn put_lines(connection: &Connection, source: i64, lines: &[&Listed]) -> Result<()> {
    let Some(one) = lines.first() else { return Ok(()) };
    let all = || lines.iter().copied();
    for token in all().filter_map(|listed| listed.token.as_ref()) {
        connection.prepare_cached("INSERT OR IGNORE INTO value_token VALUES (?,?,?)")?.execute(params![
            one.kind.tag(),
            one.value,
            token
        ])?;
    }
    // A line with one instant says that first and last are the same.
    let first = all().filter_map(|listed| listed.first.or(listed.last)).min();
    let last = all().filter_map(|listed| listed.last.or(listed.first)).max();
    let count = all().fold(0_u64, |sum, listed| sum.saturating_add(listed.count));
    let direct = u8::from(!all().all(|listed| listed.implied)) * DIRECT;
    let verified = u8::from(all().any(|listed| listed.verified)) * VERIFIED;
    let role = all().filter_map(|listed| listed.role).reduce(Role::stricter);
    connection.prepare_cached("INSERT INTO listed VALUES (?,?,?,?,?,?,?,?,?)")?.execute(params![
        one.kind.tag(),
        one.value,
        one.case.0,
        source,
        first.map(|at| at.0),
        last.map(|at| at.0),
        i64::try_from(count).unwrap_or(i64::MAX),
        direct | verified,
        role.map(Role::tag)
    ])?;
    Ok(())
}
