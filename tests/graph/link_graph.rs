//! The graph value: what becomes a node, what an edge opens, and that order depends on content alone.

use itoguchi::graph::links::{Entity, Says, Similar, Together, Transfer, What};
use itoguchi::graph::{CaseFacts, EvidenceFacts, GraphInput, LinkGraph};
use itoguchi::model::statement::{AssertedLink, Grade};
use itoguchi::model::{CaseKey, EvidenceKey, Id, Indicator, Instant, Kind, Role, Sighting, Text, Unit};

const BTC: Kind = Kind::new("btc");
const IPV4: Kind = Kind::new("ipv4");

fn case(key: i64, unit: &str) -> CaseFacts {
    CaseFacts {
        key: CaseKey(key),
        id: Id(format!("c{key}")),
        number: None,
        title: format!("事案{key}"),
        unit: Unit::from_path(unit).unwrap(),
    }
}

fn seen(kind: Kind, value: &str, case: i64, evidence: Option<i64>, role: Option<Role>) -> Sighting {
    Sighting {
        indicator: Indicator { kind, value: value.to_owned() },
        case: Some(CaseKey(case)),
        evidence: evidence.map(EvidenceKey),
        count: 2,
        first: Instant::from_secs(100 * case),
        last: Instant::from_secs(200 * case),
        role,
        implied: false,
        verified: true,
    }
}

#[test]
fn sightings_tie_indicators_to_evidence_or_case_and_open_their_records() {
    let cases = [case(1, "11"), case(2, "27")];
    let evidence =
        [EvidenceFacts { key: EvidenceKey(7), id: Id("e7".into()), name: "access.log".into(), case: Some(CaseKey(1)) }];
    let sightings = [
        seen(BTC, "wallet", 1, Some(7), Some(Role::Infrastructure)),
        seen(BTC, "wallet", 2, None, Some(Role::Suspect)),
        Sighting { implied: true, ..seen(IPV4, "192.0.2.1", 1, Some(7), None) },
    ];
    let benign = |_: Kind, value: &str| value == "wallet";
    let input = GraphInput {
        cases: &cases,
        evidence: &evidence,
        sightings: &sightings,
        benign: Some(&benign),
        with_units: true,
        ..GraphInput::default()
    };
    let graph = LinkGraph::build(&input);
    let ids: Vec<_> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(
        ids,
        ["unit:11", "unit:27", "case:c1", "case:c2", "evidence:e7", "btc:wallet"],
        "implied values are left out"
    );
    let wallet = graph.find("btc:wallet").unwrap();
    assert!(matches!(
        graph.nodes[wallet as usize].what,
        What::Indicator { role: Some(Role::Infrastructure), benign: true, .. }
    ));
    let to: Vec<_> = graph
        .edges
        .iter()
        .filter(|edge| edge.from == wallet)
        .map(|edge| (ids[edge.to as usize], edge.opens[0].evidence, edge.opens[0].values[0].1.as_str()))
        .collect();
    assert_eq!(to, [("case:c2", None, "wallet"), ("evidence:e7", Some(EvidenceKey(7)), "wallet")]);
    let mut turned = sightings.to_vec();
    turned.reverse();
    assert_eq!(LinkGraph::build(&GraphInput { sightings: &turned, ..input }), graph);
    let with = LinkGraph::build(&GraphInput { with_implied: true, ..input });
    assert_eq!(with.nodes.len(), graph.nodes.len() + 1);
}

#[test]
fn sightings_in_one_place_become_one_edge() {
    let cases = [case(1, "11")];
    let sightings = [seen(BTC, "wallet", 1, Some(8), None), seen(BTC, "wallet", 1, Some(9), Some(Role::Suspect))];
    let graph = LinkGraph::build(&GraphInput { cases: &cases, sightings: &sightings, ..GraphInput::default() });
    assert_eq!(graph.edges.len(), 1);
    assert_eq!(graph.edges[0].opens.len(), 2);
    assert!(matches!(graph.edges[0].says, Says::SeenIn { count: 4, role: Some(Role::Suspect), .. }));
}

#[test]
fn every_sort_of_edge_stands_beside_the_others() {
    let ends = || ((BTC, "a".to_owned()), (BTC, "b".to_owned()));
    let asserted = [AssertedLink {
        id: Id("l1".into()),
        case: CaseKey(1),
        from: ends().0,
        to: ends().1,
        reason: "同じ送金指示書".into(),
        grade: Grade::Probable,
        cited: Vec::new(),
    }];
    let together = [Together {
        a: ends().1,
        b: ends().0,
        case: None,
        evidence: Some(EvidenceKey(1)),
        both: 5,
        only_a: 10,
        only_b: 10,
        rows: 100,
    }];
    let transfer = Transfer {
        from: ends().1,
        to: ends().0,
        amount: "0.5 BTC".into(),
        at: Instant::from_secs(1),
        case: None,
        evidence: None,
    };
    let transfers = [transfer.clone(), transfer];
    let similar = [Similar { a: ends().0, b: ends().1, reason: Text::new("1文字違い", "One letter apart") }];
    let entities = [(Entity { id: "p1".into(), label: "甲".into(), sort: "person".into() }, vec![ends().0])];
    let graph = LinkGraph::build(&GraphInput {
        asserted: &asserted,
        together: &together,
        transfers: &transfers,
        similar: &similar,
        entities: &entities,
        ..GraphInput::default()
    });
    let tags: Vec<_> = graph.edges.iter().map(|edge| edge.says.tag()).collect();
    assert_eq!(tags, ["seen-together", "asserted", "similar", "belongs-to", "transfer", "transfer"]);
    assert!(matches!(graph.edges[0].says, Says::SeenTogether { records: 5, lift } if (lift - 5.0).abs() < 1e-9));
    assert!(graph.edges.iter().all(|edge| edge.says.is_directed() == (edge.says.tag() == "transfer")));
    let only = graph.only(|_, node| node.id.starts_with("btc"));
    assert_eq!((only.nodes.len(), only.edges.len()), (2, 5));
}
