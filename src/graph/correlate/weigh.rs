//! How much one shared value says: kind, rarity over all cases, frequency beyond chance, time between sightings.

use super::gather::Member;

/// Score from which two cases are tied. One rare address seen within weeks reaches it; a value half of the cases share, or
/// a benign one, does not.
pub const DEFAULT_MIN_SCORE: f64 = 0.2;

/// What is left of the weight of a value everybody shares.
const BENIGN: f32 = 0.05;
/// What is left of a tie over a value that is the police's own.
pub(super) const POLICE: f32 = 0.1;
/// A tie between sightings very far apart keeps this share.
const FAR: f64 = 0.8;
/// Days in which the rest of the time factor falls to 1/e.
const FADE_DAYS: f64 = 60.0;
/// The factor where a time is missing: neither near nor far.
const UNDATED: f32 = 0.9;

/// Most cases a value may be in before it needs other shared values beside it to count in full, of `cases` in all.
///
/// Grows with the logarithm and never exceeds a quarter of a small store's cases. Six cases are always few.
#[must_use]
pub fn few(cases: usize) -> u32 {
    let n = cases.max(1) as f64;
    num_floor((n / 4.0).min(1.4 * n.ln()).max(6.0))
}

/// Most cases a value may be in without being a hub, of `cases` in all.
///
/// Well above the largest rings seen, and never more than a quarter of a small store's cases: what a quarter of all cases
/// share is a bank, a mail host or an exchange rather than a ring. Six cases are never a hub.
#[must_use]
pub fn hub_limit(cases: usize) -> u32 {
    let n = cases.max(1) as f64;
    num_floor((n / 4.0).min(8.0 * n.ln()).max(6.0))
}

#[expect(clippy::cast_possible_truncation, reason = "callers pass small positive numbers")]
fn num_floor(value: f64) -> u32 {
    value as u32
}

/// Rarity of a value in `seen` of `cases` cases: inverse document frequency, 1 where two cases share it.
#[expect(clippy::cast_possible_truncation, reason = "a weight")]
pub(super) fn rarity(seen: usize, cases: usize) -> f32 {
    let n = cases.max(2) as f64;
    ((1.0 + n / seen.max(2) as f64).ln() / (1.0 + n / 2.0).ln()) as f32
}

/// Share of the cases of a frequent value that must share something else before it counts for more than its frequency
/// allows, and the share from which it counts in full.
const COHESION: (f32, f32) = (0.25, 0.5);

/// What frequency leaves of a weight: the square of how far `few` is exceeded, unless the cases hold together otherwise.
pub(super) fn crowding(seen: usize, few: u32, cohesion: f32) -> f32 {
    let share = (few as f32 / seen.max(1) as f32).min(1.0);
    let held = ((cohesion - COHESION.0) / (COHESION.1 - COHESION.0)).clamp(0.0, 1.0);
    let alone = share * share;
    alone + (1.0 - alone) * held
}

/// Weight of a value before crowding and time: `strength` of its kind, rarity, and whether everybody shares it.
pub(super) fn base(strength: f32, seen: usize, cases: usize, benign: bool) -> f32 {
    let strength = if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
    strength * rarity(seen, cases) * if benign { BENIGN } else { 1.0 }
}

/// Days between two sightings' windows: 0 where they overlap, `None` where either has no time.
pub(super) fn gap_days(a: &Member, b: &Member) -> Option<f64> {
    let ((a_first, a_last), (b_first, b_last)) = (a.window()?, b.window()?);
    let minutes = i64::from(a_first.max(b_first)) - i64::from(a_last.min(b_last));
    Some(minutes.max(0) as f64 / 1440.0)
}

/// The modest factor of time proximity.
#[expect(clippy::cast_possible_truncation, reason = "a weight")]
pub(super) fn proximity(gap_days: Option<f64>) -> f32 {
    gap_days.map_or(UNDATED, |days| (FAR + (1.0 - FAR) * (-days / FADE_DAYS).exp()) as f32)
}

/// Rounds a sum of weights so that it prints the same everywhere.
pub(super) fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_cases_are_the_rarest_and_hubs_fade() {
        assert!((rarity(2, 2) - 1.0).abs() < 1e-6 && (rarity(2, 94_000) - 1.0).abs() < 1e-6);
        assert!(base(1.0, 36, 94_000, false) > 0.7);
        assert!(crowding(36, few(94_000), 1.0) > 0.99 && crowding(36, few(94_000), 0.1) < 0.25);
        assert!(base(1.0, 2_000, 94_000, false) * crowding(2_000, few(94_000), 0.0) < 0.001);
        assert!(base(f32::NAN, 2, 2, false).abs() < f32::EPSILON);
    }

    #[test]
    fn the_limit_follows_the_size_of_the_store() {
        assert_eq!((few(0), hub_limit(0)), (6, 6));
        assert_eq!((few(20), hub_limit(20)), (6, 6));
        assert_eq!((few(40), hub_limit(40)), (6, 10));
        assert_eq!((few(94_000), hub_limit(94_000)), (16, 91));
    }

    #[test]
    fn time_is_a_modest_factor() {
        assert!((proximity(Some(0.0)) - 1.0).abs() < 1e-6);
        assert!(proximity(Some(4_000.0)) >= 0.8);
        assert!(proximity(Some(400.0)) < proximity(None));
    }
}
