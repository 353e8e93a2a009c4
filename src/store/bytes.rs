//! The original bytes of an evidence as a stream that can be read from any place.

use super::Store;
use super::corpus::{content_of, head_at};
use super::error::Result;
use super::import::chunk_key;
use crate::model::EvidenceKey;
use rusqlite::{OptionalExtension as _, params};
use std::io::{self, Read, Seek, SeekFrom};

/// Reads an evidence's stored bytes from the first to the last.
#[derive(Debug)]
pub struct StoredBytes<'a> {
    store: &'a Store,
    evidence: EvidenceKey,
    seq: u32,
    held: Vec<u8>,
    at: usize,
    /// Place of the next byte in the evidence.
    place: u64,
}

impl Store {
    /// The original bytes, to be read.
    pub fn bytes_of(&self, evidence: EvidenceKey) -> StoredBytes<'_> {
        StoredBytes { store: self, evidence, seq: 0, held: Vec::new(), at: 0, place: 0 }
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
        self.place += len as u64;
        Ok(len)
    }
}

impl Seek for StoredBytes<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.place.checked_add_signed(by),
            SeekFrom::End(by) => {
                self.store.evidence_one(self.evidence).map_err(io::Error::other)?.bytes.checked_add_signed(by)
            }
        };
        let place = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        // Inside the chunk at hand nothing is read again.
        let start = self.place - self.at as u64;
        if let Some(at) = place.checked_sub(start).filter(|at| *at <= self.held.len() as u64) {
            self.at = usize::try_from(at).unwrap_or(self.held.len());
        } else {
            let head =
                self.store.read(|connection| head_at(connection, self.evidence.0, place)).map_err(io::Error::other)?;
            (self.held, self.at, self.seq) = (Vec::new(), 0, u32::MAX);
            if let Some(head) = head {
                let bytes = self.store.chunk_bytes(self.evidence, head.seq).map_err(io::Error::other)?;
                self.held = bytes.unwrap_or_default();
                let inside = usize::try_from(place - head.offset).unwrap_or(usize::MAX);
                (self.at, self.seq) = (inside.min(self.held.len()), head.seq + 1);
            }
        }
        self.place = place;
        Ok(place)
    }
}
