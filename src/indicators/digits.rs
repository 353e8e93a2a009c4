//! Groups of digits that belong together, and the check digit of Luhn (ISO/IEC 7812-1 annex B).

use super::class::{ALNUM, DIGIT, class};
use super::scan::Scan;

/// Digits in groups with single spaces or hyphens between.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Grouped {
    digits: [u8; Self::MOST],
    count: usize,
    lens: [usize; Self::GROUPS],
    groups: usize,
    /// After the last digit.
    pub(super) end: usize,
}

impl Grouped {
    const MOST: usize = 20;
    const GROUPS: usize = 6;

    /// The groups that begin at `start`; `None` where the digits go on or letters follow.
    pub(super) fn at(scan: &Scan<'_>, start: usize) -> Option<Self> {
        let mut out = Self::default();
        let mut at = start;
        loop {
            let len =
                scan.bytes.get(at..)?.iter().take(Self::MOST + 1).take_while(|byte| byte.is_ascii_digit()).count();
            if len == 0 || out.count + len > Self::MOST || out.groups == Self::GROUPS {
                return None;
            }
            out.digits[out.count..out.count + len].copy_from_slice(&scan.bytes[at..at + len]);
            out.lens[out.groups] = len;
            out.count += len;
            out.groups += 1;
            at += len;
            let more = matches!(scan.byte(at), b' ' | b'-') && class(scan.byte(at + 1)) & DIGIT != 0;
            if !more {
                break;
            }
            at += 1;
        }
        out.end = at;
        (class(scan.byte(at)) & ALNUM == 0).then_some(out)
    }

    /// The digits.
    pub(super) fn digits(&self) -> &str {
        std::str::from_utf8(&self.digits[..self.count]).unwrap_or("")
    }

    /// How long each group is.
    pub(super) fn shape(&self) -> &[usize] {
        &self.lens[..self.groups]
    }
}

/// Whether the last digit is the check digit of the others.
pub(super) fn is_luhn(digits: &str) -> bool {
    let double = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte.wrapping_sub(b'0') % 10))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { double(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

/// The digits of a text that holds nothing but digits, spaces, hyphens and long vowel signs.
pub(super) fn plain(text: &str) -> Option<String> {
    let sign = |c: char| matches!(c, ' ' | '-' | '\u{3000}' | 'ー');
    text.chars().all(|c| c.is_ascii_digit() || sign(c)).then(|| text.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn_holds_for_published_test_numbers() {
        for good in ["4111111111111111", "378282246310005", "490154203237518", "0"] {
            assert!(is_luhn(good), "{good}");
        }
        assert!(!is_luhn("4111111111111112") && !is_luhn("490154203237519"));
    }
}
