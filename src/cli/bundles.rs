//! Commands on keys and bundles: make, approve, seal, verify, receive, answer.

use super::args::{self, Key};
use super::evidence::checks;
use super::{Context, Result, Verdict, secret, tell};
use crate::model::Ticket;
use crate::workbench::receive::{Arrival, Judge};
use crate::workbench::{Accept, Error, Fault, Finding, Mode, TrustRow, clock, export, keys, receive, reply, session};
use serde_json::json;
use std::path::Path;

pub(super) fn key(context: &Context, command: &Key) -> Result {
    let row = match command {
        Key::New { file, name, no_passphrase } => {
            let passphrase = if *no_passphrase { None } else { Some(secret::for_new_key(context)?) };
            let made = keys::make_key(file, name, passphrase.as_deref())?;
            json!({"file": file.display().to_string(), "name": name, "public": made.line(), "fingerprint": made.fingerprint()})
        }
        Key::Identity { file } => json!({"file": file.display().to_string(), "recipient": keys::make_identity(file)?}),
        Key::Token { file } => {
            let key = keys::make_token_key(file, context.fixed.unwrap_or_else(clock::now))?;
            json!({"file": file.display().to_string(), "epoch": key.epoch, "fingerprint": key.fingerprint()})
        }
        Key::Trust { store, public_key, unit, name, may } => {
            let session = context.open(store, Mode::Write)?;
            let may = keys::read_rights(may)?;
            let public_key = keys::public_line(&keys::read_public(public_key)?, &may)?;
            let row = TrustRow { public_key, unit: session::read_unit(unit)?, name: name.clone(), may };
            session.store.trust(&row, &session.author())?;
            json!({"public": row.public_key, "unit": row.unit.path(), "name": row.name, "may": row.may})
        }
    };
    context.out.row(&row)?;
    Ok(Verdict::Done)
}

pub(super) fn export(context: &Context, args: &args::Export) -> Result {
    let session = context.open(&args.store, Mode::Write)?;
    let plan = export::Plan {
        case: session.store.find_case(&args.case)?,
        profile: args.profile.clone(),
        receiver: session::read_unit(&args.receiver)?,
        records: args.records.clone(),
        to: args.to.clone(),
        texts: args.text.clone(),
    };
    let preparer = secret::open_key(context, &args.prepare)?;
    let token_key = export::read_token_key(&session, &args.token_key)?;
    let done = export::make_draft(&session, &plan, &preparer, &token_key, &args.out, &Ticket::new())?;
    let stopped = !done.report.stops.is_empty();
    if !stopped && done.receiver_keys.is_empty() {
        context.note(
            "受け手の公開鍵を知らないため、封かん先は所属だけで確かめられます（key trust で受け手の鍵を登録できます）",
            "no key of the receiver is known: who it is sealed to can be checked by unit alone (see key trust)",
        );
    }
    let finding = |list: &[Finding]| -> Vec<_> {
        list.iter()
            .map(|risk| json!({"id": risk.id, "file": risk.file, "what": risk.what, "reason": risk.reason}))
            .collect()
    };
    context.out.row(&json!({
        "draft": args.out.display().to_string(), "files": done.files, "bytes": done.bytes,
        "kept": done.counts[0], "tokens": done.counts[1], "generalised": done.counts[2], "withheld": done.counts[3],
        "stopped": stopped, "bundle": done.bundle, "records": done.records, "receiver_keys": done.receiver_keys,
        "stops": finding(&done.report.stops), "residual": finding(&done.report.residual),
        "searched": {"files": done.report.searched.files, "bytes": done.report.searched.bytes, "decoded": done.report.searched.decoded},
    }))?;
    Ok(if stopped { Verdict::Wanting } else { Verdict::Done })
}

pub(super) fn approve(
    context: &Context,
    draft: &Path,
    key: &Path,
    accept: Option<&str>,
    reason: Option<&str>,
) -> Result {
    let key = secret::open_key(context, key)?;
    let accept = match accept {
        None => Accept::Nothing,
        Some("all") => Accept::All,
        Some(ids) => Accept::These(ids.split(',').map(|id| id.trim().to_owned()).collect()),
    };
    match export::approve(draft, &key, accept, reason.unwrap_or(""), context.fixed) {
        Ok(done) => {
            context.out.row(&json!({"draft": draft.display().to_string(), "approver": done.approver, "risks_accepted": done.risks_accepted, "bundle": done.bundle}))?;
            Ok(Verdict::Done)
        }
        Err(err) if is_wanting(&err) => {
            tell(context.out.lang, &err);
            for risk in export::risks(draft).unwrap_or_default() {
                context.note(&risk, &risk);
            }
            Ok(Verdict::Wanting)
        }
        Err(err) => Err(err.into()),
    }
}

/// A step that was understood and refused: undecided risks, one person twice, a failed check.
fn is_wanting(err: &Error) -> bool {
    let Error::Below(failure) = err else { return false };
    let fault: &dyn std::error::Error = &**failure;
    matches!(
        fault.downcast_ref::<Fault>(),
        Some(Fault::Undecided(_) | Fault::SamePerson(_) | Fault::Check { .. } | Fault::Recipients(_))
    )
}

pub(super) fn seal(context: &Context, draft: &Path, to: &[String], out: &Path) -> Result {
    match export::seal_draft(draft, to, out) {
        Ok(done) => {
            context
                .out
                .row(&json!({"bundle": out.display().to_string(), "bytes": done.bytes, "sha256": done.sha256}))?;
            Ok(Verdict::Done)
        }
        Err(err) if is_wanting(&err) => {
            tell(context.out.lang, &err);
            Ok(Verdict::Wanting)
        }
        Err(err) => Err(err.into()),
    }
}

pub(super) fn discard(context: &Context, store: &Path, bundle: &str) -> Result {
    let session = context.open(store, Mode::Write)?;
    export::discard(&session, bundle)?;
    context.out.row(&json!({"bundle": bundle, "discarded": true}))?;
    Ok(Verdict::Done)
}

pub(super) fn verify(
    context: &Context,
    bundle: &Path,
    identity: Option<&Path>,
    trust: Option<&Path>,
    store: Option<&Path>,
    at: Option<&str>,
) -> Result {
    let identities = identity.map(receive::read_identities).transpose()?.unwrap_or_default();
    let mut judge = match store {
        Some(store) => Judge::of_store(&context.open(store, Mode::Read)?, identities)?,
        None => Judge { identities, ..Judge::default() },
    };
    if let Some(trust) = trust {
        judge.trust = Some(receive::read_trust(trust)?);
    }
    let at = at.map(clock::read).transpose()?.or(context.fixed).unwrap_or_else(clock::now);
    let report = receive::judge(bundle, &judge, at)?;
    checks(context, &receive::checks(&report, context.out.lang))?;
    Ok(match (report.opened(), report.passed()) {
        (false, _) => Verdict::Unreadable,
        (true, true) => Verdict::Done,
        (true, false) => Verdict::Wanting,
    })
}

pub(super) fn receive(
    context: &Context,
    store: &Path,
    bundle: &Path,
    (identity, accepted_by): (&Path, Option<String>),
    receipt: Option<(&Path, &Path)>,
) -> Result {
    let session = context.open(store, Mode::Write)?;
    let judge = Judge { accepted_by, ..Judge::of_store(&session, receive::read_identities(identity)?)? };
    let key = receipt.map(|(key, _)| secret::open_key(context, key)).transpose()?;
    let receipt = key.as_ref().zip(receipt.map(|(_, out)| out));
    match receive::receive(&session, bundle, &judge, receipt, &Ticket::new())? {
        Arrival::Entered(entered) => {
            if entered.quarantined.is_some() {
                context.note(
                    "保留しました。送り主に確かめ、届かないと分かったら --accepted-by 氏名 で受け入れられます",
                    "quarantined; ask the sender, and if nothing more will come, take it in with --accepted-by NAME",
                );
            }
            context.out.row(&json!({
                "bundle": entered.bundle, "cases": entered.cases, "indicators": entered.indicators, "records": entered.records,
                "quarantined": entered.quarantined.is_some(), "why": entered.quarantined,
            }))?;
            Ok(if entered.quarantined.is_some() { Verdict::Wanting } else { Verdict::Done })
        }
        Arrival::Refused(report) => {
            checks(context, &receive::checks(&report, context.out.lang))?;
            Ok(if report.opened() { Verdict::Wanting } else { Verdict::Unreadable })
        }
    }
}

pub(super) fn answer(context: &Context, store: &Path, receiver: &str, prepare: &Path, out: &Path) -> Result {
    let session = context.open(store, Mode::Write)?;
    let receiver = session::read_unit(receiver)?;
    let key = secret::open_key(context, prepare)?;
    let (bundle, answer, bytes) = reply::draft_answer(&session, &receiver, &key, &[], out, &Ticket::new())?;
    context.out.row(
        &json!({"draft": out.display().to_string(), "bundle": bundle, "links": answer.links.len(), "bytes": bytes}),
    )?;
    Ok(Verdict::Done)
}
