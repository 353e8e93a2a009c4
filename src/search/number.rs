//! Numbers as they stand in bank answers and exchange tables, compared exactly whatever their length.

use super::query::Comparison;
use crate::model::fold::fold;
use std::cmp::Ordering;

/// A decimal number of any length: amounts in wei have more digits than a float keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// ASCII digits before the point, without leading zeros.
    whole: Vec<u8>,
    /// ASCII digits after the point, without trailing zeros.
    part: Vec<u8>,
}

/// Longest text that is read as a number.
const MAX_TEXT: usize = 200;
/// Largest power of ten that is applied.
const MAX_EXPONENT: usize = 400;

impl Decimal {
    /// Reads a number as people and tables write it: digits of any width, `,` between digits, a sign (`▲` and `△` too,
    /// or brackets), a currency sign before, `円` or `%` after, a power of ten.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        if !text.is_empty() && text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::from_digits(false, text.as_bytes().to_vec(), Vec::new()));
        }
        let folded = fold(text);
        let mut rest = folded.trim();
        let mut negative = false;
        if let Some(inner) = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            (negative, rest) = (true, inner.trim());
        }
        let currency = ['¥', '\\', '$', '€', '£'];
        rest = rest.strip_prefix(currency).unwrap_or(rest).trim_start();
        if let Some(after) = rest.strip_prefix(['-', '▲', '△']) {
            (negative, rest) = (!negative, after.trim_start());
        } else if let Some(after) = rest.strip_prefix('+') {
            rest = after.trim_start();
        }
        rest = rest.strip_prefix(currency).unwrap_or(rest).trim_start();
        rest = rest.strip_suffix(['円', '%']).unwrap_or(rest).trim_end();
        let (mantissa, exponent) = match rest.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = grouped(whole)?;
        let part = part.as_bytes();
        if (whole.is_empty() && part.is_empty()) || !part.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let (whole, part) = shifted(whole, part.to_vec(), exponent)?;
        Some(Self::from_digits(negative, whole, part))
    }

    fn from_digits(negative: bool, mut whole: Vec<u8>, mut part: Vec<u8>) -> Self {
        let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
        whole.drain(..zeros);
        while part.last() == Some(&b'0') {
            part.pop();
        }
        let negative = negative && !(whole.is_empty() && part.is_empty());
        Self { negative, whole, part }
    }

    /// Whether `self` stands in this relation to `other`.
    #[must_use]
    pub fn is(&self, comparison: Comparison, other: &Self) -> bool {
        let order = self.cmp(other);
        match comparison {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::AtLeast => order != Ordering::Less,
            Comparison::Less => order == Ordering::Less,
            Comparison::AtMost => order != Ordering::Greater,
        }
    }

    fn size(&self, other: &Self) -> Ordering {
        let whole = self.whole.len().cmp(&other.whole.len()).then_with(|| self.whole.cmp(&other.whole));
        whole.then_with(|| self.part.cmp(&other.part))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.size(other),
            (true, true) => other.size(self),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Digits with commas only between digits.
fn grouped(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    for (index, byte) in bytes.iter().enumerate() {
        let inside = index > 0 && bytes.get(index + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => out.push(*byte),
            b',' if inside => {}
            _ => return None,
        }
    }
    Some(out)
}

/// Moves the point by a power of ten.
fn shifted(mut whole: Vec<u8>, mut part: Vec<u8>, exponent: i32) -> Option<(Vec<u8>, Vec<u8>)> {
    let by = usize::try_from(exponent.unsigned_abs()).ok().filter(|by| *by <= MAX_EXPONENT)?;
    if exponent >= 0 {
        part.resize(part.len().max(by), b'0');
        let rest = part.split_off(by);
        whole.append(&mut part);
        return Some((whole, rest));
    }
    let mut digits = vec![b'0'; by.saturating_sub(whole.len())];
    digits.append(&mut whole);
    let mut tail = digits.split_off(digits.len() - by);
    tail.append(&mut part);
    Some((digits, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        Decimal::from_text(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn numbers_are_read_as_tables_write_them() {
        for (text, plain) in [
            ("１，２３４円", "1234"),
            ("¥1,234", "1234"),
            ("▲500", "-500"),
            ("(500)", "-500"),
            ("-¥500", "-500"),
            ("1.50", "1.5"),
            ("15e-1", "1.5"),
            ("1.5E+3", "1500"),
            ("-0", "0"),
            ("007", "7"),
        ] {
            assert_eq!(number(text), number(plain), "{text}");
        }
        for bad in ["", "-", ".", "1,", ",1", "1.2.3", "abc", "1e999", "0x10", "203.0.113.7"] {
            assert_eq!(Decimal::from_text(bad), None, "{bad}");
        }
    }

    #[test]
    fn long_numbers_compare_by_every_digit() {
        assert!(number("100000000000000000000000001") > number("100000000000000000000000000"));
        assert!(number("-2") < number("-1"));
        assert!(number("0.1") > number("0.09"));
        assert!(number("9") < number("10"));
    }
}
