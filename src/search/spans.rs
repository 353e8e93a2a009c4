//! Where in one record's text a question matched, for highlighting. Derived again whenever a record is shown.

use super::address::Net;
use super::chunk::reused;
use super::mapped::Mapped;
use super::query::{Node, Query, Test, Value};
use super::ready::lacks;
use super::scan::{Rest, TextTest, value_matches};
use super::text::Form;
use crate::model::FieldReader;
use crate::model::evidence::ReadingForm;
use crate::model::fold::fold;
use std::cell::OnceCell;
use std::ops::Range;

/// Spans marked at most.
const MAX_SPANS: usize = 4096;

/// The parts of `text` (one record, decoded) that the terms of `query` match, as byte ranges on character boundaries,
/// ascending and apart. Terms under `NOT` mark nothing, nor do terms that ask for sets or times.
pub fn spans(query: &Query, form: &ReadingForm, reader: &dyn FieldReader, text: &str) -> Vec<Range<usize>> {
    let marker = Marker { form, reader, text, folded: OnceCell::new(), plain: OnceCell::new() };
    let mut spans = Vec::new();
    marker.node(&query.root, &mut spans);
    spans.sort_by_key(|span| (span.start, span.end));
    let mut apart: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => apart.push(span),
        }
    }
    apart
}

struct Marker<'a> {
    form: &'a ReadingForm,
    reader: &'a dyn FieldReader,
    text: &'a str,
    folded: OnceCell<Mapped>,
    plain: OnceCell<Mapped>,
}

impl Marker<'_> {
    fn node(&self, node: &Node, out: &mut Vec<Range<usize>>) {
        match node {
            Node::Everything | Node::Not(_) => {}
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| self.node(part, out)),
            Node::Term(term) => self.test(&term.test, out),
        }
    }

    fn test(&self, asked: &Test, out: &mut Vec<Range<usize>>) {
        match asked {
            Test::Text { text, exact } => self.text(&TextTest::of_text(text, *exact), out),
            Test::Regex { pattern, exact } => {
                if let Ok(test) = TextTest::of_regex(pattern, *exact) {
                    self.text(&test, out);
                }
            }
            Test::Address(net) => self.net(*net, out),
            Test::Kind { value: Some(value), .. } => self.text(&TextTest::of_text(value, false), out),
            Test::Field { name, or_text: Some(text), .. } if lacks(name, self.form, self.reader) => {
                self.text(&TextTest::of_text(text, false), out);
            }
            Test::Field { name, value, .. } => self.field(name, value, out),
            Test::Kind { .. } | Test::Time { .. } | Test::Tag(_) | Test::Evidence(_) | Test::Is(_) => {}
        }
    }

    fn mapped(&self, form: Form) -> &Mapped {
        let cell = if form == Form::Folded { &self.folded } else { &self.plain };
        cell.get_or_init(|| Mapped::of(self.text, form))
    }

    fn text(&self, test: &TextTest, out: &mut Vec<Range<usize>>) {
        let mapped = self.mapped(test.form);
        let bytes = mapped.text.as_bytes();
        let room = MAX_SPANS.saturating_sub(out.len());
        if let Some(Rest::Regex(regex)) = &test.rest {
            let hits = regex.find_iter(bytes).filter(|hit| !hit.is_empty()).take(room);
            out.extend(hits.filter_map(|hit| mapped.origin(&hit.range())));
        } else if let Some(literal) = &test.literal {
            let len = literal.needle().len();
            out.extend(literal.find_iter(bytes).take(room).filter_map(|at| mapped.origin(&(at..at + len))));
        }
    }

    fn net(&self, net: Net, out: &mut Vec<Range<usize>>) {
        let mapped = self.mapped(Form::Folded);
        let mut at = 0;
        while let Some(hit) = net.find(mapped.text.as_bytes(), at).filter(|_| out.len() < MAX_SPANS) {
            at = hit.end;
            out.extend(mapped.origin(&hit));
        }
    }

    /// A field's value where it is a piece of the record; else wherever the record holds the same characters.
    fn field(&self, name: &str, value: &Value, out: &mut Vec<Range<usize>>) {
        let mut fields = reused(Vec::new());
        self.reader.fields_named(self.form, self.text, name, &mut fields);
        for field in fields.iter().filter(|field| value_matches(value, &field.value)) {
            // Addresses are only compared, to tell whether the value borrows from the text.
            let start = (field.value.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
            let end = start.saturating_add(field.value.len());
            if self.text.get(start..end) == Some(&*field.value) && !field.value.is_empty() {
                out.push(start..end);
            } else if !fold(&field.value).is_empty() {
                self.text(&TextTest::of_text(&field.value, false), out);
            }
        }
    }
}
