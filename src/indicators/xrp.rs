//! XRP Ledger addresses: base58check in Ripple's order of digits, version 0 (`r`); X-addresses that hold a tag (XLS-5d).
//!
//! An exchange receives for all its customers under one address and tells them apart by the destination tag. So the
//! entity is address and tag: canonical `r…?dt=12345`, with the address alone as implied. Without a stated tag it is `r…`.

use super::base58::{RIPPLE, checked, encode_ripple};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("xrp");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("XRPアドレス（宛先タグ）", "XRP address (with tag)"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.9,
    tokenable: true,
    examples: &["rrrrrrrrrrrrrrrrrrrrrhoLvTp", "rrrrrrrrrrrrrrrrrrrrrhoLvTp 宛先タグ：12345"],
};

/// How a destination tag is called; the longer first.
const TAG: [&str; 10] = [
    "宛先タグ",
    "デスティネーションタグ",
    "destinationtag",
    "destination_tag",
    "destination tag",
    "dest tag",
    "タグ",
    "tag",
    "?dt=",
    "dt",
];
/// How far behind an address its tag may begin, in bytes.
const NEAR: usize = 64;

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let len = run.end - run.start;
    let fits = match scan.byte(run.start) {
        b'r' => (25..=35).contains(&len),
        b'X' => (46..=48).contains(&len),
        _ => false,
    };
    let (address, held) = fits.then(|| address(scan.slice(run.start, run.end)))??;
    let tagged = held.map(|tag| (tag, 0)).or_else(|| stated(scan.tail(run.end, NEAR + 12)));
    let Some((tag, len)) = tagged else {
        scan.report(KIND, run.start, run.end, &address, false);
        return Some(run.end);
    };
    scan.report(KIND, run.start, run.end + len, &format!("{address}?dt={tag}"), false);
    scan.report(KIND, run.start, run.end, &address, true);
    Some(run.end + len)
}

/// The classic address, and the tag that an X-address holds.
fn address(text: &str) -> Option<(String, Option<u32>)> {
    match text.as_bytes().first()? {
        b'r' if (25..=35).contains(&text.len()) => {
            (checked::<25>(text.as_bytes(), &RIPPLE)?[0] == 0).then(|| (text.to_owned(), None))
        }
        b'X' if text.len() < 50 => {
            let bytes = checked::<35>(text.as_bytes(), &RIPPLE)?;
            let (prefix, rest) = bytes.split_at(2);
            let (account, rest) = rest.split_at(20);
            let (flag, tag) = rest.split_first()?;
            let classic = || encode_ripple(&[&[0], account].concat());
            match (prefix, flag) {
                ([0x05, 0x44], 0) => Some((classic(), None)),
                ([0x05, 0x44], 1) => Some((classic(), Some(u32::from_le_bytes(*tag.first_chunk()?)))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The tag stated right behind an address, and where it ends.
fn stated(tail: &str) -> Option<(u32, usize)> {
    let word_at = tail.find(|c: char| c.is_alphabetic() || c.is_numeric() || c == '?')?;
    let rest = tail.get(word_at..)?;
    let starts = |word: &&&str| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let word = TAG.iter().find(starts)?;
    let after = rest.get(word.len()..)?;
    let digits = after.find(|c: char| c.is_ascii_digit())?;
    let sign =
        |c: char| matches!(c, ':' | '：' | ' ' | '　' | '=' | '"' | 'は' | '「' | '(' | '（' | '#' | '番' | '号');
    let number = after.get(digits..)?;
    let number = &number[..number.bytes().take_while(u8::is_ascii_digit).count()];
    let fits = digits < 16 && after.get(..digits)?.chars().all(sign);
    Some((fits.then(|| number.parse().ok())??, word_at + word.len() + digits + number.len()))
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("ripple:").unwrap_or(text);
    let len = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (address, held) = address(text.get(..len)?)?;
    let rest = text.get(len..)?;
    let tag = match held {
        None if !rest.is_empty() => Some(stated(rest).filter(|(_, end)| *end == rest.len())?.0),
        held => held.filter(|_| rest.is_empty()),
    };
    Some(Canonical::sound(tag.map_or_else(|| address.clone(), |tag| format!("{address}?dt={tag}"))))
}

fn benign(value: &str) -> Option<Text> {
    const BLACK_HOLES: [&str; 2] = ["rrrrrrrrrrrrrrrrrrrrrhoLvTp", "rrrrrrrrrrrrrrrrrrrrBZbvji"];
    BLACK_HOLES.contains(&value).then_some(Text::new("焼却アドレス", "Burn address"))
}
