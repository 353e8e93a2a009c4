//! `approval.json`, and the three signature checks that need no trust list: prepared, approval, approved.
//!
//! An approval names the content by the tag manifest's hash and the preparer by the hash of the first signature, so that
//! neither can be exchanged under it.

use super::bag;
use super::examine::Examined;
use super::keys::PublicKey;
use super::labels;
use super::sshsig;
use super::wording::{Wording, moment};
use crate::model::numbers::many;
use crate::model::{Instant, Text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

/// What the approver signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The bundle's id.
    pub bundle: String,
    /// SHA-256 of `tagmanifest-sha256.txt`, hex.
    pub tagmanifest_sha256: String,
    /// SHA-256 of `signatures/prepared.sig`, hex.
    pub prepared_sha256: String,
    /// Counts the approver saw: `files` and `bytes` always, then those of the sanitiser.
    pub counts: BTreeMap<String, u64>,
    /// Residual risks, each decided with a reason.
    pub accepted_risks: Vec<AcceptedRisk>,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// One residual risk that the approver accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptedRisk {
    /// The risk's id in `data/sanitising.json`.
    pub id: String,
    /// Why it is accepted.
    pub reason: String,
}

impl Approval {
    /// When.
    #[must_use]
    pub fn instant(&self) -> Option<Instant> {
        labels::read_time(&self.at)
    }
}

/// Whose signatures a bag carries, as far as they hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Signers {
    pub(super) preparer: Option<PublicKey>,
    pub(super) approval: Option<Approval>,
    pub(super) approver: Option<PublicKey>,
}

/// Ids of the residual risks that `data/sanitising.json` lists under `residual`; `None` when the record is unreadable.
pub(super) fn residual_ids(record: &[u8]) -> Option<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Risk {
        id: String,
    }
    #[derive(Deserialize)]
    struct Record {
        #[serde(default)]
        residual: Vec<Risk>,
    }
    if record.is_empty() {
        return Some(BTreeSet::new());
    }
    let record: Record = serde_json::from_slice(record).ok()?;
    Some(record.residual.into_iter().map(|risk| risk.id).collect())
}

impl<R: Read + Seek> Examined<R> {
    /// Checks the preparer's signature.
    pub(super) fn check_prepared(&mut self) -> Option<PublicKey> {
        match sshsig::verify(sshsig::PREPARE, self.file(bag::TAGS_256), self.file(bag::PREPARED)) {
            Ok(key) => {
                self.checks.pass("prepared", key.fingerprint());
                Some(key)
            }
            Err(text) => {
                self.checks.fail("prepared", text);
                None
            }
        }
    }

    /// Checks the preparer's signature, the approval, and the approver's signature over it.
    pub(super) fn check_signatures(&mut self) -> Signers {
        let mut signers = Signers { preparer: self.check_prepared(), ..Signers::default() };
        match self.read_approval() {
            Ok(approval) => {
                let accepted = approval.accepted_risks.len();
                let at = approval.instant().map_or_else(|| approval.at.clone(), moment);
                let text = Wording::new(
                    format!("{at}、許容した事項{accepted}件"),
                    format!("{at}, {} accepted", many(accepted as u64, "risk")),
                );
                self.checks.put("approval", Some(true), text);
                signers.approval = Some(approval);
            }
            Err(why) => self.checks.fail("approval", why),
        }
        match sshsig::verify(sshsig::APPROVE, self.file(bag::APPROVAL), self.file(bag::APPROVED)) {
            Ok(key) => {
                self.checks.pass("approved", key.fingerprint());
                signers.approver = Some(key);
            }
            Err(text) => self.checks.fail("approved", text),
        }
        signers
    }

    fn read_approval(&self) -> Result<Approval, Wording> {
        let approval: Approval = serde_json::from_slice(self.file(bag::APPROVAL))
            .map_err(|_| Text::new("approval.json が読めない", "approval.json is unreadable"))?;
        if approval.tagmanifest_sha256 != self.bag_hash() {
            return Err(Text::new("別の内容への決裁", "it approves another content").into());
        }
        if approval.prepared_sha256 != bag::sha256_hex(self.file(bag::PREPARED)) {
            return Err(Text::new("別の起案者署名への決裁", "it approves another preparer's signature").into());
        }
        let of_this = self.info.as_ref().is_some_and(|info| info.bundle.as_str() == approval.bundle);
        if !of_this || approval.instant().is_none() {
            return Err(Text::new("報告資料のIDか日時が合わない", "its bundle id or time does not fit").into());
        }
        let counted = |name: &str| approval.counts.get(name).copied();
        if counted("files") != Some(self.oxum.files) || counted("bytes") != Some(self.oxum.bytes) {
            return Err(Text::new("件数が内容と合わない", "its counts do not fit the content").into());
        }
        let accepted: BTreeSet<&str> = approval.accepted_risks.iter().map(|risk| risk.id.as_str()).collect();
        let residual = residual_ids(self.file(bag::SANITISING))
            .ok_or(Text::new("sanitising.json が読めない", "sanitising.json is unreadable"))?;
        if let Some(open) = residual.iter().find(|id| !accepted.contains(id.as_str())) {
            return Err(Wording::about(Text::new("残存リスクが未判断:", "a residual risk is undecided:"), open));
        }
        Ok(approval)
    }
}
