//! Files that hold others: compressed streams, archives, workbooks, mails. One file a kind, one line in [`CONTAINERS`].
//!
//! A container hands out its members one after the other; what becomes of them is for whoever asks. Nothing here writes a
//! file, so a member's name is only a name, whatever it points to. Everything is hostile: one [`Budget`] bounds what a whole
//! tree of containers may become, and what cannot be read is told as a [`Problem`] while the rest goes on.

mod compressed;
mod directory;
mod gunzip;
mod mail;
mod sheet;
mod strings;
mod tar;
mod workbook;
mod zip;

pub use gunzip::{Gunzip, GunzipLimits, GunzipReport, gunzip};

use super::encoding;
use crate::model::Lang;
use std::cell::Cell;
use std::fmt;
use std::io::{self, Read, Seek};
use std::ops::ControlFlow;

/// Every kind, in the order in which they are asked.
pub static CONTAINERS: &[&dyn Container] =
    &[&compressed::GZIP, &compressed::ZSTD, &compressed::XZ, &workbook::Workbook, &zip::Zip, &tar::Tar, &mail::Mail];

/// A kind of file that holds others.
pub trait Container: Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// What takes its members out, as told of each.
    fn tool(&self) -> &'static str {
        self.name()
    }

    /// Its media type.
    fn media_type(&self) -> &'static str;

    /// Whether a file that begins with `head` is of this kind.
    fn claims(&self, head: &[u8]) -> bool;

    /// Calls `visit` with every member, and returns what is wrong with the container as a whole.
    ///
    /// # Errors
    /// When the source itself cannot be read.
    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>>;
}

/// The container with this name.
#[must_use]
pub fn container(name: &str) -> Option<&'static dyn Container> {
    CONTAINERS.iter().copied().find(|container| container.name() == name)
}

/// The container that takes out what records of this format hold besides their text.
#[must_use]
pub fn container_in(format: &str) -> Option<&'static dyn Container> {
    matches!(format, "eml" | "mbox").then_some(&mail::Mail)
}

/// Receives members until it has had enough.
pub type Visit<'v> = dyn FnMut(Member<'_>) -> ControlFlow<()> + 'v;

/// Bytes that can be read from any place.
pub trait Source: Read + Seek {}

impl<S: Read + Seek> Source for S {}

/// What is needed to open a container.
pub struct Opening<'o> {
    /// Its bytes.
    pub source: &'o mut dyn Source,
    /// Its own name.
    pub name: &'o [u8],
    /// Passwords to try.
    pub passwords: &'o Passwords,
    /// What all that comes out may amount to.
    pub budget: &'o Budget,
}

/// One member.
pub struct Member<'m> {
    /// Its name as stored.
    pub name: Vec<u8>,
    /// Its name for people.
    pub shown: String,
    /// The format it is in beyond doubt, where the container itself made it.
    pub format: Option<&'static str>,
    /// Its bytes, or why there are none.
    pub content: Result<&'m mut (dyn Stream + 'm), Problem>,
}

impl Member<'_> {
    /// A member whose bytes cannot be had.
    #[must_use]
    pub fn lost(name: &[u8], problem: Problem) -> Self {
        Self { name: name.to_vec(), shown: encoding::name(name), format: None, content: Err(problem) }
    }
}

/// Passwords as a person gave them. Never shown, not even by accident.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passwords(Vec<Vec<u8>>);

impl Passwords {
    /// From words; each is tried in UTF-8 and in the encoding of Japanese Windows.
    #[must_use]
    pub fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut all: Vec<Vec<u8>> = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            let (cp932, _, lossy) = encoding_rs::SHIFT_JIS.encode(word);
            all.push(word.as_bytes().to_vec());
            if !lossy && *cp932 != *word.as_bytes() {
                all.push(cp932.into_owned());
            }
        }
        Self(all)
    }

    /// Each, as bytes.
    pub(crate) fn each(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Passwords({})", self.0.len())
    }
}

/// How much a tree of containers may still become.
#[derive(Debug)]
pub struct Budget {
    bytes: Cell<u64>,
    members: Cell<u64>,
}

/// Members of one tree.
const MEMBERS: u64 = 200_000;

impl Budget {
    /// For a file of this size: a thousand times as much, at least 256 MiB, at most 1 TiB.
    #[must_use]
    pub fn of(bytes: u64) -> Self {
        let most = bytes.saturating_mul(1_000).clamp(256 << 20, 1 << 40);
        Self { bytes: Cell::new(most), members: Cell::new(MEMBERS) }
    }

    /// With other bounds.
    #[must_use]
    pub fn with(bytes: u64, members: u64) -> Self {
        Self { bytes: Cell::new(bytes), members: Cell::new(members) }
    }

    /// Bytes of `wanted` that are still allowed.
    fn take(&self, wanted: usize) -> usize {
        let allowed = self.bytes.get().min(wanted as u64);
        self.bytes.set(self.bytes.get() - allowed);
        usize::try_from(allowed).unwrap_or(wanted)
    }

    /// Whether another member is allowed.
    pub(crate) fn member(&self) -> bool {
        let left = self.members.get();
        self.members.set(left.saturating_sub(1));
        left > 0
    }
}

/// What is wrong with a compressed stream. What was read before stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It ends too early.
    Truncated,
    /// Its data or check sum is wrong.
    Corrupt,
    /// Something that does not belong to it follows.
    Trailing,
    /// It would become larger than the bounds allow.
    TooLarge,
}

impl Damage {
    /// A sentence for people, with the bytes that could be read.
    #[must_use]
    pub fn sentence(self, read: u64, lang: Lang) -> String {
        match (self, lang) {
            (Self::Truncated, Lang::Ja) => format!("圧縮データが途中で切れている（読めたのは{read}バイト）"),
            (Self::Truncated, Lang::En) => format!("the compressed data ends too early, {read} bytes could be read"),
            (Self::Corrupt, Lang::Ja) => format!("圧縮データが壊れている（読めたのは{read}バイト）"),
            (Self::Corrupt, Lang::En) => format!("the compressed data is corrupt, {read} bytes could be read"),
            (Self::Trailing, Lang::Ja) => format!("圧縮データの後ろに別のデータがある（読めたのは{read}バイト）"),
            (Self::Trailing, Lang::En) => format!("other data follows the compressed data, {read} bytes could be read"),
            (Self::TooLarge, Lang::Ja) => format!("展開すると大きすぎる（{read}バイトで止めた）"),
            (Self::TooLarge, Lang::En) => format!("it expands beyond the limit, stopped after {read} bytes"),
        }
    }
}

/// Why a member, or a part of a container, cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is encrypted, and no password given opens it.
    Password {
        /// Whether any was tried.
        tried: bool,
    },
    /// It is packed in a way that is not read here.
    Unsupported(String),
    /// It is damaged.
    Broken(String),
    /// There are more members than a tree may have.
    TooMany,
    /// Containers inside containers, deeper than is followed.
    TooDeep,
    /// Links and devices, which have no bytes of their own.
    Links(u64),
}

impl Problem {
    /// A sentence for people.
    #[must_use]
    pub fn sentence(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Password { tried: false }, Lang::Ja) => "暗号化されている（パスワードが必要）".to_owned(),
            (Self::Password { tried: false }, Lang::En) => "encrypted, a password is needed".to_owned(),
            (Self::Password { tried: true }, Lang::Ja) => "暗号化されている（パスワードが違う）".to_owned(),
            (Self::Password { tried: true }, Lang::En) => "encrypted, the password given is wrong".to_owned(),
            (Self::Unsupported(how), Lang::Ja) => format!("読めない圧縮形式（{how}）"),
            (Self::Unsupported(how), Lang::En) => format!("packed in a way that is not supported ({how})"),
            (Self::Broken(why), Lang::Ja) => format!("壊れている（{why}）"),
            (Self::Broken(why), Lang::En) => format!("damaged ({why})"),
            (Self::TooMany, Lang::Ja) => "中のファイルが多すぎる（残りは取り出していない）".to_owned(),
            (Self::TooMany, Lang::En) => "too many files inside, the rest was not taken out".to_owned(),
            (Self::TooDeep, Lang::Ja) => "入れ子が深すぎる（中は開いていない）".to_owned(),
            (Self::TooDeep, Lang::En) => "nested too deep, not opened".to_owned(),
            (Self::Links(count), Lang::Ja) => format!("リンク等{count}件（中身なし）"),
            (Self::Links(count), Lang::En) => format!("{count} links or devices without content"),
        }
    }
}

/// Whether a member's name points elsewhere than below its container.
#[must_use]
pub fn points_outside(name: &str) -> bool {
    let drive = name.as_bytes().get(1) == Some(&b':');
    name.starts_with(['/', '\\']) || drive || name.split(['/', '\\']).any(|part| part == "..")
}

/// The bytes of a member. Damage is an end, not an error; errors are those of the source.
pub trait Stream: Read {
    /// What was found damaged so far, in a sentence.
    fn damage(&self, lang: Lang) -> Option<String>;
}

/// The bytes of a member as they are unpacked, bounded.
pub(crate) struct Unpacked<'r> {
    inner: &'r mut dyn Read,
    budget: &'r Budget,
    bytes: u64,
    damage: Option<Damage>,
    ended: bool,
}

impl<'r> Unpacked<'r> {
    pub(crate) fn new(inner: &'r mut dyn Read, budget: &'r Budget) -> Self {
        Self { inner, budget, bytes: 0, damage: None, ended: false }
    }
}

impl Stream for Unpacked<'_> {
    fn damage(&self, lang: Lang) -> Option<String> {
        self.damage.map(|damage| damage.sentence(self.bytes, lang))
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while !self.ended && !buf.is_empty() {
            match self.inner.read(buf) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    let allowed = self.budget.take(read);
                    self.bytes += allowed as u64;
                    if allowed < read {
                        (self.ended, self.damage) = (true, Some(Damage::TooLarge));
                    }
                    return Ok(allowed);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    // The store's own failure is nobody's damage.
                    if is_sources(&error) {
                        return Err(error);
                    }
                    let damage = error.get_ref().and_then(|inner| inner.downcast_ref::<Found>()).map(|found| found.0);
                    let early = error.kind() == io::ErrorKind::UnexpectedEof;
                    let guessed = if early { Damage::Truncated } else { Damage::Corrupt };
                    (self.ended, self.damage) = (true, Some(damage.unwrap_or(guessed)));
                }
            }
        }
        Ok(0)
    }
}

/// Damage told by a reader that knows better than its error kind.
#[derive(Debug, thiserror::Error)]
#[error("{0:?}")]
pub(crate) struct Found(pub(crate) Damage);

/// A failure to read the source, told apart from damage in what it holds.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct SourceFailure(io::Error);

fn is_sources(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<SourceFailure>()).is_some()
}

/// Marks the failures of a source as its own.
pub(crate) struct Marked<'s>(pub(crate) &'s mut dyn Source);

fn marked(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::Interrupted { error } else { io::Error::other(SourceFailure(error)) }
}

impl Read for Marked<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf).map_err(marked)
    }
}

impl Seek for Marked<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        // A place outside the file comes from what the file says, not from the source.
        self.0.seek(to)
    }
}
