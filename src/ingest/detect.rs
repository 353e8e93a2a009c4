//! What a file is, from its first bytes. Content decides; the name settles only what content leaves open.

use super::containers::CONTAINERS;
use super::encoding;
use super::formats::{FORMATS, SURE, Sample};
use encoding_rs::Encoding;

/// Bytes looked at.
pub const HEAD: usize = 256 << 10;

/// What a file seems to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detection {
    /// Format name, that of a container that can be opened, empty for what is kept whole.
    pub format: String,
    /// Encoding label.
    pub encoding: &'static str,
    /// How sure, 0 to 100.
    pub score: u8,
    /// The next best format.
    pub runner_up: Option<(String, u8)>,
    /// Whether it holds other files or a compressed one.
    pub container: bool,
    /// Media type.
    pub media_type: &'static str,
}

/// Binary kinds by their first bytes.
const MAGIC: [(&[u8], &str); 19] = [
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"BZh", "application/x-bzip2"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"ElfFile\0", "application/x-ms-evtx"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (b"\x0a\x0d\x0d\x0a", "application/x-pcapng"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ\x90\0", "application/vnd.microsoft.portable-executable"),
    (b"regf", "application/x-windows-registry"),
    (b"age-encryption.org/", "application/x-age"),
];

/// Looks at the first bytes (at most [`HEAD`]) of a file called `name`.
#[must_use]
pub fn detect(head: &[u8], name: &[u8]) -> Detection {
    let head = head.get(..HEAD).unwrap_or(head);
    let sure = |format: &str, container, media_type| {
        let format = format.to_owned();
        Detection { format, encoding: "utf-8", score: 100, runner_up: None, container, media_type }
    };
    if let Some(container) = CONTAINERS.iter().find(|container| container.claims(head)) {
        return sure(container.name(), true, container.media_type());
    }
    let known = FORMATS.iter().find(|format| format.is_magic(head)).map_or("", |format| format.name());
    if let Some((_, media_type)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return sure(known, false, media_type);
    }
    let guess = encoding::guess(head);
    let encoding = encoding::label(guess.encoding);
    if !guess.textual {
        let media_type = "application/octet-stream";
        return Detection { format: String::new(), encoding, score: 0, runner_up: None, container: false, media_type };
    }
    let (raw, bom) = sample_bytes(head, guess.encoding);
    let text = encoding::decode(guess.encoding, raw).text;
    let name = String::from_utf8_lossy(name).to_lowercase();
    let sample = Sample { text: &text, raw, bom, encoding: guess.encoding, name: &name };
    let mut scores: Vec<(&str, u8)> = FORMATS.iter().map(|format| (format.name(), format.sniff(&sample))).collect();
    // A stable sort keeps the order of the list where scores are equal. Unsure formats come after plain text.
    scores.sort_by_key(|(name, score)| std::cmp::Reverse(if *score < SURE && *name != "text" { 0 } else { *score }));
    let best = scores.first().copied().filter(|(_, score)| *score > 0 || head.is_empty());
    let (format, score) = best.unwrap_or(("", 0));
    let format = if head.is_empty() { "text" } else { format };
    let runner_up = scores.iter().skip(1).filter(|(_, score)| *score > 0).max_by_key(|(_, score)| *score);
    Detection {
        format: format.to_owned(),
        encoding,
        score,
        runner_up: runner_up.map(|(name, score)| ((*name).to_owned(), *score)),
        container: false,
        media_type: media_type(format),
    }
}

fn media_type(format: &str) -> &'static str {
    match format {
        "" => "application/octet-stream",
        "jsonl" => "application/x-ndjson",
        "delimited" => "text/csv",
        _ => "text/plain",
    }
}

/// The head without byte order mark up to its last line end, and the length of the mark.
pub(crate) fn sample_bytes<'a>(head: &'a [u8], encoding: &'static Encoding) -> (&'a [u8], usize) {
    let bom = encoding::bom_len(encoding, head);
    let body = head.get(bom..).unwrap_or(&[]);
    let end = if head.len() >= HEAD { encoding::Unit::of(encoding).rfind(body, body.len()) } else { None };
    (end.and_then(|end| body.get(..end)).unwrap_or(body), bom)
}
