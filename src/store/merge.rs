//! Walks many runs at once in the order of fingerprints.

use super::error::Result;
use super::runs::{Cursor, Entry};
use rusqlite::Connection;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// Calls `each` with every entry of every cursor, by fingerprint, then by the cursor's position in the list.
pub(super) fn merge(
    conn: &Connection,
    mut cursors: Vec<Cursor>,
    mut each: impl FnMut(usize, u32, &Entry, &[u8]) -> Result<()>,
) -> Result<()> {
    let mut heap = BinaryHeap::with_capacity(cursors.len());
    for (at, cursor) in cursors.iter_mut().enumerate() {
        if let Some((entry, _)) = cursor.step(conn)? {
            heap.push(Reverse((entry.fp, at)));
        }
    }
    while let Some(mut top) = heap.peek_mut() {
        let at = top.0.1;
        let Some(cursor) = cursors.get_mut(at) else { break };
        if let Some((entry, raw)) = cursor.now() {
            each(at, cursor.base, entry, raw)?;
        }
        match cursor.step(conn)? {
            Some((entry, _)) => *top = Reverse((entry.fp, at)),
            None => drop(PeekMut::pop(top)),
        }
    }
    Ok(())
}
