//! The desk the window sits at: questions and commands in, answers out, nobody waits.

use super::lane::Lane;
use super::name;
use super::work::{Asked, Ordered, Shared, lock};
use crate::model::{Instant, Ticket};
use crate::workbench::ask::{Answer, Command, Desk, JobId, JobState, Notice, Question, Said, Trouble};
use crate::workbench::{Session, clock};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Stopwatch};

/// A question that takes longer is shown as a job, and can be stopped.
const PATIENCE: Duration = Duration::from_millis(500);

/// Everything behind the window, on threads of its own.
pub struct LocalDesk {
    shared: Arc<Shared>,
    quick: Lane,
    long: Lane,
    edits: Lane,
    commands: Lane,
}

impl LocalDesk {
    /// A desk, with a store open where one is given.
    pub fn new(session: Option<Session>, operator: &str) -> std::io::Result<Self> {
        Ok(Self {
            shared: Arc::new(Shared::new(session, operator)),
            quick: Lane::start("quick", 2)?,
            long: Lane::start("long", 2)?,
            edits: Lane::start("edits", 1)?,
            commands: Lane::start("commands", 1)?,
        })
    }

    fn lane(&self, question: &Question) -> &Lane {
        if name::is_long(question) { &self.long } else { &self.quick }
    }
}

impl Desk for LocalDesk {
    fn ask(&self, question: Question) {
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let ticket = Arc::new(Ticket::new());
        lock(&self.shared.asked).push(Asked {
            number,
            question: question.clone(),
            ticket: Arc::clone(&ticket),
            began: None,
            unwanted: false,
        });
        let (shared, dropped) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        let again = question.clone();
        self.lane(&question).put(
            number,
            move || shared.answer(number, &question, &ticket),
            move || dropped.drop_question(number, again),
        );
    }

    fn unask(&self, question: &Question) {
        let numbers: Vec<u64> = {
            let mut asked = lock(&self.shared.asked);
            let mine = asked.iter_mut().filter(|asked| asked.question == *question);
            mine.map(|asked| {
                asked.unwanted = true;
                asked.ticket.cancel();
                asked.number
            })
            .collect()
        };
        for number in numbers {
            self.lane(question).take_out(number);
        }
    }

    fn command(&self, command: Command) {
        if let Command::Cancel(JobId(number)) = command {
            return self.cancel(number);
        }
        let number = self.shared.next.fetch_add(1, Ordering::Relaxed);
        let ticket = Arc::new(Ticket::new());
        let shown = name::command(&command);
        let lane = if shown.long { &self.commands } else { &self.edits };
        let name = shown.name.clone();
        lock(&self.shared.ordered).push(Ordered { number, shown, ticket: Arc::clone(&ticket), began: None });
        // The store it is meant for is the one on screen now, not one that is opened before its turn comes.
        let open = self.shared.opened();
        let (shared, dropped) = (Arc::clone(&self.shared), Arc::clone(&self.shared));
        lane.put(
            number,
            move || shared.run(number, &command, open, &ticket),
            move || dropped.drop_command(number, &name),
        );
    }

    fn poll(&mut self) -> Vec<Answer> {
        std::mem::take(&mut *lock(&self.shared.answers))
    }

    fn jobs(&self) -> Vec<JobState> {
        let ordered = lock(&self.shared.ordered);
        let commands = ordered.iter().map(|job| JobState {
            id: JobId(job.number),
            name: job.shown.name.clone(),
            done: job.ticket.state().0,
            total: job.ticket.state().1,
            measure: job.shown.measure,
            secs: job.began.map_or(0.0, |began| began.elapsed().as_secs_f64()),
            waiting: job.began.is_none(),
            cancellable: job.shown.cancellable || job.began.is_none(),
            asked: None,
            ahead: job.shown.ahead.clone(),
        });
        let asked = lock(&self.shared.asked);
        let slow = asked.iter().filter(|asked| !asked.unwanted && asked.took() > PATIENCE);
        let questions = slow.map(|asked| {
            let (name, measure) = name::question(&asked.question);
            let (done, total) = asked.ticket.state();
            JobState {
                id: JobId(asked.number),
                name,
                done,
                total,
                measure,
                secs: asked.took().as_secs_f64(),
                waiting: false,
                cancellable: true,
                asked: Some(asked.question.clone()),
                ahead: None,
            }
        });
        commands.chain(questions).collect()
    }

    fn wake_with(&mut self, wake: Arc<dyn Fn() + Send + Sync>) {
        *lock(&self.shared.wake) = Some(wake);
    }

    fn aside(&self, work: Box<dyn FnOnce() + Send>) {
        // A thread of its own: a dialog may stay open for minutes. If none can be had the dialog does not open.
        drop(std::thread::Builder::new().name("aside".into()).spawn(work));
    }

    fn now(&self) -> Instant {
        self.shared.opened().map_or_else(clock::now, |open| open.session.now())
    }
}

impl LocalDesk {
    /// Stops a job: at once if it has not begun, else at its next batch.
    fn cancel(&self, number: u64) {
        if let Some(asked) = lock(&self.shared.asked).iter().find(|asked| asked.number == number) {
            return asked.ticket.cancel();
        }
        let running = {
            let ordered = lock(&self.shared.ordered);
            let job = ordered.iter().find(|job| job.number == number);
            job.is_some_and(|job| {
                job.ticket.cancel();
                job.began.is_some()
            })
        };
        if !running {
            self.commands.take_out(number);
            self.edits.take_out(number);
        }
    }
}

impl Drop for LocalDesk {
    /// What was ordered and is quick is still done; what is long is stopped at its next batch, and the store is closed.
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Relaxed);
        lock(&self.shared.asked).iter().for_each(|asked| asked.ticket.cancel());
        lock(&self.shared.ordered).iter().filter(|job| job.shown.long).for_each(|job| job.ticket.cancel());
        for lane in [&self.quick, &self.long, &self.commands] {
            lane.clear();
        }
    }
}

impl Shared {
    fn drop_question(&self, number: u64, question: Question) {
        lock(&self.asked).retain(|asked| asked.number != number);
        self.tell_dropped(question);
    }

    fn drop_command(&self, number: u64, name: &Said) {
        lock(&self.ordered).retain(|job| job.number != number);
        let what = Said::new(format!("「{}」は実行していません", name.ja), format!("not done: {}", name.en));
        self.tell(Answer::Told(Notice::Caution(what)));
    }
}

/// Nothing can be done without a store.
pub(super) fn no_store() -> Trouble {
    Trouble { what: Said::new("事案簿が開かれていません", "no case file is open"), hint: None }
}

impl Asked {
    fn took(&self) -> Duration {
        self.began.map_or(Duration::ZERO, |began: Stopwatch| began.elapsed())
    }
}
