//! What stands round the panels: title line, rail, inspector, status bar, and what floats above.

pub mod dialogs;
pub mod drop;
pub mod first_run;
pub mod inspector;
pub mod key_sheet;
pub mod palette;
pub mod pick;
pub mod rail;
pub mod status;
pub mod title;
pub mod toasts;
