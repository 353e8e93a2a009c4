//! Bitcoin addresses: base58check with version 0x00 or 0x05 (BIP-13), bech32 and bech32m with prefix `bc` (BIP-173, 350).
//!
//! The checksum must hold. Mixed-case bech32 is invalid; upper case is read and lower-cased. Legacy forms that Bitcoin
//! Cash and old Litecoin share are reported as Bitcoin, unless words around them say Litecoin.

use super::base58::{BITCOIN, checked};
use super::scan::{Scan, Token};
use super::{Canonical, Family, bech32, ltc, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("btc");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ビットコインアドレス", "Bitcoin address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &[
        "31h1vYVSYuKP6AhS86fbRdMw9XHieotbST",
        "bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs",
        "bc1pqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpqqenm",
    ],
};

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let len = run.end - run.start;
    match scan.byte(run.start) {
        b'1' | b'3' if len <= 35 => {}
        b'b' | b'B' if len <= 90 => {}
        _ => return None,
    }
    let text = scan.slice(run.start, run.end);
    match is_legacy(text) {
        Some(0x05) if ltc::is_meant(scan, run) => return None,
        Some(_) => scan.report_at(KIND, run.start, run.end, false, true),
        None if bech32::is_segwit(text, "bc") => {
            scan.value.clear();
            scan.value.push_str(text);
            scan.value.make_ascii_lowercase();
            scan.report_built(KIND, run.start, run.end, false, true);
        }
        None => return None,
    }
    Some(run.end)
}

/// The version of an address in base58check, where it is one of Bitcoin's.
fn is_legacy(text: &str) -> Option<u8> {
    let fits = (26..=35).contains(&text.len()) && matches!(text.as_bytes()[0], b'1' | b'3');
    let [version, ..] = fits.then(|| checked::<25>(text.as_bytes(), &BITCOIN))??;
    Some(version).filter(|version| matches!(version, 0x00 | 0x05))
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("bitcoin:").unwrap_or(text);
    if bech32::is_segwit(text, "bc") {
        return Some(Canonical::sound(text.to_ascii_lowercase()));
    }
    is_legacy(text).map(|_| Canonical::sound(text.to_owned()))
}

fn benign(value: &str) -> Option<Text> {
    const BURN: [&str; 2] = ["1111111111111111111114oLvT2", "1BitcoinEaterAddressDontSendf59kuE"];
    BURN.contains(&value).then_some(Text::new("焼却アドレス", "Burn address"))
}
