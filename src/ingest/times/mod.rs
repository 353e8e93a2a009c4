//! Times as evidence writes them, read into a [`Stamp`]: what the record states, before zone and year are settled.
//!
//! Nothing is guessed here: a date whose day and month could be swapped is not read, and a zone that is not stated stays
//! open. [`clock::Clock`] places a stamp on the time line with what a person stated for the evidence.

pub mod ascii;
pub mod clock;
pub mod cursor;
pub mod japanese;
pub mod number;
pub mod stamp;

pub use clock::{Clock, Dated};
pub use stamp::{Date, Stamp};

/// Reads a time at the start of `text`; the second value is the rest after it.
///
/// With `cell` set (a table cell under a date-like heading) short era forms as `R8.4.2` are times too.
#[must_use]
pub fn leading(text: &str, cell: bool) -> Option<(Stamp, bool)> {
    if let Some((stamp, len)) = ascii::any(text.as_bytes()) {
        let rest = text.get(len..).unwrap_or("");
        return bounded(rest).then(|| (stamp, rest.trim().is_empty()));
    }
    let start = if cell && japanese::is_short_era(text) { japanese::Start::Plain } else { japanese::start(text)? };
    let folded;
    let text = match start {
        japanese::Start::Plain => text,
        japanese::Start::Folded => {
            folded = japanese::folded(text);
            folded.as_str()
        }
    };
    let (stamp, len) = ascii::any(text.as_bytes()).or_else(|| japanese::leading(text))?;
    let rest = text.get(len..).unwrap_or("");
    bounded(rest).then(|| (stamp, rest.trim().is_empty()))
}

/// Reads a table cell or JSON string that is a time and nothing else.
#[must_use]
pub fn whole(text: &str, cell: bool) -> Option<Stamp> {
    leading(text.trim(), cell).filter(|(_, whole)| *whole).map(|(stamp, _)| stamp)
}

/// A time must not run on into a word or number.
fn bounded(rest: &str) -> bool {
    rest.chars().next().is_none_or(|next| !next.is_ascii_alphanumeric())
}
