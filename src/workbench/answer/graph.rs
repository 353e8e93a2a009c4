//! Answers about the link graph: what is drawn, where it lies, and why.

use super::Answers;
use crate::graph::layout::{Request, layout};
use crate::graph::links::{Says, What};
use crate::graph::{EvidenceFacts, GraphInput, LinkGraph};
use crate::model::{Extractor as _, Kind, Lang, Role, Sighting, Ticket};
use crate::workbench::ask::{
    EdgeKind, GraphData, GraphEdge, GraphNode, GraphPlaces, GraphSpec, Layout, NodeKind, Reason, RecordView, Reply,
    Said, Why, WhyOf,
};
use crate::workbench::error::{Error, Result};
use crate::workbench::network;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Nodes drawn at most; the busiest stay.
const MAX_NODES: usize = 20_000;
const KEPT: usize = 4;

/// A graph worked out for a spec.
pub(super) struct Drawn {
    graph: LinkGraph,
    data: Arc<GraphData>,
}

fn drawn(desk: &Answers, spec: &GraphSpec, ticket: &Ticket) -> Result<Arc<Drawn>> {
    let generation = desk.generation();
    if let Some((_, held)) = desk.cache().graphs.iter().find(|(known, _)| known == spec) {
        return Ok(Arc::clone(held));
    }
    let fresh = Arc::new(build(desk, spec, ticket)?);
    desk.keep(generation, |cache| {
        cache.graphs.push((spec.clone(), Arc::clone(&fresh)));
        if cache.graphs.len() > KEPT {
            cache.graphs.remove(0);
        }
    });
    Ok(fresh)
}

fn build(desk: &Answers, spec: &GraphSpec, ticket: &Ticket) -> Result<Drawn> {
    let session = &desk.session;
    let all = desk.sightings(ticket)?;
    let benign = |kind: Kind, value: &str| session.indicators.benign(kind, value).is_some();
    let mut cases_of: BTreeMap<(Kind, &str), BTreeSet<_>> = BTreeMap::new();
    for seen in all.iter().filter(|seen| !seen.implied) {
        cases_of.entry((seen.indicator.kind, &seen.indicator.value)).or_default().extend(seen.case);
    }
    let wanted = |seen: &&Sighting| {
        let cases = cases_of.get(&(seen.indicator.kind, seen.indicator.value.as_str()));
        !seen.implied
            && spec.case.is_none_or(|case| seen.case == Some(case) || cases.is_some_and(|cases| cases.contains(&case)))
            && (spec.benign || !benign(seen.indicator.kind, &seen.indicator.value))
            && (!spec.shared || cases.is_some_and(|cases| cases.len() > 1))
    };
    let sightings: Vec<Sighting> = all.iter().filter(wanted).cloned().collect();
    let cases = network::case_facts(session)?;
    let used: BTreeSet<_> = sightings.iter().filter_map(|seen| seen.case).chain(spec.case).collect();
    let cases: Vec<_> = cases.into_iter().filter(|case| used.contains(&case.key)).collect();
    let evidence: Vec<EvidenceFacts> = if spec.evidence {
        let held = session.store.evidence()?;
        held.iter()
            .map(|one| EvidenceFacts { key: one.key, id: one.id.clone(), name: one.file_name(), case: one.case })
            .collect()
    } else {
        Vec::new()
    };
    let graph = LinkGraph::build(&GraphInput {
        cases: &cases,
        evidence: &evidence,
        sightings: &sightings,
        benign: Some(&benign),
        ..GraphInput::default()
    });
    let graph = near(graph, spec);
    let (graph, hidden) = busiest(graph);
    let data = Arc::new(data(desk, &graph, hidden, ticket)?);
    Ok(Drawn { graph, data })
}

/// Keeps what lies within the asked steps of the focus.
fn near(graph: LinkGraph, spec: &GraphSpec) -> LinkGraph {
    let Some((kind, value)) = &spec.focus else { return graph };
    let Some(start) = graph.find(&format!("{kind}:{value}")) else { return graph };
    let mut reached = BTreeSet::from([start]);
    for _ in 0..spec.hops.max(1) {
        let next: Vec<u32> = graph
            .ends()
            .into_iter()
            .flat_map(|(a, b)| [(a, b), (b, a)])
            .filter(|(a, _)| reached.contains(a))
            .map(|(_, b)| b)
            .collect();
        reached.extend(next);
    }
    graph.only(|at, _| reached.contains(&at))
}

fn busiest(graph: LinkGraph) -> (LinkGraph, u64) {
    if graph.nodes.len() <= MAX_NODES {
        return (graph, 0);
    }
    let mut degree = vec![0_u32; graph.nodes.len()];
    for (a, b) in graph.ends() {
        for at in [a, b] {
            if let Some(count) = degree.get_mut(at as usize) {
                *count += 1;
            }
        }
    }
    let mut order: Vec<usize> = (0..degree.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(degree.get(*at).copied().unwrap_or(0)), *at));
    let kept: BTreeSet<usize> = order.into_iter().take(MAX_NODES).collect();
    let hidden = graph.nodes.len() - kept.len();
    (graph.only(|at, _| kept.contains(&(at as usize))), hidden as u64)
}

fn data(desk: &Answers, graph: &LinkGraph, hidden: u64, ticket: &Ticket) -> Result<GraphData> {
    let found = desk.correlation(ticket)?;
    let mut cluster_of = BTreeMap::new();
    for (number, cluster) in (0_u32..).zip(&found.found.clusters) {
        cluster_of.extend(cluster.cases.iter().filter_map(|at| Some((found.cases.get(*at as usize)?.key, number))));
    }
    let mut degree = vec![0_u32; graph.nodes.len()];
    for (a, b) in graph.ends() {
        [a, b].iter().for_each(|at| {
            if let Some(count) = degree.get_mut(*at as usize) {
                *count += 1
            }
        });
    }
    let most = degree.iter().copied().max().unwrap_or(1).max(1) as f32;
    let mut records = vec![0_u64; graph.nodes.len()];
    for edge in &graph.edges {
        if let Says::SeenIn { count, .. } = edge.says {
            for at in [edge.from, edge.to] {
                if let Some(sum) = records.get_mut(at as usize) {
                    *sum += count;
                }
            }
        }
    }
    let nodes = graph.nodes.iter().zip(&degree).zip(&records).map(|((node, degree), records)| {
        let (kind, look, role): (NodeKind, _, Option<Role>) = match &node.what {
            What::Case(case) => (NodeKind::Case(case.key), None, None),
            What::Evidence(evidence) => (NodeKind::Evidence(evidence.id.to_string()), None, None),
            What::Indicator { kind, value, role, .. } => (
                NodeKind::Indicator(*kind, value.clone()),
                desk.session.indicators.about(*kind).map(|about| about.look),
                *role,
            ),
            What::Entity(entity) => (NodeKind::Entity(entity.label.clone()), None, None),
            What::Unit(unit) => (NodeKind::Unit(unit.path().to_owned()), None, None),
        };
        let cluster = if let NodeKind::Case(key) = &kind { cluster_of.get(key).copied() } else { None };
        // What ties several things together weighs most; what somebody gave a role, or what was seen often, more than the rest.
        let tied = (*degree as f32 / most).sqrt();
        let seen = ((*records as f32).ln_1p() / 16.0).min(0.5);
        let stated = if role.is_some() { 0.3 } else { 0.0 };
        let weight = (tied * 0.7 + seen + stated).min(1.0);
        GraphNode { kind, look, label: node.label().to_owned(), weight, role, cluster }
    });
    let edges = graph.edges.iter().map(|edge| {
        let (kind, count, weight) = match &edge.says {
            Says::SeenIn { count, .. } => (EdgeKind::SeenIn, *count, 0.4),
            Says::BelongsTo => (EdgeKind::SeenIn, 0, 0.2),
            Says::SeenTogether { records, .. } => (EdgeKind::Together, *records, 0.5),
            Says::Asserted { .. } => (EdgeKind::Asserted, 0, 0.9),
            Says::Transfer { .. } => (EdgeKind::Transfer, 1, 0.8),
            Says::Similar { .. } => (EdgeKind::Similar, 0, 0.3),
        };
        GraphEdge { a: edge.from, b: edge.to, kind, weight, count }
    });
    Ok(GraphData { nodes: nodes.collect(), edges: edges.collect(), hidden })
}

/// Nodes and edges first, then places until they are calm.
pub(super) fn graph(
    desk: &Answers,
    spec: &GraphSpec,
    ticket: &Ticket,
    emit: &mut (dyn FnMut(Reply) + Send),
) -> Result<Reply> {
    let drawn = drawn(desk, spec, ticket)?;
    emit(Reply::Graph(Arc::clone(&drawn.data)));
    let nodes = drawn.graph.nodes.len();
    if spec.layout == Layout::Circle {
        return Ok(places(&circle(&drawn.graph), 1.0, true));
    }
    let request = Request { nodes, ends: drawn.graph.ends(), seed: 1 };
    let done = layout(&request, ticket, &mut |at| {
        let (done, total) = ticket.state();
        emit(places(at, if total > 0 { done as f32 / total as f32 } else { 0.5 }, false));
    });
    done.map(|at| places(&at, 1.0, true)).ok_or(Error::Cancelled)
}

fn places(at: &[[f32; 2]], share: f32, calm: bool) -> Reply {
    Reply::Places(Arc::new(GraphPlaces { at: at.into(), share: share.min(1.0), calm }))
}

/// Cases on an inner circle, everything else on an outer one.
fn circle(graph: &LinkGraph) -> Vec<[f32; 2]> {
    let is_case = |at: usize| matches!(graph.nodes.get(at).map(|node| &node.what), Some(What::Case(_)));
    let inner = (0..graph.nodes.len()).filter(|at| is_case(*at)).count().max(1);
    let outer = (graph.nodes.len() - inner.min(graph.nodes.len())).max(1);
    let (mut cases, mut others) = (0, 0);
    (0..graph.nodes.len())
        .map(|at| {
            let (number, of) = if is_case(at) { (&mut cases, inner) } else { (&mut others, outer) };
            let angle = std::f32::consts::TAU * *number as f32 / of as f32;
            let radius = of as f32 / 3.0 + if is_case(at) { 1.0 } else { 4.0 + inner as f32 / 3.0 };
            *number += 1;
            [radius * angle.cos(), radius * angle.sin()]
        })
        .collect()
}

/// Why a node or an edge is there.
pub(super) fn why(desk: &Answers, spec: &GraphSpec, of: WhyOf, ticket: &Ticket) -> Result<Why> {
    let drawn = drawn(desk, spec, ticket)?;
    let gone = || Error::input("相関図が変わりました", "the graph has changed");
    let (title, values, edges): (Said, Vec<(Kind, String)>, Vec<&crate::graph::links::Edge>) = match of {
        WhyOf::Node(at) => {
            let node = drawn.graph.nodes.get(at as usize).ok_or_else(gone)?;
            let values = if let What::Indicator { kind, value, .. } = &node.what {
                vec![(*kind, value.clone())]
            } else {
                Vec::new()
            };
            let edges = drawn.graph.edges.iter().filter(|edge| edge.from == at || edge.to == at).collect();
            (Said::new(node.label(), node.label()), values, edges)
        }
        WhyOf::Edge(at) => {
            let edge = drawn.graph.edges.get(at as usize).ok_or_else(gone)?;
            let values = edge.opens.iter().flat_map(|opens| opens.values.iter().cloned()).collect();
            let name =
                |at: u32| drawn.graph.nodes.get(at as usize).map(|node| node.label().to_owned()).unwrap_or_default();
            let title = format!("{} — {}", name(edge.from), name(edge.to));
            (Said::new(title.clone(), title), values, vec![edge])
        }
    };
    let reasons = edges.iter().map(|edge| Reason {
        text: Said::new(
            other(&drawn.graph, edge, of) + &edge.says.text(Lang::Ja),
            other(&drawn.graph, edge, of) + &edge.says.text(Lang::En),
        ),
        weight: 0.0,
    });
    let mut values = values;
    values.sort();
    values.dedup();
    let query = values.iter().map(|(kind, value)| format!("kind:{kind}=\"{value}\"")).collect::<Vec<_>>().join(" AND ");
    let count = edges.iter().map(|edge| if let Says::SeenIn { count, .. } = edge.says { count } else { 0 }).sum();
    Ok(Why {
        title,
        facts: values.iter().map(|(kind, value)| (Said::new(kind.tag(), kind.tag()), value.clone())).collect(),
        reasons: reasons.take(100).collect(),
        records: RecordView { query, case: spec.case, ..RecordView::default() },
        count,
    })
}

/// The far end of an edge, for a reason at a node.
fn other(graph: &LinkGraph, edge: &crate::graph::links::Edge, of: WhyOf) -> String {
    let WhyOf::Node(at) = of else { return String::new() };
    let far = if edge.from == at { edge.to } else { edge.from };
    graph.nodes.get(far as usize).map(|node| format!("{}：", node.label())).unwrap_or_default()
}
