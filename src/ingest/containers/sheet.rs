//! One sheet of a workbook as comma-separated text, row by row.

use super::strings::Strings;
use crate::ingest::xml::{Piece, Pull, attribute, attributes, unescape};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// Rows and columns a sheet can have.
const ROWS: u64 = 1 << 20;
const COLUMNS: usize = 1 << 14;
/// Rows that tell how wide a sheet is, and bytes of them that are held.
const WIDTH_ROWS: usize = 1_000;
const WIDTH_HELD: usize = 32 << 20;

/// How numbers are meant to look.
#[derive(Debug)]
pub(super) struct Styles {
    /// Whether days are counted from 1904.
    is_1904: bool,
    looks: Vec<Look>,
}

/// What a cell's number stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Look {
    #[default]
    Number,
    Date,
    Moment,
    Clock,
}

impl Styles {
    pub(super) fn new(is_1904: bool) -> Self {
        Self { is_1904, looks: Vec::new() }
    }

    /// Reads the formats and which cells have them.
    pub(super) fn read(&mut self, pull: &mut Pull<&mut dyn Read>) -> io::Result<()> {
        let mut own: Vec<(u32, Look)> = Vec::new();
        let mut in_cells = false;
        while let Some(piece) = pull.next()? {
            match piece {
                Piece::Open { name: "numFmt", attributes, .. } if own.len() < 10_000 => {
                    let id = attribute(attributes, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(attributes, "formatCode").unwrap_or_default();
                    own.extend(id.map(|id| (id, look_of(&code))));
                }
                Piece::Open { name: "cellXfs", .. } => in_cells = true,
                Piece::Close("cellXfs") => in_cells = false,
                Piece::Open { name: "xf", attributes, .. } if in_cells && self.looks.len() < 100_000 => {
                    let id: u32 = attribute(attributes, "numFmtId").and_then(|id| id.parse().ok()).unwrap_or(0);
                    let look = own.iter().find(|(held, _)| *held == id).map_or_else(|| built_in(id), |(_, look)| *look);
                    self.looks.push(look);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Formats every workbook has without stating them, the Japanese ones among them (ECMA-376 18.8.30).
const fn built_in(id: u32) -> Look {
    match id {
        14..=17 | 27..=31 | 36 | 50..=58 => Look::Date,
        18..=21 | 32..=35 | 45..=47 => Look::Clock,
        22 => Look::Moment,
        _ => Look::Number,
    }
}

/// What a format code means: which of year, day, hour and second stand in it outside quotation marks and brackets.
fn look_of(code: &str) -> Look {
    let code = code.split(';').next().unwrap_or("").replace("General", "").replace("Standard", "");
    let (mut date, mut clock) = (false, false);
    let mut signs = code.chars();
    while let Some(sign) = signs.next() {
        match sign.to_ascii_lowercase() {
            '"' => {
                let _ = signs.by_ref().find(|next| *next == '"');
            }
            '[' => {
                let inner: String = signs.by_ref().take_while(|next| *next != ']').collect();
                clock |=
                    matches!(inner.to_ascii_lowercase().trim_end_matches(['h', 'm', 's']), "") && !inner.is_empty();
            }
            '\\' | '_' | '*' => {
                signs.next();
            }
            'y' | 'd' | 'g' | 'e' if sign != 'E' => date = true,
            'h' | 's' => clock = true,
            _ => {}
        }
    }
    match (date, clock) {
        (true, true) => Look::Moment,
        (true, false) => Look::Date,
        (false, true) => Look::Clock,
        (false, false) => Look::Number,
    }
}

/// The column of a cell's place: 0 for `A1`.
pub(super) fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    number.checked_sub(1).filter(|column| *column < COLUMNS)
}

/// Reads a sheet as text.
pub(super) struct Sheet<'a, R> {
    pull: Pull<R>,
    styles: &'a Styles,
    strings: &'a mut Strings,
    /// The width most rows have, once the first rows have told it: rows with less are filled up to it.
    width: Option<usize>,
    /// Rows read so far.
    rows: u64,
    ready: Vec<u8>,
    at: usize,
    /// Met among the rows that tell the width.
    damage: Option<io::Error>,
    ended: bool,
}

impl<'a, R: Read> Sheet<'a, R> {
    pub(super) fn new(source: R, styles: &'a Styles, strings: &'a mut Strings) -> Self {
        let pull = Pull::new(source);
        Self { pull, styles, strings, width: None, rows: 0, ready: Vec::new(), at: 0, damage: None, ended: false }
    }

    /// Makes the next row ready; before the first one, those that tell the width.
    fn make_ready(&mut self) -> io::Result<()> {
        if let Some(error) = self.damage.take() {
            self.ended = true;
            return Err(error);
        }
        if let Some(width) = self.width {
            if let Some(row) = self.row()? {
                row.write(width, &mut self.ready);
            }
            return Ok(());
        }
        let (mut first, mut held): (Vec<Row>, _) = (Vec::new(), 0);
        let mut widths: BTreeMap<usize, u64> = BTreeMap::new();
        while first.len() < WIDTH_ROWS && held < WIDTH_HELD {
            let row = match self.row() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(error) => {
                    // What came before the damage is read first.
                    self.damage = Some(error);
                    break;
                }
            };
            held += row.cells.iter().map(|cell| cell.len() + size_of::<String>()).sum::<usize>();
            *widths.entry(row.cells.len()).or_default() += u64::from(!row.cells.is_empty());
            first.push(row);
        }
        let common = widths.into_iter().max_by_key(|(width, rows)| (*rows, *width));
        let width = *self.width.insert(common.map_or(0, |(width, _)| width));
        first.iter().for_each(|row| row.write(width, &mut self.ready));
        Ok(())
    }

    /// The next row; `None` at the end.
    fn row(&mut self) -> io::Result<Option<Row>> {
        let mut row = Row::default();
        let mut cell = Cell::default();
        let mut inside = false;
        loop {
            let Some(piece) = self.pull.next()? else {
                self.ended = true;
                return Ok(None);
            };
            match piece {
                Piece::Open { name: "row", attributes, empty } => {
                    let number = attribute(attributes, "r").and_then(|row| row.parse::<u64>().ok());
                    let number = number.filter(|row| (self.rows + 1..=ROWS).contains(row)).unwrap_or(self.rows + 1);
                    // As empty lines they keep the count.
                    row.empty_before = usize::try_from(number - 1 - self.rows).unwrap_or(0);
                    self.rows = number;
                    inside = !empty;
                    if empty {
                        return Ok(Some(row));
                    }
                }
                Piece::Close("row") if inside => return Ok(Some(row)),
                Piece::Open { name: "c", attributes, empty } if inside => {
                    let place;
                    (cell, place) = Cell::of(attributes);
                    let place = place.unwrap_or(row.cells.len()).max(row.cells.len()).min(COLUMNS);
                    row.cells.resize(place, String::new());
                    if empty {
                        row.cells.push(String::new());
                    }
                }
                Piece::Open { name: "v" | "t", empty, .. } => cell.open = !empty,
                Piece::Open { name: "rPh", .. } => cell.reading = true,
                Piece::Close("rPh") => cell.reading = false,
                Piece::Close("v" | "t") => cell.open = false,
                Piece::Text(text) if cell.open && !cell.reading => cell.text.push_str(&unescape(text)),
                Piece::Plain(text) if cell.open && !cell.reading => cell.text.push_str(text),
                Piece::Close("c") if inside => {
                    row.cells.push(std::mem::take(&mut cell).shown(self.styles, self.strings))
                }
                _ => {}
            }
        }
    }
}

impl<R: Read> Read for Sheet<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() {
            if self.ended || buf.is_empty() {
                return Ok(0);
            }
            self.ready.clear();
            self.at = 0;
            self.make_ready()?;
        }
        let rest = self.ready.get(self.at..).unwrap_or(&[]);
        let len = rest.len().min(buf.len());
        buf.get_mut(..len).unwrap_or(&mut []).copy_from_slice(rest.get(..len).unwrap_or(&[]));
        self.at += len;
        Ok(len)
    }
}

/// A row of cells.
#[derive(Default)]
struct Row {
    /// Rows without cells before it, which are not stored.
    empty_before: usize,
    cells: Vec<String>,
}

impl Row {
    /// Writes it, filled up to the width most rows have.
    fn write(&self, width: usize, out: &mut Vec<u8>) {
        out.resize(out.len() + self.empty_before, b'\n');
        let cells = self.cells.len();
        let is_short = cells < width && (cells * 2 >= width || cells > 1) && width <= 512;
        write_row(&self.cells, out);
        if is_short {
            out.resize(out.len() + width - cells, b',');
        }
        out.push(b'\n');
    }
}

fn write_row(cells: &[String], out: &mut Vec<u8>) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let cell: Cow<'_, str> = if cell.contains(['\n', '\r']) {
            cell.replace("\r\n", "\u{2028}").replace(['\n', '\r'], "\u{2028}").into()
        } else {
            cell.into()
        };
        if cell.contains([',', '"']) || cell.starts_with(' ') || cell.ends_with(' ') {
            out.push(b'"');
            out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
}

/// What a cell's text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Holds {
    #[default]
    Number,
    /// The number of a shared string.
    Shared,
    Text,
    Truth,
    Date,
}

/// A cell while it is read.
#[derive(Debug, Default)]
struct Cell {
    kind: Holds,
    style: usize,
    text: String,
    open: bool,
    reading: bool,
}

impl Cell {
    /// A cell as its attributes say, and its column.
    fn of(said: &str) -> (Self, Option<usize>) {
        let (mut cell, mut place) = (Self::default(), None);
        for (name, value) in attributes(said) {
            match (name, &*unescape(value)) {
                ("r", value) => place = column(value),
                ("s", value) => cell.style = value.parse().unwrap_or(0),
                ("t", "s") => cell.kind = Holds::Shared,
                ("t", "b") => cell.kind = Holds::Truth,
                ("t", "str" | "inlineStr" | "e") => cell.kind = Holds::Text,
                ("t", "d") => cell.kind = Holds::Date,
                _ => {}
            }
        }
        (cell, place)
    }

    /// What the cell shows.
    fn shown(self, styles: &Styles, strings: &mut Strings) -> String {
        match self.kind {
            Holds::Shared => {
                let known = self.text.trim().parse().ok().and_then(|index| strings.get(index));
                known.map_or(self.text, str::to_owned)
            }
            Holds::Truth => if self.text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            Holds::Text => self.text,
            Holds::Date => self.text.replace('T', " "),
            Holds::Number => {
                let look = styles.looks.get(self.style).copied().unwrap_or_default();
                dated(&self.text, look, styles.is_1904).unwrap_or_else(|| plain_number(&self.text))
            }
        }
    }
}

/// A serial number as the date or time it stands for.
fn dated(text: &str, look: Look, is_1904: bool) -> Option<String> {
    if look == Look::Number {
        return None;
    }
    let serial: f64 = text.trim().parse().ok().filter(|serial| (0.0..2_958_466.0).contains(serial))?;
    // To the millisecond: the fraction is a binary float's print.
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let millis = (serial * 86_400_000.0).round() as i64;
    let (day, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (secs, fraction) = (rest / 1_000, rest % 1_000);
    let clock = |hours: i64| {
        let clock = format!("{hours:02}:{:02}:{:02}", secs / 60 % 60, secs % 60);
        if fraction == 0 { clock } else { format!("{clock}.{fraction:03}") }
    };
    if look == Look::Clock && (day == 0 || day < 400) {
        return Some(clock(day * 24 + secs / 3_600));
    }
    // Excel counts a 29 February 1900 that never was.
    let since = if is_1904 { day - 24_107 } else { day - 25_569 + i64::from(day < 60) };
    let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(since).ok()?).ok()?;
    Some(if look == Look::Date && rest == 0 { date.to_string() } else { format!("{date} {}", clock(secs / 3_600)) })
}

/// A number without exponent, so that account numbers stay digits.
fn plain_number(text: &str) -> String {
    let text = text.trim();
    let plain = (|| {
        let (mantissa, exponent) = text.split_once(['E', 'e'])?;
        let exponent: usize = exponent.trim_start_matches('+').parse().ok().filter(|exponent| *exponent <= 30)?;
        let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (inside, rest) = fraction.split_at(exponent.min(fraction.len()));
        let zeros = "0".repeat(exponent - inside.len());
        let point = if rest.is_empty() { "" } else { "." };
        Some(format!("{sign}{whole}{inside}{zeros}{point}{rest}"))
    })();
    plain.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_dates_where_the_format_says_so() {
        assert_eq!(dated("46114", Look::Date, false).unwrap(), "2026-04-02");
        assert_eq!(dated("46114.34375", Look::Moment, false).unwrap(), "2026-04-02 08:15:00");
        assert_eq!(dated("44652", Look::Date, true).unwrap(), "2026-04-02");
        assert_eq!(dated("0.34375", Look::Clock, false).unwrap(), "08:15:00");
        assert_eq!(dated("1.0416666666666667", Look::Clock, false).unwrap(), "25:00:00");
        assert_eq!(dated("59", Look::Date, false).unwrap(), "1900-02-28");
        assert_eq!(dated("1e400", Look::Date, false), None);
    }

    #[test]
    fn formats_say_what_a_number_is() {
        assert_eq!(look_of("yyyy\"年\"m\"月\"d\"日\""), Look::Date);
        assert_eq!(look_of("[$-411]ggge\"年\"m\"月\"d\"日\";@"), Look::Date);
        assert_eq!(look_of("yyyy/m/d h:mm"), Look::Moment);
        assert_eq!(look_of("[h]:mm:ss"), Look::Clock);
        assert_eq!(look_of("#,##0\"円\";[Red]\\-#,##0"), Look::Number);
        assert_eq!(look_of("0.00E+00"), Look::Number);
        assert_eq!(look_of("General"), Look::Number);
    }

    #[test]
    fn numbers_keep_their_digits() {
        assert_eq!(plain_number("1.23456789012E+11"), "123456789012");
        assert_eq!(plain_number("-1.25E1"), "-12.5");
        assert_eq!(plain_number("1E-7"), "1E-7");
        assert_eq!(column("XFD1"), Some(16_383));
        assert_eq!(column("XFE1"), None);
    }
}
