//! Graph files and pictures: whole, escaped, the same each time, whatever the values hold.

use itoguchi::graph::draw::{Ground, Shape, Style, png, scene};
use itoguchi::graph::files::{gexf, graphml, json, svg};
use itoguchi::graph::layout::{Request, layout};
use itoguchi::graph::links::Transfer;
use itoguchi::graph::{CaseFacts, GraphInput, LinkGraph};
use itoguchi::model::kind::Look;
use itoguchi::model::{CaseKey, Id, Indicator, Instant, Kind, Role, Sighting, Ticket, Unit};
use proptest::prelude::*;

const URL: Kind = Kind::new("url");

fn seen(value: &str, role: Option<Role>) -> Sighting {
    Sighting {
        indicator: Indicator { kind: URL, value: value.to_owned() },
        case: Some(CaseKey(1)),
        evidence: None,
        count: 3,
        first: Instant::from_secs(0),
        last: None,
        role,
        implied: false,
        verified: true,
    }
}

fn graph(values: &[&str]) -> LinkGraph {
    let cases = [CaseFacts {
        key: CaseKey(1),
        id: Id("c1".into()),
        number: Some("令和8年第1号".into()),
        title: "<練習> & \"例\"".into(),
        unit: Unit::from_path("11/soumu").unwrap(),
    }];
    let sightings: Vec<_> =
        values.iter().zip(Role::ALL.into_iter().cycle()).map(|(value, role)| seen(value, Some(role))).collect();
    let transfers: Vec<_> = values
        .windows(2)
        .map(|pair| Transfer {
            from: (URL, pair[0].to_owned()),
            to: (URL, pair[1].to_owned()),
            amount: "1 <BTC>".into(),
            at: None,
            case: None,
            evidence: None,
        })
        .collect();
    LinkGraph::build(&GraphInput {
        cases: &cases,
        sightings: &sightings,
        transfers: &transfers,
        with_units: true,
        ..GraphInput::default()
    })
}

fn placed(graph: &LinkGraph) -> Vec<[f32; 2]> {
    let request = Request { nodes: graph.nodes.len(), ends: graph.ends(), seed: 1 };
    layout(&request, &Ticket::new(), &mut |_| {}).unwrap()
}

/// Tags close in the order they were opened, and no character stands that XML forbids.
fn is_well_formed(text: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for part in text.split('<').skip(1) {
        let Some((tag, rest)) = part.split_once('>') else { return false };
        if rest.contains('>')
            || rest.split('&').skip(1).any(|after| !after.split(' ').next().is_some_and(|e| e.contains(';')))
        {
            return false;
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        match tag {
            _ if tag.starts_with('?') => {}
            _ if tag.starts_with('/') => {
                if open.pop() != Some(name) {
                    return false;
                }
            }
            _ if tag.ends_with('/') => {}
            _ => open.push(name),
        }
    }
    open.is_empty() && text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{fffe}' && c != '\u{ffff}')
}

#[test]
fn hostile_values_stay_inside_their_quotes() {
    let graph = graph(&["http://example.jp/\"><script>&amp;'", "ctrl\u{0}\u{8}\u{b}\r\n\t\u{fffe}", "]]>", ""]);
    let at = placed(&graph);
    let scene = scene(&graph, &at, &|_| Look::Network, &Style::default());
    for file in [graphml(&graph, Some(&at)), gexf(&graph, Some(&at)), graphml(&graph, None), svg(&scene, &graph)] {
        assert!(is_well_formed(&file), "{file}");
        assert!(!file.contains("<script"));
    }
    assert!(graphml(&graph, None).contains("&#xD;&#xA;&#x9;"), "line ends survive");
    let read: serde_json::Value = serde_json::from_str(&json(&graph, Some(&at))).unwrap();
    assert_eq!(read["nodes"].as_array().unwrap().len(), graph.nodes.len());
    assert_eq!(read["edges"].as_array().unwrap().len(), graph.edges.len());
    assert!(read["nodes"].as_array().unwrap().iter().any(|node| node["value"] == "]]>" && node["x"].is_f64()));
}

#[test]
fn values_that_lose_a_character_stay_two_nodes() {
    let file = graphml(&graph(&["x\u{1}", "x\u{2}"]), None);
    let ids: std::collections::BTreeSet<_> = file.lines().filter(|line| line.starts_with("<node ")).collect();
    assert_eq!(ids.len(), 4);
}

#[test]
fn one_transfer_makes_the_file_directed() {
    assert!(graphml(&graph(&["a"]), None).contains("edgedefault=\"undirected\""));
    assert!(graphml(&graph(&["a", "b"]), None).contains("edgedefault=\"directed\""));
    assert!(gexf(&graph(&["a", "b"]), None).contains("defaultedgetype=\"directed\""));
}

#[test]
fn a_picture_shows_each_node_in_its_colour() {
    let graph = graph(&["a", "b", "c", "d", "e", "f"]);
    let at = placed(&graph);
    for ground in [Ground::Light, Ground::Dark] {
        let style = Style { ground, captions: vec!["練習用".into()], most_labels: Some(2) };
        let scene = scene(&graph, &at, &|_| Look::File, &style);
        assert_eq!((scene.marks.len(), scene.labels.len(), scene.captions.len()), (graph.nodes.len(), 2, 2));
        let bytes = png(&scene, 1.0).unwrap();
        assert_eq!(bytes, png(&scene, 1.0).unwrap());
        let mut reader = png_reader(&bytes);
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let width = reader.next_frame(&mut pixels).unwrap().width as usize;
        for mark in scene.marks.iter().filter(|mark| mark.shape == Shape::Hexagon) {
            let [x, y] = mark.at.map(|v| format!("{v:.0}").parse::<usize>().unwrap());
            let place = (y * width + x) * 3;
            assert_eq!(pixels[place..place + 3], mark.fill);
        }
        assert_eq!(pixels[..3], scene.ground);
    }
}

fn png_reader(bytes: &[u8]) -> png::Reader<std::io::Cursor<&[u8]>> {
    png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap()
}

#[test]
fn positions_that_are_no_numbers_leave_nodes_out() {
    let graph = graph(&["a", "b"]);
    let at = [[f32::NAN, 0.0], [f32::MAX, f32::MIN], [0.0, 0.0]];
    let scene = scene(&graph, &at, &|_| Look::Network, &Style::default());
    assert!(scene.marks.len() <= 2 && scene.size.iter().all(|v| v.is_finite()));
    assert!(png(&scene, f32::NAN).is_ok());
    assert!(is_well_formed(&svg(&scene, &graph)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_values_make_whole_files(values in prop::collection::vec(any::<String>(), 0..6)) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let graph = graph(&values);
        let at = placed(&graph);
        prop_assert!(is_well_formed(&graphml(&graph, Some(&at))));
        prop_assert!(is_well_formed(&gexf(&graph, Some(&at))));
        prop_assert!(is_well_formed(&svg(&scene(&graph, &at, &|_| Look::Crypto, &Style::default()), &graph)));
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json(&graph, Some(&at))).is_ok());
    }
}
