//! The case store from outside: what goes in comes back, what was said can be taken back, what is hostile is refused.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod store {
    mod desk;
    mod evidence;
    mod file;
    mod hostile;
    mod killed;
    mod resume;
    mod settled;
    mod sightings;
    mod statements;
}
