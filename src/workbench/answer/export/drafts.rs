//! Bundles made here: how far each is, read from the draft itself, so that what was approved elsewhere is seen too.

use crate::bundle::approve::{self, Review};
use crate::model::{Extractor as _, Instant, Kind, Lang, Ticket};
use crate::store::{ExportEntry, print_head};
use crate::workbench::answer::{Answers, said};
use crate::workbench::ask::{CheckLine, DraftRow, ExportChoices, KeyChoice, Residual, Said, Step, unit_name};
use crate::workbench::error::Result;
use crate::workbench::export;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Largest draft read for its state.
const MAX_DRAFT: u64 = 2 << 30;

/// What a draft file says of itself.
#[derive(Clone)]
pub(in crate::workbench::answer) struct Looked {
    path: PathBuf,
    stamp: (u64, Option<std::time::SystemTime>),
    found: std::result::Result<Arc<Review>, Said>,
}

pub(in crate::workbench::answer) fn drafts(desk: &Answers, ticket: &Ticket) -> Result<Vec<DraftRow>> {
    let store = &desk.session.store;
    let cases = store.cases()?;
    let mut rows = Vec::new();
    let mut at_hand = ExportChoices::default();
    super::keys::look(store, &mut at_hand);
    for entry in store.exports()? {
        if ticket.is_cancelled() {
            return Err(crate::workbench::Error::Cancelled);
        }
        let case = cases.iter().find(|row| row.case.key == Some(entry.case)).map(|row| &row.case);
        let label = case.map(|case| case.number.clone().unwrap_or_else(|| case.title.clone())).unwrap_or_default();
        rows.push(row(desk, entry, label, &at_hand.keys));
    }
    if let Some(newest) = rows.first_mut() {
        newest.head = Some(print_head(&store.audit_head()?));
    }
    Ok(rows)
}

fn row(desk: &Answers, entry: ExportEntry, case: String, at_hand: &[KeyChoice]) -> DraftRow {
    let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let count = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or(0);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let path = PathBuf::from(text(&body, "file").unwrap_or_default());
    let sealed = body.get("sealed").and_then(|sealed| Some((text(sealed, "file")?, text(sealed, "sha256")?)));
    let to = body.get("to").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut to: Vec<String> = to.map(str::to_owned).collect();
    if to.is_empty() {
        // Then the draft names the keys its receiver is trusted with, if any.
        let trusted = desk.session.store.trusted().unwrap_or_default().into_iter();
        let own = trusted.filter(|row| row.unit == entry.receiver && export::is_recipient(&row.public_key));
        to.extend(own.map(|row| row.public_key));
    }
    let answer = body.get("answer").is_some();
    let profile = text(&body, "profile");
    let mut row = DraftRow {
        bytes: path.metadata().map(|data| data.len()).unwrap_or(0),
        bundle: entry.bundle,
        case,
        receiver: unit_name(entry.receiver.path()),
        profile: profile.map_or_else(|| Said::new("分析結果の還元", "answer"), |name| profile_name(&name)),
        answer,
        to,
        trouble: None,
        step: Step::Draft,
        prepared: None,
        approved: None,
        files: 0,
        counts: [count("kept"), count("tokens"), count("generalised"), count("withheld")],
        residual: Vec::new(),
        since_last: None,
        sealed: sealed.map(|(file, hash)| (PathBuf::from(file), hash)),
        checks: Vec::new(),
        head: None,
        path,
    };
    match look(desk, &row.path) {
        Ok(review) => fill(desk, &mut row, &review, entry.at, at_hand),
        Err(why) => row.trouble = Some(why),
    }
    if row.sealed.is_some() {
        row.step = Step::Sealed;
    }
    row
}

fn profile_name(name: &str) -> Said {
    crate::bundle::policy::Profile::named(name)
        .map_or_else(|_| said(name), |profile| Said::new(profile.label(Lang::Ja), profile.label(Lang::En)))
}

/// Reads a draft, once for each state of its file.
fn look(desk: &Answers, path: &Path) -> std::result::Result<Arc<Review>, Said> {
    let data = std::fs::metadata(path)
        .map_err(|_| Said::new("起案のファイルが元の場所にありません", "the draft's file is no longer where it was"))?;
    let stamp = (data.len(), data.modified().ok());
    let held = desk.cache().drafts.iter().find(|held| held.path == path && held.stamp == stamp).cloned();
    if let Some(held) = held {
        return held.found;
    }
    let found = std::fs::read(path)
        .map_err(|err| said(&err.to_string()))
        .and_then(|bytes| {
            approve::review(Cursor::new(&bytes), MAX_DRAFT).map_err(|err| {
                let what = |lang| crate::model::Explain::what(&err, lang);
                Said::new(what(Lang::Ja), what(Lang::En))
            })
        })
        .map(|mut review| {
            // Of the payload only the record of the sanitising is looked at again.
            review.files.retain(|path, _| path == SANITISING);
            Arc::new(review)
        });
    let mut cache = desk.cache();
    cache.drafts.retain(|held| held.path != path);
    cache.drafts.push(Looked { path: path.to_owned(), stamp, found: found.clone() });
    found
}

const SANITISING: &str = "data/sanitising.json";

fn fill(desk: &Answers, row: &mut DraftRow, review: &Review, at: Instant, at_hand: &[KeyChoice]) {
    row.prepared = Some((review.preparer_name.clone(), at));
    let accepted: BTreeSet<&str> = match &review.approval {
        Some((approval, key)) => {
            let trusted = desk.session.store.trusted().unwrap_or_default();
            let name = trusted.into_iter().find(|row| row.public_key == key.line()).map(|row| row.name);
            // Whoever approves at the same desk is no stranger, even where nobody stated trust in the key here.
            let fingerprint = key.fingerprint();
            let beside = at_hand.iter().find(|known| known.fingerprint == fingerprint).map(|known| known.name.clone());
            let name = name.or(beside).unwrap_or(fingerprint);
            row.approved = approval.instant().map(|at| (name, at));
            row.step = Step::Approved;
            approval.accepted_risks.iter().map(|risk| risk.id.as_str()).collect()
        }
        None => BTreeSet::new(),
    };
    row.files = u64::try_from(review.payload_files).unwrap_or(0);
    row.residual = residual(desk, review, &accepted);
    row.checks = signature_lines(review);
}

#[derive(Deserialize)]
struct Sanitising {
    #[serde(default)]
    residual: Vec<Risk>,
}

#[derive(Deserialize)]
struct Risk {
    id: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    reason: String,
}

fn residual(desk: &Answers, review: &Review, accepted: &BTreeSet<&str>) -> Vec<Residual> {
    let bytes = review.files.get(SANITISING).map(Vec::as_slice).unwrap_or_default();
    let record = serde_json::from_slice::<Sanitising>(bytes).unwrap_or(Sanitising { residual: Vec::new() });
    let risks = record.residual.into_iter().map(|risk| {
        let kind = Kind::from_tag(&risk.what).and_then(|kind| desk.session.indicators.about(kind));
        let (ja, en) = match &kind {
            Some(about) => (about.label.ja.to_owned(), about.label.en.to_owned()),
            None => (risk.what.clone(), risk.what.clone()),
        };
        Residual {
            accepted: accepted.contains(risk.id.as_str()),
            what: Said::new(format!("{ja}：{}", reason_ja(&risk.reason)), format!("{en}: {}", risk.reason)),
            place: format!("{}　{}", risk.file, risk.id),
            stops: false,
            id: risk.id,
        }
    });
    risks.collect()
}

/// Why the check before release tells of something, in Japanese.
fn reason_ja(reason: &str) -> &str {
    match reason {
        "looks like a value nobody decided about" => "扱いを決めていない値に見える文字列",
        "has the shape of a person's" => "個人に関する値の形をした文字列",
        other => other,
    }
}

fn signature_lines(review: &Review) -> Vec<CheckLine> {
    let line = |check: &str, ja, en, detail: String| CheckLine {
        check: check.to_owned(),
        label: Said::new(ja, en),
        ok: Some(true),
        detail: said(&detail),
    };
    let mut out = vec![line("prepared", "起案者の署名", "Preparer's signature", review.preparer.fingerprint())];
    if let Some((_, key)) = &review.approval {
        out.push(line("approved", "決裁者の署名", "Approver's signature", key.fingerprint()));
    }
    out
}
