//! A message made at run time in both languages: the detail of a check, the reason of a refusal.
//!
//! Fixed texts are `model::Text`; this is for those that name a file, a number or a person.

use crate::model::time::JST_MINUTES;
use crate::model::{Instant, Lang, Text};

/// One message, Japanese and English side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wording {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Wording {
    /// Both languages at once.
    #[must_use]
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// The same words in both languages: a number, an id, a name.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { ja: text.clone(), en: text }
    }

    /// The message in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }

    /// This message about one thing, named at its end in backticks.
    #[must_use]
    pub fn about(text: Text, what: &str) -> Self {
        Self::new(format!("{} `{what}`", text.ja), format!("{} `{what}`", text.en))
    }
}

/// `2026-04-01 09:00:00 JST`.
pub(super) fn moment(at: Instant) -> String {
    let iso = at.iso(JST_MINUTES);
    format!("{} JST", iso.get(..19).unwrap_or(&iso).replacen('T', " ", 1))
}

impl From<Text> for Wording {
    fn from(text: Text) -> Self {
        Self::new(text.ja, text.en)
    }
}

impl std::fmt::Display for Wording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_for_people() {
        assert_eq!(moment(Instant(1_775_001_600_000_000_000)), "2026-04-01 09:00:00 JST");
    }
}
