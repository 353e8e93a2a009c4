//! The shared strings of a workbook: cells name them by number. Read as far as somebody asks, so that the first rows of a
//! sheet need not wait for all.

use crate::ingest::xml::{Piece, Pull, unescape};
use std::io::{self, Cursor, Read};

/// Text of shared strings that is held.
const MOST: usize = 256 << 20;
/// A part of at most this size is kept as it is, to be read as asked; a larger one is read at once, as it streams by.
const KEPT: usize = 32 << 20;

/// Strings by their numbers, without furigana.
#[derive(Default)]
pub(super) struct Strings {
    known: Vec<Box<str>>,
    /// Bytes of those, with what each costs.
    held: usize,
    /// What is not read yet.
    rest: Option<Pull<Cursor<Vec<u8>>>>,
    damage: Option<io::Error>,
}

impl Strings {
    /// Takes in their part of the workbook.
    pub(super) fn read(&mut self, file: &mut dyn Read) -> io::Result<()> {
        let mut kept = Vec::new();
        let read = (&mut *file).take(KEPT as u64 + 1).read_to_end(&mut kept);
        if kept.len() > KEPT && read.is_ok() {
            let mut pull = Pull::new(Cursor::new(kept).chain(file));
            while self.next(&mut pull)? {}
            return Ok(());
        }
        self.rest = Some(Pull::new(Cursor::new(kept)));
        read.map(drop)
    }

    /// The string of a number.
    pub(super) fn get(&mut self, number: usize) -> Option<&str> {
        while self.known.len() <= number {
            let mut pull = self.rest.take()?;
            match self.next(&mut pull) {
                Ok(true) => self.rest = Some(pull),
                Ok(false) => {}
                Err(error) => self.damage = Some(error),
            }
        }
        self.known.get(number).map(|text| &**text)
    }

    /// What was met while they were read.
    pub(super) fn damage(&mut self) -> Option<io::Error> {
        self.damage.take()
    }

    /// Reads the next one; false at the end.
    fn next<R: Read>(&mut self, pull: &mut Pull<R>) -> io::Result<bool> {
        let mut text = String::new();
        let (mut in_text, mut in_reading) = (false, false);
        while let Some(piece) = pull.next()? {
            match piece {
                Piece::Open { name: "si", empty: false, .. } => text.clear(),
                Piece::Open { name: "t", empty, .. } => in_text = !empty,
                Piece::Open { name: "rPh", empty, .. } => in_reading = !empty,
                Piece::Close("t") => in_text = false,
                Piece::Close("rPh") => in_reading = false,
                Piece::Open { name: "si", .. } | Piece::Close("si") => {
                    self.held += text.len() + size_of::<Box<str>>();
                    self.known.push(text.into_boxed_str());
                    if self.held > MOST {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "shared strings too large"));
                    }
                    return Ok(true);
                }
                Piece::Text(more) if in_text && !in_reading => text.push_str(&unescape(more)),
                Piece::Plain(more) if in_text && !in_reading => text.push_str(more),
                _ => {}
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_as_far_as_they_are_asked_for() {
        let part =
            "<sst><si><t>一</t></si><si/><si><r><t>口</t></r><r><t>座&amp;</t></r><rPh><t>コウザ</t></rPh></si></sst>";
        let of = |part: &[u8]| {
            let mut strings = Strings::default();
            strings.read(&mut &*part).unwrap();
            strings
        };
        let mut strings = of(part.as_bytes());
        assert_eq!(strings.get(0), Some("一"));
        assert_eq!(strings.known.len(), 1);
        assert_eq!(strings.get(2), Some("口座&"));
        assert_eq!(strings.get(1), Some(""));
        assert_eq!(strings.get(3), None);
        assert!(strings.damage().is_none());
        // One that is cut off has what stands before the cut.
        let mut short = of(&part.as_bytes()[..40]);
        assert_eq!(short.get(0), Some("一"));
        assert_eq!(short.get(2), None);
    }
}
