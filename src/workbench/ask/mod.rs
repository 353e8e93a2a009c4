//! What the window may ask and order, and how it is answered: closed lists of plain values.
//!
//! The window never waits and never holds a connection. It asks a [`Question`], goes on drawing, and later finds an
//! [`Answer`]; it orders with a [`Command`] and hears about it through [`Answer::Changed`] and [`Answer::Told`].
//! A question is its own key: equal questions have equal answers until something changes. No SQL, file or screen type
//! is named here.

mod command;
mod export;
mod facts;
mod graph;
mod indicators;
mod records;
mod units;

pub use command::{CaseForm, Command, KeySort, ReadAs, RowPick, Sealing, Secret};
pub use export::{
    AnswerRow, CheckLine, DraftRow, ExportChoices, ExportPlan, FreeText, KeyChoice, ProfileRow, ReceivedRow,
    ReceiverRow, RecipientChoice, Residual, Review, ReviewRow, ShownAs, Step, Tie, TieReason, TrustedKey,
};
pub use facts::{AuditPage, AuditRow, AuditState, CaseRow, EvidenceRow, Folder, FolderEntry, KindRow, StoreFacts};
pub use graph::{
    EdgeKind, GraphData, GraphEdge, GraphNode, GraphPlaces, GraphSpec, Layout, NodeKind, Reason, Why, WhyOf,
};
pub use indicators::{
    Hint, IndicatorCounts, IndicatorList, IndicatorPage, IndicatorRow, IndicatorSort, Pasted, RoleFilter, SettledBy,
    Sweep, SweepRow, SweepSource,
};
pub use records::{
    Ahead, Column, Custody, Facet, FieldRow, Histogram, HitSpan, Order, QueryFault, RecordDetail, RecordRow,
    RecordView, RowPage, Search, Template, TemplateOf, Templates,
};

pub use units::{NATIONAL, UNSET_UNIT, named_units, unit_name};

use crate::model::statement::SavedSearch;
use crate::model::{CaseKey, EvidenceKey, Lang};
use std::sync::Arc;

/// A sentence in both languages, made at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Said {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Said {
    /// Both at once.
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// The one this language reads.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }
}

/// Something went wrong: what, and what to do about it. Made from [`crate::model::Explain`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Trouble {
    /// What happened.
    pub what: Said,
    /// The remedy, where there is one.
    pub hint: Option<Said>,
}

impl Trouble {
    /// From an error that explains itself.
    pub fn of(err: &(impl crate::model::Explain + ?Sized)) -> Self {
        let hint = err.hint(Lang::Ja).or_else(|| err.hint(Lang::En));
        Self {
            what: Said::new(err.what(Lang::Ja), err.what(Lang::En)),
            hint: hint.map(|ja| Said { en: err.hint(Lang::En).unwrap_or_else(|| ja.clone()), ja }),
        }
    }
}

/// Everything the window may want to know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Which store is open, whose it is, who works in it.
    Store,
    /// Every indicator kind this version knows, in the order shown.
    Kinds,
    /// Every case, newest first.
    Cases,
    /// The evidence of one case, or all of it; oldest first, members after their container.
    Evidence(Option<CaseKey>),
    /// Runs a search; answered several times while it runs, the last time with `done`.
    Search(RecordView),
    /// Records `first` to `first + count` of a view.
    Rows {
        /// The view.
        view: RecordView,
        /// Position in the view, from 0.
        first: u64,
        /// How many at most.
        count: u32,
    },
    /// How the records of a view lie in time.
    Histogram {
        /// The view.
        view: RecordView,
        /// How many bars at most.
        bars: u32,
    },
    /// The bars of [`Question::Histogram`] by values of a field.
    Stack {
        /// The view.
        view: RecordView,
        /// How many bars at most.
        bars: u32,
        /// Field name.
        field: String,
        /// The values.
        values: Vec<String>,
    },
    /// The commonest values of one field in a view.
    Facet {
        /// The view.
        view: RecordView,
        /// Field name.
        field: String,
        /// How many values at most.
        limit: u32,
    },
    /// The message templates of a view, rarest first.
    Templates {
        /// The view.
        view: RecordView,
        /// The field whose text is grouped; the message where `None`.
        field: Option<String>,
        /// How many templates at most.
        limit: u32,
    },
    /// The first records of files that are being taken in, read before they are stored; answered several times. Needs no
    /// open store.
    Ahead {
        /// Files and folders, as ordered.
        paths: Vec<std::path::PathBuf>,
        /// How they are read.
        read_as: ReadAs,
    },
    /// Every saved search, oldest first.
    Searches,
    /// One record, whole.
    Record {
        /// The evidence.
        evidence: EvidenceKey,
        /// Its row.
        row: u32,
    },
    /// How many indicators of each kind a list holds, kind filter aside.
    IndicatorCounts(IndicatorList),
    /// Indicators `first` to `first + count` of a list.
    Indicators {
        /// The list.
        list: IndicatorList,
        /// Position in the list, from 0.
        first: u64,
        /// How many at most.
        count: u32,
    },
    /// How often each of a page of indicators was seen, over the time of the list's evidence.
    Courses {
        /// The list.
        list: IndicatorList,
        /// Position in the list, from 0.
        first: u64,
        /// How many at most.
        count: u32,
    },
    /// Roles that the fields of a page of indicators suggest.
    Hints {
        /// The list.
        list: IndicatorList,
        /// Position in the list, from 0.
        first: u64,
        /// How many at most.
        count: u32,
    },
    /// A pasted list, looked for in all evidence.
    Sweep(Pasted),
    /// Nodes and edges; afterwards their places, answered again and again until calm.
    Graph(GraphSpec),
    /// Why a node or an edge is there.
    Why(GraphSpec, WhyOf),
    /// Ties between cases, strongest first, of one case or of all.
    Ties(Option<CaseKey>),
    /// Profiles, receivers and keys to choose from.
    ExportChoices,
    /// What a plan would show and hide; nothing is written.
    Review(ExportPlan),
    /// Drafts, approved and sealed bundles made here, newest first.
    Drafts,
    /// Bundles that were taken in or quarantined, newest first.
    Received,
    /// State of the audit chain as last verified.
    AuditState,
    /// Audit entries counted from the newest: `first` 0 is the last entry.
    Audit {
        /// Position from the newest.
        first: u64,
        /// How many at most.
        count: u32,
    },
    /// What a folder holds, for choosing a file.
    Folder(std::path::PathBuf),
}

/// What an answer may rest on; when one of these changes, the window asks again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// The store itself: opened, closed, operator.
    Store,
    /// Cases.
    Cases,
    /// Evidence and its readings, and with them records.
    Evidence,
    /// Tags on records.
    Tags,
    /// Indicators, their sightings and roles, and what follows from them.
    Indicators,
    /// Drafts and sealed bundles.
    Exports,
    /// Received bundles.
    Received,
    /// The audit chain.
    Audit,
}

impl Question {
    /// What the answer rests on.
    #[must_use]
    pub const fn topics(&self) -> &'static [Topic] {
        match self {
            Self::Store | Self::Kinds => &[Topic::Store],
            Self::Cases => &[Topic::Store, Topic::Cases, Topic::Evidence, Topic::Indicators],
            Self::Evidence(_) => &[Topic::Store, Topic::Evidence],
            Self::Search(_) | Self::Rows { .. } | Self::Histogram { .. } | Self::Stack { .. } | Self::Facet { .. } => {
                &[Topic::Store, Topic::Evidence, Topic::Tags]
            }
            Self::Templates { .. } => &[Topic::Store, Topic::Evidence, Topic::Tags],
            Self::Searches => &[Topic::Store],
            Self::Ahead { .. } => &[],
            Self::Record { .. } => &[Topic::Store, Topic::Evidence, Topic::Tags, Topic::Indicators],
            Self::Courses { .. } => &[Topic::Store, Topic::Evidence],
            Self::IndicatorCounts(_) | Self::Indicators { .. } | Self::Hints { .. } | Self::Sweep(_) => {
                &[Topic::Store, Topic::Evidence, Topic::Indicators]
            }
            Self::Graph(_) | Self::Why(..) | Self::Ties(_) | Self::Review(_) => {
                &[Topic::Store, Topic::Cases, Topic::Evidence, Topic::Indicators]
            }
            Self::ExportChoices | Self::Drafts => &[Topic::Store, Topic::Exports],
            Self::Received => &[Topic::Store, Topic::Received],
            Self::AuditState | Self::Audit { .. } => &[Topic::Store, Topic::Audit],
            Self::Folder(_) => &[],
        }
    }
}

/// What comes back. Replies are shared, so that keeping them costs nothing.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The reply to a question. Questions that run on (search, graph places) are replied to several times.
    Reply(Question, Reply),
    /// The question was dropped unanswered; ask again if still wanted.
    Dropped(Question),
    /// Something changed: answers resting on these are stale.
    Changed(Vec<Topic>),
    /// Something was done or found that the person should hear of.
    Told(Notice),
}

/// The body of a reply; the variant is that of its question.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Question::Store`]; `None` while no store is open.
    Store(Option<Arc<StoreFacts>>),
    /// To [`Question::Kinds`].
    Kinds(Arc<Vec<KindRow>>),
    /// To [`Question::Cases`].
    Cases(Arc<Vec<CaseRow>>),
    /// To [`Question::Evidence`].
    Evidence(Arc<Vec<EvidenceRow>>),
    /// To [`Question::Search`].
    Search(Arc<Search>),
    /// To [`Question::Rows`].
    Rows(Arc<RowPage>),
    /// To [`Question::Histogram`].
    Histogram(Arc<Histogram>),
    /// To [`Question::Stack`]: records per bar for each value, in the order asked; the bars are those of the histogram.
    Stack(Arc<Vec<Vec<u64>>>),
    /// To [`Question::Facet`].
    Facet(Arc<Facet>),
    /// To [`Question::Templates`].
    Templates(Arc<Templates>),
    /// To [`Question::Ahead`].
    Ahead(Arc<Ahead>),
    /// To [`Question::Searches`].
    Searches(Arc<Vec<SavedSearch>>),
    /// To [`Question::Record`].
    Record(Arc<RecordDetail>),
    /// To [`Question::IndicatorCounts`].
    IndicatorCounts(Arc<IndicatorCounts>),
    /// To [`Question::Indicators`].
    Indicators(Arc<IndicatorPage>),
    /// To [`Question::Courses`]: bars for each row, none where it stands in no record.
    Courses(Arc<Vec<Vec<u32>>>),
    /// To [`Question::Hints`]: one for each row, none where nothing suggests a role or one is stated.
    Hints(Arc<Vec<Option<Hint>>>),
    /// To [`Question::Sweep`].
    Sweep(Arc<Sweep>),
    /// To [`Question::Graph`], first.
    Graph(Arc<GraphData>),
    /// To [`Question::Graph`], afterwards; places in the order of the nodes.
    Places(Arc<GraphPlaces>),
    /// To [`Question::Why`].
    Why(Arc<Why>),
    /// To [`Question::Ties`].
    Ties(Arc<Vec<Tie>>),
    /// To [`Question::ExportChoices`].
    ExportChoices(Arc<ExportChoices>),
    /// To [`Question::Review`].
    Review(Arc<Review>),
    /// To [`Question::Drafts`].
    Drafts(Arc<Vec<DraftRow>>),
    /// To [`Question::Received`].
    Received(Arc<Vec<ReceivedRow>>),
    /// To [`Question::AuditState`].
    AuditState(Arc<AuditState>),
    /// To [`Question::Audit`].
    Audit(Arc<AuditPage>),
    /// To [`Question::Folder`].
    Folder(Arc<Folder>),
    /// A person stopped the work on the question.
    Stopped,
    /// The question could not be answered.
    Failed(Trouble),
}

/// A message to the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something was done; goes away by itself.
    Done(Said),
    /// Files were taken in; goes away by itself.
    Taken {
        /// How much.
        said: Said,
        /// What was ordered.
        paths: Vec<std::path::PathBuf>,
        /// The evidence that has records, in the order it came.
        evidence: Vec<EvidenceKey>,
    },
    /// Something needs attention; stays until read.
    Caution(Said),
    /// Something failed; stays until read, can be copied.
    Failed(Trouble),
    /// The window is to put this on the clipboard, and say so.
    Copied {
        /// The text.
        text: String,
        /// What was copied.
        said: Said,
    },
    /// Some records of an evidence have no time because a setting is missing; stays until read.
    Undated {
        /// What is missing.
        said: Said,
        /// The evidence.
        evidence: EvidenceKey,
    },
    /// A bundle was checked; stays until read.
    Checked {
        /// Which.
        title: Said,
        /// Every check.
        lines: Vec<CheckLine>,
    },
}

/// Names a running job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// How the progress of a job is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    /// In bytes: share, rate and time left can be told.
    Bytes,
    /// In records: the same.
    Records,
    /// In steps that mean nothing to a person: only the share can be told.
    Share,
    /// Not at all.
    #[default]
    Nothing,
}

/// One job, for the status bar: a command, or a question that takes longer than a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobState {
    /// Its name, for cancelling.
    pub id: JobId,
    /// What it does, as `取込 access.log`.
    pub name: Said,
    /// Work done.
    pub done: u64,
    /// All work; 0 while unknown.
    pub total: u64,
    /// How it is counted.
    pub measure: Measure,
    /// Seconds since it began.
    pub secs: f64,
    /// It has not begun: another job must end first.
    pub waiting: bool,
    /// Whether it can be cancelled.
    pub cancellable: bool,
    /// The question it works on, if it is one.
    pub asked: Option<Question>,
    /// The look ahead at what it takes in, where it takes in files.
    pub ahead: Option<Question>,
}

/// The desk the window sits at: takes questions and commands, hands back answers. No call may wait.
pub trait Desk {
    /// Asks; the answer comes through [`Desk::poll`].
    fn ask(&self, question: Question);

    /// Nobody looks at the answer any more: the work on it is stopped, told as [`Answer::Dropped`].
    fn unask(&self, question: &Question);

    /// Orders. What came of it is told through [`Answer::Changed`] and [`Answer::Told`].
    fn command(&self, command: Command);

    /// What came in since the last call.
    fn poll(&mut self) -> Vec<Answer>;

    /// The jobs under way, oldest first.
    fn jobs(&self) -> Vec<JobState>;

    /// What to call, from any thread, whenever [`Desk::poll`] has something new or a job moved.
    fn wake_with(&mut self, wake: Arc<dyn Fn() + Send + Sync>);

    /// Runs `work` off the window's thread: a file dialog waits for a person.
    fn aside(&self, work: Box<dyn FnOnce() + Send>);

    /// The time now, for the clock in the status bar and for ages.
    fn now(&self) -> crate::model::Instant;
}
