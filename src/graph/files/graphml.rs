//! GraphML, as yEd, Gephi, Cytoscape and networkx read it.

use super::{EDGE_ATTRIBUTES, NODE_ATTRIBUTES, edge_values, is_directed, node_values, xml};
use crate::graph::links::LinkGraph;
use std::fmt::Write as _;

/// Writes a graph, with positions where there are any.
#[must_use]
pub fn graphml(graph: &LinkGraph, at: Option<&[[f32; 2]]>) -> String {
    let mut out = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" ",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"",
        "http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
    ));
    for (of, prefix, attributes) in [("node", 'n', NODE_ATTRIBUTES), ("edge", 'e', EDGE_ATTRIBUTES)] {
        for (name, kind) in attributes {
            let _ =
                writeln!(out, "<key id=\"{prefix}_{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>");
        }
    }
    let direction = if is_directed(graph) { "directed" } else { "undirected" };
    let _ = writeln!(out, "<graph id=\"G\" edgedefault=\"{direction}\">");
    for (index, node) in (0_u32..).zip(&graph.nodes) {
        let _ = writeln!(out, "<node id=\"{}\">", xml::id(graph, index));
        for (name, value) in node_values(node, at.and_then(|at| at.get(index as usize))) {
            let _ = writeln!(out, "<data key=\"n_{name}\">{}</data>", xml::value(&value));
        }
        out.push_str("</node>\n");
    }
    for (index, edge) in graph.edges.iter().enumerate() {
        let (from, to) = (xml::id(graph, edge.from), xml::id(graph, edge.to));
        let _ = writeln!(out, "<edge id=\"e{index}\" source=\"{from}\" target=\"{to}\">");
        for (name, value) in edge_values(edge) {
            let _ = writeln!(out, "<data key=\"e_{name}\">{}</data>", xml::value(&value));
        }
        out.push_str("</edge>\n");
    }
    out.push_str("</graph>\n</graphml>\n");
    out
}
