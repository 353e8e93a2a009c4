//! A desk that answers from invented data: documentation addresses, invented people, up to 50 million records computed
//! on the fly. For tests, measurements and pictures of the window; the product never sees it.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::wildcard_imports,
    clippy::manual_checked_ops,
    reason = "a test helper shared by several targets"
)]

mod records;
pub mod things;

use itoguchi::model::{CaseKey, Id, Instant, Role, Text, Unit};
use itoguchi::workbench::ask::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// No store is open.
    None,
    /// A store without anything.
    Empty,
    /// A few of everything.
    Small,
    /// 50 million records.
    Huge,
}

/// 2026-04-02T14:05:00+09:00.
pub const NOW: Instant = Instant(1_775_106_300_000_000_000);

/// What was ordered, for tests to look at.
pub type Orders = Arc<Mutex<Vec<Command>>>;

/// The desk.
pub struct Double {
    size: Size,
    answers: RefCell<Vec<Answer>>,
    orders: Orders,
    roles: RefCell<BTreeMap<String, Option<Role>>>,
    settled: RefCell<things::Settled>,
    tags: RefCell<BTreeMap<u32, Vec<String>>>,
    jobs: Vec<JobState>,
    nodes: u32,
    national: bool,
    /// Set from outside: another store is opened at the next poll.
    other: Arc<AtomicBool>,
    moved: bool,
    wake: Option<Arc<dyn Fn() + Send + Sync>>,
}

impl Double {
    pub fn new(size: Size) -> Self {
        Self {
            size,
            answers: RefCell::default(),
            orders: Orders::default(),
            roles: RefCell::default(),
            settled: RefCell::default(),
            tags: RefCell::default(),
            jobs: Vec::new(),
            nodes: 60,
            national: false,
            other: Arc::default(),
            moved: false,
            wake: None,
        }
    }

    pub fn orders(&self) -> Orders {
        Arc::clone(&self.orders)
    }

    /// Opens another store once it is set.
    pub fn other(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.other)
    }

    /// With an import under way.
    pub fn busy(mut self) -> Self {
        self.jobs.push(JobState {
            id: JobId(1),
            name: Said::new("取込 access.log", "Import access.log"),
            done: 640_000_000,
            total: 1_050_000_000,
            measure: Measure::Bytes,
            secs: 2.1,
            cancellable: true,
            ..JobState::default()
        });
        self
    }

    /// With a large file being taken in.
    pub fn taking_in(mut self) -> Self {
        let ahead = Question::Ahead { paths: vec!["/evidence/access.log".into()], read_as: ReadAs::default() };
        self = self.busy();
        self.jobs[0].ahead = Some(ahead);
        self
    }

    /// With a message on screen.
    pub fn telling(self, notice: Notice) -> Self {
        self.answers.borrow_mut().push(Answer::Told(notice));
        self
    }

    /// With a graph of so many nodes.
    pub fn nodes(mut self, nodes: u32) -> Self {
        self.nodes = nodes;
        self
    }

    /// With a store of the national unit.
    pub fn national(mut self) -> Self {
        self.national = true;
        self
    }

    fn store(&self) -> Option<Arc<StoreFacts>> {
        (self.size != Size::None).then(|| {
            Arc::new(StoreFacts {
                path: "/home/yamada/cases/r8-42.itoguchi".into(),
                id: if self.moved { "s2222222222222222" } else { "s7k3m9qx2a4b5c6d7" }.into(),
                unit: Unit::from_path(if self.national { "00/special" } else { "11/soumu" }).unwrap(),
                unit_name: Said::new("埼玉県警察", "Saitama Prefectural Police"),
                unit_open: false,
                operator: "山田警部補".into(),
                writable: true,
                training: self.size != Size::Huge,
                verified: if self.size == Size::Empty { (0, 0) } else { (12, 12) },
                undo: Some(Text::new("役割の設定", "set role")),
                redo: None,
                edits: 1,
            })
        })
    }

    fn reply(&self, question: &Question) -> Reply {
        let some = !matches!(self.size, Size::None | Size::Empty);
        match question {
            Question::Store => Reply::Store(self.store()),
            Question::Kinds => Reply::Kinds(Arc::new(things::kinds())),
            Question::Cases => Reply::Cases(Arc::new(if some { things::cases() } else { vec![] })),
            Question::Evidence(_) => Reply::Evidence(Arc::new(if some { things::evidence() } else { vec![] })),
            Question::Search(view) => Reply::Search(Arc::new(records::search(self.total(), view))),
            Question::Rows { view, first, count } => {
                let tags = self.tags.borrow();
                Reply::Rows(Arc::new(records::page(self.total(), view, *first, *count, &tags)))
            }
            Question::Histogram { bars, .. } => Reply::Histogram(Arc::new(records::histogram(self.total(), *bars))),
            Question::Stack { bars, values, .. } => {
                Reply::Stack(Arc::new(records::stack(self.total(), *bars, values.len())))
            }
            Question::Facet { field, limit, .. } => Reply::Facet(Arc::new(records::facet(self.total(), field, *limit))),
            Question::Templates { .. } => Reply::Templates(Arc::new(records::templates(some))),
            Question::Ahead { .. } => Reply::Ahead(Arc::new(records::ahead(10_000))),
            Question::Searches => Reply::Searches(Arc::new(if some { things::searches() } else { vec![] })),
            Question::Record { evidence, row } => {
                let (tags, settled) = (self.tags.borrow(), self.settled.borrow());
                Reply::Record(Arc::new(records::detail(*evidence, *row, &tags, &settled)))
            }
            Question::IndicatorCounts(_) => Reply::IndicatorCounts(Arc::new(things::counts(self.indicators()))),
            Question::Indicators { list, first, count } => Reply::Indicators(Arc::new(things::indicators(
                self.indicators(),
                list,
                *first,
                *count,
                (&self.roles.borrow(), &self.settled.borrow()),
            ))),
            Question::Courses { first, count, .. } => {
                let bar = |at: u64, bar: u64| (mix(at * 24 + bar) % 9) as u32 * u32::from(!bar.is_multiple_of(3));
                let row = |at: u64| (0..24).map(|number| bar(at, number)).collect();
                Reply::Courses(Arc::new((*first..first + u64::from(*count)).map(row).collect()))
            }
            Question::Hints { first, count, .. } => {
                let hint = |at: u64| at.is_multiple_of(4).then(things::hint);
                Reply::Hints(Arc::new((*first..first + u64::from(*count)).map(hint).collect()))
            }
            Question::Sweep(text) => Reply::Sweep(Arc::new(things::sweep(text.text()))),
            Question::Graph(spec) => Reply::Graph(Arc::new(things::graph(if some { self.nodes } else { 0 }, spec))),
            Question::Why(..) => Reply::Why(Arc::new(things::why())),
            Question::Ties(_) => Reply::Ties(Arc::new(if some { things::ties() } else { vec![] })),
            Question::ExportChoices => Reply::ExportChoices(Arc::new(things::choices(self.national))),
            Question::Review(_) => Reply::Review(Arc::new(things::review())),
            Question::Drafts => Reply::Drafts(Arc::new(if some { things::drafts() } else { vec![] })),
            Question::Received => Reply::Received(Arc::new(if some { things::received() } else { vec![] })),
            Question::AuditState => Reply::AuditState(Arc::new(things::audit_state(some))),
            Question::Folder(_) => Reply::Folder(Arc::default()),
            Question::Audit { first, count } => {
                Reply::Audit(Arc::new(things::audit(if some { 1204 } else { 1 }, *first, *count)))
            }
        }
    }

    fn total(&self) -> u64 {
        match self.size {
            Size::None | Size::Empty => 0,
            Size::Small => 12_481,
            Size::Huge => 50_000_000,
        }
    }

    fn indicators(&self) -> u64 {
        match self.size {
            Size::None | Size::Empty => 0,
            Size::Small => 240,
            Size::Huge => 2_000_000,
        }
    }

    fn say(&self, answer: Answer) {
        self.answers.borrow_mut().push(answer);
        if let Some(wake) = &self.wake {
            wake();
        }
    }
}

impl Desk for Double {
    fn ask(&self, question: Question) {
        let reply = self.reply(&question);
        let places = match (&question, &reply) {
            (Question::Graph(_), Reply::Graph(data)) => Some(things::places(data)),
            _ => None,
        };
        self.say(Answer::Reply(question.clone(), reply));
        if let Some(places) = places {
            self.say(Answer::Reply(question, Reply::Places(Arc::new(places))));
        }
    }

    fn unask(&self, _question: &Question) {}

    fn command(&self, command: Command) {
        match &command {
            Command::SetRole { values, role, .. } => {
                for (_, value) in values {
                    self.roles.borrow_mut().insert(value.clone(), *role);
                }
                self.say(Answer::Changed(vec![Topic::Indicators, Topic::Audit]));
            }
            Command::Settle { value, kind, reason } => {
                let said = kind.map(|kind| (kind, reason.clone()));
                self.settled.borrow_mut().insert(value.clone(), said);
                self.say(Answer::Changed(vec![Topic::Indicators, Topic::Audit]));
            }
            Command::Undo => {
                self.roles.borrow_mut().clear();
                self.settled.borrow_mut().clear();
                self.say(Answer::Changed(vec![Topic::Indicators, Topic::Audit]));
            }
            Command::Tag { rows: RowPick::Rows(rows), name, on: true } => {
                for (_, row) in rows {
                    self.tags.borrow_mut().entry(*row).or_default().push(name.clone());
                }
                self.say(Answer::Changed(vec![Topic::Tags, Topic::Audit]));
            }
            _ => {}
        }
        self.orders.lock().unwrap().push(command);
    }

    fn poll(&mut self) -> Vec<Answer> {
        if self.other.swap(false, Ordering::Relaxed) {
            self.moved = true;
            self.say(Answer::Changed(vec![Topic::Store]));
        }
        self.answers.take()
    }

    fn jobs(&self) -> Vec<JobState> {
        self.jobs.clone()
    }

    fn wake_with(&mut self, wake: Arc<dyn Fn() + Send + Sync>) {
        self.wake = Some(wake);
    }

    fn aside(&self, _work: Box<dyn FnOnce() + Send>) {}

    fn now(&self) -> Instant {
        NOW
    }
}

pub fn id(noun: char, seed: u64) -> Id {
    let mut random = [0; 10];
    for (at, byte) in random.iter_mut().enumerate() {
        *byte = mix(seed * 16 + at as u64).to_le_bytes()[0];
    }
    Id::from_random(noun, random)
}

/// A number that looks random and is always the same.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub fn case(number: i64) -> CaseKey {
    CaseKey(number)
}
