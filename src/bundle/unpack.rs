//! Reads a ZIP archive from outside, strictly: every byte of it must belong to exactly one entry, the directory or its end.
//!
//! A plain re-zip of the same files passes (other order, deflate, folder entries, time stamps); links, odd names, comments,
//! leading, trailing or hidden data, duplicate or overlapping entries, encryption and ZIP64 do not. Nothing is unpacked to disk.

use super::fault::Fault;
use super::pack::{CENTRAL, CENTRAL_LEN, END, END_LEN, LOCAL, LOCAL_LEN, MAX_BYTES, MAX_FILES, Packed};
use super::path;
use flate2::read::DeflateDecoder;
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Largest accepted expansion of one entry, beyond the first MiB.
const MAX_RATIO: u64 = 250;
/// Deflate options, a trailing data descriptor, UTF-8 names.
const FLAGS: u16 = 0x0002 | 0x0004 | DESCRIPTOR | 0x0800;
const DESCRIPTOR: u16 = 0x0008;
/// Extra fields that only carry times and owners: extended time stamp, Info-ZIP Unix (three forms), NTFS times.
const EXTRAS: [u16; 5] = [0x5455, 0x7875, 0x5855, 0x7855, 0x000a];

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Path with `/`; checked by `path::fault_of`.
    pub(super) name: String,
    /// Bytes of the file.
    pub(super) size: u64,
    packed: u64,
    crc: u32,
    deflated: bool,
    header: u64,
    data: u64,
    end: u64,
}

/// An archive whose structure was found sound; contents are checked as they are read.
pub(super) struct Archive<R> {
    input: R,
    /// Files sorted by name; folder entries are left out.
    pub(super) entries: Vec<Entry>,
}

fn refuse(ja: &str, en: &str) -> Fault {
    Fault::check("archive", ja, en)
}

fn refuse_name(ja: &str, en: &str, name: &str) -> Fault {
    // Names come from outside: shown escaped, so that they cannot play tricks on a terminal.
    let shown: String = name.escape_default().take(300).collect();
    Fault::check("archive", format!("{ja} `{shown}`"), format!("{en} `{shown}`"))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

impl<R: Read + Seek> Archive<R> {
    /// Checks the whole structure before any content is read.
    pub(super) fn open(mut input: R) -> Result<Self, Fault> {
        let len = input.seek(SeekFrom::End(0))?;
        if !(END_LEN as u64..=MAX_BYTES).contains(&len) {
            return Err(refuse("書庫の大きさが範囲外", "the archive is too small or larger than 2 GiB"));
        }
        let mut end = [0; END_LEN];
        read_at(&mut input, len - END_LEN as u64, &mut end)?;
        if u32_at(&end, 0) != END || u16_at(&end, 20) != 0 {
            return Err(refuse(
                "目録の終端で終わっていない（コメントまたは末尾の余分なデータ）",
                "the archive does not end with the end of its directory: a comment or trailing data",
            ));
        }
        let (count, size, start) = (u16_at(&end, 10), u64::from(u32_at(&end, 12)), u64::from(u32_at(&end, 16)));
        let single = u16_at(&end, 4) == 0 && u16_at(&end, 6) == 0 && u16_at(&end, 8) == count;
        if !single || usize::from(count) > MAX_FILES || start + size + END_LEN as u64 != len {
            return Err(refuse("目録の位置か件数が合わない", "the directory's place or count does not fit"));
        }
        if size > (MAX_FILES * 512) as u64 {
            return Err(refuse("目録が大きすぎる", "the directory is too large"));
        }
        let mut directory = vec![0; usize::try_from(size).unwrap_or(0)];
        read_at(&mut input, start, &mut directory)?;
        let mut all = read_directory(&directory, usize::from(count))?;
        all.sort_by_key(|entry| entry.header);
        let mut at = 0;
        for entry in &mut all {
            if entry.header != at {
                return Err(refuse_name(
                    "項目の間に隙間か重なりがある",
                    "there is a gap or an overlap before entry",
                    &entry.name,
                ));
            }
            read_local(&mut input, entry, start)?;
            at = entry.end;
        }
        if at != start {
            return Err(refuse("目録の前に余分なデータがある", "there is hidden data before the directory"));
        }
        let total: u64 = all.iter().map(|entry| entry.size).sum();
        if total > MAX_BYTES {
            return Err(refuse("展開後の大きさが上限を超える", "the unpacked files would exceed 2 GiB"));
        }
        all.retain(|entry| !entry.name.ends_with('/'));
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { input, entries: all })
    }

    /// Unpacks one file into `out`, checking size and CRC.
    pub(super) fn copy(&mut self, index: usize, out: &mut dyn Write) -> Result<(), Fault> {
        let Some(entry) = self.entries.get(index).cloned() else { return Ok(()) };
        let damaged = || refuse_name("内容が壊れている", "the content is damaged in", &entry.name);
        self.input.seek(SeekFrom::Start(entry.data))?;
        let packed = (&mut self.input).take(entry.packed);
        let mut source: Box<dyn Read + '_> = if entry.deflated {
            Box::new(Inflate { inner: DeflateDecoder::new(packed), packed: entry.packed })
        } else {
            Box::new(packed)
        };
        let mut crc = flate2::Crc::new();
        let mut buffer = vec![0; 64 * 1024];
        let mut seen = 0;
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => return Err(damaged()),
            };
            seen += n as u64;
            if seen > entry.size {
                return Err(damaged());
            }
            let part = buffer.get(..n).unwrap_or_default();
            crc.update(part);
            out.write_all(part)?;
        }
        if seen == entry.size && crc.sum() == entry.crc { Ok(()) } else { Err(damaged()) }
    }

    /// One file whole, at most `limit` bytes.
    pub(super) fn read(&mut self, index: usize, limit: u64) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        if let Some(entry) = self.entries.get(index) {
            if entry.size > limit {
                return Err(refuse_name("大きすぎるファイル", "the file is too large:", &entry.name));
            }
            self.copy(index, &mut out)?;
        }
        Ok(out)
    }

    /// The archive itself.
    pub(super) fn whole(&mut self) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        self.input.seek(SeekFrom::Start(0))?;
        (&mut self.input).take(MAX_BYTES).read_to_end(&mut out)?;
        Ok(out)
    }

    /// One file as it stands in the archive, under another name.
    pub(super) fn take_packed(&mut self, index: usize, name: String) -> Result<Packed, Fault> {
        let Some(entry) = self.entries.get(index).cloned() else {
            return Err(refuse("項目がない", "the entry does not exist"));
        };
        self.input.seek(SeekFrom::Start(entry.data))?;
        let mut bytes = Vec::new();
        (&mut self.input).take(entry.packed).read_to_end(&mut bytes)?;
        let size = u32::try_from(entry.size).unwrap_or(u32::MAX);
        Ok(Packed { name, bytes, size, crc: entry.crc, deflated: entry.deflated })
    }
}

/// Ends with an error when the compressed data ends before its field does: bytes could hide there.
struct Inflate<T: Read> {
    inner: DeflateDecoder<T>,
    packed: u64,
}

impl<T: Read> Read for Inflate<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        if n == 0 && !buffer.is_empty() && self.inner.total_in() != self.packed {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(n)
    }
}

fn read_at(input: &mut (impl Read + Seek), at: u64, out: &mut [u8]) -> Result<(), Fault> {
    input.seek(SeekFrom::Start(at))?;
    input.read_exact(out)?;
    Ok(())
}

fn read_directory(directory: &[u8], count: usize) -> Result<Vec<Entry>, Fault> {
    let mut entries: Vec<Entry> = Vec::with_capacity(count.min(MAX_FILES));
    let mut names = BTreeSet::new();
    let mut at = 0;
    for _ in 0..count {
        let head = directory.get(at..).and_then(|rest| rest.get(..CENTRAL_LEN)).unwrap_or_default();
        if head.is_empty() || u32_at(head, 0) != CENTRAL {
            return Err(refuse("目録が壊れている", "the directory is damaged"));
        }
        let (name_len, extra_len) = (usize::from(u16_at(head, 28)), usize::from(u16_at(head, 30)));
        let body = directory.get(at + CENTRAL_LEN..).unwrap_or_default();
        let (Some(name), Some(extra)) = (body.get(..name_len), body.get(name_len..name_len + extra_len)) else {
            return Err(refuse("目録が壊れている", "the directory is damaged"));
        };
        let entry = read_central(head, name, extra)?;
        if !names.insert(path::folded(entry.name.trim_end_matches('/'))) {
            return Err(refuse_name("同じ名前の項目が二つある", "two entries have the same name", &entry.name));
        }
        at += CENTRAL_LEN + name_len + extra_len;
        entries.push(entry);
    }
    if at == directory.len() {
        Ok(entries)
    } else {
        Err(refuse("目録に余分なデータがある", "there is extra data in the directory"))
    }
}

fn read_central(head: &[u8], name: &[u8], extra: &[u8]) -> Result<Entry, Fault> {
    let Ok(name) = std::str::from_utf8(name) else {
        return Err(refuse_name("UTF-8でない名前", "a name is not UTF-8", &String::from_utf8_lossy(name)));
    };
    if let Some(text) = path::fault_of(name.strip_suffix('/').unwrap_or(name)) {
        return Err(refuse_name(text.ja, text.en, name));
    }
    let folder = name.ends_with('/');
    let (made_by, needed, flags, method) = (u16_at(head, 4), u16_at(head, 6), u16_at(head, 8), u16_at(head, 10));
    let (crc, packed, size) = (u32_at(head, 16), u64::from(u32_at(head, 20)), u64::from(u32_at(head, 24)));
    let attributes = u32_at(head, 38);
    if flags & !FLAGS != 0 || needed & 0xff > 20 || !matches!(method, 0 | 8) {
        return Err(refuse_name("暗号化または未対応の方式", "encryption or an unknown method is used for", name));
    }
    if u16_at(head, 32) != 0 || u16_at(head, 34) != 0 {
        return Err(refuse_name("コメントまたは分割のある項目", "there is a comment or another disk for", name));
    }
    let unix_type = if matches!(made_by >> 8, 3 | 19) { attributes >> 16 & 0o170_000 } else { 0 };
    let plain = if folder { matches!(unix_type, 0 | 0o040_000) } else { matches!(unix_type, 0 | 0o100_000) };
    if !plain || attributes & 0x08 != 0 || (!folder && attributes & 0x10 != 0) {
        return Err(refuse_name(
            "リンクまたは通常のファイルでない項目",
            "a link or something that is no plain file",
            name,
        ));
    }
    let empty = !folder || size == 0 && packed <= 2;
    if !empty || size > (packed + 4096).saturating_mul(MAX_RATIO) || (method == 0 && size != packed) {
        return Err(refuse_name("大きさが不自然な項目", "the sizes do not make sense for", name));
    }
    check_extra(extra, name)?;
    let header = u64::from(u32_at(head, 42));
    Ok(Entry { name: name.to_owned(), size, packed, crc, deflated: method == 8, header, data: 0, end: 0 })
}

fn check_extra(mut extra: &[u8], name: &str) -> Result<(), Fault> {
    while !extra.is_empty() {
        let (id, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let rest = extra.get(4..).and_then(|body| body.get(len..));
        match rest {
            Some(rest) if EXTRAS.contains(&id) && len <= 40 => extra = rest,
            _ => return Err(refuse_name("許されない付加情報", "an extra field that is not allowed in", name)),
        }
    }
    Ok(())
}

/// Compares the local header with the directory and finds where the data and the entry end.
fn read_local(input: &mut (impl Read + Seek), entry: &mut Entry, limit: u64) -> Result<(), Fault> {
    let mut head = [0; LOCAL_LEN];
    let differ =
        |name: &str| refuse_name("目録と項目の見出しが食い違う", "the directory and the header disagree about", name);
    if entry.header + LOCAL_LEN as u64 > limit {
        return Err(differ(&entry.name));
    }
    read_at(input, entry.header, &mut head)?;
    let (flags, method) = (u16_at(&head, 6), u16_at(&head, 8));
    let (name_len, extra_len) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
    if u32_at(&head, 0) != LOCAL || flags & !FLAGS != 0 || name_len != entry.name.len() || extra_len > 256 {
        return Err(differ(&entry.name));
    }
    let mut names = vec![0; name_len + extra_len];
    read_at(input, entry.header + LOCAL_LEN as u64, &mut names)?;
    let (name, extra) = names.split_at(name_len);
    check_extra(extra, &entry.name)?;
    let described = flags & DESCRIPTOR != 0;
    let (crc, packed, size) = (u32_at(&head, 14), u64::from(u32_at(&head, 18)), u64::from(u32_at(&head, 22)));
    let stated = crc == entry.crc && packed == entry.packed && size == entry.size;
    let left_open = described && crc == 0 && packed == 0 && size == 0;
    if name != entry.name.as_bytes() || method != if entry.deflated { 8 } else { 0 } || !(stated || left_open) {
        return Err(differ(&entry.name));
    }
    entry.data = entry.header + (LOCAL_LEN + name_len + extra_len) as u64;
    entry.end = entry.data + entry.packed;
    if described {
        let mut tail = [0; 16];
        if entry.end + 16 > limit {
            return Err(differ(&entry.name));
        }
        read_at(input, entry.end, &mut tail)?;
        let same = u32_at(&tail, 0) == 0x0807_4b50 && u32_at(&tail, 4) == entry.crc;
        if !same || u64::from(u32_at(&tail, 8)) != entry.packed || u64::from(u32_at(&tail, 12)) != entry.size {
            return Err(differ(&entry.name));
        }
        entry.end += 16;
    }
    if entry.end > limit { Err(differ(&entry.name)) } else { Ok(()) }
}
