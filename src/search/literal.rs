//! What a chunk must hold to be worth reading: literals taken out of words and regular expressions, as skip-filter probes.
//!
//! The one promise: a record that matches always stands in an admitted chunk. Filters are built from folded text, so a
//! literal that is compared unfolded may only be probed where folding does not depend on its neighbours.

use crate::model::fold::fold;
use crate::model::skip::Probe;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A condition on chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing can be excluded.
    Any,
    /// The folded literal.
    Literal(Probe),
    /// All of these.
    All(Vec<Self>),
    /// At least one of these.
    Either(Vec<Self>),
}

/// More alternatives than this cost more to probe than they save.
const MAX_ALTERNATIVES: usize = 64;

impl Need {
    /// A literal of already folded text.
    pub(super) fn literal(folded: &[u8]) -> Self {
        let probe = Probe::of(folded);
        if probe.is_empty() { Self::Any } else { Self::Literal(probe) }
    }

    /// A literal that is compared as it stands, without folding.
    pub(super) fn exact(text: &str) -> Self {
        Self::all(stable_pieces(text).iter().map(|piece| Self::literal(fold(piece).as_bytes())).collect())
    }

    /// The runs of letters, digits, `.`, `_`, `-` in a folded field value, for fields that stand in the text as they are.
    pub(super) fn runs(folded: &str) -> Self {
        let is_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        Self::all(folded.split(|c| !is_run(c)).map(|run| Self::literal(run.as_bytes())).collect())
    }

    /// What every match of an expression must hold.
    pub(super) fn of_regex(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Literal(_) | HirKind::Class(_) => single(hir).map_or(Self::Any, |text| Self::exact(&text)),
            HirKind::Capture(capture) => Self::of_regex(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => Self::of_regex(&repetition.sub),
            HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => Self::Any,
            HirKind::Alternation(parts) => Self::either(parts.iter().map(Self::of_regex).collect()),
            HirKind::Concat(parts) => {
                let mut needs = Vec::new();
                let mut text = String::new();
                for part in parts {
                    if let Some(more) = single(part) {
                        text.push_str(&more);
                    } else {
                        needs.push(Self::exact(&std::mem::take(&mut text)));
                        needs.push(Self::of_regex(part));
                    }
                }
                needs.push(Self::exact(&text));
                Self::all(needs)
            }
        }
    }

    fn all(mut needs: Vec<Self>) -> Self {
        needs.retain(|need| *need != Self::Any);
        match needs.len() {
            0 => Self::Any,
            1 => needs.swap_remove(0),
            _ => Self::All(needs),
        }
    }

    fn either(needs: Vec<Self>) -> Self {
        if needs.contains(&Self::Any) || needs.len() > MAX_ALTERNATIVES { Self::Any } else { Self::Either(needs) }
    }
}

/// The one text a piece of an expression stands for, case aside: `(?i)k` is a class of `k`, `K` and the Kelvin sign, which
/// all fold to `k`.
fn single(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(Class::Unicode(class)) => {
            let mut chars = class.iter().flat_map(|range| range.start()..=range.end());
            let first = fold(chars.next()?.encode_utf8(&mut [0; 4]));
            chars
                .take(5)
                .enumerate()
                .all(|(index, c)| index < 4 && fold(c.encode_utf8(&mut [0; 4])) == first)
                .then_some(first)
        }
        HirKind::Class(Class::Bytes(class)) => {
            let bytes: Vec<u8> = class.iter().flat_map(|range| range.start()..=range.end()).take(3).collect();
            let first = bytes.first()?.to_ascii_lowercase();
            let same =
                bytes.len() < 3 && bytes.iter().all(|byte| byte.is_ascii() && byte.to_ascii_lowercase() == first);
            same.then(|| char::from(first).to_string())
        }
        HirKind::Capture(capture) => single(&capture.sub),
        _ => None,
    }
}

/// The pieces of a text whose folded form is the same whatever stands around the text.
///
/// What folding makes of a backslash depends on what follows, so pieces end there.
/// NFKC may join a character with the combining mark after it, so the last character counts only if nothing joins it
/// (digits, punctuation, kanji); kana count inside; everything else that is not ASCII is left out.
fn stable_pieces(text: &str) -> Vec<&str> {
    let is_kanji = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}');
    let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}');
    let stands_alone = |c: char| is_kanji(c) || matches!(c, ' '..=';' | '?' | '@' | '['..='`' | '{'..='~');
    text.split(|c: char| c == '\\' || !(c.is_ascii() || is_kanji(c) || is_kana(c)))
        .map(|piece| match piece.char_indices().next_back() {
            Some((at, last)) if !stands_alone(last) => piece.get(..at).unwrap_or(""),
            _ => piece,
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pattern: &str) -> Need {
        Need::of_regex(&regex_syntax::Parser::new().parse(pattern).unwrap())
    }

    #[test]
    fn expressions_state_their_literals() {
        assert_eq!(of("(?i)Kelvin7"), Need::literal(b"kelvin7"));
        assert_eq!(of(r"\d+/login\.php\?"), Need::literal(b"/login.php?"));
        assert!(matches!(of("alpha1|beta22"), Need::Either(list) if list.len() == 2));
        for unbounded in [".*", "(?:wallet7)?", "alpha1|.", "[a-z]{5}", "", "ab"] {
            assert_eq!(of(unbounded), Need::Any, "{unbounded}");
        }
    }

    #[test]
    fn only_pieces_that_fold_alone_are_probed() {
        assert_eq!(stable_pieces("login"), ["logi"]);
        assert_eq!(stable_pieces("203.0.113.7"), ["203.0.113.7"]);
        assert_eq!(stable_pieces("口座か"), ["口座"]);
        assert_eq!(stable_pieces("ﾊﾞ振込ｶ"), ["振込"]);
        assert_eq!(stable_pieces(r"C:\2026\07\"), ["C:", "2026", "07"]);
    }
}
