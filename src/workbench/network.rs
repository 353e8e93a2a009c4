//! What ties things together: correlation of cases and the link graph, from the store's sightings.

use super::error::{Error, Result};
use super::session::Session;
use crate::graph::correlate::{self, Options};
use crate::graph::layout::{Request, layout};
use crate::graph::{CaseFacts, CaseValue, Correlation, GraphInput, LinkGraph, draw, files};
use crate::model::kind::Look;
use crate::model::settled::is_ambiguous;
use crate::model::{CaseKey, Extractor as _, Kind, Lang, Sighting, Ticket};
use crate::store::Mode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A correlation with the cases it speaks of.
#[derive(Clone, Debug, Default)]
pub struct Correlated {
    /// The cases, as the answer numbers them.
    pub cases: Vec<CaseFacts>,
    /// The answer.
    pub found: Correlation,
}

/// Suggestions shown at most.
const MAX_SUGGESTIONS: usize = 1_000;
/// A kind nobody here knows ties weakly.
const UNKNOWN_STRENGTH: f32 = 0.3;

/// Names of every case.
pub fn case_facts(session: &Session) -> Result<Vec<CaseFacts>> {
    let rows = session.store.cases()?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let case = row.case;
            Some(CaseFacts { key: case.key?, id: case.id, number: case.number, title: case.title, unit: case.unit })
        })
        .collect())
}

/// Ties the cases of a store.
pub fn correlate(session: &Session, min_score: Option<f64>, ticket: &Ticket) -> Result<Correlated> {
    correlate_of(session, &all_sightings(session)?, min_score, ticket)
}

/// Every sighting, for those who ask more than one thing of them.
pub fn all_sightings(session: &Session) -> Result<Vec<Sighting>> {
    Ok(session.store.sightings(&crate::store::SightingFilter::default())?)
}

/// Ties the cases of a store by sightings at hand.
pub fn correlate_of(
    session: &Session,
    sightings: &[Sighting],
    min_score: Option<f64>,
    ticket: &Ticket,
) -> Result<Correlated> {
    let cases = case_facts(session)?;
    let places: BTreeMap<CaseKey, u32> = (0_u32..).zip(&cases).map(|(at, case)| (case.key, at)).collect();
    let mut tokens: BTreeMap<(Kind, String), Vec<String>> = BTreeMap::new();
    // A token goes by the kind its value does; it was made when the value had another.
    let mut settled: BTreeMap<String, Kind> = BTreeMap::new();
    for (indicator, token) in session.store.value_tokens()? {
        let open = is_ambiguous(indicator.kind, &indicator.value);
        if open && token.split(':').nth(1) != Some(indicator.kind.tag()) {
            settled.insert(token.clone(), indicator.kind);
        }
        tokens.entry((indicator.kind, indicator.value)).or_default().push(token);
    }
    let none = Vec::new();
    let mut correlator = crate::graph::Correlator::default();
    for seen in sightings {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let Some(case) = seen.case.and_then(|case| places.get(&case)) else { continue };
        let value = seen.indicator.value.as_str();
        let kind = settled.get(value).copied().unwrap_or(seen.indicator.kind);
        let known = tokens.get(&(kind, seen.indicator.value.clone())).unwrap_or(&none);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        correlator.add(&CaseValue {
            tokens: &known,
            role: seen.role,
            benign: session.indicators.benign(kind, value).is_some(),
            implied: seen.implied,
            verified: seen.verified,
            first: seen.first,
            last: seen.last,
            ..CaseValue::new(*case, kind, value)
        });
    }
    let strength = |kind: Kind| session.indicators.about(kind).map_or(UNKNOWN_STRENGTH, |about| about.strength);
    let options = Options { min_score: min_score.unwrap_or(correlate::DEFAULT_MIN_SCORE), ..Options::default() };
    let found = correlator.finish(&cases, &strength, &options);
    Ok(Correlated { cases, found })
}

impl Correlated {
    fn case(&self, at: u32) -> Value {
        let case = self.cases.get(at as usize);
        json!({"case": case.map(|case| case.id.as_str()), "number": case.and_then(|case| case.number.clone()), "unit": case.map(|case| case.unit.path())})
    }

    fn id(&self, at: u32) -> Option<&str> {
        self.cases.get(at as usize).map(|case| case.id.as_str())
    }
}

/// Near-matches between cases as JSON, how many more there are, and how many groups were too crowded to say anything.
#[derive(Clone, Debug, Default)]
pub struct NearMatches {
    /// One object each.
    pub rows: Vec<Value>,
    /// Found and not listed.
    pub left_out: u64,
    /// Groups left aside.
    pub crowded: u64,
}

/// Near-matches between cases: suggestions for a person, never ties.
pub fn near_matches(session: &Session, all: &Correlated, sightings: &[Sighting], lang: Lang) -> NearMatches {
    let places: BTreeMap<CaseKey, u32> = (0_u32..).zip(&all.cases).map(|(at, case)| (case.key, at)).collect();
    let values = sightings.iter().filter_map(|seen| {
        let case = seen.case.and_then(|case| places.get(&case))?;
        Some(CaseValue {
            implied: seen.implied,
            role: seen.role,
            benign: session.indicators.benign(seen.indicator.kind, &seen.indicator.value).is_some(),
            ..CaseValue::new(*case, seen.indicator.kind, &seen.indicator.value)
        })
    });
    let found = correlate::suggest(values, MAX_SUGGESTIONS);
    let side = |side: &correlate::suggest::Side| json!({"value": side.value, "cases": side.cases.iter().map(|at| all.case(*at)).collect::<Vec<_>>()});
    let rows = found.list.iter().map(|near| {
        let (tag, text) = (near.reason.tag(), near.reason.text().get(lang));
        json!({"suggestion": tag, "reason": text, "kind": near.kind.tag(), "a": side(&near.a), "b": side(&near.b)})
    });
    NearMatches { rows: rows.collect(), left_out: found.left_out, crowded: found.crowded }
}

/// One JSON object a cluster.
#[must_use]
pub fn cluster_rows(all: &Correlated) -> Vec<Value> {
    let rows = (1_u32..).zip(&all.found.clusters).map(|(number, cluster)| {
        let why: Vec<Value> = cluster
            .why
            .iter()
            .map(|why| {
                let cases: Vec<_> = why.cases.iter().map(|at| all.id(*at)).collect();
                json!({"kind": why.kind.tag(), "value": why.value, "weight": why.weight, "cases": cases})
            })
            .collect();
        json!({
            "cluster": number, "cases": cluster.cases.iter().map(|at| all.case(*at)).collect::<Vec<_>>(),
            "units": cluster.units.iter().map(super::super::model::unit::Unit::path).collect::<Vec<_>>(), "score": cluster.score, "why": why,
        })
    });
    rows.collect()
}

/// One JSON object a tied pair of cases.
#[must_use]
pub fn pair_rows(all: &Correlated) -> Vec<Value> {
    let rows = all.found.pairs.iter().map(|pair| {
        let why: Vec<Value> = all
            .found
            .ties(pair)
            .iter()
            .filter_map(|tie| {
                all.found
                    .value(tie)
                    .map(|value| json!({"kind": value.kind.tag(), "value": value.value, "weight": tie.weight}))
            })
            .collect();
        json!({"a": all.case(pair.a), "b": all.case(pair.b), "score": pair.score, "why": why})
    });
    rows.collect()
}

/// How many cases each case is tied to.
#[must_use]
pub fn ties_per_case(all: &Correlated) -> BTreeMap<CaseKey, u64> {
    let mut out = BTreeMap::new();
    for at in all.found.pairs.iter().flat_map(|pair| [pair.a, pair.b]) {
        if let Some(case) = all.cases.get(at as usize) {
            *out.entry(case.key).or_default() += 1;
        }
    }
    out
}

/// A graph as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Nodes.
    pub nodes: usize,
    /// Edges.
    pub edges: usize,
}

/// Writes the link graph of a case, or of the whole store, in the form the file's ending names; audited as a copy where
/// the store is open for work.
pub fn write_graph(session: &Session, case: Option<CaseKey>, out: &Path, ticket: &Ticket) -> Result<Written> {
    let sightings = session.store.sightings(&crate::store::SightingFilter { case, ..Default::default() })?;
    let cases: Vec<CaseFacts> =
        case_facts(session)?.into_iter().filter(|facts| case.is_none_or(|case| facts.key == case)).collect();
    let benign = |kind: Kind, value: &str| session.indicators.benign(kind, value).is_some();
    let graph = LinkGraph::build(&GraphInput {
        cases: &cases,
        sightings: &sightings,
        benign: Some(&benign),
        ..GraphInput::default()
    });
    let request = Request { nodes: graph.nodes.len(), ends: graph.ends(), seed: 1 };
    let at = layout(&request, ticket, &mut |_| {}).ok_or(Error::Cancelled)?;
    let look = |kind: Kind| session.indicators.about(kind).map_or(Look::Network, |about| about.look);
    let drawn = || draw::scene(&graph, &at, &look, &draw::Style::default());
    let bytes = match out.extension().and_then(|ending| ending.to_str()) {
        Some("graphml") => files::graphml(&graph, Some(&at)).into_bytes(),
        Some("gexf") => files::gexf(&graph, Some(&at)).into_bytes(),
        Some("json") => files::json(&graph, Some(&at)).into_bytes(),
        Some("svg") => files::svg(&drawn(), &graph).into_bytes(),
        Some("png") => draw::png(&drawn(), 1.0).map_err(|err| {
            Error::input(format!("画像にできません: {err}"), format!("no picture could be made: {err}"))
        })?,
        other => {
            let given = other.unwrap_or("");
            return Err(Error::input(
                format!("書けない形式です: `.{given}`（.graphml .gexf .svg .png .json）"),
                format!("cannot write `.{given}`, one of: .graphml .gexf .svg .png .json"),
            ));
        }
    };
    super::export::write_new(out, &bytes)?;
    if session.store.mode() == Mode::Write {
        let said = format!("{} nodes, {} edges to {}", graph.nodes.len(), graph.edges.len(), out.display());
        session.store.audit("graph.copy", "graph", &said, &session.author())?;
    }
    Ok(Written { nodes: graph.nodes.len(), edges: graph.edges.len() })
}
