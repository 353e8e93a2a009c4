//! Which cases belong together, and why: correlation by shared canonical values and tokens (DESIGN §7).
//!
//! Postings are kept, not pairs: each value knows its cases, and pairs are worked out from the values few cases share.
//! A value weighs by the strength of its kind and by its rarity over all cases. A value of many cases counts in full only
//! where those cases share other values too; hubs and benign values are damped and listed, never dropped. Implied values tie nothing. A tie is held back only where the victim's role was stated in both
//! cases; victim against suspect goes to a person. Near-matches are in [`mod@suggest`] and never join anything.

mod cluster;
mod cohesion;
mod gather;
mod marks;
mod pairs;
pub mod suggest;
mod weigh;

pub use gather::Correlator;
pub use marks::{Mark, Marks, Note};
pub use suggest::{Suggestion, suggest};
pub use weigh::{DEFAULT_MIN_SCORE, few, hub_limit};

use super::facts::CaseFacts;
use crate::model::{Instant, Kind, Role, Unit};
use std::ops::Range;

/// One value seen in one case.
#[derive(Clone, Copy, Debug)]
pub struct CaseValue<'a> {
    /// Index of the case in the list handed over.
    pub case: u32,
    /// What the value is.
    pub kind: Kind,
    /// Canonical value, or a token (`tok1:<kind>:<epoch>:…`) standing for one.
    pub value: &'a str,
    /// Tokens known to stand for this value, where the sender gave them along. A token and its value then count as one.
    pub tokens: &'a [&'a str],
    /// Role stated for it in this case.
    pub role: Option<Role>,
    /// Known to be harmless or shared by everybody: damped.
    pub benign: bool,
    /// Seen only inside another value: ties nothing.
    pub implied: bool,
    /// Its own rule holds; a value that fails it still ties.
    pub verified: bool,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
}

impl<'a> CaseValue<'a> {
    /// A verified value without role and time.
    #[must_use]
    pub const fn new(case: u32, kind: Kind, value: &'a str) -> Self {
        Self {
            case,
            kind,
            value,
            tokens: &[],
            role: None,
            benign: false,
            implied: false,
            verified: true,
            first: None,
            last: None,
        }
    }
}

/// What may be set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Two cases are tied from this score on; ties below it neither show nor join.
    pub min_score: f64,
    /// A value in more cases than this is a hub; `None` works it out from the number of cases ([`hub_limit`]).
    pub hub_limit: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_score: DEFAULT_MIN_SCORE, hub_limit: None }
    }
}

/// A value seen in two or more cases: a posting.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedValue {
    /// What it is.
    pub kind: Kind,
    /// Canonical value, or the token where nobody sent the value itself.
    pub value: String,
    /// Indices of the cases it was seen in, ascending.
    pub cases: Vec<u32>,
    /// Its weight by kind and rarity, before time proximity.
    pub weight: f32,
    /// What a person should know about it.
    pub marks: Marks,
}

/// One value that ties two cases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tie {
    /// Index into [`Correlation::values`].
    pub value: u32,
    /// What it adds to the score.
    pub weight: f32,
    /// What a person should know about this value between these two cases.
    pub marks: Marks,
}

/// Two tied cases. Its reasons are read with [`Correlation::ties`].
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Index of the first case.
    pub a: u32,
    /// Index of the second case; greater than `a`.
    pub b: u32,
    /// Sum of the weights of its ties.
    pub score: f64,
    ties: Range<usize>,
}

/// One value that holds a cluster together.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// What it is.
    pub kind: Kind,
    /// Canonical value or token.
    pub value: String,
    /// The most it adds between any two cases of the cluster.
    pub weight: f32,
    /// Cases of this cluster tied by it, ascending.
    pub cases: Vec<u32>,
    /// What a person should know about it.
    pub marks: Marks,
}

/// Cases that belong together, with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    /// Indices of its cases, ascending.
    pub cases: Vec<u32>,
    /// Units that hold them, ascending.
    pub units: Vec<Unit>,
    /// Sum of the weights of its values, each counted once.
    pub score: f64,
    /// The values that hold it together, heaviest first.
    pub why: Vec<Why>,
    /// Pairs of its cases that are tied directly.
    pub pairs: u32,
}

/// 同一被害者の可能性: stated victim in each of these cases. Builds no cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VictimTie {
    /// What it is.
    pub kind: Kind,
    /// Canonical value or token.
    pub value: String,
    /// The cases, ascending.
    pub cases: Vec<u32>,
}

/// Victim's in one case, the offender's in another: a person decides. Adds nothing to any score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What it is.
    pub kind: Kind,
    /// Canonical value or token.
    pub value: String,
    /// Cases where it was stated to be the victim's.
    pub victim: Vec<u32>,
    /// Cases where it was stated to be the suspect's or infrastructure.
    pub offender: Vec<u32>,
}

/// The whole answer. Cases are named by their index in the list handed over.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Correlation {
    /// Clusters, the strongest first.
    pub clusters: Vec<Cluster>,
    /// Tied pairs by first, then second case.
    pub pairs: Vec<Pair>,
    /// Values seen in two or more cases, by kind and value; hubs and benign values among them, marked.
    pub values: Vec<SharedValue>,
    /// Possibly the same victim.
    pub victim_ties: Vec<VictimTie>,
    /// Victim against suspect.
    pub conflicts: Vec<Conflict>,
    /// What was damped or left out, with the counts.
    pub notes: Vec<Note>,
    ties: Vec<Tie>,
}

impl Correlation {
    /// The reasons of a pair, heaviest first.
    #[must_use]
    pub fn ties(&self, pair: &Pair) -> &[Tie] {
        self.ties.get(pair.ties.clone()).unwrap_or(&[])
    }

    /// The value of a tie.
    #[must_use]
    pub fn value(&self, tie: &Tie) -> Option<&SharedValue> {
        self.values.get(tie.value as usize)
    }

    /// The pair of two cases, in either order, if they are tied.
    #[must_use]
    pub fn pair(&self, a: u32, b: u32) -> Option<&Pair> {
        let key = (a.min(b), a.max(b));
        self.pairs.binary_search_by_key(&key, |pair| (pair.a, pair.b)).ok().and_then(|at| self.pairs.get(at))
    }

    /// Values that were damped, those in most cases first.
    #[must_use]
    pub fn damped(&self) -> Vec<&SharedValue> {
        let mut damped: Vec<_> = self.values.iter().filter(|value| value.marks.is_damped()).collect();
        damped.sort_by_key(|value| std::cmp::Reverse(value.cases.len()));
        damped
    }
}

/// Ties cases together by the values they share. `strength` is how strongly one shared value of a kind ties two cases, 0
/// to 1 ([`crate::model::About::strength`]). Values naming a case outside `cases` are left out and counted in the notes.
#[must_use]
pub fn correlate<'a>(
    cases: &[CaseFacts],
    values: impl IntoIterator<Item = CaseValue<'a>>,
    strength: &dyn Fn(Kind) -> f32,
    options: &Options,
) -> Correlation {
    let mut correlator = Correlator::default();
    for value in values {
        correlator.add(&value);
    }
    correlator.finish(cases, strength, options)
}
