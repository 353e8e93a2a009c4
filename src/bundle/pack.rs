//! Writes the ZIP archive of a bundle: sorted names, fixed times, no extra fields, no comments, so that the same files
//! always give the same bytes.
//!
//! Written by hand because the bytes are a contract: the reader in `unpack` accepts nothing it does not need. No ZIP64:
//! a bundle ends below 2 GiB.

use super::fault::Fault;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write;

/// Most bytes of a bundle before sealing: 2 GiB.
pub(super) const MAX_BYTES: u64 = 2 << 30;
/// Most files in a bundle.
pub(super) const MAX_FILES: usize = 4096;

pub(super) const LOCAL: u32 = 0x0403_4b50;
pub(super) const CENTRAL: u32 = 0x0201_4b50;
pub(super) const END: u32 = 0x0605_4b50;
pub(super) const LOCAL_LEN: usize = 30;
pub(super) const CENTRAL_LEN: usize = 46;
pub(super) const END_LEN: usize = 22;

/// 1980-01-01 00:00, the earliest a ZIP can say.
const DATE: u16 = 0x0021;
const UTF8_NAMES: u16 = 0x0800;

/// One file ready to be written: bytes as they will stand in the archive.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) size: u32,
    pub(super) crc: u32,
    pub(super) deflated: bool,
}

impl Packed {
    /// Deflates a file where that makes it smaller.
    pub(super) fn deflate(name: String, bytes: &[u8]) -> Result<Self, Fault> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes)?;
        let packed = encoder.finish()?;
        let mut out = Self::store(name, bytes)?;
        if packed.len() < bytes.len() {
            out.bytes = packed;
            out.deflated = true;
        }
        Ok(out)
    }

    /// Takes a file as it is.
    pub(super) fn store(name: String, bytes: &[u8]) -> Result<Self, Fault> {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        Ok(Self { name, bytes: bytes.to_vec(), size: small(bytes.len() as u64)?, crc: crc.sum(), deflated: false })
    }

    /// Bytes it takes in the archive, headers included.
    pub(super) fn footprint(&self) -> u64 {
        footprint(&self.name, self.bytes.len() as u64)
    }
}

/// Bytes an entry of this name and packed size takes in the archive.
pub(super) fn footprint(name: &str, packed: u64) -> u64 {
    (LOCAL_LEN + CENTRAL_LEN + 2 * name.len()) as u64 + packed
}

fn small(size: u64) -> Result<u32, Fault> {
    u32::try_from(size)
        .ok()
        .filter(|size| u64::from(*size) <= MAX_BYTES)
        .ok_or_else(|| Fault::input("報告資料が上限2 GiBを超える", "the bundle would exceed its limit of 2 GiB"))
}

/// Writes entries in the order of their names; returns the bytes written.
pub(super) fn write_archive(mut entries: Vec<Packed>, out: &mut impl Write) -> Result<u64, Fault> {
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    if entries.len() > MAX_FILES {
        return Err(Fault::input("ファイル数が上限を超える", "the bundle would hold too many files"));
    }
    let mut at = 0_u64;
    let mut directory = Vec::new();
    for entry in &entries {
        let offset = small(at)?;
        let shared = shared_fields(entry)?;
        out.write_all(&LOCAL.to_le_bytes())?;
        out.write_all(&20_u16.to_le_bytes())?;
        out.write_all(&shared)?;
        out.write_all(entry.name.as_bytes())?;
        out.write_all(&entry.bytes)?;
        at += (LOCAL_LEN + entry.name.len() + entry.bytes.len()) as u64;
        directory.extend(CENTRAL.to_le_bytes());
        // Made by Unix, ZIP 2.0; needed to read: 2.0.
        directory.extend(0x0314_u16.to_le_bytes());
        directory.extend(20_u16.to_le_bytes());
        directory.extend(&shared);
        // Comment length, disk and internal attributes are zero; then mode -rw-r--r--.
        directory.extend([0; 6]);
        directory.extend((0o100_644_u32 << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes();
    out.write_all(&directory)?;
    out.write_all(&END.to_le_bytes())?;
    out.write_all(&[0; 4])?;
    out.write_all(&count)?;
    out.write_all(&count)?;
    out.write_all(&small(directory.len() as u64)?.to_le_bytes())?;
    out.write_all(&small(at)?.to_le_bytes())?;
    out.write_all(&[0; 2])?;
    let total = at + (directory.len() + END_LEN) as u64;
    small(total)?;
    Ok(total)
}

/// From the flags to the length of the extra field: the same in both headers.
fn shared_fields(entry: &Packed) -> Result<Vec<u8>, Fault> {
    let name_len = u16::try_from(entry.name.len()).map_err(|_| Fault::input("名前が長すぎる", "a name is too long"))?;
    let mut out = Vec::with_capacity(24);
    out.extend(UTF8_NAMES.to_le_bytes());
    out.extend(if entry.deflated { 8_u16 } else { 0 }.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    out.extend(DATE.to_le_bytes());
    out.extend(entry.crc.to_le_bytes());
    out.extend(small(entry.bytes.len() as u64)?.to_le_bytes());
    out.extend(entry.size.to_le_bytes());
    out.extend(name_len.to_le_bytes());
    out.extend(0_u16.to_le_bytes());
    Ok(out)
}
