//! Commands on records: labels, copies to the clipboard and to files.

use super::{Outcome, Unfinished, caution, done};
use crate::model::numbers::{grouped, many};
use crate::model::statement::{Statement, Tag};
use crate::model::time::JST_MINUTES;
use crate::model::{CaseKey, Edit, EvidenceKey, Id, Kind, Lang, Role, RowSet, Ticket};
use crate::workbench::answer::{Answers, records};
use crate::workbench::ask::{Command, GraphSpec, Notice, RecordView, RowPick, Said, Topic};
use crate::workbench::error::{Error, Result};
use crate::workbench::export;
use crate::workbench::find::{self, Row};
use crate::workbench::roles;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Rows labelled at a time; each is kept by its bytes in the evidence.
const MOST_TAGGED: u64 = 500_000;
/// Rows on the clipboard.
const MOST_COPIED: u64 = 10_000;

fn rows_of(desk: &Answers, pick: &RowPick, ticket: &Ticket) -> Result<RowSet> {
    Ok(match pick {
        RowPick::Rows(list) => {
            let mut rows = RowSet::new();
            list.iter().for_each(|(evidence, row)| rows.insert(*evidence, *row));
            rows
        }
        RowPick::All(view) => records::picked(desk, view, ticket)?,
        RowPick::Places(view, places) => {
            let mut rows = RowSet::new();
            for (evidence, row) in records::at_places(desk, view, places, ticket)? {
                rows.insert(evidence, row);
            }
            rows
        }
    })
}

/// The bytes of rows in their evidence.
fn ranges(desk: &Answers, rows: &RowSet, ticket: &Ticket) -> Result<BTreeMap<EvidenceKey, Vec<(u64, u32)>>> {
    let mut out: BTreeMap<EvidenceKey, Vec<(u64, u32)>> = BTreeMap::new();
    find::each_range(&desk.session, rows, ticket, &mut |evidence, offset, len| {
        out.entry(evidence).or_default().push((offset, len));
    })?;
    Ok(out)
}

/// States what values are in a case.
pub(super) fn roles(
    desk: &Answers,
    case: CaseKey,
    values: &[(Kind, String)],
    role: Option<Role>,
    ticket: &Ticket,
) -> Result<Outcome> {
    roles::state(&desk.session, case, values, role, ticket)?;
    let topics = [Topic::Store, Topic::Indicators, Topic::Audit];
    let number = values.len() as u64;
    if role.is_none() {
        let (ja, en) = (grouped(number), many(number, "value"));
        return Ok(done(&topics, format!("{ja}件の役割を未確定にしました"), format!("no role is stated for {en} now")));
    }
    Ok(if number == 1 {
        done(&topics, "役割を記録しました", "role stated")
    } else {
        done(
            &topics,
            format!("{}件の役割を記録しました", grouped(number)),
            format!("role stated for {}", many(number, "value")),
        )
    })
}

/// States what values are in a case, or in some of its records alone.
pub(super) fn role(desk: &Answers, command: &Command, ticket: &Ticket) -> Result<Outcome> {
    let Command::SetRole { case, values, role, rows } = command else { return Ok(Outcome::default()) };
    let (session, case, role) = (&desk.session, *case, *role);
    let topics = [Topic::Store, Topic::Indicators, Topic::Audit];
    let Some(pick) = rows else { return self::roles(desk, case, values, role, ticket) };
    let rows = rows_of(desk, pick, ticket)?;
    let said = roles::state_in(session, case, values, &rows, role, ticket)?;
    let count = said.iter().map(|(.., rows)| rows).sum();
    Ok(done(
        &topics,
        format!("{}件の記録に限って役割を記録しました", grouped(count)),
        format!("role stated for {} alone", many(count, "record")),
    ))
}

pub(super) fn tag(desk: &Answers, pick: &RowPick, name: &str, on: bool, ticket: &Ticket) -> Result<Outcome> {
    let session = &desk.session;
    let rows = rows_of(desk, pick, ticket)?;
    if rows.len() > MOST_TAGGED {
        return Err(Error::input(
            format!(
                "一度に付箋を付けられるのは{}件までです（今は{}件）。先に絞り込んでください",
                grouped(MOST_TAGGED),
                grouped(rows.len())
            ),
            format!(
                "at most {} can be tagged at once, these are {}; narrow the view first",
                many(MOST_TAGGED, "record"),
                grouped(rows.len())
            ),
        ));
    }
    let mut edits = Vec::new();
    let held = session.store.statements("tag", None)?;
    for (evidence, ranges) in ranges(desk, &rows, ticket)? {
        let before = held.iter().find_map(|(said, _)| match said {
            Statement::Tag(tag) if tag.name == name && tag.evidence == evidence => Some(tag.clone()),
            _ => None,
        });
        let mut said = match before {
            Some(said) => said,
            None if on => Tag {
                id: Id::from_random('t', crate::store::random()?),
                name: name.to_owned(),
                evidence,
                ranges: Vec::new(),
            },
            None => continue,
        };
        let ranges: std::collections::BTreeSet<(u64, u32)> = ranges.into_iter().collect();
        said.ranges.retain(|range| !ranges.contains(range));
        if on {
            said.ranges.extend(ranges);
            said.ranges.sort_unstable();
        }
        edits.push(if said.ranges.is_empty() {
            Edit::Drop(Statement::Tag(said).key())
        } else {
            Edit::Put(Statement::Tag(said))
        });
    }
    if edits.is_empty() {
        return Ok(Outcome::default());
    }
    session.store.apply(&Edit::All(edits), &session.author())?;
    let (count, topics) = (rows.len(), [Topic::Store, Topic::Tags, Topic::Audit]);
    Ok(if on {
        done(
            &topics,
            format!("付箋「{name}」を{}件に付けました", grouped(count)),
            format!("{} tagged “{name}”", many(count, "record")),
        )
    } else {
        done(
            &topics,
            format!("付箋「{name}」を{}件から外しました", grouped(count)),
            format!("“{name}” taken off {}", many(count, "record")),
        )
    })
}

/// Rows with what a statement may cite, one a line.
pub(super) fn copy(desk: &Answers, pick: &RowPick, lang: Lang, ticket: &Ticket) -> Result<Outcome> {
    let rows = rows_of(desk, pick, ticket)?;
    if rows.len() > MOST_COPIED {
        return Ok(caution(
            &[],
            format!(
                "写せるのは{}件までです（今は{}件）。書出しを使ってください",
                grouped(MOST_COPIED),
                grouped(rows.len())
            ),
            format!(
                "at most {} can be copied, these are {}; save them instead",
                many(MOST_COPIED, "record"),
                grouped(rows.len())
            ),
        ));
    }
    let hashes: BTreeMap<EvidenceKey, String> = desk
        .session
        .store
        .evidence()?
        .into_iter()
        .map(|one| {
            let hash = one.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default();
            (one.key, format!("{}\tSHA-256:{hash}", one.file_name()))
        })
        .collect();
    let mut text = String::new();
    find::each_row(&desk.session, &rows, u64::MAX, &mut |row| {
        let when = match row.time {
            Some((at, _)) => at.iso(JST_MINUTES),
            None => lang.pick("時刻なし", "undated").to_owned(),
        };
        let origin = hashes.get(&row.key).map_or("", String::as_str);
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{when}\t{}\t{origin}\tbytes {}-{}", row.text, row.offset, row.offset + row.len);
        Ok(())
    })?;
    let count = rows.len();
    desk.session.store.audit("records.copy", "clipboard", &format!("{count} rows"), &desk.session.author())?;
    let said = Said::new(
        format!("{}件を出所とともに写しました", grouped(count)),
        format!("{} copied with citation", many(count, "record")),
    );
    Ok(Outcome { changed: vec![Topic::Audit], notices: vec![Notice::Copied { text, said }] })
}

/// Writes the records of a view in its order: CSV by a file's ending, JSON Lines otherwise.
pub(super) fn save(desk: &Answers, view: &RecordView, out: &Path, ticket: &Ticket) -> Result<Outcome> {
    let file = std::fs::File::create_new(out).map_err(Error::file(out))?;
    let mut unfinished = Unfinished(Some(out));
    let mut writer = BufWriter::with_capacity(1 << 20, file);
    let names: BTreeMap<EvidenceKey, String> =
        desk.session.store.evidence()?.into_iter().map(|one| (one.key, one.file_name())).collect();
    let csv = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let columns = records::column_names(desk, view)?;
    if csv {
        // The mark at the beginning tells spreadsheets that this is UTF-8.
        let head = ["evidence", "file", "row", "time", "time_written", "offset", "len"].into_iter().map(str::to_owned);
        let fields = if columns.is_empty() { vec!["text".to_owned()] } else { columns.clone() };
        let head: Vec<String> = head.chain(fields).collect();
        writer.write_all("\u{feff}".as_bytes()).map_err(Error::file(out))?;
        writer.write_all(csv_line(&head).as_bytes()).map_err(Error::file(out))?;
    }
    let count = records::each_in_order(desk, view, ticket, &mut |row| {
        let name = names.get(&row.key).map_or("", String::as_str);
        let line = if csv { csv_row(&row, name, &columns) } else { format!("{}\n", row.to_json()) };
        writer.write_all(line.as_bytes()).map_err(Error::file(out))
    })?;
    writer.flush().map_err(Error::file(out))?;
    unfinished.0 = None;
    let place = out.display();
    desk.session.store.audit("records.copy", "view", &format!("{count} rows to {place}"), &desk.session.author())?;
    Ok(done(
        &[Topic::Audit],
        format!("{}件を書き出しました: {place}", grouped(count)),
        format!("{} written: {place}", many(count, "record")),
    ))
}

/// Writes every template of a view, rarest first: CSV by a file's ending, JSON Lines otherwise.
pub(super) fn save_templates(
    desk: &Answers,
    view: &RecordView,
    field: Option<&str>,
    out: &Path,
    ticket: &Ticket,
) -> Result<Outcome> {
    let found = records::mined(desk, view, field, ticket)?;
    let ids: BTreeMap<EvidenceKey, String> =
        desk.session.store.evidence()?.into_iter().map(|one| (one.key, one.id.to_string())).collect();
    let csv = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let mut text = String::new();
    if csv {
        text.push('\u{feff}');
        text.push_str(&csv_line(&["count", "template", "evidence", "first_row"].map(str::to_owned)));
    }
    for one in &found.list {
        let (evidence, row) = (ids.get(&one.first.0).map_or("", String::as_str), u64::from(one.first.1));
        if csv {
            let cells = [one.count.to_string(), guarded(&one.text), evidence.to_owned(), (row + 1).to_string()];
            text.push_str(&csv_line(&cells));
        } else {
            let line = json!({"count": one.count, "template": one.text, "evidence": evidence, "row": row});
            // Writing into a String cannot fail.
            let _ = writeln!(text, "{line}");
        }
    }
    export::write_new(out, text.as_bytes())?;
    let (count, place) = (found.list.len() as u64, out.display());
    let what = format!("{count} templates to {place}");
    desk.session.store.audit("records.copy", "view", &what, &desk.session.author())?;
    Ok(done(
        &[Topic::Audit],
        format!("文面{}種類を書き出しました: {place}", grouped(count)),
        format!("{} written: {place}", many(count, "template")),
    ))
}

fn csv_row(row: &Row, file: &str, columns: &[String]) -> String {
    let iso =
        |time: Option<(crate::model::Instant, i16)>| time.map(|(at, minutes)| at.iso(minutes)).unwrap_or_default();
    let mut cells = vec![
        row.evidence.to_string(),
        guarded(file),
        (u64::from(row.row) + 1).to_string(),
        iso(row.time),
        iso(row.written()),
        row.offset.to_string(),
        row.len.to_string(),
    ];
    if columns.is_empty() {
        cells.push(guarded(&row.text));
    }
    for column in columns {
        let held = row.fields.iter().find(|(name, _)| name == column);
        cells.push(held.map(|(_, value)| guarded(value)).unwrap_or_default());
    }
    csv_line(&cells)
}

/// Evidence is hostile: a cell that a spreadsheet would run as a formula is marked as text. The bytes as they are stand in
/// JSON Lines.
fn guarded(text: &str) -> String {
    let number = text.strip_prefix(['-', '+']).is_some_and(|rest| rest.parse::<f64>().is_ok());
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number { format!("'{text}") } else { text.to_owned() }
}

fn csv_line(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}

pub(super) fn save_graph(desk: &Answers, spec: &GraphSpec, out: &Path, ticket: &Ticket) -> Result<Outcome> {
    let drawn = crate::workbench::network::write_graph(&desk.session, spec.case, out, ticket)?;
    let (nodes, edges, place) = (drawn.nodes, drawn.edges, out.display());
    desk.session.store.audit("graph.copy", "graph", &format!("{nodes} nodes to {place}"), &desk.session.author())?;
    Ok(done(
        &[Topic::Audit],
        format!("相関図を書き出しました（点{nodes}・線{edges}）: {place}"),
        format!("graph written ({nodes} nodes, {edges} edges): {place}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_text() {
        let cells = ["a,b", "say \"x\"", "2行\n目"].map(str::to_owned);
        assert_eq!(csv_line(&cells), "\"a,b\",\"say \"\"x\"\"\",\"2行\n目\"\r\n");
        assert_eq!(guarded("=HYPERLINK(\"http://203.0.113.5\")"), "'=HYPERLINK(\"http://203.0.113.5\")");
        assert_eq!(guarded("-120,000"), "'-120,000");
        assert_eq!((guarded("-5"), guarded("+8.25"), guarded("@x")), ("-5".into(), "+8.25".into(), "'@x".into()));
    }
}
