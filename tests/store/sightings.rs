//! Sightings: evidences and lists together, in one order, with the role stated for the case.

use super::desk::{DOMAIN, Desk, IPV4, Log, author};
use itoguchi::model::statement::{RoleStatement, Statement};
use itoguchi::model::{CaseKey, Edit, Id, Instant, Kind, Role, Sighting, Ticket};
use itoguchi::store::{Listed, SightingFilter};
use std::collections::BTreeMap;

fn listed(case: CaseKey, kind: Kind, value: &str, count: u64) -> Listed {
    Listed {
        case,
        kind,
        value: value.to_owned(),
        first: Instant::from_secs(100),
        last: Instant::from_secs(200),
        count,
        verified: true,
        implied: false,
        role: None,
        token: None,
    }
}

/// Records, first and last instant of each value.
type Counted = BTreeMap<(Kind, String), (u64, Option<Instant>, Option<Instant>)>;

/// What the log says, counted the plain way.
fn counted(log: &Log) -> Counted {
    let mut out = BTreeMap::new();
    for (record, values) in &log.records {
        let at = record.when.instant();
        for value in values {
            let (count, first, last) = out.entry(value.clone()).or_insert((0, None, None));
            *count += 1;
            *first = [*first, at].into_iter().flatten().min();
            *last = (*last).max(at);
        }
    }
    out
}

#[test]
fn counts_and_times_hold_across_spilled_runs() {
    let desk = Desk::new();
    let case = desk.case("令和8年第4号");
    // Enough different values for several runs: each line names one of its own.
    let mut log = Log::new(12_000, 100);
    for (index, (_, values)) in log.records.iter_mut().enumerate() {
        for n in 0..12 {
            values.push((DOMAIN, format!("n{n}.u{}.example.com", index % 11_000)));
        }
    }
    let evidence = desk.import(&log, Some(case), "many.log");
    let expected = counted(&log);
    assert_eq!(evidence.reading.unwrap().indicators as usize, expected.len());
    let mut seen = 0;
    let mut before: Option<Sighting> = None;
    desk.store
        .each_sighting(&SightingFilter::default(), &mut |sighting| {
            let key = (sighting.indicator.kind, sighting.indicator.value.clone());
            assert_eq!(expected[&key], (sighting.count, sighting.first, sighting.last), "{key:?}");
            assert_eq!((sighting.implied, sighting.verified), (key.0 == DOMAIN, key.0 == IPV4));
            assert!(before.as_ref().is_none_or(|before| before.indicator < sighting.indicator));
            before = Some(sighting);
            seen += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(seen, expected.len());
    assert_eq!(desk.store.rows_of(DOMAIN, "n3.u77.example.com").unwrap().len(), 2);
    assert_eq!(desk.store.cases().unwrap()[0].indicator_count, expected.len() as u64);
    for check in desk.store.check().unwrap() {
        assert_eq!(check.ok, Some(true), "{check:?}");
    }
}

#[test]
fn lists_and_evidences_meet_and_filters_hold() {
    let desk = Desk::new();
    let (a, b) = (desk.case("令和8年第5号"), desk.case("令和8年第6号"));
    let evidence = desk.import(&Log::new(600, 100), Some(a), "a.log").key;
    let list = [
        listed(b, IPV4, "203.0.113.7", 5),
        listed(b, IPV4, "203.0.113.7", 2),
        listed(a, IPV4, "203.0.113.7", 1),
        listed(b, DOMAIN, "listed.example.com", 1),
    ];
    desk.store.put_list(&list, "list.csv", &author()).unwrap();
    let ask = |filter: SightingFilter| desk.store.sightings(&filter).unwrap();
    let value = SightingFilter { kind: Some(IPV4), value: Some("203.0.113.7".into()), ..Default::default() };
    let found: Vec<_> = ask(value).into_iter().map(|one| (one.case, one.evidence, one.count)).collect();
    assert_eq!(found, [(Some(a), None, 1), (Some(a), Some(evidence), 3), (Some(b), None, 7)]);
    let of_b = ask(SightingFilter { case: Some(b), ..Default::default() });
    assert_eq!(
        of_b.iter().map(|one| one.indicator.value.as_str()).collect::<Vec<_>>(),
        ["listed.example.com", "203.0.113.7"]
    );
    assert!(
        ask(SightingFilter { kind: Some(DOMAIN), ..Default::default() }).iter().all(|one| one.indicator.kind == DOMAIN)
    );
    assert!(
        ask(SightingFilter { evidence: Some(evidence), ..Default::default() })
            .iter()
            .all(|one| one.evidence == Some(evidence))
    );
    let counts: Vec<u64> = desk.store.cases().unwrap().iter().map(|row| row.indicator_count).collect();
    assert_eq!(counts, [250 + 200, 2]);
    let all = ask(SightingFilter::default());
    assert!(all.is_sorted_by_key(|one| (one.indicator.clone(), one.case, one.evidence)));
    desk.store.drop_listed("list.csv", b).unwrap();
    assert_eq!(desk.store.cases().unwrap()[1].indicator_count, 0);
}

#[test]
fn a_role_counts_in_its_own_case_only() {
    let desk = Desk::new();
    let (a, b) = (desk.case("令和8年第7号"), desk.case("令和8年第8号"));
    let list =
        [listed(a, IPV4, "203.0.113.7", 1), Listed { role: Some(Role::Relay), ..listed(b, IPV4, "203.0.113.7", 1) }];
    desk.store.put_list(&list, "list.csv", &author()).unwrap();
    let role = |id: &str, role| {
        Edit::Put(Statement::Role(RoleStatement {
            id: Id(id.to_owned()),
            case: a,
            kind: IPV4,
            value: "203.0.113.7".to_owned(),
            role,
            cited: Vec::new(),
        }))
    };
    let roles = || -> Vec<_> {
        desk.store.sightings(&SightingFilter::default()).unwrap().into_iter().map(|one| one.role).collect()
    };
    assert_eq!(roles(), [None, Some(Role::Relay)]);
    desk.store.apply(&role("r1", Role::Suspect), &author()).unwrap();
    assert_eq!(roles(), [Some(Role::Suspect), Some(Role::Relay)]);
    desk.store.apply(&role("r2", Role::Victim), &author()).unwrap();
    assert_eq!(roles()[0], Some(Role::Victim), "the strictest holds");
    desk.store.undo(&author(), &Ticket::new()).unwrap();
    assert_eq!(roles()[0], Some(Role::Suspect));
    // Asked for alone, the value has the same roles.
    let alone = |case| {
        let value = SightingFilter { case, kind: Some(IPV4), value: Some("203.0.113.7".into()), ..Default::default() };
        desk.store.sightings(&value).unwrap().into_iter().map(|one| one.role).collect::<Vec<_>>()
    };
    assert_eq!((alone(None), alone(Some(a)), alone(Some(b))), (roles(), vec![roles()[0]], vec![roles()[1]]));
    assert_eq!(desk.store.roles_of(a, IPV4, "203.0.113.7").unwrap(), [Role::Suspect]);
    assert_eq!(desk.store.roles_of(b, IPV4, "203.0.113.7").unwrap(), []);
}

#[test]
fn an_edit_that_is_called_off_leaves_nothing() {
    let desk = Desk::new();
    let case = desk.case("令和8年第9号");
    let said = |n: u32| {
        let (id, value) = (Id(format!("r{n}")), format!("192.0.2.{n}"));
        Edit::Put(Statement::Role(RoleStatement { id, case, kind: IPV4, value, role: Role::Relay, cited: Vec::new() }))
    };
    let edit = Edit::All((0..200).map(said).collect());
    let (head, ticket) = (desk.store.audit_head().unwrap(), Ticket::new());
    ticket.cancel();
    assert!(desk.store.apply_with(&edit, &author(), &ticket).is_err());
    assert_eq!((desk.store.roles(case).unwrap().len(), desk.store.audit_head().unwrap()), (0, head));
    let ticket = Ticket::new();
    desk.store.apply_with(&edit, &author(), &ticket).unwrap();
    assert_eq!((desk.store.roles(case).unwrap().len(), ticket.state()), (200, (200, 200)));
    // An undo that is called off leaves the edit where it was.
    let ticket = Ticket::new();
    ticket.cancel();
    assert!(desk.store.undo(&author(), &ticket).is_err());
    assert_eq!(desk.store.roles(case).unwrap().len(), 200);
    desk.store.undo(&author(), &Ticket::new()).unwrap();
    assert!(desk.store.roles(case).unwrap().is_empty() && desk.store.redoable().is_some());
}

#[test]
fn a_list_of_an_unknown_case_changes_nothing() {
    let desk = Desk::new();
    assert!(desk.store.put_list(&[listed(CaseKey(9), IPV4, "203.0.113.7", 1)], "x", &author()).is_err());
    assert!(desk.store.sightings(&SightingFilter::default()).unwrap().is_empty());
    assert_eq!(desk.store.audit_head().unwrap().count, 1);
}
