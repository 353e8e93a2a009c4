//! Japanese bank accounts as `BBBB-SSS-T-NNNNNNN`: bank, branch, type (1 普通, 2 当座, 4 貯蓄, 9 その他, `?` unknown), number.
//!
//! Read as codes with hyphens, as codes in a sentence (`○○銀行(9999) △△支店(999) 普通 0000001`), and ゆうちょ 記号番号, which
//! become bank 9900 with the branch derived from the 記号 (domain.md §3.1). Names without codes are not resolved here.

use super::class::DIGIT;
use super::scan::{Scan, Token};
use super::{Canonical, Family, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("bank_account");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("銀行口座", "Bank account"),
    class: Class::Money,
    stix: "bank-account",
    look: Look::Account,
    strength: 0.95,
    tokenable: true,
    examples: &[
        "9999-999-1-0000001",
        "9999-999-0000001",
        "銀行コード9999 支店コード999 普通 0000001",
        "記号10530 番号12345671",
    ],
};

/// Words before a bank's code, the longer first.
const BANK: [&str; 9] =
    ["金融機関コード", "金融機関番号", "銀行コード", "銀行番号", "信用金庫", "信用組合", "労働金庫", "銀行", "農協"];
/// Words before a branch's code.
const BRANCH: [&str; 9] =
    ["支店コード", "店舗コード", "支店番号", "店番号", "営業部", "出張所", "店番", "支店", "本店"];
/// Words before an account number, with the type they mean.
const TYPES: [(&str, char); 9] = [
    ("普通預金", '1'),
    ("普通口座", '1'),
    ("普通", '1'),
    ("総合", '1'),
    ("当座預金", '2'),
    ("当座", '2'),
    ("貯蓄預金", '4'),
    ("貯蓄", '4'),
    ("口座番号", '?'),
];
/// How far before an account number its bank and branch may stand, in bytes.
const PHRASE: usize = 200;

/// Looks at a token of digits and hyphens.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let len = token.end - token.start;
    if token.flags == DIGIT {
        let near = !scan.before(token.start).is_ascii() || matches!(scan.before(token.start), b' ' | b':' | b'.');
        if !near || !(2..=8).contains(&len) || !speaks_of_account(scan.lead(token.start, 48)) {
            return None;
        }
        let lead = scan.lead(token.start, PHRASE);
        let (at, value) = phrase(lead, scan.slice(token.start, token.end))?;
        let start = token.start - lead.len() + at;
        scan.report(KIND, start, token.end, &value, false);
        return Some(token.end);
    }
    if !(8..=18).contains(&len) {
        return None;
    }
    let text = scan.slice(token.start, token.end);
    let value = coded(text).or_else(|| {
        let (symbol, number) = text.split_once('-')?;
        let number = number.rsplit('-').next()?;
        let believed = number.len() == 8 || speaks_of_post(scan.lead(token.start, 48));
        (symbol.len() == 5 && believed && symbol.ends_with('0')).then(|| yucho(symbol, number)).flatten()
    })?;
    scan.report(KIND, token.start, token.end, &value, false);
    Some(token.end)
}

/// `9999-999-1-0000001` or `9999-999-0000001`.
fn coded(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (bank, branch, third, fourth) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let (kind, number) = fourth.map_or(("?", third), |number| (third, number));
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    let fine = parts.next().is_none()
        && digits(bank, 4)
        && digits(branch, 3)
        && matches!(kind, "1" | "2" | "4" | "9" | "?")
        && digits(number, 7);
    fine.then(|| format!("{bank}-{branch}-{kind}-{number}"))
}

/// ゆうちょ 記号 and 番号 to a transfer account: 記号 1xxxx is 普通 of branch `xx8`, 0xxxx 当座 of branch `xx9`.
fn yucho(symbol: &str, number: &str) -> Option<String> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if symbol.len() != 5 || !digits(symbol) || !digits(number) || !(2..=8).contains(&number.len()) {
        return None;
    }
    let branch = symbol.get(1..3)?;
    match symbol.as_bytes().first()? {
        b'1' => number.strip_suffix('1').map(|number| format!("9900-{branch}8-1-{number:0>7}")),
        b'0' if number.len() <= 7 => Some(format!("9900-{branch}9-2-{number:0>7}")),
        _ => None,
    }
}

fn speaks_of_account(lead: &str) -> bool {
    let lead = lead.trim_end_matches(separates);
    TYPES.iter().any(|(word, _)| lead.ends_with(word)) || lead.ends_with("番号")
}

fn speaks_of_post(lead: &str) -> bool {
    ["ゆうちょ", "郵便", "記号", "番号", "口座"].iter().any(|word| lead.contains(word))
}

const fn separates(c: char) -> bool {
    matches!(c, ' ' | '　' | ':' | '：' | '(' | ')' | '（' | '）' | '=' | '、' | ',' | '.' | '・' | '/' | '／')
}

/// The account that `lead` and the number behind it speak of, and where in `lead` that begins.
fn phrase(lead: &str, number: &str) -> Option<(usize, String)> {
    if let Some((at, symbol)) = code_after(lead, &["記号"], 5)
        && lead.trim_end_matches(separates).ends_with("番号")
    {
        return yucho(symbol, number).map(|value| (at, value));
    }
    if number.len() > 7 || number.len() < 6 {
        return None;
    }
    let (at, bank) = code_after(lead, &BANK, 4)?;
    let (_, branch) = code_after(lead.get(at..)?, &BRANCH, 3)?;
    let ends = lead.trim_end_matches(separates);
    let ends = ends.strip_suffix("口座番号").map_or(ends, |front| front.trim_end_matches(separates));
    let kind = TYPES.iter().find(|(word, _)| ends.ends_with(word)).map_or('?', |(_, kind)| *kind);
    Some((at, format!("{bank}-{branch}-{kind}-{number:0>7}")))
}

/// The last code of `len` digits behind one of the words, and where the word begins.
fn code_after<'a>(lead: &'a str, words: &[&str], len: usize) -> Option<(usize, &'a str)> {
    let mut found: Option<(usize, &str)> = None;
    for word in words {
        for (at, _) in lead.match_indices(word) {
            let rest = lead.get(at + word.len()..).unwrap_or("");
            let rest = rest.trim_start_matches(separates);
            let rest = rest
                .strip_prefix("コード")
                .or_else(|| rest.strip_prefix("番号"))
                .unwrap_or(rest)
                .trim_start_matches(separates);
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if digits == len && found.is_none_or(|(best, _)| at > best) {
                found = Some((at, rest.get(..len).unwrap_or("")));
            }
        }
    }
    found
}

fn read(text: &str) -> Option<Canonical> {
    let spaced = text.replace(' ', "-");
    if let Some(value) = coded(&spaced) {
        return Some(Canonical::sound(value));
    }
    if let Some((symbol, number)) = spaced.split_once('-')
        && let Some(value) = yucho(symbol, number.rsplit('-').next()?)
    {
        return Some(Canonical::sound(value));
    }
    if text.len() > PHRASE + 16 {
        return None;
    }
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (lead, number) = text.split_at_checked(text.len() - digits)?;
    if !speaks_of_account(lead) {
        return None;
    }
    phrase(lead, number).map(|(_, value)| Canonical::sound(value))
}
