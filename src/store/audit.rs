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
use std::collections::BTreeMap;

const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn commit(salt: &[u8], content: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(content).finalize())
}

/// RFC 8785: keys in order, no white space. All values are strings and small whole numbers, so serde's own form is
/// canonical; the instant stands as RFC 3339 text, since nanoseconds exceed what a JSON number holds exactly.
fn canonical(entry: &AuditEntry) -> Result<String> {
    let mut value = serde_json::to_value(entry).map_err(|err| Error::damaged(err.to_string()))?;
    if let Some(at) = value.get_mut("at") {
        *at = entry.at.timestamp().to_string().into();
    }
    let sorted: BTreeMap<_, _> = value.as_object().into_iter().flatten().collect();
    serde_json::to_string(&sorted).map_err(|err| Error::damaged(err.to_string()))
}

/// Reads an entry as it stands in the chain.
fn parse(text: &str) -> Option<AuditEntry> {
    let mut value: serde_json::Value = serde_json::from_str(text).ok()?;
    let at = Instant::from_timestamp(value.get("at")?.as_str()?.parse().ok()?)?;
    *value.get_mut("at")? = at.0.into();
    serde_json::from_value(value).ok()
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
    let (operator_salt, content_salt) = (random::<16>()?, random::<16>()?);
    let entry = AuditEntry {
        seq,
        at: author.at,
        operator: commit(&operator_salt, &author.operator),
        action: action.to_owned(),
        object: object.to_owned(),
        commitment: commit(&content_salt, content),
        prev,
    };
    let text = canonical(&entry)?;
    let hash = Sha256::digest(text.as_bytes());
    connection.prepare_cached("INSERT INTO audit VALUES (?,?,?)")?.execute(params![
        seq as i64,
        text,
        hash.as_slice()
    ])?;
    connection.prepare_cached("INSERT INTO audit_content VALUES (?,?,?,?,?)")?.execute(params![
        seq as i64,
        author.operator,
        operator_salt.as_slice(),
        content,
        content_salt.as_slice()
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
            let rows = query.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?))
            })?;
            rows.map(|row| {
                let (entry, operator) = row?;
                Ok((parse(&entry).ok_or_else(|| Error::damaged("audit entry"))?, operator))
            })
            .collect()
        })
    }

    /// What an entry's commitment was made of, as long as it is kept.
    pub fn audit_content(&self, seq: u64) -> Result<Option<String>> {
        self.read(|connection| {
            let sql = "SELECT content FROM audit_content WHERE seq=?";
            let content = connection.prepare_cached(sql)?.query_row([seq as i64], |row| row.get(0)).optional()?;
            Ok(content.flatten())
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

    /// Whether this head lies on the chain, as it stands.
    pub fn audit_holds(&self, head: &AuditHead) -> Result<bool> {
        self.read(|connection| {
            let hash = connection
                .query_row(
                    "SELECT hash FROM audit WHERE seq=?",
                    [i64::try_from(head.count).unwrap_or(i64::MAX)],
                    |row| row.get::<_, Vec<u8>>(0),
                )
                .optional()?;
            Ok(head.count == 0 || hash.is_some_and(|hash| hex(&hash) == head.hash))
        })
    }

    /// Recomputes the whole chain and every commitment whose content is still there.
    pub fn audit_verify(&self) -> Result<Vec<Check>> {
        self.audit_verify_with(&[])
    }

    /// The same, and whether heads known from paper or receipts lie on the chain.
    pub fn audit_verify_with(&self, known: &[AuditHead]) -> Result<Vec<Check>> {
        self.read(|connection| {
            let mut walk = Walk::new(known);
            let sql = "SELECT audit.seq, entry, hash, operator, operator_salt, content, content_salt
                FROM audit LEFT JOIN audit_content USING (seq) ORDER BY audit.seq";
            let mut query = connection.prepare(sql)?;
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let hash: Vec<u8> = row.get(2)?;
                let entry = walk.link(row.get(0)?, &row.get::<_, String>(1)?, &hash);
                let Some(entry) = entry else { continue };
                walk.plain(entry.operator.as_str(), row.get(3)?, row.get(4)?);
                walk.plain(entry.commitment.as_str(), row.get(5)?, row.get(6)?);
            }
            Ok(walk.checks(known))
        })
    }
}

/// What a walk along the chain has found.
struct Walk {
    count: u64,
    erased: u64,
    back: u64,
    prev: String,
    before: Instant,
    chain: Option<u64>,
    content: Option<u64>,
    known: BTreeMap<u64, String>,
}

impl Walk {
    fn new(known: &[AuditHead]) -> Self {
        Self {
            count: 0,
            erased: 0,
            back: 0,
            prev: FIRST.to_owned(),
            before: Instant(i64::MIN),
            chain: None,
            content: None,
            known: known.iter().map(|head| (head.count, head.hash.clone())).collect(),
        }
    }

    fn link(&mut self, seq: i64, text: &str, hash: &[u8]) -> Option<AuditEntry> {
        self.count += 1;
        let entry = parse(text);
        let sound = Sha256::digest(text.as_bytes()).as_slice() == hash
            && entry.as_ref().is_some_and(|entry| {
                entry.seq == self.count
                    && entry.prev == self.prev
                    && canonical(entry).is_ok_and(|canonical| canonical == text)
            })
            && seq == self.count as i64;
        if !sound && self.chain.is_none() {
            self.chain = Some(self.count);
        }
        self.prev = hex(hash);
        if self.known.get(&self.count) == Some(&self.prev) {
            self.known.remove(&self.count);
        }
        if let Some(entry) = &entry {
            self.back += u64::from(entry.at < self.before);
            self.before = entry.at;
        }
        entry
    }

    /// Plain text and salt are both there and make the commitment, or both erased.
    fn plain(&mut self, commitment: &str, plain: Option<String>, salt: Option<Vec<u8>>) {
        match (plain, salt) {
            (Some(plain), Some(salt)) if commit(&salt, &plain) == commitment => {}
            (None, None) => self.erased += 1,
            _ => self.content = self.content.or(Some(self.count)),
        }
    }

    fn checks(mut self, known: &[AuditHead]) -> Vec<Check> {
        let chain = self.chain.map_or(format!("{} entries", self.count), |at| format!("breaks at entry {at}"));
        let content = self.content.map_or(format!("{} erased", self.erased), |at| {
            format!("entry {at} says something else than was committed")
        });
        let mut out = vec![
            Check::of("chain", self.chain.is_none(), chain),
            Check::of("commitments", self.content.is_none(), content),
            Check::of("clock", true, format!("{} entries go back in time", self.back)),
        ];
        self.known.remove(&0);
        for head in known {
            let printed = format!("{} {}", head.count, print_head(head));
            out.push(Check::of("head", !self.known.contains_key(&head.count), printed));
        }
        out
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
