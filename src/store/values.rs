//! The dictionary: which kind and value a fingerprint stands for.

use super::error::{Error, Result};
use super::runs::ordered;
use super::seal::Fingerprinter;
use crate::model::{Indicator, Kind};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, HashMap};

/// Values remembered as written, so that the same thousand addresses of every chunk are not looked up again.
const REMEMBERED: usize = 400_000;

/// Values of an import on their way into the dictionary.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// Fingerprint to second hash of what is known to stand in the dictionary.
    known: HashMap<u64, u64>,
    new: Vec<(u64, Kind, String)>,
}

impl Values {
    /// Takes a chunk's values. A fingerprint that stands for another value is an error, never a silent merge.
    pub(super) fn take(&mut self, print: Fingerprinter, values: BTreeMap<u64, (Kind, String)>) -> Result<()> {
        for (fp, (kind, value)) in values {
            let second = print.second(kind, &value);
            match self.known.get(&fp) {
                Some(held) if *held == second => {}
                Some(_) => return Err(Error::Collision(format!("{fp:016x}"), value)),
                None => {
                    self.known.insert(fp, second);
                    self.new.push((fp, kind, value));
                }
            }
        }
        Ok(())
    }

    /// Writes what is new.
    pub(super) fn write(&mut self, connection: &Connection) -> Result<()> {
        self.new.sort_unstable_by_key(|(fp, _, _)| *fp);
        for (fp, kind, value) in self.new.drain(..) {
            insert(connection, fp, kind, &value)?;
        }
        // What a later chunk needs again it brings again.
        if self.known.len() > REMEMBERED {
            self.known = HashMap::new();
        }
        Ok(())
    }
}

/// Adds a value to the dictionary; a second value under the same fingerprint is an error, never a silent merge.
pub(super) fn insert(connection: &Connection, fp: u64, kind: Kind, value: &str) -> Result<()> {
    let added = connection
        .prepare_cached("INSERT INTO indicator VALUES (?,?,?) ON CONFLICT(fp) DO NOTHING")?
        .execute(params![ordered(fp), kind.tag(), value])?;
    if added == 0 {
        let (held_kind, held): (String, String) = connection
            .prepare_cached("SELECT kind, value FROM indicator WHERE fp=?")?
            .query_row([ordered(fp)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if held != value || held_kind != kind.tag() {
            return Err(Error::Collision(held, value.to_owned()));
        }
    }
    Ok(())
}

/// The value a fingerprint stands for.
pub(super) fn resolve(connection: &Connection, fp: u64) -> Result<Indicator> {
    let found: Option<(String, String)> = connection
        .prepare_cached("SELECT kind, value FROM indicator WHERE fp=?")?
        .query_row([ordered(fp)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let (tag, value) = found.ok_or_else(|| Error::damaged("a posting has no value"))?;
    Ok(Indicator { kind: kind(&tag)?, value })
}

/// A kind as stored.
pub(super) fn kind(tag: &str) -> Result<Kind> {
    Kind::from_tag(tag).ok_or_else(|| Error::damaged(format!("indicator kind `{tag}`")))
}
