//! What can go wrong with a question, told with the place in the question where it went wrong.

use crate::model::corpus::Failure;
use crate::model::{Explain, Lang};
use std::fmt;
use std::ops::Range;

/// A question that cannot be asked, with the bytes of it that are at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError {
    /// Bytes of the query text, on character boundaries; empty at its end when something is missing there.
    pub at: Range<usize>,
    /// What is wrong, in Japanese and in English.
    pub message: (String, String),
    /// The remedy, in Japanese and in English.
    pub hint: Option<(String, String)>,
}

impl QueryError {
    pub(super) fn new(at: Range<usize>, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { at, message: (ja.into(), en.into()), hint: None }
    }

    pub(super) fn hint(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some((ja.into(), en.into()));
        self
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what(Lang::En))
    }
}

impl std::error::Error for QueryError {}

impl Explain for QueryError {
    fn what(&self, lang: Lang) -> String {
        let (ja, en) = &self.message;
        match lang {
            Lang::Ja => format!("{ja}（検索式の{}バイト目）", self.at.start + 1),
            Lang::En => format!("{en}, at byte {} of the query", self.at.start + 1),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        self.hint.as_ref().map(|(ja, en)| lang.pick(ja, en).to_owned())
    }
}

/// Why a search gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question cannot be asked of these evidences.
    #[error("{0}")]
    Query(#[from] QueryError),
    /// Somebody asked it to stop.
    #[error("the search was cancelled")]
    Cancelled,
    /// A view was asked to be larger than it can be.
    #[error("too much for one view: {0}")]
    TooMany(u64),
    /// What lies below could not be read.
    #[error("{0}")]
    Corpus(Failure),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Corpus(failure)
    }
}

impl Explain for Error {
    fn what(&self, lang: Lang) -> String {
        match self {
            Self::Query(err) => err.what(lang),
            Self::Cancelled => lang.pick("検索を中止した", "The search was cancelled").to_owned(),
            Self::TooMany(n) => match lang {
                Lang::Ja => format!("一つの表示には多すぎる `{n}`"),
                Lang::En => format!("Too much for one view `{n}`"),
            },
            Self::Corpus(failure) => failure.what(lang),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Query(err) => Explain::hint(err, lang),
            Self::Cancelled => None,
            Self::TooMany(_) => Some(lang.pick("範囲を狭める", "Narrow the range").to_owned()),
            Self::Corpus(failure) => failure.hint(lang),
        }
    }
}
