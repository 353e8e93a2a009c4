//! Tampering: each kind is refused, and the check that names it is the right one.

use crate::desk::{DAY, Desk, PREFIX, context, failed, later, record, rezip, signer, unit, unzip, zip};
use itoguchi::bundle::bag_info::NO_PREVIOUS;
use itoguchi::bundle::identity::{Identity, make_identity};
use itoguchi::bundle::sequence::{History, Received, Standing};
use itoguchi::bundle::sshsig;
use itoguchi::bundle::trust::TrustEntry;
use itoguchi::bundle::verify::{Context, verify};
use std::collections::BTreeMap;
use std::io::Cursor;

type Files = BTreeMap<String, Vec<u8>>;

/// Changes the files of a sound bundle and tells which checks fail then.
fn tampered(change: impl FnOnce(&Desk, &mut Files)) -> Vec<&'static str> {
    let desk = Desk::new();
    let mut files = unzip(&desk.plain());
    change(&desk, &mut files);
    let report = desk.judge(&desk.reseal(&rezip(&files)));
    assert!(!report.passed());
    failed(&report)
}

#[test]
fn a_byte_changed_in_any_file_is_named() {
    let expected = [
        ("bag-info.txt", "tagmanifest-sha256"),
        ("bagit.txt", "tagmanifest-sha512"),
        ("data/case.json", "manifest-sha256"),
        ("data/sanitising.json", "manifest-sha512"),
        ("manifest-sha256.txt", "manifest-sha256"),
        ("manifest-sha512.txt", "manifest-sha512"),
        ("padding.bin", "padding"),
        ("signatures/approval.json", "approved"),
        ("signatures/approved.sig", "approved"),
        ("signatures/prepared.sig", "prepared"),
        ("tagmanifest-sha256.txt", "prepared"),
        ("tagmanifest-sha512.txt", "tagmanifest-sha512"),
    ];
    let desk = Desk::new();
    let sound = unzip(&desk.plain());
    let named: Vec<&str> = expected.iter().map(|(path, _)| *path).collect();
    let with_content: Vec<&str> =
        sound.iter().filter(|(_, bytes)| !bytes.is_empty()).map(|(path, _)| path.as_str()).collect();
    assert_eq!(named, with_content);
    for (path, check) in expected {
        let len = sound[path].len();
        for at in (0..len).step_by((len / 24).max(1)).chain([len - 1]) {
            for flip in [1, 0x20, 0x80] {
                let mut files = sound.clone();
                files.get_mut(path).unwrap()[at] ^= flip;
                let report = desk.judge(&rezip(&files));
                let failed = failed(&report);
                assert!(
                    failed.contains(&check) || failed.contains(&"file-list"),
                    "{path} byte {at} ^ {flip}: {failed:?}"
                );
            }
        }
    }
}

#[test]
fn files_added_removed_or_renamed_are_named() {
    for path in unzip(&Desk::new().plain()).keys() {
        let failed = tampered(|_, files| drop(files.remove(path)));
        assert!(failed.contains(&"file-list"), "{path}: {failed:?}");
    }
    for path in ["data/extra.json", "extra.txt", "fetch.txt", "signatures/third.sig", "signatures/preparer.json"] {
        let failed = tampered(|_, files| drop(files.insert(path.to_owned(), b"x".to_vec())));
        assert_eq!(failed.first(), Some(&"file-list"), "{path}: {failed:?}");
    }
    let failed = tampered(|_, files| {
        let bytes = files.remove("data/case.json").unwrap();
        files.insert("data/case2.json".to_owned(), bytes);
    });
    assert!(failed.contains(&"file-list") && failed.contains(&"manifest-sha256"), "{failed:?}");
}

#[test]
fn consistent_forgeries_fail_at_the_signature() {
    // Somebody rebuilds the whole bag around other content and keeps the signatures.
    let failed = tampered(|desk, files| {
        let mut other = Desk::new();
        other.payload[0].1 = b"{}".to_vec();
        other.info = desk.info.clone();
        let signatures: Files = files
            .iter()
            .filter(|(path, _)| path.starts_with("signatures/"))
            .map(|(p, b)| (p.clone(), b.clone()))
            .collect();
        *files = unzip(&other.approved());
        files.remove("signatures/preparer.json");
        files.extend(signatures);
    });
    assert_eq!(failed, ["prepared", "approval"]);
}

#[test]
fn signatures_swapped_missing_or_for_another_purpose_are_named() {
    let swapped = tampered(|_, files| {
        let one = files["signatures/prepared.sig"].clone();
        let other = std::mem::replace(files.get_mut("signatures/approved.sig").unwrap(), one);
        files.insert("signatures/prepared.sig".to_owned(), other);
    });
    assert_eq!(swapped, ["prepared", "approval", "approved"]);
    let wrong_purpose = tampered(|desk, files| {
        let text = sshsig::sign(&desk.preparer, sshsig::APPROVE, &files["tagmanifest-sha256.txt"]).unwrap();
        files.insert("signatures/prepared.sig".to_owned(), text.into_bytes());
    });
    assert!(wrong_purpose.contains(&"prepared"), "{wrong_purpose:?}");
    let missing = tampered(|_, files| drop(files.remove("signatures/approved.sig")));
    assert_eq!(missing, ["file-list", "approved"]);
}

#[test]
fn one_person_signing_twice_is_named() {
    let twice = tampered(|desk, files| {
        let text = sshsig::sign(&desk.preparer, sshsig::APPROVE, &files["signatures/approval.json"]).unwrap();
        files.insert("signatures/approved.sig".to_owned(), text.into_bytes());
    });
    assert!(twice.contains(&"distinct-people") && twice.contains(&"approve-right"), "{twice:?}");
    let mut desk = Desk::new();
    let line = desk.approver.public().line();
    desk.trust.entries[1] = TrustEntry::from_row(&line, &unit("11/soumu"), "佐藤", "approve").unwrap();
    assert_eq!(failed(&desk.judge(&desk.sealed().0)), ["distinct-people"]);
}

#[test]
fn rights_belong_to_the_step_the_unit_and_the_time() {
    let case = |change: fn(&mut Desk)| {
        let mut desk = Desk::new();
        change(&mut desk);
        failed(&desk.judge(&desk.sealed().0))
    };
    assert_eq!(case(|desk| drop(desk.trust.entries.remove(0))), ["prepare-right"]);
    assert_eq!(case(|desk| std::mem::swap(&mut desk.preparer, &mut desk.approver)), ["prepare-right", "approve-right"]);
    assert_eq!(case(|desk| desk.trust.entries[1].unit = Some(unit("27"))), ["approve-right"]);
    assert_eq!(case(|desk| desk.trust.entries[0].valid_after = Some(later(1))), ["prepare-right"]);
    assert_eq!(case(|desk| desk.trust.entries[1].valid_before = Some(later(2))), ["approve-right"]);
    let (stranger, _) = signer(7, "他人");
    let mut desk = Desk::new();
    desk.approver = stranger;
    assert_eq!(failed(&desk.judge(&desk.sealed().0)), ["approve-right"]);
}

#[test]
fn the_wrong_receiver_is_named() {
    let desk = Desk::new();
    let bytes = desk.sealed().0;
    let (text, stranger) = make_identity();
    let other = Identity::from_file(text.as_bytes()).unwrap();
    let report = verify(Cursor::new(&bytes), &other, Some(&desk.trust), &context());
    assert_eq!((failed(&report), report.opened()), (vec!["opens"], false));
    // The receiver opens it and seals it again to somebody else.
    let onward: age::x25519::Recipient = stranger.to_string().parse().unwrap();
    let forwarded = age::encrypt(&onward, &desk.plain()).unwrap();
    let report = verify(Cursor::new(&forwarded), &other, Some(&desk.trust), &context());
    assert_eq!(failed(&report), ["receiver"]);
    let (own, elsewhere) = (unit("00/special"), unit("27"));
    let judged = |unit| {
        verify(Cursor::new(&bytes), &desk.identity, Some(&desk.trust), &Context { own_unit: Some(unit), ..context() })
    };
    assert!(judged(&own).passed());
    assert_eq!(failed(&judged(&elsewhere)), ["receiver"]);
}

#[test]
fn late_training_and_unknown_profiles_are_named() {
    let desk = Desk::new();
    let bytes = desk.sealed().0;
    let judged = |context: &Context<'_>| verify(Cursor::new(&bytes), &desk.identity, Some(&desk.trust), context);
    let late = Context { at: later(24 * 31), ..context() };
    assert_eq!(failed(&judged(&late)), ["receive-by"]);
    let accepted = judged(&Context { late_accepted_by: Some("高橋"), ..late });
    assert!(accepted.passed() && accepted.expired);
    assert_eq!(failed(&judged(&Context { training: Some(false), ..context() })), ["training"]);
    for (name, record, ok) in [
        ("unheard-of", record(), Some(false)),
        ("public", record(), Some(false)),
        ("national", "{}".to_owned(), Some(false)),
        ("national", r#"{"policy":{"name":"national","serial":9999,"sha256":"00"}}"#.to_owned(), None),
    ] {
        let mut other = Desk::new();
        name.clone_into(&mut other.info.profile);
        other.payload[1].1 = record.into_bytes();
        let report = other.judge(&other.sealed().0);
        assert_eq!(report.checks.iter().find(|check| check.check == "profile").unwrap().ok, ok, "{name}");
    }
    assert_eq!(failed(&judged(&Context { at: DAY, ..context() })), Vec::<&str>::new());
}

#[test]
fn forks_replays_and_gaps_are_told_apart() {
    let desk = |sequence: u64, previous: &str| {
        let mut desk = Desk::new();
        desk.info.sequence = sequence;
        previous.clone_into(&mut desk.info.previous);
        desk
    };
    let (a, b) = ("a".repeat(64), "b".repeat(64));
    let old = |sequence: u64, bag_hash: &str, previous: &str| Received {
        sequence,
        bag_hash: bag_hash.to_owned(),
        previous: previous.to_owned(),
        quarantined: false,
    };
    let held = |sequence: u64, bag_hash: &str, previous: &str| Received {
        quarantined: true,
        ..old(sequence, bag_hash, previous)
    };
    let judge = |desk: &Desk, received: Vec<Received>| {
        let history = History::from([(desk.info.store.to_string(), received)]);
        let bytes = desk.sealed().0;
        let report = verify(
            Cursor::new(&bytes),
            &desk.identity,
            Some(&desk.trust),
            &Context { history: Some(&history), ..context() },
        );
        (report.standing.clone(), report.passed(), report.bag_hash.unwrap())
    };
    let first = desk(1, NO_PREVIOUS);
    let (standing, passed, hash) = judge(&first, Vec::new());
    assert_eq!((standing, passed), (Standing::Next, true));
    assert_eq!(judge(&first, vec![old(1, &hash, NO_PREVIOUS)]).0, Standing::Replay);
    assert_eq!(judge(&first, vec![old(1, &a, NO_PREVIOUS)]).0, Standing::Fork);
    assert!(!judge(&first, vec![old(1, &a, NO_PREVIOUS)]).1);
    let third = desk(3, &b);
    assert_eq!(judge(&third, vec![old(1, &a, NO_PREVIOUS)]).0, Standing::Gap(vec![2]));
    assert_eq!(judge(&third, vec![old(2, &a, NO_PREVIOUS)]).0, Standing::Fork);
    assert_eq!(judge(&third, vec![old(2, &b, &a)]).0, Standing::Next);
    assert_eq!(judge(&third, vec![old(2, &b, &a), old(4, &a, &b), old(5, &b, &a)]).0, Standing::Fork);
    let hash = judge(&third, Vec::new()).2;
    assert_eq!(judge(&third, vec![old(2, &b, &a), old(4, &a, &hash)]).0, Standing::Late);
    // From quarantine it may come again, once what was missing is there; another of its number is still a fork.
    assert_eq!(judge(&third, vec![old(1, &a, NO_PREVIOUS), held(3, &hash, &b)]).0, Standing::Gap(vec![2]));
    assert_eq!(judge(&third, vec![old(2, &b, &a), held(3, &hash, &b)]).0, Standing::Next);
    assert_eq!(judge(&third, vec![old(2, &b, &a), held(3, &a, &b)]).0, Standing::Fork);
    assert_eq!(judge(&third, vec![old(2, &b, &a), held(4, &a, &a)]).0, Standing::Fork);
}

/// Applies a change to the raw archive and expects the archive check to refuse it.
fn refused_archive(what: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let desk = Desk::new();
    let mut plain = desk.plain();
    change(&mut plain);
    let report = desk.judge(&desk.reseal(&plain));
    assert_eq!(failed(&report), ["archive"], "{what}");
}

#[test]
fn an_archive_holds_nothing_but_its_files() {
    refused_archive("trailing data", |bytes| bytes.extend(b"x"));
    refused_archive("a comment", |bytes| {
        let at = bytes.len() - 2;
        bytes[at] = 1;
        bytes.push(b'x');
    });
    refused_archive("leading data", |bytes| drop(bytes.splice(0..0, *b"MZ")));
    refused_archive("cut off", |bytes| bytes.truncate(bytes.len() - 30));
    refused_archive("hidden data before the directory", |bytes| {
        let end = bytes.len() - 22;
        let start = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap());
        bytes[end + 16..end + 20].copy_from_slice(&(start + 4).to_le_bytes());
        drop(bytes.splice(start as usize..start as usize, *b"hide"));
    });
    refused_archive("another name in the local header", |bytes| bytes[30 + PREFIX.len()] ^= 1);
    refused_archive("a wrong size in the local header", |bytes| bytes[22] ^= 1);
}

#[test]
fn odd_names_links_and_twins_are_refused() {
    let desk = Desk::new();
    let sound: Vec<(String, Vec<u8>)> =
        unzip(&desk.plain()).into_iter().map(|(path, bytes)| (format!("{PREFIX}{path}"), bytes)).collect();
    let with = |name: &str| {
        let mut files = sound.clone();
        files.push((name.to_owned(), b"x".to_vec()));
        failed(&desk.judge(&zip(&files)))
    };
    for name in [
        "../evil",
        "/etc/evil",
        "C:/evil",
        "b0123456789abcdef\\data\\x",
        "other/data/x",
        "loose.txt",
        "b0123456789abcdef/data/CASE.json",
        "b0123456789abcdef/data/\u{202E}nosj.exe",
        "b0123456789abcdef/data/caf\u{e9}",
        "b0123456789abcdef/data/a\u{7}b",
        "b0123456789abcdef/data/con.txt",
        "b0123456789abcdef/data//x",
    ] {
        assert_eq!(with(name), ["archive"], "{name}");
    }
    let mut link = zip(&sound);
    // The first entry of the directory becomes a symbolic link.
    let at = link.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    link[at + 5] = 3;
    link[at + 38..at + 42].copy_from_slice(&(0o120_777_u32 << 16).to_le_bytes());
    assert_eq!(failed(&desk.judge(&link)), ["archive"]);
    let mut twin = sound.clone();
    twin.push((format!("{PREFIX}data/zzzz.json"), desk.payload[0].1.clone()));
    let bytes = zip(&twin);
    let bytes = replace_all(&bytes, b"data/zzzz.json", b"data/case.json");
    assert_eq!(failed(&desk.judge(&bytes)), ["archive"]);
}

fn replace_all(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for at in 0..out.len().saturating_sub(from.len()) {
        if out[at..].starts_with(from) {
            out[at..at + to.len()].copy_from_slice(to);
        }
    }
    out
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![0; 64 << 20]).unwrap();
    let packed = encoder.finish().unwrap();
    let desk = Desk::new();
    let mut bytes = Vec::new();
    let (name, size) = (b"b/data/bomb", 64_u32 << 20);
    let field = |bytes: &mut Vec<u8>, head: &[u8]| {
        bytes.extend_from_slice(head);
        bytes.extend_from_slice(&[20, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend_from_slice(&u32::try_from(packed.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&[11, 0, 0, 0]);
    };
    field(&mut bytes, b"PK\x03\x04");
    bytes.extend_from_slice(name);
    bytes.extend_from_slice(&packed);
    let start = u32::try_from(bytes.len()).unwrap();
    field(&mut bytes, b"PK\x01\x02\x14\x00");
    bytes.extend_from_slice(&[0; 14]);
    bytes.extend_from_slice(name);
    let size = u32::try_from(bytes.len()).unwrap() - start;
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend_from_slice(&size.to_le_bytes());
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&[0, 0]);
    let report = desk.judge(&bytes);
    assert_eq!(failed(&report), ["archive"]);
    assert!(report.first_failure().unwrap().detail.en.contains("sizes"), "{:?}", report.first_failure());
}

#[test]
fn a_sealed_file_with_any_byte_bent_is_refused() {
    let desk = Desk::new();
    let bytes = desk.sealed().0;
    for at in (0..bytes.len()).step_by(977).chain([bytes.len() - 1]) {
        let mut bent = bytes.clone();
        bent[at] ^= 0x10;
        assert!(!failed(&desk.judge(&bent)).is_empty(), "byte {at}");
    }
    assert!(!failed(&desk.judge(&bytes[..bytes.len() - 1])).is_empty());
    assert!(!failed(&desk.judge(&[&bytes[..], b"x"].concat())).is_empty());
}
