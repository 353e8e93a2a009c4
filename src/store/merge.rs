//! Walks many runs at once in the order of their keys.

use super::error::Result;
use super::runs::Cursor;
use rusqlite::Connection;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// A cursor and its place in the list; the heap hands out the smallest key first, and of equal keys the earlier cursor.
struct Head {
    /// The key's first bytes, which mostly decide without a look at the cursor.
    start: u128,
    at: usize,
    cursor: Box<Cursor>,
}

impl Head {
    fn step(&mut self, conn: &Connection) -> Result<bool> {
        let more = self.cursor.step(conn)?;
        let mut start = [0; 16];
        start.iter_mut().zip(self.cursor.key()).for_each(|(to, from)| *to = *from);
        self.start = u128::from_be_bytes(start);
        Ok(more)
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .start
            .cmp(&self.start)
            .then_with(|| other.cursor.key().cmp(self.cursor.key()))
            .then(other.at.cmp(&self.at))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

/// Calls `each` with every entry of every cursor: by key, then by the cursor's place in the list.
pub(super) fn merge(
    conn: &Connection,
    cursors: Vec<Cursor>,
    mut each: impl FnMut(usize, &Cursor) -> Result<()>,
) -> Result<()> {
    let mut heap = BinaryHeap::with_capacity(cursors.len());
    for (at, cursor) in cursors.into_iter().enumerate() {
        let mut first = Head { start: 0, at, cursor: Box::new(cursor) };
        if first.step(conn)? {
            heap.push(first);
        }
    }
    while let Some(mut top) = heap.peek_mut() {
        each(top.at, &top.cursor)?;
        if !top.step(conn)? {
            drop(PeekMut::pop(top));
        }
    }
    Ok(())
}
