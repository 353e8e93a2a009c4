//! Workbooks (XLSX): each sheet becomes a table of comma-separated text. Line n is row n of the sheet, empty rows included, and a line
//! break inside a cell is written as U+2028, so that a line can be traced to its row; columns stand in the sheet's order.
//!
//! Dates, which a workbook keeps as numbers with a look, are written as dates; other numbers keep their digits. Readings of
//! Chinese characters (furigana) are left out. Streaming: only shared strings are held, and those bounded.

use super::directory::survey;
use super::sheet::{Sheet, Styles};
use super::strings::Strings;
use super::{Container, Marked, Member, Opening, Problem, Unpacked, Visit};
use crate::ingest::xml::{Piece, Pull, attribute};
use std::collections::BTreeMap;
use std::io::{self, BufReader, Read, SeekFrom};
use zip::ZipArchive;
use zip::result::ZipError;

/// Workbooks.
#[derive(Debug)]
pub(super) struct Workbook;

/// Parts a workbook may have.
const PARTS: u64 = 100_000;

pub(super) type Archive<'s> = ZipArchive<BufReader<Marked<'s>>>;

impl Container for Workbook {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn media_type(&self) -> &'static str {
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    }

    fn claims(&self, head: &[u8]) -> bool {
        let holds = |name: &[u8]| memchr::memmem::find(head, name).is_some();
        head.starts_with(b"PK\x03\x04")
            && (holds(b"xl/workbook.xml") || (holds(b"[Content_Types].xml") && holds(b"xl/worksheets/")))
    }

    fn each(&self, opening: Opening<'_>, visit: &mut Visit<'_>) -> io::Result<Vec<Problem>> {
        let Opening { source, budget, .. } = opening;
        if survey(source, PARTS)?.is_none_or(|survey| survey.members > PARTS) {
            return Ok(vec![Problem::Broken("ZIP".to_owned())]);
        }
        source.seek(SeekFrom::Start(0))?;
        let mut archive = match ZipArchive::new(BufReader::with_capacity(64 << 10, Marked(source))) {
            Ok(archive) => archive,
            Err(error) => return Ok(vec![Problem::Broken(error.to_string())]),
        };
        let mut problems = Vec::new();
        let mut told = |result: io::Result<()>| {
            if let Err(error) = result {
                problems.push(Problem::Broken(error.to_string()));
            }
        };
        let (mut sheets, mut is_1904) = (Vec::new(), false);
        told(part(&mut archive, "xl/workbook.xml", &mut |pull| sheets_of(pull, &mut sheets, &mut is_1904)));
        let mut targets = BTreeMap::new();
        told(part(&mut archive, "xl/_rels/workbook.xml.rels", &mut |pull| targets_of(pull, &mut targets)));
        let mut strings = Strings::default();
        told(content(&mut archive, "xl/sharedStrings.xml", &mut |file| strings.read(file)).or_else(absent));
        let mut styles = Styles::new(is_1904);
        told(part(&mut archive, "xl/styles.xml", &mut |pull| styles.read(pull)).or_else(absent));
        for (name, id) in sheets {
            if !budget.member() {
                problems.push(Problem::TooMany);
                break;
            }
            let shown = format!("{}.csv", super::encoding::name(name.as_bytes()));
            let path = targets.get(&id).map(|target| match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            });
            let file = match path.as_ref().ok_or(ZipError::FileNotFound).and_then(|path| archive.by_name(path)) {
                Ok(file) => file,
                // Chart sheets and the like have no cells.
                Err(ZipError::FileNotFound) => continue,
                Err(error) => {
                    problems.push(Problem::Broken(format!("{name}: {error}")));
                    continue;
                }
            };
            let mut sheet = Sheet::new(file, &styles, &mut strings);
            let mut unpacked = Unpacked::new(&mut sheet, budget);
            let member = Member {
                name: shown.clone().into_bytes(),
                shown,
                format: Some("delimited"),
                content: Ok(&mut unpacked),
            };
            if visit(member).is_break() {
                break;
            }
        }
        problems.extend(strings.damage().map(|error| Problem::Broken(error.to_string())));
        Ok(problems)
    }
}

/// Reads one part of the archive.
fn part(
    archive: &mut Archive<'_>,
    name: &str,
    read: &mut dyn FnMut(&mut Pull<&mut dyn Read>) -> io::Result<()>,
) -> io::Result<()> {
    content(archive, name, &mut |file| read(&mut Pull::new(file)))
}

/// Unpacks one part of the archive.
fn content(
    archive: &mut Archive<'_>,
    name: &str,
    read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = archive.by_name(name).map_err(|error| match error {
        ZipError::FileNotFound => io::Error::new(io::ErrorKind::NotFound, name.to_owned()),
        other => io::Error::other(format!("{name}: {other}")),
    })?;
    read(&mut file)
}

/// A part that need not be there.
fn absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Name and relation of each sheet.
fn sheets_of(pull: &mut Pull<&mut dyn Read>, out: &mut Vec<(String, String)>, is_1904: &mut bool) -> io::Result<()> {
    while let Some(piece) = pull.next()? {
        let Piece::Open { name, attributes, .. } = piece else { continue };
        if name == "workbookPr" {
            *is_1904 = attribute(attributes, "date1904").is_some_and(|value| matches!(&*value, "1" | "true"));
        }
        if name == "sheet" && out.len() < 10_000 {
            let hidden = attribute(attributes, "state").is_some_and(|state| state.contains("idden"));
            let title = attribute(attributes, "name").unwrap_or_default();
            let title = if hidden { format!("{title}（非表示）") } else { title.into_owned() };
            out.push((title, attribute(attributes, "id").unwrap_or_default().into_owned()));
        }
    }
    Ok(())
}

fn targets_of(pull: &mut Pull<&mut dyn Read>, out: &mut BTreeMap<String, String>) -> io::Result<()> {
    while let Some(piece) = pull.next()? {
        if let Piece::Open { name: "Relationship", attributes, .. } = piece
            && let (Some(id), Some(target)) = (attribute(attributes, "Id"), attribute(attributes, "Target"))
        {
            out.insert(id.into_owned(), target.into_owned());
        }
    }
    Ok(())
}
