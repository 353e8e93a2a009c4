//! Edits: each one transaction and one audit entry, returning its inverse. Undo is a new entry, never an erasure.

use super::error::{Error, Result};
use super::{Store, audit, lock, statements};
use crate::model::statement::{Author, Statement, StatementKey};
use crate::model::{Edit, Text, Ticket};
use rusqlite::Connection;

/// Steps that can be undone, at most.
const STEPS: usize = 200;

/// What a statement was before: with its own author, so that taking an edit back puts words in nobody's mouth.
type Change = (StatementKey, Option<(Statement, Author)>);

/// One step back or forward.
#[derive(Clone, Debug)]
struct Step {
    label: Text,
    changes: Vec<Change>,
}

/// Steps since sign-in.
#[derive(Debug, Default)]
pub(super) struct History {
    undo: Vec<Step>,
    redo: Vec<Step>,
    /// Steps too far back to be undone.
    gone: u64,
}

impl Store {
    /// Applies an edit and returns its inverse; the edit can be undone until sign-out or the next export.
    pub fn apply(&self, edit: &Edit, author: &Author) -> Result<Edit> {
        self.apply_with(edit, author, &Ticket::new())
    }

    /// The same under a ticket that counts the statements; called off, nothing of it stays.
    pub fn apply_with(&self, edit: &Edit, author: &Author, ticket: &Ticket) -> Result<Edit> {
        let mut wanted = Vec::new();
        flatten(edit, author, &mut wanted);
        let content = said(&wanted)?;
        // The history stays locked until its entry stands, so that two edits are undone in the order they were made.
        let mut history = lock(&self.history);
        let before = self.write(|connection| {
            let before = swap_all(connection, &wanted, ticket)?;
            audit::append(connection, "edit", &object(edit), &content, author)?;
            Ok(before)
        })?;
        let inverse = inverse(&before, edit);
        history.redo.clear();
        history.undo.push(Step { label: edit.label(), changes: before });
        if history.undo.len() > STEPS {
            history.undo.remove(0);
            history.gone += 1;
        }
        Ok(inverse)
    }

    /// Undoes the last edit; says what it was. Called off by its ticket, nothing of it stays.
    pub fn undo(&self, author: &Author, ticket: &Ticket) -> Result<Option<Text>> {
        let mut history = lock(&self.history);
        let Some(step) = history.undo.last() else { return Ok(None) };
        let (label, changes) = (step.label, self.take_step(step, "edit.undo", author, ticket)?);
        history.undo.pop();
        history.redo.push(Step { label, changes });
        Ok(Some(label))
    }

    /// Does the last undone edit again, under the same ticket.
    pub fn redo(&self, author: &Author, ticket: &Ticket) -> Result<Option<Text>> {
        let mut history = lock(&self.history);
        let Some(step) = history.redo.last() else { return Ok(None) };
        let (label, changes) = (step.label, self.take_step(step, "edit.redo", author, ticket)?);
        history.redo.pop();
        history.undo.push(Step { label, changes });
        Ok(Some(label))
    }

    fn take_step(&self, step: &Step, action: &str, author: &Author, ticket: &Ticket) -> Result<Vec<Change>> {
        let object = step.changes.last().map_or("", |(key, _)| key.id.as_str());
        let content = said(&step.changes)?;
        self.write(|connection| {
            let before = swap_all(connection, &step.changes, ticket)?;
            audit::append(connection, action, object, &content, author)?;
            Ok(before)
        })
    }

    /// What the last edit was, if it can be undone.
    pub fn undoable(&self) -> Option<Text> {
        lock(&self.history).undo.last().map(|step| step.label)
    }

    /// Edits made since sign-in, those taken back not counted.
    pub fn edits_made(&self) -> u64 {
        let history = lock(&self.history);
        history.gone + history.undo.len() as u64
    }

    /// What the last undone edit was, if it can be redone.
    pub fn redoable(&self) -> Option<Text> {
        lock(&self.history).redo.last().map(|step| step.label)
    }

    /// Forgets what could be undone: after an export nothing before it may change by a keystroke.
    pub fn forget_history(&self) {
        *lock(&self.history) = History::default();
    }
}

fn flatten(edit: &Edit, author: &Author, out: &mut Vec<Change>) {
    match edit {
        Edit::Put(statement) => out.push((statement.key(), Some((statement.clone(), author.clone())))),
        Edit::Drop(key) => out.push((key.clone(), None)),
        Edit::All(edits) => edits.iter().for_each(|edit| flatten(edit, author, out)),
    }
}

/// What the trail commits to: each key with what is put under it, nothing where it is taken back.
fn said(changes: &[Change]) -> Result<String> {
    let said: Vec<_> = changes.iter().map(|(key, put)| (key, put.as_ref().map(|(statement, _)| statement))).collect();
    serde_json::to_string(&said).map_err(|err| Error::damaged(err.to_string()))
}

/// Makes the changes in order; what stood there before, in the order that takes them back. What is dropped must stand at
/// its turn: else there would be nothing to put back, and the inverse could not be made.
fn swap_all(connection: &Connection, changes: &[Change], ticket: &Ticket) -> Result<Vec<Change>> {
    ticket.set_total(changes.len() as u64);
    let mut before = Vec::with_capacity(changes.len());
    for (key, new) in changes {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let old = statements::find(connection, key)?;
        match new {
            Some((statement, author)) => statements::put(connection, statement, author)?,
            None if old.is_some() => statements::remove(connection, key)?,
            None => return Err(Error::Unknown { noun: "statement", text: key.id.to_string() }),
        }
        before.push((key.clone(), old));
        ticket.advance(1);
    }
    before.reverse();
    Ok(before)
}

fn inverse(before: &[Change], edit: &Edit) -> Edit {
    let mut edits: Vec<Edit> = before
        .iter()
        .map(|(key, old)| old.as_ref().map_or_else(|| Edit::Drop(key.clone()), |(said, _)| Edit::Put(said.clone())))
        .collect();
    match (edits.len(), edit) {
        (1, Edit::Put(_) | Edit::Drop(_)) => edits.swap_remove(0),
        _ => Edit::All(edits),
    }
}

fn object(edit: &Edit) -> String {
    match edit {
        Edit::Put(statement) => statement.key().id.to_string(),
        Edit::Drop(key) => key.id.to_string(),
        Edit::All(edits) => edits.first().map(object).unwrap_or_default(),
    }
}
