//! LINE ids: 4 to 20 of `a-z 0-9 . _ -`, chosen once; `@…` for official accounts; `u…` and 32 hex digits inside the service.
//!
//! An id is a word like any other, so LINE must stand before it, with `ID` or a colon between: `LINE ID「kabu_master」`,
//! `ラインのIDは…`, `LINE：toushi-pro.88`. Behind a colon alone it must hold a digit or a sign. Display names are no ids.

use super::class::{ALNUM, HYPHEN, UNDERSCORE, class};
use super::scan::Scan;
use super::social::{self, Platform};
use super::{Canonical, Family, never_benign, never_documentation, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("line_id");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("LINE ID", "LINE id"),
    class: Class::DirectId,
    stix: "user-account",
    look: Look::Account,
    strength: 0.9,
    tokenable: true,
    examples: &[
        "LINE ID「kabu_master01」",
        "LINE：toushi-pro.88",
        "LINE公式アカウント @toushi-school",
        "line.me/ti/p/~kakuu99",
    ],
};

/// Looks behind the word `LINE` at `at`.
pub(super) fn find(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let free = class(scan.before(at)) & (ALNUM | HYPHEN | UNDERSCORE) == 0;
    if !free || !scan.bytes.get(at..)?.starts_with(b"LINE") {
        return None;
    }
    let found = social::label(scan.tail(at + 4, 80))?;
    report(scan, at, at + 4 + found.at, found.says_id)
}

/// Reports the id that begins at `start`, behind a word at `word`.
pub(super) fn report(scan: &mut Scan<'_>, word: usize, start: usize, says_id: bool) -> Option<usize> {
    let run = social::handle(scan.tail(start, 40));
    let inner = is_inner(run);
    let plain = is_id(run) && (says_id || run.bytes().any(|byte| !byte.is_ascii_alphabetic()));
    if !inner && !plain {
        return None;
    }
    let end = start + run.len();
    scan.report(KIND, word, end, &run.to_ascii_lowercase(), false);
    Some(end)
}

/// Whether it has the form of an id, and a letter in it.
pub(super) fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (4..=20).contains(&text.len()) && text.bytes().all(fits) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// An id of the service's own: of a user, a group or a room.
fn is_inner(text: &str) -> bool {
    let Some((head, digits)) = text.split_at_checked(1) else { return false };
    matches!(head, "u" | "U" | "c" | "C" | "r" | "R")
        && digits.len() == 32
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
}

fn read(text: &str) -> Option<Canonical> {
    if let Some(value) = places::read(KIND, text) {
        return Some(Canonical::sound(value));
    }
    let text = text.trim_end_matches(['」', '』', ')', '）', '"', ' ']);
    let run = text.len() - text.bytes().rev().take_while(|byte| social::in_handle(*byte)).count();
    let (front, id) = text.split_at(run);
    let named = front.is_empty() || front == "@" || Platform::named_in(front) == Some(Platform::Line);
    let value = match front.strip_suffix('@') {
        Some(_) if is_id(id) => format!("@{}", id.to_ascii_lowercase()),
        None if is_id(id) || is_inner(id) => id.to_ascii_lowercase(),
        _ => return None,
    };
    named.then_some(Canonical::sound(value))
}
