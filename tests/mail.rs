//! Mails: what the corpus says must come out of them, attachments with their hashes, and nothing that panics.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::formats::by_name;
use itoguchi::ingest::{Cutter, Overrides, detect, form, parse};
use itoguchi::model::{Field, RecordHead, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Session, import};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let shared = std::env::var_os("ITOGUCHI_SHARED").map(PathBuf::from);
    let root = shared.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared")).join("corpus/mail");
    root.is_dir().then_some(root)
}

/// Reads in the given format, in chunks of the given size: heads and texts.
fn read(bytes: &[u8], format: &str, target: usize) -> (Vec<RecordHead>, Vec<String>) {
    let overrides = Overrides { format: Some(format.to_owned()), ..Overrides::default() };
    let form = form(bytes, &detect(bytes, b""), &overrides).unwrap();
    let mut cutter = Cutter::new(&form);
    let (mut heads, mut texts, mut at, mut ahead) = (Vec::new(), Vec::new(), 0, target);
    while at < bytes.len() {
        let end = bytes.len().min(at + ahead);
        let cut = cutter.cut(&bytes[at..end], target, end == bytes.len());
        if cut.len == 0 {
            ahead *= 2;
            continue;
        }
        let lead = u32::try_from(cut.lead).unwrap();
        let part = parse(&form, &bytes[at..at + cut.len], at as u64, lead, at == 0, at + cut.len == bytes.len());
        texts.extend(
            part.text_ranges.iter().map(|range| part.text[range.start as usize..range.end as usize].to_owned()),
        );
        heads.extend(part.records);
        at += cut.len;
        ahead = target;
    }
    (heads, texts)
}

fn fields(text: &str) -> Vec<(String, String)> {
    let mut out: Vec<Field<'_>> = Vec::new();
    by_name("eml").unwrap().fields(&itoguchi::model::evidence::ReadingForm::default(), text, &mut out);
    out.into_iter().map(|field| (field.name.into_owned(), field.value.into_owned())).collect()
}

fn value<'f>(fields: &'f [(String, String)], name: &str) -> &'f str {
    fields.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value)
}

#[test]
fn mails_of_the_corpus_say_what_their_expected_parse_says() {
    let Some(root) = corpus() else { return };
    let (mut checks, mut good, mut wrong) = (0, 0, Vec::new());
    for folder in ["rfc", "legacy", "malformed", "thirdparty"] {
        let Ok(entries) = std::fs::read_dir(root.join("stalwart-mail-parser").join(folder)) else { continue };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "eml")) {
            let bytes = std::fs::read(path).unwrap();
            let expected: Value =
                serde_json::from_slice(&std::fs::read(path.with_extension("expected.json")).unwrap()).unwrap();
            let (heads, texts) = read(&bytes, "eml", 1 << 20);
            assert_eq!(heads.len(), 1, "{}", path.display());
            let held = fields(&texts[0]);
            let mut check = |what: String, ok: bool| {
                checks += 1;
                good += usize::from(ok);
                if !ok {
                    wrong.push(format!("{}: {what}", path.display()));
                }
            };
            let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            for header in expected["parts"][0]["headers"].as_array().unwrap() {
                let name = header["name"].as_str().unwrap_or("");
                let flat = header["value"].to_string();
                match name {
                    "subject" => {
                        let wanted = squeeze(header["value"]["Text"].as_str().unwrap_or(""));
                        check(
                            format!("subject {wanted:?} not {:?}", value(&held, name)),
                            squeeze(value(&held, name)) == wanted,
                        );
                    }
                    "from" | "to" | "cc" => {
                        let all: String =
                            held.iter().filter(|(held, _)| held == name).map(|(_, value)| value.as_str()).collect();
                        let mut rest = flat.as_str();
                        while let Some((_, after)) = rest.split_once("\"address\":\"") {
                            let address = after.split('"').next().unwrap();
                            check(format!("{name} {address} not in {all:?}"), squeeze(&all).contains(address));
                            rest = after;
                        }
                    }
                    _ => {}
                }
            }
            let count = expected["attachments"].as_array().map_or(0, Vec::len);
            let seen = held.iter().filter(|(name, _)| name == "attachment").count();
            check(format!("{seen} attachments not {count}"), seen == count);
            for id in expected["text_body"].as_array().unwrap() {
                let body = &expected["parts"][usize::try_from(id.as_u64().unwrap()).unwrap()]["body"];
                if let Some(wanted) = body["Text"].as_str() {
                    let wanted = squeeze(wanted);
                    check(format!("text {wanted:.80?}"), squeeze(&texts[0]).contains(&wanted));
                }
            }
        }
    }
    println!("mail corpus: {good} of {checks} facts as expected");
    // What differs is looked at by hand: undeclared encodings, which are read here by what their bytes show.
    assert!(good * 100 >= checks * 95, "{}", wrong.join("\n"));
}

#[test]
fn mailboxes_of_the_corpus_are_split_where_they_should_be() {
    let Some(root) = corpus() else { return };
    let folder = root.join("mimekit/mbox");
    let bytes = std::fs::read(folder.join("content-length.mbox.txt")).unwrap();
    let offsets: Value =
        serde_json::from_slice(&std::fs::read(folder.join("content-length.unix-offsets.json")).unwrap()).unwrap();
    let wanted: Vec<u64> =
        offsets.as_array().unwrap().iter().map(|mail| mail["mboxMarkerOffset"].as_u64().unwrap()).collect();
    for target in [1 << 20, 4096, 100] {
        let (heads, _) = read(&bytes, "mbox", target);
        assert_eq!(heads.iter().map(|head| head.offset).collect::<Vec<_>>(), wanted);
    }
    let simple = std::fs::read(folder.join("simple.mbox.txt")).unwrap();
    assert_eq!(read(&simple, "mbox", 1 << 20).0.len(), 3);
}

#[test]
fn every_mail_of_the_corpus_is_detected_and_read() {
    let Some(root) = corpus() else { return };
    let (mut all, mut known, mut dated) = (0, 0, 0);
    for source in ["mikel-mail", "spamassassin", "stalwart-mail-parser"] {
        for folder in std::fs::read_dir(root.join(source)).unwrap().map(|entry| entry.unwrap().path()) {
            for path in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
                if path.is_dir() || path.extension().is_some_and(|ending| ending == "json") {
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                let format = detect(&bytes, b"").format;
                all += 1;
                known += usize::from(matches!(format.as_str(), "eml" | "mbox"));
                let (heads, _) = read(&bytes, "eml", 1 << 20);
                dated += usize::from(heads.first().is_some_and(|head| head.when.instant().is_some()));
            }
        }
    }
    println!("mails: {known} of {all} detected as mail, {dated} dated without any setting");
    assert!(known * 100 >= all * 85);
}

#[test]
fn attachments_become_evidence_with_the_hash_of_the_file_sent() {
    let dir = tempfile::tempdir().unwrap();
    let session = Session::create(&dir.path().join("case.itoguchi"), "11", "取扱者", None).unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/formats");
    let mail = dir.path().join("mail.eml");
    std::fs::copy(fixtures.join("eml/multipart_japanese.in"), &mail).unwrap();
    let mut rows = Vec::new();
    let zone = AddOptions { zone: Some("Asia/Tokyo".to_owned()), ..AddOptions::default() };
    import::add(&session, None, &[mail], &zone, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => rows.push(row),
        Outcome::Failed { error, .. } => panic!("{error}"),
    })
    .unwrap();
    let told: Vec<_> =
        rows.iter().map(|row| (row["format"].as_str().unwrap(), row["rows"].as_u64().unwrap())).collect();
    assert_eq!(told, [("eml", 1), ("delimited", 2), ("eml", 1)]);
    assert_eq!(rows[0]["lines"], Value::Null);
    assert!(rows[1]["path"].as_str().unwrap().ends_with("/mail.eml/請求書.csv"));
    let (sent, _, _) =
        encoding_rs::SHIFT_JIS.encode("日時,金額\r\n2026/04/01 08:15,\"1,000\"\r\n2026/04/01 08:16,\"2,000\"\r\n");
    assert_eq!(rows[1]["sha256"], data_encoding::HEXLOWER.encode(&Sha256::digest(&sent)));
    assert_eq!((&rows[1]["parent"], &rows[2]["parent"]), (&rows[0]["evidence"], &rows[0]["evidence"]));
    let found = |query: &str| {
        itoguchi::workbench::find::search(&session, query, None, None, &Ticket::new()).unwrap().rows.len()
    };
    // What was packed in ISO-2022-JP, CP932 and base64 is found as text.
    assert_eq!((found("振込先の変更"), found("髙﨑商店"), found("口座が変わりました")), (1, 1, 1));
    assert_eq!(found("from:*kato@example.jp*"), 1);
}
