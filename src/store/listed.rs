//! Reads listed values in the order of kind, value and case.

use super::entry::{DIRECT, VERIFIED};
use super::error::Result;
use super::sightings::Place;
use super::values::key_of;
use crate::model::{CaseKey, Instant, Kind, Role};
use rusqlite::{CachedStatement, Connection, Row, Rows, params};

/// A walk along the lists.
pub(super) struct ListedRows<'s> {
    rows: Rows<'s>,
    next: Option<(Vec<u8>, Place)>,
}

impl<'s> ListedRows<'s> {
    /// Those of one case, kind or value. The statement is the caller's, so that it outlives the walk.
    pub(super) fn of<'c>(
        connection: &'c Connection,
        statement: &'s mut Option<CachedStatement<'c>>,
        case: Option<CaseKey>,
        kind: Option<Kind>,
        value: Option<&str>,
    ) -> Result<Self> {
        let from = match case {
            Some(_) => "listed_case AS l JOIN listed AS d USING (kind, value, case_key, source) WHERE l.case_key=?1",
            None => "listed AS l WHERE ?1 IS NULL",
        };
        let kind_is = if kind.is_some() { "AND l.kind=?2" } else { "AND ?2 IS NULL" };
        let value_is =
            if value.is_some() && kind.is_some() { "AND l.value=?3" } else { "AND (?3 IS NULL OR l.value=?3)" };
        let sql = format!(
            "SELECT l.kind, l.value, l.case_key, first, last, count, flags, role FROM {from} {kind_is} {value_is}
             ORDER BY l.kind, l.value, l.case_key, l.source"
        );
        let statement = statement.insert(connection.prepare_cached(&sql)?);
        let rows = statement.query(params![case.map(|case| case.0), kind.map(|kind| kind.tag().to_owned()), value])?;
        let mut out = Self { rows, next: None };
        out.step()?;
        Ok(out)
    }

    fn step(&mut self) -> Result<()> {
        self.next = self.rows.next()?.map(read).transpose()?;
        Ok(())
    }

    /// Hands out those whose key comes before `key`.
    pub(super) fn before(&mut self, key: &[u8], each: &mut dyn FnMut(&[u8], Place) -> Result<()>) -> Result<()> {
        while let Some((mine, place)) = self.next.take_if(|(mine, _)| mine.as_slice() < key) {
            each(&mine, place)?;
            self.step()?;
        }
        Ok(())
    }

    /// Hands out all that are left.
    pub(super) fn rest(&mut self, each: &mut dyn FnMut(&[u8], Place) -> Result<()>) -> Result<()> {
        while let Some((key, place)) = self.next.take() {
            each(&key, place)?;
            self.step()?;
        }
        Ok(())
    }
}

fn read(row: &Row<'_>) -> Result<(Vec<u8>, Place)> {
    let kind = super::values::kind(row.get_ref(0)?.as_str().map_err(|_| super::Error::damaged("listed kind"))?)?;
    let value = row.get_ref(1)?.as_str().map_err(|_| super::Error::damaged("listed value"))?;
    let times = row.get::<_, Option<i64>>(3)?.zip(row.get::<_, Option<i64>>(4)?);
    let tag: Option<String> = row.get(7)?;
    let place = Place {
        case: Some(CaseKey(row.get(2)?)),
        evidence: None,
        count: row.get::<_, i64>(5)? as u64,
        times: times.map(|(first, last)| (Instant(first), Instant(last))),
        flags: row.get::<_, u8>(6)? & (DIRECT | VERIFIED),
        declared: tag.and_then(|tag| Role::from_tag(&tag)),
    };
    Ok((key_of(kind, value), place))
}
