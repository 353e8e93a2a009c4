//! First step: a draft, the whole bag signed by its preparer, not sealed.
//!
//! A draft is a ZIP of the bag (`NAME.itd`), so that the approver sees the final bytes and can open them with any tool.

use super::bag;
use super::bag_info::BagInfo;
use super::fault::Fault;
use super::keys::SigningKey;
use super::labels;
use super::pack::{self, Packed};
use super::release::Finding;
use super::sshsig;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Write;

/// What a draft remembers of its preparer; left behind when it is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Preparer {
    /// The name of the preparer's key.
    pub(super) name: String,
    /// When.
    pub(super) at: String,
}

/// A draft as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// Bytes of the draft.
    pub bytes: u64,
    /// Payload files.
    pub files: usize,
    /// SHA-256 of the tag manifest: `Previous-Hash` of the next bundle to this receiver.
    pub bag_hash: String,
}

/// Builds the bag from payload files (`data/…`), signs its tag manifest and writes the draft.
///
/// The same payload, facts and key give the same bytes.
pub fn draft(
    payload: &[(String, Vec<u8>)],
    info: &BagInfo,
    preparer: &SigningKey,
    out: &mut impl Write,
) -> Result<Drafted, Fault> {
    let (mut entries, tag_manifest) = bag::build(payload, info)?;
    let signature = sshsig::sign(preparer, sshsig::PREPARE, tag_manifest.as_bytes())?;
    let who = Preparer { name: preparer.name(), at: labels::time(info.created) };
    let who = serde_json::to_vec(&who).map_err(|error| Fault::Io(error.into()))?;
    for (name, bytes) in [(bag::PREPARED, signature.as_bytes()), (bag::PREPARER, &who)] {
        entries.push(Packed::store(format!("{}/{name}", info.bundle), bytes)?);
    }
    let bytes = pack::write_archive(entries, out)?;
    Ok(Drafted { bytes, files: payload.len(), bag_hash: bag::sha256_hex(tag_manifest.as_bytes()) })
}

/// Writes the risks that the check before release left to the approver into `data/sanitising.json`, so that they are
/// signed with everything else and nobody can drop one. Call it before `draft`, also with no risks.
pub fn state_risks(payload: &mut [(String, Vec<u8>)], risks: &[Finding]) -> Result<(), Fault> {
    let unreadable =
        || Fault::input("data/sanitising.json がないか読めない", "data/sanitising.json is missing or unreadable");
    let (_, bytes) = payload.iter_mut().find(|(path, _)| path == bag::SANITISING).ok_or_else(unreadable)?;
    let mut record: Value = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
    let list = risks.iter().map(|risk| json!({"id": risk.id, "file": risk.file, "what": risk.what})).collect();
    record.as_object_mut().ok_or_else(unreadable)?.insert("residual".to_owned(), Value::Array(list));
    *bytes = serde_json::to_vec_pretty(&record).map_err(|error| Fault::Io(error.into()))?;
    bytes.push(b'\n');
    Ok(())
}
