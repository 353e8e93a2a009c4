//! What a panel sees in one frame, and what it hands back.
//!
//! A panel reads through [`View`] and writes into an [`Outbox`]. Asking is reading: a question without an answer is
//! asked once, and an answer that went stale stays on screen until the new one is in.

use super::cache::Cache;
use super::frame::dialogs::Confirm;
use super::keys::UiCommand;
use crate::model::statement::SavedSearch;
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Lang, Role, Text, Unit};
use crate::workbench::ask::{
    Ahead, AuditPage, AuditState, CaseRow, Command, DraftRow, EvidenceRow, ExportChoices, ExportPlan, Facet, Folder,
    GraphData, GraphPlaces, GraphSpec, Hint, Histogram, IndicatorCounts, IndicatorList, IndicatorPage, JobState,
    KindRow, Notice, Pasted, Question, ReceivedRow, RecordDetail, RecordView, Reply, Review, RowPage, Search,
    StoreFacts, Sweep, Templates, Tie, Why, WhyOf,
};
use std::cell::{Cell, RefCell};

/// What is selected, for the inspector and for commands that need an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Nothing.
    #[default]
    Nothing,
    /// A case.
    Case(CaseKey),
    /// An evidence.
    Evidence(EvidenceKey),
    /// A record.
    Record(EvidenceKey, u32),
    /// An indicator.
    Indicator(Kind, String),
    /// A node or an edge of the graph.
    Link(GraphSpec, WhyOf),
}

/// Why a file is picked; comes back with the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PickFor {
    /// Evidence to take in.
    Evidence,
    /// Folders of evidence to take in.
    EvidenceFolder,
    /// A store to open.
    OpenStore,
    /// A store to make.
    NewStore,
    /// A place for something to be saved; panels tell theirs apart by the name.
    Save(&'static str, String),
    /// A file for a form; panels tell theirs apart by the name.
    File(&'static str),
}

/// What a panel asks of the window itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Bring a panel to the front.
    Open(&'static str),
    /// Select something.
    Select(Selection),
    /// Show these records in the records panel.
    ShowRecords(RecordView),
    /// So many records are picked in the records panel.
    Picked(u64),
    /// State what a value is in the records picked there alone, whatever it is elsewhere in this case.
    RoleInPicked(CaseKey, Kind, String, Option<Role>),
    /// Show this indicator in the indicators panel.
    ShowIndicator(Kind, String),
    /// Show the neighbourhood of this indicator in the graph.
    ShowInGraph(Kind, String),
    /// Work in this case, or in all.
    Case(Option<CaseKey>),
    /// Take these files in as evidence.
    Take(Vec<std::path::PathBuf>),
    /// Files were taken in: what was ordered, and the evidence that has records.
    Taken(Vec<std::path::PathBuf>, Vec<EvidenceKey>),
    /// Let a person pick files.
    Pick(PickFor),
    /// Put text on the clipboard.
    Copy(String),
    /// Run a command of the table.
    Run(UiCommand),
    /// Open the field for pasted text.
    Paste,
    /// Open the form for a new case.
    NewCase,
    /// Open the form of a case.
    EditCase(CaseKey),
    /// Narrow the records to a value of a field, or to all but it.
    Narrow {
        /// Field name.
        field: String,
        /// Value.
        value: String,
        /// All but it.
        not: bool,
    },
    /// Show a message.
    Tell(Box<Notice>),
    /// Show the inspector.
    ShowInspector,
    /// Ask before something is done.
    Confirm(Box<Confirm>),
    /// Ask whose the open store is.
    AskUnit,
    /// Ask how an evidence is to be read instead.
    ReadAgain(EvidenceKey),
    /// Open the form for what is typed off an exhibit, or off a paper that is not in the store.
    Transcribe(Option<EvidenceKey>),
    /// Ask what the columns of an evidence stand for.
    Columns(EvidenceKey),
    /// Show keys and trusted signers.
    Keys,
    /// Open this store.
    OpenPath(std::path::PathBuf),
    /// Remember the unit for the next store.
    Unit(Unit),
    /// Remember who works here.
    Operator(String),
}

/// Commands a panel hands back.
#[derive(Debug, Default)]
pub struct Outbox {
    /// For the desk.
    pub commands: Vec<Command>,
    /// For the window.
    pub acts: Vec<Act>,
}

impl Outbox {
    /// Orders something of the desk.
    pub fn order(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Asks something of the window.
    pub fn act(&mut self, act: Act) {
        self.acts.push(act);
    }
}

/// What a panel sees in one frame.
pub struct View<'a> {
    /// Language.
    pub lang: Lang,
    /// The case worked in; all where `None`.
    pub case: Option<CaseKey>,
    /// What is selected.
    pub selection: &'a Selection,
    /// Whether this panel has the keys.
    pub active: bool,
    /// The time now.
    pub now: Instant,
    /// Height of a table row.
    pub row_height: f32,
    /// Labels on the number keys 1 to 9.
    pub tags: &'a [String],
    /// Jobs under way.
    pub jobs: &'a [JobState],
    /// Files are being held over the window.
    pub files_over: bool,
    /// Records picked in the records panel.
    pub records_picked: u64,
    cache: &'a Cache,
    wants: &'a RefCell<Vec<Question>>,
    again: &'a RefCell<Vec<Question>>,
    last: Cell<Option<&'a Reply>>,
}

macro_rules! ask {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $value:ty, $question:expr, $reply:ident) => {
        $(#[$doc])*
        pub fn $name(&self, $($arg: $type),*) -> Option<&'a $value> {
            match self.get($question)?.as_ref()? {
                Reply::$reply(value) => Some(value),
                _ => None,
            }
        }
    };
}

impl<'a> View<'a> {
    /// A view for one frame.
    #[expect(clippy::too_many_arguments, reason = "built in one place")]
    pub fn new(
        lang: Lang,
        case: Option<CaseKey>,
        selection: &'a Selection,
        now: Instant,
        row_height: f32,
        tags: &'a [String],
        jobs: &'a [JobState],
        cache: &'a Cache,
        wants: &'a RefCell<Vec<Question>>,
        again: &'a RefCell<Vec<Question>>,
    ) -> Self {
        let last = Cell::new(None);
        Self {
            lang,
            case,
            selection,
            active: false,
            now,
            row_height,
            tags,
            jobs,
            files_over: false,
            records_picked: 0,
            cache,
            wants,
            again,
            last,
        }
    }

    /// The same view for another panel.
    #[must_use]
    pub fn for_panel(&self, active: bool) -> Self {
        Self { active, last: Cell::new(None), ..*self }
    }

    /// Picks the language of two texts.
    pub fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ja, en)
    }

    /// The text in the view's language.
    pub fn text(&self, text: Text) -> &'static str {
        text.get(self.lang)
    }

    fn get(&self, question: Question) -> Option<&'a Option<Reply>> {
        let reply = self.cache.reply(&question);
        self.last.set(reply.and_then(Option::as_ref));
        self.wants.borrow_mut().push(question);
        reply
    }

    /// Why there is no answer to the last question read: it failed, or somebody stopped it.
    pub fn last_outcome(&self) -> Option<&'a Reply> {
        self.last.get().filter(|reply| matches!(reply, Reply::Failed(_) | Reply::Stopped))
    }

    /// Asks the last question read once more.
    pub fn ask_again(&self) {
        self.again.borrow_mut().extend(self.wants.borrow().last().cloned());
    }

    /// The job that works on a question, once it has taken a moment.
    pub fn job_on(&self, wanted: impl Fn(&Question) -> bool) -> Option<&'a JobState> {
        self.jobs.iter().find(|job| job.asked.as_ref().is_some_and(&wanted))
    }

    /// The open store; `None` while there is none or before the first answer.
    pub fn store(&self) -> Option<&'a StoreFacts> {
        match self.get(Question::Store)?.as_ref()? {
            Reply::Store(store) => store.as_deref(),
            _ => None,
        }
    }

    /// Whether it is known by now if a store is open.
    pub fn knows_store(&self) -> bool {
        matches!(self.get(Question::Store), Some(Some(Reply::Store(_))))
    }

    /// Whether it is known that no store is open.
    pub fn no_store(&self) -> bool {
        matches!(self.get(Question::Store), Some(Some(Reply::Store(None))))
    }

    /// Whether the open store is a national one: it gathers, and answers what it received.
    pub fn is_national(&self) -> bool {
        self.store().is_some_and(|store| store.unit.is_national() && !store.unit_open)
    }

    /// Where the nodes lie so far.
    pub fn places(&self, spec: &GraphSpec) -> Option<&'a GraphPlaces> {
        self.cache.places(&Question::Graph(spec.clone()))
    }

    /// The facts of a kind.
    pub fn kind(&self, kind: Kind) -> Option<&'a KindRow> {
        self.kinds()?.iter().find(|row| row.kind == kind)
    }

    /// A kind's label; its tag where this version does not know it.
    pub fn kind_label(&self, kind: Kind) -> String {
        self.kind(kind).map_or_else(|| kind.tag().to_owned(), |row| row.label.get(self.lang).to_owned())
    }

    /// The case worked in.
    pub fn case_row(&self) -> Option<&'a CaseRow> {
        let key = self.case?;
        self.cases()?.iter().find(|row| row.key == key)
    }

    ask!(/// Every kind.
        kinds() -> Vec<KindRow>, Question::Kinds, Kinds);
    ask!(/// Every case.
        cases() -> Vec<CaseRow>, Question::Cases, Cases);
    ask!(/// Evidence of a case, or all.
        evidence(case: Option<CaseKey>) -> Vec<EvidenceRow>, Question::Evidence(case), Evidence);
    ask!(/// How far a search is.
        search(view: &RecordView) -> Search, Question::Search(view.clone()), Search);
    ask!(/// A page of records.
        rows(view: &RecordView, first: u64, count: u32) -> RowPage,
        Question::Rows { view: view.clone(), first, count }, Rows);
    ask!(/// Records over time.
        histogram(view: &RecordView, bars: u32) -> Histogram,
        Question::Histogram { view: view.clone(), bars }, Histogram);
    ask!(/// The bars of the histogram by values of a field.
        stack(view: &RecordView, bars: u32, field: &str, values: &[String]) -> Vec<Vec<u64>>,
        Question::Stack { view: view.clone(), bars, field: field.to_owned(), values: values.to_vec() }, Stack);
    ask!(/// Commonest values of a field.
        facet(view: &RecordView, field: &str, limit: u32) -> Facet,
        Question::Facet { view: view.clone(), field: field.to_owned(), limit }, Facet);
    ask!(/// Message templates of a view, rarest first.
        templates(view: &RecordView, field: Option<&str>, limit: u32) -> Templates,
        Question::Templates { view: view.clone(), field: field.map(str::to_owned), limit }, Templates);

    /// The beginning of what is being taken in, by the question of the job that does so.
    pub fn ahead(&self, question: &Question) -> Option<&'a Ahead> {
        match self.get(question.clone())?.as_ref()? {
            Reply::Ahead(ahead) => Some(ahead),
            _ => None,
        }
    }

    ask!(/// Every saved search.
        searches() -> Vec<SavedSearch>, Question::Searches, Searches);
    ask!(/// One record.
        record(evidence: EvidenceKey, row: u32) -> RecordDetail, Question::Record { evidence, row }, Record);
    ask!(/// Counts for the chips.
        indicator_counts(list: &IndicatorList) -> IndicatorCounts,
        Question::IndicatorCounts(IndicatorList { kind: None, ..list.clone() }), IndicatorCounts);
    ask!(/// A page of indicators.
        indicators(list: &IndicatorList, first: u64, count: u32) -> IndicatorPage,
        Question::Indicators { list: list.clone(), first, count }, Indicators);
    ask!(/// Bars over time of a page of indicators.
        courses(list: &IndicatorList, first: u64, count: u32) -> Vec<Vec<u32>>,
        Question::Courses { list: list.clone(), first, count }, Courses);
    ask!(/// Suggested roles of a page of indicators.
        hints(list: &IndicatorList, first: u64, count: u32) -> Vec<Option<Hint>>,
        Question::Hints { list: list.clone(), first, count }, Hints);
    ask!(/// What came of looking for a pasted list.
        sweep(list: &Pasted) -> Sweep, Question::Sweep(list.clone()), Sweep);
    ask!(/// Nodes and edges.
        graph(spec: &GraphSpec) -> GraphData, Question::Graph(spec.clone()), Graph);
    ask!(/// Why something is in the graph.
        why(spec: &GraphSpec, of: WhyOf) -> Why, Question::Why(spec.clone(), of), Why);
    ask!(/// Ties between cases.
        ties(case: Option<CaseKey>) -> Vec<Tie>, Question::Ties(case), Ties);
    ask!(/// What can be chosen when handing up.
        export_choices() -> ExportChoices, Question::ExportChoices, ExportChoices);
    ask!(/// What a plan shows and hides.
        review(plan: &ExportPlan) -> Review, Question::Review(plan.clone()), Review);
    ask!(/// Bundles made here.
        drafts() -> Vec<DraftRow>, Question::Drafts, Drafts);
    ask!(/// Bundles that came in.
        received() -> Vec<ReceivedRow>, Question::Received, Received);
    ask!(/// The audit chain.
        audit_state() -> AuditState, Question::AuditState, AuditState);
    ask!(/// What a folder holds.
        folder(path: &std::path::Path) -> Folder, Question::Folder(path.to_owned()), Folder);
    ask!(/// Audit entries, newest first.
        audit(first: u64, count: u32) -> AuditPage, Question::Audit { first, count }, Audit);
}

/// Records a panel asks for at a time; pages start at multiples of it.
pub const PAGE: u32 = 128;

/// The pages that hold these rows: first row and count of each.
pub fn pages(visible: &std::ops::Range<u64>) -> impl Iterator<Item = u64> + use<> {
    let size = u64::from(PAGE);
    let first = visible.start / size;
    let last = visible.end.saturating_sub(1).max(visible.start) / size;
    (first..=last).map(move |page| page * size)
}
