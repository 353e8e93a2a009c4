//! A scene as SVG: shapes, labels and captions; each mark carries its full text as a tooltip. No script, no link.

use super::xml::escaped;
use crate::graph::draw::{Colour, Line, Mark, Ring, Scene, Stroke};
use crate::graph::links::LinkGraph;
use std::fmt::Write as _;

/// Writes a scene made of `graph`.
#[must_use]
pub fn svg(scene: &Scene, graph: &LinkGraph) -> String {
    let [width, height] = scene.size;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"'Noto Sans JP','Hiragino Sans','Yu Gothic',sans-serif\" \
         font-size=\"11\">"
    );
    let _ = writeln!(out, "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", hex(scene.ground));
    for line in &scene.lines {
        write_line(&mut out, line, graph);
    }
    for mark in &scene.marks {
        write_mark(&mut out, mark, graph);
    }
    write_texts(&mut out, scene);
    out.push_str("</svg>\n");
    out
}

fn hex([red, green, blue]: Colour) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn points(corners: &[[f32; 2]]) -> String {
    corners.iter().map(|[x, y]| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

fn write_line(out: &mut String, line: &Line, graph: &LinkGraph) {
    let dash = match line.stroke {
        Stroke::Solid => "",
        Stroke::Dashed => " stroke-dasharray=\"7 4\"",
        Stroke::Dotted => " stroke-dasharray=\"2 3\"",
    };
    let colour = hex(line.colour);
    let ([x1, y1], [x2, y2]) = (line.from, line.to);
    let _ = write!(
        out,
        "<g><line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{colour}\" \
         stroke-width=\"{:.1}\"{dash}/>",
        line.width
    );
    if let Some(head) = line.arrow {
        let _ = write!(out, "<polygon points=\"{}\" fill=\"{colour}\"/>", points(&head));
    }
    if let Some(edge) = graph.edges.get(line.edge as usize) {
        let _ = write!(out, "<title>{}</title>", escaped(&edge.says.text(crate::model::Lang::Ja)));
    }
    out.push_str("</g>\n");
}

fn write_mark(out: &mut String, mark: &Mark, graph: &LinkGraph) {
    let [x, y] = mark.at;
    let opacity = if mark.pale { " opacity=\"0.45\"" } else { "" };
    let _ = write!(out, "<g{opacity}>");
    for outline in mark.shape.outlines() {
        let corners: Vec<[f32; 2]> = outline.iter().map(|[u, v]| [x + u * mark.radius, y + v * mark.radius]).collect();
        let _ = write!(
            out,
            "<polygon points=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-linejoin=\"round\"/>",
            points(&corners),
            hex(mark.fill),
            hex(mark.outline)
        );
    }
    let rings: &[(f32, &str)] = match mark.ring {
        Ring::None => &[],
        Ring::Solid => &[(4.0, "")],
        Ring::Dotted => &[(4.0, " stroke-dasharray=\"2 2\"")],
        Ring::Double => &[(4.0, ""), (7.0, "")],
    };
    for (reach, dash) in rings {
        let _ = write!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.2\"{dash}/>",
            mark.radius + reach,
            hex(mark.outline)
        );
    }
    if let Some(node) = graph.nodes.get(mark.node as usize) {
        let _ = write!(out, "<title>{} {}</title>", escaped(node.what.text().ja), escaped(node.label()));
    }
    out.push_str("</g>\n");
}

fn write_texts(out: &mut String, scene: &Scene) {
    let (ink, ground) = (hex(scene.ink), hex(scene.ground));
    for label in &scene.labels {
        let face = if label.monospaced { " font-family=\"'Noto Sans Mono',monospace\"" } else { "" };
        let [x, y] = label.at;
        let _ = writeln!(
            out,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{ink}\" stroke=\"{ground}\" stroke-width=\"3\" \
             paint-order=\"stroke\"{face}>{}</text>",
            escaped(&label.text)
        );
    }
    for (at, caption) in scene.captions.iter().rev().enumerate() {
        let y = scene.size[1] - 8.0 - 22.0 * at as f32;
        let _ =
            writeln!(out, "<text x=\"16\" y=\"{y:.1}\" fill=\"{ink}\" font-size=\"12\">{}</text>", escaped(caption));
    }
}
