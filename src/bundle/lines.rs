//! Records as they leave: put together from what may be shown, never cut down from what stands there.
//!
//! A field leaves if it is wholly one value (then as that value was decided) or if its format lists it and its content
//! has the listed shape. Everything else, text between values above all, stays behind and is remembered for the check.

use super::clean::{Behind, CleanValue};
use super::material::Record;
use super::policy::AmountRule;
use super::sanitise::band;
use super::vocabulary::{self, Shape};
use crate::model::fold::fold;
use crate::model::{Extractor, Hits, Kind};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use super::vocabulary::format_name;

/// What is left of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In one line.
    pub(super) message: String,
    /// By field.
    pub(super) fields: BTreeMap<String, String>,
    /// What was not shown.
    pub(super) behind: Vec<Behind>,
}

/// How a record is looked at.
pub(super) struct Eye<'e, 'v> {
    /// Reads values inside fields.
    pub(super) extractor: &'e dyn Extractor,
    /// The decision about a value.
    pub(super) decided: &'e dyn Fn(Kind, &str) -> Option<&'v CleanValue>,
    /// How amounts leave.
    pub(super) amount: AmountRule,
}

/// Stands for what is not shown inside a path or a message.
const GAP: &str = "…";

/// Shows one record.
pub(super) fn show(record: &Record, eye: &Eye<'_, '_>) -> Line {
    let mut line = Line::default();
    let asker = record.fields.iter().find(|(name, _)| name == "client");
    let asker_kept = asker.is_some_and(|(_, text)| eye.whole(text, record).is_some_and(CleanValue::is_offending));
    for (name, text) in record.fields.iter().filter(|(_, text)| !text.trim().is_empty() && text != "-") {
        let folded = fold(name);
        let whole = eye.whole(text, record);
        let shown = match whole {
            Some(clean) => {
                let name = vocabulary::neutral(&folded).unwrap_or_else(|| clean.kind.tag());
                clean.is_shown().then(|| (name.to_owned(), clean.shown.text().to_owned()))
            }
            None => vocabulary::shape(&record.format, &folded).and_then(|(name, shape)| {
                let about_asker = matches!(shape, Shape::Path | Shape::Agent);
                let shown = if about_asker && !asker_kept { None } else { eye.shape(shape, text) };
                shown.map(|text| (name.to_owned(), text))
            }),
        };
        if shown.is_none() && whole.is_none() && vocabulary::shape(&record.format, &folded).is_none() {
            line.behind.push(Behind { what: "field".to_owned(), text: text.clone() });
        }
        if let Some((name, text)) = shown.filter(|(_, text)| !text.is_empty()) {
            line.fields.entry(name).or_insert(text);
        }
    }
    line.message = message(record, &line.fields, eye);
    line
}

fn message(record: &Record, fields: &BTreeMap<String, String>, eye: &Eye<'_, '_>) -> String {
    let mut parts: Vec<String> = fields.iter().map(|(name, text)| format!("{name}: {text}")).collect();
    let mut told: BTreeSet<&str> = fields.values().map(String::as_str).collect();
    let hits = record.hits.iter().filter(|hit| !hit.implied);
    for clean in hits.filter_map(|hit| (eye.decided)(hit.kind, &hit.value)).filter(|clean| clean.is_shown()) {
        let text = clean.shown.text();
        let inside_message = fields.get("message").is_some_and(|message| message.split(' ').any(|word| word == text));
        if told.insert(text) && !inside_message {
            parts.push(format!("{}: {text}", clean.kind));
        }
    }
    parts.join("; ")
}

impl<'v> Eye<'_, 'v> {
    /// The decision about a text that is wholly one value.
    fn whole(&self, text: &str, record: &Record) -> Option<&'v CleanValue> {
        let text = text.trim();
        let known = record.hits.iter().find(|hit| same(text, &hit.value));
        if let Some(clean) = known.and_then(|hit| (self.decided)(hit.kind, &hit.value)) {
            return Some(clean);
        }
        let mut hits = Hits::default();
        self.extractor.find(text, &mut hits);
        let all = |hit: &crate::model::Hit| hit.span.start == 0 && hit.span.end as usize == text.len();
        hits.iter().find(|(hit, _)| all(hit)).and_then(|(hit, value)| (self.decided)(hit.kind, value))
    }

    /// What may be shown of a text with this shape.
    fn shape(&self, shape: Shape, text: &str) -> Option<String> {
        let text = text.trim();
        let mut hits = Hits::default();
        self.extractor.find(text, &mut hits);
        match shape {
            Shape::Words(words) => {
                words.iter().find(|word| word.eq_ignore_ascii_case(text)).map(|word| (*word).to_owned())
            }
            Shape::Number => is_number(text).then(|| text.to_owned()),
            Shape::Port => text.parse::<u16>().ok().map(|port| port.to_string()),
            // A number that may be a person's is not taken for an amount.
            Shape::Amount if hits.is_empty() => amount(text, self.amount),
            Shape::Amount => None,
            Shape::Path => Some(Self::path(text)),
            Shape::Agent => vocabulary::agent(text),
            Shape::Message => Some(self.words(text)),
        }
    }

    /// A path without its query; every part that is not made of known words is a gap.
    fn path(text: &str) -> String {
        let path = text.split(['?', '#']).next().unwrap_or("");
        let shown = path.split('/').map(|part| if vocabulary::is_path_part(part) { part } else { GAP });
        shown.collect::<Vec<_>>().join("/")
    }

    /// A message told by its known words, its ports and its values; runs of anything else are one gap.
    fn words(&self, text: &str) -> String {
        let mut out: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let bare = word.trim_end_matches([':', ',', '.', ';']);
            let after_port = out.last().is_some_and(|last| last == "port");
            let shown = if vocabulary::is_log_word(word) || vocabulary::is_log_word(bare) {
                Some(bare.to_owned())
            } else if after_port {
                bare.split(':').next().and_then(|port| port.parse::<u16>().ok()).map(|port| port.to_string())
            } else {
                let mut hits = Hits::default();
                self.extractor.find(bare, &mut hits);
                let whole = |hit: &crate::model::Hit| hit.span.start == 0 && hit.span.end as usize == bare.len();
                let found = hits.iter().find(|(hit, _)| whole(hit));
                let clean = found.and_then(|(hit, value)| (self.decided)(hit.kind, value));
                clean.filter(|clean| clean.is_shown()).map(|clean| clean.shown.text().to_owned())
            };
            match shown {
                Some(word) => out.push(word),
                None if out.last().is_some_and(|last| last == GAP) => {}
                None => out.push(GAP.to_owned()),
            }
        }
        out.join(" ")
    }
}

fn same(written: &str, canonical: &str) -> bool {
    let squeeze =
        |text: &str| text.chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_lowercase).collect::<String>();
    written == canonical || squeeze(written) == squeeze(canonical)
}

fn is_number(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text == "0" || digits && (1..=9).contains(&text.len()) && !text.starts_with('0')
}

/// A sum as the rule wants it; `None` for anything that is not plainly a sum (no leading zero, below a billion).
fn amount(text: &str, rule: AmountRule) -> Option<String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ',' | '円' | '¥')).collect();
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    if !is_number(whole) || fraction.len() > 18 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match rule {
        AmountRule::Keep => Some(plain),
        AmountRule::Band => whole.parse().ok().map(band),
        AmountRule::Withhold => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_sums_and_numbers_of_people_are_not() {
        for (text, shown) in [
            ("5212000", Some("5212000")),
            ("1,200,000円", Some("1200000")),
            ("0.0412", Some("0.0412")),
            ("-300", Some("-300")),
            ("09012345678", None),
            ("123456789018", None),
            ("9990-900-9000000", None),
            ("連絡先 1", None),
        ] {
            assert_eq!(amount(text, AmountRule::Keep).as_deref(), shown, "{text}");
        }
        assert_eq!(amount("5212000", AmountRule::Band).as_deref(), Some("5000000-9999999"));
    }
}
