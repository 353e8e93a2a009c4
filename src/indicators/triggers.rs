//! Where a text is worth a look. Sixty-four bytes at a time become bit lanes (digits, letters, dots…), and shifted lanes
//! meet where something may stand: a digit behind a third dot, eight digits and hyphens in a row, `@`, `://`.
//!
//! This only points; the families decide. It may point at nothing, but never passes over what a family would accept
//! (`scan` has a test that walks every token instead and must find the same). Time is the same for every text.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into a dispatched function is compiled for wide vectors"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, mask8x64, u8x64};

/// Bytes judged at once.
pub(super) const STEP: usize = 64;
/// Bytes looked at: a step and what follows it.
pub(super) const WINDOW: usize = STEP + 8;

/// Places to look at, one bit for each byte of a step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Events {
    /// In, or right behind, a token that some family may want.
    pub(super) token: u64,
    /// A sign that says what stands around it: `@`, `://`, `::`, `%40`, `LIN`.
    pub(super) mark: u64,
    /// In a long run of groups between colons.
    pub(super) colons: u64,
    /// A group of digits behind another, with a space or bracket between.
    pub(super) spaced: u64,
    /// An unusual spelling may begin here.
    pub(super) odd: u64,
    /// What the bytes are, so that tokens are measured by the word instead of the byte: digits, letters, dots, and
    /// hyphens with underscores.
    pub(super) digit: u64,
    pub(super) alpha: u64,
    pub(super) dot: u64,
    pub(super) dash: u64,
}

impl Events {
    /// All places.
    pub(super) const fn any(&self) -> u64 {
        self.token | self.mark | self.colons | self.spaced | self.odd
    }

    /// Bytes of tokens.
    #[inline(always)]
    pub(super) const fn word(&self) -> u64 {
        self.digit | self.alpha | self.dot | self.dash
    }
}

/// A lane of this step and of the step before.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    now: u64,
    before: u64,
}

impl Lane {
    /// The lane as seen `by` bytes further on.
    #[inline(always)]
    const fn back(self, by: u32) -> u64 {
        self.now << by | self.before >> (64 - by)
    }

    #[inline(always)]
    const fn step(&mut self, now: u64) {
        self.before = self.now;
        self.now = now;
    }

    const fn is_empty(self) -> bool {
        self.now | self.before == 0
    }

    #[inline(always)]
    const fn or(self, other: Self) -> Self {
        Self { now: self.now | other.now, before: self.before | other.before }
    }
}

/// Turns steps into events; remembers the step before.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    digit: Lane,
    alpha: Lane,
    dot: Lane,
    dash: Lane,
    colon: Lane,
    slash: Lane,
    high: Lane,
    gap: Lane,
    bracket: Lane,
    /// Digits behind one and two dots.
    dotted: [Lane; 2],
    /// Colons behind one, two and three others.
    coloned: [Lane; 3],
    /// Runs of two and four digits or hyphens.
    number: [Lane; 3],
    /// Runs of two and four digits.
    digits: [Lane; 2],
    wide_dot: Lane,
}

/// Steps judged in one go.
pub(super) const BATCH: usize = 64;

/// Bytes of a window from `ahead` on.
#[inline(always)]
fn load<S: Simd>(simd: S, window: &[u8; WINDOW], ahead: usize) -> u8x64<S> {
    u8x64::from_slice(simd, &window[ahead..ahead + STEP])
}

/// Whether bytes lie in a range.
#[inline(always)]
fn within<S: Simd>(bytes: u8x64<S>, first: u8, last: u8) -> mask8x64<S> {
    (bytes - first).simd_le(last - first)
}

#[inline(always)]
fn is<S: Simd>(bytes: u8x64<S>, byte: u8) -> mask8x64<S> {
    bytes.simd_eq(byte)
}

impl Triggers {
    /// Fills `out` with the events of the text from `at` on; says how many steps that were. The last step of a text is
    /// filled up with line feeds.
    pub(super) fn fill(&mut self, bytes: &[u8], at: usize, out: &mut [Events; BATCH]) -> usize {
        dispatch!(Level::new(), simd => self.fill_with(simd, bytes, at, out))
    }

    #[inline(always)]
    fn fill_with<S: Simd>(&mut self, simd: S, bytes: &[u8], at: usize, out: &mut [Events; BATCH]) -> usize {
        let mut rest = bytes.get(at..).unwrap_or(&[]);
        let mut steps = 0;
        for events in out {
            *events = if let Some(window) = rest.first_chunk() {
                self.step(simd, window)
            } else if rest.is_empty() {
                break;
            } else {
                let mut window = [b'\n'; WINDOW];
                window[..rest.len()].copy_from_slice(rest);
                self.step(simd, &window)
            };
            rest = rest.get(STEP..).unwrap_or(&[]);
            steps += 1;
        }
        steps
    }

    /// The events of the next step of the text.
    #[inline(always)]
    fn step<S: Simd>(&mut self, simd: S, window: &[u8; WINDOW]) -> Events {
        let bytes = load(simd, window, 0);
        let folded = bytes | 0x20;
        self.digit.step(within(bytes, b'0', b'9').to_bitmask());
        self.alpha.step(within(folded, b'a', b'z').to_bitmask());
        self.dot.step(is(bytes, b'.').to_bitmask());
        self.dash.step((is(bytes, b'-') | is(bytes, b'_')).to_bitmask());
        self.colon.step(is(bytes, b':').to_bitmask());
        self.slash.step(is(bytes, b'/').to_bitmask());
        self.high.step(within(bytes, 0x80, 0xff).to_bitmask());
        // A space or a round bracket; an opening bracket.
        self.gap.step((is(bytes, b' ') | is(bytes & 0xfe, b'(')).to_bitmask());
        self.bracket.step((is(folded, b'{') | is(bytes, b'(') | is(bytes, b'<')).to_bitmask());
        let mut events = Events {
            token: self.dots() | self.numbers() | self.runs() | self.prefixed() | self.hardware(),
            mark: self.schemes() | marks(simd, window),
            colons: self.colons(),
            spaced: self.spaced(),
            odd: self.bracket.back(1) & (is(folded, b'p').to_bitmask() | !self.digit.now & !self.alpha.now),
            digit: self.digit.now,
            alpha: self.alpha.now,
            dot: self.dot.now,
            dash: self.dash.now,
        };
        if !self.high.is_empty() {
            self.other_scripts(simd, window, &mut events);
        }
        events
    }

    /// A third dot between short numbers; a letter behind a dot.
    #[inline(always)]
    fn dots(&mut self) -> u64 {
        let name = self.alpha.now & self.dot.back(1);
        let first = self.digit.now & self.dot.back(1) & self.digit.back(2);
        let [one, two] = &mut self.dotted;
        one.step(first);
        two.step(first & (one.back(2) | one.back(3) | one.back(4)));
        name | first & (two.back(2) | two.back(3) | two.back(4))
    }

    /// Seven digits or hyphens in a row.
    #[inline(always)]
    fn numbers(&mut self) -> u64 {
        let single = self.digit.or(self.dash);
        let [two, four, seven] = &mut self.number;
        two.step(single.now & single.back(1));
        four.step(two.now & two.back(2));
        seven.step(four.now & four.back(3));
        seven.now & !seven.back(1)
    }

    /// Two aligned groups of eight letters and digits, as any run of 23 holds: hashes and wallets.
    #[inline(always)]
    const fn runs(&self) -> u64 {
        let other = Lane { now: !(self.digit.now | self.alpha.now), before: !(self.digit.before | self.alpha.before) };
        let eights = Lane { now: zero_bytes(other.now), before: zero_bytes(other.before) };
        eights.now & eights.back(8)
    }

    /// A letter and three digits: `T1566`, `AS64496`.
    #[inline(always)]
    const fn prefixed(&self) -> u64 {
        self.digit.now & self.digit.back(1) & self.digit.back(2) & self.alpha.back(3)
    }

    /// Five hyphens, three apart; two dots, five apart.
    #[inline(always)]
    const fn hardware(&self) -> u64 {
        let pairs = self.dash.now & self.dash.back(3);
        let pairs = if pairs == 0 { 0 } else { pairs & self.dash.back(6) & self.dash.back(9) & self.dash.back(12) };
        pairs | self.dot.now & self.dot.back(5)
    }

    /// Digits behind others with a space or bracket, and perhaps a hyphen, between.
    #[inline(always)]
    const fn spaced(&self) -> u64 {
        let gap = self.gap.back(1) & (self.digit.back(2) | self.gap.back(2) | self.dash.back(2));
        self.digit.now & (gap | self.dash.back(1) & self.gap.back(2))
    }

    /// `://`, `::` and `:\/\/`.
    #[inline(always)]
    const fn schemes(&self) -> u64 {
        self.colon.now & self.colon.back(1)
            | self.slash.now & (self.slash.back(1) & self.colon.back(2) | self.slash.back(2) & self.colon.back(4))
    }

    /// Five colons, two to five apart.
    #[inline(always)]
    fn colons(&mut self) -> u64 {
        let near = |lane: Lane| lane.back(2) | lane.back(3) | lane.back(4) | lane.back(5);
        let [two, three, four] = &mut self.coloned;
        two.step(if self.colon.is_empty() { 0 } else { self.colon.now & near(self.colon) });
        three.step(if two.is_empty() { 0 } else { two.now & near(*two) });
        four.step(if three.is_empty() { 0 } else { three.now & near(*three) });
        if four.is_empty() { 0 } else { four.now & near(*four) }
    }

    /// What only texts with other scripts hold.
    #[inline(always)]
    fn other_scripts<S: Simd>(&mut self, simd: S, window: &[u8; WINDOW], events: &mut Events) {
        let (this, next, third) = (load(simd, window, 0), load(simd, window, 1), load(simd, window, 2));
        let alnum = self.digit.or(self.alpha);
        // Full-width forms; signs and kana behind a letter or digit; 〇.
        let narrow = is(next, 0xbd) & (third.simd_le(0x9e) | is(third, 0xa1) | is(third, 0xb0));
        let forms = (is(this, 0xef) & (is(next, 0xbc) | is(next, 0xbb) | narrow)).to_bitmask();
        let joiners = (is(this, 0xc2) | within(this, 0xe2, 0xe3)).to_bitmask();
        let punctuation = is(this, 0xe3) & is(next, 0x80);
        let circle = (punctuation & is(third, 0x87)).to_bitmask();
        let spaced = self.gap.back(1) & alnum.back(2);
        events.odd |= forms | circle | joiners & (alnum.back(1) | spaced);
        // A label behind an ideographic dot; five digits behind Japanese; `ID` behind Japanese; `の` behind a name.
        let full = is(next, 0xbc) & is(third, 0x8e) | is(next, 0xbd) & is(third, 0xa1);
        self.wide_dot.step((punctuation & is(third, 0x82) | is(this, 0xef) & full).to_bitmask());
        let label = self.wide_dot.back(3) & self.alpha.now;
        let [two, four] = &mut self.digits;
        two.step(self.digit.now & self.digit.back(1));
        four.step(two.now & two.back(2));
        let near = Lane {
            now: self.high.back(1) | self.high.back(2) | self.high.back(3),
            before: self.high.before << 1 | self.high.before << 2 | self.high.before << 3,
        };
        let start = Lane { now: near.now & !self.digit.back(1), before: near.before & !(self.digit.before << 1) };
        events.token |= label | start.back(4) & four.now & self.digit.back(4);
        let id = (is(this | 0x20, b'i') & is(next | 0x20, b'd')).to_bitmask();
        let owner = (is(this, 0xe3) & is(next, 0x81) & is(third, 0xae)).to_bitmask();
        let number = (is(this, b'A') & is(next, b'S') & is(third, 0xe7)).to_bitmask();
        events.mark |=
            number | id & (self.high.back(1) | self.high.back(2) & self.gap.back(1)) | owner & self.alpha.back(1);
    }
}

/// The top bit of each byte that is zero.
#[inline(always)]
const fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

/// Signs that are events wherever they stand: `@`, `%`, `+8`, `=3D`, `:__`, `:\\`, `LIN`, `MAC`, `asn`, a closing bracket behind `dot`, `at` and `.`.
#[inline(always)]
fn marks<S: Simd>(simd: S, window: &[u8; WINDOW]) -> u64 {
    let (this, next, third) = (load(simd, window, 0), load(simd, window, 1), load(simd, window, 2));
    let equals = is(this, b'=') & (is(next, b'3') | within(next, b'\n', b'\r'));
    let line = is(this, b'L') & is(next, b'I') & is(third, b'N');
    let spelt = is(this, b':') & (is(next, b'_') & is(third, b'_') | is(next, b'\\') & is(third, b'\\'));
    let mac = is(this, b'M') & is(next, b'A') & is(third, b'C');
    let asn = is(this | 0x20, b'a') & is(next | 0x20, b's') & is(third | 0x20, b'n');
    let closing = is(next | 0x20, b'}') | is(next, b')') | is(next, b'>');
    let closed = (is(this | 0x20, b't') | is(this, b'.')) & closing;
    (is(this, b'@')
        | is(this, b'%')
        | is(this, b'+') & within(next, b'1', b'9')
        | equals
        | spelt
        | line
        | mac
        | asn
        | closed)
        .to_bitmask()
}
