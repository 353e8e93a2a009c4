//! Monero addresses: 95 characters (standard and sub-address) or 106 (integrated), block base58 with a Keccak-256 checksum.
//!
//! Network bytes 18, 42 and 19 (Monero documentation, "Standard address", "Subaddress", "Integrated address").

use super::scan::{Scan, Token};
use super::{Canonical, Family, base58, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};
use sha3::{Digest as _, Keccak256};

pub(super) const KIND: Kind = Kind::new("xmr");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("モネロアドレス", "Monero address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["41d7ke5VQnR2BDNSgrTE9j3X8QQ5Bnbbs4s3SMTX7y416CxUJqrTLW97YsWGEBnhxH8tnYDcX85QRAEhaAzrTSrZ89rbBUS"],
};

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = matches!(run.end - run.start, 95 | 106) && matches!(scan.byte(run.start), b'4' | b'8');
    fits.then(|| read(scan.slice(run.start, run.end)))??;
    scan.report_at(KIND, run.start, run.end, false, true);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("monero:").unwrap_or(text);
    let sound = |bytes: &[u8], networks: &[u8]| {
        let (payload, sum) = bytes.split_at(bytes.len() - 4);
        networks.contains(&payload[0]) && Keccak256::digest(payload).get(..4) == Some(sum)
    };
    let fine = match text.len() {
        95 => sound(&base58::blocks::<69>(text.as_bytes())?, &[18, 42]),
        106 => sound(&base58::blocks::<77>(text.as_bytes())?, &[19]),
        _ => false,
    };
    fine.then(|| Canonical::sound(text.to_owned()))
}
