//! Tokens: what stands around a place, and which families its make-up and its neighbours call for.

use super::class::{ALNUM, ALPHA, DIGIT, DOT, HYPHEN, TOKEN, UNDERSCORE, class, classes};
use super::scan::{Find, Scan, Token};
use super::triggers::{Events, STEP};
use super::{AT_SIGN, DOTTED, JOINED, LONG_RUN, NUMBER, PREFIXED, SCHEME, url};

/// Shortest run of letters and digits that can be a hash or a wallet.
const SHORTEST_RUN: usize = 23;

impl Scan<'_> {
    /// The token that holds the byte at `at`.
    pub(super) fn token_at(&mut self, at: usize) {
        if at < self.done || class(self.byte(at)) & TOKEN == 0 {
            return;
        }
        let token = self.token_around(at);
        self.done = self.token(token).max(token.end);
    }

    /// The token around the byte at `at`, which is one of it, as far as it was not judged before.
    pub(super) fn token_around(&self, at: usize) -> Token {
        if let Some(token) = self.token_in_steps(at) {
            return token;
        }
        let part = |byte: &&u8| class(**byte) & TOKEN != 0;
        let start = at - self.bytes[self.done..at].iter().rev().take_while(part).count();
        let end = at + self.bytes[at..].iter().take_while(part).count();
        self.part(start, end)
    }

    /// The same by whole words of the steps; `None` where it reaches out of them.
    fn token_in_steps(&self, at: usize) -> Option<Token> {
        let from = at.checked_sub(self.steps_at)?;
        let (step, bit) = (from / STEP, from % STEP);
        let steps = self.steps.get(..self.steps_len)?;
        let here = steps.get(step)?;
        let word = here.word();
        let mut before = !word & !(!0 << bit);
        let mut behind = !word >> bit << bit;
        if before != 0 && behind != 0 {
            // Most stand in one step.
            let base = from - bit;
            let start = (base + STEP - before.leading_zeros() as usize).max(self.done.saturating_sub(self.steps_at));
            let end = base + behind.trailing_zeros() as usize;
            let inside = (1_u64 << (end - base)).wrapping_sub(1) >> (start - base) << (start - base);
            let flags = self.flags(here, base, inside);
            return Some(Token { start: self.steps_at + start, end: self.steps_at + end, flags });
        }
        let (mut first, mut last) = (step, step);
        while before == 0 {
            first = first.checked_sub(1)?;
            before = !steps[first].word();
        }
        while behind == 0 {
            last += 1;
            behind = !steps.get(last)?.word();
        }
        let start = first * STEP + STEP - before.leading_zeros() as usize;
        let end = last * STEP + behind.trailing_zeros() as usize;
        let start = start.max(self.done.saturating_sub(self.steps_at));
        let mut flags = 0;
        for (at, events) in (first..).zip(&steps[first..=last]) {
            // Bytes of this step that are the token's; none at its edges.
            let from = start.saturating_sub(at * STEP).min(STEP);
            let len = end.saturating_sub(at * STEP).min(STEP).saturating_sub(from);
            let inside = if len == 0 { 0 } else { !0 >> (STEP - len) << from };
            flags |= self.flags(events, at * STEP, inside);
        }
        Some(Token { start: self.steps_at + start, end: self.steps_at + end, flags })
    }

    /// The classes, joined, of those bytes of a step that begins so far behind the first.
    #[inline]
    fn flags(&self, events: &Events, from: usize, inside: u64) -> u8 {
        let has = |lane: u64, class: u8| if lane & inside == 0 { 0 } else { class };
        let mut flags = has(events.digit, DIGIT) | has(events.alpha, ALPHA) | has(events.dot, DOT);
        let mut dashes = events.dash & inside;
        while dashes != 0 {
            flags |= class(self.byte(self.steps_at + from + dashes.trailing_zeros() as usize));
            dashes &= dashes - 1;
        }
        flags & TOKEN
    }

    /// Where dots stand in a token of at most 64 bytes, one bit for each of its bytes.
    pub(super) fn dots(&self, token: Token) -> u64 {
        let len = (token.end - token.start).clamp(1, STEP);
        let lane =
            |step: usize| self.steps.get(..self.steps_len).and_then(|steps| steps.get(step)).map(|step| step.dot);
        let in_steps = || {
            let from = token.start.checked_sub(self.steps_at)?;
            let (step, bit) = (from / STEP, from % STEP);
            let low = lane(step)? >> bit;
            let high = if bit + len > STEP { lane(step + 1)? << (STEP - bit) } else { 0 };
            Some((low | high) & (!0 >> (STEP - len)))
        };
        in_steps().unwrap_or_else(|| {
            let bytes = self.bytes[token.start..token.end].iter().take(STEP).enumerate();
            bytes.fold(0, |dots, (at, byte)| dots | u64::from(*byte == b'.') << at)
        })
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
            b':' if url::is_mark(self.bytes, token.end) => self.ask(&SCHEME, token),
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
        if flags & !(DIGIT | HYPHEN) == 0 && end - start < SHORTEST_RUN {
            let fits = NUMBER.iter().filter(|(lengths, _)| lengths.hold(end - start));
            return fits.map(|(_, find)| find).find_map(|find| find(self, token));
        }
        if flags & DIGIT != 0 {
            let joined = flags & (HYPHEN | UNDERSCORE) != 0;
            let prefixed = !joined && end - start < 15 && self.byte(start).is_ascii_uppercase();
            let families: &[Find] = if joined { &JOINED } else { &PREFIXED };
            if (joined || prefixed)
                && let Some(next) = self.ask(families, token)
            {
                return Some(next);
            }
        }
        if end - start >= SHORTEST_RUN { self.long_runs(token) } else { None }
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
        if token.flags & UNDERSCORE != 0
            && let Some(next) = url::find_underscored(self, token)
        {
            return Some(next.max(token.end));
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

    fn long_runs(&mut self, token: Token) -> Option<usize> {
        let mut next = None;
        let mut start = token.start;
        for at in token.start..=token.end {
            if at == token.end || class(self.byte(at)) & ALNUM == 0 {
                if at - start >= SHORTEST_RUN && next.is_none_or(|next| start >= next) {
                    let run = self.part(start, at);
                    next = self.ask(&LONG_RUN, run).or_else(|| self.behind_ticker(run)).or(next);
                }
                start = at + 1;
            }
        }
        next
    }

    /// A wallet right behind the sign of its coin: `BTC34oV…`.
    fn behind_ticker(&mut self, run: Token) -> Option<usize> {
        const COINS: [&str; 11] = ["BTC", "ETH", "LTC", "XRP", "TRX", "SOL", "XMR", "BCH", "DOGE", "USDT", "TRC20"];
        let text = self.slice(run.start, run.end);
        let coin = COINS.iter().find(|coin| text.starts_with(**coin))?;
        let rest = self.part(run.start + coin.len(), run.end);
        self.ask(&LONG_RUN, rest)
    }

    pub(super) fn ask(&mut self, families: &[Find], token: Token) -> Option<usize> {
        families.iter().find_map(|find| find(self, token))
    }

    /// A part of the text as a token of its own.
    pub(super) fn part(&self, start: usize, end: usize) -> Token {
        Token { start, end, flags: classes(self.bytes.get(start..end).unwrap_or(&[])) & TOKEN }
    }

    /// The token without dots, hyphens and underscores at its ends.
    fn trimmed(&self, token: Token) -> Token {
        let bytes = &self.bytes[token.start..token.end];
        let edge = |byte: Option<&u8>| byte.is_some_and(|byte| class(*byte) & ALNUM != 0);
        if edge(bytes.first()) && edge(bytes.last()) {
            return token;
        }
        let lead = bytes.iter().take_while(|byte| class(**byte) & ALNUM == 0).count();
        let tail = bytes[lead..].iter().rev().take_while(|byte| class(**byte) & ALNUM == 0).count();
        if lead + tail == 0 { token } else { self.part(token.start + lead, token.end - tail) }
    }
}
