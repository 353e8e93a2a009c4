//! Commands on evidence: taking in, re-hashing, writing the original bytes out.

use super::{Outcome, Unfinished, done};
use crate::model::numbers::{grouped, many};
use crate::model::record::When;
use crate::model::{CaseKey, Corpus as _, Evidence, EvidenceKey, Ticket, Undated};
use crate::store::{Remapped, Unmapped};
use crate::workbench::answer::Answers;
use crate::workbench::answer::facts::options;
use crate::workbench::ask::{CheckLine, Notice, ReadAs, Said, Topic, Trouble};
use crate::workbench::error::{Error, Result};
use crate::workbench::export;
use crate::workbench::import;
use crate::workbench::reading::{self, Again, Choice};
use crate::workbench::trail;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub(super) fn add(
    desk: &Answers,
    case: Option<CaseKey>,
    paths: &[PathBuf],
    read_as: &ReadAs,
    ticket: &Ticket,
) -> Result<Outcome> {
    let options = options(read_as);
    let (mut files, mut rows, mut notices, mut added) = (0_u64, 0_u64, Vec::new(), Vec::new());
    import::add(&desk.session, case, paths, &options, ticket, &mut |outcome| match outcome {
        import::Outcome::Added { evidence, .. } => {
            files += 1;
            rows += evidence.reading.as_ref().map_or(0, |reading| u64::from(reading.rows));
            added.push(*evidence);
        }
        import::Outcome::Failed { error, .. } => notices.push(Notice::Failed(Trouble::of(&error))),
    })?;
    if files > 0 {
        let said = Said::new(
            format!("証拠{}点、記録{}件を取り込みました", grouped(files), grouped(rows)),
            format!("took in {}, {}", many(files, "file"), many(rows, "record")),
        );
        let read = |one: &&Evidence| one.reading.as_ref().is_some_and(|reading| reading.rows > 0);
        let evidence = added.iter().filter(read).map(|one| one.key).collect();
        notices.push(Notice::Taken { said, paths: paths.to_vec(), evidence });
    }
    for evidence in &added {
        notices.extend(missing(desk, evidence)?);
    }
    Ok(Outcome { changed: TAKEN.to_vec(), notices })
}

/// What an import changes.
pub(super) const TAKEN: [Topic; 5] = [Topic::Store, Topic::Evidence, Topic::Cases, Topic::Indicators, Topic::Audit];

/// Says so where records have no time only because nobody stated zone or year.
fn missing(desk: &Answers, evidence: &Evidence) -> Result<Option<Notice>> {
    let Some(reading) = evidence.reading.as_ref().filter(|reading| reading.undated > 0) else { return Ok(None) };
    let store = &desk.session.store;
    let heads = store.readings()?.into_iter().find(|head| head.evidence == evidence.key);
    let Some(head) = heads else { return Ok(None) };
    let first = store.records(head.key, 0)?;
    let has = |why: Undated| first.iter().any(|record| record.when == When::Undated(why));
    let (ja, en) = match (has(Undated::YearUnknown), has(Undated::ZoneUnknown)) {
        (true, _) => ("年", "year"),
        (false, true) => ("時間帯", "zone"),
        (false, false) => return Ok(None),
    };
    let (name, count) = (evidence.file_name(), u64::from(reading.undated));
    let said = Said::new(
        format!("{name} の{}件は{ja}の記載がなく、時刻を定めていません", grouped(count)),
        format!("no {en} is stated for {} of {name}: no time yet", many(count, "record")),
    );
    Ok(Some(Notice::Undated { said, evidence: evidence.key }))
}

/// Reads the stored bytes again in another way; says what of all that was said no longer stands for the same record.
pub(super) fn read_again(desk: &Answers, key: EvidenceKey, read_as: &ReadAs, ticket: &Ticket) -> Result<Outcome> {
    let set = |value: &Option<String>| value.clone().map_or(Choice::Auto, Choice::Set);
    let how = Again {
        format: read_as.format.clone().map_or(Choice::Keep, Choice::Set),
        encoding: set(&read_as.encoding),
        zone: set(&read_as.zone),
        year: read_as.year.map_or(Choice::Auto, Choice::Set),
        ..Again::default()
    };
    let (mut came, mut notices) = (Vec::new(), Vec::new());
    let remapped = reading::again(&desk.session, key, &how, ticket, &mut |outcome| match outcome {
        import::Outcome::Added { evidence, .. } => came.push(*evidence),
        import::Outcome::Failed { error, .. } => notices.push(Notice::Failed(Trouble::of(&error))),
    })?;
    let name = came.first().map(Evidence::file_name).unwrap_or_default();
    notices.push(Notice::Done(Said::new(format!("{name} を読み直しました"), format!("{name} was read again"))));
    notices.extend(unmapped(&remapped));
    for evidence in &came {
        notices.extend(missing(desk, evidence)?);
    }
    let mut changed = TAKEN.to_vec();
    changed.push(Topic::Tags);
    Ok(Outcome { changed, notices })
}

/// What a person must look at after a reading was replaced: all of it, not its beginning.
fn unmapped(remapped: &Remapped) -> Option<Notice> {
    const LABEL: usize = 60;
    if remapped.list.is_empty() {
        return None;
    }
    let line = |one: &Unmapped| {
        let (noun, why) = (trail::noun(&one.key.noun), one.why.text());
        let label: String = one.label.chars().take(LABEL).collect();
        let place = |word: &str| one.bytes.map(|(at, len)| format!(" · {word} {at}–{}", at + len)).unwrap_or_default();
        CheckLine {
            check: one.key.noun.clone(),
            label: Said::new(format!("{}　{label}", noun.ja), format!("{}: {label}", noun.en)),
            ok: Some(false),
            detail: Said::new(format!("{}{}", why.ja, place("バイト位置")), format!("{}{}", why.en, place("bytes"))),
        }
    };
    let mut lines: Vec<CheckLine> = remapped.list.iter().map(line).collect();
    let (places, lost) = (remapped.places, remapped.unmapped);
    let told = remapped.list.iter().filter(|one| one.bytes.is_some()).count() as u64;
    if lost > told {
        let more = grouped(lost - told);
        let detail = Said::new(format!("ほか{more}か所"), format!("{more} more"));
        lines.push(CheckLine { check: "more".into(), label: Said::new("…", "…"), ok: None, detail });
    }
    let (places, lost) = (grouped(places), grouped(lost));
    let title = Said::new(
        format!("付箋・引用{places}か所のうち{lost}か所は同じ記録を指しません（バイト位置は残ります）"),
        format!("{lost} of {places} tags and citations no longer stand for the same record; their bytes stay cited"),
    );
    Some(Notice::Checked { title, lines })
}

/// Pasted text becomes a file beside the store first, so that it is evidence like any other.
pub(super) fn add_text(
    desk: &Answers,
    case: Option<CaseKey>,
    name: &str,
    text: &str,
    ticket: &Ticket,
) -> Result<Outcome> {
    let folder = desk.session.store.path().with_extension("pasted");
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    let safe: String = name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
    let stamp: String =
        desk.session.now().iso(crate::model::time::JST_MINUTES).chars().filter(char::is_ascii_digit).take(14).collect();
    let path = folder.join(format!("{stamp}-{}.txt", if safe.is_empty() { "text" } else { &safe }));
    export::write_new(&path, text.as_bytes())?;
    add(desk, case, &[path], &ReadAs::default(), ticket)
}

pub(super) fn verify(desk: &Answers, key: Option<EvidenceKey>, ticket: &Ticket) -> Result<Outcome> {
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

/// Writes the original bytes out, whole or not at all; audited as a copy.
pub(super) fn save(desk: &Answers, evidence: EvidenceKey, out: &Path, ticket: &Ticket) -> Result<Outcome> {
    let store = &desk.session.store;
    let one = store.evidence_one(evidence)?;
    ticket.set_total(one.bytes);
    let file = std::fs::File::create_new(out).map_err(Error::file(out))?;
    let mut unfinished = Unfinished(Some(out));
    let mut writer = Watched { inner: BufWriter::new(file), ticket };
    let streamed = store.stream(evidence, &mut writer);
    if ticket.is_cancelled() {
        return Err(Error::Cancelled);
    }
    streamed?;
    writer.flush().map_err(Error::file(out))?;
    unfinished.0 = None;
    store.audit("evidence.copy", one.id.as_str(), &out.to_string_lossy(), &desk.session.author())?;
    let place = out.display();
    Ok(done(&[Topic::Audit], format!("書き出しました: {place}"), format!("written: {place}")))
}

/// Counts what passes, and stops where somebody asked to.
struct Watched<'a, W> {
    inner: W,
    ticket: &'a Ticket,
}

impl<W: Write> Write for Watched<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.ticket.is_cancelled() {
            return Err(io::Error::other("stopped"));
        }
        let written = self.inner.write(bytes)?;
        self.ticket.advance(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
