//! How wide columns are: as a person set them, else their usual width; what grows takes what is left, what is spare goes
//! where there is no room for it. A time or a number is shown whole or not at all.

use super::Column;
use std::collections::BTreeMap;

/// Widths of all columns in `room`; 0 for those left out.
pub(super) fn widths(columns: &[Column], set: &BTreeMap<String, f32>, room: f32) -> Vec<f32> {
    let of = |column: &Column| set.get(&column.id).map(|width| width.clamp(24.0, 2000.0));
    let least = |column: &Column| of(column).unwrap_or(column.least);
    let mut shown = vec![true; columns.len()];
    loop {
        let used: f32 = columns.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(column, _)| least(column)).sum();
        let spare = columns
            .iter()
            .enumerate()
            .filter(|(at, column)| shown.get(*at) == Some(&true) && column.spare > 0 && of(column).is_none());
        let next = spare.max_by_key(|(at, column)| (column.spare, *at)).map(|(at, _)| at);
        match next.filter(|_| used > room) {
            Some(at) => shown[at] = false,
            None => break,
        }
    }
    let mut widths: Vec<f32> =
        columns.iter().zip(&shown).map(|(column, shown)| if *shown { least(column) } else { 0.0 }).collect();
    let usual = |column: &Column| of(column).unwrap_or(column.width);
    share(columns, &mut widths, room, |column, width| (usual(column) - width).max(0.0), true);
    share(
        columns,
        &mut widths,
        room,
        |column, width| if column.grows && of(column).is_none() { width } else { 0.0 },
        false,
    );
    let used: f32 = widths.iter().sum();
    if let Some(last) = widths.iter_mut().rev().find(|width| **width > 0.0)
        && used < room
    {
        *last += room - used;
    }
    widths
}

/// Shares out the room that is left by what each column wants; no column gets more than it wants if `at_most`.
fn share(columns: &[Column], widths: &mut [f32], room: f32, wants: impl Fn(&Column, f32) -> f32, at_most: bool) {
    let left = room - widths.iter().sum::<f32>();
    let wanted: Vec<f32> = columns
        .iter()
        .zip(widths.iter())
        .map(|(column, width)| if *width > 0.0 { wants(column, *width) } else { 0.0 })
        .collect();
    let all: f32 = wanted.iter().sum();
    if left <= 0.0 || all <= 0.0 {
        return;
    }
    let part = if at_most { (left / all).min(1.0) } else { left / all };
    for (width, want) in widths.iter_mut().zip(wanted) {
        *width += want * part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::new("name", "Name", 200.0).grows(120.0),
            Column::new("time", "Time", 150.0),
            Column::new("size", "Size", 60.0).spare(1),
            Column::new("hash", "Hash", 100.0).spare(2),
        ]
    }

    #[test]
    fn what_is_left_goes_to_the_column_that_grows() {
        assert_eq!(widths(&columns(), &BTreeMap::new(), 600.0), [290.0, 150.0, 60.0, 100.0]);
    }

    #[test]
    fn a_narrow_place_shrinks_names_then_leaves_out_what_is_spare() {
        assert_eq!(widths(&columns(), &BTreeMap::new(), 450.0), [140.0, 150.0, 60.0, 100.0]);
        assert_eq!(widths(&columns(), &BTreeMap::new(), 400.0), [190.0, 150.0, 60.0, 0.0]);
        assert_eq!(widths(&columns(), &BTreeMap::new(), 100.0), [120.0, 150.0, 0.0, 0.0]);
    }

    #[test]
    fn a_width_set_by_hand_stands() {
        let set = BTreeMap::from([("hash".to_owned(), 300.0)]);
        assert_eq!(widths(&columns(), &set, 600.0), [150.0, 150.0, 0.0, 300.0]);
    }
}
