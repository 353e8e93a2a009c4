//! Folding: the form in which text is compared. Evidence itself is never folded, only copies used for matching.
//!
//! Case, NFKC width, kana width and hyphen variants disappear, and JSON escapes are undone, so that `口座`, `ﾌﾘｺﾐ`,
//! `\u53e3\u5ea7`, `http:\/\/example.jp` and `C:\\Users` are found by what a person types, also in JSON inside JSON. `\n` and
//! its like stay: what looks like one is more often part of a Windows path. Search folds the question and the text with
//! the same function; the skip filters are built from folded text. The rules are part of the store's format: see
//! [`FOLD_VERSION`].

use unicode_normalization::UnicodeNormalization as _;

/// Rises whenever folding, or what filters are made of it, changes; filters of another version must not be used.
pub const FOLD_VERSION: u16 = 5;

/// Appends the folded form of `text` to `out`.
pub fn fold_into(text: &str, out: &mut String) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let ascii = rest.iter().position(|byte| !byte.is_ascii() || *byte == b'\\').unwrap_or(rest.len());
        if ascii > 0 {
            let start = out.len();
            out.push_str(text.get(at..at + ascii).unwrap_or(""));
            if let Some(tail) = out.get_mut(start..) {
                tail.make_ascii_lowercase();
            }
            at += ascii;
        } else if rest.first() == Some(&b'\\') {
            at += fold_escape(rest, out);
        } else {
            let wide = rest.iter().position(u8::is_ascii).unwrap_or(rest.len());
            fold_wide(text.get(at..at + wide).unwrap_or(""), out);
            at += wide;
        }
    }
}

/// The folded form of `text`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(text, &mut out);
    out
}

/// Whether a field's name is the folded `name`.
#[must_use]
pub fn same_name(field: &str, name: &str) -> bool {
    field == name || if field.is_ascii() { field.eq_ignore_ascii_case(name) } else { fold(field) == name }
}

/// Whether folding keeps every byte in its place (only ASCII case changes), so that offsets carry over.
#[must_use]
pub fn keeps_offsets(text: &[u8]) -> bool {
    let undone = |at: usize| matches!(text.get(at + 1), Some(b'u' | b'/' | b'"' | b'\\'));
    text.is_ascii() && !memchr::memchr_iter(b'\\', text).any(undone)
}

/// Undoes what stands at a run of backslashes at the start of `rest`. Returns the bytes consumed.
///
/// `\uXXXX`, one after the other, become their characters; before `/` and `"` the run goes; otherwise one backslash stays.
fn fold_escape(rest: &[u8], out: &mut String) -> usize {
    let mut units = Vec::new();
    let mut at = 0;
    while let Some((unit, len)) = rest.get(at..).and_then(escaped_unit) {
        units.push(unit);
        at += len;
    }
    if !units.is_empty() {
        let decoded: String =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        fold_wide(&decoded, out);
        return at;
    }
    let run = backslashes(rest);
    if !matches!(rest.get(run), Some(b'/' | b'"')) {
        out.push('\\');
    }
    run
}

/// How many backslashes a text begins with.
#[must_use]
pub fn backslashes(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b'\\').count()
}

/// The UTF-16 unit of the `\uXXXX` at the start of `rest`, and its length; before the `u` may stand any number of
/// backslashes, as JSON inside JSON has them.
#[must_use]
pub fn escaped_unit(rest: &[u8]) -> Option<(u16, usize)> {
    let run = backslashes(rest);
    let hex = rest.get(run..)?.strip_prefix(b"u")?.get(..4)?;
    if run == 0 || !hex.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    Some((u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?, run + 5))
}

fn fold_wide(run: &str, out: &mut String) {
    if run.chars().all(is_stable) {
        out.push_str(run);
        return;
    }
    for folded in run.chars().map(same_sign).nfkc().flat_map(char::to_lowercase) {
        out.push(same_sign(folded));
    }
}

/// Characters NFKC and case folding leave alone, whatever stands beside them in the same run of such characters.
const fn is_stable(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' | '\u{4e00}'..='\u{9fff}' | '\u{3001}' | '\u{3002}' | '\u{300c}'..='\u{300f}')
}

/// Pairs that Windows and Unix tables map differently, and the many hyphens (domain.md §4).
const fn same_sign(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
        '\u{301c}' | '\u{ff5e}' => '~',
        '\u{2225}' => '\u{2016}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_compared_folded() {
        assert!(same_name("ＩＰアドレス", "ipアドレス"));
        assert!(same_name("User_Agent", "user_agent"));
        assert!(!same_name("status", "statux"));
    }

    #[test]
    fn widths_case_and_hyphens_disappear() {
        assert_eq!(fold("ＡＢＣ－１２"), "abc-12");
        assert_eq!(fold("ﾌﾘｺﾐ ﾊﾞﾝｸ"), "フリコミ バンク");
        assert_eq!(fold("090−1234‐5678"), "090-1234-5678");
    }

    #[test]
    fn json_escapes_are_undone_and_other_backslashes_stay() {
        assert_eq!(fold(r"\u53e3\u5ea7 C:\Users \u12"), r"口座 c:\users \u12");
        assert_eq!(fold(r"\ud83d\ude00"), "😀");
        assert_eq!(
            fold(r#"{"url":"http:\/\/example.jp\/a","x":"\"q\""}"#),
            r#"{"url":"http://example.jp/a","x":""q""}"#
        );
        assert_eq!(fold(r"C:\\Users\\new \\\\srv\\share"), r"c:\users\new \srv\share");
        assert_eq!(fold(r#"{\"a\":\"\\u53e3\\u5ea7\",\"b\":\"x\\\/y\"}"#), r#"{"a":"口座","b":"x/y"}"#);
        assert_eq!(fold(r"end\"), r"end\");
    }

    #[test]
    fn offsets_carry_over_only_where_nothing_changes_length() {
        assert!(keeps_offsets(b"GET /a\\b\\"));
        for changes in [r"\u53e3", r"a\/b", r#"\""#, r"a\\b"] {
            assert!(!keeps_offsets(changes.as_bytes()), "{changes}");
        }
        assert!(!keeps_offsets("口".as_bytes()));
    }

    proptest! {
        #[test]
        fn what_keeps_offsets_only_changes_case(text in r#"(\\{1,3}|u00|/|"|[a-zA-Z0-9 ]){0,12}"#) {
            if keeps_offsets(text.as_bytes()) {
                prop_assert_eq!(fold(&text), text.to_ascii_lowercase());
            }
        }

        #[test]
        fn a_text_written_as_json_is_found_by_itself(text in "[a-zA-Z0-9ぁ-ん漢字/:. \"-]{1,12}") {
            let once = serde_json::Value::String(text.clone()).to_string();
            let twice = serde_json::Value::String(once.clone()).to_string();
            let slashed = once.replace('/', r"\/");
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            for written in [once, twice, slashed, escaped] {
                prop_assert!(fold(&written).contains(&fold(&text)), "{}", written);
            }
        }
    }
}
