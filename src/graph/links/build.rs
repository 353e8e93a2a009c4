//! Plain lists to a graph.

use super::{Edge, Entity, LinkGraph, Node, Opens, Says, What};
use crate::graph::correlate::Suggestion;
use crate::graph::facts::{CaseFacts, EvidenceFacts};
use crate::model::statement::AssertedLink;
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Role, Sighting, Text};
use std::collections::BTreeMap;

/// Two values in the same records of one evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Together {
    /// The one.
    pub a: (Kind, String),
    /// The other.
    pub b: (Kind, String),
    /// The case.
    pub case: Option<CaseKey>,
    /// The evidence they stand in.
    pub evidence: Option<EvidenceKey>,
    /// Records with both.
    pub both: u64,
    /// Records with the one.
    pub only_a: u64,
    /// Records with the other.
    pub only_b: u64,
    /// Records of the evidence.
    pub rows: u64,
}

impl Together {
    /// How many times more often than by chance they stand together; 1 is chance, 0 where it can't be said.
    #[must_use]
    pub fn lift(&self) -> f64 {
        let chance = self.only_a as f64 * self.only_b as f64;
        if chance > 0.0 { self.both as f64 * self.rows as f64 / chance } else { 0.0 }
    }
}

/// Something of value moved from one account or address to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// From: kind and canonical value.
    pub from: (Kind, String),
    /// To.
    pub to: (Kind, String),
    /// Amount as written, with its unit.
    pub amount: String,
    /// When.
    pub at: Option<Instant>,
    /// The case.
    pub case: Option<CaseKey>,
    /// The evidence that states it.
    pub evidence: Option<EvidenceKey>,
}

/// A near-match to draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Similar {
    /// The one.
    pub a: (Kind, String),
    /// The other.
    pub b: (Kind, String),
    /// Why they look related.
    pub reason: Text,
}

impl From<&Suggestion> for Similar {
    fn from(s: &Suggestion) -> Self {
        let end = |value: &String| (s.kind, value.clone());
        Self { a: end(&s.a.value), b: end(&s.b.value), reason: s.reason.text() }
    }
}

/// Whether a value is known to be harmless or shared by everybody.
pub type IsBenign<'a> = &'a dyn Fn(Kind, &str) -> bool;

/// What a graph is built from. Lists may be empty; ends that no list names become nodes of their own.
#[derive(Clone, Copy, Default)]
pub struct GraphInput<'a> {
    /// Cases.
    pub cases: &'a [CaseFacts],
    /// Evidence; leave empty to tie indicators to cases only.
    pub evidence: &'a [EvidenceFacts],
    /// Where indicators were seen. With an evidence in the list the edge goes to the evidence, else to the case.
    pub sightings: &'a [Sighting],
    /// Whether a value is known to be benign.
    pub benign: Option<IsBenign<'a>>,
    /// Whether values seen only inside another (the host of a URL) become nodes.
    pub with_implied: bool,
    /// Whether units become nodes.
    pub with_units: bool,
    /// Links asserted by persons.
    pub asserted: &'a [AssertedLink],
    /// Pairs seen in the same records.
    pub together: &'a [Together],
    /// Transfers.
    pub transfers: &'a [Transfer],
    /// Near-matches.
    pub similar: &'a [Similar],
    /// Persons, account holders, groups, devices, and the values that are theirs.
    pub entities: &'a [(Entity, Vec<(Kind, String)>)],
}

/// Ends and sort of an edge, by which edges are merged and ordered.
type EdgeKey = (String, String, u8, String);

#[derive(Default)]
struct Draft {
    nodes: BTreeMap<(u8, String), What>,
    edges: BTreeMap<EdgeKey, (Says, Vec<Opens>)>,
}

/// The place of a sort of node in the order.
const fn rank(what: &What) -> u8 {
    match what {
        What::Unit(_) => 0,
        What::Case(_) => 1,
        What::Evidence(_) => 2,
        What::Entity(_) => 3,
        What::Indicator { .. } => 4,
    }
}

fn id_of(what: &What) -> String {
    match what {
        What::Unit(unit) => format!("unit:{unit}"),
        What::Case(case) => format!("case:{}", case.id),
        What::Evidence(evidence) => format!("evidence:{}", evidence.id),
        What::Entity(entity) => format!("entity:{}", entity.id),
        What::Indicator { kind, value, .. } => format!("{kind}:{value}"),
    }
}

impl Draft {
    fn node(&mut self, what: What) -> String {
        let id = id_of(&what);
        self.nodes.entry((rank(&what), id.clone())).or_insert(what);
        id
    }

    fn indicator(&mut self, kind: Kind, value: &str, said: Option<Role>, benign: Option<IsBenign<'_>>) -> String {
        let is_benign = || benign.is_some_and(|benign| benign(kind, value));
        let id = format!("{kind}:{value}");
        let what = self.nodes.entry((4, id.clone())).or_insert_with(|| What::Indicator {
            kind,
            value: value.to_owned(),
            role: None,
            benign: is_benign(),
        });
        if let (What::Indicator { role, .. }, Some(said)) = (what, said) {
            *role = Some(role.map_or(said, |role| role.stricter(said)));
        }
        id
    }

    fn edge(&mut self, from: &str, to: &str, which: &str, says: Says, opens: Opens) {
        let order = match says {
            Says::BelongsTo => 0,
            Says::SeenIn { .. } => 1,
            Says::SeenTogether { .. } => 2,
            Says::Asserted { .. } => 3,
            Says::Transfer { .. } => 4,
            Says::Similar { .. } => 5,
        };
        let key = (from.to_owned(), to.to_owned(), order, which.to_owned());
        match self.edges.entry(key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert((says, vec![opens]));
            }
            std::collections::btree_map::Entry::Occupied(mut place) => {
                let (said, list) = place.get_mut();
                merge(said, &says);
                list.push(opens);
            }
        }
    }

    fn finish(self) -> LinkGraph {
        let mut place: BTreeMap<String, u32> = BTreeMap::new();
        let mut graph = LinkGraph::default();
        for ((at, (_, id)), what) in (0_u32..).zip(self.nodes.keys()).zip(self.nodes.values()) {
            place.insert(id.clone(), at);
            graph.nodes.push(Node { id: id.clone(), what: what.clone() });
        }
        for ((from, to, _, _), (says, mut opens)) in self.edges {
            if let (Some(from), Some(to)) = (place.get(&from), place.get(&to)) {
                opens.sort();
                opens.dedup();
                graph.edges.push(Edge { from: *from, to: *to, says, opens });
            }
        }
        graph
    }
}

/// Adds what the same edge says once more.
fn merge(said: &mut Says, more: &Says) {
    match (said, more) {
        (
            Says::SeenIn { count, first, last, role },
            Says::SeenIn { count: count_more, first: first_more, last: last_more, role: role_more },
        ) => {
            *count = count.saturating_add(*count_more);
            *first = [*first, *first_more].into_iter().flatten().min();
            *last = (*last).max(*last_more);
            *role = match (*role, *role_more) {
                (Some(a), Some(b)) => Some(a.stricter(b)),
                (a, b) => a.or(b),
            };
        }
        (Says::SeenTogether { records, lift }, Says::SeenTogether { records: r, lift: l }) => {
            *records = records.saturating_add(*r);
            *lift = lift.max(*l);
        }
        _ => {}
    }
}

pub(super) fn build(input: &GraphInput<'_>) -> LinkGraph {
    let mut draft = Draft::default();
    let cases = add_cases(&mut draft, input);
    let evidence = add_evidence(&mut draft, input, &cases);
    for sighting in input.sightings.iter().filter(|s| input.with_implied || !s.implied) {
        let indicator = &sighting.indicator;
        let id = draft.indicator(indicator.kind, &indicator.value, sighting.role, input.benign);
        let place = sighting.evidence.and_then(|key| evidence.get(&key));
        let Some(to) = place.or_else(|| sighting.case.and_then(|key| cases.get(&key))) else { continue };
        let says =
            Says::SeenIn { count: sighting.count, first: sighting.first, last: sighting.last, role: sighting.role };
        let values = vec![(indicator.kind, indicator.value.clone())];
        draft.edge(&id, to, "", says, Opens { case: sighting.case, evidence: sighting.evidence, values });
    }
    add_statements(&mut draft, input);
    add_pairs(&mut draft, input);
    draft.finish()
}

fn add_cases(draft: &mut Draft, input: &GraphInput<'_>) -> BTreeMap<CaseKey, String> {
    let mut cases = BTreeMap::new();
    for case in input.cases {
        let id = draft.node(What::Case(case.clone()));
        if input.with_units {
            let unit = draft.node(What::Unit(case.unit.clone()));
            let opens = Opens { case: Some(case.key), evidence: None, values: Vec::new() };
            draft.edge(&id, &unit, "", Says::BelongsTo, opens);
        }
        cases.insert(case.key, id);
    }
    cases
}

fn add_evidence(
    draft: &mut Draft,
    input: &GraphInput<'_>,
    cases: &BTreeMap<CaseKey, String>,
) -> BTreeMap<EvidenceKey, String> {
    let mut evidence = BTreeMap::new();
    for one in input.evidence {
        let id = draft.node(What::Evidence(one.clone()));
        if let Some(case) = one.case.and_then(|key| cases.get(&key)) {
            let opens = Opens { case: one.case, evidence: Some(one.key), values: Vec::new() };
            draft.edge(&id, case, "", Says::BelongsTo, opens);
        }
        evidence.insert(one.key, id);
    }
    evidence
}

fn add_statements(draft: &mut Draft, input: &GraphInput<'_>) {
    for link in input.asserted {
        let (from, to) = ends(draft, input, &link.from, &link.to);
        let says = Says::Asserted { id: link.id.to_string(), grade: link.grade, reason: link.reason.clone() };
        let values = vec![link.from.clone(), link.to.clone()];
        draft.edge(&from, &to, link.id.as_str(), says, Opens { case: Some(link.case), evidence: None, values });
    }
    for (entity, values) in input.entities {
        let entity = draft.node(What::Entity(entity.clone()));
        for (kind, value) in values {
            let id = draft.indicator(*kind, value, None, input.benign);
            let opens = Opens { case: None, evidence: None, values: vec![(*kind, value.clone())] };
            draft.edge(&id, &entity, "", Says::BelongsTo, opens);
        }
    }
}

fn add_pairs(draft: &mut Draft, input: &GraphInput<'_>) {
    for pair in input.together.iter().filter(|pair| pair.a != pair.b && pair.both > 0) {
        let (a, b) = in_order(&pair.a, &pair.b);
        let (from, to) = ends(draft, input, a, b);
        let says = Says::SeenTogether { records: pair.both, lift: pair.lift() };
        let values = vec![a.clone(), b.clone()];
        draft.edge(&from, &to, "", says, Opens { case: pair.case, evidence: pair.evidence, values });
    }
    for (at, transfer) in input.transfers.iter().enumerate() {
        let (from, to) = ends(draft, input, &transfer.from, &transfer.to);
        let when = transfer.at.map_or(i64::MIN, |at| at.0);
        // Equal transfers in different places of the list are different transfers: the place keeps them apart.
        let which = format!("{when:020} {} {at:010}", transfer.amount);
        let says = Says::Transfer { amount: transfer.amount.clone(), at: transfer.at };
        let values = vec![transfer.from.clone(), transfer.to.clone()];
        draft.edge(&from, &to, &which, says, Opens { case: transfer.case, evidence: transfer.evidence, values });
    }
    for similar in input.similar.iter().filter(|similar| similar.a != similar.b) {
        let (a, b) = in_order(&similar.a, &similar.b);
        let (from, to) = ends(draft, input, a, b);
        let values = vec![a.clone(), b.clone()];
        let opens = Opens { case: None, evidence: None, values };
        draft.edge(&from, &to, similar.reason.en, Says::Similar { reason: similar.reason }, opens);
    }
}

type End = (Kind, String);

fn in_order<'a>(a: &'a End, b: &'a End) -> (&'a End, &'a End) {
    if a <= b { (a, b) } else { (b, a) }
}

fn ends(draft: &mut Draft, input: &GraphInput<'_>, from: &End, to: &End) -> (String, String) {
    (draft.indicator(from.0, &from.1, None, input.benign), draft.indicator(to.0, &to.1, None, input.benign))
}
