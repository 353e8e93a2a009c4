//! Receipts: the receiver's signed word that this very bundle arrived.
//!
//! One text file: `Label: value` lines, then an SSHSIG (namespace `itoguchi-receipt@1`) over all bytes before it. Cut the
//! two apart and `ssh-keygen -Y verify` checks it.

use super::bag_info::BagInfo;
use super::fault::Fault;
use super::keys::{PublicKey, SigningKey};
use super::labels;
use super::sshsig;
use super::trust::{Right, TrustEntry, TrustList};
use super::verify::right_of;
use super::wording::Wording;
use crate::model::audit::AuditHead;
use crate::model::{Instant, Unit};

const ARMOUR: &str = "-----BEGIN SSH SIGNATURE-----";
const MAX_FILE: usize = 64 * 1024;

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The bundle's id.
    pub bundle: String,
    /// The sending store's id.
    pub store: String,
    /// The bundle's number.
    pub sequence: u64,
    /// Sending unit.
    pub sender: Unit,
    /// Receiving unit.
    pub receiver: Unit,
    /// SHA-256 of the sealed file as it arrived.
    pub bundle_sha256: String,
    /// SHA-256 of its tag manifest.
    pub bag_hash: String,
    /// Head of the receiver's audit chain after entering it.
    pub head: AuditHead,
    /// When it was received.
    pub at: Instant,
    /// Whether it is training material.
    pub training: bool,
}

impl Receipt {
    /// The receipt for a bundle that was entered.
    #[must_use]
    pub fn of(
        info: &BagInfo,
        receiver: &Unit,
        bundle_sha256: &str,
        bag_hash: &str,
        head: AuditHead,
        at: Instant,
    ) -> Self {
        Self {
            bundle: info.bundle.to_string(),
            store: info.store.to_string(),
            sequence: info.sequence,
            sender: info.sender.clone(),
            receiver: receiver.clone(),
            bundle_sha256: bundle_sha256.to_owned(),
            bag_hash: bag_hash.to_owned(),
            head,
            at,
            training: info.training,
        }
    }

    fn text(&self) -> String {
        labels::render(&[
            ("Receipt-Version", "1".to_owned()),
            ("Bundle-Id", self.bundle.clone()),
            ("Store-Id", self.store.clone()),
            ("Sequence", self.sequence.to_string()),
            ("Sender", self.sender.to_string()),
            ("Receiver", self.receiver.to_string()),
            ("Bundle-SHA-256", self.bundle_sha256.clone()),
            ("Bag-Hash", self.bag_hash.clone()),
            ("Audit-Count", self.head.count.to_string()),
            ("Audit-Head", self.head.hash.clone()),
            ("Received-At", labels::time(self.at)),
            ("Training", self.training.to_string()),
        ])
    }

    fn from_text(text: &str) -> Option<Self> {
        let lines = labels::parse(text.as_bytes())?;
        let one = |label: &str| labels::one(&lines, label);
        let receipt = Self {
            bundle: one("Bundle-Id")?.to_owned(),
            store: one("Store-Id")?.to_owned(),
            sequence: one("Sequence")?.parse().ok()?,
            sender: Unit::from_path(one("Sender")?)?,
            receiver: Unit::from_path(one("Receiver")?)?,
            bundle_sha256: one("Bundle-SHA-256")?.to_owned(),
            bag_hash: one("Bag-Hash")?.to_owned(),
            head: AuditHead { count: one("Audit-Count")?.parse().ok()?, hash: one("Audit-Head")?.to_owned() },
            at: labels::read_time(one("Received-At")?)?,
            training: one("Training")?.parse().ok()?,
        };
        (receipt.text() == text).then_some(receipt)
    }
}

/// Writes and signs a receipt.
pub fn sign_receipt(receipt: &Receipt, key: &SigningKey) -> Result<String, Fault> {
    let mut text = receipt.text();
    if Receipt::from_text(&text).as_ref() != Some(receipt) {
        return Err(Fault::input("受領書に書けない値がある", "a value cannot be written into a receipt"));
    }
    let signature = sshsig::sign(key, sshsig::RECEIPT, text.as_bytes())?;
    text.push_str(&signature);
    Ok(text)
}

/// A receipt whose signature holds, with whose key made it.
#[derive(Clone, Debug)]
pub struct CheckedReceipt {
    /// What it says.
    pub receipt: Receipt,
    /// The key that signed it.
    pub key: PublicKey,
    /// The trusted person it belongs to; `None` when no trust list was given.
    pub by: Option<TrustEntry>,
}

/// Reads a receipt and checks its signature; with a trust list also that the signer may receive for the receiving unit.
pub fn verify_receipt(bytes: &[u8], trust: Option<&TrustList>, at: Instant) -> Result<CheckedReceipt, Fault> {
    let unreadable = || Fault::input("受領書が読めない", "this is not a receipt");
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_FILE).ok_or_else(unreadable)?;
    let (body, signature) = text.find(ARMOUR).and_then(|at| text.split_at_checked(at)).ok_or_else(unreadable)?;
    let receipt = Receipt::from_text(body).ok_or_else(unreadable)?;
    let refused = |why: Wording| Fault::Check { check: "receipt", why };
    let key =
        sshsig::verify(sshsig::RECEIPT, body.as_bytes(), signature.as_bytes()).map_err(|why| refused(why.into()))?;
    let by = match trust {
        Some(list) => {
            let moments = [receipt.at, at];
            Some(right_of(list, &key, Right::Receive, Some(&receipt.receiver), moments).map_err(refused)?.clone())
        }
        None => None,
    };
    Ok(CheckedReceipt { receipt, key, by })
}
