//! Search as an investigator meets it: what each term finds, what is refused and where, and that the fast way finds
//! exactly what reading every record would.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

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
