//! Answers to the window's questions, from the open store. Plain calls; who runs them on which thread is not known here.
//!
//! What several answers rest on (sightings, correlation, resolved views) is kept until a change makes it stale.

mod audit;
mod commands;
mod export;
mod facts;
mod folder;
mod graph;
mod indicators;
mod records;
mod sweep;

pub use commands::{Outcome, carry_out};
pub use folder::folder;
pub use records::ahead;

use super::ask::{Question, Reply, Said, Topic};
use super::error::Result;
use super::network::{self, Correlated};
use super::session::Session;
use super::stated;
use crate::model::{CaseKey, EvidenceKey, Instant, ReadingKey, RowSet, Sighting, Text, Ticket};
use crate::store::{Check, LimitedRole, SightingFilter};
use records::{Resolved, SoFar};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One open store as the window sees it.
pub struct Answers {
    /// The operator at the store.
    pub session: Session,
    cache: Mutex<Cache>,
    gathering: Mutex<()>,
    correlating: Mutex<()>,
}

#[derive(Default)]
struct Cache {
    generation: u64,
    sightings: Option<Arc<Vec<Sighting>>>,
    limited: Vec<(CaseKey, Arc<Vec<LimitedRole>>)>,
    correlation: Option<Arc<Correlated>>,
    views: Vec<(super::ask::RecordView, Arc<Resolved>)>,
    so_far: SoFar,
    /// Undated and rejected records of the whole store.
    states: Option<Arc<[RowSet; 2]>>,
    /// Templates by the rows and the field they are made of.
    templates: Vec<(super::ask::RecordView, Option<String>, Arc<crate::search::Templates>)>,
    /// The fields most records of a reading have, where each has its own.
    common: Vec<(ReadingKey, Arc<[String]>)>,
    lists: Vec<(super::ask::IndicatorList, Arc<indicators::Listed>)>,
    graphs: Vec<(super::ask::GraphSpec, Arc<graph::Drawn>)>,
    verified: BTreeMap<EvidenceKey, (Instant, bool)>,
    audit: Option<(Instant, Vec<Check>)>,
    drafts: Vec<export::Looked>,
}

/// The same text in both languages: names, values, details that are not translated.
fn said(text: &str) -> Said {
    Said::new(text, text)
}

impl Answers {
    /// For an open store.
    #[must_use]
    pub fn new(session: Session) -> Self {
        Self { session, cache: Mutex::default(), gathering: Mutex::default(), correlating: Mutex::default() }
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what rests on something that changed.
    pub fn forget(&self, topics: &[Topic]) {
        let mut cache = self.cache();
        cache.generation += 1;
        let touches = |wanted: &[Topic]| topics.iter().any(|topic| wanted.contains(topic));
        if touches(&[Topic::Store, Topic::Evidence, Topic::Indicators, Topic::Cases, Topic::Received]) {
            cache.sightings = None;
            cache.limited.clear();
            cache.lists.clear();
            cache.correlation = None;
            cache.graphs.clear();
        }
        if touches(&[Topic::Store, Topic::Evidence, Topic::Tags]) {
            cache.views.clear();
            cache.templates.clear();
            cache.states = None;
        }
    }

    /// Which state of the store an answer rests on; what was worked out for an earlier one is not kept.
    fn generation(&self) -> u64 {
        self.cache().generation
    }

    fn keep(&self, generation: u64, put: impl FnOnce(&mut Cache)) {
        let mut cache = self.cache();
        if cache.generation == generation {
            put(&mut cache);
        }
    }

    /// Every sighting of the store. Two questions that need them wait for one reading of them.
    fn sightings(&self, ticket: &Ticket) -> Result<Arc<Vec<Sighting>>> {
        let _one = self.gathering.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = self.generation();
        if let Some(held) = &self.cache().sightings {
            return Ok(Arc::clone(held));
        }
        let mut all = Vec::new();
        let stopped = || crate::store::Error::Refused(Text::new("中止しました", "stopped"));
        self.session.store.each_sighting(&SightingFilter::default(), &mut |seen| {
            all.push(seen);
            if ticket.is_cancelled() { Err(stopped()) } else { Ok(()) }
        })?;
        let fresh = Arc::new(all);
        self.keep(generation, |cache| cache.sightings = Some(Arc::clone(&fresh)));
        Ok(fresh)
    }

    /// Roles of a case that hold in some records only.
    fn limited_roles(&self, case: CaseKey) -> Result<Arc<Vec<LimitedRole>>> {
        let generation = self.generation();
        if let Some((_, held)) = self.cache().limited.iter().find(|(known, _)| *known == case) {
            return Ok(Arc::clone(held));
        }
        let fresh = Arc::new(self.session.store.limited_roles(case)?);
        self.keep(generation, |cache| cache.limited.push((case, Arc::clone(&fresh))));
        Ok(fresh)
    }

    fn correlation(&self, ticket: &Ticket) -> Result<Arc<Correlated>> {
        let generation = self.generation();
        let all = self.sightings(ticket)?;
        let _one = self.correlating.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = &self.cache().correlation {
            return Ok(Arc::clone(held));
        }
        let fresh = Arc::new(network::correlate_of(&self.session, &all, None, ticket)?);
        self.keep(generation, |cache| cache.correlation = Some(Arc::clone(&fresh)));
        Ok(fresh)
    }

    fn verified(&self) -> BTreeMap<EvidenceKey, (Instant, bool)> {
        self.cache().verified.clone()
    }

    fn audit_checked(&self) -> Option<(Instant, Vec<Check>)> {
        self.cache().audit.clone()
    }

    /// Answers a question. `emit` takes replies that come before the last one: partial search counts, moving places.
    pub fn reply(&self, question: &Question, ticket: &Ticket, emit: &mut (dyn FnMut(Reply) + Send)) -> Result<Reply> {
        Ok(match question {
            Question::Store => Reply::Store(Some(Arc::new(facts::store(self)?))),
            Question::Kinds => Reply::Kinds(Arc::new(facts::kinds(self))),
            Question::Cases => Reply::Cases(Arc::new(facts::cases(self, ticket, emit)?)),
            Question::Evidence(case) => Reply::Evidence(Arc::new(facts::evidence(self, *case)?)),
            Question::Search(view) => Reply::Search(Arc::new(records::search(self, view, ticket, emit)?)),
            Question::Rows { view, first, count } => {
                Reply::Rows(Arc::new(records::rows(self, view, *first, *count, ticket)?))
            }
            Question::Histogram { view, bars } => {
                Reply::Histogram(Arc::new(records::histogram(self, view, *bars, ticket)?))
            }
            Question::Stack { view, bars, field, values } => {
                Reply::Stack(Arc::new(records::stack(self, view, *bars, (field, values), ticket)?))
            }
            Question::Facet { view, field, limit } => {
                Reply::Facet(Arc::new(records::facet(self, view, field, *limit, ticket)?))
            }
            Question::Templates { view, field, limit } => {
                Reply::Templates(Arc::new(records::templates(self, view, field.as_deref(), *limit, ticket)?))
            }
            Question::Searches => Reply::Searches(Arc::new(stated::searches(&self.session)?)),
            Question::Record { evidence, row } => Reply::Record(Arc::new(records::record(self, *evidence, *row)?)),
            Question::IndicatorCounts(list) => {
                Reply::IndicatorCounts(Arc::new(indicators::counts(self, list, ticket)?))
            }
            Question::Indicators { list, first, count } => {
                Reply::Indicators(Arc::new(indicators::page(self, list, *first, *count, ticket)?))
            }
            Question::Courses { list, first, count } => {
                Reply::Courses(Arc::new(indicators::courses(self, list, *first, *count, ticket)?))
            }
            Question::Hints { list, first, count } => {
                Reply::Hints(Arc::new(indicators::hints(self, list, *first, *count, ticket)?))
            }
            Question::Sweep(text) => Reply::Sweep(Arc::new(sweep::sweep(self, text.text(), ticket)?)),
            Question::Graph(spec) => graph::graph(self, spec, ticket, emit)?,
            Question::Why(spec, of) => Reply::Why(Arc::new(graph::why(self, spec, *of, ticket)?)),
            Question::Ties(case) => Reply::Ties(Arc::new(export::ties(self, *case, ticket)?)),
            Question::ExportChoices => Reply::ExportChoices(Arc::new(export::choices(self)?)),
            Question::Review(plan) => Reply::Review(Arc::new(export::review(self, plan, ticket)?)),
            Question::Drafts => Reply::Drafts(Arc::new(export::drafts(self, ticket)?)),
            Question::Received => Reply::Received(Arc::new(export::received(self, ticket)?)),
            Question::AuditState => Reply::AuditState(Arc::new(audit::audit_state(self)?)),
            Question::Audit { first, count } => Reply::Audit(Arc::new(audit::audit_page(self, *first, *count)?)),
            Question::Folder(path) => Reply::Folder(Arc::new(folder(path)?)),
            Question::Ahead { paths, read_as } => {
                let mut part = |part| emit(Reply::Ahead(Arc::new(part)));
                Reply::Ahead(Arc::new(ahead(paths, read_as, ticket, &mut part)?))
            }
        })
    }
}
