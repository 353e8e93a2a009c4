//! A record that is JSON, by its structure: one line a member, indented.

use crate::app::style::{self, palette};
use crate::app::view::{Act, Outbox, View};
use crate::app::widgets::bits;
use crate::app::words;
use egui::{Align, Rect, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use serde_json::Value;

/// Lines shown; a record with more is read as text.
const MOST: usize = 5_000;
/// Levels below the first that are set further in.
const DEEPEST: usize = 12;
const STEP: f32 = 14.0;

/// One member.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    depth: usize,
    name: String,
    /// What it is; how many members it has where it has any.
    value: String,
    holds: bool,
}

/// Whether a text may be JSON with members.
pub(super) fn fits(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'))
}

/// Draws the structure; `false` where the text is no JSON after all.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, text: &str, out: &mut Outbox) -> bool {
    let Some(lines) = lines(text) else { return false };
    let p = palette(ui);
    let height = style::CAPTION + 6.0;
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical().id_salt("record tree").max_height(360.0).show_rows(ui, height, lines.len(), |ui, range| {
        for line in lines.get(range).unwrap_or(&[]) {
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::CLICK);
            let name = format!("{} {}", line.name, line.value);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::TreeItem, true, &name));
            if response.hovered() {
                ui.painter().rect_filled(rect, style::CORNER, p.hover);
            }
            let left = rect.left() + 4.0 + STEP * line.depth.min(DEEPEST) as f32;
            let names = Rect::from_min_max(pos2(left, rect.top()), rect.max);
            let wide = bits::line(ui.painter(), &line.name, style::mono_small(), p.quiet, names.width()).size().x;
            bits::text_in(ui.painter(), names, &line.name, style::mono_small(), p.quiet, Align::Min);
            let values = Rect::from_min_max(pos2((left + wide + 8.0).min(rect.right()), rect.top()), rect.max);
            let ink = if line.holds { p.quiet } else { p.text };
            let cut = bits::text_in(ui.painter(), values, &line.value, style::mono_small(), ink, Align::Min);
            let response = if cut {
                response.on_hover_text(line.value.chars().take(bits::LONGEST_TIP).collect::<String>())
            } else {
                response
            };
            if !line.holds && response.clicked() {
                out.act(Act::Copy(line.value.clone()));
            }
        }
    });
    if lines.len() == MOST {
        let most = words::count(MOST as u64);
        let text = match view.lang {
            crate::model::Lang::Ja => format!("先頭の{most}項目だけを表示しています"),
            crate::model::Lang::En => format!("the first {most} members only"),
        };
        ui.label(bits::caption(ui, text));
    }
    true
}

fn lines(text: &str) -> Option<Vec<Line>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut out = Vec::new();
    members(&value, 0, &mut out);
    Some(out)
}

fn members(value: &Value, depth: usize, out: &mut Vec<Line>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| member(name.clone(), value, depth, out)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| member(format!("[{at}]"), value, depth, out));
        }
        _ => {}
    }
}

fn member(name: String, value: &Value, depth: usize, out: &mut Vec<Line>) {
    if out.len() >= MOST {
        return;
    }
    let (shown, holds) = match value {
        Value::Object(map) if !map.is_empty() => (format!("{{{}}}", map.len()), true),
        Value::Array(list) if !list.is_empty() => (format!("[{}]", list.len()), true),
        Value::String(text) => (text.clone(), false),
        other => (other.to_string(), false),
    };
    out.push(Line { depth, name, value: shown, holds });
    members(value, depth + 1, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_in_their_order_one_a_line() {
        let text = r#"{"b":{"x":1,"list":["u","v"]},"a":"203.0.113.7","none":null,"empty":{}}"#;
        assert!(fits(text) && !fits("GET /{a}") && !fits(""));
        let shown: Vec<String> = lines(text)
            .unwrap()
            .iter()
            .map(|line| format!("{}{} {}", "-".repeat(line.depth), line.name, line.value))
            .collect();
        assert_eq!(
            shown,
            ["b {2}", "-x 1", "-list [2]", "--[0] u", "--[1] v", "a 203.0.113.7", "none null", "empty {}"]
        );
        assert_eq!(lines("{broken}"), None);
    }

    #[test]
    fn a_hostile_record_stays_bounded() {
        let wide = format!("[{}1]", "1,".repeat(20_000));
        assert_eq!(lines(&wide).unwrap().len(), MOST);
        assert_eq!(lines(&("[".repeat(100_000) + &"]".repeat(100_000))), None, "too deep to be read");
    }
}
