//! The test suites of other extractors, run against ours (in the folder of shared test data, where there is one).
//!
//! Where a suite expects something else than we find, a rule of `tests/data/indicators/peers.rules` must say why and who is
//! right; it states how many cases it covers, so that none slips in unseen. What we are wrong about stays in the figures.
//! With `ITOGUCHI_PEER_CASES=FILE` the cases are written there too, for `benches/peers.py` to run the peers over them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail, and shows its figures")]

use itoguchi::indicators::{Indicators, kind_alias};
use itoguchi::model::{Extractor as _, Hits, Kind};
use regex::Regex;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

type Found = BTreeSet<(Kind, String)>;

/// A text of a suite, and what its peer finds in it.
struct Case {
    suite: &'static str,
    text: String,
    expected: Found,
    /// What is found beyond that counts for these kinds; `None` for all.
    judged: Option<&'static [&'static str]>,
}

fn kind(name: &str) -> Kind {
    kind_alias(name).unwrap_or_else(|| panic!("{name}"))
}

fn found(text: &str) -> Found {
    let mut hits = Hits::default();
    Indicators::new().find(text, &mut hits);
    // What fails its own check is marked so and counts as not found.
    hits.iter().filter(|(hit, _)| hit.verified).map(|(hit, value)| (hit.kind, value.to_owned())).collect()
}

/// A peer's value in our form; as it is where we do not read it.
fn canonical(kind: Kind, value: &str) -> (Kind, String) {
    (kind, Indicators::new().canonical(kind, value).unwrap_or_else(|| value.to_owned()))
}

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let dir = std::env::var_os("ITOGUCHI_SHARED").map_or_else(beside, PathBuf::from).join("corpus/indicators");
    dir.is_dir().then_some(dir)
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

fn parsed(dir: &Path, name: &str) -> Value {
    serde_json::from_str(&read(dir, name)).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Types of ioc-finder that are kinds of ours.
const FINDER: [(&str, &str); 14] = [
    ("domains", "domain"),
    ("urls", "url"),
    ("email_addresses", "email"),
    ("email_addresses_complete", "email"),
    ("ipv4s", "ipv4"),
    ("ipv6s", "ipv6"),
    ("md5s", "md5"),
    ("sha1s", "sha1"),
    ("sha256s", "sha256"),
    ("sha512s", "sha512"),
    ("bitcoin_addresses", "btc"),
    ("cves", "cve"),
    ("asns", "asn"),
    ("attack_mitigations", "attack"),
];

fn ioc_finder(dir: &Path, out: &mut Vec<Case>) {
    for case in parsed(dir, "ioc-finder/cases.json").as_array().unwrap() {
        // Options change what the library returns, not what stands in the text.
        if !case["options"].as_object().unwrap().is_empty() {
            continue;
        }
        let all = FINDER.iter().flat_map(|(name, ours)| {
            list(&case["expected"], name).into_iter().map(|value| canonical(kind(ours), value)).collect::<Vec<_>>()
        });
        let cidr = list(&case["expected"], "ipv4_cidrs").into_iter();
        let cidr = cidr.map(|block| canonical(kind("ipv4"), block.split('/').next().unwrap()));
        let text = case["input"].as_str().unwrap().to_owned();
        out.push(Case { suite: "ioc-finder", text, expected: all.chain(cidr).collect(), judged: None });
    }
}

fn iocextract(dir: &Path, out: &mut Vec<Case>) {
    for case in parsed(dir, "iocextract/cases.json").as_array().unwrap() {
        let ours: &[&str] = match case["function"].as_str().unwrap() {
            "extract_urls" | "extract_encoded_urls" => &["url"],
            "extract_emails" | "refang_email" => &["email"],
            "extract_ipv4s" | "refang_ipv4" => &["ipv4"],
            "extract_ipv6s" => &["ipv6"],
            "extract_ips" => &["ipv4", "ipv6"],
            "extract_md5_hashes" => &["md5"],
            "extract_iocs" => &["url", "email", "ipv4", "ipv6", "md5", "sha1", "sha256", "sha512"],
            _ => continue,
        };
        let mut expected = Found::new();
        let values = case["expected"].as_array().cloned().unwrap_or_else(|| vec![case["expected"].clone()]);
        for value in values.iter().filter_map(Value::as_str) {
            let reads = |name: &&&str| Indicators::new().canonical(kind(name), value).is_some();
            let name = ours.iter().find(reads).unwrap_or(&ours[0]);
            expected.insert(canonical(kind(name), value));
        }
        let text = case["input"].as_str().unwrap().to_owned();
        // It is lenient on purpose, and each function looks for one kind only: recall is judged, precision is not.
        out.push(Case { suite: "iocextract", text, expected, judged: Some(&[]) });
    }
    let text = read(dir, "iocextract/input.txt");
    let expected = read(dir, "iocextract/valid.txt").lines().map(valid_line).collect();
    out.push(Case { suite: "iocextract", text: text.clone(), expected, judged: Some(&[]) });
    let invalid = read(dir, "iocextract/invalid.txt");
    for line in invalid.lines() {
        out.push(Case { suite: "iocextract", text: line.to_owned(), expected: Found::new(), judged: None });
    }
}

/// A line of iocextract's list of what it finds in its sample.
fn valid_line(line: &str) -> (Kind, String) {
    let kinds = ["url", "ipv4", "ipv6", "email", "md5", "sha1", "sha256", "sha512", "domain"];
    let read = |name: &&str| Indicators::new().canonical(kind(name), line).map(|value| (kind(name), value));
    kinds.iter().find_map(read).unwrap_or_else(|| (kind("url"), line.to_owned()))
}

fn ioc_fanger(dir: &Path, out: &mut Vec<Case>) {
    // What stands in the refanged text is what is to be found in the defanged one.
    let mut push = |defanged: &str, plain: &str| {
        let (text, expected) = (defanged.to_owned(), found(plain));
        out.push(Case { suite: "ioc_fanger", text, expected, judged: None });
    };
    for case in parsed(dir, "ioc_fanger/cases.json").as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap().to_owned();
        match case["function"].as_str().unwrap() {
            "fang" => push(&text("input"), &text("expected")),
            _ => push(&text("expected"), &text("input")),
        }
    }
    let (defanged, plain) =
        (read(dir, "ioc_fanger/sample_text_defanged.txt"), read(dir, "ioc_fanger/sample_text_fanged.txt"));
    push(&defanged, &plain);
}

fn wallets(dir: &Path, out: &mut Vec<Case>) {
    const COINS: [(&str, &str); 9] = [
        ("bitcoin", "btc"),
        ("bitcoincash", "bch"),
        ("dogecoin", "doge"),
        ("ethereum", "evm"),
        ("litecoin", "ltc"),
        ("monero", "xmr"),
        ("ripple", "xrp"),
        ("solana", "sol"),
        ("tron", "tron"),
    ];
    let named = |coin: &str| COINS.iter().find(|(name, _)| *name == coin).map(|(_, ours)| *ours);
    let mut push = |suite, text: String, expected: Found| out.push(Case { suite, text, expected, judged: None });
    for line in read(dir, "iocsearcher/blockchain_valid.txt").lines() {
        let (coin, value) = line.split_once(' ').unwrap();
        push(
            "iocsearcher",
            line.to_owned(),
            named(coin).map(|ours| canonical(kind(ours), value)).into_iter().collect(),
        );
    }
    for line in read(dir, "iocsearcher/onion_valid.txt").lines() {
        let text = format!("http://{line}.onion/");
        push("iocsearcher", text.clone(), [(kind("onion"), format!("{line}.onion")), (kind("url"), text)].into());
    }
    for (file, ours) in [
        ("BCH", "bch"),
        ("DASH", ""),
        ("ETH", "evm"),
        ("LTC", "ltc"),
        ("TRX", "tron"),
        ("USDT", ""),
        ("XBT", "btc"),
        ("XMR", "xmr"),
        ("ZEC", ""),
    ] {
        for line in read(dir, &format!("ofac-addresses/sanctioned_addresses_{file}.txt")).lines() {
            let ours = match (file, line.as_bytes()[0]) {
                ("USDT", b'0') => "evm",
                ("USDT", b'T') => "tron",
                ("USDT", _) => "btc",
                _ => ours,
            };
            let expected = (!ours.is_empty()).then(|| canonical(kind(ours), line));
            push("ofac", format!("送金先 {line} へ"), expected.into_iter().collect());
        }
    }
    for file in ["bip-0173", "bip-0350"] {
        let bip = parsed(dir, &format!("bitcoin-bips/{file}.json"));
        let values = |key: &str| {
            let entries = bip[key].as_array().cloned().unwrap_or_default();
            entries.iter().filter_map(|entry| Some(entry["value"].as_str()?.to_owned())).collect::<Vec<_>>()
        };
        for value in values("valid_segwit_addresses") {
            push("bitcoin-bips", value.clone(), [canonical(kind("btc"), &value)].into());
        }
        for key in ["invalid_segwit_addresses", "invalid_bech32_strings", "valid_bech32_strings"] {
            values(key).into_iter().for_each(|value| push("bitcoin-bips", value, Found::new()));
        }
    }
    for value in list(&parsed(dir, "eip-55/vectors.json"), "valid") {
        push("eip-55", value.to_owned(), [(kind("evm"), value.to_owned())].into());
        // One letter in the wrong case.
        let at = value.rfind(|c: char| c.is_ascii_alphabetic()).unwrap();
        let flipped = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        let wrong = value.char_indices().map(|(here, c)| if here == at { flipped(c) } else { c }).collect();
        push("eip-55", wrong, Found::new());
    }
    for pair in parsed(dir, "python-bitcoinlib/bech32_encode_decode.json").as_array().unwrap() {
        let value = pair[1].as_str().unwrap();
        push("python-bitcoinlib", value.to_owned(), [canonical(kind("btc"), value)].into());
    }
    for pair in parsed(dir, "python-bitcoinlib/base58_encode_decode.json").as_array().unwrap() {
        let (bytes, value) = (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        let address = (bytes.len() == 50 && bytes.starts_with("00")).then(|| (kind("btc"), value.to_owned()));
        push("python-bitcoinlib", value.to_owned(), address.into_iter().collect());
    }
}

fn reports(dir: &Path, out: &mut Vec<Case>) {
    let eset = dir.join("eset-malware-ioc");
    let expected_counts = parsed(&eset, "EXPECTED.json");
    for (family, counts) in expected_counts.as_object().unwrap() {
        let text = read(&eset, &format!("{family}/README.adoc"));
        let (lower, mut expected) = (text.to_ascii_lowercase(), Found::new());
        for (hash, count) in counts.as_object().unwrap() {
            let samples = read(&eset, &format!("{family}/samples.{hash}.txt"));
            let inside: BTreeSet<String> = samples.lines().map(|line| line.trim().to_ascii_lowercase()).collect();
            let before = expected.len();
            let standing = inside.into_iter().filter(|hash| !hash.is_empty() && lower.contains(hash.as_str()));
            expected.extend(standing.map(|value| (kind(hash), value)));
            assert_eq!((expected.len() - before) as u64, count["of_them_in_readme"].as_u64().unwrap(), "{family}");
        }
        out.push(Case { suite: "eset", text, expected, judged: Some(&["md5", "sha1", "sha256", "sha512", "hex64"]) });
    }
    for month in ["202412", "202504", "202509"] {
        let text = read(dir, &format!("jpcert-phishurl-list/{month}.csv"));
        for line in text.lines().skip(1) {
            let cells: Vec<&str> = line.splitn(2, ',').collect();
            let url = cells[1].rsplit_once(',').unwrap().0.trim_matches('"');
            let expected = [canonical(kind("url"), url)].into();
            out.push(Case {
                suite: "jpcert",
                text: line.to_owned(),
                expected,
                judged: Some(&["url", "email", "phone"]),
            });
        }
    }
}

fn japanese(dir: &Path, out: &mut Vec<Case>) {
    for case in parsed(dir, "libphonenumber-jp/cases.json").as_array().unwrap() {
        let number = case["e164"].as_str().map(|value| (kind("phone"), value.to_owned()));
        for form in ["input", "national", "international", "e164", "rfc3966"] {
            let Some(text) = case[form].as_str() else { continue };
            let wide: String = text.chars().map(widened).collect();
            for text in [text.to_owned(), format!("連絡先{text}まで"), wide] {
                let expected = number.clone().into_iter().collect();
                out.push(Case { suite: "libphonenumber-jp", text, expected, judged: None });
            }
        }
    }
    let banks = parsed(dir, "zengin-code/banks.json");
    let branches = dir.join("zengin-code/branches");
    for (code, bank) in banks.as_object().unwrap() {
        let Ok(text) = fs::read_to_string(branches.join(format!("{code}.json"))) else { continue };
        let branches: Value = serde_json::from_str(&text).unwrap();
        for (branch, facts) in branches.as_object().unwrap().iter().take(60) {
            let (bank, name) = (bank["name"].as_str().unwrap(), facts["name"].as_str().unwrap());
            let text = format!("振込先は{bank}銀行（{code}）{name}支店（{branch}）普通 1234567です");
            let expected = [(kind("bank_account"), format!("{code}-{branch}-1-1234567"))].into();
            out.push(Case { suite: "zengin-code", text, expected, judged: None });
        }
    }
}

/// The full-width form of a character.
fn widened(c: char) -> char {
    if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xfee0).unwrap() } else { c }
}

fn names(dir: &Path, out: &mut Vec<Case>) {
    for case in parsed(dir, "public-suffix-list/cases.json").as_array().unwrap() {
        let Some(text) = case["input"].as_str() else { continue };
        let registrable = case["registrable_domain"].as_str();
        let expected = registrable.map(|_| canonical(kind("domain"), text)).into_iter().collect();
        out.push(Case { suite: "public-suffix-list", text: text.to_owned(), expected, judged: None });
    }
    for case in parsed(dir, "whatwg-url/urltestdata-part.json").as_array().unwrap() {
        let (Some(input), None) = (case["input"].as_str(), case["base"].as_str()) else { continue };
        let web =
            |text: &str| ["http://", "https://"].iter().any(|scheme| text.to_ascii_lowercase().starts_with(scheme));
        if !web(input) {
            continue;
        }
        let expected = case["href"].as_str().map(|href| (kind("url"), href.to_owned())).into_iter().collect();
        out.push(Case { suite: "whatwg-url", text: input.to_owned(), expected, judged: None });
    }
}

/// A reason for some differences: `SUITE SIGN KIND COUNT VERDICT PATTERN`, and the reason on the line below.
struct Rule {
    suite: String,
    /// `-` expected and not found, `+` found and not expected.
    sign: char,
    kind: Regex,
    count: usize,
    /// The peer's expectation does not hold by the rule of the kind; otherwise we are wrong.
    ours: bool,
    pattern: Regex,
}

impl Rule {
    fn fits(&self, case: &Case, sign: char, kind: Kind, value: &str) -> bool {
        let text =
            if self.pattern.as_str().contains(" IN ") { format!("{value} IN {}", case.text) } else { value.to_owned() };
        self.suite == case.suite && self.sign == sign && self.kind.is_match(kind.tag()) && self.pattern.is_match(&text)
    }
}

fn rules() -> Vec<Rule> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/indicators/peers.rules");
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let rule = |pair: &[&str]| {
        let parts: Vec<&str> = pair[0].splitn(6, ' ').collect();
        assert!(pair[1].len() > 20 && pair[1].starts_with("  "), "no reason: {}", pair[0]);
        Rule {
            suite: parts[0].to_owned(),
            sign: parts[1].chars().next().unwrap(),
            kind: Regex::new(&format!("^{}$", parts[2])).unwrap(),
            count: parts[3].parse().unwrap(),
            ours: match parts[4] {
                "ours" => true,
                "peer" => false,
                other => panic!("{other}"),
            },
            pattern: Regex::new(&format!("^(?s:{})$", parts[5])).unwrap(),
        }
    };
    lines.chunks(2).map(rule).collect()
}

/// Right, missed and wrong finds of a kind.
#[derive(Default)]
struct Score {
    right: usize,
    missed: usize,
    wrong: usize,
}

fn share(right: usize, not: usize) -> f64 {
    if right + not == 0 { 1.0 } else { right as f64 / (right + not) as f64 }
}

impl Score {
    fn precision(&self) -> f64 {
        share(self.right, self.wrong)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.missed)
    }
}

/// The figures: as the peers say, and by the kind's rule.
fn report(cases: usize, raw: &BTreeMap<Kind, Score>, judged: &mut BTreeMap<Kind, Score>) -> String {
    let mut report = format!("{cases} cases\nkind: as the peers say | by the kind's rule: precision, recall\n");
    for (kind, score) in raw {
        let after = &judged.entry(*kind).or_default();
        writeln!(
            report,
            "{:16} {:5} found  {:.4} {:.4} | {:.4} {:.4}",
            kind.tag(),
            score.right,
            score.precision(),
            score.recall(),
            after.precision(),
            after.recall()
        )
        .unwrap();
    }
    report
}

#[test]
fn the_suites_of_others_hold_but_for_what_is_written_down() {
    let Some(dir) = corpus() else { return };
    let mut cases = Vec::new();
    for suite in [ioc_finder, iocextract, ioc_fanger, wallets, reports, japanese, names] {
        suite(&dir, &mut cases);
    }
    let rules = rules();
    let (mut used, mut unexplained) = (vec![0; rules.len()], BTreeMap::<String, usize>::new());
    let (mut raw, mut judged) = (BTreeMap::<Kind, Score>::new(), BTreeMap::<Kind, Score>::new());
    let mut told = String::new();
    for case in &cases {
        let mut by_rule = case.expected.clone();
        // The URL standard speaks of whole values, not of values in a text.
        let whole = || Indicators::new().canonical(kind("url"), &case.text).map(|value| (kind("url"), value));
        let finds = if case.suite == "whatwg-url" { whole().into_iter().collect() } else { found(&case.text) };
        for one in finds.intersection(&case.expected) {
            raw.entry(one.0).or_default().right += 1;
            judged.entry(one.0).or_default().right += 1;
        }
        let counts = |kind: Kind| case.judged.is_none_or(|kinds| kinds.contains(&kind.tag()));
        let missed = case.expected.difference(&finds).map(|one| ('-', one));
        let surplus = finds.difference(&case.expected).filter(|one| counts(one.0)).map(|one| ('+', one));
        for (sign, (kind, value)) in missed.chain(surplus) {
            let score = |scores: &mut BTreeMap<Kind, Score>| {
                let score = scores.entry(*kind).or_default();
                *if sign == '-' { &mut score.missed } else { &mut score.wrong } += 1;
            };
            score(&mut raw);
            match rules.iter().position(|rule| rule.fits(case, sign, *kind, value)) {
                Some(at) => {
                    used[at] += 1;
                    if !rules[at].ours {
                        score(&mut judged);
                    } else if sign == '-' {
                        by_rule.remove(&(*kind, value.clone()));
                    } else {
                        by_rule.insert((*kind, value.clone()));
                    }
                }
                None => {
                    score(&mut judged);
                    let text: String = case.text.chars().take(160).collect();
                    *unexplained.entry(format!("{} {sign} {kind} {value:?} IN {text:?}", case.suite)).or_default() += 1;
                }
            }
        }
        let list = |found: &Found| found.iter().map(|(kind, value)| json!([kind.tag(), value])).collect::<Vec<_>>();
        let line = json!({"suite": case.suite, "text": case.text, "peer": list(&case.expected), "rule": list(&by_rule),
            "judged": case.judged});
        writeln!(told, "{line}").unwrap();
    }
    if let Some(path) = std::env::var_os("ITOGUCHI_PEER_CASES") {
        fs::write(path, told).unwrap();
    }
    let report = report(cases.len(), &raw, &mut judged);
    eprintln!("{report}");
    let mut wrong = String::new();
    for (line, count) in unexplained {
        writeln!(wrong, "{count} x {line}").unwrap();
    }
    for (rule, used) in rules.iter().zip(used) {
        if rule.count != used {
            writeln!(
                wrong,
                "{} {} {} {}: states {}, covers {used}",
                rule.suite, rule.sign, rule.kind, rule.pattern, rule.count
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "differences that no rule explains:\n{wrong}");
    for (kind, score) in judged {
        assert!(score.precision() >= 0.99 && score.recall() >= 0.98, "{kind}");
    }
}
