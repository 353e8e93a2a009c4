//! Invented access-log records, computed from their row number.

use super::{id, mix, things};
use itoguchi::model::kind::Look;
use itoguchi::model::record::When;
use itoguchi::model::{CaseKey, EvidenceKey, Instant, Kind, Known, Precision, Reject, Role, Text, Undated};
use itoguchi::workbench::ask::*;
use std::collections::BTreeMap;

const START: i64 = 1_775_001_600;
const PATHS: [&str; 8] = [
    "/admin/login",
    "/",
    "/css/site.css",
    "/account/transfer?to=9999-999-1-0000001",
    "/img/logo.png",
    "/wp-login.php",
    "/api/v1/session",
    "/口座/確認",
];
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "curl/8.5.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15",
];

fn cells(row: u64) -> [String; 6] {
    let r = mix(row);
    let host = match r % 5 {
        0 => format!("203.0.113.{}", r >> 8 & 255),
        1 | 2 => format!("198.51.100.{}", r >> 8 & 255),
        3 => format!("192.0.2.{}", r >> 8 & 255),
        _ => format!("2001:db8::{:x}", r >> 8 & 0xffff),
    };
    let method = if r >> 20 & 3 == 0 { "POST" } else { "GET" };
    let path = PATHS[(r >> 24) as usize % PATHS.len()];
    let status = ["200", "200", "200", "304", "401", "403", "404", "500"][(r >> 32) as usize % 8];
    let bytes = (r >> 40) % 90_000;
    let agent = AGENTS[(r >> 48) as usize % AGENTS.len()];
    [host, method.into(), path.into(), status.into(), bytes.to_string(), agent.into()]
}

fn when(row: u64, total: u64) -> When {
    if row % 977 == 976 {
        return When::Undated(Undated::ZoneUnknown);
    }
    // Two days, busier in the second night.
    let share = row as f64 / total.max(1) as f64;
    let secs = START + (share * 172_000.0) as i64 + (mix(row) % 3) as i64;
    When::At {
        instant: Instant(secs * 1_000_000_000),
        known: Known::Stated,
        precision: Precision::Second,
        offset_minutes: 540,
    }
}

fn text(row: u64) -> String {
    let [host, method, path, status, bytes, agent] = cells(row);
    format!("{host} - - [02/Apr/2026:08:15:02 +0900] \"{method} {path} HTTP/1.1\" {status} {bytes} \"-\" \"{agent}\"")
}

pub fn search(total: u64, view: &RecordView) -> Search {
    let column = |name: &str, ja: &str, en: &str, numeric: bool, chars: u16| Column {
        name: name.into(),
        label: Said::new(ja, en),
        numeric,
        chars,
    };
    let fault = view.query.contains("nofield:").then(|| QueryFault {
        part: 0,
        at: view.query.find("nofield:").unwrap_or(0),
        len: 7,
        what: Said::new("`nofield` という項目はありません", "no field `nofield`"),
        hint: Some(Said::new(
            "使える項目: host method path status bytes agent",
            "fields here: host method path status bytes agent",
        )),
    });
    let shown = if fault.is_some() { 0 } else { shown(total, view) };
    Search {
        total,
        shown,
        undated: shown / 977,
        rejects: shown / 5_000,
        share: 1.0,
        done: true,
        seconds: 0.004,
        columns: vec![
            column("host", "接続元", "Client", false, 16),
            column("method", "メソッド", "Method", false, 7),
            column("path", "パス", "Path", false, 34),
            column("status", "応答", "Status", true, 6),
            column("bytes", "サイズ", "Bytes", true, 9),
            column("agent", "User-Agent", "User agent", false, 40),
        ],
        notes: vec![],
        fault,
    }
}

fn shown(total: u64, view: &RecordView) -> u64 {
    if view.query.is_empty() && view.also.is_empty() && view.template.is_none() { total } else { total / 41 }
}

pub fn page(total: u64, view: &RecordView, first: u64, count: u32, tags: &BTreeMap<u32, Vec<String>>) -> RowPage {
    let shown = shown(total, view);
    let step = total.checked_div(shown).unwrap_or(1).max(1);
    let end = (first + u64::from(count)).min(shown);
    let rows = (first..end)
        .map(|at| {
            let row = at * step;
            let number = u32::try_from(row).unwrap();
            let reject = (row % 5_000 == 4_999).then_some(Reject::Shape);
            RecordRow {
                evidence: EvidenceKey(1),
                row: number,
                offset: row * 190,
                len: 188,
                when: when(row, total),
                cells: if reject.is_some() { vec![String::new(); 6] } else { cells(row).to_vec() },
                text: if reject.is_some() { "\u{3}\u{1}bad request line ﾌﾘｺﾐ".into() } else { text(row) },
                reject,
                tags: tags.get(&number).cloned().unwrap_or_default(),
            }
        })
        .collect();
    RowPage { first, rows }
}

pub fn ahead(rows: u64) -> Ahead {
    let view = RecordView::default();
    let page = page(50_000_000, &view, 0, rows as u32, &BTreeMap::new());
    let form = Some((Text::new("Webアクセスログ", "Web access log"), "UTF-8".into()));
    let columns = search(rows, &view).columns;
    Ahead { name: "access.log".into(), form, columns, rows: page.rows, whole: false, done: true }
}

pub fn histogram(total: u64, bars: u32) -> Histogram {
    let bars = u64::from(bars.clamp(1, 400));
    let counts = (0..bars)
        .map(|bar| {
            let wave = ((bar as f64 / bars as f64 * 12.6).sin() + 1.2) * 0.4;
            let burst = if bar * 100 / bars > 70 && bar * 100 / bars < 76 { 3.0 } else { 1.0 };
            (total as f64 / bars as f64 * wave * burst * (0.8 + (mix(bar) % 40) as f64 / 100.0)) as u64
        })
        .collect();
    Histogram {
        from: (total > 0).then_some(Instant(START * 1_000_000_000)),
        step: 172_000 * 1_000_000_000 / bars as i64,
        counts,
        undated: total / 977,
    }
}

pub fn templates(some: bool) -> Templates {
    let one = |text: &str, count, row| Template { text: text.into(), count, first: (EvidenceKey(1), row) };
    let list = vec![
        one("disk <*> failed on <*>", 1, 7_000),
        one("POST /account/transfer <*> 401 <*>", 80, 12),
        one("GET <*> HTTP/<*> 200 <*>", 12_400, 0),
    ];
    let total = list.iter().map(|one: &Template| one.count).sum();
    if some { Templates { distinct: 3, list, total, others: 0 } } else { Templates::default() }
}

pub fn stack(total: u64, bars: u32, values: usize) -> Vec<Vec<u64>> {
    let all = histogram(total, bars).counts;
    (1..=values as u32).map(|layer| all.iter().map(|count| count >> layer).collect()).collect()
}

pub fn facet(total: u64, field: &str, limit: u32) -> Facet {
    let values: Vec<&str> = match field {
        "status" => vec!["200", "304", "404", "401", "403", "500"],
        "method" => vec!["GET", "POST"],
        "path" => PATHS.to_vec(),
        "agent" => AGENTS.to_vec(),
        _ => vec!["203.0.113.7", "198.51.100.23", "192.0.2.45", "2001:db8::1f", "203.0.113.201"],
    };
    let mut left = total;
    let values = values
        .into_iter()
        .take(limit as usize)
        .map(|value| {
            let count = left / 2;
            left -= count;
            (value.to_owned(), count)
        })
        .collect();
    Facet { values, others: left, absent: total / 5_000, distinct: 400, exact: true }
}

/// The record that holds a value words leave open.
pub const OPEN_ROW: u32 = 2;

pub fn detail(
    evidence: EvidenceKey,
    row: u32,
    tags: &BTreeMap<u32, Vec<String>>,
    settled: &things::Settled,
) -> RecordDetail {
    let text = text(u64::from(row));
    let cells = cells(u64::from(row));
    let names = ["host", "method", "path", "status", "bytes", "agent"];
    let hit = HitSpan {
        start: 0,
        end: cells[0].len(),
        kind: Kind::new("ipv4"),
        value: cells[0].clone(),
        look: Look::Network,
        role: Some(Role::Infrastructure),
        here: None,
        settled: None,
        implied: false,
        benign: None,
        count: 412,
        cases: 2,
    };
    let (kind, by) = things::goes_by(settled, Kind::new("hex64"), things::OPEN);
    let open = HitSpan {
        kind,
        value: things::OPEN.to_owned(),
        look: if kind == Kind::new("sha256") { Look::File } else { Look::Crypto },
        role: None,
        settled: by,
        count: 1,
        cases: 1,
        ..hit.clone()
    };
    RecordDetail {
        evidence,
        row,
        case: Some(CaseKey(4)),
        evidence_id: id('e', 1).0,
        name: "access.log".into(),
        sha256: "3f2a9c1e5b7d8041aa2201c9f6e4d3b2a1908f7e6d5c4b3a29181706f5e491c0".into(),
        offset: u64::from(row) * 190,
        len: text.len() as u64,
        form: Some((Text::new("Webアクセスログ", "Web access log"), "UTF-8".into())),
        when: when(u64::from(row), 50_000_000),
        reject: None,
        bytes: text.clone().into_bytes(),
        fields: names
            .iter()
            .zip(cells.clone())
            .map(|(name, value)| FieldRow { name: (*name).to_owned(), label: Said::new(*name, *name), value })
            .collect(),
        hits: std::iter::once(hit).chain((row == OPEN_ROW).then_some(open)).collect(),
        text,
        tags: tags.get(&row).cloned().unwrap_or_default(),
        custody: vec![
            Custody {
                at: Instant(START * 1_000_000_000),
                by: "山田警部補".into(),
                what: Said::new("取込み（SHA-256 算出）", "Taken in, SHA-256 computed"),
            },
            Custody {
                at: Instant((START + 4_000) * 1_000_000_000),
                by: "佐藤巡査部長".into(),
                what: Said::new("同一性確認", "Hash verified"),
            },
        ],
    }
}
