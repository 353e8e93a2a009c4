//! A step that asks to be confirmed: it names its object and what follows.

use super::Came;
use crate::app::style;
use crate::app::view::{Act, Outbox};
use crate::app::widgets::bits::{self, Weight};
use crate::workbench::ask::Command;
use egui::{Label, RichText, Ui};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirm {
    /// What is about to happen, with its object.
    pub title: String,
    /// What follows from it.
    pub about: String,
    /// The verb on the button.
    pub act: String,
    /// The way back, on the other button.
    pub stay: String,
    /// It cannot be undone.
    pub danger: bool,
    /// What happens then.
    pub then: Then,
}

/// What happens after a confirmation.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// Something is ordered.
    Order(Command),
    /// Something is asked of the window.
    Act(Act),
    /// The window closes.
    Close,
}

impl Confirm {
    pub(super) fn show(&self, ui: &mut Ui, out: &mut Outbox) -> Came {
        ui.add(Label::new(RichText::new(&self.title).font(style::section())).wrap());
        ui.add_space(style::XS);
        ui.add(Label::new(bits::quiet(ui, &self.about)).wrap());
        ui.add_space(style::M);
        let mut came = Came::Open;
        ui.horizontal(|ui| {
            let weight = if self.danger { Weight::Danger } else { Weight::Main };
            if bits::button(ui, weight, None, &self.act).clicked() {
                came = Came::Done;
                match &self.then {
                    Then::Order(command) => out.order(command.clone()),
                    Then::Act(act) => out.act(act.clone()),
                    Then::Close => came = Came::Close,
                }
            }
            if bits::button(ui, Weight::Bare, None, &self.stay).clicked() {
                came = Came::Done;
            }
        });
        came
    }
}
