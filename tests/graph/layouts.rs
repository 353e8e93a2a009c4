//! Pictures: the same each time, finite whatever the graph, settled, and nothing on top of everything else.

use itoguchi::graph::layout::{Positions, Request, Settle, layout};
use itoguchi::graph::measures::{component_size, core, degree};
use itoguchi::graph::paths::{around_hubs, plain, several};
use itoguchi::graph::topology::Topology;
use itoguchi::model::Ticket;
use proptest::prelude::*;

fn placed(request: &Request) -> Positions {
    layout(request, &Ticket::new(), &mut |_| {}).unwrap()
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Rings of wallets and hosts around some hubs, tied in a chain.
fn rings(count: u32, size: u32) -> Request {
    let mut ends = Vec::new();
    for ring in 0..count {
        let hub = ring * size;
        ends.extend((1..size).map(|leaf| (hub, hub + leaf)));
        ends.extend((ring > 0).then(|| (hub - size + 1, hub)));
    }
    Request { nodes: (count * size) as usize, ends, seed: 7 }
}

#[test]
fn equal_requests_give_equal_pictures_on_any_number_of_threads() {
    let request = rings(40, 60);
    let first = placed(&request);
    assert_eq!(placed(&request), first);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(|| placed(&request));
    assert_eq!(alone, first);
    assert_ne!(placed(&Request { seed: 8, ..request }), first);
}

#[test]
fn better_pictures_stream_and_the_last_is_the_answer() {
    let request = rings(40, 60);
    let mut pictures: Vec<Positions> = Vec::new();
    let done = layout(&request, &Ticket::new(), &mut |at| pictures.push(at.to_vec())).unwrap();
    assert!(pictures.len() >= 3 && pictures.iter().all(|at| at.len() == request.nodes));
    assert_eq!(pictures.last(), Some(&done));
    let ticket = Ticket::new();
    let cancelled = layout(&request, &ticket, &mut |_| ticket.cancel());
    assert!(cancelled.is_none());
}

#[test]
fn neighbours_lie_near_and_strangers_apart() {
    let request = rings(12, 30);
    let at = placed(&request);
    let mean = |pairs: &[(u32, u32)]| {
        pairs.iter().map(|(a, b)| distance(at[*a as usize], at[*b as usize])).sum::<f32>() / pairs.len() as f32
    };
    let strangers: Vec<(u32, u32)> = (0..150).map(|node| (node, node + 180)).collect();
    assert!(mean(&strangers) > 4.0 * mean(&request.ends), "{} {}", mean(&strangers), mean(&request.ends));
}

#[test]
fn degenerate_graphs_have_pictures_too() {
    let star: Vec<(u32, u32)> = (1..2000).map(|leaf| (0, leaf)).collect();
    let full: Vec<(u32, u32)> = (0..60).flat_map(|a| (0..a).map(move |b| (a, b))).collect();
    let loops = vec![(0, 0), (1, 1), (0, 1), (1, 0), (0, 1), (9, 9), (3, 77)];
    for (nodes, ends) in
        [(0, vec![]), (1, vec![]), (1, vec![(0, 0)]), (500, vec![]), (2000, star), (60, full), (10, loops)]
    {
        let at = placed(&Request { nodes, ends, seed: 1 });
        assert_eq!(at.len(), nodes);
        assert!(at.iter().flatten().all(|v| v.is_finite() && v.abs() < 1e4));
        let mut sorted: Vec<_> = at.iter().map(|[x, y]| (x.to_bits(), y.to_bits())).collect();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), nodes, "every node has a place of its own");
    }
}

#[test]
fn components_do_not_overlap() {
    let mut ends: Vec<(u32, u32)> = (1..40).map(|leaf| (0, leaf)).collect();
    ends.extend((41..60).map(|node| (node - 1, node)));
    let at = placed(&Request { nodes: 80, ends: ends.clone(), seed: 3 });
    let (of, _) = Topology::new(80, &ends).components();
    for a in 0..80 {
        for b in 0..a {
            assert!(of[a] == of[b] || distance(at[a], at[b]) > 1.0, "{a} {b}");
        }
    }
}

#[test]
fn a_dragged_node_stays_where_it_is_put_and_its_neighbours_follow() {
    let request = rings(6, 30);
    let start = placed(&request);
    let mut settle = Settle::new(&request);
    let mut at = start.clone();
    settle.rounds(&mut at, &[], 60);
    let before = at[5];
    let away = [start[0][0] + 30.0, start[0][1]];
    at[0] = away;
    settle.rounds(&mut at, &[0], 120);
    assert!(distance(at[0], away) <= 0.0, "a pinned node is not moved");
    assert!(distance(at[5], away) < distance(before, away) / 2.0);
    let (mut a, mut b) = (start.clone(), start);
    assert_eq!(settle.rounds(&mut a, &[0], 5).to_bits(), Settle::new(&request).rounds(&mut b, &[0], 5).to_bits());
    assert_eq!(a, b, "the same from the same start");
}

#[test]
fn standing_pictures_settle_and_do_not_drift_apart() {
    let request = Request { nodes: 6, ends: vec![(0, 1), (2, 3), (4, 5)], seed: 1 };
    let start = placed(&request);
    let mut at = start.clone();
    let mut settle = Settle::new(&request);
    assert!(settle.rounds(&mut at, &[], 500) < 1e-3);
    assert!(start.iter().zip(&at).all(|(a, b)| distance(*a, *b) < 2.0));
}

#[test]
fn a_new_node_appears_beside_its_neighbours() {
    let request = Request { nodes: 5, ends: vec![(0, 1), (0, 3), (3, 4)], seed: 1 };
    let at = Settle::new(&request).place_new(&[[10.0, 10.0], [11.0, 10.0], [f32::NAN, 0.0]]);
    assert_eq!((at[0], at[1]), ([10.0, 10.0], [11.0, 10.0]));
    assert!(distance(at[3], at[0]) < 1.5 && distance(at[4], at[3]) < 1.5);
    assert!(at.iter().flatten().all(|v| v.is_finite()));
}

/// A core worked out by taking nodes away, one k after the other.
fn plain_core(graph: &Topology) -> Vec<u32> {
    let nodes = u32::try_from(graph.nodes()).unwrap();
    let mut core = vec![0; graph.nodes()];
    let mut alive: Vec<bool> = vec![true; graph.nodes()];
    for k in 1..=nodes {
        loop {
            let weak: Vec<u32> = (0..nodes)
                .filter(|n| alive[*n as usize])
                .filter(|n| graph.beside(*n).iter().filter(|m| alive[**m as usize]).count() < k as usize)
                .collect();
            if weak.is_empty() {
                break;
            }
            for n in weak {
                alive[n as usize] = false;
            }
        }
        for n in (0..nodes).filter(|n| alive[*n as usize]) {
            core[n as usize] = k;
        }
    }
    core
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Any list of edges, with loops, repeats and strangers: no panic, every position finite.
    #[test]
    fn any_graph_is_laid_out(nodes in 0_usize..90, ends in prop::collection::vec((0_u32..100, 0_u32..100), 0..200), seed: u64) {
        let request = Request { nodes, ends, seed };
        let at = placed(&request);
        prop_assert_eq!(at.len(), nodes);
        prop_assert!(at.iter().flatten().all(|v| v.is_finite()));
        let mut all_in_one = vec![[0.0, f32::INFINITY]; nodes];
        Settle::new(&request).rounds(&mut all_in_one, &[1, 400], 3);
        prop_assert!(all_in_one.iter().flatten().all(|v| v.is_finite()));
    }

    /// Cores agree with the plain way, and ways are ways.
    #[test]
    fn measures_and_ways_hold_on_any_graph(ends in prop::collection::vec((0_u32..14, 0_u32..14), 0..40)) {
        let graph = Topology::new(14, &ends);
        prop_assert_eq!(core(&graph), plain_core(&graph));
        prop_assert_eq!(degree(&graph).iter().sum::<u32>() as usize, 2 * graph.edges());
        let reachable = component_size(&graph)[0];
        for way in several(&graph, 0, 13, &plain, 5).into_iter().chain(several(&graph, 0, 13, &around_hubs(&graph), 5)) {
            prop_assert!(reachable > 1 && way.nodes.windows(2).all(|step| graph.beside(step[0]).contains(&step[1])));
            let mut once = way.nodes.clone();
            once.sort_unstable();
            once.dedup();
            prop_assert_eq!(once.len(), way.nodes.len());
        }
    }
}
