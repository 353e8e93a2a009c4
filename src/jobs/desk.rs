//! The desk the window sits at: questions and commands in, answers out, nobody waits.

use super::lane::Lane;
use crate::model::{Instant, Ticket};
use crate::workbench::answer::{Answers, carry_out};
use crate::workbench::ask::{Answer, Command, Desk, JobId, JobState, Notice, Question, Reply, Said, Topic, Trouble};
use crate::workbench::{Error, Session, clock, demo, heads, session, settings};
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::mem::discriminant;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant as Stopwatch;

type Wake = Arc<dyn Fn() + Send + Sync>;

/// Everything behind the window, on threads of its own.
pub struct LocalDesk {
    shared: Arc<Shared>,
    questions: Lane,
    commands: Lane,
}

struct Shared {
    open: RwLock<Option<Arc<Answers>>>,
    answers: Mutex<Vec<Answer>>,
    jobs: Mutex<Vec<Running>>,
    wake: Mutex<Option<Wake>>,
    operator: Mutex<String>,
    next: AtomicU64,
}

struct Running {
    id: JobId,
    name: Said,
    ticket: Arc<Ticket>,
    began: Stopwatch,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn tell(&self, answer: Answer) {
        lock(&self.answers).push(answer);
        if let Some(wake) = lock(&self.wake).as_ref() {
            wake();
        }
    }

    fn opened(&self) -> Option<Arc<Answers>> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, session: Option<Session>) {
        let fresh = session.map(|session| Arc::new(Answers::new(session, true)));
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        use Topic::{Audit, Cases, Evidence, Exports, Indicators, Received, Store, Tags};
        self.tell(Answer::Changed(vec![Store, Cases, Evidence, Tags, Indicators, Exports, Received, Audit]));
    }

    fn reply(&self, question: &Question) {
        let reply = |body| Answer::Reply(question.clone(), body);
        let Some(open) = self.opened() else {
            let body = if *question == Question::Store { Reply::Store(None) } else { Reply::Failed(no_store()) };
            return self.tell(reply(body));
        };
        let ticket = Ticket::new();
        let work = || open.reply(question, &ticket, &mut |partial| self.tell(reply(partial)));
        let body = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(body)) => body,
            Ok(Err(err)) => Reply::Failed(Trouble::of(&err)),
            Err(_) => Reply::Failed(broke()),
        };
        self.tell(reply(body));
    }

    fn run(&self, id: JobId, command: &Command, ticket: &Ticket) {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.carry(command, ticket)));
        lock(&self.jobs).retain(|job| job.id != id);
        match outcome {
            Ok(Ok(())) => {}
            Ok(Err(Error::Cancelled)) => self.tell(Answer::Told(Notice::Done(Said::new("中止しました", "cancelled")))),
            Ok(Err(err)) => self.tell(Answer::Told(Notice::Failed(Trouble::of(&err)))),
            Err(_) => self.tell(Answer::Told(Notice::Failed(broke()))),
        }
        if let Some(open) = self.opened() {
            // Whatever happened, evidence may be there in part.
            open.forget(&[Topic::Evidence]);
        }
        self.tell(Answer::Changed(vec![Topic::Evidence]));
    }

    fn carry(&self, command: &Command, ticket: &Ticket) -> Result<(), Error> {
        let operator = lock(&self.operator).clone();
        match command {
            Command::OpenStore(path) => {
                let session = Session::open(path, crate::workbench::Mode::Write, &operator, None)?;
                let missing = heads::greet(&session)?;
                self.set(Some(session));
                if let Some(said) = missing {
                    self.tell(Answer::Told(Notice::Caution(said)));
                }
            }
            Command::NewStore { path, unit } => self.set(Some(Session::create(path, unit.path(), &operator, None)?)),
            Command::StartTraining => {
                let dir = settings::fresh_training_dir(clock::now())?;
                let training = demo::run(&dir, None, ticket, &mut |step| {
                    self.tell(Answer::Told(Notice::Done(Said::new(step.ja, step.en))))
                })?;
                self.set(Some(Session::open(&training.first, crate::workbench::Mode::Write, &operator, None)?));
            }
            Command::SignIn { operator } => {
                operator.clone_into(&mut lock(&self.operator));
                if let Some(open) = self.opened() {
                    let mut session = open.session.clone();
                    session.operator.clone_from(operator);
                    self.set(Some(session));
                }
            }
            Command::SaveUi(text) => settings::save_ui(text)?,
            Command::Cancel(_) => {}
            other => {
                let open = match self.opened() {
                    Some(open) => open,
                    None => {
                        // Dropped evidence needs no ceremony: a store for work at hand is made first.
                        let path = settings::fresh_store_path(clock::now())?;
                        self.set(Some(Session::create(&path, session::UNSET_UNIT, &operator, None)?));
                        self.opened().ok_or(Error::Cancelled)?
                    }
                };
                let outcome = carry_out(&open, other, ticket)?;
                open.forget(&outcome.changed);
                heads::remember(&open.session)?;
                self.tell(Answer::Changed(outcome.changed));
                outcome.notices.into_iter().for_each(|notice| self.tell(Answer::Told(notice)));
            }
        }
        Ok(())
    }
}

fn no_store() -> Trouble {
    Trouble { what: Said::new("事案ファイルが開かれていません", "no case file is open"), hint: None }
}

fn broke() -> Trouble {
    Trouble {
        what: Said::new("内部の誤りで処理が止まりました", "an internal fault stopped this"),
        hint: Some(Said::new("確定済みの内容は失われていません", "nothing committed is lost")),
    }
}

impl LocalDesk {
    /// A desk, with a store open where one is given.
    pub fn new(session: Option<Session>, operator: &str) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            open: RwLock::new(session.map(|session| Arc::new(Answers::new(session, true)))),
            answers: Mutex::default(),
            jobs: Mutex::default(),
            wake: Mutex::default(),
            operator: Mutex::new(operator.to_owned()),
            next: AtomicU64::new(1),
        });
        Ok(Self { shared, questions: Lane::start("question", 2)?, commands: Lane::start("command", 1)? })
    }

    /// Runs one command and waits for it; for starting up with something to do.
    pub fn open_now(&self, path: &Path) {
        self.command(Command::OpenStore(path.to_owned()));
    }
}

/// Questions of one sort replace each other; those that fill several places at once do not.
fn sort(question: &Question) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    match question {
        Question::Rows { .. } | Question::Facet { .. } | Question::Indicators { .. } | Question::Audit { .. } => {
            return None;
        }
        other => discriminant(other).hash(&mut hasher),
    }
    Some(hasher.finish())
}

fn name(command: &Command) -> (Said, bool) {
    match command {
        Command::AddEvidence { paths, .. } => {
            let name = paths
                .first()
                .and_then(|path| path.file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            (Said::new(format!("取込 {name}"), format!("Taking in {name}")), true)
        }
        Command::VerifyEvidence(_) => (Said::new("同一性確認", "Hash check"), true),
        Command::StartTraining => (Said::new("訓練の準備", "Preparing the training"), false),
        Command::Draft { .. } => (Said::new("起案", "Drafting"), false),
        Command::Receive { .. } => (Said::new("受領", "Receiving"), false),
        Command::ImportList { .. } => (Said::new("一覧の取込", "Taking in a list"), false),
        _ => (Said::new("処理", "Working"), false),
    }
}

impl Desk for LocalDesk {
    fn ask(&self, question: Question) {
        let (shared, dropped) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        let again = question.clone();
        self.questions.put(
            sort(&question),
            move || shared.reply(&question),
            move || dropped.tell(Answer::Dropped(again)),
        );
    }

    fn command(&self, command: Command) {
        if let Command::Cancel(id) = command {
            lock(&self.shared.jobs).iter().filter(|job| job.id == id).for_each(|job| job.ticket.cancel());
            return;
        }
        let id = JobId(self.shared.next.fetch_add(1, Ordering::Relaxed));
        let ticket = Arc::new(Ticket::new());
        let (text, _) = name(&command);
        lock(&self.shared.jobs).push(Running { id, name: text, ticket: Arc::clone(&ticket), began: Stopwatch::now() });
        let shared = Arc::clone(&self.shared);
        self.commands.put(None, move || shared.run(id, &command, &ticket), || {});
    }

    fn poll(&mut self) -> Vec<Answer> {
        std::mem::take(&mut *lock(&self.shared.answers))
    }

    fn jobs(&self) -> Vec<JobState> {
        let jobs = lock(&self.shared.jobs);
        let states = jobs.iter().map(|job| {
            let (done, total) = job.ticket.state();
            JobState {
                id: job.id,
                name: job.name.clone(),
                done,
                total,
                bytes: true,
                secs: job.began.elapsed().as_secs_f64(),
                cancellable: true,
            }
        });
        states.collect()
    }

    fn wake_with(&mut self, wake: Wake) {
        *lock(&self.shared.wake) = Some(wake);
    }

    fn aside(&self, work: Box<dyn FnOnce() + Send>) {
        // A thread of its own: a dialog may stay open for minutes. If none can be had the dialog does not open.
        let _ = std::thread::Builder::new().name("aside".into()).spawn(work);
    }

    fn now(&self) -> Instant {
        self.shared.opened().map_or_else(clock::now, |open| open.session.now())
    }
}
