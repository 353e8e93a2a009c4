//! How a table moves: wheel, steps, selection ranges. Whole rows only.

use super::State;
use egui::vec2;

/// Rows from wheel notches, points from a track pad, points across; positive is further down and right.
pub(super) fn wheel_moves(input: &egui::InputState) -> (i64, f32, f32) {
    let (mut lines, mut points, mut across) = (0, 0.0, 0.0);
    for event in &input.events {
        let egui::Event::MouseWheel { unit, delta, modifiers, .. } = event else { continue };
        if modifiers.command {
            continue;
        }
        let delta = if modifiers.shift && delta.x == 0.0 { vec2(delta.y, 0.0) } else { *delta };
        match unit {
            egui::MouseWheelUnit::Line => {
                lines -= (delta.y * 3.0).round() as i64;
                across -= delta.x * 60.0;
            }
            egui::MouseWheelUnit::Page => lines -= (delta.y * 20.0).round() as i64,
            egui::MouseWheelUnit::Point => {
                points -= delta.y;
                across -= delta.x;
            }
        }
    }
    (lines, points, across)
}

pub(super) fn step(state: &mut State, by: i64, rows: u64) {
    state.first = state.first.saturating_add_signed(by).min(rows.saturating_sub(1));
}

/// Rows picked at most: what a person can mean; everything is what "all shown" is for.
pub(super) const MOST_PICKED: u64 = 100_000;

/// How a move of the cursor changes what is picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Nothing is picked any more: a click.
    Alone,
    /// What is picked stays: a key.
    Keep,
    /// The rows from the anchor on are picked besides.
    Range,
}

/// Puts the cursor on a row; tells whether a range was too long to be picked whole.
pub(super) fn move_to(state: &mut State, row: u64, reach: Reach) -> bool {
    let mut cut = false;
    if reach == Reach::Range {
        let held = state.before.get_or_insert_with(|| state.picked.clone());
        let (from, to) = (state.anchor.min(row), state.anchor.max(row));
        let room = MOST_PICKED.saturating_sub(held.len() as u64);
        cut = to - from >= room;
        let mut picked = held.clone();
        picked.extend((from..=to).take(room as usize));
        state.picked = picked;
    } else {
        if reach == Reach::Alone {
            state.picked.clear();
        }
        state.anchor = row;
        state.before = None;
    }
    state.cursor = Some(row);
    cut
}

pub(super) fn reveal(state: &mut State, fits: u64) {
    if let Some(row) = state.cursor {
        if row < state.first {
            state.first = row;
        } else if row >= state.first + fits {
            state.first = row + 1 - fits;
        }
    }
}

pub(super) fn lefts(start: f32, widths: &[f32]) -> Vec<f32> {
    widths
        .iter()
        .scan(start, |left, width| {
            let here = *left;
            *left += width;
            Some(here)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_exact_at_the_far_end() {
        let mut state = State { first: 49_999_000, ..State::default() };
        step(&mut state, 7, 50_000_000);
        assert_eq!(state.first, 49_999_007);
        step(&mut state, 10_000, 50_000_000);
        assert_eq!(state.first, 49_999_999);
        step(&mut state, -60_000_000, 50_000_000);
        assert_eq!(state.first, 0);
    }

    #[test]
    fn a_row_is_revealed_by_the_least_move() {
        let mut state = State::default();
        state.go(49_999_999);
        reveal(&mut state, 30);
        assert_eq!(state.first, 49_999_970);
        state.go(49_999_980);
        reveal(&mut state, 30);
        assert_eq!(state.first, 49_999_970);
    }

    #[test]
    fn a_range_reaches_from_the_anchor_to_the_row() {
        let mut state = State::default();
        move_to(&mut state, 5, Reach::Alone);
        move_to(&mut state, 8, Reach::Range);
        assert_eq!(state.chosen(), [5, 6, 7, 8]);
        move_to(&mut state, 3, Reach::Range);
        assert_eq!(state.chosen(), [3, 4, 5]);
        assert!(move_to(&mut state, 300_000, Reach::Range) && state.chosen().len() == 100_000);
    }

    #[test]
    fn keys_keep_what_is_picked_and_a_click_does_not() {
        let mut state = State::default();
        move_to(&mut state, 2, Reach::Alone);
        state.pick(2);
        move_to(&mut state, 6, Reach::Keep);
        state.pick(6);
        move_to(&mut state, 8, Reach::Range);
        assert_eq!(state.chosen(), [2, 6, 7, 8]);
        move_to(&mut state, 9, Reach::Keep);
        move_to(&mut state, 10, Reach::Range);
        assert_eq!(state.chosen(), [2, 6, 7, 8, 9, 10]);
        state.pick(7);
        assert_eq!(state.chosen(), [2, 6, 8, 9, 10]);
        move_to(&mut state, 1, Reach::Alone);
        assert_eq!(state.chosen(), [1]);
    }
}
