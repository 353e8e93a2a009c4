//! What may stand in a bundle: the values decided to leave, our own ids and tokens (recomputed, then set aside), and the
//! facts and texts a person is responsible for.

use super::super::clean::CleanBundle;
use super::super::shown::How;
use super::super::token::ObjectIds;
use super::super::writers;
use super::unfold;
use crate::model::Kind;
use crate::model::fold::fold;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::BTreeSet;
use std::ops::Range;

/// Words of standards that stand in our files.
const STANDARDS: [&str; 12] = [
    "http://graphml.graphdrawing.org/xmlns",
    "graphml.graphdrawing.org",
    "https://ontology.caseontology.org/case/investigation/",
    "https://ontology.unifiedcyberontology.org/uco/",
    "http://www.w3.org/2001/xmlschema#",
    "ontology.caseontology.org",
    "ontology.unifiedcyberontology.org",
    "www.w3.org",
    writers::STIX_SCHEMA,
    "example.jp",
    "entities.csv",
    "links.csv",
];

/// Everything that may stand in a bundle.
pub struct KeptPlan {
    pub(super) values: BTreeSet<(Kind, String)>,
    kept: Option<AhoCorasick>,
    facts: Option<AhoCorasick>,
    own: Option<AhoCorasick>,
    pub(super) still: String,
    ids: ObjectIds,
}

/// Places of a layer that hold what may stand there.
pub(super) struct Spans {
    pub(super) kept: Vec<Range<usize>>,
    pub(super) facts: Vec<Range<usize>>,
}

impl Spans {
    /// Whether a range lies inside one of these, which are sorted and do not overlap.
    pub(super) fn hold(spans: &[Range<usize>], range: &Range<usize>) -> bool {
        let at = spans.partition_point(|span| span.start <= range.start);
        at.checked_sub(1).and_then(|at| spans.get(at)).is_some_and(|span| span.end >= range.end)
    }
}

fn automaton<T: AsRef<str>>(patterns: impl IntoIterator<Item = T>) -> Option<AhoCorasick> {
    let patterns: BTreeSet<String> =
        patterns.into_iter().map(|text| text.as_ref().to_owned()).filter(|text| text.len() >= 3).collect();
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns).ok()
}

impl KeptPlan {
    pub(super) fn of(clean: &CleanBundle) -> Self {
        let open = |how| matches!(how, How::Kept | How::General);
        let decided = clean.decisions.iter().filter(|decision| decision.shown.how() == How::Kept);
        let shown = clean.values.iter().filter(|value| open(value.shown.how())).map(|value| fold(value.shown.text()));
        // A kept number leaves in both its forms.
        let national = decided.clone().filter_map(|decision| decision.value.value.strip_prefix("+81"));
        let national: Vec<String> = national.map(|rest| format!("0{rest}")).collect();
        let coarse = clean.values.iter().flat_map(|value| value.coarse.values()).map(|text| fold(text));
        let mut still = String::new();
        for (_, bytes) in writers::payload(&clean.skeleton()) {
            unfold::each(&bytes, &mut |layer| still.push_str(layer));
        }
        Self {
            values: decided.map(|decision| (decision.value.kind, decision.value.value.clone())).collect(),
            kept: automaton(shown.chain(coarse).chain(national).chain(STANDARDS.iter().map(|text| fold(text)))),
            facts: automaton(clean.facts().iter().map(|text| fold(text))),
            own: automaton(clean.own_marks()),
            still,
            ids: clean.ids.clone(),
        }
    }

    /// Blanks out our own ids and tokens: random to everybody else, they would only look like something by chance.
    pub(super) fn mask(&self, bytes: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for found in self.own.iter().flat_map(|own| own.find_iter(bytes)) {
            if let Some(span) = out.get_mut(found.range()) {
                span.fill(b' ');
            }
        }
        out
    }

    pub(super) fn spans(&self, layer: &str) -> Spans {
        let find = |automaton: &Option<AhoCorasick>| {
            automaton.iter().flat_map(|automaton| automaton.find_iter(layer)).map(|found| found.range()).collect()
        };
        Spans { kept: find(&self.kept), facts: find(&self.facts) }
    }

    /// Names a finding; derived under the store's secret, because a plain hash of a phone number is the number.
    pub(super) fn finding_id(&self, file: &str, what: &str, value: &str) -> String {
        let id = self.ids.id(&format!("finding\0{file}\0{what}\0{value}"));
        format!("x{}", id.get(1..13).unwrap_or(""))
    }
}

impl CleanBundle {
    /// The same bundle without anything of the case: what its files say by themselves.
    fn skeleton(&self) -> Self {
        Self {
            bundle: String::new(),
            store_id: String::new(),
            tool: String::new(),
            sequence: self.sequence,
            sender: self.sender.clone(),
            receiver: self.receiver.clone(),
            at: self.at,
            profile: self.profile.clone(),
            epoch: None,
            ids: self.ids.clone(),
            case: super::super::clean::CleanCase {
                id: String::new(),
                number: None,
                unit: self.case.unit.clone(),
                stage: self.case.stage,
                offence: None,
                method: Vec::new(),
                recognised_on: None,
                loss_band: None,
                contact: None,
                asks: Vec::new(),
                urgency: None,
                deadline: None,
                tlp: self.case.tlp,
                handling: None,
                training: self.case.training,
            },
            values: Vec::new(),
            records: Vec::new(),
            together: Vec::new(),
            links: Vec::new(),
            requests: Vec::new(),
            texts: Vec::new(),
            rules: self.rules.clone(),
            kinds: self.kinds.clone(),
            residual: Vec::new(),
            citations: Vec::new(),
            decisions: Vec::new(),
            behind: Vec::new(),
        }
    }

    /// Facts and texts a person answers for.
    fn facts(&self) -> Vec<&str> {
        let case = &self.case;
        let single = [&case.number, &case.offence, &case.contact, &case.handling, &case.urgency, &case.deadline];
        let mut out: Vec<&str> = single.into_iter().flatten().map(String::as_str).collect();
        out.extend(case.method.iter().chain(&case.asks).map(String::as_str));
        out.extend(self.texts.iter().map(|text| text.text.as_str()));
        for request in &self.requests {
            out.extend([&request.kind, &request.date, &request.state].map(String::as_str));
            out.extend(request.addressee.as_deref());
        }
        out.extend([self.tool.as_str(), self.bundle.as_str(), self.store_id.as_str()]);
        out
    }

    /// Ids and tokens we made.
    fn own_marks(&self) -> BTreeSet<String> {
        let mut out =
            BTreeSet::from([self.case.id.clone(), self.bundle.clone(), self.store_id.clone(), self.profile.2.clone()]);
        out.extend(self.values.iter().map(|value| value.id.clone()));
        out.extend(self.values.iter().filter_map(|value| value.token.clone()));
        let tokens = self.values.iter().filter(|value| value.shown.how() == How::Token);
        out.extend(tokens.map(|value| value.shown.text().to_owned()));
        out.extend(self.records.iter().map(|record| record.evidence.clone()));
        out.extend(writers::own_ids(self));
        out.retain(|mark| mark.len() >= 12);
        out
    }
}
