//! What the threads share, and what they do with a question and a command.

use super::desk::no_store;
use super::name::Shown;
use crate::model::Ticket;
use crate::workbench::answer::{Answers, ahead, carry_out, folder};
use crate::workbench::ask::{Ahead, Answer, Command, Notice, Question, ReadAs, Reply, Said, Topic, Trouble};
use crate::workbench::{Error, Mode, Session, clock, demo, heads, session, settings};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant as Stopwatch};

pub(super) type Wake = Arc<dyn Fn() + Send + Sync>;

/// Whoever waited longer for an answer is told when it is there.
const LONG_WAIT: Duration = Duration::from_secs(5);
/// Partial answers are told at most this often.
const BEAT: Duration = Duration::from_millis(100);

/// Bytes of a file whose import takes long.
const LARGE: u64 = 1 << 20;
/// How long an import waits to be looked ahead at, and for the look ahead to end.
const NOTICE: Duration = Duration::from_millis(60);
const LOOK_AHEAD: Duration = Duration::from_millis(400);

/// What the threads share.
pub(super) struct Shared {
    open: RwLock<Option<Arc<Answers>>>,
    pub(super) answers: Mutex<Vec<Answer>>,
    pub(super) asked: Mutex<Vec<Asked>>,
    pub(super) ordered: Mutex<Vec<Ordered>>,
    pub(super) wake: Mutex<Option<Wake>>,
    pub(super) next: AtomicU64,
    pub(super) closing: AtomicBool,
    who: Mutex<Who>,
}

/// Who works here, as stated before there was a store.
struct Who {
    operator: String,
    unit: Option<String>,
}

/// A question under way or waiting.
pub(super) struct Asked {
    pub(super) number: u64,
    pub(super) question: Question,
    pub(super) ticket: Arc<Ticket>,
    pub(super) began: Option<Stopwatch>,
    /// Nobody looks at the answer any more.
    pub(super) unwanted: bool,
}

/// A command under way or waiting.
pub(super) struct Ordered {
    pub(super) number: u64,
    pub(super) shown: Shown,
    pub(super) ticket: Arc<Ticket>,
    pub(super) began: Option<Stopwatch>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(session: Option<Session>, operator: &str) -> Self {
        Self {
            open: RwLock::new(session.map(|session| Arc::new(Answers::new(session)))),
            answers: Mutex::default(),
            asked: Mutex::default(),
            ordered: Mutex::default(),
            wake: Mutex::default(),
            next: AtomicU64::new(1),
            closing: AtomicBool::new(false),
            who: Mutex::new(Who { operator: operator.to_owned(), unit: None }),
        }
    }

    pub(super) fn tell(&self, answer: Answer) {
        lock(&self.answers).push(answer);
        if let Some(wake) = lock(&self.wake).as_ref() {
            wake();
        }
    }

    pub(super) fn opened(&self) -> Option<Arc<Answers>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, session: Session) {
        let fresh = Arc::new(Answers::new(session));
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
        use Topic::{Audit, Cases, Evidence, Exports, Indicators, Received, Store, Tags};
        self.tell(Answer::Changed(vec![Store, Cases, Evidence, Tags, Indicators, Exports, Received, Audit]));
    }

    /// Answers a question on this thread.
    pub(super) fn answer(&self, number: u64, question: &Question, ticket: &Ticket) {
        let began = Stopwatch::now();
        if let Some(asked) = lock(&self.asked).iter_mut().find(|asked| asked.number == number) {
            asked.began = Some(began);
        }
        let reply = self.reply(question, ticket);
        let unwanted = {
            let mut asked = lock(&self.asked);
            let at = asked.iter().position(|asked| asked.number == number);
            at.map(|at| asked.swap_remove(at)).is_some_and(|asked| asked.unwanted)
        };
        if self.closing.load(Ordering::Relaxed) {
            return;
        }
        if began.elapsed() > LONG_WAIT && !unwanted && !matches!(reply, Reply::Stopped | Reply::Failed(_)) {
            let name = super::name::question(question).0;
            let said = Said::new(format!("「{}」が終わりました", name.ja), format!("done: {}", name.en));
            self.tell(Answer::Told(Notice::Done(said)));
        }
        match reply {
            Reply::Stopped if unwanted => self.tell_dropped(question.clone()),
            reply => self.tell(Answer::Reply(question.clone(), reply)),
        }
    }

    /// Tells that a question was dropped, unless it was asked again in the meantime.
    pub(super) fn tell_dropped(&self, question: Question) {
        if !lock(&self.asked).iter().any(|asked| asked.question == question && !asked.unwanted) {
            self.tell(Answer::Dropped(question));
        }
    }

    fn reply(&self, question: &Question, ticket: &Ticket) -> Reply {
        if let Question::Folder(path) = question {
            return folder(path)
                .map_or_else(|err| Reply::Failed(Trouble::of(&err)), |folder| Reply::Folder(Arc::new(folder)));
        }
        if let Question::Ahead { paths, read_as } = question {
            return self.ahead(question, (paths, read_as), ticket);
        }
        let Some(open) = self.opened() else {
            return if *question == Question::Store { Reply::Store(None) } else { Reply::Failed(no_store()) };
        };
        let mut last: Option<Stopwatch> = None;
        let mut emit = |partial: Reply| {
            // The first partial answer is the one waited for; the others would only flood the window.
            if last.is_none_or(|last| last.elapsed() >= BEAT) {
                last = Some(Stopwatch::now());
                self.tell(Answer::Reply(question.clone(), partial));
            }
        };
        let work = || open.reply(question, ticket, &mut emit);
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) if ticket.is_cancelled() => Reply::Stopped,
            Ok(Err(err)) => Reply::Failed(Trouble::of(&err)),
            Err(_) => Reply::Failed(broke()),
        }
    }

    /// The look ahead at files needs no store: one may be in the making for them.
    fn ahead(&self, question: &Question, (paths, read_as): (&[PathBuf], &ReadAs), ticket: &Ticket) -> Reply {
        let mut emit = |part: Ahead| self.tell(Answer::Reply(question.clone(), Reply::Ahead(Arc::new(part))));
        match catch_unwind(AssertUnwindSafe(|| ahead(paths, read_as, ticket, &mut emit))) {
            Ok(Ok(found)) => Reply::Ahead(Arc::new(found)),
            Ok(Err(_)) if ticket.is_cancelled() => Reply::Stopped,
            Ok(Err(err)) => Reply::Failed(Trouble::of(&err)),
            Err(_) => Reply::Failed(broke()),
        }
    }

    /// Carries out a command on this thread.
    pub(super) fn run(&self, number: u64, command: &Command, open: Option<Arc<Answers>>, ticket: &Ticket) {
        if let Some(job) = lock(&self.ordered).iter_mut().find(|job| job.number == number) {
            job.began = Some(Stopwatch::now());
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| self.carry(command, open, ticket)));
        lock(&self.ordered).retain(|job| job.number != number);
        let failed = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(_)) if ticket.is_cancelled() => Some(Notice::Done(Said::new("中止しました", "stopped"))),
            Ok(Err(err)) => Some(Notice::Failed(Trouble::of(&err))),
            Err(_) => Some(Notice::Failed(broke())),
        };
        if let Some(notice) = failed {
            // Evidence may be there in part.
            self.changed(&[Topic::Evidence, Topic::Audit]);
            self.tell(Answer::Told(notice));
        }
    }

    fn changed(&self, topics: &[Topic]) {
        if topics.is_empty() {
            return;
        }
        if let Some(open) = self.opened() {
            open.forget(topics);
        }
        self.tell(Answer::Changed(topics.to_vec()));
    }

    fn carry(&self, command: &Command, open: Option<Arc<Answers>>, ticket: &Ticket) -> Result<(), Error> {
        let operator = lock(&self.who).operator.clone();
        match command {
            Command::OpenStore(path) => {
                let session = Session::open(path, Mode::Write, &operator, None)?;
                let missing = heads::greet(&session)?;
                self.set(session);
                if let Some(said) = missing {
                    self.tell(Answer::Told(Notice::Caution(said)));
                }
            }
            Command::NewStore { path, unit } => self.set(Session::create(path, unit.path(), &operator, None)?),
            Command::StartTraining => self.train(&operator, ticket)?,
            Command::SignIn { operator } => self.sign_in(operator),
            Command::SetUnit(unit) => match &open {
                Some(open) => {
                    session::claim(&open.session, unit)?;
                    self.changed(&[Topic::Store, Topic::Cases, Topic::Audit, Topic::Exports]);
                }
                None => lock(&self.who).unit = Some(unit.path().to_owned()),
            },
            Command::SaveUi(text) => settings::save_ui(text)?,
            Command::Cancel(_) => {}
            other => {
                let open = open.or_else(|| self.opened()).map_or_else(|| self.make_store(&operator), Ok)?;
                self.give_way(other, ticket);
                let outcome = carry_out(&open, other, ticket)?;
                self.changed(&outcome.changed);
                outcome.notices.into_iter().for_each(|notice| self.tell(Answer::Told(notice)));
                heads::remember(&open.session)?;
            }
        }
        Ok(())
    }

    /// An import takes every core. Before a large one begins, what the window looks ahead at is read, so that its first
    /// records are on screen at once.
    fn give_way(&self, command: &Command, ticket: &Ticket) {
        let Command::AddEvidence { paths, read_as, .. } = command else { return };
        let large = |path: &PathBuf| path.metadata().is_ok_and(|data| data.is_dir() || data.len() > LARGE);
        if !paths.iter().any(large) {
            return;
        }
        let question = Question::Ahead { paths: paths.clone(), read_as: read_as.clone() };
        let (began, mut seen) = (Stopwatch::now(), false);
        while !ticket.is_cancelled() && began.elapsed() < if seen { LOOK_AHEAD } else { NOTICE } {
            let open = lock(&self.asked).iter().any(|asked| asked.question == question);
            if seen && !open {
                return;
            }
            seen |= open;
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Dropped evidence needs no ceremony: a store for work at hand is made first.
    fn make_store(&self, operator: &str) -> Result<Arc<Answers>, Error> {
        let path = settings::fresh_store_path(clock::now())?;
        let unit = lock(&self.who).unit.clone().unwrap_or_else(|| session::UNSET_UNIT.to_owned());
        self.set(Session::create(&path, &unit, operator, None)?);
        self.opened().ok_or(Error::Cancelled)
    }

    fn train(&self, operator: &str, ticket: &Ticket) -> Result<(), Error> {
        let dir = settings::fresh_training_dir(clock::now())?;
        let training = demo::run(&dir, None, ticket, &mut |_| {})?;
        self.set(Session::open(&training.first, Mode::Write, operator, None)?);
        let place = dir.display();
        let said = Said::new(
            format!("訓練を用意しました。全国側と相手県の事案簿もあります: {place}"),
            format!("training is ready; the national and the other prefecture's files are in {place}"),
        );
        self.tell(Answer::Told(Notice::Done(said)));
        Ok(())
    }

    fn sign_in(&self, operator: &str) {
        operator.clone_into(&mut lock(&self.who).operator);
        if let Some(open) = self.opened() {
            // Nobody takes back what somebody else stated.
            open.session.store.forget_history();
            let mut session = open.session.clone();
            operator.clone_into(&mut session.operator);
            self.set(session);
        }
    }
}

fn broke() -> Trouble {
    Trouble {
        what: Said::new("内部の誤りで処理が止まりました", "an internal fault stopped this"),
        hint: Some(Said::new("確定済みの内容は失われていません", "nothing committed is lost")),
    }
}
