//! The trust list: whose key may take which step, for which unit and how long.
//!
//! Read from OpenSSH `allowed_signers` files and from a store's own rows; written as `allowed_signers`, so that
//! `ssh-keygen -Y verify` judges by the same list. A unit code is only a name: rights come from here alone.

use super::fault::Fault;
use super::keys::PublicKey;
use super::sshsig;
use super::wording::Wording;
use crate::model::time::JST_MINUTES;
use crate::model::{Instant, Unit};
use jiff::civil::DateTime;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Largest trust file read, in bytes.
const MAX_FILE: usize = 4 * 1024 * 1024;

/// A step a key may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Sign a draft.
    Prepare,
    /// Approve a draft that somebody else signed.
    Approve,
    /// Sign a receipt.
    Receive,
    /// Sign a decision of the national bureau.
    Decide,
}

impl Right {
    /// Every right, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Prepare, Self::Approve, Self::Receive, Self::Decide];

    /// The word used on the command line and in rows.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Approve => "approve",
            Self::Receive => "receive",
            Self::Decide => "decide",
        }
    }

    /// Reads `prepare,approve,…`; `None` for an unknown word or none at all.
    #[must_use]
    pub fn from_list(list: &str) -> Option<BTreeSet<Self>> {
        let one = |word: &str| Self::ALL.into_iter().find(|right| right.tag() == word.trim());
        let rights: BTreeSet<Self> = list.split(',').map(one).collect::<Option<_>>()?;
        (!rights.is_empty()).then_some(rights)
    }

    /// The signature namespace the right is about.
    #[must_use]
    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Prepare => sshsig::PREPARE,
            Self::Approve => sshsig::APPROVE,
            Self::Receive => sshsig::RECEIPT,
            Self::Decide => sshsig::DECIDE,
        }
    }
}

/// One person's key and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustEntry {
    /// The key.
    pub key: PublicKey,
    /// The person's unit; `None` where an `allowed_signers` principal names none.
    pub unit: Option<Unit>,
    /// The person.
    pub name: String,
    /// What the key may do.
    pub may: BTreeSet<Right>,
    /// Not valid before.
    pub valid_after: Option<Instant>,
    /// Not valid from then on.
    pub valid_before: Option<Instant>,
}

/// Everybody who is trusted, in the order of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustList {
    /// The entries; one person may have several, one key may stand for several names.
    pub entries: Vec<TrustEntry>,
}

impl TrustEntry {
    /// From a row: the `.pub` line, unit, name and rights as `prepare,approve`.
    pub fn from_row(key_line: &str, unit: &Unit, name: &str, may: &str) -> Result<Self, Fault> {
        let key = PublicKey::from_line(key_line)
            .ok_or_else(|| Fault::key("ed25519の公開鍵の行ではない", "this is not an ed25519 public key line"))?;
        let may = Right::from_list(may).ok_or_else(|| {
            Fault::key(
                format!("権限`{may}`は prepare,approve,receive,decide の組合せではない"),
                format!("`{may}` is not a list of prepare, approve, receive, decide"),
            )
        })?;
        if name.trim().is_empty() {
            return Err(Fault::key("氏名がない", "the name is missing"));
        }
        let name = name.trim().to_owned();
        Ok(Self { key, unit: Some(unit.clone()), name, may, valid_after: None, valid_before: None })
    }

    /// Whether the entry holds at a moment.
    #[must_use]
    pub fn is_valid_at(&self, at: Instant) -> bool {
        self.valid_after.is_none_or(|after| after <= at) && self.valid_before.is_none_or(|before| at < before)
    }

    /// Whether two entries are the same person: same name in the same unit.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        self.unit == other.unit && self.name == other.name
    }

    /// `name@unit` with whatever `allowed_signers` could misread replaced.
    #[must_use]
    pub fn principal(&self) -> String {
        let odd =
            |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '"' | '*' | '?' | '!' | '#' | '\\');
        let name: String = self.name.chars().map(|c| if odd(c) { '_' } else { c }).collect();
        self.unit.as_ref().map_or(name.clone(), |unit| format!("{name}@{unit}"))
    }
}

impl TrustList {
    /// Reads an `allowed_signers` file. `valid-after` and `valid-before` without `Z` are Japanese time.
    ///
    /// Certificate authorities and principals with wildcards are refused: they name nobody.
    pub fn from_allowed_signers(text: &str) -> Result<Self, Fault> {
        let mut list = Self::default();
        if text.len() > MAX_FILE {
            return Err(Fault::key("信頼リストが大きすぎる", "the trust list is too large"));
        }
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                list.entries.extend(read_line(line).map_err(|why| Fault::Trust { line: index + 1, why })?);
            }
        }
        Ok(list)
    }

    /// Writes an `allowed_signers` file.
    #[must_use]
    pub fn to_allowed_signers(&self) -> String {
        let mut out = String::new();
        for entry in &self.entries {
            let spaces: Vec<&str> = entry.may.iter().map(|right| right.namespace()).collect();
            let _ = write!(out, "{} namespaces=\"{}\"", entry.principal(), spaces.join(","));
            for (label, at) in [("valid-after", entry.valid_after), ("valid-before", entry.valid_before)] {
                if let Some(at) = at {
                    let _ = write!(out, ",{label}=\"{}\"", at.timestamp().strftime("%Y%m%d%H%M%SZ"));
                }
            }
            let _ = writeln!(out, " {}", entry.key.line());
        }
        out
    }

    /// Every entry for a key.
    pub fn of<'a>(&'a self, key: &'a PublicKey) -> impl Iterator<Item = &'a TrustEntry> {
        self.entries.iter().filter(move |entry| entry.key == *key)
    }

    /// Whether the list says that two keys belong to one person.
    #[must_use]
    pub fn is_same_person(&self, one: &PublicKey, other: &PublicKey) -> bool {
        self.of(one).any(|a| self.of(other).any(|b| a.is_same_person(b)))
    }
}

fn read_line(line: &str) -> Result<Vec<TrustEntry>, Wording> {
    let wrong = |ja: &str, en: &str| Wording::new(ja, en);
    let (principals, rest) = field(line).ok_or_else(|| wrong("鍵がない", "there is no key"))?;
    let (second, after) = field(rest).ok_or_else(|| wrong("鍵がない", "there is no key"))?;
    let is_key_type = ["ssh-", "ecdsa-", "sk-"].iter().any(|start| second.starts_with(start));
    let (options, key_text) = if is_key_type { ("", rest) } else { (second, after) };
    let key = PublicKey::from_line(key_text)
        .ok_or_else(|| wrong("ed25519の公開鍵が読めない", "no ed25519 public key can be read"))?;
    let mut may: BTreeSet<Right> = [Right::Prepare, Right::Approve, Right::Receive].into();
    let (mut valid_after, mut valid_before) = (None, None);
    for option in split_options(options) {
        let (label, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.trim_matches('"');
        match label.to_ascii_lowercase().as_str() {
            "namespaces" => {
                let named = |right: &Right| value.split(',').any(|pattern| matches(pattern.trim(), right.namespace()));
                may = Right::ALL.into_iter().filter(named).collect();
            }
            "valid-after" => valid_after = Some(read_time(value)?),
            "valid-before" => valid_before = Some(read_time(value)?),
            other => {
                return Err(Wording::new(
                    format!("オプション`{other}`は使えない"),
                    format!("option `{other}` is not supported"),
                ));
            }
        }
    }
    let mut entries = Vec::new();
    for principal in principals.trim_matches('"').split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if principal.contains(['*', '?', '!']) {
            return Err(Wording::new(
                format!("`{principal}`は一人を指さない"),
                format!("principal `{principal}` is a pattern and names nobody"),
            ));
        }
        let split = principal.rsplit_once('@').and_then(|(name, unit)| Some((name, Unit::from_path(unit)?)));
        let (name, unit) = split.map_or((principal, None), |(name, unit)| (name, Some(unit)));
        let (name, key, may) = (name.to_owned(), key.clone(), may.clone());
        entries.push(TrustEntry { key, unit, name, may, valid_after, valid_before });
    }
    Ok(entries)
}

/// The first field and the rest; blanks inside double quotes do not end it.
fn field(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let mut quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        !quoted && (*c == ' ' || *c == '\t')
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    let (first, rest) = text.split_at_checked(end)?;
    (!first.is_empty()).then_some((first, rest))
}

fn split_options(text: &str) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .filter(|option| !option.is_empty())
    .collect()
}

/// OpenSSH patterns: `*` any characters, `?` one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == b'?' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == b'*'))
}

/// `YYYYMMDD[HHMM[SS]][Z]`.
fn read_time(text: &str) -> Result<Instant, Wording> {
    let wrong = || {
        Wording::new(
            format!("日時`{text}`が読めない"),
            format!("`{text}` is not a date of the form YYYYMMDD[HHMM[SS]][Z]"),
        )
    };
    let (digits, utc) = text.strip_suffix('Z').map_or((text, false), |digits| (digits, true));
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let full = match digits.len() {
        8 => format!("{digits}000000"),
        12 => format!("{digits}00"),
        14 => digits.to_owned(),
        _ => return Err(wrong()),
    };
    let civil = DateTime::strptime("%Y%m%d%H%M%S", &full).map_err(|_| wrong())?;
    let minutes = if utc { 0 } else { i32::from(JST_MINUTES) };
    let zone = jiff::tz::Offset::from_seconds(minutes * 60).unwrap_or(jiff::tz::Offset::UTC);
    zone.to_timestamp(civil).ok().and_then(Instant::from_timestamp).ok_or_else(wrong)
}
