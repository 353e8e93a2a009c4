//! File hashes by the exact length of a hex run: MD5 32, SHA-1 40, SHA-256 64, SHA-512 128; `hex64` for what may be either.
//!
//! Not a hash: runs of digits alone, parts of a longer run, parts of a UUID. Sixty-four hex digits are a SHA-256 or a
//! transaction. Words right before or behind them decide; `0x`, a wallet beside them or words about payment leave it open,
//! and `hex64` says so. Without any of these they are read as SHA-256, as everybody writes lists of files.

use super::class::{DIGIT, HEX};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_documentation, txid};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

const MD5_KIND: Kind = Kind::new("md5");
pub(super) const SHA1_KIND: Kind = Kind::new("sha1");
pub(super) const SHA256_KIND: Kind = Kind::new("sha256");
pub(super) const SHA512_KIND: Kind = Kind::new("sha512");
const HEX64_KIND: Kind = Kind::new("hex64");

const fn family(about: &'static About, read: fn(&str) -> Option<Canonical>) -> Family {
    Family { about, read, benign, documentation: never_documentation }
}

pub(super) static MD5: Family = family(&ABOUT_MD5, |text| read(text, 32));
pub(super) static SHA1: Family = family(&ABOUT_SHA1, |text| read(text, 40));
pub(super) static SHA256: Family = family(&ABOUT_SHA256, |text| read(text, 64));
pub(super) static SHA512: Family = family(&ABOUT_SHA512, |text| read(text, 128));
pub(super) static HEX64: Family = family(&ABOUT_HEX64, |text| read(text, 64));

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
static ABOUT_SHA512: About = about(
    SHA512_KIND,
    Text::new("SHA-512", "SHA-512"),
    0.85,
    &[concat!(
        "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce",
        "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
    )],
);
static ABOUT_HEX64: About = About {
    class: Class::Crypto,
    look: Look::Crypto,
    ..about(
        HEX64_KIND,
        Text::new("16進64桁（SHA-256又は取引ID）", "64 hex digits (SHA-256 or transaction)"),
        0.8,
        &["0x00000000000000000000000000000000000000000000000000000000000000aa"],
    )
};

/// Words that speak of a file's hash.
const OF_FILES: [&str; 9] = ["sha256", "sha-256", "sha2", "hash", "digest", "checksum", "ハッシュ", "検体", "ファイル"];
/// Words that speak of crypto-assets.
const OF_MONEY: [&str; 16] = [
    "btc",
    "bitcoin",
    "eth",
    "ethereum",
    "usdt",
    "wallet",
    "blockchain",
    "block",
    "ブロックチェーン",
    "ビットコイン",
    "ウォレット",
    "送金",
    "着金",
    "暗号資産",
    "仮想通貨",
    "イーサリアム",
];

/// Hashes of no bytes at all: every empty file has them.
const EMPTY: [&str; 4] = [
    "d41d8cd98f00b204e9800998ecf8427e",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
];

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let len = run.end - run.start;
    let prefixed = len == 66 && scan.slice(run.start, run.start + 2).eq_ignore_ascii_case("0x");
    if !prefixed && (run.flags & !(DIGIT | HEX) != 0 || run.flags & HEX == 0) {
        return None;
    }
    let kind = match len {
        32 => MD5_KIND,
        40 => SHA1_KIND,
        64 | 66 => settled(scan, run, prefixed),
        128 => SHA512_KIND,
        _ => return None,
    };
    let digits = scan.slice(run.start + if prefixed { 2 } else { 0 }, run.end);
    if (prefixed || len == 66) && !is_hex(digits) {
        return None;
    }
    scan.value.clear();
    scan.value.push_str(digits);
    scan.value.make_ascii_lowercase();
    scan.report_built(kind, run.start, run.end, false, true);
    Some(run.end)
}

/// What sixty-four hex digits are here.
fn settled(scan: &Scan<'_>, run: Token, prefixed: bool) -> Kind {
    // A cell of a table has no words of its own before it.
    let lead = if scan.before(run.start) == b',' { "" } else { scan.lead(run.start, 56) };
    // Nor does the sentence before say anything about this one.
    let lead = lead.rsplit('。').next().unwrap_or(lead);
    let tail = scan.tail(run.end, 24);
    let file = context::last_of(lead, &OF_FILES);
    if txid::is_meant(lead, file) || txid::is_named_behind(tail) {
        return txid::KIND;
    }
    let money = || context::says(lead, &OF_MONEY) || context::says(tail, &OF_MONEY);
    if file.is_none() && (prefixed || scan.follows_wallet(run.start) || money()) { HEX64_KIND } else { SHA256_KIND }
}

/// Hex digits with at least one letter among them.
fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Reads hex digits of one length behind a name, a sign or `0x`.
pub(super) fn read(text: &str, len: usize) -> Option<Canonical> {
    let text = text.rsplit([':', ' ', '=']).next().unwrap_or(text);
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    (text.len() == len && is_hex(text)).then(|| Canonical::sound(text.to_ascii_lowercase()))
}

fn benign(value: &str) -> Option<Text> {
    EMPTY.contains(&value).then_some(Text::new("空ファイルのハッシュ", "Hash of an empty file"))
}
