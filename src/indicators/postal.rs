//! Postal codes: `NNN-NNNN` behind 〒, 郵便番号 or zip, or before the name of a prefecture; withheld in bundles.
//!
//! Seven digits by themselves are a serial number; `100-2000` is a range (日本郵便, 郵便番号制).

use super::class::DIGIT;
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("postal");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("郵便番号", "Postal code"),
    class: Class::DirectId,
    stix: "location",
    look: Look::Person,
    strength: 0.05,
    tokenable: false,
    examples: &["〒100-0000", "郵便番号：9999999"],
};

const WORDS: [&str; 8] = ["〒", "郵便番号", "郵便番号は", "zip", "zipcode", "zip_code", "postal_code", "postalcode"];
const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// Looks at a token of digits and hyphens.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let text = scan.slice(token.start, token.end);
    if !is_code(text) {
        return None;
    }
    let marked = may_be_marked(scan, token.start) && {
        let lead = scan.lead(token.start, 24);
        lead.trim_end_matches([' ', '　']).ends_with('〒') || context::ends(lead, &WORDS)
    };
    let placed = || {
        if token.flags == DIGIT {
            return false;
        }
        let tail = scan.tail(token.end, 18).trim_start_matches([' ', '　', ',', '、']);
        PREFECTURES.iter().any(|name| tail.starts_with(name))
    };
    if !marked && !placed() {
        return None;
    }
    let value = code(text)?;
    scan.report(KIND, token.start, token.end, &value, false);
    Some(token.end)
}

/// Whether the bytes before may end one of the words: most numbers of seven digits stand behind something else.
fn may_be_marked(scan: &Scan<'_>, at: usize) -> bool {
    let sign = |byte: &&u8| matches!(byte, b' ' | b':' | b'"' | b'=' | b'\'' | b'(');
    let last = scan.bytes[..at].iter().rev().take(4).find(|byte| !sign(byte));
    matches!(last, Some(b'p' | b'P' | b'e' | b'E' | 0x80..))
}

fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 7 && !bytes.contains(&b'-') || bytes.len() == 8 && bytes[3] == b'-' && !bytes[4..].contains(&b'-')
}

fn code(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    match bytes {
        [a, b, c, b'-', rest @ ..] if rest.len() == 4 && digits(&[*a, *b, *c]) && digits(rest) => Some(text.to_owned()),
        _ if bytes.len() == 7 && digits(bytes) => Some(format!("{}-{}", text.get(..3)?, text.get(3..)?)),
        _ => None,
    }
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    code(text).map(Canonical::sound)
}
