//! Small drawn cases: who is tied to whom, and why.

use itoguchi::graph::correlate::{Correlation, Mark, Note, Options, suggest, suggest::Reason};
use itoguchi::graph::{CaseFacts, CaseValue, correlate};
use itoguchi::model::{CaseKey, Id, Instant, Kind, Role, Unit};
use proptest::prelude::*;

const BTC: Kind = Kind::new("btc");
const BANK: Kind = Kind::new("bank_account");
const PHONE: Kind = Kind::new("phone");
const DOMAIN: Kind = Kind::new("domain");
const IPV4: Kind = Kind::new("ipv4");
const WALLET: &str = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT";

fn cases(n: usize) -> Vec<CaseFacts> {
    (0..n)
        .map(|i| CaseFacts {
            key: CaseKey(i as i64),
            id: Id(format!("c{i:016}")),
            number: Some(format!("令和8年第{}号", i + 1)),
            title: "練習".to_owned(),
            unit: Unit::from_path(&format!("{:02}", i % 47 + 1)).unwrap(),
        })
        .collect()
}

fn strength(kind: Kind) -> f32 {
    if kind == IPV4 { 0.4 } else { 0.9 }
}

fn correlated(n: usize, values: &[CaseValue<'_>]) -> Correlation {
    correlate(&cases(n), values.iter().copied(), &strength, &Options::default())
}

fn with_role(case: u32, kind: Kind, value: &str, role: Role) -> CaseValue<'_> {
    CaseValue { role: Some(role), ..CaseValue::new(case, kind, value) }
}

#[test]
fn a_shared_wallet_ties_two_cases_of_two_prefectures() {
    let found = correlated(4, &[CaseValue::new(0, BTC, WALLET), CaseValue::new(2, BTC, WALLET)]);
    assert_eq!(found.clusters.len(), 1);
    let cluster = &found.clusters[0];
    assert_eq!(cluster.cases, [0, 2]);
    assert_eq!(cluster.units.iter().map(Unit::path).collect::<Vec<_>>(), ["01", "03"]);
    assert_eq!((cluster.why[0].kind, cluster.why[0].value.as_str()), (BTC, WALLET));
    assert!(cluster.why[0].marks.has(Mark::RoleNotStated), "nobody said whose wallet it is: the tie says so");
    assert!(cluster.score > 0.7, "{}", cluster.score);
}

#[test]
fn a_bank_account_of_every_fourth_case_is_a_hub_and_ties_nothing() {
    let hub = "0001-001-1-0000001";
    let mut values: Vec<_> = (0..40).filter(|case| case % 3 == 0).map(|case| CaseValue::new(case, BANK, hub)).collect();
    values.extend([CaseValue::new(0, BTC, WALLET), CaseValue::new(3, BTC, WALLET)]);
    let found = correlated(40, &values);
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].cases, [0, 3], "only the two that also share the wallet");
    let hub_tie = &found.clusters[0].why[1];
    assert!(hub_tie.value == hub && hub_tie.marks.has(Mark::Hub), "it stays in the reasons, marked");
    assert!(hub_tie.weight < found.clusters[0].why[0].weight / 2.0);
    assert_eq!(found.damped()[0].value, hub);
    assert!(found.notes.iter().any(|note| matches!(note, Note::Hubs { values: 1, .. })));
}

#[test]
fn a_ring_larger_than_a_hub_is_told_from_it_by_what_else_it_shares() {
    let mut values: Vec<_> = (0..30).map(|case| CaseValue::new(case * 7, DOMAIN, "mail-host.example.jp")).collect();
    for case in 300..336 {
        values.push(CaseValue::new(case, IPV4, "203.0.113.9"));
        values.push(CaseValue::new(case, DOMAIN, "kit.example.com"));
    }
    let found = correlated(1500, &values);
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].cases, (300..336).collect::<Vec<u32>>());
    assert_eq!(found.damped().iter().map(|value| value.value.as_str()).collect::<Vec<_>>(), ["mail-host.example.jp"]);
}

#[test]
fn two_hashes_of_one_file_everybody_has_do_not_hold_each_other_up() {
    let (md5, sha256) = (Kind::new("md5"), Kind::new("sha256"));
    let values: Vec<_> =
        (0..40).flat_map(|case| [CaseValue::new(case, md5, "d4"), CaseValue::new(case, sha256, "e3")]).collect();
    assert!(correlated(1500, &values).clusters.is_empty());
}

#[test]
fn a_benign_value_is_damped_and_still_listed() {
    let value = |case| CaseValue { benign: true, ..CaseValue::new(case, IPV4, "192.0.2.53") };
    let found = correlated(2, &[value(0), value(1)]);
    assert!(found.clusters.is_empty() && found.pairs.is_empty());
    assert_eq!(found.damped().len(), 1);
    let all = correlate(&cases(2), [value(0), value(1)], &strength, &Options { min_score: 0.0, hub_limit: None });
    assert!(all.pairs.len() == 1 && all.pairs[0].score < 0.05);
}

#[test]
fn implied_values_never_tie() {
    let value = |case| CaseValue { implied: true, ..CaseValue::new(case, DOMAIN, "host.example.com") };
    let found = correlated(2, &[value(0), value(1)]);
    assert!(found.values.is_empty() && found.clusters.is_empty());
    assert_eq!(found.notes, [Note::Implied { sightings: 2 }]);
}

#[test]
fn the_same_victim_in_two_cases_is_listed_and_builds_no_cluster() {
    let phone = "+819012345678";
    let found = correlated(2, &[with_role(0, PHONE, phone, Role::Victim), with_role(1, PHONE, phone, Role::Victim)]);
    assert!(found.clusters.is_empty() && found.pairs.is_empty());
    assert_eq!(found.victim_ties.len(), 1);
    assert_eq!(found.victim_ties[0].cases, [0, 1]);
}

#[test]
fn a_victim_stated_on_one_side_only_still_ties() {
    let phone = "+819012345678";
    let found = correlated(2, &[with_role(0, PHONE, phone, Role::Victim), CaseValue::new(1, PHONE, phone)]);
    assert_eq!(found.clusters.len(), 1);
    assert!(found.clusters[0].why[0].marks.has(Mark::RoleNotStated));
}

#[test]
fn victim_against_suspect_goes_to_a_person() {
    let account = "9900-058-1-1234567";
    let found = correlated(3, &[with_role(0, BANK, account, Role::Victim), with_role(2, BANK, account, Role::Suspect)]);
    assert!(found.clusters.is_empty());
    assert_eq!((found.conflicts[0].victim.as_slice(), found.conflicts[0].offender.as_slice()), (&[0][..], &[2][..]));
}

#[test]
fn a_chain_of_three_is_one_cluster() {
    let found = correlated(
        5,
        &[
            CaseValue::new(0, BTC, WALLET),
            CaseValue::new(1, BTC, WALLET),
            CaseValue::new(1, PHONE, "+815090000001"),
            CaseValue::new(4, PHONE, "+815090000001"),
        ],
    );
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].cases, [0, 1, 4]);
    assert_eq!(found.clusters[0].pairs, 2);
    assert!(found.pair(4, 1).is_some() && found.pair(0, 4).is_none());
}

#[test]
fn a_token_meets_the_value_it_was_sent_with() {
    let token = "tok1:phone:2026a:jrzcr7sunnosstnf2fk4fzgwwgjwynch";
    let kept = CaseValue { tokens: &[token], ..CaseValue::new(0, PHONE, "+815090000001") };
    let found = correlated(3, &[kept, CaseValue::new(1, PHONE, token), CaseValue::new(2, PHONE, "+815090000001")]);
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].cases, [0, 1, 2], "one value, whichever way it came");
    assert_eq!(found.clusters[0].why.len(), 1);
    assert_eq!(found.clusters[0].why[0].value, "+815090000001");
}

#[test]
fn a_value_shared_in_clear_and_as_a_token_counts_once() {
    let token = "tok1:phone:2026a:jrzcr7sunnosstnf2fk4fzgwwgjwynch";
    let later = "tok1:phone:2027a:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let of = |case, value| CaseValue::new(case, PHONE, value);
    let number = "+815090000001";
    let clear = correlated(2, &[of(0, number), of(1, number)]);
    let both = correlated(2, &[of(0, number), of(0, token), of(0, later), of(1, number), of(1, token), of(1, later)]);
    assert!((both.clusters[0].score - clear.clusters[0].score).abs() < 1e-9);
    assert_eq!(both.clusters[0].why.len(), 1);
    assert!(both.clusters[0].why[0].marks.has(Mark::CountedOnce));
    let tokens = correlated(2, &[of(0, token), of(0, later), of(1, token), of(1, later)]);
    assert_eq!(tokens.clusters[0].why.len(), 1, "two epochs of one value");
    assert!(tokens.clusters[0].why[0].marks.has(Mark::Token));
}

#[test]
fn a_token_claimed_for_two_values_stays_a_token() {
    let token = "tok1:phone:2026a:jrzcr7sunnosstnf2fk4fzgwwgjwynch";
    let tokens = [token];
    let kept = |case, value| CaseValue { tokens: &tokens, ..CaseValue::new(case, PHONE, value) };
    let found =
        correlated(4, &[kept(0, "+815090000001"), kept(1, "+815090000002"), CaseValue::new(2, PHONE, "+815090000001")]);
    assert!(found.notes.contains(&Note::TokensClaimedTwice { tokens: 1 }));
    assert_eq!(found.pair(0, 2).map(|pair| found.ties(pair).len()), Some(1));
    let tie = found.ties(found.pair(0, 1).unwrap())[0];
    assert!(tie.marks.has(Mark::Token));
}

#[test]
fn kinds_are_kept_apart_and_unknown_cases_counted() {
    let found = correlated(
        2,
        &[
            CaseValue::new(0, Kind::new("sha256"), "ab"),
            CaseValue::new(1, Kind::new("txid"), "ab"),
            CaseValue::new(9, BTC, "ab"),
        ],
    );
    assert!(found.values.is_empty());
    assert_eq!(found.notes, [Note::UnknownCase { sightings: 1 }]);
}

#[test]
fn nearness_in_time_counts_modestly() {
    let at = |case, day: i64| CaseValue {
        first: Instant::from_secs(day * 86_400),
        last: Instant::from_secs(day * 86_400),
        ..CaseValue::new(case, BTC, WALLET)
    };
    let near = correlated(2, &[at(0, 20_000), at(1, 20_001)]).clusters[0].score;
    let far = correlated(2, &[at(0, 20_000), at(1, 21_000)]);
    assert!(near > far.clusters[0].score && far.clusters[0].score > 0.75 * near);
    assert!(far.clusters[0].why[0].marks.has(Mark::FarApart));
}

#[test]
fn near_matches_are_suggestions_and_join_nothing() {
    let values = [
        CaseValue::new(0, DOMAIN, "mybank-login.example"),
        CaseValue::new(1, DOMAIN, "mybank-logln.example"),
        CaseValue::new(0, DOMAIN, "near.example.com"),
        CaseValue::new(1, DOMAIN, "b.near.example.com"),
        CaseValue::new(0, BANK, "9890-901-1-0000001"),
        CaseValue::new(1, BANK, "9890-902-1-0000001"),
        CaseValue::new(2, BANK, "9890-902-?-0000001"),
        CaseValue::new(0, IPV4, "203.0.113.5"),
        CaseValue::new(2, IPV4, "203.0.113.77"),
    ];
    assert!(correlated(3, &values).clusters.is_empty());
    let near = suggest(values, 100);
    let reasons: Vec<_> = near.list.iter().map(|s| (s.reason, s.a.value.as_str(), s.b.value.as_str())).collect();
    assert!(reasons.contains(&(Reason::TypeUnknown, "9890-902-1-0000001", "9890-902-?-0000001")), "{reasons:?}");
    assert!(reasons.contains(&(Reason::OtherBranch, "9890-901-1-0000001", "9890-902-1-0000001")));
    assert!(reasons.contains(&(Reason::SameDomain, "b.near.example.com", "near.example.com")));
    assert!(reasons.contains(&(Reason::SameNet, "203.0.113.5", "203.0.113.77")));
    assert!(reasons.iter().any(|r| r.1.starts_with("mybank") && r.0 == Reason::LookAlike));
    assert_eq!(suggest(values, 1).list.len(), 1);
    assert!(suggest(values, 1).left_out > 0);
}

proptest! {
    /// The order in which sightings arrive changes nothing, and no input panics.
    #[test]
    fn same_input_same_answer(
        mut values in prop::collection::vec((0_u32..12, 0_u8..6, 0_usize..8, any::<bool>()), 0..120),
        cut in 0_usize..120,
    ) {
        let answer = |values: &[(u32, u8, usize, bool)]| {
            let texts: Vec<String> = values.iter().map(|v| if v.3 { format!("tok1:btc:e{}:{}", v.1 % 2, v.1) } else { v.1.to_string() }).collect();
            let list = values.iter().zip(&texts).map(|(v, text)| CaseValue {
                role: Role::ALL.get(v.2).copied(),
                ..CaseValue::new(v.0, BTC, text)
            });
            correlate(&cases(10), list, &strength, &Options { min_score: 0.0, hub_limit: None })
        };
        let first = answer(&values);
        let cut = cut.min(values.len());
        values.rotate_left(cut);
        prop_assert_eq!(answer(&values), first);
    }
}
