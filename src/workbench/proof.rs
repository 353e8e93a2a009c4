//! The proof of one record: made from the store, checked from the file alone.

use super::error::{Error, Result};
use super::export::{below, write_new};
use super::session::Session;
use crate::bundle::proof::{MOST_PROVEN, Made, Of, Proof, Record};
use crate::model::time::JST_MINUTES;
use crate::model::{EvidenceKey, Lang, Ticket};
use crate::store::Check;
use std::io::Read as _;
use std::path::Path;

/// Which bytes are to be proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proven {
    /// A record, by its row from 0.
    Row(u32),
    /// Bytes of the evidence.
    Bytes {
        /// The first.
        offset: u64,
        /// How many.
        len: u64,
    },
}

/// Proves that bytes stand in an evidence, as a new file; audited as a copy.
pub fn prove(session: &Session, key: EvidenceKey, what: Proven, out: &Path, ticket: &Ticket) -> Result<Proof> {
    let store = &session.store;
    let evidence = store.evidence_one(key)?;
    let hash = |hash: Option<[u8; 32]>| hash.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default();
    let record = match what {
        Proven::Row(row) => {
            let (head, _) = store.record(key, row)?;
            let reading = evidence.reading.as_ref();
            // A decoded layer (a mail's part, an event) is not the bytes themselves: they are shown without a text.
            let layered = reading.is_some_and(|reading| crate::ingest::is_layered(&reading.form));
            let encoding = reading.filter(|_| !layered).map(|reading| reading.form.encoding.clone());
            Record { row: Some(row), offset: head.offset, len: u64::from(head.len), encoding, ..Record::default() }
        }
        Proven::Bytes { offset, len } => Record { offset, len, ..Record::default() },
    };
    let of = Of {
        id: evidence.id.to_string(),
        name: evidence.file_name(),
        bytes: evidence.bytes,
        blake3: hash(evidence.blake3),
        sha256: hash(evidence.sha256),
    };
    let made = Made {
        at: session.now().iso(JST_MINUTES),
        by: session.operator.clone(),
        store: store.store_id().to_string(),
        unit: store.unit().path().to_owned(),
        tool: format!("itoguchi {}", env!("CARGO_PKG_VERSION")),
    };
    ticket.set_total(evidence.bytes);
    let proof = Proof::make(&mut store.bytes_of(key), of, record, made, ticket);
    if ticket.is_cancelled() {
        return Err(Error::Cancelled);
    }
    let proof = proof.map_err(below)?;
    write_new(out, &proof.to_file().map_err(below)?)?;
    let content = format!("{}+{}: {}", proof.record.offset, proof.record.len, out.display());
    store.audit("record.prove", evidence.id.as_str(), &content, &session.author())?;
    Ok(proof)
}

/// Checks a proof, without any store; `root` is the evidence's BLAKE3 as known from elsewhere.
pub fn check(file: &Path, root: Option<&str>, lang: Lang) -> Result<(Proof, Vec<Check>)> {
    if let Some(root) = root.filter(|root| root.len() != 64 || !root.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(Error::input(
            format!("BLAKE3の値は16進64桁です: `{root}`"),
            format!("a BLAKE3 value has 64 hex digits: `{root}`"),
        ));
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(Error::file(file))?;
    // Nothing we write is longer: what is cut off here is no proof.
    opened.take(MOST_PROVEN * 4).read_to_end(&mut bytes).map_err(Error::file(file))?;
    let proof = Proof::from_file(&bytes).map_err(below)?;
    let checks = proof
        .check(root)
        .into_iter()
        .map(|(check, ok, detail)| Check { check: check.to_owned(), ok, detail: detail.get(lang).to_owned() })
        .collect();
    Ok((proof, checks))
}
