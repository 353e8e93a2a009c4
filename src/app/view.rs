//! What the window knows: answers kept by their questions, and what panels hand back.
//!
//! A panel reads through [`View`] and writes into an [`Outbox`]. Asking is reading: a question without an answer is
//! asked once, and an answer that went stale stays on screen until the new one is in.

use super::keys::UiCommand;
use crate::model::{CaseKey, EvidenceKey, Instant, Kind, Lang, Text};
use crate::workbench::ask::{
    Answer, AuditPage, AuditState, CaseRow, Command, Desk, DraftRow, EvidenceRow, ExportChoices, ExportPlan, Facet,
    GraphData, GraphPlaces, GraphSpec, Histogram, IndicatorCounts, IndicatorList, IndicatorPage, JobState, KindRow,
    Notice, Question, ReceivedRow, RecordDetail, RecordView, Reply, Review, RowPage, Search, StoreFacts, Tie, Topic,
    Trouble, Why, WhyOf,
};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

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
    /// Show this indicator in the indicators panel.
    ShowIndicator(Kind, String),
    /// Show the neighbourhood of this indicator in the graph.
    ShowInGraph(Kind, String),
    /// Work in this case, or in all.
    Case(Option<CaseKey>),
    /// Take these files in as evidence.
    Take(Vec<std::path::PathBuf>),
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

#[derive(Debug, Default)]
struct Kept {
    reply: Option<Reply>,
    places: Option<Arc<GraphPlaces>>,
    waiting: bool,
    stale: bool,
    used: u64,
}

/// Answers by their questions.
#[derive(Debug, Default)]
pub struct Cache {
    kept: HashMap<Question, Kept>,
    frame: u64,
}

/// Entries beyond this are dropped when nobody looked at them for a while.
const KEEP: usize = 400;

impl Cache {
    /// Takes an answer in; a notice or change comes back for the window.
    pub fn take(&mut self, answer: Answer) -> Option<Notice> {
        match answer {
            Answer::Reply(question, reply) => {
                let kept = self.kept.entry(question).or_default();
                kept.waiting = false;
                kept.stale = false;
                let trouble = match &reply {
                    Reply::Failed(trouble) => Some(Notice::Failed(trouble.clone())),
                    _ => None,
                };
                match reply {
                    Reply::Places(places) => kept.places = Some(places),
                    reply => kept.reply = Some(reply),
                }
                trouble
            }
            Answer::Dropped(question) => {
                if let Some(kept) = self.kept.get_mut(&question) {
                    kept.waiting = false;
                    kept.stale = true;
                }
                None
            }
            Answer::Changed(topics) => {
                self.spoil(&topics);
                None
            }
            Answer::Told(notice) => Some(notice),
        }
    }

    /// Marks stale what rests on these topics, and forgets it where nobody looked at it lately.
    fn spoil(&mut self, topics: &[Topic]) {
        let frame = self.frame;
        self.kept.retain(|question, kept| {
            let touched = question.topics().iter().any(|topic| topics.contains(topic));
            kept.stale |= touched;
            !touched || kept.used + 2 >= frame
        });
    }

    /// Asks what was wanted in the last frame and is missing or stale, and forgets the long unused.
    pub fn settle(&mut self, wants: Vec<Question>, desk: &dyn Desk) {
        let frame = self.frame;
        for question in wants {
            let kept = self.kept.entry(question.clone()).or_default();
            kept.used = frame;
            if !kept.waiting && (kept.stale || (kept.reply.is_none() && kept.places.is_none())) {
                kept.waiting = true;
                desk.ask(question);
            }
        }
        self.frame += 1;
        if self.kept.len() > KEEP {
            self.kept.retain(|_, kept| kept.waiting || kept.used + 300 > frame);
        }
    }

    /// Whether nothing asked for is still missing, searches and layouts included.
    pub fn is_calm(&self) -> bool {
        self.kept.values().filter(|kept| kept.used + 2 >= self.frame).all(|kept| {
            let settled = match &kept.reply {
                Some(Reply::Search(search)) => search.done || search.fault.is_some(),
                Some(Reply::Graph(_)) => kept.places.as_ref().is_some_and(|places| places.calm),
                Some(_) => true,
                None => false,
            };
            settled && !kept.stale
        })
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
    cache: &'a Cache,
    wants: &'a RefCell<Vec<Question>>,
    last: Cell<Option<&'a Trouble>>,
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
            cache,
            wants,
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
        let reply = self.cache.kept.get(&question).map(|kept| &kept.reply);
        self.last.set(match reply {
            Some(Some(Reply::Failed(trouble))) => Some(trouble),
            _ => None,
        });
        self.wants.borrow_mut().push(question);
        reply
    }

    /// Why the last question read could not be answered, if so.
    pub fn last_trouble(&self) -> Option<&'a Trouble> {
        self.last.get()
    }

    /// The open store; `None` while there is none or before the first answer.
    pub fn store(&self) -> Option<&'a StoreFacts> {
        match self.get(Question::Store)?.as_ref()? {
            Reply::Store(store) => store.as_deref(),
            _ => None,
        }
    }

    /// Whether it is known that no store is open.
    pub fn no_store(&self) -> bool {
        matches!(self.get(Question::Store), Some(Some(Reply::Store(None))))
    }

    /// Where the nodes lie so far.
    pub fn places(&self, spec: &GraphSpec) -> Option<&'a GraphPlaces> {
        self.cache.kept.get(&Question::Graph(spec.clone()))?.places.as_deref()
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
    ask!(/// Commonest values of a field.
        facet(view: &RecordView, field: &str, limit: u32) -> Facet,
        Question::Facet { view: view.clone(), field: field.to_owned(), limit }, Facet);
    ask!(/// One record.
        record(evidence: EvidenceKey, row: u32) -> RecordDetail, Question::Record { evidence, row }, Record);
    ask!(/// Counts for the chips.
        indicator_counts(list: &IndicatorList) -> IndicatorCounts,
        Question::IndicatorCounts(IndicatorList { kind: None, ..list.clone() }), IndicatorCounts);
    ask!(/// A page of indicators.
        indicators(list: &IndicatorList, first: u64, count: u32) -> IndicatorPage,
        Question::Indicators { list: list.clone(), first, count }, Indicators);
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
