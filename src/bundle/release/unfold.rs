//! The same bytes read in every way a value could hide in them: escapes, percent, base64, hex, quoted-printable, other
//! encodings, punycode, kanji digits, compressed streams; each reading is read again, to a small depth and bounded size.
//!
//! Linear in the input: what one level decodes to is joined into one text and decoded again as a whole. Where a bound is
//! met it says so, and the check fails closed.

use crate::model::fold::fold;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::io::Read as _;

const DEPTH: usize = 3;
/// Large texts are read in blocks cut at line ends.
const BLOCK: usize = 1 << 20;
const MAX_STREAM: u64 = 64 << 20;
/// Text of all levels together, as a multiple of the input, and a floor for small inputs.
const GROWTH: usize = 48;
const FLOOR: usize = 64 << 20;
/// Shorter runs of base64 or hex hold nothing worth hiding.
const MIN_RUN: usize = 12;

/// Shows every reading of some bytes, folded, to `visit`. `false` if a bound was met and not all was read.
pub(super) fn each(bytes: &[u8], visit: &mut dyn FnMut(&str)) -> bool {
    let mut room = bytes.len().saturating_mul(GROWTH).max(FLOOR);
    let mut all = true;
    for block in blocks(bytes) {
        all &= levels(vec![block.to_vec()], &mut room, visit);
    }
    if bytes.len() > BLOCK {
        let (inside, whole) = streams(bytes);
        all &= whole && levels(inside, &mut room, visit);
    }
    all
}

/// Blocks of at most about a megabyte, cut after line feeds; bytes that are no UTF-8 stay whole.
fn blocks(bytes: &[u8]) -> Vec<&[u8]> {
    if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        return vec![bytes];
    }
    let mut out = Vec::new();
    let mut rest = bytes;
    while rest.len() > BLOCK {
        let cut = memchr::memchr(b'\n', rest.get(BLOCK..).unwrap_or(&[])).map_or(rest.len(), |at| BLOCK + at + 1);
        let (block, tail) = rest.split_at(cut);
        out.push(block);
        rest = tail;
    }
    out.push(rest);
    out
}

fn levels(mut pieces: Vec<Vec<u8>>, room: &mut usize, visit: &mut dyn FnMut(&str)) -> bool {
    let mut all = true;
    for depth in 0..=DEPTH {
        let mut text = String::new();
        let mut next = Vec::new();
        for piece in &pieces {
            readings(piece, &mut text);
            if depth < DEPTH {
                let (inside, whole) = streams(piece);
                next.extend(inside);
                all &= whole;
            }
        }
        if text.trim().is_empty() && next.is_empty() {
            return all;
        }
        if text.len() > *room {
            return false;
        }
        *room -= text.len();
        if depth < DEPTH {
            inner(&text, depth == 0, &mut next);
        }
        visit(&fold(&text));
        pieces = next;
    }
    all
}

/// The bytes as text in every way they may be meant, each on lines of its own.
fn readings(bytes: &[u8], out: &mut String) {
    let mut add = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    let plain = |bytes: &[u8], add: &mut dyn FnMut(&str)| match std::str::from_utf8(bytes) {
        Ok(text) => add(text),
        Err(_) => {
            for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
                add(&encoding.decode_without_bom_handling(bytes).0);
            }
            add(&String::from_utf8_lossy(bytes));
        }
    };
    plain(bytes, &mut add);
    let undone = unescape(bytes);
    if undone != bytes {
        plain(&undone, &mut add);
    }
    if bytes.contains(&0) {
        let without: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
        plain(&without, &mut add);
    }
    if std::str::from_utf8(bytes).is_err() || bytes.contains(&0) {
        for start in 0..2_usize.min(bytes.len()) {
            let part = bytes.get(start..).unwrap_or(&[]);
            add(&encoding_rs::UTF_16LE.decode_without_bom_handling(part).0);
            add(&encoding_rs::UTF_16BE.decode_without_bom_handling(part).0);
        }
    }
    if let Ok(text) = std::str::from_utf8(&undone) {
        for spelt in [punycode(text), kanji_digits(text)].into_iter().flatten() {
            add(&spelt);
        }
    }
}

/// Names written as `xn--…` in their own letters.
fn punycode(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    for word in lower.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.')) {
        if word.contains("xn--") {
            out.push_str(&idna::domain_to_unicode(word).0);
            out.push('\n');
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Numbers written in kanji digits, in ASCII digits.
fn kanji_digits(text: &str) -> Option<String> {
    const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = |c: char| {
        let c = if c == '零' { '〇' } else { c };
        DIGITS.iter().position(|known| *known == c).and_then(|at| char::from_digit(u32::try_from(at).ok()?, 10))
    };
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        match digit(c) {
            Some(digit) => run.push(digit),
            None if !run.is_empty() && matches!(c, '-' | '－' | '−' | 'の' | ' ') => run.push('-'),
            None => {
                if run.bytes().filter(u8::is_ascii_digit).count() >= 4 {
                    out.push_str(run.trim_end_matches('-'));
                    out.push('\n');
                }
                run.clear();
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Percent, character references, quoted-printable and JSON's simple escapes undone, all at once.
fn unescape(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let hex = |at: usize| {
        let pair = bytes.get(at..at + 2).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit))?;
        std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    while let Some(byte) = bytes.get(at) {
        let (add, step): (Option<u8>, usize) = match byte {
            b'%' | b'=' if hex(at + 1).is_some() => (hex(at + 1), 3),
            b'=' if bytes.get(at + 1) == Some(&b'\n') => (None, 2),
            b'=' if bytes.get(at + 1..at + 3) == Some(b"\r\n") => (None, 3),
            b'\\' => match bytes.get(at + 1) {
                Some(b'x') if hex(at + 2).is_some() => (hex(at + 2), 4),
                Some(sign @ (b'/' | b'"' | b'\\')) => (Some(*sign), 2),
                Some(b'n' | b'r' | b't' | b'b' | b'f') => (Some(b'\n'), 2),
                _ => (Some(b'\\'), 1),
            },
            b'&' => match reference(bytes.get(at..).unwrap_or(&[])) {
                Some((c, len)) => {
                    let mut buffer = [0; 4];
                    out.extend(c.encode_utf8(&mut buffer).bytes());
                    (None, len)
                }
                None => (Some(b'&'), 1),
            },
            other => (Some(*other), 1),
        };
        out.extend(add);
        at += step;
    }
    out
}

fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let end = bytes.iter().take(12).position(|byte| *byte == b';')?;
    let body = std::str::from_utf8(bytes.get(1..end)?).ok()?;
    let c = match body {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "commat" => '@',
        "period" => '.',
        "hyphen" | "dash" => '-',
        "nbsp" => ' ',
        _ => {
            let number = body.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((c, end + 1))
}

/// What runs of base64 and hex in a text decode to; in every alignment on the surface, where a run may be glued to letters
/// of ours.
fn inner(text: &str, surface: bool, out: &mut Vec<Vec<u8>>) {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    for run in text.as_bytes().split(|byte| !is_base64(*byte)).filter(|run| run.len() >= MIN_RUN) {
        for hex in run.split(|byte| !byte.is_ascii_hexdigit()).filter(|hex| hex.len() >= MIN_RUN) {
            for start in 0..if surface { 2 } else { 1 } {
                let part = hex.get(start..).unwrap_or(&[]);
                let whole = part.get(..part.len() / 2 * 2).unwrap_or(&[]);
                out.extend(data_encoding::HEXLOWER_PERMISSIVE.decode(whole));
            }
        }
        let standard: Vec<u8> = run
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        for start in 0..if surface { 4 } else { 1 } {
            let part = standard.get(start..).unwrap_or(&[]);
            // One character of a group of four carries no byte; the last bits of two or three are padding.
            let len = if part.len() % 4 == 1 { part.len() - 1 } else { part.len() };
            out.extend(LOOSE_BASE64.decode(part.get(..len).unwrap_or(&[])));
        }
    }
}

/// Base64 without padding whose trailing bits may be anything, as runs cut out of a text have them.
static LOOSE_BASE64: std::sync::LazyLock<data_encoding::Encoding> = std::sync::LazyLock::new(|| {
    let mut form = data_encoding::BASE64_NOPAD.specification();
    form.check_trailing_bits = false;
    form.encoding().unwrap_or(data_encoding::BASE64_NOPAD)
});

/// Compressed streams these bytes are, and whether all of each was read.
fn streams(bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
    let mut out = Vec::new();
    let mut whole = true;
    let mut drain = |from: &mut dyn std::io::Read| {
        let mut to = Vec::new();
        // What came out before an error is read all the same.
        let _ = from.take(MAX_STREAM + 1).read_to_end(&mut to);
        let bounded = to.len() as u64 <= MAX_STREAM;
        whole &= bounded;
        if bounded && !to.is_empty() {
            out.push(to);
        }
    };
    if bytes.starts_with(&[0x1f, 0x8b]) {
        drain(&mut MultiGzDecoder::new(bytes));
    } else if bytes.first() == Some(&0x78) && bytes.len() > 2 {
        drain(&mut ZlibDecoder::new(bytes));
    } else if bytes.len() >= 8 && std::str::from_utf8(bytes).is_err() {
        drain(&mut DeflateDecoder::new(bytes));
    }
    (out, whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const SECRET: &str = "hanako.kunren@example.jp";

    fn shows(bytes: &[u8]) -> bool {
        let mut seen = false;
        each(bytes, &mut |layer| seen |= layer.contains(SECRET));
        seen
    }

    #[test]
    fn a_secret_is_seen_through_every_encoding() {
        let utf16: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let percent: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let html: String = SECRET.chars().map(|c| format!("&#{};", u32::from(c))).collect();
        let json: String = SECRET.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(SECRET.as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        let quoted: String = SECRET.bytes().map(|byte| format!("={byte:02X}")).collect();
        for hidden in [
            quoted.into_bytes(),
            SECRET.as_bytes().to_vec(),
            utf16.clone(),
            percent.into_bytes(),
            html.into_bytes(),
            json.into_bytes(),
            gzip.clone(),
        ] {
            assert!(shows(&hidden), "{hidden:?}");
        }
        for prefix in ["", "a", "ab"] {
            let base64 = data_encoding::BASE64.encode(format!("{prefix}{SECRET}").as_bytes());
            assert!(shows(format!("x={base64}").as_bytes()), "{prefix}");
        }
        assert!(shows(data_encoding::HEXLOWER.encode(SECRET.as_bytes()).as_bytes()));
        assert!(shows(data_encoding::BASE64.encode(&gzip).as_bytes()));
    }

    #[test]
    fn numbers_in_kanji_digits_are_read() {
        assert_eq!(kanji_digits("電話は〇九〇－一二三四－五六七八です").as_deref(), Some("090-1234-5678\n"));
    }

    #[test]
    fn a_stream_that_never_ends_is_reported() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        let zeros = vec![0; 1 << 20];
        for _ in 0..65 {
            gzip.write_all(&zeros).unwrap();
        }
        assert!(!each(&gzip.finish().unwrap(), &mut |_| {}));
    }
}
