//! A bundle from payload to receipt: what passes, what outside tools say of it, and everything that must be refused by name.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod desk;
mod fuzz;
mod markings;
mod outside;
mod refusals;
mod steps;
