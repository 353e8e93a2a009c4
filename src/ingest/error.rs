//! What can go wrong before a single byte is read: a format, encoding or zone that does not exist.
//!
//! Bad bytes are never an error: they become records with a `Reject`.

use super::formats::FORMATS;
use crate::model::{Explain, Lang};

/// Why an evidence cannot be read as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No format has this name.
    #[error("no log format is called `{0}`")]
    Format(String),
    /// No encoding has this label.
    #[error("no encoding is called `{0}`")]
    Encoding(String),
    /// Neither a zone name nor an offset.
    #[error("`{0}` is not a time zone")]
    Zone(String),
    /// No year a log could begin in.
    #[error("a log cannot begin in the year `{0}`")]
    Year(i16),
    /// No column of the table has this name.
    #[error("the table has no column `{0}`")]
    Column(String, Vec<String>),
}

impl Explain for Error {
    fn what(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Ja => match self {
                Self::Format(name) => format!("`{name}` という形式はない"),
                Self::Encoding(label) => format!("`{label}` という文字コードはない"),
                Self::Zone(zone) => format!("`{zone}` は時間帯として読めない"),
                Self::Year(year) => format!("`{year}` 年に始まる記録はない"),
                Self::Column(name, _) => format!("`{name}` という列はない"),
            },
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        let valid = match self {
            Self::Format(_) => FORMATS.iter().map(|format| format.name()).collect::<Vec<_>>().join(", "),
            Self::Encoding(_) => super::encoding::NAMES.join(", "),
            Self::Zone(_) => "Asia/Tokyo, UTC, +09:00, America/Los_Angeles".to_owned(),
            Self::Year(_) => "1970-2261".to_owned(),
            Self::Column(_, columns) => columns.join(", "),
        };
        Some(match lang {
            Lang::Ja => format!("使えるもの: {valid}"),
            Lang::En => format!("valid: {valid}"),
        })
    }
}
