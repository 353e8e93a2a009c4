//! The columns of a view: those its format has; where records have fields of their own each, those most records have.

use crate::model::{FieldReader as _, ReadingHead, RowSet};
use crate::workbench::answer::Answers;
use crate::workbench::ask::{Column, Said};
use crate::workbench::error::Result;
use crate::workbench::find;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Records that tell which fields are common.
pub(super) const SAMPLE: usize = 200;
/// Columns made of common fields, at most.
const MOST: usize = 16;
/// Readings whose common fields are remembered.
const KEPT: usize = 256;
/// Fields that hold the time, which has a column of its own.
const TIMES: [&str; 6] = ["timestamp", "@timestamp", "time", "ts", "eventtime", "datetime"];

/// The columns all readings in scope share; none where they differ.
pub(super) fn of(desk: &Answers, readings: &[ReadingHead]) -> Result<Vec<Column>> {
    let mut shared: Option<Arc<[String]>> = None;
    for reading in readings {
        let names = names(desk, reading)?;
        if shared.get_or_insert_with(|| Arc::clone(&names)) != &names {
            return Ok(Vec::new());
        }
    }
    Ok(shared.iter().flat_map(|names| names.iter().cloned()).map(column).collect())
}

/// The same by name, without those of formats whose records have fields of their own each: no file may be made of them alone.
pub(super) fn stated(desk: &Answers, readings: &[ReadingHead]) -> Vec<String> {
    let mut sets = readings.iter().map(|reading| desk.session.reader.columns(&reading.form));
    let first = sets.next().unwrap_or_default();
    if sets.any(|other| other != first) { Vec::new() } else { first }
}

fn names(desk: &Answers, reading: &ReadingHead) -> Result<Arc<[String]>> {
    let reader = &desk.session.reader;
    let stated = reader.columns(&reading.form);
    if !stated.is_empty() || !reader.is_open(&reading.form) {
        return Ok(stated.into());
    }
    if let Some((_, held)) = desk.cache().common.iter().find(|(key, _)| *key == reading.key) {
        return Ok(Arc::clone(held));
    }
    let first = reading.rows.min(u32::try_from(SAMPLE).unwrap_or(u32::MAX));
    let (rows, mut records) = (RowSet::of(reading.evidence, (0..first).collect()), Vec::new());
    find::each_row(&desk.session, &rows, u64::MAX, &mut |row| {
        records.push(row.fields.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
        Ok(())
    })?;
    let found: Arc<[String]> = common(records.iter().map(|names| names.iter().map(String::as_str))).into();
    // A reading never changes: what it holds need not be forgotten but for want of room.
    let mut cache = desk.cache();
    if cache.common.len() >= KEPT {
        cache.common.remove(0);
    }
    cache.common.push((reading.key, Arc::clone(&found)));
    Ok(found)
}

/// The fields that at least a quarter of these records have, in the order they come in.
pub(super) fn common<'r, R: Iterator<Item = &'r str>>(records: impl Iterator<Item = R>) -> Vec<String> {
    let (mut counts, mut total): (Vec<(&str, usize)>, _) = (Vec::new(), 0);
    for record in records.take(SAMPLE) {
        total += 1;
        let mut seen = BTreeSet::new();
        // A field that comes twice in a record counts once.
        for name in record.filter(|name| seen.insert(*name)) {
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
    let often = |(name, count): &(&str, usize)| count * 4 >= total && !TIMES.contains(&name.to_lowercase().as_str());
    counts.into_iter().filter(often).take(MOST).map(|(name, _)| name.to_owned()).collect()
}

/// A field as a column.
pub(super) fn column(name: String) -> Column {
    let numeric = matches!(name.as_str(), "status" | "bytes" | "pid" | "port");
    Column { label: label(&name), numeric, chars: width(&name), name }
}

/// What a field is called: the usual word for the common ones, its own name else.
pub(super) fn label(name: &str) -> Said {
    let ja = match name {
        "client" => "接続元",
        "method" => "メソッド",
        "path" => "要求先",
        "status" => "応答コード",
        "bytes" => "サイズ",
        "referrer" => "参照元",
        "agent" => "User-Agent",
        "user" => "利用者",
        "time" => "時刻",
        "host" => "ホスト",
        "process" => "プロセス",
        "pid" => "PID",
        "message" => "内容",
        "protocol" => "プロトコル",
        "ident" => "識別子",
        "request" => "要求行",
        "datetime" | "timestamp" => "日時",
        "timestamp_desc" => "時刻の意味",
        "time_note" => "時刻の根拠",
        "format" => "形式",
        "evidence" => "証拠",
        "cite" => "引用",
        "values" => "値の番号",
        "vhost" => "仮想ホスト",
        "extra" => "付記",
        "from" | "sender" => "差出人",
        "to" => "宛先",
        "cc" => "写し先",
        "subject" => "件名",
        "date" => "日付",
        "severity" => "重大度",
        "priority" => "優先度",
        "level" => "水準",
        "event_id" | "eventid" => "イベントID",
        "computer" => "コンピュータ",
        "channel" => "記録先",
        "provider" => "出力元",
        "command" => "コマンド",
        "port" => "ポート",
        "src_ip" | "src" => "送信元",
        "dst" | "dest_ip" => "送信先",
        "spt" | "src_port" => "送信元ポート",
        "dpt" | "dest_port" => "送信先ポート",
        "proto" => "プロトコル",
        "event_type" => "種別",
        other => other,
    };
    Said::new(ja, name)
}

fn width(name: &str) -> u16 {
    match name {
        "path" | "message" | "agent" | "referrer" => 36,
        "client" | "host" | "time" => 17,
        "status" | "pid" | "method" | "ident" | "user" | "protocol" => 9,
        _ => 14,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_fields_stand_in_their_order_without_the_time_and_the_rare() {
        let records = [
            vec!["timestamp", "src_ip", "event_type", "dns.rrname"],
            vec!["timestamp", "src_ip", "event_type", "flow.bytes", "flow.bytes"],
            vec!["timestamp", "src_ip", "event_type"],
            vec!["timestamp", "event_type", "src_ip", "proto"],
            vec!["timestamp", "src_ip", "event_type", "proto"],
        ];
        let found = common(records.iter().map(|names| names.iter().copied()));
        assert_eq!(found, ["src_ip", "event_type", "proto"]);
        assert!(common(std::iter::empty::<std::iter::Empty<&str>>()).is_empty());
    }
}
