//! Containers as trees: what is taken out, what is told, and what never happens however hostile the file is.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::containers::{Budget, CONTAINERS, Opening, Passwords, Problem, container};
use itoguchi::ingest::detect;
use itoguchi::model::{Lang, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Mode, Session, find, import};
use proptest::prelude::*;
use serde_json::Value;
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use zip::unstable::write::FileOptionsExt as _;
use zip::write::SimpleFileOptions;

const LOG: &[u8] = b"192.0.2.1 - - [01/Apr/2026:08:15:00 +0900] \"GET / HTTP/1.1\" 200 5\n192.0.2.2 - - [01/Apr/2026:08:15:01 +0900] \"GET /a HTTP/1.1\" 404 5\n";

/// A member to be packed.
type File<'f> = (&'f str, &'f [u8]);

fn zipped(files: &[File<'_>], options: SimpleFileOptions) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated)
}

/// The archive with every occurrence of a name replaced by another of the same length.
fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        bytes[at + found..at + found + from.len()].copy_from_slice(to);
        at += found + from.len();
    }
    bytes
}

fn tar_head(name: &[u8], size: u64, kind: u8) -> Vec<u8> {
    let mut block = vec![0_u8; 512];
    block[..name.len().min(100)].copy_from_slice(&name[..name.len().min(100)]);
    block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    block[156] = kind;
    block[257..265].copy_from_slice(b"ustar\x0000");
    block[148..156].copy_from_slice(b"        ");
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn tarred(files: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes) in files {
        if name.len() > 100 {
            out.extend(tar_head(b"././@LongLink", name.len() as u64 + 1, b'L'));
            out.extend_from_slice(name);
            out.resize(out.len() + 512 - name.len() % 512, 0);
        }
        out.extend(tar_head(name, bytes.len() as u64, b'0'));
        out.extend_from_slice(bytes);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Takes a file into a fresh store: the rows told, the failures told.
fn add(dir: &Path, name: &str, bytes: &[u8], options: &AddOptions) -> (Session, Vec<Value>, Vec<String>) {
    let file = dir.join(name);
    std::fs::write(&file, bytes).unwrap();
    let store = dir.join("case.itoguchi");
    let session = if store.exists() {
        Session::open(&store, Mode::Write, "取扱者", None).unwrap()
    } else {
        Session::create(&store, "11", "取扱者", None).unwrap()
    };
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    import::add(&session, None, &[file], options, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => rows.push(row),
        Outcome::Failed { error, .. } => failed.push(error.to_string()),
    })
    .unwrap();
    (session, rows, failed)
}

fn path_below<'v>(row: &'v Value, dir: &Path) -> &'v str {
    row["path"].as_str().unwrap().strip_prefix(dir.to_str().unwrap()).unwrap()
}

#[test]
fn a_tree_is_taken_out_with_its_parents_and_tools() {
    let dir = tempfile::tempdir().unwrap();
    let inner = gzipped(&tarred(&[(b"var/log/access.log", LOG), (b"empty.txt", b"")]));
    let outer = zipped(&[("logs/access.log", LOG), ("backup.tar.gz", &inner)], deflated());
    let (session, rows, failed) = add(dir.path(), "answer.zip", &outer, &AddOptions::default());
    assert!(failed.is_empty(), "{failed:?}");
    let told: Vec<(&str, Option<&str>, u64)> = rows
        .iter()
        .map(|row| (path_below(row, dir.path()), row["format"].as_str(), row["rows"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("/answer.zip", None, 0),
            ("/answer.zip/logs/access.log", Some("access"), 2),
            ("/answer.zip/backup.tar.gz", None, 0),
            ("/answer.zip/backup.tar.gz/backup.tar", None, 0),
            ("/answer.zip/backup.tar.gz/backup.tar/var/log/access.log", Some("access"), 2),
            ("/answer.zip/backup.tar.gz/backup.tar/empty.txt", Some("text"), 0),
        ]
    );
    for (at, parent) in [(1, 0), (2, 0), (3, 2), (4, 3), (5, 3)] {
        assert_eq!(rows[at]["parent"], rows[parent]["evidence"]);
    }
    assert_eq!(rows[4]["duplicate_of"], rows[1]["evidence"]);
    let tools: Vec<Option<String>> = session.store.evidence().unwrap().into_iter().map(|one| one.derived_by).collect();
    let tool = |name: &str| Some(format!("itoguchi {} {name}", env!("CARGO_PKG_VERSION")));
    assert_eq!(tools, [None, tool("zip"), tool("zip"), tool("gzip"), tool("tar"), tool("tar")]);
    let found = find::search(&session, "ip:192.0.2.2", None, None, &Ticket::new()).unwrap();
    assert_eq!(found.rows.len(), 2);
}

#[test]
fn names_are_kept_as_bytes_and_point_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    // 照会回答.log in the encoding of Japanese Windows.
    let cp932 = b"\x8f\xc6\x89\xef\x89\xf1\x93\x9a.log";
    let names = [("AAAAAAAA.log", LOG), ("../../../../tmp/evil.log", LOG), ("C:\\Windows\\x.log", LOG)];
    let bytes = renamed(zipped(&names, deflated()), b"AAAAAAAA.log", cp932);
    let (session, rows, failed) = add(dir.path(), "names.zip", &bytes, &AddOptions::default());
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(path_below(&rows[1], dir.path()), "/names.zip/照会回答.log");
    let all = session.store.evidence().unwrap();
    assert_eq!((all[1].name.as_slice(), all[1].file_name().as_str()), (&cp932[..], "照会回答.log"));
    assert_eq!(all[2].name, b"../../../../tmp/evil.log");
    assert!(all[1].damaged.is_none());
    assert!(all[2].damaged.as_ref().unwrap().contains("外を指"));
    assert!(all[3].damaged.as_ref().unwrap().contains("外を指"));
    assert!(!Path::new("/tmp/evil.log").exists());
}

#[test]
fn members_of_one_name_are_both_taken_out() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = zipped(&[("a.log", LOG), ("b.log", b"second\n")], deflated());
    let (session, rows, _) = add(dir.path(), "twice.zip", &renamed(bytes, b"b.log", b"a.log"), &AddOptions::default());
    let sizes: Vec<u64> = session.store.evidence().unwrap().iter().skip(1).map(|one| one.bytes).collect();
    assert_eq!((rows.len(), sizes.iter().sum::<u64>()), (3, LOG.len() as u64 + 7));
}

#[test]
fn passwords_are_asked_for_tried_and_never_kept() {
    let secret = "鍵は口座番号-4471";
    let aes = deflated().with_aes_encryption(zip::AesMode::Aes256, secret);
    let old = deflated().with_deprecated_encryption(secret.as_bytes()).unwrap();
    for (kind, options) in [("aes.zip", aes), ("zipcrypto.zip", old)] {
        let bytes = zipped(&[("a.log", LOG), ("b.log", LOG)], options);
        let given =
            |words: &[&str]| AddOptions { passwords: Passwords::of(words.iter().copied()), ..AddOptions::default() };
        let dir = tempfile::tempdir().unwrap();
        let (session, rows, failed) = add(dir.path(), kind, &bytes, &AddOptions::default());
        assert_eq!((rows.len(), failed.len()), (1, 2), "{kind}");
        assert!(failed[0].contains("a password is needed"));
        let noted = session.store.evidence().unwrap()[0].damaged.clone().unwrap();
        assert_eq!(noted, "暗号化されている（パスワードが必要）: a.log, b.log");
        drop(session);
        let wrong: Vec<String> = (0..40).map(|n| format!("wrong{n}")).collect();
        let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
        let (session, rows, failed) = add(dir.path(), kind, &bytes, &given(&wrong));
        assert_eq!((rows.len(), failed.len()), (1, 2), "{kind}: {failed:?}");
        assert!(failed[0].contains("the password given is wrong"));
        drop(session);
        let options = given(&["wrong", secret]);
        assert!(!format!("{options:?}").contains("4471"));
        let (session, rows, failed) = add(dir.path(), kind, &bytes, &options);
        assert_eq!((rows.len(), failed.len()), (3, 0), "{kind}: {failed:?}");
        assert_eq!(rows[1]["rows"], 2);
        drop(session);
        let kept = std::fs::read(dir.path().join("case.itoguchi")).unwrap();
        assert!(memchr::memmem::find(&kept, secret.as_bytes()).is_none(), "the store holds the password");
    }
}

/// Name, bytes and damage of a member, or why there are none.
type Taken = (String, Result<Vec<u8>, Problem>, Option<String>);

/// Everything a container gives: name, bytes and damage of each member, or why not.
fn all_of(kind: &str, bytes: &[u8], budget: &Budget) -> (Vec<Taken>, Vec<Problem>) {
    let mut source = Cursor::new(bytes);
    let passwords = Passwords::of(["secret"].into_iter());
    let opening = Opening { source: &mut source, name: b"log.gz", passwords: &passwords, budget };
    let mut out = Vec::new();
    let problems = container(kind).unwrap().each(opening, &mut |member| {
        let shown = member.shown.clone();
        match member.content {
            Ok(stream) => {
                let mut held = Vec::new();
                stream.read_to_end(&mut held).unwrap();
                out.push((shown, Ok(held), stream.damage(Lang::En)));
            }
            Err(problem) => out.push((shown, Err(problem), None)),
        }
        ControlFlow::Continue(())
    });
    (out, problems.unwrap())
}

#[test]
fn bombs_end_at_the_budget_and_say_so() {
    let zeros = vec![0_u8; 8 << 20];
    let budget = || Budget::with(1 << 20, 10);
    for (kind, bytes) in [
        ("zip", zipped(&[("a", &zeros), ("b", &zeros)], deflated())),
        ("gzip", gzipped(&zeros)),
        ("zstd", zstd::encode_all(zeros.as_slice(), 3).unwrap()),
        ("tar", tarred(&[(b"a", &zeros), (b"b", &zeros)])),
    ] {
        let (members, _) = all_of(kind, &bytes, &budget());
        let total: usize = members.iter().filter_map(|(_, held, _)| held.as_ref().ok()).map(Vec::len).sum();
        assert_eq!(total, 1 << 20, "{kind}");
        assert!(members.iter().all(|(_, _, damage)| damage.as_ref().unwrap().contains("beyond the limit")), "{kind}");
    }
    let many: Vec<(String, &[u8])> = (0..20).map(|n| (n.to_string(), LOG)).collect();
    let many: Vec<File<'_>> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let (members, problems) = all_of("zip", &zipped(&many, deflated()), &budget());
    assert_eq!((members.len(), problems), (10, vec![Problem::TooMany]));
}

#[test]
fn containers_inside_containers_are_followed_so_far_and_no_further() {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = LOG.to_vec();
    for depth in 0..9 {
        bytes = zipped(&[(format!("{depth}.zip").as_str(), &bytes)], deflated());
    }
    let (session, rows, _) = add(dir.path(), "deep.zip", &bytes, &AddOptions::default());
    assert_eq!(rows.len(), 7);
    let all = session.store.evidence().unwrap();
    assert!(all[6].damaged.as_ref().unwrap().contains("入れ子が深すぎる"));
}

#[test]
fn what_is_left_of_damaged_archives_is_taken_out() {
    let long: Vec<u8> = (0..60_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let whole = zipped(&[("a.log", LOG), ("b.bin", &long), ("c.log", LOG)], deflated());
    // Cut off before the directory: read from the front.
    let (members, problems) = all_of("zip", &whole[..whole.len() - 40], &Budget::of(1 << 20));
    assert_eq!(members.len(), 3, "{members:?}");
    assert_eq!(members[0].1, Ok(LOG.to_vec()));
    assert!(matches!(problems[0], Problem::Broken(_)));
    // A wrong byte inside one member costs that one.
    let mut wrong = whole.clone();
    wrong[5_000] ^= 0xff;
    let (members, problems) = all_of("zip", &wrong, &Budget::of(1 << 20));
    assert!(members[1].2.is_some() && problems.is_empty());
    assert_eq!(members[2].1, Ok(LOG.to_vec()));
    // Tar: a wrong head costs its member alone; a cut one gives what there is.
    let mut tar = tarred(&[(b"a.log", LOG), (b"b.log", LOG), (b"c.log", LOG)]);
    tar[1024] ^= 1;
    let (members, problems) = all_of("tar", &tar, &Budget::of(1 << 20));
    assert_eq!(members.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["a.log", "c.log"]);
    assert!(matches!(problems[0], Problem::Broken(_)));
    let (members, _) = all_of("tar", &tar[..512 + 50], &Budget::of(1 << 20));
    assert_eq!(members[0].1.as_ref().unwrap().len(), 50);
    assert!(members[0].2.as_ref().unwrap().contains("too early"));
    // Links have nothing to take out, and are counted.
    let mut links = tar_head(b"link", 0, b'2');
    links.extend(tarred(&[(&b"x".repeat(150), LOG)]));
    let (members, problems) = all_of("tar", &links, &Budget::of(1 << 20));
    assert_eq!((members[0].0.len(), problems), (150, vec![Problem::Links(1)]));
}

#[test]
fn zstd_and_xz_stand_beside_gzip() {
    let text = b"2026-04-01 08:15:00 login kato from 203.0.113.5\n".repeat(40);
    let xz = data_encoding::HEXLOWER.decode(XZ.as_bytes()).unwrap();
    for (name, bytes) in [("a.log.zst", zstd::encode_all(text.as_slice(), 3).unwrap()), ("a.log.xz", xz.clone())] {
        let dir = tempfile::tempdir().unwrap();
        let (_, rows, failed) = add(dir.path(), name, &bytes, &AddOptions::default());
        assert_eq!((rows.len(), failed.len()), (2, 0), "{name}");
        assert!(rows[1]["path"].as_str().unwrap().ends_with("/a.log"));
        assert_eq!((&rows[1]["rows"], &rows[1]["damaged"]), (&40.into(), &Value::Null));
        let (_, rows, _) = add(dir.path(), name, &bytes[..bytes.len() - 12], &AddOptions::default());
        assert!(rows[1]["damaged"].is_string(), "{name}");
    }
    let mut wrong = xz;
    let middle = wrong.len() / 2;
    wrong[middle] ^= 0xff;
    assert!(all_of("xz", &wrong, &Budget::of(1 << 20)).0[0].2.is_some());
}

/// `text` above, packed by the xz of Python's standard library.
const XZ: &str = "fd377a585a000004e6d6b4460200210110000000a8708e86e0077f00405d00190c0292b2a951ffb317215124e0fee9a7a7888adc8a210376fea0c7b8ba2eca81ae4ef94b0551ab56a2e64ece79c5223052c7021e0884ff12980c065b7e2c0000742c330a647559bf00015c800f00000095bc9c51b1c467fb020000000004595a";

#[test]
fn every_container_is_claimed_by_its_own_kind() {
    let tar = tarred(&[(b"a.log", LOG)]);
    let mut old = tar.clone();
    old[257..265].fill(0);
    let sum: u64 = old[..148].iter().chain(&old[156..512]).map(|byte| u64::from(*byte)).sum::<u64>() + 256;
    old[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    for (kind, bytes) in [
        ("zip", zipped(&[("a", LOG)], deflated())),
        ("gzip", gzipped(LOG)),
        ("zstd", zstd::encode_all(LOG, 3).unwrap()),
        ("tar", tar),
        ("tar", old),
    ] {
        let detection = detect(&bytes, b"evidence.log");
        assert_eq!((detection.format.as_str(), detection.container), (kind, true));
        let claims = CONTAINERS.iter().filter(|container| container.claims(&bytes)).count();
        assert_eq!(claims, 1, "{kind}");
    }
    let word = zipped(&[("[Content_Types].xml", LOG), ("word/document.xml", LOG)], deflated());
    assert!(!detect(&word, b"a.docx").container, "documents are kept whole");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_in_any_container(which in 0_usize..4, at in any::<prop::sample::Index>(), flip in 1_u8..=255, cut in any::<prop::sample::Index>()) {
        let kinds = ["zip", "gzip", "zstd", "tar"];
        let bytes = [
            zipped(&[("a.log", LOG), ("dir/b.log", LOG)], deflated().with_aes_encryption(zip::AesMode::Aes128, "secret")),
            gzipped(LOG),
            zstd::encode_all(LOG, 3).unwrap(),
            tarred(&[(b"a.log", LOG), (&b"y".repeat(120), LOG)]),
        ];
        let mut bytes = bytes[which].clone();
        let place = at.index(bytes.len());
        bytes[place] ^= flip;
        let (members, _) = all_of(kinds[which], &bytes, &Budget::with(1 << 20, 100));
        let total: usize = members.iter().filter_map(|(_, held, _)| held.as_ref().ok()).map(Vec::len).sum();
        prop_assert!(total <= 1 << 20);
        all_of(kinds[which], &bytes[..cut.index(bytes.len())], &Budget::with(1 << 20, 100));
    }

    #[test]
    fn any_junk_in_any_container(which in 0_usize..4, junk in prop::collection::vec(any::<u8>(), 0..2000)) {
        let (kind, magic): (&str, &[u8]) =
            [("zip", &b"PK\x03\x04"[..]), ("gzip", b"\x1f\x8b\x08"), ("xz", b"\xfd7zXZ\0"), ("tar", b"")][which];
        all_of(kind, &[magic, &junk].concat(), &Budget::with(1 << 20, 100));
    }
}
