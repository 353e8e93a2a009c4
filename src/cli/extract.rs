//! `extract`: indicators of a file or of standard input, one a line as they stand in it, or each value once.

use super::args;
use super::out::Pipe;
use super::rows::Rows;
use super::{Context, Result, Verdict, tell};
use crate::model::{Extractor as _, Instant, Kind, Lang};
use crate::workbench::distinct::Distinct;
use crate::workbench::extract::{self, Found};
use crate::workbench::list_write::{self, Entry, ListForm, Writing};
use crate::workbench::packs::{Indicators, Says};
use crate::workbench::{Error, clock, import, lists};
use serde_json::json;

pub(super) fn extract(context: &Context, command: &args::Extract) -> Result {
    let passwords = import::passwords(command.password_file.as_deref())?;
    let mut unread = false;
    let mut tell = |error| {
        unread = true;
        tell(context.out.lang, &error);
    };
    let file = command.file.as_deref();
    let indicators = context.indicators()?;
    if command.unique || command.list.form.is_some() {
        let mut distinct = Distinct::default();
        let mut each = |found: &Found<'_>| {
            distinct.add(found);
            true
        };
        extract::extract(file, &passwords, &mut each, &mut tell)?;
        if command.list.form.is_some() {
            write_list(
                &lists::entries_of(&distinct, &indicators),
                &command.list,
                context.fixed.unwrap_or_else(clock::now),
            )?;
        } else {
            list(context, &distinct, &indicators)?;
        }
    } else {
        let mut rows = Rows::new(context.out);
        let mut printed = Ok(());
        let mut each = |found: &Found<'_>| {
            printed = row(&mut rows, found);
            printed.is_ok()
        };
        let done = extract::extract(file, &passwords, &mut each, &mut tell);
        printed?;
        done?;
        rows.finish()?;
    }
    Ok(if unread { Verdict::Unreadable } else { Verdict::Done })
}

fn row(rows: &mut Rows, found: &Found<'_>) -> std::io::Result<()> {
    rows.find(found);
    if !found.decoded.is_none() {
        rows.text("decoded", &found.decoded.to_string());
    }
    if !found.inside.is_empty() {
        rows.text("inside", found.inside);
    }
    rows.end()
}

/// Each value once, with how often and where first.
fn list(context: &Context, distinct: &Distinct, indicators: &Indicators) -> std::io::Result<()> {
    let (mut rows, mut text) = (Rows::new(context.out), String::new());
    for (kind, value, tally) in distinct.sorted() {
        let why = indicators.benign(kind, value).map(|why| why.get(context.out.lang));
        rows.tag("kind", kind.tag());
        rows.text("value", value);
        rows.number("count", tally.count);
        rows.number("start", tally.start);
        rows.truth("implied", tally.implied);
        rows.truth("verified", tally.verified);
        rows.truth("benign", why.is_some());
        if let Some(why) = why {
            rows.text("why_benign", why);
        }
        text.clear();
        write_marks(indicators, (kind, value), context.out.lang, &mut text);
        if !text.is_empty() {
            rows.text("marks", &text);
        }
        if !distinct.inside(&tally).is_empty() {
            rows.text("inside", distinct.inside(&tally));
        }
        rows.end()?;
    }
    rows.finish()
}

/// What lists say about a value: title and label of each.
pub(super) fn marks(indicators: &Indicators, (kind, value): (Kind, &str), lang: Lang) -> Option<String> {
    let mut out = String::new();
    write_marks(indicators, (kind, value), lang, &mut out);
    (!out.is_empty()).then_some(out)
}

fn write_marks(indicators: &Indicators, (kind, value): (Kind, &str), lang: Lang, out: &mut String) {
    for mark in indicators.marks(kind, value) {
        if !out.is_empty() {
            out.push_str("; ");
        }
        mark.write(lang, out);
    }
}

/// Writes a list in the form asked for.
pub(super) fn write_list(entries: &[Entry], list: &args::ListArgs, at: Instant) -> Result {
    let form = ListForm::from_name(list.form.as_deref().unwrap_or(""))?;
    if list.defanged && form != ListForm::Csv {
        return Err(Error::input(
            "無害化した値は人が読むCSVだけです。機械に渡す一覧には元の値を入れます",
            "defanged values are for people, in CSV; lists for machines hold them whole",
        )
        .into());
    }
    let mut out = std::io::BufWriter::new(Pipe { unread: false });
    list_write::write(entries, Writing { form, defanged: list.defanged, at }, &mut out)?;
    std::io::Write::flush(&mut out)?;
    Ok(Verdict::Done)
}

/// The lists that mark values, with what each says of itself.
pub(super) fn lists(context: &Context) -> Result {
    let indicators = context.indicators()?;
    for pack in indicators.packs() {
        let kinds: Vec<&str> = pack.kinds.iter().map(Kind::tag).collect();
        context.out.row(&json!({
            "title": pack.title, "date": pack.date, "entries": pack.entries, "unread": pack.unread, "kinds": kinds.join(" "),
            "says": if pack.says == Says::Benign { "benign" } else { "note" }, "source": pack.source,
        }))?;
    }
    Ok(Verdict::Done)
}
