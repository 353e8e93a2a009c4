//! What search reads: readings, chunks, skip filters and named row sets, whoever keeps them.

use super::evidence::ReadingForm;
use super::explain::Explain;
use super::id::{CaseKey, EvidenceKey, Id, ReadingKey};
use super::kind::Kind;
use super::record::{Chunk, ChunkHead, Layer, RecordHead};
use super::rows::RowSet;
use super::skip::Probe;
use super::time::Instant;
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Anything that went wrong below, told by the one who knows.
pub type Failure = Box<dyn Explain + Send + Sync>;

/// One searchable reading.
#[derive(Clone, Debug)]
pub struct ReadingHead {
    /// Join key of its indices.
    pub key: ReadingKey,
    /// The evidence it reads; row sets are keyed by this.
    pub evidence: EvidenceKey,
    /// The evidence's public id.
    pub id: Id,
    /// The case it is filed in.
    pub case: Option<CaseKey>,
    /// How the bytes become text and fields.
    pub form: ReadingForm,
    /// Records.
    pub rows: u32,
    /// Earliest instant.
    pub first: Option<Instant>,
    /// Latest instant.
    pub last: Option<Instant>,
}

/// A row set with a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NamedSet {
    /// Rows with any indicator of a kind, implied ones included.
    Kind(Kind),
    /// Rows with one canonical value.
    Value(Kind, String),
    /// Rows carrying a tag.
    Tag(String),
    /// Rows carrying any tag.
    Tagged,
}

/// Read access for search. Every method may be called from several threads at once.
pub trait Corpus: Sync {
    /// Every searchable reading, in evidence order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn readings(&self) -> Result<Vec<ReadingHead>, Failure>;

    /// The chunks of a reading, in order.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn chunk_heads(&self, reading: ReadingKey) -> Result<Arc<[ChunkHead]>, Failure>;

    /// The blocks whose skip filters admit `probe`, numbered `seq * BLOCKS + block`; those without filters are always among
    /// them. What keeps no blocks has everything of a chunk in its first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn candidates(&self, reading: ReadingKey, probe: &Probe) -> Result<RoaringBitmap, Failure>;

    /// One chunk, decompressed.
    ///
    /// # Errors
    /// When the store cannot be read or the chunk is damaged.
    fn chunk(&self, reading: ReadingKey, seq: u32) -> Result<Arc<Chunk>, Failure>;

    /// One chunk, decompressed into the memory of `spare`, whatever that held: for whoever goes through many. A keeper that
    /// can do without fresh memory overrides this.
    ///
    /// # Errors
    /// When the store cannot be read or the chunk is damaged.
    fn chunk_in(&self, reading: ReadingKey, seq: u32, spare: Chunk) -> Result<Chunk, Failure> {
        drop(spare);
        Ok(Chunk::clone(&*self.chunk(reading, seq)?))
    }

    /// One chunk with at least the bytes of the records that begin in one of its blocks, and which records those are; the
    /// rest of the bytes is of no meaning.
    ///
    /// # Errors
    /// When the store cannot be read or the chunk is damaged.
    fn block_in(
        &self,
        reading: ReadingKey,
        seq: u32,
        block: u32,
        spare: Chunk,
    ) -> Result<(Chunk, Range<usize>), Failure> {
        Ok(self.chunk_in(reading, seq, spare)?.undivided(block))
    }

    /// The heads of a chunk's records alone, for questions about time that need no text. A keeper that stores them apart
    /// from the bytes overrides this.
    ///
    /// # Errors
    /// When the store cannot be read or the chunk is damaged.
    fn records(&self, reading: ReadingKey, seq: u32) -> Result<Vec<RecordHead>, Failure> {
        Ok(self.chunk(reading, seq)?.records.clone())
    }

    /// A named row set.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn named(&self, set: &NamedSet) -> Result<RowSet, Failure>;
}

/// One field of a record, as shown and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Name, lower case, as `status` or `src_ip`; nested JSON joins with dots.
    pub name: Cow<'a, str>,
    /// Value as text.
    pub value: Cow<'a, str>,
}

/// Original bytes to the layer records are read from, where the two differ, and names of files to what people read. `ingest`
/// implements it; the store is handed one.
pub trait LayerReader: Send + Sync {
    /// Whether records are read from a layer, which needs the whole chunk.
    fn is_layered(&self, form: &ReadingForm) -> bool;

    /// A file's name whose encoding nobody stated.
    fn name(&self, bytes: &[u8]) -> String;

    /// The layer of a chunk, with a place for each of its records; `None` where records are read from the bytes themselves.
    fn layer(&self, form: &ReadingForm, head: &ChunkHead, bytes: &[u8], records: &[RecordHead]) -> Option<Layer>;
}

/// Bytes of a record to text and fields. `ingest` implements it; `search` and the window are handed one.
pub trait FieldReader: Sync {
    /// The bytes as text in the reading's encoding; what the encoding lacks becomes U+FFFD.
    fn text<'a>(&self, form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str>;

    /// Appends the record's fields in the format's order.
    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>);

    /// Puts the record's fields whose name folds to `name` in place of what `out` held, in the format's order.
    fn fields_named<'a>(&self, form: &ReadingForm, text: &'a str, name: &str, out: &mut Vec<Field<'a>>);

    /// The names every record of this reading has, in the order of columns; empty for open schemas.
    fn columns(&self, form: &ReadingForm) -> Vec<String>;

    /// Whether unknown field names are an error (fixed columns) or simply absent (JSON).
    fn is_open(&self, form: &ReadingForm) -> bool;

    /// Whether every run of letters, digits, `.`, `_` and `-` in the value of this field also stands, folded, in the
    /// record's folded text. Then search may skip what cannot hold the value; a derived or converted field says no.
    fn is_verbatim(&self, form: &ReadingForm, field: &str) -> bool {
        let _ = (form, field);
        false
    }
}
