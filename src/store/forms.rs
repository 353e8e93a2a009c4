//! What people state about how an evidence is read, kept in step with the form of its present reading.

use super::error::{Error, Result};
use super::statements;
use crate::model::Id;
use crate::model::evidence::ReadingForm;
use crate::model::statement::{Statement, StatementKey};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Puts the skew of an evidence's clock into its form.
pub(super) fn put_skew(connection: &Connection, evidence: &str, seconds: i64) -> Result<()> {
    amend(connection, evidence, |form| form.time.skew_secs = seconds)
}

/// Puts stated roles of columns into the form, beside those that were guessed; none: the guess holds again.
pub(super) fn put_columns(connection: &Connection, evidence: &str, roles: &[(String, String)]) -> Result<()> {
    amend(connection, evidence, |form| form.state_roles(roles))
}

fn amend(connection: &Connection, evidence: &str, how: impl FnOnce(&mut ReadingForm)) -> Result<()> {
    let key: Option<i64> = connection
        .prepare_cached("SELECT key FROM evidence WHERE id=?")?
        .query_row([evidence], |row| row.get(0))
        .optional()?;
    let key = key.ok_or_else(|| Error::Unknown { noun: "evidence", text: evidence.to_owned() })?;
    let Some(mut form) = form_of(connection, key)? else { return Ok(()) };
    how(&mut form);
    let text = serde_json::to_string(&form).map_err(|err| Error::damaged(err.to_string()))?;
    connection.prepare_cached("UPDATE reading SET form=? WHERE evidence=?")?.execute(params![text, key])?;
    Ok(())
}

/// The form of an evidence's present reading.
pub(super) fn form_of(connection: &Connection, evidence: i64) -> Result<Option<ReadingForm>> {
    let form: Option<String> = connection
        .prepare_cached("SELECT form FROM reading WHERE evidence=?")?
        .query_row([evidence], |row| row.get(0))
        .optional()?;
    form.map(|form| serde_json::from_str(&form).map_err(|err| Error::damaged(format!("reading: {err}")))).transpose()
}

/// After an evidence got another reading: what was stated about it holds for this one too.
pub(super) fn restate(connection: &Connection, evidence: &str) -> Result<()> {
    for noun in ["skew", "columns"] {
        let key = StatementKey { noun: noun.to_owned(), id: Id(evidence.to_owned()) };
        match statements::find(connection, &key)? {
            Some((Statement::Skew(skew), _)) => put_skew(connection, evidence, skew.seconds)?,
            Some((Statement::Columns(columns), _)) => put_columns(connection, evidence, &columns.roles)?,
            _ => {}
        }
    }
    Ok(())
}
