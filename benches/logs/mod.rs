//! Invented logs, the same on every machine: a web server's, a sensor's JSON lines, a bank's table, `sshd`, a notebook.

use super::numbers::Numbers;
use std::fmt::Write as _;

impl Numbers {
    /// Few addresses often, many rarely, as logs have them.
    pub(crate) fn address(&mut self) -> String {
        let host = if self.below(4) == 0 { self.below(60_000) } else { self.below(400) };
        format!("198.18.{}.{}", host / 250, 1 + host % 250)
    }
}

/// Lines until the size in bytes is reached; the clock moves a second every few lines.
pub(crate) fn lines(size: usize, mut line: impl FnMut(&mut Numbers, u32, &mut String)) -> String {
    let (mut numbers, mut text) = (Numbers(11), String::new());
    for at in 0.. {
        if text.len() >= size {
            break;
        }
        line(&mut numbers, at / 5, &mut text);
        text.push('\n');
    }
    text
}

pub(crate) fn clock(secs: u32) -> (u32, u32, u32, u32) {
    (1 + secs / 86_400 % 28, secs / 3600 % 24, secs / 60 % 60, secs % 60)
}

/// An access log.
pub(crate) fn web(size: usize) -> String {
    lines(size, |n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let method = ["GET", "GET", "GET", "GET", "POST"][n.below(5) as usize];
        let status = ["200", "200", "200", "304", "404", "500"][n.below(6) as usize];
        let _ = write!(
            out,
            "{} - - [{day:02}/Apr/2026:{hour:02}:{minute:02}:{second:02} +0900] \"{method} /shop/item/{} HTTP/1.1\" {status} {} \
             \"https://www.example.co.jp/list?page={}\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/{}.0\"",
            n.address(),
            n.below(40_000),
            n.below(90_000),
            n.below(50),
            90 + n.below(40)
        );
    })
}

/// Suricata's EVE.
pub(crate) fn sensor(size: usize) -> String {
    lines(size, |n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let _ = write!(
            out,
            "{{\"timestamp\":\"2026-04-{day:02}T{hour:02}:{minute:02}:{second:02}.{:06}+0900\",\"flow_id\":{},\"event_type\":\"dns\",\
             \"src_ip\":\"{}\",\"src_port\":{},\"dest_ip\":\"192.0.2.53\",\"dest_port\":53,\"proto\":\"UDP\",\
             \"dns\":{{\"type\":\"query\",\"rrname\":\"www.item{}.example.co.jp\",\"rrtype\":\"A\",\"tx_id\":{}}}}}",
            n.below(1_000_000),
            n.below(2_000_000_000),
            n.address(),
            1024 + n.below(60_000),
            n.below(250),
            n.below(9)
        );
    })
}

/// Transfers with a heading.
pub(crate) fn bank(size: usize) -> String {
    let names = ["ヤマダ　タロウ", "サトウ　ハナコ", "カ）ミホンシヨウジ", "スズキ　イチロウ", "タナカ　ケンジ"];
    let mut first = true;
    lines(size, |n, secs, out| {
        if std::mem::take(&mut first) {
            out.push_str("取引日時,取引種別,銀行名,支店名,口座番号,受取人名義,金額,残高,摘要");
            return;
        }
        let (day, hour, minute, second) = clock(secs);
        let _ = write!(
            out,
            "2026/04/{day:02} {hour:02}:{minute:02}:{second:02},振込,見本銀行,本店,{:07},{},{},{},インターネット振込",
            n.below(9_000_000),
            names[n.below(5) as usize],
            n.below(1_000) * 1000,
            n.below(9_000_000)
        );
    })
}

/// A log without years.
pub(crate) fn sshd(size: usize) -> String {
    let users = ["root", "admin", "kato", "sato", "test", "oracle", "ubuntu"];
    lines(size, |n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let (user, port) = (users[n.below(7) as usize], 1024 + n.below(60_000));
        let host = n.address();
        let _ = write!(out, "Apr {day:2} {hour:02}:{minute:02}:{second:02} bastion sshd[{}]: ", n.below(32_000));
        let _ = match n.below(4) {
            0 => write!(out, "Invalid user {user} from {host} port {port}"),
            1 => write!(out, "Failed password for {user} from {host} port {port} ssh2"),
            2 => write!(out, "Connection closed by {host} port {port} [preauth]"),
            _ => write!(out, "Received disconnect from {host} port {port}:11: Bye Bye [preauth]"),
        };
    })
}

/// Free Japanese text.
pub(crate) fn notes(size: usize) -> String {
    lines(size, |n, secs, out| {
        let (day, hour, minute, second) = clock(secs);
        let _ = write!(
            out,
            "2026年4月{day}日 {hour:02}時{minute:02}分{second:02}秒 被害者は口座の残高を確認した。担当者は通信の記録を保存した。\
             整理番号{}、接続元 {}",
            n.below(10_000_000),
            n.address()
        );
    })
}
