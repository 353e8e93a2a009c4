//! Roles: one value may play another part in some records than in the rest of its case; what fields suggest is said only
//! where it is known.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod asked;

use asked::asked;
use itoguchi::bundle::shown::How;
use itoguchi::bundle::token::Tokens;
use itoguchi::indicators::kind_alias;
use itoguchi::jobs::LocalDesk;
use itoguchi::model::{CaseKey, Kind, Role, RowSet, Ticket, Unit};
use itoguchi::store::SightingFilter;
use itoguchi::workbench::ask::{IndicatorList, Question, Reply};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Session, export, find, import, roles, suggest};

struct Desk {
    session: Session,
    case: CaseKey,
    folder: tempfile::TempDir,
}

/// An account that is a victim's until its owner is made to pass money on.
const ACCOUNT: &str = "9998-998-1-1234567";

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::create(&folder.path().join("a.itoguchi"), "11", "訓練太郎", None).unwrap();
        let case = session.new_case("役割", Some("令和8年第1号")).unwrap().key.unwrap();
        Self { session, case, folder }
    }

    fn add(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = AddOptions::default();
        import::add(&self.session, Some(self.case), &[path], &options, &Ticket::new(), &mut |outcome| {
            assert!(matches!(outcome, Outcome::Added { .. }), "{outcome:?}");
        })
        .unwrap();
    }

    fn statements() -> String {
        (1..=6).fold("日時,摘要,口座\n".to_owned(), |text, day| {
            let what = if day < 4 { "本人の買物" } else { "受け子の送金" };
            text + &format!("2026-04-0{day} 10:00,{what},見本銀行(9998) 支店(998) 普通 1234567\n")
        })
    }

    fn rows(&self, query: &str) -> RowSet {
        find::search_case(&self.session, query, self.case, &Ticket::new()).unwrap().rows
    }

    fn state_in(&self, query: &str, role: Option<Role>) -> u64 {
        let values = [(kind("bank_account"), ACCOUNT.to_owned())];
        let said = roles::state_in(&self.session, self.case, &values, &self.rows(query), role, &Ticket::new()).unwrap();
        said.iter().map(|(.., rows)| rows).sum()
    }

    fn role(&self) -> Option<Role> {
        let filter = SightingFilter { kind: Some(kind("bank_account")), ..SightingFilter::default() };
        let seen = self.session.store.sightings(&filter).unwrap();
        assert!(seen.iter().all(|one| one.role == seen[0].role), "one part in the whole case: {seen:?}");
        seen[0].role
    }

    /// How the account would leave, and how many records go along.
    fn leaves(&self) -> (How, usize) {
        let plan = export::Plan {
            case: self.case,
            profile: "national".into(),
            receiver: Unit::from_path("00/special").unwrap(),
            records: None,
            to: Vec::new(),
            texts: Vec::new(),
        };
        let clean = export::review(&self.session, &plan, &Tokens::new("e", [7; 32]), &Ticket::new()).unwrap();
        let account = clean.decisions().iter().find(|one| one.value.value == ACCOUNT).unwrap();
        (account.shown.how(), clean.record_count())
    }
}

fn kind(tag: &str) -> Kind {
    kind_alias(tag).unwrap()
}

#[test]
fn a_role_may_hold_in_some_records_alone() {
    let desk = Desk::new();
    desk.add("a.csv", &Desk::statements());
    assert_eq!((desk.role(), desk.leaves()), (None, (How::Token, 0)));
    // Said of half its records: the others are nobody's word, and guard the value everywhere.
    assert_eq!(desk.state_in("受け子", Some(Role::Suspect)), 3);
    assert_eq!((desk.role(), desk.leaves()), (None, (How::Token, 3)));
    let limited = desk.session.store.limited_roles(desk.case).unwrap();
    assert_eq!((limited.len(), limited[0].rows.clone()), (1, desk.rows("受け子")));
    // The rest is the victim's own: known now, and as guarded.
    assert_eq!(desk.state_in("買物", Some(Role::Victim)), 3);
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Victim), (How::Token, 3)));
    // Said again of the same records, it is another word in place of the first.
    assert_eq!(desk.state_in("買物", Some(Role::Suspect)), 3);
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Suspect), (How::Kept, 6)));
    assert_eq!(desk.session.store.limited_roles(desk.case).unwrap().len(), 2);
    // Another evidence shows it where nobody spoke of it.
    desk.add("b.csv", &Desk::statements().replace("2026-04", "2026-05"));
    assert_eq!((desk.role(), desk.leaves()), (None, (How::Token, 6)));
    // What is said of the whole case holds where nothing narrower does.
    roles::state(
        &desk.session,
        desk.case,
        &[(kind("bank_account"), ACCOUNT.into())],
        Some(Role::Suspect),
        &Ticket::new(),
    )
    .unwrap();
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Suspect), (How::Kept, 12)));
    assert_eq!(desk.state_in("2026-05-01", Some(Role::Victim)), 1);
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Victim), (How::Token, 11)));
    desk.session.store.undo(&desk.session.author(), &Ticket::new()).unwrap();
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Suspect), (How::Kept, 12)));
    // Taken back where it was said.
    assert_eq!(desk.state_in("evidence", None), 0);
    assert_eq!(desk.state_in("受け子 OR 買物", None), 12);
    assert!(desk.session.store.limited_roles(desk.case).unwrap().is_empty());
    assert_eq!(desk.role(), Some(Role::Suspect));
    let wanting = desk.session.store.check().unwrap().into_iter().find(|check| check.ok == Some(false));
    assert_eq!(wanting, None);
}

#[test]
fn the_last_word_on_a_record_holds_there_and_leaves_the_others() {
    let desk = Desk::new();
    desk.add("a.csv", &Desk::statements());
    let parts = || {
        let mut parts: Vec<(Role, u64)> = Vec::new();
        for one in desk.session.store.limited_roles(desk.case).unwrap() {
            parts.push((one.said.role, one.rows.len()));
        }
        parts.sort();
        parts
    };
    assert_eq!(desk.state_in("本人 OR 受け子", Some(Role::Victim)), 6);
    assert_eq!((parts(), desk.leaves()), (vec![(Role::Victim, 6)], (How::Token, 0)));
    // One record inside is another matter: the record goes out, the value stays as guarded as where it is a victim's.
    assert_eq!(desk.state_in("2026-04-05", Some(Role::Suspect)), 1);
    assert_eq!(parts(), [(Role::Victim, 5), (Role::Suspect, 1)]);
    assert_eq!((desk.role(), desk.leaves()), (Some(Role::Victim), (How::Token, 1)));
    // The same word again says nothing new, inside or out.
    assert_eq!(desk.state_in("2026-04-05", Some(Role::Suspect)), 1);
    assert_eq!(desk.state_in("2026-04-01", Some(Role::Victim)), 1);
    assert_eq!(parts(), [(Role::Victim, 5), (Role::Suspect, 1)]);
    // One that overlaps both takes what it names of each, in one step.
    assert_eq!(desk.state_in("2026-04-04 OR 2026-04-05", Some(Role::Witness)), 2);
    assert_eq!(parts(), [(Role::Victim, 4), (Role::Witness, 2)]);
    desk.session.store.undo(&desk.session.author(), &Ticket::new()).unwrap();
    assert_eq!(parts(), [(Role::Victim, 5), (Role::Suspect, 1)]);
    // Taken back in one record of many, it holds in the others.
    assert_eq!(desk.state_in("2026-04-02", None), 1);
    assert_eq!(parts(), [(Role::Victim, 4), (Role::Suspect, 1)]);
    // A wider word in the end is the last word on all of them.
    assert_eq!(desk.state_in("本人 OR 受け子", Some(Role::Suspect)), 6);
    assert_eq!((parts(), desk.leaves()), (vec![(Role::Suspect, 6)], (How::Kept, 6)));
    assert_eq!(desk.state_in("2026-04-03", Some(Role::Victim)), 1);
    assert_eq!((parts(), desk.leaves()), (vec![(Role::Victim, 1), (Role::Suspect, 5)], (How::Token, 5)));
    let wanting = desk.session.store.check().unwrap().into_iter().find(|check| check.ok == Some(false));
    assert_eq!(wanting, None);
    // Each record says what holds in it, and the list of indicators in how many what holds.
    let (case, evidence) = (desk.case, desk.session.store.evidence().unwrap()[0].key);
    let mut window = LocalDesk::new(Some(desk.session), "訓練太郎").unwrap();
    for row in 0..6 {
        let Reply::Record(record) = asked(&mut window, &Question::Record { evidence, row }) else {
            panic!("no record {row}");
        };
        let here: Vec<_> = record.hits.iter().filter(|hit| hit.value == ACCOUNT).map(|hit| hit.here).collect();
        assert_eq!(here, [Some(if row == 2 { Role::Victim } else { Role::Suspect })], "{row}");
    }
    let list = IndicatorList { case: Some(case), ..IndicatorList::default() };
    let Reply::Indicators(page) = asked(&mut window, &Question::Indicators { list, first: 0, count: 9 }) else {
        panic!("no list");
    };
    let mut parts = page.rows.iter().find(|row| row.value == ACCOUNT).unwrap().parts.clone();
    parts.sort();
    assert_eq!(parts, [(Role::Victim, 1), (Role::Suspect, 5)]);
}

#[test]
fn a_role_in_some_records_counts_in_its_own_case() {
    let desk = Desk::new();
    desk.add("a.csv", &Desk::statements());
    let other = desk.session.new_case("別件", None).unwrap().key.unwrap();
    let said = roles::state_in(
        &desk.session,
        other,
        &[(kind("bank_account"), ACCOUNT.to_owned())],
        &desk.rows("受け子"),
        Some(Role::Suspect),
        &Ticket::new(),
    );
    assert!(said.unwrap().is_empty(), "none of the records is of that case");
    assert_eq!(desk.role(), None);
}

#[test]
fn clients_are_suspects_or_victims_only_where_the_server_is_known() {
    let desk = Desk::new();
    let line = |host: &str, client: &str| {
        format!(
            "{{\"timestamp\":\"2026-04-01T10:00:00.000000+0900\",\"event_type\":\"http\",\"src_ip\":\"{client}\",\"src_port\":50000,\"dest_ip\":\"192.0.2.10\",\"dest_port\":80,\"proto\":\"TCP\",\"http\":{{\"hostname\":\"{host}\",\"url\":\"/\",\"http_method\":\"GET\",\"status\":200}}}}\n"
        )
    };
    desk.add("eve.json", &(line("login.example.jp", "203.0.113.7") + &line("www.example.co.jp", "198.51.100.9")));
    let hint = |tag: &str, value: &str| suggest::hint(&desk.session, kind(tag), value).unwrap().map(|hint| hint.role);
    let state = |tag: &str, value: &str, role| {
        roles::state(&desk.session, desk.case, &[(kind(tag), value.to_owned())], role, &Ticket::new()).unwrap();
    };
    for value in ["203.0.113.7", "198.51.100.9", "192.0.2.10"] {
        assert_eq!(hint("ipv4", value), None, "nobody said what the servers are: {value}");
    }
    assert_eq!(hint("domain", "login.example.jp"), None);
    state("domain", "login.example.jp", Some(Role::Infrastructure));
    assert_eq!(hint("ipv4", "203.0.113.7"), Some(Role::Victim), "came to the phishing site");
    assert_eq!(hint("ipv4", "198.51.100.9"), None, "came to another server");
    state("domain", "www.example.co.jp", Some(Role::Victim));
    assert_eq!(hint("ipv4", "198.51.100.9"), Some(Role::Suspect), "came to the victim's server");
    state("ipv4", "192.0.2.10", Some(Role::Victim));
    assert_eq!(hint("ipv4", "203.0.113.7"), None, "the record names two servers that are not of one side");
}
