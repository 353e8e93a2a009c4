//! What was typed wrongly, told in Japanese too: the library that reads arguments speaks English alone.

use super::{out, system_lang};
use crate::model::Lang;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Tells an error of usage on standard error, or help and version on standard output.
pub(super) fn complain(err: &clap::Error) {
    match what(err).filter(|_| lang() == Lang::Ja) {
        Some(what) => {
            eprintln!("誤り: {}", out::plain(&what));
            let hint = suggestion(err).map(|text| format!("`{text}` のことですか。")).unwrap_or_default();
            eprintln!("対処: {hint}`itoguchi --help` または `itoguchi コマンド --help` で使い方を確かめてください");
        }
        None => drop(err.print()),
    }
}

/// The language asked for, although the arguments as a whole could not be read.
fn lang() -> Lang {
    let mut args = std::env::args().skip_while(|arg| arg != "--lang" && !arg.starts_with("--lang="));
    let stated = args.next().and_then(|arg| arg.strip_prefix("--lang=").map(str::to_owned).or_else(|| args.next()));
    stated.and_then(|tag| Lang::from_tag(&tag)).unwrap_or_else(system_lang)
}

fn what(err: &clap::Error) -> Option<String> {
    let named = |kind| text(err, kind).map(|text| format!(": `{text}`")).unwrap_or_default();
    let argument = named(ContextKind::InvalidArg);
    Some(match err.kind() {
        ErrorKind::InvalidSubcommand => format!("知らないコマンドです{}", named(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("知らない指定です{argument}"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("値を読めません{}（{}）", named(ContextKind::InvalidValue), argument.trim_start_matches(": "))
        }
        ErrorKind::MissingRequiredArgument => format!("指定が足りません{argument}"),
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues | ErrorKind::TooManyValues => {
            format!("値の数が違います{argument}")
        }
        ErrorKind::ArgumentConflict => format!("一緒に使えない指定です{argument}"),
        ErrorKind::InvalidUtf8 => "UTF-8でない指定です".to_owned(),
        _ => return None,
    })
}

fn suggestion(err: &clap::Error) -> Option<String> {
    text(err, ContextKind::SuggestedSubcommand).or_else(|| text(err, ContextKind::SuggestedArg))
}

fn text(err: &clap::Error, kind: ContextKind) -> Option<String> {
    match err.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(" ")),
        _ => None,
    }
    .filter(|text| !text.is_empty())
}
