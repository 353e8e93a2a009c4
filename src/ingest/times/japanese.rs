//! Times as Japanese people and offices write them: 2026年4月1日 午後3時05分, 令和8年4月2日, R8.4.2, 25時, full-width digits.

use super::ascii::{set_time, time_of_day};
use super::cursor::Cursor;
use super::stamp::Stamp;
use crate::model::Precision;

/// Characters looked at: no time is longer.
const WINDOW: usize = 64;

/// A Gregorian date.
type Day = (i32, u32, u32);

/// The eras: name, letter, the year before their first, the day each began.
const ERAS: [(&str, char, i32, Day); 5] = [
    ("令和", 'R', 2018, (2019, 5, 1)),
    ("平成", 'H', 1988, (1989, 1, 8)),
    ("昭和", 'S', 1925, (1926, 12, 25)),
    ("大正", 'T', 1911, (1912, 7, 30)),
    ("明治", 'M', 1867, (1868, 10, 23)),
];

/// How a text that may begin with a time must be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// As it stands.
    Plain,
    /// Through [`folded`].
    Folded,
}

/// Whether a text can begin with a Japanese time, from its first signs: most lines cannot, and cost nothing.
#[must_use]
pub fn start(text: &str) -> Option<Start> {
    let mut signs = text.chars();
    let first = signs.next()?;
    match first {
        '0'..='9' => {
            let mut digits = 1;
            let next = signs.find(|c| {
                digits += 1;
                !c.is_ascii_digit() || digits > 5
            })?;
            match next {
                '年' | '月' => Some(if is_narrow(text) { Start::Plain } else { Start::Folded }),
                '０'..='９' | '／' | '－' | '．' => Some(Start::Folded),
                _ => None,
            }
        }
        _ if (is_numeral(first) || matches!(first, '０'..='９'))
            && signs.clone().take(6).any(|c| matches!(c, '年' | '月' | '／' | '－' | '．' | '/' | '-' | '.')) =>
        {
            Some(Start::Folded)
        }
        '㋿' | '㍻' | '㍼' | '㍽' | '㍾' => Some(Start::Folded),
        _ if ERAS.iter().any(|(name, ..)| text.starts_with(name)) => Some(Start::Folded),
        _ => None,
    }
}

/// Whether the start of a text needs no folding to be read.
fn is_narrow(text: &str) -> bool {
    !text
        .chars()
        .take(24)
        .any(|c| is_numeral(c) || matches!(c, '\u{3000}' | '\u{ff01}'..='\u{ff5e}' | '元' | '\u{2212}'))
}

const fn is_numeral(c: char) -> bool {
    matches!(c, '〇' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// `R8.4.2`: a time only where one is expected.
#[must_use]
pub fn is_short_era(text: &str) -> bool {
    let [letter, digit, ..] = text.as_bytes() else { return false };
    digit.is_ascii_digit() && ERAS.iter().any(|(_, known, ..)| letter.to_ascii_uppercase() == *known as u8)
}

/// The start of `text` with full-width ASCII made narrow, era ligatures spelled out and kanji numerals made digits.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut out = String::with_capacity(WINDOW * 2);
    let mut numerals = String::new();
    for c in text.chars().take(WINDOW) {
        if is_numeral(c) {
            numerals.push(c);
            continue;
        }
        push_numerals(&mut numerals, &mut out);
        match c {
            '\u{ff01}'..='\u{ff5e}' => out.push(char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)),
            '\u{3000}' => out.push(' '),
            '\u{2212}' | '\u{2010}' => out.push('-'),
            '㋿' => out.push_str("令和"),
            '㍻' => out.push_str("平成"),
            '㍼' => out.push_str("昭和"),
            '㍽' => out.push_str("大正"),
            '㍾' => out.push_str("明治"),
            '元' => out.push('1'),
            _ => out.push(c),
        }
    }
    push_numerals(&mut numerals, &mut out);
    out
}

/// 二〇二六 digit by digit, 二十三 by tens.
fn push_numerals(numerals: &mut String, out: &mut String) {
    let digit = |c: char| "〇一二三四五六七八九".chars().position(|n| n == c);
    if let Some((tens, ones)) = numerals.split_once('十') {
        let part = |text: &str, empty: usize| {
            if text.is_empty() { empty } else { text.chars().next().and_then(digit).unwrap_or(0) }
        };
        out.push_str(&(part(tens, 1) * 10 + part(ones, 0)).to_string());
    } else {
        out.extend(numerals.chars().filter_map(digit).map(|value| value.to_string()));
    }
    numerals.clear();
}

/// Reads a time at the start of folded text; the second value is the bytes it takes.
#[must_use]
pub fn leading(text: &str) -> Option<(Stamp, usize)> {
    let mut cursor = Cursor::new(text.as_bytes());
    let mut stamp = date(&mut cursor)?;
    let mut ahead = cursor;
    ahead.spaces();
    weekday(&mut ahead);
    ahead.spaces();
    if clock(&mut ahead, &mut stamp) {
        super::ascii::zone(&mut ahead, &mut stamp);
        cursor = ahead;
    }
    Some((stamp, cursor.at))
}

/// 2026年4月1日, 令和8年4月2日, R8.4.2, R8/4/2, 4月2日 (no year).
fn date(cursor: &mut Cursor<'_>) -> Option<Stamp> {
    let era = era(cursor);
    cursor.spaces();
    let first = cursor.number(1, 4)?;
    if era.is_none() && cursor.eat_all("月".as_bytes()) {
        let day = cursor.number(1, 2)?;
        return cursor.eat_all("日".as_bytes()).then(|| Stamp::yearless(first, day)).flatten();
    }
    let kanji = cursor.eat_all("年".as_bytes());
    let mark = if kanji { None } else { Some(cursor.eat_any(b"./-")?) };
    // 2026年度 is a fiscal year, not a date.
    cursor.spaces();
    let month = cursor.number(1, 2)?;
    let next = match mark {
        Some(mark) => cursor.eat(mark),
        None => cursor.eat_all("月".as_bytes()),
    };
    if !next {
        return None;
    }
    cursor.spaces();
    let day = cursor.number(1, 2)?;
    if kanji && !cursor.eat_all("日".as_bytes()) {
        return None;
    }
    let first = i32::try_from(first).ok()?;
    match era {
        Some((before, began)) if (1..=64).contains(&first) => {
            let stamp = Stamp::day(before + first, month, day)?;
            // 昭和64年 ended on 7 January; a date before an era began is not in it.
            (before + first, month, day).ge(&began).then_some(stamp)
        }
        None if first >= 1000 => Stamp::day(first, month, day),
        _ => None,
    }
}

fn era(cursor: &mut Cursor<'_>) -> Option<(i32, Day)> {
    for (name, letter, before, began) in ERAS {
        if cursor.eat_all(name.as_bytes()) {
            return Some((before, began));
        }
        let rest = cursor.rest();
        if rest.first().is_some_and(|byte| byte.to_ascii_uppercase() == letter as u8)
            && rest.get(1).is_some_and(u8::is_ascii_digit)
        {
            cursor.at += 1;
            return Some((before, began));
        }
    }
    None
}

/// (水), (水曜日), 水曜日.
fn weekday(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    let bracket = ahead.eat(b'(');
    if !["月", "火", "水", "木", "金", "土", "日"].iter().any(|day| ahead.eat_all(day.as_bytes())) {
        return;
    }
    let long = ahead.eat_all("曜日".as_bytes()) || ahead.eat_all("曜".as_bytes());
    if (bracket && ahead.eat(b')')) || (!bracket && long) {
        *cursor = ahead;
    }
}

/// 午後3時05分12秒, 15時半, 15:05:12, 正午, 25時.
fn clock(cursor: &mut Cursor<'_>, stamp: &mut Stamp) -> bool {
    let mut ahead = *cursor;
    if ahead.eat_all("正午".as_bytes()) {
        stamp.precision = Precision::Minute;
        stamp.secs = 12 * 3600;
        *cursor = ahead;
        return true;
    }
    let half = if ahead.eat_all("午前".as_bytes()) {
        Some(0)
    } else if ahead.eat_all("午後".as_bytes()) {
        Some(12)
    } else {
        None
    };
    ahead.spaces();
    let mut trial = *stamp;
    if !time_of_day(&mut ahead, &mut trial) && kanji_time(&mut ahead, &mut trial).is_none() {
        return false;
    }
    if let Some(half) = half {
        let hour = trial.secs / 3600;
        if hour > 12 {
            return false;
        }
        // By statute 午後12時 is midnight; clocks, telephones and spreadsheets mean noon. The choice is marked.
        trial.assumed = hour == 12;
        trial.secs = trial.secs % 3600 + (hour % 12 + half) * 3600;
    }
    *stamp = trial;
    *cursor = ahead;
    true
}

fn kanji_time(cursor: &mut Cursor<'_>, stamp: &mut Stamp) -> Option<()> {
    let mut ahead = *cursor;
    let hour = ahead.number(1, 2)?;
    if !ahead.eat_all("時".as_bytes()) {
        return None;
    }
    let mut precision = Precision::Minute;
    let (mut minute, mut second) = (0, 0);
    let mut further = ahead;
    further.spaces();
    if ahead.eat_all("半".as_bytes()) {
        minute = 30;
    } else if let Some(value) = further.number(1, 2).filter(|_| further.eat_all("分".as_bytes())) {
        minute = value;
        ahead = further;
        further.spaces();
        if let Some(value) = further.number(1, 2).filter(|_| further.eat_all("秒".as_bytes())) {
            second = value;
            precision = Precision::Second;
            ahead = further;
        }
    }
    set_time(stamp, hour, minute, second)?;
    stamp.precision = precision;
    *cursor = ahead;
    Some(())
}
