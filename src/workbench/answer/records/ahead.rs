//! The first records of files that are being taken in, read straight from the files: what the store will show, before it
//! can. Needs no store.

use super::MAX_TEXT;
use super::columns::{SAMPLE, column, common};
use crate::ingest::{Reader, encoding};
use crate::model::{EvidenceKey, FieldReader as _, Ticket};
use crate::workbench::answer::facts::{options, read_as as named};
use crate::workbench::ask::{Ahead, Column, ReadAs, RecordRow};
use crate::workbench::error::{Error, Result};
use crate::workbench::import::first_files;
use crate::workbench::preview::{Preview, Seen, stream};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
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
        let Ok(mut found) = found else { continue };
        let mut ahead = shown(&path, &found, 0, true);
        let rows = std::mem::take(&mut found.rows);
        let row = |(row, seen)| row_of(&found, seen, row, &ahead.columns);
        ahead.rows = (0..).zip(rows).collect::<Vec<_>>().into_par_iter().map(row).collect();
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
    let columns: Vec<Column> = names(found).into_iter().map(column).collect();
    let first = found.rows.iter().take(most).cloned();
    Ahead {
        name: std::iter::once(name).chain(found.member.iter().cloned()).collect::<Vec<_>>().join(" › "),
        form: found.form.as_ref().map(named),
        rows: first.zip(0..).map(|(seen, row)| row_of(found, seen, row, &columns)).collect(),
        columns,
        whole: found.whole,
        done,
    }
}

/// The columns the stored records will have.
fn names(found: &Preview) -> Vec<String> {
    let Some(form) = &found.form else { return Vec::new() };
    let stated = Reader.columns(form);
    if !stated.is_empty() || !Reader.is_open(form) {
        return stated;
    }
    let fields: Vec<_> = found.rows.iter().take(SAMPLE).map(|seen| found.fields(seen)).collect();
    common(fields.iter().map(|fields| fields.iter().map(|field| &*field.name)))
}

/// The beginning of a text.
fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_TEXT) {
        text.truncate(end);
    }
    text
}

fn row_of(found: &Preview, seen: Seen, row: u32, columns: &[Column]) -> RecordRow {
    let mut fields = found.fields(&seen);
    let mut cell = |column: &Column| {
        let field = fields.iter_mut().find(|field| field.name == column.name);
        field.map(|field| std::mem::take(&mut field.value).into_owned()).unwrap_or_default()
    };
    RecordRow {
        evidence: EvidenceKey(0),
        row,
        offset: seen.offset,
        len: seen.len,
        when: seen.when,
        cells: columns.iter().map(&mut cell).collect(),
        reject: seen.reject,
        tags: Vec::new(),
        text: cut(seen.text),
    }
}
