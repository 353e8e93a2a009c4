//! A lane: a bounded queue and the named threads that empty it.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

type Work = Box<dyn FnOnce() + Send>;

/// One piece of work: its number, what to do, and what to do if it is taken out before it began.
struct Waiting {
    number: u64,
    work: Work,
    dropped: Work,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    closed: bool,
}

type Shared = (Mutex<Queue>, Condvar);

/// Threads that take work in order. Dropping a lane lets them finish what waits, and waits for them.
pub(super) struct Lane {
    queue: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Work waiting in one lane at most; the oldest is dropped then.
const MOST: usize = 4096;

fn lock(mutex: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Starts `threads` threads under a name.
    pub(super) fn start(name: &str, threads: usize) -> std::io::Result<Self> {
        let mut lane = Self { queue: Arc::default(), threads: Vec::new() };
        for number in 0..threads {
            let queue = Arc::clone(&lane.queue);
            lane.threads
                .push(std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || empty(&queue))?);
        }
        Ok(lane)
    }

    /// Puts work at the end.
    pub(super) fn put(
        &self,
        number: u64,
        work: impl FnOnce() + Send + 'static,
        dropped: impl FnOnce() + Send + 'static,
    ) {
        let oldest = {
            let mut queue = lock(&self.queue.0);
            queue.waiting.push_back(Waiting { number, work: Box::new(work), dropped: Box::new(dropped) });
            if queue.waiting.len() > MOST { queue.waiting.pop_front() } else { None }
        };
        self.queue.1.notify_one();
        if let Some(oldest) = oldest {
            (oldest.dropped)();
        }
    }

    /// Takes work out that has not begun; tells whether it was still there.
    pub(super) fn take_out(&self, number: u64) -> bool {
        let found = {
            let mut queue = lock(&self.queue.0);
            let at = queue.waiting.iter().position(|waiting| waiting.number == number);
            at.and_then(|at| queue.waiting.remove(at))
        };
        found.map(|waiting| (waiting.dropped)()).is_some()
    }

    /// Takes everything out that has not begun.
    pub(super) fn clear(&self) {
        lock(&self.queue.0).waiting.clear();
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        lock(&self.queue.0).closed = true;
        self.queue.1.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has told so where it could; there is nothing left to wait for.
            drop(thread.join());
        }
    }
}

fn empty(queue: &Shared) {
    loop {
        let mut held = lock(&queue.0);
        let next = loop {
            match held.waiting.pop_front() {
                Some(next) => break next,
                None if held.closed => return,
                None => held = queue.1.wait(held).unwrap_or_else(PoisonError::into_inner),
            }
        };
        drop(held);
        // Work tells its own panic; the lane goes on whatever happens.
        drop(catch_unwind(AssertUnwindSafe(next.work)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::sync_channel;

    #[test]
    fn work_that_waits_can_be_taken_out_and_a_panic_ends_nothing() {
        let lane = Lane::start("test", 1).unwrap();
        let (told, heard) = sync_channel(10);
        let (open, gate) = sync_channel::<()>(1);
        let (begun, running) = sync_channel::<()>(1);
        let first = move || {
            begun.send(()).unwrap();
            gate.recv().unwrap();
            panic!("a job fails")
        };
        lane.put(0, first, || {});
        running.recv().unwrap();
        for number in 1..=3 {
            let (work, dropped) = (told.clone(), told.clone());
            lane.put(number, move || work.send(number).unwrap(), move || dropped.send(number + 100).unwrap());
        }
        assert!(lane.take_out(2) && !lane.take_out(2) && !lane.take_out(0));
        open.send(()).unwrap();
        let got: Vec<u64> = (0..3).map(|_| heard.recv().unwrap()).collect();
        assert_eq!(got, [102, 1, 3]);
    }

    #[test]
    fn what_waits_when_a_lane_is_dropped_is_still_done() {
        let lane = Lane::start("test", 1).unwrap();
        let (told, heard) = sync_channel(100);
        for number in 0..50 {
            let told = told.clone();
            lane.put(number, move || told.send(number).unwrap(), || {});
        }
        drop(lane);
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), (0..50).collect::<Vec<_>>());
    }
}
