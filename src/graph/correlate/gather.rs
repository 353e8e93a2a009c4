//! Sightings in, postings out: each value with the cases it was seen in.
//!
//! Values lie in one buffer and rows are 32 bytes, so a national store of millions of sightings fits in memory. Rows are
//! sorted by a 64-bit fingerprint; equal fingerprints are compared as text, so that a collision never joins two cases.

use super::super::facts::CaseFacts;
use super::marks::Note;
use super::{CaseValue, Correlation, Options, cluster, pairs};
use crate::model::{Instant, Kind, Role};
use rayon::slice::ParallelSliceMut as _;
use siphasher::sip::SipHasher13;
use std::collections::HashMap;
use std::hash::Hasher as _;

const BENIGN: u16 = 1;
const UNVERIFIED: u16 = 2;
const TOKEN: u16 = 4;
const NO_TIME: i32 = i32::MIN;
/// What every token begins with (domain.md 6.1).
const TOKEN_PREFIX: &str = "tok1:";

/// One value in one case.
#[derive(Clone, Copy, Debug)]
struct Row {
    fingerprint: u64,
    /// Where its length and text stand in the buffer.
    text: u64,
    case: u32,
    first: i32,
    last: i32,
    kind: u16,
    /// Low byte: marks; high byte: role by its place in [`Role::ALL`], from 1.
    flags: u16,
}

/// A case that saw a shared value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) case: u32,
    first: i32,
    last: i32,
    pub(super) role: Option<Role>,
}

impl Member {
    /// First and last minute since 1970.
    pub(super) const fn window(&self) -> Option<(i32, i32)> {
        if self.first == NO_TIME || self.last == NO_TIME { None } else { Some((self.first, self.last)) }
    }
}

/// A value shared by two or more cases.
#[derive(Clone, Debug)]
pub(super) struct Posting {
    pub(super) kind: Kind,
    pub(super) value: String,
    pub(super) members: Vec<Member>,
    pub(super) benign: bool,
    pub(super) unverified: bool,
    pub(super) token: bool,
}

impl Posting {
    /// Key epoch of a token: the third part of `tok1:<kind>:<epoch>:…`.
    pub(super) fn epoch(&self) -> &str {
        self.value.split(':').nth(2).unwrap_or("")
    }
}

/// Takes sightings in, any number, in any order; [`Correlator::finish`] answers.
#[derive(Debug, Default)]
pub struct Correlator {
    rows: Vec<Row>,
    /// Token fingerprint, token text, and the row of the value it stands for.
    aliases: Vec<(u64, u64, usize)>,
    text: Vec<u8>,
    kinds: Vec<Kind>,
    kind_index: HashMap<Kind, u16>,
    implied: u64,
}

impl Correlator {
    /// Takes in one value of one case.
    pub fn add(&mut self, value: &CaseValue<'_>) {
        if value.implied {
            self.implied += 1;
            return;
        }
        let Some(kind) = self.kind(value.kind) else { return };
        let role = value.role.and_then(|role| Role::ALL.iter().position(|r| *r == role)).map_or(0, |at| at + 1);
        let token = value.value.starts_with(TOKEN_PREFIX);
        let flag = |so: bool, bit: u16| if so { bit } else { 0 };
        let marks = flag(value.benign, BENIGN) | flag(!value.verified && !token, UNVERIFIED) | flag(token, TOKEN);
        let flags = marks | u16::try_from(role << 8).unwrap_or(0);
        let (first, last) = (minute(value.first.or(value.last)), minute(value.last.or(value.first)));
        let fingerprint = fingerprint(value.kind, value.value);
        let text = self.keep(value.value);
        for alias in value.tokens {
            let text = self.keep(alias);
            self.aliases.push((self::fingerprint(value.kind, alias), text, self.rows.len()));
        }
        let (first, last) = (first.min(last), first.max(last));
        self.rows.push(Row { fingerprint, text, case: value.case, first, last, kind, flags });
    }

    /// How many sightings were taken in.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing was taken in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Works out pairs and clusters.
    #[must_use]
    pub fn finish(mut self, cases: &[CaseFacts], strength: &dyn Fn(Kind) -> f32, options: &Options) -> Correlation {
        let mut notes = Vec::new();
        let claimed_twice = self.resolve_tokens();
        let all = self.rows.len();
        self.rows.retain(|row| (row.case as usize) < cases.len());
        let unknown = all - self.rows.len();
        let postings = self.postings();
        let implied = self.implied;
        drop(self);
        if implied > 0 {
            notes.push(Note::Implied { sightings: implied });
        }
        if claimed_twice > 0 {
            notes.push(Note::TokensClaimedTwice { tokens: claimed_twice });
        }
        if unknown > 0 {
            notes.push(Note::UnknownCase { sightings: unknown as u64 });
        }
        let mut found = pairs::pairs(&postings, cases.len(), strength, options, notes);
        found.clusters = cluster::clusters(&found, cases);
        found
    }

    /// A number for the kind; more than 65,535 kinds are not kept apart by any store.
    fn kind(&mut self, kind: Kind) -> Option<u16> {
        if let Some(at) = self.kind_index.get(&kind) {
            return Some(*at);
        }
        let at = u16::try_from(self.kinds.len()).ok()?;
        self.kinds.push(kind);
        self.kind_index.insert(kind, at);
        Some(at)
    }

    fn keep(&mut self, text: &str) -> u64 {
        let at = self.text.len() as u64;
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.text.extend_from_slice(&len.to_le_bytes());
        self.text.extend_from_slice(text.as_bytes().get(..len as usize).unwrap_or(&[]));
        at
    }

    fn text(&self, at: u64) -> &[u8] {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let Some(rest) = self.text.get(at..) else { return &[] };
        let Some((len, rest)) = rest.split_first_chunk::<4>() else { return &[] };
        rest.get(..u32::from_le_bytes(*len) as usize).unwrap_or(&[])
    }

    /// Lets each token stand for the value it was sent with. A token said to stand for two values stays a token, and the
    /// cases that claim it meet in it. Returns how many such tokens there are.
    fn resolve_tokens(&mut self) -> usize {
        let mut aliases = std::mem::take(&mut self.aliases);
        if aliases.is_empty() {
            return 0;
        }
        aliases.sort_unstable_by_key(|(token, _, row)| (*token, self.rows[*row].fingerprint, *row));
        let value_of = |alias: &(u64, u64, usize)| self.rows[alias.2].fingerprint;
        let mut single: Vec<(u64, u64, usize)> = Vec::new();
        let mut extra = Vec::new();
        let mut claimed_twice = 0;
        for group in aliases.chunk_by(|a, b| a.0 == b.0) {
            let first = group[0];
            let same = |alias: &(u64, u64, usize)| {
                value_of(alias) == value_of(&first) && self.text(alias.1) == self.text(first.1)
            };
            if group.iter().all(same) {
                single.push(first);
                continue;
            }
            claimed_twice += 1;
            extra.extend(group.iter().map(|(fingerprint, text, row)| {
                let row = self.rows[*row];
                Row { fingerprint: *fingerprint, text: *text, flags: row.flags | TOKEN, ..row }
            }));
        }
        let mut meant = Vec::new();
        for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| row.flags & TOKEN != 0) {
            if let Ok(at) = single.binary_search_by_key(&row.fingerprint, |alias| alias.0)
                && self.text(single[at].1) == self.text(row.text)
                && single[at].2 != index
            {
                meant.push((index, single[at].2));
            }
        }
        for (index, value) in meant {
            let (fingerprint, text) = (self.rows[value].fingerprint, self.rows[value].text);
            let row = &mut self.rows[index];
            (row.fingerprint, row.text) = (fingerprint, text);
            row.flags &= !TOKEN;
        }
        self.rows.extend(extra);
        claimed_twice
    }

    /// Values shared by two or more cases, by kind and value.
    fn postings(&mut self) -> Vec<Posting> {
        self.rows.par_sort_unstable_by_key(|row| (row.fingerprint, row.case, row.text));
        let mut postings = Vec::new();
        for group in self.rows.chunk_by(|a, b| a.fingerprint == b.fingerprint) {
            let first = group[0];
            if group.iter().all(|row| row.case == first.case) {
                continue;
            }
            if group.iter().all(|row| row.kind == first.kind && self.text(row.text) == self.text(first.text)) {
                postings.extend(self.posting(group));
                continue;
            }
            let mut apart = group.to_vec();
            apart.sort_by(|a, b| (a.kind, self.text(a.text), a.case).cmp(&(b.kind, self.text(b.text), b.case)));
            for same in apart.chunk_by(|a, b| a.kind == b.kind && self.text(a.text) == self.text(b.text)) {
                postings.extend(self.posting(same));
            }
        }
        postings.sort_by(|a, b| (a.kind, &a.value).cmp(&(b.kind, &b.value)));
        postings
    }

    /// One posting of rows of one value in order of cases; `None` if they are all of one case.
    fn posting(&self, rows: &[Row]) -> Option<Posting> {
        let first = rows.first()?;
        let mut members: Vec<Member> = Vec::new();
        for row in rows {
            let role = usize::from(row.flags >> 8).checked_sub(1).and_then(|at| Role::ALL.get(at)).copied();
            match members.last_mut() {
                Some(member) if member.case == row.case => {
                    member.role = match (member.role, role) {
                        (Some(a), Some(b)) => Some(a.stricter(b)),
                        (a, b) => a.or(b),
                    };
                    member.last = member.last.max(row.last);
                    member.first = if member.first == NO_TIME { row.first } else { member.first.min_dated(row.first) };
                }
                _ => members.push(Member { case: row.case, first: row.first, last: row.last, role }),
            }
        }
        (members.len() > 1).then(|| Posting {
            kind: self.kinds[usize::from(first.kind)],
            value: String::from_utf8_lossy(self.text(first.text)).into_owned(),
            members,
            benign: rows.iter().any(|row| row.flags & BENIGN != 0),
            unverified: rows.iter().all(|row| row.flags & UNVERIFIED != 0),
            token: rows.iter().all(|row| row.flags & TOKEN != 0),
        })
    }
}

trait MinDated {
    /// The earlier of two minutes, not minding one that is missing.
    fn min_dated(self, other: Self) -> Self;
}

impl MinDated for i32 {
    fn min_dated(self, other: Self) -> Self {
        if other == NO_TIME { self } else { self.min(other) }
    }
}

fn minute(instant: Option<Instant>) -> i32 {
    instant.map_or(NO_TIME, |instant| i32::try_from(instant.0.div_euclid(60_000_000_000)).unwrap_or(NO_TIME))
}

/// A value's fingerprint; the kind is part of it.
fn fingerprint(kind: Kind, value: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(kind.tag().as_bytes());
    hasher.write_u8(0);
    hasher.write(value.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_that_collides_joins_nothing() {
        let mut correlator = Correlator::default();
        let kind = Kind::new("domain");
        for (case, value) in [(0, "a.example.com"), (1, "b.example.com"), (2, "a.example.com")] {
            correlator.add(&CaseValue::new(case, kind, value));
        }
        for row in &mut correlator.rows {
            row.fingerprint = 7;
        }
        let postings = correlator.postings();
        assert_eq!(postings.len(), 1);
        assert_eq!(postings[0].members.iter().map(|m| m.case).collect::<Vec<_>>(), [0, 2]);
    }
}
