//! Mails: a single one (.eml), and mailboxes of many (mbox). A record is a mail, its text the decoded headers and text parts;
//! what is attached becomes evidence of its own (see `containers/mail.rs`).
//!
//! In a mailbox a mail begins with a `From ` line. Where `Content-Length` is right it is believed, so that a body line that begins
//! with `From ` starts nothing; else a blank line before and a header after make it a beginning.

use super::{Draft, Format, Sample, Scanner, field};
use crate::ingest::frames::{Frames, Look, MAX_FRAME, Next};
use crate::ingest::mime;
use crate::ingest::times::{self, Clock};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// One mail.
#[derive(Debug)]
pub(super) struct Eml;

/// Mailboxes.
#[derive(Debug)]
pub(crate) struct Mbox;

/// Headers mails have.
const KNOWN: [&str; 16] = [
    "received",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "return-path",
    "delivered-to",
    "reply-to",
    "cc",
    "sender",
    "dkim-signature",
    "authentication-results",
    "x-mailer",
];

/// Bytes after a mail by which the beginning of the next is known.
const AHEAD: usize = 1 << 10;
/// Longest head of a mail in which its length is looked for.
const HEADERS: usize = 256 << 10;

/// How many known headers stand at the start of a text; 0 where something else does.
fn headers(text: &str) -> usize {
    let mut known = Vec::new();
    for line in text.lines().take(400) {
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| is_name(name)) else { return 0 };
        let name = name.trim_end().to_ascii_lowercase();
        if KNOWN.contains(&name.as_str()) && !known.contains(&name) {
            known.push(name);
        }
    }
    known.len()
}

fn is_name(name: &str) -> bool {
    let name = name.trim_end();
    !name.is_empty() && name.len() < 80 && name.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
}

fn score(text: &str) -> u8 {
    match headers(text) {
        0..=1 => 0,
        2 => 40,
        3 => 90,
        _ => 97,
    }
}

/// Whether a line that begins with `From ` and the one after it begin a mail of a mailbox.
fn is_beginning(bytes: &[u8], strict: bool) -> bool {
    let Some(rest) = bytes.strip_prefix(b"From ") else { return false };
    let Some(feed) = memchr::memchr(b'\n', rest.get(..rest.len().min(512)).unwrap_or(rest)) else { return false };
    let line = rest.get(..feed).unwrap_or(&[]);
    let next = rest.get(feed + 1..).unwrap_or(&[]);
    let colon = memchr::memchr2(b':', b'\n', next).filter(|at| next.get(*at) == Some(&b':'));
    let Some(name) = colon.and_then(|at| next.get(..at)) else { return false };
    let header = std::str::from_utf8(name).is_ok_and(|name| is_name(name) || name.starts_with(">From "));
    // Netscape wrote a dash for sender and time, and no blank line before.
    header && (!strict || memchr::memchr(b':', line).is_some() || line.trim_ascii() == b"-")
}

macro_rules! mail_format {
    ($format:ty, $name:literal, $ja:literal, $en:literal, $sniff:expr) => {
        impl Format for $format {
            fn name(&self) -> &'static str {
                $name
            }

            fn label(&self) -> Text {
                Text::new($ja, $en)
            }

            fn sniff(&self, sample: &Sample<'_>) -> u8 {
                $sniff(sample.text)
            }

            fn prepare(&self, _sample: &Sample<'_>, form: &mut ReadingForm) {
                // The layer is UTF-8; each part of a mail says, or shows, its own encoding.
                form.encoding = "utf-8".to_owned();
            }

            fn frames(&self) -> Option<&dyn Frames> {
                Some(self)
            }

            fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
                Box::new(Mails)
            }

            fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
                fields(text, out);
            }

            fn columns(&self, _form: &ReadingForm) -> Vec<String> {
                ["date", "from", "to", "subject"].map(str::to_owned).to_vec()
            }

            fn is_open(&self) -> bool {
                true
            }
        }
    };
}

mail_format!(Eml, "eml", "電子メール（.eml）", "Mail (.eml)", score);
mail_format!(Mbox, "mbox", "メールボックス（mbox）", "Mailbox (mbox)", |text: &str| {
    let first = is_beginning(text.as_bytes(), false);
    if first { score(text.split_once('\n').map_or("", |(_, rest)| rest)) } else { 0 }
});

impl Frames for Eml {
    fn next(&self, look: &Look<'_>) -> Next {
        match look.bytes.len() {
            len if len <= look.at => Next::Nothing,
            len if look.at_end => Next::Record(look.at..len),
            _ => Next::Open(look.at),
        }
    }

    fn rest(&self, _form: &ReadingForm, _bytes: &[u8]) -> Option<usize> {
        None
    }

    fn is_layered(&self) -> bool {
        true
    }

    fn text<'a>(&self, _form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str> {
        Cow::Owned(mime::text(bytes))
    }
}

impl Frames for Mbox {
    fn next(&self, look: &Look<'_>) -> Next {
        let blank = |byte: &u8| byte.is_ascii_whitespace();
        let skipped = look.bytes.get(look.at..).unwrap_or(&[]).iter().take_while(|byte| blank(byte)).count();
        let start = look.at + skipped;
        let Some(bytes) = look.bytes.get(start..).filter(|bytes| !bytes.is_empty()) else { return Next::Nothing };
        let stated = stated_end(bytes);
        if let Some(end) = stated
            && end + AHEAD > bytes.len()
            && end < MAX_FRAME
            && !look.at_end
        {
            return Next::Open(start);
        }
        let right = stated.and_then(|end| followed(bytes, end, look.at_end));
        match right.or_else(|| next_beginning(bytes, 1)) {
            Some(end) => Next::Record(start..start + end),
            None if look.at_end => Next::Record(start..look.bytes.len()),
            None => Next::Open(start),
        }
    }

    fn rest(&self, _form: &ReadingForm, bytes: &[u8]) -> Option<usize> {
        next_beginning(bytes, 0)
    }

    fn is_layered(&self) -> bool {
        true
    }

    fn text<'a>(&self, _form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str> {
        Cow::Owned(mime::text(bytes))
    }
}

/// Where a mail ends by its `Content-Length`.
fn stated_end(bytes: &[u8]) -> Option<usize> {
    let head = bytes.get(..bytes.len().min(HEADERS))?;
    // The first line that is empty, with whichever line break; nothing behind it is looked at.
    let body = memchr::memchr_iter(b'\n', head).find_map(|feed| match head.get(feed + 1..)? {
        [b'\n', ..] => Some(feed + 2),
        [b'\r', b'\n', ..] => Some(feed + 3),
        _ => None,
    })?;
    let stated = head.get(..body)?.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        name.eq_ignore_ascii_case(b"content-length:").then_some(value)
    })?;
    let len: usize = std::str::from_utf8(stated).ok()?.trim().parse().ok()?;
    body.checked_add(len)
}

/// The end that was stated with the line breaks after it, when another mail or nothing follows there.
fn followed(bytes: &[u8], end: usize, at_end: bool) -> Option<usize> {
    let rest = bytes.get(end..)?;
    let blanks = rest.iter().take(4).take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let follows = rest.get(blanks..)?;
    (is_beginning(follows, false) || (at_end && follows.is_empty())).then_some(end + blanks)
}

/// Where the next mail begins, at `from` or later.
fn next_beginning(bytes: &[u8], from: usize) -> Option<usize> {
    if from == 0 && is_beginning(bytes, true) {
        return Some(0);
    }
    memchr::memmem::find_iter(bytes.get(from..)?, b"\nFrom ").map(|at| from + at).find_map(|feed| {
        let before = bytes.get(..feed).unwrap_or(&[]);
        let blank = before.ends_with(b"\n") || before.ends_with(b"\n\r");
        is_beginning(bytes.get(feed + 1..)?, !blank).then_some(feed + 1)
    })
}

/// Headers, one a line, then the rest as `body`.
fn fields<'a>(text: &'a str, out: &mut Vec<Field<'a>>) {
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) else { break };
        out.push(Field { name: Cow::Owned(name.to_lowercase()), value: Cow::Borrowed(value.trim()) });
        rest = after;
    }
    let body = rest.strip_prefix('\n').unwrap_or(rest);
    if !body.is_empty() {
        out.push(field("body", body));
    }
}

struct Mails;

impl Scanner for Mails {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let mut names = 0;
        let mut date = None;
        for line in text.split('\n').take_while(|line| !line.is_empty()) {
            let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) else { break };
            names += 1;
            if name.eq_ignore_ascii_case("date") {
                date = Some(value.trim());
                break;
            }
        }
        let Some(date) = date else {
            return Some(Draft::undated(Undated::NoTime, (names == 0).then_some(Reject::Shape)));
        };
        Some(match times::leading(date, false) {
            Some((stamp, _)) => Draft::read(clock.place(&stamp)),
            None => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
        })
    }
}
