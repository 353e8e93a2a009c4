//! What containers hold: archive members, sheets of workbooks, attachments. Each is an evidence of its own, derived from the
//! stored bytes of its container, with the tool and its version.
//!
//! One budget bounds the whole tree below a file. What cannot be taken out is told, and noted at the container.

use super::error::{Error, Result};
use super::import::{AddOptions, Outcome, Shared, for_content, overrides, told};
use super::pipeline::{self, Source};
use super::session::Session;
use crate::ingest::containers::{self, Budget, Container, Member, Opening, Problem, points_outside};
use crate::ingest::{HEAD, Overrides, detect};
use crate::model::{Evidence, Lang, Ticket};
use crate::store::NewEvidence;
use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

/// Containers inside containers at most this deep.
const MAX_DEPTH: usize = 6;

/// What stays the same below one file.
pub(super) struct Tree<'t> {
    pub(super) session: &'t Session,
    pub(super) options: &'t AddOptions,
    pub(super) ticket: &'t Ticket,
    pub(super) budget: &'t Budget,
    /// Members may be in already.
    pub(super) again: bool,
}

/// Takes in what an evidence holds, if it holds anything. `how`: whether detection took it for a container, and how deep.
pub(super) fn add(
    tree: &Tree<'_>,
    evidence: &Evidence,
    path: &Path,
    how: (bool, usize),
    tell: &mut dyn FnMut(Outcome),
) -> Result<()> {
    let (is_container, depth) = how;
    let Some(container) = container_of(tree.session, evidence, is_container)? else { return Ok(()) };
    if depth > MAX_DEPTH {
        return note(tree, evidence, &[(Problem::TooDeep, String::new())]);
    }
    let mut source = tree.session.store.bytes_of(evidence.key);
    let opening =
        Opening { source: &mut source, name: &evidence.name, passwords: &tree.options.passwords, budget: tree.budget };
    let held = if tree.again { held(tree.session, evidence)? } else { BTreeMap::new() };
    let mut taking = Taking { tree, container, evidence, path, depth, held, tell, lost: Vec::new(), failed: None };
    let whole = container.each(opening, &mut |member| taking.member(member)).map_err(Error::file(path))?;
    let Taking { mut lost, failed, tell, .. } = taking;
    if let Some(error) = failed {
        return Err(error);
    }
    for problem in whole {
        if !matches!(problem, Problem::Links(_)) {
            tell(Outcome::Failed { path: path.to_owned(), error: told_as(&problem, path) });
        }
        lost.push((problem, String::new()));
    }
    note(tree, evidence, &lost)
}

/// Members that are in already, by name: archives may hold a name more than once.
fn held(session: &Session, evidence: &Evidence) -> Result<BTreeMap<Vec<u8>, usize>> {
    let mut held = BTreeMap::new();
    for member in session.store.evidence()?.into_iter().filter(|one| one.parent == Some(evidence.key)) {
        *held.entry(member.name).or_default() += 1;
    }
    Ok(held)
}

/// The kind of container an evidence is.
fn container_of(session: &Session, evidence: &Evidence, is_container: bool) -> Result<Option<&'static dyn Container>> {
    if let Some(reading) = &evidence.reading {
        return Ok(containers::container_in(&reading.form.format));
    }
    if !is_container {
        return Ok(None);
    }
    let head = session.store.read_range(evidence.key, 0, HEAD as u64)?;
    Ok(containers::container(&detect(&head, &evidence.name).format))
}

/// Taking out one container's members.
struct Taking<'t, 'a> {
    tree: &'t Tree<'a>,
    container: &'static dyn Container,
    evidence: &'t Evidence,
    path: &'t Path,
    depth: usize,
    held: BTreeMap<Vec<u8>, usize>,
    tell: &'t mut dyn FnMut(Outcome),
    lost: Vec<(Problem, String)>,
    failed: Option<Error>,
}

impl Taking<'_, '_> {
    fn member(&mut self, member: Member<'_>) -> ControlFlow<()> {
        if self.tree.ticket.is_cancelled() {
            self.failed = Some(Error::Cancelled);
            return ControlFlow::Break(());
        }
        // A name is only a name here: nothing is written where it points.
        let path = PathBuf::from(format!("{}/{}", self.path.display(), member.shown.trim_start_matches('/')));
        let Member { name, shown, format, content } = member;
        if let Some(left) = self.held.get_mut(&name[..]).filter(|left| **left > 0) {
            *left -= 1;
            return ControlFlow::Continue(());
        }
        let taken = match content {
            Ok(stream) => {
                let stream = std::cell::RefCell::new(stream);
                let odd = points_outside(&shown).then_some("名前が外を指している");
                let damage = || {
                    let parts: Vec<String> =
                        stream.borrow().damage(Lang::Ja).into_iter().chain(odd.map(str::to_owned)).collect();
                    (!parts.is_empty()).then(|| parts.join("、"))
                };
                self.take(&name, format, &path, &mut Shared(&stream), &damage)
            }
            Err(problem) => {
                (self.tell)(Outcome::Failed { path: path.clone(), error: told_as(&problem, &path) });
                self.lost.push((problem, shown));
                Ok(())
            }
        };
        match taken {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failed = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn take(
        &mut self,
        name: &[u8],
        format: Option<&'static str>,
        path: &Path,
        stream: &mut dyn std::io::Read,
        damage: &dyn Fn() -> Option<String>,
    ) -> Result<()> {
        let Tree { session, options, ticket, .. } = *self.tree;
        let watch = Stopwatch::now();
        let mut head = Vec::new();
        (&mut *stream).take(HEAD as u64).read_to_end(&mut head).map_err(Error::file(path))?;
        let ordered = overrides(options);
        let new = NewEvidence {
            case: self.evidence.case,
            name: name.to_vec(),
            parent: Some(self.evidence.key),
            derived_by: Some(format!("itoguchi {} {}", env!("CARGO_PKG_VERSION"), self.container.tool())),
            acquisition: self.evidence.acquisition.clone(),
            ..NewEvidence::default()
        };
        let overrides = match format {
            Some(format) => Overrides {
                format: Some(format.to_owned()),
                encoding: Some("utf-8".to_owned()),
                definition: None,
                ..ordered
            },
            None => for_content(ordered, &head, name),
        };
        let mut stream = Cursor::new(head).chain(stream);
        let source = Source { name: path, new, overrides, whole: false, check: &|| Ok(()), damage };
        let (evidence, nested, _) = pipeline::take_in(session, &mut stream, &source, ticket)?;
        told(session, &evidence, path, Some(self.evidence), watch, self.tell)?;
        add(&Tree { again: false, ..*self.tree }, &evidence, path, (nested, self.depth + 1), self.tell)
    }
}

fn told_as(problem: &Problem, path: &Path) -> Error {
    let text = |lang| format!("{}: {}", problem.sentence(lang), path.display());
    Error::input(text(Lang::Ja), text(Lang::En))
}

/// Notes at the container what of it could not be taken out.
fn note(tree: &Tree<'_>, evidence: &Evidence, lost: &[(Problem, String)]) -> Result<()> {
    if lost.is_empty() {
        return Ok(());
    }
    let mut grouped: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (problem, name) in lost {
        grouped.entry(problem.sentence(Lang::Ja)).or_default().push(name);
    }
    let part = |(sentence, names): (String, Vec<&str>)| {
        let named: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty()).take(5).collect();
        match names.len() {
            _ if named.is_empty() => sentence,
            count if count > named.len() => format!("{sentence}: {} ほか計{count}件", named.join(", ")),
            _ => format!("{sentence}: {}", named.join(", ")),
        }
    };
    let sentence = grouped.into_iter().map(part).collect::<Vec<_>>().join("、");
    Ok(tree.session.store.note_damage(evidence.key, &sentence, &tree.session.author())?)
}
