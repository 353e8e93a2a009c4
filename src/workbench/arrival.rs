//! What of a bundle that passed enters the store: the archive itself, the sender's case with its list of values, its records.
//!
//! The archive is kept whole, signatures with it, and the files read out of it are derived evidence: each step of the way
//! can be checked again. Identity is the origin's store and object, so taking a bundle in twice, or again after a kill,
//! changes nothing. Only the origin revises its case, and only by a newer bundle. Roles stated here are never touched: the
//! sender's stand beside them in the list.

use super::ask::unit_name;
use super::error::{Error, Result};
use super::export;
use super::receive::Entered;
use super::session::Session;
use super::{clock, pipeline};
use crate::bundle::bag_info::BagInfo;
use crate::bundle::open::OpenBundle;
use crate::ingest::Overrides;
use crate::model::statement::Statement;
use crate::model::{Acquisition, CaseKey, Edit, Evidence, EvidenceKey, EvidenceState, Id, Kind, Role, Stage, Ticket};
use crate::store::{Listed, NewEvidence};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::io::Cursor;
use std::path::Path;

/// The file a sender's case stands in.
pub(super) const CASE_FILE: &str = "data/case.json";
/// The files its records stand in.
pub(super) const RECORD_FILES: [&str; 2] = ["data/records.jsonl", "data/undated.jsonl"];

/// `data/case.json` as it is read back.
#[derive(Debug, Deserialize)]
pub(super) struct CaseFile {
    schema: String,
    pub(super) case: CaseFacts,
    pub(super) values: Vec<ValueFacts>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CaseFacts {
    pub(super) id: String,
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
pub(super) struct ValueFacts {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) shown: ShownFacts,
    pub(super) token: Option<String>,
    role: Option<Role>,
    implied: bool,
    verified: bool,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ShownFacts {
    how: String,
    pub(super) text: String,
}

/// Reads a sender's case file.
pub(super) fn read_case(bytes: &[u8]) -> Result<CaseFile> {
    let file: CaseFile = serde_json::from_slice(bytes).map_err(|err| {
        // The words of the error may hold what stands in the file, however long.
        let why: String = err.to_string().chars().take(200).collect();
        Error::input(format!("{CASE_FILE} を読めません: {why}"), format!("{CASE_FILE} cannot be read: {why}"))
    })?;
    if file.schema == "itoguchi/case@1" {
        return Ok(file);
    }
    let schema: String = file.schema.chars().take(100).collect();
    Err(Error::input(
        format!("{CASE_FILE} の版を知りません: {schema}"),
        format!("unknown version of {CASE_FILE}: {schema}"),
    ))
}

/// Takes a report in. `newest` says that no later bundle about the case came before; an older one adds its files alone.
pub(super) fn take_case(
    session: &Session,
    bundle: &OpenBundle,
    file: &CaseFile,
    newest: bool,
    entered: &mut Entered,
    ticket: &Ticket,
) -> Result<()> {
    let origin = bundle.info.store.as_str();
    let case = case_for(session, &bundle.info, &file.case, newest)?;
    let sent = file.values.iter().filter(|value| value.shown.how != "general");
    let list: Vec<Listed> = sent.map(|value| listed(case, value)).collect();
    if newest {
        session.store.drop_listed(origin, case)?;
        session.store.put_list(&list, origin, &session.author())?;
    }
    entered.cases = 1;
    entered.indicators = list.len() as u64;
    let keeper = Keeper { session, info: &bundle.info, case, ticket };
    let archive = keeper.keep(&format!("{}.zip", bundle.info.bundle), &bundle.archive, None, None)?.key;
    for path in std::iter::once(CASE_FILE).chain(RECORD_FILES) {
        let Some(bytes) = bundle.files.get(path).filter(|bytes| !bytes.is_empty()) else { continue };
        let format = RECORD_FILES.contains(&path).then_some("jsonl");
        let evidence = keeper.keep(&format!("{}/{path}", bundle.info.bundle), bytes, Some(archive), format)?;
        entered.records += evidence.reading.map_or(0, |reading| u64::from(reading.rows));
    }
    Ok(())
}

/// Keeps the files of one bundle as evidence of one case.
struct Keeper<'a> {
    session: &'a Session,
    info: &'a BagInfo,
    case: CaseKey,
    ticket: &'a Ticket,
}

impl Keeper<'_> {
    /// Keeps a file, read in a format or whole; what is there already is not taken in again.
    fn keep(&self, name: &str, bytes: &[u8], parent: Option<EvidenceKey>, format: Option<&str>) -> Result<Evidence> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let held = self.session.store.evidence()?.into_iter().find(|one| {
            one.name == name.as_bytes()
                && one.sha256 == Some(sha256)
                && one.case == Some(self.case)
                && one.state == EvidenceState::Complete
        });
        if let Some(held) = held {
            return Ok(held);
        }
        let new = NewEvidence {
            case: Some(self.case),
            name: name.as_bytes().to_vec(),
            bytes: bytes.len() as u64,
            acquisition: Acquisition {
                from: Some(self.info.sender.path().to_owned()),
                basis: Some(format!("報告資料 {}", self.info.bundle)),
                // What the sender put it under holds for every bundle it may go into here.
                source_limit: Some(self.info.tlp.label().to_owned()),
                ..Acquisition::default()
            },
            parent,
            derived_by: parent.map(|_| format!("{} receive", export::TOOL)),
            ..NewEvidence::default()
        };
        let source = pipeline::Source {
            name: Path::new(name),
            new,
            overrides: Overrides { format: format.map(str::to_owned), ..Overrides::default() },
            whole: format.is_none(),
            check: &|| Ok(()),
            damage: &|| None,
        };
        Ok(pipeline::take_in(self.session, &mut Cursor::new(bytes), &source, self.ticket)?.0)
    }
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
fn case_for(session: &Session, info: &BagInfo, facts: &CaseFacts, newest: bool) -> Result<CaseKey> {
    let store = &session.store;
    let origin = info.store.as_str();
    let known = store.origin_case(origin, &facts.id)?;
    let mut case = match known {
        Some(key) if !newest => return Ok(key),
        Some(key) => export::case_of(store, key)?,
        None => session.blank_case("", facts.number.as_deref(), &info.sender)?,
    };
    if known.is_none() {
        // The same object gives the same case, also where the program was killed before it wrote down which one.
        let name = format!("{origin}\0{}", facts.id);
        case.id = derived_id('c', store.secret(), &name);
    }
    let label = facts.number.clone().unwrap_or_else(|| facts.id.clone());
    let of = facts.offence.clone().or_else(|| facts.method.first().cloned()).unwrap_or_else(|| "事案".to_owned());
    case.title = format!("{of}（{}から受領）", unit_name(info.sender.path()).ja);
    if known.is_none() {
        // Reported by another unit: past the stage of a consultation.
        case.stage = Stage::Incident;
    }
    case.number = Some(format!("{} {label}", info.sender));
    case.offence.clone_from(&facts.offence);
    case.method.clone_from(&facts.method);
    case.recognised_on.clone_from(&facts.recognised_on);
    case.contact.clone_from(&facts.contact);
    case.asks.clone_from(&facts.asks);
    case.urgency.clone_from(&facts.urgency);
    case.deadline.clone_from(&facts.deadline);
    case.tlp = info.tlp;
    case.handling.clone_from(&info.handling);
    case.training = info.training;
    let id = case.id.clone();
    store.apply(&Edit::Put(Statement::Case(Box::new(case))), &session.author())?;
    let key = store.find_case(id.as_str())?;
    if known.is_none() {
        store.set_origin_case(origin, &facts.id, key)?;
    }
    Ok(key)
}

/// An id that says nothing to whoever lacks the store's secret, and is the same each time.
pub(super) fn derived_id(noun: char, secret: &[u8; 32], name: &str) -> Id {
    let hash = blake3::keyed_hash(secret, name.as_bytes());
    let mut bytes = [0; 10];
    bytes.iter_mut().zip(hash.as_bytes()).for_each(|(to, from)| *to = *from);
    Id::from_random(noun, bytes)
}
