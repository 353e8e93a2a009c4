//! How an error speaks to a person: what happened, and what to do about it, in their language.

use super::lang::Lang;

/// Every error that can reach a person says what failed and, where there is one, the remedy.
///
/// Messages are one sentence without a full stop; literal values stand in backticks, a path comes last.
pub trait Explain: std::error::Error {
    /// What happened, to which file and row.
    fn what(&self, lang: Lang) -> String;

    /// What to do about it; `None` where nothing better than the message can be said.
    fn hint(&self, lang: Lang) -> Option<String> {
        let _ = lang;
        None
    }
}
