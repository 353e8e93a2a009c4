//! Statements: every edit can be taken back exactly, is in the trail, and never reaches past an export.

use super::desk::{Desk, IPV4, Log, author};
use itoguchi::model::statement::{
    AssertedLink, Author, Columns, Filing, Finding, Grade, Note, Request, RoleStatement, SavedSearch, Settlement, Skew,
    Statement, StatementKey, Tag, Withdrawal,
};
use itoguchi::model::{
    CaseKey, Corpus as _, Edit, Evidence, EvidenceState, Id, Instant, Kind, NamedSet, Role, Ticket, Unit,
};
use itoguchi::store::{Error, ExportEntry};
use proptest::prelude::*;
use rusqlite::{Connection, OpenFlags, types::Value};

/// Every row of every table a person's words can reach; the trail and counts that are made anew are left out.
fn dump(desk: &Desk) -> Vec<(String, Vec<Value>)> {
    let connection = Connection::open_with_flags(&desk.path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut out = Vec::new();
    for table in ["cases WHERE live=1", "statement", "role", "tag_rows", "evidence", "reading", "listed", "setting"] {
        let mut query = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let width = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            out.push((table.to_owned(), (0..width).map(|at| row.get(at).unwrap()).collect()));
        }
    }
    out.sort_by_key(|row| format!("{row:?}"));
    out
}

fn somebody(name: &str) -> Author {
    Author { operator: name.to_owned(), at: Instant::from_secs(1_776_000_000).unwrap() }
}

/// Statement number `n` of kind `kind`: the same `n` replaces, another adds.
fn statement(kind: u8, n: u8, cases: &[CaseKey], evidence: &Evidence, text: &str) -> Statement {
    let id = |letter: char| Id(format!("{letter}{n}"));
    let case = cases[usize::from(n) % cases.len()];
    let cited = Vec::new();
    match kind {
        0 => Statement::Role(RoleStatement {
            id: id('r'),
            case,
            kind: IPV4,
            value: text.to_owned(),
            role: Role::ALL[usize::from(n) % 6],
            cited,
        }),
        1 => {
            let ranges = vec![(u64::from(n) * 100, 40), (2000, 1)];
            Statement::Tag(Tag { id: id('t'), name: text.to_owned(), evidence: evidence.key, ranges })
        }
        2 => Statement::Note(Note { id: id('n'), case: Some(case), text: text.to_owned(), cited }),
        3 => Statement::Finding(Finding { id: id('f'), case, text: text.to_owned(), assessment: None, cited }),
        4 => Statement::Link(AssertedLink {
            id: id('l'),
            case,
            from: (IPV4, "203.0.113.1".to_owned()),
            to: (IPV4, text.to_owned()),
            reason: "同一人".to_owned(),
            grade: Grade::Probable,
            cited,
        }),
        5 => Statement::Request(Request {
            id: id('q'),
            case,
            kind: "捜査関係事項照会".to_owned(),
            addressee: text.to_owned(),
            target: "加入者".to_owned(),
            date: "2026-04-01".to_owned(),
            due: None,
            state: "sent".to_owned(),
        }),
        6 => Statement::Filing(Filing { id: evidence.id.clone(), case: (!n.is_multiple_of(3)).then_some(case) }),
        7 => Statement::Skew(Skew { id: evidence.id.clone(), seconds: i64::from(n) - 2, reason: text.to_owned() }),
        8 => Statement::Columns(Columns {
            id: evidence.id.clone(),
            roles: vec![("amount".to_owned(), text.to_owned()), ("account".to_owned(), "client".to_owned())],
        }),
        9 => {
            let case = (!n.is_multiple_of(3)).then_some(case);
            Statement::Search(SavedSearch {
                id: id('h'),
                case,
                name: text.to_owned(),
                query: "status:>=500".to_owned(),
            })
        }
        10 => {
            let kind = Kind::new(if text.len().is_multiple_of(2) { "txid" } else { "sha256" });
            // One may speak of another's value, which is refused.
            let value =
                format!("{:0>64}", if text.starts_with('a') { "a" } else { ["a1", "b2", "c3", "d4"][usize::from(n)] });
            Statement::Settlement(Settlement { id: id('k'), value, kind, reason: text.to_owned() })
        }
        _ => Statement::Withdrawal(Withdrawal { id: evidence.id.clone(), reason: text.to_owned() }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_edit_and_its_inverse_leave_the_tables_as_they_were(
        before in prop::collection::vec((0_u8..10, 0_u8..4, "[a-z0-9]{1,6}"), 0..6),
        edit in prop::collection::vec((0_u8..12, 0_u8..4, "[a-z0-9]{1,6}", prop::bool::weighted(0.15)), 1..5),
    ) {
        let desk = Desk::new();
        let cases = [desk.case("A"), desk.case("B")];
        let evidence = desk.import(&Log::new(60, 20), Some(cases[0]), "a.log");
        for (kind, n, text) in before {
            desk.store.apply(&Edit::Put(statement(kind, n, &cases, &evidence, &text)), &author()).unwrap();
        }
        let (start, head) = (dump(&desk), desk.store.audit_head().unwrap().count);
        let edits = edit.iter().map(|(kind, n, text, drop)| {
            let said = statement(*kind, *n, &cases, &evidence, text);
            if *drop { Edit::Drop(said.key()) } else { Edit::Put(said) }
        });
        let edit = Edit::All(edits.collect());
        let inverse = match desk.store.apply(&edit, &somebody("B")) {
            Ok(inverse) => inverse,
            Err(error) => {
            // What cannot be done whole is not done at all.
            prop_assert!(matches!(error, Error::Unknown { .. } | Error::Refused(_)), "{}", error);
            prop_assert_eq!(dump(&desk), start);
            return Ok(());
            }
        };
        let after = dump(&desk);
        prop_assert!(desk.store.undo(&somebody("C"), &Ticket::new()).unwrap().is_some());
        prop_assert_eq!(dump(&desk), start.clone());
        prop_assert!(desk.store.redo(&somebody("C"), &Ticket::new()).unwrap().is_some());
        prop_assert_eq!(dump(&desk), after);
        desk.store.apply(&inverse, &author()).unwrap();
        // By hand it is said anew, by whoever says it; all else is as before.
        let plain = |rows: Vec<(String, Vec<Value>)>| -> Vec<_> {
            rows.into_iter().map(|(table, row)| (table.clone(), row.into_iter().take(if table == "statement" { 4 } else { 99 }).collect::<Vec<_>>())).collect()
        };
        prop_assert_eq!(plain(dump(&desk)), plain(start));
        prop_assert_eq!(desk.store.audit_head().unwrap().count, head + 4);
        prop_assert!(desk.store.audit_verify().unwrap().iter().all(|check| check.ok == Some(true)));
    }
}

#[test]
fn what_is_dropped_twice_in_one_edit_is_refused_whole() {
    let desk = Desk::new();
    let case = desk.case("A");
    let note = Statement::Note(Note { id: Id("n1".into()), case: Some(case), text: "一".into(), cited: Vec::new() });
    desk.store.apply(&Edit::Put(note.clone()), &author()).unwrap();
    let start = dump(&desk);
    let twice = Edit::All(vec![Edit::Drop(note.key()), Edit::Drop(note.key())]);
    assert!(matches!(desk.store.apply(&twice, &author()), Err(Error::Unknown { .. })));
    assert_eq!(dump(&desk), start);
    // What the edit itself puts may be dropped in it.
    let replaced = Edit::All(vec![Edit::Drop(note.key()), Edit::Put(note.clone()), Edit::Drop(note.key())]);
    let inverse = desk.store.apply(&replaced, &author()).unwrap();
    desk.store.apply(&inverse, &author()).unwrap();
    assert_eq!(dump(&desk), start);
}

#[test]
fn undo_never_reaches_past_an_export() {
    let desk = Desk::new();
    let case = desk.case("令和8年第9号");
    let note =
        Statement::Note(Note { id: Id("n1".into()), case: Some(case), text: "電話あり".into(), cited: Vec::new() });
    desk.store.apply(&Edit::Put(note.clone()), &author()).unwrap();
    assert!(desk.store.undoable().is_some());
    let entry = ExportEntry {
        bundle: "b1".into(),
        case,
        receiver: Unit::from_path("00/special").unwrap(),
        sequence: 1,
        tagmanifest: "00".into(),
        body: "{}".into(),
        at: author().at,
    };
    desk.store.record_export(&entry, &[], &author()).unwrap();
    assert_eq!(desk.store.undoable(), None);
    assert!(desk.store.undo(&author(), &Ticket::new()).unwrap().is_none());
    assert_eq!(desk.store.statements("note", Some(case)).unwrap(), [(note, author())]);
}

#[test]
fn a_tag_holds_the_rows_its_bytes_touch() {
    let desk = Desk::new();
    let log = Log::new(500, 50);
    let evidence = desk.import(&log, None, "a.log");
    let range = |row: usize| (log.records[row].0.offset, log.records[row].0.len);
    let across = u32::try_from(log.records[101].0.offset + 1 - log.records[98].0.offset).unwrap();
    let tag = Tag {
        id: Id("t1".into()),
        name: "要確認".into(),
        evidence: evidence.key,
        ranges: vec![range(0), range(499), range(250), (log.records[98].0.offset, across), (u64::MAX, 9)],
    };
    desk.store.apply(&Edit::Put(Statement::Tag(tag)), &author()).unwrap();
    let rows = |set| desk.store.named(&set).unwrap().rows(evidence.key).unwrap().iter().collect::<Vec<_>>();
    assert_eq!(rows(NamedSet::Tag("要確認".into())), [0, 98, 99, 100, 101, 250, 499]);
    assert_eq!(rows(NamedSet::Tagged).len(), 7);
}

#[test]
fn what_is_withdrawn_is_kept_but_no_longer_searched() {
    let desk = Desk::new();
    let case = desk.case("令和8年第10号");
    let evidence = desk.import(&Log::new(50, 50), Some(case), "a.log");
    let withdrawal = Statement::Withdrawal(Withdrawal { id: evidence.id.clone(), reason: "別件".into() });
    desk.store.apply(&Edit::Put(withdrawal), &author()).unwrap();
    assert_eq!(desk.store.evidence_one(evidence.key).unwrap().state, EvidenceState::Withdrawn);
    assert!(desk.store.readings().unwrap().is_empty() && desk.store.rows_of(IPV4, "203.0.113.7").unwrap().is_empty());
    assert_eq!(desk.store.cases().unwrap()[0].indicator_count, 0);
    assert_eq!(desk.store.stream(evidence.key, &mut Vec::new()).unwrap(), evidence.bytes);
    desk.store.undo(&author(), &Ticket::new()).unwrap();
    assert_eq!(desk.store.evidence_one(evidence.key).unwrap().state, EvidenceState::Complete);
    assert!(desk.store.cases().unwrap()[0].indicator_count > 0);
}

#[test]
fn a_case_in_use_stays_and_names_are_found_by_any_unique_end() {
    let desk = Desk::new();
    let case = desk.case("令和8年第11号");
    desk.case("令和8年第12号");
    let evidence = desk.import(&Log::new(5, 5), Some(case), "a.log");
    let row = desk.store.cases().unwrap().swap_remove(0);
    let key = StatementKey { noun: "case".into(), id: row.case.id.clone() };
    assert!(matches!(desk.store.apply(&Edit::Drop(key), &author()), Err(Error::InUse(_))));
    let id = evidence.id.as_str();
    assert_eq!(desk.store.find_evidence(&id[id.len() - 6..]).unwrap(), evidence.key);
    assert_eq!(desk.store.find_case("令和8年第11号").unwrap(), case);
    assert_eq!(desk.store.find_case_of(&super::desk::unit(), "令和8年第11号").unwrap(), Some(case));
    assert!(matches!(desk.store.find_case("no such"), Err(Error::Unknown { .. })));
    assert!(matches!(desk.store.find_case(""), Err(Error::Unknown { .. })));
    let id = row.case.id.as_str();
    assert_eq!(desk.store.find_case(&id[id.len() - Id::SHORTEST_SUFFIX..]).unwrap(), case);
    for short in 1..Id::SHORTEST_SUFFIX {
        let end = &id[id.len() - short..];
        assert!(matches!(desk.store.find_case(end), Err(Error::Unknown { .. })), "{end}");
    }
}
