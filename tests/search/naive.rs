//! What a question means, said as simply as possible: one record at a time, no filters, no chunks. It is what the fast
//! way is measured against, so it shares no code with it beyond the tree and the folding.

use super::double::{Line, Lines, Memory, SEC};
use itoguchi::model::fold::fold;
use itoguchi::model::time::Known;
use itoguchi::model::{Field, FieldReader as _, NamedSet, ReadingHead, RowSet};
use itoguchi::search::{Comparison, Decimal, Net, Node, Query, State, Test, Value};
use regex::Regex;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{LazyLock, Mutex};

pub(crate) fn rows(query: &Query, memory: &Memory) -> RowSet {
    let mut out = RowSet::new();
    for reading in &memory.readings {
        for (row, line) in (0_u32..).zip(&memory.lines[&reading.evidence]) {
            let text = Lines.text(&reading.form, &line.bytes).into_owned();
            if holds(&query.root, &Record { memory, reading, row, line, text }) {
                out.insert(reading.evidence, row);
            }
        }
    }
    out
}

struct Record<'a> {
    memory: &'a Memory,
    reading: &'a ReadingHead,
    row: u32,
    line: &'a Line,
    text: String,
}

impl Record<'_> {
    fn named(&self, set: &NamedSet) -> bool {
        self.memory.named.get(set).is_some_and(|rows| rows.contains(self.reading.evidence, self.row))
    }
}

fn holds(node: &Node, record: &Record<'_>) -> bool {
    match node {
        Node::Everything => true,
        Node::And(parts) => parts.iter().all(|part| holds(part, record)),
        Node::Or(parts) => parts.iter().any(|part| holds(part, record)),
        Node::Not(part) => !holds(part, record),
        Node::Term(term) => passes(&term.test, record),
    }
}

fn passes(asked: &Test, record: &Record<'_>) -> bool {
    match asked {
        Test::Text { text, exact: false } => fold(&record.text).contains(&fold(text)),
        Test::Text { text, exact: true } => unescaped(&record.text).contains(&unescaped(text)),
        Test::Regex { pattern, exact } => {
            let case = if *exact { "" } else { "(?i)" };
            is_match(&format!("{case}{pattern}"), &unescaped(&record.text))
        }
        Test::Address(net) => holds_address(*net, &fold(&record.text)),
        Test::Time { from, to } => record.line.at.is_some_and(|secs| {
            let at = (secs - record.reading.form.time.skew_secs) * SEC;
            from.is_none_or(|from| from.0 <= at) && to.is_none_or(|to| at < to.0)
        }),
        Test::Kind { kind, value: None } => record.named(&NamedSet::Kind(*kind)),
        Test::Kind { kind, value: Some(value) } => record.named(&NamedSet::Value(*kind, value.clone())),
        Test::Tag(name) => record.named(&NamedSet::Tag(name.clone())),
        Test::Evidence(suffix) => record.reading.id.as_str().ends_with(suffix.as_str()),
        Test::Is(State::Undated) => record.line.at.is_none(),
        Test::Is(State::Reject) => record.line.reject.is_some(),
        Test::Is(State::Tagged) => record.named(&NamedSet::Tagged),
        Test::Is(State::Stated) => record.line.at.is_some() && record.line.known == Known::Stated,
        Test::Is(State::Setting) => record.line.at.is_some() && record.line.known == Known::Setting,
        Test::Is(State::Assumed) => record.line.at.is_some() && record.line.known == Known::Assumed,
        Test::Field { name, value, or_text } => {
            let closed = record.reading.form.format != "json";
            let column = record.reading.form.columns.iter().any(|column| fold(column) == *name);
            match or_text {
                Some(text) if closed && !column => fold(&record.text).contains(&fold(text)),
                _ if closed && !column => false,
                _ => {
                    let mut fields: Vec<Field<'_>> = Vec::new();
                    Lines.fields(&record.reading.form, &record.text, &mut fields);
                    fields.iter().any(|field| fold(&field.name) == *name && is(value, &field.value))
                }
            }
        }
    }
}

fn is(wanted: &Value, value: &str) -> bool {
    let folded = fold(value);
    match wanted {
        Value::Exists => !value.is_empty(),
        Value::Equals(text) => folded == *text,
        Value::Exactly(text) => value == text,
        Value::Pieces(pieces) => {
            let pattern = pieces.iter().map(|piece| regex::escape(piece)).collect::<Vec<_>>().join(".*");
            is_match(&format!("^(?s:{pattern})$"), &folded)
        }
        Value::Number(comparison, number) => Decimal::from_text(value).is_some_and(|value| match comparison {
            Comparison::Equal => value == *number,
            Comparison::Greater => value > *number,
            Comparison::AtLeast => value >= *number,
            Comparison::Less => value < *number,
            Comparison::AtMost => value <= *number,
        }),
        Value::Net(net, text) => folded == *text || holds_address(*net, &folded),
    }
}

fn is_match(pattern: &str, text: &str) -> bool {
    static MADE: LazyLock<Mutex<BTreeMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    made.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).unwrap()).is_match(text)
}

fn holds_address(net: Net, text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == ':';
    text.split(|c| !word(c)).any(|run| {
        let run = run.trim_end_matches(['.', ':']);
        let port = run.split(':').next().unwrap_or("");
        // Leading zeros make no plain spelling; the standard parser refuses them as well.
        [run, port].iter().any(|text| match (text.parse::<IpAddr>(), net) {
            (Ok(IpAddr::V4(address)), Net::V4(first, prefix)) => {
                (u64::from(u32::from(address)) ^ u64::from(first)) >> (32 - prefix) == 0
            }
            (Ok(IpAddr::V6(address)), Net::V6(first, prefix)) => {
                let differs = u128::from(address) ^ first;
                prefix == 0 || differs.checked_shr(128 - u32::from(prefix)) == Some(0) || differs == 0
            }
            _ => false,
        })
    })
}

/// JSON `\uXXXX` undone, everything else kept.
fn unescaped(text: &str) -> String {
    static ESCAPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:\\u[0-9a-fA-F]{4})+").unwrap());
    ESCAPE
        .replace_all(text, |found: &regex::Captures<'_>| {
            let units = found[0].split("\\u").skip(1).map(|hex| u16::from_str_radix(hex, 16).unwrap());
            String::from_utf16_lossy(&units.collect::<Vec<_>>())
        })
        .into_owned()
}
