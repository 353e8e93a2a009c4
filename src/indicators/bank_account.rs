//! Japanese bank accounts as `BBBB-SSS-T-NNNNNNN`: bank, branch, type (1 普通, 2 当座, 4 貯蓄, 9 その他, `?` unknown), number.
//!
//! Read as codes with hyphens, as codes in a sentence (`○○銀行(9999) △△支店(999) 普通 0000001`), and ゆうちょ 記号番号, which
//! become bank 9900 with the branch derived from the 記号 (domain.md §3.1). Names without codes are not resolved here.

use super::class::DIGIT;
use super::scan::{Scan, Token};
use super::{Canonical, Family, kanji, never_benign, never_documentation, triggers};
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

/// Words before a bank's code.
const BANK: [&str; 18] = [
    "金融機関コード",
    "金融機関番号",
    "金融機関",
    "銀行コード",
    "銀行番号",
    "銀行",
    "信用金庫",
    "信金",
    "信用組合",
    "労働金庫",
    "農協",
    "ｷﾞﾝｺｳ",
    "ギンコウ",
    "bank_code",
    "bankcode",
    "bank code",
    "bank",
    "bankid",
];
/// Words before a branch's code.
const BRANCH: [&str; 16] = [
    "支店コード",
    "店舗コード",
    "支店番号",
    "店番号",
    "店番",
    "支店",
    "営業部",
    "出張所",
    "本店",
    "ｼﾃﾝ",
    "シテン",
    "branch_code",
    "branchcode",
    "branch code",
    "branch",
    "branchid",
];
/// Words before an account number, with the type they mean; the longer first.
const TYPES: [(&str, char); 15] = [
    ("普通預金", '1'),
    ("普通口座", '1'),
    ("普通", '1'),
    ("ﾌﾂｳ", '1'),
    ("フツウ", '1'),
    ("総合口座", '1'),
    ("総合", '1'),
    ("当座預金", '2'),
    ("当座", '2'),
    ("ﾄｳｻﾞ", '2'),
    ("トウザ", '2'),
    ("貯蓄預金", '4'),
    ("貯蓄", '4'),
    ("ﾁﾖﾁｸ", '4'),
    ("その他", '9'),
];
/// Words between the type and the number, or alone before it.
const NUMBER: [&str; 6] = ["口座番号は", "口座番号", "番号", "account_number", "accountnumber", "account number"];
/// Words before a 記号, and between it and its 番号.
const SYMBOL: [&str; 8] = ["記号は", "記号", "ゆうちょ", "ゆうちょ銀行", "郵便局", "ユウチヨ", "ﾕｳﾁﾖ", "ユウチョ"];
/// How far before an account number its bank and branch may stand, in bytes.
const PHRASE: usize = 200;

/// Looks at a token of digits and hyphens.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let len = token.end - token.start;
    let text = scan.slice(token.start, token.end);
    if token.flags == DIGIT && matches!(len, 6 | 7) && scan.before(token.start) != b',' {
        if !may_be_named(&scan.bytes[..token.start]) {
            return None;
        }
        let lead = scan.lead(token.start, PHRASE);
        let (at, value) = phrase(lead, text)?;
        scan.report(KIND, token.start - lead.len() + at, token.end, &value, false);
        return Some(token.end);
    }
    if (token.flags == DIGIT && len == 5) || (len == 7 && text.as_bytes()[5] == b'-') {
        return symbol(scan, token);
    }
    if token.flags == DIGIT || !(8..=18).contains(&len) {
        return None;
    }
    let value = coded(text).or_else(|| {
        let (symbol, number) = text.split_once('-')?;
        let number = number.rsplit('-').next()?;
        let believed = number.len() == 8 || speaks_of_post(scan.lead(token.start, 48));
        (symbol.len() == 5 && believed && symbol.ends_with('0')).then(|| yucho(symbol, number)).flatten()
    })?;
    scan.report(KIND, token.start, token.end, &value, false);
    Some(token.end)
}

/// Whether the last byte before signs may end a word of [`NUMBER`] or [`TYPES`]: most numbers stand behind other things.
fn may_be_named(before: &[u8]) -> bool {
    let sign = |byte: &&u8| byte.is_ascii() && separates(char::from(**byte));
    before.iter().rev().take(PHRASE).find(|byte| !sign(byte)).is_some_and(|byte| *byte == b'r' || !byte.is_ascii())
}

/// A 記号 with its 番号 behind it: `記号10530 番号12345671`, `ゆうちょ 10530 12345671`, `記号は10530-2、番号は12345671`.
fn symbol(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let lead = scan.lead(token.start, 24);
    let word = word_at(lead, &SYMBOL)?;
    let is_symbol = lead.get(word..)?.starts_with("記号");
    let tail = scan.tail(token.end, 48);
    let digit = tail.find(|c: char| c.is_ascii_digit())?;
    let between = tail.get(..digit)?.trim_matches(separates);
    let named = matches!(between, "番号" | "番号は" | "の番号" | "番号が" | "通帳番号" | "口座番号");
    if !named && (is_symbol || !between.is_empty()) {
        return None;
    }
    let number = tail.get(digit..)?;
    let number = &number[..number.bytes().take_while(u8::is_ascii_digit).count()];
    let value = yucho(scan.slice(token.start, token.start + 5), number)?;
    let end = token.end + digit + number.len();
    let start = if is_symbol { token.start - (lead.len() - word) } else { token.start };
    scan.report(KIND, start, end, &value, false);
    Some(end)
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

fn speaks_of_post(lead: &str) -> bool {
    ["ゆうちょ", "郵便", "記号", "番号", "口座", "ユウチヨ", "ﾕｳﾁﾖ"].iter().any(|word| lead.contains(word))
}

const fn separates(c: char) -> bool {
    matches!(
        c,
        ' ' | '　'
            | ':'
            | '：'
            | '('
            | ')'
            | '（'
            | '）'
            | '='
            | '、'
            | ','
            | '.'
            | '・'
            | '/'
            | '／'
            | '"'
            | '「'
            | '」'
            | ';'
    )
}

/// Where one of the words begins that a lead ends with, separators aside.
fn word_at(lead: &str, words: &[&str]) -> Option<usize> {
    let lead = lead.trim_end_matches(separates).as_bytes();
    words.iter().find_map(|word| ends_at(lead, word))
}

/// Where the word begins that a text ends with.
fn ends_at(text: &[u8], word: &str) -> Option<usize> {
    // Most words end in another byte.
    let last = |bytes: &[u8]| bytes.last().map(u8::to_ascii_lowercase);
    if last(text) != last(word.as_bytes()) {
        return None;
    }
    let at = text.len().checked_sub(word.len())?;
    text[at..].eq_ignore_ascii_case(word.as_bytes()).then_some(at)
}

/// The lead without such a word.
fn strip<'a>(lead: &'a str, words: &[&str]) -> Option<&'a str> {
    word_at(lead, words).and_then(|at| lead.get(..at))
}

/// The account that `lead` and the number behind it speak of, and where in `lead` that begins.
fn phrase(lead: &str, number: &str) -> Option<(usize, String)> {
    let lead = lead.trim_end_matches(separates);
    // Most numbers of this length stand behind something else: the last byte of the words above tells.
    let last = |words: &str| lead.as_bytes().last() == words.as_bytes().last();
    if !NUMBER.iter().chain(TYPES.iter().map(|(word, _)| word)).any(|word| last(word)) {
        return None;
    }
    let numbered = strip(lead, &NUMBER);
    let lead = numbered.unwrap_or(lead);
    let before = lead.trim_end_matches(separates);
    let typed = TYPES.iter().find_map(|(word, kind)| Some((before.get(..ends_at(before.as_bytes(), word)?)?, *kind)));
    let (lead, kind) = typed.or_else(|| numbered.map(|lead| (lead, '?')))?;
    let lead =
        strip(lead, &["account_type", "accounttype", "account type", "預金種目", "種別", "口座種別"]).unwrap_or(lead);
    if let Some((at, branch)) = yucho_branch(lead) {
        return Some((at, format!("9900-{branch}-{kind}-{number:0>7}")));
    }
    let (bank_at, bank, branch) = codes(lead)?;
    Some((bank_at, format!("{bank}-{branch}-{kind}-{number:0>7}")))
}

/// A branch of ゆうちょ, whose name is its code: `ゆうちょ銀行 〇五八店`, `〇〇八（ゼロゼロハチ）支店`; and where the bank's name begins.
fn yucho_branch(lead: &str) -> Option<(usize, String)> {
    let lead = lead.trim_end_matches(separates);
    let name = lead.strip_suffix("支店").or_else(|| lead.strip_suffix('店'))?;
    let name = name.strip_suffix(['）', ')']).and_then(|name| Some(&name[..name.rfind(['（', '('])?])).unwrap_or(name);
    let mut digits: Vec<&str> = Vec::new();
    let mut end = name.len();
    while digits.len() < 3 {
        let narrow = name.get(end.checked_sub(1)?..end).filter(|digit| digit.as_bytes()[0].is_ascii_digit());
        let kanji = || end.checked_sub(3).and_then(|at| kanji::digit(name.as_bytes().get(at..end)?));
        let digit = narrow.or_else(kanji)?;
        end -= if narrow.is_some() { 1 } else { 3 };
        digits.push(digit);
    }
    let bank = word_at(name.get(..end)?, &["ゆうちょ銀行", "ゆうちょ", "ユウチヨ", "ﾕｳﾁﾖ", "郵便局"])?;
    Some((bank, digits.into_iter().rev().collect()))
}

/// The last branch code and the bank code before it, each behind its word; and where the bank's word begins.
fn codes(lead: &str) -> Option<(usize, &str, &str)> {
    // Most leads hold none, and are long.
    if !triggers::has_three_digits(lead.as_bytes()) {
        return None;
    }
    let mut runs = Runs { text: lead, end: lead.len() };
    let (branch_at, branch) = runs.by_ref().find(|(_, run)| run.len() == 3)?;
    strip(lead.get(..branch_at)?, &BRANCH)?;
    let (bank_at, bank) = runs.find(|(_, run)| run.len() == 4)?;
    Some((word_at(lead.get(..bank_at)?, &BANK)?, bank, branch))
}

/// Runs of digits from the end of a text to its start.
struct Runs<'a> {
    text: &'a str,
    end: usize,
}

impl<'a> Iterator for Runs<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = self.text.as_bytes();
        let end = bytes[..self.end].iter().rposition(u8::is_ascii_digit)? + 1;
        let start = bytes[..end].iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1);
        self.end = start;
        Some((start, self.text.get(start..end)?))
    }
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
    if let Some((at, symbol)) = (Runs { text: lead, end: lead.len() }).find(|(_, run)| run.len() == 5) {
        let named = at == 0 || word_at(lead.get(..at)?, &SYMBOL).is_some();
        return yucho(symbol, number).filter(|_| named).map(Canonical::sound);
    }
    if !matches!(number.len(), 6 | 7) {
        return None;
    }
    phrase(lead, number).map(|(_, value)| Canonical::sound(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_before_a_number_are_never_passed_over() {
        for word in NUMBER.iter().chain(TYPES.iter().map(|(word, _)| word)) {
            for signs in ["", " ", "：", "　「", " (", "\":\""] {
                assert!(may_be_named(format!("{word}{signs}").as_bytes()), "{word}{signs}");
            }
        }
        assert!(!may_be_named(b"?id=") && !may_be_named(b"order\n"));
    }
}
