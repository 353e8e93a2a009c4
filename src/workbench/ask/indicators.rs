//! Lists of indicators: filter, order, pages, counts by kind.

use super::Said;
use crate::model::statement::{Author, Settlement};
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Role};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Which indicators, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IndicatorList {
    /// Only those seen in this case.
    pub case: Option<CaseKey>,
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only values holding this text, folded.
    pub text: String,
    /// Only with this role.
    pub role: RoleFilter,
    /// Known-benign values too.
    pub benign: bool,
    /// Only those seen in more than one case.
    pub shared: bool,
    /// Order.
    pub sort: IndicatorSort,
    /// Largest, latest or last first.
    pub down: bool,
}

/// Which roles a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RoleFilter {
    /// Any, stated or not.
    #[default]
    Any,
    /// None stated.
    Open,
    /// This one.
    Is(Role),
}

/// By what a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IndicatorSort {
    /// Records it was seen in.
    #[default]
    Count,
    /// Kind, then value.
    Value,
    /// Cases it was seen in.
    Cases,
    /// First seen.
    First,
    /// Last seen.
    Last,
}

/// One indicator in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct IndicatorRow {
    /// Kind.
    pub kind: Kind,
    /// Canonical form.
    pub value: String,
    /// Records it was seen in, within the list's scope.
    pub count: u64,
    /// Cases it was seen in, in the whole store.
    pub cases: u64,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// The role stated; the strictest where cases differ.
    pub role: Option<Role>,
    /// Why it is known to be harmless or shared.
    pub benign: Option<Said>,
    /// What lists say about it, harmless or not.
    pub marks: Vec<Said>,
    /// Roles it plays in some records of the list's case alone, and in how many.
    pub parts: Vec<(Role, u64)>,
    /// Who said which kind it is, where somebody did.
    pub settled: Option<SettledBy>,
    /// Seen inside another value only.
    pub implied: bool,
    /// Its own rule holds.
    pub verified: bool,
}

/// By whom, when and why the kind of a value was settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledBy {
    /// Who said it.
    pub operator: String,
    /// When.
    pub at: Instant,
    /// How that is known; may be empty.
    pub reason: String,
}

impl SettledBy {
    /// Of a settlement and its author.
    #[must_use]
    pub fn of((said, author): &(Settlement, Author)) -> Self {
        Self { operator: author.operator.clone(), at: author.at, reason: said.reason.clone() }
    }
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndicatorPage {
    /// Position of the first.
    pub first: u64,
    /// Indicators that pass the filter.
    pub shown: u64,
    /// Indicators in scope.
    pub total: u64,
    /// Stands for the whole list in its order: where it is another, places mean other values.
    pub mark: u64,
    /// The rows.
    pub rows: Vec<IndicatorRow>,
}

/// Counts for the chips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndicatorCounts {
    /// Kind and indicators, in the order of the kinds; kinds without any are absent.
    pub kinds: Vec<(Kind, u64)>,
    /// Those whose role nobody stated.
    pub open: u64,
    /// Those known to be benign.
    pub benign: u64,
}

/// A role that the column or field of a value suggests. Nothing rests on it until a person states a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The role.
    pub role: Role,
    /// The column or field the value stands in.
    pub field: String,
    /// What that field is for.
    pub why: Said,
}

/// A list as it was pasted. It may be long and is looked at in every frame: cheap to hand on and to tell from others.
#[derive(Clone, Debug)]
pub struct Pasted {
    text: Arc<str>,
    mark: u64,
}

impl Pasted {
    /// Of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut hasher = std::hash::DefaultHasher::new();
        text.hash(&mut hasher);
        Self { text: text.into(), mark: hasher.finish() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Pasted {
    fn eq(&self, other: &Self) -> bool {
        self.mark == other.mark && (Arc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }
}

impl Eq for Pasted {}

impl Hash for Pasted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.mark);
    }
}

/// What came of looking for a pasted list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sweep {
    /// Every value, those found first.
    pub rows: Vec<SweepRow>,
    /// Lines without indicators that were not looked for, because there were too many.
    pub left_out: u64,
}

/// One value of a pasted list.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepRow {
    /// Its kind; `None` for a line looked for as text.
    pub kind: Option<Kind>,
    /// The canonical value, or the line.
    pub value: String,
    /// Records it stands in, over all sources.
    pub count: u64,
    /// Where, the most frequent first.
    pub sources: Vec<SweepSource>,
}

/// A source of a value.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepSource {
    /// Its name.
    pub name: Said,
    /// The evidence; `None` for lists and reports.
    pub evidence: Option<EvidenceKey>,
    /// The case it is filed in.
    pub case: Option<CaseKey>,
    /// Records.
    pub count: u64,
}
