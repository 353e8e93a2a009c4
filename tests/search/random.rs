//! Random questions over random evidence: the fast way finds exactly the rows that reading every record finds.

use super::double::{Line, Lines, Memory, form};
use super::naive;
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::time::Known;
use itoguchi::model::{EvidenceKey, Kind, NamedSet, ReadingHead, Reject, RowSet, Ticket};
use itoguchi::search::{Outcome, Scope, parse, run};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const WORDS: &[&str] = &[
    "login",
    "LOGIN",
    "log",
    "wallet",
    "203.0.113.7",
    "203.0.113.70",
    "198.51.100.1",
    "2001:db8::1",
    "口座",
    "振込",
    "ﾌﾘｺﾐ",
    "フリコミ",
    "かﾞ",
    "が",
    "か",
    "Ｋelvin",
    "ＡＢＣ",
    "abc",
    "\\u53e3\\u5ea7",
    "\\u0041bc",
    "−",
    "-",
    "cafe\u{301}",
    "é",
    "K",
    "name=値",
    "size=1,500",
    "size=20",
    "size=-3",
    "name=Abc",
    "src=203.0.113.9",
    "株)",
    "a\"b",
    "0123456789abcdef0123456789",
    "x",
];

const TERMS: &[&str] = &[
    "login",
    "=login",
    "LOG",
    "=LOG",
    "ogi",
    "wallet",
    "203.0.113.7",
    "=203.0.113.7",
    "ip:203.0.113.0/24",
    "ip:203.0.113.7",
    "ip:2001:db8::/32",
    "ip:0.0.0.0/0",
    "口座",
    "=口座",
    "口",
    "フリコミ",
    "=フリコミ",
    "ﾌﾘ",
    "か",
    "=か",
    "が",
    "kelvin",
    "/kelvin/",
    "=/Kel/",
    "ABC",
    "=ABC",
    "\"a\\\"b\"",
    "-",
    "cafe",
    "=cafe",
    "café",
    "/^x/",
    "/x$/",
    "/[0-9]{4}/",
    "/login|wallet/",
    "/口./",
    "/203\\.0\\.113\\.\\d+/",
    "/(?i)abc/",
    "size:>19",
    "size:<=20",
    "size:=1500",
    "size:*",
    "size:1*",
    "name:abc",
    "name:=Abc",
    "name:値",
    "name:*b*",
    "src:203.0.113.0/28",
    "氏名:山田",
    "値:x",
    "kind:btc",
    "kind:btc=v",
    "tag:t",
    "is:tagged",
    "is:undated",
    "is:reject",
    "is:stated",
    "is:assumed",
    "evidence:01",
    "time:1970-01-01T09:00..1970-01-01T09:01",
    "time:..1970-01-01T09:00:30",
    "time:1970-01-01T09:02..",
    "\"login wallet\"",
    "0123456789abcdef01234",
    "56789abcdef",
    "\"\n\"",
];

fn line() -> impl Strategy<Value = Line> {
    let words = prop::collection::vec(select(WORDS), 0..6);
    let gap = select(vec![" ", "", " ", "/"]);
    let state = (prop::option::weighted(0.7, 0_i64..300), 0..3_u8, prop::bool::weighted(0.2));
    (words, gap, state).prop_map(|(words, gap, (at, known, reject))| Line {
        bytes: words.join(gap).into_bytes(),
        at,
        known: [Known::Stated, Known::Setting, Known::Assumed][usize::from(known)],
        reject: reject.then_some(Reject::Shape),
    })
}

#[derive(Clone, Debug)]
struct Evidence {
    format: &'static str,
    encoding: &'static str,
    lines: Vec<Line>,
    limit: usize,
    sorted: bool,
    skew: i64,
}

fn evidence() -> impl Strategy<Value = Evidence> {
    let format = select(vec!["pairs", "json", ""]);
    let encoding = select(vec!["utf-8", "shift_jis", "euc-jp", "iso-2022-jp", "utf-16le"]);
    let lines = prop::collection::vec(line(), 0..40);
    (format, encoding, lines, select(vec![16_usize, 40, 200, 5000]), any::<bool>(), select(vec![0_i64, 0, 30]))
        .prop_map(|(format, encoding, lines, limit, sorted, skew)| Evidence {
            format,
            encoding,
            lines,
            limit,
            sorted,
            skew,
        })
}

fn encoded(encoding: &str, text: &str) -> Vec<u8> {
    if encoding == "utf-16le" {
        return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    let label = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap();
    label.encode(text).0.into_owned()
}

fn memory(evidences: Vec<Evidence>, picks: &[(Index, Index)]) -> Memory {
    let mut memory = Memory::default();
    for Evidence { format, encoding, mut lines, limit, sorted, skew } in evidences {
        let mut reading = ReadingForm { columns: Vec::new(), ..form(format, encoding) };
        if format == "pairs" {
            reading.columns = ["size", "name", "src"].map(str::to_owned).to_vec();
        }
        reading.time.skew_secs = skew;
        if sorted {
            lines.sort_by_key(|line| line.at);
        }
        for (number, line) in lines.iter_mut().enumerate() {
            let text = String::from_utf8(std::mem::take(&mut line.bytes)).unwrap();
            let text = if format == "json" {
                serde_json::json!({ "name": text, "size": number }).to_string().replace("\\\\u", "\\u")
            } else {
                text
            };
            line.bytes = encoded(encoding, &text);
        }
        memory.add(Some(1), reading, lines, limit);
    }
    let sets = [
        NamedSet::Kind(Kind::new("btc")),
        NamedSet::Value(Kind::new("btc"), "v".into()),
        NamedSet::Tag("t".into()),
        NamedSet::Tagged,
    ];
    for (index, (evidence, row)) in picks.iter().enumerate() {
        let reading = &memory.readings[evidence.index(memory.readings.len())];
        if reading.rows > 0 {
            let at = (reading.evidence, row.index(reading.rows as usize) as u32);
            memory.name(sets[index % sets.len()].clone(), &[at]);
        }
    }
    memory
}

fn question() -> impl Strategy<Value = String> {
    let term = select(TERMS).prop_map(str::to_owned);
    term.prop_recursive(4, 12, 4, |part| {
        prop_oneof![
            prop::collection::vec(part.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" "))),
            prop::collection::vec(part.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            part.prop_map(|part| format!("NOT {part}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_way_finds_what_reading_everything_finds(
        evidences in prop::collection::vec(evidence(), 1..4),
        picks in prop::collection::vec(any::<(Index, Index)>(), 0..24),
        questions in prop::collection::vec(question(), 4),
    ) {
        let memory = memory(evidences, &picks);
        for question in questions {
            let query = parse(&question).unwrap();
            let mut streamed = RowSet::new();
            let mut calls = 0;
            let outcome = run(&query, &memory, &Lines, &Scope::default(), &Ticket::new(), &mut |evidence: EvidenceKey, rows| {
                calls += rows.len();
                streamed.add(evidence, rows.clone());
            });
            let Ok(Outcome { rows, .. }) = outcome else {
                let fielded = |reading: &ReadingHead| reading.form.format.as_str() != "";
                prop_assert!(question.contains(':') && !memory.readings.iter().any(fielded), "{}", question);
                continue;
            };
            prop_assert_eq!(&rows, &naive::rows(&query, &memory), "{}", question);
            prop_assert_eq!((&rows, rows.len()), (&streamed, calls), "{}", question);
        }
    }
}
