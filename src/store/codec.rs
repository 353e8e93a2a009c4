//! Small numbers as bytes, and compression with stated bounds. Everything read back is treated as hostile.

use super::error::{Error, Result};
use std::cell::RefCell;

/// Level for evidence and indices: a little larger than at higher levels, at a fraction of their time.
const LEVEL: i32 = 1;

thread_local! {
    static PRESS: RefCell<Option<Press>> = const { RefCell::new(None) };
    static UNPRESS: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A thread's working memory, and room for the longest result so far.
struct Press {
    zstd: zstd::bulk::Compressor<'static>,
    room: Vec<u8>,
}

/// Compresses with zstd; each thread keeps its working memory.
pub(super) fn press(bytes: &[u8]) -> Result<Vec<u8>> {
    press_parts(&[bytes])
}

/// Compresses parts one by one, so that each can be unpacked alone, and all as one.
pub(super) fn press_parts(parts: &[&[u8]]) -> Result<Vec<u8>> {
    let pressed = PRESS.with_borrow_mut(|slot| {
        let press = match slot {
            Some(press) => press,
            None => slot.insert(Press { zstd: zstd::bulk::Compressor::new(LEVEL)?, room: Vec::new() }),
        };
        let mut all = Vec::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() / 4);
        for part in parts {
            press.room.clear();
            press.room.reserve(zstd::zstd_safe::compress_bound(part.len()));
            press.zstd.compress_to_buffer(part, &mut press.room)?;
            all.extend_from_slice(&press.room);
        }
        Ok(all)
    });
    pressed.map_err(|error: std::io::Error| Error::damaged(format!("compression: {error}")))
}

/// Decompresses exactly `len` bytes, which the caller has bounded.
pub(super) fn unpress(bytes: &[u8], len: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    unpress_in(bytes, len, &mut out)?;
    Ok(out)
}

/// Decompresses exactly `len` bytes, which the caller has bounded, in place of what `out` held.
pub(super) fn unpress_in(bytes: &[u8], len: usize, out: &mut Vec<u8>) -> Result<()> {
    out.resize(len, 0);
    if unpress_to(bytes, out)? == len { Ok(()) } else { Err(Error::damaged("length of a compressed block")) }
}

/// Decompresses at most `limit` bytes.
pub(super) fn unpress_up_to(bytes: &[u8], limit: usize) -> Result<Vec<u8>> {
    // What states its length needs no more room than that.
    let stated = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let room = stated.and_then(|len| usize::try_from(len).ok()).map_or(limit, |len| len.min(limit));
    let mut out = vec![0; room];
    let len = unpress_to(bytes, &mut out)?;
    out.truncate(len);
    Ok(out)
}

/// Decompresses into `out`, which must have room for all; each thread keeps its working memory. Returns how many bytes.
pub(super) fn unpress_to(bytes: &[u8], out: &mut [u8]) -> Result<usize> {
    let unpressed = UNPRESS.with_borrow_mut(|slot| match slot {
        Some(unpress) => unpress.decompress_to_buffer(bytes, out),
        None => slot.insert(zstd::bulk::Decompressor::new()?).decompress_to_buffer(bytes, out),
    });
    unpressed.map_err(|error| Error::damaged(format!("compressed block: {error}")))
}

/// The parts that [`press_parts`] made: each as it is stored, and how many bytes it holds.
pub(super) fn parts(mut bytes: &[u8]) -> Result<Vec<(&[u8], usize)>> {
    let bad = || Error::damaged("compressed parts");
    let mut out = Vec::new();
    while !bytes.is_empty() {
        let stored = zstd::zstd_safe::find_frame_compressed_size(bytes).map_err(|_| bad())?;
        let len = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().ok_or_else(bad)?;
        let (part, rest) = bytes.split_at_checked(stored).ok_or_else(bad)?;
        out.push((part, usize::try_from(len).map_err(|_| bad())?));
        bytes = rest;
    }
    Ok(out)
}

/// Appends an unsigned number, seven bits a byte, the low ones first.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// Appends a signed number, small for small magnitudes.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)) as u64);
}

/// Reads what [`put`] wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Take<'a>(pub &'a [u8]);

impl<'a> Take<'a> {
    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().ok_or_else(short)?;
        self.0 = rest;
        Ok(*first)
    }

    /// The next number.
    #[inline]
    pub(super) fn number(&mut self) -> Result<u64> {
        // Most are small.
        if let Some((first, rest)) = self.0.split_first().filter(|(first, _)| **first < 0x80) {
            self.0 = rest;
            return Ok(u64::from(*first));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Result<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Error::damaged("number of more than 64 bits"))
    }

    /// The next number, at most 32 bits.
    #[inline]
    pub(super) fn small(&mut self) -> Result<u32> {
        u32::try_from(self.number()?).map_err(|_| Error::damaged("number of more than 32 bits"))
    }

    /// The next signed number.
    #[inline]
    pub(super) fn signed(&mut self) -> Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// The next `len` bytes.
    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(len).ok_or_else(short)?;
        self.0 = rest;
        Ok(front)
    }

    /// The next part with its length in front.
    pub(super) fn part(&mut self) -> Result<Take<'a>> {
        let len = usize::try_from(self.number()?).map_err(|_| short())?;
        self.bytes(len).map(Take)
    }

    /// Whether all was read.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn short() -> Error {
    Error::damaged("a packed block ends too early")
}

/// A size of at most 32 bits as SQLite kept it.
pub(super) fn natural32(column: i64) -> Result<u32> {
    u32::try_from(column).map_err(|_| Error::damaged("size of more than 32 bits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back(number in any::<u64>(), signed in any::<i64>(), junk in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut out = Vec::new();
            put(&mut out, number);
            put_signed(&mut out, signed);
            let mut take = Take(&out);
            prop_assert_eq!((take.number().unwrap(), take.signed().unwrap(), take.is_empty()), (number, signed, true));
            let _ = Take(&junk).number();
        }
    }
}
