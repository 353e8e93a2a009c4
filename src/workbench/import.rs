//! Taking evidence in: files and folders; what containers among them hold is taken out by [`members`](super::members).
//!
//! Every path gives one outcome a file and one more for each member. What cannot be read is told and the rest goes on.

use super::error::{Error, Result};
use super::members::{self, Tree};
use super::pipeline::{self, Source};
use super::session::Session;
use crate::ingest::containers::{Budget, Passwords};
use crate::ingest::formats::Definition;
use crate::ingest::{HEAD, Overrides, Watched, detect, encoding, is_by_lines};
use crate::model::evidence::EvidenceState;
use crate::model::time::JST_MINUTES;
use crate::model::{Acquisition, CaseKey, Evidence, EvidenceKey, Lang, Ticket};
use crate::store::{Check, NewEvidence};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

/// How to read what is added, where its content does not say or says wrongly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddOptions {
    /// Format name.
    pub format: Option<String>,
    /// Encoding label.
    pub encoding: Option<String>,
    /// Zone of times that state none.
    pub zone: Option<String>,
    /// Year of the first record of a log without years.
    pub year: Option<i16>,
    /// Legal basis with the paper's number.
    pub basis: Option<String>,
    /// A format that a person defined; set by [`add`] where `format` names a TOML file.
    pub definition: Option<Definition>,
    /// Passwords to try on encrypted archives.
    pub passwords: Passwords,
}

/// Passwords for archives: those in a file, one a line, and the one in the variable `ITOGUCHI_PASSWORD`. Never on the command
/// line, where every user of the machine could read it.
pub fn passwords(file: Option<&Path>) -> Result<Passwords> {
    let text = file.map(|path| std::fs::read_to_string(path).map_err(Error::file(path))).transpose()?;
    let variable = std::env::var("ITOGUCHI_PASSWORD").ok();
    Ok(Passwords::of(text.iter().flat_map(|text| text.lines()).chain(variable.as_deref())))
}

/// What became of one file or member.
#[derive(Debug)]
pub enum Outcome {
    /// It is in.
    Added {
        /// As stored.
        evidence: Box<Evidence>,
        /// The keys of the command line contract.
        row: Value,
    },
    /// It could not be read.
    Failed {
        /// The file.
        path: PathBuf,
        /// Why.
        error: Error,
    },
}

/// Takes in files and folders, telling each outcome as it comes.
pub fn add(
    session: &Session,
    case: Option<CaseKey>,
    paths: &[PathBuf],
    options: &AddOptions,
    ticket: &Ticket,
    tell: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let options = &with_definition(options)?;
    let mut files = Vec::new();
    for path in paths {
        walk(path, &mut files, tell);
    }
    ticket.set_total(files.iter().filter_map(|path| path.metadata().ok()).map(|data| data.len()).sum());
    for path in files {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if let Err(error) = add_file(session, case, &path, options, ticket, tell) {
            if matches!(error, Error::Cancelled) {
                return Err(error);
            }
            tell(Outcome::Failed { path, error });
        }
    }
    Ok(())
}

/// A format given as a TOML file is a definition.
pub(super) fn with_definition(options: &AddOptions) -> Result<AddOptions> {
    let mut options = options.clone();
    let is_file = |path: &&Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    if let Some(path) = options.format.as_deref().map(Path::new).filter(is_file) {
        let text = std::fs::read_to_string(path).map_err(Error::file(path))?;
        let wrong = |why: String| {
            let text = |said: &str| format!("{said}: {} ({why})", path.display());
            Error::input(text("形式の定義に誤りがあります"), text("the definition of the format is wrong"))
        };
        let definition = Definition::from_toml(&text).map_err(wrong)?;
        options.definition = Some(definition);
        options.format = Some("custom".to_owned());
    }
    Ok(options)
}

/// Files below a path, sorted; what cannot be entered is told and the rest goes on. Links are followed only where they are
/// named themselves: one inside a folder may lead anywhere, and is told.
fn walk(path: &Path, out: &mut Vec<PathBuf>, tell: &mut dyn FnMut(Outcome)) {
    match below(path) {
        Ok(None) => out.push(path.to_owned()),
        Ok(Some(inside)) => {
            for entry in inside {
                if entry.is_symlink() {
                    let (ja, en) = ("リンクは辿りません", "a link inside a folder is not followed");
                    let error =
                        Error::input(format!("{ja}: {}", entry.display()), format!("{en}: {}", entry.display()));
                    tell(Outcome::Failed { path: entry, error });
                } else {
                    walk(&entry, out, tell);
                }
            }
        }
        Err(error) => tell(Outcome::Failed { path: path.to_owned(), error }),
    }
}

/// The first files that [`add`] takes in of these paths, at most so many.
pub fn first_files(paths: &[PathBuf], most: usize) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = paths.iter().rev().cloned().collect();
    let mut out = Vec::new();
    while let Some(path) = open.pop().filter(|_| out.len() < most) {
        match below(&path) {
            Ok(None) => out.push(path),
            Ok(Some(inside)) => open.extend(inside.into_iter().rev().filter(|entry| !entry.is_symlink())),
            // Told by the import itself.
            Err(_) => {}
        }
    }
    out
}

/// What lies in a folder, sorted; `None` for a file.
fn below(path: &Path) -> Result<Option<Vec<PathBuf>>> {
    let data = std::fs::metadata(path).map_err(Error::file(path))?;
    if data.is_file() {
        return Ok(None);
    }
    if !data.is_dir() {
        return Err(Error::input(
            format!("ファイルでもフォルダでもありません: {}", path.display()),
            format!("neither a file nor a folder: {}", path.display()),
        ));
    }
    let entries = std::fs::read_dir(path).map_err(Error::file(path))?;
    let mut inside = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(Error::file(path))?;
    inside.sort();
    Ok(Some(inside))
}

fn add_file(
    session: &Session,
    case: Option<CaseKey>,
    path: &Path,
    options: &AddOptions,
    ticket: &Ticket,
    tell: &mut dyn FnMut(Outcome),
) -> Result<()> {
    if crate::store::in_use(path) {
        return Err(Error::input(
            format!("開いている事案ファイル自身は証拠にできません: {}", path.display()),
            format!("the open case file itself is no evidence: {}", path.display()),
        ));
    }
    let watch = Stopwatch::now();
    let mut file = File::open(path).map_err(Error::file(path))?;
    let before = file.metadata().map_err(Error::file(path))?;
    let mtime = before
        .modified()
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_nanos()).ok());
    let new = NewEvidence {
        case,
        name: path.as_os_str().as_encoded_bytes().to_vec(),
        bytes: before.len(),
        acquisition: Acquisition { basis: options.basis.clone(), ..Acquisition::default() },
        mtime,
        ..NewEvidence::default()
    };
    let unchanged = || {
        let after = std::fs::metadata(path).map_err(Error::file(path))?;
        let same = after.len() == before.len() && after.modified().ok() == before.modified().ok();
        let changed = "元ファイルが読取り中に変わりました";
        if same {
            Ok(())
        } else {
            Err(Error::input(
                format!("{changed}: {}", path.display()),
                format!("the file changed while it was read: {}", path.display()),
            ))
        }
    };
    let (mut head, mut ordered) = (Vec::new(), overrides(options));
    if ordered.format.is_some() {
        (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(path))?;
        ordered = for_content(ordered, &head, path.as_os_str().as_encoded_bytes());
    }
    let watched = std::cell::RefCell::new(Watched::new(std::io::Cursor::new(head).chain(&mut file)));
    let damage = || watched.borrow().damage(Lang::Ja);
    let source = Source { name: path, new, overrides: ordered, whole: false, check: &unchanged, damage: &damage };
    let (evidence, container, _) = pipeline::take_in(session, &mut Shared(&watched), &source, ticket)?;
    let announced = watched.borrow().records();
    let evidence = lacking(session, evidence, announced)?;
    told(session, &evidence, path, None, watch, tell)?;
    let tree = Tree { session, options, ticket, budget: &Budget::of(before.len()), again: false };
    members::add(&tree, &evidence, path, (container, 1), tell)
}

/// Notes records that the evidence announces and that could not be read.
pub(super) fn lacking(session: &Session, evidence: Evidence, announced: Option<u64>) -> Result<Evidence> {
    let rows = evidence.reading.as_ref().map_or(0, |reading| u64::from(reading.rows));
    let missing = announced.unwrap_or(0).saturating_sub(rows);
    if missing == 0 || evidence.reading.is_none() {
        return Ok(evidence);
    }
    session.store.note_damage(evidence.key, &format!("読めない記録{missing}件"), &session.author())?;
    Ok(session.store.evidence_one(evidence.key)?)
}

/// A format ordered for a container is meant for what it holds.
pub(super) fn for_content(mut ordered: Overrides, head: &[u8], name: &[u8]) -> Overrides {
    if ordered.format.is_some() && detect(head, name).container {
        (ordered.format, ordered.definition) = (None, None);
    }
    ordered
}

pub(super) fn overrides(options: &AddOptions) -> Overrides {
    Overrides {
        format: options.format.clone(),
        encoding: options.encoding.clone(),
        zone: options.zone.clone(),
        year: options.year,
        definition: options.definition.clone(),
        time_column: None,
    }
}

/// A reader that can still be asked for its report afterwards.
pub(super) struct Shared<'a, R: std::io::Read>(pub(super) &'a std::cell::RefCell<R>);

impl<R: std::io::Read> std::io::Read for Shared<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().read(out)
    }
}

pub(super) fn told(
    session: &Session,
    evidence: &Evidence,
    path: &Path,
    parent: Option<&Evidence>,
    watch: Stopwatch,
    tell: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let mut row = row_of(evidence, parent.map(|parent| parent.id.as_str()), Some(watch.elapsed().as_secs_f64()));
    if let Some(row) = row.as_object_mut() {
        row.insert("path".into(), json!(path.to_string_lossy()));
        let original = evidence.duplicate_of.map(|key| session.store.evidence_one(key)).transpose()?;
        row.insert("duplicate_of".into(), json!(original.map(|evidence| evidence.id)));
    }
    tell(Outcome::Added { evidence: Box::new(evidence.clone()), row });
    Ok(())
}

/// An evidence with the keys of the command line contract.
#[must_use]
pub fn describe(evidence: &Evidence, all: &[Evidence], seconds: Option<f64>) -> Value {
    let id = |key: Option<EvidenceKey>| all.iter().find(|one| Some(one.key) == key).map(|one| one.id.as_str());
    let mut row = row_of(evidence, id(evidence.parent), seconds);
    if let Some(row) = row.as_object_mut() {
        row.insert("duplicate_of".into(), json!(id(evidence.duplicate_of)));
    }
    row
}

fn row_of(evidence: &Evidence, parent: Option<&str>, seconds: Option<f64>) -> Value {
    let reading = evidence.reading.as_ref();
    // Stores made before kept a count for other formats too: it meant nothing.
    let by_lines = reading.map(|reading| is_by_lines(&reading.form));
    let guess = reading.and_then(|reading| reading.form.guess.as_ref());
    let skew = reading.map_or(0, |reading| reading.form.time.skew_secs);
    let iso = |at: Option<crate::model::Instant>| at.map(|at| at.without_skew(skew).iso(JST_MINUTES));
    let mut row = json!({
        "evidence": evidence.id, "path": encoding::name(&evidence.name), "parent": parent, "duplicate_of": null,
        "format": reading.map(|reading| reading.form.format.as_str()), "encoding": reading.map(|reading| reading.form.encoding.as_str()),
        "bytes": evidence.bytes, "sha256": evidence.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)),
        "lines": reading.filter(|_| by_lines == Some(true)).and_then(|reading| reading.lines), "rows": reading.map_or(0, |reading| reading.rows),
        "skipped": reading.map_or(0, |reading| reading.skipped), "undated": reading.map_or(0, |reading| reading.undated),
        "rejects": reading.map_or(0, |reading| reading.rejects), "first": iso(reading.and_then(|reading| reading.first)),
        "last": iso(reading.and_then(|reading| reading.last)), "indicators": reading.map_or(0, |reading| reading.indicators),
        "damaged": evidence.damaged, "seconds": seconds, "score": guess.map(|guess| guess.score),
        "runner_up": guess.and_then(|guess| guess.runner_up.as_ref()).map(|(format, score)| json!({"format": format, "score": score})), "state": evidence.state.tag(),
        "counted": by_lines.map(|by_lines| if by_lines { "lines" } else { "records" }),
    });
    if let Some(row) = row.as_object_mut().filter(|_| skew != 0) {
        row.insert("skew".into(), json!(skew));
    }
    row
}

/// Hashes every complete evidence again (同一性確認).
pub fn verify(session: &Session, ticket: &Ticket) -> Result<Vec<Check>> {
    let all = session.store.evidence()?;
    ticket.set_total(all.iter().map(|evidence| evidence.bytes).sum());
    let mut out = Vec::new();
    for evidence in all
        .iter()
        .filter(|evidence| evidence.state == EvidenceState::Complete || evidence.state == EvidenceState::Withdrawn)
    {
        let hash = evidence.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default();
        let name = format!("evidence {}", evidence.id);
        match session.store.rehash(evidence.key, ticket) {
            Ok(same) => out.push(Check::of(&name, same, hash)),
            Err(err) => out.push(Check::of(&name, false, err.to_string())),
        }
    }
    Ok(out)
}
