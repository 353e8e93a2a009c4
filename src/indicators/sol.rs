//! Solana addresses: 32 bytes in base58, 32 to 44 characters. They carry no checksum, so words around must speak of Solana.
//!
//! Names of programs and tokens look the same; the best known are marked (Solana documentation, "Accounts").

use super::base58::{BITCOIN, decode};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, never_documentation};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("sol");

pub(super) static FAMILY: Family = Family { about: &ABOUT, read, benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ソラナアドレス", "Solana address"),
    class: Class::Crypto,
    stix: "cryptocurrency-wallet",
    look: Look::Crypto,
    strength: 0.9,
    tokenable: true,
    examples: &["SOL: 4wBqpZM9xaSheZzJSMawUKKwhdpChKbZ5eu5ky4Vigw"],
};

const WORDS: [&str; 8] = ["sol", "solana", "solscan", "spl", "phantom", "ソラナ", "ファントム", "ｿﾗﾅ"];

/// Looks at a run of letters and digits.
pub(super) fn find(scan: &mut Scan<'_>, run: Token) -> Option<usize> {
    let fits = (32..=44).contains(&(run.end - run.start));
    fits.then(|| decode::<32>(&scan.bytes[run.start..run.end], &BITCOIN))??;
    let meant = context::says(scan.lead(run.start, 64), &WORDS) || context::says(scan.tail(run.end, 24), &WORDS);
    meant.then(|| {
        scan.report_at(KIND, run.start, run.end, false, true);
        run.end
    })
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("solana:").or_else(|| text.strip_prefix("SOL: ")).unwrap_or(text);
    let fits = (32..=44).contains(&text.len());
    fits.then(|| decode::<32>(text.as_bytes(), &BITCOIN))??;
    Some(Canonical::sound(text.to_owned()))
}

fn benign(value: &str) -> Option<Text> {
    match value {
        "11111111111111111111111111111111" => Some(Text::new("システムプログラム", "System program")),
        "So11111111111111111111111111111111111111112" => Some(Text::new("ラップドSOL", "Wrapped SOL")),
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA" => Some(Text::new("トークンプログラム", "Token program")),
        "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v" => Some(Text::new("USDCの契約アドレス", "Mint of USDC")),
        "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB" => Some(Text::new("USDTの契約アドレス", "Mint of USDT")),
        _ => None,
    }
}
