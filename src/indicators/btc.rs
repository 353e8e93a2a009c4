//! Bitcoin addresses: base58check with version 0x00 or 0x05 (BIP-13), bech32 and bech32m with prefix `bc` (BIP-173, 350).
//!
//! The checksum must hold. Mixed-case bech32 is invalid; upper case is read and lower-cased. Legacy forms that Bitcoin
//! Cash shares are reported as Bitcoin.

use super::scan::{Scan, Token};
use super::{Canonical, Family, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use bech32::segwit;

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
    let reading = read(scan.slice(run.start, run.end))?;
    scan.report(KIND, run.start, run.end, &reading.value, false);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("bitcoin:").unwrap_or(text);
    if text.len() > 90 {
        return None;
    }
    if text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("bc1")) {
        let (prefix, ..) = segwit::decode(text).ok()?;
        return prefix.as_str().eq_ignore_ascii_case("bc").then(|| Canonical::sound(text.to_ascii_lowercase()));
    }
    let mut payload = [0_u8; 40];
    if !(26..=35).contains(&text.len()) {
        return None;
    }
    let len = bs58::decode(text).with_check(None).onto(&mut payload[..]).ok()?;
    (len == 21 && matches!(payload[0], 0 | 5)).then(|| Canonical::sound(text.to_owned()))
}

fn benign(value: &str) -> Option<Text> {
    const BURN: [&str; 2] = ["1111111111111111111114oLvT2", "1BitcoinEaterAddressDontSendf59kuE"];
    BURN.contains(&value).then_some(Text::new("焼却アドレス", "Burn address"))
}
