//! One file in a compressed stream: gzip, zstd, xz. Its name is the container's without the ending.

use super::gunzip::{Gunzip, GunzipLimits};
use super::{Container, Found, Marked, Member, Opening, Problem, Unpacked, Visit};
use crate::ingest::encoding;
use std::io::{self, BufReader, Read};

/// A kind of compressed stream.
#[derive(Debug)]
pub(super) struct Compressed {
    name: &'static str,
    media_type: &'static str,
    magic: &'static [u8],
    /// Endings and what stands for them once unpacked.
    endings: &'static [(&'static str, &'static str)],
}

pub(super) static GZIP: Compressed = Compressed {
    name: "gzip",
    media_type: "application/gzip",
    magic: b"\x1f\x8b\x08",
    endings: &[(".tgz", ".tar"), (".gz", ""), (".gzip", "")],
};

pub(super) static ZSTD: Compressed = Compressed {
    name: "zstd",
    media_type: "application/zstd",
    magic: b"\x28\xb5\x2f\xfd",
    endings: &[(".tzst", ".tar"), (".zst", ""), (".zstd", "")],
};

pub(super) static XZ: Compressed = Compressed {
    name: "xz",
    media_type: "application/x-xz",
    magic: b"\xfd7zXZ\0",
    endings: &[(".txz", ".tar"), (".xz", "")],
};

/// Memory an xz stream may ask for, in KiB.
const XZ_MEMORY: u32 = 192 << 10;

impl Container for Compressed {
    fn name(&self) -> &'static str {
        self.name
    }

    fn media_type(&self) -> &'static str {
        self.media_type
    }

    fn claims(&self, head: &[u8]) -> bool {
        head.starts_with(self.magic)
    }

    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>> {
        let name = self.inner_name(opening.name);
        let source = Marked(opening.source);
        let budget = opening.budget;
        let mut gunzip;
        let (mut zstd, mut xz);
        let stream: &mut dyn Read = match self.name {
            "gzip" => {
                // The budget bounds it; the stream's own limits are set aside.
                gunzip = Told(Gunzip::new(source, GunzipLimits { bytes: u64::MAX, ratio: u64::MAX, free: u64::MAX }));
                &mut gunzip
            }
            "zstd" => {
                zstd = zstd::stream::read::Decoder::with_buffer(BufReader::with_capacity(64 << 10, source))?;
                &mut zstd
            }
            _ => {
                let source = BufReader::with_capacity(64 << 10, source);
                xz = lzma_rust2::XzReader::new_mem_limit(source, true, XZ_MEMORY);
                &mut xz
            }
        };
        if !budget.member() {
            return Ok(vec![Problem::TooMany]);
        }
        let mut unpacked = Unpacked::new(stream, budget);
        let shown = encoding::name(&name);
        let _ = visit(Member { name, shown, format: None, content: Ok(&mut unpacked) });
        Ok(Vec::new())
    }
}

impl Compressed {
    fn inner_name(&self, name: &[u8]) -> Vec<u8> {
        let base = name.rsplit(|byte| matches!(byte, b'/' | b'\\')).next().unwrap_or(name);
        for (ending, instead) in self.endings {
            let Some(at) = base.len().checked_sub(ending.len()).filter(|at| *at > 0) else { continue };
            let (stem, tail) = base.split_at(at);
            if tail.eq_ignore_ascii_case(ending.as_bytes()) {
                return [stem, instead.as_bytes()].concat();
            }
        }
        [base, b".unpacked"].concat()
    }
}

/// A gzip stream whose damage is told as an error at its end.
struct Told<R: Read>(Gunzip<R>);

impl<R: Read> Read for Told<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match (self.0.read(buf)?, self.0.report().damaged) {
            (0, Some(damage)) if !buf.is_empty() => Err(io::Error::other(Found(damage))),
            (read, _) => Ok(read),
        }
    }
}
