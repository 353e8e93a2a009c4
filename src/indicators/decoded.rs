//! Values that were written in a coding: percent, base64, hex, quoted-printable, or broken by a mailer.
//!
//! A stretch that looks like one is decoded with the place of every byte, and walked like any text; what is found there
//! says how it was written. Stretches are bounded and never taken twice, and no value lies deeper than three codings.

use super::class::{ALNUM, TAIL, TOKEN, class};
use super::scan::{Scan, Token};
use crate::model::Coding;

/// Longest stretch decoded, in bytes.
const LONGEST: usize = 16 << 10;

/// Decoded text, and where in the text around it each byte began.
#[derive(Default)]
struct Stretch {
    bytes: Vec<u8>,
    map: Vec<u32>,
}

impl Stretch {
    fn push(&mut self, byte: u8, at: usize) {
        self.bytes.push(byte);
        self.map.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    /// Walks what was decoded; whether anything was found.
    fn walk(mut self, scan: &mut Scan<'_>, end: usize, coding: Coding) -> bool {
        let valid = std::str::from_utf8(&self.bytes).map_or_else(|err| err.valid_up_to(), str::len);
        self.bytes.truncate(valid);
        let end = self.map.get(valid).map_or(end, |at| *at as usize);
        self.map.truncate(valid);
        self.map.push(u32::try_from(end).unwrap_or(u32::MAX));
        String::from_utf8(self.bytes).is_ok_and(|text| scan.walk_within(&text, &self.map, coding))
    }
}

/// Two hex digits as a byte.
fn hex(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let [high, low] = digits.first_chunk()?;
    u8::try_from(value(*high)? * 16 + value(*low)?).ok()
}

/// Looks around `%40` and `%3A%2F%2F`, the signs of an address and of a URL.
pub(super) fn percent(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let rest = &scan.bytes[at..];
    let sign = rest.starts_with(b"%40") || rest.get(..9)?.eq_ignore_ascii_case(b"%3A%2F%2F");
    if !sign || at < scan.coded_until {
        return None;
    }
    let from = at.saturating_sub(128);
    let part = |byte: &u8| class(*byte) & TOKEN != 0 || matches!(byte, b'%' | b'+');
    let start = at - scan.bytes[from..at].iter().rev().take_while(|byte| part(byte)).count();
    let len = scan.bytes[start..].iter().take(LONGEST).take_while(|byte| class(**byte) & TAIL != 0).count();
    let end = start + len;
    scan.coded_until = end;
    let mut out = Stretch::default();
    let mut here = start;
    while here < end {
        match scan.bytes[here..end].split_first().and_then(|(byte, rest)| (*byte == b'%').then(|| hex(rest))?) {
            Some(byte) => {
                out.push(byte, here);
                here += 3;
            }
            None => {
                out.push(scan.bytes[here], here);
                here += 1;
            }
        }
    }
    scan.keep_over(at, |scan| out.walk(scan, end, Coding::Percent)).then_some(end)
}

/// Looks at a long run of letters and digits: base64 of a text, or a text in hex.
pub(super) fn run(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    if run.start < scan.coded_until {
        return None;
    }
    base64(scan, run).or_else(|| hex_text(scan, run))
}

/// The value of a base64 digit, of the common and the URL alphabet.
const fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'A'..=b'Z' => Some(byte as u32 - 65),
        b'a'..=b'z' => Some(byte as u32 - 71),
        b'0'..=b'9' => Some(byte as u32 + 4),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

const fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

fn base64(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let from = run.start.saturating_sub(128);
    let joined = |byte: &u8| class(*byte) & ALNUM != 0 || matches!(byte, b'+' | b'-' | b'_');
    let start = run.start - scan.bytes[from..run.start].iter().rev().take_while(|byte| joined(byte)).count();
    let head: Vec<u32> = scan.bytes[start..].iter().take(12).map_while(|byte| digit(*byte)).collect();
    // Six bytes of text, or of text in UTF-16: what is no base64 of one fails here.
    let first = |at: usize| {
        u8::try_from((head.get(at * 8 / 6)? << 6 | head.get(at * 8 / 6 + 1)?) >> (4 - at % 3 * 2) & 0xff).ok()
    };
    let wide = (0..8).all(|at| first(at).is_some_and(|byte| if at % 2 == 0 { is_text(byte) } else { byte == 0 }));
    if !wide && !(0..8).all(|at| first(at).is_some_and(is_text)) {
        return None;
    }
    let len = scan.bytes[start..].iter().take(LONGEST).take_while(|byte| digit(**byte).is_some()).count();
    scan.coded_until = start + len;
    let mut out = Stretch::default();
    let (mut bits, mut have) = (0_u32, 0);
    let mut count = 0_usize;
    for (offset, byte) in scan.bytes[start..start + len].iter().enumerate() {
        bits = bits << 6 | digit(*byte)?;
        have += 6;
        if have >= 8 {
            have -= 8;
            let byte = u8::try_from(bits >> have & 0xff).ok()?;
            count += 1;
            match (wide, count % 2) {
                (true, 0) if byte == 0 => {}
                (true, 0) => break,
                _ if !is_text(byte) && byte < 0x80 => break,
                _ => out.push(byte, start + offset.saturating_sub(1)),
            }
        }
    }
    let mut end = start + len;
    for padding in [&b"="[..], b"%3D", b"%3d"] {
        while scan.bytes[end..].starts_with(padding) && end < start + len + 6 {
            end += padding.len();
        }
    }
    out.walk(scan, end, Coding::Base64).then_some(end)
}

/// `68747470…`: a URL in hex digits.
fn hex_text(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let digits = scan.bytes.get(run.start..run.end)?;
    if !digits.starts_with(b"68747470") || digits.len() > LONGEST {
        return None;
    }
    let mut out = Stretch::default();
    for (at, pair) in digits.chunks(2).enumerate() {
        match hex(pair).filter(|byte| is_text(*byte)) {
            Some(byte) => out.push(byte, run.start + at * 2),
            None => break,
        }
    }
    out.walk(scan, run.end, Coding::Hex).then_some(run.end)
}

/// Looks at `=3D` and at `=` before a line feed: reads the lines there as quoted-printable, if they show that they are.
///
/// `?format=3D` may stand in any URL, so a quote or a second sequence must follow, or the line break where a mailer
/// makes it.
pub(super) fn quoted_printable(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    if at < scan.quoted_until || scan.decoded().iter().any(|coding| coding == Coding::QuotedPrintable) {
        return None;
    }
    let bytes = scan.bytes;
    let feed = |from: usize| memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |feed| from + feed);
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |feed| feed + 1);
    let mut end = feed(at);
    scan.quoted_until = end;
    if end - start > LONGEST || !is_quoted(&bytes[start..end], end < bytes.len()) {
        return None;
    }
    for _ in 0..32 {
        let line = bytes[start..end].strip_suffix(b"\r").unwrap_or(&bytes[start..end]);
        if !line.ends_with(b"=") || end == bytes.len() || end - start > LONGEST {
            break;
        }
        end = feed(end + 1);
    }
    scan.quoted_until = end;
    let mut out = Stretch::default();
    let mut here = start;
    while here < end {
        let rest = &bytes[here..end];
        here += match rest {
            [b'=', b'\r', b'\n', ..] => 3,
            [b'=', b'\n', ..] => 2,
            [b'=', digits @ ..] if hex(digits).is_some() => {
                out.push(hex(digits)?, here);
                3
            }
            [byte, ..] => {
                out.push(*byte, here);
                1
            }
            [] => break,
        };
    }
    let found = scan.replace_from(start, |scan| out.walk(scan, end, Coding::QuotedPrintable));
    found.then_some(end)
}

/// Whether a line shows that it is quoted-printable; `more` if another follows.
fn is_quoted(line: &[u8], more: bool) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // A soft line break: mailers make it at 76 columns, and only in long lines.
    let soft = more && line.ends_with(b"=") && (60..=76).contains(&line.len());
    let escape = |at: usize| line.get(at) == Some(&b'=') && hex(&line[at + 1..]).is_some();
    let shows = |at: usize| {
        escape(at)
            && (escape(at + 3) || (line[at..].starts_with(b"=3D") && matches!(line.get(at + 3), Some(b'"' | b'\''))))
    };
    soft || memchr::memchr_iter(b'=', line).any(shows)
}

/// A URL between angle brackets that a mailer broke: `end` is where its line ends. Says where it really ends.
pub(super) fn wrapped(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let broken = scan.before(start) == b'<' && matches!(scan.byte(end), b'\n' | b'\r');
    if !broken || end >= scan.bytes.len() {
        return None;
    }
    let mut out = Stretch::default();
    for (here, byte) in scan.bytes.iter().enumerate().skip(start).take(LONGEST.min(2048)) {
        match byte {
            b'\r' | b'\n' if here < end + 1024 => {}
            b'>' => return out.walk(scan, here, Coding::Wrap).then_some(here),
            b'&' | b',' => out.push(*byte, here),
            _ if class(*byte) & TAIL != 0 => out.push(*byte, here),
            _ => return None,
        }
    }
    None
}
