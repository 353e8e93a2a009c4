//! A graph as a file others can read: GraphML, GEXF 1.3, SVG, JSON. Strings out; nothing is written to disk here.
//!
//! These are copies made on one's own desk. What a bundle carries is written by `bundle`, from sanitised values.

mod gexf;
mod graphml;
mod json;
mod svg;
mod xml;

pub use gexf::gexf;
pub use graphml::graphml;
pub use json::json;
pub use svg::svg;

use super::links::{Edge, LinkGraph, Node, Says, What};

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

/// Attributes of nodes: name and type (`string`, `boolean`, `long`, `double`, as GraphML and GEXF both name them).
const NODE_ATTRIBUTES: &[(&str, &str)] = &[
    ("label", "string"),
    ("sort", "string"),
    ("kind", "string"),
    ("value", "string"),
    ("role", "string"),
    ("benign", "boolean"),
    ("unit", "string"),
    ("title", "string"),
    ("x", "double"),
    ("y", "double"),
];

/// Attributes of edges.
const EDGE_ATTRIBUTES: &[(&str, &str)] = &[
    ("sort", "string"),
    ("directed", "boolean"),
    ("text", "string"),
    ("records", "long"),
    ("lift", "double"),
    ("first", "string"),
    ("last", "string"),
    ("role", "string"),
    ("grade", "string"),
    ("amount", "string"),
];

fn node_values(node: &Node, at: Option<&[f32; 2]>) -> Vec<(&'static str, Value)> {
    let text = |name, value: &str| (name, Value::Text(value.to_owned()));
    let mut values = vec![text("label", node.label()), text("sort", node.what.tag())];
    match &node.what {
        What::Case(case) => {
            values.extend([text("unit", case.unit.path()), text("title", &case.title)]);
        }
        What::Evidence(_) => {}
        What::Indicator { kind, value, role, benign } => {
            values.extend([text("kind", kind.tag()), text("value", value)]);
            values.extend(role.map(|role| text("role", role.tag())));
            values.push(("benign", Value::Flag(*benign)));
        }
        What::Entity(entity) => values.push(text("kind", &entity.sort)),
        What::Unit(unit) => values.push(text("unit", unit.path())),
    }
    if let Some([x, y]) = at.filter(|[x, y]| x.is_finite() && y.is_finite()) {
        values.extend([("x", Value::Number(f64::from(*x))), ("y", Value::Number(f64::from(*y)))]);
    }
    values
}

fn edge_values(edge: &Edge) -> Vec<(&'static str, Value)> {
    let text = |name, value: &str| (name, Value::Text(value.to_owned()));
    let mut values = vec![text("sort", edge.says.tag()), ("directed", Value::Flag(edge.says.is_directed()))];
    let whole = |count: u64| Value::Whole(i64::try_from(count).unwrap_or(i64::MAX));
    match &edge.says {
        Says::SeenIn { count, first, last, role } => {
            values.push(("records", whole(*count)));
            values.extend(first.map(|at| text("first", &at.utc_millis())));
            values.extend(last.map(|at| text("last", &at.utc_millis())));
            values.extend(role.map(|role| text("role", role.tag())));
        }
        Says::BelongsTo => {}
        Says::SeenTogether { records, lift } => {
            values.push(("records", whole(*records)));
            values.extend(lift.is_finite().then_some(("lift", Value::Number(*lift))));
        }
        Says::Asserted { grade, reason, .. } => {
            let grade = format!("{grade:?}").to_lowercase();
            values.extend([text("grade", &grade), text("text", reason)]);
        }
        Says::Transfer { amount, at } => {
            values.push(text("amount", amount));
            values.extend(at.map(|at| text("first", &at.utc_millis())));
        }
        Says::Similar { reason } => values.push(text("text", reason.en)),
    }
    values
}

/// Readers refuse a file with directed and undirected edges; with one directed edge all are, and `directed` tells which
/// directions mean something.
fn is_directed(graph: &LinkGraph) -> bool {
    graph.edges.iter().any(|edge| edge.says.is_directed())
}
