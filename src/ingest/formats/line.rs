//! LINE talk exports, Japanese and English, of telephones (tabs) and of the desktop (blanks).
//!
//! A record is a message with all its lines. Messages state a time of day; the date is that of the line above them. What stands above the
//! first date says whose talk it is and when it was saved: records too, without a time.

use super::table::time_of_day;
use super::{Draft, Format, Sample, Scanner, field};
use crate::ingest::frames::{Frames, Look, Next};
use crate::ingest::times::{self, Clock, Date, Stamp, ascii};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Text, Undated};

/// Talk exports.
#[derive(Debug)]
pub(super) struct Line;

/// Longest quoted message that is followed.
const QUOTED: usize = 64 << 10;

impl Format for Line {
    fn name(&self) -> &'static str {
        "line"
    }

    fn label(&self) -> Text {
        Text::new("LINEトーク履歴", "LINE talk export")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        if !is_talk(sample.text) {
            return 0;
        }
        if sample.text.trim_start().starts_with("[LINE]") { 98 } else { 90 }
    }

    fn frames(&self) -> Option<&dyn Frames> {
        Some(self)
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Talk { heading: None })
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        let Some((time, rest)) = message(text) else {
            out.push(field("message", text));
            return;
        };
        out.push(field("time", time));
        let split = if text.get(time.len()..).is_some_and(|rest| rest.starts_with('\t')) {
            rest.split_once('\t')
        } else {
            rest.split_once(' ')
        };
        // A line of the service (somebody joined, a call) has no sender.
        if let Some((sender, said)) = split {
            out.push(field("sender", sender));
            let said = said.trim_end_matches(['\r', '\n']);
            let inner =
                said.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).filter(|_| said.contains('\n'));
            out.push(field("message", inner.unwrap_or(said)));
        } else {
            out.push(field("message", rest.trim_end_matches(['\r', '\n'])));
        }
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        ["time", "sender", "message"].map(str::to_owned).to_vec()
    }
}

/// Whether a text is a talk: it says so, or has a date line with messages of three parts below.
pub(super) fn is_talk(text: &str) -> bool {
    let mut dated = false;
    let mut messages = 0;
    for line in text.lines().take(300) {
        dated |= heading(line).is_some();
        messages += usize::from(
            dated
                && message(line).is_some_and(|(time, rest)| {
                    let tab = line.get(time.len()..).is_some_and(|rest| rest.starts_with('\t'));
                    tab && rest.contains('\t') || line.starts_with("[LINE]")
                }),
        );
    }
    let said = text.trim_start().starts_with("[LINE]");
    dated && (said || messages >= 2)
}

/// `2026/04/01(水)`, `2026.04.01 水曜日`, `Wed, 04/01/2026`, `2026年4月1日(水)`: a date and its weekday, alone on a line.
fn heading(line: &str) -> Option<Stamp> {
    let line = line.trim();
    if line.len() > 48 || !line.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let is_weekday = |rest: &str| {
        let word = rest.trim_matches([' ', '(', ')', '（', '）', ',']);
        let short = ["月", "火", "水", "木", "金", "土", "日"];
        short.iter().any(|day| word == *day || word.strip_prefix(day).is_some_and(|rest| matches!(rest, "曜" | "曜日")))
            || ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                .iter()
                .any(|day| word.to_ascii_lowercase().starts_with(day) && word.len() <= 9)
    };
    if let Some((stamp, len)) = ascii::iso(line.as_bytes()) {
        let rest = line.get(len..).unwrap_or("");
        return (stamp.precision == crate::model::Precision::Day && is_weekday(rest)).then_some(stamp);
    }
    if let Some((day, date)) = line.split_once(", ").filter(|(day, _)| is_weekday(day)) {
        let date = date.trim();
        // Which of the two is the month the weekday tells.
        let read = |first| ascii::slashed(date.as_bytes(), first).filter(|(_, len)| *len == date.len());
        let fits = |stamp: &Stamp| matches!(stamp.date, Date::Full(days) if weekday(days).eq_ignore_ascii_case(day.get(..3).unwrap_or("")));
        let found = [false, true].into_iter().filter_map(read).map(|(stamp, _)| stamp).find(fits)?;
        return Some(Stamp { assumed: false, ..found });
    }
    let before = line.find(['(', '（', ' ']).unwrap_or(line.len());
    let (date, rest) = line.split_at(before);
    times::whole(date, false).filter(|_| is_weekday(rest))
}

/// The weekday of a day since 1970-01-01, a Thursday.
fn weekday(days: i32) -> &'static str {
    const DAYS: [&str; 7] = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
    DAYS.get(usize::try_from(days.rem_euclid(7)).unwrap_or(0)).copied().unwrap_or("")
}

/// The time of a line that begins a message, and what follows the tab or blank.
fn message(line: &str) -> Option<(&str, &str)> {
    let first = line.chars().next()?;
    if !(first.is_ascii_digit() || matches!(first, '午' | 'A' | 'P' | 'a' | 'p')) {
        return None;
    }
    if let Some((time, rest)) = line.split_once('\t').filter(|(time, _)| time.len() <= 20) {
        return time_of_day(time).map(|_| (time, rest));
    }
    let (time, rest) = line.split_once(' ')?;
    let short = time.len() <= 12 && time.contains(':');
    (short && time_of_day(time).is_some()).then_some((time, rest))
}

impl Frames for Line {
    fn next(&self, look: &Look<'_>) -> Next {
        let bytes = look.bytes;
        let mut start = look.at;
        if look.is_start {
            start += bytes.iter().take(3).take_while(|byte| !byte.is_ascii()).count() / 3 * 3;
        }
        start += bytes.get(start..).unwrap_or(&[]).iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        if start >= bytes.len() {
            return Next::Nothing;
        }
        let line_at = |at: usize| {
            let end = memchr::memchr(b'\n', bytes.get(at..).unwrap_or(&[])).map(|feed| at + feed);
            let line = bytes.get(at..end.unwrap_or(bytes.len())).unwrap_or(&[]);
            (std::str::from_utf8(line).unwrap_or("").trim_end_matches('\r'), end)
        };
        let (first, end) = line_at(start);
        let Some(mut feed) = end else {
            return if look.at_end { Next::Record(start..bytes.len()) } else { Next::Open(start) };
        };
        let Some((_, said)) = message(first) else { return Next::Record(start..trimmed(bytes, start, feed)) };
        let opened = said
            .rsplit('\t')
            .next()
            .is_some_and(|said| said.starts_with('"') && !(said.len() > 1 && said.ends_with('"')));
        let closing = opened.then(|| closing(bytes, feed)).flatten();
        feed = closing.unwrap_or(feed);
        loop {
            let (line, end) = line_at(feed + 1);
            let open = end.is_none() && !look.at_end;
            if open || feed + 1 >= bytes.len() && !look.at_end {
                return Next::Open(start);
            }
            if feed + 1 >= bytes.len() || message(line).is_some() || heading(line).is_some() {
                return Next::Record(start..trimmed(bytes, start, feed));
            }
            match end {
                Some(end) => feed = end,
                None => return Next::Record(start..trimmed(bytes, start, bytes.len())),
            }
        }
    }
}

/// The end of a record without the line breaks at its end.
fn trimmed(bytes: &[u8], start: usize, end: usize) -> usize {
    let inner = bytes.get(start..end).unwrap_or(&[]);
    start + inner.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(1, |last| last + 1)
}

/// The line feed after the quotation mark that closes a message.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let window = bytes.get(from..bytes.len().min(from + QUOTED))?;
    let mut feeds = memchr::memchr_iter(b'\n', window).skip(1).map(|at| from + at);
    feeds.find(|feed| bytes.get(..*feed).is_some_and(|line| line.ends_with(b"\"") || line.ends_with(b"\"\r")))
}

struct Talk {
    heading: Option<Stamp>,
}

impl Scanner for Talk {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        if let Some((time, _)) = message(text) {
            let stamp = time_of_day(time).map(|stamp| Stamp { date: Date::Above, ..stamp });
            return Some(stamp.map_or(Draft::undated(Undated::NoTime, None), |stamp| Draft::read(clock.place(&stamp))));
        }
        self.heading = heading(text);
        self.heading.is_none().then(|| Draft::undated(Undated::NoTime, None))
    }

    fn heading(&mut self) -> Option<Stamp> {
        self.heading.take()
    }
}
