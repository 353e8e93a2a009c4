//! Records (rows) of a reading, and the chunks evidence is kept in.

use super::lang::Text;
use super::time::{Instant, Known, Precision, Undated};
use serde::{Deserialize, Serialize};
use std::ops::Range;

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

    /// With a clock's skew taken off, as it is shown.
    #[must_use]
    pub const fn without_skew(mut self, skew_secs: i64) -> Self {
        if let Self::At { instant, .. } = &mut self {
            *instant = instant.without_skew(skew_secs);
        }
        self
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

impl ChunkHead {
    /// The place of the chunk in which the last record of the chunk at `place` ends, among all of an evidence.
    #[must_use]
    pub fn last_of(heads: &[Self], place: usize) -> usize {
        let mut last = place;
        for (index, head) in heads.iter().enumerate().skip(place + 1) {
            if head.lead > 0 {
                last = index;
            }
            if head.lead == 0 || head.rows > 0 || head.lead < head.len {
                break;
            }
        }
        last
    }
}

/// One chunk, decompressed, with the heads of its records.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    /// Where it lies.
    pub head: ChunkHead,
    /// What records are read from: the original bytes, or the layer decoded from them.
    pub bytes: Vec<u8>,
    /// The records that begin here, in order; their places are those in the original.
    pub records: Vec<RecordHead>,
    /// Where each record stands in `bytes`, when those are a decoded layer.
    pub layer: Option<Vec<Range<u32>>>,
}

/// What a chunk's records are read from where that is not the original bytes: a mail's parts, binary XML as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// UTF-8 text.
    pub bytes: Vec<u8>,
    /// Where each record of the chunk stands in it.
    pub places: Vec<Range<u32>>,
}

impl Chunk {
    /// Itself and the records of one of its blocks, where all stand in the first.
    #[must_use]
    pub fn undivided(self, block: u32) -> (Self, Range<usize>) {
        let rows = if block == 0 { 0..self.records.len() } else { 0..0 };
        (self, rows)
    }

    /// Where record `index` (counted inside this chunk) stands in `bytes`; empty if there is none.
    #[must_use]
    pub fn place(&self, index: usize) -> Range<usize> {
        let size = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        let (start, end) = match (&self.layer, self.records.get(index)) {
            (Some(places), _) => {
                places.get(index).map_or((0, 0), |place| (u64::from(place.start), u64::from(place.end)))
            }
            (None, Some(record)) => {
                let start = record.offset.saturating_sub(self.head.offset);
                (start, start.saturating_add(u64::from(record.len)))
            }
            (None, None) => (0, 0),
        };
        size(start)..size(end).max(size(start))
    }

    /// The bytes record `index` (counted inside this chunk) is read from; empty if there is none.
    #[must_use]
    pub fn record_bytes(&self, index: usize) -> &[u8] {
        self.bytes.get(self.place(index)).unwrap_or(&[])
    }

    /// What still belongs to the record before; a layer has it there already.
    #[must_use]
    pub fn lead_bytes(&self) -> &[u8] {
        let lead = if self.layer.is_some() { 0 } else { self.head.lead as usize };
        self.bytes.get(..lead.min(self.bytes.len())).unwrap_or(&[])
    }
}
