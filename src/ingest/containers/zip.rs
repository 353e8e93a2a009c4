//! Zip archives: stored and deflated members, `ZipCrypto` and AES, names in whatever encoding the packing machine had.
//!
//! A broken directory does not hide the members: they are then read from the front, head by head. A member whose name
//! stands twice is read twice. Encrypted members are read through once before they are handed out, because `ZipCrypto` accepts
//! one wrong password in 256.

use super::directory::survey;
use super::{Budget, Container, Marked, Member, Opening, Passwords, Problem, Source, Unpacked, Visit};
use crate::ingest::encoding;
use std::io::{self, BufReader, Read, SeekFrom};
use std::ops::ControlFlow;
use zip::ZipArchive;
use zip::read::{ZipReadOptions, read_zipfile_from_stream_with_options};
use zip::result::ZipError;

/// Zip archives.
#[derive(Debug)]
pub(super) struct Zip;

/// Members looked at in a directory.
const MOST: u64 = 1_000_000;

impl Container for Zip {
    fn name(&self) -> &'static str {
        "zip"
    }

    fn media_type(&self) -> &'static str {
        "application/zip"
    }

    fn claims(&self, head: &[u8]) -> bool {
        (head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")) && !is_document(head)
    }

    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>> {
        let Opening { source, passwords, budget, .. } = opening;
        let survey = survey(source, MOST)?;
        source.seek(SeekFrom::Start(0))?;
        if survey.as_ref().is_some_and(|survey| survey.members > MOST) {
            return Ok(vec![Problem::TooMany]);
        }
        let repeated = survey.map(|survey| survey.repeated).unwrap_or_default();
        let mut problems = Vec::new();
        match ZipArchive::new(BufReader::with_capacity(64 << 10, Marked(&mut *source))) {
            Ok(mut archive) => {
                for index in 0..archive.len() {
                    if !budget.member() {
                        problems.push(Problem::TooMany);
                        return Ok(problems);
                    }
                    if member(&mut archive, index, (passwords, budget), visit).is_break() {
                        return Ok(problems);
                    }
                }
            }
            Err(error) => {
                problems.push(problem(&error, false));
                return from_the_front(source, (passwords, budget), visit, problems);
            }
        }
        for (name, offset) in repeated {
            if name.ends_with(b"/") {
                continue;
            }
            source.seek(SeekFrom::Start(offset))?;
            let _ = local(&mut Marked(&mut *source), &name, passwords.each().next(), budget, visit);
        }
        Ok(problems)
    }
}

/// Office documents and the like are zips too, but nobody's archive; workbooks are containers of their own.
fn is_document(head: &[u8]) -> bool {
    let first = head.get(30..64).unwrap_or(&[]);
    first.starts_with(b"[Content_Types].xml") || first.starts_with(b"mimetypeapplication/")
}

type Archive<'s> = ZipArchive<BufReader<Marked<'s>>>;

/// What all members of one archive share.
type Shared<'o> = (&'o Passwords, &'o Budget);

/// Hands out one member.
fn member(archive: &mut Archive<'_>, index: usize, shared: Shared<'_>, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let (passwords, budget) = shared;
    let name = archive.by_index_data(index).map(|entry| entry.name_raw().to_vec()).unwrap_or_default();
    let encrypted = match archive.by_index_raw(index) {
        Ok(file) if file.is_dir() => return ControlFlow::Continue(()),
        Ok(file) => file.encrypted(),
        Err(error) => return visit(Member::lost(&name, problem(&error, false))),
    };
    let password = match password(archive, index, encrypted, passwords) {
        Ok(password) => password,
        Err(problem) => return visit(Member::lost(&name, problem)),
    };
    match archive.by_index_with_options(index, ZipReadOptions::new().password(password)) {
        Ok(mut file) => hand_out(&mut file, name, budget, visit),
        Err(error) => visit(Member::lost(&name, problem(&error, password.is_some()))),
    }
}

/// The password that opens a member, if it needs one.
fn password<'p>(
    archive: &mut Archive<'_>,
    index: usize,
    encrypted: bool,
    passwords: &'p Passwords,
) -> Result<Option<&'p [u8]>, Problem> {
    if !encrypted {
        return Ok(None);
    }
    let mut tried = false;
    for password in passwords.each() {
        tried = true;
        let Ok(file) = archive.by_index_decrypt(index, password) else { continue };
        if io::copy(&mut file.take(1 << 40), &mut io::sink()).is_ok() {
            return Ok(Some(password));
        }
    }
    Err(Problem::Password { tried })
}

fn hand_out(file: &mut dyn Read, name: Vec<u8>, budget: &Budget, visit: &mut Visit<'_>) -> ControlFlow<()> {
    let mut unpacked = Unpacked::new(file, budget);
    let shown = encoding::name(&name);
    visit(Member { name, shown, format: None, content: Ok(&mut unpacked) })
}

/// Reads the member whose head stands at the source's place.
fn local(
    source: &mut Marked<'_>,
    name: &[u8],
    password: Option<&[u8]>,
    budget: &Budget,
    visit: &mut Visit<'_>,
) -> ControlFlow<()> {
    match read_zipfile_from_stream_with_options(source, ZipReadOptions::new().password(password)) {
        Ok(Some(mut file)) => {
            let name = if name.is_empty() { file.name_raw().to_vec() } else { name.to_vec() };
            if file.is_dir() {
                return ControlFlow::Continue(());
            }
            hand_out(&mut file, name, budget, visit)
        }
        Ok(None) => ControlFlow::Break(()),
        Err(error) => visit(Member::lost(name, problem(&error, password.is_some()))),
    }
}

/// Without a directory: head by head, until one cannot be read.
fn from_the_front(
    source: &mut dyn Source,
    (passwords, budget): Shared<'_>,
    visit: &mut Visit<'_>,
    mut problems: Vec<Problem>,
) -> io::Result<Vec<Problem>> {
    source.seek(SeekFrom::Start(0))?;
    let mut source = Marked(source);
    loop {
        if !budget.member() {
            problems.push(Problem::TooMany);
            return Ok(problems);
        }
        let mut lost = false;
        let flow = local(&mut source, b"", passwords.each().next(), budget, &mut |member| {
            lost = member.content.is_err();
            if lost && member.name.is_empty() {
                // Nothing is known of it: the rest of the archive is told as damaged above.
                return ControlFlow::Break(());
            }
            visit(member)
        });
        if flow.is_break() || lost {
            return Ok(problems);
        }
    }
}

fn problem(error: &ZipError, tried: bool) -> Problem {
    match error {
        ZipError::InvalidPassword => Problem::Password { tried: true },
        ZipError::UnsupportedArchive(text) if *text == ZipError::PASSWORD_REQUIRED => Problem::Password { tried },
        ZipError::UnsupportedArchive(text) => Problem::Unsupported((*text).to_owned()),
        ZipError::CompressionMethodNotSupported(method) => Problem::Unsupported(format!("method {method}")),
        other => Problem::Broken(other.to_string()),
    }
}
