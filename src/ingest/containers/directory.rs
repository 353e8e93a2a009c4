//! What the central directory of a zip says, looked at before the archive is opened: how many members there are, and which
//! names stand in it more than once (of those the library would show the last alone).

use super::Source;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, SeekFrom};

/// What the directory says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Survey {
    /// Members it names.
    pub(super) members: u64,
    /// Members whose name a later one has again: name and place of the local head.
    pub(super) repeated: Vec<(Vec<u8>, u64)>,
}

/// Bytes at the end in which the directory's own end must stand.
const TAIL: u64 = (64 << 10) + 22;

fn u16_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes).map(u64::from)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes).map(u64::from)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes)
}

/// Reads the directory, `most` members of it. `None` where there is none that can be read.
pub(super) fn survey(source: &mut dyn Source, most: u64) -> io::Result<Option<Survey>> {
    let len = source.seek(SeekFrom::End(0))?;
    let from = len.saturating_sub(TAIL);
    source.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    (&mut *source).take(TAIL).read_to_end(&mut tail)?;
    let Some(end) = memchr::memmem::rfind(&tail, b"PK\x05\x06") else { return Ok(None) };
    let place = (|| {
        let record = tail.get(end..)?;
        let (mut members, mut size, mut offset) = (u16_at(record, 10)?, u32_at(record, 12)?, u32_at(record, 16)?);
        let mut closed = from + end as u64;
        // Zip64 keeps the larger numbers in a record of its own; a locator stands right before the end.
        let far = end.checked_sub(20).and_then(|at| tail.get(at..)).filter(|at| at.starts_with(b"PK\x06\x07"));
        if let Some(place) = far.and_then(|locator| u64_at(locator, 8)) {
            let record = usize::try_from(place.checked_sub(from)?).ok().and_then(|at| tail.get(at..))?;
            if record.starts_with(b"PK\x06\x06") {
                (members, size, offset) = (u64_at(record, 32)?, u64_at(record, 40)?, u64_at(record, 48)?);
                closed = place;
            }
        }
        // Bytes before the archive (a self-extracting program) shift everything by as much.
        let start = closed.checked_sub(size)?;
        Some((members, start, start.checked_sub(offset)?))
    })();
    let Some((members, start, shift)) = place else { return Ok(None) };
    source.seek(SeekFrom::Start(start))?;
    let mut directory = BufReader::with_capacity(64 << 10, &mut *source);
    let mut entries: Vec<(Vec<u8>, u64)> = Vec::new();
    for _ in 0..members.min(most) {
        let mut head = [0; 46];
        if directory.read_exact(&mut head).is_err() || !head.starts_with(b"PK\x01\x02") {
            break;
        }
        let len = |at| u16_at(&head, at).unwrap_or(0);
        let mut name = Vec::new();
        Read::by_ref(&mut directory).take(len(28)).read_to_end(&mut name)?;
        io::copy(&mut Read::by_ref(&mut directory).take(len(30) + len(32)), &mut io::sink())?;
        entries.push((name, u32_at(&head, 42).unwrap_or(0) + shift));
    }
    let mut seen = BTreeSet::new();
    let mut repeated: Vec<(Vec<u8>, u64)> =
        entries.iter().rev().filter(|(name, _)| !seen.insert(name.as_slice())).cloned().collect();
    repeated.reverse();
    Ok(Some(Survey { members, repeated }))
}
