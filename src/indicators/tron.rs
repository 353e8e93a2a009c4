//! TRON addresses: base58check with version 0x41 (`T`), and the same 21 bytes in hex (`41…`) where words say TRON.
//!
//! The rail of USDT fraud (domain.md §3.4). Canonical is the base58 form (TRON developer documentation, "Address Format").

use super::base58::{BITCOIN, checked, encode_checked};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("tron");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("トロンアドレス", "TRON address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"],
};

const WORDS: [&str; 7] = ["tron", "trx", "trc20", "trc", "トロン", "ﾄﾛﾝ", "usdt"];

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = match (scan.byte(run.start), run.end - run.start) {
        (b'T', 34) => true,
        (b'4', 42) => context::says(scan.lead(run.start, 64), &WORDS),
        _ => false,
    };
    let reading = fits.then(|| read(scan.slice(run.start, run.end)))??;
    scan.report(KIND, run.start, run.end, &reading.value, false);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    if text.len() == 42 && text.starts_with("41") {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
        return Some(Canonical::sound(encode_checked(&bytes)));
    }
    let [version, ..] = (text.len() == 34).then(|| checked::<25>(text.as_bytes(), &BITCOIN))??;
    (version == 0x41).then(|| Canonical::sound(text.to_owned()))
}

fn benign(value: &str) -> Option<Text> {
    match value {
        "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb" => Some(Text::new("ゼロアドレス（焼却）", "Zero address (burn)")),
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t" => Some(Text::new("USDTの契約アドレス", "Contract of USDT")),
        _ => None,
    }
}
