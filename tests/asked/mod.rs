//! Questions put to the desk as the window puts them.

use itoguchi::jobs::LocalDesk;
use itoguchi::workbench::ask::{Answer, Desk as _, Question, Reply};

/// What the window is answered.
pub(super) fn asked(desk: &mut LocalDesk, question: &Question) -> Reply {
    desk.ask(question.clone());
    let began = std::time::Instant::now();
    loop {
        for answer in desk.poll() {
            if let Answer::Reply(of, reply) = answer
                && of == *question
            {
                return reply;
            }
        }
        assert!(began.elapsed().as_secs() < 60, "no answer to {question:?}");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}
