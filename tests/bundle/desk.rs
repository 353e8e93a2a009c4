//! A sender and a receiver with their keys, and ways to tamper with what passes between them.

use itoguchi::bundle::approve::{Accept, Decision, approve};
use itoguchi::bundle::bag_info::{BagInfo, Content, NO_PREVIOUS};
use itoguchi::bundle::draft::draft;
use itoguchi::bundle::identity::{Identity, Recipient, make_identity};
use itoguchi::bundle::keys::{SigningKey, key_from_seed};
use itoguchi::bundle::policy::Profile;
use itoguchi::bundle::seal::{Sealed, seal};
use itoguchi::bundle::trust::{TrustEntry, TrustList};
use itoguchi::bundle::verify::{Context, Report, verify};
use itoguchi::model::{Id, Instant, Tlp, Unit};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read as _, Write as _};

/// 2026-04-01T09:00:00+09:00.
pub(crate) const DAY: Instant = Instant(1_775_001_600_000_000_000);
pub(crate) const HOUR: i64 = 3_600_000_000_000;
pub(crate) const PREFIX: &str = "b0123456789abcdef/";

pub(crate) struct Desk {
    pub(crate) preparer: SigningKey,
    pub(crate) approver: SigningKey,
    pub(crate) identity_text: String,
    pub(crate) identity: Vec<Identity>,
    pub(crate) recipient: Recipient,
    pub(crate) trust: TrustList,
    pub(crate) info: BagInfo,
    pub(crate) payload: Vec<(String, Vec<u8>)>,
}

pub(crate) fn signer(seed: u8, name: &str) -> (SigningKey, String) {
    let files = key_from_seed(&[seed; 32], name, None).unwrap();
    (SigningKey::from_file(files.private.as_bytes(), None).unwrap(), files.public)
}

pub(crate) fn unit(path: &str) -> Unit {
    Unit::from_path(path).unwrap()
}

pub(crate) fn later(hours: i64) -> Instant {
    Instant(DAY.0 + hours * HOUR)
}

pub(crate) fn decision<'a>() -> Decision<'a> {
    Decision {
        accept: Accept::Nothing,
        reason: String::new(),
        counts: BTreeMap::from([("kept".to_owned(), 3)]),
        further_risks: BTreeSet::new(),
        at: later(1),
        trust: None,
    }
}

pub(crate) fn context<'a>() -> Context<'a> {
    Context::at(later(2))
}

/// A sanitising record as the national profile gives it.
pub(crate) fn record() -> String {
    let profile = Profile::named("national").unwrap();
    let policy = serde_json::json!({"name": "national", "serial": profile.serial(), "sha256": profile.hash()});
    serde_json::json!({ "policy": policy }).to_string()
}

impl Desk {
    pub(crate) fn new() -> Self {
        let (preparer, preparer_line) = signer(1, "佐藤");
        let (approver, approver_line) = signer(2, "鈴木");
        let (identity_text, recipient) = make_identity();
        let identity = Identity::from_file(identity_text.as_bytes()).unwrap();
        let entries = vec![
            TrustEntry::from_row(&preparer_line, &unit("11/soumu"), "佐藤", "prepare").unwrap(),
            TrustEntry::from_row(&approver_line, &unit("11"), "鈴木", "approve").unwrap(),
        ];
        let info = BagInfo {
            bundle: Id(PREFIX.trim_end_matches('/').to_owned()),
            store: Id("s0123456789abcdef".to_owned()),
            content: Content::Report,
            sequence: 1,
            previous: NO_PREVIOUS.to_owned(),
            sender: unit("11/soumu"),
            receiver: "00/special".to_owned(),
            receiver_keys: vec![recipient.fingerprint()],
            profile: "national".to_owned(),
            tlp: Tlp::AmberStrict,
            handling: Some("取扱注意・サイバー特別捜査部限り".to_owned()),
            receive_by: Some(later(30 * 24)),
            keep_until: None,
            tool: "itoguchi 0.1.0".to_owned(),
            canonicaliser: "1".to_owned(),
            token_epoch: Some("2026a".to_owned()),
            training: true,
            created: DAY,
        };
        let payload = vec![
            ("data/case.json".to_owned(), "{\"version\":1,\"title\":\"訓練\"}\n".repeat(900).into_bytes()),
            ("data/sanitising.json".to_owned(), record().into_bytes()),
            ("data/undated.jsonl".to_owned(), Vec::new()),
        ];
        let trust = TrustList { entries };
        Self { preparer, approver, identity_text, identity, recipient, trust, info, payload }
    }

    pub(crate) fn draft(&self) -> Vec<u8> {
        let mut out = Vec::new();
        draft(&self.payload, &self.info, &self.preparer, &mut out).unwrap();
        out
    }

    pub(crate) fn approved(&self) -> Vec<u8> {
        let mut out = Vec::new();
        approve(Cursor::new(self.draft()), &self.approver, &decision(), &mut out).unwrap();
        out
    }

    pub(crate) fn sealed(&self) -> (Vec<u8>, Sealed) {
        let mut out = Vec::new();
        let sealed = seal(Cursor::new(self.approved()), std::slice::from_ref(&self.recipient), &mut out).unwrap();
        (out, sealed)
    }

    /// The archive inside the seal.
    pub(crate) fn plain(&self) -> Vec<u8> {
        let line = self.identity_text.lines().find(|line| !line.starts_with('#')).unwrap();
        let secret: age::x25519::Identity = line.parse().unwrap();
        age::decrypt(&secret, &self.sealed().0).unwrap()
    }

    pub(crate) fn reseal(&self, plain: &[u8]) -> Vec<u8> {
        let recipient: age::x25519::Recipient = self.recipient.to_string().parse().unwrap();
        age::encrypt(&recipient, plain).unwrap()
    }

    pub(crate) fn judge(&self, bytes: &[u8]) -> Report {
        verify(Cursor::new(bytes), &self.identity, Some(&self.trust), &context())
    }
}

/// The files of an archive, by name below the top folder.
pub(crate) fn unzip(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = Reader::new(bytes);
    std::iter::from_fn(|| archive.next_file()).collect()
}

/// Writes files as a plain stored archive with the names given.
pub(crate) fn zip(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(crate) fn rezip(files: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    zip(&files.iter().map(|(path, bytes)| (format!("{PREFIX}{path}"), bytes.clone())).collect::<Vec<_>>())
}

/// Reads our own archives by their local headers, which is enough for what `pack` writes.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    fn next_file(&mut self) -> Option<(String, Vec<u8>)> {
        let short = |at: usize| usize::from(u16::from_le_bytes(self.rest[at..at + 2].try_into().unwrap()));
        let long = |at: usize| u32::from_le_bytes(self.rest[at..at + 4].try_into().unwrap()) as usize;
        if !self.rest.starts_with(b"PK\x03\x04") {
            return None;
        }
        let (method, packed, name) = (short(8), long(18), short(26));
        let path = std::str::from_utf8(&self.rest[30..30 + name]).unwrap();
        let data = &self.rest[30 + name..30 + name + packed];
        let mut bytes = Vec::new();
        if method == 8 {
            flate2::read::DeflateDecoder::new(data).read_to_end(&mut bytes).unwrap();
        } else {
            bytes.extend_from_slice(data);
        }
        self.rest = &self.rest[30 + name + packed..];
        Some((path.strip_prefix(PREFIX).unwrap().to_owned(), bytes))
    }
}

/// The names of the failed checks.
pub(crate) fn failed(report: &Report) -> Vec<&'static str> {
    report.checks.iter().filter(|check| check.ok == Some(false)).map(|check| check.check).collect()
}
