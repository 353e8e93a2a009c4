//! A ticket for long work: how far it is, and whether somebody asked it to stop.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Shared between the one who works and the one who waits. Units are whatever the work counts, mostly bytes.
#[derive(Debug, Default)]
pub struct Ticket {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
}

impl Ticket {
    /// A fresh ticket.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop at its next batch.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether the work should stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// States how much there is to do; 0 means unknown.
    pub fn set_total(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Adds finished work.
    pub fn advance(&self, by: u64) {
        self.done.fetch_add(by, Ordering::Relaxed);
    }

    /// Finished and total work.
    #[must_use]
    pub fn state(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}
