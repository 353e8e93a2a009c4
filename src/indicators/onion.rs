//! Tor onion services: version 3 names carry a checksum that must hold (rend-spec-v3 §6), version 2 names carry none.
//!
//! The canonical form is the service itself, without subdomains. Version 2 has been dead since 2021 and is reported
//! unverified, for old evidence. A version 3 name whose checksum fails is no name.

use super::class::LETTER;
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use sha3::{Digest as _, Sha3_256};

pub(super) const KIND: Kind = Kind::new("onion");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("onionサービス", "Onion service"),
    class: Class::Network,
    stix: "domain-name",
    look: Look::Network,
    strength: 0.9,
    tokenable: true,
    examples: &["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaam2dqd.onion"],
};

/// Looks at a dotted token that ends in `.onion`.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    if token.flags & LETTER == 0 || token.end - token.start < 22 {
        return None;
    }
    let text = scan.slice(token.start, token.end);
    let (front, last) = text.split_at_checked(text.len() - 6)?;
    if !last.eq_ignore_ascii_case(".onion") {
        return None;
    }
    report(scan, token.end - 6 - front.rsplit('.').next()?.len(), token.end, false);
    Some(token.end)
}

/// Reports the service whose label begins at `start`; false if there is none.
pub(super) fn report(scan: &mut Scan<'_>, start: usize, end: usize, implied: bool) -> bool {
    let Some(reading) = read(scan.slice(start, end)) else { return false };
    scan.value.clear();
    scan.value.push_str(&reading.value);
    scan.report_built(KIND, start, end, implied, reading.verified);
    true
}

pub(super) fn read(text: &str) -> Option<Canonical> {
    let lower = text.trim_end_matches('.').to_ascii_lowercase();
    let label = lower.strip_suffix(".onion")?.rsplit('.').next()?;
    let verified = match label.len() {
        56 => is_v3(label).then_some(true)?,
        16 => label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')).then_some(false)?,
        _ => return None,
    };
    Some(Canonical { value: format!("{label}.onion"), verified })
}

fn is_v3(label: &str) -> bool {
    let Ok(bytes) = data_encoding::BASE32.decode(label.to_ascii_uppercase().as_bytes()) else {
        return false;
    };
    let Some((key, [check @ .., version])) = bytes.split_at_checked(32) else { return false };
    let digest = Sha3_256::new().chain_update(b".onion checksum").chain_update(key).chain_update([*version]).finalize();
    *version == 3 && digest.get(..2) == Some(check)
}
