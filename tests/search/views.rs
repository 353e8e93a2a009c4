//! Views of a row set: histogram, facet, highlight. What each says is counted again the simple way.

use super::double::{Line, Lines, Memory, SEC, form};
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::{EvidenceKey, Instant, RowSet, Ticket};
use itoguchi::search::{Bins, Error, Rows, Scope, facet, histogram, parse, spans};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

fn pairs() -> ReadingForm {
    ReadingForm { columns: ["status", "路"].map(str::to_owned).to_vec(), ..form("pairs", "utf-8") }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_histogram_counts_every_row_once(
        instants in prop::collection::vec((0_i64..4, prop::option::weighted(0.9, 0_i64..5), any::<bool>()), 0..120),
        (from, len, bin, skew) in (-20_i64..200, 1_i64..200, 1_i64..60, -5_i64..5),
        all in any::<bool>(),
    ) {
        let mut at = 0;
        let mut memory = Memory::default();
        let mut reading = form("", "utf-8");
        reading.time.skew_secs = skew;
        let mut lines = Vec::new();
        let mut set = RowSet::new();
        for (row, (step, jitter, chosen)) in (0_u32..).zip(&instants) {
            at += step;
            lines.push(Line { at: jitter.map(|jitter| at + jitter), ..Line::new("some line") });
            if *chosen || all {
                set.insert(EvidenceKey(1), row);
            }
        }
        memory.add(None, reading, lines.clone(), 60);
        let bins = Bins { from: Instant(from * SEC), to: Instant((from + len) * SEC), nanos: bin * SEC };
        let scope = Scope::default();
        let rows = if all { Rows::All(&scope) } else { Rows::Only(&set) };
        let got = histogram(rows, &memory, bins, &Ticket::new()).unwrap();
        let mut counts = vec![0_u64; (len as u64).div_ceil(bin as u64) as usize];
        let (mut undated, mut outside) = (0, 0);
        for row in set.rows(EvidenceKey(1)).into_iter().flatten() {
            match lines[row as usize].at.map(|at| at - skew) {
                None => undated += 1,
                Some(at) if at < from || at >= from + len => outside += 1,
                Some(at) => counts[((at - from) / bin) as usize] += 1,
            }
        }
        prop_assert_eq!((got.counts, got.undated, got.outside), (counts, undated, outside));
    }

    #[test]
    fn a_facet_counts_every_value(values in prop::collection::vec((0_u8..6, any::<bool>()), 1..150), limit in 0_usize..8) {
        let mut memory = Memory::default();
        let lines = values.iter().map(|(value, has)| Line::new(if *has { format!("status={value} x") } else { "- - -".into() }));
        memory.add(None, pairs(), lines.collect(), 50);
        memory.add(None, form("", "utf-8"), vec![Line::new("no fields at all")], 50);
        let got = facet(Rows::All(&Scope::default()), "Status", &memory, &Lines, &Ticket::new(), limit).unwrap();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (value, _) in values.iter().filter(|(_, has)| *has) {
            *counts.entry(value.to_string()).or_default() += 1;
        }
        let dated: u64 = counts.values().sum();
        prop_assert_eq!((got.total, got.missing), (values.len() as u64 + 1, values.len() as u64 + 1 - dated));
        prop_assert_eq!(got.distinct_at_least, counts.len() as u64);
        let mut top: Vec<(String, u64)> = counts.into_iter().collect();
        top.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        top.truncate(limit);
        prop_assert_eq!(got.top, top);
        prop_assert!(got.is_exact);
    }
}

#[test]
fn a_chunk_inside_one_bin_is_not_read() {
    let mut memory = Memory::default();
    memory.add(None, form("", "utf-8"), (0..500).map(|n| Line::new("a line of a log").at(n)).collect(), 160);
    let day = Bins { from: Instant(0), to: Instant(86_400 * SEC), nanos: 3600 * SEC };
    let got = histogram(Rows::All(&Scope::default()), &memory, day, &Ticket::new()).unwrap();
    assert_eq!((got.counts[0], got.counts.len()), (500, 24));
    assert_eq!(memory.read.load(Ordering::Relaxed) + memory.headed.load(Ordering::Relaxed), 0);
    let endless = Bins { from: Instant(i64::MIN), to: Instant(i64::MAX), nanos: 1 };
    assert!(matches!(
        histogram(Rows::All(&Scope::default()), &memory, endless, &Ticket::new()),
        Err(Error::TooMany(_))
    ));
}

#[test]
fn an_unknown_field_and_a_cancel_are_told() {
    let mut memory = Memory::default();
    memory.add(None, pairs(), vec![Line::new("status=1")], 50);
    let scope = Scope::default();
    assert!(matches!(facet(Rows::All(&scope), "user", &memory, &Lines, &Ticket::new(), 5), Err(Error::Query(_))));
    let ticket = Ticket::new();
    ticket.cancel();
    assert!(matches!(facet(Rows::All(&scope), "status", &memory, &Lines, &ticket, 5), Err(Error::Cancelled)));
}

#[test]
fn what_matched_is_marked_as_written() {
    for (format, text, query, marked) in [
        ("", "GET /Admin/login ADMIN", "admin", "Admin|ADMIN"),
        ("", "振込先 ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ 振込", "振込|ﾔﾏﾀﾞ"),
        ("", r#"{"a":"\u53e3\u5ea7"}"#, "口座", r"\u53e3\u5ea7"),
        ("", "Ａbc abc", "=abc", "abc"),
        ("", "id=42 id=7", r"/id=\d+/", "id=42|id=7"),
        ("", "ip 203.0.113.7, 198.51.100.1", "ip:203.0.113.0/24 NOT abc", "203.0.113.7"),
        ("", "login failed", "login NOT failed", "login"),
        ("", "aaaa", "aa", "aaaa"),
        ("pairs", "status=500 x=500", "status:>=500", "500"),
        ("pairs", "路=/a status=1", "路:/a", "/a"),
        ("json", r#"{"n":"\u5c71"}"#, "n:山", r"\u5c71"),
        ("", "路:/a status", "路:/a", "路:/a"),
        ("", "anything", "", ""),
    ] {
        let form = if format == "pairs" { pairs() } else { form(format, "utf-8") };
        let spans = spans(&parse(query).unwrap(), &form, &Lines, text);
        let got: Vec<&str> = spans.into_iter().map(|span| &text[span]).collect();
        assert_eq!(got.join("|"), marked, "{query} in {text}");
    }
}
