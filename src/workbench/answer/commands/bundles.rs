//! Commands on bundles and keys: draft, approve, seal, check, receive, answer.

use super::{Outcome, caution, done};
use crate::bundle::approve::Accept;
use crate::model::numbers::{grouped, many};
use crate::model::{Ticket, Unit};
use crate::store::TrustRow;
use crate::workbench::answer::{Answers, export as answers};
use crate::workbench::ask::{Command, ExportPlan, KeySort, Notice, Said, Sealing, Secret, Topic};
use crate::workbench::error::{Error, Result};
use crate::workbench::receive::{self, Arrival, Judge};
use crate::workbench::{export, keys, reply};
use std::path::{Path, PathBuf};

/// A key's file and its passphrase.
type Locked<'a> = (&'a Path, &'a str);

fn secret(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The steps of a bundle that leaves.
pub(super) fn hand_up(desk: &Answers, command: &Command, ticket: &Ticket) -> Result<Outcome> {
    Ok(match command {
        Command::Draft { plan, key, passphrase, token_key, out, .. } => {
            draft(desk, plan, (key, &passphrase.0), token_key, out, ticket)?
        }
        Command::Approve { draft, key, passphrase, accept, reason } => {
            approve(desk, draft, (key, &passphrase.0), accept, reason)?
        }
        Command::DiscardDraft(bundle) => {
            export::discard(&desk.session, bundle)?;
            done(&[Topic::Exports, Topic::Audit, Topic::Store], "起案を破棄しました", "draft discarded")
        }
        Command::Seal(sealing) => seal(desk, sealing)?,
        Command::ApproveAndSeal { draft, key, passphrase, accept, reason, sealing } => {
            let approved = approve(desk, draft, (key, &passphrase.0), accept, reason)?;
            let mut outcome = seal(desk, sealing)?;
            outcome.notices.splice(0..0, approved.notices);
            outcome
        }
        _ => Outcome::default(),
    })
}

fn draft(
    desk: &Answers,
    plan: &ExportPlan,
    key: Locked<'_>,
    token_key: &Path,
    out: &Path,
    ticket: &Ticket,
) -> Result<Outcome> {
    let session = &desk.session;
    if session.is_unit_open() {
        return Err(Error::input(
            "この事案簿の所属がまだ決まっていません。先に所属を記録してください",
            "nobody has stated whose case file this is; state the unit first",
        ));
    }
    let preparer = export::read_key(key.0, secret(key.1))?;
    let token_key = export::read_token_key(session, token_key)?;
    let recipients = export::recipients(&plan.to)?;
    let wanted = export::Plan {
        case: plan.case,
        profile: plan.profile.clone(),
        receiver: plan.receiver.clone(),
        records: plan.records.clone(),
        to: recipients.iter().map(ToString::to_string).collect(),
        texts: Vec::new(),
    };
    let made = export::make_draft(session, &wanted, &preparer, &token_key, out, ticket)?;
    let stops: Vec<String> = made.report.stops.iter().map(|stop| format!("{} {}", stop.file, stop.what)).collect();
    if !stops.is_empty() {
        let list = stops.join("、");
        return Ok(caution(
            &[Topic::Audit],
            format!("漏えい点検で止まりました。起案は作られていません: {list}"),
            format!("stopped by the leak check, no draft was made: {list}"),
        ));
    }
    Ok(done(&[Topic::Exports, Topic::Audit, Topic::Store], "起案署名しました", "draft signed by its preparer"))
}

fn approve(desk: &Answers, draft: &Path, key: Locked<'_>, accept: &[String], reason: &str) -> Result<Outcome> {
    let session = &desk.session;
    let key = export::read_key(key.0, secret(key.1))?;
    let accept = if accept.is_empty() { Accept::Nothing } else { Accept::These(accept.to_vec()) };
    let approved = export::approve(draft, &key, accept, reason, Some(session.now()))?;
    session.store.audit("export.approve", &approved.bundle, &approved.approver, &session.author())?;
    Ok(done(
        &[Topic::Exports, Topic::Audit],
        format!("決裁しました（{}）", approved.approver),
        format!("approved by {}", approved.approver),
    ))
}

fn seal(desk: &Answers, sealing: &Sealing) -> Result<Outcome> {
    let session = &desk.session;
    if sealing.to.is_empty() {
        return Err(Error::input("封かん先の鍵がありません", "there is no key to seal to"));
    }
    export::seal_from(session, &sealing.draft, &sealing.to, &sealing.out)?;
    let place = sealing.out.display();
    Ok(done(&[Topic::Exports, Topic::Audit], format!("封かんしました: {place}"), format!("sealed: {place}")))
}

pub(super) fn make_key(desk: &Answers, sort: KeySort, path: &Path, name: &str, passphrase: &str) -> Result<Outcome> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    match sort {
        KeySort::Signing if name.trim().is_empty() => {
            return Err(Error::input("署名鍵には氏名が要ります", "a signing key needs a name"));
        }
        KeySort::Signing => drop(keys::make_key(path, name.trim(), secret(passphrase))?),
        KeySort::Identity => drop(keys::make_identity(path)?),
        KeySort::Token => drop(keys::make_token_key(path, desk.session.now())?),
    }
    let place = path.display();
    Ok(done(&[Topic::Exports], format!("鍵を作りました: {place}"), format!("key made: {place}")))
}

pub(super) fn trust(desk: &Answers, path: &Path, unit: &Unit, name: &str, may: &[String]) -> Result<Outcome> {
    if name.trim().is_empty() {
        return Err(Error::input("誰の鍵かを入れてください", "say whose key it is"));
    }
    let line = keys::read_public(path)?;
    let may = keys::read_rights(may)?;
    let row =
        TrustRow { public_key: keys::public_line(&line, &may)?, unit: unit.clone(), name: name.trim().to_owned(), may };
    desk.session.store.trust(&row, &desk.session.author())?;
    Ok(done(
        &[Topic::Exports, Topic::Received, Topic::Audit],
        format!("{}の鍵を登録しました", row.name),
        format!("the key of {} is trusted", row.name),
    ))
}

pub(super) fn check(desk: &Answers, path: &Path, identity: Option<&Path>) -> Result<Outcome> {
    let identities = identity.map(receive::read_identities).transpose()?.unwrap_or_default();
    let report = receive::judge(path, &Judge::of_store(&desk.session, identities)?, desk.session.now())?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(judged(&report, &name))
}

/// What a bundle's checks say, each of them.
fn judged(report: &crate::bundle::verify::Report, name: &str) -> Outcome {
    let lines = answers::report_lines(report);
    let title = if report.passed() {
        Said::new(format!("真正性を確認しました: {name}"), format!("the bundle passes: {name}"))
    } else {
        Said::new(format!("真正性が確認できません: {name}"), format!("the bundle does not pass: {name}"))
    };
    Outcome { changed: Vec::new(), notices: vec![Notice::Checked { title, lines }] }
}

pub(super) fn receive(
    desk: &Answers,
    path: &Path,
    identity: &Path,
    receipt: Option<&(PathBuf, Secret, PathBuf)>,
    accept: bool,
    ticket: &Ticket,
) -> Result<Outcome> {
    let mut judge = Judge::of_store(&desk.session, receive::read_identities(identity)?)?;
    judge.accepted_by = accept.then(|| desk.session.operator.clone());
    let key = receipt.map(|(key, passphrase, _)| export::read_key(key, secret(&passphrase.0))).transpose()?;
    let receipt = key.as_ref().zip(receipt.map(|(_, _, out)| out.as_path()));
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let topics =
        [Topic::Received, Topic::Cases, Topic::Evidence, Topic::Indicators, Topic::Audit, Topic::Exports, Topic::Store];
    Ok(match receive::receive(&desk.session, path, &judge, receipt, ticket)? {
        Arrival::Refused(report) => Outcome { changed: vec![Topic::Audit], ..judged(&report, &name) },
        Arrival::Entered(entered) => match &entered.quarantined {
            Some(why) => {
                caution(&topics, format!("{name} を隔離しました: {why}"), format!("{name} is in quarantine: {why}"))
            }
            None => done(
                &topics,
                format!(
                    "受領しました（識別情報{}件・記録{}件）",
                    grouped(entered.indicators),
                    grouped(entered.records)
                ),
                format!("received ({}, {})", many(entered.indicators, "indicator"), many(entered.records, "record")),
            ),
        },
    })
}

pub(super) fn answer(
    desk: &Answers,
    receiver: &Unit,
    key: Locked<'_>,
    to: &[String],
    out: &Path,
    ticket: &Ticket,
) -> Result<Outcome> {
    let preparer = export::read_key(key.0, secret(key.1))?;
    let to: Vec<String> = export::recipients(to)?.iter().map(ToString::to_string).collect();
    let (_, answer, _) = reply::draft_answer(&desk.session, receiver, &preparer, &to, out, ticket)?;
    let count = answer.links.len();
    Ok(done(
        &[Topic::Exports, Topic::Audit, Topic::Received],
        format!("還元の案を起案署名しました（関連{count}件）。決裁と封かんは「報告・提供」で行います"),
        format!("answer drafted ({count} ties); approve and seal it under Hand up"),
    ))
}
