//! A changed copy of a text that knows where each of its pieces came from, so that a hit in the folded text can be marked
//! in the text as written.

use super::text::{Form, in_form};
use crate::model::fold::{backslashes, escaped_unit, fold};
use std::ops::Range;
use unicode_normalization::char::canonical_combining_class;

/// A text in another form, piece by piece.
#[derive(Debug)]
pub(super) struct Mapped {
    pub(super) text: String,
    /// First byte in the changed text and the bytes it came from; ascending, the first at 0.
    pieces: Vec<(usize, Range<usize>)>,
}

impl Mapped {
    /// `text` in `form`.
    pub(super) fn of(text: &str, form: Form) -> Self {
        let mut mapped = Self { text: String::with_capacity(text.len()), pieces: Vec::new() };
        for run in runs(text, form) {
            mapped.run(&run, form);
        }
        // The pieces are made to agree with the whole; where they do not, the whole is one piece.
        let whole = in_form(text, form);
        if mapped.text != whole {
            mapped = Self { text: whole, pieces: vec![(0, 0..text.len())] };
        }
        mapped
    }

    fn run(&mut self, run: &Run, form: Form) {
        let changed = |chars: &[(char, Range<usize>)]| {
            let text: String = chars.iter().map(|(c, _)| c).collect();
            if form == Form::Folded { fold(&text) } else { text }
        };
        let mut groups: Vec<&[(char, Range<usize>)]> = Vec::new();
        let mut start = 0;
        for at in 1..=run.chars.len() {
            if run.chars.get(at).is_none_or(|(c, _)| !joins(*c)) {
                groups.extend(run.chars.get(start..at));
                start = at;
            }
        }
        let parts: Vec<String> = groups.iter().map(|group| changed(group)).collect();
        if parts.concat() != changed(&run.chars) {
            groups = vec![&run.chars];
        }
        for group in groups {
            if let (Some((_, first)), Some((_, last))) = (group.first(), group.last()) {
                self.pieces.push((self.text.len(), first.start..last.end));
                self.text.push_str(&changed(group));
            }
        }
    }

    /// The bytes of the original that `span` of the changed text came from.
    pub(super) fn origin(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let piece = |at: usize| self.pieces.get(self.pieces.partition_point(|(start, _)| *start <= at).checked_sub(1)?);
        let (_, first) = piece(span.start)?;
        let (_, last) = piece(span.end.checked_sub(1)?)?;
        Some(first.start..last.end.max(first.end))
    }
}

/// A stretch that folding looks at as one: an ASCII character with the backslashes before it, a run of wide characters, or
/// a run of `\u` escapes.
struct Run {
    chars: Vec<(char, Range<usize>)>,
}

fn runs(text: &str, form: Form) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut at = 0;
    let mut wide = false;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let one = if c == '\\' {
            escapes(text, at).or_else(|| escaped(text, at).filter(|_| form == Form::Folded))
        } else {
            None
        };
        if let Some(run) = one {
            at = run.chars.last().map_or(text.len(), |(_, range)| range.end);
            wide = false;
            out.push(run);
            continue;
        }
        let end = at + c.len_utf8();
        match out.last_mut() {
            Some(run) if wide && !c.is_ascii() => run.chars.push((c, at..end)),
            _ => out.push(Run { chars: vec![(c, at..end)] }),
        }
        wide = !c.is_ascii();
        at = end;
    }
    out
}

/// The characters of the `\uXXXX` escapes that stand at `at`, each with its bytes.
fn escapes(text: &str, at: usize) -> Option<Run> {
    let (mut units, mut ends) = (Vec::new(), Vec::new());
    let mut end = at;
    while let Some((unit, len)) = text.get(end..).and_then(|rest| escaped_unit(rest.as_bytes())) {
        units.push(unit);
        end += len;
        ends.push(end);
    }
    let (mut place, mut used) = (at, 0);
    let chars = char::decode_utf16(units).map(|decoded| {
        // What does not decode is one unit; what does may be two.
        used += decoded.as_ref().map_or(1, |c| c.len_utf16());
        let from = std::mem::replace(&mut place, ends.get(used - 1).copied().unwrap_or(end));
        (decoded.unwrap_or(char::REPLACEMENT_CHARACTER), from..place)
    });
    let chars: Vec<_> = chars.collect();
    (!chars.is_empty()).then_some(Run { chars })
}

/// A run of backslashes at `at` as folding leaves it: gone before `/` and `"`, one backslash elsewhere.
fn escaped(text: &str, at: usize) -> Option<Run> {
    let rest = text.get(at..)?;
    let run = backslashes(rest.as_bytes());
    Some(match rest.get(run..)?.chars().next() {
        Some(c @ ('/' | '"')) => Run { chars: vec![(c, at..at + run + 1)] },
        _ => Run { chars: vec![('\\', at..at + run)] },
    })
}

/// Whether a character may become one with what stands before it.
fn joins(c: char) -> bool {
    canonical_combining_class(c) != 0 || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hits_lead_back_to_the_characters_as_written() {
        for (text, word, written) in [
            ("GET ﾌﾘｺﾐ/ﾊﾞﾝｸ", "バ", "ﾊﾞ"),
            (r#"{"a":"\u53e3\u5ea7x"}"#, "座", r"\u5ea7"),
            (r#"{\"a\":\"\\u53e3\\u5ea7x\"}"#, "座", r"\\u5ea7"),
            (r"http:\/\/example.jp\/a", "//ex", r"\/\/ex"),
            (r"C:\\Users", r":\u", r":\\U"),
            ("ＡＢＣ㈱", "bc(", "ＢＣ㈱"),
            ("cafe\u{301}s", "s", "s"),
            ("か\u{3099}く", "が", "か\u{3099}"),
        ] {
            let mapped = Mapped::of(text, Form::Folded);
            let at = mapped.text.find(word).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(&text[mapped.origin(&(at..at + word.len())).unwrap()], written, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_copy_is_the_form_and_every_span_has_an_origin(text in r#"(\\{1,3}u[0-9a-f]{4}|\\|/|"|ﾊ|ﾞ|か|\u{3099}|e|\u{301}|㈱|ÿ|\PC){0,20}"#) {
            for form in [Form::Folded, Form::Plain] {
                let mapped = Mapped::of(&text, form);
                prop_assert_eq!(&mapped.text, &in_form(&text, form));
                for (start, c) in mapped.text.char_indices() {
                    let origin = mapped.origin(&(start..start + c.len_utf8())).unwrap();
                    prop_assert!(text.get(origin).is_some_and(|piece| !piece.is_empty()));
                }
            }
        }
    }
}
