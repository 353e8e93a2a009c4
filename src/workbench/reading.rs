//! Reading evidence again: the same stored bytes with another encoding, zone, format or a newer parser.
//!
//! What was stated before stays where nothing else is said now. Damage is looked for anew, and containers are opened anew:
//! members that are in already stay, those that could not be taken out before (a password, an older reader) come in.

use super::error::{Error, Result};
use super::import::{self, AddOptions, Outcome, Shared, lacking};
use super::members::{self, Tree};
use super::pipeline::{self, Source};
use super::session::Session;
use crate::ingest::containers::{Budget, Passwords};
use crate::ingest::formats::{Definition, TIME_COLUMN};
use crate::ingest::{Detection, FORMATS, HEAD, Overrides, Watched, detect};
use crate::model::evidence::ReadingForm;
use crate::model::{EvidenceKey, Lang, Text, Ticket};
use crate::store::{NewEvidence, Remapped, StoredBytes};
use std::cell::RefCell;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Instant as Stopwatch;

/// What becomes of one setting of a reading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice<T> {
    /// As it was.
    #[default]
    Keep,
    /// As content shows; nothing where content cannot show it (zone, year).
    Auto,
    /// This.
    Set(T),
}

impl<T> Choice<T> {
    fn or(&self, kept: Option<T>) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Keep => kept,
            Self::Auto => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}

impl Choice<String> {
    /// As typed: left out, `auto`, or a value.
    #[must_use]
    pub fn of(typed: Option<&str>) -> Self {
        match typed {
            None => Self::Keep,
            Some("auto") => Self::Auto,
            Some(value) => Self::Set(value.to_owned()),
        }
    }
}

/// How evidence is to be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// Format name, or a TOML file that defines one.
    pub format: Choice<String>,
    /// Encoding label.
    pub encoding: Choice<String>,
    /// Zone of times that state none.
    pub zone: Choice<String>,
    /// Year of the first record of a log without years.
    pub year: Choice<i16>,
    /// Column of delimited text that holds the time.
    pub time_column: Choice<String>,
    /// Passwords to try on encrypted archives.
    pub passwords: Passwords,
}

/// The formats a person can order, by name and label.
#[must_use]
pub fn formats() -> Vec<(&'static str, Text)> {
    // What a person defines is a file of its own; what is told by its first bytes is never mistaken.
    let fits = |name: &&str| !matches!(*name, "custom" | "evtx");
    FORMATS.iter().map(|format| (format.name(), format.label())).filter(|(name, _)| fits(name)).collect()
}

/// Reads an evidence again; tells it and every member that came in anew, and says what became of what people said.
pub fn again(
    session: &Session,
    key: EvidenceKey,
    how: &Again,
    ticket: &Ticket,
    tell: &mut dyn FnMut(Outcome),
) -> Result<Remapped> {
    let (store, watch) = (&session.store, Stopwatch::now());
    let old = store.evidence_one(key)?;
    ticket.set_total(old.bytes);
    let head = store.read_range(key, 0, HEAD as u64)?;
    let detection = detect(&head, &old.name);
    let options = import::with_definition(&AddOptions {
        format: how.format.or(None),
        passwords: how.passwords.clone(),
        ..AddOptions::default()
    })?;
    let form = old.reading.as_ref().map(|reading| &reading.form);
    let overrides = ordered(how, &options, form, &detection);
    // The name helps detection as it did at intake.
    let name = String::from_utf8_lossy(&old.name).into_owned();
    let name = Path::new(&name);
    let watched = RefCell::new(Watched::new(Cursor::new(head).chain(after(store.bytes_of(key))?)));
    let damage = || watched.borrow().damage(Lang::Ja);
    let new = NewEvidence { bytes: old.bytes, again: Some(key), ..NewEvidence::default() };
    let source = Source { name, new, overrides, whole: false, check: &|| Ok(()), damage: &damage };
    let taken = pipeline::take_in(session, &mut Shared(&watched), &source, ticket);
    if taken.is_err() {
        // Why it failed is told; what cannot be cleared now the next opening clears.
        drop(store.drop_broken_readings());
    }
    let (fresh, container, remapped) = taken?;
    let announced = watched.borrow().records();
    let fresh = lacking(session, fresh, announced)?;
    let parent = fresh.parent.map(|parent| store.evidence_one(parent)).transpose()?;
    import::told(session, &fresh, name, parent.as_ref(), watch, tell)?;
    let tree = Tree { session, options: &options, ticket, budget: &Budget::of(fresh.bytes), again: true };
    members::add(&tree, &fresh, name, (container, 1), tell)?;
    Ok(remapped)
}

/// The stored bytes behind the head that was read already.
fn after(mut bytes: StoredBytes<'_>) -> Result<StoredBytes<'_>> {
    bytes.seek(SeekFrom::Start(HEAD as u64)).map_err(Error::file(Path::new("evidence")))?;
    Ok(bytes)
}

/// The time column a person stated before.
fn stated_time(form: &ReadingForm) -> Option<String> {
    form.notes.iter().find(|(key, _)| key == TIME_COLUMN).map(|(_, name)| name.clone())
}

/// What is ordered now, over what was stated or found before.
fn ordered(how: &Again, options: &AddOptions, form: Option<&ReadingForm>, detection: &Detection) -> Overrides {
    let same = |form: &&ReadingForm| form.guess.is_some() && form.format == detection.format;
    // What content shows again needs no order, and keeps saying how sure it is.
    let kept = form.filter(|form| !same(form)).map(|form| form.format.clone());
    let keeps = how.format == Choice::Keep;
    Overrides {
        format: if keeps { kept } else { options.format.clone() },
        encoding: how.encoding.or(form.map(|form| form.encoding.clone())),
        zone: how.zone.or(form.and_then(|form| form.time.zone.clone())),
        year: how.year.or(form.and_then(|form| form.time.year)),
        time_column: how.time_column.or(form.and_then(stated_time)),
        definition: if keeps { form.and_then(Definition::of) } else { options.definition.clone() },
    }
}
