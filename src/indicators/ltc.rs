//! Litecoin addresses: base58check with version 0x30 (`L`) or 0x32 (`M`), bech32 with prefix `ltc`.
//!
//! Old script addresses have Bitcoin's version 0x05 (`3`). Where words around say Litecoin they are reported in the `M` form
//! of the same twenty bytes, which is what wallets show since 2018 (litecoin-project, version 0.16).

use super::base58::{BITCOIN, checked, encode_checked};
use super::scan::{Scan, Token};
use super::{Canonical, Family, bech32, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("ltc");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ライトコインアドレス", "Litecoin address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["LKDxGDJq5fF4FohAB8zJH24mDDNHDNtqsE", "ltc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqp9ysmq"],
};

const WORDS: [&str; 4] = ["ltc", "litecoin", "ライトコイン", "ﾗｲﾄｺｲﾝ"];

/// Whether the words before speak of Litecoin.
pub(super) fn is_meant(scan: &Scan<'_>, run: Token) -> bool {
    context::says(scan.lead(run.start, 48), &WORDS)
}

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = match scan.byte(run.start) {
        b'L' | b'M' => run.end - run.start <= 44,
        b'l' => run.end - run.start <= 90,
        b'3' => is_meant(scan, run),
        _ => false,
    };
    let reading = fits.then(|| read(scan.slice(run.start, run.end)))??;
    scan.report(KIND, run.start, run.end, &reading.value, false);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("litecoin:").unwrap_or(text);
    if bech32::is_segwit(text, "ltc") {
        return Some(Canonical::sound(text.to_ascii_lowercase()));
    }
    let mut bytes = (26..=35).contains(&text.len()).then(|| checked::<25>(text.as_bytes(), &BITCOIN))??;
    match bytes[0] {
        0x30 | 0x32 => Some(Canonical::sound(text.to_owned())),
        0x05 => {
            bytes[0] = 0x32;
            Some(Canonical::sound(encode_checked(&bytes[..21])))
        }
        _ => None,
    }
}
