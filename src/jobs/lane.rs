//! A lane: a bounded queue and the named threads that empty it. Newer work of a sort replaces what still waits of it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

type Work = Box<dyn FnOnce() + Send>;

/// One piece of work: its sort, what to do, and what to do if it is replaced before it began.
struct Waiting {
    sort: Option<u64>,
    work: Work,
    dropped: Work,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    closed: bool,
}

/// Threads that take work in order.
pub(super) struct Lane {
    queue: Arc<(Mutex<Queue>, Condvar)>,
}

/// Work waiting in one lane at most; the oldest is dropped then.
const MOST: usize = 256;

fn lock(mutex: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Starts `threads` threads under a name.
    pub(super) fn start(name: &str, threads: usize) -> std::io::Result<Self> {
        let queue: Arc<(Mutex<Queue>, Condvar)> = Arc::default();
        for number in 0..threads {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || empty(&queue))?;
        }
        Ok(Self { queue })
    }

    /// Puts work at the end. Waiting work of the same sort is dropped: its asker wants the newer one.
    pub(super) fn put(
        &self,
        sort: Option<u64>,
        work: impl FnOnce() + Send + 'static,
        dropped: impl FnOnce() + Send + 'static,
    ) {
        let mut gone = Vec::new();
        {
            let mut queue = lock(&self.queue.0);
            if sort.is_some() {
                while let Some(at) = queue.waiting.iter().position(|waiting| waiting.sort == sort) {
                    gone.extend(queue.waiting.remove(at));
                }
            }
            if queue.waiting.len() >= MOST {
                gone.extend(queue.waiting.pop_front());
            }
            queue.waiting.push_back(Waiting { sort, work: Box::new(work), dropped: Box::new(dropped) });
        }
        self.queue.1.notify_one();
        gone.into_iter().for_each(|waiting| (waiting.dropped)());
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        lock(&self.queue.0).closed = true;
        self.queue.1.notify_all();
    }
}

fn empty(queue: &(Mutex<Queue>, Condvar)) {
    loop {
        let mut held = lock(&queue.0);
        let next = loop {
            if held.closed {
                return;
            }
            match held.waiting.pop_front() {
                Some(next) => break next,
                None => held = queue.1.wait(held).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(held);
        // Work tells its own panic; the lane goes on whatever happens.
        let _ = catch_unwind(AssertUnwindSafe(next.work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn newer_work_replaces_waiting_work_of_its_sort_and_a_panic_ends_nothing() {
        let lane = Lane::start("test", 1).unwrap();
        let (told, heard) = sync_channel(10);
        let (open, gate) = sync_channel::<()>(1);
        let (begun, running) = sync_channel::<()>(1);
        lane.put(
            None,
            move || {
                begun.send(()).unwrap();
                gate.recv().unwrap();
                panic!("a job fails")
            },
            || {},
        );
        running.recv().unwrap();
        for number in 0..3 {
            let (work, dropped) = (told.clone(), told.clone());
            lane.put(Some(7), move || work.send(number).unwrap(), move || dropped.send(number + 100).unwrap());
        }
        open.send(()).unwrap();
        let got: Vec<i32> = (0..3).map(|_| heard.recv().unwrap()).collect();
        assert_eq!(got, [100, 101, 2]);
    }
}
