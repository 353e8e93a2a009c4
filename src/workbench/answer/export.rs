//! Answers about handing up and receiving: choices, reviews, drafts, ties, received bundles.

use super::facts::{check_line, unit_name};
use super::{Answers, said};
use crate::bundle::clean::Decision;
use crate::bundle::policy::Profile;
use crate::bundle::shown::How;
use crate::bundle::token::Tokens;
use crate::graph::correlate::Mark;
use crate::model::{CaseKey, Lang, Ticket, Tlp, Unit};
use crate::store::print_head;
use crate::workbench::ask::{
    DraftRow, ExportChoices, ExportPlan, KeyChoice, ProfileRow, ReceivedRow, ReceiverRow, Review, ReviewRow, Said,
    ShownAs, Step, Tie,
};
use crate::workbench::error::Result;
use crate::workbench::export::{self, below};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[expect(clippy::cast_possible_truncation, reason = "a score of 0 to 1")]
pub(super) fn ties(desk: &Answers, case: Option<CaseKey>, ticket: &Ticket) -> Result<Vec<Tie>> {
    let found = desk.correlation(ticket)?;
    let name = |at: u32| {
        found.cases.get(at as usize).map(|case| format!("{}（{}）", case.label(), case.unit)).unwrap_or_default()
    };
    let key = |at: u32| found.cases.get(at as usize).map(|case| case.key);
    let wanted = found
        .found
        .pairs
        .iter()
        .filter(|pair| case.is_none_or(|case| key(pair.a) == Some(case) || key(pair.b) == Some(case)));
    let mut ties: Vec<Tie> = wanted
        .map(|pair| {
            let shared = found.found.ties(pair);
            let why = shared
                .iter()
                .filter_map(|tie| found.found.value(tie).map(|value| (value.kind, value.value.clone(), tie.weight)));
            let open = shared.iter().any(|tie| tie.marks.has(Mark::RoleNotStated));
            Tie {
                cases: vec![name(pair.a), name(pair.b)],
                keys: [key(pair.a), key(pair.b)].into_iter().flatten().collect(),
                score: pair.score.min(1.0) as f32,
                why: why.collect(),
                note: open.then(|| Said::new("役割未確定", "role not stated")),
            }
        })
        .collect();
    ties.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(ties)
}

/// Folders where keys of this store are looked for: beside the store, and `keys` there.
fn key_folders(desk: &Answers) -> Vec<PathBuf> {
    let parent = desk.session.store.path().parent().unwrap_or(Path::new(".")).to_owned();
    vec![parent.join("keys"), parent]
}

pub(super) fn choices(desk: &Answers) -> Result<ExportChoices> {
    let sender = desk.session.store.unit();
    let profiles = Profile::all().map_err(below)?;
    let national = crate::workbench::session::read_unit("00/special")?;
    let rows = profiles.iter().map(|profile| ProfileRow {
        name: profile.name().to_owned(),
        label: Said::new(profile.label(Lang::Ja), profile.label(Lang::En)),
        about: if profile.is_police() {
            Said::new("被疑者側の値は原値、被害者側は仮名化", "offender values kept, victims' tokenised")
        } else {
            Said::new("必要最小限の値だけ", "only what is needed")
        },
        serial: profile.serial(),
        refused: profile
            .permit(sender, &national, 0, 0)
            .err()
            .map(|err| Said::new(crate::model::Explain::what(&err, Lang::Ja), err.to_string())),
    });
    let mut keys = Vec::new();
    let mut token_keys = Vec::new();
    for folder in key_folders(desk) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in
            paths.into_iter().filter(|path| path.metadata().is_ok_and(|data| data.is_file() && data.len() < 16_384))
        {
            let Ok(bytes) = std::fs::read(&path) else { continue };
            if let Ok(key) = crate::bundle::token_key::TokenKey::from_file(&bytes) {
                token_keys.push(KeyChoice {
                    name: key.epoch.clone(),
                    fingerprint: key.fingerprint(),
                    locked: false,
                    path,
                });
            } else if bytes.starts_with(b"-----BEGIN OPENSSH PRIVATE KEY") {
                let line = std::fs::read_to_string(crate::workbench::keys::public_path(&path)).unwrap_or_default();
                let fingerprint =
                    crate::bundle::keys::PublicKey::from_line(&line).map(|key| key.fingerprint()).unwrap_or_default();
                let name = crate::bundle::keys::name_in_line(&line)
                    .unwrap_or_else(|| path.file_name().unwrap_or_default().to_string_lossy().into_owned());
                let locked = export::read_key(&path, None).is_err();
                keys.push(KeyChoice { path, name, fingerprint, locked });
            }
        }
    }
    let receivers = ["00/special", "00/bureau", "00/tokuryu"]
        .iter()
        .filter_map(|path| Unit::from_path(path))
        .filter(|unit| unit != sender);
    let receivers = receivers.map(|unit| ReceiverRow { name: unit_name(unit.path()), fingerprint: None, unit });
    Ok(ExportChoices { profiles: rows.collect(), receivers: receivers.collect(), keys, token_keys })
}

pub(super) fn review(desk: &Answers, plan: &ExportPlan, ticket: &Ticket) -> Result<Review> {
    // A key for looking only: the tokens shown here stand in no bundle.
    let tokens = Tokens::new("preview", *desk.session.store.secret());
    let plan = export::Plan {
        case: plan.case,
        profile: plan.profile.clone(),
        receiver: plan.receiver.clone(),
        records: plan.records.clone(),
        to: Vec::new(),
        texts: Vec::new(),
    };
    let clean = export::review(&desk.session, &plan, &tokens, ticket)?;
    let mut rows: Vec<ReviewRow> = clean.decisions().iter().map(row).collect();
    rows.sort_by(|a, b| (a.role.is_some(), a.kind, &a.before).cmp(&(b.role.is_some(), b.kind, &b.before)));
    Ok(Review {
        records: clean.record_count() as u64,
        undated: 0,
        counts: clean.counts(),
        roles_open: rows.iter().filter(|row| row.role.is_none()).count() as u64,
        rows,
        texts: Vec::new(),
        notes: vec![Said::new("自由記述（件名・メモ）は含まれません", "free text (title, notes) does not leave")],
    })
}

fn row(decision: &Decision) -> ReviewRow {
    let shown = match decision.shown.how() {
        How::Kept => ShownAs::Kept,
        How::Token => ShownAs::Token,
        How::General => ShownAs::General,
        How::Withheld => ShownAs::Withheld,
    };
    ReviewRow {
        kind: decision.value.kind,
        before: decision.value.value.clone(),
        after: decision.shown.text().to_owned(),
        shown,
        role: decision.value.role,
        rule: said(&decision.rule),
        links_lost: 0,
    }
}

pub(super) fn drafts(desk: &Answers) -> Result<Vec<DraftRow>> {
    let store = &desk.session.store;
    let cases = store.cases()?;
    let rows = store.exports()?.into_iter().map(|entry| {
        let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        let count = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or(0);
        let path = PathBuf::from(body.get("file").and_then(Value::as_str).unwrap_or_default());
        let case = cases.iter().find(|row| row.case.key == Some(entry.case)).map(|row| &row.case);
        let profile = body.get("profile").and_then(Value::as_str).unwrap_or("answer").to_owned();
        DraftRow {
            bytes: path.metadata().map(|data| data.len()).unwrap_or(0),
            path,
            bundle: entry.bundle,
            case: case.map(|case| case.number.clone().unwrap_or_else(|| case.title.clone())).unwrap_or_default(),
            receiver: unit_name(entry.receiver.path()),
            profile: said(&profile),
            step: Step::Draft,
            prepared: None,
            approved: None,
            files: 0,
            counts: [count("kept"), count("tokens"), count("generalised"), count("withheld")],
            residual: Vec::new(),
            since_last: None,
            sha256: None,
            checks: Vec::new(),
            head: None,
        }
    });
    let mut rows: Vec<DraftRow> = rows.collect();
    if let Some(newest) = rows.first_mut() {
        newest.head = Some(print_head(&store.audit_head()?));
    }
    Ok(rows)
}

pub(super) fn received(desk: &Answers, ticket: &Ticket) -> Result<Vec<ReceivedRow>> {
    let ties = ties(desk, None, ticket)?;
    let store = &desk.session.store;
    let training = store.setting("training")?.as_deref() == Some("true");
    let rows = store.received()?.into_iter().map(|entry| {
        let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
        let counts: Vec<u64> = body
            .get("counts")
            .and_then(Value::as_array)
            .map(|all| all.iter().filter_map(Value::as_u64).collect())
            .unwrap_or_default();
        let says = body
            .get("answer")
            .and_then(|answer| answer.get("links"))
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .map(|link| {
                let text = |name: &str| link.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
                (
                    Said::new("関連先", "Counterpart"),
                    format!("{} {}", unit_name(&text("counterpart")).ja, text("contact")),
                )
            });
        ReceivedRow {
            file: body.get("file").and_then(Value::as_str).unwrap_or_default().to_owned(),
            from: unit_name(&entry.sender),
            at: entry.at,
            tlp: Tlp::default(),
            training,
            counts: [0, 1, 2].map(|at| counts.get(at).copied().unwrap_or(0)),
            quarantine: entry.quarantined.as_deref().map(said),
            checks: Vec::new(),
            ties: ties
                .iter()
                .filter(|tie| tie.cases.iter().any(|case| case.contains(&entry.sender)))
                .cloned()
                .collect(),
            receipt: false,
            answered: false,
            says: says.collect(),
            bundle: entry.bundle,
        }
    });
    Ok(rows.collect())
}

/// Checks of a bundle for the window.
pub(super) fn lines(checks: &[crate::store::Check]) -> Vec<crate::workbench::ask::CheckLine> {
    checks.iter().map(check_line).collect()
}
