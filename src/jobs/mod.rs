//! Detached threads with progress, cancel and wake; knows neither screen nor SQL.
//!
//! Four lanes: edits and longer commands, each one after the other; quick and longer questions, two of each at a time. So
//! a tag is set while a gigabyte comes in, and a row is shown while all of them are counted. A job that panics becomes a
//! failed job and the program lives.

mod desk;
mod lane;
mod name;
mod work;

pub use desk::LocalDesk;
