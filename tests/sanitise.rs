//! What leaves and what does not: the national matrix, secrets of every kind in every place and encoding, and proof that
//! the check before release can fail.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::bundle::clean::CleanBundle;
use itoguchi::bundle::material::{ApprovedText, Material, Record, RecordHit, Value};
use itoguchi::bundle::policy::{Mark, PolicyError, Profile, Verb};
use itoguchi::bundle::release::{finish, release_check};
use itoguchi::bundle::sanitise::{Plan, sanitise};
use itoguchi::bundle::shown::How;
use itoguchi::bundle::token::Tokens;
use itoguchi::bundle::writers::payload;
use itoguchi::indicators::Indicators;
use itoguchi::model::record::When;
use itoguchi::model::{
    Case, Citation, Class, Extractor as _, Hits, Id, Instant, Kind, Known, Precision, Role, Stage, Ticket, Tlp, Unit,
};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use sha2::Digest as _;
use std::io::Write as _;

const AT: Instant = Instant(1_775_000_000_000_000_000);

fn unit(path: &str) -> Unit {
    Unit::from_path(path).unwrap()
}

fn case() -> Case {
    Case {
        key: None,
        id: Id("c0000000000000001".into()),
        number: Some("令和8年第42号".into()),
        title: "訓練花子さんの被害".into(),
        unit: unit("11"),
        stage: Stage::Incident,
        offence: Some("不正アクセス禁止法違反".into()),
        method: vec!["フィッシング".into()],
        recognised_on: Some("2026-04-12".into()),
        loss_yen: Some(5_212_345),
        contact: Some("サイバー犯罪対策課 内線 4321".into()),
        asks: vec!["暗号資産の追跡".into()],
        urgency: Some("急".into()),
        deadline: Some("2026-05-01".into()),
        tlp: Tlp::AmberStrict,
        handling: None,
        training: true,
        created_at: AT,
        created_by: "x".into(),
    }
}

/// A record of these fields, with what the detectors find in it.
fn record(format: &str, fields: &[(&str, &str)]) -> Record {
    let text = fields.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" | ");
    let mut found = Hits::default();
    Indicators::new().find(&text, &mut found);
    let hits = found.iter().map(|(hit, value)| RecordHit {
        kind: hit.kind,
        value: value.to_owned(),
        span: hit.span.start as usize..hit.span.end as usize,
        implied: hit.implied,
        verified: hit.verified,
        role: None,
    });
    Record {
        evidence: "e0000000000000001".into(),
        place: Citation { sha256: "0".repeat(64), offset: 0, len: 1 },
        when: When::At { instant: AT, known: Known::Stated, precision: Precision::Second, offset_minutes: 540 },
        skew_secs: 0,
        format: format.into(),
        fields: fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        hits: hits.collect(),
        text,
        limit: None,
    }
}

/// Values of all records, with the roles given here.
fn values(records: &[Record], roles: &[(&str, &str, Role)]) -> Vec<Value> {
    let hits = records.iter().flat_map(|record| &record.hits);
    let value = |hit: &RecordHit| {
        let about = Indicators::new().about(hit.kind).unwrap();
        let role = roles.iter().find(|(kind, value, _)| *kind == hit.kind.tag() && *value == hit.value);
        Value {
            kind: hit.kind,
            class: Some(about.class),
            tokenable: about.tokenable,
            value: hit.value.clone(),
            role: role.map(|(_, _, role)| *role),
            benign: Indicators::new().benign(hit.kind, &hit.value).is_some(),
            listed: false,
            implied: hit.implied,
            verified: hit.verified,
            count: 1,
            first: Some(AT),
            last: Some(AT),
            limit: None,
            spellings: Vec::new(),
        }
    };
    hits.map(value).collect()
}

fn material(records: Vec<Record>, roles: &[(&str, &str, Role)]) -> Material {
    Material {
        case: case(),
        sender: unit("11"),
        receiver: unit("00/special"),
        receiver_bank: None,
        store_id: "s0000000000000001".into(),
        secret: [7; 32],
        bundle: "b0000000000000001".into(),
        sequence: 1,
        at: AT,
        tool: "itoguchi 0.1.0".into(),
        values: values(&records, roles),
        records,
        requests: Vec::new(),
        links: Vec::new(),
        texts: Vec::new(),
    }
}

fn tokens() -> Tokens {
    Tokens::new("e1", std::array::from_fn(|at| u8::try_from(at).unwrap()))
}

fn national(material: &Material) -> CleanBundle {
    let (profile, tokens) = (Profile::named("national").unwrap(), tokens());
    sanitise(&Plan::new(material, &profile, Some(&tokens)).unwrap(), &Indicators::new())
}

fn all_text(payload: &[(String, Vec<u8>)]) -> String {
    payload.iter().map(|(_, bytes)| String::from_utf8(bytes.clone()).unwrap()).collect()
}

const SUSPECT_IP: &str = "198.51.100.23";
const WALLET: &str = "bc1qpj90uu8xwvryszynh28m3h2a5teyyer9h3a4hz";

fn typical() -> Material {
    let records = vec![
        record(
            "access",
            &[
                ("client", SUSPECT_IP),
                ("time", "12/Apr/2026:10:58:18 +0900"),
                ("method", "GET"),
                ("path", "/panel/export.php?mail=hanako.kunren@example.jp"),
                ("status", "200"),
                ("bytes", "5309"),
                ("agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/124.0.0.0 Safari/537.36"),
                ("user", "訓練花子"),
            ],
        ),
        record(
            "syslog",
            &[
                ("process", "sshd"),
                ("user", "hanako"),
                ("src_ip", SUSPECT_IP),
                ("port", "11279"),
                ("message", "Failed password for hanako from 198.51.100.23 port 11279 ssh2"),
            ],
        ),
        record(
            "delimited",
            &[
                ("種別", "送付"),
                ("銘柄", "BTC"),
                ("数量", "0.6000"),
                ("円換算", "5880000"),
                ("相手アドレス", WALLET),
                ("氏名カナ", "クンレン ハナコ"),
                ("登録電話", "090-1234-5678"),
                ("登録メール", "hanako.kunren@example.jp"),
                ("ログインIP", "203.0.113.14"),
                ("備考", "〒990-1234 東京都千代田区架空町12丁目"),
            ],
        ),
    ];
    material(records, &[("ipv4", SUSPECT_IP, Role::Suspect), ("btc", WALLET, Role::Suspect)])
}

#[test]
fn the_offender_is_kept_and_the_victim_is_not() {
    let mut clean = national(&typical());
    let (payload, report) = finish(&mut clean, &Indicators::new(), &Ticket::new());
    let text = all_text(&payload);
    for kept in [SUSPECT_IP, WALLET, "5880000", "0.6000", "/panel/export.php", "Chrome 124 Windows", "令和8年第42号"]
    {
        assert!(text.contains(kept), "{kept} is missing");
    }
    for hidden in
        ["hanako", "花子", "ハナコ", "1234-5678", "9012345678", "203.0.113.14", "架空町", "990-1234", "5212345"]
    {
        assert!(!text.contains(hidden), "{hidden} left");
    }
    assert!(text.contains("tok1:phone:e1:jrzcr7sunnosstnf2fk4fzgwwgjwynch"), "the golden token of +819012345678");
    assert!(text.contains(&tokens().of(Kind::new("ipv4"), SUSPECT_IP)), "a kept value carries its token");
    assert!(report.may_leave(), "{:?}", report.stops);
    assert!(report.residual.is_empty(), "{:?}", report.residual);
    assert!(report.searched.decoded > report.searched.bytes);
}

#[test]
fn a_kept_number_is_no_finding_in_either_of_its_forms() {
    let records = vec![record("delimited", &[("銘柄", "BTC"), ("登録電話", "050-9201-4455")])];
    let mut clean = national(&material(records, &[("phone", "+815092014455", Role::Suspect)]));
    let (payload, report) = finish(&mut clean, &Indicators::new(), &Ticket::new());
    assert!(all_text(&payload).contains("\"05092014455\""));
    assert!(report.may_leave() && report.residual.is_empty(), "{report:?}");
}

#[test]
fn a_message_keeps_its_known_words_and_no_name() {
    let clean = national(&typical());
    let message = &clean.records()[1].fields["message"];
    assert_eq!(message, "Failed password for … from 198.51.100.23 port 11279 ssh2");
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let material = typical();
    assert_eq!(payload(&national(&material)), payload(&national(&material)));
    let mut other = typical();
    other.records[0].text.push('x');
    assert_eq!(payload(&national(&material)), payload(&national(&other)), "what is not shown changes nothing");
    let paths: Vec<String> = payload(&national(&material)).into_iter().map(|(path, _)| path).collect();
    assert!(paths.windows(2).all(|pair| pair[0] < pair[1]), "{paths:?}");
}

#[test]
fn the_national_matrix() {
    use Verb::{Keep, Token, Withhold};
    let profile = Profile::named("national").unwrap();
    // officer, victim, witness, relay, infrastructure, suspect, not stated
    let table: [(&str, Class, [Verb; 7]); 9] = [
        ("ipv4", Class::Network, [Withhold, Token, Token, Keep, Keep, Keep, Token]),
        ("domain", Class::Network, [Withhold, Token, Token, Keep, Keep, Keep, Token]),
        ("onion", Class::Network, [Withhold, Token, Keep, Keep, Keep, Keep, Keep]),
        ("phone", Class::DirectId, [Withhold, Token, Token, Token, Keep, Keep, Token]),
        ("email", Class::DirectId, [Withhold, Token, Token, Token, Keep, Keep, Token]),
        ("bank_account", Class::Money, [Withhold, Token, Token, Token, Keep, Keep, Token]),
        ("btc", Class::Crypto, [Withhold, Token, Token, Token, Keep, Keep, Token]),
        ("my_number", Class::DirectId, [Withhold; 7]),
        ("payment_card", Class::Money, [Withhold; 7]),
    ];
    let roles = Role::ALL.into_iter().map(Some).chain([None]);
    for (kind, class, verbs) in table {
        for (role, verb) in roles.clone().zip(verbs) {
            assert_eq!(profile.verb(Kind::new(kind), Some(class), role, Mark::None).0, verb, "{kind} {role:?}");
        }
    }
    let cve = |role| profile.verb(Kind::new("cve"), Some(Class::Knowledge), role, Mark::None).0;
    assert!(roles.clone().all(|role| cve(role) == Keep));
    let hash = |mark| profile.verb(Kind::new("sha256"), Some(Class::File), None, mark).0;
    assert_eq!((hash(Mark::Listed), hash(Mark::None)), (Keep, Token));
    for role in roles {
        assert_eq!(profile.verb(Kind::new("new_kind"), None, role, Mark::None).0, Withhold);
    }
}

#[test]
fn the_strictest_role_holds_and_a_whole_follows_its_part() {
    let url = "https://pay.example.com/panel/login.php";
    let records = vec![record("text", &[("message", &format!("{url} evil@pay.example.com"))])];
    let kept = material(records.clone(), &[("url", url, Role::Suspect)]);
    let how = |material: &Material, kind: &str| {
        let clean = national(material);
        clean.decisions().iter().find(|of| of.value.kind.tag() == kind).map(|of| of.shown.how()).unwrap()
    };
    assert_eq!((how(&kept, "url"), how(&kept, "domain")), (How::Kept, How::Kept));
    let split = material(records.clone(), &[("url", url, Role::Suspect), ("domain", "pay.example.com", Role::Victim)]);
    assert_eq!((how(&split, "url"), how(&split, "domain")), (How::Token, How::Token));
    let mut twice = kept;
    twice.values.extend(values(&records, &[("url", url, Role::Victim)]));
    assert_eq!(how(&twice, "url"), How::Token);
}

#[test]
fn a_kept_url_leaves_without_its_query() {
    let url = "https://pay.example.com/login.php?mail=hanako.kunren@example.jp";
    let records = vec![record("text", &[("message", url)])];
    let found = records[0].hits.iter().find(|hit| hit.kind.tag() == "url").unwrap().value.clone();
    let clean = national(&material(records, &[("url", &found, Role::Infrastructure)]));
    let text = all_text(&payload(&clean));
    assert!(text.contains("https://pay.example.com/login.php"));
    assert!(!text.contains("hanako"));
}

#[test]
fn without_a_token_key_nothing_takes_the_place_of_a_withheld_value() {
    let (material, profile) = (typical(), Profile::named("national").unwrap());
    let clean = sanitise(&Plan::new(&material, &profile, None).unwrap(), &Indicators::new());
    assert_eq!(clean.counts()[1], 0);
    assert!(!all_text(&payload(&clean)).contains("tok1:"));
}

#[test]
fn a_limited_source_stays_behind_and_labels_add_up() {
    let mut material = typical();
    material.records[0].limit = Some("本県限り".into());
    material.records[1].limit = Some("TLP:GREEN".into());
    let clean = national(&material);
    assert_eq!((clean.record_count(), clean.tlp()), (2, Tlp::AmberStrict));
}

#[test]
fn free_text_leaves_only_as_approved_for_this_receiver() {
    let mut material = typical();
    let text = |text: &str, receiver: &str| ApprovedText {
        noun: "summary".into(),
        text: text.into(),
        receiver: unit(receiver),
        by: "y".into(),
        at: AT,
    };
    material.texts = vec![text("管理画面への接続元を確認した", "00/special"), text("別の宛先への要約文", "27")];
    material.case.asks = vec!["hanako.kunren@example.jp の追跡".into()];
    let all = all_text(&payload(&national(&material)));
    assert!(all.contains("管理画面への接続元を確認した"));
    assert!(!all.contains("別の宛先") && !all.contains("hanako"), "a fact with a withheld value stays behind");
}

#[test]
fn senders_receivers_and_sizes_are_checked() {
    let (mut material, tokens) = (typical(), tokens());
    let profile = |name: &str| Profile::named(name).unwrap();
    let plan = |material: &Material, name: &str| Plan::new(material, &profile(name), Some(&tokens)).map(|_| ());
    assert!(matches!(plan(&material, "foreign"), Err(PolicyError::MayNotSend { .. })));
    assert!(matches!(plan(&material, "prefecture"), Err(PolicyError::NotReceiver { .. })));
    material.receiver = unit("27");
    assert!(matches!(plan(&material, "national"), Err(PolicyError::NotReceiver { .. })));
    assert!(plan(&material, "prefecture").is_ok());
}

#[test]
fn a_bank_is_told_of_its_own_accounts_only() {
    let mut material = typical();
    let account = |bank: &str| Value {
        kind: Kind::new("bank_account"),
        class: Some(Class::Money),
        value: format!("{bank}-905-1-1234567"),
        role: Some(Role::Suspect),
        ..material.values[0].clone()
    };
    let accounts = vec![account("9901"), account("9902")];
    material.values.extend(accounts);
    (material.receiver, material.receiver_bank) = (unit("org/bank/9901"), Some("9901".into()));
    let profile = Profile::named("financial").unwrap();
    let all = all_text(&payload(&sanitise(&Plan::new(&material, &profile, None).unwrap(), &Indicators::new())));
    assert!(all.contains("9901-905-1-1234567"));
    assert!(!all.contains("9902") && !all.contains(WALLET) && !all.contains(SUSPECT_IP));
}

#[test]
fn every_kind_is_written_kept_and_as_token() {
    let mut material = typical();
    for about in Indicators::new().kinds() {
        for (example, role) in about.examples.iter().zip([Some(Role::Suspect), None, Some(Role::Victim)]) {
            let Some(value) = Indicators::new().canonical(about.kind, example) else { continue };
            let of = Value {
                kind: about.kind,
                class: Some(about.class),
                tokenable: about.tokenable,
                value,
                role,
                ..material.values[0].clone()
            };
            material.values.push(of);
        }
    }
    let files = payload(&national(&material));
    let stix: serde_json::Value =
        serde_json::from_slice(&files.iter().find(|(path, _)| path.contains("stix")).unwrap().1).unwrap();
    let ids: Vec<&str> = stix["objects"].as_array().unwrap().iter().map(|of| of["id"].as_str().unwrap()).collect();
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len());
    assert!(ids.len() > 2 * Indicators::new().kinds().len());
}

const SECRETS: [&str; 6] =
    ["hanako.kunren@example.jp", "+819012345678", "090-1234-5678", "203.0.113.14", "クンレン ハナコ", "ｸﾝﾚﾝ ﾊﾅｺ"];

/// Encodings a secret may hide in.
fn disguises(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
    let bytes = secret.as_bytes();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).unwrap();
    let gzip = gzip.finish().unwrap();
    let each = |form: &dyn Fn(u8) -> String| bytes.iter().map(|byte| form(*byte)).collect::<String>().into_bytes();
    let chars = |form: &dyn Fn(char) -> String| secret.chars().map(form).collect::<String>().into_bytes();
    let utf16 = |form: &dyn Fn(u16) -> [u8; 2]| secret.encode_utf16().flat_map(form).collect::<Vec<u8>>();
    let wide =
        |c: char| char::from_u32(u32::from(c) + 0xfee0).filter(|_| c.is_ascii_graphic()).unwrap_or(c).to_string();
    let mut out = vec![
        ("plain", bytes.to_vec()),
        ("upper case", secret.to_uppercase().into_bytes()),
        ("full width", chars(&wide)),
        ("hex", HEXLOWER.encode(bytes).into_bytes()),
        ("upper hex", HEXUPPER.encode(bytes).into_bytes()),
        ("base64 in base64", BASE64.encode(BASE64.encode(bytes).as_bytes()).into_bytes()),
        ("base64url", BASE64URL_NOPAD.encode(bytes).into_bytes()),
        ("percent", each(&|byte| format!("%{byte:02X}"))),
        ("quoted-printable", each(&|byte| format!("={byte:02X}"))),
        ("html", chars(&|c| format!("&#x{:x};", u32::from(c)))),
        ("json", chars(&|c| format!("\\u{:04x}", u32::from(c)))),
        ("utf-16le", utf16(&u16::to_le_bytes)),
        ("utf-16be", utf16(&u16::to_be_bytes)),
        ("cp932", encoding_rs::SHIFT_JIS.encode(secret).0.into_owned()),
        ("gzip", gzip.clone()),
        ("gzip in base64", BASE64.encode(&gzip).into_bytes()),
    ];
    for lead in ["", ".", ".."] {
        out.push(("base64", BASE64.encode(format!("{lead}{secret} ..").as_bytes()).into_bytes()));
    }
    out
}

#[test]
fn the_check_sees_every_secret_in_every_disguise() {
    let clean = national(&typical());
    let (allowed, withheld) = (clean.kept_plan(), clean.withheld());
    let good = payload(&clean);
    let report = release_check(&good, &allowed, &withheld, &Indicators::new(), &Ticket::new());
    assert!(report.stops.is_empty() && report.residual.is_empty(), "{report:?}");
    for secret in SECRETS {
        for (name, disguise) in disguises(secret) {
            // A stream is a file of its own; everything else stands in a line of JSON.
            let inside = [b"{\"x\": \"".as_slice(), &disguise, b"\"}\n"].concat();
            let bad = vec![("data/x".to_owned(), if name == "gzip" { disguise } else { inside })];
            let report = release_check(&bad, &allowed, &withheld, &Indicators::new(), &Ticket::new());
            assert!(!(report.stops.is_empty() && report.residual.is_empty()), "{secret} as {name} was not seen");
            let told = format!("{report:?}");
            assert!(!told.contains(secret), "the report itself tells {secret}");
        }
    }
}

#[test]
fn strong_values_stop_and_weak_ones_are_for_a_person() {
    let clean = national(&typical());
    let check = |text: &str| {
        let files = vec![("data/x.json".to_owned(), format!("{{\"x\": \"{text}\"}}").into_bytes())];
        release_check(&files, &clean.kept_plan(), &clean.withheld(), &Indicators::new(), &Ticket::new())
    };
    for stop in ["hanako.kunren@example.jp", "pj.elpmaxe@nernuk.okanah", "x_hanakokunrenexamplejp_x"] {
        assert!(!check(stop).may_leave(), "{stop}");
    }
    for text in ["hanako.kunren@example.jp", "+819012345678", "09012345678", "203.0.113.14"] {
        let hash = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(text.as_bytes()));
        assert!(!check(&hash).stops.is_empty(), "SHA-256 of {text}");
    }
    // A shape right behind a letter of another script counts too, though no detector takes it.
    let shaped = check("番号は0120-000-000です");
    assert!(shaped.residual.iter().any(|found| found.what == "phone"), "{shaped:?}");
    let weak = check("訓練花子");
    assert!(weak.may_leave() && weak.residual.len() == 1, "{weak:?}");
    let stranger = check("taro.reiji@mail.example.com");
    assert!(!stranger.may_leave(), "a value nobody decided about");
    let cancelled = Ticket::new();
    cancelled.cancel();
    let report = release_check(&payload(&clean), &clean.kept_plan(), &clean.withheld(), &Indicators::new(), &cancelled);
    assert!(!report.may_leave(), "a search that did not end lets nothing leave");
}

#[test]
fn residual_risks_stand_in_the_account_under_their_ids() {
    let mut material = typical();
    // A name of four signs that also stands in an approved text.
    material.records[2].fields.push(("名義".into(), "山田商店".into()));
    material.texts = vec![ApprovedText {
        noun: "summary".into(),
        text: "取引先 山田商店 を確認".into(),
        receiver: unit("00/special"),
        by: "y".into(),
        at: AT,
    }];
    let mut clean = national(&material);
    let (files, report) = finish(&mut clean, &Indicators::new(), &Ticket::new());
    assert!(!report.residual.is_empty());
    let account: serde_json::Value =
        serde_json::from_slice(&files.iter().find(|(path, _)| path.ends_with("sanitising.json")).unwrap().1).unwrap();
    let listed: Vec<&str> =
        account["residual"].as_array().unwrap().iter().map(|of| of["id"].as_str().unwrap()).collect();
    let found: Vec<&str> = report.residual.iter().map(|of| of.id.as_str()).collect();
    assert_eq!(listed, found);
}

/// Where a secret may stand.
fn placed(secret: &str, place: usize) -> Record {
    let path = format!("/a/{secret}/b");
    let query = format!("/login?v={secret}");
    let agent = format!("Mozilla/5.0 (compatible; {secret})");
    let command = format!("root : TTY=pts/0 ; USER=root ; COMMAND=/usr/bin/curl -O {secret}");
    match place % 8 {
        0 => record("access", &[("client", SUSPECT_IP), ("method", "GET"), ("path", &path), ("status", "200")]),
        1 => record("access", &[("client", SUSPECT_IP), ("path", &query), ("referrer", &query), ("user", secret)]),
        2 => record("access", &[("client", SUSPECT_IP), ("agent", &agent)]),
        3 => record("syslog", &[("process", "sudo"), ("message", &command), ("src_ip", SUSPECT_IP)]),
        4 => record("jsonl", &[("src_ip", SUSPECT_IP), ("http.http_refer", secret), (secret, SUSPECT_IP)]),
        5 => record("delimited", &[("摘要", &format!("連絡先 {secret}")), ("接続元IP", SUSPECT_IP), ("数量", secret)]),
        6 => record("text", &[("message", &format!("{SUSPECT_IP} 「{secret}」への接続を確認。"))]),
        _ => {
            record("delimited", &[("種別", secret), ("銘柄", secret), ("円換算", secret), ("相手アドレス", SUSPECT_IP)])
        }
    }
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{6,10}[0-9]{1,3}\\.victim[0-9]{1,2}@mail\\.jp",
        "0[789]0-0[0-9]{3}-[0-9]{4}",
        "0[789]00[0-9]{7}",
        "99[0-9]{2}-9[0-9]{2}-9[0-9]{6}",
        "[1-9][0-9]{3} [0-9]{4} [0-9]{4}",
        "〒9[0-9]{2}-[0-9]{4}",
        "(糸口|架空|見本|仮名)[ 　]?(太郎|花子|美咲|健太)",
        "(ｲﾄｸﾞﾁ|ｶｸｳ|ﾐﾎﾝ) (ﾀﾛｳ|ﾊﾅｺ|ﾐｻｷ)",
        "東京都千代田区架空町[1-9][0-9]丁目[1-9][0-9]番[1-9]号",
        Just("203.0.113.14".to_owned()),
        "bc1q[a-z]{8}",
    ]
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    #[test]
    fn no_secret_of_any_kind_leaves_from_any_place(secret in secret(), place in any::<usize>(), other in any::<usize>()) {
        let records = vec![placed(&secret, place), placed(&secret, other)];
        let clean = national(&material(records, &[("ipv4", SUSPECT_IP, Role::Suspect)]));
        let files = payload(&clean);
        let text = all_text(&files).to_lowercase();
        let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        assert!(!text.contains(&secret.to_lowercase()), "{secret} left\n{text}");
        let (whole, plain) = (bare(&text), bare(&secret));
        let masked = whole.replace(&bare(SUSPECT_IP), "");
        assert!(!masked.contains(&plain), "{secret} left without separators");
        for (name, disguise) in disguises(&secret) {
            if disguise.len() >= 10 {
                let found = files.iter().any(|(_, bytes)| bytes.windows(disguise.len()).any(|part| part == disguise));
                assert!(!found, "{secret} left as {name}");
            }
        }
        assert!(text.contains(SUSPECT_IP), "the offender's address is kept");
        if place % 4 == 0 {
            let report = release_check(&files, &clean.kept_plan(), &clean.withheld(), &Indicators::new(), &Ticket::new());
            assert!(report.may_leave(), "{:?}", report.stops);
        }
    }
}
