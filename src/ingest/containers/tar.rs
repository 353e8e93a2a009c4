//! Tar archives (POSIX ustar, pax, GNU long names). Read here rather than by a library, so that names and extension records
//! are bounded and a damaged head costs its own member only.

use super::{Container, Marked, Member, Opening, Problem, Unpacked, Visit};
use crate::ingest::encoding;
use std::io::{self, BufReader, Read};

/// Tar archives.
#[derive(Debug)]
pub(super) struct Tar;

const BLOCK: usize = 512;
/// Longest name or extension record that is kept.
const LONGEST: u64 = 64 << 10;

impl Container for Tar {
    fn name(&self) -> &'static str {
        "tar"
    }

    fn media_type(&self) -> &'static str {
        "application/x-tar"
    }

    fn claims(&self, head: &[u8]) -> bool {
        head.get(..BLOCK).is_some_and(|block| {
            let known = block.get(257..262) == Some(b"ustar");
            let named = block.first().is_some_and(|byte| *byte >= 0x20);
            Head::of(block).is_some_and(|head| known || (named && head.is_regular()))
        })
    }

    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>> {
        let mut archive = Archive { source: BufReader::with_capacity(64 << 10, Marked(opening.source)), links: 0 };
        let mut problems = Vec::new();
        let (mut long, mut pax) = (None, Pax::default());
        let mut lost = 0_u64;
        loop {
            let mut block = [0; BLOCK];
            match archive.fill(&mut block)? {
                0 => break,
                BLOCK => {}
                _ => {
                    problems.push(Problem::Broken("truncated".to_owned()));
                    break;
                }
            }
            if block.iter().all(|byte| *byte == 0) {
                continue;
            }
            let Some(head) = Head::of(&block) else {
                lost += 1;
                continue;
            };
            let size = pax.size.take().unwrap_or(head.size);
            match head.kind {
                b'L' => long = Some(archive.text(head.size)?),
                b'x' => pax = Pax::of(&archive.text(head.size)?),
                b'K' | b'g' => archive.skip(padded(head.size))?,
                _ if head.is_regular() => {
                    let name = pax.path.take().or(long.take()).unwrap_or(head.name);
                    if !opening.budget.member() {
                        problems.push(Problem::TooMany);
                        break;
                    }
                    let mut content = Content { source: &mut archive.source, left: size };
                    let mut unpacked = Unpacked::new(&mut content, opening.budget);
                    let shown = encoding::name(&name);
                    let flow = visit(Member { name, shown, format: None, content: Ok(&mut unpacked) });
                    let left = content.left;
                    archive.skip(left + padding(size))?;
                    if flow.is_break() {
                        break;
                    }
                }
                kind => {
                    archive.links += u64::from(kind != b'5');
                    (long, pax) = (None, Pax::default());
                    archive.skip(if matches!(kind, b'1'..=b'6') { 0 } else { padded(size) })?;
                }
            }
        }
        if lost > 0 {
            problems.push(Problem::Broken(format!("{lost} × {BLOCK} bytes")));
        }
        if archive.links > 0 {
            problems.push(Problem::Links(archive.links));
        }
        Ok(problems)
    }
}

const fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

const fn padded(size: u64) -> u64 {
    size.saturating_add(padding(size))
}

/// What a head block says.
struct Head {
    name: Vec<u8>,
    size: u64,
    kind: u8,
}

impl Head {
    /// `None` where the check sum is wrong.
    fn of(block: &[u8]) -> Option<Self> {
        let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
        let own: u64 = block.get(148..156)?.iter().map(|byte| u64::from(*byte)).sum();
        if number(block.get(148..156)?)? != sum - own + 8 * 32 {
            return None;
        }
        let text = |from: usize, to: usize| {
            let part = block.get(from..to).unwrap_or(&[]);
            part.split(|byte| *byte == 0).next().unwrap_or(&[])
        };
        let is_posix = block.get(257..263) == Some(b"ustar\0");
        let (prefix, name) = (if is_posix { text(345, 500) } else { &[] }, text(0, 100));
        let name = if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() };
        Some(Self { name, size: number(block.get(124..136)?)?, kind: *block.get(156)? })
    }

    /// A file with bytes of its own; old archives end the names of folders with a slash.
    fn is_regular(&self) -> bool {
        matches!(self.kind, b'0' | 0 | b'7' | b'S') && !(self.kind == 0 && self.name.ends_with(b"/"))
    }
}

/// Octal digits, or binary where the first bit is set.
fn number(field: &[u8]) -> Option<u64> {
    if field.first()? & 0x80 != 0 {
        let bytes: [u8; 8] = field.get(field.len().checked_sub(8)?..)?.try_into().ok()?;
        return Some(u64::from_be_bytes(bytes)).filter(|size| *size < 1 << 60);
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

/// What an extended head (pax) says about the member after it.
#[derive(Default)]
struct Pax {
    path: Option<Vec<u8>>,
    size: Option<u64>,
}

impl Pax {
    /// Records of the form `length key=value\n`.
    fn of(mut bytes: &[u8]) -> Self {
        let mut out = Self::default();
        while let Some(blank) = memchr::memchr(b' ', bytes.get(..24.min(bytes.len())).unwrap_or(&[])) {
            let len =
                bytes.get(..blank).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|n| n.parse().ok());
            let Some(record) = len.filter(|len: &usize| *len > blank + 1).and_then(|len| bytes.get(..len)) else {
                break;
            };
            let record_len = record.len();
            let pair = record.get(blank + 1..record_len - 1).unwrap_or(&[]);
            if let Some(path) = pair.strip_prefix(b"path=") {
                out.path = Some(path.to_vec());
            } else if let Some(size) = pair.strip_prefix(b"size=") {
                out.size = std::str::from_utf8(size).ok().and_then(|size| size.parse().ok());
            }
            bytes = bytes.get(record_len..).unwrap_or(&[]);
        }
        out
    }
}

struct Archive<'s> {
    source: BufReader<Marked<'s>>,
    links: u64,
}

impl Archive<'_> {
    /// Fills a block as far as bytes come.
    fn fill(&mut self, block: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = block.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.source.read(rest)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }

    fn skip(&mut self, len: u64) -> io::Result<()> {
        io::copy(&mut Read::by_ref(&mut self.source).take(len), &mut io::sink()).map(|_| ())
    }

    /// A long name or an extended head, without the zero that ends it.
    fn text(&mut self, size: u64) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        let kept = size.min(LONGEST);
        Read::by_ref(&mut self.source).take(kept).read_to_end(&mut out)?;
        self.skip(padded(size) - kept)?;
        while out.last() == Some(&0) {
            out.pop();
        }
        Ok(out)
    }
}

/// The bytes of one member.
struct Content<'a, 's> {
    source: &'a mut BufReader<Marked<'s>>,
    left: u64,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.len());
        let Some(part) = buf.get_mut(..most).filter(|part| !part.is_empty()) else { return Ok(0) };
        let read = self.source.read(part)?;
        if read == 0 {
            self.left = 0;
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}
