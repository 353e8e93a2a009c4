//! The original bytes of an evidence as a stream that can be read from.

use super::Store;
use super::corpus::content_of;
use super::error::Result;
use super::import::chunk_key;
use crate::model::EvidenceKey;
use rusqlite::{OptionalExtension as _, params};
use std::io::{self, Read};

/// Reads an evidence's stored bytes from the first to the last.
#[derive(Debug)]
pub struct StoredBytes<'a> {
    store: &'a Store,
    evidence: EvidenceKey,
    seq: u32,
    held: Vec<u8>,
    at: usize,
}

impl Store {
    /// The original bytes, to be read.
    pub fn bytes_of(&self, evidence: EvidenceKey) -> StoredBytes<'_> {
        StoredBytes { store: self, evidence, seq: 0, held: Vec::new(), at: 0 }
    }

    /// The bytes of one chunk; `None` past the last.
    pub fn chunk_bytes(&self, evidence: EvidenceKey, seq: u32) -> Result<Option<Vec<u8>>> {
        self.read(|connection| {
            let len: Option<u32> = connection
                .prepare_cached("SELECT len FROM chunk WHERE evidence=? AND seq=?")?
                .query_row(params![evidence.0, seq], |row| row.get(0))
                .optional()?;
            len.map(|len| content_of(connection, chunk_key(evidence.0, seq), len)).transpose()
        })
    }
}

impl Read for StoredBytes<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.held.len() {
            match self.store.chunk_bytes(self.evidence, self.seq).map_err(io::Error::other)? {
                Some(bytes) => (self.held, self.at, self.seq) = (bytes, 0, self.seq + 1),
                None => return Ok(0),
            }
        }
        let rest = self.held.get(self.at..).unwrap_or(&[]);
        let len = rest.len().min(out.len());
        out.get_mut(..len).unwrap_or(&mut []).copy_from_slice(rest.get(..len).unwrap_or(&[]));
        self.at += len;
        Ok(len)
    }
}
