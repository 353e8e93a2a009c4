//! Answers by their questions: each is asked once, and one that went stale stays on screen until the new one is in.

use crate::workbench::ask::{Answer, Desk, GraphPlaces, Notice, Question, Reply, Topic};
use std::collections::HashMap;
use std::sync::Arc;

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
    /// What is known on a question: nothing of it, or an answer that may not be there yet.
    pub(super) fn reply(&self, question: &Question) -> Option<&Option<Reply>> {
        self.kept.get(question).map(|kept| &kept.reply)
    }

    /// Where the nodes of a graph lie so far.
    pub(super) fn places(&self, question: &Question) -> Option<&GraphPlaces> {
        self.kept.get(question)?.places.as_deref()
    }

    /// Takes an answer in; a notice or change comes back for the window.
    pub(super) fn take(&mut self, answer: Answer) -> Option<Notice> {
        match answer {
            Answer::Reply(question, reply) => {
                let trouble = match &reply {
                    Reply::Failed(trouble) if !tells_itself(&question) => Some(Notice::Failed(trouble.clone())),
                    _ => None,
                };
                self.keep(question, reply);
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

    fn keep(&mut self, question: Question, reply: Reply) {
        if let (Question::Search(view), Reply::Search(_)) = (&question, &reply) {
            // The rows found so far may stand elsewhere now.
            let rows = |other: &Question| matches!(other, Question::Rows { view: shown, .. } if shown == view);
            self.kept.iter_mut().for_each(|(other, kept)| kept.stale |= rows(other));
        }
        let kept = self.kept.entry(question).or_default();
        let unfinished = match &reply {
            Reply::Search(search) => !search.done,
            Reply::Ahead(ahead) => !ahead.done,
            Reply::Places(places) => !places.calm,
            Reply::Graph(_) => true,
            Reply::Cases(cases) => cases.iter().any(|case| case.ties.is_none()),
            _ => false,
        };
        kept.waiting = unfinished;
        match reply {
            Reply::Places(places) => kept.places = Some(places),
            // What was known before is better than nothing.
            Reply::Stopped if kept.reply.is_some() => {}
            reply => kept.reply = Some(reply),
        }
    }

    /// Marks stale what rests on these topics, and forgets it where nobody looked at it lately. An answer still under way may
    /// have been read before the change: it stays stale when it comes in, and is asked for once more.
    fn spoil(&mut self, topics: &[Topic]) {
        let frame = self.frame;
        self.kept.retain(|question, kept| {
            let touched = question.topics().iter().any(|topic| topics.contains(topic));
            kept.stale |= touched;
            !touched || kept.waiting || kept.used + 2 >= frame
        });
    }

    /// Forgets the outcome of questions that are to be asked once more.
    pub(super) fn renew(&mut self, questions: Vec<Question>) {
        for question in questions {
            if let Some(kept) = self.kept.get_mut(&question) {
                kept.stale = true;
                kept.reply = None;
            }
        }
    }

    /// Asks what was wanted in the last frame and is missing or stale, and forgets the long unused.
    pub(super) fn settle(&mut self, wants: Vec<Question>, desk: &dyn Desk) {
        let frame = self.frame;
        let mut fresh = Vec::new();
        for question in wants {
            let kept = self.kept.entry(question.clone()).or_default();
            kept.used = frame;
            if !kept.waiting && (kept.stale || (kept.reply.is_none() && kept.places.is_none())) {
                kept.waiting = true;
                kept.stale = false;
                fresh.push(question);
            }
        }
        // A newer question takes the place of those of its family that nobody looks at any more.
        for question in &fresh {
            let older = self.kept.iter().filter(|(other, kept)| {
                kept.waiting && kept.used < frame && family(other).is_some_and(|of| Some(of) == family(question))
            });
            older.for_each(|(other, _)| desk.unask(other));
        }
        fresh.into_iter().for_each(|question| desk.ask(question));
        self.frame += 1;
        if self.kept.len() > KEEP {
            self.kept.retain(|_, kept| kept.waiting || kept.used + 300 > frame);
        }
    }

    /// Whether nothing asked for is still missing, searches and layouts included.
    pub(super) fn is_calm(&self) -> bool {
        let looked_at = self.kept.values().filter(|kept| kept.used + 2 >= self.frame);
        looked_at.into_iter().all(|kept| kept.reply.is_some() && !kept.waiting && !kept.stale)
    }
}

/// Whether the panel that asks shows in its place why there is no answer.
fn tells_itself(question: &Question) -> bool {
    use Question::{
        Ahead, Cases, Drafts, Evidence, Facet, Folder, Graph, Indicators, Record, Review, Search, Templates, Ties, Why,
    };
    matches!(
        question,
        Ahead { .. }
            | Cases
            | Evidence(_)
            | Search(_)
            | Facet { .. }
            | Templates { .. }
            | Record { .. }
            | Indicators { .. }
            | Graph(_)
            | Why(..)
            | Ties(_)
            | Review(_)
            | Drafts
            | Folder(_)
    )
}

/// Questions that one panel asks about one thing at a time.
fn family(question: &Question) -> Option<u8> {
    match question {
        Question::Search(_)
        | Question::Rows { .. }
        | Question::Histogram { .. }
        | Question::Stack { .. }
        | Question::Facet { .. }
        | Question::Templates { .. } => Some(0),
        Question::IndicatorCounts(_)
        | Question::Indicators { .. }
        | Question::Courses { .. }
        | Question::Hints { .. } => Some(1),
        Question::Sweep(_) => Some(7),
        Question::Graph(_) => Some(2),
        Question::Why(..) => Some(3),
        Question::Record { .. } => Some(4),
        Question::Review(_) => Some(5),
        Question::Ties(_) => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use crate::workbench::ask::{Command, JobState};
    use std::cell::RefCell;

    /// Writes down what it is asked.
    #[derive(Default)]
    struct Paper(RefCell<Vec<Question>>);

    impl Desk for Paper {
        fn ask(&self, question: Question) {
            self.0.borrow_mut().push(question);
        }
        fn unask(&self, _: &Question) {}
        fn command(&self, _: Command) {}
        fn poll(&mut self) -> Vec<Answer> {
            Vec::new()
        }
        fn jobs(&self) -> Vec<JobState> {
            Vec::new()
        }
        fn wake_with(&mut self, _: Arc<dyn Fn() + Send + Sync>) {}
        fn aside(&self, _: Box<dyn FnOnce() + Send>) {}
        fn now(&self) -> Instant {
            Instant(0)
        }
    }

    #[test]
    fn an_answer_read_before_a_change_is_asked_for_once_more() {
        let (mut cache, paper) = (Cache::default(), Paper::default());
        let frame = |cache: &mut Cache| {
            cache.settle(vec![Question::AuditState], &paper);
            paper.0.borrow().len()
        };
        assert_eq!(frame(&mut cache), 1);
        cache.take(Answer::Changed(vec![Topic::Audit]));
        assert_eq!(frame(&mut cache), 1, "it is under way");
        cache.take(Answer::Reply(Question::AuditState, Reply::Stopped));
        assert!(!cache.is_calm(), "it may have been read before the change");
        assert_eq!(frame(&mut cache), 2);
        cache.take(Answer::Reply(Question::AuditState, Reply::Stopped));
        assert_eq!(frame(&mut cache), 2);
        assert!(cache.is_calm());
    }

    #[test]
    fn an_old_answer_that_comes_when_nobody_looks_is_not_taken_for_a_new_one() {
        let (mut cache, paper) = (Cache::default(), Paper::default());
        cache.settle(vec![Question::AuditState], &paper);
        (0..9).for_each(|_| cache.settle(Vec::new(), &paper));
        cache.take(Answer::Changed(vec![Topic::Audit]));
        cache.take(Answer::Reply(Question::AuditState, Reply::Stopped));
        cache.settle(vec![Question::AuditState], &paper);
        assert_eq!(paper.0.borrow().len(), 2);
    }
}
