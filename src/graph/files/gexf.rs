//! GEXF 1.3, as Gephi and graphology read it.

use super::{EDGE_ATTRIBUTES, NODE_ATTRIBUTES, Value, edge_values, is_directed, node_values, xml};
use crate::graph::links::{LinkGraph, Node};
use std::fmt::Write as _;

/// Writes a graph, with positions where there are any.
#[must_use]
pub fn gexf(graph: &LinkGraph, at: Option<&[[f32; 2]]>) -> String {
    let direction = if is_directed(graph) { "directed" } else { "undirected" };
    let mut out = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
        "<gexf xmlns=\"http://gexf.net/1.3\" xmlns:viz=\"http://gexf.net/1.3/viz\" ",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ",
        "xsi:schemaLocation=\"http://gexf.net/1.3 http://gexf.net/1.3/gexf.xsd\" version=\"1.3\">\n",
    ));
    let _ = writeln!(out, "<graph defaultedgetype=\"{direction}\" mode=\"static\">");
    for (class, attributes) in [("node", NODE_ATTRIBUTES), ("edge", EDGE_ATTRIBUTES)] {
        let _ = writeln!(out, "<attributes class=\"{class}\">");
        for (name, kind) in attributes {
            let _ = writeln!(out, "<attribute id=\"{name}\" title=\"{name}\" type=\"{kind}\"/>");
        }
        out.push_str("</attributes>\n");
    }
    out.push_str("<nodes>\n");
    for (index, node) in (0_u32..).zip(&graph.nodes) {
        write_node(&mut out, &xml::id(graph, index), node, at.and_then(|at| at.get(index as usize)));
    }
    out.push_str("</nodes>\n<edges>\n");
    for (index, edge) in graph.edges.iter().enumerate() {
        let (from, to) = (xml::id(graph, edge.from), xml::id(graph, edge.to));
        let _ = writeln!(out, "<edge id=\"{index}\" source=\"{from}\" target=\"{to}\">");
        attvalues(&mut out, &edge_values(edge));
        out.push_str("</edge>\n");
    }
    out.push_str("</edges>\n</graph>\n</gexf>\n");
    out
}

fn write_node(out: &mut String, id: &str, node: &Node, at: Option<&[f32; 2]>) {
    let label = xml::escaped(node.label());
    let _ = writeln!(out, "<node id=\"{id}\" label=\"{label}\">");
    attvalues(out, &node_values(node, at));
    if let Some([x, y]) = at.filter(|[x, y]| x.is_finite() && y.is_finite()) {
        // The y axis of the format grows upwards.
        let _ = writeln!(out, "<viz:position x=\"{x}\" y=\"{}\" z=\"0\"/>", -y);
    }
    out.push_str("</node>\n");
}

fn attvalues(out: &mut String, values: &[(&str, Value)]) {
    out.push_str("<attvalues>\n");
    for (name, value) in values {
        let _ = writeln!(out, "<attvalue for=\"{name}\" value=\"{}\"/>", xml::value(value));
    }
    out.push_str("</attvalues>\n");
}
