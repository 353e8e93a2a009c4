//! How a value was written that does not stand in the text as such.

use std::fmt;

/// One way of writing a value so that it does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coding {
    /// `%3A` (RFC 3986 §2.1).
    Percent,
    /// RFC 4648 §4 and §5, of UTF-8 or of UTF-16 as shells take it.
    Base64,
    /// `=3D` and soft line breaks (RFC 2045 §6.7).
    QuotedPrintable,
    /// Two hex digits a byte.
    Hex,
    /// Broken by a mailer between angle brackets (RFC 3986 appendix C).
    Wrap,
}

impl Coding {
    const ALL: [Self; 5] = [Self::Percent, Self::Base64, Self::QuotedPrintable, Self::Hex, Self::Wrap];

    /// Its name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Base64 => "base64",
            Self::QuotedPrintable => "quoted-printable",
            Self::Hex => "hex",
            Self::Wrap => "wrap",
        }
    }
}

/// The codings a value was taken out of, outermost first; none for a value that stands in the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Decoded([u8; Self::MOST]);

impl Decoded {
    /// Nobody hides a value deeper; what is deeper is an attack on the reader.
    const MOST: usize = 3;

    /// Whether the value stands in the text as such.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0[0] == 0
    }

    /// With one more coding inside; `None` where that would be one too many.
    #[must_use]
    pub fn within(self, coding: Coding) -> Option<Self> {
        let mut path = self.0;
        let free = path.iter_mut().find(|place| **place == 0)?;
        *free = coding as u8 + 1;
        Some(Self(path))
    }

    /// The codings, outermost first.
    pub fn iter(self) -> impl Iterator<Item = Coding> {
        self.0.into_iter().filter_map(|place| Coding::ALL.get(usize::from(place).checked_sub(1)?).copied())
    }
}

impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, coding) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(">")?;
            }
            f.write_str(coding.name())?;
        }
        Ok(())
    }
}
