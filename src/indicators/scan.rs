//! The scanner: walks the places `triggers` points at and hands candidates to the families.
//!
//! It takes the token around a place (see `class`), looks at the bytes on both sides and asks the families whose trigger
//! this is. A line with an unusual spelling (defanged, full-width, ideographic dots) is walked again in its plain form from
//! `refang`, with every span mapped back. Each family reads a bounded stretch around its trigger, and no token is taken
//! twice, so the whole stays linear.

use super::class::{ALPHA, DIGIT, DOT, HEX, TOKEN, class};
use super::host::Names;
use super::ipv6;
use super::refang::{self, Plain};
use super::triggers::{BATCH, Events, STEP, Triggers};
use super::{COLONS, HANDLE, asn, decoded, line_id, mac, social, url};
use crate::model::{Class, Coding, Decoded, Hits, Kind};
use std::cell::RefCell;

/// Bytes between a wallet and what stands beside it: white space, marks and a short word.
const BESIDE: usize = 12;

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
    pub(super) map: Option<&'t [u32]>,
    origin: &'t [u8],
    pub(super) hits: &'t mut Hits,
    /// Host names judged before.
    pub(super) names: &'t mut Names,
    /// A canonical form under construction.
    pub(super) value: String,
    /// Everything before here has been judged.
    pub(super) done: usize,
    /// The steps of the text around the place looked at, and where the first begins.
    pub(super) steps: [Events; BATCH],
    pub(super) steps_at: usize,
    pub(super) steps_len: usize,
    /// Lines before here have been read in plain form.
    plain_until: usize,
    /// Look at every byte for every reason.
    #[cfg(test)]
    everywhere: bool,
    /// The codings this text was taken out of.
    decoded: Decoded,
    /// A run of colons and hex digits up to here was judged already.
    pub(super) colons_until: usize,
    /// What may be written in percent or base64 was tried up to here, and in quoted-printable up to here.
    pub(super) coded_until: usize,
    pub(super) quoted_until: usize,
    /// The outermost URL reaches to here, and holds this many inner ones so far.
    pub(super) url: (usize, u8),
}

/// Walks `text` and appends what it finds to `hits`, in no particular order within a line.
pub(super) fn scan(text: &str, hits: &mut Hits) {
    NAMES.with_borrow_mut(|names| Scan::new(text, None, text.as_bytes(), hits, names).walk());
}

thread_local! {
    /// What was judged in the texts before, for the next: chunks of one log hold the same hosts.
    static NAMES: RefCell<Names> = RefCell::default();
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, map: Option<&'t [u32]>, origin: &'t [u8], hits: &'t mut Hits, names: &'t mut Names) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            map,
            origin,
            hits,
            names,
            value: String::new(),
            done: 0,
            steps: [Events::default(); BATCH],
            steps_at: 0,
            steps_len: 0,
            plain_until: 0,
            #[cfg(test)]
            everywhere: false,
            decoded: Decoded::default(),
            colons_until: 0,
            coded_until: 0,
            quoted_until: 0,
            url: (0, 0),
        }
    }

    /// A text of its own, already in plain form.
    pub(super) fn over(text: &'t str, hits: &'t mut Hits, names: &'t mut Names) -> Self {
        Self::new(text, None, text.as_bytes(), hits, names)
    }

    /// Looks at every place that the triggers point at.
    fn walk(&mut self) {
        let mut triggers = Triggers::default();
        loop {
            let base = self.steps_at;
            self.steps_len = triggers.fill(self.bytes, base, &mut self.steps);
            #[cfg(test)]
            if self.everywhere {
                for step in &mut self.steps {
                    *step = Events { token: !0, mark: !0, colons: !0, spaced: !0, odd: !0, ..*step };
                }
            }
            for at in 0..self.steps_len {
                self.look_at_step(base + at * STEP, at);
            }
            if self.steps_len < BATCH {
                return;
            }
            self.steps_at += BATCH * STEP;
        }
    }

    fn look_at_step(&mut self, base: usize, step: usize) {
        let events = self.steps[step];
        let mut any = events.any();
        // Signs are looked at even inside what was judged: the line may have to be read in plain form.
        let signs = if self.map.is_none() { events.odd | events.mark } else { 0 };
        let token_alone = !(events.odd | events.mark | events.colons | events.spaced);
        while any != 0 {
            let bit = any.trailing_zeros();
            any &= any - 1;
            if token_alone >> bit & 1 == 1 {
                self.token_at(base + bit as usize);
            } else {
                self.look(base + bit as usize, bit, &events);
            }
            if let Some(judged) = self.done.checked_sub(base) {
                any &= signs | if judged < STEP { !0 << judged } else { 0 };
            }
        }
    }

    fn look(&mut self, at: usize, bit: u32, events: &Events) {
        let here = |lane: u64| lane >> bit & 1 == 1;
        if at < self.plain_until || at >= self.bytes.len() {
            return;
        }
        if here(events.odd | events.mark) && self.map.is_none() && refang::is_odd_around(self.bytes, at) {
            return self.read_plain(at);
        }
        if here(events.mark) && at >= self.done {
            self.mark(at);
        }
        if here(events.colons) && at >= self.done && self.byte(at) == b':' {
            self.colons(at);
        }
        if here(events.spaced) && at >= self.done {
            self.spaced(at);
        }
        if here(events.token) && at >= self.done {
            self.token_at(at);
        }
    }

    /// Walks the whole line around `at` again, in plain form.
    fn read_plain(&mut self, at: usize) {
        let start = memchr::memrchr(b'\n', &self.bytes[..at]).map_or(0, |feed| feed + 1);
        let end = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |feed| at + feed);
        self.forget_from(start);
        let mut plain = Plain::default();
        plain.read(self.text, start..end);
        let mut line = Scan::new(&plain.text, Some(&plain.map), self.bytes, self.hits, self.names);
        #[cfg(test)]
        {
            line.everywhere = self.everywhere;
        }
        line.walk();
        (self.done, self.plain_until) = (end, end);
    }

    /// Walks a text that was decoded out of this one, with the place of each of its bytes here; whether anything was found.
    pub(super) fn walk_within(&mut self, text: &str, map: &[u32], coding: Coding) -> bool {
        let Some(decoded) = self.decoded.within(coding) else { return false };
        let before = self.hits.len();
        let outer = |at: &u32| self.map.map_or(*at, |map| map.get(*at as usize).copied().unwrap_or(u32::MAX));
        let map: Vec<u32> = map.iter().map(outer).collect();
        let mut inner = Scan::new(text, Some(&map), self.origin, self.hits, self.names);
        inner.decoded = decoded;
        #[cfg(test)]
        {
            inner.everywhere = self.everywhere;
        }
        inner.walk();
        self.hits.len() > before
    }

    /// The codings this text was taken out of.
    pub(super) const fn decoded(&self) -> Decoded {
        self.decoded
    }

    /// Keeps what a reading finds only if some of it lies over the sign at `at`.
    pub(super) fn keep_over(&mut self, at: usize, read: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = self.hits.len();
        let here = self.span(at, at).start;
        let over = read(self)
            && self
                .hits
                .iter()
                .skip(before)
                .any(|(hit, _)| (hit.span.start as usize) <= here && here < hit.span.end as usize);
        if !over {
            self.hits.truncate(before);
        }
        over
    }

    /// Forgets what was found from `start` on, if another reading finds something there.
    pub(super) fn replace_from(&mut self, start: usize, read: impl FnOnce(&mut Self) -> bool) -> bool {
        let start = self.span(start, start).start;
        let before = self.hits.len();
        if !read(self) {
            return false;
        }
        self.hits.forget(before, start);
        true
    }

    /// A sign: the token before it, or what stands around it, may be something.
    fn mark(&mut self, at: usize) {
        let next = match self.byte(at) {
            b':' if class(self.before(at)) & ALPHA != 0 && url::is_mark(self.bytes, at) => {
                return self.token_at(at - 1);
            }
            b':' => return self.colons(at),
            b'/' if at > 2 && self.bytes[at - 2..].starts_with(b"://") => return self.token_at(at - 3),
            b'@' if class(self.before(at)) & TOKEN != 0 => return self.token_at(at - 1),
            b'+' if matches!(self.byte(at + 1), b'1'..=b'9') => return self.token_at(at + 1),
            b'@' => HANDLE.iter().find_map(|find| find(self, at)),
            b'%' => decoded::percent(self, at),
            b'=' => decoded::quoted_printable(self, at),
            _ if class(self.before(at)) & TOKEN != 0 && self.byte(at).is_ascii_alphabetic() => None,
            b'L' => line_id::find(self, at),
            b'M' => mac::named(self, at),
            b'a' | b'A' => asn::named(self, at).or_else(|| asn::numbered(self, at)),
            b'i' | b'I' if self.is_behind_japanese(at) => social::find_id(self, at),
            0xe3 if class(self.before(at)) & ALPHA != 0 => social::find_owned(self, at),
            _ => None,
        };
        self.done = next.map_or(self.done, |next| next.max(self.done));
    }

    /// Whether `ID` stands at `at`, right behind Japanese or a space behind it.
    fn is_behind_japanese(&self, at: usize) -> bool {
        let high = |at: Option<usize>| at.is_some_and(|at| !self.bytes[at].is_ascii());
        let id = self.bytes.get(at..at + 2).is_some_and(|word| word.eq_ignore_ascii_case(b"id"));
        id && (high(at.checked_sub(1)) || (self.before(at) == b' ' && high(at.checked_sub(2))))
    }

    /// The run of hex digits, colons and dots around `at`.
    fn colons(&mut self, at: usize) {
        let part = |byte: &u8| *byte == b':' || class(*byte) & (DIGIT | HEX | DOT) != 0;
        // A group such as `e313` may have been judged as a token before its colons were seen.
        let from = self.colons_until.max(at.saturating_sub(ipv6::LONGEST + 1)).min(at);
        let lead = self.bytes[from..at].iter().rev().take_while(|byte| part(byte)).count();
        let token = Token { start: at - lead.min(ipv6::LONGEST), end: at, flags: 0 };
        if let Some(next) = self.ask(&COLONS, token) {
            (self.done, self.colons_until) = (next.max(self.done), next.max(self.colons_until));
        }
    }

    /// Groups of digits with spaces or brackets between them, `at` the first digit of a group behind others: numbers in
    /// fours, cards in 4-6-5, and whatever begins with 0.
    fn spaced(&mut self, at: usize) {
        let from = self.done.max(at.saturating_sub(24));
        let mut groups = [(0, 0); 8];
        let (mut count, mut end) = (0, at);
        while end > from && count < groups.len() {
            let mut last = end;
            while last > from && end - last < 2 && is_gap(self.bytes[last - 1]) {
                last -= 1;
            }
            let mut start = last;
            while start > from && self.bytes[start - 1].is_ascii_digit() {
                start -= 1;
            }
            if last == end || start == last {
                break;
            }
            groups[count] = (start, last - start);
            (end, count) = (start, count + 1);
        }
        let groups = &groups[..count];
        let fours = matches!(groups, [(_, 4 | 6), (_, 4), ..]);
        for (start, digits) in groups.iter().rev() {
            // Behind `%` or `u` the first digits may belong to an escape sequence.
            let zero = self.byte(*start) == b'0' && (2..=5).contains(digits);
            if *start >= self.done && (fours || zero || matches!(self.before(*start), b'%' | b'u')) {
                self.token_at(*start);
            }
        }
    }

    /// The byte at `at`; a line feed past the end.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// The byte before `at`; a line feed at the start.
    #[inline]
    pub(super) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b'\n', |at| self.byte(at))
    }

    /// A part of the text, empty where it does not fall on character boundaries.
    #[inline]
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or("")
    }

    /// Up to `max` bytes before `at`, on the same line.
    pub(super) fn lead(&self, at: usize, max: usize) -> &'t str {
        let mut from = at.saturating_sub(max);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let from = memchr::memrchr(b'\n', self.bytes.get(from..at).unwrap_or(&[])).map_or(from, |feed| from + feed + 1);
        self.slice(from, at)
    }

    /// Up to `max` bytes from `at` on, on the same line.
    pub(super) fn tail(&self, at: usize, max: usize) -> &'t str {
        let mut to = at.saturating_add(max).min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        let to = memchr::memchr(b'\n', self.bytes.get(at..to).unwrap_or(&[])).map_or(to, |feed| at + feed);
        self.slice(at, to)
    }

    /// Whether this is a line in plain form rather than the evidence's own text.
    pub(super) const fn is_plain_form(&self) -> bool {
        self.map.is_some()
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
        self.decoded.is_none()
            && self.map.is_some_and(|map| {
                let at = |at: usize| map.get(at).copied().unwrap_or(0) as usize;
                at(end) - at(start) != end - start
            })
    }

    /// Reports a value that stands in the text in canonical form.
    pub(super) fn report(&mut self, kind: Kind, start: usize, end: usize, value: &str, implied: bool) {
        let span = self.span(start, end);
        self.hits.push_decoded(kind, span, value, implied, true, self.decoded);
    }

    /// Reports a value whose canonical form is how it stands in the text.
    pub(super) fn report_at(&mut self, kind: Kind, start: usize, end: usize, implied: bool, verified: bool) {
        let span = self.span(start, end);
        self.hits.push_decoded(kind, span, self.slice(start, end), implied, verified, self.decoded);
    }

    /// Reports the value built in [`Scan::value`].
    pub(super) fn report_built(&mut self, kind: Kind, start: usize, end: usize, implied: bool, verified: bool) {
        let span = self.span(start, end);
        self.hits.push_decoded(kind, span, &self.value, implied, verified, self.decoded);
    }

    /// Whether a wallet stands right before `at`, as in a table of transfers, or but for a word such as 宛てに.
    pub(super) fn follows_wallet(&self, at: usize) -> bool {
        let here = self.span(at, at).start;
        self.hits.last().is_some_and(|hit| {
            let gap = here.checked_sub(hit.span.end as usize);
            gap.is_some_and(|gap| (1..=BESIDE).contains(&gap))
                && super::family(hit.kind).is_some_and(|family| family.about.class == Class::Crypto)
        })
    }

    fn span(&self, start: usize, end: usize) -> std::ops::Range<usize> {
        let Some(map) = self.map else { return start..end };
        let at = |at: usize| map.get(at).copied().unwrap_or(0) as usize;
        // What plain form leaves out (zero-width characters) may lie between this value and what follows.
        at(start)..at(end) - refang::joiners_before(&self.origin[at(start)..at(end)])
    }

    /// Forgets what was found from `start` on.
    fn forget_from(&mut self, start: usize) {
        while self.hits.last().is_some_and(|hit| hit.span.start as usize >= start) {
            self.hits.truncate(self.hits.len() - 1);
        }
    }
}

/// What may stand between groups of digits.
const fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'(' | b')' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What texts are made of, between strokes.
    const PIECES: &str = "203.0.113.5|example.jp|例え|。|．|｡|.|@|＠|[.]|(at)|[dot]|hxxps://|http://|/|?a=|:|::|2001:db8::1|e313\
        |00:00:5e:00:53:01|00-00-5E-00-53-01|0000.5e00.5301|user|+|%40|%3A%2F%2F|090|-|ー|1234|5678| |　|「|」\
        |です|の|普通|記号10530|番号|1234567|０９０|ｊｐ|\\n|\n|+81|(|)|（|）|0|0x|f|CVE-2026-|T1566.001|AS64496|_|☆|ドット\
        |\u{200b}|銀行(9998)|支店(998)|12345671|bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs|.onion|xn--|www.|com\
        |,|\"|LINE|ID:|〇九〇|MAC|AS番号|.)|dot]|at>|ｰ|ｱ|ID|d41d8cd98f00b204e9800998ecf8427e|abcdefghijklmnopqrstuvwxyz";

    /// What is found when every byte of the text is looked at for every reason.
    fn found_everywhere(text: &str) -> Hits {
        let (mut hits, mut names) = (Hits::default(), Names::default());
        let mut scan = Scan::new(text, None, text.as_bytes(), &mut hits, &mut names);
        scan.everywhere = true;
        scan.walk();
        hits.sort_from(0);
        hits
    }

    proptest! {
        #[test]
        fn triggers_pass_over_nothing(pieces in prop::collection::vec(prop::sample::select(PIECES.split('|').collect::<Vec<_>>()), 0..24)) {
            let text = pieces.concat();
            let mut hits = Hits::default();
            scan(&text, &mut hits);
            hits.sort_from(0);
            let list = |hits: &Hits| {
                let plain = |(hit, value): (&crate::model::Hit, &str)| {
                    (hit.kind, hit.span.clone(), value.to_owned(), hit.implied, hit.verified, hit.decoded)
                };
                hits.iter().map(plain).collect::<Vec<_>>()
            };
            prop_assert_eq!(list(&hits), list(&found_everywhere(&text)), "{}", text);
        }
    }
}
