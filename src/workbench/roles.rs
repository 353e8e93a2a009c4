//! Roles: what a value is in a case, stated one by one or for all values in the rows a query finds.

use super::error::{Error, Result};
use super::session::Session;
use crate::model::statement::{RoleStatement, Statement};
use crate::model::{CaseKey, Edit, Extractor as _, Id, Kind, Role};
use crate::store::SightingFilter;

/// A role that was stated.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The kind.
    pub kind: Kind,
    /// The canonical value.
    pub value: String,
    /// The role.
    pub role: Role,
    /// Records in this case that hold the value.
    pub rows: u64,
}

/// Reads a kind's tag or a common name of it.
pub fn read_kind(session: &Session, text: &str) -> Result<Kind> {
    let known = session.indicators.kinds();
    crate::indicators::kind_alias(text)
        .or_else(|| Kind::from_tag(text).filter(|kind| known.iter().any(|about| about.kind == *kind)))
        .ok_or_else(|| {
            let names: Vec<&str> = known.iter().map(|about| about.kind.tag()).collect();
            Error::input(
                format!("知らない種類です: `{text}`（{}）", names.join(" ")),
                format!("unknown kind `{text}`, one of: {}", names.join(" ")),
            )
        })
}

/// Reads a role.
pub fn read_role(text: &str) -> Result<Role> {
    Role::from_tag(text).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.tag()).collect();
        Error::input(
            format!("知らない役割です: `{text}`（{}）", names.join(" ")),
            format!("unknown role `{text}`, one of: {}", names.join(" ")),
        )
    })
}

/// States the role of values in a case: one edit, one undo step.
pub fn state(session: &Session, case: CaseKey, kind: Kind, values: &[String], role: Role) -> Result<Vec<Stated>> {
    let held = session.store.roles(case)?;
    let mut edits = Vec::new();
    let mut out = Vec::new();
    for value in values {
        let filter = SightingFilter {
            case: Some(case),
            kind: Some(kind),
            value: Some(value.clone()),
            ..SightingFilter::default()
        };
        let rows = session.store.sightings(&filter)?.iter().map(|sighting| sighting.count).sum();
        let before = held.iter().find(|said| said.kind == kind && said.value == *value && said.cited.is_empty());
        let id = match before {
            Some(said) => said.id.clone(),
            None => Id::from_random('r', crate::store::random()?),
        };
        edits.push(Edit::Put(Statement::Role(RoleStatement {
            id,
            case,
            kind,
            value: value.clone(),
            role,
            cited: Vec::new(),
        })));
        out.push(Stated { kind, value: value.clone(), role, rows });
    }
    if !edits.is_empty() {
        session.store.apply(&Edit::All(edits), &session.author())?;
    }
    Ok(out)
}

/// The canonical form of a value a person typed.
pub fn canonical(session: &Session, kind: Kind, text: &str) -> Result<String> {
    session
        .indicators
        .canonical(kind, text)
        .ok_or_else(|| Error::input(format!("{kind} として読めません: `{text}`"), format!("not a {kind}: `{text}`")))
}
