//! Whose: a choice among the units that have names, and a section or station below.

use super::bits;
use crate::app::style::{self, palette};
use crate::app::view::View;
use crate::model::Unit;
use crate::workbench::ask::named_units;
use egui::{RichText, Ui};

/// A unit as chosen and typed so far.
#[derive(Clone, Debug, Default)]
pub struct UnitText {
    /// Place in the list of named units.
    head: Option<usize>,
    /// Section or station, `/` between parts.
    rest: String,
}

impl UnitText {
    /// From a unit's path.
    pub fn of(path: &str) -> Self {
        let units = named_units();
        let fits = |unit: &Unit| path == unit.path() || path.starts_with(&format!("{unit}/"));
        let head = units.iter().position(|(unit, _)| fits(unit));
        let rest = head.and_then(|at| path.strip_prefix(units.get(at)?.0.path()));
        Self { head, rest: rest.unwrap_or_default().trim_start_matches('/').to_owned() }
    }

    /// The unit, once it can be read.
    pub fn unit(&self) -> Option<Unit> {
        let head = named_units().into_iter().nth(self.head?)?.0;
        let rest = self.rest.trim().trim_matches('/');
        if rest.is_empty() { Some(head) } else { Unit::from_path(&format!("{head}/{rest}")) }
    }
}

/// The two fields side by side; tells whether something changed.
pub fn fields(ui: &mut Ui, view: &View<'_>, text: &mut UnitText) -> bool {
    let (head, rest) = (text.head, text.rest.clone());
    let units = named_units();
    let mut choices: Vec<(Option<usize>, String)> = vec![(None, view.t("選んでください", "Choose").to_owned())];
    choices.extend(
        units.iter().enumerate().map(|(at, (unit, name))| (Some(at), format!("{}　{unit}", name.get(view.lang)))),
    );
    let choices: Vec<(Option<usize>, &str)> = choices.iter().map(|(at, name)| (*at, name.as_str())).collect();
    ui.horizontal_top(|ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(bits::caption(ui, view.t("所属", "Unit")));
            bits::choose(ui, view.t("所属", "Unit"), &mut text.head, &choices, 210.0);
        });
        ui.vertical(|ui| {
            let name = view.t("課・署（任意、英数字）", "Section or station (optional)");
            bits::field(ui, name, &mut text.rest, view.t("例：urawa", "e.g. urawa"), 170.0);
            if text.head.is_some() && text.unit().is_none() {
                let why = view.t("小文字の英字・数字・- で", "lower-case letters, digits, -");
                ui.label(RichText::new(why).font(style::caption()).color(palette(ui).danger));
            }
        });
    });
    head != text.head || rest != text.rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_read_back_as_it_was() {
        for path in ["11", "11/soumu", "13/a/b", "00/special", "47"] {
            assert_eq!(UnitText::of(path).unit().map(|unit| unit.path().to_owned()).as_deref(), Some(path));
        }
        assert_eq!(UnitText::of("").unit(), None);
        assert_eq!(UnitText { head: Some(10), rest: "総務".to_owned() }.unit(), None);
    }
}
