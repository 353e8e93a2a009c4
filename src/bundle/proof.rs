//! Proof of one record: a small file that shows these bytes stand at their place in the evidence with that BLAKE3 root,
//! without the evidence.
//!
//! BLAKE3 is a tree over pieces of 1,024 bytes (BLAKE3 paper §2.1). The pieces that hold the record go along whole, of
//! everything else only the values of the largest subtrees beside the way to the root. A piece's value depends on its place,
//! so the place is proven with the bytes. What neighbours stand in the same pieces is disclosed, and said.

use super::fault::Fault;
use super::wording::Wording;
use crate::model::Ticket;
use blake3::hazmat::{HasherExt as _, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};
use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::io::Read;
use std::ops::Range;

/// What the first key says.
const FORMAT: &str = "itoguchi-record-proof";
const VERSION: u32 = 1;
/// Bytes of a piece.
const PIECE: u64 = blake3::CHUNK_LEN as u64;
/// Bytes that can be proven at once; more than any record, little enough to be read by eye and machine.
pub const MOST_PROVEN: u64 = 16 << 20;
/// Bytes read at once.
const BLOCK: usize = 1 << 20;

const ABOUT_JA: &str = "shown のバイト列が、BLAKE3の値（木の根）が evidence.blake3 である証拠の shown.offset の位置にあることを、証拠なしで示す。検算: evidence.bytes を1024バイトの区間に分け、BLAKE3の木を左から作る。shown の区間は base64 から自分で計算し、ほかの部分木は hashes の値（バイト順）を使う。得られた根が evidence.blake3 に等しければよい。その値が本物かは、調書など別の経路で確かめる。記録は shown のうち record.offset から record.len バイト。その前後のバイトは同じ区間にあるために含まれる。evidence の blake3 以外の項目、record.row、made は作成者の申告であり、木からは証明されない。";
const ABOUT_EN: &str = "Shows, without the evidence, that the bytes in shown stand at shown.offset of the evidence whose BLAKE3 value (root of the tree) is evidence.blake3. To check: cut evidence.bytes into pieces of 1,024 bytes and build the BLAKE3 tree from the left; compute the pieces in shown from base64, take the other subtrees from hashes (in byte order). The root must equal evidence.blake3. Whether that value is the true one must be known from elsewhere, as the custody record. The record is record.len bytes from record.offset on; bytes around it are here because they stand in the same pieces. The other facts under evidence, record.row and made are stated by whoever made this file; the tree does not prove them.";

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Always [`FORMAT`].
    pub format: String,
    /// Of the format.
    pub version: u32,
    /// How to check it by hand.
    pub about: About,
    /// What it came from.
    pub evidence: Of,
    /// What is proven.
    pub record: Record,
    /// Whole pieces that hold it.
    pub shown: Shown,
    /// The other subtrees, in the order of their bytes.
    pub hashes: Vec<Subtree>,
    /// By whom and when.
    pub made: Made,
}

/// How to check a proof, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

/// The evidence a proof is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// Public id.
    pub id: String,
    /// File name.
    pub name: String,
    /// Size.
    pub bytes: u64,
    /// Root of the tree, hex.
    pub blake3: String,
    /// SHA-256 of the whole, hex.
    pub sha256: String,
}

/// The record a proof is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Row, from 0, where it is a record of a reading.
    pub row: Option<u32>,
    /// First byte in the evidence.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// SHA-256 of these bytes, hex.
    pub sha256: String,
    /// WHATWG label of the encoding in which the bytes are the text.
    pub encoding: Option<String>,
    /// The bytes as text, where they are text.
    pub text: Option<String>,
}

/// Bytes as they stand in the evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// First byte in the evidence.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// The bytes.
    pub base64: String,
}

/// A part of the evidence that is not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subtree {
    /// First byte in the evidence.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// Its chaining value, hex.
    pub blake3: String,
}

/// Who made a proof.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// In which store.
    pub store: String,
    /// Of which unit.
    pub unit: String,
    /// With what.
    pub tool: String,
}

impl Proof {
    /// Proves the bytes `record.offset..` of an evidence read from its beginning. `of`, `record` and `made` say what the tree
    /// does not; hash, text and size of the record are filled in here.
    ///
    /// # Errors
    /// When the range is empty, too long or outside, or the bytes do not hash to the stated root.
    pub fn make(source: &mut dyn Read, of: Of, mut record: Record, made: Made, ticket: &Ticket) -> Result<Self, Fault> {
        let end = record.offset.checked_add(record.len).filter(|end| *end <= of.bytes && record.len > 0);
        let end = end.ok_or_else(|| Fault::input("証拠の中の範囲ではありません", "not a range of the evidence"))?;
        if record.len > MOST_PROVEN {
            return Err(Fault::input("一度に証明できるのは16MiBまでです", "at most 16 MiB can be proven at once"));
        }
        let shown = record.offset / PIECE * PIECE..end.next_multiple_of(PIECE).min(of.bytes);
        let mut making = Making { source, shown: shown.clone(), bytes: Vec::new(), hashes: Vec::new(), ticket };
        let root = making.root(of.bytes)?;
        if HEXLOWER.encode(&root) != of.blake3 {
            return Err(Fault::check(
                "root",
                "保存されたバイト列が取込み時のBLAKE3と一致しません",
                "the stored bytes do not hash to the BLAKE3 of intake",
            ));
        }
        let Making { bytes, hashes, .. } = making;
        let inside = bytes_of(&bytes, shown.start, &record).unwrap_or_default();
        record.sha256 = HEXLOWER.encode(&Sha256::digest(inside));
        record.text = record.encoding.as_deref().and_then(|label| decoded(label, inside));
        if record.text.is_none() {
            record.encoding = None;
        }
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            about: About { ja: ABOUT_JA.to_owned(), en: ABOUT_EN.to_owned() },
            evidence: of,
            record,
            shown: Shown { offset: shown.start, len: shown.end - shown.start, base64: BASE64.encode(&bytes) },
            hashes,
            made,
        })
    }

    /// The file's bytes.
    pub fn to_file(&self) -> Result<Vec<u8>, Fault> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(std::io::Error::from)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads a file that anybody may have written.
    ///
    /// # Errors
    /// When it is no proof of this version.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Fault> {
        let wrong = |why: &dyn std::fmt::Display| {
            Fault::input(format!("記録の証明として読めません（{why}）"), format!("not a record proof ({why})"))
        };
        let proof: Self = serde_json::from_slice(bytes).map_err(|err| wrong(&err))?;
        if proof.format != FORMAT || proof.version != VERSION {
            return Err(wrong(&format!("{} {}", proof.format, proof.version)));
        }
        Ok(proof)
    }

    /// Checks the file against itself and, where given, against the root known from elsewhere. One line per check: name,
    /// result (`None` where it cannot be judged), what was seen.
    #[must_use]
    pub fn check(&self, known_root: Option<&str>) -> Vec<(&'static str, Option<bool>, Wording)> {
        let mut out = Vec::new();
        let tree = self.recomputed().map(|root| HEXLOWER.encode(&root));
        out.push(match &tree {
            Ok(root) if *root == self.evidence.blake3 => ("tree", Some(true), Wording::same(root.as_str())),
            Ok(root) => ("tree", Some(false), Wording::new(format!("根は {root}"), format!("the root is {root}"))),
            Err(why) => ("tree", Some(false), why.clone()),
        });
        let shown = BASE64.decode(self.shown.base64.as_bytes()).unwrap_or_default();
        let inside = bytes_of(&shown, self.shown.offset, &self.record).filter(|bytes| !bytes.is_empty());
        out.push(match inside {
            Some(bytes) => {
                let hash = HEXLOWER.encode(&Sha256::digest(bytes));
                ("record", Some(hash == self.record.sha256), Wording::same(hash))
            }
            None => (
                "record",
                Some(false),
                Wording::new("示されたバイト列の中にない", "it does not stand in the bytes shown"),
            ),
        });
        out.push(match (&self.record.text, &self.record.encoding) {
            (None, _) => ("text", None, Wording::new("文字としては示されていない", "not shown as text")),
            (Some(text), Some(label)) if inside.and_then(|bytes| decoded(label, bytes)).as_ref() == Some(text) => {
                ("text", Some(true), Wording::same(text.as_str()))
            }
            (Some(_), _) => {
                ("text", Some(false), Wording::new("バイト列はこの文字ではない", "the bytes are not this text"))
            }
        });
        out.push(match known_root {
            Some(known) if known.eq_ignore_ascii_case(&self.evidence.blake3) => {
                ("root", Some(true), Wording::same(known))
            }
            Some(known) => (
                "root",
                Some(false),
                Wording::new(format!("求める証拠のBLAKE3は {known}"), format!("the evidence's BLAKE3 is {known}")),
            ),
            None => (
                "root",
                None,
                Wording::new(
                    format!("証拠のBLAKE3が {} であることを別に確かめる", self.evidence.blake3),
                    format!("make sure elsewhere that the evidence's BLAKE3 is {}", self.evidence.blake3),
                ),
            ),
        });
        out
    }

    /// The root that bytes and hashes of the file lead to.
    fn recomputed(&self) -> Result<[u8; 32], Wording> {
        let bytes = BASE64.decode(self.shown.base64.as_bytes());
        let bytes = bytes.map_err(|_| Wording::new("base64として読めない", "not valid base64"))?;
        let end = self.shown.offset.checked_add(self.shown.len).filter(|end| {
            self.shown.len > 0
                && self.shown.len == bytes.len() as u64
                && self.shown.offset.is_multiple_of(PIECE)
                // The store counts bytes in 63 bits; the tree's own arithmetic needs the room above.
                && i64::try_from(self.evidence.bytes).is_ok()
                && *end <= self.evidence.bytes
                && (end.is_multiple_of(PIECE) || *end == self.evidence.bytes)
        });
        let end =
            end.ok_or_else(|| Wording::new("示す範囲が区間の境にない", "the range shown is not of whole pieces"))?;
        let mut checking = Checking { shown: self.shown.offset..end, bytes: &bytes, hashes: self.hashes.iter() };
        let root = checking.root(self.evidence.bytes)?;
        if checking.hashes.next().is_some() {
            return Err(Wording::new("余分なハッシュ値がある", "there are hashes too many"));
        }
        Ok(root)
    }
}

/// The record's bytes among those that begin at `start`.
fn bytes_of<'b>(bytes: &'b [u8], start: u64, record: &Record) -> Option<&'b [u8]> {
    let from = usize::try_from(record.offset.checked_sub(start)?).ok()?;
    let to = from.checked_add(usize::try_from(record.len).ok()?)?;
    bytes.get(from..to)
}

/// The bytes as text, if all of them are.
fn decoded(label: &str, bytes: &[u8]) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label(label.as_bytes())?;
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// Walks the tree from the left; who walks it says where the values of leaves and hidden subtrees come from.
trait Walk {
    type Failure;

    fn shown(&self) -> Range<u64>;

    /// The value of a subtree with nothing to show in it.
    fn hidden(&mut self, place: Range<u64>) -> Result<[u8; 32], Self::Failure>;

    /// The next piece, which is shown.
    fn piece(&mut self, place: &Range<u64>, hasher: &mut blake3::Hasher) -> Result<(), Self::Failure>;

    fn root(&mut self, size: u64) -> Result<[u8; 32], Self::Failure> {
        if size <= PIECE {
            let mut hasher = blake3::Hasher::new();
            self.piece(&(0..size), &mut hasher)?;
            return Ok(hasher.finalize().into());
        }
        let middle = left_subtree_len(size);
        let (left, right) = (self.node(0..middle)?, self.node(middle..size)?);
        Ok(merge_subtrees_root(&left, &right, Mode::Hash).into())
    }

    fn node(&mut self, place: Range<u64>) -> Result<[u8; 32], Self::Failure> {
        let shown = self.shown();
        if place.end <= shown.start || place.start >= shown.end {
            return self.hidden(place);
        }
        let len = place.end - place.start;
        if len <= PIECE {
            let mut hasher = blake3::Hasher::new();
            hasher.set_input_offset(place.start);
            self.piece(&place, &mut hasher)?;
            return Ok(hasher.finalize_non_root());
        }
        let middle = place.start + left_subtree_len(len);
        let (left, right) = (self.node(place.start..middle)?, self.node(middle..place.end)?);
        Ok(merge_subtrees_non_root(&left, &right, Mode::Hash))
    }
}

struct Making<'a> {
    source: &'a mut dyn Read,
    shown: Range<u64>,
    bytes: Vec<u8>,
    hashes: Vec<Subtree>,
    ticket: &'a Ticket,
}

impl Making<'_> {
    /// Reads the next `len` bytes into a hasher; keeps them where they are shown.
    fn feed(&mut self, len: u64, keep: bool, hasher: &mut blake3::Hasher) -> Result<(), Fault> {
        let mut left = usize::try_from(len).unwrap_or(usize::MAX);
        let mut block = vec![0; BLOCK.min(left)];
        while left > 0 {
            if self.ticket.is_cancelled() {
                return Err(std::io::Error::from(std::io::ErrorKind::Interrupted).into());
            }
            let part = block.len().min(left);
            let part = block.get_mut(..part).unwrap_or_default();
            self.source.read_exact(part)?;
            hasher.update(part);
            if keep {
                self.bytes.extend_from_slice(part);
            }
            left -= part.len();
            self.ticket.advance(part.len() as u64);
        }
        Ok(())
    }
}

impl Walk for Making<'_> {
    type Failure = Fault;

    fn shown(&self) -> Range<u64> {
        self.shown.clone()
    }

    fn hidden(&mut self, place: Range<u64>) -> Result<[u8; 32], Fault> {
        let len = place.end - place.start;
        let mut hasher = blake3::Hasher::new();
        hasher.set_input_offset(place.start);
        self.feed(len, false, &mut hasher)?;
        let value = hasher.finalize_non_root();
        self.hashes.push(Subtree { offset: place.start, len, blake3: HEXLOWER.encode(&value) });
        Ok(value)
    }

    fn piece(&mut self, place: &Range<u64>, hasher: &mut blake3::Hasher) -> Result<(), Fault> {
        self.feed(place.end - place.start, true, hasher)
    }
}

struct Checking<'a> {
    shown: Range<u64>,
    bytes: &'a [u8],
    hashes: std::slice::Iter<'a, Subtree>,
}

impl Walk for Checking<'_> {
    type Failure = Wording;

    fn shown(&self) -> Range<u64> {
        self.shown.clone()
    }

    fn hidden(&mut self, place: Range<u64>) -> Result<[u8; 32], Wording> {
        let at = place.start;
        let next = self.hashes.next().filter(|next| next.offset == at && next.len == place.end - at);
        let value = next.and_then(|next| HEXLOWER.decode(next.blake3.as_bytes()).ok()?.try_into().ok());
        value.ok_or_else(|| {
            Wording::new(format!("{at} からの部分木の値がない"), format!("the subtree from {at} on has no value"))
        })
    }

    fn piece(&mut self, place: &Range<u64>, hasher: &mut blake3::Hasher) -> Result<(), Wording> {
        let inside = |at: u64| usize::try_from(at.checked_sub(self.shown.start)?).ok();
        let part = inside(place.start).zip(inside(place.end)).and_then(|(from, to)| self.bytes.get(from..to));
        let part = part.ok_or_else(|| Wording::new("示すバイト列が足りない", "bytes are missing"))?;
        hasher.update(part);
        Ok(())
    }
}
