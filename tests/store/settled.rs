//! What sixty-four hex digits are, settled by a person: every way of looking goes by it, and nothing that was read changes.

use super::desk::{Desk, IPV4, Log, author};
use itoguchi::model::statement::{AssertedLink, Grade, RoleStatement, Settlement, Statement};
use itoguchi::model::{
    CaseKey, Citation, Corpus as _, Edit, EvidenceKey, Id, Instant, Kind, NamedSet, Role, RowSet, Sighting, Ticket,
};
use itoguchi::store::{Error, Listed, Mode, SightingFilter, Store};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const HEX64: Kind = Kind::new("hex64");
const SHA256: Kind = Kind::new("sha256");
const TXID: Kind = Kind::new("txid");
/// In their order, with neighbours on either side and between.
const KINDS: [Kind; 6] = [Kind::new("evm"), HEX64, IPV4, SHA256, TXID, Kind::new("url")];

fn value(n: u8) -> String {
    format!("{:0>64}", format!("{n:x}e"))
}

fn settlement(n: u8, kind: Kind) -> Statement {
    let reason = "取引所の回答".to_owned();
    Statement::Settlement(Settlement { id: Id(format!("k{n}")), value: value(n), kind, reason })
}

/// A log of these values by line.
fn log(lines: &[Vec<(Kind, u8)>]) -> Log {
    let mut log = Log::new(u32::try_from(lines.len()).unwrap(), 3);
    for ((_, values), line) in log.records.iter_mut().zip(lines) {
        *values = line.iter().map(|(kind, n)| (*kind, value(*n))).collect();
    }
    log
}

fn listed(case: CaseKey, kind: Kind, n: u8) -> Listed {
    Listed {
        case,
        kind,
        value: value(n),
        first: None,
        last: Instant::from_secs(1_775_000_100),
        count: 2,
        verified: true,
        implied: false,
        role: None,
        token: None,
    }
}

fn put(desk: &Desk, n: u8, kind: Kind) {
    desk.store.apply(&Edit::Put(settlement(n, kind)), &author()).unwrap();
}

fn undo(desk: &Desk) {
    desk.store.undo(&author(), &Ticket::new()).unwrap().unwrap();
}

fn role(id: &str, case: CaseKey, (kind, n): (Kind, u8), role: Role, cited: Vec<Citation>) -> Edit {
    let (id, value) = (Id(id.to_owned()), value(n));
    Edit::Put(Statement::Role(RoleStatement { id, case, kind, value, role, cited }))
}

fn seen(desk: &Desk, filter: &SightingFilter) -> Vec<Sighting> {
    desk.store.sightings(filter).unwrap()
}

/// The kind of every value once, and the records it stands in.
fn kinds(desk: &Desk) -> Vec<(Kind, u64)> {
    let all = seen(desk, &SightingFilter::default());
    let one = |same: &[Sighting]| (same[0].indicator.kind, same.iter().map(|one| one.count).sum());
    all.chunk_by(|a, b| a.indicator == b.indicator).map(one).collect()
}

/// Distinct values of each case.
fn totals(desk: &Desk) -> Vec<u64> {
    desk.store.cases().unwrap().iter().map(|row| row.indicator_count).collect()
}

#[test]
fn an_ambiguous_value_is_settled_corrected_and_read_by_context_again() {
    let desk = Desk::new();
    let case = desk.case("A");
    let lines = [vec![(HEX64, 1), (SHA256, 1)], vec![(HEX64, 1)], vec![(HEX64, 1), (HEX64, 2)], vec![(TXID, 3)]];
    let evidence = desk.import(&log(&lines), Some(case), "a.log").key;
    let rows = |kind: Kind| {
        let set = desk.store.named(&NamedSet::Kind(kind)).unwrap();
        set.rows(evidence).map(|rows| rows.iter().collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!((kinds(&desk), totals(&desk)), (vec![(HEX64, 3), (HEX64, 1), (SHA256, 1), (TXID, 1)], vec![4]));
    put(&desk, 1, TXID);
    // One record calls it both, and is one record still; the row of another open value keeps its kind.
    assert_eq!((kinds(&desk), totals(&desk)), (vec![(HEX64, 1), (TXID, 3), (TXID, 1)], vec![3]));
    assert_eq!((rows(HEX64), rows(SHA256), rows(TXID)), (vec![2], vec![], vec![0, 1, 2, 3]));
    assert_eq!(desk.store.rows_of(TXID, &value(1)).unwrap().len(), 3);
    assert!(desk.store.rows_of(HEX64, &value(1)).unwrap().is_empty());
    // A person may call a transaction what words called one wrongly, and the other way round.
    put(&desk, 3, SHA256);
    put(&desk, 1, SHA256);
    assert_eq!((kinds(&desk), totals(&desk)), (vec![(HEX64, 1), (SHA256, 3), (SHA256, 1)], vec![3]));
    assert_eq!((rows(HEX64), rows(SHA256), rows(TXID)), (vec![2], vec![0, 1, 2, 3], vec![]));
    let said = desk.store.settled().unwrap();
    let (first, by) = said.of(HEX64, &value(1)).unwrap();
    assert_eq!((first.kind, by.operator.as_str(), said.iter().count()), (SHA256, "糸口 花子", 2));
    undo(&desk);
    assert_eq!(desk.store.rows_of(TXID, &value(1)).unwrap().len(), 3);
    desk.store.redo(&author(), &Ticket::new()).unwrap().unwrap();
    assert_eq!(desk.store.rows_of(SHA256, &value(1)).unwrap().len(), 3);
    for n in [1, 3] {
        desk.store.apply(&Edit::Drop(settlement(n, TXID).key()), &author()).unwrap();
    }
    assert_eq!((kinds(&desk), totals(&desk)), (vec![(HEX64, 3), (HEX64, 1), (SHA256, 1), (TXID, 1)], vec![4]));
    assert!(desk.store.check().unwrap().iter().all(|check| check.ok != Some(false)));
}

#[test]
fn only_what_is_open_can_be_settled_and_once() {
    let desk = Desk::new();
    put(&desk, 1, TXID);
    let said = |id: &str, value: &str, kind| {
        let said = Settlement { id: Id(id.into()), value: value.into(), kind, reason: String::new() };
        desk.store.apply(&Edit::Put(Statement::Settlement(said)), &author())
    };
    for (id, value, kind) in [
        ("k2", value(1).as_str(), SHA256),
        ("k3", value(2).as_str(), HEX64),
        ("k3", value(2).as_str(), IPV4),
        ("k3", "203.0.113.7", TXID),
        ("k3", &value(2).to_uppercase(), TXID),
        ("k3", &"1".repeat(64), SHA256),
        ("k3", "", SHA256),
    ] {
        assert!(matches!(said(id, value, kind), Err(Error::Refused(_))), "{id} {value} {kind}");
    }
    assert_eq!(desk.store.settled().unwrap().iter().count(), 1);
    // Under the name it has, it may come to speak of another value.
    said("k1", &value(4), SHA256).unwrap();
    assert!(desk.store.settled().unwrap().of(TXID, &value(1)).is_none());
}

#[test]
fn a_settlement_that_says_what_cannot_be_is_damage() {
    let desk = Desk::new();
    put(&desk, 1, TXID);
    let Desk { store, path, folder } = desk;
    store.close().unwrap();
    let sql = "UPDATE statement SET body=replace(body, '\"txid\"', '\"ipv4\"') WHERE noun='settlement'";
    let connection = rusqlite::Connection::open_with_flags(&path, rusqlite::OpenFlags::default()).unwrap();
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    drop(connection);
    let store = Store::open(&path, Mode::Read).unwrap();
    assert!(matches!(store.settled(), Err(Error::Damaged(_))));
    drop(folder);
}

#[test]
fn a_role_holds_for_the_value_however_it_is_read() {
    let desk = Desk::new();
    let case = desk.case("A");
    let lines = [vec![(HEX64, 1)], vec![(HEX64, 1), (SHA256, 2)], vec![(TXID, 1)]];
    let log = log(&lines);
    desk.import(&log, Some(case), "a.log");
    let parts = || seen(&desk, &SightingFilter::default()).into_iter().map(|one| one.role).collect::<Vec<_>>();
    let alone = |kind| {
        let filter = SightingFilter { kind: Some(kind), value: Some(value(1)), ..Default::default() };
        seen(&desk, &filter).into_iter().map(|one| one.role).collect::<Vec<_>>()
    };
    desk.store.apply(&role("r1", case, (HEX64, 1), Role::Suspect, Vec::new()), &author()).unwrap();
    assert_eq!(parts(), [Some(Role::Suspect), None, Some(Role::Suspect)]);
    put(&desk, 1, SHA256);
    assert_eq!(parts(), [Some(Role::Suspect), None]);
    assert_eq!((alone(SHA256), alone(HEX64), alone(TXID)), (vec![Some(Role::Suspect)], vec![], vec![]));
    assert_eq!(desk.store.roles_of(case, SHA256, &value(1)).unwrap(), [Role::Suspect]);
    // What is said of it as a hash still holds when it turns out a transaction, and when nobody says what it is.
    desk.store.apply(&role("r1", case, (SHA256, 1), Role::Victim, Vec::new()), &author()).unwrap();
    put(&desk, 1, TXID);
    assert_eq!((parts(), alone(TXID)), (vec![None, Some(Role::Victim)], vec![Some(Role::Victim)]));
    desk.store.apply(&Edit::Drop(settlement(1, TXID).key()), &author()).unwrap();
    assert_eq!((alone(HEX64), alone(TXID)), (vec![Some(Role::Victim)], vec![Some(Role::Victim)]));
    desk.store.apply(&Edit::Drop(role_key("r1")), &author()).unwrap();
    // In one record alone, whatever it is read as there: the others are nobody's word.
    let sha256 = data_encoding::HEXLOWER.encode(&log.finish().sha256);
    let cited = |row: usize| {
        let (record, _) = &log.records[row];
        vec![Citation { sha256: sha256.clone(), offset: record.offset, len: u64::from(record.len) }]
    };
    put(&desk, 1, TXID);
    desk.store.apply(&role("r2", case, (HEX64, 1), Role::Suspect, [cited(0), cited(1)].concat()), &author()).unwrap();
    assert_eq!(alone(TXID), [None]);
    desk.store.apply(&role("r3", case, (TXID, 1), Role::Relay, cited(2)), &author()).unwrap();
    assert_eq!(alone(TXID), [Some(Role::Relay)]);
    assert_eq!(
        desk.store.limited_roles(case).unwrap().iter().filter(|one| one.said.is_of(SHA256, &value(1))).count(),
        2
    );
}

fn role_key(id: &str) -> itoguchi::model::statement::StatementKey {
    itoguchi::model::statement::StatementKey { noun: "role".into(), id: Id(id.into()) }
}

#[test]
fn lists_and_their_tokens_join_what_was_settled() {
    let desk = Desk::new();
    let (a, b) = (desk.case("A"), desk.case("B"));
    let evidence = desk.import(&log(&[vec![(HEX64, 1)], vec![(SHA256, 1)]]), Some(a), "a.log").key;
    let list = [
        Listed { role: Some(Role::Relay), token: Some("tok1:txid:e:x".into()), ..listed(b, TXID, 1) },
        Listed { token: Some("tok1:hex64:e:y".into()), ..listed(b, HEX64, 1) },
        listed(a, SHA256, 1),
        listed(b, SHA256, 7),
    ];
    desk.store.put_list(&list, "list.csv", &author()).unwrap();
    assert_eq!(totals(&desk), [2, 3]);
    put(&desk, 1, TXID);
    assert_eq!(totals(&desk), [1, 2]);
    let found = seen(&desk, &SightingFilter { kind: Some(TXID), ..Default::default() });
    let found: Vec<_> = found.iter().map(|one| (one.case, one.evidence, one.count, one.role)).collect();
    let relay = Some(Role::Relay);
    assert_eq!(found, [(Some(a), None, 2, None), (Some(a), Some(evidence), 2, None), (Some(b), None, 4, relay)]);
    let in_list = seen(&desk, &SightingFilter { case: Some(b), ..Default::default() });
    assert_eq!(in_list.iter().map(|one| one.indicator.kind).collect::<Vec<_>>(), [SHA256, TXID]);
    let in_evidence = seen(&desk, &SightingFilter { evidence: Some(evidence), ..Default::default() });
    assert_eq!(in_evidence.iter().map(|one| one.count).collect::<Vec<_>>(), [2]);
    let tokens = desk.store.value_tokens().unwrap();
    assert_eq!(tokens.iter().map(|(one, _)| one.kind).collect::<Vec<_>>(), [TXID, TXID]);
    undo(&desk);
    assert_eq!(totals(&desk), [2, 3]);
}

#[test]
fn what_is_erased_takes_its_settlement_along_and_what_stands_elsewhere_keeps_it() {
    let desk = Desk::new();
    let case = desk.case("A");
    let one = desk.import(&log(&[vec![(HEX64, 1), (HEX64, 2)]]), Some(case), "a.log");
    let other = desk.import(&log(&[vec![(TXID, 1)], vec![(IPV4, 9)]]), Some(case), "b.log");
    put(&desk, 1, TXID);
    put(&desk, 2, SHA256);
    desk.store.apply(&role("r1", case, (HEX64, 1), Role::Suspect, Vec::new()), &author()).unwrap();
    desk.store.apply(&role("r2", case, (SHA256, 2), Role::Suspect, Vec::new()), &author()).unwrap();
    let link = AssertedLink {
        id: Id("l1".into()),
        case,
        from: (TXID, value(1)),
        to: (HEX64, value(2)),
        reason: "同一取引".into(),
        grade: Grade::Probable,
        cited: Vec::new(),
    };
    desk.store.apply(&Edit::Put(Statement::Link(link)), &author()).unwrap();
    let done = desk.store.expunge(one.key, "令和8年(む)第9号", "別の 担当者", &author()).unwrap();
    // The role, the link and the settlement of the value that stands nowhere else.
    assert_eq!((done.values, done.statements), (1, 3));
    let settled = desk.store.settled().unwrap();
    assert!(settled.of(TXID, &value(1)).is_some() && settled.of(SHA256, &value(2)).is_none());
    assert_eq!(desk.store.roles(case).unwrap().len(), 1);
    let done = desk.store.expunge(other.key, "令和8年(む)第9号", "別の 担当者", &author()).unwrap();
    assert_eq!((done.values, done.statements), (2, 2));
    assert!(desk.store.settled().unwrap().is_empty());
    // Free pages hold no trace either.
    let bytes = std::fs::read(&desk.path).unwrap();
    assert!(!bytes.windows(64).any(|window| window == value(2).as_bytes()));
}

/// How sightings go by settlements, worked out the plain way from what was read.
fn plain(read: &[Sighting], settled: &BTreeMap<u8, Kind>, rows: &dyn Fn(EvidenceKey, u8) -> u64) -> Vec<Sighting> {
    let mut out: BTreeMap<_, Sighting> = BTreeMap::new();
    for one in read {
        let mut one = one.clone();
        let n = settled.keys().copied().find(|n| value(*n) == one.indicator.value);
        let open = [HEX64, SHA256, TXID].contains(&one.indicator.kind);
        let moved = n.filter(|_| open).map(|n| (n, settled[&n]));
        if let Some((n, kind)) = moved {
            one.indicator.kind = kind;
            one.count = one.evidence.map_or(one.count, |key| rows(key, n));
        }
        out.entry((one.indicator.clone(), one.case, one.evidence))
            .and_modify(|held| {
                held.count = if one.evidence.is_some() { one.count } else { held.count + one.count };
                held.first = [held.first, one.first].into_iter().flatten().min();
                held.last = held.last.max(one.last);
                held.implied &= one.implied;
                held.verified |= one.verified;
            })
            .or_insert(one);
    }
    out.into_values().collect()
}

fn any_kind() -> impl Strategy<Value = Kind> {
    (0..KINDS.len()).prop_map(|at| KINDS[at])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sightings_go_by_settlements_as_if_read_so_and_taken_back_are_as_before(
        logs in prop::collection::vec(prop::collection::vec(prop::collection::vec((any_kind(), 0_u8..6), 0..4), 1..9), 1..4),
        lists in prop::collection::vec((0_usize..2, any_kind(), 0_u8..6), 0..6),
        settled in prop::collection::btree_map(0_u8..6, prop::bool::ANY, 0..5),
    ) {
        let desk = Desk::new();
        let cases = [desk.case("A"), desk.case("B")];
        let keys: Vec<EvidenceKey> = (0..)
            .zip(&logs)
            .map(|(at, lines)| desk.import(&log(lines), cases.get(at % 3).copied(), &format!("{at}.log")).key)
            .collect();
        let list: Vec<_> = lists.iter().map(|(case, kind, n)| listed(cases[*case], *kind, *n)).collect();
        desk.store.put_list(&list, "list", &author()).unwrap();
        let settled: BTreeMap<u8, Kind> =
            settled.into_iter().map(|(n, hash)| (n, if hash { SHA256 } else { TXID })).collect();
        let read = seen(&desk, &SightingFilter::default());
        let before = totals(&desk);
        // From now on the totals stand in the file, and are kept in step.
        let desk = if before[0].is_multiple_of(2) { desk.reopen(Mode::Write) } else { desk };
        for (n, kind) in &settled {
            put(&desk, *n, *kind);
        }
        let holds = |line: &Vec<(Kind, u8)>, wanted: &dyn Fn(Kind, u8) -> bool| line.iter().any(|(kind, n)| wanted(*kind, *n));
        let open = |kind: Kind| [HEX64, SHA256, TXID].contains(&kind);
        let rows = |key: EvidenceKey, n: u8| {
            let at = keys.iter().position(|one| *one == key).unwrap();
            logs[at].iter().filter(|line| holds(line, &|kind, m| open(kind) && m == n)).count() as u64
        };
        let wanted = plain(&read, &settled, &rows);
        prop_assert_eq!(&seen(&desk, &SightingFilter::default()), &wanted);
        let goes_by = |kind: Kind, n: u8| if open(kind) { settled.get(&n).copied().unwrap_or(kind) } else { kind };
        for kind in KINDS {
            let of_kind = |one: &&Sighting| one.indicator.kind == kind;
            let found = seen(&desk, &SightingFilter { kind: Some(kind), ..Default::default() });
            prop_assert_eq!(found, wanted.iter().filter(of_kind).cloned().collect::<Vec<_>>());
            for n in 0..6 {
                let one = SightingFilter { kind: Some(kind), value: Some(value(n)), ..Default::default() };
                let plain: Vec<_> = wanted.iter().filter(|one| of_kind(one) && one.indicator.value == value(n)).cloned().collect();
                prop_assert_eq!(seen(&desk, &one), plain);
            }
            let mut rows = RowSet::new();
            for (key, lines) in keys.iter().zip(&logs) {
                for (row, line) in (0..).zip(lines) {
                    if holds(line, &|read, n| goes_by(read, n) == kind) {
                        rows.insert(*key, row);
                    }
                }
            }
            prop_assert_eq!(desk.store.named(&NamedSet::Kind(kind)).unwrap(), rows, "{}", kind);
        }
        for case in cases {
            let found = seen(&desk, &SightingFilter { case: Some(case), ..Default::default() });
            prop_assert_eq!(found, wanted.iter().filter(|one| one.case == Some(case)).cloned().collect::<Vec<_>>());
        }
        let distinct = |case: CaseKey| {
            wanted.iter().filter(|one| one.case == Some(case)).map(|one| &one.indicator).collect::<BTreeSet<_>>().len() as u64
        };
        prop_assert_eq!(totals(&desk), cases.map(distinct).to_vec());
        for n in settled.keys() {
            desk.store.apply(&Edit::Drop(settlement(*n, TXID).key()), &author()).unwrap();
        }
        prop_assert_eq!((seen(&desk, &SightingFilter::default()), totals(&desk)), (read, before));
    }
}
