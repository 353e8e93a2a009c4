//! Transaction ids: sixty-four hex digits or a Solana signature (87 or 88 characters) that words call a transaction.
//!
//! Canonical is lower-case hex without `0x`, or the signature as it is. Hex digits nobody calls a transaction stay `sha256`
//! or `hex64` (see `hash`).

use super::base58::{BITCOIN, decode};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, hash, never_benign, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("txid");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("取引ID（暗号資産）", "Transaction id"),
    class: Class::Crypto,
    stix: "cryptocurrency-transaction",
    look: Look::Crypto,
    strength: 0.95,
    tokenable: true,
    examples: &["txid: 00000000000000000000000000000000000000000000000000000000000000aa"],
};

/// Words that call what follows a transaction.
const WORDS: [&str; 15] = [
    "txid",
    "tx_id",
    "tx_hash",
    "txhash",
    "tx",
    "transaction",
    "transactionhash",
    "transaction_hash",
    "トランザクション",
    "ﾄﾗﾝｻﾞｸｼｮﾝ",
    "取引id",
    "取引ID",
    "取引ハッシュ",
    "送金ID",
    "取引番号",
];
/// More of them for signatures.
const SIGNED: [&str; 3] = ["signature", "署名", "sig"];

/// Whether the words before speak of a transaction; `file` is where the last word about files stands among them.
pub(super) fn is_meant(lead: &str, file: Option<(usize, usize)>) -> bool {
    // `取引ハッシュ`, `tx hash`: the hash is the transaction's.
    context::last_of(lead, &WORDS).is_some_and(|(start, end)| {
        file.is_none_or(|(file, file_end)| file <= end + 1 && start <= file || start >= file_end)
    })
}

/// Whether a bracket behind names it: `（TxHash）`.
pub(super) fn is_named_behind(tail: &str) -> bool {
    let inside = tail.strip_prefix(['(', '（', '[']).and_then(|rest| rest.split([')', '）', ']']).next());
    inside.is_some_and(|inside| context::says(inside, &WORDS))
}

/// Looks at a run of letters and digits: a signature.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = matches!(run.end - run.start, 86..=88);
    fits.then(|| decode::<64>(&scan.bytes[run.start..run.end], &BITCOIN))??;
    let lead = scan.lead(run.start, 40);
    let meant = context::says(lead, &WORDS) || context::says(lead, &SIGNED);
    meant.then(|| {
        scan.report_at(KIND, run.start, run.end, false, true);
        run.end
    })
}

fn read(text: &str) -> Option<Canonical> {
    let plain = text.rsplit([':', ' ', '=']).next().unwrap_or(text);
    if (86..=88).contains(&plain.len()) {
        return decode::<64>(plain.as_bytes(), &BITCOIN).map(|_| Canonical::sound(plain.to_owned()));
    }
    hash::read(text, 64)
}
