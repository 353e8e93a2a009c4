//! The same bytes read in every way a value could hide in them: escapes, percent, base64, hex, quoted-printable, other
//! encodings, compressed streams; each reading is read again, to a small depth and a bounded size.

use crate::model::fold::fold;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use std::collections::BTreeSet;
use std::io::Read as _;

const DEPTH: usize = 3;
const MAX_LAYERS: usize = 4096;
const MAX_STREAM: u64 = 64 << 20;
/// Shorter runs of base64 or hex hold nothing worth hiding.
const MIN_RUN: usize = 12;

/// Every reading of some bytes, folded, without repeats.
pub(super) fn layers(bytes: &[u8]) -> Vec<String> {
    let mut seen: BTreeSet<[u8; 32]> = BTreeSet::new();
    let mut out = Vec::new();
    let mut queue = vec![(bytes.to_vec(), 0)];
    while let Some((bytes, depth)) = queue.pop() {
        for text in texts(&bytes) {
            let folded = fold(&text);
            if folded.trim().is_empty()
                || out.len() >= MAX_LAYERS
                || !seen.insert(blake3::hash(folded.as_bytes()).into())
            {
                continue;
            }
            if depth < DEPTH {
                queue.extend(inner(&text).into_iter().map(|bytes| (bytes, depth + 1)));
            }
            out.push(folded);
        }
        if depth < DEPTH {
            queue.extend(streams(&bytes).into_iter().map(|bytes| (bytes, depth + 1)));
        }
    }
    out
}

/// The bytes as text: UTF-8, or what else they could be.
fn texts(bytes: &[u8]) -> Vec<String> {
    let mut out = Vec::new();
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            out.push(text.to_owned());
            let plain = unescape(text);
            if plain != text {
                out.push(plain);
            }
        }
        Err(_) => {
            let (text, _, damaged) = encoding_rs::SHIFT_JIS.decode(bytes);
            if !damaged {
                out.push(text.into_owned());
            }
            let (text, _, damaged) = encoding_rs::EUC_JP.decode(bytes);
            if !damaged {
                out.push(text.into_owned());
            }
            out.push(String::from_utf8_lossy(bytes).into_owned());
        }
    }
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if bytes.len() >= 4 && (zeros * 4 >= bytes.len() || out.iter().all(|text| text.contains('\u{fffd}'))) {
        out.push(encoding_rs::UTF_16LE.decode(bytes).0.into_owned());
        out.push(encoding_rs::UTF_16BE.decode(bytes).0.into_owned());
    }
    out
}

/// Percent, character references, quoted-printable soft breaks and JSON's simple escapes undone, all at once.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    let hex = |at: usize| {
        bytes
            .get(at..at + 2)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
    };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'%' | b'=' if hex(at + 1).is_some() => {
                out.push(hex(at + 1).unwrap_or(b'?'));
                at += 3;
            }
            b'=' if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            b'&' => match reference(text.get(at..).unwrap_or("")) {
                Some((c, len)) => {
                    let mut buffer = [0; 4];
                    out.extend(c.encode_utf8(&mut buffer).bytes());
                    at += len;
                }
                None => {
                    out.push(b'&');
                    at += 1;
                }
            },
            b'\\' if matches!(bytes.get(at + 1), Some(b'/' | b'"' | b'\\')) => {
                out.push(*bytes.get(at + 1).unwrap_or(&b'/'));
                at += 2;
            }
            other => {
                out.push(*other);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn reference(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|byte| byte == b';')?;
    let body = text.get(1..end)?;
    let c = match body {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
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

/// What runs of base64 (in three alignments) and hex in a text decode to.
fn inner(text: &str) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    for run in text.as_bytes().split(|byte| !is_base64(*byte)).filter(|run| run.len() >= MIN_RUN) {
        if run.len() % 2 == 0 && run.iter().all(u8::is_ascii_hexdigit) {
            out.extend(data_encoding::HEXLOWER_PERMISSIVE.decode(run));
            continue;
        }
        let standard: Vec<u8> = run
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        for start in 0..3.min(standard.len()) {
            let part = standard.get(start..).unwrap_or(&[]);
            let whole = part.get(..part.len() / 4 * 4).unwrap_or(&[]);
            out.extend(data_encoding::BASE64.decode(whole).ok().filter(|decoded| looks_readable(decoded)));
        }
        let tail = standard.get(standard.len() / 4 * 4..).unwrap_or(&[]);
        if tail.len() >= 2 {
            out.extend(data_encoding::BASE64_NOPAD.decode(&standard).ok().filter(|decoded| looks_readable(decoded)));
        }
    }
    out
}

/// Random bytes are not worth another round: text, UTF-16 or a compressed stream are.
fn looks_readable(bytes: &[u8]) -> bool {
    let printable = bytes.iter().filter(|byte| byte.is_ascii_graphic() || **byte == b' ' || **byte >= 0x80).count();
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    bytes.starts_with(&[0x1f, 0x8b]) || bytes.starts_with(&[0x78]) || (printable + zeros) * 10 >= bytes.len() * 9
}

fn streams(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    let mut read = |result: std::io::Result<Vec<u8>>| out.extend(result.ok().filter(|bytes| !bytes.is_empty()));
    let drain = |mut from: Box<dyn std::io::Read + '_>| {
        let mut to = Vec::new();
        from.as_mut().take(MAX_STREAM).read_to_end(&mut to).map(|_| to)
    };
    if bytes.starts_with(&[0x1f, 0x8b]) {
        read(drain(Box::new(MultiGzDecoder::new(bytes))));
    } else if bytes.first() == Some(&0x78) {
        read(drain(Box::new(ZlibDecoder::new(bytes))));
    } else if bytes.len() >= 8 && std::str::from_utf8(bytes).is_err() {
        read(drain(Box::new(DeflateDecoder::new(bytes))));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const SECRET: &str = "hanako.kunren@example.jp";

    fn shows(bytes: &[u8]) -> bool {
        layers(bytes).iter().any(|layer| layer.contains(SECRET))
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
        for hidden in [
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
}
