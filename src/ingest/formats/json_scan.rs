//! One pass over a JSON text (RFC 8259): whether it is one, and where its parts stand. Nothing is built or copied.
//!
//! Each step returns `None` where the text is no JSON. Nesting of any depth is walked without recursion.

/// A place in a JSON text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
    Text,
    Number,
    Word,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What the next value is; `None` where none begins here.
    pub(super) fn shape(&mut self) -> Option<Shape> {
        Some(match self.peek()? {
            b'{' => Shape::Object,
            b'[' => Shape::Array,
            b'"' => Shape::Text,
            b'-' | b'0'..=b'9' => Shape::Number,
            b't' | b'f' | b'n' => Shape::Word,
            _ => return None,
        })
    }

    /// Calls `entry` with each key of the object that begins here, as written between its quotation marks; `entry` passes
    /// the value.
    pub(super) fn object(&mut self, mut entry: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        if self.peek()? != b'{' {
            return None;
        }
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.key()?;
            entry(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// Passes the next value, whatever it is; returns it as written.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        let mut nest = Nest::default();
        loop {
            match self.peek()? {
                byte @ (b'{' | b'[') => {
                    let is_object = byte == b'{';
                    self.at += 1;
                    nest.push(is_object);
                    if self.peek()? != closing(is_object) {
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                    self.at += 1;
                    nest.pop();
                }
                b'"' => {
                    self.string()?;
                }
                b'-' | b'0'..=b'9' => self.number()?,
                _ => self.word()?,
            }
            // A value has ended; with it may end what it stands in.
            loop {
                if nest.depth == 0 {
                    return self.text.get(start..self.at);
                }
                let is_object = nest.is_object();
                let byte = self.peek()?;
                self.at += 1;
                if byte == b',' {
                    if is_object {
                        self.key()?;
                    }
                    break;
                }
                if byte != closing(is_object) {
                    return None;
                }
                nest.pop();
            }
        }
    }

    /// Whether nothing but blanks follows.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' {
            return None;
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        Some(key)
    }

    /// A string, as written between its quotation marks.
    pub(super) fn string(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            at += plain(bytes.get(at..)?);
            match bytes.get(at)? {
                b'"' => {
                    self.at = at + 1;
                    return self.text.get(start..at);
                }
                b'\\' => match bytes.get(at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                    b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let digits =
            |at: usize| bytes.get(at..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii_digit()).count());
        let mut at = self.at + usize::from(bytes.get(self.at) == Some(&b'-'));
        let whole = digits(at);
        if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
            return None;
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            if fraction == 0 {
                return None;
            }
            at += 1 + fraction;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at);
            if exponent == 0 {
                return None;
            }
            at += exponent;
        }
        self.at = at;
        Some(())
    }

    fn word(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word.as_bytes()))?;
        self.at += word.len();
        Some(())
    }
}

const fn closing(is_object: bool) -> u8 {
    if is_object { b'}' } else { b']' }
}

/// Which brackets are open: one bit each, objects 1. Memory is taken only by nesting deeper than any log has.
#[derive(Default)]
struct Nest {
    open: u128,
    depth: usize,
    outer: Vec<u128>,
}

impl Nest {
    fn push(&mut self, is_object: bool) {
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.outer.push(self.open);
        }
        self.open = self.open << 1 | u128::from(is_object);
        self.depth += 1;
    }

    fn pop(&mut self) {
        self.open >>= 1;
        self.depth -= 1;
        if self.depth > 0 && self.depth.is_multiple_of(128) {
            self.open = self.outer.pop().unwrap_or(0);
        }
    }

    const fn is_object(&self) -> bool {
        self.open & 1 == 1
    }
}

/// Bytes before the first quotation mark, backslash or control character; eight at a time.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest byte each finds is sure; those above it may be wrong and are not asked for.
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let escape = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | escape | control) & TOPS;
        if found != 0 {
            return index * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().position(special).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    fn holds(text: &str) -> bool {
        let mut scan = Scan::new(text);
        scan.value().is_some() && scan.is_at_end()
    }

    fn agrees(text: &str) {
        let wanted = serde_json::from_str::<IgnoredAny>(text).is_ok();
        assert_eq!(holds(text), wanted, "{text}");
        let mut scan = Scan::new(text);
        if scan.shape() == Some(Shape::Object) {
            let walked = scan.object(|scan, _| scan.value().map(drop)).is_some() && scan.is_at_end();
            assert_eq!(walked, wanted, "{text}");
        }
    }

    #[test]
    fn deep_nesting_takes_no_stack() {
        for depth in [1, 127, 128, 129, 256, 257, 100_000] {
            let text = "[".repeat(depth) + "{\"a\":[1,{}]}" + &"]".repeat(depth);
            assert!(holds(&text), "{depth}");
            assert!(!holds(&text[..text.len() - 1]) && !holds(&text[1..]), "{depth}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn json_is_what_the_library_takes_for_json(text in r#"([\[\]{},: "]|"[a-z\\"nu0]{0,12}"|-?[0-9]{1,3}|[.eE+-]|true|null|fals|\\u12|"a":|\{"b":1\}|\[\]|日|\t){0,14}"#) {
            agrees(&text);
        }

        #[test]
        fn one_changed_byte_is_judged_alike(at in 0_usize..90, byte in prop::sample::select(&b"\"\\{}[],:x0-.e \n\x01"[..])) {
            let text = r#"{"t":"2026-01-01 a\"b\\","n":[1,-2.5e+3,0,{"x":{}}],"s":"\u65e5 long text of a field","b":true}"#;
            let mut bytes = text.as_bytes().to_vec();
            let at = at.min(bytes.len() - 1);
            bytes[at] = byte;
            agrees(&String::from_utf8(bytes).unwrap());
        }
    }
}
