//! Commands on what was made of evidence: reading it again, proofs of records.

use super::args::{Preview, Prove, Read, Transcribe};
use super::{Context, Result, Verdict, tell};
use crate::model::Ticket;
use crate::model::record::When;
use crate::workbench::import::{self, AddOptions, Outcome};
use crate::workbench::preview;
use crate::workbench::proof::{self, Proven};
use crate::workbench::reading::{self, Again, Choice};
use crate::workbench::transcript::{self, Transcript};
use crate::workbench::{Error, Mode};
use serde_json::json;

pub(super) fn preview(context: &Context, args: &Preview) -> Result {
    let found = preview::preview(&args.file, &args.forced.options(), args.limit)?;
    let runner_up = found.runner_up.as_ref().map(|(format, score)| json!({"format": format, "score": score}));
    context.out.row(&json!({
        "path": args.file.display().to_string(), "format": found.format, "encoding": found.encoding, "score": found.score,
        "runner_up": runner_up, "container": found.container, "member": found.member.join("/"), "rows": found.rows.len(), "whole": found.whole,
    }))?;
    for (row, seen) in found.rows.iter().enumerate() {
        let time = match seen.when {
            When::At { instant, offset_minutes, .. } => Some(instant.iso(offset_minutes)),
            When::Undated(_) => None,
        };
        if context.out.json {
            let fields = found.fields(seen).into_iter();
            let fields: serde_json::Map<_, _> =
                fields.map(|field| (field.name.into_owned(), field.value.into())).collect();
            context.out.row(&json!({
                "row": row, "offset": seen.offset, "len": seen.len, "time": time, "text": seen.text, "fields": fields,
            }))?;
        } else {
            context.out.row(&json!({"row": row, "time": time, "text": seen.text}))?;
        }
    }
    Ok(Verdict::Done)
}

pub(super) fn read(context: &Context, args: &Read) -> Result {
    let wrong = |year: &str| Error::input(format!("年を読めません: `{year}`"), format!("not a year: `{year}`"));
    let year = match args.year.as_deref() {
        None => Choice::Keep,
        Some("auto") => Choice::Auto,
        Some(year) => Choice::Set(year.parse().map_err(|_| wrong(year))?),
    };
    let how = Again {
        format: Choice::of(args.format.as_deref()),
        encoding: Choice::of(args.encoding.as_deref()),
        zone: Choice::of(args.zone.as_deref()),
        year,
        time_column: Choice::of(args.time_column.as_deref()),
        passwords: import::passwords(args.password_file.as_deref())?,
    };
    let session = context.open(&args.store, Mode::Write)?;
    let key = session.store.find_evidence(&args.evidence)?;
    let (mut verdict, mut rows) = (Verdict::Done, Vec::new());
    let remapped = reading::again(&session, key, &how, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => rows.push(row),
        Outcome::Failed { error, .. } => {
            verdict = Verdict::Unreadable;
            tell(context.out.lang, &error);
        }
    })?;
    for (at, mut row) in rows.into_iter().enumerate() {
        let (places, unmapped) = if at == 0 { (remapped.places, remapped.unmapped) } else { (0, 0) };
        if let Some(row) = row.as_object_mut() {
            row.insert("places".into(), json!(places));
            row.insert("unmapped".into(), json!(unmapped));
        }
        context.out.row(&row)?;
    }
    for one in &remapped.list {
        context.out.row(&json!({
            "noun": one.key.noun, "id": one.key.id, "label": one.label, "offset": one.bytes.map(|(at, _)| at),
            "len": one.bytes.map(|(_, len)| len), "why": one.why.tag(),
        }))?;
    }
    if !remapped.list.is_empty() {
        let (places, lost) = (remapped.places, remapped.unmapped);
        context.note(
            &format!("付箋・引用{places}か所のうち{lost}か所は同じ記録を指しません。記載とバイト位置は残ります"),
            &format!(
                "{lost} of {places} tags and citations no longer stand for the same record; they stay, with their bytes"
            ),
        );
    }
    Ok(verdict)
}

pub(super) fn transcribe(context: &Context, args: &Transcribe) -> Result {
    let text = transcript::read(args.file.as_deref())?;
    let session = context.open(&args.store, Mode::Write)?;
    let of = if args.evidence == "-" { None } else { Some(session.store.find_evidence(&args.evidence)?) };
    let transcript = Transcript {
        of,
        case: args.case.as_deref().map(|case| session.store.find_case(case)).transpose()?,
        exhibit: args.exhibit.clone(),
        by: args.by.clone(),
        compared_by: args.compared_by.clone(),
        text,
    };
    let options = AddOptions { zone: args.zone.clone(), basis: args.basis.clone(), ..AddOptions::default() };
    let mut printed = Ok(());
    transcript::add(&session, &transcript, &options, &Ticket::new(), &mut |outcome| {
        if let Outcome::Added { row, .. } = outcome {
            printed = context.out.row(&row);
        }
    })?;
    printed?;
    Ok(Verdict::Done)
}

pub(super) fn prove(context: &Context, args: &Prove) -> Result {
    let what = match (args.row, args.offset, args.len) {
        (Some(row), ..) => Proven::Row(row),
        (None, Some(offset), Some(len)) => Proven::Bytes { offset, len },
        _ => {
            return Err(Error::input(
                "--row か --offset と --len を指定してください",
                "give --row, or --offset and --len",
            )
            .into());
        }
    };
    let session = context.open(&args.store, Mode::Write)?;
    let key = session.store.find_evidence(&args.evidence)?;
    let proof = proof::prove(&session, key, what, &args.out, &Ticket::new())?;
    let (record, shown) = (&proof.record, &proof.shown);
    if shown.len > record.len {
        let around = shown.len - record.len;
        context.note(
            &format!("木の区間（1,024バイト）ごとに示すため、記録の前後{around}バイトも含まれます。渡す前に確かめてください"),
            &format!("the tree proves pieces of 1,024 bytes: {around} bytes around the record are in the file too; look at them before handing it on"),
        );
    }
    context.out.row(&json!({
        "proof": args.out.display().to_string(), "evidence": proof.evidence.id, "blake3": proof.evidence.blake3,
        "offset": record.offset, "len": record.len, "shown_offset": shown.offset, "shown_len": shown.len,
        "hashes": proof.hashes.len(),
    }))?;
    Ok(Verdict::Done)
}
