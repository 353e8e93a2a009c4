//! Postings to pairs of cases, each with its reasons.

use super::cohesion::cohesion;
use super::gather::{Member, Posting};
use super::marks::{Mark, Marks, Note};
use super::{Conflict, Correlation, Options, Pair, SharedValue, Tie, VictimTie, weigh};
use crate::model::{Kind, Role};
use rayon::slice::ParallelSliceMut as _;
use std::collections::BTreeMap;

/// Most pair entries worked out at once (16 bytes each); beyond it the hub limit is lowered, and a note says so.
const MOST_ENTRIES: u64 = 6_000_000;

/// One value between two cases.
struct Entry {
    /// First case in the high half, second in the low.
    pair: u64,
    value: u32,
    weight: f32,
}

pub(super) fn pairs(
    postings: &[Posting],
    cases: usize,
    strength: &dyn Fn(Kind) -> f32,
    options: &Options,
    mut notes: Vec<Note>,
) -> Correlation {
    let wanted = options.hub_limit.unwrap_or_else(|| weigh::hub_limit(cases)).max(2);
    let limit = bounded_limit(postings, wanted);
    if limit < wanted {
        notes.push(Note::LimitLowered { from: wanted, to: limit });
    }
    let mut strengths: BTreeMap<Kind, f32> = BTreeMap::new();
    let mut found = Correlation::default();
    // Whoever sets the limit by hand decides by it alone what is frequent.
    let few = options.hub_limit.map_or_else(|| weigh::few(cases), |_| limit).min(limit);
    let held = cohesion(postings, few, limit);
    for (index, posting) in (0_u32..).zip(postings) {
        let strength = *strengths.entry(posting.kind).or_insert_with(|| strength(posting.kind));
        let crowding = weigh::crowding(posting.members.len(), few, held.get(&index).copied().unwrap_or(0.0));
        found.values.push(shared(posting, strength, cases, crowding));
        judge_roles(posting, &mut found);
    }
    let count = |mark| found.values.iter().filter(|value| value.marks.has(mark)).count();
    let (hubs, benign) = (count(Mark::Hub), count(Mark::Benign));
    if hubs > 0 {
        notes.push(Note::Hubs { values: hubs, few });
    }
    if benign > 0 {
        notes.push(Note::Benign { values: benign });
    }
    found.notes = notes;
    let mut entries = entries(postings, &found.values, limit);
    entries.par_sort_unstable_by_key(|entry| (entry.pair, entry.value));
    let hubs = HubsOfCase::of(&found.values, limit);
    for group in entries.chunk_by(|a, b| a.pair == b.pair) {
        add_pair(&mut found, postings, group, &hubs, options.min_score);
    }
    found
}

/// The greatest hub limit that keeps the work within [`MOST_ENTRIES`].
fn bounded_limit(postings: &[Posting], wanted: u32) -> u32 {
    let mut by_size: BTreeMap<u64, u64> = BTreeMap::new();
    for posting in postings.iter().filter(|posting| posting.members.len() as u64 <= u64::from(wanted)) {
        *by_size.entry(posting.members.len() as u64).or_default() += 1;
    }
    let mut entries = 0_u64;
    let mut fits = 2_u32;
    for (size, values) in by_size {
        entries = entries.saturating_add(values.saturating_mul(size * (size - 1) / 2));
        if entries > MOST_ENTRIES {
            return fits;
        }
        fits = u32::try_from(size).unwrap_or(wanted);
    }
    wanted
}

fn shared(posting: &Posting, strength: f32, cases: usize, crowding: f32) -> SharedValue {
    let seen = posting.members.len();
    let marks = Marks::default()
        .with_if(Mark::Hub, crowding < 0.5)
        .with_if(Mark::Benign, posting.benign)
        .with_if(Mark::Token, posting.token)
        .with_if(Mark::Unverified, posting.unverified);
    SharedValue {
        kind: posting.kind,
        value: posting.value.clone(),
        cases: posting.members.iter().map(|member| member.case).collect(),
        weight: weigh::base(strength, seen, cases, posting.benign) * crowding,
        marks,
    }
}

const fn is_offender(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Suspect | Role::Infrastructure))
}

/// Lists what is held back: the same victim, and victim against suspect.
fn judge_roles(posting: &Posting, found: &mut Correlation) {
    let of = |wanted: &dyn Fn(&Member) -> bool| -> Vec<u32> {
        posting.members.iter().filter(|member| wanted(member)).map(|member| member.case).collect()
    };
    let victim = of(&|member| member.role == Some(Role::Victim));
    if victim.is_empty() {
        return;
    }
    let (kind, value) = (posting.kind, posting.value.clone());
    if victim.len() > 1 {
        found.victim_ties.push(VictimTie { kind, value: value.clone(), cases: victim.clone() });
    }
    let offender = of(&|member| is_offender(member.role));
    if !offender.is_empty() {
        found.conflicts.push(Conflict { kind, value, victim, offender });
    }
}

/// Whether this value ties these two cases at all.
fn ties(a: &Member, b: &Member) -> bool {
    let victims = a.role == Some(Role::Victim) && b.role == Some(Role::Victim);
    let against =
        a.role == Some(Role::Victim) && is_offender(b.role) || b.role == Some(Role::Victim) && is_offender(a.role);
    !victims && !against
}

fn weight_between(base: f32, a: &Member, b: &Member) -> f32 {
    let police = a.role == Some(Role::Officer) || b.role == Some(Role::Officer);
    base * weigh::proximity(weigh::gap_days(a, b)) * if police { weigh::POLICE } else { 1.0 }
}

/// Whether a value is in so many cases that its pairs are not worked out.
fn is_hub(value: &SharedValue, limit: u32) -> bool {
    value.cases.len() as u64 > u64::from(limit)
}

fn entries(postings: &[Posting], values: &[SharedValue], limit: u32) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, (posting, value)) in postings.iter().zip(values).enumerate() {
        if is_hub(value, limit) {
            continue;
        }
        let Ok(index) = u32::try_from(index) else { break };
        for (at, a) in posting.members.iter().enumerate() {
            for b in posting.members.iter().skip(at + 1).filter(|b| ties(a, b)) {
                let pair = u64::from(a.case) << 32 | u64::from(b.case);
                entries.push(Entry { pair, value: index, weight: weight_between(value.weight, a, b) });
            }
        }
    }
    entries
}

/// The hubs each case touches.
struct HubsOfCase(BTreeMap<u32, Vec<u32>>);

impl HubsOfCase {
    fn of(values: &[SharedValue], limit: u32) -> Self {
        let mut map: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (index, value) in (0_u32..).zip(values).filter(|(_, value)| is_hub(value, limit)) {
            for case in &value.cases {
                map.entry(*case).or_default().push(index);
            }
        }
        Self(map)
    }

    fn shared_by(&self, a: u32, b: u32) -> Vec<u32> {
        let (Some(of_a), Some(of_b)) = (self.0.get(&a), self.0.get(&b)) else { return Vec::new() };
        of_a.iter().filter(|hub| of_b.binary_search(hub).is_ok()).copied().collect()
    }
}

/// What a person should know of `posting` between two cases.
fn marks_between(value: &SharedValue, a: &Member, b: &Member) -> Marks {
    let gap = weigh::gap_days(a, b);
    value
        .marks
        .with_if(Mark::RoleNotStated, a.role.is_none() || b.role.is_none())
        .with_if(Mark::Police, a.role == Some(Role::Officer) || b.role == Some(Role::Officer))
        .with_if(Mark::Undated, gap.is_none())
        .with_if(Mark::FarApart, gap.is_some_and(|days| days > 365.0))
}

fn add_pair(found: &mut Correlation, postings: &[Posting], group: &[Entry], hubs: &HubsOfCase, min_score: f64) {
    let Some(pair) = group.first().map(|entry| entry.pair) else { return };
    let half = |bits: u64| u32::try_from(bits & u64::from(u32::MAX)).unwrap_or(0);
    let (a, b) = (half(pair >> 32), half(pair));
    let mut ties: Vec<Tie> =
        group.iter().map(|entry| Tie { value: entry.value, weight: entry.weight, marks: Marks::default() }).collect();
    let once = count_once(&mut ties, postings);
    let sum = |ties: &[Tie]| ties.iter().map(|tie| f64::from(tie.weight)).sum::<f64>();
    if weigh::rounded(sum(&ties)) < min_score {
        return;
    }
    for hub in hubs.shared_by(a, b) {
        if let Some((left, right)) = members(&postings[hub as usize], a, b)
            && self::ties(left, right)
        {
            let weight = weight_between(found.values[hub as usize].weight, left, right);
            ties.push(Tie { value: hub, weight, marks: Marks::default() });
        }
    }
    for tie in &mut ties {
        if let Some((left, right)) = members(&postings[tie.value as usize], a, b) {
            tie.marks = marks_between(&found.values[tie.value as usize], left, right)
                .with_if(Mark::CountedOnce, once.contains(&tie.value));
        }
    }
    ties.sort_by(|x, y| y.weight.total_cmp(&x.weight).then(x.value.cmp(&y.value)));
    let start = found.ties.len();
    let score = weigh::rounded(sum(&ties));
    found.ties.extend(ties);
    found.pairs.push(Pair { a, b, score, ties: start..found.ties.len() });
}

fn members(posting: &Posting, a: u32, b: u32) -> Option<(&Member, &Member)> {
    let of = |case: u32| {
        posting.members.binary_search_by_key(&case, |member| member.case).ok().and_then(|at| posting.members.get(at))
    };
    Some((of(a)?, of(b)?))
}

/// Takes out tokens that stand for a value these cases also share in clear, or share as tokens of another epoch. Which
/// token stands for which value is not known here, but of one kind there are only as many shared things as the
/// clearest view shows: all the values in clear, or all the tokens of one epoch. Returns the values also met as token.
fn count_once(ties: &mut Vec<Tie>, postings: &[Posting]) -> Vec<u32> {
    if !ties.iter().any(|tie| postings[tie.value as usize].token) {
        return Vec::new();
    }
    let mut clear: BTreeMap<Kind, Vec<u32>> = BTreeMap::new();
    let mut tokens: BTreeMap<Kind, BTreeMap<&str, Vec<Tie>>> = BTreeMap::new();
    for tie in ties.iter() {
        let posting = &postings[tie.value as usize];
        if posting.token {
            tokens.entry(posting.kind).or_default().entry(posting.epoch()).or_default().push(*tie);
        } else {
            clear.entry(posting.kind).or_default().push(tie.value);
        }
    }
    let mut once = Vec::new();
    let mut kept = Vec::new();
    for (kind, epochs) in tokens {
        let in_clear = clear.remove(&kind).unwrap_or_default();
        let several = epochs.len() > 1;
        let Some(mut fullest) = epochs.into_values().max_by_key(Vec::len) else { continue };
        fullest.sort_by(|x, y| y.weight.total_cmp(&x.weight).then(x.value.cmp(&y.value)));
        let beyond: Vec<u32> = fullest.iter().skip(in_clear.len()).map(|tie| tie.value).collect();
        if several {
            once.extend(&beyond);
        }
        kept.extend(beyond);
        once.extend(in_clear);
    }
    ties.retain(|tie| !postings[tie.value as usize].token || kept.contains(&tie.value));
    once
}
