//! What sixty-four hex digits are, where words leave it open or call them wrongly: a person settles it for the whole store.
//!
//! And the extractor of those who read texts anew: what it finds goes by what people settled, as in the store's answers.
//! Importing reads with the bare one, so that a settlement taken back leaves what the words said.

use super::error::{Error, Result};
use super::session::Session;
use crate::indicators::Indicators;
use crate::model::settled::{SETTLES, is_ambiguous, readings};
use crate::model::statement::{Author, Settlement, Statement};
use crate::model::{About, Edit, Extractor, Hits, Id, Kind, RowSet, Settled, Text};
use std::sync::Arc;

/// Longest reason kept, in characters.
pub const LONGEST_REASON: usize = 500;

/// Reads what a value is to be settled as; `context` goes back to what the words around it say.
pub fn read_choice(session: &Session, text: &str) -> Result<Option<Kind>> {
    if text == "context" {
        return Ok(None);
    }
    let kind = super::roles::read_kind(session, text).ok().filter(|kind| SETTLES.contains(kind));
    kind.map(Some).ok_or_else(|| {
        Error::input(
            format!("確定の仕方ではありません: `{text}`（sha256 txid context）"),
            format!("not a way to settle: `{text}`, one of: sha256 txid context"),
        )
    })
}

/// The canonical form of sixty-four hex digits a person typed.
pub fn read_value(session: &Session, text: &str) -> Result<String> {
    let [kind, _] = SETTLES;
    let value = session.indicators.canonical(kind, text.trim()).filter(|value| is_ambiguous(kind, value));
    value.ok_or_else(|| {
        Error::input(format!("16進64桁の値ではありません: `{text}`"), format!("not a value of 64 hex digits: `{text}`"))
    })
}

/// What people settled, in the order of values.
pub fn list(session: &Session) -> Result<Settled> {
    Ok(session.store.settled()?)
}

/// States what a value is in the whole store, in place of what was said before, or takes it back; one undo step. Says
/// whether anything changed.
pub fn settle(session: &Session, value: &str, kind: Option<Kind>, reason: &str) -> Result<bool> {
    let [any, _] = SETTLES;
    let reason = reason.trim();
    if reason.chars().nth(LONGEST_REASON).is_some() {
        return Err(Error::input(
            format!("根拠は{LONGEST_REASON}文字までです"),
            format!("the reason is longer than {LONGEST_REASON} characters"),
        ));
    }
    let settled = session.store.settled()?;
    let held = settled.of(any, value).map(|(said, _)| said);
    let edit = match (kind, held) {
        (None, None) => return Ok(false),
        (None, Some(said)) => Edit::Drop(Statement::Settlement(said.clone()).key()),
        (Some(kind), Some(said)) if said.kind == kind && said.reason == reason => return Ok(false),
        (Some(kind), held) => {
            let id = match held {
                Some(said) => said.id.clone(),
                None => Id::from_random('k', crate::store::random()?),
            };
            let said = Settlement { id, value: value.to_owned(), kind, reason: reason.to_owned() };
            Edit::Put(Statement::Settlement(said))
        }
    };
    session.store.apply(&edit, &session.author())?;
    Ok(true)
}

/// Records that hold a value, however it is read.
pub fn rows_of(session: &Session, value: &str) -> Result<RowSet> {
    let [any, _] = SETTLES;
    readings(any, value).try_fold(RowSet::new(), |rows, kind| Ok(rows.or(&session.store.rows_of(kind, value)?)))
}

/// Finds indicators as the store goes by them.
#[derive(Clone, Debug)]
pub struct Finder {
    bare: Arc<Indicators>,
    settled: Settled,
}

impl Session {
    /// What reads texts anew. Each use asks once; a settlement made meanwhile counts from the next.
    pub fn extractor(&self) -> Result<Finder> {
        Ok(Finder { bare: Arc::clone(&self.indicators), settled: self.store.settled()? })
    }
}

impl Finder {
    /// The kind a value goes by that was read, or is called, this.
    #[must_use]
    pub fn kind(&self, kind: Kind, value: &str) -> Kind {
        self.settled.kind(kind, value)
    }

    /// Who settled a value, and how that is known.
    #[must_use]
    pub fn said(&self, kind: Kind, value: &str) -> Option<&(Settlement, Author)> {
        self.settled.of(kind, value)
    }
}

impl Extractor for Finder {
    fn find(&self, text: &str, hits: &mut Hits) {
        let first = hits.len();
        self.bare.find(text, hits);
        hits.rename_from(first, &self.settled);
    }

    fn canonical(&self, kind: Kind, text: &str) -> Option<String> {
        self.bare.canonical(kind, text)
    }

    fn benign(&self, kind: Kind, value: &str) -> Option<Text> {
        self.bare.benign(kind, value)
    }

    fn about(&self, kind: Kind) -> Option<&'static About> {
        self.bare.about(kind)
    }

    fn kinds(&self) -> Vec<&'static About> {
        self.bare.kinds()
    }
}
