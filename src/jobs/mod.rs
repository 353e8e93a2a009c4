//! Detached threads with progress, cancel and wake; knows neither screen nor SQL.
//!
//! Two lanes: commands one after the other, questions on threads of their own. A job that panics becomes a failed job and
//! the program lives.

mod desk;
mod lane;

pub use desk::LocalDesk;
