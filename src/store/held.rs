//! Which case files this process has open.
//!
//! POSIX drops every lock a process has on a file as soon as the process closes any handle on it, whoever opened it. A
//! case file in use must therefore be touched through SQLite alone: not read as evidence, not looked into a second time.

use super::lock;
use super::open::side_files;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// One opening of a case file, noted while it lasts.
#[derive(Debug)]
pub(super) struct Held(PathBuf);

impl Held {
    pub(super) fn new(path: &Path) -> Self {
        let path = real(path);
        lock(&OPEN).push(path.clone());
        Self(path)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut open = lock(&OPEN);
        if let Some(at) = open.iter().position(|path| *path == self.0) {
            open.swap_remove(at);
        }
    }
}

/// Whether this process has the case file open.
pub(super) fn is_open(path: &Path) -> bool {
    lock(&OPEN).contains(&real(path))
}

/// Whether a path is a case file this process has open, or a file SQLite keeps beside one.
pub fn in_use(path: &Path) -> bool {
    let path = real(path);
    lock(&OPEN).iter().any(|open| *open == path || side_files(open).contains(&path))
}

/// The path without links, so that two spellings of one file are one.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
