//! Text into XML: escaped, and without the characters XML 1.0 forbids.

use super::Value;
use crate::graph::links::LinkGraph;
use std::fmt::Write as _;

/// Escapes text for element content and attribute values. Characters XML cannot carry at all become U+FFFD; tab and line
/// ends become references, so that attribute values keep them.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#x{:X};", u32::from(c));
            }
            _ if is_forbidden(c) => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// What XML 1.0 forbids or discourages.
const fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// The id of a node, escaped. Where characters were lost its index keeps it apart from others that lost as much.
pub(super) fn id(graph: &LinkGraph, node: u32) -> String {
    let text = graph.nodes.get(node as usize).map_or("", |node| &node.id);
    let plain = escaped(text);
    if text.chars().any(is_forbidden) { format!("{plain}#{node}") } else { plain }
}

/// A value as text, escaped.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => escaped(text),
        Value::Whole(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
    }
}
