//! Finds the table in delimited text: its delimiter, its heading, its columns, and which of them hold the time.

use super::delimited::{Cell, cell_stamp};
use super::{Sample, roles};
use crate::ingest::encoding::Unit;
use crate::ingest::quotes::{End, Quotes};
use crate::ingest::times::{self, Stamp, japanese};
use crate::model::Precision;
use crate::model::evidence::ReadingForm;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Note: byte offset of the heading.
pub(super) const HEADER: &str = "header";
/// Note: column of the time, from 0.
pub const TIME: &str = "time";
/// Note: name of the column a person says holds the time.
pub const TIME_COLUMN: &str = "time-column";
/// Note: column of the time of day where it stands apart from the date.
pub(super) const CLOCK: &str = "clock";
/// Note: offset in minutes that the heading of the time column states.
pub(super) const OFFSET: &str = "offset";

/// Note: `day` or `month`, whichever comes first in dates as `30/7/2015`.
pub(super) const FIRST: &str = "first";

/// Records looked at.
const RECORDS: usize = 300;
/// A heading stands at most this many records down.
const HEADING_WITHIN: usize = 40;

/// A delimiter with what speaks for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// The delimiter.
    pub(super) delimiter: u8,
    /// 0 to 100.
    pub(super) score: u8,
    columns: usize,
}

/// Splits one record into raw cells, quotation marks kept.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    rest: Option<&'a str>,
    delimiter: u8,
    quoted: bool,
}

impl<'a> Cells<'a> {
    /// The cells of a record.
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self { rest: Some(text), delimiter, quoted: memchr::memchr(b'"', text.as_bytes()).is_some() }
    }
}

impl<'a> Iterator for Cells<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let bytes = rest.as_bytes();
        let mut from = 0;
        if self.quoted && bytes.first() == Some(&b'"') {
            from = 1;
            loop {
                let Some(mark) = memchr::memchr(b'"', bytes.get(from..).unwrap_or(&[])) else {
                    // Never closed: the mark is a character like any other.
                    from = 0;
                    break;
                };
                from += mark + 1;
                if bytes.get(from) != Some(&b'"') {
                    break;
                }
                from += 1;
            }
        }
        let end = memchr::memchr(self.delimiter, bytes.get(from..).unwrap_or(&[])).map(|at| from + at);
        self.rest = end.and_then(|end| rest.get(end + 1..));
        rest.get(..end.unwrap_or(rest.len()))
    }
}

/// A cell without its quotation marks.
pub(super) fn plain(cell: &str) -> Cow<'_, str> {
    match cell.trim_end().strip_prefix('"').and_then(|inner| inner.strip_suffix('"')) {
        Some(inner) if inner.contains("\"\"") => Cow::Owned(inner.replace("\"\"", "\"")),
        Some(inner) => Cow::Borrowed(inner),
        None => Cow::Borrowed(cell),
    }
}

/// The most convincing delimiter of a sample.
pub(super) fn best(sample: &Sample<'_>) -> Option<Table> {
    let first = sample.text.trim_start().as_bytes().first()?;
    if matches!(first, b'{' | b'<') || is_of_another_format(sample.text) {
        return None;
    }
    b",\t;|".iter().filter_map(|delimiter| judge(sample, *delimiter)).max_by_key(|table| (table.score, table.columns))
}

/// Logs that are tables too, but say themselves of what kind.
fn is_of_another_format(text: &str) -> bool {
    if super::line::is_talk(text) {
        return true;
    }
    let mut lines = text.lines().take(40).filter(|line| !super::is_blank(line));
    lines.any(|line| {
        ["#Fields:", "#fields", "#separator"].iter().any(|mark| line.starts_with(mark)) || super::cef::is_event(line)
    })
}

/// The records of a sample that are not blank, each with its start in the text.
fn records<'a>(sample: &Sample<'a>, delimiter: u8) -> Vec<(usize, &'a str)> {
    let mut quotes = Quotes::new(sample.text.as_bytes(), delimiter, true);
    let (mut out, mut at) = (Vec::new(), 0);
    while at < sample.text.len() && out.len() < RECORDS {
        let (End::At(end) | End::Unclosed(end)) = quotes.end(at) else { break };
        let record = sample.text.get(at..end).unwrap_or("");
        let record = record.strip_suffix('\r').unwrap_or(record);
        if !super::is_blank(record) {
            out.push((at, record));
        }
        at = end + 1;
    }
    out
}

/// The column count most records have, and how many have it.
fn usual_count(records: &[(usize, &str)], delimiter: u8) -> (usize, usize) {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, record) in records {
        *counts.entry(Cells::new(record, delimiter).count()).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(columns, records)| (*records, *columns)).unwrap_or((0, 0))
}

fn judge(sample: &Sample<'_>, delimiter: u8) -> Option<Table> {
    let records = records(sample, delimiter);
    let (columns, agreeing) = usual_count(&records, delimiter);
    if columns < 2 || records.is_empty() {
        return None;
    }
    let heading = heading(&records, delimiter, columns);
    // What stands above a heading says what the table is; it does not speak against there being one.
    let share = (agreeing * 100 / (records.len() - heading.unwrap_or(0))).min(100);
    let named = [".csv", ".tsv", ".tab"].iter().any(|ending| sample.name.ends_with(ending));
    let typed = typed_columns(&records, delimiter, columns, heading.map_or(0, |at| at + 1));
    // Two columns, or a table that says nothing about itself, could as well be prose with a comma.
    let backed = heading.is_some() || named || (columns >= 3 && records.len() >= 3 && typed * 3 >= columns);
    let least = if heading.is_some() && columns >= 3 { 60 } else { 80 };
    if !backed || share < least || (records.len() == 1 && !named) {
        return None;
    }
    let score = share * 70 / 100 + 10 * usize::from(heading.is_some()) + 5 * usize::from(columns > 3);
    Some(Table { delimiter, score: u8::try_from(score).unwrap_or(0), columns })
}

/// Columns whose cells are nearly all numbers, times or addresses.
fn typed_columns(records: &[(usize, &str)], delimiter: u8, columns: usize, from: usize) -> usize {
    let mut good = vec![0_usize; columns];
    let mut total = 0;
    for (_, record) in records.iter().skip(from).take(100) {
        total += 1;
        for (index, cell) in Cells::new(record, delimiter).enumerate().take(columns) {
            if is_typed(plain(cell).trim())
                && let Some(count) = good.get_mut(index)
            {
                *count += 1;
            }
        }
    }
    good.iter().filter(|count| total > 0 && **count * 10 >= total * 9).count()
}

/// Whether a cell is a number, a time or an address rather than a name or words.
fn is_typed(cell: &str) -> bool {
    let number = |c: char| {
        c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | '%' | '円' | '¥' | '￥' | '▲' | '０'..='９')
    };
    !cell.is_empty()
        && (cell.chars().all(number) && cell.chars().any(char::is_numeric)
            || times::whole(cell, true).is_some()
            || cell.parse::<std::net::IpAddr>().is_ok())
}

/// Words that headings of such tables use.
const WORDS: [&str; 46] = [
    "日時",
    "日付",
    "年月日",
    "時刻",
    "氏名",
    "名義",
    "口座",
    "番号",
    "住所",
    "金額",
    "残高",
    "摘要",
    "銀行",
    "支店",
    "電話",
    "メール",
    "アドレス",
    "種別",
    "備考",
    "会員",
    "通貨",
    "数量",
    "利用者",
    "端末",
    "発信",
    "着信",
    "id",
    "date",
    "time",
    "name",
    "user",
    "address",
    "email",
    "phone",
    "amount",
    "status",
    "type",
    "ip",
    "port",
    "host",
    "url",
    "hash",
    "message",
    "event",
    "level",
    "content",
];

/// Which record is the heading: the first with the usual count that is more than a title in a row of empty cells, if its
/// cells are distinct names and the rows below differ from it or it uses the words of headings.
fn heading(records: &[(usize, &str)], delimiter: u8, columns: usize) -> Option<usize> {
    let is_full = |record: &str| {
        let (mut all, mut filled) = (0, 0);
        Cells::new(record, delimiter).for_each(|cell| {
            all += 1;
            filled += usize::from(!plain(cell).trim().is_empty());
        });
        all == columns && filled * 3 >= all * 2
    };
    let at = records.iter().take(HEADING_WITHIN).position(|(_, record)| is_full(record))?;
    let (_, record) = records.get(at)?;
    let mut cells: Vec<String> = Cells::new(record, delimiter).map(|cell| plain(cell).trim().to_lowercase()).collect();
    let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
    if cells.iter().any(|cell| is_typed(cell) || cell.chars().count() > 60) {
        return None;
    }
    // Names do not look like this; lines of other logs do.
    if cells.iter().any(|cell| cell.contains(['{', '}', '=']) || cell.contains(": ")) {
        return None;
    }
    let words = cells.iter().filter(|cell| is_heading_word(cell)).count();
    cells.retain(|cell| !cell.is_empty());
    cells.sort();
    cells.dedup();
    let typed = typed_columns(records, delimiter, columns, at + 1);
    // Names may come again (入金 and 出金 each with 金額) where most are words of headings.
    let is_distinct = cells.len() * 10 >= filled * 8 || (words * 2 >= columns && cells.len() * 2 >= filled);
    (is_distinct && (typed > 0 && words > 0 || words * 2 >= columns || typed * 3 >= columns)).then_some(at)
}

fn is_heading_word(cell: &str) -> bool {
    WORDS.iter().any(|word| {
        if word.is_ascii() {
            cell.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part.ends_with(word))
        } else {
            cell.contains(word)
        }
    })
}

/// Fills in delimiter, columns, and the places of heading and times.
pub(super) fn prepare(sample: &Sample<'_>, form: &mut ReadingForm) {
    let delimiter = best(sample).map_or_else(|| fallback(sample), |table| table.delimiter);
    let records = records(sample, delimiter);
    let (columns, _) = usual_count(&records, delimiter);
    let heading = heading(&records, delimiter, columns);
    form.delimiter = Some(char::from(delimiter));
    let names = heading.and_then(|at| records.get(at)).map(|(_, record)| *record);
    form.columns = names_of(names, delimiter, columns);
    if let Some((start, _)) = heading.and_then(|at| records.get(at)) {
        let offset = byte_offset(sample, *start);
        form.notes.push((HEADER.to_owned(), offset.to_string()));
    }
    let below = records.get(heading.map_or(0, |at| at + 1)..).unwrap_or(&[]);
    let whole = |(_, record): &&(usize, &str)| Cells::new(record, delimiter).count() == columns;
    let is_row = |row: &&(usize, &str)| whole(row) && !is_total(row.1, delimiter);
    let rows: Vec<(usize, &str)> = below.iter().filter(is_row).copied().collect();
    let columns: Vec<Vec<Cow<'_, str>>> = (0..form.columns.len())
        .map(|index| {
            let cells = rows.iter().take(100).filter_map(|(_, row)| Cells::new(row, delimiter).nth(index).map(plain));
            cells.filter(|cell| !cell.trim().is_empty()).collect()
        })
        .collect();
    times_of(&columns, form);
    let roles = form.columns.iter().zip(&columns).enumerate();
    let roles = roles.filter_map(|(index, (name, cells))| Some((roles::role(name, cells)?, index)));
    let roles: Vec<(String, String)> = roles.map(|(role, index)| (role.to_owned(), index.to_string())).collect();
    form.notes.extend(roles);
}

/// Whether a row gives totals of the rows above.
pub(super) fn is_total(record: &str, delimiter: u8) -> bool {
    let mut cells = Cells::new(record, delimiter).map(plain);
    cells.find(|cell| !cell.trim().is_empty()).is_some_and(|cell| roles::is_total(&cell))
}

/// Without a convincing table, the delimiter that occurs most.
fn fallback(sample: &Sample<'_>) -> u8 {
    let count = |delimiter: u8| memchr::memchr_iter(delimiter, sample.text.as_bytes()).count();
    b",\t;|".iter().copied().max_by_key(|delimiter| (count(*delimiter), *delimiter == b',')).unwrap_or(b',')
}

/// Byte offset in the evidence of a line start in the sample's text.
fn byte_offset(sample: &Sample<'_>, start: usize) -> usize {
    let feeds = memchr::memchr_iter(b'\n', sample.text.as_bytes().get(..start).unwrap_or(&[])).count();
    let unit = Unit::of(sample.encoding);
    let mut at = 0;
    for _ in 0..feeds {
        at = unit.find(sample.raw, at).map_or(sample.raw.len(), |feed| feed + unit.width());
    }
    sample.bom + at
}

/// Column names: as written, numbered where empty, numbered again where repeated.
fn names_of(heading: Option<&str>, delimiter: u8, columns: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(columns);
    let mut cells = heading.map(|record| Cells::new(record, delimiter));
    for index in 0..columns {
        let cell = cells.as_mut().and_then(Iterator::next).unwrap_or("");
        let name = plain(cell).trim().replace(['\n', '\r'], " ");
        let name = if name.is_empty() { format!("column_{}", index + 1) } else { name };
        let again = names.iter().filter(|other| other.eq_ignore_ascii_case(&name)).count();
        names.push(if again > 0 { format!("{name}_{}", again + 1) } else { name });
    }
    names
}

/// What a column's cells say about time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    #[default]
    Other,
    Day,
    Moment,
}

fn times_of(columns: &[Vec<Cow<'_, str>>], form: &mut ReadingForm) {
    let stated = form.notes.iter().find(|(key, _)| key == TIME_COLUMN).map(|(_, name)| name.clone());
    let asked = form.columns.iter().zip(columns).enumerate();
    let asked = asked.filter(|(_, (name, _))| stated.as_ref().is_none_or(|stated| stated.eq_ignore_ascii_case(name)));
    let ranked = asked.map(|(index, (name, cells))| {
        let named = stated.is_some() || is_time_name(name);
        let holds = holds(cells, named, is_day_first(cells));
        (
            match (named, holds) {
                (_, Holds::Other) => 0,
                (true, Holds::Moment) => 4,
                (false, Holds::Moment) => 3,
                (true, Holds::Day) => 2,
                (false, Holds::Day) => 1,
            },
            index,
            holds,
        )
    });
    // Of equal columns the first.
    let Some((rank, time, holds)) = ranked.max_by_key(|(rank, index, _)| (*rank, std::cmp::Reverse(*index))) else {
        return;
    };
    if rank == 0 {
        return;
    }
    form.notes.push((TIME.to_owned(), time.to_string()));
    if let Some(day_first) = columns.get(time).and_then(|cells| is_day_first(cells)) {
        form.notes.push((FIRST.to_owned(), if day_first { "day" } else { "month" }.to_owned()));
    }
    let clock = (holds == Holds::Day).then(|| clock_column(columns, time)).flatten();
    if let Some(clock) = clock {
        form.notes.push((CLOCK.to_owned(), clock.to_string()));
    }
    let mut headings = [Some(time), clock].into_iter().flatten().filter_map(|index| form.columns.get(index));
    if let Some(minutes) = headings.find_map(|name| stated_offset(name)) {
        form.notes.push((OFFSET.to_owned(), minutes.to_string()));
    }
}

/// The column that holds nothing but times of day.
fn clock_column(columns: &[Vec<Cow<'_, str>>], time: usize) -> Option<usize> {
    columns.iter().enumerate().position(|(index, cells)| {
        let good = cells.iter().filter(|cell| time_of_day(cell).is_some()).count();
        index != time && !cells.is_empty() && good * 10 >= cells.len() * 8
    })
}

/// Whether a heading names a time. Birthdays and expiry dates are dates, but not when something happened.
fn is_time_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let other = ["生年", "有効", "期限", "birth", "expir", "timeout", "uptime", "runtime", "update"];
    [
        "日時",
        "時刻",
        "日付",
        "年月日",
        "取引日",
        "発生日",
        "利用日",
        "操作日",
        "日本時間",
        "date",
        "time",
        "timestamp",
        "epoch",
    ]
    .iter()
    .any(|word| name.contains(word))
        && !other.iter().any(|word| name.contains(word))
        || matches!(name.as_str(), "ts" | "日" | "at" | "created" | "when")
}

/// Whether day or month comes first in a column of dates as `30/7/2015`: some row must leave no choice, and none may
/// contradict it.
fn is_day_first(cells: &[Cow<'_, str>]) -> Option<bool> {
    let readable = |day_first: bool| {
        cells.iter().filter(|cell| times::ascii::slashed(cell.trim().as_bytes(), day_first).is_some()).count()
    };
    match (readable(true), readable(false)) {
        (0, 0) => None,
        (days, months) if days > months && days * 10 >= cells.len() * 8 => Some(true),
        (days, months) if months > days && months * 10 >= cells.len() * 8 => Some(false),
        _ => None,
    }
}

fn holds(cells: &[Cow<'_, str>], named: bool, is_day_first: Option<bool>) -> Holds {
    let stamp = |cell: &Cow<'_, str>| {
        let raw = cell.trim();
        if named || is_day_first.is_some() {
            cell_stamp(raw, Cell { offset: None, is_day_first })
        } else {
            times::whole(raw, false).filter(|_| raw.len() > 8)
        }
    };
    let found: Vec<Stamp> = cells.iter().filter_map(stamp).collect();
    if cells.is_empty() || found.len() * 10 < cells.len() * 8 {
        return Holds::Other;
    }
    let moments = found.iter().filter(|stamp| stamp.precision > Precision::Day).count();
    if moments * 2 >= found.len() { Holds::Moment } else { Holds::Day }
}

/// The zone a heading states, as `日時(UTC)` or `受信時刻（日本時間）`, in minutes.
fn stated_offset(name: &str) -> Option<i16> {
    let name = name.to_uppercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    if words.contains(&"JST") || name.contains("日本時間") || name.contains("日本標準時") {
        return Some(crate::model::time::JST_MINUTES);
    }
    (words.contains(&"UTC") || words.contains(&"GMT") || name.contains("世界標準時")).then_some(0)
}

/// A time of day alone: `12:34:56`, `１２時３４分`, `25:10`.
pub(super) fn time_of_day(cell: &str) -> Option<Stamp> {
    let folded = japanese::folded(cell.trim());
    let text = format!("2000-01-01 {folded}");
    let stamp = times::ascii::iso(text.as_bytes()).filter(|(_, len)| *len == text.len()).map(|(stamp, _)| stamp);
    let stamp = stamp.or_else(|| {
        let text = format!("2000年1月1日{folded}");
        japanese::leading(&text).filter(|(_, len)| *len == text.len()).map(|(stamp, _)| stamp)
    })?;
    (stamp.precision > Precision::Day).then_some(stamp)
}
