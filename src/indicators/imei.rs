//! IMEI of a telephone: fifteen digits, the last the check digit of Luhn (3GPP TS 23.003 §6.2.1, annex B).
//!
//! An IMEISV (sixteen digits, software version instead of the check digit) becomes the IMEI of the same device. Card numbers
//! and serials look the same, so a word about the device must stand before it, or the printed form 2-6-6-1.

use super::digits::{Grouped, is_luhn, plain};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("imei");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("端末識別番号（IMEI）", "IMEI"),
    class: Class::DirectId,
    stix: "device",
    look: Look::Account,
    strength: 0.9,
    tokenable: true,
    examples: &["IMEI: 490154203237518", "35-209900-176148-1"],
};

const WORDS: [&str; 6] = ["imei", "imeisv", "端末識別番号", "端末識別", "製造番号", "機器識別番号"];

/// Looks at a token of digits and hyphens, or at the first of groups with spaces.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let groups = Grouped::at(scan, token.start)?;
    let lead = scan.lead(token.start, 40);
    let value = match (groups.digits().len(), groups.shape()) {
        (15, [2, 6, 6, 1]) => groups.digits().to_owned(),
        (15, _) if context::says(lead, &WORDS) => groups.digits().to_owned(),
        (16, _) if context::says(lead, &["imeisv", "imei"]) => whole(groups.digits().get(..14)?),
        _ => return None,
    };
    if !is_luhn(&value) {
        return None;
    }
    scan.report(KIND, token.start, groups.end, &value, false);
    Some(groups.end)
}

/// Fourteen digits with their check digit.
fn whole(digits: &str) -> String {
    let check = (b'0'..=b'9').map(char::from).find(|check| is_luhn(&format!("{digits}{check}"))).unwrap_or('0');
    format!("{digits}{check}")
}

fn read(text: &str) -> Option<Canonical> {
    let digits = plain(text.trim_start_matches(|c: char| !c.is_ascii_digit()))?;
    let value = match digits.len() {
        15 => digits,
        16 => whole(digits.get(..14)?),
        _ => return None,
    };
    is_luhn(&value).then_some(Canonical::sound(value))
}

fn benign(value: &str) -> Option<Text> {
    let zeros = value.bytes().all(|byte| byte == b'0');
    zeros.then_some(Text::new("未設定のIMEI", "Unset IMEI"))
}
