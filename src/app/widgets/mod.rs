//! The building blocks all panels share: icons, kind marks, buttons, heads, fields and the table.

pub mod bits;
mod choice;
pub mod icon;
pub mod mark;
pub mod place;
pub mod table;
pub mod tie;
pub mod unit;
