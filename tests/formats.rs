//! Formats: what is recognised, what becomes of it, and what never happens whatever the bytes.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::formats::{Sample, by_name};
use itoguchi::ingest::frames::Frames;
use itoguchi::ingest::{
    Cutter, Damage, FORMATS, GunzipLimits, HEAD, MAX_RECORD, Overrides, Parsed, Reader, Settler, detect, encoding,
    form, gunzip, parse,
};
use itoguchi::model::corpus::LayerReader as _;
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::record::When;
use itoguchi::model::{ChunkHead, Explain as _, FieldReader as _, Lang, RecordHead, Reject};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What was stated about every fixture.
fn overrides() -> Overrides {
    Overrides { zone: Some("Asia/Tokyo".to_owned()), year: Some(2025), ..Overrides::default() }
}

fn form_of(bytes: &[u8], name: &str) -> ReadingForm {
    form(bytes, &detect(bytes, name.as_bytes()), &overrides()).unwrap()
}

/// Reads everything in one piece.
fn read(form: &ReadingForm, bytes: &[u8]) -> Parsed {
    let mut parsed = parse(form, bytes, 0, 0, true, true);
    Settler::new(form).settle(&mut parsed);
    parsed
}

/// Reads everything in chunks of about `target` bytes, with a look-ahead as the reader of a file has it.
fn read_in_chunks(form: &ReadingForm, bytes: &[u8], target: usize) -> (Vec<RecordHead>, u64, u64, Vec<String>) {
    let (mut cutter, mut settler) = (Cutter::new(form), Settler::new(form));
    let (mut records, mut skipped, mut lines, mut texts): (Vec<RecordHead>, _, _, Vec<String>) = (vec![], 0, 0, vec![]);
    let (mut at, mut ahead, mut continues) = (0, target.max(2), false);
    while at < bytes.len() {
        let end = bytes.len().min(at + ahead);
        let cut = cutter.cut(&bytes[at..end], target, end == bytes.len());
        if cut.len == 0 {
            assert!(end < bytes.len(), "more bytes asked for at the end");
            ahead += target.max(64);
            continue;
        }
        let (lead, last) = (u32::try_from(cut.lead).unwrap(), at + cut.len == bytes.len());
        assert_eq!(cut.lead > 0, continues, "a lead follows a cut inside a record and nothing else");
        let mut parsed = parse(form, &bytes[at..at + cut.len], at as u64, lead, at == 0, last);
        settler.settle(&mut parsed);
        texts.extend(parsed.text_ranges.iter().map(|r| parsed.text[r.start as usize..r.end as usize].to_owned()));
        records.append(&mut parsed.records);
        skipped += parsed.skipped;
        lines += parsed.lines;
        at += cut.len;
        (ahead, continues) = (target.max(2), cut.continues);
    }
    (records, skipped, lines, texts)
}

/// What holds for any bytes read in any form.
fn check(form: &ReadingForm, bytes: &[u8], parsed: &Parsed) {
    if by_name(&form.format).is_some_and(|format| format.frames().is_none()) {
        assert_eq!(parsed.records.len() as u64 + parsed.skipped, parsed.lines, "rows + skipped = lines");
    }
    assert_eq!(parsed.records.len(), parsed.text_ranges.len());
    let layered = by_name(&form.format).and_then(|format| format.frames()).is_some_and(Frames::is_layered);
    let mut end = 0;
    for (record, range) in parsed.records.iter().zip(&parsed.text_ranges) {
        assert!(record.offset >= end && record.len > 0, "records are in order and do not overlap");
        end = record.offset + u64::from(record.len);
        assert!(end <= bytes.len() as u64);
        let text = &parsed.text[range.start as usize..range.end as usize];
        let own = &bytes[usize::try_from(record.offset).unwrap()..usize::try_from(end).unwrap()];
        if !layered {
            assert_eq!(Reader.text(form, own), text, "a record alone reads as it does in its chunk");
        }
    }
    if layered {
        let head = ChunkHead { offset: 0, lead: 0, ..head_of(bytes) };
        let layer = Reader.layer(form, &head, bytes, &parsed.records).unwrap();
        for (place, range) in layer.places.iter().zip(&parsed.text_ranges) {
            let again = &layer.bytes[place.start as usize..place.end as usize];
            assert_eq!(
                again,
                &parsed.text.as_bytes()[range.start as usize..range.end as usize],
                "a layer comes out the same"
            );
        }
    }
    // Between records stand only blank lines, the heading and line ends.
    let kept: u64 = parsed.records.iter().map(|record| u64::from(record.len)).sum();
    assert!(kept <= bytes.len() as u64);
}

fn head_of(bytes: &[u8]) -> ChunkHead {
    let len = u32::try_from(bytes.len()).unwrap();
    ChunkHead { seq: 0, offset: 0, len, lead: 0, first_row: 0, rows: 0, undated: 0, first: None, last: None }
}

fn fixtures() -> Vec<(String, PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let mut out = Vec::new();
    for format in FORMATS {
        for path in files(&root.join(format.name())) {
            if path.extension().is_some_and(|extension| extension == "in") {
                let bytes = std::fs::read(&path).unwrap();
                out.push((format.name().to_owned(), path, bytes));
            }
        }
    }
    out
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut out: Vec<PathBuf> =
        std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    out.sort();
    out.iter().flat_map(|path| files(path)).collect()
}

fn told(when: &When) -> Value {
    match when {
        When::At { instant, known, precision, offset_minutes } => {
            json!([instant.iso(*offset_minutes), known, precision])
        }
        When::Undated(why) => json!(why),
    }
}

fn golden(form: &ReadingForm, bytes: &[u8], name: &str) -> Value {
    let detection = detect(bytes, name.as_bytes());
    let parsed = read(form, bytes);
    let records: Vec<Value> = parsed
        .records
        .iter()
        .zip(&parsed.text_ranges)
        .map(|(record, range)| {
            let text = &parsed.text[range.start as usize..range.end as usize];
            let mut fields = Vec::new();
            Reader.fields(form, text, &mut fields);
            let fields: Vec<String> = fields.iter().map(|field| format!("{}={}", field.name, field.value)).collect();
            json!({"offset": record.offset, "len": record.len, "when": told(&record.when), "reject": record.reject, "fields": fields})
        })
        .collect();
    json!({
        "format": detection.format, "encoding": detection.encoding, "score": detection.score,
        "columns": form.columns, "delimiter": form.delimiter, "notes": form.notes,
        "lines": parsed.lines, "rows": parsed.records.len(), "skipped": parsed.skipped, "records": records,
    })
}

#[test]
fn every_fixture_becomes_what_its_golden_file_says() {
    for (_, path, bytes) in fixtures() {
        let form = form_of(&bytes, "evidence");
        let got = golden(&form, &bytes, "evidence");
        let beside = path.with_extension("json");
        if std::env::var_os("ITOGUCHI_ACCEPT").is_some() {
            std::fs::write(&beside, serde_json::to_string_pretty(&got).unwrap() + "\n").unwrap();
        }
        let expected: Value = serde_json::from_slice(&std::fs::read(&beside).unwrap()).unwrap();
        assert_eq!(got, expected, "{}", path.display());
    }
}

#[test]
fn every_fixture_is_claimed_by_its_format_and_refused_by_the_others() {
    for (name, path, bytes) in fixtures() {
        let detection = detect(&bytes, b"evidence");
        assert_eq!(detection.format, name, "{}", path.display());
        let encoding = encoding::of(detection.encoding);
        let text = encoding::decode(encoding, &bytes).text;
        let text = text.trim_start_matches('\u{feff}');
        let sample = Sample { text, raw: &bytes, bom: 0, encoding, name: "evidence" };
        for other in FORMATS.iter().filter(|other| other.name() != name) {
            assert!(other.sniff(&sample) < 50, "{} claims {}", other.name(), path.display());
        }
    }
}

#[test]
fn the_list_of_formats_is_complete() {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    for format in FORMATS {
        assert!(!format.label().ja.is_empty() && !format.label().en.is_empty());
        assert!(fixtures().iter().filter(|(name, ..)| name == format.name()).count() > 1, "{}", format.name());
    }
}

#[test]
fn every_prefix_and_every_flipped_byte_is_read() {
    for (_, _, bytes) in fixtures() {
        let form = form_of(&bytes, "evidence");
        // Of a long file, places spread over it.
        let step = bytes.len() / 1_500 + 1;
        for end in (0..bytes.len()).step_by(step) {
            check(&form, &bytes[..end], &read(&form, &bytes[..end]));
            if end % 16 == 0 {
                form_of(&bytes[..end], "evidence");
            }
        }
        let mut broken = bytes.clone();
        for at in (0..bytes.len()).step_by(step) {
            for flip in [0xff, 0x20] {
                broken[at] ^= flip;
                check(&form, &broken, &read(&form, &broken));
                broken[at] ^= flip;
            }
            if at % 16 == 0 {
                broken[at] ^= 0x80;
                let other = form_of(&broken, "evidence");
                check(&other, &broken, &read(&other, &broken));
                broken[at] ^= 0x80;
            }
        }
    }
}

#[test]
fn cutting_a_fixture_anywhere_changes_no_record() {
    for (_, path, bytes) in fixtures() {
        let form = form_of(&bytes, "evidence");
        let whole = read(&form, &bytes);
        for target in [2, 3, 16, 50, 120, 333, 1000] {
            let (records, skipped, lines, _) = read_in_chunks(&form, &bytes, target);
            assert_eq!(records, whole.records, "{} at {target}", path.display());
            assert_eq!((skipped, lines), (whole.skipped, whole.lines));
        }
    }
}

/// Any form that could be ordered for any bytes.
fn any_form() -> impl Strategy<Value = ReadingForm> {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
    let label = prop::sample::select(encoding::NAMES.to_vec());
    let delimiter = prop::sample::select(vec![',', '\t', ';', '|']);
    (prop::sample::select(names), label, delimiter).prop_map(|(format, encoding, delimiter)| ReadingForm {
        format: format.to_owned(),
        encoding: encoding.to_owned(),
        columns: vec!["a".to_owned(), "b".to_owned()],
        delimiter: Some(delimiter),
        notes: vec![("time".to_owned(), "0".to_owned())],
        ..ReadingForm::default()
    })
}

/// Bytes made of what matters: line ends, marks, delimiters, halves of characters, times.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"\n",
        b"\r\n",
        b"\r",
        b"\"",
        b"\"\"",
        b",",
        b"|",
        b"\t",
        b" ",
        b"\0",
        b"a",
        b"\x0a\x00",
        b"\x00\x0a",
        b"\x82",
        b"\x83\x5c",
        b"\x8f\xa1",
        b"\x1b$B",
        b"\x1b(B",
        b"\x22\x21",
        b"\xe5\x8f\xa3",
        b"\xe5\x8f",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xd8\x00",
        b"{\"ts\":1775000000",
        b"}",
        b"2026-04-01 08:15:00",
        b"Feb 29 08:15:00 h p: m",
        b"<3>",
        b"\xef\xbc\x91",
        b"R8.4.2",
        b"9999999999999999999",
        "\u{4ee4}\u{548c}8\u{5e74}".as_bytes(),
        b"192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET / HTTP/1.1\" 200 5",
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_bytes_in_any_form_are_read_and_cutting_changes_nothing(
        form in any_form(), bytes in any_bytes(), target in 2_usize..200
    ) {
        let whole = read(&form, &bytes);
        check(&form, &bytes, &whole);
        let (records, skipped, lines, texts) = read_in_chunks(&form, &bytes, target);
        prop_assert_eq!(&records, &whole.records);
        prop_assert_eq!((skipped, lines), (whole.skipped, whole.lines));
        for (text, range) in texts.iter().zip(&whole.text_ranges) {
            prop_assert_eq!(text, &whole.text[range.start as usize..range.end as usize]);
            let mut fields = Vec::new();
            Reader.fields(&form, text, &mut fields);
        }
    }

    #[test]
    fn any_bytes_are_detected_and_read(bytes in any_bytes()) {
        let form = form_of(&bytes, "evidence.csv");
        check(&form, &bytes, &read(&form, &bytes));
    }

    #[test]
    fn any_bytes_as_gzip(bytes in prop::collection::vec(any::<u8>(), 0..400), flip in any::<prop::sample::Index>()) {
        let mut packed = gzip(&bytes);
        let at = flip.index(packed.len());
        packed[at] ^= 0x10;
        let mut out = Vec::new();
        gunzip(&mut packed.as_slice(), GunzipLimits::default(), &mut out).unwrap();
        prop_assert!(out.len() <= bytes.len() * 1_032 + 1_032);
    }
}

#[test]
fn a_line_of_nine_mib_is_cut_inside_and_stays_one_record() {
    for (format, label) in [("text", "utf-8"), ("delimited", "shift_jis"), ("text", "utf-16le"), ("jsonl", "utf-8")] {
        let form = ReadingForm { format: format.to_owned(), encoding: label.to_owned(), ..ReadingForm::default() };
        let unit: &[u8] = if label == "utf-16le" { b"x\0" } else { b"x" };
        let feed: &[u8] = if label == "utf-16le" { b"\n\0" } else { b"\n" };
        let mut bytes = [unit.repeat(10).as_slice(), feed].concat();
        bytes.extend(unit.repeat((9 << 20) / unit.len()));
        bytes.extend([feed, &unit.repeat(5), feed].concat());
        let (records, skipped, lines, _) = read_in_chunks(&form, &bytes, 1 << 20);
        assert_eq!((records.len(), skipped, lines), (3, 0, 3), "{format} {label}");
        assert_eq!(records[1].reject, Some(Reject::TooLong));
        assert!(records[1].len as usize <= MAX_RECORD);
        assert_eq!(records[2].offset, (bytes.len() - 6 * unit.len()) as u64);
    }
}

#[test]
fn a_stray_quotation_mark_costs_one_row_however_long_the_file() {
    let row = "2026-04-01 08:15:00,kato,192.0.2.1\n".repeat(40_000);
    let text = format!("time,user,ip\n{row}2026-04-01 08:15:00,\"stray,192.0.2.1\n{row}{row}");
    let form = form_of(text.as_bytes(), "evidence");
    let (records, skipped, lines, _) = read_in_chunks(&form, text.as_bytes(), 1 << 20);
    assert_eq!(lines, 120_002);
    assert_eq!((records.len(), skipped), (120_001, 1));
    let bad: Vec<usize> = (0..records.len()).filter(|at| records[*at].reject.is_some()).collect();
    assert_eq!(bad, [40_000]);
    assert_eq!(records[40_000].reject, Some(Reject::Quote));
    assert_eq!(records, read(&form, text.as_bytes()).records);
}

#[test]
fn marks_that_never_close_take_linear_time() {
    // Every line leaves a mark open in either reading: a scanner that starts over at each line would never end.
    let text = "x\",\"\n".repeat(400_000);
    let form = ReadingForm { format: "delimited".to_owned(), encoding: "utf-8".to_owned(), ..ReadingForm::default() };
    let (records, skipped, lines, _) = read_in_chunks(&form, text.as_bytes(), 1 << 20);
    assert_eq!(records.len() as u64 + skipped, lines);
}

#[test]
fn zone_and_year_are_never_borrowed() {
    let bytes = b"Apr  1 08:15:00 relay1 sshd[1]: Invalid user a from 192.0.2.1 port 22\n";
    let undated = |zone: Option<&str>, year: Option<i16>| {
        let overrides = Overrides { zone: zone.map(str::to_owned), year, ..Overrides::default() };
        let form = form(bytes, &detect(bytes, b"auth.log"), &overrides).unwrap();
        told(&read(&form, bytes).records[0].when)
    };
    assert_eq!(undated(None, None), json!("year-unknown"));
    assert_eq!(undated(Some("Asia/Tokyo"), None), json!("year-unknown"));
    assert_eq!(undated(None, Some(2026)), json!("zone-unknown"));
    assert_eq!(undated(Some("+09:00"), Some(2026)), json!(["2026-04-01T08:15:00+09:00", "setting", "second"]));
}

#[test]
fn what_is_ordered_wrongly_is_told_with_what_is_right() {
    let detection = detect(b"hello\n", b"a.txt");
    let order = |overrides: Overrides| form(b"hello\n", &detection, &overrides).unwrap_err();
    let errors = [
        order(Overrides { format: Some("acess".to_owned()), ..Overrides::default() }),
        order(Overrides { encoding: Some("cp933".to_owned()), ..Overrides::default() }),
        order(Overrides { zone: Some("Tokio".to_owned()), ..Overrides::default() }),
        order(Overrides { year: Some(26), ..Overrides::default() }),
    ];
    for error in errors {
        for lang in [Lang::Ja, Lang::En] {
            assert!(error.what(lang).contains('`') && !error.hint(lang).unwrap().is_empty());
        }
    }
    let hint = order(Overrides { format: Some("csv".to_owned()), ..Overrides::default() }).hint(Lang::En).unwrap();
    assert!(hint.contains("delimited"));
}

#[test]
fn an_ordered_encoding_shows_what_it_cannot_read() {
    let bytes = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats/text/euc_jp.in")).unwrap();
    let overrides = Overrides { encoding: Some("utf-8".to_owned()), ..Overrides::default() };
    let form = form(&bytes, &detect(&bytes, b""), &overrides).unwrap();
    let parsed = read(&form, &bytes);
    assert!(parsed.records.iter().all(|record| record.reject == Some(Reject::Encoding)));
}

#[test]
fn binary_files_are_kept_whole() {
    let noise: Vec<u8> = (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    for bytes in [&b"\x89PNG\r\n\x1a\n...."[..], b"MZ\x90\0....", b"%PDF-1.7\n1 0 obj\n", &noise, &[0; 500]] {
        let detection = detect(bytes, b"log.csv");
        assert_eq!(detection.format, "", "{bytes:?}");
        let form = form(bytes, &detection, &overrides()).unwrap();
        assert!(read(&form, bytes).records.is_empty());
    }
    assert_eq!(detect(b"", b"empty.log").format, "text");
    assert!(detect(&gzip(b"x"), b"").container);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn gzip_members_damage_and_bombs() {
    let unpack = |packed: &[u8], limits: GunzipLimits| {
        let mut out = Vec::new();
        let report = gunzip(&mut { packed }, limits, &mut out).unwrap();
        assert_eq!(report.bytes, out.len() as u64);
        (out, report)
    };
    let (one, two) = (gzip(b"first\n"), gzip(b"second\n"));
    let (out, report) = unpack(&[one.clone(), two.clone()].concat(), GunzipLimits::default());
    assert_eq!((out.as_slice(), report.members, report.damaged), (&b"first\nsecond\n"[..], 2, None));
    let padded = [one.clone(), vec![0; 512]].concat();
    assert_eq!(unpack(&padded, GunzipLimits::default()).1.damaged, None);
    let trailing = [one.clone(), b"junk".to_vec()].concat();
    assert_eq!(unpack(&trailing, GunzipLimits::default()).1.damaged, Some(Damage::Trailing));
    let long: Vec<u8> = (0..200_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let packed = gzip(&long);
    let (out, report) = unpack(&packed[..packed.len() / 2], GunzipLimits::default());
    assert_eq!(report.damaged, Some(Damage::Truncated));
    assert!(out.len() > long.len() / 4 && long.starts_with(&out));
    let mut corrupt = packed.clone();
    let at = corrupt.len() - 6;
    corrupt[at] ^= 1;
    assert_eq!(unpack(&corrupt, GunzipLimits::default()).1.damaged, Some(Damage::Corrupt));
    let (out, report) = unpack(&gzip(&vec![0; 3 << 20]), GunzipLimits { free: 1 << 20, ratio: 2, bytes: 1 << 30 });
    assert_eq!((out.len(), report.damaged), (1 << 20, Some(Damage::TooLarge)));
    assert_eq!(unpack(b"", GunzipLimits::default()).1.damaged, Some(Damage::Truncated));
}

/// The shared corpus, where there is one.
fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("ITOGUCHI_SHARED").map(PathBuf::from);
    let root = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("corpus");
    root.is_dir().then_some(root)
}

#[test]
fn every_file_of_the_corpus_is_read() {
    let Some(root) = corpus() else { return };
    for path in files(&root) {
        let mut bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if detect(&bytes, name.as_bytes()).container {
            let mut out = Vec::new();
            gunzip(&mut bytes.as_slice(), GunzipLimits::default(), &mut out).unwrap();
            bytes = out;
        }
        let form = form(&bytes[..bytes.len().min(HEAD)], &detect(&bytes, name.as_bytes()), &overrides()).unwrap();
        let whole = read(&form, &bytes);
        if bytes.len() < 100_000 {
            check(&form, &bytes, &whole);
            let (records, ..) = read_in_chunks(&form, &bytes, 4096);
            assert_eq!(records, whole.records, "{}", path.display());
        }
        let relative = path.strip_prefix(&root).unwrap();
        let is_log = relative.starts_with("logs") || relative.starts_with("json-logs");
        if is_log && by_name(&form.format).is_some_and(|format| format.frames().is_none()) {
            assert_eq!(whole.records.len() as u64 + whole.skipped, whole.lines, "{}", path.display());
        }
    }
}

#[test]
fn logs_of_the_corpus_are_read_as_what_they_are() {
    let Some(root) = corpus() else { return };
    for (file, format, rows, rejects) in [
        ("logs/elastic-examples/apache_access_combined.log", "access", 10_000, 0),
        ("logs/elastic-examples/nginxplus_json.log", "jsonl", 500, 0),
        ("logs/loghub/OpenSSH_2k.log", "syslog", 2_000, 0),
        ("logs/loghub/Linux_2k.log", "syslog", 2_000, 0),
        ("logs/loghub/Linux_2k.log_structured.csv", "delimited", 2_000, 0),
        ("logs/loghub/Apache_2k.log_structured.csv", "delimited", 2_000, 0),
        ("logs/plaso/apache_access.log", "access", 15, 0),
        ("json-logs/suricata-eve-alerts/wrccdc-2017/eve.jsonl", "jsonl", 161, 0),
        ("encodings/localgovjp/2017/localgovjp-sjis.csv", "delimited", 1_916, 0),
    ] {
        let Ok(bytes) = std::fs::read(root.join(file)) else { continue };
        let form = form_of(&bytes[..bytes.len().min(HEAD)], file);
        let parsed = read(&form, &bytes);
        let rejected = parsed.records.iter().filter(|record| record.reject.is_some()).count();
        assert_eq!((form.format.as_str(), parsed.records.len(), rejected), (format, rows, rejects), "{file}");
    }
}

/// Records longer than one may be are cut inside, whatever the format, and nothing is left out.
#[test]
fn a_record_of_nine_mib_that_is_no_line_is_cut_inside_too() {
    let long = "x".repeat(9 << 20);
    for (format, text) in [
        (
            "json",
            format!("[{{\"time\":\"2026-04-01T08:15:00Z\",\"a\":\"{long}\"}},\n{{\"time\":\"2026-04-01T08:16:00Z\"}}]"),
        ),
        (
            "eml",
            format!(
                "From: a@example.jp\nTo: b@example.jp\nSubject: long\nDate: Wed, 1 Apr 2026 08:15:00 +0900\n\n{long}\n"
            ),
        ),
        (
            "mbox",
            format!(
                "From - \nFrom: a@example.jp\nTo: b@example.jp\nSubject: l\n\n{long}\n\nFrom - \nFrom: c@example.jp\nSubject: m\n\nend\n"
            ),
        ),
        ("evtx-xml", format!("<Event><System/>{long}</Event><Event></Event>")),
        ("line", format!("[LINE] a\n\n2026/04/01(水)\n08:15\ta\t{long}\n08:16\ta\tb\n")),
    ] {
        let overrides = Overrides { format: Some(format.to_owned()), ..overrides() };
        let form = form(text.as_bytes(), &detect(text.as_bytes(), b""), &overrides).unwrap();
        let (mut cutter, mut at, mut records, mut cut_inside) = (Cutter::new(&form), 0, Vec::new(), 0);
        while at < text.len() {
            let end = text.len().min(at + (7 << 20));
            let cut = cutter.cut(&text.as_bytes()[at..end], 1 << 20, end == text.len());
            assert!(cut.len > 0 && cut.len <= (16 << 20), "{format}: a chunk is cut from what is in sight");
            let lead = u32::try_from(cut.lead).unwrap();
            let last = at + cut.len == text.len();
            records.extend(parse(&form, &text.as_bytes()[at..at + cut.len], at as u64, lead, at == 0, last).records);
            cut_inside += usize::from(cut.continues);
            at += cut.len;
        }
        assert!(cut_inside > 0, "{format}");
        assert!(records.iter().any(|record| record.reject == Some(Reject::TooLong)), "{format}");
        let ends = records.windows(2).all(|pair| pair[0].offset + u64::from(pair[0].len) <= pair[1].offset);
        assert!(ends, "{format}");
    }
}
