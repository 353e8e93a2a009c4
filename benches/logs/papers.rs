//! What is no plain log: a mailbox and a workbook.

use super::logs::{clock, lines};
use std::fmt::Write as _;

/// A mailbox of short mails.
pub(crate) fn mailbox(size: usize) -> String {
    lines(size, |n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let (from, number) = (n.below(400), n.below(10_000_000));
        let _ = write!(
            out,
            "From sender{from}@example.jp Wed Apr {day:2} {hour:02}:{minute:02}:{second:02} 2026\n\
             From: sender{from}@example.jp\nTo: user@example.jp\nSubject: =?UTF-8?B?5oyv6L6844Gu44GK55+l44KJ44Gb?= {number}\n\
             Date: {day} Apr 2026 {hour:02}:{minute:02}:{second:02} +0900\nMIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\nお振込みのお知らせです。整理番号{number}、接続元 {}\n",
            n.address()
        );
    })
}

/// A table as the sheet of a workbook: its parts by their names.
pub(crate) fn book(table: &str) -> Vec<(&'static str, String)> {
    let (mut sheet, mut strings, mut held) = (String::new(), String::new(), std::collections::HashMap::new());
    for (row, line) in (1..).zip(table.lines()) {
        let _ = write!(sheet, "<row r=\"{row}\">");
        for (letter, cell) in ('A'..).zip(line.split(',')) {
            let next = held.len();
            let at = *held.entry(cell.to_owned()).or_insert_with(|| {
                let _ = write!(strings, "<si><t>{cell}</t></si>");
                next
            });
            let _ = write!(sheet, "<c r=\"{letter}{row}\" t=\"s\"><v>{at}</v></c>");
        }
        sheet.push_str("</row>");
    }
    let sheets = r#"<workbook xmlns:r="y"><sheets><sheet name="明細" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let ties = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    vec![
        ("[Content_Types].xml", "<Types/>".to_owned()),
        ("xl/workbook.xml", sheets.to_owned()),
        ("xl/_rels/workbook.xml.rels", ties.to_owned()),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ]
}
