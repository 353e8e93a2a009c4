//! Which names may stand in a bundle: short ASCII paths that mean the same on every system.
//!
//! An allow-list. What it refuses is named, so that a crafted archive shows what was tried.

use crate::model::Text;

/// Longest path in bytes.
pub(super) const MAX_PATH: usize = 200;

const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// What is wrong with a path of `/`-separated parts; `None` when it may stand in a bundle.
pub(super) fn fault_of(path: &str) -> Option<Text> {
    let text = if path.is_empty() || path.len() > MAX_PATH {
        Text::new("名前の長さが範囲外", "the name is empty or too long")
    } else if path.chars().any(char::is_control) {
        Text::new("制御文字を含む名前", "the name holds a control character")
    } else if path.chars().any(is_bidi_or_invisible) {
        Text::new("表示を欺く文字を含む名前", "the name holds a direction or invisible character")
    } else if path.contains('\\') {
        Text::new("逆斜線を含む名前", "the name holds a backslash")
    } else if path.starts_with('/') {
        Text::new("絶対パス", "the name is an absolute path")
    } else if path.contains(':') {
        Text::new("ドライブまたは代替ストリームの名前", "the name holds a drive or stream mark")
    } else if path.split('/').any(|part| part == "..") {
        Text::new("上位フォルダーを指す名前", "the name climbs out of its folder")
    } else {
        return path.split('/').find_map(fault_of_part);
    };
    Some(text)
}

fn fault_of_part(part: &str) -> Option<Text> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    let stem = part.split('.').next().unwrap_or("").to_ascii_lowercase();
    let numbered = stem.len() == 4
        && (stem.starts_with("com") || stem.starts_with("lpt"))
        && stem.as_bytes().last().is_some_and(u8::is_ascii_digit);
    if part.is_empty() || part.starts_with(['.', '-']) || part.ends_with('.') {
        Some(Text::new(
            "空、または点や横線の位置が許されない名前",
            "a part of the name is empty or begins or ends with a dot or dash",
        ))
    } else if !part.bytes().all(allowed) {
        Some(Text::new("許されない文字を含む名前", "the name holds characters other than A-Z a-z 0-9 . _ -"))
    } else if numbered || DEVICES.contains(&stem.as_str()) {
        Some(Text::new("装置の名前", "the name is a device name"))
    } else {
        None
    }
}

fn is_bidi_or_invisible(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The form in which two names are the same on some system.
pub(super) fn folded(path: &str) -> String {
    path.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_pass() {
        for good in ["data/case.json", "bagit.txt", "data/a-b_c.2/d"] {
            assert_eq!(fault_of(good), None, "{good}");
        }
        for bad in [
            "",
            "/data/a",
            "data/../a",
            "data\\a",
            "c:/a",
            "data/a:b",
            "data//a",
            "data/.a",
            "data/a.",
            "data/-a",
            "data/か",
            "data/a\u{202E}b",
            "data/a\u{200B}",
            "data/a\nb",
            "data/nul.txt",
            "data/COM1",
            "data/cafe\u{301}",
            "data/a b",
        ] {
            assert!(fault_of(bad).is_some(), "{bad}");
        }
    }
}
