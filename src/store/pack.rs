//! Compression with a stated bound on both sides: no stored size is believed before it is checked.

use super::error::{Error, Result};

/// Compresses with zstd.
pub(super) fn deflate(bytes: &[u8], level: i32) -> Result<Vec<u8>> {
    zstd::bulk::compress(bytes, level).map_err(|err| Error::Damaged(format!("compression failed: {err}")))
}

/// Decompresses at most `limit` bytes.
pub(super) fn inflate(bytes: &[u8], limit: usize) -> Result<Vec<u8>> {
    zstd::bulk::decompress(bytes, limit).map_err(|err| Error::Damaged(format!("decompression failed: {err}")))
}
