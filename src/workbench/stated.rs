//! What people state beside the evidence: a clock's skew, what columns stand for, questions worth asking again. Each is one
//! edit with its entry in the trail, and can be undone.

use super::error::{Error, Result};
use super::export::below;
use super::session::Session;
use crate::ingest::formats::TIME;
use crate::model::evidence::{COLUMN_ROLES, ReadingForm};
use crate::model::statement::{Columns, SavedSearch, Skew, Statement, StatementKey};
use crate::model::{CaseKey, Edit, Evidence, EvidenceKey, Id};
use crate::search;

/// No clock is further off.
const MOST_SKEW: i64 = 100 * 366 * 86_400;

/// Reads a skew: seconds, or `hh:mm:ss`, with a sign: `+` ran ahead, `-` behind.
pub fn read_skew(text: &str) -> Result<i64> {
    let (sign, bare) = match text.trim().strip_prefix('-') {
        Some(bare) => (-1, bare),
        None => (1, text.trim().trim_start_matches('+')),
    };
    let parts: Option<Vec<i64>> = bare
        .split(':')
        .map(|part| part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit())))
        .collect();
    let seconds = match parts.as_deref() {
        Some([seconds]) => Some(*seconds),
        Some([hours, minutes @ 0..60, seconds @ 0..60]) => {
            hours.checked_mul(3600).and_then(|sum| sum.checked_add(minutes * 60 + seconds))
        }
        _ => None,
    };
    seconds.filter(|seconds| *seconds <= MOST_SKEW).map(|seconds| sign * seconds).ok_or_else(|| {
        Error::input(
            format!("時計のずれを読めません: `{text}`（例 +90、-01:00:00）"),
            format!("not a clock skew: `{text}` (as +90 or -01:00:00)"),
        )
    })
}

/// States by how much the clock was off that wrote an evidence's times; 0 takes it back.
pub fn skew(session: &Session, key: EvidenceKey, seconds: i64, reason: &str) -> Result<Evidence> {
    let evidence = session.store.evidence_one(key)?;
    if seconds == 0 {
        take_back(session, "skew", &evidence)?;
    } else if reason.trim().is_empty() {
        return Err(Error::input("ずれをどう確かめたかを記してください", "say how the skew is known"));
    } else {
        let said = Skew { id: evidence.id.clone(), seconds, reason: reason.trim().to_owned() };
        session.store.apply(&Edit::Put(Statement::Skew(said)), &session.author())?;
    }
    Ok(session.store.evidence_one(key)?)
}

/// Drops what is said of an evidence, where anything is.
fn take_back(session: &Session, noun: &str, evidence: &Evidence) -> Result<()> {
    let key = StatementKey { noun: noun.to_owned(), id: evidence.id.clone() };
    if session.store.statements(noun, None)?.iter().any(|(said, _)| said.key() == key) {
        session.store.apply(&Edit::Drop(key), &session.author())?;
    }
    Ok(())
}

/// A column of a table with what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it stands for: `time`, `account`, `amount` …; a column may be nothing in particular.
    pub roles: Vec<String>,
    /// Whether a person said so; else it is guessed from heading and cells.
    pub stated: bool,
}

/// The columns of an evidence's table.
pub fn columns(evidence: &Evidence) -> Result<Vec<Column>> {
    let form = form_of(evidence)?;
    let (roles, stated) = (form.roles(), form.has_stated_roles());
    let time = form.notes.iter().find(|(key, _)| key == TIME).and_then(|(_, at)| at.parse::<usize>().ok());
    let of = |at: usize| {
        let time = (time == Some(at)).then(|| TIME.to_owned());
        time.into_iter()
            .chain(roles.iter().filter(|(_, held)| *held == at).map(|(role, _)| (*role).to_owned()))
            .collect()
    };
    let column = |(at, name): (usize, &String)| Column { name: name.clone(), roles: of(at), stated };
    Ok(form.columns.iter().enumerate().map(column).collect())
}

fn form_of(evidence: &Evidence) -> Result<&ReadingForm> {
    let form = evidence.reading.as_ref().map(|reading| &reading.form).filter(|form| !form.columns.is_empty());
    form.ok_or_else(|| {
        let name = evidence.file_name();
        Error::input(format!("列のある表ではありません: {name}"), format!("not a table with columns: {name}"))
    })
}

/// States what columns stand for, as `role=column`, in place of the guess; none: the guess holds again.
pub fn state_columns(session: &Session, key: EvidenceKey, roles: &[String]) -> Result<Evidence> {
    let evidence = session.store.evidence_one(key)?;
    let form = form_of(&evidence)?;
    let mut stated = Vec::new();
    for text in roles {
        let (role, name) = text.split_once('=').unwrap_or((text, ""));
        if !COLUMN_ROLES.contains(&role) {
            let known = COLUMN_ROLES.join(" ");
            return Err(Error::input(
                format!("列の役割ではありません: `{role}`（{known}。時刻の列は evidence read --time-column）"),
                format!("not a role of a column: `{role}` ({known}; the time's column: evidence read --time-column)"),
            ));
        }
        let column = form.columns.iter().find(|column| column.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let known = form.columns.join(", ");
            Error::input(format!("`{name}` という列はありません（{known}）"), format!("no column `{name}` ({known})"))
        })?;
        stated.push((role.to_owned(), column.clone()));
    }
    if stated.is_empty() {
        take_back(session, "columns", &evidence)?;
    } else {
        let said = Columns { id: evidence.id.clone(), roles: stated };
        session.store.apply(&Edit::Put(Statement::Columns(said)), &session.author())?;
    }
    Ok(session.store.evidence_one(key)?)
}

/// Every saved search, oldest first.
pub fn searches(session: &Session) -> Result<Vec<SavedSearch>> {
    let all = session.store.statements("search", None)?;
    Ok(all
        .into_iter()
        .filter_map(|(said, _)| if let Statement::Search(said) = said { Some(said) } else { None })
        .collect())
}

/// Keeps a question under a name; the same name again replaces it. A question that cannot be read is refused with its place.
pub fn save_search(session: &Session, case: Option<CaseKey>, name: &str, query: &str) -> Result<SavedSearch> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Error::input("検索に名前を付けてください", "a saved search needs a name"));
    }
    search::parse(query).map_err(|err| below(search::Error::from(err)))?;
    let id = match searches(session)?.into_iter().find(|held| held.name == name) {
        Some(held) => held.id,
        None => Id::from_random('h', crate::store::random()?),
    };
    let said = SavedSearch { id, case, name: name.to_owned(), query: query.to_owned() };
    session.store.apply(&Edit::Put(Statement::Search(said.clone())), &session.author())?;
    Ok(said)
}

/// The saved search with a name, or an id that ends so.
pub fn saved_search(session: &Session, text: &str) -> Result<SavedSearch> {
    let all = searches(session)?;
    let named = all.iter().find(|held| held.name == text);
    let found =
        named.or_else(|| all.iter().find(|held| text.len() >= Id::SHORTEST_SUFFIX && held.id.as_str().ends_with(text)));
    found
        .cloned()
        .ok_or_else(|| Error::input(format!("保存した検索 `{text}` はありません"), format!("no saved search `{text}`")))
}

/// Forgets a saved search.
pub fn drop_search(session: &Session, text: &str) -> Result<SavedSearch> {
    let said = saved_search(session, text)?;
    session.store.apply(&Edit::Drop(Statement::Search(said.clone()).key()), &session.author())?;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_as_people_write_them() {
        let read = |text| read_skew(text).ok();
        assert_eq!(
            (read("90"), read("+90"), read("-01:00:30"), read("0")),
            (Some(90), Some(90), Some(-3_630), Some(0))
        );
        for text in ["", "1h", "--1", "1:60:00", "1:2", "99999999999999999999", "9999999999", "+-1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
