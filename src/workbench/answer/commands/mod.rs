//! The window's commands, carried out one after the other. Each is a use of the workbench; what came of it is told.

mod bundles;
mod evidence;
mod records;
mod stated;

use super::{Answers, indicators};
use crate::model::statement::{Filing, Statement, Withdrawal};
use crate::model::{Edit, Ticket};
use crate::store::Check;
use crate::workbench::ask::{CaseForm, Command, Notice, ReadAs, Said, Topic};
use crate::workbench::error::{Error, Result};
use crate::workbench::{export, lists};
use std::path::{Path, PathBuf};

/// What came of a command: what changed, and what to tell the person.
#[derive(Default)]
pub struct Outcome {
    /// What answers may be stale.
    pub changed: Vec<Topic>,
    /// Messages.
    pub notices: Vec<Notice>,
}

fn done(changed: &[Topic], ja: impl Into<String>, en: impl Into<String>) -> Outcome {
    Outcome { changed: changed.to_vec(), notices: vec![Notice::Done(Said::new(ja, en))] }
}

fn caution(changed: &[Topic], ja: impl Into<String>, en: impl Into<String>) -> Outcome {
    Outcome { changed: changed.to_vec(), notices: vec![Notice::Caution(Said::new(ja, en))] }
}

/// A file being written: removed again unless it is finished.
struct Unfinished<'a>(Option<&'a Path>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(path) = self.0 {
            // Half a file is worse than none; if it cannot be removed the failure itself has been told.
            drop(std::fs::remove_file(path));
        }
    }
}

/// Carries out a command on the open store. Commands about the store itself are the desk's.
pub fn carry_out(desk: &Answers, command: &Command, ticket: &Ticket) -> Result<Outcome> {
    let session = &desk.session;
    let store = &session.store;
    let author = session.author();
    Ok(match command {
        Command::AddEvidence { case, paths, read_as } => evidence::add(desk, *case, paths, read_as, ticket)?,
        Command::AddText { case, name, text } => evidence::add_text(desk, *case, name, text, ticket)?,
        Command::ResumeImport(key) => {
            let one = store.evidence_one(*key)?;
            let path = PathBuf::from(String::from_utf8_lossy(&one.name).into_owned());
            evidence::add(desk, one.case, &[path], &ReadAs::default(), ticket)?
        }
        Command::ReadAgain { evidence, read_as } => evidence::read_again(desk, *evidence, read_as, ticket)?,
        Command::ProveRecord { .. }
        | Command::Transcribe(_)
        | Command::SetSkew { .. }
        | Command::SetColumns { .. }
        | Command::SaveSearch { .. }
        | Command::DropSearch(_)
        | Command::Settle { .. } => stated::carry_out(desk, command, ticket)?,
        Command::Withdraw { evidence, reason } => {
            let id = store.evidence_one(*evidence)?.id;
            store.apply(&Edit::Put(Statement::Withdrawal(Withdrawal { id, reason: reason.clone() })), &author)?;
            done(&[Topic::Evidence, Topic::Indicators, Topic::Audit], "証拠を取り下げました", "evidence withdrawn")
        }
        Command::FileEvidence { evidence, case } => {
            let id = store.evidence_one(*evidence)?.id;
            store.apply(&Edit::Put(Statement::Filing(Filing { id, case: *case })), &author)?;
            let changed = [Topic::Store, Topic::Evidence, Topic::Cases, Topic::Indicators, Topic::Audit];
            done(&changed, "証拠を事案に入れました", "evidence filed")
        }
        Command::VerifyEvidence(key) => evidence::verify(desk, *key, ticket)?,
        Command::SaveEvidence { evidence, out } => evidence::save(desk, *evidence, out, ticket)?,
        Command::PutCase(form) => put_case(desk, form)?,
        Command::SetRole { .. } => records::role(desk, command, ticket)?,
        Command::SetRoles { case, list, places, mark, role } => {
            let values = indicators::values_at(desk, list, places, *mark, ticket)?;
            records::roles(desk, *case, &values, *role, ticket)?
        }
        Command::Tag { rows, name, on } => records::tag(desk, rows, name, *on, ticket)?,
        Command::CopyRecords { rows, lang } => records::copy(desk, rows, *lang, ticket)?,
        Command::Undo => step(store.undo(&author, ticket)?, "元に戻しました", "undone"),
        Command::Redo => step(store.redo(&author, ticket)?, "やり直しました", "redone"),
        Command::SaveRecords { view, out } => records::save(desk, view, out, ticket)?,
        Command::SaveTemplates { view, field, out } => {
            records::save_templates(desk, view, field.as_deref(), out, ticket)?
        }
        Command::SaveGraph { spec, out } => records::save_graph(desk, spec, out, ticket)?,
        Command::ImportList { case, path } => {
            let taken = lists::import(session, *case, path)?;
            done(
                &[Topic::Cases, Topic::Indicators, Topic::Audit],
                format!("一覧から{}件を取り込みました（読めない行{}）", taken.sightings, taken.rejected.len()),
                format!("{} values taken in, {} lines unreadable", taken.sightings, taken.rejected.len()),
            )
        }
        Command::Draft { .. }
        | Command::Approve { .. }
        | Command::DiscardDraft(_)
        | Command::Seal(_)
        | Command::ApproveAndSeal { .. } => bundles::hand_up(desk, command, ticket)?,
        Command::MakeKey { sort, path, name, passphrase } => bundles::make_key(desk, *sort, path, name, &passphrase.0)?,
        Command::Trust { path, unit, name, may } => bundles::trust(desk, path, unit, name, may)?,
        Command::VerifyBundle { path, identity } => bundles::check(desk, path, identity.as_deref())?,
        Command::Receive { path, identity, receipt, accept } => {
            bundles::receive(desk, path, identity, receipt.as_ref(), *accept, ticket)?
        }
        Command::AnswerSender { receiver, key, passphrase, out, to } => {
            bundles::answer(desk, receiver, (key, &passphrase.0), to, out, ticket)?
        }
        Command::VerifyAudit => verify_audit(desk)?,
        Command::OpenStore(_)
        | Command::NewStore { .. }
        | Command::StartTraining
        | Command::SignIn { .. }
        | Command::SetUnit(_)
        | Command::Cancel(_)
        | Command::SaveUi(_) => Outcome::default(),
    })
}

fn verify_audit(desk: &Answers) -> Result<Outcome> {
    let checks: Vec<Check> = desk.session.store.audit_verify()?;
    let broken = checks.iter().find(|check| check.ok == Some(false)).map(|check| check.detail.clone());
    desk.cache().audit = Some((desk.session.now(), checks));
    Ok(match broken {
        None => done(&[Topic::Audit], "監査証跡の連鎖は保たれています", "the audit chain holds"),
        Some(what) => caution(
            &[Topic::Audit],
            format!("監査証跡に食い違いがあります: {what}"),
            format!("the audit chain does not hold: {what}"),
        ),
    })
}

fn step(label: Option<crate::model::Text>, ja: &str, en: &str) -> Outcome {
    let all = [Topic::Store, Topic::Cases, Topic::Evidence, Topic::Tags, Topic::Indicators, Topic::Audit];
    match label {
        Some(label) => done(&all, format!("{ja}: {}", label.ja), format!("{en}: {}", label.en)),
        None => Outcome::default(),
    }
}

fn put_case(desk: &Answers, form: &CaseForm) -> Result<Outcome> {
    let session = &desk.session;
    if form.title.trim().is_empty() {
        return Err(Error::input("件名を入れてください", "a case needs a title"));
    }
    let mut case = match form.key {
        Some(key) => export::case_of(&session.store, key)?,
        None => session.blank_case(&form.title, None, session.store.unit())?,
    };
    case.title.clone_from(&form.title);
    case.number.clone_from(&form.number);
    case.stage = form.stage;
    case.offence.clone_from(&form.offence);
    case.method.clone_from(&form.method);
    case.recognised_on.clone_from(&form.recognised_on);
    case.loss_yen = form.loss_yen;
    case.contact.clone_from(&form.contact);
    case.asks.clone_from(&form.asks);
    case.urgency.clone_from(&form.urgency);
    case.deadline.clone_from(&form.deadline);
    case.tlp = form.tlp;
    case.handling.clone_from(&form.handling);
    session.store.apply(&Edit::Put(Statement::Case(Box::new(case))), &session.author())?;
    Ok(done(&[Topic::Store, Topic::Cases, Topic::Audit], "事案を記録しました", "case entered"))
}
