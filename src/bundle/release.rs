//! The check before release, on the finished bytes, two ways.
//!
//! (a) Everything is decoded and folded again and again; whatever looks like an indicator must be among what was decided to
//! leave. (b) Every withheld value is looked for in every spelling and encoding known here. It says what it searched and
//! what it cannot see; it never claims proof.

use super::sanitise::{CleanBundle, Decision};
use super::shown::How;
use super::unfold::layers;
use crate::model::fold::fold;
use crate::model::{Extractor, Hits, Kind};
use aho_corasick::{AhoCorasick, MatchKind};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Names it when the approver decides.
    pub id: String,
    /// File in the bundle.
    pub file: String,
    /// What it is; never the value itself.
    pub what: String,
}

/// What the check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseReport {
    /// Each of these stops the export.
    pub stops: Vec<Finding>,
    /// Each of these the approver decides.
    pub residual: Vec<Finding>,
    /// What was searched, in words.
    pub searched: String,
    /// What it cannot see.
    pub blind: &'static str,
}

/// A withheld value of at least this many bits of entropy stops the export wherever it is found.
const STRONG_BITS: f64 = 40.0;
const MIN_NEEDLE: usize = 4;

/// Checks a payload against the decisions it was made from.
pub fn check(payload: &[(String, Vec<u8>)], clean: &CleanBundle, extractor: &dyn Extractor) -> ReleaseReport {
    let mut report = ReleaseReport {
        blind: "images, paraphrase, and what the receiver can combine with other knowledge",
        ..ReleaseReport::default()
    };
    let needles = Needles::of(clean.decisions());
    let known = Known::of(clean);
    let mut seen = BTreeSet::new();
    let mut searched = 0_usize;
    for (file, bytes) in payload {
        for layer in layers(bytes) {
            searched += layer.len();
            for (decision, strong) in needles.find(&layer) {
                let what = format!("withheld {} ({})", decision.value.kind, decision.rule);
                if seen.insert((file.clone(), what.clone(), decision.value.value.clone())) {
                    let list = if strong { &mut report.stops } else { &mut report.residual };
                    list.push(Finding { id: finding_id(file, &decision.value.value), file: file.clone(), what });
                }
            }
            strangers(file, &layer, &known, extractor, &mut seen, &mut report);
        }
    }
    report.stops.sort();
    report.residual.sort();
    report.searched = format!(
        "{} files, {searched} bytes in all decodings, {} spellings of {} withheld values",
        payload.len(),
        needles.count,
        needles.decisions
    );
    report
}

/// Names a finding without telling its value to whoever reads the report.
fn finding_id(file: &str, value: &str) -> String {
    let hash = Sha256::new().chain_update(file).chain_update([0]).chain_update(value).finalize();
    data_encoding::HEXLOWER.encode(hash.get(..4).unwrap_or(&[]))
}

/// Everything that may stand in the bundle.
struct Known {
    values: BTreeSet<(Kind, String)>,
    texts: BTreeSet<String>,
}

impl Known {
    fn of(clean: &CleanBundle) -> Self {
        let mut values = BTreeSet::new();
        let mut texts = BTreeSet::new();
        for decision in clean.decisions() {
            if decision.shown.how() == How::Kept {
                values.insert((decision.value.kind, decision.value.value.clone()));
            }
            texts.insert(decision.shown.text().to_lowercase());
        }
        Self { values, texts }
    }
}

/// Values that look like indicators and were never decided about: our own words and ids set aside.
fn strangers(
    file: &str,
    layer: &str,
    known: &Known,
    extractor: &dyn Extractor,
    seen: &mut BTreeSet<(String, String, String)>,
    report: &mut ReleaseReport,
) {
    const OURS: [&str; 8] = [
        "http://graphml.graphdrawing.org/xmlns",
        "graphml.graphdrawing.org",
        "https://example.jp/itoguchi/value-1.json",
        "example.jp",
        "entities.csv",
        "links.csv",
        "case.json",
        "report.html",
    ];
    let mut hits = Hits::default();
    extractor.find(layer, &mut hits);
    for (hit, value) in hits.iter() {
        let ours = OURS.contains(&value)
            || known.values.contains(&(hit.kind, value.to_owned()))
            || known.texts.contains(&value.to_lowercase());
        // Part of something kept: the host of a kept URL, an address inside it.
        let part = !ours
            && hit.implied
            && known.values.iter().any(|(_, kept)| kept.to_lowercase().contains(&value.to_lowercase()));
        let hash = hit.kind.tag().starts_with("sha") || hit.kind.tag() == "md5" || hit.kind.tag() == "hex64";
        if ours || part || hash || !personal(hit.kind, hit.verified) {
            continue;
        }
        let what = format!("{} nobody decided about", hit.kind);
        if seen.insert((file.to_owned(), what.clone(), value.to_owned())) {
            report.residual.push(Finding { id: finding_id(file, value), file: file.to_owned(), what });
        }
    }
}

/// Kinds whose appearance without a decision a person must look at.
fn personal(kind: Kind, verified: bool) -> bool {
    match kind.tag() {
        "cve" | "asn" => false,
        "phone" | "my_number" | "bank_account" => verified,
        _ => true,
    }
}

/// Every spelling of every withheld value, in one automaton.
struct Needles<'a> {
    automaton: Option<AhoCorasick>,
    owners: Vec<(&'a Decision, bool)>,
    count: usize,
    decisions: usize,
}

impl<'a> Needles<'a> {
    fn of(decisions: &'a [Decision]) -> Self {
        let mut patterns: BTreeMap<String, (&'a Decision, bool)> = BTreeMap::new();
        let kept: BTreeSet<String> = decisions
            .iter()
            .filter(|decision| decision.shown.how() == How::Kept)
            .map(|decision| fold(&decision.value.value))
            .collect();
        let hidden: Vec<&Decision> = decisions.iter().filter(|decision| decision.shown.how() != How::Kept).collect();
        for decision in &hidden {
            let strong = bits(&decision.value.value) >= STRONG_BITS;
            for spelling in spellings(decision) {
                let folded = fold(&spelling);
                let inside_kept = kept.iter().any(|kept| kept.contains(&folded));
                if folded.len() >= MIN_NEEDLE && !inside_kept {
                    patterns.entry(folded).or_insert((*decision, strong));
                }
            }
        }
        let (needles, owners): (Vec<String>, Vec<(&Decision, bool)>) = patterns.into_iter().unzip();
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&needles).ok();
        Self { automaton, owners, count: needles.len(), decisions: hidden.len() }
    }

    fn find(&self, layer: &str) -> Vec<(&'a Decision, bool)> {
        let mut out = Vec::new();
        let Some(automaton) = &self.automaton else { return out };
        let bytes = layer.as_bytes();
        for found in automaton.find_overlapping_iter(layer) {
            let Some((decision, strong)) = self.owners.get(found.pattern().as_usize()) else { continue };
            let edge =
                |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            // A weak value counts only as a whole token; a strong one also inside something longer.
            if *strong || edge(found.start().checked_sub(1)) && edge(Some(found.end())) {
                out.push((*decision, *strong));
            }
        }
        out
    }
}

/// A rough lower bound of what guessing the value costs, by its alphabet and length.
fn bits(value: &str) -> f64 {
    let letters = value.chars().any(|c| c.is_ascii_alphabetic());
    let digits = value.chars().filter(char::is_ascii_digit).count() as f64;
    let others = value.chars().filter(|c| c.is_alphanumeric() && !c.is_ascii_digit()).count() as f64;
    digits * 3.32 + others * if letters { 3.0 } else { 8.0 }
}

/// The value as written, bare of separators, reversed, hashed, and as the id STIX would derive from it.
fn spellings(decision: &Decision) -> Vec<String> {
    let value = &decision.value.value;
    let mut out = vec![value.clone()];
    out.extend(decision.value.spellings.iter().cloned());
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    if let Some(national) = value.strip_prefix("+81") {
        out.push(format!("0{national}"));
    }
    if decision.value.kind.tag() == "bank_account" {
        let parts: Vec<&str> = value.split('-').collect();
        if let [bank, branch, _, number] = parts.as_slice() {
            out.push(format!("{bank}-{branch}-{number}"));
        }
    }
    let forms: Vec<String> = out.iter().map(|text| bare(text)).collect();
    out.extend(forms);
    out.push(value.chars().rev().collect());
    out.push(data_encoding::HEXLOWER.encode(&Sha256::digest(value.as_bytes())));
    out.sort();
    out.dedup();
    out
}
