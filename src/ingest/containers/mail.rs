//! What is attached to mails, with its transfer encoding undone: the bytes the sender attached, so that their hashes are those
//! of his file. In a mailbox a name begins with the number of its mail.

use super::{Container, Marked, Member, Opening, Problem, Unpacked, Visit};
use crate::ingest::formats::Mbox;
use crate::ingest::frames::{Frames as _, Look, MAX_FRAME, Next};
use crate::ingest::mime::{self, Attachment};
use crate::model::evidence::ReadingForm;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

/// Mails and mailboxes.
#[derive(Debug)]
pub(super) struct Mail;

/// Bytes read at once.
const STEP: u64 = 4 << 20;
/// Longest mail taken apart.
const LONGEST: usize = 512 << 20;

impl Container for Mail {
    fn name(&self) -> &'static str {
        "mail"
    }

    fn media_type(&self) -> &'static str {
        "message/rfc822"
    }

    /// Mails are read as records; that they hold others as well is for whoever reads them to ask.
    fn claims(&self, _head: &[u8]) -> bool {
        false
    }

    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>> {
        let mut source = Marked(opening.source);
        let (mut held, mut number, mut is_box) = (Vec::new(), 0_u64, None);
        let form = ReadingForm::default();
        loop {
            let read = Read::by_ref(&mut source).take(STEP).read_to_end(&mut held)?;
            let at_end = (read as u64) < STEP;
            let is_box = *is_box.get_or_insert_with(|| held.starts_with(b"From "));
            let mut at = 0;
            loop {
                let whole = if is_box {
                    match Mbox.next(&Look { form: &form, bytes: &held, at, is_start: false, at_end }) {
                        Next::Record(place) => place,
                        _ => break,
                    }
                } else if at_end && at < held.len() {
                    at..held.len()
                } else {
                    break;
                };
                number += 1;
                at = whole.end;
                let mut taken = ControlFlow::Continue(());
                mime::attachments(held.get(whole).unwrap_or(&[]), MAX_FRAME, &mut |attachment| {
                    if taken.is_continue() {
                        taken = hand_out(attachment, is_box.then_some(number), opening.budget, visit);
                    }
                });
                match taken {
                    ControlFlow::Continue(()) => {}
                    ControlFlow::Break(None) => return Ok(Vec::new()),
                    ControlFlow::Break(Some(problem)) => return Ok(vec![problem]),
                }
            }
            held.drain(..at);
            if at_end {
                return Ok(Vec::new());
            }
            if held.len() > LONGEST {
                return Ok(vec![Problem::Broken(format!("> {LONGEST} bytes"))]);
            }
        }
    }
}

fn hand_out(
    attachment: Attachment,
    number: Option<u64>,
    budget: &super::Budget,
    visit: &mut Visit<'_>,
) -> ControlFlow<Option<Problem>> {
    if !budget.member() {
        return ControlFlow::Break(Some(Problem::TooMany));
    }
    let Attachment { name, bytes } = attachment;
    let name = number.map_or_else(|| name.clone(), |number| format!("{number}/{name}"));
    let mut stream = Cursor::new(bytes);
    let mut unpacked = Unpacked::new(&mut stream, budget);
    let shown = crate::ingest::encoding::name(name.as_bytes());
    match visit(Member { name: name.into_bytes(), shown, format: None, content: Ok(&mut unpacked) }) {
        ControlFlow::Continue(()) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(None),
    }
}
