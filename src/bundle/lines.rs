//! Records as they leave: put together from what may be shown, never cut down from what stands there.
//!
//! Each format has the fields that may be shown; every other field, and all free text, stays behind. A value inside a field
//! is shown as it was decided; a field holding anything undecided that looks like a person's stays behind whole.

use super::material::Record;
use super::sanitise::CleanValue;
use super::shown::How;
use crate::model::Kind;
use std::collections::BTreeMap;

/// What is left of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// In one line.
    pub(super) message: String,
    /// By field.
    pub(super) fields: BTreeMap<String, String>,
}

/// Looks up the decision about a value.
type Decided<'a> = dyn Fn(Kind, &str) -> Option<&'a CleanValue> + 'a;

/// Fields that say nothing about a person by themselves, by format; the value must still look as harmless as its kind.
const HARMLESS: &[(&str, &[&str])] = &[
    ("access", &["method", "status", "bytes", "protocol"]),
    ("syslog", &["process", "port", "method", "proto", "spt", "dpt"]),
    (
        "jsonl",
        &[
            "event_type",
            "proto",
            "src_port",
            "dest_port",
            "app_proto",
            "alert.signature_id",
            "alert.severity",
            "http.http_method",
            "http.status",
            "tls.version",
        ],
    ),
    (
        "delimited",
        &[
            "種別",
            "銘柄",
            "数量",
            "手数料",
            "円換算",
            "金額",
            "入金額",
            "出金額",
            "通貨",
            "取引種別",
            "type",
            "asset",
            "amount",
            "fee",
            "currency",
        ],
    ),
];

/// Fields shown only where the record's first kept address is the offender's: they describe the machine that asked.
const OFFENDERS: &[(&str, &[&str])] = &[("access", &["path", "agent"])];

const MAX_HARMLESS: usize = 40;
const MAX_PATH: usize = 200;

/// Shows one record.
pub(super) fn show<'a>(record: &Record, decided: &Decided<'a>) -> Line {
    let mut line = Line::default();
    let allowed = |list: &[(&str, &[&str])], name: &str| {
        list.iter().any(|(format, names)| *format == record.format && names.contains(&name))
    };
    let asker_kept = asker(record)
        .is_some_and(|(kind, value)| decided(kind, value).is_some_and(|clean| clean.shown.how() == How::Kept));
    for (name, value) in &record.fields {
        let whole = record
            .values
            .iter()
            .find(|(_, canonical)| same(value, canonical))
            .and_then(|(kind, canonical)| decided(*kind, canonical));
        let shown = match whole {
            Some(clean) if clean.shown.how() != How::Withheld => Some(clean.shown.text().to_owned()),
            Some(_) => None,
            None if allowed(HARMLESS, name) && is_harmless(value) => Some(value.clone()),
            None if asker_kept && allowed(OFFENDERS, name) => offenders_text(name, value, record, decided),
            None => None,
        };
        if let Some(shown) = shown.filter(|shown| !shown.is_empty()) {
            line.fields.insert(name.clone(), shown);
        }
    }
    let mut parts: Vec<String> = line.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    for (kind, value) in &record.values {
        let Some(clean) = decided(*kind, value).filter(|clean| clean.shown.how() != How::Withheld && !clean.implied)
        else {
            continue;
        };
        if !line.fields.values().any(|shown| shown == clean.shown.text()) {
            parts.push(format!("{kind}={}", clean.shown.text()));
        }
    }
    parts.dedup();
    line.message = parts.join(" ");
    line
}

/// The address a request came from.
fn asker(record: &Record) -> Option<(Kind, &str)> {
    let field = record.fields.iter().find(|(name, _)| name == "client")?;
    record.values.iter().find(|(_, canonical)| *canonical == field.1).map(|(kind, value)| (*kind, value.as_str()))
}

fn same(written: &str, canonical: &str) -> bool {
    let squeeze =
        |text: &str| text.chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_lowercase).collect::<String>();
    written == canonical || squeeze(written) == squeeze(canonical) || written.eq_ignore_ascii_case(canonical)
}

/// Short, and either a number, one word of letters, or the name of a protocol: no room for a name or an account.
fn is_harmless(value: &str) -> bool {
    let number = value.bytes().filter(u8::is_ascii_digit).count();
    let amount = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-'))
        && number <= 12
        && value.contains(['.', ','])
        || number <= 6 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let large = value.bytes().all(|byte| byte.is_ascii_digit()) && number <= 9 && !value.starts_with('0');
    let word = number <= 3 && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_'));
    value.chars().count() <= MAX_HARMLESS && (amount || large || word)
}

/// A request path without its query, or an agent, where nothing in it is anybody's.
fn offenders_text(name: &str, value: &str, record: &Record, decided: &Decided<'_>) -> Option<String> {
    let text = if name == "path" { value.split(['?', '#']).next().unwrap_or("") } else { value };
    let plain = text.is_ascii() && !text.contains(['%', '@', '"']) && text.len() <= MAX_PATH;
    let long_number = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 6);
    let hidden = record.values.iter().any(|(kind, canonical)| {
        text.to_lowercase().contains(&canonical.to_lowercase())
            && decided(*kind, canonical).is_none_or(|clean| clean.shown.how() != How::Kept)
    });
    (plain && !long_number && !hidden).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_accounts_are_not_harmless() {
        for fine in ["200", "GET", "HTTP/1.1", "0.0412", "1,200,000", "送付", "BTC", "5212000"] {
            assert!(is_harmless(fine), "{fine}");
        }
        for not in ["09012345678", "9901-905-1234567", "訓練 花子", "a@example.jp", "123456789018"] {
            assert!(!is_harmless(not), "{not}");
        }
    }
}
