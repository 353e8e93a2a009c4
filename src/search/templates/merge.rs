//! From shapes to templates: words that change where everything else stays are values too.
//!
//! Shapes of as many pieces that begin alike and differ in one place are a family. Where a family has at least [`MEMBERS`]
//! members, or one less of which one is a template already, the place becomes a value; the largest families first, until nothing changes.
//! The first piece never becomes a value: it says what the line is. The outcome depends on the set of shapes alone, not on
//! the order in which lines came.

use super::shape::{VALUE, pieces};
use crate::model::Ticket;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// Members that make a family of shapes one template. Chosen on the loghub samples: three takes users that logs keep apart
/// for one, six leaves too many apart.
const MEMBERS: usize = 4;

/// Words that say of what kind a line is, besides the numbers that shapes keep: never values.
const KINDS: [&str; 18] = [
    "TRACE", "DEBUG", "INFO", "NOTICE", "WARN", "WARNING", "ERROR", "CRITICAL", "ALERT", "FATAL", "GET", "POST",
    "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT",
];

type Number = u32;

/// The template of each shape, in the order of the shapes; `None` where it was cancelled.
pub(super) fn merged(shapes: &[&str], ticket: &Ticket) -> Option<Vec<String>> {
    let mut words = Words::default();
    let mut groups: BTreeMap<(usize, Option<Number>), Vec<usize>> = BTreeMap::new();
    let mut now: Vec<Vec<Number>> = shapes.iter().map(|shape| words.numbers(shape)).collect();
    for (at, shape) in now.iter().enumerate() {
        groups.entry((shape.len(), shape.first().copied())).or_default().push(at);
    }
    for members in groups.values().filter(|members| members.len() > 1) {
        while step(members, &mut now, &mut words) {
            if ticket.is_cancelled() {
                return None;
            }
        }
    }
    Some(now.iter().map(|shape| words.text(shape)).collect())
}

/// Pieces as numbers. A piece is kept with the white space before it.
#[derive(Default)]
struct Words {
    numbers: HashMap<String, Number>,
    texts: Vec<String>,
}

impl Words {
    fn number(&mut self, text: &str) -> Number {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = Number::try_from(self.texts.len()).unwrap_or(Number::MAX);
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }

    fn numbers(&mut self, shape: &str) -> Vec<Number> {
        pieces(shape)
            .map(|(spaced, piece)| if spaced { self.number(&format!(" {piece}")) } else { self.number(piece) })
            .collect()
    }

    fn get(&self, number: Number) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }

    /// A value with the same white space before it; `None` for marks and words that are never values.
    fn value_for(&mut self, number: Number) -> Option<Number> {
        let text = self.get(number);
        let bare = text.strip_prefix(' ').unwrap_or(text);
        let kind = KINDS.contains(&bare) || bare.bytes().all(|byte| byte.is_ascii_digit());
        let fits = !kind && bare.chars().next().is_some_and(|c| c == VALUE || c.is_alphanumeric() || c == '_');
        let value = if text.len() > bare.len() { " \0" } else { "\0" };
        fits.then(|| self.number(value))
    }

    fn text(&self, shape: &[Number]) -> String {
        shape.iter().map(|number| self.get(*number)).collect()
    }
}

/// One family: the place that changes, and the shape with a value there.
struct Family {
    place: usize,
    template: Vec<Number>,
    members: Vec<usize>,
}

/// Merges once through a group; whether anything changed.
fn step(group: &[usize], now: &mut [Vec<Number>], words: &mut Words) -> bool {
    let mut distinct: BTreeMap<Vec<Number>, Vec<usize>> = BTreeMap::new();
    for at in group {
        distinct.entry(now[*at].clone()).or_default().push(*at);
    }
    let shapes: Vec<(Vec<Number>, Vec<usize>)> = distinct.into_iter().collect();
    let mut taken = vec![false; shapes.len()];
    let mut changed = false;
    for family in families(&shapes, words) {
        let free: Vec<usize> = family.members.into_iter().filter(|member| !taken[*member]).collect();
        if !is_large(&free, &family.template, &shapes) {
            continue;
        }
        for member in free {
            taken[member] = true;
            for at in &shapes[member].1 {
                changed |= now[*at] != family.template;
                now[*at].clone_from(&family.template);
            }
        }
    }
    changed
}

/// Whether members are one template: many, or a few of which one is it already. Two alone stay two: the rare one is looked for.
fn is_large(members: &[usize], template: &[Number], shapes: &[(Vec<Number>, Vec<usize>)]) -> bool {
    members.len() >= MEMBERS
        || (members.len() + 1 >= MEMBERS && members.iter().any(|member| shapes[*member].0 == template))
}

/// Every family that is large enough, the largest first.
fn families(shapes: &[(Vec<Number>, Vec<usize>)], words: &mut Words) -> Vec<Family> {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    // Each shape with each of its places that may change, by what stays the same.
    let mut places: Vec<(u64, usize, usize)> = Vec::new();
    for (index, (shape, _)) in shapes.iter().enumerate() {
        for place in 1..shape.len() {
            if let Some(value) = shape.get(place).and_then(|word| words.value_for(*word)) {
                let key = hasher.hash_one((place, value, shape.get(..place), shape.get(place + 1..)));
                places.push((key, place, index));
            }
        }
    }
    places.sort_unstable();
    let mut out = Vec::new();
    for same in places.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let Some((_, place, first)) = same.first() else { continue };
        let mut template = shapes[*first].0.clone();
        let Some(value) = template.get(*place).and_then(|word| words.value_for(*word)) else { continue };
        template[*place] = value;
        let members: Vec<usize> = same.iter().map(|(.., index)| *index).collect();
        if is_large(&members, &template, shapes) {
            out.push(Family { place: *place, template, members });
        }
    }
    out.sort_by(|a, b| {
        b.members.len().cmp(&a.members.len()).then_with(|| (a.place, &a.template).cmp(&(b.place, &b.template)))
    });
    out
}
