//! The audit trail: an append-only hash chain of ids and salted commitments.
//!
//! An entry's hash covers its RFC 8785 JSON, which names the hash before it. What was said lies beside the chain with its
//! salt and can be erased without breaking it. Honest limit: whoever holds the file can rebuild the chain after the last
//! head somebody else holds, so heads are printed and handed out.

use super::check::Check;
use super::error::{Error, Result};
use super::{Store, random};
use crate::model::audit::AuditHead;
use crate::model::statement::Author;
use crate::model::{AuditEntry, Instant};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::{Digest as _, Sha256};

const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn commit(salt: &[u8], content: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(content).finalize())
}

/// RFC 8785: keys in order, no white space. All our values are strings and whole numbers, so serde's own form is canonical.
fn canonical(entry: &AuditEntry) -> Result<String> {
    let value = serde_json::to_value(entry).map_err(|err| Error::Damaged(err.to_string()))?;
    let sorted: std::collections::BTreeMap<_, _> = value.as_object().into_iter().flatten().collect();
    serde_json::to_string(&sorted).map_err(|err| Error::Damaged(err.to_string()))
}

/// Appends one entry inside the caller's transaction.
pub(super) fn append(
    connection: &Connection,
    action: &str,
    object: &str,
    content: &str,
    author: &Author,
) -> Result<()> {
    let last: Option<(u64, Vec<u8>)> = connection
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, i64>(0)? as u64, row.get(1)?)))
        .optional()?;
    let (seq, prev) = last.map_or((1, FIRST.to_owned()), |(seq, hash)| (seq + 1, hex(&hash)));
    let salt = random::<16>()?;
    let entry = AuditEntry {
        seq,
        at: author.at,
        operator: commit(&salt, &author.operator),
        action: action.to_owned(),
        object: object.to_owned(),
        commitment: commit(&salt, content),
        prev,
    };
    let text = canonical(&entry)?;
    let hash = Sha256::digest(text.as_bytes());
    connection.prepare_cached("INSERT INTO audit VALUES (?,?,?)")?.execute(params![
        seq as i64,
        text,
        hash.as_slice()
    ])?;
    connection.prepare_cached("INSERT INTO audit_content VALUES (?,?,?,?)")?.execute(params![
        seq as i64,
        salt.as_slice(),
        author.operator,
        content
    ])?;
    Ok(())
}

impl Store {
    /// Records that something was done that changes nothing else: an export, a copy, a sign-out.
    pub fn audit(&self, action: &str, object: &str, content: &str, author: &Author) -> Result<()> {
        self.write(|connection| append(connection, action, object, content, author))
    }

    /// Entries with the operator's name where it was not erased, newest first.
    pub fn audit_entries(&self, limit: usize) -> Result<Vec<(AuditEntry, Option<String>)>> {
        self.read(|connection| {
            let sql = "SELECT entry, operator FROM audit LEFT JOIN audit_content USING (seq) ORDER BY seq DESC LIMIT ?";
            let mut query = connection.prepare_cached(sql)?;
            let rows = query.query_map([limit as i64], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
            rows.map(|row| {
                let (entry, operator) = row?;
                let entry =
                    serde_json::from_str(&entry).map_err(|err| Error::Damaged(format!("audit entry: {err}")))?;
                Ok((entry, operator))
            })
            .collect()
        })
    }

    /// How many entries, and the hash of the last.
    pub fn audit_head(&self) -> Result<AuditHead> {
        self.read(|connection| {
            let last = connection
                .query_row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], |row| {
                    Ok((row.get::<_, i64>(0)? as u64, row.get::<_, Vec<u8>>(1)?))
                })
                .optional()?;
            Ok(last.map_or(AuditHead { count: 0, hash: FIRST.into() }, |(count, hash)| AuditHead {
                count,
                hash: hex(&hash),
            }))
        })
    }

    /// Recomputes the whole chain and every commitment whose content is still there.
    pub fn audit_verify(&self) -> Result<Vec<Check>> {
        self.read(|connection| {
            let sql = "SELECT audit.seq, entry, hash, salt, operator, content FROM audit LEFT JOIN audit_content USING (seq) ORDER BY audit.seq";
            let mut query = connection.prepare(sql)?;
            let mut rows = query.query([])?;
            let (mut count, mut erased, mut prev, mut before) = (0_u64, 0_u64, FIRST.to_owned(), Instant(i64::MIN));
            let (mut chain, mut content, mut back) = (None, None, 0_u64);
            while let Some(row) = rows.next()? {
                count += 1;
                let text: String = row.get(1)?;
                let hash: Vec<u8> = row.get(2)?;
                let entry: Option<AuditEntry> = serde_json::from_str(&text).ok();
                let sound = Sha256::digest(text.as_bytes()).as_slice() == hash
                    && entry.as_ref().is_some_and(|entry| entry.seq == count && entry.prev == prev)
                    && row.get::<_, i64>(0)? == count as i64;
                if !sound && chain.is_none() {
                    chain = Some(count);
                }
                prev = hex(&hash);
                let Some(entry) = entry else { continue };
                back += u64::from(entry.at < before);
                before = entry.at;
                let salt: Option<Vec<u8>> = row.get(3)?;
                match (salt, row.get::<_, Option<String>>(4)?, row.get::<_, Option<String>>(5)?) {
                    (Some(salt), Some(operator), Some(said)) => {
                        let kept = commit(&salt, &operator) == entry.operator && commit(&salt, &said) == entry.commitment;
                        if !kept && content.is_none() {
                            content = Some(count);
                        }
                    }
                    _ => erased += 1,
                }
            }
            Ok(vec![
                Check::of("chain", chain.is_none(), chain.map_or(format!("{count} entries"), |at| format!("breaks at entry {at}"))),
                Check::of(
                    "commitments",
                    content.is_none(),
                    content.map_or(format!("{erased} erased"), |at| format!("entry {at} says something else than was committed")),
                ),
                Check::of("clock", true, format!("{back} entries go back in time")),
            ])
        })
    }
}

/// The head as printed for the paper register: 19 characters of the hash and one check character (Crockford base32, mod 37).
#[must_use]
pub fn print_head(head: &AuditHead) -> String {
    const SIGNS: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U";
    let bytes = data_encoding::HEXLOWER.decode(head.hash.as_bytes()).unwrap_or_default();
    let number = bytes.iter().take(12).fold(0_u128, |number, byte| number << 8 | u128::from(*byte)) >> 1;
    let sign = |at: u128| usize::try_from(at).ok().and_then(|at| SIGNS.get(at)).map_or('0', |sign| char::from(*sign));
    let mut out: String = (0..19).rev().map(|place| sign(number >> (place * 5) & 31)).collect();
    out.push(sign(number % 37));
    out
}
