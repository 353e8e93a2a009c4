//! Commands on indicators, roles, lists, the link graph and correlation.

use super::args;
use super::{Context, Result, Verdict};
use crate::model::time::JST_MINUTES;
use crate::model::{CaseKey, Extractor as _, Indicator, Instant, Lang, Role, Ticket};
use crate::workbench::{Error, Mode, SightingFilter, StoreError, find, lists, network, roles, suggest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn indicators(
    context: &Context,
    store: &Path,
    (case, kind): (Option<&str>, Option<&str>),
    suggests: bool,
    list: &args::ListArgs,
) -> Result {
    let session = context.open(store, Mode::Read)?;
    let filter = SightingFilter {
        case: case.map(|case| session.store.find_case(case)).transpose()?,
        kind: kind.map(|kind| roles::read_kind(&session, kind)).transpose()?,
        ..SightingFilter::default()
    };
    if list.form.is_some() {
        return super::extract::write_list(&lists::entries(&session, &filter)?, list, session.now());
    }
    let cases: BTreeMap<_, _> =
        session.store.cases()?.into_iter().filter_map(|row| Some((row.case.key?, row.case.id))).collect();
    let evidence: BTreeMap<_, _> = session.store.evidence()?.into_iter().map(|one| (one.key, one.id)).collect();
    let mut limited: BTreeMap<(CaseKey, Indicator), Vec<Value>> = BTreeMap::new();
    for case in cases.keys().filter(|key| filter.case.is_none_or(|case| case == **key)) {
        for one in session.store.limited_roles(*case)? {
            let told = json!({"role": one.said.role.tag(), "rows": one.rows.len()});
            limited.entry((*case, Indicator::stem(one.said.kind, &one.said.value))).or_default().push(told);
        }
    }
    let settled = session.store.settled()?;
    let iso = |at: Option<Instant>| at.map(|at| at.iso(JST_MINUTES));
    let mut printed = Ok(());
    // The store is read again for these, so they wait until this walk is over.
    let mut hinted = Vec::new();
    let done = session.store.each_sighting(&filter, &mut |seen| {
        let (kind, value) = (seen.indicator.kind, &seen.indicator.value);
        let benign = session.indicators.benign(kind, value).map(|why| why.get(context.out.lang));
        let mut row = json!({
            "kind": kind.tag(), "value": value, "case": seen.case.and_then(|case| cases.get(&case)),
            "evidence": seen.evidence.and_then(|key| evidence.get(&key)), "count": seen.count,
            "first": iso(seen.first), "last": iso(seen.last), "role": seen.role.map(Role::tag), "benign": benign.is_some(),
            "implied": seen.implied, "verified": seen.verified, "why_benign": benign,
        });
        if let Some(marks) = super::extract::marks(&session.indicators, (kind, value), context.out.lang) {
            row["marks"] = marks.into();
        }
        if let Some(parts) = seen.case.and_then(|case| limited.get(&(case, Indicator::stem(kind, value)))) {
            row["roles_in"] = parts.clone().into();
        }
        if let Some((_, author)) = settled.of(kind, value) {
            row["settled_by"] = author.operator.as_str().into();
        }
        if suggests && seen.role.is_none() && !seen.implied && benign.is_none() {
            hinted.push((kind, value.clone(), row));
            return Ok(());
        }
        printed = context.out.row(&row);
        if printed.is_ok() { Ok(()) } else { Err(StoreError::Cancelled) }
    });
    printed?;
    done?;
    for (kind, value, mut row) in hinted {
        if let Some(hint) = suggest::hint(&session, kind, &value)? {
            row["suggested"] = hint.role.tag().into();
            let (why, field) = (hint.why.get(context.out.lang), &hint.field);
            row["why_suggested"] = match context.out.lang {
                Lang::Ja => format!("{why}（{field}）"),
                Lang::En => format!("{why} ({field})"),
            }
            .into();
        }
        context.out.row(&row)?;
    }
    Ok(Verdict::Done)
}

pub(super) fn role(context: &Context, command: &args::Role) -> Result {
    let session = context.open(&command.store, Mode::Write)?;
    let case = session.store.find_case(&command.case)?;
    let (values, role) = match (&command.query, command.what.as_slice()) {
        (Some(query), [role]) => {
            let kind = roles::read_kind(&session, command.kind.as_deref().unwrap_or(""))?;
            let role = roles::read_role(role)?;
            let values = find::values_in(&session, query, case, kind, &Ticket::new())?;
            (values.into_iter().map(|value| (kind, value)).collect(), role)
        }
        (None, [kind, value, role]) => {
            let kind = roles::read_kind(&session, kind)?;
            let value = roles::canonical(&session, kind, value)?;
            (vec![(session.extractor()?.kind(kind, &value), value)], roles::read_role(role)?)
        }
        _ => {
            return Err(Error::input(
                "KIND VALUE ROLE か、--query Q --kind K ROLE で指定してください",
                "give KIND VALUE ROLE, or --query Q --kind K ROLE",
            )
            .into());
        }
    };
    let said = match &command.only_in {
        Some(query) => {
            let rows = find::search_case(&session, query, case, &Ticket::new())?.rows;
            roles::state_in(&session, case, &values, &rows, role, &Ticket::new())?
        }
        None => {
            roles::state(&session, case, &values, role, &Ticket::new())?;
            let counts = roles::counts(&session, case, &values)?;
            values.into_iter().zip(counts).map(|((kind, value), rows)| (kind, value, rows)).collect()
        }
    };
    for (kind, value, rows) in said {
        context.out.row(&json!({"kind": kind.tag(), "value": value, "role": role.map(Role::tag), "rows": rows}))?;
    }
    Ok(Verdict::Done)
}

pub(super) fn import(context: &Context, store: &Path, case: &str, file: &Path) -> Result {
    let session = context.open(store, Mode::Write)?;
    let case = session.case(case)?;
    let done = lists::import(&session, case, file)?;
    for (line, reason) in done.rejected.iter().take(20) {
        eprintln!("{}", super::out::plain(&format!("{}:{line}: {reason}", file.display())));
    }
    let row = json!({"cases": done.cases, "indicators": done.indicators, "sightings": done.sightings, "rejected": done.rejected.len()});
    context.out.row(&row)?;
    Ok(Verdict::Done)
}

pub(super) fn graph(context: &Context, store: &Path, case: Option<&str>, out: &Path) -> Result {
    let session = context.open(store, Mode::Read)?;
    let case = case.map(|case| session.store.find_case(case)).transpose()?;
    let drawn = network::write_graph(&session, case, out, &Ticket::new())?;
    context.out.row(&json!({"nodes": drawn.nodes, "edges": drawn.edges, "file": out.display().to_string()}))?;
    Ok(Verdict::Done)
}

pub(super) fn correlate(context: &Context, store: &Path, min_score: Option<f64>, pairs: bool, suggest: bool) -> Result {
    let session = context.open(store, Mode::Read)?;
    let sightings = network::all_sightings(&session)?;
    let found = network::correlate_of(&session, &sightings, min_score, &Ticket::new())?;
    let rows = if pairs { network::pair_rows(&found) } else { network::cluster_rows(&found) };
    rows.iter().try_for_each(|row| context.out.row(row))?;
    if suggest {
        let near = network::near_matches(&session, &found, &sightings, context.out.lang);
        near.rows.iter().try_for_each(|row| context.out.row(row))?;
        if near.left_out + near.crowded > 0 {
            context.note(
                &format!("他に候補{}件。候補が多すぎて何も言えない組{}は除きました", near.left_out, near.crowded),
                &format!("{} more near-matches; {} groups too crowded to say anything", near.left_out, near.crowded),
            );
        }
    }
    Ok(Verdict::Done)
}
