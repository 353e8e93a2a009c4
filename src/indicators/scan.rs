//! The scanner: one walk over the text that hands candidates to the families.
//!
//! It finds tokens (see `class`), looks at the bytes on both sides and asks the families whose trigger this is. A line
//! with an unusual spelling (defanged, full-width, ideographic dots) is walked again in its plain form from `refang`,
//! with every span mapped back. Each family reads a bounded stretch around its trigger, so the whole stays linear.

use super::class::{ALNUM, ALPHA, DIGIT, DOT, HEX, HYPHEN, MARK, TOKEN, UNDERSCORE, class, classes};
use super::refang::{self, Plain};
use super::{AT_SIGN, COLONS, DOTTED, LONG_RUN, NUMBER, PREFIXED, SCHEME};
use crate::model::{Hits, Kind};

/// Shortest run of letters and digits that can be a hash or a wallet: a base58 address has 26 to 35 characters.
const SHORTEST_RUN: usize = 26;

/// A run of letters, digits, `.`, `-` and `_`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// First byte.
    pub(super) start: usize,
    /// After the last byte.
    pub(super) end: usize,
    /// Classes of its bytes, joined.
    pub(super) flags: u8,
}

/// A family's answer to its trigger: where to go on if the bytes were its own, `None` if not.
pub(super) type Find = fn(&mut Scan<'_>, Token) -> Option<usize>;

/// The text being walked, and what was found in it.
pub(super) struct Scan<'t> {
    /// The text: the evidence's own, or one line of it in plain form.
    pub(super) text: &'t str,
    /// Its bytes.
    pub(super) bytes: &'t [u8],
    /// Where each byte of a plain form stands in `origin`; `None` where the text is the evidence's own.
    map: Option<&'t [u32]>,
    origin: &'t [u8],
    hits: &'t mut Hits,
    /// A canonical form under construction.
    pub(super) value: String,
    /// A run of colons and hex digits up to here was judged already.
    pub(super) colons_until: usize,
    /// The outermost URL reaches to here, and holds this many inner ones so far.
    pub(super) url: (usize, u8),
}

/// Walks `text` and appends what it finds to `hits`, in no particular order within a line.
pub(super) fn scan(text: &str, hits: &mut Hits) {
    let mut plain = Plain::default();
    let mut at = 0;
    while at < text.len() {
        let mut scan = Scan::new(text, None, text.as_bytes(), hits);
        let Some(odd) = scan.walk(at) else { return };
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..odd]).map_or(0, |feed| feed + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[odd..]).map_or(text.len(), |feed| odd + feed);
        scan.forget_from(start);
        plain.read(text, start..end);
        Scan::new(&plain.text, Some(&plain.map), text.as_bytes(), hits).walk(0);
        at = end;
    }
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, map: Option<&'t [u32]>, origin: &'t [u8], hits: &'t mut Hits) -> Self {
        let bytes = text.as_bytes();
        Self { text, bytes, map, origin, hits, value: String::new(), colons_until: 0, url: (0, 0) }
    }

    /// A text of its own, already in plain form.
    pub(super) fn over(text: &'t str, hits: &'t mut Hits) -> Self {
        Self::new(text, None, text.as_bytes(), hits)
    }

    /// Walks on from `at`; stops at a byte whose line has to be read in plain form.
    fn walk(&mut self, mut at: usize) -> Option<usize> {
        let bytes = self.bytes;
        while let Some(first) = bytes.get(at) {
            let mut flags = class(*first);
            if flags & TOKEN == 0 {
                if flags & MARK != 0 {
                    if self.map.is_none() && refang::is_odd(bytes, at) {
                        return Some(at);
                    }
                    at = self.mark(at);
                }
                at += 1;
                continue;
            }
            let start = at;
            at += 1;
            while let Some(byte) = bytes.get(at)
                && class(*byte) & TOKEN != 0
            {
                flags |= class(*byte);
                at += 1;
            }
            if self.map.is_none()
                && bytes.get(at).is_some_and(|next| refang::may_be_odd(*next))
                && refang::is_odd(bytes, at)
            {
                return Some(at);
            }
            at = self.token(Token { start, end: at, flags });
        }
        None
    }

    /// A colon without a token before it may begin an IPv6 address.
    fn mark(&mut self, at: usize) -> usize {
        if self.byte(at) == b':' && self.byte(at + 1) == b':' {
            let token = Token { start: at, end: at, flags: 0 };
            return self.ask(&COLONS, token).map_or(at, |next| next.max(at + 1) - 1);
        }
        at
    }

    fn token(&mut self, token: Token) -> usize {
        let token = self.unescaped(token);
        if token.flags & ALNUM == 0 {
            return token.end;
        }
        self.followed(token).or_else(|| self.alone(token)).unwrap_or(token.end)
    }

    /// Leaves out what an escape sequence before the token took of it: `%3D` in URLs, `\n` and `\u63a5` in JSON.
    fn unescaped(&self, token: Token) -> Token {
        let Token { start, end, .. } = token;
        let skip = match self.before(start) {
            b'%' if self.bytes[start..end].iter().take(2).filter(|byte| byte.is_ascii_hexdigit()).count() == 2 => 2,
            b'\\' if self.before(start - 1) != b'\\' => match self.byte(start) {
                b'n' | b'r' | b't' => 1,
                b'u' if self.bytes[start..end].iter().skip(1).take(4).filter(|b| b.is_ascii_hexdigit()).count()
                    == 4 =>
                {
                    5
                }
                _ => 0,
            },
            _ => 0,
        };
        if skip == 0 { token } else { self.part(start + skip, end) }
    }

    /// Families whose trigger is the byte after the token.
    fn followed(&mut self, token: Token) -> Option<usize> {
        match self.byte(token.end) {
            b'@' => self.ask(&AT_SIGN, token),
            b'%' if self.bytes[token.end..].starts_with(b"%40") => self.ask(&AT_SIGN, token),
            b':' if self.bytes[token.end..].starts_with(b"://") => self.ask(&SCHEME, token),
            b':' if token.flags & !(DIGIT | HEX) == 0 => self.ask(&COLONS, token),
            _ => None,
        }
    }

    /// Families whose trigger is the token itself.
    fn alone(&mut self, token: Token) -> Option<usize> {
        let Token { start, end, flags } = token;
        if flags & DOT != 0 {
            if let Some(next) = self.dotted(token) {
                return Some(next);
            }
        } else if flags & ALPHA != 0
            && matches!(self.before(start), 0x82 | 0x8e | 0xa1)
            && self.lead(start, 3).ends_with(['。', '．', '｡'])
            && let Some(next) = self.ask(&DOTTED, token)
        {
            return Some(next);
        }
        if flags & !(DIGIT | HYPHEN) == 0 {
            return self.ask(&NUMBER, token);
        }
        if flags & (HYPHEN | UNDERSCORE) != 0 && flags & DIGIT != 0 && flags & LETTERS_OF_CVE == LETTERS_OF_CVE {
            self.ask(&PREFIXED, token);
        }
        if end - start >= SHORTEST_RUN {
            self.long_runs(token);
        }
        None
    }

    /// A dotted token; ideographic dots that stand among plain ones end a sentence rather than a label.
    fn dotted(&mut self, token: Token) -> Option<usize> {
        let (mut plain, mut wide) = (false, false);
        if self.map.is_some() {
            for at in token.start..token.end {
                if self.byte(at) == b'.' {
                    if self.is_wide(at) { wide = true } else { plain = true }
                }
            }
        }
        if plain && wide {
            let before = self.hits.len();
            let mut start = token.start;
            for at in token.start..=token.end {
                if at == token.end || (self.byte(at) == b'.' && self.is_wide(at)) {
                    let part = self.part(start, at);
                    self.alone(part);
                    start = at + 1;
                }
            }
            if self.hits.len() > before {
                return Some(token.end);
            }
        }
        let trimmed = self.trimmed(token);
        if let Some(next) = self.ask(&DOTTED, trimmed) {
            return Some(next.max(token.end));
        }
        if token.flags & UNDERSCORE != 0 {
            let mut start = token.start;
            for at in token.start..=token.end {
                if at == token.end || self.byte(at) == b'_' {
                    let part = self.part(start, at);
                    let part = self.trimmed(part);
                    if part.flags & DOT != 0 && part.flags & ALPHA == 0 {
                        self.ask(&DOTTED, part);
                    }
                    start = at + 1;
                }
            }
        }
        None
    }

    fn long_runs(&mut self, token: Token) {
        let mut start = token.start;
        for at in token.start..=token.end {
            if at == token.end || class(self.byte(at)) & ALNUM == 0 {
                if at - start >= SHORTEST_RUN {
                    let run = self.part(start, at);
                    self.ask(&LONG_RUN, run);
                }
                start = at + 1;
            }
        }
    }

    fn ask(&mut self, families: &[Find], token: Token) -> Option<usize> {
        families.iter().find_map(|find| find(self, token))
    }

    /// A part of the text as a token of its own.
    pub(super) fn part(&self, start: usize, end: usize) -> Token {
        Token { start, end, flags: classes(self.bytes.get(start..end).unwrap_or(&[])) }
    }

    /// The token without dots, hyphens and underscores at its ends.
    fn trimmed(&self, token: Token) -> Token {
        let bytes = &self.bytes[token.start..token.end];
        let lead = bytes.iter().take_while(|byte| class(**byte) & ALNUM == 0).count();
        let tail = bytes[lead..].iter().rev().take_while(|byte| class(**byte) & ALNUM == 0).count();
        if lead + tail == 0 { token } else { self.part(token.start + lead, token.end - tail) }
    }

    /// The byte at `at`; a line feed past the end.
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// The byte before `at`; a line feed at the start.
    pub(super) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b'\n', |at| self.byte(at))
    }

    /// A part of the text, empty where it does not fall on character boundaries.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Up to `max` bytes before `at`, on the same line.
    pub(super) fn lead(&self, at: usize, max: usize) -> &'t str {
        let mut from = at.saturating_sub(max);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let lead = self.slice(from, at);
        lead.rsplit('\n').next().unwrap_or(lead)
    }

    /// Up to `max` bytes from `at` on, on the same line.
    pub(super) fn tail(&self, at: usize, max: usize) -> &'t str {
        let mut to = at.saturating_add(max).min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        let tail = self.slice(at, to);
        tail.split('\n').next().unwrap_or(tail)
    }

    /// Whether this ASCII byte of a plain form was a wide character in the evidence.
    pub(super) fn is_wide(&self, at: usize) -> bool {
        self.map
            .and_then(|map| map.get(at))
            .and_then(|at| self.origin.get(*at as usize))
            .is_some_and(|byte| !byte.is_ascii())
            && self.byte(at).is_ascii()
    }

    /// Whether these bytes were written in an unusual spelling.
    pub(super) fn is_respelt(&self, start: usize, end: usize) -> bool {
        self.map.is_some_and(|map| {
            let at = |at: usize| map.get(at).copied().unwrap_or(0) as usize;
            at(end) - at(start) != end - start
        })
    }

    /// Reports a value that stands in the text in canonical form.
    pub(super) fn report(&mut self, kind: Kind, start: usize, end: usize, value: &str, implied: bool) {
        let span = self.span(start, end);
        self.hits.push(kind, span, value, implied, true);
    }

    /// Reports the value built in [`Scan::value`].
    pub(super) fn report_built(&mut self, kind: Kind, start: usize, end: usize, implied: bool, verified: bool) {
        let span = self.span(start, end);
        self.hits.push(kind, span, &self.value, implied, verified);
    }

    fn span(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let at = |at: usize| self.map.map_or(at, |map| map.get(at).copied().unwrap_or(0) as usize);
        at(start)..at(end)
    }

    /// Forgets what was found from `start` on.
    fn forget_from(&mut self, start: usize) {
        while self.hits.last().is_some_and(|hit| hit.span.start as usize >= start) {
            self.hits.truncate(self.hits.len() - 1);
        }
    }
}

const LETTERS_OF_CVE: u8 = HEX | super::class::LETTER;
