//! Lists of indicators: filter, order, pages, counts by kind.

use super::Said;
use crate::model::{CaseKey, Instant, Kind, Role};

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
    /// Seen inside another value only.
    pub implied: bool,
    /// Its own rule holds.
    pub verified: bool,
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
