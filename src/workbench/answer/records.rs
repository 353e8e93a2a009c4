//! Answers about records: what a view holds, its pages, bars, facets, and single records.

use super::Answers;
use crate::model::{
    CaseKey, Corpus as _, EvidenceKey, Extractor as _, FieldReader as _, Hits, Instant, ReadingHead, RowSet, Ticket,
};
use crate::search::{self, Scope};
use crate::workbench::ask::{
    Column, Custody, Facet, Histogram, HitSpan, Order, QueryFault, RecordDetail, RecordRow, RecordView, Reply, RowPage,
    Said, Search,
};
use crate::workbench::error::{Error, Result};
use crate::workbench::find;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Views remembered.
const KEPT: usize = 6;
/// More rows than this are not sorted; they stay in row order.
const MAX_SORTED: u64 = 8_000_000;
const MAX_TEXT: usize = 1_000;
const MAX_BYTES: usize = 64 << 10;
/// Records a facet reads at most.
const FACET_SAMPLE: u64 = 200_000;

/// A view worked out: its rows and, where the order is not that of the evidence, their permutation.
pub(super) struct Resolved {
    rows: RowSet,
    order: Option<Vec<(EvidenceKey, u32)>>,
    search: Search,
}

fn resolve(desk: &Answers, view: &RecordView, ticket: &Ticket) -> Result<Arc<Resolved>> {
    if let Some((_, held)) = desk.cache().views.iter().find(|(known, _)| known == view) {
        return Ok(Arc::clone(held));
    }
    let fresh = Arc::new(work_out(desk, view, ticket)?);
    let mut cache = desk.cache();
    cache.views.retain(|(known, _)| known != view);
    cache.views.push((view.clone(), Arc::clone(&fresh)));
    if cache.views.len() > KEPT {
        cache.views.remove(0);
    }
    Ok(fresh)
}

fn work_out(desk: &Answers, view: &RecordView, ticket: &Ticket) -> Result<Resolved> {
    let watch = std::time::Instant::now();
    let session = &desk.session;
    let scope = Scope { case: view.case, evidence: view.evidence };
    let readings = in_scope(desk, view)?;
    let total: u64 = readings.iter().map(|reading| u64::from(reading.rows)).sum();
    let mut rows: Option<RowSet> = None;
    let mut notes = Vec::new();
    for (part, text) in std::iter::once(&view.query).chain(&view.also).enumerate() {
        let query = match search::parse(text) {
            Ok(query) => query,
            Err(err) => return Ok(faulty(total, part, &err)),
        };
        let outcome = search::run(&query, &*session.store, &*session.reader, &scope, ticket, &mut |_, _| {});
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(search::Error::Query(err)) => return Ok(faulty(total, part, &err)),
            Err(search::Error::Cancelled) => return Err(Error::Cancelled),
            Err(err) => return Err(Error::Below(Box::new(err))),
        };
        notes.extend(
            outcome
                .notes
                .iter()
                .map(|note| Said::new(note.text(crate::model::Lang::Ja), note.text(crate::model::Lang::En))),
        );
        rows = Some(rows.map_or(outcome.rows.clone(), |held| held.and(&outcome.rows)));
    }
    let rows = rows.unwrap_or_default();
    let order = order_of(desk, &rows, &view.order, &mut notes, ticket)?;
    let (undated, rejects) = if rows.len() == total { totals(desk, &readings)? } else { counted(desk, &rows)? };
    let search = Search {
        total,
        shown: rows.len(),
        undated,
        rejects,
        share: 1.0,
        done: true,
        seconds: watch.elapsed().as_secs_f64(),
        columns: columns(desk, &readings),
        notes,
        fault: None,
    };
    Ok(Resolved { rows, order, search })
}

fn faulty(total: u64, part: usize, err: &search::QueryError) -> Resolved {
    let fault = QueryFault {
        part,
        at: err.at.start,
        len: err.at.len(),
        what: Said::new(err.message.0.clone(), err.message.1.clone()),
        hint: err.hint.clone().map(|(ja, en)| Said::new(ja, en)),
    };
    Resolved {
        rows: RowSet::new(),
        order: None,
        search: Search { total, done: true, share: 1.0, fault: Some(fault), ..Search::default() },
    }
}

fn in_scope(desk: &Answers, view: &RecordView) -> Result<Vec<ReadingHead>> {
    let all = desk.session.store.readings()?;
    let inside = |reading: &ReadingHead| {
        view.case.is_none_or(|case| reading.case == Some(case))
            && view.evidence.is_none_or(|key| reading.evidence == key)
    };
    Ok(all.into_iter().filter(inside).collect())
}

/// The columns all readings in scope share; none where they differ.
fn columns(desk: &Answers, readings: &[ReadingHead]) -> Vec<Column> {
    let mut sets = readings.iter().map(|reading| desk.session.reader.columns(&reading.form));
    let Some(first) = sets.next() else { return Vec::new() };
    if sets.any(|other| other != first) {
        return Vec::new();
    }
    first
        .into_iter()
        .map(|name| Column {
            label: label(&name),
            numeric: matches!(name.as_str(), "status" | "bytes" | "pid" | "port"),
            chars: width(&name),
            name,
        })
        .collect()
}

fn label(name: &str) -> Said {
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
        "protocol" => "版",
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

/// Undated and rejected records of whole readings: kept as totals.
fn totals(desk: &Answers, readings: &[ReadingHead]) -> Result<(u64, u64)> {
    let keys: BTreeSet<EvidenceKey> = readings.iter().map(|reading| reading.evidence).collect();
    let evidence = desk.session.store.evidence()?;
    let held = evidence.iter().filter(|one| keys.contains(&one.key)).filter_map(|one| one.reading.as_ref());
    Ok(held.fold((0, 0), |(undated, rejects), reading| {
        (undated + u64::from(reading.undated), rejects + u64::from(reading.rejects))
    }))
}

/// Visits the record heads of a row set, chunk by chunk.
fn each_head(
    desk: &Answers,
    rows: &RowSet,
    ticket: &Ticket,
    each: &mut dyn FnMut(EvidenceKey, u32, &crate::model::RecordHead),
) -> Result<()> {
    let store = &desk.session.store;
    let readings = store.readings()?;
    for (evidence, wanted) in rows.iter() {
        let Some(reading) = readings.iter().find(|reading| reading.evidence == evidence) else { continue };
        for head in store.chunk_heads(reading.key)?.iter() {
            if ticket.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let mut inside = wanted.range(head.first_row..head.first_row.saturating_add(head.rows)).peekable();
            if inside.peek().is_none() {
                continue;
            }
            let records = store.records(reading.key, head.seq)?;
            for row in inside {
                if let Some(record) = records.get((row - head.first_row) as usize) {
                    each(evidence, row, record);
                }
            }
        }
    }
    Ok(())
}

fn counted(desk: &Answers, rows: &RowSet) -> Result<(u64, u64)> {
    let (mut undated, mut rejects) = (0, 0);
    each_head(desk, rows, &Ticket::new(), &mut |_, _, record| {
        undated += u64::from(record.when.instant().is_none());
        rejects += u64::from(record.reject.is_some());
    })?;
    Ok((undated, rejects))
}

fn order_of(
    desk: &Answers,
    rows: &RowSet,
    order: &Order,
    notes: &mut Vec<Said>,
    ticket: &Ticket,
) -> Result<Option<Vec<(EvidenceKey, u32)>>> {
    if *order == Order::Row {
        return Ok(None);
    }
    if rows.len() > MAX_SORTED {
        notes.push(Said::new("件数が多いため元の順で表示しています", "too many records to sort: shown as they stand"));
        return Ok(None);
    }
    match order {
        Order::Row => Ok(None),
        Order::Time { down } => {
            let mut keyed: Vec<(Option<Instant>, EvidenceKey, u32)> =
                Vec::with_capacity(usize::try_from(rows.len()).unwrap_or(0));
            each_head(desk, rows, ticket, &mut |evidence, row, record| {
                keyed.push((record.when.instant(), evidence, row))
            })?;
            // Undated records stand last either way.
            keyed.sort_by(|a, b| {
                let time = match (a.0, b.0) {
                    (Some(a), Some(b)) => {
                        if *down {
                            b.cmp(&a)
                        } else {
                            a.cmp(&b)
                        }
                    }
                    (a, b) => a.is_none().cmp(&b.is_none()),
                };
                time.then((a.1, a.2).cmp(&(b.1, b.2)))
            });
            Ok(Some(keyed.into_iter().map(|(_, evidence, row)| (evidence, row)).collect()))
        }
        Order::Field { name, down } => {
            let mut keyed = Vec::new();
            find::each_row(&desk.session, rows, u64::MAX, &mut |row| {
                let value =
                    row.fields.into_iter().find(|(field, _)| field == name).map(|(_, value)| value).unwrap_or_default();
                keyed.push((value.replace(',', "").parse::<f64>().ok(), value, row.key, row.row));
                if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
            })?;
            let numbers = keyed.iter().all(|(number, text, ..)| number.is_some() || text.is_empty());
            keyed.sort_by(|a, b| {
                let order =
                    if numbers { a.0.unwrap_or(f64::MIN).total_cmp(&b.0.unwrap_or(f64::MIN)) } else { a.1.cmp(&b.1) };
                let order = if *down { order.reverse() } else { order };
                order.then((a.2, a.3).cmp(&(b.2, b.3)))
            });
            Ok(Some(keyed.into_iter().map(|(_, _, evidence, row)| (evidence, row)).collect()))
        }
    }
}

pub(super) fn search(
    desk: &Answers,
    view: &RecordView,
    ticket: &Ticket,
    emit: &mut dyn FnMut(Reply),
) -> Result<Search> {
    emit(Reply::Search(Arc::new(Search { share: 0.0, ..Search::default() })));
    Ok(resolve(desk, view, ticket)?.search.clone())
}

pub(super) fn rows(desk: &Answers, view: &RecordView, first: u64, count: u32, ticket: &Ticket) -> Result<RowPage> {
    let resolved = resolve(desk, view, ticket)?;
    let picked: Vec<(EvidenceKey, u32)> = (first..first.saturating_add(u64::from(count)))
        .map_while(|n| match &resolved.order {
            Some(order) => order.get(usize::try_from(n).ok()?).copied(),
            None => resolved.rows.nth(n),
        })
        .collect();
    let mut set = RowSet::new();
    picked.iter().for_each(|(evidence, row)| set.insert(*evidence, *row));
    let tags = tags_of(desk)?;
    let mut read = BTreeMap::new();
    find::each_row(&desk.session, &set, u64::MAX, &mut |row| {
        let cells = resolved.search.columns.iter().map(|column| {
            row.fields.iter().find(|(name, _)| *name == column.name).map(|(_, value)| value.clone()).unwrap_or_default()
        });
        let shown = RecordRow {
            evidence: row.key,
            row: row.row,
            offset: row.offset,
            len: u32::try_from(row.len).unwrap_or(u32::MAX),
            when: row.when,
            cells: cells.collect(),
            text: row.text.chars().take(MAX_TEXT).collect(),
            reject: row.reject,
            tags: tags.iter().filter(|(_, set)| set.contains(row.key, row.row)).map(|(name, _)| name.clone()).collect(),
        };
        read.insert((row.key, row.row), shown);
        Ok(())
    })?;
    Ok(RowPage { first, rows: picked.iter().filter_map(|place| read.remove(place)).collect() })
}

fn tags_of(desk: &Answers) -> Result<Vec<(String, RowSet)>> {
    let said = desk.session.store.statements("tag", None)?;
    let names: BTreeSet<String> = said
        .into_iter()
        .filter_map(|(said, _)| if let crate::model::Statement::Tag(tag) = said { Some(tag.name) } else { None })
        .collect();
    names
        .into_iter()
        .map(|name| Ok((name.clone(), desk.session.store.named(&crate::model::NamedSet::Tag(name))?)))
        .collect()
}

pub(super) fn histogram(desk: &Answers, view: &RecordView, bars: u32, ticket: &Ticket) -> Result<Histogram> {
    let resolved = resolve(desk, view, ticket)?;
    let bounds = {
        let readings = in_scope(desk, view)?;
        let whole = resolved.rows.len() == resolved.search.total;
        if whole {
            readings
                .iter()
                .filter_map(|reading| reading.first)
                .min()
                .zip(readings.iter().filter_map(|reading| reading.last).max())
        } else {
            let mut bounds: Option<(Instant, Instant)> = None;
            each_head(desk, &resolved.rows, ticket, &mut |_, _, record| {
                if let Some(at) = record.when.instant() {
                    bounds = Some(bounds.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
                }
            })?;
            bounds
        }
    };
    let Some((from, to)) = bounds else {
        return Ok(Histogram { undated: resolved.rows.len(), ..Histogram::default() });
    };
    let step = (to.0.saturating_sub(from.0) / i64::from(bars.max(1))).saturating_add(1).max(1_000_000_000);
    let mut histogram = Histogram { from: Some(from), step, counts: vec![0; bars.max(1) as usize], undated: 0 };
    each_head(desk, &resolved.rows, ticket, &mut |_, _, record| match record.when.instant() {
        Some(at) => {
            let bar = usize::try_from(at.0.saturating_sub(from.0) / step).unwrap_or(0);
            if let Some(count) = histogram.counts.get_mut(bar) {
                *count += 1;
            }
        }
        None => histogram.undated += 1,
    })?;
    while histogram.counts.len() > 1 && histogram.counts.last() == Some(&0) {
        histogram.counts.pop();
    }
    Ok(histogram)
}

pub(super) fn facet(desk: &Answers, view: &RecordView, field: &str, limit: u32, ticket: &Ticket) -> Result<Facet> {
    let resolved = resolve(desk, view, ticket)?;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let (mut absent, mut read) = (0, 0);
    find::each_row(&desk.session, &resolved.rows, FACET_SAMPLE, &mut |row| {
        read += 1;
        match row.fields.into_iter().find(|(name, _)| name == field) {
            Some((_, value)) => *counts.entry(value).or_default() += 1,
            None => absent += 1,
        }
        if ticket.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    })?;
    let mut values: Vec<(String, u64)> = counts.into_iter().collect();
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let others = values.iter().skip(limit as usize).map(|(_, count)| count).sum();
    values.truncate(limit as usize);
    Ok(Facet { values, others, absent, sample: (read < resolved.rows.len()).then_some(read) })
}

pub(super) fn record(desk: &Answers, evidence: EvidenceKey, row: u32) -> Result<RecordDetail> {
    let session = &desk.session;
    let one = session.store.evidence_one(evidence)?;
    let mut set = RowSet::new();
    set.insert(evidence, row);
    let mut found = None;
    find::each_row(session, &set, 1, &mut |row| {
        found = Some(row);
        Ok(())
    })?;
    let row = found.ok_or_else(|| Error::input("その行はありません", "no such row"))?;
    let bytes = session.store.read_range(evidence, row.offset, row.len.min(MAX_BYTES as u64))?;
    let form = one.reading.as_ref().map(|reading| (reading.form.format.clone(), reading.form.encoding.clone()));
    let tags = tags_of(desk)?;
    Ok(RecordDetail {
        evidence,
        row: row.row,
        evidence_id: one.id.to_string(),
        name: one.file_name(),
        sha256: one.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default(),
        offset: row.offset,
        len: row.len,
        form: form.unwrap_or_default(),
        when: row.when,
        reject: row.reject,
        bytes,
        hits: hits(desk, &row.text, one.case)?,
        text: row.text,
        fields: row.fields,
        tags: tags.iter().filter(|(_, set)| set.contains(evidence, row.row)).map(|(name, _)| name.clone()).collect(),
        custody: custody(desk, &one)?,
    })
}

fn hits(desk: &Answers, text: &str, case: Option<CaseKey>) -> Result<Vec<HitSpan>> {
    let session = &desk.session;
    let all = desk.sightings()?;
    let mut hits = Hits::default();
    session.indicators.find(text, &mut hits);
    let spans = hits.iter().map(|(hit, value)| {
        let start =
            all.partition_point(|seen| (seen.indicator.kind, seen.indicator.value.as_str()) < (hit.kind, value));
        let group = all
            .get(start..)
            .unwrap_or(&[])
            .iter()
            .take_while(|seen| seen.indicator.kind == hit.kind && seen.indicator.value == value);
        let group: Vec<_> = group.collect();
        let mine = group.iter().filter(|seen| seen.case == case);
        let benign = session.indicators.benign(hit.kind, value);
        HitSpan {
            start: hit.span.start as usize,
            end: hit.span.end as usize,
            kind: hit.kind,
            value: value.to_owned(),
            look: session.indicators.about(hit.kind).map_or(crate::model::kind::Look::Network, |about| about.look),
            role: super::facts::strictest(mine.clone().filter_map(|seen| seen.role)),
            implied: hit.implied,
            benign: benign.map(|why| Said::new(why.ja, why.en)),
            count: mine.map(|seen| seen.count).sum(),
            cases: group.iter().filter_map(|seen| seen.case).collect::<BTreeSet<_>>().len() as u64,
        }
    });
    Ok(spans.collect())
}

fn custody(desk: &Answers, one: &crate::model::Evidence) -> Result<Vec<Custody>> {
    let mut out = Vec::new();
    for (entry, operator) in desk.session.store.audit_entries(10_000)?.into_iter().rev() {
        if entry.object != one.id.as_str() {
            continue;
        }
        let what = match entry.action.as_str() {
            "evidence.import.begin" => Said::new("取込み開始", "import begun"),
            "evidence.import.resume" => Said::new("取込み再開", "import resumed"),
            "evidence.import.complete" => Said::new("取込み完了・ハッシュ値を記録", "import complete, hash recorded"),
            "evidence.damage" => Said::new("破損・未読部分を記録", "damage or unread parts recorded"),
            "evidence.expunge" => Said::new("消去", "erased"),
            other => Said::new(other, other),
        };
        out.push(Custody { at: entry.at, by: operator.unwrap_or_else(|| "—".into()), what });
    }
    Ok(out)
}

/// Rows a command is about.
pub(super) fn picked(desk: &Answers, view: &RecordView, ticket: &Ticket) -> Result<RowSet> {
    Ok(resolve(desk, view, ticket)?.rows.clone())
}
