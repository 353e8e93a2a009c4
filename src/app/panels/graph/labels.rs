//! Names beside the marks: of cases always, of the strongest others where there is room. None covers another.

use super::paint::{SOFT_NODES, Scene, radius};
use super::sight::Sight;
use crate::app::style::{self, Palette};
use crate::app::widgets::bits;
use crate::app::words;
use crate::workbench::ask::{NodeKind, WhyOf};
use egui::{Galley, Painter, Rect, pos2, vec2};
use std::sync::Arc;

/// At most so many names.
const MOST: usize = 160;

fn is_case(scene: &Scene<'_>, node: u32) -> bool {
    let value = scene.data.nodes.get(node as usize);
    value.is_some_and(|value| matches!(value.kind, NodeKind::Case(_) | NodeKind::Unit(_)))
}

/// A name laid out, and where it stands.
fn named(
    scene: &Scene<'_>,
    p: &Palette,
    painter: &Painter,
    sight: &Sight,
    node: u32,
    whole: bool,
) -> Option<(Rect, Arc<Galley>)> {
    let (value, pos) = (scene.data.nodes.get(node as usize)?, sight.at(node)?);
    let font = if whole { style::table() } else { style::mono_small() };
    let shown = words::value(scene.lang, &value.label);
    let text = if whole { shown.into_owned() } else { words::middle(&shown, 9) };
    let galley = bits::line(painter, &text, font, p.text, 260.0);
    let below = radius(value, scene.camera.scale()) + 7.0 + galley.size().y / 2.0;
    Some((Rect::from_center_size(pos2(pos.x, pos.y + below), galley.size()), galley))
}

/// Which nodes are named, besides what is pointed at.
pub(super) fn choose(scene: &Scene<'_>, p: &Palette, painter: &Painter, sight: &Sight) -> Vec<u32> {
    let scale = scene.camera.scale();
    let mut spots: Vec<Rect> = Vec::new();
    if sight.seen.len() <= SOFT_NODES {
        let spot = |node: &u32| {
            let size = radius(scene.data.nodes.get(*node as usize)?, scale) * 2.0;
            Some(Rect::from_center_size(sight.at(*node)?, vec2(size, size)))
        };
        spots.extend(sight.seen.iter().filter_map(spot));
    }
    let (mut names, mut out): (Vec<Rect>, Vec<u32>) = (Vec::new(), Vec::new());
    for node in sight.seen.iter().copied().take(MOST * 2) {
        let case = is_case(scene, node);
        // From afar only cases are named.
        if out.len() >= MOST || (scale < 9.0 && !case) {
            break;
        }
        let Some((place, _)) = named(scene, p, painter, sight, node, case) else { continue };
        let room = place.expand2(vec2(4.0, 1.0));
        let covers = |taken: &[Rect]| taken.iter().any(|other| other.intersects(room));
        // What has a role is named even upon a mark, never upon another name.
        let stated = scene.data.nodes.get(node as usize).is_some_and(|value| value.role.is_some());
        if !case && (covers(&names) || (!stated && covers(&spots))) {
            continue;
        }
        names.push(place);
        out.push(node);
    }
    out
}

/// Draws the names chosen, and above them those of what is pointed at or selected.
pub(super) fn draw(scene: &Scene<'_>, p: &Palette, painter: &Painter, sight: &Sight, chosen: &[u32]) {
    let asked = [scene.chosen, scene.hover].into_iter().filter_map(|of| match of {
        Some(WhyOf::Node(node)) => Some(node),
        _ => None,
    });
    let asked: Vec<u32> = asked.collect();
    let resting = chosen.iter().filter(|node| !asked.contains(node)).map(|node| (*node, is_case(scene, *node)));
    for (node, whole) in resting.chain(asked.iter().map(|node| (*node, true))) {
        let Some((place, galley)) = named(scene, p, painter, sight, node, whole) else { continue };
        let ground = if asked.contains(&node) { p.panel } else { p.panel.gamma_multiply(0.82) };
        painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2, ground);
        painter.galley(place.min, galley, p.text);
    }
}
