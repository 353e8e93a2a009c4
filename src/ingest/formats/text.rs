//! Plain text: each line is a record, with the time that stands at its start if one does.

use super::{Draft, Format, Sample, Scanner, field};
use crate::ingest::times::{self, Clock, Dated, Stamp, number};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};

/// Lines of text.
#[derive(Debug)]
pub(super) struct Plain;

/// Note that lines begin with an epoch number, as most of the sample do.
const EPOCH: &str = "epoch";

impl Format for Plain {
    fn name(&self) -> &'static str {
        "text"
    }

    fn label(&self) -> Text {
        Text::new("テキスト", "Plain text")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        if sample.text.trim_matches('\0').is_empty() { 0 } else { 20 }
    }

    fn prepare(&self, sample: &Sample<'_>, form: &mut ReadingForm) {
        if sample.share(100, |line| epoch(line).is_some()) >= 80 {
            form.notes.push((EPOCH.to_owned(), "line-start".to_owned()));
        }
    }

    fn scanner<'f>(&self, form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines { epoch: form.notes.iter().any(|(key, _)| key == EPOCH) })
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        out.push(field("message", text));
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        vec!["message".to_owned()]
    }
}

struct Lines {
    epoch: bool,
}

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let stamp = leading(text).or_else(|| self.epoch.then(|| epoch(text)).flatten());
        let dated = stamp.map_or(Dated::undated(Undated::NoTime), |stamp| clock.place(&stamp));
        Some(Draft { dated, reject: has_controls(text).then_some(Reject::Binary) })
    }
}

/// A time at the start of a line, after an opening bracket, a priority number or blanks.
fn leading(text: &str) -> Option<Stamp> {
    let mut rest = text.trim_start();
    if let Some(inner) = rest.strip_prefix('<') {
        let digits = inner.bytes().take(3).take_while(u8::is_ascii_digit).count();
        rest = inner.get(digits..).filter(|_| digits > 0).and_then(|tail| tail.strip_prefix('>')).unwrap_or(rest);
    }
    rest = rest.trim_start_matches(['[', '(', '【', '（', '「', '"', '*', '・', '■', '●']).trim_start();
    times::leading(rest, false).map(|(stamp, _)| stamp)
}

/// An epoch number and a blank at the start of a line.
fn epoch(line: &str) -> Option<Stamp> {
    let (word, _) = line.split_once([' ', '\t'])?;
    let digits = word.split_once('.').map_or(word, |(whole, _)| whole);
    matches!(digits.len(), 10 | 13 | 16 | 19).then(|| number::epoch(word)).flatten()
}

/// Control characters that no text has, NUL above all. Separators (0x1c to 0x1f) occur: auditd writes them.
fn has_controls(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, 0..=6 | 14..=26))
}
