//! Words around a value that say what it is.

/// Whether one of the words stands in the text. Words in ASCII count in any case and whole (`tx` is not in `text`); others
/// wherever they stand, because Japanese puts no spaces between.
pub(super) fn says(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| last(text, word).is_some())
}

/// Where the last such word begins, and where it ends.
pub(super) fn last_of(text: &str, words: &[&str]) -> Option<(usize, usize)> {
    words
        .iter()
        .filter_map(|word| last(text, word).map(|at| (at, at + word.len())))
        .max_by_key(|(at, end)| (*end, end - at))
}

/// Whether the text ends in one of the words, before nothing but signs.
pub(super) fn ends(text: &str, words: &[&str]) -> bool {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    words.iter().any(|word| {
        let Some(at) = text.len().checked_sub(word.len()).filter(|at| text.is_char_boundary(*at)) else { return false };
        let whole = !word.is_ascii() || !text.as_bytes()[..at].last().is_some_and(u8::is_ascii_alphanumeric);
        whole && text[at..].eq_ignore_ascii_case(word)
    })
}

fn last(text: &str, word: &str) -> Option<usize> {
    if !word.is_ascii() {
        return text.rfind(word);
    }
    let (bytes, word) = (text.as_bytes(), word.as_bytes());
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let edge = |byte: &u8| byte.is_ascii_alphabetic();
    (0..(bytes.len() + 1).saturating_sub(word.len())).rev().find(|at| {
        let end = at + word.len();
        bytes[*at..end].eq_ignore_ascii_case(word)
            && !(word.first().is_some_and(edge) && letter(at.checked_sub(1).and_then(|at| bytes.get(at))))
            && !(word.last().is_some_and(edge) && letter(bytes.get(end)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_ascii_are_whole() {
        assert!(
            says("SOLへ", &["sol"])
                && says("sol_address", &["sol"])
                && !says("console", &["sol"])
                && !says("solve", &["sol"])
        );
        assert!(says("被害者の免許証", &["免許"]) && !says("", &["免許", "x"]));
        assert_eq!(last_of("txid hash", &["txid", "hash"]), Some((5, 9)));
        assert!(
            ends("取引ID：「", &["取引id"])
                && ends("\"txid\":\"", &["txid"])
                && !ends("mytxid ", &["txid"])
                && !ends("txid x", &["txid"])
        );
    }
}
