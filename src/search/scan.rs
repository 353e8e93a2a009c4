//! The tests that must look into a record, made ready once and shared by all threads.

use super::address::Net;
use super::error::Error;
use super::literal::Need;
use super::number::Decimal;
use super::query::{Comparison, State, Value};
use super::text::{Form, unescape};
use crate::model::fold::fold;
use crate::model::{Field, Instant};
use memchr::memmem::Finder;
use std::sync::atomic::{AtomicBool, Ordering};

/// One test over records.
#[derive(Debug)]
pub(super) enum Scan {
    /// On the text.
    Text(TextTest),
    /// On a field.
    Field(FieldTest),
    /// On the instant, the evidence's clock as it ran.
    Time { from: Option<Instant>, to: Option<Instant> },
    /// On the record's head.
    State(State),
}

impl Scan {
    /// Rank of the work one record costs; cheap tests go first and leave fewer rows to the dear ones.
    pub(super) const fn cost(&self) -> u8 {
        match self {
            Self::Time { .. } | Self::State(_) => 1,
            Self::Text(TextTest { rest: None, .. }) => 2,
            Self::Text(TextTest { rest: Some(Rest::Net(_)), .. }) => 3,
            Self::Text(_) => 4,
            Self::Field(_) => 5,
        }
    }
}

/// A test on the whole text of a record.
#[derive(Debug)]
pub(super) struct TextTest {
    pub(super) form: Form,
    /// Stands in every match.
    pub(super) literal: Option<Finder<'static>>,
    /// What the literal alone does not settle.
    pub(super) rest: Option<Rest>,
    /// Which chunks can hold a match.
    pub(super) need: Need,
}

#[derive(Debug)]
pub(super) enum Rest {
    Regex(regex::bytes::Regex),
    Net(Net),
}

impl TextTest {
    /// Text that must occur.
    pub(super) fn of_text(text: &str, exact: bool) -> Self {
        let (form, text) = if exact { (Form::Plain, unescape(text).into_owned()) } else { (Form::Folded, fold(text)) };
        let need = if exact { Need::exact(&text) } else { Need::literal(text.as_bytes()) };
        Self { form, literal: Some(Finder::new(text.as_bytes()).into_owned()), rest: None, need }
    }

    /// An expression; [`parse`](super::parse) has accepted it, so failure here means the question was not made by it.
    pub(super) fn of_regex(pattern: &str, exact: bool) -> Result<Self, Error> {
        let wrong = |err: &dyn std::fmt::Display| {
            let why = err.to_string();
            super::error::QueryError::new(
                0..0,
                format!("正規表現の誤り（{why}）"),
                format!("The regular expression is wrong ({why})"),
            )
        };
        let hir = regex_syntax::ParserBuilder::new().case_insensitive(!exact).utf8(false).build().parse(pattern);
        let hir = hir.map_err(|err| wrong(&err))?;
        let regex = regex::bytes::RegexBuilder::new(pattern).case_insensitive(!exact).build();
        let regex = regex.map_err(|err| wrong(&err))?;
        Ok(Self { form: Form::Plain, literal: None, rest: Some(Rest::Regex(regex)), need: Need::of_regex(&hir) })
    }

    /// An address of a block.
    pub(super) fn of_net(net: Net) -> Self {
        let literal = net.literal().map(|text| Finder::new(text.as_bytes()).into_owned());
        Self { form: Form::Folded, literal, rest: Some(Rest::Net(net)), need: net.need() }
    }

    /// Whether a text in this test's form matches.
    pub(super) fn matches(&self, text: &[u8]) -> bool {
        self.literal.as_ref().is_none_or(|literal| literal.find(text).is_some()) && self.settles(text)
    }

    /// Whether a text that holds the literal matches.
    pub(super) fn settles(&self, text: &[u8]) -> bool {
        match &self.rest {
            None => true,
            Some(Rest::Regex(regex)) => regex.is_match(text),
            Some(Rest::Net(net)) => net.find(text, 0).is_some(),
        }
    }
}

/// A test on one field.
#[derive(Debug)]
pub(super) struct FieldTest {
    /// Folded.
    pub(super) name: String,
    pub(super) value: Value,
    /// For readings whose field stands in the text as it is: chunks, and a piece of the record's folded text.
    pub(super) need: Need,
    pub(super) piece: Option<TextTest>,
    /// Whether any record showed the field.
    pub(super) seen: AtomicBool,
}

impl FieldTest {
    pub(super) fn new(name: &str, value: &Value) -> Self {
        let texts: Vec<String> = match value {
            Value::Equals(text) => vec![text.clone()],
            Value::Exactly(text) => vec![fold(text)],
            // A piece that ends in the middle of a run still stands in it.
            Value::Pieces(pieces) => pieces.clone(),
            Value::Exists | Value::Number(..) | Value::Net(..) => Vec::new(),
        };
        let is_run = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let runs = texts.iter().flat_map(|text| text.split(|c| !is_run(c)));
        let piece = runs.max_by_key(|run| run.len()).filter(|run| !run.is_empty());
        Self {
            name: name.to_owned(),
            value: value.clone(),
            need: Need::runs(&texts.join("\n")),
            piece: piece.map(|run| TextTest::of_text(run, false)),
            seen: AtomicBool::new(false),
        }
    }

    /// Whether any of the record's fields of that name has the right value.
    pub(super) fn matches(&self, named: &[Field<'_>]) -> bool {
        if !named.is_empty() && !self.seen.load(Ordering::Relaxed) {
            self.seen.store(true, Ordering::Relaxed);
        }
        named.iter().any(|field| value_matches(&self.value, &field.value))
    }
}

/// Whether one field value is what was asked for.
pub(super) fn value_matches(wanted: &Value, value: &str) -> bool {
    match wanted {
        Value::Exists => !value.is_empty(),
        Value::Equals(text) => same_folded(value, text),
        Value::Exactly(text) => value == text,
        Value::Pieces(pieces) => in_pieces(&fold(value), pieces),
        Value::Number(comparison, number) => number_matches(*comparison, number, value),
        Value::Net(net, text) => {
            let folded = fold(value);
            folded == *text || net.find(folded.as_bytes(), 0).is_some()
        }
    }
}

fn number_matches(comparison: Comparison, number: &Decimal, value: &str) -> bool {
    Decimal::from_text(value).is_some_and(|value| value.is(comparison, number))
}

fn same_folded(value: &str, folded: &str) -> bool {
    if value.is_ascii() && !value.contains('\\') {
        return value.eq_ignore_ascii_case(folded);
    }
    fold(value) == *folded
}

/// Whether `text` is the pieces in order with anything between.
fn in_pieces(text: &str, pieces: &[String]) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else { return false };
        rest = &rest[at + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pattern: &str, text: &str) -> bool {
        in_pieces(text, &pattern.split('*').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn pieces_stand_in_order_and_do_not_overlap() {
        assert!(pieces("*curl*", "libcurl/8"));
        assert!(pieces("/admin/*", "/admin/login"));
        assert!(!pieces("/admin/*", "x/admin/"));
        assert!(!pieces("aba*ba", "aba"));
        assert!(pieces("a*b*c", "axbxc"));
        assert!(!pieces("a*b*b", "ab"));
    }

    #[test]
    fn values_are_compared_folded() {
        assert!(value_matches(&Value::Equals("get".into()), "GET"));
        assert!(value_matches(&Value::Equals("フリコミ".into()), "ﾌﾘｺﾐ"));
        assert!(!value_matches(&Value::Exactly("get".into()), "GET"));
    }
}
