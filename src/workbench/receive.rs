//! The receiving side: verify, quarantine or take in, receipt.
//!
//! Nothing of a bundle is believed before it passed. A fork or replay is refused; a gap is quarantined with its missing
//! numbers, and the bundle comes again once they are there, or once somebody answers for it by name.

use super::arrival::{self, CASE_FILE, read_case};
use super::error::{Error, Result};
use super::export::{self, MAX_PAYLOAD, below};
use super::session::Session;
use crate::bundle::answer::Answer;
use crate::bundle::bag_info::Content;
use crate::bundle::identity::Identity;
use crate::bundle::keys::SigningKey;
use crate::bundle::open::{OpenBundle, Unopened, open};
use crate::bundle::receipt::{Receipt, sign_receipt};
use crate::bundle::sequence::{History, Received, Standing};
use crate::bundle::trust::{TrustEntry, TrustList};
use crate::bundle::verify::{Context, Report, verify};
use crate::model::{Instant, Lang, Ticket, Unit};
use crate::store::{Check, ReceivedEntry};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::Path;

/// What a receiver judges by.
#[derive(Clone, Debug, Default)]
pub struct Judge {
    /// Identities that open the seal.
    pub identities: Vec<Identity>,
    /// Trusted signers.
    pub trust: Option<TrustList>,
    /// The receiving unit.
    pub unit: Option<Unit>,
    /// Bundles received before.
    pub history: Option<History>,
    /// Whether the receiving store is for training.
    pub training: Option<bool>,
    /// Who takes it on themselves to accept what would be quarantined: numbers missing before it, or its time past.
    pub accepted_by: Option<String>,
}

/// Reads an identity file.
pub fn read_identities(path: &Path) -> Result<Vec<Identity>> {
    Identity::from_file(&std::fs::read(path).map_err(Error::file(path))?).map_err(below)
}

/// Reads an `allowed_signers` file.
pub fn read_trust(path: &Path) -> Result<TrustList> {
    TrustList::from_allowed_signers(&std::fs::read_to_string(path).map_err(Error::file(path))?).map_err(below)
}

impl Judge {
    /// What a store knows: its trust list, its unit, what it received.
    pub fn of_store(session: &Session, identities: Vec<Identity>) -> Result<Self> {
        let store = &session.store;
        let rows = store.trusted()?;
        let signers = rows.iter().filter(|row| !export::is_recipient(&row.public_key));
        let entries =
            signers.map(|row| TrustEntry::from_row(&row.public_key, &row.unit, &row.name, &row.may.join(",")));
        let mut history = History::new();
        for entry in store.received()? {
            let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
            history.entry(entry.origin).or_default().push(Received {
                sequence: entry.sequence,
                bag_hash: entry.tagmanifest,
                previous: body.get("previous").and_then(Value::as_str).unwrap_or("").to_owned(),
                quarantined: entry.quarantined.is_some(),
            });
        }
        Ok(Self {
            identities,
            trust: Some(TrustList { entries: entries.collect::<std::result::Result<_, _>>().map_err(below)? }),
            unit: Some(store.unit().clone()),
            history: Some(history),
            training: Some(store.setting("training")?.as_deref() == Some("true")),
            accepted_by: None,
        })
    }

    fn with<T>(&self, at: Instant, work: impl FnOnce(&Context<'_>) -> T) -> T {
        work(&Context {
            at,
            own_unit: self.unit.as_ref(),
            history: self.history.as_ref(),
            training: self.training,
            late_accepted_by: self.accepted_by.as_deref(),
        })
    }
}

/// Judges a bundle without taking it in.
pub fn judge(bundle: &Path, judge: &Judge, at: Instant) -> Result<Report> {
    let file = BufReader::new(File::open(bundle).map_err(Error::file(bundle))?);
    Ok(judge.with(at, |context| verify(file, &judge.identities, judge.trust.as_ref(), context)))
}

/// A report's checks in the form every check is printed in.
#[must_use]
pub fn checks(report: &Report, lang: Lang) -> Vec<Check> {
    let rows = report.checks.iter();
    rows.map(|check| Check { check: check.check.to_owned(), ok: check.ok, detail: check.detail.get(lang).to_owned() })
        .collect()
}

/// What came of a bundle.
#[derive(Debug)]
pub enum Arrival {
    /// It did not pass.
    Refused(Box<Report>),
    /// It is in, or in quarantine.
    Entered(Entered),
}

/// A bundle in the store.
#[derive(Clone, Debug, Default)]
pub struct Entered {
    /// Bundle id.
    pub bundle: String,
    /// Cases.
    pub cases: u64,
    /// Indicators.
    pub indicators: u64,
    /// Records.
    pub records: u64,
    /// Why it stands in quarantine.
    pub quarantined: Option<String>,
}

/// Verifies a bundle and takes it in; writes a signed receipt where asked.
pub fn receive(
    session: &Session,
    path: &Path,
    judge: &Judge,
    receipt: Option<(&SigningKey, &Path)>,
    ticket: &Ticket,
) -> Result<Arrival> {
    let bytes = read_bundle(path)?;
    let now = session.now();
    let opened = judge
        .with(now, |context| open(Cursor::new(&bytes), &judge.identities, judge.trust.as_ref(), context, MAX_PAYLOAD));
    let bundle = match opened {
        Ok(bundle) => bundle,
        Err(Unopened::Refused(report)) => {
            session.store.audit(
                "bundle.refused",
                &report.sha256,
                report.first_failure().map_or("authorship", |check| check.check),
                &session.author(),
            )?;
            return Ok(Arrival::Refused(report));
        }
        Err(Unopened::Fault(fault)) => return Err(below(fault)),
    };
    drop(bytes);
    refuse_twin(session, &bundle)?;
    let doubt = quarantine(&bundle);
    let quarantined = doubt.clone().filter(|_| judge.accepted_by.is_none());
    let mut entered =
        Entered { bundle: bundle.info.bundle.to_string(), quarantined: quarantined.clone(), ..Entered::default() };
    let mut body = json!({
        "previous": bundle.info.previous, "profile": bundle.info.profile, "file": path.to_string_lossy(),
        "tlp": bundle.info.tlp, "training": bundle.info.training, "checks": kept_checks(&bundle.report),
        "receipt": receipt.map(|(_, out)| out.to_string_lossy()),
    });
    if let Some((doubt, name)) = doubt.zip(judge.accepted_by.as_ref()) {
        merge_into(&mut body, "accepted", json!({"by": name, "although": doubt}));
    }
    if quarantined.is_none() {
        take_in(session, &bundle, &mut entered, &mut body, ticket)?;
    }
    merge_into(&mut body, "counts", json!([entered.cases, entered.indicators, entered.records]));
    let bag_hash = bundle.report.bag_hash.clone().unwrap_or_default();
    let entry = ReceivedEntry {
        bundle: entered.bundle.clone(),
        origin: bundle.info.store.to_string(),
        sender: bundle.info.sender.path().to_owned(),
        sequence: bundle.info.sequence,
        tagmanifest: bag_hash.clone(),
        quarantined,
        body: body.to_string(),
        at: now,
    };
    session.store.record_received(&entry, &session.author())?;
    // What a sender said is not taken back with a keystroke.
    session.store.forget_history();
    if let Some((key, out)) = receipt {
        let receipt = Receipt::of(
            &bundle.info,
            session.store.unit(),
            &bundle.report.sha256,
            &bag_hash,
            session.store.audit_head()?,
            now,
        );
        export::write_new(out, sign_receipt(&receipt, key).map_err(below)?.as_bytes())?;
        session.store.audit("bundle.receipt", &entered.bundle, &out.to_string_lossy(), &session.author())?;
    }
    Ok(Arrival::Entered(entered))
}

/// What was checked when it came in: check, result, and what was found in Japanese and English.
fn kept_checks(report: &Report) -> Vec<Value> {
    let row = |check: &crate::bundle::check::Check| {
        json!([check.check, check.ok, check.detail.get(Lang::Ja), check.detail.get(Lang::En)])
    };
    report.checks.iter().map(row).collect()
}

/// Ids are random: another bundle under one received already is no accident.
fn refuse_twin(session: &Session, bundle: &OpenBundle) -> Result<()> {
    let (id, hash) = (bundle.info.bundle.as_str(), bundle.report.bag_hash.as_deref().unwrap_or(""));
    let twin = session.store.received()?.into_iter().any(|entry| entry.bundle == id && entry.tagmanifest != hash);
    if !twin {
        return Ok(());
    }
    Err(Error::input(
        format!("同じ番号の別の報告資料を受領済みです: {id}"),
        format!("another bundle was received under the same id: {id}"),
    ))
}

/// A whole bundle in memory, so that what was judged is what is taken in.
fn read_bundle(path: &Path) -> Result<Vec<u8>> {
    let size = std::fs::metadata(path).map_err(Error::file(path))?.len();
    // Sealing and signatures add little to a payload, and compression takes more away.
    if size > MAX_PAYLOAD {
        return Err(Error::input(
            format!("報告資料が大きすぎます（上限{MAX_PAYLOAD}バイト）: {}", path.display()),
            format!("the bundle is larger than {MAX_PAYLOAD} bytes: {}", path.display()),
        ));
    }
    std::fs::read(path).map_err(Error::file(path))
}

fn take_in(
    session: &Session,
    bundle: &OpenBundle,
    entered: &mut Entered,
    body: &mut Value,
    ticket: &Ticket,
) -> Result<()> {
    if bundle.info.content == Content::Answer {
        let answer = bundle.files.get("data/answer.json").map(|bytes| Answer::from_file(bytes));
        let answer = answer.transpose().map_err(below)?;
        merge_into(body, "answer", serde_json::to_value(answer).unwrap_or_default());
        return Ok(());
    }
    let file = read_case(bundle.files.get(CASE_FILE).map(Vec::as_slice).unwrap_or_default())?;
    merge_into(body, "object", json!(file.case.id));
    let newest = !has_newer(session, bundle, &file.case.id)?;
    arrival::take_case(session, bundle, &file, newest, entered, ticket)
}

/// Whether a later bundle of this origin about this object is in already: one that fills a gap must not undo it.
fn has_newer(session: &Session, bundle: &OpenBundle, object: &str) -> Result<bool> {
    let of_object = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        body.get("object").and_then(Value::as_str) == Some(object)
    };
    Ok(session.store.received()?.iter().any(|entry| {
        entry.origin == bundle.info.store.as_str()
            && entry.sequence > bundle.info.sequence
            && entry.quarantined.is_none()
            && of_object(&entry.body)
    }))
}

fn merge_into(body: &mut Value, key: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(key.to_owned(), value);
    }
}

fn quarantine(bundle: &OpenBundle) -> Option<String> {
    match &bundle.report.standing {
        Standing::Gap(missing) => Some(format!("missing {}", listed(missing))),
        _ if bundle.report.expired => Some("receive-by has passed".to_owned()),
        _ => None,
    }
}

fn listed(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}
