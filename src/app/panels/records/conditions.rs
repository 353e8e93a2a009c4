//! Conditions beside the typed query: each is a whole query of its own, shown as a chip that can be taken off.

use crate::app::words;
use crate::model::Instant;
use crate::model::time::JST_MINUTES;
use std::collections::BTreeMap;

/// Text inside quotation marks.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A field's name as queries write it.
fn name(field: &str) -> String {
    let plain =
        !field.is_empty() && field.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    if plain { field.to_owned() } else { quoted(field) }
}

/// The field is exactly this value, or is not.
pub fn is(field: &str, value: &str, not: bool) -> String {
    let test = format!("{}:{}", name(field), quoted(value));
    if not { format!("NOT {test}") } else { test }
}

/// From one instant to another.
pub fn between(from: Instant, to: Instant) -> String {
    format!("time:{}..{}", from.iso(JST_MINUTES), to.iso(JST_MINUTES))
}

/// What a cell of the filter row means: `=x` exactly, `!x` not, `>n` compared, anything else contained.
pub fn filter(field: &str, typed: &str) -> Option<String> {
    let typed = typed.trim();
    if let Some(rest) = typed.strip_prefix('!') {
        return filter(field, rest).map(|inner| format!("NOT {inner}"));
    }
    if let Some(exact) = typed.strip_prefix('=') {
        return (!exact.is_empty()).then(|| format!("{}:={}", name(field), quoted(exact)));
    }
    if typed.starts_with(['>', '<']) {
        let number = typed.trim_start_matches(['>', '<', '=']);
        return (!number.trim().is_empty())
            .then(|| format!("{}:{}", name(field), typed.replace(char::is_whitespace, "")));
    }
    // Inside a pattern only `*` has a meaning, and brackets and marks would end it: each stands for "anything" instead.
    let pattern: String =
        typed.chars().map(|c| if c.is_whitespace() || matches!(c, '"' | '(' | ')' | '\\') { '*' } else { c }).collect();
    let pattern = pattern.trim_matches('*');
    (!pattern.is_empty()).then(|| format!("{}:*{pattern}*", name(field)))
}

/// What the whole filter row means, in the order of the field names.
pub fn filters(row: &BTreeMap<String, String>) -> Vec<String> {
    row.iter().filter_map(|(field, typed)| filter(field, typed)).collect()
}

/// What a chip shows of a condition.
pub fn chip(condition: &str) -> String {
    if let Some(range) = condition.strip_prefix("time:")
        && let Some((from, to)) = range.split_once("..")
    {
        let short = |iso: &str| iso.get(5..16).unwrap_or(iso).replacen('T', " ", 1);
        return format!("{} – {}", short(from), short(to));
    }
    let (sign, rest) = condition.strip_prefix("NOT ").map_or(("", condition), |rest| ("≠ ", rest));
    words::middle(&format!("{sign}{}", rest.replace(":\"", " = ").trim_end_matches('"')), 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_row_speaks_the_query_language() {
        assert_eq!(filter("status", ">399").as_deref(), Some("status:>399"));
        assert_eq!(filter("host", "=203.0.113.7").as_deref(), Some("host:=\"203.0.113.7\""));
        assert_eq!(filter("path", "!/login").as_deref(), Some("NOT path:*/login*"));
        assert_eq!(filter("氏名", "山田 太郎").as_deref(), Some("\"氏名\":*山田*太郎*"));
        assert_eq!(filter("path", "a\") OR (b").as_deref(), Some("path:*a***OR**b*"));
        for nothing in ["", " ", "=", "!", ">", "*"] {
            assert_eq!(filter("path", nothing), None, "{nothing}");
        }
    }

    #[test]
    fn values_are_quoted() {
        assert_eq!(is("agent", "a \"b\" \\c", false), r#"agent:"a \"b\" \\c""#);
        assert_eq!(is("status", "404", true), "NOT status:\"404\"");
    }
}
