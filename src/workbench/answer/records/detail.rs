//! One record, whole: text and bytes, indicators in it, where it comes from and what happened to that.

use super::tags_of;
use crate::model::{CaseKey, EvidenceKey, Extractor as _, Hits, RowSet, Sighting};
use crate::store::SightingFilter;
use crate::workbench::answer::Answers;
use crate::workbench::answer::audit::action;
use crate::workbench::answer::facts::{read_as, strictest};
use crate::workbench::ask::{Custody, FieldRow, HitSpan, RecordDetail, Said, SettledBy};
use crate::workbench::error::{Error, Result};
use crate::workbench::find;
use crate::workbench::trail::Trail;
use std::collections::{BTreeMap, BTreeSet};

const MAX_BYTES: usize = 64 << 10;
/// Indicators of one record that are looked up; a longer list helps nobody.
const MAX_HITS: usize = 500;

pub(in crate::workbench::answer) fn record(desk: &Answers, evidence: EvidenceKey, row: u32) -> Result<RecordDetail> {
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
    let form = one.reading.as_ref().map(|reading| read_as(&reading.form));
    let tags = tags_of(desk)?;
    Ok(RecordDetail {
        evidence,
        row: row.row,
        case: one.case,
        evidence_id: one.id.to_string(),
        name: one.file_name(),
        sha256: one.sha256.map(|hash| data_encoding::HEXLOWER.encode(&hash)).unwrap_or_default(),
        offset: row.offset,
        len: row.len,
        form,
        when: row.when,
        reject: row.reject,
        bytes,
        hits: hits(desk, &row, one.case)?,
        text: row.text,
        fields: row
            .fields
            .into_iter()
            .map(|(name, value)| FieldRow { label: super::label(&name), name, value })
            .collect(),
        tags: tags.iter().filter(|(_, set)| set.contains(evidence, row.row)).map(|(name, _)| name.clone()).collect(),
        custody: custody(desk, &one)?,
    })
}

fn hits(desk: &Answers, row: &find::Row, case: Option<CaseKey>) -> Result<Vec<HitSpan>> {
    let session = &desk.session;
    let mut hits = Hits::default();
    let extractor = session.extractor()?;
    extractor.find(&row.text, &mut hits);
    let limited = case.map(|case| desk.limited_roles(case)).transpose()?;
    let here = |kind, value: &str| {
        let said = limited.iter().flat_map(|limited| limited.iter()).filter(|one| one.said.is_of(kind, value));
        strictest(said.filter(|one| one.rows.contains(row.key, row.row)).map(|one| one.said.role))
    };
    let mut known: BTreeMap<(crate::model::Kind, String), Vec<Sighting>> = BTreeMap::new();
    let mut spans = Vec::new();
    for (hit, value) in hits.iter().take(MAX_HITS) {
        let key = (hit.kind, value.to_owned());
        if !known.contains_key(&key) {
            // Each value by itself: the record is on screen long before every sighting of the store is read.
            let filter =
                SightingFilter { kind: Some(hit.kind), value: Some(value.to_owned()), ..SightingFilter::default() };
            known.insert(key.clone(), session.store.sightings(&filter)?);
        }
        let group = known.get(&key).map_or(&[][..], Vec::as_slice);
        let mine = group.iter().filter(|seen| seen.case == case);
        let benign = session.indicators.benign(hit.kind, value);
        spans.push(HitSpan {
            start: hit.span.start as usize,
            end: hit.span.end as usize,
            kind: hit.kind,
            value: value.to_owned(),
            look: session.indicators.about(hit.kind).map_or(crate::model::kind::Look::Network, |about| about.look),
            role: strictest(mine.clone().filter_map(|seen| seen.role)),
            here: here(hit.kind, value),
            settled: extractor.said(hit.kind, value).map(SettledBy::of),
            implied: hit.implied,
            benign: benign.map(|why| Said::new(why.ja, why.en)),
            count: mine.map(|seen| seen.count).sum(),
            cases: group.iter().filter_map(|seen| seen.case).collect::<BTreeSet<_>>().len() as u64,
        });
    }
    Ok(spans)
}

fn custody(desk: &Answers, one: &crate::model::Evidence) -> Result<Vec<Custody>> {
    let (mut out, trail) = (Vec::new(), Trail::of(&desk.session));
    for (entry, operator) in desk.session.store.audit_entries(10_000)?.into_iter().rev() {
        if entry.object == one.id.as_str() {
            let by = operator.unwrap_or_else(|| "—".into());
            let what = trail.stated(&entry)?.unwrap_or_else(|| action(&entry.action));
            out.push(Custody { at: entry.at, by, what });
        }
    }
    Ok(out)
}
