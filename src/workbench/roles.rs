//! Roles: what a value is in a case, stated one by one or for all values in the rows a query finds; in the whole case, or in
//! some records alone.

use super::error::{Error, Result};
use super::find;
use super::session::Session;
use super::settled::Finder;
use crate::bundle::material::RecordHit;
use crate::model::numbers::{grouped, many};
use crate::model::settled::stem;
use crate::model::statement::{RoleStatement, Statement};
use crate::model::{
    CaseKey, Citation, Edit, EvidenceKey, Extractor as _, Hits, Id, Indicator, Kind, Role, RowSet, Ticket,
};
use crate::store::{LimitedRole, SightingFilter};
use std::collections::{BTreeMap, HashMap};

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
pub fn state(
    session: &Session,
    case: CaseKey,
    values: &[(Kind, String)],
    role: Option<Role>,
    ticket: &Ticket,
) -> Result<()> {
    let held = session.store.roles(case)?;
    let held = by_value(&held);
    let mut edits = Vec::new();
    for (kind, value) in values {
        edits.extend(self::edits(&held, case, (*kind, value), role, Vec::new())?);
    }
    apply(session, edits, ticket)
}

/// Records of a case that hold each of these values.
pub fn counts(session: &Session, case: CaseKey, values: &[(Kind, String)]) -> Result<Vec<u64>> {
    let indicator = |(kind, value): &(Kind, String)| Indicator { kind: *kind, value: value.clone() };
    let mut counts: HashMap<Indicator, u64> = values.iter().map(|value| (indicator(value), 0)).collect();
    // One value is looked up; many are met on one walk along all.
    let one = if let [one] = values { Some(one) } else { None };
    let filter = SightingFilter {
        case: Some(case),
        kind: one.map(|(kind, _)| *kind),
        value: one.map(|(_, value)| value.clone()),
        ..SightingFilter::default()
    };
    session.store.each_sighting(&filter, &mut |seen| {
        if let Some(count) = counts.get_mut(&seen.indicator) {
            *count += seen.count;
        }
        Ok(())
    })?;
    Ok(values.iter().map(|value| counts.get(&indicator(value)).copied().unwrap_or(0)).collect())
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
    ticket: &Ticket,
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
        find::each_range(session, &here, ticket, &mut |evidence, offset, len| {
            let sha256 = mine.get(&evidence).cloned().unwrap_or_default();
            cited.push(Citation { sha256, offset, len: u64::from(len) });
        })?;
        edits.extend(self::edits(&held, case, (*kind, value), role, cited)?);
        out.push((*kind, value.clone(), here.len()));
    }
    apply(session, edits, ticket)?;
    Ok(out)
}

/// Records that one statement may be limited to.
const MOST_CITED: u64 = 100_000;

/// What to change so that a value plays this role where it is cited, or everywhere if it is not cited.
///
/// The last word on a record holds: what was said before of these places among others goes on holding of the others alone,
/// what was said of nothing else is replaced. Without a role, whatever was said of these places is taken back there.
fn edits(
    held: &ByValue<'_>,
    case: CaseKey,
    (kind, value): (Kind, &str),
    role: Option<Role>,
    cited: Vec<Citation>,
) -> Result<Vec<Edit>> {
    let (mut edits, mut free, mut known) = (Vec::new(), None, false);
    let same = held.get(&(stem(kind, value), value)).into_iter().flatten().copied();
    for said in same.filter(|said| said.cited.is_empty() == cited.is_empty()) {
        let left = without(&said.cited, &cited);
        if role == Some(said.role) && !cited.is_empty() && without(&cited, &said.cited).is_empty() {
            known = true;
        } else if left.is_empty() && role.is_some() && free.is_none() {
            free = Some(said.id.clone());
        } else if left.is_empty() {
            edits.push(Edit::Drop(Statement::Role(said.clone()).key()));
        } else if left != said.cited {
            edits.push(Edit::Put(Statement::Role(RoleStatement { cited: left, ..said.clone() })));
        }
    }
    if let Some(role) = role.filter(|_| !known) {
        let id = match free {
            Some(id) => id,
            None => Id::from_random('r', crate::store::random()?),
        };
        edits.push(Edit::Put(Statement::Role(RoleStatement { id, case, kind, value: value.to_owned(), role, cited })));
    }
    Ok(edits)
}

/// The bytes of the first list that the second does not name.
fn without(cited: &[Citation], taken: &[Citation]) -> Vec<Citation> {
    let end = |one: &Citation| one.offset.saturating_add(one.len.max(1));
    let mut gone: BTreeMap<&str, BTreeMap<u64, u64>> = BTreeMap::new();
    for one in taken {
        let reach = gone.entry(&one.sha256).or_default().entry(one.offset).or_default();
        *reach = end(one).max(*reach);
    }
    let mut out = Vec::with_capacity(cited.len());
    for one in cited {
        let (mut from, to) = (one.offset, end(one));
        let here = gone.get(one.sha256.as_str());
        // The one that begins before may reach into this.
        let before = here.and_then(|here| here.range(..from).next_back());
        let inside = here.into_iter().flat_map(|here| here.range(one.offset..to));
        let mut push = |from: u64, to: u64| {
            let len = if (from, to) == (one.offset, end(one)) { one.len } else { to.saturating_sub(from) };
            if from < to {
                out.push(Citation { sha256: one.sha256.clone(), offset: from, len });
            }
        };
        for (start, stop) in before.into_iter().chain(inside) {
            push(from, (*start).min(to));
            from = from.max(*stop);
        }
        push(from, to);
    }
    out
}

/// What was said, by value however that is read.
type ByValue<'h> = BTreeMap<(Kind, &'h str), Vec<&'h RoleStatement>>;

fn by_value(held: &[RoleStatement]) -> ByValue<'_> {
    let mut out = ByValue::new();
    for said in held {
        out.entry((stem(said.kind, &said.value), said.value.as_str())).or_default().push(said);
    }
    out
}

fn apply(session: &Session, edits: Vec<Edit>, ticket: &Ticket) -> Result<()> {
    if !edits.is_empty() {
        session.store.apply_with(&Edit::All(edits), &session.author(), ticket)?;
    }
    Ok(())
}

/// What a record holds, with roles that hold in it alone.
pub(super) fn hits_of(extractor: &Finder, row: &find::Row, limited: &[LimitedRole]) -> Vec<RecordHit> {
    let mut hits = Hits::default();
    extractor.find(&row.text, &mut hits);
    let here: Vec<_> = limited.iter().filter(|one| one.rows.contains(row.key, row.row)).collect();
    let role = |kind, value: &str| {
        let said = here.iter().filter(|one| one.said.is_of(kind, value));
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records one behind another, as (which of two evidences, first byte, length).
    fn records() -> impl Strategy<Value = Vec<Citation>> {
        prop::collection::vec((0..2_u8, 0..4_u64, 1..6_u64), 0..8).prop_map(|list| {
            let mut at = [0, 0];
            let place = |(which, gap, len): (u8, u64, u64)| {
                let at = &mut at[usize::from(which)];
                let offset = *at + gap;
                *at = offset + len;
                Citation { sha256: which.to_string(), offset, len }
            };
            list.into_iter().map(place).collect()
        })
    }

    fn bytes(cited: &[Citation]) -> Vec<(&str, u64)> {
        cited.iter().flat_map(|one| (one.offset..one.offset + one.len).map(|at| (one.sha256.as_str(), at))).collect()
    }

    proptest! {
        #[test]
        fn what_is_taken_is_gone_and_the_rest_stays(cited in records(), taken in records()) {
            let (taken_bytes, left) = (bytes(&taken), without(&cited, &taken));
            let mut wanted = bytes(&cited);
            wanted.retain(|byte| !taken_bytes.contains(byte));
            prop_assert_eq!(bytes(&left), wanted);
            prop_assert!(without(&cited, &cited).is_empty() && without(&cited, &[]) == cited);
        }
    }
}
