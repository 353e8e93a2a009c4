//! Bytes to text to records: detection, decoding, formats, times. Knows no SQL, no files, no screen, no clock.
//!
//! The way of a file: [`detect`] looks at its first bytes, [`form`] settles how it is read, a [`Cutter`] says where
//! chunks may end, [`parse`] reads chunks (in parallel, each on its own), a [`Settler`] goes through the results in order
//! for what only order can tell (running years), and a [`Reader`] turns single records into text and fields later.
//! A log format is one file in `formats/` and one line in [`FORMATS`].
//!
//! Line feeds alone end lines; a carriage return before one belongs to the line end, alone it is part of the text. A
//! byte order mark belongs to no record.

pub mod containers;
mod cut;
mod detect;
pub mod encoding;
mod error;
mod form;
pub mod formats;
pub mod frames;
mod mime;
mod parse;
mod quotes;
mod reader;
mod settle;
pub mod times;
mod watch;
mod xml;

pub use containers::{Damage, GunzipLimits, gunzip};
pub use cut::{Cut, Cutter, MAX_RECORD};
pub use detect::{Detection, HEAD, detect};
pub use error::Error;
pub use form::{Overrides, PARSER, form};
pub use formats::{FORMATS, Format};
pub use parse::{Parsed, Pending, parse};
pub use reader::{Reader, is_by_lines, is_layered};
pub use settle::Settler;
pub use watch::{Watched, Watcher};
