//! Invented cases, evidence, indicators, graph, bundles and audit entries.

use super::{NOW, case, id, mix};
use itoguchi::model::case::Case;
use itoguchi::model::evidence::ReadingForm;
use itoguchi::model::kind::{Class, Look};
use itoguchi::model::statement::SavedSearch;
use itoguchi::model::time::TimeSetting;
use itoguchi::model::{
    Acquisition, AuditEntry, Evidence, EvidenceKey, EvidenceState, Instant, Kind, Reading, Role, Sort, Stage, Text,
    Tlp, Unit,
};
use itoguchi::workbench::ask::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn ago(hours: i64) -> Instant {
    Instant(NOW.0 - hours * 3_600_000_000_000)
}

pub fn kinds() -> Vec<KindRow> {
    let row = |tag, ja, en, look, class| KindRow { kind: Kind::new(tag), label: Text::new(ja, en), look, class };
    vec![
        row("ipv4", "IPv4アドレス", "IPv4 address", Look::Network, Class::Network),
        row("ipv6", "IPv6アドレス", "IPv6 address", Look::Network, Class::Network),
        row("domain", "ドメイン", "Domain", Look::Network, Class::Network),
        row("url", "URL", "URL", Look::Network, Class::Network),
        row("email", "メールアドレス", "E-mail address", Look::Account, Class::DirectId),
        row("phone", "電話番号", "Phone number", Look::Account, Class::DirectId),
        row("bank_account", "銀行口座", "Bank account", Look::Account, Class::Money),
        row("btc", "ビットコイン", "Bitcoin", Look::Crypto, Class::Crypto),
        row("evm", "イーサリアム等", "Ethereum and like", Look::Crypto, Class::Crypto),
        row("sha256", "SHA-256", "SHA-256", Look::File, Class::File),
        row("txid", "取引ID（暗号資産）", "Transaction id", Look::Crypto, Class::Crypto),
        row(
            "hex64",
            "16進64桁（SHA-256又は取引ID）",
            "64 hex digits (SHA-256 or transaction)",
            Look::Crypto,
            Class::Crypto,
        ),
        row("my_number", "個人番号", "My Number", Look::Person, Class::DirectId),
    ]
}

pub fn cases() -> Vec<CaseRow> {
    let make = |key: i64, number: Option<&str>, title: &str, stage, counts: [u64; 5]| CaseRow {
        key: case(key),
        case: Case {
            key: Some(case(key)),
            id: id('c', key as u64),
            number: number.map(str::to_owned),
            title: title.into(),
            unit: Unit::from_path("11/soumu").unwrap(),
            stage,
            offence: Some("不正アクセス禁止法違反".into()),
            method: vec!["フィッシング".into(), "不正送金".into()],
            recognised_on: Some(format!("2026-0{key}-01")),
            loss_yen: Some(12_400_000),
            contact: Some("サイバー犯罪対策課 内線 1234".into()),
            asks: vec!["追跡".into(), "国外照会".into()],
            urgency: Some("急".into()),
            deadline: Some("2026-05-11".into()),
            tlp: Tlp::AmberStrict,
            handling: Some("取扱注意・共有範囲：県警内".into()),
            training: false,
            created_at: ago(200),
            created_by: "山田警部補".into(),
        },
        evidence: counts[0],
        records: counts[1],
        indicators: counts[2],
        roles_open: Some(counts[3]),
        ties: Some(counts[4]),
    };
    vec![
        make(4, Some("令和8年第42号"), "証券口座不正取引事案", Stage::Incident, [7, 5_016_409, 1_240, 37, 2]),
        make(3, Some("令和8年第38号"), "フィッシングサイト「さいたま銀行」", Stage::Criminal, [4, 812_004, 402, 0, 1]),
        make(2, None, "SNS型投資詐欺の相談（浦和）", Stage::Consultation, [1, 214, 18, 12, 0]),
        make(1, Some("令和8年第9号"), "踏み台サーバ不正アクセス", Stage::Closed, [3, 96_120, 77, 0, 0]),
    ]
}

pub fn evidence() -> Vec<EvidenceRow> {
    let make = |key: i64, name: &str, bytes: u64, format: &str, encoding: &str, rows: u32, state, depth| EvidenceRow {
        evidence: Evidence {
            key: EvidenceKey(key),
            id: id('e', key as u64),
            case: Some(case(4)),
            name: name.as_bytes().to_vec(),
            shown_name: name.to_owned(),
            bytes,
            sha256: (state != EvidenceState::Partial)
                .then(|| std::array::from_fn(|at| mix((key as u64) << 8 | at as u64) as u8)),
            blake3: Some([7; 32]),
            media_type: "text/plain".into(),
            acquisition: Acquisition {
                basis: Some("捜査関係事項照会 令和8年第42号".into()),
                from: Some("例示ホスティング株式会社".into()),
                exhibit: Some("符号3-2".into()),
                ..Acquisition::default()
            },
            parent: None,
            derived_by: (depth > 0).then(|| "itoguchi gz 1".to_owned()),
            duplicate_of: None,
            state,
            damaged: None,
            added_at: ago(30 - key),
            added_by: "山田警部補".into(),
            reading: (!format.is_empty()).then(|| Reading {
                key: None,
                form: ReadingForm {
                    format: format.into(),
                    encoding: encoding.into(),
                    time: TimeSetting { zone: Some("Asia/Tokyo".into()), ..TimeSetting::default() },
                    ..ReadingForm::default()
                },
                lines: Some(u64::from(rows) + 3),
                rows,
                skipped: 3,
                undated: rows / 977,
                rejects: rows / 5_000,
                first: Some(ago(80)),
                last: Some(ago(20)),
                indicators: rows / 900,
            }),
        },
        depth,
        read_as: (!format.is_empty())
            .then(|| (Text::new("Webアクセスログ", "Web access log"), encoding.to_uppercase())),
        verified: (state == EvidenceState::Complete).then(|| (ago(2), true)),
    };
    vec![
        make(1, "/mnt/exhibit/access.log", 1_000_211_004, "access", "utf-8", 5_016_409, EvidenceState::Complete, 0),
        make(2, "/mnt/exhibit/auth.log.gz", 4_210_880, "", "", 0, EvidenceState::Complete, 0),
        make(3, "auth.log", 51_204_111, "syslog", "utf-8", 402_118, EvidenceState::Complete, 1),
        make(4, "取引履歴_令和8年3月.csv", 812_004, "csv", "shift_jis", 9_214, EvidenceState::Complete, 0),
        make(5, "eve.json", 310_220_004, "jsonl", "utf-8", 710_220, EvidenceState::Partial, 0),
        make(6, "届出メモ.txt", 4_112, "text", "utf-8", 58, EvidenceState::Complete, 0),
        make(7, "画面写真_01.png", 2_104_882, "", "", 0, EvidenceState::Complete, 0),
        make(8, "disk.E01", 512_110_190_592, "", "", 0, EvidenceState::Referenced, 0),
    ]
}

/// What was settled as what, and why; nothing where it was taken back.
pub type Settled = BTreeMap<String, Option<(Kind, String)>>;

/// A value that words leave open.
pub const OPEN: &str = "5ca1ab1e00000000000000000000000000000000000000000000000000c0ffee";

/// What is said of a value, and the kind it goes by.
pub fn goes_by(settled: &Settled, kind: Kind, value: &str) -> (Kind, Option<SettledBy>) {
    let Some((kind, reason)) = settled.get(value).and_then(Option::as_ref) else { return (kind, None) };
    (*kind, Some(SettledBy { operator: "山田警部補".into(), at: NOW, reason: reason.clone() }))
}

fn value(at: u64) -> (Kind, String) {
    let r = mix(at);
    if at == 15 {
        return (Kind::new("hex64"), OPEN.to_owned());
    }
    match at % 8 {
        0 | 1 => (Kind::new("ipv4"), format!("203.0.{}.{}", 113 - at / 2_000 % 2, r & 255)),
        2 => (Kind::new("domain"), format!("login-{:04x}.example.jp", r & 0xffff)),
        3 => (Kind::new("btc"), format!("bc1q{:032x}", u128::from(r) << 40)),
        4 => (Kind::new("bank_account"), format!("9999-999-1-{:07}", r % 10_000_000)),
        5 => (Kind::new("phone"), format!("+81900000{:04}", r % 10_000)),
        6 => (Kind::new("email"), format!("user{:04}@example.com", r % 10_000)),
        _ => (Kind::new("evm"), format!("0x{:040x}", u128::from(r) << 60)),
    }
}

pub fn counts(total: u64) -> IndicatorCounts {
    let each = |share: u64| total / 8 * share;
    let kinds = [("ipv4", 2), ("domain", 1), ("email", 1), ("phone", 1), ("bank_account", 1), ("btc", 1), ("evm", 1)];
    IndicatorCounts {
        kinds: kinds
            .iter()
            .filter(|_| total > 0)
            .map(|(tag, share)| (Kind::from_tag(tag).unwrap(), each(*share)))
            .collect(),
        open: total / 3,
        benign: total / 12,
    }
}

pub fn indicators(
    total: u64,
    list: &IndicatorList,
    first: u64,
    count: u32,
    (roles, settled): (&BTreeMap<String, Option<Role>>, &Settled),
) -> IndicatorPage {
    let value = |at: u64| {
        let (kind, value) = value(at);
        let (kind, by) = goes_by(settled, kind, &value);
        (kind, value, by)
    };
    let all: Vec<u64> = if list.kind.is_some() || !list.text.is_empty() {
        (0..total.min(4_000))
            .filter(|at| {
                let (kind, value, _) = value(*at);
                list.kind.is_none_or(|wanted| wanted == kind) && value.contains(&list.text)
            })
            .collect()
    } else {
        Vec::new()
    };
    let filtered = list.kind.is_some() || !list.text.is_empty();
    let shown = if filtered { all.len() as u64 } else { total };
    let rows = (first..(first + u64::from(count)).min(shown))
        .map(|at| {
            let at = if filtered { all[at as usize] } else { at };
            let (kind, value, settled) = value(at);
            let r = mix(at ^ 77);
            let stated =
                [Some(Role::Infrastructure), Some(Role::Suspect), None, Some(Role::Victim), None, Some(Role::Relay)];
            IndicatorRow {
                kind,
                count: total.saturating_sub(at) * 13 % 9_000 + 1,
                cases: if at.is_multiple_of(5) { 2 } else { 1 },
                first: Some(Instant(NOW.0 - (r % 90) as i64 * 3_600_000_000_000)),
                last: Some(Instant(NOW.0 - (r % 20) as i64 * 3_600_000_000_000)),
                role: roles.get(&value).copied().unwrap_or(stated[(r % 6) as usize]),
                benign: (at % 12 == 11).then(|| Said::new("公開リゾルバ", "public resolver")),
                marks: if at % 12 == 5 {
                    vec![Said::new("銀行: 架空銀行", "Bank: 架空銀行")]
                } else {
                    vec![]
                },
                settled,
                parts: if at % 12 == 7 { vec![(Role::Victim, 3)] } else { vec![] },
                implied: at % 15 == 14,
                verified: at % 33 != 32,
                value,
            }
        })
        .collect();
    IndicatorPage { first, shown, total, mark: shown, rows }
}

pub fn searches() -> Vec<SavedSearch> {
    let saved = |seed, name: &str, query: &str| SavedSearch {
        id: super::id('h', seed),
        case: None,
        name: name.into(),
        query: query.into(),
    };
    vec![saved(1, "管理画面", "path:/admin/login status:401"), saved(2, "status:>499", "status:>499")]
}

pub fn graph(nodes: u32, spec: &GraphSpec) -> GraphData {
    let mut data = GraphData { hidden: u64::from(nodes / 3), ..GraphData::default() };
    if nodes == 0 {
        return data;
    }
    let hubs = (nodes / 20).max(4);
    let names = ["令和8年第42号", "令和8年第38号", "令和8年第17号（大阪）", "令和8年第9号"];
    for at in 0..nodes {
        let r = mix(u64::from(at) + 9);
        let node = if at < 4 {
            GraphNode {
                kind: NodeKind::Case(case(i64::from(at) + 1)),
                look: None,
                label: names[at as usize].into(),
                weight: 1.0,
                role: None,
                cluster: Some(0),
            }
        } else {
            let (kind, value) = value(u64::from(at));
            let look = kinds().iter().find(|row| row.kind == kind).map(|row| row.look);
            let role = [None, Some(Role::Suspect), Some(Role::Victim), Some(Role::Infrastructure)][(r % 4) as usize];
            GraphNode {
                label: value.clone(),
                kind: NodeKind::Indicator(kind, value),
                look,
                weight: (r % 100) as f32 / 100.0,
                role,
                cluster: Some(at % hubs),
            }
        };
        data.nodes.push(node);
        if at >= 4 {
            let hub = if nodes < 200 { at % 4 } else { at % hubs };
            data.edges.push(GraphEdge { a: hub, b: at, kind: EdgeKind::SeenIn, weight: 0.4, count: r % 500 });
            if at % 6 == 0 {
                data.edges.push(GraphEdge {
                    a: (hub + 1) % hubs.min(nodes),
                    b: at,
                    kind: EdgeKind::SeenIn,
                    weight: 0.9,
                    count: 3,
                });
            }
            if at % 9 == 0 {
                let kind = if at % 2 == 0 { EdgeKind::Transfer } else { EdgeKind::Together };
                data.edges.push(GraphEdge {
                    a: at,
                    b: 4 + (r % u64::from(nodes - 4)) as u32,
                    kind,
                    weight: 0.6,
                    count: 1,
                });
            }
        }
    }
    if nodes >= 4 && !spec.shared {
        data.edges.push(GraphEdge { a: 0, b: 2, kind: EdgeKind::Tie, weight: 0.93, count: 2 });
    }
    data
}

pub fn places(data: &GraphData) -> GraphPlaces {
    let nodes = data.nodes.len();
    let hubs = (nodes / 20).max(4);
    let hub_of = |at: usize| if nodes < 200 { at % 4 } else { at % hubs };
    let ring = |at: usize, of: usize, radius: f32| {
        let angle = at as f32 / of as f32 * std::f32::consts::TAU;
        [angle.cos() * radius, angle.sin() * radius]
    };
    let wide = (nodes as f32).sqrt();
    let at = (0..nodes)
        .map(|node| {
            let hub = hub_of(node);
            let [x, y] = ring(hub, if nodes < 200 { 4 } else { hubs }, wide * 0.55);
            let own = node < 4 || (nodes >= 200 && node < hubs);
            let spread = if own { 0.0 } else { 1.2 + (mix(node as u64) % 100) as f32 / 60.0 };
            let [dx, dy] = ring(node / hubs.max(4) * 7 + node, 13, spread);
            [x + dx, y + dy]
        })
        .collect();
    GraphPlaces { at, share: 1.0, calm: true }
}

pub fn why() -> Why {
    Why {
        title: Said::new("令和8年第42号 ─ 令和8年第17号（大阪）", "R8-42 ─ R8-17 (Osaka)"),
        facts: vec![(Said::new("強さ", "Score"), "0.93".into()), (Said::new("共有値", "Shared values"), "2".into())],
        reasons: vec![
            Reason {
                text: Said::new(
                    "暗号資産アドレスの共有：2事案のみに出現",
                    "a wallet shared: seen in these two cases only",
                ),
                weight: 0.82,
            },
            Reason {
                text: Said::new(
                    "受取口座の仮名値が一致、初出の差 3時間",
                    "the same token of a receiving account, first seen 3 h apart",
                ),
                weight: 0.41,
            },
        ],
        records: RecordView { query: "kind:btc".into(), ..RecordView::default() },
        count: 14,
    }
}

pub fn ties() -> Vec<Tie> {
    vec![Tie {
        cases: vec![
            Said::new("令和8年第42号（埼玉）", "R8-42 (Saitama)"),
            Said::new("令和8年第17号（大阪）", "R8-17 (Osaka)"),
        ],
        keys: vec![case(4), case(3)],
        units: ["11", "27"].into_iter().filter_map(Unit::from_path).collect(),
        score: 0.93,
        why: [("btc", 3, 0.82, Vec::new()), ("bank_account", 4, 0.41, vec![Role::not_stated()])]
            .map(|(kind, at, weight, marks)| TieReason {
                kind: Kind::new(kind),
                value: value(at).1,
                weight,
                damped: false,
                marks,
            })
            .into(),
    }]
}

pub fn choices(national: bool) -> ExportChoices {
    let key = |name: &str, seed| KeyChoice {
        path: PathBuf::from(format!("/keys/{name}")),
        name: name.into(),
        fingerprint: format!("SHA256:{:016x}", mix(seed)),
        locked: true,
    };
    ExportChoices {
        profiles: vec![
            ProfileRow {
                name: "national".into(),
                label: Said::new("国（警察庁）", "National"),
                about: Said::new(
                    "サイバー特別捜査部・警察局へ。犯罪側の値は原値、被害者側は仮名化します。",
                    "For the national unit: offenders' values kept, victims' as tokens.",
                ),
                serial: 3,
                refused: None,
                made_for: vec![Sort::National],
            },
            ProfileRow {
                name: "prefecture".into(),
                label: Said::new("他の都道府県警察", "Other prefecture"),
                about: Said::new("共同・合同捜査の相手へ。", "For a partner in a joint investigation."),
                serial: 3,
                refused: None,
                made_for: vec![Sort::Prefecture],
            },
            ProfileRow {
                name: "financial".into(),
                label: Said::new("金融機関", "A bank"),
                about: Said::new("その金融機関の口座だけ。", "Its own accounts alone."),
                serial: 2,
                refused: None,
                made_for: vec![Sort::Bank],
            },
            ProfileRow {
                name: "foreign".into(),
                label: Said::new("外国機関", "Foreign"),
                about: Said::new("国の部署からのみ送れます。", "Sent by national units only."),
                serial: 2,
                refused: (!national)
                    .then(|| Said::new("都道府県の事案簿からは送れません", "not from a prefecture's store")),
                made_for: vec![Sort::Abroad],
            },
            ProfileRow {
                name: "public".into(),
                label: Said::new("注意喚起（公表）", "Public alert"),
                about: Said::new("必要最小限の値だけ。", "Only what is needed."),
                serial: 2,
                refused: (!national)
                    .then(|| Said::new("都道府県の事案簿からは送れません", "not from a prefecture's store")),
                made_for: vec![Sort::Public],
            },
        ],
        receivers: vec![
            ReceiverRow {
                unit: Unit::from_path("00/special").unwrap(),
                name: Said::new("サイバー特別捜査部", "National Cyber Department"),
                about: Said::new("全国の事案を突合する", "compares cases"),
                known: Some("age1example".into()),
            },
            ReceiverRow {
                unit: Unit::from_path("00/bureau").unwrap(),
                name: Said::new("サイバー警察局", "Cyber Affairs Bureau"),
                about: Said::new("全国の取組みを決める", "decides"),
                known: None,
            },
        ],
        keys: vec![key("yamada", 5), key("suzuki", 6)],
        token_keys: vec![key("token-2026", 7)],
        identities: vec![key("identity", 8)],
        recipients: vec![RecipientChoice {
            path: "/keys/national.pub".into(),
            text: "age1example".into(),
            fingerprint: format!("SHA256:{:016x}", mix(9)),
        }],
        trusted: vec![TrustedKey {
            unit: Unit::from_path("27").unwrap(),
            unit_name: Said::new("大阪府警察", "Osaka Police"),
            name: "佐藤警部".into(),
            fingerprint: format!("SHA256:{:016x}", mix(10)),
            may: vec!["prepare".into(), "approve".into()],
        }],
        folder: "/keys".into(),
    }
}

pub fn review() -> Review {
    let shown = [ShownAs::Kept, ShownAs::Token, ShownAs::General, ShownAs::Withheld];
    let rows = (0..48)
        .map(|at| {
            let (kind, before) = value(at);
            let how = shown[(mix(at) % 4) as usize];
            let after = match how {
                ShownAs::Kept => before.clone(),
                ShownAs::Token => format!("tok1:{kind}:2026a:{:013x}", mix(at)),
                ShownAs::General => "203.0.113.0/24".into(),
                ShownAs::Withheld => String::new(),
            };
            let role = if at < 9 { None } else { Some(Role::Infrastructure) };
            ReviewRow {
                kind,
                before,
                after,
                shown: how,
                role,
                rule: Said::new(
                    if at < 9 { "役割未確定は被害者側とみなす" } else { "犯罪側の値は原値" },
                    if at < 9 { "not stated counts as a victim's" } else { "offenders' values are kept" },
                ),
                links_lost: 9_u64.saturating_sub(at),
            }
        })
        .collect();
    Review {
        records: 1_204,
        undated: 2,
        counts: [214, 38, 12, 61],
        rows,
        roles_open: 9,
        texts: vec![FreeText {
            field: "summary".into(),
            label: Said::new("事案の概要", "Summary"),
            before: "被害者A（さいたま市）の証券口座から…".into(),
            after: "被害者1（埼玉県）の証券口座から…".into(),
        }],
        notes: vec![Said::new(
            "提供元の制限により access.log の氏名欄を除外します",
            "the source's limit takes the name field of access.log out",
        )],
    }
}

fn checks() -> Vec<CheckLine> {
    let line = |check: &str, ja: &str, en: &str, ok, detail: &str| CheckLine {
        check: check.into(),
        label: Said::new(ja, en),
        ok,
        detail: Said::new(detail, detail),
    };
    vec![
        line("seal", "封かん", "Seal", Some(true), "age X25519"),
        line("files", "ファイルの一覧", "File list", Some(true), "17/17"),
        line("manifest", "目録の照合", "Manifests", Some(true), "SHA-256, SHA-512"),
        line("prepared", "起案者の署名", "Preparer's signature", Some(true), "山田警部補 SHA256:9f3a…77c1"),
        line("approved", "決裁者の署名", "Approver's signature", Some(true), "鈴木警部 SHA256:51bd…0e2f"),
        line("receive-by", "受領期限", "Receive by", None, "2026-04-30"),
    ]
}

pub fn drafts() -> Vec<DraftRow> {
    let make = |number: u64, step: Step| DraftRow {
        path: PathBuf::from(format!("/home/yamada/out/r8-42-{number}")),
        bundle: id('b', number).0,
        case: "令和8年第42号 証券口座不正取引事案".into(),
        receiver: Said::new("サイバー特別捜査部", "National Cyber Department"),
        profile: Said::new("国（警察庁）", "National"),
        step,
        prepared: Some(("山田警部補".into(), ago(5))),
        approved: (step > Step::Draft).then(|| ("鈴木警部".into(), ago(3))),
        files: 17,
        bytes: 2_104_882,
        counts: [214, 38, 12, 61],
        residual: if step == Step::Draft {
            vec![
                Residual {
                    id: "r1".into(),
                    what: Said::new("電話番号らしい数字が一覧にありません", "a phone-shaped number is not in the plan"),
                    place: "data/records.jsonl:118".into(),
                    stops: false,
                    accepted: false,
                },
                Residual {
                    id: "r2".into(),
                    what: Said::new("除外した値の一部と同じ語があります", "a word equals part of a withheld value"),
                    place: "data/case.json:summary".into(),
                    stops: false,
                    accepted: false,
                },
            ]
        } else {
            vec![]
        },
        since_last: Some(Said::new("前回から 原値 +12、仮名化 +3", "since the last: kept +12, tokens +3")),
        answer: false,
        to: if step == Step::Draft { vec![] } else { vec!["age1example".into()] },
        trouble: None,
        sealed: (step == Step::Sealed).then(|| {
            ("/out/1.itb.age".into(), "9c1e5b7d8041aa2201c9f6e4d3b2a1908f7e6d5c4b3a29181706f5e491c03f2a".into())
        }),
        checks: if step == Step::Sealed { checks() } else { vec![] },
        head: (step == Step::Sealed).then(|| "7K3M9-QX2A4-B5C6D-7E8FT".into()),
    };
    vec![make(3, Step::Draft), make(2, Step::Approved), make(1, Step::Sealed)]
}

pub fn received() -> Vec<ReceivedRow> {
    let make = |number: u64, ja: &str, en: &str, quarantine: Option<Said>| ReceivedRow {
        bundle: id('b', number).0,
        file: format!("bundle-{number}.itb.age"),
        from: Said::new(ja, en),
        at: ago(number as i64 * 7),
        tlp: Tlp::AmberStrict,
        training: true,
        counts: [1, 214, 1_204],
        checks: checks(),
        ties: if quarantine.is_none() { ties() } else { vec![] },
        quarantine,
        receipt: true,
        answered: number == 1,
        answer: if number == 2 {
            vec![AnswerRow {
                case: Some(case(4)),
                label: "令和8年第42号".into(),
                counterpart: Said::new("大阪府警察", "Osaka Police"),
                contact: Some("サイバー犯罪捜査課 内線 0000".into()),
                score: 0.9,
                values: vec![value(3)],
                reasons: vec![(Kind::new("btc"), 0.82, false), (Kind::new("bank_account"), 0.41, true)],
                same_victim: false,
            }]
        } else {
            vec![]
        },
        sender: Unit::from_path("27"),
    };
    vec![
        make(1, "大阪府警察", "Osaka Prefectural Police", None),
        make(2, "埼玉県警察", "Saitama Prefectural Police", None),
        make(
            3,
            "愛知県警察",
            "Aichi Prefectural Police",
            Some(Said::new("通し番号 2 が届いていません", "number 2 of the sequence is missing")),
        ),
    ]
}

pub fn audit_state(some: bool) -> AuditState {
    let line = |check: &str, ja: &str, en: &str, detail: &str| CheckLine {
        check: check.into(),
        label: Said::new(ja, en),
        ok: Some(true),
        detail: Said::new(detail, detail),
    };
    AuditState {
        entries: if some { 1_204 } else { 1 },
        head: "7K3M9-QX2A4-B5C6D-7E8FT".into(),
        hash: "3f2a9c1e5b7d8041aa2201c9f6e4d3b2a1908f7e6d5c4b3a29181706f5e491c0".into(),
        holds: Some(true),
        verified_at: Some(ago(1)),
        checks: vec![
            line("chain", "前後のつながり", "Chain", "1,204"),
            line("heads", "控えた先頭値との一致", "Heads kept elsewhere", "4"),
            line("commitments", "内容の照合", "Commitments", "1,204"),
        ],
    }
}

pub fn audit(total: u64, first: u64, count: u32) -> AuditPage {
    let actions =
        ["edit", "evidence.import.begin", "evidence.import.end", "export.draft", "evidence.verify", "copy.records"];
    let rows = (first..(first + u64::from(count)).min(total))
        .map(|at| AuditRow {
            action: Said::new("記載", "Edit"),
            object: (at % 3 > 0).then(|| Said::new("203.0.113.7 を「被疑者側」に", "203.0.113.7 as Suspect")),
            entry: AuditEntry {
                seq: total - at,
                at: Instant(NOW.0 - at as i64 * 411_000_000_000),
                operator: if at % 5 == 0 { "佐藤巡査部長" } else { "山田警部補" }.into(),
                action: actions[(mix(at) % 6) as usize].into(),
                object: id('e', at).0,
                commitment: format!("{:016x}{:016x}", mix(at), mix(at + 1)),
                prev: format!("{:016x}{:016x}", mix(at + 2), mix(at + 3)),
            },
        })
        .collect();
    AuditPage { first, total, rows }
}

pub fn sweep(text: &str) -> Sweep {
    let source = |name: &str, at: i64, count| SweepSource {
        name: Said::new(name, name),
        evidence: Some(EvidenceKey(at)),
        case: Some(case(1)),
        count,
    };
    let row = |(at, value): (usize, &str)| {
        let sources =
            if at.is_multiple_of(2) { vec![source("access.log", 1, 12), source("notes.txt", 2, 1)] } else { vec![] };
        let count = sources.iter().map(|source| source.count).sum();
        SweepRow { kind: Some(Kind::new("ipv4")), value: value.to_owned(), count, sources }
    };
    let mut rows: Vec<SweepRow> = text.lines().enumerate().map(row).collect();
    rows.sort_by_key(|row| row.count == 0);
    Sweep { rows, left_out: 0 }
}

pub fn hint() -> Hint {
    let why = Said::new("金の行き先の欄", "a column for where money went");
    Hint { role: Role::Suspect, why, field: "振込先口座番号".into() }
}
