//! Commands on what people state beside the evidence, and on what is made of it: skew, columns, searches, transcripts, proofs.

use super::evidence::TAKEN;
use super::{Outcome, done};
use crate::model::{EvidenceKey, Extractor as _, Kind, Ticket};
use crate::workbench::answer::Answers;
use crate::workbench::ask::{Command, Notice, Said, Topic};
use crate::workbench::error::Result;
use crate::workbench::import::AddOptions;
use crate::workbench::proof::{self, Proven};
use crate::workbench::transcript::{self, Transcript};
use crate::workbench::{settled, stated};
use std::path::Path;

/// Carries such a command out.
pub(super) fn carry_out(desk: &Answers, command: &Command, ticket: &Ticket) -> Result<Outcome> {
    let session = &desk.session;
    match command {
        Command::ProveRecord { evidence, row, out } => prove(desk, *evidence, *row, out, ticket),
        Command::Transcribe(transcript) => transcribe(desk, transcript, ticket),
        Command::SetSkew { evidence, skew, reason } => state_skew(desk, *evidence, skew, reason),
        Command::SetColumns { evidence, roles } => {
            stated::state_columns(session, *evidence, roles)?;
            let changed = [Topic::Store, Topic::Evidence, Topic::Audit];
            Ok(done(&changed, "列の役割を記録しました", "column roles stated"))
        }
        Command::SaveSearch { case, name, query } => {
            stated::save_search(session, *case, name, query)?;
            let (ja, en) = (format!("検索「{name}」を保存しました"), format!("search “{name}” saved"));
            Ok(done(&[Topic::Store, Topic::Audit], ja, en))
        }
        Command::DropSearch(name) => {
            stated::drop_search(session, name)?;
            let (ja, en) = (format!("検索「{name}」を消しました"), format!("search “{name}” forgotten"));
            Ok(done(&[Topic::Store, Topic::Audit], ja, en))
        }
        Command::Settle { value, kind, reason } => settle(desk, value, *kind, reason),
        _ => Ok(Outcome::default()),
    }
}

fn settle(desk: &Answers, value: &str, kind: Option<Kind>, reason: &str) -> Result<Outcome> {
    let session = &desk.session;
    if !settled::settle(session, &settled::read_value(session, value)?, kind, reason)? {
        return Ok(Outcome::default());
    }
    let topics = [Topic::Store, Topic::Cases, Topic::Indicators, Topic::Audit];
    let label = kind.and_then(|kind| session.indicators.about(kind)).map(|about| about.label);
    Ok(match label {
        Some(label) => done(&topics, format!("「{}」と確定しました", label.ja), format!("settled as {}", label.en)),
        None => done(&topics, "種別の確定を取り消しました", "its kind is read by context again"),
    })
}

fn prove(desk: &Answers, key: EvidenceKey, row: u32, out: &Path, ticket: &Ticket) -> Result<Outcome> {
    let proof = proof::prove(&desk.session, key, Proven::Row(row), out, ticket)?;
    let around = proof.shown.len - proof.record.len;
    let place = out.display();
    let notice = Notice::Caution(Said::new(
        format!("記録の証明を書き出しました: {place}\n前後{around}バイトも含まれます。渡す前に確かめてください"),
        format!(
            "proof written: {place}\n{around} bytes around the record are in it too; look at them before handing it on"
        ),
    ));
    Ok(Outcome { changed: vec![Topic::Audit], notices: vec![notice] })
}

fn transcribe(desk: &Answers, transcript: &Transcript, ticket: &Ticket) -> Result<Outcome> {
    transcript::add(&desk.session, transcript, &AddOptions::default(), ticket, &mut |_| {})?;
    Ok(done(&TAKEN, "書き起こしを証拠に加えました", "transcript taken in"))
}

fn state_skew(desk: &Answers, key: EvidenceKey, skew: &str, reason: &str) -> Result<Outcome> {
    let seconds = stated::read_skew(skew)?;
    let name = stated::skew(&desk.session, key, seconds, reason)?.file_name();
    Ok(done(
        &[Topic::Store, Topic::Evidence, Topic::Indicators, Topic::Audit],
        format!("{name} の時計のずれを{seconds:+}秒と記録しました"),
        format!("clock skew of {name} stated: {seconds:+} s"),
    ))
}
