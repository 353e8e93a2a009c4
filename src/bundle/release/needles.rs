//! Withheld values in every spelling and encoding known here, searched in one pass.
//!
//! A spelling of at least 40 bits stops the export wherever it stands, also inside something longer. A weaker one (a phone
//! number, a name) counts only as a whole token, and never where our own fixed words hold it.

use super::WithheldValue;
use super::digest::{md5, sha1, stix_id};
use super::finder::{Finder, WINDOW};
use super::kept::{KeptPlan, Spans};
use crate::model::fold::fold;
use aho_corasick::{AhoCorasick, MatchKind};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const STRONG_BITS: f64 = 40.0;
/// Kinds whose every full spelling stops, however weak: they never leave under any profile.
const NEVER: [&str; 3] = ["my_number", "payment_card", "licence"];

/// Receives a find: kind, reason, value, whether it stops.
type Add<'a> = dyn FnMut(&str, &str, &str, bool) + 'a;

/// Receives a spelling: the bytes, whose it is, whether it stops, how it came about.
type Spell<'a> = dyn FnMut(&[u8], usize, bool, &'static str) + 'a;

/// Whose spelling it is, whether it stops, and how it came about.
#[derive(Clone, Copy)]
struct Owner {
    of: u32,
    strong: bool,
    how: &'static str,
}

pub(super) struct Needles<'a> {
    withheld: &'a [WithheldValue],
    text: Haystack,
    raw: Haystack,
}

/// Spellings looked for in one form of a file: the long ones, and the few short ones.
struct Haystack {
    long: Finder,
    short: Option<AhoCorasick>,
    short_owners: Vec<Owner>,
    owners: Vec<Owner>,
}

impl Haystack {
    fn of(each: &dyn Fn(&mut Spell<'_>)) -> Self {
        let (mut owners, mut short) = (Vec::new(), BTreeMap::new());
        each(&mut |bytes, of, strong, how| {
            let owner = Owner { of: u32::try_from(of).unwrap_or(u32::MAX), strong, how };
            owners.push(owner);
            if bytes.len() < WINDOW {
                short.entry(bytes.to_vec()).or_insert(owner);
            }
        });
        let long = Finder::of(&|add| {
            let mut id = 0;
            each(&mut |bytes, _, _, _| {
                add(bytes, id);
                id += 1;
            });
        });
        let (patterns, short_owners): (Vec<Vec<u8>>, Vec<Owner>) = short.into_iter().unzip();
        let short = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
        Self { long, short, short_owners, owners }
    }

    fn find(&self, text: &[u8], found: &mut dyn FnMut(std::ops::Range<usize>, Owner)) {
        self.long.find(text, &mut |range, id| {
            if let Some(owner) = self.owners.get(id as usize) {
                found(range, *owner);
            }
        });
        for hit in self.short.iter().flat_map(|short| short.find_overlapping_iter(text)) {
            if let Some(owner) = self.short_owners.get(hit.pattern().as_usize()) {
                found(hit.range(), *owner);
            }
        }
    }
}

impl<'a> Needles<'a> {
    pub(super) fn of(withheld: &'a [WithheldValue], allowed: &KeptPlan) -> Self {
        let text = Haystack::of(&|spell| {
            for (at, of) in withheld.iter().enumerate() {
                for (spelling, how) in spellings(of) {
                    let folded = fold(&spelling);
                    let strong = is_strong(of, &folded);
                    let long = folded.chars().count() >= if folded.is_ascii() { 4 } else { 3 };
                    // Weak and part of our own fixed words: it would be found in every bundle.
                    if long && (strong || !allowed.still.contains(&folded)) {
                        spell(folded.as_bytes(), at, strong, how);
                    }
                }
                for (spelling, how) in digests(of) {
                    spell(spelling.as_bytes(), at, true, how);
                }
            }
        });
        let raw = Haystack::of(&|spell| {
            for (at, of) in withheld.iter().enumerate() {
                let strong = bits(&of.value) >= STRONG_BITS;
                for (bytes, how) in encodings(&of.value) {
                    if strong && bytes.len() >= 8 || !of.value.is_ascii() && bytes.len() >= 6 {
                        spell(&bytes, at, strong, how);
                    }
                }
            }
        });
        Self { withheld, text, raw }
    }

    pub(super) fn count(&self) -> usize {
        [&self.text, &self.raw].iter().map(|in_form| in_form.long.len() + in_form.short_owners.len()).sum()
    }

    /// Looks in folded text; places of kept values are not finds.
    pub(super) fn find(&self, layer: &str, spans: &Spans, add: &mut Add<'_>) {
        let edge = |at: Option<usize>| {
            at.and_then(|at| layer.as_bytes().get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        self.text.find(layer.as_bytes(), &mut |range, owner| {
            let token = edge(range.start.checked_sub(1)) && edge(Some(range.end));
            if (owner.strong || token) && !Spans::hold(&spans.kept, &range) {
                self.add(owner, add);
            }
        });
    }

    /// Looks in the bytes themselves, for other encodings than UTF-8.
    pub(super) fn find_raw(&self, bytes: &[u8], add: &mut Add<'_>) {
        self.raw.find(bytes, &mut |_, owner| self.add(owner, add));
    }

    fn add(&self, owner: Owner, add: &mut Add<'_>) {
        if let Some(of) = self.withheld.get(owner.of as usize) {
            add(&of.kind, owner.how, &of.value, owner.strong);
        }
    }
}

fn is_strong(of: &WithheldValue, folded: &str) -> bool {
    let digits = folded.bytes().filter(u8::is_ascii_digit).count();
    bits(folded) >= STRONG_BITS || NEVER.contains(&of.kind.as_str()) && digits >= 12
}

/// A rough lower bound of what guessing a text costs, by its signs.
fn bits(text: &str) -> f64 {
    text.chars()
        .map(|c| match c {
            '0'..='9' => 3.3,
            'a'..='z' | 'A'..='Z' => 3.0,
            c if c.is_alphanumeric() => 6.0,
            _ => 0.0,
        })
        .sum()
}

/// Whether a text left behind says something of its own: long enough, or in letters names are written in.
pub(super) fn is_telling(text: &str) -> bool {
    let letters = text.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count();
    !super::super::vocabulary::is_known(text.trim()) && (letters >= 2 || bits(text) >= STRONG_BITS)
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The value as written, bare of separators, in its other usual forms, and reversed.
fn spellings(of: &WithheldValue) -> Vec<(String, &'static str)> {
    let value = &of.value;
    let mut plain = vec![value.clone()];
    plain.extend(of.spellings.iter().cloned());
    match of.kind.as_str() {
        "phone" => {
            if let Some(national) = value.strip_prefix("+81") {
                plain.extend([format!("0{national}"), format!("0081{national}"), format!("81{national}")]);
                plain.extend(grouped(&format!("0{national}")));
            }
        }
        "bank_account" => {
            if let [bank, branch, _, number] = value.split('-').collect::<Vec<_>>().as_slice() {
                plain.extend([format!("{bank}-{branch}-{number}"), (*number).to_owned()]);
            }
        }
        "my_number" => plain.extend(spaced(value, 4)),
        "email" => {
            plain.extend(value.split_once('@').map(|(local, _)| local.to_owned()).filter(|local| local.len() >= 6));
        }
        _ => {}
    }
    let mut out: Vec<(String, &'static str)> = Vec::new();
    for text in plain {
        out.push((bare(&text), "withheld value, without separators"));
        if bits(&text) >= STRONG_BITS || of.kind == "phone" {
            out.push((fold(&text).chars().rev().collect(), "withheld value, reversed"));
        }
        out.push((text, "withheld value"));
    }
    out
}

/// The usual groups of a Japanese number, with hyphens: 3-4-4 and 2-4-4, 3-3-4, 4-2-4.
fn grouped(number: &str) -> Vec<String> {
    let cuts: &[(usize, usize)] = match number.len() {
        11 => &[(3, 7), (4, 7)],
        10 => &[(2, 6), (3, 6), (4, 6), (4, 7)],
        _ => return Vec::new(),
    };
    let part = |from: usize, to: usize| number.get(from..to).unwrap_or("");
    cuts.iter().map(|(a, b)| format!("{}-{}-{}", part(0, *a), part(*a, *b), part(*b, number.len()))).collect()
}

fn spaced(text: &str, size: usize) -> Vec<String> {
    let groups: Vec<String> =
        text.as_bytes().chunks(size).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    vec![groups.join(" "), groups.join("-")]
}

/// Hashes of the value and of its plain spellings, and the ids STIX would derive from it, in lower-case hex.
fn digests(of: &WithheldValue) -> Vec<(String, &'static str)> {
    use data_encoding::HEXLOWER;
    let mut plain = vec![of.value.clone(), bare(&of.value)];
    if let Some(national) = of.value.strip_prefix("+81") {
        plain.push(format!("0{national}"));
        plain.extend(grouped(&format!("0{national}")));
    }
    plain.extend(of.spellings.iter().take(8).cloned());
    let mut out = Vec::new();
    for text in plain.iter().filter(|text| !text.is_empty()) {
        out.push((HEXLOWER.encode(&Sha256::digest(text.as_bytes())), "SHA-256 of a withheld value"));
        out.push((HEXLOWER.encode(&sha1(text.as_bytes())), "SHA-1 of a withheld value"));
        out.push((HEXLOWER.encode(&md5(text.as_bytes())), "MD5 of a withheld value"));
    }
    let quoted = serde_json::Value::String(of.value.clone()).to_string();
    for property in ["value", "number", "name", "account_number"] {
        out.push((stix_id(&format!("{{\"{property}\":{quoted}}}")), "id derived from a withheld value"));
    }
    out
}

/// The value as bytes in other encodings, and the parts of its base64 that stay the same wherever it stands.
fn encodings(value: &str) -> Vec<(Vec<u8>, &'static str)> {
    let mut out: Vec<(Vec<u8>, &'static str)> = vec![
        (value.encode_utf16().flat_map(u16::to_le_bytes).collect(), "withheld value in UTF-16LE"),
        (value.encode_utf16().flat_map(u16::to_be_bytes).collect(), "withheld value in UTF-16BE"),
        (data_encoding::HEXLOWER.encode(value.as_bytes()).into_bytes(), "withheld value in hex"),
        (data_encoding::HEXUPPER.encode(value.as_bytes()).into_bytes(), "withheld value in hex"),
    ];
    for (encoding, how) in
        [(encoding_rs::SHIFT_JIS, "withheld value in CP932"), (encoding_rs::EUC_JP, "withheld value in EUC-JP")]
    {
        let (bytes, _, lossy) = encoding.encode(value);
        if !lossy && !value.is_ascii() {
            out.push((bytes.into_owned(), how));
        }
    }
    for lead in 0..3 {
        let shifted = [&vec![b'x'; lead], value.as_bytes()].concat();
        let text = data_encoding::BASE64.encode(&shifted);
        // Characters that depend on the neighbours are cut off at both ends.
        let from = [0, 2, 3][lead];
        let to = shifted.len() / 3 * 4;
        if let Some(core) = text.get(from..to).filter(|core| core.len() >= 8) {
            out.push((core.as_bytes().to_vec(), "withheld value in base64"));
            let url: Vec<u8> = core
                .bytes()
                .map(|byte| match byte {
                    b'+' => b'-',
                    b'/' => b'_',
                    other => other,
                })
                .collect();
            out.push((url, "withheld value in base64"));
        }
    }
    out
}
