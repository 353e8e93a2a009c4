//! Bitcoin Cash addresses in the cash address form, with or without `bitcoincash:` before them; canonical with it.
//!
//! Its checksum has forty bits, so the prefix is not needed to be sure. The legacy form equals Bitcoin's and is reported
//! as that (bitcoincashorg, cashaddr specification).

use super::scan::{Scan, Token};
use super::{Canonical, Family, bech32, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("bch");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ビットコインキャッシュアドレス", "Bitcoin Cash address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"],
};

const PREFIX: &str = "bitcoincash:";

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = run.end - run.start == 42 && matches!(scan.byte(run.start), b'q' | b'p' | b'Q' | b'P');
    let reading = fits.then(|| read(scan.slice(run.start, run.end)))??;
    let prefixed = scan.lead(run.start, PREFIX.len()).eq_ignore_ascii_case(PREFIX);
    let start = if prefixed { run.start - PREFIX.len() } else { run.start };
    scan.report(KIND, start, run.end, &reading.value, false);
    Some(run.end)
}

fn read(text: &str) -> Option<Canonical> {
    let lower = text.to_ascii_lowercase();
    let data = lower.strip_prefix(PREFIX).unwrap_or(&lower);
    let written = text.get(text.len().checked_sub(data.len())?..)?;
    bech32::is_cash(written).then(|| Canonical::sound(format!("{PREFIX}{data}")))
}
