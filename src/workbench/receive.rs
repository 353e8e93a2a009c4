//! The receiving side: verify, quarantine or take in, receipt; and the answer back.
//!
//! Nothing of a bundle is believed before it passed. An origin's case becomes a case here, and only that origin revises it;
//! roles stated here are never touched. A fork or replay is refused, a gap is quarantined with its missing numbers.

use super::error::{Error, Result};
use super::export::{self, below};
use super::session::Session;
use super::{clock, network, pipeline};
use crate::bundle::answer::{Answer, AnswerLink, AnswerReason};
use crate::bundle::bag_info::Content;
use crate::bundle::identity::Identity;
use crate::bundle::keys::SigningKey;
use crate::bundle::open::{OpenBundle, Unopened, open};
use crate::bundle::receipt::{Receipt, sign_receipt};
use crate::bundle::sequence::{History, Received, Standing};
use crate::bundle::trust::{TrustEntry, TrustList};
use crate::bundle::verify::{Context, Report, verify};
use crate::ingest::Overrides;
use crate::model::statement::Statement;
use crate::model::{CaseKey, Edit, Id, Instant, Kind, Lang, Role, Ticket, Unit};
use crate::store::{Check, Listed, NewEvidence, ReceivedEntry};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

/// Largest payload read into memory.
const MAX_PAYLOAD: u64 = 1 << 30;

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
        let entries =
            rows.iter().map(|row| TrustEntry::from_row(&row.public_key, &row.unit, &row.name, &row.may.join(",")));
        let mut history = History::new();
        for entry in store.received()? {
            let body: Value = serde_json::from_str(&entry.body).unwrap_or_default();
            history.entry(entry.origin).or_default().push(Received {
                sequence: entry.sequence,
                bag_hash: entry.tagmanifest,
                previous: body.get("previous").and_then(Value::as_str).unwrap_or("").to_owned(),
            });
        }
        Ok(Self {
            identities,
            trust: Some(TrustList { entries: entries.collect::<std::result::Result<_, _>>().map_err(below)? }),
            unit: Some(store.unit().clone()),
            history: Some(history),
            training: Some(store.setting("training")?.as_deref() == Some("true")),
        })
    }

    fn with<T>(&self, at: Instant, work: impl FnOnce(&Context<'_>) -> T) -> T {
        work(&Context {
            at,
            own_unit: self.unit.as_ref(),
            history: self.history.as_ref(),
            training: self.training,
            late_accepted_by: None,
        })
    }
}

/// Judges a bundle without taking it in.
pub fn judge(bundle: &Path, judge: &Judge, at: Instant) -> Result<Report> {
    let bytes = std::fs::read(bundle).map_err(Error::file(bundle))?;
    Ok(judge.with(at, |context| verify(Cursor::new(&bytes), &judge.identities, judge.trust.as_ref(), context)))
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
    let bytes = std::fs::read(path).map_err(Error::file(path))?;
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
    let quarantined = quarantine(&bundle);
    let mut entered =
        Entered { bundle: bundle.info.bundle.to_string(), quarantined: quarantined.clone(), ..Entered::default() };
    let checks: Vec<Value> = bundle
        .report
        .checks
        .iter()
        .map(|check| json!([check.check, check.ok, check.detail.get(Lang::Ja), check.detail.get(Lang::En)]))
        .collect();
    let mut body = json!({
        "previous": bundle.info.previous, "profile": bundle.info.profile, "file": path.to_string_lossy(),
        "tlp": bundle.info.tlp, "training": bundle.info.training, "checks": checks,
        "receipt": receipt.map(|(_, out)| out.to_string_lossy()),
    });
    if quarantined.is_none() {
        if bundle.info.content == Content::Answer {
            let answer = bundle
                .files
                .get("data/answer.json")
                .map(|bytes| Answer::from_file(bytes))
                .transpose()
                .map_err(below)?;
            merge_into(&mut body, "answer", serde_json::to_value(answer).unwrap_or_default());
        } else {
            take_case(session, &bundle, &mut entered, ticket)?;
        }
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

fn merge_into(body: &mut Value, key: &str, value: Value) {
    if let Some(body) = body.as_object_mut() {
        body.insert(key.to_owned(), value);
    }
}

fn quarantine(bundle: &OpenBundle) -> Option<String> {
    match &bundle.report.standing {
        Standing::Gap(missing) => Some(format!("missing {missing:?}")),
        _ if bundle.report.expired => Some("receive-by has passed".to_owned()),
        _ => None,
    }
}

/// `data/case.json` as it is read back.
#[derive(Debug, Deserialize)]
struct CaseFile {
    schema: String,
    case: CaseFacts,
    values: Vec<ValueFacts>,
}

#[derive(Debug, Deserialize)]
struct CaseFacts {
    id: String,
    number: Option<String>,
    #[serde(default)]
    offence: Option<String>,
    #[serde(default)]
    method: Vec<String>,
    #[serde(default)]
    recognised_on: Option<String>,
    #[serde(default)]
    contact: Option<String>,
    #[serde(default)]
    asks: Vec<String>,
    #[serde(default)]
    urgency: Option<String>,
    #[serde(default)]
    deadline: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ValueFacts {
    id: String,
    kind: Kind,
    shown: ShownFacts,
    token: Option<String>,
    role: Option<Role>,
    implied: bool,
    verified: bool,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ShownFacts {
    how: String,
    text: String,
}

fn read_case(bytes: &[u8]) -> Result<CaseFile> {
    let file: CaseFile = serde_json::from_slice(bytes).map_err(|err| {
        Error::input(format!("data/case.json を読めません: {err}"), format!("data/case.json cannot be read: {err}"))
    })?;
    if file.schema == "itoguchi/case@1" {
        return Ok(file);
    }
    Err(Error::input(
        format!("data/case.json の版を知りません: {}", file.schema),
        format!("unknown version of data/case.json: {}", file.schema),
    ))
}

fn take_case(session: &Session, bundle: &OpenBundle, entered: &mut Entered, ticket: &Ticket) -> Result<()> {
    let bytes = bundle.files.get("data/case.json").map(Vec::as_slice).unwrap_or_default();
    let file = read_case(bytes)?;
    let origin = bundle.info.store.as_str();
    let case = case_for(session, bundle, &file.case)?;
    let list: Vec<Listed> =
        file.values.iter().filter(|value| value.shown.how != "general").map(|value| listed(case, value)).collect();
    session.store.drop_listed(origin, case)?;
    session.store.put_list(&list, origin, &session.author())?;
    entered.cases = 1;
    entered.indicators = list.len() as u64;
    keep(session, bundle, case, "data/case.json", None, ticket)?;
    for path in ["data/records.jsonl", "data/undated.jsonl"] {
        if bundle.files.get(path).is_some_and(|bytes| !bytes.is_empty()) {
            entered.records += keep(session, bundle, case, path, Some("jsonl"), ticket)?;
        }
    }
    Ok(())
}

/// Keeps a payload file as evidence of the case, read in a format or whole; says how many records it holds.
fn keep(
    session: &Session,
    bundle: &OpenBundle,
    case: CaseKey,
    path: &str,
    format: Option<&str>,
    ticket: &Ticket,
) -> Result<u64> {
    let bytes = bundle.files.get(path).map(Vec::as_slice).unwrap_or_default();
    let name = format!("{}/{path}", bundle.info.bundle);
    let new = NewEvidence {
        case: Some(case),
        name: name.clone().into_bytes(),
        bytes: bytes.len() as u64,
        acquisition: crate::model::Acquisition {
            from: Some(bundle.info.sender.path().to_owned()),
            basis: Some(format!("報告資料 {}", bundle.info.bundle)),
            ..crate::model::Acquisition::default()
        },
        ..NewEvidence::default()
    };
    let overrides = Overrides { format: format.map(str::to_owned), ..Overrides::default() };
    let source = pipeline::Source {
        name: Path::new(&name),
        new,
        overrides,
        whole: format.is_none(),
        check: &|| Ok(()),
        damage: &|| None,
    };
    let (evidence, _) = pipeline::take_in(session, &mut Cursor::new(bytes), &source, ticket)?;
    Ok(evidence.reading.map_or(0, |reading| u64::from(reading.rows)))
}

fn listed(case: CaseKey, value: &ValueFacts) -> Listed {
    let time = |text: &Option<String>| text.as_deref().and_then(|text| clock::read(text).ok());
    Listed {
        case,
        kind: value.kind,
        value: value.shown.text.clone(),
        first: time(&value.first),
        last: time(&value.last),
        count: value.count,
        verified: value.verified,
        implied: value.implied,
        role: value.role,
        token: value.token.clone(),
    }
}

/// The case here that stands for the sender's case: made when it first comes, revised by its origin alone.
fn case_for(session: &Session, bundle: &OpenBundle, facts: &CaseFacts) -> Result<CaseKey> {
    let store = &session.store;
    let origin = bundle.info.store.as_str();
    let known = store.origin_case(origin, &facts.id)?;
    let mut case = match known {
        Some(key) => export::case_of(store, key)?,
        None => session.blank_case("", facts.number.as_deref(), &bundle.info.sender)?,
    };
    let label = facts.number.clone().unwrap_or_else(|| facts.id.clone());
    case.title = format!("受領 {} {label}", bundle.info.sender);
    case.number = Some(format!("{} {label}", bundle.info.sender));
    case.offence.clone_from(&facts.offence);
    case.method.clone_from(&facts.method);
    case.recognised_on.clone_from(&facts.recognised_on);
    case.contact.clone_from(&facts.contact);
    case.asks.clone_from(&facts.asks);
    case.urgency.clone_from(&facts.urgency);
    case.deadline.clone_from(&facts.deadline);
    case.tlp = bundle.info.tlp;
    case.handling.clone_from(&bundle.info.handling);
    case.training = bundle.info.training;
    let id = case.id.clone();
    store.apply(&Edit::Put(Statement::Case(Box::new(case))), &session.author())?;
    let key = store.find_case(id.as_str())?;
    if known.is_none() {
        store.set_origin_case(origin, &facts.id, key)?;
    }
    Ok(key)
}

/// What the national unit found for one sender: ties of its cases to others', in the sender's own object ids.
pub fn answer(session: &Session, receiver: &Unit, ticket: &Ticket) -> Result<(Answer, Option<CaseKey>)> {
    let store = &session.store;
    let found = network::correlate(session, None, ticket)?;
    let objects = objects_of(session)?;
    let cases = store.cases()?;
    let contact =
        |key: CaseKey| cases.iter().find(|row| row.case.key == Some(key)).and_then(|row| row.case.contact.clone());
    let mut answer = Answer { version: 1, ..Answer::default() };
    let mut first = None;
    for pair in &found.found.pairs {
        for (mine, theirs) in [(pair.a, pair.b), (pair.b, pair.a)] {
            let (Some(mine), Some(theirs)) = (found.cases.get(mine as usize), found.cases.get(theirs as usize)) else {
                continue;
            };
            let Some(known) = objects.get(&mine.key).filter(|_| mine.unit == *receiver && theirs.unit != *receiver)
            else {
                continue;
            };
            first = first.or(Some(mine.key));
            let ties = found.found.ties(pair);
            let values: Vec<_> = ties.iter().filter_map(|tie| Some((found.found.value(tie)?, tie.weight))).collect();
            let ids = values
                .iter()
                .flat_map(|(value, _)| known.values.get(&(value.kind, value.value.clone())).into_iter().flatten());
            let mut ids: Vec<String> = ids.cloned().collect();
            ids.sort();
            ids.dedup();
            let reasons = values.iter().map(|(value, weight)| AnswerReason {
                kind: value.kind,
                weight: f64::from(*weight),
                token: value.value.starts_with("tok1:"),
            });
            answer.answers.push(known.bundle.clone());
            answer.links.push(AnswerLink {
                case: known.case.clone(),
                objects: ids,
                citations: Vec::new(),
                counterpart: theirs.unit.path().to_owned(),
                contact: contact(theirs.key),
                score: pair.score.clamp(0.0, 1.0),
                reasons: reasons.collect(),
                same_victim: false,
            });
        }
    }
    answer.answers.sort();
    answer.answers.dedup();
    Ok((answer, first))
}

/// A sender's own names for a case and its values.
struct Objects {
    bundle: String,
    case: String,
    values: BTreeMap<(Kind, String), Vec<String>>,
}

/// Read again from the case files kept as evidence, newest last.
fn objects_of(session: &Session) -> Result<BTreeMap<CaseKey, Objects>> {
    let mut out = BTreeMap::new();
    for evidence in session.store.evidence()? {
        let name = String::from_utf8_lossy(&evidence.name).into_owned();
        let (Some(case), Some(bundle)) = (evidence.case, name.strip_suffix("/data/case.json")) else { continue };
        let mut bytes = Vec::new();
        session.store.stream(evidence.key, &mut bytes)?;
        let file = read_case(&bytes)?;
        let mut values: BTreeMap<(Kind, String), Vec<String>> = BTreeMap::new();
        for value in file.values {
            for text in [Some(value.shown.text), value.token].into_iter().flatten() {
                values.entry((value.kind, text)).or_default().push(value.id.clone());
            }
        }
        out.insert(case, Objects { bundle: bundle.to_owned(), case: file.case.id, values });
    }
    Ok(out)
}

/// Drafts the answer to a sender, signed by its preparer.
pub fn draft_answer(
    session: &Session,
    receiver: &Unit,
    preparer: &SigningKey,
    to: &[String],
    out: &Path,
    ticket: &Ticket,
) -> Result<(String, Answer, u64)> {
    let (answer, case) = answer(session, receiver, ticket)?;
    let Some(case) = case else {
        return Err(Error::input(
            format!("{receiver} に還元する関連はありません"),
            format!("no ties to tell {receiver} about"),
        ));
    };
    // Kinds, weights and the receiver's own ids: no value of any case, so there is nothing to sanitise.
    let payload = vec![("data/answer.json".to_owned(), answer.to_file().map_err(below)?)];
    let bundle = Id::from_random('b', crate::store::random()?);
    let facts = export::case_of(&session.store, case)?;
    let info = export::info(session, &facts, bundle.clone(), (Content::Answer, "prefecture"), receiver, to)?;
    let body = json!({"answer": answer.links.len(), "file": out.to_string_lossy(), "to": to}).to_string();
    let bytes = export::write_draft(session, &payload, &info, preparer, out, (case, &body, &[]))?;
    Ok((bundle.to_string(), answer, bytes))
}
