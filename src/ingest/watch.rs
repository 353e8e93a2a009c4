//! A source under the eyes of its format while it is read: damage that only the bytes as a whole show.

use super::formats::FORMATS;
use crate::model::Lang;
use std::io::{self, Read};

/// Looks at all bytes of an evidence as they pass.
pub trait Watcher {
    /// The next bytes.
    fn see(&mut self, bytes: &[u8]);

    /// Nothing follows.
    fn end(&mut self);

    /// How many records the evidence itself says it holds.
    fn records(&self) -> Option<u64>;

    /// What is damaged, in a sentence.
    fn damage(&self, lang: Lang) -> Option<String>;
}

/// Reads on while a format that knows the first bytes looks.
pub struct Watched<R> {
    inner: R,
    watcher: Option<Box<dyn Watcher>>,
    begun: bool,
}

impl<R: Read> Watched<R> {
    /// Over a source.
    pub fn new(inner: R) -> Self {
        Self { inner, watcher: None, begun: false }
    }

    /// What was found damaged so far.
    #[must_use]
    pub fn damage(&self, lang: Lang) -> Option<String> {
        self.watcher.as_ref().and_then(|watcher| watcher.damage(lang))
    }

    /// How many records the evidence itself says it holds.
    #[must_use]
    pub fn records(&self) -> Option<u64> {
        self.watcher.as_ref().and_then(|watcher| watcher.records())
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        let bytes = buf.get(..read).unwrap_or(&[]);
        if !std::mem::replace(&mut self.begun, true) {
            self.watcher = FORMATS.iter().find(|format| format.is_magic(bytes)).and_then(|format| format.watcher());
        }
        match &mut self.watcher {
            Some(watcher) if read == 0 && !buf.is_empty() => watcher.end(),
            Some(watcher) => watcher.see(bytes),
            None => {}
        }
        Ok(read)
    }
}
