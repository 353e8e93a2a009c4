//! Lists of indicators from elsewhere: JSON Lines `{pref,case,type,value,first,last,n}`, CSV with a header, STIX 2.1 and MISP
//! JSON.
//!
//! The declared type wins. A value that fails its type's rule is kept as written, unverified, and still links.

use super::clock;
use super::distinct::{Distinct, Tally};
use super::error::{Error, Result};
use super::list_read;
use super::list_write::Entry;
use super::session::Session;
use crate::indicators::Indicators;
use crate::model::statement::Statement;
use crate::model::{Case, CaseKey, Edit, Extractor as _, Instant, Kind, Sighting, Unit};
use crate::store::{Listed, SightingFilter};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

/// Rows taken in at once; keeps memory bounded whatever the list's length.
const BATCH: usize = 500_000;
/// A longer line is no line of a list.
const MAX_LINE: usize = 1 << 20;

/// A larger JSON document is not read: it would have to be held whole.
const MAX_DOCUMENT: u64 = 512 << 20;

/// What an import of a list did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListImport {
    /// Cases the list's values went to.
    pub cases: u64,
    /// Distinct indicators.
    pub indicators: u64,
    /// Lines taken in.
    pub sightings: u64,
    /// Lines that could not be read: number and reason.
    pub rejected: Vec<(u64, String)>,
}

/// One value as a list declares it.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) pref: Option<String>,
    pub(super) case: Option<String>,
    #[serde(rename = "type", alias = "kind")]
    pub(super) kind: String,
    pub(super) value: String,
    #[serde(alias = "first_seen")]
    pub(super) first: Option<String>,
    #[serde(alias = "last_seen")]
    pub(super) last: Option<String>,
    #[serde(alias = "count")]
    pub(super) n: Option<u64>,
}

/// Takes in a list. Lines that name a case go to that unit's case of that number (made if absent), others to `case`.
pub fn import(session: &Session, case: Option<CaseKey>, path: &Path) -> Result<ListImport> {
    let file = std::fs::File::open(path).map_err(Error::file(path))?;
    let mut lines = BufReader::with_capacity(1 << 20, file);
    let mut columns: Option<Vec<String>> = None;
    let mut buffer = Vec::new();
    let mut taker = Taker {
        session,
        case,
        path,
        cases: cases_by_number(session)?,
        new: Vec::new(),
        used: BTreeSet::new(),
        batch: Vec::new(),
        distinct: HashSet::new(),
        hash: RandomState::new(),
        done: ListImport::default(),
    };
    if let Some(document) = document(path)? {
        let Some(list) = list_read::lines(&document) else {
            return Err(Error::input(
                format!("STIX 2.1でもMISPでもないJSONです: {}", path.display()),
                format!("JSON that is neither STIX 2.1 nor MISP: {}", path.display()),
            ));
        };
        for (number, line) in (1..).zip(&list) {
            taker.take(number, line)?;
        }
        return taker.finish();
    }
    for number in 1_u64.. {
        buffer.clear();
        if lines.read_until(b'\n', &mut buffer).map_err(Error::file(path))? == 0 {
            break;
        }
        let text = String::from_utf8_lossy(&buffer);
        let text = text.trim_start_matches('\u{feff}').trim_end_matches(['\n', '\r']);
        if text.trim().is_empty() {
            continue;
        }
        let line = if buffer.len() > MAX_LINE {
            Err("line too long".to_owned())
        } else if text.trim_start().starts_with('{') {
            serde_json::from_str::<Line>(text).map_err(|err| err.to_string())
        } else if let Some(columns) = &columns {
            csv_line(columns, text)
        } else {
            columns = Some(header(text, path)?);
            continue;
        };
        match line {
            Ok(line) => taker.take(number, &line)?,
            Err(reason) => taker.done.rejected.push((number, reason)),
        }
    }
    taker.finish()
}

/// The file as one JSON document, if it is that rather than a line of JSON for each value.
fn document(path: &Path) -> Result<Option<serde_json::Value>> {
    let file = std::fs::File::open(path).map_err(Error::file(path))?;
    let mut first = Vec::new();
    BufReader::new(&file).take(MAX_LINE as u64).read_until(b'\n', &mut first).map_err(Error::file(path))?;
    let text = String::from_utf8_lossy(&first);
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with(['{', '[']) || serde_json::from_str::<Line>(text).is_ok() {
        return Ok(None);
    }
    let size = file.metadata().map_err(Error::file(path))?.len();
    if size > MAX_DOCUMENT {
        return Err(Error::input(
            format!("大きすぎるJSONです（JSON Linesにしてください）: {}", path.display()),
            format!("a JSON document too large to read, JSON Lines are not: {}", path.display()),
        ));
    }
    let bytes = std::fs::read(path).map_err(Error::file(path))?;
    Ok(serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).ok())
}

fn header(text: &str, path: &Path) -> Result<Vec<String>> {
    let columns: Vec<String> = cells(text).into_iter().map(|cell| cell.trim().to_lowercase()).collect();
    let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
    if has(&["value"]) && has(&["type", "kind"]) {
        return Ok(columns);
    }
    Err(Error::input(
        format!("一覧の見出しに type と value の列がありません: {}", path.display()),
        format!("the list needs a header with columns type and value, or JSON Lines: {}", path.display()),
    ))
}

fn csv_line(columns: &[String], text: &str) -> std::result::Result<Line, String> {
    let cells = cells(text);
    let get = |names: &[&str]| {
        let at = columns.iter().position(|column| names.contains(&column.as_str()))?;
        cells.get(at).map(|cell| cell.trim().to_owned()).filter(|cell| !cell.is_empty())
    };
    Ok(Line {
        pref: get(&["pref", "unit"]),
        case: get(&["case"]),
        kind: get(&["type", "kind"]).ok_or("no type")?,
        value: get(&["value"]).ok_or("no value")?,
        first: get(&["first", "first_seen"]),
        last: get(&["last", "last_seen"]),
        n: get(&["n", "count"]).map(|count| count.parse().map_err(|_| format!("not a count: {count}"))).transpose()?,
    })
}

/// Cells of one CSV line (RFC 4180; a list's values never hold line breaks).
fn cells(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                if let Some(cell) = out.last_mut() {
                    cell.push('"');
                }
            }
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            other => {
                if let Some(cell) = out.last_mut() {
                    cell.push(other);
                }
            }
        }
    }
    out
}

type Cases = BTreeMap<(String, String), CaseKey>;

fn cases_by_number(session: &Session) -> Result<Cases> {
    let rows = session.store.cases()?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some(((row.case.unit.path().to_owned(), row.case.number?), row.case.key?)))
        .collect())
}

struct Taker<'a> {
    session: &'a Session,
    case: Option<CaseKey>,
    path: &'a Path,
    cases: Cases,
    new: Vec<Case>,
    used: BTreeSet<CaseKey>,
    batch: Vec<Listed>,
    /// Keyed hashes of the values seen: a count for the report, at eight bytes a value.
    distinct: HashSet<u64>,
    hash: RandomState,
    done: ListImport,
}

impl Taker<'_> {
    fn take(&mut self, number: u64, line: &Line) -> Result<()> {
        match self.listed(line)? {
            Ok(listed) => {
                self.distinct.insert(self.hash.hash_one((listed.kind, &listed.value)));
                self.batch.push(listed);
                if self.batch.len() >= BATCH { self.flush() } else { Ok(()) }
            }
            Err(reason) => {
                self.done.rejected.push((number, reason));
                Ok(())
            }
        }
    }

    fn listed(&mut self, line: &Line) -> Result<std::result::Result<Listed, String>> {
        let kind = crate::indicators::kind_alias(&line.kind).or_else(|| Kind::from_tag(&line.kind.to_lowercase()));
        let Some(kind) = kind else { return Ok(Err(format!("unknown type `{}`", line.kind))) };
        let written = line.value.trim();
        if written.is_empty() || written.len() > 8192 {
            return Ok(Err("empty or overlong value".into()));
        }
        let case = match &line.case {
            Some(number) => match self.case_of(line.pref.as_deref(), number)? {
                Ok(case) => case,
                Err(reason) => return Ok(Err(reason)),
            },
            None => match self.case {
                Some(case) => case,
                None => return Ok(Err("no case named and none given".into())),
            },
        };
        let canonical = self.session.indicators.canonical(kind, written);
        let (first, last) = match (time(line.first.as_deref()), time(line.last.as_deref())) {
            (Ok(first), Ok(last)) => (first, last),
            (Err(reason), _) | (_, Err(reason)) => return Ok(Err(reason)),
        };
        Ok(Ok(Listed {
            case,
            kind,
            verified: canonical.is_some(),
            value: canonical.unwrap_or_else(|| written.to_owned()),
            first,
            last,
            count: line.n.unwrap_or(1),
            implied: false,
            role: None,
            token: None,
        }))
    }

    fn case_of(&mut self, pref: Option<&str>, number: &str) -> Result<std::result::Result<CaseKey, String>> {
        let own = self.session.store.unit().clone();
        let unit = pref.map_or(Some(own), Unit::from_path).filter(Unit::is_police);
        let Some(unit) = unit else {
            return Ok(Err(format!("not a unit: `{}`", pref.unwrap_or(""))));
        };
        let key = (unit.path().to_owned(), number.to_owned());
        if let Some(case) = self.cases.get(&key) {
            return Ok(Ok(*case));
        }
        self.new.push(self.session.blank_case(number, Some(number), &unit)?);
        let provisional = CaseKey(-(self.new.len() as i64));
        self.cases.insert(key, provisional);
        Ok(Ok(provisional))
    }

    /// Enters the new cases in one edit; until then their keys are negative places in the list of new ones.
    fn enter_cases(&mut self) -> Result<()> {
        if self.new.is_empty() {
            return Ok(());
        }
        let new = std::mem::take(&mut self.new);
        let edits = new.iter().map(|case| Edit::Put(Statement::Case(Box::new(case.clone())))).collect();
        self.session.store.apply(&Edit::All(edits), &self.session.author())?;
        let keys = new
            .iter()
            .map(|case| self.session.store.find_case(case.id.as_str()))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let settled =
            |key: CaseKey| usize::try_from(-key.0 - 1).ok().and_then(|at| keys.get(at)).copied().unwrap_or(key);
        self.batch.iter_mut().for_each(|listed| listed.case = settled(listed.case));
        self.cases.values_mut().for_each(|key| *key = settled(*key));
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.enter_cases()?;
        let batch = std::mem::take(&mut self.batch);
        self.used.extend(batch.iter().map(|listed| listed.case));
        self.done.sightings +=
            self.session.store.put_list(&batch, &self.path.to_string_lossy(), &self.session.author())?;
        Ok(())
    }

    fn finish(mut self) -> Result<ListImport> {
        self.flush()?;
        self.done.cases = self.used.len() as u64;
        self.done.indicators = self.distinct.len() as u64;
        Ok(self.done)
    }
}

fn time(text: Option<&str>) -> std::result::Result<Option<Instant>, String> {
    text.map(|text| clock::read(text).map_err(|err| err.to_string())).transpose()
}

/// The values seen in a store as a list to hand on: each once, those found only inside others left out.
pub fn entries(session: &Session, filter: &SightingFilter) -> Result<Vec<Entry>> {
    let mut out: Vec<Entry> = Vec::new();
    session.store.each_sighting(filter, &mut |seen| {
        if seen.implied {
            return Ok(());
        }
        let (kind, value) = (seen.indicator.kind, seen.indicator.value);
        match out.last_mut().filter(|last| last.kind == kind && last.value == value) {
            Some(last) => {
                last.count = last.count.saturating_add(seen.count);
                last.first = [last.first, seen.first].into_iter().flatten().min();
                last.last = last.last.max(seen.last);
                last.role = match (last.role, seen.role) {
                    (Some(a), Some(b)) => Some(a.stricter(b)),
                    (a, b) => a.or(b),
                };
            }
            None => {
                let benign = session.indicators.benign(kind, &value).is_some();
                let Sighting { count, first, last, role, .. } = seen;
                out.push(Entry { kind, value, count, first, last, role, benign });
            }
        }
        Ok(())
    })?;
    Ok(out)
}

/// The values found in a file as such a list.
pub fn entries_of(distinct: &Distinct, indicators: &Indicators) -> Vec<Entry> {
    let entry = |(kind, value, tally): (Kind, &str, Tally)| Entry {
        kind,
        value: value.to_owned(),
        count: tally.count,
        first: None,
        last: None,
        role: None,
        benign: indicators.benign(kind, value).is_some(),
    };
    distinct.sorted().into_iter().filter(|(_, _, tally)| !tally.implied).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_cells_keep_commas_and_quotes() {
        assert_eq!(cells(r#"a,"b,""c""",,d"#), ["a", "b,\"c\"", "", "d"]);
    }
}
