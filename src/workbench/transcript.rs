//! Transcripts: what a named person typed off a paper or a picture, as evidence derived from that exhibit.
//!
//! The exhibit stays what it is; the transcript says whose reading it is, and whoever compared the two.

use super::error::{Error, Result};
use super::import::{self, AddOptions, Outcome, overrides};
use super::pipeline::{self, Source};
use super::session::Session;
use crate::model::{Acquisition, CaseKey, EvidenceKey, Ticket};
use crate::store::NewEvidence;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant as Stopwatch;

/// Longest text a person types.
const LONGEST: u64 = 64 << 20;

/// A text typed off an exhibit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript {
    /// The exhibit's evidence; `None` for a paper that is not in the store.
    pub of: Option<EvidenceKey>,
    /// The case, where there is no exhibit to follow.
    pub case: Option<CaseKey>,
    /// Exhibit number, as `符号3-2`.
    pub exhibit: Option<String>,
    /// Who typed it.
    pub by: String,
    /// Who compared it with the exhibit.
    pub compared_by: Option<String>,
    /// What was typed.
    pub text: Vec<u8>,
}

/// A typed text out of a file, or of standard input.
pub fn read(file: Option<&Path>) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let stdin = Path::new("stdin");
    match file {
        Some(path) => File::open(path).and_then(|opened| opened.take(LONGEST + 1).read_to_end(&mut text)),
        None => std::io::stdin().lock().take(LONGEST + 1).read_to_end(&mut text),
    }
    .map_err(Error::file(file.unwrap_or(stdin)))?;
    Ok(text)
}

/// Takes a transcript in.
pub fn add(
    session: &Session,
    transcript: &Transcript,
    options: &AddOptions,
    ticket: &Ticket,
    tell: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let Transcript { of, case, exhibit, by, compared_by, text } = transcript;
    let (by, compared) = (by.trim(), compared_by.as_deref().map(str::trim).filter(|name| !name.is_empty()));
    if by.is_empty() {
        return Err(Error::input("書き起こした人の氏名がありません", "say who typed the transcript"));
    }
    if compared == Some(by) {
        return Err(Error::input("照合は書き起こした人以外が行います", "somebody else compares the transcript"));
    }
    if of.is_none() && exhibit.is_none() {
        return Err(Error::input(
            "元の証拠か、符号を指定してください",
            "name the evidence it was typed off, or the exhibit's number",
        ));
    }
    if text.iter().all(u8::is_ascii_whitespace) || text.len() as u64 > LONGEST {
        return Err(Error::input("本文が空か、長すぎます", "the text is empty, or too long"));
    }
    let watch = Stopwatch::now();
    let original = of.map(|key| session.store.evidence_one(key)).transpose()?;
    let what = original.as_ref().map(crate::model::Evidence::file_name).or_else(|| exhibit.clone()).unwrap_or_default();
    let name = format!("{what} 書き起こし.txt");
    let mut acquisition = original.as_ref().map(|one| one.acquisition.clone()).unwrap_or_default();
    acquisition.exhibit = exhibit.clone().or(acquisition.exhibit);
    acquisition = Acquisition { basis: options.basis.clone().or(acquisition.basis), ..acquisition };
    let compared = compared.map(|name| format!("、照合 {name}")).unwrap_or_default();
    let new = NewEvidence {
        case: original.as_ref().map_or(*case, |one| one.case),
        name: name.clone().into_bytes(),
        bytes: text.len() as u64,
        acquisition,
        parent: *of,
        derived_by: Some(format!("書き起こし {by}{compared} (itoguchi {})", env!("CARGO_PKG_VERSION"))),
        ..NewEvidence::default()
    };
    let path = Path::new(&name);
    // Typed in here it is UTF-8; only a file that somebody saved elsewhere may be otherwise.
    let source =
        Source { name: path, new, overrides: overrides(options), whole: false, check: &|| Ok(()), damage: &|| None };
    let (evidence, ..) = pipeline::take_in(session, &mut &text[..], &source, ticket)?;
    import::told(session, &evidence, path, original.as_ref(), watch, tell)
}
