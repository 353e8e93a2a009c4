//! Commands on cases, evidence, records and the audit trail.

use super::args::{Add, Case, Evidence, Templates};
use super::out::Pipe;
use super::{Context, Failed, Result, Verdict, readings, stated, tell};
use crate::model::time::JST_MINUTES;
use crate::model::{Instant, Lang, RowSet, Ticket};
use crate::workbench::import::{AddOptions, Outcome};
use crate::workbench::trail::Trail;
use crate::workbench::{self, Check, Error, Mode, backup, find, heads, import, print_head, proof};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Instant as Stopwatch;

pub(super) fn new(context: &Context, store: &Path, unit: &str) -> Result {
    let session = workbench::Session::create(store, unit, &context.operator, context.fixed)?;
    context.keep(&session);
    let text = format!("{} {}（{unit}）", context.out.pick("作りました:", "made:"), store.display());
    context.out.say(&json!({"store": store.display().to_string(), "unit": session.store.unit().path()}), &text)?;
    Ok(Verdict::Done)
}

pub(super) fn case(context: &Context, command: &Case) -> Result {
    match command {
        Case::New { store, title, number } => {
            let session = context.open(store, Mode::Write)?;
            let case = session.new_case(title, number.as_deref())?;
            context.out.row(&json!({
                "case": case.id, "number": case.number, "title": case.title, "unit": case.unit.path(),
                "evidence_count": 0, "record_count": 0, "indicator_count": 0,
            }))?;
        }
        Case::List { store } => {
            let session = context.open(store, Mode::Read)?;
            for row in session.store.cases()? {
                context.out.row(&json!({
                    "case": row.case.id, "number": row.case.number, "title": row.case.title, "unit": row.case.unit.path(),
                    "evidence_count": row.evidence_count, "record_count": row.record_count, "indicator_count": row.indicator_count,
                }))?;
            }
        }
    }
    Ok(Verdict::Done)
}

pub(super) fn evidence(context: &Context, command: &Evidence) -> Result {
    match command {
        Evidence::Add(add) => add_evidence(context, add),
        Evidence::List { store } => {
            let session = context.open(store, Mode::Read)?;
            let all = session.store.evidence()?;
            for evidence in &all {
                context.out.row(&import::describe(evidence, &all, None))?;
            }
            Ok(Verdict::Done)
        }
        Evidence::Verify { store } => {
            let session = context.open(store, Mode::Read)?;
            checks(context, &import::verify(&session, &Ticket::new())?)
        }
        Evidence::Cat { store, evidence } => {
            // Like every command that reads it changes no byte of the store, which may lie on media that cannot be written:
            // so there is no entry. A copy saved from the window, which has the store open for writing, is entered.
            let session = context.open(store, Mode::Read)?;
            let key = session.store.find_evidence(evidence)?;
            if std::io::stdout().is_terminal() {
                return Err(Error::input(
                    "証拠のバイト列を端末に直接は出力しません。ファイルへ渡してください（> ファイル）",
                    "evidence bytes are not written to a terminal: send them to a file (> FILE)",
                )
                .into());
            }
            let mut pipe = Pipe { unread: false };
            match session.store.stream(key, &mut pipe) {
                Err(_) if pipe.unread => Err(Failed::Unread),
                streamed => Ok(streamed.map(|_| Verdict::Done)?),
            }
        }
        Evidence::Read(args) => readings::read(context, args),
        Evidence::Transcribe(args) => readings::transcribe(context, args),
        Evidence::Skew { store, evidence, skew, reason } => stated::skew(context, store, evidence, skew, reason),
        Evidence::Columns { store, evidence, set } => stated::columns(context, store, evidence, set.as_deref()),
        Evidence::Prove(args) => readings::prove(context, args),
        Evidence::CheckProof { file, root } => {
            let (_, lines) = proof::check(file, root.as_deref(), context.out.lang)?;
            checks(context, &lines)
        }
    }
}

fn add_evidence(context: &Context, add: &Add) -> Result {
    let session = context.open(&add.store, Mode::Write)?;
    let case = session.case(&add.case)?;
    let options = AddOptions {
        basis: add.basis.clone(),
        passwords: import::passwords(add.password_file.as_deref())?,
        ..add.forced.options()
    };
    let mut verdict = Verdict::Done;
    let mut printing = Ok(());
    import::add(&session, case, &add.paths, &options, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => {
            printing = std::mem::replace(&mut printing, Ok(())).and_then(|()| context.out.row(&row))
        }
        Outcome::Failed { error, .. } => {
            verdict = Verdict::Unreadable;
            tell(context.out.lang, &error);
        }
    })?;
    printing?;
    Ok(verdict)
}

pub(super) fn search(
    context: &Context,
    store: &Path,
    query: &str,
    scope: (Option<&str>, Option<&str>),
    how: (u64, bool),
) -> Result {
    found(context, &context.open(store, Mode::Read)?, query, scope, how)
}

/// Prints what a query finds.
pub(super) fn found(
    context: &Context,
    session: &workbench::Session,
    query: &str,
    scope: (Option<&str>, Option<&str>),
    how: (u64, bool),
) -> Result {
    let (limit, count) = how;
    let watch = Stopwatch::now();
    let found = find::search(session, query, scope.0, scope.1, &Ticket::new())?;
    for note in &found.notes {
        context.note(&note.text(Lang::Ja), &note.text(Lang::En));
    }
    if count {
        let row = json!({"count": found.rows.len(), "seconds": watch.elapsed().as_secs_f64()});
        context.out.say(&row, &found.rows.len().to_string())?;
        return Ok(Verdict::Done);
    }
    print_rows(context, session, &found.rows, limit)
}

pub(super) fn templates(context: &Context, args: &Templates) -> Result {
    let session = context.open(&args.store, Mode::Read)?;
    let (ticket, field) = (Ticket::new(), args.field.as_deref());
    let scope = (args.case.as_deref(), args.evidence.as_deref());
    let (found, rows) = find::templates(&session, &args.query, scope, field, &ticket)?;
    if let Some(text) = &args.of {
        let rows = find::rows_of_template(&found, text, find::asked(&session, &rows, field), &ticket)?;
        return print_rows(context, &session, &rows, args.limit);
    }
    if found.absent + found.others > 0 {
        let (absent, others) = (found.absent, found.others);
        context.note(
            &format!("ひな形に入らない記録: 項目なし{absent}件、文面が多様すぎて数えられないもの{others}件"),
            &format!(
                "in no template: {absent} records without the field, {others} of more wordings than can be counted"
            ),
        );
    }
    let limit = if args.limit == 0 { usize::MAX } else { usize::try_from(args.limit).unwrap_or(usize::MAX) };
    let list: Vec<_> = found.list.iter().take(limit).collect();
    let mut firsts = RowSet::new();
    list.iter().for_each(|one| firsts.insert(one.first.0, one.first.1));
    let mut read = BTreeMap::new();
    find::each_row(&session, &firsts, u64::MAX, &mut |row| {
        read.insert((row.key, row.row), row);
        Ok(())
    })?;
    for one in list {
        let first = read.get(&one.first);
        let time = first.and_then(|row| row.time).map(|(at, minutes)| at.iso(minutes));
        let row = json!({
            "template": one.text, "count": one.count, "evidence": first.map(|row| &row.evidence), "row": one.first.1,
            "time": time, "text": first.map(|row| &row.text),
        });
        if context.out.json {
            context.out.row(&row)?;
        } else {
            context.out.row(&json!({"count": one.count, "template": one.text}))?;
        }
    }
    Ok(Verdict::Done)
}

fn print_rows(context: &Context, session: &workbench::Session, rows: &RowSet, limit: u64) -> Result {
    let limit = if limit == 0 { u64::MAX } else { limit };
    let mut printed = Ok(());
    let done = find::each_row(session, rows, limit, &mut |row| {
        printed = if context.out.json {
            context.out.row(&row.to_json())
        } else {
            let time = row.time.map(|(at, minutes)| at.iso(minutes));
            context.out.row(&json!({"evidence": row.evidence, "row": row.row, "time": time, "text": row.text}))
        };
        if printed.is_ok() { Ok(()) } else { Err(Error::Cancelled) }
    });
    printed?;
    done?;
    Ok(Verdict::Done)
}

pub(super) fn audit(context: &Context, store: &Path, verify: bool, head: bool) -> Result {
    let session = context.open(store, Mode::Read)?;
    if head {
        let head = session.store.audit_head()?;
        let printed = print_head(&head);
        let detail = format!("{} #{}", printed, head.count);
        context.out.say(
            &json!({"check": "head", "ok": true, "detail": printed, "count": head.count, "hash": head.hash}),
            &detail,
        )?;
    }
    if verify {
        let mut lines = session.store.audit_verify()?;
        lines.push(heads::check(&session)?);
        return checks(context, &lines);
    }
    if !head {
        let trail = Trail::of(&session);
        for (entry, operator) in session.store.audit_entries(usize::MAX >> 1)?.into_iter().rev() {
            let at = Instant::iso(entry.at, JST_MINUTES);
            let stated = trail.stated(&entry)?;
            let stated = stated.as_ref().map(|said| said.get(context.out.lang));
            context.out.row(&json!({
                "check": entry.action, "ok": true, "detail": entry.object, "seq": entry.seq, "at": at, "operator": operator,
                "stated": stated,
            }))?;
        }
    }
    Ok(Verdict::Done)
}

pub(super) fn check(context: &Context, store: &Path) -> Result {
    let session = context.open(store, Mode::Read)?;
    checks(context, &session.store.check()?)
}

pub(super) fn backup(context: &Context, store: &Path, file: &Path) -> Result {
    let session = context.open(store, Mode::Read)?;
    checks(context, &backup::backup(&session, file)?)
}

/// Prints one line per check; found wanting if any fails.
pub(super) fn checks(context: &Context, checks: &[Check]) -> Result {
    for check in checks {
        let mark = match check.ok {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "?",
        };
        let text = format!("{mark} {}  {}", check.check, check.detail);
        context.out.say(&json!({"check": check.check, "ok": check.ok, "detail": check.detail}), &text)?;
    }
    Ok(if checks.iter().any(|check| check.ok == Some(false)) { Verdict::Wanting } else { Verdict::Done })
}
