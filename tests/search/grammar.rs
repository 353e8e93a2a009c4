//! What is read as what, and which characters an error points at.

use itoguchi::model::{Explain as _, Lang};
use itoguchi::search::{Node, State, Test, Value, parse};
use proptest::prelude::*;

/// The tree in a short form.
fn shown(query: &str) -> String {
    fn node(node: &Node) -> String {
        let list = |parts: &[Node]| parts.iter().map(node_of).collect::<Vec<_>>().join(" ");
        match node {
            Node::Everything => "everything".into(),
            Node::And(parts) => format!("(and {})", list(parts)),
            Node::Or(parts) => format!("(or {})", list(parts)),
            Node::Not(part) => format!("(not {})", node_of(part)),
            Node::Term(term) => short(&term.test),
        }
    }
    fn node_of(part: &Node) -> String {
        node(part)
    }
    fn short(asked: &Test) -> String {
        match asked {
            Test::Text { text, exact } => format!("{}[{text}]", if *exact { "=" } else { "" }),
            Test::Regex { pattern, exact } => format!("{}/{pattern}/", if *exact { "=" } else { "" }),
            Test::Field { name, value, or_text } => {
                let value = match value {
                    Value::Exists => "*".into(),
                    Value::Equals(text) => text.clone(),
                    Value::Exactly(text) => format!("={text}"),
                    Value::Pieces(pieces) => format!("{pieces:?}"),
                    Value::Number(comparison, _) => format!("{comparison:?}"),
                    Value::Net(_, text) => format!("net {text}"),
                };
                format!("{name}{}<{value}>", if or_text.is_some() { "?" } else { "" })
            }
            Test::Address(net) => format!("{net:?}"),
            Test::Time { from, to } => {
                let iso = |at: &Option<itoguchi::model::Instant>| at.map_or(String::new(), |at| at.iso(540));
                format!("{}..{}", iso(from), iso(to))
            }
            Test::Kind { kind, value } => format!("kind {kind} {}", value.as_deref().unwrap_or("any")),
            Test::Tag(name) => format!("tag {name}"),
            Test::Evidence(suffix) => format!("evidence {suffix}"),
            Test::Is(state) => format!("is {state:?}"),
        }
    }
    match parse(query) {
        Ok(query) => node(&query.root),
        Err(err) => panic!("{query}: {err}"),
    }
}

#[test]
fn terms_are_read_as_the_grammar_says() {
    for (query, tree) in [
        ("", "everything"),
        (" \u{3000}", "everything"),
        ("口座　振込", "(and [口座] [振込])"),
        (r#""two \"words\" C:\\x""#, r#"[two "words" C:\x]"#),
        ("/admin/login", "[/admin/login]"),
        ("/admin/", "/admin/"),
        (r"/a\/b/", r"/a\/b/"),
        ("/failed password for .*/ x", "(and /failed password for .*/ [x])"),
        ("/etc/passwd /var/log/", "(and [/etc/passwd] /var/log/)"),
        ("/etc /tmp/x", "(and [/etc] [/tmp/x])"),
        (r"/tmp\/", r"[/tmp\/]"),
        ("//", "[//]"),
        ("=Admin", "=[Admin]"),
        (r#"="Two Words""#, "=[Two Words]"),
        ("=/Ab/", "=/Ab/"),
        ("=", "[=]"),
        ("http://example.jp/a?b=c", "[http://example.jp/a?b=c]"),
        ("Status:404", "status<404>"),
        ("status:", "[status:]"),
        ("12:30:01", "[12:30:01]"),
        (r"C:\Users\x", r"[C:\Users\x]"),
        ("fe80::1", "[fe80::1]"),
        ("00:00:5e:00:53:af", "[00:00:5e:00:53:af]"),
        ("aa:bb:cc:dd:ee:ff", "[aa:bb:cc:dd:ee:ff]"),
        (r#"agent:"two words""#, "agent<two words>"),
        ("agent:*curl*", r#"agent<["", "curl", ""]>"#),
        (r#"agent:"*""#, "agent<*>"),
        ("agent:*", "agent<*>"),
        ("size:>=1,000", "size<AtLeast>"),
        ("size:=7", "size<Equal>"),
        (r#"size:="7""#, "size<=7>"),
        ("name:=Abc", "name<=Abc>"),
        ("src:203.0.113.0/24", "src<net 203.0.113.0/24>"),
        ("src:203.0.113.7", "src<203.0.113.7>"),
        (r#""tag":x"#, "tag<x>"),
        (r#""取引 番号":７"#, "取引 番号<7>"),
        ("氏名:山田", "氏名?<山田>"),
        ("src.ip@x-y:a", "src.ip@x-y<a>"),
        ("ip:203.0.113.9/24", "V4(3405803776, 24)"),
        ("kind:btc", "kind btc any"),
        (r#"kind:url="http://example.jp/ x""#, "kind url http://example.jp/ x"),
        ("tag:要確認", "tag 要確認"),
        ("evidence:E7K3", "evidence e7k3"),
        ("is:undated", "is Undated"),
        ("time:2026-04-01..2026-04-02", "2026-04-01T00:00:00+09:00..2026-04-03T00:00:00+09:00"),
        ("time:2026-04-01..2026-04-02T12:00+00:00", "2026-04-01T00:00:00+09:00..2026-04-02T21:01:00+09:00"),
        ("time:2026-04-01..", "2026-04-01T00:00:00+09:00.."),
        ("time:..2026-04", "..2026-05-01T00:00:00+09:00"),
        (r#"time:"2026-04-01 08:15""#, "2026-04-01T08:15:00+09:00..2026-04-01T08:16:00+09:00"),
        ("time:>2026-04-01", "2026-04-02T00:00:00+09:00.."),
        ("a b OR c NOT d", "(or (and [a] [b]) (and [c] (not [d])))"),
        ("a AND (b OR c) AND NOT NOT d", "(and [a] (or [b] [c]) (not (not [d])))"),
        ("(a)b", "(and [a] [b])"),
        ("f(x) (g(y))", "(and [f(x)] [g(y)])"),
        ("(/ab/)", "/ab/"),
        ("ANDROID and or", "(and [ANDROID] [and] [or])"),
        ("NOT(a OR b)", "(not (or [a] [b]))"),
        ("\"a\"\"b\"", "(and [a] [b])"),
    ] {
        assert_eq!(shown(query), tree, "{query}");
    }
    assert!(matches!(parse("is:tagged").unwrap().terms()[0].test, Test::Is(State::Tagged)));
}

#[test]
fn errors_point_at_the_characters() {
    for (query, at) in [
        ("a AND", "AND"),
        ("OR b", "OR"),
        ("a OR", "OR"),
        ("a OR AND b", "OR"),
        ("NOT", "NOT"),
        ("(a", "("),
        ("a)", ")"),
        ("()", "()"),
        ("x \"abc", "\""),
        ("\"\"", "\"\""),
        ("/a(b/", "("),
        ("口座 /[z-a]/", "z-a"),
        ("口座 time:yesterday", "yesterday"),
        ("time:2026-04-02..2026-04-01", "2026-04-02..2026-04-01"),
        ("time:..", ".."),
        ("ip:203.0.113", "203.0.113"),
        ("kind:BTC! x", "BTC!"),
        ("is:odd", "odd"),
        ("size:>big", "big"),
        ("size:> 5", ">"),
    ] {
        let err = parse(query).expect_err(query);
        assert_eq!(&query[err.at.clone()], at, "{query}: {err}");
        assert!(!err.what(Lang::Ja).is_empty() && !err.what(Lang::En).ends_with('.'), "{query}");
    }
    let deep = "(".repeat(100_000);
    parse(&deep).unwrap_err();
    parse(&"NOT ".repeat(10_000)).unwrap_err();
    parse(&"a ".repeat(10_000)).unwrap_err();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_parser_panic(text in r#"([()"/=:\\*.<>]|AND|OR|NOT|time|ip|kind|is|[a-c]|口|　| |[0-9]|\PC){0,24}"#) {
        match parse(&text) {
            Ok(query) => for term in query.terms() {
                prop_assert!(text.get(term.at.clone()).is_some_and(|term| !term.is_empty()));
            },
            Err(err) => prop_assert!(text.get(err.at).is_some()),
        }
    }
}
