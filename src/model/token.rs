//! Where tokens begin and end: runs of ASCII letters, digits, `.`, `_` and `-`. Sixty-four bytes at a time.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for wide vectors"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, u8x64};

/// Bytes judged at once.
const STEP: usize = 64;
/// Steps judged in one go.
const BATCH: usize = 64;

/// Walks the places of a text where a token begins or ends, in turn; the first is a beginning.
pub(super) struct Edges<'a> {
    text: &'a [u8],
    /// Edges of the steps judged, one bit a byte.
    lanes: [u64; BATCH],
    /// Edges of this step not yet told.
    lane: u64,
    /// Which step of the batch that is, and where in the text it begins.
    step: usize,
    base: usize,
    /// Where the text not yet judged begins.
    judged: usize,
    /// Whether the byte before it is part of a token.
    inside: bool,
}

impl<'a> Edges<'a> {
    pub(super) const fn of(text: &'a [u8]) -> Self {
        Self { text, lanes: [0; BATCH], lane: 0, step: BATCH, base: 0, judged: 0, inside: false }
    }

    /// The next edge; the text's end when there is none left.
    #[inline]
    pub(super) fn next(&mut self) -> usize {
        while self.lane == 0 {
            if !self.turn() {
                return self.text.len();
            }
        }
        let at = self.base + self.lane.trailing_zeros() as usize;
        self.lane &= self.lane - 1;
        at.min(self.text.len())
    }

    /// Goes to the last token that begins behind `from` and not behind `to`, as far as the text is judged; tells where. `from`
    /// is where the token begins whose end would be told next.
    pub(super) fn pass(&mut self, from: usize, to: usize) -> Option<usize> {
        let batch = self.base - self.step * STEP;
        let to = to.min(batch + STEP * BATCH - 1);
        if self.step >= BATCH || to <= from {
            return None;
        }
        // The edge before a byte of a token is its beginning; before any other it is an end, and the one before that begins.
        let mut ends = usize::from(!is_token(*self.text.get(to)?));
        let mut step = (to - batch) / STEP;
        let mut lane = self.lanes.get(step)? & (u64::MAX >> (STEP - 1 - (to - batch) % STEP));
        loop {
            if let Some(last) = lane.checked_ilog2() {
                if ends == 0 {
                    let at = batch + step * STEP + last as usize;
                    if at <= from {
                        return None;
                    }
                    (self.step, self.base) = (step, batch + step * STEP);
                    self.lane = self.lanes.get(step)? & (u64::MAX << last << 1);
                    return Some(at);
                }
                ends = 0;
                lane ^= 1 << last;
            } else {
                step = step.checked_sub(1).filter(|step| batch + step * STEP + STEP > from)?;
                lane = *self.lanes.get(step)?;
            }
        }
    }

    /// Goes on to the next step; whether there is one.
    fn turn(&mut self) -> bool {
        self.step += 1;
        self.base += STEP;
        if self.step >= BATCH {
            if self.judged >= self.text.len() {
                self.step = BATCH;
                return false;
            }
            (self.base, self.step) = (self.judged, 0);
            dispatch!(Level::new(), simd => self.judge(simd));
            for lane in &mut self.lanes {
                let tokens = *lane;
                *lane = tokens ^ (tokens << 1 | u64::from(self.inside));
                self.inside = tokens >> (STEP - 1) == 1;
            }
        }
        self.lane = self.lanes.get(self.step).copied().unwrap_or(0);
        true
    }

    #[inline(always)]
    fn judge<S: Simd>(&mut self, simd: S) {
        let mut rest = self.text.get(self.judged..).unwrap_or(&[]);
        for lane in &mut self.lanes {
            let Some(bytes) = rest.first_chunk::<STEP>() else { break };
            *lane = tokens(simd, bytes);
            rest = rest.get(STEP..).unwrap_or(&[]);
        }
        // What fills the last step up is no token, so that the last token ends.
        let whole = (self.text.len() - self.judged) / STEP;
        for lane in self.lanes.iter_mut().skip(whole) {
            let mut bytes = [b' '; STEP];
            bytes.iter_mut().zip(std::mem::take(&mut rest)).for_each(|(to, from)| *to = *from);
            *lane = tokens(simd, &bytes);
        }
        self.judged += STEP * BATCH;
    }
}

/// Whether a byte divides the parts of a token.
pub(super) const fn is_joint(byte: u8) -> bool {
    matches!(byte, b'.' | b'_' | b'-')
}

/// Whether a byte is part of a token.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || is_joint(byte)
}

#[inline(always)]
fn tokens<S: Simd>(simd: S, bytes: &[u8; STEP]) -> u64 {
    let bytes = u8x64::from_slice(simd, bytes);
    let within = |bytes: u8x64<S>, first: u8, last: u8| (bytes - first).simd_le(last - first);
    let letters = within(bytes | 0x20, b'a', b'z');
    let digits = within(bytes, b'0', b'9');
    (letters | digits | within(bytes, b'-', b'.') | bytes.simd_eq(b'_')).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &[u8]) -> Vec<usize> {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
        let (mut edges, mut inside) = (Vec::new(), false);
        for (at, byte) in text.iter().enumerate() {
            if part(byte) != inside {
                edges.push(at);
                inside = !inside;
            }
        }
        edges
    }

    proptest! {
        #[test]
        fn edges_are_where_tokens_begin_and_end(text in prop::collection::vec(prop::sample::select(&b"aZ09._-@[`{/:,+ \n\x7f\x80\xff"[..]), 0..9000), cut in 0_usize..400) {
            for text in [&text[..], &text[..cut.min(text.len())]] {
                let mut edges = Edges::of(text);
                let mut found = Vec::new();
                loop {
                    let at = edges.next();
                    if at == text.len() {
                        break;
                    }
                    found.push(at);
                }
                prop_assert_eq!(edges.next(), text.len());
                prop_assert_eq!(&found, &plain(text));
            }
        }
    }
}
