//! The first records of a file before it is taken in: read from its beginning, whatever its size; nothing is kept.
//!
//! Detection, cutting and parsing are those of the import, so that what is shown is what will be stored.

use super::error::{Error, Result};
use super::export::below;
use super::import::{AddOptions, overrides, with_definition};
use crate::ingest::{self, Cutter, HEAD, Reader, Settler};
use crate::model::evidence::ReadingForm;
use crate::model::record::When;
use crate::model::{Field, FieldReader as _, Reject};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// About what is parsed at once, and what must follow it before a record's end is sure: as at import.
const CHUNK: usize = 256 << 10;
const SIGHT: usize = 6 << 20;
/// More is not read, however few records it held.
const MOST: u64 = 64 << 20;

/// The beginning of a file, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preview {
    /// Name of the format; empty for what is kept whole.
    pub format: String,
    /// Encoding.
    pub encoding: String,
    /// How sure that is, 0 to 100.
    pub score: u8,
    /// The next best format.
    pub runner_up: Option<(String, u8)>,
    /// It holds other files or a compressed one.
    pub container: bool,
    /// Every record of the file is here.
    pub whole: bool,
    /// The first records.
    pub rows: Vec<Seen>,
}

/// One record of a preview.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// First byte in the file.
    pub offset: u64,
    /// Bytes.
    pub len: u32,
    /// When.
    pub when: When,
    /// Why its format could not read it.
    pub reject: Option<Reject>,
    /// The text.
    pub text: String,
    /// Fields in the format's order.
    pub fields: Vec<(String, String)>,
}

/// Reads the first `limit` records of a file.
pub fn preview(path: &Path, options: &AddOptions, limit: usize) -> Result<Preview> {
    let options = with_definition(options)?;
    let mut source = File::open(path).map_err(Error::file(path))?.take(MOST);
    let mut bytes = Vec::new();
    fill(&mut source, &mut bytes, HEAD, path)?;
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or(&[]);
    let found = ingest::detect(head, path.as_os_str().as_encoded_bytes());
    let ordered = overrides(&options);
    let mut out = Preview {
        format: found.format.clone(),
        encoding: found.encoding.to_owned(),
        score: found.score,
        runner_up: found.runner_up.clone(),
        container: found.container,
        ..Preview::default()
    };
    if ordered.format.is_none() && (found.container || found.format.is_empty()) {
        return Ok(out);
    }
    let form = ingest::form(head, &found, &ordered).map_err(below)?;
    (out.format, out.encoding) = (form.format.clone(), form.encoding.clone());
    let (mut cutter, mut settler) = (Cutter::new(&form), Settler::new(&form));
    let (mut at, mut offset) = (0, 0);
    while out.rows.len() < limit {
        let ended = fill(&mut source, &mut bytes, at + CHUNK + SIGHT, path)?;
        let rest = bytes.get(at..).unwrap_or(&[]);
        let cut = cutter.cut(rest, CHUNK, ended);
        if rest.is_empty() || cut.len == 0 {
            out.whole = rest.is_empty() && source.limit() > 0;
            break;
        }
        let (chunk, last) = (rest.get(..cut.len).unwrap_or(rest), ended && cut.len == rest.len());
        let lead = u32::try_from(cut.lead).unwrap_or(u32::MAX);
        let mut parsed = ingest::parse(&form, chunk, offset, lead, offset == 0, last);
        settler.settle(&mut parsed);
        let left = limit - out.rows.len();
        out.rows.extend(parsed.records.iter().zip(&parsed.text_ranges).take(left).map(|(record, place)| {
            let text = parsed.text.get(place.start as usize..place.end as usize).unwrap_or("");
            seen(&form, text, record)
        }));
        out.whole = last && parsed.records.len() <= left && source.limit() > 0;
        at += cut.len;
        offset += cut.len as u64;
    }
    Ok(out)
}

fn seen(form: &ReadingForm, text: &str, record: &crate::model::RecordHead) -> Seen {
    let mut fields: Vec<Field<'_>> = Vec::new();
    Reader.fields(form, text, &mut fields);
    Seen {
        offset: record.offset,
        len: record.len,
        when: record.when,
        reject: record.reject,
        fields: fields.into_iter().map(|field| (field.name.into_owned(), field.value.into_owned())).collect(),
        text: text.to_owned(),
    }
}

/// Reads until `wanted` bytes are held; whether nothing follows.
fn fill(source: &mut impl Read, bytes: &mut Vec<u8>, wanted: usize, path: &Path) -> Result<bool> {
    let missing = wanted.saturating_sub(bytes.len()) as u64;
    let read = source.take(missing).read_to_end(bytes).map_err(Error::file(path))?;
    Ok((read as u64) < missing)
}
