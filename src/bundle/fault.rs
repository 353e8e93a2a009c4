//! Why a key, a draft or a bundle was refused.
//!
//! `verify` reports its findings as a list of checks instead; this is for steps that cannot go on.

use super::wording::Wording;
use crate::model::{Explain, Lang};
use std::io;

/// A step of sealing, opening or signing that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A key, identity or recipient could not be read or used.
    #[error("{0}")]
    Key(Wording),
    /// The key is protected and no passphrase was given.
    #[error("the key is protected by a passphrase")]
    PassphraseNeeded,
    /// The passphrase does not open the key.
    #[error("the passphrase does not open the key")]
    PassphraseWrong,
    /// A line of a trust list says something this program cannot rely on.
    #[error("line {line} of the trust list: {why}")]
    Trust {
        /// Line, from 1.
        line: usize,
        /// What is wrong with it.
        why: Wording,
    },
    /// The bundle or draft fails one check.
    #[error("check `{check}` failed: {why}")]
    Check {
        /// The check's name, as `verify` prints it.
        check: &'static str,
        /// What was found.
        why: Wording,
    },
    /// One person may not take both steps.
    #[error("preparer and approver must be two people with two keys: {0}")]
    SamePerson(Wording),
    /// Residual risks that nobody has decided.
    #[error("{} residual risks are undecided: {}", .0.len(), .0.join(", "))]
    Undecided(Vec<String>),
    /// The recipients are not those the signed bag names.
    #[error("the recipient keys are not those the draft was made for: {0}")]
    Recipients(Wording),
    /// What was asked for cannot be written as a bundle.
    #[error("{0}")]
    Input(Wording),
    /// Reading or writing failed.
    #[error("reading or writing failed: {0}")]
    Io(#[from] io::Error),
}

impl Fault {
    /// A failed check.
    pub(super) fn check(check: &'static str, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Check { check, why: Wording::new(ja, en) }
    }

    /// A key that cannot be used.
    pub(super) fn key(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Key(Wording::new(ja, en))
    }

    /// Something that cannot be written.
    pub(super) fn input(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Input(Wording::new(ja, en))
    }

    /// Whether this is a finding (exit code 1) and not bad input (exit code 2).
    #[must_use]
    pub const fn is_finding(&self) -> bool {
        matches!(self, Self::Check { .. } | Self::SamePerson(_) | Self::Undecided(_) | Self::Recipients(_))
    }
}

impl Explain for Fault {
    fn what(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::Key(why) | Self::Input(why) => why.ja.clone(),
            Self::PassphraseNeeded => "鍵は合言葉で保護されています".to_owned(),
            Self::PassphraseWrong => "合言葉が違います".to_owned(),
            Self::Trust { line, why } => format!("信頼リストの{line}行目: {}", why.ja),
            Self::Check { check, why } => format!("検査`{check}`に不合格: {}", why.ja),
            Self::SamePerson(why) => format!("起案者と決裁者は、別の人が別の鍵で行います: {}", why.ja),
            Self::Undecided(ids) => format!("残る危険{}件が未判断です: {}", ids.len(), ids.join(", ")),
            Self::Recipients(why) => format!("宛先の鍵が起案時のものと違います: {}", why.ja),
            Self::Io(error) => format!("読み書きに失敗しました: {error}"),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        let text = match self {
            Self::PassphraseNeeded => lang.pick("合言葉を入力してください", "give the passphrase"),
            Self::SamePerson(_) => {
                lang.pick("別の担当者が自分の鍵で決裁してください", "let another officer approve with their own key")
            }
            Self::Undecided(_) => lang.pick(
                "決裁者が各件を確認し、--accept と --reason で判断を記してください",
                "the approver looks at each and decides it with --accept and --reason",
            ),
            Self::Recipients(_) => lang.pick(
                "起案時に指定した受信鍵で封かんするか、起案からやり直してください",
                "seal to the recipients named when the draft was made, or make a new draft",
            ),
            Self::Check { .. } => lang.pick(
                "原本から作り直すか、送り主に再送を求めてください",
                "make it anew from the source, or ask the sender to send it again",
            ),
            _ => return None,
        };
        Some(text.to_owned())
    }
}
