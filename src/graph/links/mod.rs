//! The link graph: cases, evidence, indicators, entities and units, and what ties them (DESIGN §7).
//!
//! Built from plain lists, in an order that depends on nothing but what they say. Every edge carries enough to open the
//! records behind it. Drawing, layout and measures work on the finished value and never change it.

mod build;

pub use build::{GraphInput, IsBenign, Similar, Together, Transfer};

use super::facts::{CaseFacts, EvidenceFacts};
use crate::model::statement::Grade;
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Lang, Role, Text, Unit};

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A case.
    Case(CaseFacts),
    /// An evidence.
    Evidence(EvidenceFacts),
    /// An indicator.
    Indicator {
        /// Its kind.
        kind: Kind,
        /// Canonical value.
        value: String,
        /// The strictest role stated for it in any case shown.
        role: Option<Role>,
        /// Known to be harmless or shared by everybody.
        benign: bool,
    },
    /// A person, account holder, group or device.
    Entity(Entity),
    /// A unit.
    Unit(Unit),
}

/// A person, account holder, group or device somebody named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// What tells it from others; free.
    pub id: String,
    /// Name shown.
    pub label: String,
    /// Sort, as `person`, `holder`, `group`, `device`.
    pub sort: String,
}

impl What {
    /// The tag of the sort of node used in files.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::Case(_) => "case",
            Self::Evidence(_) => "evidence",
            Self::Indicator { .. } => "indicator",
            Self::Entity(_) => "entity",
            Self::Unit(_) => "unit",
        }
    }

    /// What a person reads for the sort of node.
    #[must_use]
    pub const fn text(&self) -> Text {
        match self {
            Self::Case(_) => Text::new("事案", "Case"),
            Self::Evidence(_) => Text::new("証拠", "Evidence"),
            Self::Indicator { .. } => Text::new("指標", "Indicator"),
            Self::Entity(_) => Text::new("人・団体・機器", "Entity"),
            Self::Unit(_) => Text::new("所属", "Unit"),
        }
    }
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The same thing has the same id in every graph of a store: `case:…`, `evidence:…`, `<kind>:<value>`, `entity:…`,
    /// `unit:…`.
    pub id: String,
    /// What it stands for.
    pub what: What,
}

impl Node {
    /// The text beside the mark.
    #[must_use]
    pub fn label(&self) -> &str {
        match &self.what {
            What::Case(case) => case.label(),
            What::Evidence(evidence) => &evidence.name,
            What::Indicator { value, .. } => value,
            What::Entity(entity) => &entity.label,
            What::Unit(unit) => unit.path(),
        }
    }
}

/// What an edge says.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// The indicator was seen in the case or evidence.
    SeenIn {
        /// Records it was seen in.
        count: u64,
        /// First seen.
        first: Option<Instant>,
        /// Last seen.
        last: Option<Instant>,
        /// Role stated for it there.
        role: Option<Role>,
    },
    /// The evidence is filed in the case, or the case is held by the unit.
    BelongsTo,
    /// Both indicators stand in the same records.
    SeenTogether {
        /// How many records.
        records: u64,
        /// How many times more often than by chance; 1 is chance.
        lift: f64,
    },
    /// A person says so.
    Asserted {
        /// Statement id.
        id: String,
        /// How sure.
        grade: Grade,
        /// What ties them, in words.
        reason: String,
    },
    /// Money or crypto-assets moved; directed.
    Transfer {
        /// Amount as written, with its unit, as `0.5 BTC` or `300000 JPY`.
        amount: String,
        /// When.
        at: Option<Instant>,
    },
    /// Near-match: a suggestion, never a merge.
    Similar {
        /// Why they look related.
        reason: Text,
    },
}

impl Says {
    /// The tag of the sort of edge used in files.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::SeenIn { .. } => "seen-in",
            Self::BelongsTo => "belongs-to",
            Self::SeenTogether { .. } => "seen-together",
            Self::Asserted { .. } => "asserted",
            Self::Transfer { .. } => "transfer",
            Self::Similar { .. } => "similar",
        }
    }

    /// Whether the direction means something.
    #[must_use]
    pub const fn is_directed(&self) -> bool {
        matches!(self, Self::Transfer { .. })
    }

    /// What a person reads.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let ja = lang == Lang::Ja;
        match self {
            Self::SeenIn { count, .. } if ja => format!("出現 {count}件"),
            Self::SeenIn { count, .. } => format!("seen in {count} records"),
            Self::BelongsTo => lang.pick("所属", "belongs to").to_owned(),
            Self::SeenTogether { records, lift } if ja => format!("同じ記録に出現 {records}件（偶然の{lift:.1}倍）"),
            Self::SeenTogether { records, lift } => format!("together in {records} records ({lift:.1} × chance)"),
            Self::Asserted { grade, reason, .. } => format!("{}: {reason}", grade_text(*grade).get(lang)),
            Self::Transfer { amount, .. } if ja => format!("移転 {amount}"),
            Self::Transfer { amount, .. } => format!("transfer of {amount}"),
            Self::Similar { reason } if ja => format!("類似（参考）: {}", reason.ja),
            Self::Similar { reason } => format!("similar (suggestion): {}", reason.en),
        }
    }
}

/// What a person reads for how sure an asserted link is.
#[must_use]
pub const fn grade_text(grade: Grade) -> Text {
    match grade {
        Grade::Confirmed => Text::new("確認済み", "confirmed"),
        Grade::Probable => Text::new("可能性が高い", "probable"),
        Grade::Possible => Text::new("可能性がある", "possible"),
    }
}

/// What opens the records behind an edge: where to look, and for which value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opens {
    /// The case.
    pub case: Option<CaseKey>,
    /// The evidence; `None` where the value came in a list.
    pub evidence: Option<EvidenceKey>,
    /// The value to look for: its kind and canonical form. Two where both must stand in the record.
    pub values: Vec<(Kind, String)>,
}

/// An edge between two nodes, by their index.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// From; for undirected edges the indicator of a sighting, else the smaller index.
    pub from: u32,
    /// To.
    pub to: u32,
    /// What it says.
    pub says: Says,
    /// What opens the records behind it.
    pub opens: Vec<Opens>,
}

/// The graph: nodes by id within their sort, edges by ends and sort.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinkGraph {
    /// Nodes: units, cases, evidence, entities, indicators.
    pub nodes: Vec<Node>,
    /// Edges.
    pub edges: Vec<Edge>,
}

impl LinkGraph {
    /// Builds the graph. The order of nodes and edges depends on the content alone, not on the order of the lists.
    #[must_use]
    pub fn build(input: &GraphInput<'_>) -> Self {
        build::build(input)
    }

    /// The index of a node by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<u32> {
        self.nodes.iter().position(|node| node.id == id).and_then(|at| u32::try_from(at).ok())
    }

    /// The ends of every edge, as layouts, measures and paths take them.
    #[must_use]
    pub fn ends(&self) -> Vec<(u32, u32)> {
        self.edges.iter().map(|edge| (edge.from, edge.to)).collect()
    }

    /// The part of the graph over the nodes that `keep` says yes to, with the edges between them.
    #[must_use]
    pub fn only(&self, keep: impl Fn(u32, &Node) -> bool) -> Self {
        let mut place = vec![None; self.nodes.len()];
        let mut nodes = Vec::new();
        for (at, node) in (0_u32..).zip(&self.nodes).filter(|(at, node)| keep(*at, node)) {
            place[at as usize] = u32::try_from(nodes.len()).ok();
            nodes.push(node.clone());
        }
        let moved = |edge: &Edge| {
            let (from, to) = (*place.get(edge.from as usize)?, *place.get(edge.to as usize)?);
            Some(Edge { from: from?, to: to?, ..edge.clone() })
        };
        Self { edges: self.edges.iter().filter_map(moved).collect(), nodes }
    }
}
