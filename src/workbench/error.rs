//! A failure of a use: which layer said what, and what was being tried.

use crate::model::corpus::Failure;
use crate::model::explain::{io_reason, io_remedy};
use crate::model::{Explain, Lang};
use std::path::{Path, PathBuf};

/// A failure of the workbench.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A layer below failed.
    #[error("{0}")]
    Below(Failure),
    /// A file could not be read or written.
    #[error("{source}: {path}")]
    File {
        /// The system's word.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// Something given is not right.
    #[error("{en}")]
    Input {
        /// In Japanese.
        ja: String,
        /// In English.
        en: String,
    },
    /// Somebody asked it to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// A failure of the file system on `path`.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::File { source, path: path.to_owned() }
    }

    /// Something given is not right.
    pub(crate) fn input(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Input { ja: ja.into(), en: en.into() }
    }
}

impl From<crate::store::Error> for Error {
    fn from(err: crate::store::Error) -> Self {
        Self::Below(Box::new(err))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Below(failure)
    }
}

impl Explain for Error {
    fn what(&self, lang: Lang) -> String {
        match self {
            Self::Below(failure) => failure.what(lang),
            Self::File { source, path } => {
                format!("{}: {}", io_reason(source, lang), path.display())
            }
            Self::Input { ja, en } => lang.pick(ja, en).to_owned(),
            Self::Cancelled => lang.pick("中止しました", "cancelled").to_owned(),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        match self {
            Self::Below(failure) => failure.hint(lang),
            Self::File { source, .. } => io_remedy(source, lang),
            Self::Input { .. } | Self::Cancelled => None,
        }
    }
}

/// Result of a use.
pub type Result<T> = std::result::Result<T, Error>;
