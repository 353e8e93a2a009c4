//! Opens a verified bundle: its facts and its payload files, from the same reading that was judged.
//!
//! What the files mean (`data/case.json` and the rest) is read elsewhere; here they are bytes whose hashes were checked.

use super::bag_info::BagInfo;
use super::fault::Fault;
use super::identity::Identity;
use super::trust::TrustList;
use super::verify::{Context, Report, examine};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// A bundle that passed.
#[derive(Clone, Debug)]
pub struct OpenBundle {
    /// Its facts.
    pub info: BagInfo,
    /// The payload, path (`data/…`) to bytes.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The archive inside the seal, signatures and manifests with it: verifies again without the receiver's key.
    pub archive: Vec<u8>,
    /// The verification; `standing` may still ask for quarantine.
    pub report: Report,
}

/// Why a bundle was not opened.
#[derive(Debug)]
pub enum Unopened {
    /// It did not pass.
    Refused(Box<Report>),
    /// It passed and could not be read.
    Fault(Fault),
}

/// Verifies a bundle and, only if it passes, reads its payload of at most `limit` bytes into memory.
pub fn open<R: Read + Seek>(
    input: R,
    identities: &[Identity],
    trust: Option<&TrustList>,
    context: &Context<'_>,
    limit: u64,
) -> Result<OpenBundle, Unopened> {
    let (report, bag) = examine(input, identities, trust, context);
    match (bag, report.info.clone()) {
        (Some(mut bag), Some(info)) if report.passed() => {
            let files = bag.payload_files(limit).map_err(Unopened::Fault)?;
            let archive = bag.archive.whole().map_err(Unopened::Fault)?;
            Ok(OpenBundle { info, files, archive, report })
        }
        _ => Err(Unopened::Refused(Box::new(report))),
    }
}
