//! Text to indicators: one file per family, canonical forms, known-benign lists.
//!
//! `scan` walks the text once and asks the families below at their triggers; `refang` turns unusual spellings plain.
//! A new kind is one file with its facts, one line in [`KINDS`] and one at its trigger. Nothing here reads files, decodes
//! evidence or decides roles; marks (benign, documentation) describe a value and never drop it.

mod asn;
mod attack;
mod bank_account;
mod base58;
mod bch;
mod bech32;
mod benign;
mod blocks;
mod btc;
mod class;
mod context;
mod corporate_number;
mod cve;
mod decoded;
mod defang;
mod digits;
mod doge;
mod domain;
mod email;
mod evm;
mod hash;
mod host;
mod imei;
mod invite;
mod ipv4;
mod ipv6;
mod kanji;
mod licence;
mod line_id;
mod ltc;
mod mac;
mod my_number;
mod onion;
mod packs;
mod payment_card;
mod phone;
mod phone_plan;
mod places;
mod postal;
mod refang;
mod scan;
mod social;
mod sol;
mod tokens;
mod triggers;
mod tron;
mod txid;
mod url;
mod url_form;
mod warning_list;
mod xmr;
mod xrp;

pub use packs::{Mark, Pack, Says, built_in};

use crate::model::{About, Extractor, Hits, Kind, Lang, Text};
use scan::Find;
use std::sync::Arc;

/// Rises whenever a canonical form changes; stored beside every value.
pub const CANON_VERSION: u32 = 2;

/// One kind: its facts and its rules for a value that is said to be of this kind.
struct Family {
    about: &'static About,
    /// Reads a whole value in plain spelling.
    read: fn(&str) -> Option<Canonical>,
    /// Why a canonical value is known to be harmless or shared by everybody.
    benign: fn(&str) -> Option<Text>,
    /// Whether a canonical value is reserved for documentation.
    documentation: fn(&str) -> bool,
}

/// A value in canonical form, and whether its own rule (checksum, numbering plan) holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// Canonical form.
    pub value: String,
    /// The rule holds; `false` for values that are well formed but fail it.
    pub verified: bool,
}

impl Canonical {
    const fn sound(value: String) -> Self {
        Self { value, verified: true }
    }
}

/// Every kind, in the order shown.
const KINDS: [&Family; 36] = [
    &ipv4::FAMILY,
    &ipv6::FAMILY,
    &domain::FAMILY,
    &url::FAMILY,
    &email::FAMILY,
    &onion::FAMILY,
    &asn::FAMILY,
    &mac::FAMILY,
    &hash::MD5,
    &hash::SHA1,
    &hash::SHA256,
    &hash::SHA512,
    &cve::FAMILY,
    &attack::FAMILY,
    &phone::FAMILY,
    &bank_account::FAMILY,
    &payment_card::FAMILY,
    &my_number::FAMILY,
    &corporate_number::FAMILY,
    &licence::FAMILY,
    &postal::FAMILY,
    &line_id::FAMILY,
    &social::FAMILY,
    &invite::FAMILY,
    &imei::FAMILY,
    &btc::FAMILY,
    &ltc::FAMILY,
    &doge::FAMILY,
    &bch::FAMILY,
    &evm::FAMILY,
    &tron::FAMILY,
    &xrp::FAMILY,
    &sol::FAMILY,
    &xmr::FAMILY,
    &txid::FAMILY,
    &hash::HEX64,
];

/// Asked where `@` follows a token.
const AT_SIGN: [Find; 1] = [email::find];
/// Asked where `@` follows none.
const HANDLE: [fn(&mut scan::Scan<'_>, usize) -> Option<usize>; 1] = [social::find_at];
/// Asked where `://` follows a token.
const SCHEME: [Find; 1] = [url::find];
/// Asked about runs of hex digits and colons.
const COLONS: [Find; 2] = [mac::find_colons, ipv6::find];
/// Asked about tokens with dots.
const DOTTED: [Find; 4] = [ipv4::find, onion::find, domain::find, mac::find];
/// Asked about tokens of digits and hyphens of these lengths; whoever needs a word around before whoever does not.
const NUMBER: [(Lengths, Find); 9] = [
    (Lengths::between(5, 18), bank_account::find),
    (Lengths::of(&[4, 12, 14]), licence::find),
    (Lengths::of(&[2, 15, 16, 17, 18, 19]), imei::find),
    (Lengths::between(13, 23).and(4), payment_card::find),
    (Lengths::between(13, 17), corporate_number::find),
    (Lengths::of(&[7, 8]), postal::find),
    (Lengths::between(6, 20), social::find_number),
    (Lengths::of(&[4, 12, 14]), my_number::find),
    (Lengths::between(1, 24), phone::find),
];

/// Lengths of tokens, one bit each.
#[derive(Clone, Copy)]
struct Lengths(u32);

impl Lengths {
    const fn of(list: &[u32]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < list.len() {
            bits |= 1 << list[at];
            at += 1;
        }
        Self(bits)
    }

    const fn between(first: u32, last: u32) -> Self {
        Self((1 << (last + 1)) - (1 << first))
    }

    const fn and(self, length: u32) -> Self {
        Self(self.0 | 1 << length)
    }

    fn hold(self, length: usize) -> bool {
        length < 32 && self.0 >> length & 1 == 1
    }
}

/// Asked about letters and digits with hyphens or underscores.
const JOINED: [Find; 2] = [cve::find, mac::find];
/// Asked about short tokens of letters and digits that begin with a capital.
const PREFIXED: [Find; 3] = [attack::find, asn::find, corporate_number::find_registered];
/// Asked about each long run of letters and digits.
const LONG_RUN: [Find; 12] = [
    hash::find,
    evm::find,
    btc::find,
    ltc::find,
    doge::find,
    tron::find,
    bch::find,
    xrp::find,
    xmr::find,
    sol::find,
    txid::find,
    decoded::run,
];

/// Other names of kinds, as lists from elsewhere use them.
const ALIASES: [(&str, Kind); 67] = [
    ("ip", ipv4::KIND),
    ("ip4", ipv4::KIND),
    ("ipv4-addr", ipv4::KIND),
    ("ip6", ipv6::KIND),
    ("ipv6-addr", ipv6::KIND),
    ("host", domain::KIND),
    ("hostname", domain::KIND),
    ("fqdn", domain::KIND),
    ("domain-name", domain::KIND),
    ("uri", url::KIND),
    ("link", url::KIND),
    ("mail", email::KIND),
    ("e-mail", email::KIND),
    ("email-addr", email::KIND),
    ("tor", onion::KIND),
    ("sha-1", hash::SHA1_KIND),
    ("sha-256", hash::SHA256_KIND),
    ("bitcoin", btc::KIND),
    ("eth", evm::KIND),
    ("ethereum", evm::KIND),
    ("tel", phone::KIND),
    ("mobile", phone::KIND),
    ("phone-number", phone::KIND),
    ("bank", bank_account::KIND),
    ("account", bank_account::KIND),
    ("bank-account", bank_account::KIND),
    ("mynumber", my_number::KIND),
    ("my-number", my_number::KIND),
    ("vulnerability", cve::KIND),
    ("sha-512", hash::SHA512_KIND),
    ("as", asn::KIND),
    ("as_number", asn::KIND),
    ("autonomous-system", asn::KIND),
    ("mac-addr", mac::KIND),
    ("mac-address", mac::KIND),
    ("attack-pattern", attack::KIND),
    ("mitre", attack::KIND),
    ("card", payment_card::KIND),
    ("credit-card", payment_card::KIND),
    ("pan", payment_card::KIND),
    ("payment-card", payment_card::KIND),
    ("corporate-number", corporate_number::KIND),
    ("houjin", corporate_number::KIND),
    ("license", licence::KIND),
    ("driving-licence", licence::KIND),
    ("postal-code", postal::KIND),
    ("zip", postal::KIND),
    ("line", line_id::KIND),
    ("line-id", line_id::KIND),
    ("sns", social::KIND),
    ("user-account", social::KIND),
    ("invitation", invite::KIND),
    ("litecoin", ltc::KIND),
    ("dogecoin", doge::KIND),
    ("bitcoin-cash", bch::KIND),
    ("trx", tron::KIND),
    ("trc20", tron::KIND),
    ("ripple", xrp::KIND),
    ("solana", sol::KIND),
    ("monero", xmr::KIND),
    ("tx", txid::KIND),
    ("txhash", txid::KIND),
    ("transaction", txid::KIND),
    ("erc20", evm::KIND),
    ("bsc", evm::KIND),
    ("phone_number", phone::KIND),
    ("account_number", bank_account::KIND),
];

/// The kind a list means by `name`: its own tag or a common other name, in any case; `None` for unknown names.
#[must_use]
pub fn kind_alias(name: &str) -> Option<Kind> {
    let name = name.trim().to_ascii_lowercase();
    let own = KINDS.iter().map(|family| family.about.kind).find(|kind| kind.tag() == name);
    own.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, kind)| *kind))
}

/// Whether a canonical value lies in a range or zone reserved for documentation (RFC 5737, RFC 3849, RFC 2606).
#[must_use]
pub fn documentation(kind: Kind, value: &str) -> bool {
    family(kind).is_some_and(|family| (family.documentation)(value))
}

/// A canonical value as people are shown it where a click or a paste would do harm; read back it is the same value.
#[must_use]
pub fn defanged(kind: Kind, value: &str) -> String {
    defang::defanged(kind.tag(), value)
}

fn family(kind: Kind) -> Option<&'static Family> {
    KINDS.into_iter().find(|family| family.about.kind == kind)
}

const fn never_benign(_: &str) -> Option<Text> {
    None
}

const fn never_documentation(_: &str) -> bool {
    false
}

/// The extractor of this version: every kind of [`Extractor::kinds`], with the lists that mark values.
#[derive(Clone, Debug, Default)]
pub struct Indicators {
    packs: Vec<Arc<Pack>>,
}

impl Indicators {
    /// Ready to use; costs nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { packs: Vec::new() }
    }

    /// With a person's own lists beside those built in.
    #[must_use]
    pub fn with_packs(packs: Vec<Pack>) -> Self {
        Self { packs: packs.into_iter().map(Arc::new).collect() }
    }

    /// Every list, the built-in first.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        let own = self.packs.iter().map(|pack| &**pack);
        built_in().map(|pack| -> &Pack { pack }).chain(own)
    }

    /// What the lists say about a canonical value.
    pub fn marks<'p>(&'p self, kind: Kind, value: &'p str) -> impl Iterator<Item = Mark<'p>> + 'p {
        let asked = packs::Asked::of(kind, value);
        packs::marks(asked).chain(self.packs.iter().filter_map(move |pack| pack.meet(&asked)))
    }

    /// Reads a value said to be of `kind`, in any spelling; `None` if it does not have the form of one.
    #[must_use]
    pub fn read(&self, kind: Kind, text: &str) -> Option<Canonical> {
        (family(kind)?.read)(&refang::whole(text))
    }
}

impl Extractor for Indicators {
    fn find(&self, text: &str, hits: &mut Hits) {
        let before = hits.len();
        scan::scan(text, hits);
        hits.sort_from(before);
    }

    fn canonical(&self, kind: Kind, text: &str) -> Option<String> {
        self.read(kind, text).map(|reading| reading.value)
    }

    fn benign(&self, kind: Kind, value: &str) -> Option<Text> {
        let family = || family(kind).and_then(|family| (family.benign)(value));
        let listed =
            || packs::benign(kind, value).map(|pack| Text::new(pack.title_in(Lang::Ja), pack.title_in(Lang::En)));
        family().or_else(|| benign::training(kind.tag(), value)).or_else(listed)
    }

    fn about(&self, kind: Kind) -> Option<&'static About> {
        family(kind).map(|family| family.about)
    }

    fn kinds(&self) -> Vec<&'static About> {
        KINDS.iter().map(|family| family.about).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_is_complete_unique_and_matches_its_examples() {
        let indicators = Indicators::new();
        let mut seen = BTreeSet::new();
        for about in indicators.kinds() {
            let tag = about.kind.tag();
            assert!(seen.insert(tag.to_owned()), "{tag} twice");
            assert!(!about.label.ja.is_empty() && !about.label.en.is_empty() && !about.stix.is_empty(), "{tag}");
            assert!((0.0..=1.0).contains(&about.strength) && !about.examples.is_empty(), "{tag}");
            for example in about.examples {
                let value = indicators.canonical(about.kind, example);
                assert!(value.is_some(), "{tag}: {example}");
                let mut hits = Hits::default();
                indicators.find(example, &mut hits);
                let found = hits.iter().any(|(hit, found)| hit.kind == about.kind && Some(found) == value.as_deref());
                assert!(found, "{tag}: {example} is not found in text: {hits:?}");
            }
        }
    }

    #[test]
    fn aliases_name_kinds_once() {
        let names: BTreeSet<_> = ALIASES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.len(), ALIASES.len());
        assert_eq!(kind_alias("Bank"), Some(bank_account::KIND));
        assert_eq!(kind_alias("eth"), Some(evm::KIND));
        assert_eq!(kind_alias("sha256"), Some(hash::SHA256_KIND));
        assert_eq!(kind_alias("colour"), None);
    }
}
