//! Finding records and reading them: queries over the store, rows with text and fields, values inside rows.

use super::error::{Error, Result};
use super::session::Session;
use crate::model::record::When;
use crate::model::statement::RoleStatement;
use crate::model::{
    CaseKey, Chunk, ChunkHead, Corpus as _, EvidenceKey, Extractor, Field, FieldReader as _, Hits, Id, Indicator,
    Instant, Kind, ReadingHead, Reject, Role, RowSet, Sighting, Ticket,
};
use crate::search::{self, Asked, Outcome, Rows, Scope, Templates};
use crate::store::LimitedRole;
use roaring::RoaringBitmap;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One record, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The evidence's public id.
    pub evidence: Id,
    /// Its key.
    pub key: EvidenceKey,
    /// Row, from 0.
    pub row: u32,
    /// First byte in the original.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// When, the clock's skew taken off.
    pub when: When,
    /// Seconds by which the clock that wrote it ran ahead.
    pub skew_secs: i64,
    /// Instant, and the offset from UTC it was written in.
    pub time: Option<(Instant, i16)>,
    /// Why its format could not read it.
    pub reject: Option<Reject>,
    /// Name of the format.
    pub format: String,
    /// The text.
    pub text: String,
    /// Fields in the format's order.
    pub fields: Vec<(String, String)>,
}

impl Row {
    /// The time as the clock wrote it.
    #[must_use]
    pub fn written(&self) -> Option<(Instant, i16)> {
        self.time.map(|(at, minutes)| (at.without_skew(-self.skew_secs), minutes))
    }

    /// With the keys of the command line contract. A field's name that stands more than once has a list of its values.
    #[must_use]
    pub fn to_json(self) -> Value {
        let mut fields = Map::new();
        let written = self.written().map(|(at, minutes)| at.iso(minutes));
        for (name, value) in self.fields {
            match fields.get_mut(&name) {
                None => drop(fields.insert(name, value.into())),
                Some(Value::Array(list)) => list.push(value.into()),
                Some(first) => *first = json!([first.take(), value]),
            }
        }
        let time = self.time.map(|(at, minutes)| at.iso(minutes));
        let mut row = json!({
            "evidence": self.evidence, "row": self.row, "offset": self.offset, "len": self.len, "time": time,
            "text": self.text, "fields": fields,
        });
        if let Some(row) = row.as_object_mut().filter(|_| self.skew_secs != 0) {
            row.insert("time_written".into(), written.into());
        }
        row
    }
}

/// Answers a query given in words; case and evidence by id, suffix or number.
pub fn search(
    session: &Session,
    query: &str,
    case: Option<&str>,
    evidence: Option<&str>,
    ticket: &Ticket,
) -> Result<Outcome> {
    let scope = Scope {
        case: case.map(|text| session.store.find_case(text)).transpose()?,
        evidence: evidence.map(|text| session.store.find_evidence(text)).transpose()?,
    };
    search_scope(session, query, &scope, ticket)
}

/// Answers a query within a case.
pub fn search_case(session: &Session, query: &str, case: CaseKey, ticket: &Ticket) -> Result<Outcome> {
    search_scope(session, query, &Scope { case: Some(case), evidence: None }, ticket)
}

/// Answers a query within a scope.
pub fn search_scope(session: &Session, query: &str, scope: &Scope, ticket: &Ticket) -> Result<Outcome> {
    let query = search::parse(query).map_err(|err| below(search::Error::from(err)))?;
    search::run(&query, &*session.store, &*session.reader, scope, ticket, &mut |_, _| {}).map_err(below)
}

fn below(err: search::Error) -> Error {
    Error::Below(Box::new(err))
}

/// The message templates of the rows a query finds, and those rows.
pub fn templates(
    session: &Session,
    query: &str,
    scope: (Option<&str>, Option<&str>),
    field: Option<&str>,
    ticket: &Ticket,
) -> Result<(Templates, RowSet)> {
    let rows = search(session, query, scope.0, scope.1, ticket)?.rows;
    let found = search::templates(asked(session, &rows, field), ticket).map_err(below)?;
    Ok((found, rows))
}

/// The texts of some rows, for templates.
pub fn asked<'a>(session: &'a Session, rows: &'a RowSet, field: Option<&'a str>) -> Asked<'a> {
    Asked { rows: Rows::Only(rows), field, corpus: &*session.store, reader: &*session.reader }
}

/// The rows of the template with this text.
pub fn rows_of_template(found: &Templates, text: &str, of: Asked<'_>, ticket: &Ticket) -> Result<RowSet> {
    let which = found.list.iter().position(|one| one.text == text).ok_or_else(|| {
        Error::input(format!("その文面のひな形はありません: `{text}`"), format!("no template reads `{text}`"))
    })?;
    found.rows(&[which], of, ticket).map_err(below)
}

/// Calls `each` with the records of a row set, evidence by evidence in row order, `limit` at most.
pub fn each_row(session: &Session, rows: &RowSet, limit: u64, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
    let readings = session.store.readings()?;
    let mut left = limit;
    for (evidence, wanted) in rows.iter() {
        let Some(reading) = readings.iter().find(|reading| reading.evidence == evidence) else { continue };
        let heads = session.store.chunk_heads(reading.key)?;
        for (place, head) in heads.iter().enumerate() {
            let end = head.first_row.saturating_add(head.rows);
            let inside: Vec<u32> =
                wanted.range(head.first_row..end).take(usize::try_from(left).unwrap_or(usize::MAX)).collect();
            if inside.is_empty() {
                continue;
            }
            let chunk = session.store.chunk(reading.key, head.seq)?;
            for row in inside {
                let mut read = row_of(session, reading, &chunk, row);
                if row + 1 == end {
                    read.len += beyond(session, reading, &heads, place)?;
                }
                each(read)?;
                left -= 1;
            }
            if left == 0 {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Bytes of the last record of a chunk that lie in the chunks behind it, its line end left out.
fn beyond(session: &Session, reading: &ReadingHead, heads: &[ChunkHead], place: usize) -> Result<u64> {
    let last = ChunkHead::last_of(heads, place);
    let (Some(parts), Some(ends)) = (heads.get(place + 1..=last), heads.get(last).filter(|_| last > place)) else {
        return Ok(0);
    };
    let len: u64 = parts.iter().map(|head| u64::from(head.lead)).sum();
    let end = ends.offset + u64::from(ends.lead);
    let tail = session.store.read_range(reading.evidence, end.saturating_sub(4.min(len)), 4.min(len))?;
    let line_ends: [&[u8]; 6] = [b"\r\0\n\0", b"\0\r\0\n", b"\n\0", b"\0\n", b"\r\n", b"\n"];
    let wide = reading.form.encoding.starts_with("utf-16");
    let fits = |line_end: &&&[u8]| line_end.contains(&0) == wide && tail.ends_with(line_end);
    Ok(len - line_ends.iter().find(fits).map_or(0, |line_end| line_end.len() as u64))
}

/// Reads one row of a chunk.
#[must_use]
pub fn row_of(session: &Session, reading: &ReadingHead, chunk: &Chunk, row: u32) -> Row {
    let index = row.saturating_sub(chunk.head.first_row) as usize;
    let bytes = chunk.record_bytes(index);
    let text = session.reader.text(&reading.form, bytes);
    let mut fields: Vec<Field<'_>> = Vec::new();
    session.reader.fields(&reading.form, &text, &mut fields);
    let fields = fields.into_iter().map(|field| (field.name.into_owned(), field.value.into_owned())).collect();
    let record = chunk.records.get(index);
    let skew_secs = reading.form.time.skew_secs;
    let when =
        record.map_or(When::Undated(crate::model::Undated::NoTime), |record| record.when.without_skew(skew_secs));
    let time = match when {
        When::At { instant, offset_minutes, .. } => Some((instant, offset_minutes)),
        When::Undated(_) => None,
    };
    Row {
        evidence: reading.id.clone(),
        key: reading.evidence,
        row,
        offset: record.map_or(0, |record| record.offset),
        len: record.map_or(0, |record| u64::from(record.len)),
        when,
        skew_secs,
        time,
        reject: record.and_then(|record| record.reject),
        format: reading.form.format.clone(),
        text: text.into_owned(),
        fields,
    }
}

/// Calls `each` with evidence, offset and length of the records of a row set, as they lie in the originals.
pub fn each_range(
    session: &Session,
    rows: &RowSet,
    ticket: &Ticket,
    each: &mut dyn FnMut(EvidenceKey, u64, u32),
) -> Result<()> {
    let readings = session.store.readings()?;
    for (evidence, wanted) in rows.iter() {
        let Some(reading) = readings.iter().find(|reading| reading.evidence == evidence) else { continue };
        for head in session.store.chunk_heads(reading.key)?.iter() {
            if ticket.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let mut inside = wanted.range(head.first_row..head.first_row.saturating_add(head.rows)).peekable();
            if inside.peek().is_some() {
                let heads = session.store.records(reading.key, head.seq)?;
                let held = inside.filter_map(|row| heads.get((row - head.first_row) as usize));
                held.for_each(|record| each(evidence, record.offset, record.len));
            }
        }
    }
    Ok(())
}

/// Records of a case in which a value plays the part of a suspect, of infrastructure or of a relay, as stated.
pub fn offending_rows(session: &Session, case: CaseKey, sightings: &[Sighting]) -> Result<RowSet> {
    let mine: BTreeSet<EvidenceKey> = session
        .store
        .readings()?
        .iter()
        .filter(|reading| reading.case == Some(case))
        .map(|reading| reading.evidence)
        .collect();
    let mut limited: BTreeMap<Indicator, Vec<LimitedRole>> = BTreeMap::new();
    for one in session.store.limited_roles(case)? {
        limited.entry(Indicator::stem(one.said.kind, &one.said.value)).or_default().push(one);
    }
    let stated = if limited.is_empty() { Vec::new() } else { session.store.roles(case)? };
    let everywhere = |value: &Indicator| {
        let whole = |said: &&RoleStatement| said.cited.is_empty() && said.is_of(value.kind, &value.value);
        stated.iter().filter(whole).map(|said| said.role).reduce(Role::stricter)
    };
    let mut out = RowSet::new();
    let mut done = BTreeSet::new();
    for seen in sightings {
        let said = match &limited {
            none if none.is_empty() => None,
            some => some.get(&Indicator::stem(seen.indicator.kind, &seen.indicator.value)),
        };
        let offends = match said {
            None => seen.role,
            Some(_) => everywhere(&seen.indicator),
        }
        .is_some_and(Role::is_offending);
        if !(offends || said.is_some()) || !done.insert(&seen.indicator) {
            continue;
        }
        let rows = session.store.rows_of(seen.indicator.kind, &seen.indicator.value)?;
        for (evidence, rows) in rows.iter().filter(|(evidence, _)| mine.contains(evidence)) {
            let mut chosen = if offends { rows.clone() } else { RoaringBitmap::new() };
            let here = |offends: bool| {
                let said = said.into_iter().flatten().filter(move |one| one.said.role.is_offending() == offends);
                said.filter_map(|one| one.rows.rows(evidence))
            };
            here(true).for_each(|said| chosen |= said & rows);
            here(false).for_each(|said| chosen -= said);
            out.add(evidence, chosen);
        }
    }
    Ok(out)
}

/// The distinct indicators in a text, in the order found.
#[must_use]
pub fn values_of(extractor: &dyn Extractor, text: &str) -> Vec<(Kind, String)> {
    let mut hits = Hits::default();
    extractor.find(text, &mut hits);
    let mut out: Vec<(Kind, String)> = Vec::new();
    for (hit, value) in hits.iter() {
        if !out.iter().any(|(kind, held)| *kind == hit.kind && held == value) {
            out.push((hit.kind, value.to_owned()));
        }
    }
    out
}

/// Every value of a kind in the rows a query finds within a case.
pub fn values_in(session: &Session, query: &str, case: CaseKey, kind: Kind, ticket: &Ticket) -> Result<Vec<String>> {
    let rows = search_case(session, query, case, ticket)?.rows;
    let (mut out, extractor) = (BTreeSet::new(), session.extractor()?);
    each_row(session, &rows, u64::MAX, &mut |row| {
        out.extend(
            values_of(&extractor, &row.text).into_iter().filter(|(found, _)| *found == kind).map(|(_, value)| value),
        );
        Ok(())
    })?;
    Ok(out.into_iter().collect())
}
