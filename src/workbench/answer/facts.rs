//! Answers about the store itself: cases, evidence, kinds, the audit chain.

use super::Answers;
use super::said;
use crate::model::{CaseKey, EvidenceKey, Extractor as _, Instant, Role, Ticket};
use crate::store::{Check, Mode, print_head};
use crate::workbench::Result;
use crate::workbench::ask::{
    AuditPage, AuditRow, AuditState, CaseRow, CheckLine, EvidenceRow, KindRow, Reply, Said, StoreFacts, unit_name,
};
use crate::workbench::network;
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
        operator: session.operator.clone(),
        writable: store.mode() == Mode::Write,
        training: store.setting("training")?.as_deref() == Some("true"),
        verified: (agreed as u64, evidence.len() as u64),
        undo: store.undoable(),
        redo: store.redoable(),
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
        .map(|one| EvidenceRow { depth: depth(one.key), verified: verified.get(&one.key).copied(), evidence: one })
        .collect())
}

pub(super) fn audit_page(desk: &Answers, first: u64, count: u32) -> Result<AuditPage> {
    let store = &desk.session.store;
    let wanted = usize::try_from(first.saturating_add(u64::from(count))).unwrap_or(usize::MAX >> 1);
    let entries = store.audit_entries(wanted)?;
    let rows = entries.into_iter().skip(usize::try_from(first).unwrap_or(usize::MAX)).map(|(mut entry, operator)| {
        // The chain holds the commitment; the name lies beside it until it is erased.
        entry.operator = operator.unwrap_or_else(|| "—".to_owned());
        AuditRow { action: action(&entry.action), entry }
    });
    Ok(AuditPage { first, total: store.audit_head()?.count, rows: rows.collect() })
}

pub(super) fn audit_state(desk: &Answers) -> Result<AuditState> {
    let head = desk.session.store.audit_head()?;
    let last: Option<(Instant, Vec<Check>)> = desk.audit_checked();
    let (verified_at, checks) = last.map_or((None, Vec::new()), |(at, checks)| (Some(at), checks));
    Ok(AuditState {
        entries: head.count,
        head: print_head(&head),
        hash: head.hash,
        holds: verified_at.map(|_| checks.iter().all(|check| check.ok != Some(false))),
        verified_at,
        checks: checks.iter().map(check_line).collect(),
    })
}

/// A check of the store or of a bundle, as the window shows it.
pub(super) fn check_line(check: &Check) -> CheckLine {
    let label = match check.check.as_str() {
        "chain" => Said::new("証跡の連鎖", "Chain of entries"),
        "commitments" => Said::new("内容との一致", "Content as committed"),
        "clock" => Said::new("時計の後戻り", "Clock going back"),
        "database" => Said::new("ファイルの健全性", "Database"),
        "imports" => Said::new("取込みの完了", "Imports"),
        other => said(other),
    };
    CheckLine { check: check.check.clone(), label, ok: check.ok, detail: said(&check.detail) }
}

/// The strictest of several roles.
pub(super) fn strictest(roles: impl Iterator<Item = Role>) -> Option<Role> {
    roles.reduce(Role::stricter)
}

/// What an audit entry says was done; an action this version does not know stands as it is.
pub(super) fn action(action: &str) -> Said {
    let (ja, en) = match action {
        "store.create" => ("事案簿の作成", "Case file made"),
        "store.unit" => ("所属の記録", "Unit stated"),
        "setting" => ("設定", "Setting"),
        "key.trust" => ("鍵の登録", "Key trusted"),
        "evidence.import.begin" => ("取込み開始", "Import begun"),
        "evidence.import.resume" => ("取込み再開", "Import resumed"),
        "evidence.import.complete" => ("取込み完了・ハッシュ値を記録", "Import complete, hash recorded"),
        "evidence.damage" => ("破損・未読部分を記録", "Damage or unread parts recorded"),
        "evidence.register" => ("参照として登録", "Registered by reference"),
        "evidence.verify" => ("同一性確認", "Hash verified"),
        "evidence.copy" => ("原本の写しを書出し", "Original bytes saved"),
        "evidence.expunge" => ("抹消", "Expunged"),
        "list.import" => ("一覧の取込み", "List taken in"),
        "edit" => ("記載", "Edit"),
        "edit.undo" => ("元に戻す", "Undo"),
        "edit.redo" => ("やり直し", "Redo"),
        "records.copy" => ("記録の書出し", "Records saved"),
        "graph.copy" => ("相関図の書出し", "Graph saved"),
        "export.draft" => ("起案署名", "Draft signed"),
        "export.stopped" => ("漏えい点検で停止", "Stopped by the leak check"),
        "export.approve" => ("決裁", "Approved"),
        "export.seal" => ("封かん", "Sealed"),
        "bundle.receive" => ("受領", "Received"),
        "bundle.refused" => ("受領を拒否", "Refused"),
        "bundle.receipt" => ("受領書の作成", "Receipt written"),
        other => (other, other),
    };
    Said::new(ja, en)
}
