//! Two languages, side by side where a text is used, so that neither can be forgotten.

/// The language a person reads. Japanese is first, English second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The one of two texts that this language reads: `lang.pick("証拠", "Evidence")`.
    #[must_use]
    pub const fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }

    /// Reads `ja` or `en`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// `ja` or `en`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        self.pick("ja", "en")
    }
}

/// A fixed text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    /// Japanese, as an officer writes it.
    pub ja: &'static str,
    /// Plain English, sentence case.
    pub en: &'static str,
}

impl Text {
    /// Both texts at once.
    #[must_use]
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in `lang`.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        lang.pick(self.ja, self.en)
    }
}
