//! Records (rows) of a reading, and the chunks evidence is kept in.

use super::lang::Text;
use super::time::{Instant, Known, Precision, Undated};
use serde::{Deserialize, Serialize};

/// When a record happened, or why that is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// Known.
    At {
        /// The instant in UTC.
        instant: Instant,
        /// How zone and year were known.
        known: Known,
        /// The finest unit stated.
        precision: Precision,
        /// The offset from UTC the record was written in, in minutes.
        offset_minutes: i16,
    },
    /// Not known.
    Undated(Undated),
}

impl When {
    /// The instant, if known.
    #[must_use]
    pub const fn instant(&self) -> Option<Instant> {
        match self {
            Self::At { instant, .. } => Some(*instant),
            Self::Undated(_) => None,
        }
    }
}

/// One record's place and time. Its row number is its position: rows are dense from 0 in each reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// First byte in the original evidence.
    pub offset: u64,
    /// Bytes in the original, line end excluded. A record that continues into the next chunk counts its part in this one.
    pub len: u32,
    /// Its time.
    pub when: When,
    /// Why its format could not read it; it is a row all the same.
    pub reject: Option<Reject>,
}

/// Why a record could not be read in its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Reject {
    /// The line does not have the format's shape.
    Shape = 1,
    /// Something stands where the time belongs, and it is not a time.
    Time = 2,
    /// Not valid JSON.
    Json = 3,
    /// More or fewer columns than the header.
    Columns = 4,
    /// A quotation mark is never closed.
    Quote = 5,
    /// Bytes that the stated encoding does not have.
    Encoding = 6,
    /// Longer than a record may be; the rest follows as its continuation.
    TooLong = 7,
    /// Control bytes: not text.
    Binary = 8,
}

impl Reject {
    /// Every reason.
    pub const ALL: [Self; 8] =
        [Self::Shape, Self::Time, Self::Json, Self::Columns, Self::Quote, Self::Encoding, Self::TooLong, Self::Binary];

    /// The reason with this number, if there is one.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|reject| *reject as u8 == number)
    }

    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Shape => Text::new("形式に合わない行", "line not of this format"),
            Self::Time => Text::new("時刻を読めない", "time not readable"),
            Self::Json => Text::new("JSONとして誤り", "not valid JSON"),
            Self::Columns => Text::new("列数が見出しと違う", "column count differs from the header"),
            Self::Quote => Text::new("引用符が閉じていない", "quotation mark never closed"),
            Self::Encoding => Text::new("文字コードに無い並び", "bytes not in this encoding"),
            Self::TooLong => Text::new("長すぎる行", "line too long"),
            Self::Binary => Text::new("文字ではない", "not text"),
        }
    }
}

/// Where one chunk of evidence lies and what rows begin in it.
///
/// Chunks tile the evidence: chunk k+1 starts where chunk k ends. They are cut at record ends; only a record longer than
/// a chunk may hold is cut inside, and then the next chunk starts with `lead` bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkHead {
    /// Position among the evidence's chunks, from 0.
    pub seq: u32,
    /// First byte in the original evidence.
    pub offset: u64,
    /// Bytes, uncompressed.
    pub len: u32,
    /// Bytes at the start that still belong to row `first_row - 1`.
    pub lead: u32,
    /// Row number of the first record that begins here.
    pub first_row: u32,
    /// Records that begin here.
    pub rows: u32,
    /// Of those, the ones without an instant.
    pub undated: u32,
    /// Earliest instant among them.
    pub first: Option<Instant>,
    /// Latest instant among them.
    pub last: Option<Instant>,
}

/// One chunk, decompressed, with the heads of its records.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Where it lies.
    pub head: ChunkHead,
    /// The original bytes.
    pub bytes: Vec<u8>,
    /// The records that begin here, in order.
    pub records: Vec<RecordHead>,
}

impl Chunk {
    /// The original bytes of record `index` (counted inside this chunk); empty if there is none.
    #[must_use]
    pub fn record_bytes(&self, index: usize) -> &[u8] {
        let Some(record) = self.records.get(index) else { return &[] };
        let start = usize::try_from(record.offset.saturating_sub(self.head.offset)).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(record.len).unwrap_or(usize::MAX));
        self.bytes.get(start..end).unwrap_or(&[])
    }
}
