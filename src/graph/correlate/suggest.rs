//! Near-matches worth a look: one-letter domains, look-alikes, other branches, neighbouring addresses. Suggestions only;
//! nothing here ever joins two cases.

use super::CaseValue;
use crate::model::{Kind, Text};
use rayon::iter::{IndexedParallelIterator as _, IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;
use siphasher::sip::SipHasher13;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::Hasher as _;

const DOMAIN: Kind = Kind::new("domain");
const IPV4: Kind = Kind::new("ipv4");
const BANK: Kind = Kind::new("bank_account");
/// A group with more values than this says nothing about any two of them.
const CROWD: usize = 12;
/// Shortest name label in which one letter is worth reporting.
const SHORTEST_LABEL: usize = 5;
/// Names worked on at once while looking for one-letter differences: some 100 MB.
const NAMES_AT_ONCE: usize = 500_000;

/// Why two values look related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The same account where one side does not say its type.
    TypeUnknown,
    /// Names that look the same to the eye.
    LookAlike,
    /// Names one letter apart.
    OneEdit,
    /// Hosts under the same registrable domain.
    SameDomain,
    /// The same account number at another branch of the bank.
    OtherBranch,
    /// Addresses in the same /24.
    SameNet,
}

impl Reason {
    /// The tag used in JSON.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::TypeUnknown => "type-unknown",
            Self::LookAlike => "look-alike",
            Self::OneEdit => "one-edit",
            Self::SameDomain => "same-domain",
            Self::OtherBranch => "other-branch",
            Self::SameNet => "same-net",
        }
    }

    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::TypeUnknown => Text::new("預金種別の記載だけが異なる", "Only the account type is missing"),
            Self::LookAlike => Text::new("見た目が紛らわしい", "Looks the same"),
            Self::OneEdit => Text::new("1文字違い", "One letter apart"),
            Self::SameDomain => Text::new("同じ登録ドメイン", "Same registrable domain"),
            Self::OtherBranch => Text::new("同じ口座番号・別の支店", "Same number, other branch"),
            Self::SameNet => Text::new("同じ/24内のアドレス", "Same /24 network"),
        }
    }
}

/// One value of a near-match with its cases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    /// Canonical value.
    pub value: String,
    /// Indices of its cases, ascending.
    pub cases: Vec<u32>,
}

/// Two values of different cases that look related.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suggestion {
    /// Why; the stronger reasons first.
    pub reason: Reason,
    /// What both are.
    pub kind: Kind,
    /// The one.
    pub a: Side,
    /// The other.
    pub b: Side,
}

/// Near-matches, the stronger reasons first, and what was not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The list.
    pub list: Vec<Suggestion>,
    /// Further finds beyond the limit; a pair found in several ways counts as several.
    pub left_out: u64,
    /// Groups too crowded to say anything (a hosting company's domain, a provider's network).
    pub crowded: u64,
}

/// Looks for near-matches between values of different cases; at most `limit` are listed. Benign, implied and withheld
/// values take no part.
#[must_use]
pub fn suggest<'a>(values: impl IntoIterator<Item = CaseValue<'a>>, limit: usize) -> Suggestions {
    let mut found: Vec<(Kind, &str, u32)> = values
        .into_iter()
        .filter(|v| !v.benign && !v.implied && [DOMAIN, IPV4, BANK].contains(&v.kind) && !v.value.starts_with("tok1:"))
        .map(|v| (v.kind, v.value, v.case))
        .collect();
    found.sort_unstable();
    found.dedup();
    let mut search = Search { limit, ..Search::default() };
    for values in found.chunk_by(|a, b| a.0 == b.0) {
        let Some(kind) = values.first().map(|value| value.0) else { continue };
        let values: Vec<Seen<'_>> = values
            .chunk_by(|a, b| a.1 == b.1)
            .filter_map(|same| Some(Seen { value: same.first()?.1, cases: same.iter().map(|v| v.2).collect() }))
            .collect();
        search.kind(kind, &values);
    }
    Suggestions { list: search.list.into_iter().collect(), left_out: search.left_out, crowded: search.crowded }
}

struct Seen<'a> {
    value: &'a str,
    cases: Vec<u32>,
}

#[derive(Default)]
struct Search {
    list: BTreeSet<Suggestion>,
    limit: usize,
    left_out: u64,
    crowded: u64,
}

impl Search {
    fn kind(&mut self, kind: Kind, values: &[Seen<'_>]) {
        match kind {
            DOMAIN => {
                self.groups(values, kind, |value| Some(skeleton(value)), |_, _| Some(Reason::LookAlike));
                self.one_letter(values);
                self.groups(values, kind, registrable, |_, _| Some(Reason::SameDomain));
            }
            IPV4 => {
                let net = |value: &str| value.rsplit_once('.').map(|(net, _)| net.to_owned());
                self.groups(values, kind, net, |_, _| Some(Reason::SameNet));
            }
            _ => self.groups(values, kind, account_number, account_reason),
        }
    }

    /// Values under one key. Keys are kept as fingerprints, so that millions of values need no texts of their own; of the
    /// few that meet, the keys themselves are compared.
    fn groups(
        &mut self,
        values: &[Seen<'_>],
        kind: Kind,
        key: impl Fn(&str) -> Option<String> + Sync,
        reason: impl Fn(&str, &str) -> Option<Reason>,
    ) {
        let print = |(at, seen): (usize, &Seen<'_>)| key(seen.value).map(|key| (fingerprint(key.as_bytes()), at));
        let mut keyed: Vec<(u64, usize)> = values.par_iter().enumerate().filter_map(print).collect();
        keyed.par_sort_unstable();
        for group in keyed.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
            if group.len() > CROWD {
                self.crowded += 1;
                continue;
            }
            let mut group: Vec<(Option<String>, &Seen<'_>)> =
                group.iter().filter_map(|(_, at)| values.get(*at)).map(|seen| (key(seen.value), seen)).collect();
            group.sort_by(|a, b| (&a.0, a.1.value).cmp(&(&b.0, b.1.value)));
            for same in group.chunk_by(|a, b| a.0 == b.0) {
                let same: Vec<&Seen<'_>> = same.iter().map(|(_, seen)| *seen).collect();
                self.all_of(&same, kind, &reason);
            }
        }
    }

    fn all_of(&mut self, group: &[&Seen<'_>], kind: Kind, reason: &impl Fn(&str, &str) -> Option<Reason>) {
        for (at, a) in group.iter().enumerate() {
            for b in group.iter().skip(at + 1) {
                if let Some(reason) = reason(a.value, b.value) {
                    self.add(reason, kind, a, b);
                }
            }
        }
    }

    /// Keeps the best `limit`; a pair already listed for a stronger reason stays so.
    fn add(&mut self, reason: Reason, kind: Kind, a: &Seen<'_>, b: &Seen<'_>) {
        if a.cases.len() == 1 && a.cases == b.cases {
            return;
        }
        if self.list.len() >= self.limit && self.list.last().is_none_or(|last| last.reason < reason) {
            self.left_out += 1;
            return;
        }
        let side = |seen: &Seen<'_>| Side { value: seen.value.to_owned(), cases: seen.cases.clone() };
        let (a, b) = if a.value <= b.value { (side(a), side(b)) } else { (side(b), side(a)) };
        let mut suggestion = Suggestion { reason, kind, a, b };
        for stronger in [Reason::TypeUnknown, Reason::LookAlike, Reason::OneEdit].into_iter().filter(|r| *r < reason) {
            suggestion.reason = stronger;
            if self.list.contains(&suggestion) {
                return;
            }
        }
        suggestion.reason = reason;
        if self.list.insert(suggestion) && self.list.len() > self.limit {
            self.list.pop_last();
            self.left_out += 1;
        }
    }

    /// Names one letter apart share what is left when one letter is taken out of either (or out of neither).
    fn one_letter(&mut self, values: &[Seen<'_>]) {
        let name_of = |(at, seen): (usize, &Seen<'_>)| registrable(seen.value).map(|name| (at, name));
        let names: Vec<(usize, String)> = values
            .par_iter()
            .enumerate()
            .filter_map(name_of)
            .filter(|(_, name)| name.is_ascii() && name.find('.').is_some_and(|dot| dot >= SHORTEST_LABEL))
            .collect();
        let parts = (names.len() / NAMES_AT_ONCE + 1) as u64;
        for part in 0..parts {
            let mut left: Vec<(u64, usize)> = Vec::new();
            for (index, (_, name)) in names.iter().enumerate() {
                let label = name.find('.').unwrap_or(0);
                each_shorter(name.as_bytes(), label, |key| {
                    if key % parts == part {
                        left.push((key, index));
                    }
                });
            }
            left.par_sort_unstable();
            left.dedup();
            for group in left.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
                if group.len() > CROWD {
                    self.crowded += 1;
                    continue;
                }
                for (at, (_, first)) in group.iter().enumerate() {
                    for (_, second) in group.iter().skip(at + 1) {
                        let ((one, name), (other, other_name)) = (&names[*first], &names[*second]);
                        if one_edit(name.as_bytes(), other_name.as_bytes()) {
                            self.add(Reason::OneEdit, DOMAIN, &values[*one], &values[*other]);
                        }
                    }
                }
            }
        }
    }
}

fn fingerprint(bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Fingerprints of a name, and of it without each of its first `label` bytes. Each comes out of the one before: a name of
/// n letters costs n steps, not n times n. What meets by chance is compared letter by letter afterwards.
fn each_shorter(name: &[u8], label: usize, mut each: impl FnMut(u64)) {
    const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
    // A last mixing, because low bits of the sum depend on few letters.
    let mix = |sum: u64, len: usize| {
        let mixed = (sum ^ len as u64 ^ sum >> 32).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 29
    };
    let letter = |at: usize| name.get(at).map_or(0, |byte| u64::from(*byte) + 1);
    let sum =
        |from: usize| (from..name.len()).rev().fold(0_u64, |sum, at| sum.wrapping_mul(BASE).wrapping_add(letter(at)));
    each(mix(sum(0), name.len()));
    let (mut before, mut after, mut power) = (0_u64, sum(1), 1_u64);
    for cut in 0..label {
        each(mix(before.wrapping_add(after), name.len() - 1));
        before = before.wrapping_add(letter(cut).wrapping_mul(power));
        after = after.wrapping_sub(letter(cut + 1).wrapping_mul(power));
        power = power.wrapping_mul(BASE);
    }
}

/// Whether exactly one insertion, deletion, substitution or swap of neighbours lies between two names.
fn one_edit(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let head = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (short, long) = (short.get(head..).unwrap_or(&[]), long.get(head..).unwrap_or(&[]));
    match (short, long) {
        ([], [_]) => true,
        ([c, short_rest @ ..], [d, long_rest @ ..]) if short.len() == long.len() => {
            let swapped = short_rest.first() == Some(d) && long_rest.first() == Some(c);
            short_rest == long_rest || swapped && short_rest.get(1..) == long_rest.get(1..)
        }
        (_, [_, rest @ ..]) => short == rest,
        _ => false,
    }
}

/// The registrable part of a host name, as `example.co.jp`.
fn registrable(host: &str) -> Option<String> {
    psl::domain_str(host).map(str::to_owned)
}

/// A name as the eye sees it: punycode undone, letters of other scripts and digits folded to what they look like.
fn skeleton(host: &str) -> String {
    let plain = host.is_ascii() && !host.contains("xn--");
    let shown = if plain { Cow::Borrowed(host) } else { Cow::Owned(idna::domain_to_unicode(host).0) };
    let folded: String = shown.chars().map(look).collect();
    folded.replace("rn", "m").replace("vv", "w")
}

const fn look(c: char) -> char {
    match c {
        '0' | 'о' | 'ο' | 'օ' => 'o',
        '1' | 'i' | 'і' | 'ι' | 'ı' | 'ӏ' => 'l',
        '5' | 'ѕ' => 's',
        'а' | 'α' => 'a',
        'е' => 'e',
        'р' | 'ρ' => 'p',
        'с' => 'c',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'ԁ' => 'd',
        'ɡ' => 'g',
        'һ' => 'h',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ո' | 'η' => 'n',
        'ν' => 'v',
        'ω' | 'ԝ' => 'w',
        other => other,
    }
}

/// Bank and number of `BBBB-SSS-T-NNNNNNN`.
fn account_number(value: &str) -> Option<String> {
    let (bank, number) = (value.split('-').next()?, value.rsplit('-').next()?);
    (value.split('-').count() >= 3).then(|| format!("{bank} {number}"))
}

fn account_reason(a: &str, b: &str) -> Option<Reason> {
    let branch = |value: &str| value.split('-').nth(1).map(str::to_owned);
    let open = |value: &str| value.split('-').nth(2) == Some("?");
    if branch(a) != branch(b) {
        return Some(Reason::OtherBranch);
    }
    (open(a) || open(b)).then_some(Reason::TypeUnknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_means_one() {
        for (a, b) in [("login", "logim"), ("login", "logi"), ("login", "xlogin"), ("login", "lgoin")] {
            assert!(one_edit(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
        for (a, b) in [("login", "login"), ("login", "lagim"), ("login", "lo"), ("", "")] {
            assert!(!one_edit(a.as_bytes(), b.as_bytes()), "{a} {b}");
        }
    }

    #[test]
    fn a_name_without_a_letter_has_the_fingerprint_of_what_is_left() {
        let of = |name: &str| {
            let mut whole = None;
            each_shorter(name.as_bytes(), 0, |key| whole = Some(key));
            whole.unwrap()
        };
        let name = "secure-login.example.jp";
        let mut found = Vec::new();
        each_shorter(name.as_bytes(), 12, |key| found.push(key));
        let shorter = (0..12).map(|cut| format!("{}{}", &name[..cut], &name[cut + 1..]));
        let expected: Vec<u64> = std::iter::once(of(name)).chain(shorter.map(|name| of(&name))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn look_alikes_share_a_skeleton() {
        assert_eq!(skeleton("examp1e.com"), skeleton("example.com"));
        assert_eq!(skeleton("xn--exmple-4nf.com"), skeleton("example.com"), "а is Cyrillic");
        assert_ne!(skeleton("example.jp"), skeleton("example.com"));
    }
}
