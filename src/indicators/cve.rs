//! CVE numbers: `CVE-` year `-` four to nineteen digits (CVE Record Format), upper case.
//!
//! Underscores instead of hyphens, as signature names have them, are read too. Years begin with 1999.

use super::class::{ALNUM, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("cve");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("脆弱性番号（CVE）", "Vulnerability (CVE)"),
    class: Class::Knowledge,
    stix: "vulnerability",
    look: Look::File,
    strength: 0.05,
    tokenable: false,
    examples: &["CVE-2026-12345", "cve‐2026‐12345"],
};

/// Looks at a token with hyphens or underscores; reports every number in it.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let bytes = &scan.bytes[token.start..token.end];
    let mut at = 0;
    while at + 13 <= bytes.len() {
        let free = at == 0 || class(bytes[at - 1]) & ALNUM == 0;
        if free && bytes[at..at + 3].eq_ignore_ascii_case(b"cve") && matches!(bytes[at + 3], b'-' | b'_') {
            let tail = bytes[at + 8..].iter().skip(1).take(20).take_while(|byte| byte.is_ascii_digit()).count();
            let end = token.start + at + 9 + tail;
            let start = token.start + at;
            if class(scan.byte(end)) & ALNUM == 0
                && let Some(reading) = read(scan.slice(start, end))
            {
                scan.report(KIND, start, end, &reading.value, false);
                at += 8 + tail;
            }
        }
        at += 1;
    }
    None
}

fn read(text: &str) -> Option<Canonical> {
    let value = text.to_ascii_uppercase().replace('_', "-");
    let (year, number) = value.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fine = year.len() == 4 && digits(year) && ("1999".."2100").contains(&year);
    (fine && (4..=19).contains(&number.len()) && digits(number)).then_some(())?;
    Some(Canonical::sound(value))
}
