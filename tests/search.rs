//! Search as an investigator meets it: what each term finds, what is refused and where, and that the fast way finds
//! exactly what reading every record would.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![expect(clippy::cast_possible_truncation, clippy::needless_pass_by_value, reason = "small numbers, short tests")]

#[path = "search/double.rs"]
mod double;
#[path = "search/grammar.rs"]
mod grammar;
#[path = "search/meaning.rs"]
mod meaning;
#[path = "search/naive.rs"]
mod naive;
#[path = "search/random.rs"]
mod random;
#[path = "search/views.rs"]
mod views;
