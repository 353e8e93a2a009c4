//! File hashes by the exact length of a hex run: MD5 32, SHA-1 40, SHA-256 64; `hex64` for what is a transaction id.
//!
//! Not a hash: runs of digits alone, parts of a longer run, parts of a UUID. 64 hex digits are read as SHA-256 unless
//! `0x` or a word such as `txid` stands right before them: then SHA-256 or transaction is unsettled, and `hex64` says so.

use super::class::{DIGIT, HEX};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

const MD5_KIND: Kind = Kind::new("md5");
pub(super) const SHA1_KIND: Kind = Kind::new("sha1");
pub(super) const SHA256_KIND: Kind = Kind::new("sha256");
const HEX64_KIND: Kind = Kind::new("hex64");

pub(super) static MD5: Family =
    Family { about: &ABOUT_MD5, read: |text| read(text, 32), benign, documentation: never_documentation };
pub(super) static SHA1: Family =
    Family { about: &ABOUT_SHA1, read: |text| read(text, 40), benign, documentation: never_documentation };
pub(super) static SHA256: Family =
    Family { about: &ABOUT_SHA256, read: |text| read(text, 64), benign, documentation: never_documentation };
pub(super) static HEX64: Family =
    Family { about: &ABOUT_HEX64, read: |text| read(text, 64), benign, documentation: never_documentation };

const fn about(kind: Kind, label: Text, strength: f32, examples: &'static [&'static str]) -> About {
    About { kind, label, class: Class::File, stix: "file", look: Look::File, strength, tokenable: true, examples }
}

static ABOUT_MD5: About = about(
    MD5_KIND,
    Text::new("MD5", "MD5"),
    0.75,
    &["0123456789abcdef0123456789abcdef", "d41d8cd98f00b204e9800998ecf8427e"],
);
static ABOUT_SHA1: About =
    about(SHA1_KIND, Text::new("SHA-1", "SHA-1"), 0.8, &["da39a3ee5e6b4b0d3255bfef95601890afd80709"]);
static ABOUT_SHA256: About = about(
    SHA256_KIND,
    Text::new("SHA-256", "SHA-256"),
    0.85,
    &["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
);
static ABOUT_HEX64: About = About {
    class: Class::Crypto,
    look: Look::Crypto,
    ..about(
        HEX64_KIND,
        Text::new("16進64桁（SHA-256又は取引ID）", "64 hex digits (SHA-256 or transaction)"),
        0.8,
        &["txid: 00000000000000000000000000000000000000000000000000000000000000aa"],
    )
};

/// Words right before 64 hex digits that speak of a transaction.
const TRANSACTION: [&str; 7] = ["txid", "tx", "tx_hash", "txhash", "transaction", "トランザクション", "取引ID"];

/// Hashes of no bytes at all: every empty file has them.
const EMPTY: [&str; 3] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
];

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let Token { mut start, end, flags } = run;
    let prefixed = end - start == 66 && scan.slice(start, start + 2).eq_ignore_ascii_case("0x");
    if prefixed {
        start += 2;
    }
    let digits = scan.slice(start, end);
    let hex = flags & !(DIGIT | HEX) == 0 || prefixed;
    if !hex || !is_hex(digits) {
        return None;
    }
    let kind = match digits.len() {
        32 => MD5_KIND,
        40 => SHA1_KIND,
        64 if prefixed || speaks_of_transaction(scan.lead(start, 40)) => HEX64_KIND,
        64 => SHA256_KIND,
        _ => return None,
    };
    scan.value.clear();
    scan.value.push_str(digits);
    scan.value.make_ascii_lowercase();
    scan.report_built(kind, run.start, end, false, true);
    Some(end)
}

fn speaks_of_transaction(lead: &str) -> bool {
    let lead = lead.trim_end_matches([' ', ':', '=', '"', '\'', '#', '：', '＝', '　', '「', '(']);
    let lead = lead.trim_end_matches([' ', ':', '=', '"', '\'']);
    TRANSACTION.iter().any(|word| {
        lead.len().checked_sub(word.len()).and_then(|at| Some((lead.get(..at)?, lead.get(at..)?))).is_some_and(
            |(front, end)| {
                end.eq_ignore_ascii_case(word)
                    && !(word.is_ascii() && front.ends_with(|c: char| c.is_ascii_alphanumeric()))
            },
        )
    })
}

/// Hex digits with at least one letter among them.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn read(text: &str, len: usize) -> Option<Canonical> {
    let text = text.rsplit([':', ' ', '=']).next().unwrap_or(text);
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    (text.len() == len && is_hex(text)).then(|| Canonical::sound(text.to_ascii_lowercase()))
}

fn benign(value: &str) -> Option<Text> {
    EMPTY.contains(&value).then_some(Text::new("空ファイルのハッシュ", "Hash of an empty file"))
}
