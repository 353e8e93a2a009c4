//! Second step: another person with another key looks at the final bytes and approves them.
//!
//! Refused while a residual risk is undecided, and for the preparer. What the approver is shown comes from `review`.

use super::approval::{AcceptedRisk, Approval, Signers, residual_ids};
use super::bag;
use super::bag_info::BagInfo;
use super::check::Checks;
use super::draft::Preparer;
use super::examine::{Examined, Stage};
use super::fault::Fault;
use super::keys::{PublicKey, SigningKey};
use super::labels;
use super::pack::{self, Packed};
use super::sshsig;
use super::trust::TrustList;
use super::wording::Wording;
use crate::model::Instant;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, Write};

/// `approval.json` is padded to a multiple of this, so that a bundle's size says nothing of the reasons given.
const RECORD_STEP: usize = 4096;

/// Which residual risks the approver accepts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accept {
    /// None.
    #[default]
    Nothing,
    /// All that are listed.
    All,
    /// These; an id that is not listed is an error.
    These(Vec<String>),
}

/// An approver's decision.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// Residual risks accepted.
    pub accept: Accept,
    /// Why; needed as soon as one is accepted.
    pub reason: String,
    /// Counts shown to the approver, as `kept`, `tokens`, `withheld`.
    pub counts: BTreeMap<String, u64>,
    /// Residual risks found outside the draft's own record.
    pub further_risks: BTreeSet<String>,
    /// When.
    pub at: Instant,
    /// Tells whether two keys are one person; without it the keys' names are compared.
    pub trust: Option<&'a TrustList>,
}

/// A draft as read for its approver.
#[derive(Clone, Debug)]
pub struct Review {
    /// Facts of the bundle.
    pub info: BagInfo,
    /// Who signed it.
    pub preparer: PublicKey,
    /// The name of that key.
    pub preparer_name: String,
    /// Residual risks to decide.
    pub residual: BTreeSet<String>,
    /// SHA-256 of the tag manifest.
    pub bag_hash: String,
    /// The payload, path to bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// How many files that is.
    pub payload_files: usize,
    /// The approval it carries and the key that signed it, where both hold.
    pub approval: Option<(Approval, PublicKey)>,
}

/// Checks a draft and returns its content, at most `limit` bytes of it.
pub fn review<R: Read + Seek>(draft: R, limit: u64) -> Result<Review, Fault> {
    let mut bag = examine_draft(draft)?;
    let preparer = bag.check_prepared();
    bag.checks.first_failure()?;
    let (Some(preparer), Some(info)) = (preparer, bag.info.clone()) else {
        return Err(Fault::check("bagit", "起案が読めない", "the draft is unreadable"));
    };
    let residual = risks(&bag, &BTreeSet::new())?;
    let preparer_name = preparer_name(&bag);
    let files = bag.payload_files(limit)?;
    let bag_hash = bag.bag_hash();
    let signers = if bag.file(bag::APPROVAL).is_empty() { Signers::default() } else { bag.check_signatures() };
    let approval = signers.approval.zip(signers.approver);
    let payload_files = files.len();
    Ok(Review { info, preparer, preparer_name, residual, bag_hash, files, payload_files, approval })
}

/// Approves a draft: writes it again with `approval.json` and the approver's signature.
pub fn approve<R: Read + Seek>(
    draft: R,
    approver: &SigningKey,
    decision: &Decision<'_>,
    out: &mut impl Write,
) -> Result<Approval, Fault> {
    let mut bag = examine_draft(draft)?;
    let preparer = bag.check_prepared();
    bag.checks.first_failure()?;
    let (Some(preparer), Some(info)) = (preparer, bag.info.clone()) else {
        return Err(Fault::check("bagit", "起案が読めない", "the draft is unreadable"));
    };
    let name = preparer_name(&bag);
    refuse_same_person(&preparer, &name, approver, decision.trust)?;
    let residual = risks(&bag, &decision.further_risks)?;
    let mut counts = decision.counts.clone();
    counts.insert("files".to_owned(), bag.oxum.files);
    counts.insert("bytes".to_owned(), bag.oxum.bytes);
    let approval = Approval {
        bundle: info.bundle.to_string(),
        tagmanifest_sha256: bag.bag_hash(),
        prepared_sha256: bag::sha256_hex(bag.file(bag::PREPARED)),
        counts,
        accepted_risks: accepted(&residual, decision)?,
        at: labels::time(decision.at),
    };
    let record = record(&approval)?;
    let signature = sshsig::sign(approver, sshsig::APPROVE, &record)?;
    let kept = |path: &str| path != bag::APPROVAL && path != bag::APPROVED;
    let mut entries = bag.packed(info.bundle.as_str(), kept)?;
    entries.push(Packed::store(format!("{}/{}", info.bundle, bag::APPROVAL), &record)?);
    entries.push(Packed::store(format!("{}/{}", info.bundle, bag::APPROVED), signature.as_bytes())?);
    pack::write_archive(entries, out)?;
    Ok(approval)
}

fn examine_draft<R: Read + Seek>(draft: R) -> Result<Examined<R>, Fault> {
    Examined::new(draft, Stage::Draft, Checks::default()).map_err(|(_, fault)| fault)
}

fn preparer_name<R: Read + Seek>(bag: &Examined<R>) -> String {
    serde_json::from_slice::<Preparer>(bag.file(bag::PREPARER)).map(|who| who.name).unwrap_or_default()
}

fn refuse_same_person(
    preparer: &PublicKey,
    name: &str,
    approver: &SigningKey,
    trust: Option<&TrustList>,
) -> Result<(), Fault> {
    let key = approver.public();
    if key == *preparer {
        return Err(Fault::SamePerson(Wording::new(
            format!("同じ鍵 {}", key.fingerprint()),
            format!("same key {}", key.fingerprint()),
        )));
    }
    if approver.name() == name || trust.is_some_and(|list| list.is_same_person(preparer, &key)) {
        return Err(Fault::SamePerson(Wording::new(format!("同じ人 `{name}`"), format!("same person `{name}`"))));
    }
    Ok(())
}

fn risks<R: Read + Seek>(bag: &Examined<R>, further: &BTreeSet<String>) -> Result<BTreeSet<String>, Fault> {
    let listed = residual_ids(bag.file(bag::SANITISING))
        .ok_or_else(|| Fault::check("approval", "sanitising.json が読めない", "sanitising.json is unreadable"))?;
    Ok(listed.union(further).cloned().collect())
}

fn accepted(residual: &BTreeSet<String>, decision: &Decision<'_>) -> Result<Vec<AcceptedRisk>, Fault> {
    let ids: BTreeSet<String> = match &decision.accept {
        Accept::Nothing => BTreeSet::new(),
        Accept::All => residual.clone(),
        Accept::These(ids) => ids.iter().cloned().collect(),
    };
    if let Some(odd) = ids.iter().find(|id| !residual.contains(*id)) {
        return Err(Fault::input(
            format!("`{odd}`という残存リスクはない"),
            format!("there is no residual risk `{odd}`"),
        ));
    }
    let open: Vec<String> = residual.difference(&ids).cloned().collect();
    if !open.is_empty() {
        return Err(Fault::Undecided(open));
    }
    let reason = decision.reason.trim();
    if reason.is_empty() && !ids.is_empty() {
        return Err(Fault::input(
            "残存リスクを受け入れる理由がない",
            "the reason for accepting the residual risks is missing",
        ));
    }
    Ok(ids.into_iter().map(|id| AcceptedRisk { id, reason: reason.to_owned() }).collect())
}

fn record(approval: &Approval) -> Result<Vec<u8>, Fault> {
    let mut bytes = serde_json::to_vec_pretty(approval).map_err(|error| Fault::Io(error.into()))?;
    let full = (bytes.len() + 1).next_multiple_of(RECORD_STEP);
    bytes.resize(full - 1, b' ');
    bytes.push(b'\n');
    Ok(bytes)
}

impl<R: Read + Seek> Examined<R> {
    /// The entries as they stand, for writing again under `top`.
    pub(super) fn packed(&mut self, top: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<Packed>, Fault> {
        let places: Vec<(String, usize)> = self.places.iter().map(|(path, index)| (path.clone(), *index)).collect();
        let mut out = Vec::with_capacity(places.len());
        for (path, index) in places.into_iter().filter(|(path, _)| wanted(path)) {
            out.push(self.archive.take_packed(index, format!("{top}/{path}"))?);
        }
        Ok(out)
    }

    /// The payload, read again and compared with the hashes that were checked: the source may have changed in between.
    pub(super) fn payload_files(&mut self, limit: u64) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
        if self.oxum.bytes > limit {
            return Err(Fault::input("内容が大きすぎて開けない", "the payload is too large to be opened"));
        }
        let places: Vec<(String, usize)> = self.places.iter().map(|(path, index)| (path.clone(), *index)).collect();
        let mut files = BTreeMap::new();
        for (path, index) in places.into_iter().filter(|(path, _)| path.starts_with("data/")) {
            let bytes = self.archive.read(index, limit)?;
            if self.digests.get(&path).map(|known| &known.sha256) != Some(&bag::sha256_hex(&bytes)) {
                return Err(Fault::check(
                    "archive",
                    format!("検査中に変わった `{path}`"),
                    format!("changed while it was read: `{path}`"),
                ));
            }
            files.insert(path, bytes);
        }
        Ok(files)
    }
}
