//! What the columns of a table stand for: account, counterparty, amount, balance, address, transaction. A guess from heading and cells,
//! kept with the reading; nothing is converted, and whoever follows money asks for columns by what they stand for.

use crate::ingest::times::japanese;
use std::borrow::Cow;

/// Roles and the words of their headings; the first that fits counts.
const WORDS: [(&str, &[&str], &[&str]); 6] = [
    ("txid", &["txid", "tx hash", "txhash", "transaction hash", "取引id", "トランザクション"], &[]),
    ("balance", &["残高", "balance"], &[]),
    (
        "amount",
        &[
            "金額",
            "入金",
            "出金",
            "支払",
            "預入",
            "預り",
            "引出",
            "数量",
            "円換算",
            "amount",
            "debit",
            "credit",
            "value",
            "deposit",
            "withdrawal",
        ],
        &["日", "時", "date", "time", "先", "元", "名", "番号", "口座", "url"],
    ),
    ("account", &["口座", "account", "acct", "iban"], &["名義", "name", "アドレス", "address"]),
    ("address", &["アドレス", "address", "wallet", "ウォレット", "from", "to"], &["メール", "mail", "ip", "mac"]),
    (
        "counterparty",
        &[
            "名義",
            "相手",
            "摘要",
            "依頼人",
            "振込人",
            "受取人",
            "取引先",
            "送金先",
            "送金元",
            "counterparty",
            "payee",
            "payer",
            "beneficiary",
        ],
        &["番号", "アドレス", "address"],
    ),
];

/// The role of a column, from its heading and some of its filled cells.
pub(super) fn role(name: &str, cells: &[Cow<'_, str>]) -> Option<&'static str> {
    let name = name.to_lowercase();
    let share = |fits: fn(&str) -> bool| {
        let good = cells.iter().filter(|cell| fits(cell.trim())).count();
        !cells.is_empty() && good * 10 >= cells.len() * 8
    };
    if share(is_transaction) {
        return Some("txid");
    }
    if share(is_wallet) {
        return Some("address");
    }
    let named = |words: &[&str]| {
        words.iter().any(|word| {
            if word.is_ascii() && word.len() < 5 {
                name.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == *word)
            } else {
                name.contains(word)
            }
        })
    };
    let (role, ..) = WORDS.iter().find(|(_, words, others)| named(words) && !named(others))?;
    match *role {
        "amount" | "balance" => share(is_amount).then_some(*role),
        "account" => share(|cell| cell.chars().any(char::is_numeric)).then_some(*role),
        // Named so, but holding no addresses of any chain.
        "address" | "txid" => None,
        _ => (!cells.is_empty() && !share(is_amount)).then_some(*role),
    }
}

/// A sum of money or a quantity, as people write it: `▲1,234円`, `￥１，０００`, `-0.5 BTC`.
pub(super) fn is_amount(cell: &str) -> bool {
    let folded = japanese::folded(cell);
    let body = folded.trim().trim_start_matches(['▲', '△', '-', '+', '¥', '￥', '\\', '$', ' ', '(']);
    let body = body.trim_start_matches(['▲', '△', '-', '¥', '￥', '\\', '$', ' ']);
    let digits = body.find(|c: char| !(c.is_ascii_digit() || matches!(c, ',' | '.'))).unwrap_or(body.len());
    let (number, unit) = body.split_at(digits);
    let unit = unit.trim().trim_end_matches(')');
    number.bytes().any(|byte| byte.is_ascii_digit())
        && unit.chars().count() <= 4
        && !unit.chars().any(char::is_numeric)
        && !unit.contains(['-', '/', ':', '年', '月', '日', '時'])
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_transaction(cell: &str) -> bool {
    let bare = cell.strip_prefix("0x").unwrap_or(cell);
    bare.len() == 64 && is_hex(bare)
}

/// The shape of an address of a chain; whether it is one, the indicators say.
fn is_wallet(cell: &str) -> bool {
    let evm = cell.strip_prefix("0x").is_some_and(|bare| bare.len() == 40 && is_hex(bare));
    let long = (26..=62).contains(&cell.len()) && cell.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let starts = ["1", "3", "bc1", "T", "r", "ltc1", "L", "M", "D"].iter().any(|start| cell.starts_with(start));
    evm || (long && starts && !is_hex(cell) && cell.bytes().any(|byte| byte.is_ascii_digit()))
}

/// Whether a cell begins a row of totals.
pub(super) fn is_total(cell: &str) -> bool {
    let word = cell.trim().trim_matches(['【', '】', '*', ' ', '　', '：', ':']);
    matches!(word, "合計" | "小計" | "総計" | "総合計" | "計" | "合　計" | "合 計" | "月計" | "累計")
        || ["total", "totals", "grand total", "subtotal", "sum"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, cells: &[&str]) -> Option<&'static str> {
        role(name, &cells.iter().map(|cell| Cow::Borrowed(*cell)).collect::<Vec<_>>())
    }

    #[test]
    fn roles_of_usual_columns() {
        assert_eq!(of("お取引金額", &["▲1,000円", "２５，０００円"]), Some("amount"));
        assert_eq!(of("入金額", &["1000", "￥2,000"]), Some("amount"));
        assert_eq!(of("差引残高", &["1,000"]), Some("balance"));
        assert_eq!(of("口座番号", &["0012345"]), Some("account"));
        assert_eq!(of("口座名義", &["カトウ　ハナコ"]), Some("counterparty"));
        assert_eq!(of("摘要", &["振込 サトウ"]), Some("counterparty"));
        assert_eq!(of("To", &["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"]), Some("address"));
        assert_eq!(of("txid", &[&"ab".repeat(32)]), Some("txid"));
        assert_eq!(of("住所", &["埼玉県さいたま市"]), None);
        assert_eq!(of("入金日", &["2026/04/01"]), None);
        assert_eq!(of("メールアドレス", &["kato@example.jp"]), None);
    }

    #[test]
    fn amounts_as_people_write_them() {
        for text in
            ["1,000", "▲1,234円", "△５００", "￥１，０００", "¥-300", "-0.5 BTC", "(1,000)", "+12.50", "\\5,000-"]
        {
            assert_eq!(is_amount(text), text != "\\5,000-", "{text}");
        }
        for text in ["2026/04/01", "0012-345", "加藤", "", "12:30", "203.0.113.5a1"] {
            assert!(!is_amount(text), "{text}");
        }
    }
}
