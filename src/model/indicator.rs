//! Indicators, where they were seen, and how detectors report what they find.

use super::coding::Decoded;
use super::id::{CaseKey, EvidenceKey};
use super::kind::Kind;
use super::role::Role;
use super::settled::Settled;
use super::time::Instant;
use std::ops::Range;

/// One find in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// Bytes of the searched text it was written in.
    pub span: Range<u32>,
    /// Where its canonical form stands in [`Hits::values`].
    value: Range<u32>,
    /// Found inside another hit (the host of a URL): never links cases by itself, takes the whole's role.
    pub implied: bool,
    /// Its check digits, checksum or rules hold.
    pub verified: bool,
    /// How it was written, where the bytes of the span are not the value itself.
    pub decoded: Decoded,
}

/// Finds of one text. Canonical values lie in one buffer, so that millions of finds cost no allocation each.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    list: Vec<Hit>,
    values: String,
}

impl Hits {
    /// None yet, with memory for about what a text of `bytes` holds of them where it is a log.
    #[must_use]
    pub fn of_log(bytes: usize) -> Self {
        Self { list: Vec::with_capacity(bytes / 64), values: String::with_capacity(bytes / 4) }
    }

    /// Forgets all, keeps the memory.
    pub fn clear(&mut self) {
        self.list.clear();
        self.values.clear();
    }

    /// Adds a find with its canonical value.
    pub fn push(&mut self, kind: Kind, span: Range<usize>, value: &str, implied: bool, verified: bool) {
        self.push_decoded(kind, span, value, implied, verified, Decoded::default());
    }

    /// Adds a find that was taken out of some coding.
    pub fn push_decoded(
        &mut self,
        kind: Kind,
        span: Range<usize>,
        value: &str,
        implied: bool,
        verified: bool,
        decoded: Decoded,
    ) {
        let start = self.values.len();
        self.values.push_str(value);
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.list.push(Hit {
            kind,
            span: small(span.start)..small(span.end),
            value: small(start)..small(self.values.len()),
            implied,
            verified,
            decoded,
        });
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The canonical value of one of these hits.
    #[must_use]
    pub fn value(&self, hit: &Hit) -> &str {
        self.values.get(hit.value.start as usize..hit.value.end as usize).unwrap_or("")
    }

    /// The canonical value of the hit at this place; empty if there is none.
    #[must_use]
    pub fn value_at(&self, at: u32) -> &str {
        self.list.get(at as usize).map_or("", |hit| self.value(hit))
    }

    /// Every hit with its canonical value, in the order found.
    pub fn iter(&self) -> impl Iterator<Item = (&Hit, &str)> {
        self.list.iter().map(|hit| (hit, self.value(hit)))
    }

    /// Forgets all but the first `len`.
    pub fn truncate(&mut self, len: usize) {
        if let Some(first) = self.list.get(len) {
            self.values.truncate(first.value.start as usize);
            self.list.truncate(len);
        }
    }

    /// Forgets those of the first `count` that begin at `start` or later; their values stay in the buffer.
    pub fn forget(&mut self, count: usize, start: usize) {
        let mut place = 0;
        self.list.retain(|hit| {
            place += 1;
            place > count || (hit.span.start as usize) < start
        });
    }

    /// Gives the hits from the `first` on the kinds they go by.
    pub fn rename_from(&mut self, first: usize, settled: &Settled) {
        if settled.is_empty() {
            return;
        }
        for hit in self.list.iter_mut().skip(first) {
            let value = self.values.get(hit.value.start as usize..hit.value.end as usize).unwrap_or("");
            hit.kind = settled.kind(hit.kind, value);
        }
    }

    /// The latest find, if any.
    #[must_use]
    pub fn last(&self) -> Option<&Hit> {
        self.list.last()
    }

    /// Puts the hits from the `first` on in the order of their spans; the wider first where they begin together.
    pub fn sort_from(&mut self, first: usize) {
        let list = self.list.get_mut(first..).unwrap_or(&mut []);
        if !list.is_sorted_by_key(|hit| (hit.span.start, u32::MAX - hit.span.end)) {
            list.sort_by(|a, b| (a.span.start, b.span.end, a.kind).cmp(&(b.span.start, a.span.end, b.kind)));
        }
    }
}

/// Text in, indicators out. `indicators` implements it; `workbench` hands it to whoever needs one.
pub trait Extractor: Sync {
    /// Finds every indicator in `text` (decoded evidence, any number of lines) and appends it to `hits`, sorted by span.
    ///
    /// Never panics, takes time linear in the text. A value never spans a line feed, unless it was taken out of a coding that
    /// breaks lines ([`Hit::decoded`]); it belongs to the line it begins in.
    fn find(&self, text: &str, hits: &mut Hits);

    /// The canonical form of a value said to be of this kind; `None` if it fails the kind's rule.
    fn canonical(&self, kind: Kind, text: &str) -> Option<String>;

    /// Why the value is known to be harmless or shared by everybody (private range, public resolver); `None` otherwise.
    fn benign(&self, kind: Kind, value: &str) -> Option<super::lang::Text>;

    /// The facts of a kind; `None` for one this version does not know.
    fn about(&self, kind: Kind) -> Option<&'static super::kind::About>;

    /// Every kind it can find, in the order shown.
    fn kinds(&self) -> Vec<&'static super::kind::About>;
}

/// A value of a kind, wherever it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Indicator {
    /// What it is.
    pub kind: Kind,
    /// Canonical form.
    pub value: String,
}

/// Where and how often one indicator was seen in one evidence (or list).
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The indicator.
    pub indicator: Indicator,
    /// The case the evidence is filed in.
    pub case: Option<CaseKey>,
    /// The evidence; `None` for values that came in a list or a bundle.
    pub evidence: Option<EvidenceKey>,
    /// Records it was seen in.
    pub count: u64,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// The role stated for it in that case; where it plays several parts there, the one that lets least of it out.
    pub role: Option<Role>,
    /// Seen only inside another value.
    pub implied: bool,
    /// Its own rule holds; a declared value that fails it is kept all the same.
    pub verified: bool,
}
