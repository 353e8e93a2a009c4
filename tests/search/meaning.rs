//! What each term finds in a small mixed corpus, and what happens around it: errors, notes, cancelling, streaming.

use super::double::{Line, Lines, Memory, form};
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::time::Known;
use itoguchi::model::{CaseKey, EvidenceKey, Kind, NamedSet, Reject, RowSet, Ticket};
use itoguchi::search::{About, Error, Outcome, Scope, parse, run};
use std::sync::atomic::Ordering;

fn cp932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// Evidence 1: `pairs` in UTF-8; 2: CP932 bank lines; 3: JSON; 4: plain text.
fn corpus() -> Memory {
    let mut memory = Memory::default();
    let pairs = ReadingForm {
        columns: ["src", "size", "agent", "氏名"].map(str::to_owned).to_vec(),
        ..form("pairs", "utf-8")
    };
    let first = vec![
        Line::new("src=203.0.113.7 size=500 agent=curl/8.1").at(1_775_000_000),
        Line::new("src=203.0.113.77 size=1,500 agent=Mozilla").at(1_775_000_060),
        Line::new("src=198.51.100.7 size=0 agent=Mozilla 氏名=山田").at(1_775_100_000),
        Line { reject: Some(Reject::Shape), ..Line::new("-- GET /admin/login HTTP/1.1") },
    ];
    memory.add(Some(1), pairs, first, 100);
    let second = vec![
        Line::new(cp932("振込先 口座 1234567 ﾔﾏﾀﾞ ﾀﾛｳ")),
        Line::new(cp932("出金 ＡＴＭ ￥１０，０００")),
        Line::new(cp932("氏名:山田 口座番号 0090−12")),
    ];
    memory.add(Some(1), form("", "shift_jis"), second, 64);
    let third = vec![
        Line::new(r#"{"tag":"a","name":"\u53e3\u5ea7","ip":"2001:db8::5","n":12}"#).at(1_775_000_000),
        Line {
            known: Known::Assumed,
            ..Line::new(r#"{"tag":"b","name":"Ginko","ip":"2001:db9::5","n":2.50}"#).at(1_775_000_001)
        },
    ];
    memory.add(Some(2), form("json", "utf-8"), third, 4096);
    let fourth = vec![Line::new("フリコミ wallet bc1qexample"), Line::new(""), Line::new("Ｋｅｌｖｉｎ kelvin")];
    memory.add(None, form("", "utf-8"), fourth, 4096);
    let (one, three) = (EvidenceKey(1), EvidenceKey(3));
    memory.name(NamedSet::Tag("要確認".into()), &[(one, 1), (three, 0)]);
    memory.name(NamedSet::Tagged, &[(one, 1), (three, 0), (three, 1)]);
    memory.name(NamedSet::Kind(Kind::new("btc")), &[(EvidenceKey(4), 0)]);
    memory.name(NamedSet::Value(Kind::new("btc"), "bc1qexample".into()), &[(EvidenceKey(4), 0)]);
    memory
}

fn ask(memory: &Memory, query: &str, scope: Scope) -> Result<Outcome, Error> {
    let mut streamed = RowSet::new();
    let query = parse(query)?;
    let outcome = run(&query, memory, &Lines, &scope, &Ticket::new(), &mut |evidence, rows| {
        streamed.add(evidence, rows.clone());
    })?;
    assert_eq!(streamed, outcome.rows, "what was streamed is what was found");
    Ok(outcome)
}

fn listed(rows: &RowSet) -> String {
    let each = rows.iter().flat_map(|(evidence, rows)| rows.iter().map(move |row| format!("{}:{row}", evidence.0)));
    each.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_term_finds_what_it_says() {
    let memory = corpus();
    for (query, rows) in [
        ("", "1:0 1:1 1:2 1:3 2:0 2:1 2:2 3:0 3:1 4:0 4:1 4:2"),
        ("口座", "2:0 2:2 3:0"),
        ("=口座", "2:0 2:2 3:0"),
        ("/口.{1}$/", ""),
        ("/口./", "2:0 2:2 3:0"),
        ("ヤマダ", "2:0"),
        ("=ﾔﾏﾀﾞ", "2:0"),
        ("=ヤマダ", ""),
        ("ﾌﾘｺﾐ", "4:0"),
        ("atm 10,000", "2:1"),
        ("0090-12", "2:2"),
        ("kelvin", "4:2"),
        ("=kelvin", "4:2"),
        ("=KELVIN", ""),
        ("/KELVIN/", "4:2"),
        ("=/^Ｋｅ/", "4:2"),
        ("/admin/login", "1:3"),
        ("mozilla NOT 山田", "1:1"),
        ("mozilla OR btc OR kind:btc", "1:1 1:2 4:0"),
        ("kind:btc=bc1qexample", "4:0"),
        ("agent:mozilla", "1:1 1:2"),
        ("agent:moz", ""),
        ("agent:*oz*", "1:1 1:2"),
        ("agent:=mozilla", ""),
        ("src:*", "1:0 1:1 1:2"),
        ("src:203.0.113.0/24", "1:0 1:1"),
        ("src:203.0.113.7", "1:0"),
        ("ip:203.0.113.7", "1:0"),
        ("ip:203.0.113.0/25", "1:0 1:1"),
        ("ip:203.0.113.0/26", "1:0"),
        ("ip:198.0.0.0/7", "1:2"),
        ("ip:2001:db8::/32", "3:0"),
        ("size:>=500", "1:0 1:1"),
        ("size:=1500", "1:1"),
        ("n:<3", "3:1"),
        ("n:=2.5", "3:1"),
        ("氏名:山田", "1:2 2:2"),
        ("\"tag\":a", "3:0"),
        ("name:口座", "3:0"),
        ("tag:要確認", "1:1 3:0"),
        ("is:tagged", "1:1 3:0 3:1"),
        ("is:reject", "1:3"),
        ("is:undated NOT is:reject", "2:0 2:1 2:2 4:0 4:1 4:2"),
        ("is:assumed", "3:1"),
        ("is:stated evidence:3", "3:0"),
        ("evidence:02 口座", "2:0 2:2"),
        ("time:2026-04-01T08:33:20..2026-04-01T08:33:20", "1:0 3:0"),
        ("time:2026-04-01T08:33", "1:0 3:0 3:1"),
        ("time:2026-04-02..", "1:2"),
        ("time:..2026-04-01 mozilla", "1:1"),
    ] {
        let outcome = ask(&memory, query, Scope::default()).unwrap_or_else(|err| panic!("{query}: {err}"));
        assert_eq!(listed(&outcome.rows), rows, "{query}");
    }
}

#[test]
fn a_scope_holds_for_negation_too() {
    let memory = corpus();
    let case = |case| Scope { case: Some(CaseKey(case)), evidence: None };
    assert_eq!(listed(&ask(&memory, "NOT 口座", case(1)).unwrap().rows), "1:0 1:1 1:2 1:3 2:1");
    let both = Scope { case: Some(CaseKey(1)), evidence: Some(EvidenceKey(3)) };
    assert!(ask(&memory, "", both).unwrap().rows.is_empty());
}

#[test]
fn clock_skew_moves_the_period_not_the_record() {
    let mut memory = Memory::default();
    let mut ahead = form("", "utf-8");
    ahead.time.skew_secs = 3600;
    memory.add(None, ahead, vec![Line::new("x").at(1_775_000_000)], 100);
    assert!(ask(&memory, "time:2026-04-01T08", Scope::default()).unwrap().rows.is_empty());
    assert_eq!(ask(&memory, "time:2026-04-01T07", Scope::default()).unwrap().rows.len(), 1);
}

#[test]
fn what_does_not_exist_is_said_with_its_place() {
    let memory = corpus();
    let all = Scope::default();
    let one = Scope { evidence: Some(EvidenceKey(1)), ..all };
    for (query, scope, at) in [
        ("x user:y", one, "user:y"),
        ("x evidence:zz", all, "evidence:zz"),
        ("evidence:0 OR evidence:1", all, "evidence:0"),
    ] {
        match ask(&memory, query, scope) {
            Err(Error::Query(err)) => assert_eq!(&query[err.at], at, "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    }
    let outcome = ask(&memory, "user:y", all).unwrap();
    assert!(outcome.rows.is_empty());
    assert_eq!(outcome.notes[0].about, About::FieldNotSeen("user".into()));
    assert!(ask(&memory, "n:99", all).unwrap().notes.is_empty());
    assert_eq!(ask(&memory, "tag:none", all).unwrap().notes[0].about, About::NoSuchTag("none".into()));
    assert_eq!(ask(&memory, "kind:xmr", all).unwrap().notes.len(), 1);
}

#[test]
fn an_ambiguous_id_is_refused() {
    let mut memory = Memory::default();
    for _ in 0..11 {
        memory.add(None, form("", "utf-8"), vec![Line::new("x")], 64);
    }
    assert!(matches!(ask(&memory, "evidence:1", Scope::default()), Err(Error::Query(_))));
    assert_eq!(ask(&memory, "evidence:11", Scope::default()).unwrap().rows.len(), 1);
}

#[test]
fn only_chunks_that_can_hold_a_match_are_read() {
    let mut memory = Memory::default();
    let lines = (0..1000).map(|n| Line::new(format!("request {n} wallet{}", n / 100)).at(n * 60)).collect();
    memory.add(None, form("", "utf-8"), lines, 600);
    let chunks = memory.chunk_count();
    assert!(chunks > 20, "{chunks}");
    let reads = |query: &str| {
        let before = (memory.read.load(Ordering::Relaxed), memory.headed.load(Ordering::Relaxed));
        let rows = ask(&memory, query, Scope::default()).unwrap().rows.len();
        (rows, memory.read.load(Ordering::Relaxed) - before.0, memory.headed.load(Ordering::Relaxed) - before.1)
    };
    assert_eq!(reads("nowhere"), (0, 0, 0));
    assert_eq!(reads("NOT nowhere"), (1000, 0, 0));
    let (rows, read, _) = reads("NOT wallet3");
    assert!(rows == 900 && read <= 6, "{rows} {read}");
    let (rows, read, headed) = reads("time:1970-01-01T10:00..1970-01-01T19:59");
    assert!(rows == 600 && read == 0 && headed <= 2, "{rows} {read} {headed}");
    assert_eq!(reads("is:undated"), (0, 0, 0));
}

#[test]
fn a_record_across_chunks_is_one_row_and_its_seam_is_searched() {
    let mut memory = Memory::default();
    let long = format!("{} seamless {}", "a".repeat(60), "b".repeat(200));
    memory.add(None, form("", "utf-8"), vec![Line::new("head"), Line::new(long.clone()), Line::new("tail")], 64);
    for (query, rows) in [
        ("seamless", "1:1"),
        ("seamless bbbb aaaa", "1:1"),
        ("/^a+ seamless b+$/", "1:1"),
        ("NOT seamless", "1:0 1:2"),
        ("NOT bbbb", "1:0 1:2"),
        ("head OR tail", "1:0 1:2"),
        ("", "1:0 1:1 1:2"),
        ("is:undated", "1:0 1:1 1:2"),
    ] {
        assert_eq!(listed(&ask(&memory, query, Scope::default()).unwrap().rows), rows, "{query}");
    }
}

#[test]
fn a_cancelled_search_ends_as_cancelled() {
    let memory = corpus();
    let ticket = Ticket::new();
    ticket.cancel();
    let query = parse("/./").unwrap();
    let outcome = run(&query, &memory, &Lines, &Scope::default(), &ticket, &mut |_, _| {});
    assert!(matches!(outcome, Err(Error::Cancelled)));
    let ticket = Ticket::new();
    let outcome = run(&query, &memory, &Lines, &Scope::default(), &ticket, &mut |_, _| ticket.cancel());
    assert!(matches!(outcome, Err(Error::Cancelled)));
}
