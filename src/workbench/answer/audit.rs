//! The audit trail in people's words: what was done, about what.

use super::facts::check_line;
use super::{Answers, said};
use crate::model::{AuditEntry, Instant};
use crate::store::{Check, print_head};
use crate::workbench::Result;
use crate::workbench::ask::{AuditPage, AuditRow, AuditState, Said, unit_name};
use crate::workbench::trail::Trail;
use std::collections::BTreeMap;

pub(super) fn audit_page(desk: &Answers, first: u64, count: u32) -> Result<AuditPage> {
    let store = &desk.session.store;
    let wanted = usize::try_from(first.saturating_add(u64::from(count))).unwrap_or(usize::MAX >> 1);
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    let entries: Vec<_> = store.audit_entries(wanted)?.into_iter().skip(skipped).collect();
    let (names, trail) = (Names::of(desk)?, Trail::of(&desk.session));
    let row = |(mut entry, operator): (AuditEntry, Option<String>)| {
        // The chain holds the commitment; the name lies beside it until it is erased.
        entry.operator = operator.unwrap_or_else(|| "—".to_owned());
        let stated = trail.stated(&entry)?;
        Ok(AuditRow { action: action(&entry.action), object: stated.or_else(|| names.object(&entry)), entry })
    };
    let rows = entries.into_iter().map(row).collect::<Result<_>>()?;
    Ok(AuditPage { first, total: store.audit_head()?.count, rows })
}

/// What the ids of the entries stand for: the chain names things by id alone, and what an id stood for may be gone.
struct Names(BTreeMap<String, Said>);

impl Names {
    fn of(desk: &Answers) -> Result<Self> {
        let store = &desk.session.store;
        let mut names = BTreeMap::new();
        for (_, id, label) in store.case_names()? {
            names.insert(id.to_string(), Said::new(format!("事案 {label}"), format!("case {label}")));
        }
        names.extend(store.evidence()?.iter().map(|one| (one.id.to_string(), said(&one.file_name()))));
        for sent in store.exports()? {
            let to = unit_name(sent.receiver.path());
            names.insert(sent.bundle, Said::new(format!("{}への束", to.ja), format!("bundle for {}", to.en)));
        }
        for came in store.received()? {
            let from = unit_name(&came.sender);
            names.insert(came.bundle, Said::new(format!("{}からの束", from.ja), format!("bundle from {}", from.en)));
        }
        Ok(Self(names))
    }

    fn object(&self, entry: &AuditEntry) -> Option<Said> {
        let known = || self.0.get(&entry.object).cloned();
        match entry.action.as_str() {
            "key.trust" | "store.unit" => Some(unit_name(&entry.object)),
            "store.create" => Some(Said::new("この事案簿", "this case file")),
            "setting" if entry.object == "training" => Some(Said::new("訓練用の印", "training mark")),
            "list.import" => {
                Some(Said::new(format!("一覧 第{}号", entry.object), format!("list no. {}", entry.object)))
            }
            _ => known(),
        }
    }
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

/// What an audit entry says was done; an action this version does not know stands as it is.
pub(super) fn action(action: &str) -> Said {
    let (ja, en) = match action {
        "store.create" => ("事案簿の作成", "Case file made"),
        "store.unit" => ("所属の記録", "Unit stated"),
        "setting" => ("設定", "Setting"),
        "key.trust" => ("鍵の登録", "Key trusted"),
        "evidence.import.begin" => ("取込み開始", "Import begun"),
        "evidence.import.resume" => ("取込み再開", "Import resumed"),
        "evidence.import.complete" => ("取込み完了・ハッシュ記録", "Taken in, hash recorded"),
        "evidence.damage" => ("破損・未読部分を記録", "Damage or unread parts recorded"),
        "evidence.register" => ("参照として登録", "Registered by reference"),
        "evidence.verify" => ("同一性確認", "Hash verified"),
        "evidence.copy" => ("原本の写しを書出し", "Original bytes saved"),
        "evidence.read.begin" => ("読み直し開始", "Reading again begun"),
        "evidence.read.complete" => ("読み直し完了", "Read again"),
        "record.prove" => ("記録の証明の作成", "Proof of a record written"),
        "evidence.expunge" => ("抹消", "Expunged"),
        "list.import" => ("一覧の取込み", "List taken in"),
        "edit" => ("記載", "Edit"),
        "edit.undo" => ("元に戻す", "Undo"),
        "edit.redo" => ("やり直し", "Redo"),
        "records.copy" => ("記録の書出し", "Records saved"),
        "graph.copy" => ("相関図の書出し", "Graph saved"),
        "export.draft" => ("起案署名", "Draft signed"),
        "export.stopped" => ("漏えい点検で停止", "Stopped by the leak check"),
        "export.discard" => ("起案の破棄", "Draft discarded"),
        "export.approve" => ("決裁", "Approved"),
        "export.seal" => ("封かん", "Sealed"),
        "bundle.receive" => ("受領", "Received"),
        "bundle.refused" => ("受領を拒否", "Refused"),
        "bundle.receipt" => ("受領書の作成", "Receipt written"),
        other => (other, other),
    };
    Said::new(ja, en)
}
