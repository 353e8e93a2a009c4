//! Answers about the store itself: cases, evidence, kinds, the audit chain.

use super::Answers;
use super::said;
use crate::ingest::formats::{self, Format};
use crate::model::evidence::ReadingForm;
use crate::model::{CaseKey, EvidenceKey, Extractor as _, Role, Text, Ticket};
use crate::store::{Check, Mode};
use crate::workbench::Result;
use crate::workbench::ask::{CaseRow, CheckLine, EvidenceRow, KindRow, ReadAs, Reply, Said, StoreFacts, unit_name};
use crate::workbench::import::AddOptions;
use crate::workbench::network;
use crate::workbench::session::UNNAMED;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn store(desk: &Answers) -> Result<StoreFacts> {
    let session = &desk.session;
    let store = &session.store;
    let evidence = store.evidence()?;
    let verified = desk.verified();
    let agreed = evidence.iter().filter(|one| verified.get(&one.key).is_some_and(|(_, agreed)| *agreed)).count();
    Ok(StoreFacts {
        path: store.path().display().to_string(),
        id: store.store_id().to_string(),
        unit: store.unit().clone(),
        unit_name: unit_name(store.unit().path()),
        unit_open: session.is_unit_open(),
        operator: Some(session.operator.clone()).filter(|name| name != UNNAMED).unwrap_or_default(),
        writable: store.mode() == Mode::Write,
        training: store.setting("training")?.as_deref() == Some("true"),
        verified: (agreed as u64, evidence.len() as u64),
        undo: store.undoable(),
        redo: store.redoable(),
        edits: store.edits_made(),
    })
}

pub(super) fn kinds(desk: &Answers) -> Vec<KindRow> {
    let all = desk.session.indicators.kinds();
    all.into_iter()
        .map(|about| KindRow { kind: about.kind, label: about.label, look: about.look, class: about.class })
        .collect()
}

/// The cases at once, with what must be worked out over all sightings afterwards.
pub(super) fn cases(desk: &Answers, ticket: &Ticket, emit: &mut (dyn FnMut(Reply) + Send)) -> Result<Vec<CaseRow>> {
    let mut rows: Vec<CaseRow> = desk
        .session
        .store
        .cases()?
        .into_iter()
        .filter_map(|row| {
            let key = row.case.key?;
            Some(CaseRow {
                key,
                evidence: row.evidence_count,
                records: row.record_count,
                indicators: row.indicator_count,
                roles_open: None,
                ties: None,
                case: row.case,
            })
        })
        .collect();
    rows.reverse();
    emit(Reply::Cases(Arc::new(rows.clone())));
    let mut open: BTreeMap<CaseKey, u64> = BTreeMap::new();
    for seen in desk.sightings(ticket)?.iter().filter(|seen| seen.role.is_none() && !seen.implied) {
        if let Some(case) = seen.case {
            *open.entry(case).or_default() += 1;
        }
    }
    let found = desk.correlation(ticket)?;
    let ties = network::ties_per_case(&found);
    for row in &mut rows {
        row.roles_open = Some(open.get(&row.key).copied().unwrap_or(0));
        row.ties = Some(ties.get(&row.key).copied().unwrap_or(0));
    }
    Ok(rows)
}

pub(super) fn evidence(desk: &Answers, case: Option<CaseKey>) -> Result<Vec<EvidenceRow>> {
    let all = desk.session.store.evidence()?;
    let verified = desk.verified();
    let parents: BTreeMap<EvidenceKey, Option<EvidenceKey>> = all.iter().map(|one| (one.key, one.parent)).collect();
    let depth = |mut key: EvidenceKey| {
        let mut depth = 0;
        while let Some(Some(parent)) = parents.get(&key) {
            key = *parent;
            depth += 1;
        }
        depth
    };
    let wanted = all.into_iter().filter(|one| case.is_none_or(|case| one.case == Some(case)));
    Ok(wanted
        .map(|one| EvidenceRow {
            depth: depth(one.key),
            verified: verified.get(&one.key).copied(),
            read_as: one.reading.as_ref().map(|reading| read_as(&reading.form)),
            evidence: one,
        })
        .collect())
}

/// What a person said about how files are to be read, for whoever takes them in or looks ahead.
pub(super) fn options(read_as: &ReadAs) -> AddOptions {
    AddOptions {
        format: read_as.format.clone(),
        encoding: read_as.encoding.clone(),
        zone: read_as.zone.clone(),
        year: read_as.year,
        basis: read_as.basis.clone(),
        ..AddOptions::default()
    }
}

/// What a reading is called.
pub(super) fn read_as(form: &ReadingForm) -> (Text, String) {
    let format = formats::by_name(&form.format).map_or(Text::new("独自の形式", "Own format"), Format::label);
    let encoding = match form.encoding.as_str() {
        "shift_jis" => "CP932".to_owned(),
        other => other.to_uppercase(),
    };
    (format, encoding)
}

/// A check of the store or of a bundle, as the window shows it.
pub(super) fn check_line(check: &Check) -> CheckLine {
    let label = match check.check.as_str() {
        "chain" => Said::new("証跡の連鎖", "Chain of entries"),
        "commitments" => Said::new("内容との一致", "Content as committed"),
        "clock" => Said::new("時計の後戻り", "Clock going back"),
        "database" => Said::new("ファイルの健全性", "Database"),
        "imports" => Said::new("取込みの完了", "Imports"),
        "head" => Said::new("控えてある先頭値", "Head noted before"),
        other => said(other),
    };
    CheckLine { check: check.check.clone(), label, ok: check.ok, detail: found(check) }
}

/// What a check of the chain found, in Japanese too: its sentences differ by their number alone.
fn found(check: &Check) -> Said {
    let detail = &check.detail;
    let number = detail.split(' ').find(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()));
    let ja = match (check.check.as_str(), check.ok, number) {
        ("chain", Some(true), Some(number)) => format!("{number}件"),
        ("chain", Some(false), Some(number)) => format!("第{number}号で切れています"),
        ("commitments", Some(true), Some(number)) => format!("抹消{number}件"),
        ("commitments", Some(false), Some(number)) => format!("第{number}号の内容が証と合いません"),
        ("clock", _, Some(number)) => format!("{number}件"),
        _ => detail.clone(),
    };
    Said::new(ja, detail)
}

/// The strictest of several roles.
pub(super) fn strictest(roles: impl Iterator<Item = Role>) -> Option<Role> {
    roles.reduce(Role::stricter)
}
