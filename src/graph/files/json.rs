//! The graph as JSON: `{"nodes":[{"id",…}],"edges":[{"from","to",…}]}`, with the attributes the other files have.

use super::{Value, edge_values, node_values};
use crate::graph::links::LinkGraph;
use serde_json::{Map, Value as Json, json};

/// Writes a graph, with positions where there are any.
#[must_use]
pub fn json(graph: &LinkGraph, at: Option<&[[f32; 2]]>) -> String {
    let object = |first: Vec<(&'static str, Value)>, rest: Vec<(&'static str, Value)>| {
        let mut map = Map::new();
        for (name, value) in first.into_iter().chain(rest) {
            let value = match value {
                Value::Text(text) => json!(text),
                Value::Whole(number) => json!(number),
                Value::Number(number) => json!(number),
                Value::Flag(flag) => json!(flag),
            };
            map.insert(name.to_owned(), value);
        }
        Json::Object(map)
    };
    let id = |node: u32| Value::Text(graph.nodes.get(node as usize).map_or_else(String::new, |node| node.id.clone()));
    let nodes: Vec<Json> = graph
        .nodes
        .iter()
        .enumerate()
        .map(|(index, node)| {
            let own = vec![("id", Value::Text(node.id.clone()))];
            object(own, node_values(node, at.and_then(|at| at.get(index))))
        })
        .collect();
    let edges: Vec<Json> = graph
        .edges
        .iter()
        .map(|edge| object(vec![("from", id(edge.from)), ("to", id(edge.to))], edge_values(edge)))
        .collect();
    let mut text = json!({ "nodes": nodes, "edges": edges }).to_string();
    text.push('\n');
    text
}
