//! MITRE ATT&CK ids: techniques `T1566` and `T1566.001`, tactics `TA0001`, groups, software, mitigations, campaigns
//! `G0007 S0154 M1032 C0001` (attack.mitre.org, "FAQ": ids never change).
//!
//! Part numbers look the same. A technique in the range given out counts by itself unless a word such as 型番 or 号室 stands
//! beside it; the others need a word about ATT&CK on the same line.

use super::class::DIGIT;
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("attack");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ATT&CK識別子", "ATT&CK id"),
    class: Class::Knowledge,
    stix: "attack-pattern",
    look: Look::File,
    strength: 0.02,
    tokenable: false,
    examples: &["T1566.001", "ATT&CK T1059", "MITRE ATT&CK TA0001"],
};

/// Words that speak of ATT&CK.
const WORDS: [&str; 12] = [
    "att&ck",
    "attack",
    "mitre",
    "ttp",
    "ttps",
    "technique",
    "tactic",
    "テクニック",
    "戦術",
    "手口",
    "緩和策",
    "攻撃グループ",
];
/// Words that speak of things with numbers.
const THINGS: [&str; 9] = ["型番", "品番", "機種", "番号", "型式", "モデル", "model", "部品", "製品"];
/// The same behind them.
const THINGS_BEHIND: [&str; 6] = ["型", "号", "便", "番", "系", "室"];

/// Looks at a token of letters and digits, with or without a dot.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let text = scan.slice(token.start, token.end);
    let text = text.trim_end_matches('.');
    let end = token.start + text.len();
    if token.flags & DIGIT == 0 || !(5..=9).contains(&text.len()) || !is_id(text) {
        return None;
    }
    let lead = scan.lead(token.start, 96);
    let spoken = || context::says(lead, &WORDS) || context::says(scan.tail(end, 48), &WORDS);
    let thing = context::ends(lead, &THINGS) || THINGS_BEHIND.iter().any(|word| scan.tail(end, 3).starts_with(word));
    let technique =
        text.as_bytes()[1].is_ascii_digit() && text.starts_with('T') && ("1001".."1700").contains(&&text[1..5]);
    if thing
        || !((technique
            && matches!(scan.before(token.start), b' ' | b'|' | b'[' | b'(' | b',' | b'"' | b'\n' | b'/' | 0x80..))
            || spoken())
    {
        return None;
    }
    scan.report_at(KIND, token.start, end, false, true);
    Some(end)
}

/// The form of an id.
fn is_id(text: &str) -> bool {
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(number) = text.strip_prefix("TA").or_else(|| text.strip_prefix("DS")) {
        return digits(number, 4);
    }
    let Some(number) = text.strip_prefix(['T', 'G', 'S', 'M', 'C']) else { return false };
    match number.split_once('.') {
        Some((technique, sub)) => text.starts_with('T') && digits(technique, 4) && digits(sub, 3),
        None => digits(number, 4),
    }
}

fn read(text: &str) -> Option<Canonical> {
    let upper = text.rsplit(' ').next()?.to_ascii_uppercase();
    is_id(&upper).then_some(Canonical::sound(upper))
}
