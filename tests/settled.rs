//! Sixty-four hex digits that words leave open: what a person settles is what ties cases, what is searched, shown and handed up.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod asked;

use asked::asked;
use itoguchi::bundle::release;
use itoguchi::bundle::shown::How;
use itoguchi::bundle::token::Tokens;
use itoguchi::indicators::kind_alias;
use itoguchi::jobs::LocalDesk;
use itoguchi::model::settled::{is_ambiguous, readings};
use itoguchi::model::statement::{AssertedLink, Grade, Statement};
use itoguchi::model::{CaseKey, Corpus as _, Edit, Extractor as _, Id, Kind, NamedSet, Role, Ticket, Unit};
use itoguchi::store::Listed;
use itoguchi::workbench::ask::{IndicatorList, Pasted, Question, Reply};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Session, export, find, import, lists, network, roles, settled, suggest, trail};

/// A made-up value.
const VALUE: &str = "5ca1ab1e00000000000000000000000000000000000000000000000000c0ffee";
const OTHER: &str = "5ca1ab1e00000000000000000000000000000000000000000000000000facade";

struct Desk {
    session: Session,
    case: CaseKey,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::create(&folder.path().join("a.itoguchi"), "11", "訓練太郎", None).unwrap();
        let case = session.new_case("送金", Some("令和8年第1号")).unwrap().key.unwrap();
        Self { session, case, folder }
    }

    fn add(&self, case: CaseKey, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let options = AddOptions::default();
        import::add(&self.session, Some(case), &[path], &options, &Ticket::new(), &mut |outcome| {
            assert!(matches!(outcome, Outcome::Added { .. }), "{outcome:?}");
        })
        .unwrap();
    }

    fn settle(&self, kind: Option<&str>) {
        let kind = kind.map(|tag| kind_alias(tag).unwrap());
        assert!(settled::settle(&self.session, VALUE, kind, "取引所の回答").unwrap());
    }

    fn tied(&self) -> usize {
        network::correlate(&self.session, None, &Ticket::new()).unwrap().found.pairs.len()
    }

    fn found(&self, query: &str) -> u64 {
        find::search_case(&self.session, query, self.case, &Ticket::new()).unwrap().rows.len()
    }

    fn role(&self, kind: &str, value: &str, role: Role) {
        let values = [(kind_alias(kind).unwrap(), value.to_owned())];
        roles::state(&self.session, self.case, &values, Some(role), &Ticket::new()).unwrap();
    }

    /// What leaves of the case: kind and manner of the value, links, and the finished bytes; nothing may stop it.
    fn leaves(&self) -> (String, How, usize, String) {
        let plan = export::Plan {
            case: self.case,
            profile: "national".into(),
            receiver: Unit::from_path("00/special").unwrap(),
            records: Some("送った OR 検体".into()),
            to: Vec::new(),
            texts: Vec::new(),
        };
        let mut clean = export::review(&self.session, &plan, &Tokens::new("e", [7; 32]), &Ticket::new()).unwrap();
        let of: Vec<_> = clean.decisions().iter().filter(|one| one.value.value == VALUE).collect();
        let [one] = of[..] else { panic!("{of:?}") };
        let (kind, how) = (one.value.kind.to_string(), one.shown.how());
        let extractor = self.session.extractor().unwrap();
        let (payload, report) = release::finish(&mut clean, &extractor, &Ticket::new());
        assert!(report.stops.is_empty(), "{:?}", report.stops);
        let all: String = payload.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
        (kind, how, all.matches("\"grade\"").count(), all)
    }
}

fn open_and_called(desk: &Desk) -> CaseKey {
    let other = desk.session.new_case("別件", Some("令和8年第2号")).unwrap().key.unwrap();
    desk.add(desk.case, "a.txt", &format!("ビットコインを送った {VALUE}\nビットコインを送った {OTHER}\n"));
    desk.add(other, "b.txt", &format!("txid: {VALUE}\n"));
    other
}

#[test]
fn two_cases_that_read_one_value_in_two_ways_are_tied_once_it_is_settled() {
    let desk = Desk::new();
    let other = open_and_called(&desk);
    assert_eq!((desk.tied(), desk.found("kind:hex64"), desk.found("kind:txid")), (0, 2, 0));
    desk.settle(Some("txid"));
    assert_eq!((desk.tied(), desk.found("kind:hex64"), desk.found("kind:txid")), (1, 1, 1));
    let found = network::correlate(&desk.session, None, &Ticket::new()).unwrap();
    let ties = found.found.ties(&found.found.pairs[0]);
    assert_eq!(found.found.value(&ties[0]).unwrap().kind.tag(), "txid");
    // What comes in later joins, whatever its words say; a list too.
    let third = desk.session.new_case("三件目", None).unwrap().key.unwrap();
    desk.add(third, "c.txt", &format!("検体のSHA-256: {VALUE}\n"));
    assert_eq!(desk.tied(), 3);
    let list = desk.folder.path().join("list.csv");
    std::fs::write(&list, format!("type,value,case,pref\nsha256,{VALUE},令和8年第9号,13\n")).unwrap();
    lists::import(&desk.session, None, &list).unwrap();
    assert_eq!(desk.tied(), 6);
    let of_case =
        lists::entries(&desk.session, &itoguchi::workbench::SightingFilter { case: Some(other), ..Default::default() });
    assert_eq!(of_case.unwrap().iter().map(|entry| entry.kind.tag().to_owned()).collect::<Vec<_>>(), ["txid"]);
    // Taken back, everything is as the words said: the hash and the list's hash alone are one.
    desk.settle(None);
    assert_eq!((desk.tied(), desk.found("kind:hex64"), desk.found("kind:txid")), (1, 2, 0));
    desk.session.store.undo(&desk.session.author(), &Ticket::new()).unwrap();
    assert_eq!(desk.tied(), 6);
}

#[test]
fn a_token_still_stands_for_its_value_when_that_is_settled() {
    let desk = Desk::new();
    let other = desk.session.new_case("別件", Some("令和8年第2号")).unwrap().key.unwrap();
    let listed = |case, value: &str, token: Option<&str>| Listed {
        case,
        kind: kind_alias("hex64").unwrap(),
        value: value.to_owned(),
        first: None,
        last: None,
        count: 1,
        verified: true,
        implied: false,
        role: None,
        token: token.map(str::to_owned),
    };
    // One unit sent the value with its token, the other the token alone, made before anybody settled it.
    let list = [listed(desk.case, VALUE, Some("tok1:hex64:e1:abcd")), listed(other, "tok1:hex64:e1:abcd", None)];
    desk.session.store.put_list(&list, "list.csv", &desk.session.author()).unwrap();
    assert_eq!(desk.tied(), 1);
    desk.settle(Some("txid"));
    assert_eq!(desk.tied(), 1);
    let found = network::correlate(&desk.session, None, &Ticket::new()).unwrap();
    let value = found.found.value(&found.found.ties(&found.found.pairs[0])[0]).unwrap();
    assert_eq!((value.kind.tag(), value.value.as_str()), ("txid", VALUE));
}

#[test]
fn a_bundle_says_what_was_settled_and_its_policy_follows() {
    let desk = Desk::new();
    desk.add(
        desk.case,
        "a.txt",
        &format!("ビットコインを送った {VALUE} 198.51.100.9\ntxid: {VALUE} を送った\n検体 203.0.113.9\n"),
    );
    // Stated while nobody knew what it is; a transaction over a relay leaves as a token, the hash of a file as it is.
    desk.role("hex64", VALUE, Role::Relay);
    desk.role("ipv4", "203.0.113.9", Role::Suspect);
    let link = |kind: &str| AssertedLink {
        id: Id("l1".into()),
        case: desk.case,
        from: (Kind::from_tag(kind).unwrap(), VALUE.into()),
        to: (kind_alias("ipv4").unwrap(), "203.0.113.9".into()),
        reason: "同じ端末".into(),
        grade: Grade::Probable,
        cited: Vec::new(),
    };
    desk.session.store.apply(&Edit::Put(Statement::Link(link("hex64"))), &desk.session.author()).unwrap();
    desk.settle(Some("txid"));
    let (kind, how, links, all) = desk.leaves();
    assert_eq!((kind.as_str(), how), ("txid", How::Token));
    assert!(!all.contains(VALUE) && links > 0, "the link stated of its former kind goes along");
    desk.settle(Some("sha256"));
    let (kind, how, _, all) = desk.leaves();
    assert_eq!((kind.as_str(), how), ("sha256", How::Kept));
    assert!(all.contains(VALUE) && !all.contains("tok1:txid"), "no other kind of it stands anywhere");
}

#[test]
fn the_window_shows_what_was_settled_by_whom_and_why() {
    let desk = Desk::new();
    open_and_called(&desk);
    desk.role("hex64", VALUE, Role::Suspect);
    desk.settle(Some("txid"));
    let suggested = suggest::hint(&desk.session, kind_alias("txid").unwrap(), VALUE).unwrap();
    assert_eq!(suggested, None, "no field holds it");
    assert!(desk.session.store.named(&NamedSet::Kind(kind_alias("txid").unwrap())).unwrap().len() == 2);
    let entries = desk.session.store.audit_entries(9).unwrap();
    let told = trail::Trail::of(&desk.session).stated(&entries[0].0).unwrap().unwrap();
    assert!(
        told.ja.contains("「取引ID（暗号資産）」と確定（取引所の回答）")
            && told.en.contains("settled as Transaction id")
    );
    let evidence = desk.session.store.evidence().unwrap()[0].key;
    let case = desk.case;
    let mut window = LocalDesk::new(Some(desk.session), "訓練太郎").unwrap();
    let Reply::Record(record) = asked(&mut window, &Question::Record { evidence, row: 0 }) else { panic!("no record") };
    let hit = record.hits.iter().find(|hit| hit.value == VALUE).unwrap();
    assert_eq!((hit.kind.tag(), hit.role, hit.cases), ("txid", Some(Role::Suspect), 2));
    assert_eq!(hit.settled.as_ref().unwrap().operator, "訓練太郎");
    let list = IndicatorList { case: Some(case), kind: kind_alias("txid"), ..IndicatorList::default() };
    let Reply::Indicators(page) = asked(&mut window, &Question::Indicators { list, first: 0, count: 9 }) else {
        panic!("no list")
    };
    let [row] = &page.rows[..] else { panic!("{page:?}") };
    assert_eq!((row.value.as_str(), row.cases, row.count), (VALUE, 2, 1));
    assert_eq!(row.settled.as_ref().unwrap().reason, "取引所の回答");
    // A bare list has no words: the value is found as what it is, and one that nobody settled as whatever it was read.
    let pasted = Pasted::new(&format!("{VALUE}\n{OTHER}\n"));
    let Reply::Sweep(sweep) = asked(&mut window, &Question::Sweep(pasted)) else { panic!("no sweep") };
    assert_eq!(sweep.rows.iter().map(|row| row.count).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(sweep.rows.iter().map(|row| row.kind.unwrap().to_string()).collect::<Vec<_>>(), ["txid", "hex64"]);
}

#[test]
fn a_field_suggests_a_role_for_what_it_was_settled_as() {
    let desk = Desk::new();
    desk.add(desk.case, "a.csv", &format!("日時,送金先,数量\n2026-04-01 10:00,{VALUE},0.5\n2026-04-01 11:00,-,0.7\n"));
    let hint = |tag: &str| suggest::hint(&desk.session, kind_alias(tag).unwrap(), VALUE).unwrap().map(|hint| hint.role);
    assert_eq!((hint("sha256"), hint("txid")), (None, None), "a file's hash says nothing in such a column");
    desk.settle(Some("txid"));
    assert_eq!((hint("sha256"), hint("txid")), (None, Some(Role::Suspect)));
}

#[test]
fn what_a_person_types_is_read_or_refused() {
    let desk = Desk::new();
    let read = |text: &str| settled::read_value(&desk.session, text).ok();
    assert_eq!(read(&format!("0x{}", VALUE.to_uppercase())).as_deref(), Some(VALUE));
    for text in ["", "203.0.113.7", &VALUE[1..], "5ca1ab1e", &"1".repeat(64)] {
        assert_eq!(read(text), None, "{text}");
    }
    for kind in readings(kind_alias("txid").unwrap(), VALUE) {
        let label = desk.session.indicators.about(kind).map(|about| about.label);
        assert!(label.is_some() && is_ambiguous(kind, VALUE), "{kind}");
    }
    let choice =
        |text: &str| settled::read_choice(&desk.session, text).ok().map(|kind| kind.map(|kind| kind.tag().to_owned()));
    assert_eq!(choice("SHA-256"), Some(Some("sha256".into())));
    assert_eq!((choice("tx"), choice("context")), (Some(Some("txid".into())), Some(None)));
    assert_eq!((choice("hex64"), choice("md5"), choice("")), (None, None, None));
    assert!(!settled::settle(&desk.session, VALUE, None, "").unwrap(), "nothing to take back");
    assert!(settled::settle(&desk.session, VALUE, kind_alias("txid"), &"長".repeat(501)).is_err());
    desk.settle(Some("txid"));
    assert!(!settled::settle(&desk.session, VALUE, kind_alias("txid"), " 取引所の回答 ").unwrap(), "said already");
    assert!(settled::settle(&desk.session, VALUE, kind_alias("txid"), "別の根拠").unwrap());
    assert_eq!(settled::list(&desk.session).unwrap().iter().count(), 1);
}
