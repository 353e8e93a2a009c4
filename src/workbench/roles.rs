//! Roles: what a value is in a case, stated one by one or for all values in the rows a query finds; in the whole case, or in
//! some records alone.

use super::error::{Error, Result};
use super::find;
use super::session::Session;
use crate::bundle::material::RecordHit;
use crate::model::numbers::{grouped, many};
use crate::model::statement::{RoleStatement, Statement};
use crate::model::{CaseKey, Citation, Edit, EvidenceKey, Extractor as _, Hits, Id, Kind, Role, RowSet, Ticket};
use crate::store::{LimitedRole, SightingFilter};
use std::collections::{BTreeMap, BTreeSet};

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

/// Reads a role; `none` takes back what was stated.
pub fn read_role(text: &str) -> Result<Option<Role>> {
    if text == "none" {
        return Ok(None);
    }
    Role::from_tag(text).map(Some).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.tag()).chain(["none"]).collect();
        Error::input(
            format!("知らない役割です: `{text}`（{}）", names.join(" ")),
            format!("unknown role `{text}`, one of: {}", names.join(" ")),
        )
    })
}

/// States the role of values in a case, or takes it back: one edit, one undo step.
pub fn state(session: &Session, case: CaseKey, values: &[(Kind, String)], role: Option<Role>) -> Result<()> {
    let held = session.store.roles(case)?;
    let held = by_value(&held);
    let mut edits = Vec::new();
    for (kind, value) in values {
        edits.extend(edit(&held, case, (*kind, value), role, Vec::new())?);
    }
    apply(session, edits)
}

/// Records of a case that hold a value.
pub fn count(session: &Session, case: CaseKey, kind: Kind, value: &str) -> Result<u64> {
    let filter = SightingFilter {
        case: Some(case),
        kind: Some(kind),
        value: Some(value.to_owned()),
        ..SightingFilter::default()
    };
    Ok(session.store.sightings(&filter)?.iter().map(|sighting| sighting.count).sum())
}

/// States the role of values in some records of a case alone, or takes it back there.
///
/// Records that do not hold a value are passed over, and so are values that stand in none of the records; says which values
/// it was stated of, and in how many records.
pub fn state_in(
    session: &Session,
    case: CaseKey,
    values: &[(Kind, String)],
    rows: &RowSet,
    role: Option<Role>,
) -> Result<Vec<(Kind, String, u64)>> {
    let held = session.store.roles(case)?;
    let held = by_value(&held);
    let mine: BTreeMap<EvidenceKey, String> = session
        .store
        .evidence()?
        .into_iter()
        .filter(|one| one.case == Some(case))
        .filter_map(|one| Some((one.key, data_encoding::HEXLOWER.encode(&one.sha256?))))
        .collect();
    let (mut edits, mut out, mut places) = (Vec::new(), Vec::new(), 0);
    for (kind, value) in values {
        let mut here = RowSet::new();
        for (evidence, rows) in session.store.rows_of(*kind, value)?.and(rows).iter() {
            if mine.contains_key(&evidence) {
                here.add(evidence, rows.clone());
            }
        }
        places += here.len();
        if places > MOST_CITED {
            return Err(Error::input(
                format!("一度に記録を限って定められるのは{}件までです。検索を絞ってください", grouped(MOST_CITED)),
                format!("at most {} can be cited at once; narrow the search", many(MOST_CITED, "record")),
            ));
        }
        if here.is_empty() {
            continue;
        }
        let mut cited = Vec::new();
        find::each_range(session, &here, &Ticket::new(), &mut |evidence, offset, len| {
            let sha256 = mine.get(&evidence).cloned().unwrap_or_default();
            cited.push(Citation { sha256, offset, len: u64::from(len) });
        })?;
        edits.extend(edit(&held, case, (*kind, value), role, cited)?);
        out.push((*kind, value.clone(), here.len()));
    }
    apply(session, edits)?;
    Ok(out)
}

/// Records that one statement may be limited to.
const MOST_CITED: u64 = 100_000;

/// What to change so that a value plays this role where it is cited, or everywhere if it is not cited.
///
/// What was said of exactly these places is replaced; without a role, whatever was said of nothing but places among these
/// is taken back.
fn edit(
    held: &ByValue<'_>,
    case: CaseKey,
    (kind, value): (Kind, &str),
    role: Option<Role>,
    cited: Vec<Citation>,
) -> Result<Vec<Edit>> {
    let mut same = held.get(&(kind, value)).into_iter().flatten().copied();
    let Some(role) = role else {
        let places: BTreeSet<(&str, u64)> = cited.iter().map(|one| (one.sha256.as_str(), one.offset)).collect();
        let among = |said: &&RoleStatement| {
            said.cited.is_empty() == cited.is_empty()
                && said.cited.iter().all(|one| places.contains(&(one.sha256.as_str(), one.offset)))
        };
        let taken = same.filter(among);
        return Ok(taken.map(|said| Edit::Drop(Statement::Role(said.clone()).key())).collect());
    };
    let id = match same.find(|said| said.cited == cited) {
        Some(said) => said.id.clone(),
        None => Id::from_random('r', crate::store::random()?),
    };
    Ok(vec![Edit::Put(Statement::Role(RoleStatement { id, case, kind, value: value.to_owned(), role, cited }))])
}

/// What was said, by value.
type ByValue<'h> = BTreeMap<(Kind, &'h str), Vec<&'h RoleStatement>>;

fn by_value(held: &[RoleStatement]) -> ByValue<'_> {
    let mut out = ByValue::new();
    for said in held {
        out.entry((said.kind, said.value.as_str())).or_default().push(said);
    }
    out
}

fn apply(session: &Session, edits: Vec<Edit>) -> Result<()> {
    if !edits.is_empty() {
        session.store.apply(&Edit::All(edits), &session.author())?;
    }
    Ok(())
}

/// What a record holds, with roles that hold in it alone.
pub(super) fn hits_of(session: &Session, row: &find::Row, limited: &[LimitedRole]) -> Vec<RecordHit> {
    let mut hits = Hits::default();
    session.indicators.find(&row.text, &mut hits);
    let here: Vec<_> = limited.iter().filter(|one| one.rows.contains(row.key, row.row)).collect();
    let role = |kind, value: &str| {
        let said = here.iter().filter(|one| one.said.kind == kind && one.said.value == value);
        said.map(|one| one.said.role).reduce(Role::stricter)
    };
    let all = hits.iter().map(|(hit, value)| RecordHit {
        kind: hit.kind,
        value: value.to_owned(),
        span: hit.span.start as usize..hit.span.end as usize,
        implied: hit.implied,
        verified: hit.verified,
        role: role(hit.kind, value),
    });
    all.collect()
}

/// The canonical form of a value a person typed.
pub fn canonical(session: &Session, kind: Kind, text: &str) -> Result<String> {
    session
        .indicators
        .canonical(kind, text)
        .ok_or_else(|| Error::input(format!("{kind} として読めません: `{text}`"), format!("not a {kind}: `{text}`")))
}
