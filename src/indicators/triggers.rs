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
use fearless_simd::{Level, Simd, dispatch, mask8x64, u8x16, u8x64};

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
    #[inline]
    pub(super) const fn any(&self) -> u64 {
        self.token | self.mark | self.colons | self.spaced | self.odd
    }

    /// Bytes of tokens.
    #[inline(always)]
    pub(super) const fn word(&self) -> u64 {
        self.digit | self.alpha | self.dot | self.dash
    }
}

/// A lane of this step, and its last bits in the step before.
///
/// Kept as so few, they are shifted in by two plain instructions. Out of a whole word, compilers make one that shifts two
/// words, and that takes some processors longer than all the comparing.
#[derive(Clone, Copy, Debug)]
struct Lane {
    now: u64,
    before: u64,
}

/// What the next step will see of a lane.
#[derive(Clone, Copy, Debug, Default)]
struct Left(u64);

impl Left {
    #[inline(always)]
    const fn step(&mut self, now: u64) -> Lane {
        let before = self.0;
        self.0 = now >> (64 - SIGHT);
        Lane { now, before }
    }
}

/// As far as a lane is seen back into the step before.
const SIGHT: u32 = 16;

impl Lane {
    /// The lane as seen `by` bytes further on.
    #[inline(always)]
    const fn back(self, by: u32) -> u64 {
        self.now << by | self.before >> (SIGHT - by)
    }

    #[inline(always)]
    const fn is_empty(self) -> bool {
        self.now | self.before == 0
    }

    #[inline(always)]
    const fn or(self, other: Self) -> Self {
        Self { now: self.now | other.now, before: self.before | other.before }
    }
}

/// The lanes of one step.
struct Lanes {
    digit: Lane,
    alpha: Lane,
    dot: Lane,
    dash: Lane,
    colon: Lane,
    slash: Lane,
    high: Lane,
    gap: Lane,
    bracket: Lane,
}

/// Turns steps into events; remembers of each lane what the step before left.
#[derive(Debug, Default)]
pub(super) struct Triggers {
    digit: Left,
    alpha: Left,
    dot: Left,
    dash: Left,
    colon: Left,
    slash: Left,
    high: Left,
    gap: Left,
    bracket: Left,
    /// Digits behind one and two dots.
    dotted: [Left; 2],
    /// Colons behind one, two and three others.
    coloned: [Left; 3],
    /// Runs of two, four and seven digits or hyphens.
    number: [Left; 3],
    /// Runs of two and four digits.
    digits: [Left; 2],
    /// Ends of eight letters and digits.
    eights: Left,
    wide_dot: Left,
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
        // A gap is a space or a round bracket; a bracket opens.
        let lanes = Lanes {
            digit: self.digit.step(within(bytes, b'0', b'9').to_bitmask()),
            alpha: self.alpha.step(within(folded, b'a', b'z').to_bitmask()),
            dot: self.dot.step(is(bytes, b'.').to_bitmask()),
            dash: self.dash.step((is(bytes, b'-') | is(bytes, b'_')).to_bitmask()),
            colon: self.colon.step(is(bytes, b':').to_bitmask()),
            slash: self.slash.step(is(bytes, b'/').to_bitmask()),
            high: self.high.step(bytes.simd_ge(0x80).to_bitmask()),
            gap: self.gap.step((is(bytes, b' ') | is(bytes & 0xfe, b'(')).to_bitmask()),
            bracket: self.bracket.step((is(folded, b'{') | is(bytes, b'(') | is(bytes, b'<')).to_bitmask()),
        };
        let odd = is(folded, b'p').to_bitmask() | !lanes.digit.now & !lanes.alpha.now;
        let mut events = Events {
            token: self.dots(&lanes) | self.numbers(&lanes) | self.runs(&lanes) | lanes.prefixed() | lanes.hardware(),
            mark: lanes.schemes() | marks(simd, window),
            colons: self.colons(lanes.colon),
            spaced: lanes.spaced(),
            odd: lanes.bracket.back(1) & odd,
            digit: lanes.digit.now,
            alpha: lanes.alpha.now,
            dot: lanes.dot.now,
            dash: lanes.dash.now,
        };
        if !lanes.high.is_empty() {
            self.other_scripts(simd, window, &lanes, &mut events);
        }
        events
    }

    /// A third dot between short numbers; a letter behind a dot.
    #[inline(always)]
    fn dots(&mut self, lanes: &Lanes) -> u64 {
        let name = lanes.alpha.now & lanes.dot.back(1);
        let first = lanes.digit.now & lanes.dot.back(1) & lanes.digit.back(2);
        let one = self.dotted[0].step(first);
        let two = self.dotted[1].step(first & (one.back(2) | one.back(3) | one.back(4)));
        name | first & (two.back(2) | two.back(3) | two.back(4))
    }

    /// Seven digits or hyphens in a row.
    #[inline(always)]
    fn numbers(&mut self, lanes: &Lanes) -> u64 {
        let single = lanes.digit.or(lanes.dash);
        let two = self.number[0].step(single.now & single.back(1));
        let four = self.number[1].step(two.now & two.back(2));
        let seven = self.number[2].step(four.now & four.back(3));
        seven.now & !seven.back(1)
    }

    /// Two aligned groups of eight letters and digits, as any run of 23 holds: hashes and wallets.
    #[inline(always)]
    const fn runs(&mut self, lanes: &Lanes) -> u64 {
        let eights = self.eights.step(zero_bytes(!(lanes.digit.now | lanes.alpha.now)));
        eights.now & eights.back(8)
    }

    /// Five colons, two to five apart.
    #[inline(always)]
    fn colons(&mut self, colon: Lane) -> u64 {
        let near = |lane: Lane| lane.back(2) | lane.back(3) | lane.back(4) | lane.back(5);
        let two = self.coloned[0].step(if colon.is_empty() { 0 } else { colon.now & near(colon) });
        let three = self.coloned[1].step(if two.is_empty() { 0 } else { two.now & near(two) });
        let four = self.coloned[2].step(if three.is_empty() { 0 } else { three.now & near(three) });
        if four.is_empty() { 0 } else { four.now & near(four) }
    }

    /// What only texts with other scripts hold.
    #[inline(always)]
    fn other_scripts<S: Simd>(&mut self, simd: S, window: &[u8; WINDOW], lanes: &Lanes, events: &mut Events) {
        let (this, next) = (load(simd, window, 0), load(simd, window, 1));
        let third = load(simd, window, 2);
        let signs = WIDE.first.of(simd, this) & WIDE.second.of(simd, next) & WIDE.third.of(simd, third);
        let among = |sets: u8| !(signs & sets).simd_eq(0).to_bitmask();
        let Lanes { digit, alpha, high, gap, .. } = *lanes;
        let alnum = digit.or(alpha);
        let joiners = (is(this, 0xc2) | within(this, 0xe2, 0xe3)).to_bitmask();
        let spaced = gap.back(1) & alnum.back(2);
        events.odd |= among(FORMS) | joiners & (alnum.back(1) | spaced);
        // A label behind an ideographic dot; five digits behind Japanese; `ID` behind Japanese; `の` behind a name.
        let label = self.wide_dot.step(among(DOTS)).back(3) & alpha.now;
        let two = self.digits[0].step(digit.now & digit.back(1));
        let four = self.digits[1].step(two.now & two.back(2));
        let near = Lane {
            now: high.back(1) | high.back(2) | high.back(3),
            before: (high.before << 1 | high.before << 2 | high.before << 3) & ((1 << SIGHT) - 1),
        };
        let start = Lane { now: near.now & !digit.back(1), before: near.before & !(digit.before << 1) };
        events.token |= label | start.back(4) & four.now & digit.back(4);
        let id = (is(this | 0x20, b'i') & is(next | 0x20, b'd')).to_bitmask();
        let owner = among(OWNER);
        let number = (is(this, b'A') & is(next, b'S') & is(third, 0xe7)).to_bitmask();
        events.mark |= number | id & (high.back(1) | high.back(2) & gap.back(1)) | owner & alpha.back(1);
    }
}

impl Lanes {
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
}

/// Whether a run of exactly three digits stands among the bytes, of which there are at most 255.
pub(super) fn has_three_digits(bytes: &[u8]) -> bool {
    let mut padded = [0; 4 * STEP];
    let Some(place) = padded.get_mut(..bytes.len()).filter(|_| bytes.len() < 4 * STEP) else { return true };
    place.copy_from_slice(bytes);
    dispatch!(Level::new(), simd => three_digits(simd, &padded))
}

#[inline(always)]
fn three_digits<S: Simd>(simd: S, bytes: &[u8; 4 * STEP]) -> bool {
    let (mut left, mut found) = (Left::default(), 0);
    for step in bytes.as_chunks::<STEP>().0 {
        let digit = left.step(within(u8x64::from_slice(simd, step), b'0', b'9').to_bitmask());
        found |= !digit.now & digit.back(1) & digit.back(2) & digit.back(3) & !digit.back(4);
    }
    found != 0
}

/// The top bit of each byte that is zero.
#[inline(always)]
const fn zero_bytes(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    !(((word & LOW) + LOW) | word | LOW)
}

/// Signs that are events wherever they stand, up to eight sets of them: a byte out of each column, one behind another.
///
/// A byte stands in a set if the lookups of its two halves both say so; that lets a few neighbours in beside the bytes
/// written here, which the families turn away.
struct Signs {
    low: [u8; 16],
    high: [u8; 16],
}

impl Signs {
    /// What may stand in one column of each set; anything where that is empty.
    const fn column(sets: [&[u8]; 8]) -> Self {
        let (mut low, mut high) = ([0; 16], [0; 16]);
        let mut set = 0;
        while set < 8 {
            let mut at = 0;
            while at < sets[set].len() {
                low[(sets[set][at] & 15) as usize] |= 1 << set;
                high[(sets[set][at] >> 4) as usize] |= 1 << set;
                at += 1;
            }
            while sets[set].is_empty() && at < 16 {
                low[at] |= 1 << set;
                high[at] |= 1 << set;
                at += 1;
            }
            set += 1;
        }
        Self { low, high }
    }

    /// The sets that each byte may stand in.
    #[inline(always)]
    fn of<S: Simd>(&self, simd: S, bytes: u8x64<S>) -> u8x64<S> {
        let table = |table: &[u8; 16]| u8x64::block_splat(u8x16::from_slice(simd, table));
        let low = table(&self.low).swizzle_dyn_within_blocks(bytes & 15);
        low & table(&self.high).swizzle_dyn_within_blocks(bytes >> 4)
    }
}

/// Three columns of signs.
struct Triples {
    first: Signs,
    second: Signs,
    third: Signs,
}

/// Full-width forms and `＠`, `ａ`; `｡`; `ｰ`; `〇`; `。`; `．`; `の`.
static WIDE: Triples = Triples {
    first: Signs::column([b"\xef", b"\xef", b"\xef", b"\xef", b"\xe3", b"\xe3", b"\xef", b"\xe3"]),
    second: Signs::column([b"\xbb\xbc", b"\xbd", b"\xbd", b"\xbd", b"\x80", b"\x80", b"\xbc", b"\x81"]),
    third: Signs::column([b"", NARROW, b"\xa1", b"\xb0", b"\x87", b"\x82", b"\x8e", b"\xae"]),
};
/// The last bytes of the full-width forms from `｀` on, with room for one more.
const NARROW: &[u8] = b"\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d\x9e\x9f";
/// The sets of those that may begin an unusual spelling.
const FORMS: u8 = 0b0001_1111;
/// Dots.
const DOTS: u8 = 0b0110_0100;
/// `の`.
const OWNER: u8 = 0b1000_0000;

/// `LIN` and `MAC`, `asn`, `:__` and `:\\\\`, `=3D` and soft line breaks, `+8`, a closing bracket behind `dot`, `at` and `.`.
static PLAIN: Triples = Triples {
    first: Signs::column([b"LM", b"aA", b":", b"=", b"+", b"tT.", b"tT.", b"tT."]),
    second: Signs::column([b"IA", b"sS", b"_\\", b"3\n\r", b"123456789", b"]}", b")", b">"]),
    third: Signs::column([b"NC", b"nN", b"_\\", b"", b"", b"", b"", b""]),
};

/// Those signs, `@` and `%`.
#[inline(always)]
fn marks<S: Simd>(simd: S, window: &[u8; WINDOW]) -> u64 {
    let (this, next, third) = (load(simd, window, 0), load(simd, window, 1), load(simd, window, 2));
    let signs = PLAIN.first.of(simd, this) & PLAIN.second.of(simd, next) & PLAIN.third.of(simd, third);
    !signs.simd_eq(0).to_bitmask() | (is(this, b'@') | is(this, b'%')).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn three_digits_are_seen_wherever_they_stand(text in "([0-9]{1,5}|[a-z]{1,9}|あ){0,30}") {
            let runs = text.as_bytes().split(|byte| !byte.is_ascii_digit());
            let wanted = text.len() >= 4 * STEP || runs.into_iter().any(|run| run.len() == 3);
            prop_assert_eq!(has_three_digits(text.as_bytes()), wanted, "{}", text);
        }
    }
}
