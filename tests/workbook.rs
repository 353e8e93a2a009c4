//! Workbooks: what a bank's or carrier's answer becomes, cell by cell, and what hostile ones cannot do.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::containers::{Budget, Opening, Passwords, container};
use itoguchi::ingest::detect;
use itoguchi::model::{Lang, Ticket};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::{Session, find, import};
use proptest::prelude::*;
use std::io::{Cursor, Write as _};
use std::ops::ControlFlow;
use zip::write::SimpleFileOptions;

const STYLES: &str = r##"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="2">
<numFmt numFmtId="176" formatCode="yyyy/mm/dd\ hh:mm:ss"/><numFmt numFmtId="177" formatCode="#,##0&quot;円&quot;"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="14"/></cellXfs></styleSheet>"##;

const STRINGS: &str = r#"<sst xmlns="x"><si><t>取引明細</t><rPh sb="0" eb="2"><t>トリヒキ</t></rPh></si><si><t>取引日時</t></si><si><t>口座番号</t></si>
<si><r><t>金</t></r><r><t xml:space="preserve">額</t></r></si><si><t>摘要</t></si><si><t>振込　カトウ, ハナコ</t></si><si><t>1行目
2行目</t></si><si><t>合計</t></si></sst>"#;

const SHEET: &str = r#"<worksheet xmlns="x"><dimension ref="A1:D7"/><sheetData>
<row r="1"><c r="A1" t="s"><v>0</v></c></row>
<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" t="s"><v>2</v></c><c r="C3" t="s"><v>3</v></c><c r="D3" t="s"><v>4</v></c></row>
<row r="4"><c r="A4" s="1"><v>46113.34375</v></c><c r="B4"><v>1.23456789012E+11</v></c><c r="C4" s="2"><v>-1000</v></c><c r="D4" t="s"><v>5</v></c></row>
<row r="5"><c r="A5" s="1"><v>46113.343761574077</v></c><c r="B5" t="inlineStr"><is><t>0012345</t></is></c><c r="C5" s="2"><v>25000</v></c><c r="D5" t="s"><v>6</v></c></row>
<row r="6"><c r="A6" s="3"><v>46114</v></c><c r="B6" t="str"><f>A1</f><v>00 &amp; 1</v></c><c r="D6"><v>203.0</v></c></row>
<row r="7"><c r="A7" t="s"><v>7</v></c><c r="C7"><v>24000</v></c></row>
</sheetData></worksheet>"#;

fn workbook(sheet: &str) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, text) in [
        ("[Content_Types].xml", "<Types/>"),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns:r="y"><workbookPr/><sheets><sheet name="明細" sheetId="1" r:id="rId1"/><sheet name="控え" state="hidden" r:id="rId2"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>"#,
        ),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", STRINGS),
        ("xl/worksheets/sheet1.xml", sheet),
        (
            "xl/worksheets/sheet2.xml",
            r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>kato@example.jp</t></is></c></row></sheetData></worksheet>"#,
        ),
    ] {
        writer.start_file(name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Name, text and damage of every sheet.
fn sheets(bytes: &[u8], budget: &Budget) -> (Vec<(String, String, Option<String>)>, usize) {
    let mut source = Cursor::new(bytes);
    let opening = Opening { source: &mut source, name: b"a.xlsx", passwords: &Passwords::default(), budget };
    let mut out = Vec::new();
    let problems = container("xlsx").unwrap().each(opening, &mut |member| {
        let stream = member.content.unwrap();
        let mut held = Vec::new();
        stream.read_to_end(&mut held).unwrap();
        out.push((member.shown, String::from_utf8(held).unwrap(), stream.damage(Lang::En)));
        ControlFlow::Continue(())
    });
    (out, problems.unwrap().len())
}

#[test]
fn a_sheet_becomes_a_table_whose_lines_are_its_rows() {
    let bytes = workbook(SHEET);
    assert_eq!(detect(&bytes, b"").format, "xlsx");
    let (sheets, problems) = sheets(&bytes, &Budget::of(1 << 20));
    assert_eq!(problems, 0);
    assert_eq!(
        sheets[0],
        (
            "明細.csv".to_owned(),
            "取引明細\n\n取引日時,口座番号,金額,摘要\n2026-04-01 08:15:00,123456789012,-1000,\"振込　カトウ, ハナコ\"\n\
             2026-04-01 08:15:01,0012345,25000,1行目\u{2028}2行目\n2026-04-02,00 & 1,,203.0\n合計,,24000,\n"
                .to_owned(),
            None
        )
    );
    assert_eq!((sheets[1].0.as_str(), sheets[1].1.as_str()), ("控え（非表示）.csv", "kato@example.jp\n"));
}

#[test]
fn the_rows_of_a_workbook_are_records_with_times_and_fields() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("answer.xlsx");
    std::fs::write(&file, workbook(SHEET)).unwrap();
    let session = Session::create(&dir.path().join("case.itoguchi"), "11", "取扱者", None).unwrap();
    let options = AddOptions { zone: Some("Asia/Tokyo".to_owned()), ..AddOptions::default() };
    let mut rows = Vec::new();
    import::add(&session, None, &[file], &options, &Ticket::new(), &mut |outcome| match outcome {
        Outcome::Added { row, .. } => rows.push(row),
        Outcome::Failed { error, .. } => panic!("{error}"),
    })
    .unwrap();
    assert_eq!(rows.len(), 3);
    assert!(rows[1]["path"].as_str().unwrap().ends_with("answer.xlsx/明細.csv"));
    assert_eq!((&rows[1]["format"], &rows[1]["parent"]), (&"delimited".into(), &rows[0]["evidence"]));
    assert_eq!(rows[1]["lines"], 7);
    assert_eq!(rows[1]["rows"].as_u64().unwrap() + rows[1]["skipped"].as_u64().unwrap(), 7);
    assert_eq!(
        (&rows[1]["first"], &rows[1]["last"]),
        (&"2026-04-01T08:15:00+09:00".into(), &"2026-04-02T00:00:00+09:00".into())
    );
    let found = find::search(&session, "口座番号:123456789012", None, None, &Ticket::new()).unwrap();
    assert_eq!(found.rows.len(), 1);
    let derived: Vec<_> = session.store.evidence().unwrap().into_iter().filter_map(|one| one.derived_by).collect();
    assert!(derived.iter().all(|tool| tool.ends_with(" xlsx")));
}

#[test]
fn hostile_sheets_are_bounded() {
    // A cell in the last column of each of many rows far apart.
    let rows: String =
        (0..200).map(|n| format!(r#"<row r="{}"><c r="XFD{0}"><v>1</v></c></row>"#, n * 5_000 + 1)).collect();
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let (sheets, _) = sheets(&workbook(&sheet), &Budget::with(1 << 20, 10));
    assert_eq!(sheets[0].1.len(), 1 << 20);
    assert!(sheets[0].2.is_some());
    let tag = format!("<worksheet><sheetData><row r=\"{}", "9".repeat(20 << 20));
    let (sheets, _) = self::sheets(&workbook(&tag), &Budget::of(1 << 20));
    assert!(sheets[0].1.is_empty() && sheets[0].2.is_some(), "a tag of 20 MB is told, not held");
    // What stands before the damage is kept.
    let tag = SHEET.replacen("<row r=\"7\"", &format!("<row r=\"{}", "9".repeat(20 << 20)), 1);
    let (sheets, _) = self::sheets(&workbook(&tag), &Budget::of(1 << 20));
    assert!(sheets[0].1.starts_with("取引明細\n\n取引日時") && sheets[0].2.is_some(), "{sheets:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_damage_to_a_sheet_is_survived(at in any::<prop::sample::Index>(), junk in "[<>/\"=a-z0-9& ]{0,12}") {
        let place = at.index(SHEET.len());
        if SHEET.is_char_boundary(place) {
            let sheet = format!("{}{junk}{}", &SHEET[..place], &SHEET[place..]);
            sheets(&workbook(&sheet), &Budget::with(4 << 20, 10));
            sheets(&workbook(&SHEET[..place]), &Budget::with(4 << 20, 10));
        }
    }
}
