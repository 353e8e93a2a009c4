//! Syslog: RFC 3164, RFC 5424, and lines with an ISO 8601 time in front, with what sshd, sudo, PAM and netfilter say in
//! their messages as fields. A line without a time in front is a record all the same, marked as not of this format.

use super::header::Header;
use super::{Draft, Format, Sample, Scanner, field, netfilter, sshd};
use crate::ingest::times::{Clock, Stamp, ascii};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// Syslog.
#[derive(Debug)]
pub(super) struct Syslog;

impl Format for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn label(&self) -> Text {
        Text::new("syslog", "Syslog")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        // Indented lines go on with the line before and speak neither for nor against.
        let is_indented = |line: &str| line.starts_with([' ', '\t']);
        let mut started = false;
        sample.share(92, |line| {
            let certain = Header::of(line).is_some_and(|header| header.is_certain()) && !super::cef::is_event(line);
            started |= certain;
            certain || (started && is_indented(line))
        })
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Lines)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        let Some(header) = Header::of(text) else { return };
        out.push(field("time", header.time));
        for (name, value) in [
            ("host", header.host),
            ("process", header.process),
            ("pid", header.pid),
            ("level", header.level),
            ("priority", header.priority),
            ("msgid", header.message_id),
        ] {
            if !value.is_empty() {
                out.push(field(name, value));
            }
        }
        header.each_parameter(&mut |element, name, value| {
            let name = format!("{element}.{name}").to_lowercase();
            let value = if value.contains('\\') { Cow::Owned(unescaped(value)) } else { Cow::Borrowed(value) };
            out.push(Field { name: Cow::Owned(name), value });
        });
        out.push(field("message", header.message));
        if header.process.starts_with("sshd") {
            sshd::sshd(header.message, out);
        } else if header.process == "sudo" {
            sshd::sudo(header.message, out);
        } else if netfilter::is_packet(header.message) {
            netfilter::packet(header.message, out);
        }
        if header.message.contains("rhost=") {
            sshd::pam(header.message, out);
        }
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        ["time", "host", "process", "pid", "message"].map(str::to_owned).to_vec()
    }

    fn is_open(&self) -> bool {
        true
    }
}

struct Lines;

impl Scanner for Lines {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let Some(header) = Header::of(text) else {
            return Some(Draft::undated(Undated::NoTime, Some(Reject::Shape)));
        };
        Some(match clock.remember(header.time.as_bytes(), stamp) {
            Some(dated) => Draft::read(dated),
            None => Draft::undated(Undated::Unreadable, Some(Reject::Time)),
        })
    }
}

fn stamp(raw: &[u8]) -> Option<Stamp> {
    let (stamp, len) = ascii::any(raw)?;
    (len == raw.len() && stamp.is_clock()).then_some(stamp)
}

/// A value of structured data without its escapes: `\"`, `\\`, `\]` (RFC 5424 §6.3.3).
fn unescaped(value: &str) -> String {
    value.replace("\\\"", "\"").replace("\\]", "]").replace("\\\\", "\\")
}
