//! A place in bytes being read, for the small parsers of this folder.

/// Reads forward through bytes; every method that fails leaves the place where it was.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    /// Bytes read so far.
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next byte.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// What is left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    /// Passes `byte`.
    pub fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Passes one of `bytes` and returns it.
    pub fn eat_any(&mut self, bytes: &[u8]) -> Option<u8> {
        let next = self.peek().filter(|next| bytes.contains(next))?;
        self.at += 1;
        Some(next)
    }

    /// Passes `text` exactly.
    pub fn eat_all(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    /// Passes spaces.
    pub fn spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// How many digits follow.
    #[must_use]
    pub fn digits_ahead(&self) -> usize {
        self.rest().iter().take(32).take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// A number of `least` to `most` digits (at most 9), not followed by another digit.
    pub fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let len = self.rest().iter().take(most + 1).take_while(|byte| byte.is_ascii_digit()).count();
        (least..=most).contains(&len).then(|| self.take(len))
    }

    /// Exactly `len` digits (at most 9), whatever follows.
    pub fn fixed(&mut self, len: usize) -> Option<u32> {
        let digits = self.rest().get(..len)?;
        digits.iter().all(u8::is_ascii_digit).then(|| self.take(len))
    }

    fn take(&mut self, len: usize) -> u32 {
        let digits = self.rest().get(..len).unwrap_or(&[]);
        let value = digits.iter().fold(0, |value: u32, digit| value.wrapping_mul(10) + u32::from(digit & 15));
        self.at += len;
        value
    }

    /// Digits of a fraction as nanoseconds, with their count; digits past the ninth are passed over.
    pub fn fraction(&mut self) -> (u32, usize) {
        let (mut nanos, mut count) = (0_u32, 0);
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if count < 9 {
                nanos = nanos * 10 + u32::from(digit & 15);
            }
            count += 1;
            self.at += 1;
        }
        for _ in count.min(9)..9 {
            nanos *= 10;
        }
        (nanos, count)
    }
}
