//! The straight path: draft, approval, seal, verification, opening, receipt, answer.

use crate::desk::{DAY, Desk, PREFIX, context, decision, failed, later, rezip, signer, unit, unzip};
use itoguchi::bundle::answer::{ANSWER_PATH, ANSWER_VERSION, Answer, Hold};
use itoguchi::bundle::approve::{Accept, Decision, approve, review};
use itoguchi::bundle::bag_info::{BagInfo, Content};
use itoguchi::bundle::draft::state_risks;
use itoguchi::bundle::fault::Fault;
use itoguchi::bundle::identity::{Identity, Recipient, make_identity};
use itoguchi::bundle::keys::{SigningKey, make_key};
use itoguchi::bundle::open::open;
use itoguchi::bundle::receipt::{Receipt, sign_receipt, verify_receipt};
use itoguchi::bundle::release::Finding;
use itoguchi::bundle::seal::seal;
use itoguchi::bundle::token_key::TokenKey;
use itoguchi::bundle::trust::{Right, TrustEntry, TrustList};
use itoguchi::bundle::verify::{Context, verify};
use itoguchi::model::audit::AuditHead;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::LazyLock;

#[test]
fn a_bundle_goes_from_payload_to_payload() {
    let desk = Desk::new();
    let (bytes, sealed) = desk.sealed();
    assert_eq!(bytes.len() as u64, sealed.bytes);
    assert_eq!(itoguchi::bundle::sha256_hex(&bytes), sealed.sha256);
    let report = desk.judge(&bytes);
    assert!(report.passed(), "{:?}", report.checks);
    assert_eq!(report.bag_hash.as_deref(), Some(sealed.bag_hash.as_str()));
    let opened = open(Cursor::new(&bytes), &desk.identity, Some(&desk.trust), &context(), 1 << 20).unwrap();
    assert_eq!(opened.info, desk.info);
    assert_eq!(opened.files.into_iter().collect::<Vec<_>>(), desk.payload);
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_a_size_that_says_little() {
    let desk = Desk::new();
    assert_eq!(desk.approved(), desk.approved());
    let mut wordy = Desk::new();
    wordy.payload[0].1.extend_from_slice(b"a few more bytes");
    wordy.info.handling = None;
    assert_eq!(desk.plain().len(), wordy.plain().len());
}

#[test]
fn what_cannot_be_judged_is_not_passed() {
    let desk = Desk::new();
    let bytes = desk.sealed().0;
    let report = verify(Cursor::new(&bytes), &desk.identity, None, &Context::at(later(2)));
    assert!(report.opened() && failed(&report).is_empty() && !report.passed());
    let result = |name: &str| report.checks.iter().find(|check| check.check == name).unwrap().ok;
    assert_eq!(result("prepared"), Some(true));
    assert_eq!(result("prepare-right"), None);
    assert_eq!(result("sequence"), None);
    assert!(open(Cursor::new(&bytes), &desk.identity, None, &context(), 1 << 20).is_err());
}

#[test]
fn an_archive_taken_out_of_its_seal_is_judged_too() {
    let desk = Desk::new();
    let report = desk.judge(&desk.plain());
    assert!(report.passed(), "{:?}", failed(&report));
    assert_eq!(report.checks.iter().find(|check| check.check == "seal").unwrap().ok, None);
}

#[test]
fn a_plain_rezip_passes() {
    let desk = Desk::new();
    let again = rezip(&unzip(&desk.plain()));
    assert_ne!(again, desk.plain());
    let report = desk.judge(&desk.reseal(&again));
    assert!(report.passed(), "{:?}", report.first_failure());
}

#[test]
fn bundles_of_every_size_around_a_chunk_of_the_seal_open() {
    for size in [0_usize, 1, 65_535, 65_536, 65_537, 131_072, 300_000] {
        let mut desk = Desk::new();
        let noise: Vec<u8> = (0..size).map(|i| (i.wrapping_mul(2_654_435_761) >> 13).to_le_bytes()[0]).collect();
        desk.payload.push(("data/noise.bin".to_owned(), noise));
        let report = desk.judge(&desk.sealed().0);
        assert!(report.passed(), "{size}: {:?}", report.first_failure());
    }
}

#[test]
fn the_approver_sees_the_final_bytes_and_decides_each_risk() {
    let mut desk = Desk::new();
    let risk = |id: &str| Finding {
        id: id.to_owned(),
        file: "data/case.json".to_owned(),
        what: "phone".to_owned(),
        reason: String::new(),
    };
    state_risks(&mut desk.payload, &[risk("r1"), risk("r2")]).unwrap();
    let draft = desk.draft();
    let seen = review(Cursor::new(&draft), 1 << 20).unwrap();
    assert_eq!(seen.preparer_name, "佐藤");
    assert_eq!(seen.files.into_iter().collect::<Vec<_>>(), desk.payload);
    let decide = |accept: Accept, reason: &str| {
        let decision = Decision { accept, reason: reason.to_owned(), ..decision() };
        let mut out = Vec::new();
        approve(Cursor::new(&draft), &desk.approver, &decision, &mut out).map(|approval| (approval, out))
    };
    let one = Accept::These(vec!["r1".to_owned()]);
    assert!(matches!(decide(one, "公知"), Err(Fault::Undecided(open)) if open == ["r2"]));
    assert!(matches!(decide(Accept::All, " "), Err(Fault::Input(_))));
    assert!(matches!(decide(Accept::These(vec!["r9".to_owned()]), "x"), Err(Fault::Input(_))));
    let (approval, approved) = decide(Accept::All, "公知の番号").unwrap();
    assert_eq!(approval.accepted_risks.len(), 2);
    let mut out = Vec::new();
    seal(Cursor::new(&approved), std::slice::from_ref(&desk.recipient), &mut out).unwrap();
    assert!(desk.judge(&out).passed());
}

#[test]
fn one_person_cannot_take_both_steps() {
    let desk = Desk::new();
    let draft = desk.draft();
    let try_with = |key: &SigningKey, trust: Option<&TrustList>| {
        approve(Cursor::new(&draft), key, &Decision { trust, ..decision() }, &mut Vec::new())
    };
    assert!(matches!(try_with(&desk.preparer, None), Err(Fault::SamePerson(_))));
    let (second_key, _) = signer(9, "佐藤");
    assert!(matches!(try_with(&second_key, None), Err(Fault::SamePerson(_))));
    let (renamed, line) = signer(8, "別名");
    let mut trust = desk.trust.clone();
    trust.entries.push(TrustEntry::from_row(&line, &unit("11/soumu"), "佐藤", "approve").unwrap());
    assert!(matches!(try_with(&renamed, Some(&trust)), Err(Fault::SamePerson(_))));
}

#[test]
fn sealing_needs_both_signatures_and_the_named_keys() {
    let desk = Desk::new();
    let own = std::slice::from_ref(&desk.recipient);
    let unapproved = seal(Cursor::new(desk.draft()), own, &mut Vec::new());
    assert!(matches!(unapproved, Err(Fault::Check { check: "approval", .. })), "{unapproved:?}");
    let (_, stranger) = make_identity();
    let elsewhere = seal(Cursor::new(desk.approved()), &[stranger], &mut Vec::new());
    assert!(matches!(elsewhere, Err(Fault::Recipients(_))));
}

#[test]
fn a_receipt_says_what_arrived_and_cannot_be_bent() {
    let desk = Desk::new();
    let (_, sealed) = desk.sealed();
    let (key, line) = signer(5, "高橋");
    let head = AuditHead { count: 42, hash: "ab".repeat(32) };
    let receipt = Receipt::of(&sealed.info, &unit("00/special"), &sealed.sha256, &sealed.bag_hash, head, later(3));
    let text = sign_receipt(&receipt, &key).unwrap();
    let entry = TrustEntry::from_row(&line, &unit("00/special"), "高橋", "receive").unwrap();
    let trust = TrustList { entries: vec![entry.clone()] };
    let checked = verify_receipt(text.as_bytes(), Some(&trust), later(4)).unwrap();
    assert_eq!((checked.receipt, checked.by), (receipt, Some(entry)));
    for index in 0..text.len() {
        let mut bent = text.clone().into_bytes();
        bent[index] ^= 1;
        assert!(verify_receipt(&bent, Some(&trust), later(4)).is_err(), "byte {index}");
    }
    let stranger = TrustList { entries: desk.trust.entries };
    assert!(verify_receipt(text.as_bytes(), Some(&stranger), later(4)).is_err());
}

#[test]
fn an_answer_goes_back_as_a_bundle() {
    let hold = Hold { objects: vec!["o1".into()], contact: "内線1234".into(), expires: "2026-05-01".into() };
    let answer = Answer { version: ANSWER_VERSION, answers: vec!["b1".into()], holds: vec![hold], ..Answer::default() };
    let mut desk = Desk::new();
    desk.info.content = Content::Answer;
    desk.payload = vec![(ANSWER_PATH.to_owned(), answer.to_file().unwrap())];
    let bytes = desk.sealed().0;
    let opened = open(Cursor::new(&bytes), &desk.identity, Some(&desk.trust), &context(), 1 << 20).unwrap();
    assert_eq!(Answer::from_file(&opened.files[ANSWER_PATH]).unwrap(), answer);
    let endless = Answer { holds: vec![Hold { expires: "someday".into(), ..answer.holds[0].clone() }], ..answer };
    assert!(endless.to_file().is_err());
}

#[test]
fn keys_are_read_back_and_protected() {
    let files = make_key("佐藤 太郎", Some("春の海")).unwrap();
    assert!(matches!(SigningKey::from_file(files.private.as_bytes(), None), Err(Fault::PassphraseNeeded)));
    assert!(matches!(SigningKey::from_file(files.private.as_bytes(), Some("夏")), Err(Fault::PassphraseWrong)));
    let key = SigningKey::from_file(files.private.as_bytes(), Some("春の海")).unwrap();
    assert_eq!(key.name(), "佐藤 太郎");
    assert!(files.public.starts_with(&key.public().line()));
    let token = TokenKey::make("2026a").unwrap();
    assert_eq!(TokenKey::from_file(token.to_file().as_bytes()).unwrap(), token);
    assert!(TokenKey::make("2026 A").is_err());
    let file = token.to_file();
    for index in 0..file.len() {
        let mut bent = file.clone().into_bytes();
        bent[index] ^= 4;
        assert!(TokenKey::from_file(&bent).is_err(), "byte {index}");
    }
}

#[test]
fn trust_lists_are_allowed_signers_files() {
    let desk = Desk::new();
    let mut trust = desk.trust.clone();
    trust.entries[0].valid_after = Some(DAY);
    trust.entries[0].valid_before = Some(later(24 * 365));
    assert_eq!(TrustList::from_allowed_signers(&trust.to_allowed_signers()).unwrap(), trust);
    let key = desk.preparer.public().line();
    let read = |line: &str| TrustList::from_allowed_signers(line);
    let two = read(&format!("# list\n\nsato@11,suzuki namespaces=\"itoguchi-*@1\" {key} comment\n")).unwrap();
    assert_eq!(two.entries.len(), 2);
    assert_eq!((two.entries[0].unit.clone(), two.entries[0].name.as_str()), (Some(unit("11")), "sato"));
    assert_eq!(two.entries[1].may, Right::ALL.into_iter().collect::<BTreeSet<_>>());
    let plain = read(&format!("sato valid-after=\"20260401\" {key}")).unwrap();
    assert_eq!(plain.entries[0].valid_after.unwrap(), later(-9));
    assert!(!plain.entries[0].may.contains(&Right::Decide));
    for bad in [
        format!("* {key}"),
        format!("a cert-authority {key}"),
        "a ssh-rsa AAAA".to_owned(),
        format!("a valid-after=\"1\" {key}"),
    ] {
        assert!(matches!(read(&bad), Err(Fault::Trust { line: 1, .. })), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes from outside is refused or read, never a panic.
    #[test]
    fn no_reader_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in 0_usize..6) {
        let heads: [&[u8]; 6] = [b"", b"PK\x03\x04", b"age-encryption.org/v1\n-> X25519 a\n", b"ITOGUCHI TOKEN KEY 1\nepoch: a\n",
            b"Receipt-Version: 1\n-----BEGIN SSH SIGNATURE-----\n", b"-----BEGIN OPENSSH PRIVATE KEY-----\n"];
        let bytes = [heads[start], &bytes].concat();
        let text = String::from_utf8_lossy(&bytes);
        let (identity, _) = make_identity();
        let identities = Identity::from_file(identity.as_bytes()).unwrap();
        let report = verify(Cursor::new(&bytes), &identities, None, &context());
        prop_assert!(!report.passed());
        let _ = SigningKey::from_file(&bytes, Some("x"));
        let _ = TokenKey::from_file(&bytes);
        let _ = Identity::from_file(&bytes);
        let _ = Recipient::from_file(&text);
        let _ = TrustList::from_allowed_signers(&text);
        let _ = BagInfo::from_file(&bytes);
        let _ = Answer::from_file(&bytes);
        let _ = verify_receipt(&bytes, None, DAY);
        let _ = review(Cursor::new(&bytes), 1 << 20);
    }

    /// A sound archive with its bytes bent anywhere never panics and never passes unless no content was touched.
    #[test]
    fn a_bent_archive_is_refused(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        static SOUND: LazyLock<(Desk, Vec<u8>)> = LazyLock::new(|| {
            let desk = Desk::new();
            let plain = desk.plain();
            (desk, plain)
        });
        let (desk, mut plain) = (&SOUND.0, SOUND.1.clone());
        let at = at.index(plain.len());
        plain[at] ^= 1 << bit;
        let report = desk.judge(&plain);
        // Time stamps and the like in the archive's own headers belong to no file.
        if report.passed() {
            let opened = open(Cursor::new(&plain), &desk.identity, Some(&desk.trust), &context(), 1 << 20).unwrap();
            prop_assert_eq!(&opened.files.into_iter().collect::<Vec<_>>(), &desk.payload);
        }
    }
}

#[test]
fn the_top_folder_is_the_bundle() {
    let desk = Desk::new();
    assert!(PREFIX.starts_with(desk.info.bundle.as_str()));
}
