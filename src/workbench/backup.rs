//! A copy of a whole store, and the proof that it is one.

use super::error::Result;
use super::session::Session;
use crate::store::{Check, Mode, print_head};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::path::Path;

/// Writes a closed copy beside everything that goes on in the store, opens it as a file from elsewhere, and compares.
pub fn backup(session: &Session, file: &Path) -> Result<Vec<Check>> {
    session.store.backup(file)?;
    let copy = Session::open(file, Mode::Foreign, &session.operator, None)?;
    let head = copy.store.audit_head()?;
    let chain = session.store.audit_verify_with(std::slice::from_ref(&head))?;
    let evidence = copy.store.evidence()?.len();
    let mut hash = Sha256::new();
    let bytes = File::open(file)
        .and_then(|mut copy| std::io::copy(&mut copy, &mut hash))
        .map_err(super::error::Error::file(file))?;
    let sha256 = data_encoding::HEXLOWER.encode(&hash.finalize());
    Ok(vec![
        Check::of("copy", true, format!("{bytes} bytes, {evidence} evidences, sha256 {sha256}")),
        Check::of(
            "head",
            chain.iter().all(|check| check.ok == Some(true)),
            format!("{} #{}", print_head(&head), head.count),
        ),
    ])
}
