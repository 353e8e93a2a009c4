//! Addresses of EVM chains (Ethereum, BSC, Polygon…): `0x` and 40 hex digits, canonical in EIP-55 mixed case.
//!
//! All-lower and all-upper spellings carry no check. Mixed case that does not agree with EIP-55 is reported unverified:
//! the twenty bytes are the address, the case may be an accident of a table program, and somebody should look at it.

use super::scan::{Scan, Token};
use super::{Canonical, Family, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use sha3::{Digest as _, Keccak256};

pub(super) const KIND: Kind = Kind::new("evm");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("EVM系アドレス（ETH等）", "EVM address (ETH and others)"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x00000000000000000000000000000000000000aa"],
};

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    if run.end - run.start != 42 || scan.byte(run.start) != b'0' {
        return None;
    }
    let reading = read(scan.slice(run.start, run.end))?;
    scan.value.clear();
    scan.value.push_str(&reading.value);
    scan.report_built(KIND, run.start, run.end, false, reading.verified);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("eip155:").and_then(|rest| rest.split_once(':')).map_or(text, |(_, address)| address);
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    if hex.len() != 40 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = checksummed(hex);
    let mixed = hex.bytes().any(|b| b.is_ascii_uppercase()) && hex.bytes().any(|b| b.is_ascii_lowercase());
    let verified = !mixed || value.ends_with(hex);
    Some(Canonical { value, verified })
}

/// EIP-55: a hex letter is upper case where the Keccak-256 of the lower-case form has a nibble of 8 or more.
fn checksummed(hex: &str) -> String {
    let lower = hex.to_ascii_lowercase();
    let digest = Keccak256::digest(lower.as_bytes());
    let mut value = String::with_capacity(42);
    value.push_str("0x");
    for (index, digit) in lower.chars().enumerate() {
        let byte = digest.get(index / 2).copied().unwrap_or(0);
        let nibble = if index % 2 == 0 { byte >> 4 } else { byte & 15 };
        value.push(if nibble >= 8 { digit.to_ascii_uppercase() } else { digit });
    }
    value
}

fn benign(value: &str) -> Option<Text> {
    let zero = value.bytes().skip(2).all(|byte| byte == b'0');
    zero.then_some(Text::new("ゼロアドレス（焼却・発行）", "Zero address (burn, mint)"))
}
