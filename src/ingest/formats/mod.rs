//! The log formats: one file each, and one line in [`FORMATS`].
//!
//! A format never sees bytes, only decoded lines; it says how sure it is of a sample, when a record happened, and which
//! fields a record has. It allocates nothing per record while scanning: fields are parsed when somebody looks.

mod access;
mod cef;
mod column_lists;
pub(crate) mod custom;
mod delimited;
mod evtx;
mod evtx_xml;
mod header;
mod json;
mod json_scan;
mod json_walk;
mod jsonl;
mod line;
mod logfmt;
mod mail;
mod netfilter;
mod roles;
mod sshd;
mod syslog;
mod table;
mod text;
mod w3c;
mod windows;
mod zeek;

pub use custom::Definition;
pub(crate) use mail::Mbox;
pub use table::{TIME, TIME_COLUMN};

use super::frames::Frames;
use super::times::{Clock, Dated, Stamp};
use super::watch::Watcher;
use crate::model::evidence::ReadingForm;
use crate::model::fold::same_name;
use crate::model::{Field, Reject, Text, Undated};

/// Every format, in the order in which equal scores are decided.
pub static FORMATS: &[&dyn Format] = &[
    &access::Access,
    &w3c::W3c,
    &zeek::Zeek,
    &evtx::Evtx,
    &evtx_xml::EvtxXml,
    &line::Line,
    &json::Json,
    &jsonl::Jsonl,
    &mail::Mbox,
    &mail::Eml,
    &cef::Cef,
    &syslog::Syslog,
    &logfmt::Logfmt,
    &delimited::Delimited,
    &text::Plain,
];

/// The format with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    if name == custom::NAME {
        // Defined by a person, never guessed.
        return Some(&custom::Custom);
    }
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// From this score on a sample counts as a format; plain text alone stays below it.
pub const SURE: u8 = 50;

/// A log format.
pub trait Format: Sync {
    /// Its name in readings and on the command line; never changed once used.
    fn name(&self) -> &'static str;

    /// What a person reads.
    fn label(&self) -> Text;

    /// How sure a sample is of this format: 0 to 100, at least [`SURE`] when it is.
    fn sniff(&self, sample: &Sample<'_>) -> u8;

    /// Fills in what this format must remember about this file: columns, delimiter, notes.
    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        let _ = (sample, form);
    }

    /// A scanner for records of this form.
    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f>;

    /// Where its records stand, when they are not lines.
    fn frames(&self) -> Option<&dyn Frames> {
        None
    }

    /// Whether these first bytes are of this format, when it is no text.
    fn is_magic(&self, head: &[u8]) -> bool {
        let _ = head;
        false
    }

    /// Looks for damage that single records do not show.
    fn watcher(&self) -> Option<Box<dyn Watcher>> {
        None
    }

    /// The delimiter, when line breaks inside quotation marks belong to the record.
    fn quoting(&self, form: &ReadingForm) -> Option<u8> {
        let _ = form;
        None
    }

    /// Appends a record's fields.
    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>);

    /// Puts the record's fields whose name folds to `name` into the empty `out`. A format that finds one field without
    /// reading the others does.
    fn fields_named<'a>(&self, form: &ReadingForm, text: &'a str, name: &str, out: &mut Vec<Field<'a>>) {
        self.fields(form, text, out);
        out.retain(|field| same_name(&field.name, name));
    }

    /// The field names every record has, in the order of columns.
    fn columns(&self, form: &ReadingForm) -> Vec<String>;

    /// Whether records may have other fields than the columns.
    fn is_open(&self) -> bool {
        false
    }
}

/// Goes through the records of one chunk. Holds nothing that a chunk before it would have to tell.
pub trait Scanner {
    /// Reads one record, or says that it is none (a header). `offset` is its first byte in the evidence.
    fn scan(&mut self, text: &str, offset: u64, clock: &mut Clock) -> Option<Draft>;

    /// After a line that is no record: the date it states for the records below, which state none of their own.
    fn heading(&mut self) -> Option<Stamp> {
        None
    }
}

/// What a scanner makes of a record.
#[derive(Clone, Copy, Debug)]
pub struct Draft {
    /// Its time.
    pub dated: Dated,
    /// Why the format could not read it.
    pub reject: Option<Reject>,
}

impl Draft {
    /// A record that was read.
    #[must_use]
    pub const fn read(dated: Dated) -> Self {
        Self { dated, reject: None }
    }

    /// A record without a time.
    #[must_use]
    pub const fn undated(why: Undated, reject: Option<Reject>) -> Self {
        Self { dated: Dated::undated(why), reject }
    }
}

/// The decoded beginning of a file.
#[derive(Clone, Copy, Debug)]
pub struct Sample<'a> {
    /// The text, without byte order mark, ending at a line end unless the file is that short.
    pub text: &'a str,
    /// The bytes it was decoded from.
    pub raw: &'a [u8],
    /// Bytes before them in the evidence.
    pub bom: usize,
    /// Their encoding.
    pub encoding: &'static encoding_rs::Encoding,
    /// File name, lower case: a hint only.
    pub name: &'a str,
}

/// Lines looked at when a format is detected.
const SAMPLE_LINES: usize = 2_000;

impl<'a> Sample<'a> {
    /// The lines that are neither blank nor comments, as far as a format is judged by them.
    pub fn lines(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text
            .split('\n')
            .map(|line| line.strip_suffix('\r').unwrap_or(line))
            .filter(|line| !is_blank(line) && !line.starts_with('#'))
            .take(SAMPLE_LINES)
    }

    /// Share of lines that `fits` accepts, as a score of at most `most`.
    pub fn share(&self, most: usize, fits: impl FnMut(&str) -> bool) -> u8 {
        let mut total = 0;
        let good = self.lines().inspect(|_| total += 1).map(fits).filter(|good| *good).count();
        u8::try_from((good * most).checked_div(total).unwrap_or(0)).unwrap_or(0)
    }
}

/// Whether a line holds nothing but white space.
#[must_use]
pub fn is_blank(line: &str) -> bool {
    match line.as_bytes().first() {
        Some(b'!'..=b'~') => false,
        _ => line.chars().all(char::is_whitespace),
    }
}

/// A field whose name and value stand in the text.
pub(crate) fn field<'a>(name: &'static str, value: &'a str) -> Field<'a> {
    Field { name: name.into(), value: value.into() }
}
