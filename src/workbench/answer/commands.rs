//! The window's commands, carried out one after the other. Each is a use of the workbench; what came of it is told.

use super::{Answers, export as answers, records};
use crate::bundle::approve::Accept;
use crate::model::statement::{RoleStatement, Statement, Tag, Withdrawal};
use crate::model::{CaseKey, Edit, EvidenceKey, Id, Kind, Role, RowSet, Ticket};
use crate::workbench::ask::{CaseForm, Command, GraphSpec, Notice, ReadAs, RowPick, Said, Topic, Trouble};
use crate::workbench::error::{Error, Result};
use crate::workbench::import::{self, AddOptions};
use crate::workbench::receive::{self, Arrival, Judge};
use crate::workbench::{export, find, lists, reply};
use std::collections::BTreeMap;
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

/// Carries out a command on the open store. Commands about the store itself are the desk's.
#[expect(clippy::too_many_lines, reason = "one arm a command; what is longer is a function of its own")]
pub fn carry_out(desk: &Answers, command: &Command, ticket: &Ticket) -> Result<Outcome> {
    let session = &desk.session;
    let store = &session.store;
    let author = session.author();
    Ok(match command {
        Command::AddEvidence { case, paths, read_as } => add(desk, *case, paths, read_as, ticket)?,
        Command::AddText { case, name, text } => add_text(desk, *case, name, text, ticket)?,
        Command::ResumeImport(key) => {
            let one = store.evidence_one(*key)?;
            let path = PathBuf::from(String::from_utf8_lossy(&one.name).into_owned());
            add(desk, one.case, &[path], &ReadAs::default(), ticket)?
        }
        Command::Withdraw { evidence, reason } => {
            let id = store.evidence_one(*evidence)?.id;
            store.apply(&Edit::Put(Statement::Withdrawal(Withdrawal { id, reason: reason.clone() })), &author)?;
            done(&[Topic::Evidence, Topic::Indicators, Topic::Audit], "証拠を取り下げました", "evidence withdrawn")
        }
        Command::FileEvidence { evidence, case } => {
            let id = store.evidence_one(*evidence)?.id;
            store.apply(&Edit::Put(Statement::Filing(crate::model::statement::Filing { id, case: *case })), &author)?;
            done(
                &[Topic::Evidence, Topic::Cases, Topic::Indicators, Topic::Audit],
                "証拠を事案に入れました",
                "evidence filed",
            )
        }
        Command::VerifyEvidence(key) => verify(desk, *key, ticket)?,
        Command::SaveEvidence { evidence, out } => {
            let mut file = std::fs::File::create_new(out).map_err(Error::file(out))?;
            store.stream(*evidence, &mut file)?;
            store.audit(
                "evidence.copy",
                store.evidence_one(*evidence)?.id.as_str(),
                &out.to_string_lossy(),
                &author,
            )?;
            done(&[Topic::Audit], format!("書き出しました: {}", out.display()), format!("written: {}", out.display()))
        }
        Command::PutCase(form) => put_case(desk, form)?,
        Command::SetRole { case, values, role } => set_role(desk, *case, values, *role)?,
        Command::Tag { rows, name, on } => tag(desk, rows, name, *on, ticket)?,
        Command::Undo => step(store.undo(&author)?, "元に戻しました", "undone"),
        Command::Redo => step(store.redo(&author)?, "やり直しました", "redone"),
        Command::SaveRecords { view, out } => save_records(desk, view, out, ticket)?,
        Command::SaveGraph { spec, out } => save_graph(desk, spec, out, ticket)?,
        Command::ImportList { case, path } => {
            let taken = lists::import(session, *case, path)?;
            done(
                &[Topic::Cases, Topic::Indicators, Topic::Audit],
                format!("一覧から{}件を取り込みました（読めない行{}）", taken.sightings, taken.rejected.len()),
                format!("{} values taken in, {} lines unreadable", taken.sightings, taken.rejected.len()),
            )
        }
        Command::Draft { plan, key, passphrase, token_key, out, .. } => {
            let preparer = export::read_key(key, secret(&passphrase.0))?;
            let token_key = export::read_token_key(session, token_key)?;
            let plan = export::Plan {
                case: plan.case,
                profile: plan.profile.clone(),
                receiver: plan.receiver.clone(),
                records: plan.records.clone(),
                to: Vec::new(),
                texts: Vec::new(),
            };
            let made = export::make_draft(session, &plan, &preparer, &token_key, out, ticket)?;
            match made.report.stops.first() {
                Some(stop) => Outcome {
                    changed: vec![Topic::Audit],
                    notices: vec![Notice::Caution(Said::new(
                        format!("漏えい点検で止まりました: {} {}", stop.file, stop.what),
                        format!("stopped by the leak check: {} {}", stop.file, stop.what),
                    ))],
                },
                None => done(
                    &[Topic::Exports, Topic::Audit, Topic::Store],
                    "起案署名しました",
                    "draft signed by its preparer",
                ),
            }
        }
        Command::Approve { draft, key, passphrase, accept, reason } => {
            approve(desk, draft, key, &passphrase.0, accept, reason)?
        }
        Command::Seal(sealing) => seal(desk, sealing)?,
        Command::ApproveAndSeal { draft, key, passphrase, accept, reason, sealing } => {
            approve(desk, draft, key, &passphrase.0, accept, reason)?;
            seal(desk, sealing)?
        }
        Command::VerifyBundle { path, identity } => {
            let identities = identity.as_deref().map(receive::read_identities).transpose()?.unwrap_or_default();
            let report = receive::judge(path, &Judge::of_store(session, identities)?, session.now())?;
            judged(&report)
        }
        Command::Receive { path, identity, receipt } => take_bundle(desk, path, identity, receipt.as_ref(), ticket)?,
        Command::AnswerSender { receiver, key, passphrase, out } => {
            let preparer = export::read_key(key, secret(&passphrase.0))?;
            reply::draft_answer(session, receiver, &preparer, &[], out, ticket)?;
            done(&[Topic::Exports, Topic::Audit], "還元の案を作りました", "answer drafted")
        }
        Command::VerifyAudit => {
            let checks = store.audit_verify()?;
            let holds = checks.iter().all(|check| check.ok != Some(false));
            desk.cache().audit = Some((session.now(), checks));
            if holds {
                done(&[Topic::Audit], "監査証跡の連鎖は保たれています", "the audit chain holds")
            } else {
                Outcome {
                    changed: vec![Topic::Audit],
                    notices: vec![Notice::Caution(Said::new(
                        "監査証跡に食い違いがあります",
                        "the audit chain does not hold",
                    ))],
                }
            }
        }
        Command::OpenStore(_)
        | Command::NewStore { .. }
        | Command::StartTraining
        | Command::SignIn { .. }
        | Command::SetUnit(_)
        | Command::Cancel(_)
        | Command::SaveUi(_) => Outcome::default(),
    })
}

fn secret(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn step(label: Option<crate::model::Text>, ja: &str, en: &str) -> Outcome {
    let all = [Topic::Store, Topic::Cases, Topic::Evidence, Topic::Tags, Topic::Indicators, Topic::Audit];
    match label {
        Some(label) => done(&all, format!("{ja}: {}", label.ja), format!("{en}: {}", label.en)),
        None => Outcome::default(),
    }
}

fn add(desk: &Answers, case: Option<CaseKey>, paths: &[PathBuf], read_as: &ReadAs, ticket: &Ticket) -> Result<Outcome> {
    let options = AddOptions {
        format: read_as.format.clone(),
        encoding: read_as.encoding.clone(),
        zone: read_as.zone.clone(),
        year: read_as.year,
        basis: read_as.basis.clone(),
        ..AddOptions::default()
    };
    let (mut files, mut rows, mut notices) = (0_u64, 0_u64, Vec::new());
    import::add(&desk.session, case, paths, &options, ticket, &mut |outcome| match outcome {
        import::Outcome::Added { evidence, .. } => {
            files += 1;
            rows += evidence.reading.as_ref().map_or(0, |reading| u64::from(reading.rows));
        }
        import::Outcome::Failed { error, .. } => notices.push(Notice::Failed(Trouble::of(&error))),
    })?;
    notices.push(Notice::Done(Said::new(
        format!("証拠{files}点、明細{rows}件を取り込みました"),
        format!("took in {files} files, {rows} records"),
    )));
    Ok(Outcome { changed: vec![Topic::Evidence, Topic::Cases, Topic::Indicators, Topic::Audit], notices })
}

/// Pasted text becomes a file beside the store first, so that it is evidence like any other.
fn add_text(desk: &Answers, case: Option<CaseKey>, name: &str, text: &str, ticket: &Ticket) -> Result<Outcome> {
    let folder = desk.session.store.path().with_extension("pasted");
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let safe: String = name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
    let stamp: String =
        desk.session.now().iso(crate::model::time::JST_MINUTES).chars().filter(char::is_ascii_digit).take(14).collect();
    let path = folder.join(format!("{stamp}-{}.txt", if safe.is_empty() { "text" } else { &safe }));
    export::write_new(&path, text.as_bytes())?;
    add(desk, case, &[path], &ReadAs::default(), ticket)
}

fn verify(desk: &Answers, key: Option<EvidenceKey>, ticket: &Ticket) -> Result<Outcome> {
    let store = &desk.session.store;
    let all = store.evidence()?;
    let wanted: Vec<_> =
        all.iter().filter(|one| one.sha256.is_some() && key.is_none_or(|key| key == one.key)).collect();
    ticket.set_total(wanted.iter().map(|one| one.bytes).sum());
    let mut wrong = Vec::new();
    for one in &wanted {
        let agreed = store.rehash(one.key, ticket).unwrap_or(false);
        desk.cache().verified.insert(one.key, (desk.session.now(), agreed));
        if !agreed {
            wrong.push(one.file_name());
        }
    }
    store.audit(
        "evidence.verify",
        &key.map_or_else(|| "all".to_owned(), |key| key.0.to_string()),
        &format!("{} of {} agree", wanted.len() - wrong.len(), wanted.len()),
        &desk.session.author(),
    )?;
    if wrong.is_empty() {
        return Ok(done(
            &[Topic::Store, Topic::Evidence, Topic::Audit],
            format!("同一性を確認しました（{}点）", wanted.len()),
            format!("{} evidences hash the same", wanted.len()),
        ));
    }
    let names = wrong.join(", ");
    let notice =
        Notice::Caution(Said::new(format!("同一性が確認できません: {names}"), format!("hash differs: {names}")));
    Ok(Outcome { changed: vec![Topic::Store, Topic::Evidence, Topic::Audit], notices: vec![notice] })
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

fn set_role(desk: &Answers, case: CaseKey, values: &[(Kind, String)], role: Option<Role>) -> Result<Outcome> {
    let session = &desk.session;
    let held = session.store.roles(case)?;
    let mut edits = Vec::new();
    for (kind, value) in values {
        let before = held.iter().find(|said| said.kind == *kind && said.value == *value && said.cited.is_empty());
        match (before, role) {
            (Some(said), None) => edits.push(Edit::Drop(Statement::Role(said.clone()).key())),
            (None, None) => {}
            (before, Some(role)) => {
                let id = match before {
                    Some(said) => said.id.clone(),
                    None => Id::from_random('r', crate::store::random()?),
                };
                edits.push(Edit::Put(Statement::Role(RoleStatement {
                    id,
                    case,
                    kind: *kind,
                    value: value.clone(),
                    role,
                    cited: Vec::new(),
                })));
            }
        }
    }
    if edits.is_empty() {
        return Ok(Outcome::default());
    }
    session.store.apply(&Edit::All(edits), &session.author())?;
    Ok(done(&[Topic::Store, Topic::Indicators, Topic::Audit], "役割を記録しました", "role stated"))
}

fn tag(desk: &Answers, pick: &RowPick, name: &str, on: bool, ticket: &Ticket) -> Result<Outcome> {
    let session = &desk.session;
    let rows = match pick {
        RowPick::Rows(list) => {
            let mut rows = RowSet::new();
            list.iter().for_each(|(evidence, row)| rows.insert(*evidence, *row));
            rows
        }
        RowPick::All(view) => records::picked(desk, view, ticket)?,
    };
    let mut wanted: BTreeMap<EvidenceKey, Vec<(u64, u32)>> = BTreeMap::new();
    find::each_row(session, &rows, u64::MAX, &mut |row| {
        wanted.entry(row.key).or_default().push((row.offset, u32::try_from(row.len).unwrap_or(u32::MAX)));
        Ok(())
    })?;
    let mut edits = Vec::new();
    let held = session.store.statements("tag", None)?;
    for (evidence, ranges) in wanted {
        let before = held.iter().find_map(|(said, _)| {
            if let Statement::Tag(tag) = said {
                (tag.name == name && tag.evidence == evidence).then(|| tag.clone())
            } else {
                None
            }
        });
        let mut said = match before {
            Some(said) => said,
            None if on => Tag {
                id: Id::from_random('t', crate::store::random()?),
                name: name.to_owned(),
                evidence,
                ranges: Vec::new(),
            },
            None => continue,
        };
        said.ranges.retain(|range| !ranges.contains(range));
        if on {
            said.ranges.extend(ranges);
            said.ranges.sort_unstable();
        }
        edits.push(if said.ranges.is_empty() {
            Edit::Drop(Statement::Tag(said).key())
        } else {
            Edit::Put(Statement::Tag(said))
        });
    }
    if edits.is_empty() {
        return Ok(Outcome::default());
    }
    session.store.apply(&Edit::All(edits), &session.author())?;
    Ok(done(
        &[Topic::Store, Topic::Tags, Topic::Audit],
        format!("付箋「{name}」を{}件に", rows.len()),
        format!("tag “{name}” on {} records", rows.len()),
    ))
}

fn save_records(
    desk: &Answers,
    view: &crate::workbench::ask::RecordView,
    out: &Path,
    ticket: &Ticket,
) -> Result<Outcome> {
    let rows = records::picked(desk, view, ticket)?;
    let mut text = String::new();
    find::each_row(&desk.session, &rows, u64::MAX, &mut |row| {
        text.push_str(&row.to_json().to_string());
        text.push('\n');
        if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    })?;
    export::write_new(out, text.as_bytes())?;
    desk.session.store.audit(
        "records.copy",
        "view",
        &format!("{} rows to {}", rows.len(), out.display()),
        &desk.session.author(),
    )?;
    Ok(done(
        &[Topic::Audit],
        format!("{}件を書き出しました: {}", rows.len(), out.display()),
        format!("{} records written: {}", rows.len(), out.display()),
    ))
}

fn save_graph(desk: &Answers, spec: &GraphSpec, out: &Path, ticket: &Ticket) -> Result<Outcome> {
    let drawn = crate::workbench::network::write_graph(&desk.session, spec.case, out, ticket)?;
    Ok(done(
        &[Topic::Audit],
        format!("相関図を書き出しました（点{}・線{}）", drawn.nodes, drawn.edges),
        format!("graph written ({} nodes, {} edges)", drawn.nodes, drawn.edges),
    ))
}

fn approve(
    desk: &Answers,
    draft: &Path,
    key: &Path,
    passphrase: &str,
    accept: &[String],
    reason: &str,
) -> Result<Outcome> {
    let key = export::read_key(key, secret(passphrase))?;
    let accept = if accept.is_empty() { Accept::Nothing } else { Accept::These(accept.to_vec()) };
    let approved = export::approve(draft, &key, accept, reason, Some(desk.session.now()))?;
    desk.session.store.audit("export.approve", &approved.bundle, &approved.approver, &desk.session.author())?;
    Ok(done(
        &[Topic::Exports, Topic::Audit],
        format!("決裁しました（{}）", approved.approver),
        format!("approved by {}", approved.approver),
    ))
}

fn seal(desk: &Answers, sealing: &crate::workbench::ask::Sealing) -> Result<Outcome> {
    let sealed = export::seal_draft(&sealing.draft, &sealing.to, &sealing.out)?;
    desk.session.store.audit("export.seal", sealed.info.bundle.as_str(), &sealed.sha256, &desk.session.author())?;
    Ok(done(
        &[Topic::Exports, Topic::Audit],
        format!("封かんしました: {}", sealing.out.display()),
        format!("sealed: {}", sealing.out.display()),
    ))
}

fn judged(report: &crate::bundle::verify::Report) -> Outcome {
    let lines = answers::lines(&receive::checks(report, crate::model::Lang::Ja));
    if report.passed() {
        return done(
            &[],
            format!("真正性を確認しました（{}項目）", lines.len()),
            format!("the bundle passes ({} checks)", lines.len()),
        );
    }
    let failed = report.first_failure().map_or("authorship", |check| check.check);
    Outcome {
        changed: Vec::new(),
        notices: vec![Notice::Caution(Said::new(
            format!("真正性が確認できません: {failed}"),
            format!("the bundle does not pass: {failed}"),
        ))],
    }
}

fn take_bundle(
    desk: &Answers,
    path: &Path,
    identity: &Path,
    receipt: Option<&(PathBuf, crate::workbench::ask::Secret, PathBuf)>,
    ticket: &Ticket,
) -> Result<Outcome> {
    let judge = Judge::of_store(&desk.session, receive::read_identities(identity)?)?;
    let key = receipt.map(|(key, passphrase, _)| export::read_key(key, secret(&passphrase.0))).transpose()?;
    let receipt = key.as_ref().zip(receipt.map(|(_, _, out)| out.as_path()));
    Ok(match receive::receive(&desk.session, path, &judge, receipt, ticket)? {
        Arrival::Refused(report) => judged(&report),
        Arrival::Entered(entered) => match &entered.quarantined {
            Some(why) => Outcome {
                changed: vec![Topic::Received, Topic::Audit],
                notices: vec![Notice::Caution(Said::new(
                    format!("保留しました: {why}"),
                    format!("quarantined: {why}"),
                ))],
            },
            None => done(
                &[Topic::Received, Topic::Cases, Topic::Evidence, Topic::Indicators, Topic::Audit],
                format!("受領しました（識別情報{}件・明細{}件）", entered.indicators, entered.records),
                format!("received ({} indicators, {} records)", entered.indicators, entered.records),
            ),
        },
    })
}
