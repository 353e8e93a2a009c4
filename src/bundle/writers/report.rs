//! `data/report.html`: the bundle for reading. No script, no link, nothing loaded; every value escaped and isolated.

use super::{Writer, escape};
use crate::bundle::clean::{CleanBundle, CleanRequest};
use crate::bundle::shown::Shown;
use crate::model::Role;
use std::fmt::Write as _;

/// Writes the report.
pub(super) struct Report;

const STYLE: &str = "body{font:14px/1.5 sans-serif;margin:2em;color:#1b1f24}table{border-collapse:collapse;margin:1em 0}\
td,th{border-bottom:1px solid #e2e5ea;padding:3px 10px;text-align:left;vertical-align:top}.tlp{background:#000;color:#ffc000;padding:4px 10px;font-weight:bold}\
bdi{font-family:monospace;word-break:break-all}.training{background:#fff3cd;padding:4px 10px}";

const MAX_RECORDS: usize = 500;

impl Writer for Report {
    fn path(&self) -> &'static str {
        "data/report.html"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
             <title>報告資料 {0}</title><style>{STYLE}</style></head><body>\n<p class=\"tlp\">{1}</p>\n",
            escape(&clean.bundle),
            escape(clean.case.tlp.label())
        );
        if clean.case.training {
            out.push_str("<p class=\"training\">訓練 / TRAINING</p>\n");
        }
        out.push_str("<h1>報告資料 <small>Bundle</small></h1>\n");
        head(clean, &mut out);
        values(clean, &mut out);
        records(clean, &mut out);
        let [kept, tokens, general, withheld] = clean.counts();
        let _ = writeln!(
            out,
            "<p>原値 {kept}・仮名化 {tokens}・一般化 {general}・除外 {withheld}。この資料は仮名化されたものであり、匿名化ではない。個人情報として扱うこと。<br>\
             Pseudonymised, not anonymised: handle as personal information.</p>\n<p class=\"tlp\">{}</p></body></html>",
            escape(clean.case.tlp.label())
        );
        out.into_bytes()
    }
}

fn fact(out: &mut String, ja: &str, en: &str, value: &str) {
    if !value.is_empty() {
        let _ = writeln!(out, "<tr><th>{ja} <small>{en}</small></th><td><bdi>{}</bdi></td></tr>", escape(value));
    }
}

fn request_line(request: &CleanRequest) -> String {
    let target = request.target.as_ref().map_or("", Shown::text);
    let parts = [&request.kind, request.addressee.as_deref().unwrap_or(""), target, &request.date, &request.state];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn head(clean: &CleanBundle, out: &mut String) {
    let case = &clean.case;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    out.push_str("<table>\n");
    fact(out, "番号", "Number", &text(&case.number));
    fact(out, "提供元", "Sender", clean.sender.path());
    fact(out, "受け手", "Receiver", clean.receiver.path());
    fact(out, "作成", "Created", &clean.at.iso(crate::model::time::JST_MINUTES));
    fact(out, "取扱い", "Handling", &text(&case.handling));
    fact(out, "罪名", "Offence", &text(&case.offence));
    fact(out, "手口", "Method", &case.method.join("、"));
    fact(out, "認知日", "Recognised", &text(&case.recognised_on));
    fact(out, "被害額（円）", "Loss band", &text(&case.loss_band));
    fact(out, "求めること", "Asked", &case.asks.join("、"));
    fact(out, "緊急度・期限", "Urgency, deadline", &format!("{} {}", text(&case.urgency), text(&case.deadline)));
    fact(out, "連絡先", "Contact", &text(&case.contact));
    for request in &clean.requests {
        fact(out, "照会・要請", "Request", &request_line(request));
    }
    out.push_str("</table>\n");
    for text in &clean.texts {
        let _ = writeln!(out, "<h3>{}</h3>\n<p><bdi>{}</bdi></p>", escape(&text.noun), escape(&text.text));
    }
}

fn values(clean: &CleanBundle, out: &mut String) {
    out.push_str("<h2>識別情報 <small>Indicators</small></h2>\n<table><tr><th>種類</th><th>値</th><th>役割</th><th>件数</th><th>最初</th><th>最後</th></tr>\n");
    let mut sorted: Vec<_> = clean.values.iter().filter(|value| !value.shown.text().is_empty()).collect();
    sorted.sort_by_key(|value| (value.role.map_or("~", Role::tag), value.kind, value.shown.clone()));
    for value in sorted {
        let role = value.role.map_or(Role::not_stated(), Role::text).ja;
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td><bdi>{}</bdi></td><td>{role}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            value.kind,
            escape(value.shown.text()),
            value.count,
            escape(value.first.as_deref().unwrap_or("")),
            escape(value.last.as_deref().unwrap_or(""))
        );
    }
    out.push_str("</table>\n");
}

fn records(clean: &CleanBundle, out: &mut String) {
    let _ = writeln!(
        out,
        "<h2>明細 <small>Records</small> {} / {}</h2>\n<table>",
        clean.records.len().min(MAX_RECORDS),
        clean.records.len()
    );
    for record in clean.records.iter().take(MAX_RECORDS) {
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td><bdi>{}</bdi></td></tr>",
            escape(record.datetime.as_deref().unwrap_or("時刻不明")),
            escape(&record.cite),
            escape(&record.message)
        );
    }
    out.push_str("</table>\n");
}
