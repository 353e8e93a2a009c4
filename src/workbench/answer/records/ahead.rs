//! The first records of files that are being taken in, read straight from the files: what the store will show, before it
//! can. Needs no store.

use super::{MAX_TEXT, column};
use crate::ingest::{Reader, encoding};
use crate::model::{EvidenceKey, FieldReader as _, Ticket};
use crate::workbench::answer::facts::{options, read_as as named};
use crate::workbench::ask::{Ahead, ReadAs, RecordRow};
use crate::workbench::error::{Error, Result};
use crate::workbench::import::first_files;
use crate::workbench::preview::{Preview, Seen, stream};
use std::path::{Path, PathBuf};

/// Records looked at.
const ROWS: usize = 10_000;
/// About what a screen shows: told as soon as it is there.
const SCREEN: usize = 200;
/// Files tried until one has records.
const TRIED: usize = 16;

/// The first records of the first file that has any. `emit` takes what comes before the last answer.
pub fn ahead(
    paths: &[PathBuf],
    read_as: &ReadAs,
    ticket: &Ticket,
    emit: &mut (dyn FnMut(Ahead) + Send),
) -> Result<Ahead> {
    let options = options(read_as);
    let mut first = None;
    for path in first_files(paths, TRIED) {
        let mut told = false;
        let mut tell = |found: &Preview| {
            if !std::mem::replace(&mut told, true) {
                emit(shown(&path, found, SCREEN, false));
            }
        };
        // The import itself tells what cannot be read.
        let found = stream(&path, &options, ROWS, ticket, &mut tell);
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let Ok(found) = found else { continue };
        let ahead = shown(&path, &found, ROWS, true);
        if !ahead.rows.is_empty() {
            return Ok(ahead);
        }
        first.get_or_insert(ahead);
    }
    Ok(first.unwrap_or(Ahead { done: true, ..Ahead::default() }))
}

/// The first `most` records of what was found.
fn shown(path: &Path, found: &Preview, most: usize, done: bool) -> Ahead {
    let name = encoding::name(path.file_name().unwrap_or(path.as_os_str()).as_encoded_bytes());
    let names = found.form.as_ref().map(|form| Reader.columns(form)).unwrap_or_default();
    Ahead {
        name: std::iter::once(name).chain(found.member.iter().cloned()).collect::<Vec<_>>().join(" › "),
        form: found.form.as_ref().map(named),
        rows: found.rows.iter().take(most).zip(0..).map(|(seen, row)| row_of(seen, row, &names)).collect(),
        columns: names.into_iter().map(column).collect(),
        whole: found.whole,
        done,
    }
}

fn row_of(seen: &Seen, row: u32, columns: &[String]) -> RecordRow {
    let cell = |column: &String| {
        let field = seen.fields.iter().find(|(name, _)| name == column);
        field.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    RecordRow {
        evidence: EvidenceKey(0),
        row,
        offset: seen.offset,
        len: seen.len,
        when: seen.when,
        cells: columns.iter().map(cell).collect(),
        text: seen.text.chars().take(MAX_TEXT).collect(),
        reject: seen.reject,
        tags: Vec::new(),
    }
}
