//! The head of a syslog line: priority, time, host, process and its number (RFC 3164, RFC 5424, ISO 8601 in front).

use crate::ingest::times::ascii;

/// The parts of a line before its message, as they stand in it. Absent parts are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header<'a> {
    /// Number in `<…>`.
    pub(super) priority: &'a str,
    /// The time as written.
    pub(super) time: &'a str,
    /// Severity word where one stands in the host's place.
    pub(super) level: &'a str,
    /// Host.
    pub(super) host: &'a str,
    /// Process.
    pub(super) process: &'a str,
    /// Process number.
    pub(super) pid: &'a str,
    /// Message id (RFC 5424).
    pub(super) message_id: &'a str,
    /// Structured data (RFC 5424 §6.3), brackets included.
    pub(super) structured: &'a str,
    /// The rest.
    pub(super) message: &'a str,
    /// Whether the time is of the kind `Jan  1 00:00:00`.
    pub(super) is_bsd: bool,
}

const LEVELS: [&str; 12] =
    ["DEBUG", "INFO", "NOTICE", "WARNING", "WARN", "ERR", "ERROR", "CRIT", "CRITICAL", "ALERT", "EMERG", "PANIC"];

impl<'a> Header<'a> {
    /// Reads the head of a line; `None` when it does not begin with a priority or time.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let (priority, version, rest) = priority(line);
        let len = time_len(rest)?;
        let (time, rest) = rest.split_at_checked(len)?;
        let rest = rest.strip_prefix(' ').or_else(|| rest.strip_prefix(": "))?;
        let is_bsd = time.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
        let rest = after_facility(rest);
        let header = Self { priority, time, is_bsd, ..Self::default() };
        Some(if version { header.structured(rest) } else { header.classic(rest) })
    }

    /// `host process[pid]: message`, or `process[pid]: message` where the host was left out.
    fn classic(mut self, rest: &'a str) -> Self {
        let indent = rest.len() - rest.trim_start_matches(' ').len();
        let rest = rest.trim_start_matches(' ');
        if indent > 0
            && let Some((process, pid, message)) = tag(rest)
        {
            return Self { process, pid, message, ..self };
        }
        let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
        if first.ends_with(':')
            && !after.starts_with('%')
            && let Some((process, pid, message)) = tag(rest)
        {
            return Self { process, pid, message, ..self };
        }
        if LEVELS.contains(&first) {
            self.level = first;
        } else {
            self.host = first.trim_end_matches(':');
        }
        let after = after.trim_start_matches(' ');
        match tag(after.strip_prefix(": ").unwrap_or(after)) {
            Some((process, pid, message)) => Self { process, pid, message, ..self },
            None => Self { message: after, ..self },
        }
    }

    /// `host process pid msgid [structured data] message` (RFC 5424 §6); `-` stands for nothing.
    fn structured(mut self, rest: &'a str) -> Self {
        let mut rest = rest;
        let mut next = || {
            let (word, tail) = rest.split_once(' ').unwrap_or((rest, ""));
            rest = tail;
            if word == "-" { "" } else { word }
        };
        (self.host, self.process, self.pid, self.message_id) = (next(), next(), next(), next());
        let len = structured_len(rest);
        let (structured, message) = rest.split_at_checked(len).unwrap_or(("", rest));
        self.structured = structured;
        let message = if len > 0 { message.strip_prefix(' ').unwrap_or(message) } else { message };
        let message = message.strip_prefix("- ").or_else(|| message.strip_prefix('-').filter(|rest| rest.is_empty()));
        self.message = message.unwrap_or_else(|| rest.get(len..).unwrap_or(rest).trim_start_matches(' '));
        // A byte order mark may announce that the message is UTF-8.
        self.message = self.message.strip_prefix('\u{feff}').unwrap_or(self.message);
        self
    }

    /// Calls `each` with element, name and value of the structured data; a value with its escapes.
    pub(super) fn each_parameter(&self, each: &mut dyn FnMut(&'a str, &'a str, &'a str)) {
        let mut rest = self.structured;
        while let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find([' ', ']']).unwrap_or(inner.len());
            let (element, mut tail) = inner.split_at(end);
            loop {
                tail = tail.trim_start_matches(' ');
                let Some((name, after)) = tail.split_once("=\"").filter(|(name, _)| !name.contains([']', ' '])) else {
                    break;
                };
                let Some(end) = closing(after) else { return };
                each(element, name, after.get(..end).unwrap_or(""));
                tail = after.get(end + 1..).unwrap_or("");
            }
            rest = tail.strip_prefix(']').unwrap_or("");
        }
    }

    /// Whether the line is syslog beyond doubt: an old-style time with something after it, or a host and a process.
    pub(super) fn is_certain(&self) -> bool {
        let named = self.host.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if self.is_bsd {
            return named || !self.process.is_empty();
        }
        let whose = named && !self.host.contains(['=', '"', ',', '|']) || !self.level.is_empty();
        (whose || !self.priority.is_empty()) && !self.process.is_empty()
    }
}

/// Length of the structured data at the start of `rest`: elements in brackets, one after the other.
fn structured_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while bytes.get(at) == Some(&b'[') {
        let mut inside = at + 1;
        loop {
            match bytes.get(inside) {
                Some(b']') => break,
                Some(b'"') => match rest.get(inside + 1..).and_then(closing) {
                    Some(end) => inside += end + 2,
                    None => return 0,
                },
                Some(_) => inside += 1,
                None => return 0,
            }
        }
        at = inside + 1;
    }
    at
}

/// The quotation mark that closes a value; a backslash takes the meaning from the next character.
fn closing(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.as_bytes().get(at..)?)?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// BSD writes `<auth.info>` between time and host.
fn after_facility(rest: &str) -> &str {
    let inner = rest.strip_prefix('<').and_then(|inner| inner.split_once("> "));
    let is_word = |word: &str| word.len() < 24 && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    inner.filter(|(word, _)| is_word(word)).map_or(rest, |(_, tail)| tail)
}

/// `<34>` and `<34>1 `; the flag tells RFC 5424's version number.
fn priority(line: &str) -> (&str, bool, &str) {
    let Some((number, rest)) = line.strip_prefix('<').and_then(|inner| inner.split_once('>')) else {
        return ("", false, line);
    };
    if number.is_empty() || number.len() > 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return ("", false, line);
    }
    match rest.strip_prefix("1 ") {
        Some(tail) => (number, true, tail),
        None => (number, false, rest),
    }
}

/// Length of the time at the start of `rest`. The usual 15 bytes of RFC 3164 are seen by their shape.
fn time_len(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    if is_usual(bytes) {
        return Some(15);
    }
    if !matches!(bytes.first()?, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9') {
        return None;
    }
    let (stamp, len) = if bytes.first()?.is_ascii_digit() { ascii::iso(bytes)? } else { ascii::month_first(bytes)? };
    (stamp.precision > crate::model::Precision::Day && stamp.is_clock()).then_some(len)
}

/// `Jan  1 00:00:00 ` with no year after it.
fn is_usual(bytes: &[u8]) -> bool {
    let Some(head) = bytes.get(..16) else { return false };
    let shape = head[3] == b' ' && head[6] == b' ' && head[9] == b':' && head[12] == b':' && head[15] == b' ';
    shape
        && head[0].is_ascii_alphabetic()
        && head[5].is_ascii_digit()
        && !bytes.get(16..20).is_some_and(|next| next.iter().all(u8::is_ascii_digit))
}

/// `process[pid]: `, `process: `, `process[pid] <Level>: `.
fn tag(rest: &str) -> Option<(&str, &str, &str)> {
    let end = rest.bytes().take(128).position(|byte| matches!(byte, b'[' | b':' | b' '))?;
    let process = rest.get(..end).filter(|name| !name.is_empty())?;
    let tail = rest.get(end..)?;
    if let Some(message) = tail.strip_prefix(':') {
        return (message.is_empty() || message.starts_with(' '))
            .then(|| (process, "", message.strip_prefix(' ').unwrap_or(message)));
    }
    let (pid, after) = tail.strip_prefix('[')?.split_once(']')?;
    if pid.len() > 32 || pid.contains(' ') {
        return None;
    }
    let message = after.strip_prefix(':').or_else(|| after.strip_prefix(' '))?;
    Some((process, pid, message.strip_prefix(' ').unwrap_or(message)))
}
