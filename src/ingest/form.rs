//! How a file will be read: detection and what a person ordered, settled into a `ReadingForm`.

use super::detect::{Detection, HEAD, sample_bytes};
use super::encoding;
use super::error::Error;
use super::formats::{Definition, Sample, TIME_COLUMN, by_name, custom};
use super::times::clock;
use crate::model::evidence::{Guess, ReadingForm};
use crate::model::time::TimeSetting;

/// Version of the parsers; rises when the same bytes would give other records or times.
pub const PARSER: u32 = 1;

/// What a person states about an evidence; `None` leaves it to detection or open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// Format name.
    pub format: Option<String>,
    /// Encoding label.
    pub encoding: Option<String>,
    /// Zone of times that state none.
    pub zone: Option<String>,
    /// Year of the first record of a year-less log.
    pub year: Option<i16>,
    /// A format that a person defined; goes before `format`.
    pub definition: Option<Definition>,
    /// Column of delimited text that holds the time.
    pub time_column: Option<String>,
}

/// Settles the form of a file from its first bytes (at most [`HEAD`]).
///
/// An unknown or binary file without an ordered format gets a form with an empty format: it has no records.
///
/// # Errors
/// When a format, encoding, zone or year is ordered that does not exist.
pub fn form(head: &[u8], detection: &Detection, overrides: &Overrides) -> Result<ReadingForm, Error> {
    let head = head.get(..HEAD).unwrap_or(head);
    let encoding = match &overrides.encoding {
        Some(label) => encoding::from_label(label).ok_or_else(|| Error::Encoding(label.clone()))?,
        None => encoding::of(detection.encoding),
    };
    if let Some(zone) = overrides.zone.as_ref().filter(|zone| clock::zone(zone).is_none()) {
        return Err(Error::Zone(zone.clone()));
    }
    if let Some(year) = overrides.year.filter(|year| !(1970..=2261).contains(year)) {
        return Err(Error::Year(year));
    }
    let defined = overrides.definition.as_ref().map(|_| custom::NAME);
    let ordered = defined.or(overrides.format.as_deref());
    let name = ordered.unwrap_or(&detection.format);
    let format = by_name(name).filter(|_| name != custom::NAME || defined.is_some());
    if ordered.is_some() && format.is_none() {
        return Err(Error::Format(name.to_owned()));
    }
    let mut form = ReadingForm {
        format: format.map_or("", |format| format.name()).to_owned(),
        encoding: encoding::label(encoding).to_owned(),
        time: TimeSetting { zone: overrides.zone.clone(), year: overrides.year, skew_secs: 0 },
        parser: PARSER,
        guess: ordered.is_none().then(|| Guess { score: detection.score, runner_up: detection.runner_up.clone() }),
        notes: overrides.definition.as_ref().map(Definition::notes).unwrap_or_default(),
        ..ReadingForm::default()
    };
    form.notes.extend(overrides.time_column.iter().map(|name| (TIME_COLUMN.to_owned(), name.clone())));
    if let Some(format) = format {
        // What is no text has none to be looked at.
        let head = if format.is_magic(head) { &[] } else { head };
        let (raw, bom) = sample_bytes(head, encoding);
        let text = encoding::decode(encoding, raw).text;
        format.prepare(&Sample { text: &text, raw, bom, encoding, name: "" }, &mut form);
    }
    if let Some(name) = &overrides.time_column
        && !form.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    {
        return Err(Error::Column(name.clone(), form.columns));
    }
    Ok(form)
}
