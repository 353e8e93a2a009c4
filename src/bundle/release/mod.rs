//! The check before release, on the finished bytes, two ways.
//!
//! (a) Everything is decoded and folded again and again; whatever looks like an indicator or a person's must be among what
//! was decided to leave. (b) Every withheld value is looked for in every spelling and encoding known here. Ids and tokens of
//! our own are recomputed and set aside. It says what it searched and what it cannot see; it never claims proof.

mod digest;
mod finder;
mod kept;
mod needles;
mod strangers;
mod unfold;

pub use kept::KeptPlan;

use super::clean::CleanBundle;
use super::shown::How;
use super::writers;
use crate::model::{Extractor, Text, Ticket};
use needles::Needles;
use serde::Serialize;
use std::collections::BTreeMap;

/// Something found in the finished bytes. Tells everything but the value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Names it when the approver decides; says nothing about the value to whoever lacks the store's secret.
    pub id: String,
    /// File in the bundle.
    pub file: String,
    /// Kind of value.
    pub what: String,
    /// Why it counts.
    pub reason: String,
}

/// A value that must not stand in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WithheldValue {
    /// Kind tag, or `text` for names, remarks and other free text.
    pub kind: String,
    /// Canonical value.
    pub value: String,
    /// Other spellings it was written in.
    pub spellings: Vec<String>,
}

/// What was searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Searched {
    /// Files.
    pub files: usize,
    /// Bytes as they will be sent.
    pub bytes: u64,
    /// Bytes of text in all readings.
    pub decoded: u64,
    /// Withheld values looked for.
    pub values: usize,
    /// Spellings and encodings of them.
    pub spellings: usize,
}

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseReport {
    /// Each of these stops the export.
    pub stops: Vec<Finding>,
    /// Each of these the approver decides.
    pub residual: Vec<Finding>,
    /// What was searched.
    pub searched: Searched,
}

/// What no search of this kind can see.
pub const BLIND: [Text; 4] = [
    Text::new("画像・音声の中身", "what images and sounds show"),
    Text::new("言い換え、文脈から分かること", "paraphrase, and what follows from context"),
    Text::new("他の知識との組合せ", "what the receiver can combine with other knowledge"),
    Text::new("ローマ字の氏名など、辞書にない語", "names in romaji and other words in no list"),
];

impl ReleaseReport {
    /// Whether nothing stops the export; residual risks may still be undecided.
    #[must_use]
    pub fn may_leave(&self) -> bool {
        self.stops.is_empty()
    }
}

/// Searches finished bytes. A cancelled or bounded search stops the export like a find.
pub fn release_check(
    payload: &[(String, Vec<u8>)],
    allowed: &KeptPlan,
    withheld: &[WithheldValue],
    extractor: &dyn Extractor,
    ticket: &Ticket,
) -> ReleaseReport {
    let needles = Needles::of(withheld, allowed);
    let mut found: BTreeMap<Finding, bool> = BTreeMap::new();
    let mut searched = Searched {
        files: payload.len(),
        bytes: payload.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
        decoded: 0,
        values: withheld.len(),
        spellings: needles.count(),
    };
    ticket.set_total(searched.bytes);
    for (file, bytes) in payload {
        let mut add = |what: &str, reason: &str, value: &str, stop: bool| {
            let id = allowed.finding_id(file, what, value);
            let finding = Finding { id, file: file.clone(), what: what.to_owned(), reason: reason.to_owned() };
            let held = found.entry(finding).or_default();
            *held |= stop;
        };
        if ticket.is_cancelled() {
            add("file", "not searched: cancelled", file, true);
            continue;
        }
        needles.find_raw(bytes, &mut add);
        let own = allowed.mask(bytes);
        let all = unfold::each(&own, &mut |layer| {
            searched.decoded += layer.len() as u64;
            let spans = allowed.spans(layer);
            needles.find(layer, &spans, &mut add);
            strangers::find(layer, &spans, allowed, extractor, &mut add);
        });
        if !all {
            add("file", "not searched to the end: unpacks to more than the bound", file, true);
        }
        ticket.advance(bytes.len() as u64);
    }
    let mut report = ReleaseReport { searched, ..ReleaseReport::default() };
    for (finding, stop) in found {
        if stop { &mut report.stops } else { &mut report.residual }.push(finding);
    }
    report
}

/// Writes the payload, checks it, writes the residual risks into its own account of the sanitising, and checks again.
pub fn finish(
    clean: &mut CleanBundle,
    extractor: &dyn Extractor,
    ticket: &Ticket,
) -> (Vec<(String, Vec<u8>)>, ReleaseReport) {
    clean.residual.clear();
    let (allowed, withheld) = (clean.kept_plan(), clean.withheld());
    let first = release_check(&writers::payload(clean), &allowed, &withheld, extractor, ticket);
    if first.residual.is_empty() {
        return (writers::payload(clean), first);
    }
    clean.residual = first.residual;
    let payload = writers::payload(clean);
    let report = release_check(&payload, &allowed, &withheld, extractor, ticket);
    (payload, report)
}

impl CleanBundle {
    /// Everything that may stand in the bundle.
    #[must_use]
    pub fn kept_plan(&self) -> KeptPlan {
        KeptPlan::of(self)
    }

    /// Everything that may not.
    #[must_use]
    pub fn withheld(&self) -> Vec<WithheldValue> {
        let decided = self.decisions.iter().filter(|decision| decision.shown.how() != How::Kept);
        let mut out: Vec<WithheldValue> = decided
            .map(|decision| WithheldValue {
                kind: decision.value.kind.to_string(),
                value: decision.value.value.clone(),
                spellings: decision.value.spellings.clone(),
            })
            .collect();
        let telling = self.behind.iter().filter(|behind| needles::is_telling(&behind.text));
        out.extend(telling.map(|behind| WithheldValue {
            kind: "text".to_owned(),
            value: behind.text.clone(),
            spellings: Vec::new(),
        }));
        out.sort();
        out.dedup();
        out
    }
}
