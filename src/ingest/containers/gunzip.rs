//! Gzip (RFC 1952) as a stream: all members one after the other, whatever can be read of a damaged one, bombs bounded.

use super::Damage;
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read, Write};

/// Bounds on what a compressed file may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GunzipLimits {
    /// Bytes at most.
    pub bytes: u64,
    /// Times the compressed bytes at most; deflate itself cannot exceed 1,032.
    pub ratio: u64,
    /// Bytes that are always allowed, whatever the ratio.
    pub free: u64,
}

impl Default for GunzipLimits {
    fn default() -> Self {
        Self { bytes: 1 << 40, ratio: 1_000, free: 256 << 20 }
    }
}

/// How an unpacking went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GunzipReport {
    /// Bytes unpacked.
    pub bytes: u64,
    /// Compressed bytes read.
    pub packed: u64,
    /// Members.
    pub members: u64,
    /// File name in the first member's header.
    pub name: Option<Vec<u8>>,
    /// What is wrong.
    pub damaged: Option<Damage>,
}

/// Reads the unpacked bytes. Damage ends the stream without an error and is told by [`Gunzip::report`]; errors are those
/// of the source alone.
pub struct Gunzip<R: Read> {
    decoder: Option<GzDecoder<Counted<R>>>,
    limits: GunzipLimits,
    report: GunzipReport,
}

impl<R: Read> Gunzip<R> {
    /// Over a source of compressed bytes.
    pub fn new(source: R, limits: GunzipLimits) -> Self {
        let counted = Counted { inner: BufReader::with_capacity(64 << 10, source), passed: 0, failure: false };
        Self { decoder: Some(GzDecoder::new(counted)), limits, report: GunzipReport::default() }
    }

    /// How it went so far.
    #[must_use]
    pub const fn report(&self) -> &GunzipReport {
        &self.report
    }

    fn end(&mut self, damaged: Option<Damage>) -> usize {
        if let Some(decoder) = self.decoder.take() {
            self.report.packed = decoder.get_ref().passed;
        }
        self.report.damaged = damaged;
        0
    }

    /// After a member: another one, padding, or the end.
    fn next_member(&mut self) -> io::Result<Option<usize>> {
        self.report.members += 1;
        let Some(mut decoder) = self.decoder.take() else { return Ok(Some(0)) };
        if self.report.name.is_none() {
            self.report.name = decoder.header().and_then(flate2::GzHeader::filename).map(<[u8]>::to_vec);
        }
        let rest = decoder.get_mut();
        let zeros = rest.skip_zeros()?;
        let next = rest.fill_buf()?.first().copied();
        match next {
            Some(0x1f) if !zeros => {
                self.decoder = Some(GzDecoder::new(decoder.into_inner()));
                Ok(None)
            }
            next => {
                self.decoder = Some(decoder);
                Ok(Some(self.end(next.map(|_| Damage::Trailing))))
            }
        }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while let Some(decoder) = &mut self.decoder {
            match decoder.read(buf) {
                Ok(0) => {
                    if let Some(end) = self.next_member()? {
                        return Ok(end);
                    }
                }
                Ok(read) => {
                    let packed = decoder.get_ref().passed;
                    self.report.bytes += read as u64;
                    let most = self.limits.free.max(packed.saturating_mul(self.limits.ratio)).min(self.limits.bytes);
                    if self.report.bytes > most {
                        let over = usize::try_from(self.report.bytes - most).unwrap_or(read).min(read);
                        self.report.bytes -= over as u64;
                        self.end(Some(Damage::TooLarge));
                        return Ok(read - over);
                    }
                    return Ok(read);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if decoder.get_ref().failure => return Err(error),
                Err(error) => {
                    let damage = match (error.kind(), self.report.members) {
                        (io::ErrorKind::UnexpectedEof, _) => Damage::Truncated,
                        (_, 1..) if decoder.header().is_none() => Damage::Trailing,
                        _ => Damage::Corrupt,
                    };
                    return Ok(self.end(Some(damage)));
                }
            }
        }
        Ok(0)
    }
}

/// Unpacks a whole stream.
///
/// # Errors
/// When reading or writing fails; damage of the gzip itself is in the report.
pub fn gunzip(input: &mut dyn Read, limits: GunzipLimits, out: &mut dyn Write) -> io::Result<GunzipReport> {
    let mut stream = Gunzip::new(input, limits);
    io::copy(&mut stream, out)?;
    Ok(stream.report)
}

/// Counts what is taken from the source, and remembers whether an error is the source's own.
struct Counted<R: Read> {
    inner: BufReader<R>,
    passed: u64,
    failure: bool,
}

impl<R: Read> Counted<R> {
    /// Passes zero bytes (tapes and block devices pad with them).
    fn skip_zeros(&mut self) -> io::Result<bool> {
        let mut any = false;
        loop {
            let buffer = self.fill_buf()?;
            let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
            if zeros == 0 {
                return Ok(any);
            }
            any = true;
            self.consume(zeros);
        }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..len), available.get(..len)) {
            to.copy_from_slice(from);
        }
        self.consume(len);
        Ok(len)
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let filled = self.inner.fill_buf();
        self.failure = filled.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::Interrupted);
        filled
    }

    fn consume(&mut self, amount: usize) {
        self.passed += amount as u64;
        self.inner.consume(amount);
    }
}
