//! The question as a tree: what [`parse`](super::parse) makes and everything else reads. It knows no evidence yet.

use super::address::Net;
use super::number::Decimal;
use crate::model::{Instant, Kind};
use std::ops::Range;

/// A question. Two questions are equal when their texts are.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// As typed.
    pub text: String,
    /// What it asks.
    pub root: Node,
}

/// One part of a question.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Every record: the empty question.
    Everything,
    /// Records that match all parts.
    And(Vec<Self>),
    /// Records that match any part.
    Or(Vec<Self>),
    /// Records that do not match.
    Not(Box<Self>),
    /// One test.
    Term(Term),
}

/// One test, and where it stands in the question.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Bytes of the query text.
    pub at: Range<usize>,
    /// What is tested.
    pub test: Test,
}

/// What one term tests a record for.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The text holds these characters: compared folded, or `exact`ly.
    Text {
        /// The characters, quotation marks and escapes removed.
        text: String,
        /// Not folded.
        exact: bool,
    },
    /// The text matches a regular expression.
    Regex {
        /// The expression, without its slashes.
        pattern: String,
        /// Case matters.
        exact: bool,
    },
    /// A field has a value.
    Field {
        /// Name, folded.
        name: String,
        /// What its value must be.
        value: Value,
        /// The whole term as a text, for readings that have no field of that name: set where the name is not ASCII, since
        /// `氏名:山田` may as well be a piece of text.
        or_text: Option<String>,
    },
    /// The text holds an IP address of this block.
    Address(Net),
    /// The record's instant is at or after `from` and before `to`.
    Time {
        /// First instant, if bounded.
        from: Option<Instant>,
        /// First instant after, if bounded.
        to: Option<Instant>,
    },
    /// The record holds an indicator of a kind; with `value` that canonical value.
    Kind {
        /// The kind.
        kind: Kind,
        /// The canonical value.
        value: Option<String>,
    },
    /// The record carries a tag.
    Tag(String),
    /// The record stands in the evidence whose id ends so.
    Evidence(String),
    /// The record is in a state.
    Is(State),
}

/// What a field's value is compared with. Unless said otherwise both sides are folded.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `field:*`: the record has the field, and it is not empty.
    Exists,
    /// `field:value`: the whole value.
    Equals(String),
    /// `field:="value"`: exactly these characters.
    Exactly(String),
    /// `field:a*b`: the value is made of these pieces with anything between them; an empty first or last piece leaves that
    /// end open.
    Pieces(Vec<String>),
    /// `field:>1000`: the value is a number and compares so.
    Number(Comparison, Decimal),
    /// `field:203.0.113.0/24`: the value holds an address of the block, or is the text itself.
    Net(Net, String),
}

/// How numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`.
    Equal,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
}

/// What `is:` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Without an instant.
    Undated,
    /// Not readable in its format.
    Reject,
    /// Carries any tag.
    Tagged,
    /// Zone and year stand in the record.
    Stated,
    /// Zone or year come from the evidence's setting.
    Setting,
    /// Part of the time was inferred.
    Assumed,
}

impl Query {
    /// Every term, left to right.
    pub fn terms(&self) -> Vec<&Term> {
        fn walk<'a>(node: &'a Node, out: &mut Vec<&'a Term>) {
            match node {
                Node::Everything => {}
                Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| walk(part, out)),
                Node::Not(part) => walk(part, out),
                Node::Term(term) => out.push(term),
            }
        }
        let mut out = Vec::new();
        walk(&self.root, &mut out);
        out
    }
}
