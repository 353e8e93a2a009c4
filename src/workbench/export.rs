//! Handing up: plan, sanitise, check, draft; approve; seal. Three steps, two people, two keys.

use super::arrival::derived_id;
use super::error::{Error, Result};
use super::session::Session;
use super::{clock, find, roles};
use crate::bundle::approve::{self, Accept, Decision};
use crate::bundle::bag_info::{BagInfo, Content, NO_PREVIOUS};
use crate::bundle::clean::CleanBundle;
use crate::bundle::identity::Recipient;
use crate::bundle::keys::SigningKey;
use crate::bundle::material::{ApprovedText, Material, Record, Value};
use crate::bundle::policy::Profile;
use crate::bundle::release::{self, ReleaseReport};
use crate::bundle::sanitise::{self, sanitise};
use crate::bundle::token::Tokens;
use crate::bundle::token_key::TokenKey;
use crate::bundle::{draft, seal};
use crate::indicators::CANON_VERSION;
use crate::model::statement::{AssertedLink, Statement};
use crate::model::{
    Case, CaseKey, Citation, Evidence, EvidenceKey, Explain, Extractor as _, Id, Instant, Kind, Sighting, Ticket, Unit,
};
use crate::store::{ExportEntry, SightingFilter, Store};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Largest payload of a bundle, made here or received: it is worked on in memory.
pub(super) const MAX_PAYLOAD: u64 = 1 << 30;
/// Most text of records a bundle is made from.
const MAX_TEXT: u64 = 256 << 20;

/// What is to be handed up, and to whom.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The case.
    pub case: CaseKey,
    /// Profile name.
    pub profile: String,
    /// Receiver.
    pub receiver: Unit,
    /// Records to include; `None`: rows holding a value whose role is suspect, infrastructure or relay.
    pub records: Option<String>,
    /// Keys the bundle will be sealed to; empty: the keys the receiver is trusted with, if any.
    pub to: Vec<String>,
    /// Texts that leave word for word, as somebody wrote them for this receiver.
    pub texts: Vec<PathBuf>,
}

/// A draft as made.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// Bundle id.
    pub bundle: String,
    /// Payload files.
    pub files: usize,
    /// Bytes of the draft.
    pub bytes: u64,
    /// Values kept, tokenised, generalised, withheld.
    pub counts: [u64; 4],
    /// Records that go along.
    pub records: usize,
    /// What the check before release found.
    pub report: ReleaseReport,
    /// Fingerprints of the keys it may be sealed to; empty where none of the receiver's is known.
    pub receiver_keys: Vec<String>,
}

/// Wraps a failure of a layer below.
pub(super) fn below<E: Explain + Send + Sync + 'static>(err: E) -> Error {
    Error::Below(Box::new(err))
}

/// Reads a signing key; the passphrase is asked for by the caller.
pub fn read_key(path: &Path, passphrase: Option<&str>) -> Result<SigningKey> {
    SigningKey::from_file(&std::fs::read(path).map_err(Error::file(path))?, passphrase).map_err(below)
}

/// Reads a token key. A national store refuses them: whoever holds one can enumerate phones and accounts.
pub fn read_token_key(session: &Session, path: &Path) -> Result<TokenKey> {
    if session.store.unit().is_national() && session.store.setting("training")?.as_deref() != Some("true") {
        return Err(Error::input(
            "全国の事案ファイルでは仮名化の鍵を使えません",
            "a national store refuses token keys",
        ));
    }
    TokenKey::from_file(&std::fs::read(path).map_err(Error::file(path))?).map_err(below)
}

/// Puts together everything a bundle may draw on. What is more than a bundle may hold is refused before it is read.
pub fn material(session: &Session, plan: &Plan, profile: &Profile, bundle: &str, ticket: &Ticket) -> Result<Material> {
    let store = &session.store;
    let case = case_of(store, plan.case)?;
    let sightings = store.sightings(&SightingFilter { case: Some(plan.case), ..SightingFilter::default() })?;
    let rows = match &plan.records {
        Some(query) => find::search_case(session, query, plan.case, ticket)?.rows,
        None => find::offending_rows(session, plan.case, &sightings)?,
    };
    let chosen = usize::try_from(rows.len()).unwrap_or(usize::MAX);
    profile.permit(store.unit(), &plan.receiver, chosen, 0).map_err(below)?;
    let evidence: Held = store.evidence()?.into_iter().map(|one| (one.key, one)).collect();
    let limited = store.limited_roles(plan.case)?;
    let (mut records, mut text) = (Vec::with_capacity(chosen), 0);
    let extractor = session.extractor()?;
    find::each_row(session, &rows, u64::MAX, &mut |row| {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        text += row.len;
        if text > MAX_TEXT {
            return Err(too_much_text());
        }
        let hash = evidence.get(&row.key).and_then(|one| one.sha256);
        let sha256 = hash.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default();
        records.push(Record {
            evidence: row.evidence.to_string(),
            place: Citation { sha256, offset: row.offset, len: row.len },
            when: row.when,
            skew_secs: row.skew_secs,
            hits: roles::hits_of(&extractor, &row, &limited),
            format: row.format,
            limit: source_limit(&evidence, row.key),
            fields: row.fields,
            text: row.text,
        });
        Ok(())
    })?;
    let said = store.statements("request", Some(plan.case))?;
    let requests = said
        .into_iter()
        .filter_map(|(said, _)| if let Statement::Request(request) = said { Some(request) } else { None });
    let said = store.statements("link", Some(plan.case))?;
    let links =
        said.into_iter().filter_map(|(said, _)| if let Statement::Link(link) = said { Some(link) } else { None });
    let by_its_kind = |(kind, value): (Kind, String)| (extractor.kind(kind, &value), value);
    let links =
        links.map(|link| AssertedLink { from: by_its_kind(link.from), to: by_its_kind(link.to), ..link }).collect();
    let listed = (case.unit != *store.unit()).then(|| case.tlp.label());
    Ok(Material {
        case,
        sender: store.unit().clone(),
        receiver: plan.receiver.clone(),
        receiver_bank: plan.receiver.bank().map(str::to_owned),
        store_id: store.store_id().to_string(),
        secret: *store.secret(),
        bundle: bundle.to_owned(),
        sequence: store.last_export(&plan.receiver)?.0 + 1,
        at: session.now(),
        tool: TOOL.to_owned(),
        values: values(session, &sightings, &evidence, listed),
        records,
        requests: requests.collect(),
        links,
        texts: texts(session, plan)?,
    })
}

fn too_much_text() -> Error {
    let (ja, en) = (
        format!("選んだ明細の本文が{MAX_TEXT}バイトを超えます。--records で絞ってください"),
        format!("the chosen records hold more than {MAX_TEXT} bytes of text; narrow them with --records"),
    );
    Error::input(ja, en)
}

/// The texts as read: whoever prepares answers for each word, and whoever approves sees them in the final bytes.
fn texts(session: &Session, plan: &Plan) -> Result<Vec<ApprovedText>> {
    let read = |path: &PathBuf| {
        Ok(ApprovedText {
            noun: "summary".to_owned(),
            text: std::fs::read_to_string(path).map_err(Error::file(path))?.trim_end().to_owned(),
            receiver: plan.receiver.clone(),
            by: session.operator.clone(),
            at: session.now(),
        })
    };
    plan.texts.iter().map(read).collect()
}

/// Name and version of the program, as bundles name it.
pub(super) const TOOL: &str = concat!("itoguchi ", env!("CARGO_PKG_VERSION"));

/// Evidence by its key.
type Held = BTreeMap<EvidenceKey, Evidence>;

fn source_limit(evidence: &Held, key: EvidenceKey) -> Option<String> {
    evidence.get(&key).and_then(|one| one.acquisition.source_limit.clone())
}

pub(super) fn case_of(store: &Store, key: CaseKey) -> Result<Case> {
    let found = store.cases()?.into_iter().find(|row| row.case.key == Some(key));
    found.map(|row| row.case).ok_or_else(|| Error::input("その事案はありません", "no such case"))
}

/// `listed` is the limit on what came in a list: another unit's case goes no further than that unit's label.
fn values(session: &Session, sightings: &[Sighting], evidence: &Held, listed: Option<&str>) -> Vec<Value> {
    let known = sightings.iter().map(|seen| {
        let about = session.indicators.about(seen.indicator.kind);
        Value {
            kind: seen.indicator.kind,
            class: about.map(|about| about.class),
            tokenable: about.is_some_and(|about| about.tokenable),
            value: seen.indicator.value.clone(),
            role: seen.role,
            benign: session.indicators.benign(seen.indicator.kind, &seen.indicator.value).is_some(),
            listed: false,
            limit: match seen.evidence {
                Some(key) => source_limit(evidence, key),
                None => listed.map(str::to_owned),
            },
            implied: seen.implied,
            verified: seen.verified,
            count: seen.count,
            first: seen.first,
            last: seen.last,
            spellings: Vec::new(),
        }
    });
    known.collect()
}

/// What a plan would show and hide; nothing is written.
pub fn review(session: &Session, plan: &Plan, tokens: &Tokens, ticket: &Ticket) -> Result<CleanBundle> {
    let profile = Profile::named(&plan.profile).map_err(below)?;
    let material = material(session, plan, &profile, "preview", ticket)?;
    let plan = sanitise::Plan::new(&material, &profile, Some(tokens)).map_err(below)?;
    Ok(sanitise(&plan, &session.extractor()?))
}

/// Sanitises, checks and signs a draft. A stop of the check before release is told in the report; then nothing is written.
pub fn make_draft(
    session: &Session,
    plan: &Plan,
    preparer: &SigningKey,
    key: &TokenKey,
    out: &Path,
    ticket: &Ticket,
) -> Result<Drafted> {
    let profile = Profile::named(&plan.profile).map_err(below)?;
    let bundle = bundle_id(session, plan)?;
    let material = material(session, plan, &profile, bundle.as_str(), ticket)?;
    let tokens = Tokens::new(&key.epoch, key.secret);
    let allowed = sanitise::Plan::new(&material, &profile, Some(&tokens)).map_err(below)?;
    let extractor = session.extractor()?;
    let mut clean = sanitise(&allowed, &extractor);
    let (payload, report) = release::finish(&mut clean, &extractor, ticket);
    let mut done = Drafted {
        bundle: bundle.to_string(),
        files: payload.len(),
        bytes: 0,
        counts: clean.counts(),
        records: clean.record_count(),
        report,
        receiver_keys: Vec::new(),
    };
    if !done.report.stops.is_empty() {
        session.store.audit(
            "export.stopped",
            bundle.as_str(),
            &format!("{} findings", done.report.stops.len()),
            &session.author(),
        )?;
        return Ok(done);
    }
    let mut info = info(session, &material.case, bundle, (Content::Report, &plan.profile), &plan.receiver, &plan.to)?;
    info.token_epoch = Some(key.epoch.clone());
    info.tlp = clean.tlp();
    done.receiver_keys.clone_from(&info.receiver_keys);
    let body = json!({"profile": plan.profile, "kept": done.counts[0], "tokens": done.counts[1], "generalised": done.counts[2], "withheld": done.counts[3], "records": done.records, "file": out.to_string_lossy(), "to": plan.to});
    done.bytes =
        write_draft(session, &payload, &info, preparer, out, (plan.case, &body.to_string(), clean.citations()))?;
    Ok(done)
}

/// The same store, plan and time give the same id, and so the same payload.
fn bundle_id(session: &Session, plan: &Plan) -> Result<Id> {
    let sequence = session.store.last_export(&plan.receiver)?.0 + 1;
    let name = format!(
        "bundle\0{}\0{sequence}\0{}\0{}\0{}\0{:?}",
        plan.receiver,
        session.now().0,
        plan.case.0,
        plan.profile,
        plan.records
    );
    Ok(derived_id('b', session.store.secret(), &name))
}

/// Signs a payload, writes the draft and enters it in the books.
pub(super) fn write_draft(
    session: &Session,
    payload: &[(String, Vec<u8>)],
    info: &BagInfo,
    preparer: &SigningKey,
    out: &Path,
    book: (CaseKey, &str, &[Citation]),
) -> Result<u64> {
    let size: u64 = payload.iter().map(|(_, bytes)| bytes.len() as u64).sum();
    if size > MAX_PAYLOAD {
        return Err(Error::input(
            format!("報告資料が上限{MAX_PAYLOAD}バイトを超えます（{size}）。--records で絞ってください"),
            format!("the bundle would hold {size} bytes, {MAX_PAYLOAD} at most; narrow it with --records"),
        ));
    }
    let made = write_file(out, |file| draft::draft(payload, info, preparer, file).map_err(below))?;
    let entry = ExportEntry {
        bundle: info.bundle.to_string(),
        case: book.0,
        receiver: super::session::read_unit(&info.receiver)?,
        sequence: info.sequence,
        tagmanifest: made.bag_hash,
        body: book.1.to_owned(),
        at: session.now(),
    };
    session.store.record_export(&entry, book.2, &session.author())?;
    session.store.forget_history();
    Ok(made.bytes)
}

/// The facts of a new bundle: next number for this receiver, hash of the one before.
pub(super) fn info(
    session: &Session,
    case: &Case,
    bundle: Id,
    what: (Content, &str),
    receiver: &Unit,
    to: &[String],
) -> Result<BagInfo> {
    let (last, hash) = session.store.last_export(receiver)?;
    let to = if to.is_empty() { trusted_keys(session, receiver)? } else { to.to_vec() };
    let mut receiver_keys: Vec<String> =
        recipients(&to)?.iter().map(crate::bundle::identity::Recipient::fingerprint).collect();
    receiver_keys.sort();
    receiver_keys.dedup();
    Ok(BagInfo {
        bundle,
        store: session.store.store_id().clone(),
        content: what.0,
        sequence: last + 1,
        previous: if last == 0 { NO_PREVIOUS.to_owned() } else { hash },
        sender: session.store.unit().clone(),
        receiver: receiver.path().to_owned(),
        receiver_keys,
        profile: what.1.to_owned(),
        tlp: case.tlp,
        handling: case.handling.clone(),
        receive_by: None,
        keep_until: None,
        tool: TOOL.to_owned(),
        canonicaliser: CANON_VERSION.to_string(),
        token_epoch: None,
        training: case.training || session.store.setting("training")?.as_deref() == Some("true"),
        created: session.now(),
    })
}

/// The receiver's own keys, as far as this store trusts any: a bundle that names them can be sealed to no other.
fn trusted_keys(session: &Session, receiver: &Unit) -> Result<Vec<String>> {
    let rows = session.store.trusted()?.into_iter();
    Ok(rows.filter(|row| row.unit == *receiver && is_recipient(&row.public_key)).map(|row| row.public_key).collect())
}

/// Whether a trusted key is one that bundles are sealed to, not one that signs.
pub(super) fn is_recipient(key: &str) -> bool {
    key.starts_with("age1")
}

/// Writes a file that must not exist yet, whole or not at all.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    write_file(path, |file| file.write_all(bytes).map_err(Error::file(path)))
}

/// The same, as it is made.
fn write_file<T>(path: &Path, write: impl FnOnce(&mut File) -> Result<T>) -> Result<T> {
    let mut file = File::create_new(path).map_err(Error::file(path))?;
    let written = write(&mut file).and_then(|out| file.sync_all().map_err(Error::file(path)).map(|()| out));
    if written.is_err() {
        // Half a bundle is worse than none.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// A draft approved by its second person.
#[derive(Clone, Debug)]
pub struct Approved {
    /// Bundle id.
    pub bundle: String,
    /// The approver's name.
    pub approver: String,
    /// Residual risks accepted.
    pub risks_accepted: usize,
}

/// Approves a draft in place: the file is replaced by the approved one.
pub fn approve(path: &Path, key: &SigningKey, accept: Accept, reason: &str, at: Option<Instant>) -> Result<Approved> {
    let mut draft = BufReader::new(File::open(path).map_err(Error::file(path))?);
    let review = approve::review(&mut draft, MAX_PAYLOAD).map_err(below)?;
    let decision = Decision {
        accept,
        reason: reason.to_owned(),
        counts: counts_in(&review.files),
        further_risks: std::collections::BTreeSet::new(),
        at: at.unwrap_or_else(clock::now),
        trust: None,
    };
    draft.seek(SeekFrom::Start(0)).map_err(Error::file(path))?;
    let fresh = path.with_extension("approving");
    let approval = write_file(&fresh, |file| approve::approve(draft, key, &decision, file).map_err(below))?;
    if approval.tagmanifest_sha256 != review.bag_hash {
        let _ = std::fs::remove_file(&fresh);
        return Err(Error::input("案が読取り中に変わりました", "the draft changed while it was read"));
    }
    std::fs::rename(&fresh, path).map_err(Error::file(path))?;
    Ok(Approved { bundle: approval.bundle, approver: key.name(), risks_accepted: approval.accepted_risks.len() })
}

/// The residual risks of a draft, each in a line: what its approver decides.
pub fn risks(path: &Path) -> Result<Vec<String>> {
    let draft = BufReader::new(File::open(path).map_err(Error::file(path))?);
    let review = approve::review(draft, MAX_PAYLOAD).map_err(below)?;
    let record = review.files.get("data/sanitising.json").map_or(&[][..], Vec::as_slice);
    let record: serde_json::Value = serde_json::from_slice(record).unwrap_or_default();
    let text =
        |risk: &serde_json::Value, key: &str| risk.get(key).and_then(|text| text.as_str()).unwrap_or("").to_owned();
    let list = record.get("residual").and_then(|list| list.as_array()).cloned().unwrap_or_default();
    Ok(list.iter().map(|risk| ["id", "file", "what", "reason"].map(|key| text(risk, key)).join("  ")).collect())
}

fn counts_in(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, u64> {
    let summary = files.get("data/case.json").and_then(|bytes| serde_json::from_slice::<serde_json::Value>(bytes).ok());
    let counts = summary.as_ref().and_then(|case| case.get("summary")).and_then(|summary| summary.as_object());
    counts.into_iter().flatten().filter_map(|(name, count)| Some((name.clone(), count.as_u64()?))).collect()
}

/// Seals an approved draft.
pub fn seal_draft(path: &Path, to: &[String], out: &Path) -> Result<seal::Sealed> {
    let recipients = recipients(to)?;
    let draft = BufReader::new(File::open(path).map_err(Error::file(path))?);
    write_file(out, |file| seal::seal(draft, &recipients, file).map_err(below))
}

/// Seals an approved draft and writes that down in the store it comes from; the trail of another store knows of it alone.
pub fn seal_from(session: &Session, path: &Path, to: &[String], out: &Path) -> Result<seal::Sealed> {
    let sealed = seal_draft(path, to, out)?;
    let (store, by) = (&session.store, session.author());
    let bundle = sealed.info.bundle.as_str();
    match store.exports()?.into_iter().find(|entry| entry.bundle == bundle) {
        Some(entry) => {
            let mut body: serde_json::Value = serde_json::from_str(&entry.body).unwrap_or_default();
            let file = out.to_string_lossy();
            body["sealed"] = serde_json::json!({
                "file": file, "sha256": sealed.sha256, "bytes": sealed.bytes, "at": session.now().0
            });
            store.note_export(bundle, &body.to_string(), "export.seal", &by)?;
        }
        None => store.audit("export.seal", bundle, &sealed.sha256, &by)?,
    }
    Ok(sealed)
}

/// Discards a draft that will not leave: its number is free again, and its file is removed where it still is that draft.
pub fn discard(session: &Session, bundle: &str) -> Result<()> {
    let held = session.store.exports()?.into_iter().find(|entry| entry.bundle == bundle);
    session.store.discard_export(bundle, &session.author()).map_err(below)?;
    let Some(entry) = held else { return Ok(()) };
    let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let Some(path) = body.get("file").and_then(|file| file.as_str()).map(Path::new) else { return Ok(()) };
    let draft = File::open(path).ok().and_then(|file| approve::review(BufReader::new(file), MAX_PAYLOAD).ok());
    if draft.is_some_and(|draft| draft.bag_hash == entry.tagmanifest) {
        std::fs::remove_file(path).map_err(Error::file(path))?;
    }
    Ok(())
}

/// Recipients given as `age1…` or as files that hold them.
pub fn recipients(to: &[String]) -> Result<Vec<Recipient>> {
    let mut out = Vec::new();
    for text in to {
        if text.starts_with("age1") {
            out.push(Recipient::from_text(text).map_err(below)?);
        } else {
            let path = Path::new(text);
            let held = std::fs::read_to_string(path).map_err(Error::file(path))?;
            out.extend(Recipient::from_file(&held).map_err(below)?);
        }
    }
    Ok(out)
}
