//! Dogecoin addresses: base58check with version 0x1e (`D`) or 0x16 (`9`, `A`) (dogecoin/dogecoin, chainparams.cpp).

use super::base58::{BITCOIN, checked};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("doge");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ドージコインアドレス", "Dogecoin address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["D596YFweJQuHY1BbjazZYmAbt8jJPbKehC"],
};

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = matches!(scan.byte(run.start), b'D' | b'9' | b'A') && run.end - run.start <= 35;
    fits.then(|| read(scan.slice(run.start, run.end)))??;
    scan.report_at(KIND, run.start, run.end, false, true);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("dogecoin:").unwrap_or(text);
    let [version, ..] = (26..=35).contains(&text.len()).then(|| checked::<25>(text.as_bytes(), &BITCOIN))??;
    matches!(version, 0x1e | 0x16).then(|| Canonical::sound(text.to_owned()))
}
