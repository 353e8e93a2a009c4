//! XML, pulled piece by piece from a source: enough for what machines write (event logs, workbooks). Bounded: no piece is longer
//! than [`LONGEST`]. No external entity, no DTD is ever followed.

use std::borrow::Cow;
use std::io::{self, Read};

/// Longest tag or text in one piece.
const LONGEST: usize = 16 << 20;
/// Bytes read at once.
const STEP: usize = 64 << 10;

/// A piece of XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'x> {
    /// An element begins.
    Open {
        /// Its name without prefix.
        name: &'x str,
        /// Its attributes as written.
        attributes: &'x str,
        /// Whether it ends at once.
        empty: bool,
    },
    /// An element ends.
    Close(&'x str),
    /// Text with its escapes.
    Text(&'x str),
    /// Text without escapes (CDATA).
    Plain(&'x str),
}

/// Pulls pieces out of a source.
pub(crate) struct Pull<R> {
    source: R,
    held: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Pull<R> {
    pub(crate) fn new(source: R) -> Self {
        Self { source, held: Vec::new(), at: 0, ended: false }
    }

    /// The next piece; `None` at the end, also of a document that ends too early.
    pub(crate) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        loop {
            let Some((len, skip)) = self.find()? else { return Ok(None) };
            let start = self.at;
            self.at += len;
            if skip {
                continue;
            }
            let bytes = self.held.get(start..start + len).unwrap_or(&[]);
            // What is not UTF-8 is not shown; the original is kept whole.
            return Ok(Some(piece(simdutf8::basic::from_utf8(bytes).unwrap_or(""))));
        }
    }

    /// Length of the piece that begins here, and whether it says nothing (comment, declaration).
    fn find(&mut self) -> io::Result<Option<(usize, bool)>> {
        loop {
            let rest = self.held.get(self.at..).unwrap_or(&[]);
            let found = match rest {
                [] => None,
                [b'<', b'!', b'-', b'-', ..] => until(rest, b"-->").map(|len| (len, true)),
                [b'<', b'!', b'[', ..] => until(rest, b"]]>").map(|len| (len, false)),
                [b'<', b'?', ..] => until(rest, b"?>").map(|len| (len, true)),
                [b'<', b'!', ..] if rest.len() > 4 => until(rest, b">").map(|len| (len, true)),
                [b'<', ..] => tag_len(rest).map(|len| (len, false)),
                _ => memchr::memchr(b'<', rest).map(|len| (len, false)),
            };
            if found.is_some() {
                return Ok(found);
            }
            if self.ended {
                // Text at the end is a piece; half a tag is none.
                let text = rest.first().is_some_and(|byte| *byte != b'<');
                return Ok(text.then_some((rest.len(), false)));
            }
            if rest.len() > LONGEST {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "XML piece too long"));
            }
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.held.drain(..self.at);
        self.at = 0;
        let step = STEP.max(self.held.len());
        let read = Read::by_ref(&mut self.source).take(step as u64).read_to_end(&mut self.held)?;
        self.ended = read == 0;
        Ok(())
    }
}

fn until(bytes: &[u8], end: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, end).map(|at| at + end.len())
}

/// Length of a tag: to the `>` outside quotation marks.
fn tag_len(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        match bytes.get(at)? {
            b'>' => return Some(at + 1),
            mark => at += 1 + memchr::memchr(*mark, bytes.get(at + 1..)?)? + 1,
        }
    }
}

fn piece(text: &str) -> Piece<'_> {
    if let Some(inner) = text.strip_prefix("<![CDATA[") {
        return Piece::Plain(inner.strip_suffix("]]>").unwrap_or(inner));
    }
    let Some(inner) = text.strip_prefix('<') else { return Piece::Text(text) };
    let inner = inner.strip_suffix('>').unwrap_or(inner);
    if let Some(name) = inner.strip_prefix('/') {
        return Piece::Close(local(name.trim()));
    }
    let (inner, empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
    let end = inner.bytes().position(|byte| byte.is_ascii_whitespace()).unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(end);
    Piece::Open { name: local(name), attributes: attributes.trim(), empty }
}

fn local(name: &str) -> &str {
    let start = name.bytes().rposition(|byte| byte == b':').map_or(0, |colon| colon + 1);
    name.get(start..).unwrap_or(name)
}

/// Name and raw value of each attribute.
pub(crate) fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let equals = memchr::memchr(b'=', rest.as_bytes())?;
        let (name, after) = (rest.get(..equals)?, rest.get(equals + 1..)?.trim_start());
        let mark = after.bytes().next().filter(|mark| matches!(mark, b'"' | b'\''))?;
        let inner = after.get(1..)?;
        let end = memchr::memchr(mark, inner.as_bytes())?;
        let value = inner.get(..end)?;
        rest = inner.get(end + 1..)?;
        Some((local(name.trim()), value))
    })
}

/// The value of an attribute, escapes undone.
pub(crate) fn attribute<'x>(text: &'x str, wanted: &str) -> Option<Cow<'x, str>> {
    attributes(text).find(|(name, _)| *name == wanted).map(|(_, value)| unescape(value))
}

/// Text without its escapes; what is none stays as written.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let sign = after.split_once(';').filter(|(name, _)| name.len() <= 10).and_then(|(name, tail)| {
            let sign = match name {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                _ => {
                    let number = name.strip_prefix('#')?;
                    let code = match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => number.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((sign, tail))
        });
        match sign {
            Some((sign, tail)) => {
                out.push(sign);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> String {
        let mut pull = Pull::new(text.as_bytes());
        let mut out = Vec::new();
        while let Some(piece) = pull.next().unwrap() {
            out.push(format!("{piece:?}"));
        }
        out.join(" ")
    }

    #[test]
    fn tags_texts_and_what_is_passed_over() {
        assert_eq!(
            pieces(
                "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM \"file\">]><x:a b='>'>t&amp;<!-- c --><![CDATA[<d>]]><e/></x:a>"
            ),
            "Text(\"]>\") Open { name: \"a\", attributes: \"b='>'\", empty: false } Text(\"t&amp;\") Plain(\"<d>\") \
             Open { name: \"e\", attributes: \"\", empty: true } Close(\"a\")"
        );
        assert_eq!(pieces("<a><b"), "Open { name: \"a\", attributes: \"\", empty: false }");
        assert_eq!(unescape("a&lt;&#x53e3;&#24231;&no;&"), "a<口座&no;&");
        assert_eq!(attributes("a=\"1\" x:b = '2\"'").collect::<Vec<_>>(), [("a", "1"), ("b", "2\"")]);
    }
}
