//! `data/entities.csv`, `data/links.csv` (i2 import) and `data/graph.graphml`: values and what binds them.
//!
//! Labels of values are raw, because an importer must get them unchanged (`+81…` is a number here, and a spreadsheet may take
//! it for a formula: the files are for import, not for opening in one). Every other cell that could be a formula gets a
//! leading apostrophe. One record a line, UTF-8 with BOM.

use super::{Writer, escape};
use crate::bundle::clean::{CleanBundle, CleanValue};
use crate::model::statement::Grade;
use std::fmt::Write as _;

/// Writes the values.
pub(super) struct Entities;
/// Writes the links.
pub(super) struct Links;
/// Writes the graph.
pub(super) struct Graph;

/// The column of `entities.csv` that holds raw values.
const RAW: usize = 2;

fn cell(text: &str) -> String {
    raw(&if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() })
}

/// A cell as it is, on one line.
fn raw(text: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let text: String = text.chars().map(|c| if odd(c) { ' ' } else { c }).collect();
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

fn row(out: &mut String, cells: &[&str]) {
    let cells: Vec<String> =
        cells.iter().enumerate().map(|(at, text)| if at == RAW { raw(text) } else { cell(text) }).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

fn shown(clean: &CleanBundle) -> impl Iterator<Item = &CleanValue> {
    clean.values.iter().filter(|value| !value.shown.text().is_empty())
}

fn role(value: &CleanValue) -> &'static str {
    value.role.map_or("not-stated", crate::model::Role::tag)
}

impl Writer for Entities {
    fn path(&self) -> &'static str {
        "data/entities.csv"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let mut out = String::from("\u{feff}id,type,label,role,first,last,records\r\n");
        let case = &clean.case;
        row(
            &mut out,
            &[
                &case.id,
                "case",
                case.number.as_deref().unwrap_or(&case.id),
                "",
                "",
                "",
                &clean.records.len().to_string(),
            ],
        );
        for value in shown(clean) {
            let (first, last) = (value.first.as_deref().unwrap_or(""), value.last.as_deref().unwrap_or(""));
            row(
                &mut out,
                &[&value.id, value.kind.tag(), value.shown.text(), role(value), first, last, &value.count.to_string()],
            );
        }
        out.into_bytes()
    }
}

impl Writer for Links {
    fn path(&self) -> &'static str {
        "data/links.csv"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let mut out = String::from("\u{feff}id,type,from,to,records,first,last\r\n");
        let mut number = 0;
        for value in shown(clean) {
            number += 1;
            let (first, last) = (value.first.as_deref().unwrap_or(""), value.last.as_deref().unwrap_or(""));
            row(
                &mut out,
                &[&format!("k{number}"), "seen-in", &value.id, &clean.case.id, &value.count.to_string(), first, last],
            );
        }
        for (a, b, count) in &clean.together {
            let (Some(a), Some(b)) = (clean.values.get(*a), clean.values.get(*b)) else { continue };
            if !a.shown.text().is_empty() && !b.shown.text().is_empty() {
                number += 1;
                row(&mut out, &[&format!("k{number}"), "seen-together", &a.id, &b.id, &count.to_string(), "", ""]);
            }
        }
        for link in &clean.links {
            number += 1;
            let grade = grade(link.grade);
            row(&mut out, &[&format!("k{number}"), grade, &link.a, &link.b, "", "", ""]);
        }
        out.into_bytes()
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::Confirmed => "asserted-confirmed",
        Grade::Probable => "asserted-probable",
        Grade::Possible => "asserted-possible",
    }
}

impl Writer for Graph {
    fn path(&self) -> &'static str {
        "data/graph.graphml"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let mut out = String::from(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
            "<key id=\"kind\" for=\"node\" attr.name=\"kind\" attr.type=\"string\"/>\n<key id=\"label\" for=\"node\" attr.name=\"label\" attr.type=\"string\"/>\n",
            "<key id=\"role\" for=\"node\" attr.name=\"role\" attr.type=\"string\"/>\n<key id=\"type\" for=\"edge\" attr.name=\"type\" attr.type=\"string\"/>\n",
            "<key id=\"records\" for=\"edge\" attr.name=\"records\" attr.type=\"long\"/>\n<graph edgedefault=\"undirected\">\n",
        ));
        let mut node = |id: &str, kind: &str, label: &str, role: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "<node id=\"{}\"><data key=\"kind\">{}</data><data key=\"label\">{}</data><data key=\"role\">{}</data></node>",
                escape(id),
                escape(kind),
                escape(label),
                escape(role)
            );
        };
        node(&clean.case.id, "case", clean.case.number.as_deref().unwrap_or(&clean.case.id), "");
        shown(clean).for_each(|value| node(&value.id, value.kind.tag(), value.shown.text(), role(value)));
        let mut edge = |a: &str, b: &str, kind: &str, count: u64| {
            let _ = writeln!(
                out,
                "<edge source=\"{}\" target=\"{}\"><data key=\"type\">{kind}</data><data key=\"records\">{count}</data></edge>",
                escape(a),
                escape(b)
            );
        };
        shown(clean).for_each(|value| edge(&value.id, &clean.case.id, "seen-in", value.count));
        for (a, b, count) in &clean.together {
            let (Some(a), Some(b)) = (clean.values.get(*a), clean.values.get(*b)) else { continue };
            if !a.shown.text().is_empty() && !b.shown.text().is_empty() {
                edge(&a.id, &b.id, "seen-together", *count);
            }
        }
        clean.links.iter().for_each(|link| edge(&link.a, &link.b, grade(link.grade), 1));
        out.push_str("</graph>\n</graphml>\n");
        out.into_bytes()
    }
}
