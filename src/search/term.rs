//! The terms with a name before the colon: the reserved ones (`time ip kind tag evidence is`) and fields.

use super::address::Net;
use super::error::QueryError;
use super::number::Decimal;
use super::parse::{Parser, Piece};
use super::query::{Comparison, State, Test, Value};
use super::times;
use crate::model::fold::fold;
use crate::model::{Instant, Kind};
use std::ops::Range;

/// The test behind `name:`; the parser stands after the colon.
pub(super) fn test(parser: &mut Parser<'_>, start: usize, name: &str, or_text: bool) -> Result<Test, QueryError> {
    // A name in quotation marks is always a field, so that a column called `time` or `tag` can be asked for.
    let reserved = !parser.text[start..].starts_with('"');
    match name {
        "time" if reserved => time(&parser.piece()?),
        "ip" if reserved => address(&parser.piece()?),
        "kind" if reserved => kind(parser),
        "tag" if reserved => Ok(Test::Tag(parser.piece()?.text)),
        "evidence" if reserved => Ok(Test::Evidence(parser.piece()?.text.to_ascii_lowercase())),
        "is" if reserved => state(&parser.piece()?),
        _ => {
            let value = value(parser)?;
            let or_text = or_text.then(|| parser.text[start..parser.at].to_owned());
            Ok(Test::Field { name: name.to_owned(), value, or_text })
        }
    }
}

/// Whether an expression can be used; `at` is where it begins in the question.
pub(super) fn check_regex(pattern: &str, at: usize) -> Result<(), QueryError> {
    let wrong = |span: Range<usize>, why: &str| {
        QueryError::new(span, format!("正規表現の誤り（{why}）"), format!("The regular expression is wrong ({why})"))
            .hint(
                "文字をそのまま探すなら \" で囲む",
                "To search for these characters as they are, put them in quotation marks",
            )
    };
    let span = |span: &regex_syntax::ast::Span| at + span.start.offset..at + span.end.offset;
    match regex_syntax::Parser::new().parse(pattern) {
        Ok(_) => {}
        Err(regex_syntax::Error::Parse(err)) => return Err(wrong(span(err.span()), &err.kind().to_string())),
        Err(regex_syntax::Error::Translate(err)) => return Err(wrong(span(err.span()), &err.kind().to_string())),
        Err(_) => return Err(wrong(at..at + pattern.len(), "not supported")),
    }
    let built = regex::bytes::RegexBuilder::new(pattern).case_insensitive(true).build();
    built.map(drop).map_err(|_| wrong(at..at + pattern.len(), "too large"))
}

fn time(piece: &Piece) -> Result<Test, QueryError> {
    let text = piece.text.as_str();
    let unit = |text: &str| {
        times::unit(text).ok_or_else(|| {
            QueryError::new(piece.at.clone(), format!("時刻として読めない `{text}`"), format!("Not a time `{text}`"))
                .hint(
                    "`2026-04-01..2026-04-02T12:00` のように書く（時差がなければ日本時間）",
                    "Write it as `2026-04-01..2026-04-02T12:00` (Japanese time unless a zone is given)",
                )
        })
    };
    let between = |from: Option<Instant>, to: Option<Instant>| Ok(Test::Time { from, to });
    for (sign, comparison) in SIGNS {
        if let Some(rest) = text.strip_prefix(sign) {
            let (start, end) = unit(rest)?;
            return match comparison {
                Comparison::Greater => between(Some(end), None),
                Comparison::AtLeast => between(Some(start), None),
                Comparison::Less => between(None, Some(start)),
                Comparison::AtMost => between(None, Some(end)),
                Comparison::Equal => between(Some(start), Some(end)),
            };
        }
    }
    let Some((from, to)) = text.split_once("..") else {
        let (start, end) = unit(text)?;
        return between(Some(start), Some(end));
    };
    let bound = |text: &str| if text.trim().is_empty() { Ok(None) } else { unit(text).map(Some) };
    let (from, to) = (bound(from)?.map(|unit| unit.0), bound(to)?.map(|unit| unit.1));
    if from.is_none() && to.is_none() {
        unit("")?;
    }
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(QueryError::new(
            piece.at.clone(),
            "期間の終わりが始まりより前",
            "The period ends before it begins",
        )
        .hint("前後を入れ替える", "Swap the two times"));
    }
    between(from, to)
}

fn address(piece: &Piece) -> Result<Test, QueryError> {
    Net::from_text(&fold(&piece.text)).map(Test::Address).ok_or_else(|| {
        let text = &piece.text;
        QueryError::new(
            piece.at.clone(),
            format!("IPアドレスまたは範囲として読めない `{text}`"),
            format!("Not an IP address or block `{text}`"),
        )
        .hint("`203.0.113.0/24` や `2001:db8::/32` のように書く", "Write it as `203.0.113.0/24` or `2001:db8::/32`")
    })
}

fn kind(parser: &mut Parser<'_>) -> Result<Test, QueryError> {
    let rest = parser.rest();
    let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | ')')).unwrap_or(rest.len());
    let at = parser.at..parser.at + len;
    let tag = parser.text[at.clone()].to_owned();
    parser.at = at.end;
    let value = if parser.rest().starts_with('=') {
        parser.at += 1;
        if parser.rest().chars().next().is_none_or(|c| c.is_whitespace() || c == ')') {
            return Err(QueryError::new(parser.at..parser.at, "`=` の右に値がない", "No value follows `=`"));
        }
        Some(parser.piece()?.text)
    } else {
        None
    };
    let tag_text = tag.trim_matches('"').to_lowercase();
    match Kind::from_tag(&tag_text) {
        Some(kind) => Ok(Test::Kind { kind, value }),
        None => {
            Err(QueryError::new(at, format!("痕跡の種類でない `{tag}`"), format!("Not a kind of indicator `{tag}`"))
                .hint("`kind:ipv4`、`kind:btc` のように書く", "Write it as `kind:ipv4` or `kind:btc`"))
        }
    }
}

fn state(piece: &Piece) -> Result<Test, QueryError> {
    let state = match fold(&piece.text).as_str() {
        "undated" => State::Undated,
        "reject" => State::Reject,
        "tagged" => State::Tagged,
        "stated" => State::Stated,
        "setting" => State::Setting,
        "assumed" => State::Assumed,
        _ => {
            let text = &piece.text;
            return Err(QueryError::new(
                piece.at.clone(),
                format!("知らない状態 `{text}`"),
                format!("Unknown state `{text}`"),
            )
            .hint(
                "`is:undated`、`is:reject`、`is:tagged`、`is:stated`、`is:setting`、`is:assumed` のどれか",
                "One of `is:undated`, `is:reject`, `is:tagged`, `is:stated`, `is:setting`, `is:assumed`",
            ));
        }
    };
    Ok(Test::Is(state))
}

/// Longest first, so that `>=` is not read as `>`.
const SIGNS: [(&str, Comparison); 5] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
    ("=", Comparison::Equal),
];

fn value(parser: &mut Parser<'_>) -> Result<Value, QueryError> {
    let sign = SIGNS.into_iter().find(|(sign, _)| parser.rest().starts_with(sign));
    let Some((sign, comparison)) = sign else { return Ok(plain(&parser.piece()?)) };
    let signed_at = parser.at;
    parser.at += sign.len();
    if parser.rest().chars().next().is_none_or(|c| c.is_whitespace() || c == ')') {
        return Err(QueryError::new(
            signed_at..parser.at,
            format!("`{sign}` の右に値がない"),
            format!("No value follows `{sign}`"),
        ));
    }
    let piece = parser.piece()?;
    let number = Decimal::from_text(&piece.text);
    match (comparison, number) {
        (Comparison::Equal, _) if piece.quoted => Ok(Value::Exactly(piece.text)),
        (_, Some(number)) => Ok(Value::Number(comparison, number)),
        (Comparison::Equal, None) => Ok(Value::Exactly(piece.text)),
        (_, None) => {
            let text = &piece.text;
            Err(QueryError::new(piece.at, format!("数として読めない `{text}`"), format!("Not a number `{text}`")).hint(
                "`amount:>1000` のように書く。時刻は `time:` で比べる",
                "Write it as `amount:>1000`; times are compared with `time:`",
            ))
        }
    }
}

fn plain(piece: &Piece) -> Value {
    let folded = fold(&piece.text);
    if piece.quoted {
        return Value::Equals(folded);
    }
    if folded.contains('*') {
        let pieces: Vec<String> = folded.split('*').map(str::to_owned).collect();
        return if pieces.iter().all(String::is_empty) { Value::Exists } else { Value::Pieces(pieces) };
    }
    match Net::from_text(&folded) {
        Some(net) if folded.contains(['/', ':']) => Value::Net(net, folded),
        _ => Value::Equals(folded),
    }
}
