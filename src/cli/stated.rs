//! Commands on what people state beside the evidence: clock skew, column roles, saved searches.

use super::args::{Saved, Settle};
use super::{Context, Result, Verdict, evidence};
use crate::model::settled::SETTLES;
use crate::model::statement::{Author, SavedSearch, Settlement};
use crate::model::time::JST_MINUTES;
use crate::workbench::{Mode, Session, import, settled, stated};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn skew(context: &Context, store: &Path, evidence: &str, skew: &str, reason: &str) -> Result {
    let seconds = stated::read_skew(skew)?;
    let session = context.open(store, Mode::Write)?;
    let key = session.store.find_evidence(evidence)?;
    let one = stated::skew(&session, key, seconds, reason)?;
    let row = import::describe(&one, std::slice::from_ref(&one), None);
    context.out.row(&json!({
        "evidence": one.id, "skew": seconds, "reason": reason.trim(), "first": row["first"], "last": row["last"],
    }))?;
    Ok(Verdict::Done)
}

pub(super) fn columns(context: &Context, store: &Path, evidence: &str, set: Option<&[String]>) -> Result {
    let session = context.open(store, if set.is_some() { Mode::Write } else { Mode::Read })?;
    let key = session.store.find_evidence(evidence)?;
    let one = match set {
        Some(roles) => {
            let roles: Vec<String> = roles.iter().filter(|role| !role.is_empty()).cloned().collect();
            stated::state_columns(&session, key, &roles)?
        }
        None => session.store.evidence_one(key)?,
    };
    for column in stated::columns(&one)? {
        context.out.row(&json!({"column": column.name, "roles": column.roles, "stated": column.stated}))?;
    }
    Ok(Verdict::Done)
}

pub(super) fn settle(context: &Context, command: &Settle) -> Result {
    let (Some(value), Some(kind)) = (&command.value, &command.kind) else {
        let session = context.open(&command.store, Mode::Read)?;
        settled::list(&session)?.iter().try_for_each(|said| context.out.row(&settlement(said)))?;
        return Ok(Verdict::Done);
    };
    let session = context.open(&command.store, Mode::Write)?;
    let (value, kind) = (settled::read_value(&session, value)?, settled::read_choice(&session, kind)?);
    settled::settle(&session, &value, kind, &command.reason)?;
    let mut row = match session.extractor()?.said(SETTLES[0], &value) {
        Some(said) => settlement(said),
        None => json!({"value": value, "kind": null, "reason": null, "operator": null, "at": null}),
    };
    row["rows"] = settled::rows_of(&session, &value)?.len().into();
    context.out.row(&row)?;
    Ok(Verdict::Done)
}

fn settlement((said, author): &(Settlement, Author)) -> Value {
    json!({
        "value": said.value, "kind": said.kind.tag(), "reason": said.reason, "operator": author.operator,
        "at": author.at.iso(JST_MINUTES),
    })
}

pub(super) fn saved(context: &Context, command: &Saved) -> Result {
    match command {
        Saved::List { store } => {
            let session = context.open(store, Mode::Read)?;
            for said in stated::searches(&session)? {
                context.out.row(&row(&session, &said)?)?;
            }
        }
        Saved::Put { store, name, query, case } => {
            let session = context.open(store, Mode::Write)?;
            let case = case.as_deref().map(|case| session.store.find_case(case)).transpose()?;
            let said = stated::save_search(&session, case, name, query)?;
            context.out.row(&row(&session, &said)?)?;
        }
        Saved::Run { store, name, limit, count } => {
            let session = context.open(store, Mode::Read)?;
            let said = stated::saved_search(&session, name)?;
            let case = case_id(&session, &said)?;
            return evidence::found(context, &session, &said.query, (case.as_deref(), None), (*limit, *count));
        }
        Saved::Drop { store, name } => {
            let session = context.open(store, Mode::Write)?;
            let said = stated::drop_search(&session, name)?;
            context.out.row(&row(&session, &said)?)?;
        }
    }
    Ok(Verdict::Done)
}

fn row(session: &Session, said: &SavedSearch) -> std::result::Result<Value, super::Failed> {
    Ok(json!({"search": said.id, "name": said.name, "query": said.query, "case": case_id(session, said)?}))
}

fn case_id(session: &Session, said: &SavedSearch) -> std::result::Result<Option<String>, super::Failed> {
    let cases = session.store.cases()?;
    Ok(said
        .case
        .and_then(|key| cases.into_iter().find(|row| row.case.key == Some(key)))
        .map(|row| row.case.id.to_string()))
}
