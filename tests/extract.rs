//! `extract` without a case file: whatever ingest reads, where each value stands in the original bytes, lists out and in.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]
#![expect(clippy::cast_possible_truncation, reason = "small files")]

use itoguchi::indicators::{Indicators, Pack, Says, kind_alias};
use itoguchi::ingest::containers::Passwords;
use itoguchi::model::Instant;
use itoguchi::workbench::distinct::Distinct;
use itoguchi::workbench::extract::{Found, extract};
use itoguchi::workbench::list_write::{Entry, ListForm, Writing, write};
use itoguchi::workbench::{Mode, Session, SightingFilter, lists};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Kind, value, member, text of the original bytes there.
fn finds(path: &Path) -> Vec<(String, String, String, (u64, u64))> {
    let mut out = Vec::new();
    let mut each = |found: &Found<'_>| {
        let place = (found.start, found.end);
        out.push((found.kind.tag().to_owned(), found.value.to_owned(), found.inside.to_owned(), place));
        true
    };
    extract(Some(path), &Passwords::default(), &mut each, &mut |error| panic!("{error}")).unwrap();
    out
}

fn file(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn places_are_those_of_the_original_bytes_in_every_encoding() {
    let dir = tempfile::tempdir().unwrap();
    let text = "日時,接続元,備考\r\n2026/04/01 10:00,203.0.113.5,口座の残高を確認した担当者\r\n2026/04/01 10:05,198.51.100.7,電話は０９０ー１２３４ー５６７８です\r\n".repeat(4);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (cp932, ..) = encoding_rs::SHIFT_JIS.encode(&text);
    let (euc, ..) = encoding_rs::EUC_JP.encode(&text);
    let (jis, ..) = encoding_rs::ISO_2022_JP.encode(&text);
    // A broken byte in the first line moves nothing.
    let mut broken = text.as_bytes().to_vec();
    broken.splice(3..3, [0xff, b'x']);
    for (name, bytes) in [
        ("utf8.csv", text.as_bytes()),
        ("utf16.csv", &utf16),
        ("cp932.csv", &cp932),
        ("euc.csv", &euc),
        ("jis.csv", &jis),
        ("broken.csv", &broken),
    ] {
        let path = file(dir.path(), name, bytes);
        let found = finds(&path);
        let values: Vec<&str> = found.iter().map(|(_, value, ..)| value.as_str()).collect();
        assert_eq!(values, ["203.0.113.5", "198.51.100.7", "+819012345678"].repeat(4), "{name}");
        for (kind, value, _, (start, end)) in found.iter().filter(|(kind, ..)| kind == "ipv4") {
            let cut: Vec<u8> =
                bytes[*start as usize..*end as usize].iter().copied().filter(|byte| *byte != 0).collect();
            assert_eq!(String::from_utf8_lossy(&cut), *value, "{name} {kind}");
        }
    }
}

#[test]
fn blocks_are_cut_where_no_value_stands() {
    let dir = tempfile::tempdir().unwrap();
    let line = "203.0.113.5 - - [01/Jan/2026:00:00:00 +0900] \"GET / HTTP/1.1\" 200 1 \"https://www.example.co.jp/list?a=b\"\n";
    let times = 3_000_000 / line.len();
    let found = finds(&file(dir.path(), "access.log", line.repeat(times).as_bytes()));
    assert_eq!(found.len(), 3 * times);
    assert!(found.iter().enumerate().all(|(at, (.., (start, _)))| *start as usize / line.len() == at / 3));
    // One line that is longer than any block.
    let long = "x ".repeat(6 << 20) + "203.0.113.5";
    assert_eq!(finds(&file(dir.path(), "long.txt", long.as_bytes())).len(), 1);
    assert!(finds(&file(dir.path(), "empty.txt", b"")).is_empty());
}

#[test]
fn containers_mails_and_the_decoded_layer_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let mail = "From: taro@example.jp\r\nTo: hanako@example.jp\r\nSubject: =?UTF-8?B?5oyv6L6844Gu5Lu2?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\naHR0cHM6Ly9sb2dpbi5leGFtcGxlLmpwL2E=\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\nip\r\n203.0.113.77\r\n--b--\r\n";
    let path = file(dir.path(), "a.eml", mail.as_bytes());
    let found = finds(&path);
    let has = |value: &str, inside: &str| found.iter().any(|(_, found, member, _)| found == value && member == inside);
    assert!(
        has("https://login.example.jp/a", "") && has("taro@example.jp", "") && has("203.0.113.77", "a.csv"),
        "{found:?}"
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, mail.as_bytes()).unwrap();
    let found = finds(&file(dir.path(), "a.eml.gz", &packed.finish().unwrap()));
    assert!(
        found.iter().any(|(_, value, inside, _)| value == "203.0.113.77" && inside.ends_with("/a.csv")),
        "{found:?}"
    );
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn workbooks_and_archives_in_archives_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let book = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns:r="y"><sheets><sheet name="明細" sheetId="1" r:id="rId1"/></sheets></workbook>"#.as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            br#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>ip</t></is></c><c r="B1" t="inlineStr"><is><t>mail</t></is></c></row>
            <row r="2"><c r="A2" t="inlineStr"><is><t>203.0.113.8</t></is></c><c r="B2" t="inlineStr"><is><t>hanako@example.jp</t></is></c></row></sheetData></worksheet>"#,
        ),
    ]);
    let has = |found: &[(String, String, String, (u64, u64))], value: &str, inside: &str| {
        assert!(
            found.iter().any(|(_, held, member, _)| held == value && member == inside),
            "{value} {inside}: {found:?}"
        );
    };
    let found = finds(&file(dir.path(), "answer.xlsx", &book));
    has(&found, "203.0.113.8", "明細.csv");
    has(&found, "hanako@example.jp", "明細.csv");
    let inner = zipped(&[("b.txt", b"hxxp://evil[.]example[.]com/x")]);
    let outer = zipped(&[("a/answer.xlsx", &book), ("inner.zip", &inner), ("c.log", b"198.51.100.3\n")]);
    let found = finds(&file(dir.path(), "all.zip", &outer));
    has(&found, "203.0.113.8", "a/answer.xlsx/明細.csv");
    has(&found, "http://evil.example.com/x", "inner.zip/b.txt");
    has(&found, "198.51.100.3", "c.log");
}

fn entries() -> Vec<Entry> {
    let entry = |kind: &str, value: &str, count| Entry {
        kind: kind_alias(kind).unwrap(),
        value: value.to_owned(),
        count,
        first: Some(Instant(1_767_225_600_000_000_000)),
        last: Some(Instant(1_767_229_200_000_000_000)),
        role: None,
        benign: false,
    };
    Indicators::new()
        .kinds_with_examples()
        .into_iter()
        .map(|(kind, value)| entry(kind, &value, 3))
        .chain([entry("url", "https://example.jp/a,b?c=d", 2)])
        .collect()
}

trait Examples {
    fn kinds_with_examples(&self) -> Vec<(&'static str, String)>;
}

impl Examples for Indicators {
    /// The first example of each kind in canonical form.
    fn kinds_with_examples(&self) -> Vec<(&'static str, String)> {
        use itoguchi::model::Extractor as _;
        let one = |about: &'static itoguchi::model::About| {
            Some((about.kind.tag(), self.canonical(about.kind, about.examples.first()?)?))
        };
        self.kinds().into_iter().filter_map(one).collect()
    }
}

#[test]
fn lists_come_back_as_they_went_out_in_every_form() {
    let dir = tempfile::tempdir().unwrap();
    let entries = entries();
    assert!(entries.len() > 36);
    for (form, name) in
        [(ListForm::Csv, "csv"), (ListForm::Jsonl, "jsonl"), (ListForm::Stix, "stix"), (ListForm::Misp, "misp")]
    {
        for defanged in [false, true] {
            if defanged && form != ListForm::Csv {
                continue;
            }
            let mut bytes = Vec::new();
            write(&entries, Writing { form, defanged, at: Instant(1_767_225_600_000_000_000) }, &mut bytes).unwrap();
            let list = file(dir.path(), &format!("list.{name}"), &bytes);
            let store = dir.path().join(format!("{name}{defanged}.itoguchi"));
            let session = Session::create(&store, "11/soumu", "試験", None).unwrap();
            let case = session.new_case("一覧", Some("1")).unwrap().key;
            let done = lists::import(&session, case, &list).unwrap();
            assert!(done.rejected.is_empty(), "{name}: {:?}", done.rejected);
            let held = session.store.sightings(&SightingFilter::default()).unwrap();
            let held: BTreeSet<(String, String, bool)> = held
                .into_iter()
                .map(|seen| (seen.indicator.kind.tag().to_owned(), seen.indicator.value, seen.verified))
                .collect();
            for entry in &entries {
                let found = held.contains(&(entry.kind.tag().to_owned(), entry.value.clone(), true));
                assert!(found, "{name} {defanged}: {} {}", entry.kind, entry.value);
            }
            assert_eq!(held.len(), entries.len(), "{name}");
            drop(session);
            assert!(Session::open(&store, Mode::Read, "試験", None).is_ok());
        }
    }
}

#[test]
fn patterns_and_composite_attributes_of_others_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let stix = r#"{"type":"bundle","id":"bundle--1","objects":[
        {"type":"indicator","pattern":"[ipv4-addr:value = '203.0.113.5' OR file:hashes.'SHA-256' = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'] AND [url:value = 'http://example.jp/it\\'s']","valid_from":"2026-01-01T00:00:00Z"},
        {"type":"autonomous-system","id":"autonomous-system--1","number":64496},
        {"type":"malware","name":"x"}]}"#;
    let misp = r#"{"response":[{"Event":{"info":"x","Attribute":[{"type":"domain|ip","value":"example.jp|203.0.113.9"},{"type":"ip-src|port","value":"198.51.100.4|443"},{"type":"comment","value":"nothing"}],
        "Object":[{"Attribute":[{"type":"md5","value":"d41d8cd98f00b204e9800998ecf8427e"},{"type":"ip-dst","value":"2001:db8::1"}]}]}}]}"#;
    for (name, text, expected) in [
        (
            "a.json",
            stix,
            vec![
                "203.0.113.5",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "http://example.jp/it's",
                "AS64496",
            ],
        ),
        (
            "b.json",
            misp,
            vec!["example.jp", "203.0.113.9", "198.51.100.4", "d41d8cd98f00b204e9800998ecf8427e", "2001:db8::1"],
        ),
    ] {
        let session = Session::create(&dir.path().join(format!("{name}.itoguchi")), "11", "試験", None).unwrap();
        let case = session.new_case("一覧", None).unwrap().key;
        let done = lists::import(&session, case, &file(dir.path(), name, text.as_bytes())).unwrap();
        assert!(done.rejected.is_empty(), "{:?}", done.rejected);
        let held = session.store.sightings(&SightingFilter::default()).unwrap();
        let values: BTreeSet<&str> = held.iter().map(|seen| seen.indicator.value.as_str()).collect();
        assert_eq!(values, expected.into_iter().collect(), "{name}");
        assert!(held.iter().all(|seen| seen.verified));
    }
    let session = Session::create(&dir.path().join("c.itoguchi"), "11", "試験", None).unwrap();
    assert!(lists::import(&session, None, &file(dir.path(), "c.json", b"{\"a\":\n1}")).is_err());
}

#[test]
fn each_value_once_counts_all_finds() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), "a.txt", "203.0.113.5 203[.]0[.]113[.]5\nhttps://example.jp/ example.jp\n".as_bytes());
    let mut distinct = Distinct::default();
    let mut each = |found: &Found<'_>| {
        distinct.add(found);
        true
    };
    extract(Some(&path), &Passwords::default(), &mut each, &mut |_| {}).unwrap();
    let all: Vec<_> = distinct
        .sorted()
        .into_iter()
        .map(|(kind, value, tally)| (kind.tag().to_owned(), value, tally.count, tally.implied))
        .collect();
    assert_eq!(
        all,
        [
            ("ipv4".to_owned(), "203.0.113.5", 2, false),
            ("domain".to_owned(), "example.jp", 2, false),
            ("url".to_owned(), "https://example.jp/", 1, false)
        ]
    );
}

#[test]
fn warning_lists_load_as_they_are_published() {
    let shared = std::env::var_os("ITOGUCHI_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let dir = shared.join("corpus/indicators/misp-warninglists");
    let Ok(expected) = fs::read_to_string(dir.join("EXPECTED.json")) else { return };
    let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
    let mut packs = Vec::new();
    for (name, facts) in expected.as_object().unwrap() {
        let pack = Pack::read(&fs::read_to_string(dir.join(format!("{name}.json"))).unwrap()).unwrap();
        assert_eq!((pack.entries + pack.unread) as u64, facts["entries"].as_u64().unwrap(), "{name}");
        assert!(pack.unread * 20 <= pack.entries, "{name}: {} unread", pack.unread);
        let loose = matches!(facts["type"].as_str(), Some("substring" | "regex"));
        assert_eq!(pack.says == Says::Note, loose, "{name}");
        packs.push(pack);
    }
    assert_eq!(packs.len(), 24);
    let indicators = Indicators::with_packs(packs);
    let marked = |kind: &str, value: &str| {
        indicators.marks(kind_alias(kind).unwrap(), value).any(|mark| mark.pack.source.starts_with("MISP warning list"))
    };
    for (kind, value) in [
        ("ipv4", "10.1.2.3"),
        ("ipv4", "203.0.113.5"),
        ("ipv6", "2001:db8::1"),
        ("domain", "www.google.co.jp"),
        ("domain", "bit.ly"),
        ("url", "https://bit.ly/3kakuu"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("email", "someone@0-mail.com"),
        ("phone", "+12025550199"),
    ] {
        assert!(marked(kind, value), "{kind} {value}");
    }
    for (kind, value) in [
        ("ipv4", "9.9.9.10"),
        ("domain", "login.kakuu-bank.jp"),
        ("phone", "+819012345678"),
        ("md5", "0123456789abcdef0123456789abcdef"),
    ] {
        assert!(!marked(kind, value), "{kind} {value}");
    }
}
