//! MISP warning lists as they are published (misp-warninglists, JSON): each matches by its own type.
//!
//! Lists without a category, or with `false_positive`, say benign; `known` is a note. What matches by substring or pattern
//! is too loose to call a value harmless and is a note too.

use super::kind_alias;
use super::packs::{Matcher, Pack, Says, english, is_host};
use crate::model::Kind;
use regex::RegexSetBuilder;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    version: serde_json::Value,
    #[serde(rename = "type")]
    sort: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    matching_attributes: Vec<String>,
    list: Vec<serde_json::Value>,
}

/// Attribute types of MISP and the kinds they hold.
const ATTRIBUTES: [(&str, &[&str]); 24] = [
    ("ip-src", &["ipv4", "ipv6"]),
    ("ip-dst", &["ipv4", "ipv6"]),
    ("domain", &["domain"]),
    ("hostname", &["domain", "onion"]),
    ("url", &["url"]),
    ("uri", &["url"]),
    ("link", &["url"]),
    ("email", &["email"]),
    ("email-src", &["email"]),
    ("email-dst", &["email"]),
    ("whois-registrant-email", &["email"]),
    ("dns-soa-email", &["email"]),
    ("md5", &["md5"]),
    ("sha1", &["sha1"]),
    ("sha256", &["sha256", "hex64"]),
    ("sha512", &["sha512"]),
    ("phone-number", &["phone"]),
    ("whois-registrant-phone", &["phone"]),
    ("AS", &["asn"]),
    ("mac-address", &["mac"]),
    ("vulnerability", &["cve"]),
    ("btc", &["btc"]),
    ("xmr", &["xmr"]),
    ("bank-account-nr", &["bank_account"]),
];

/// The kinds a MISP attribute type holds, each part of a composite one (`domain|ip`).
pub(super) fn kinds_of(attribute: &str) -> impl Iterator<Item = Kind> + '_ {
    let part = |part: &str| if part == "ip" { "ip-dst".to_owned() } else { part.to_owned() };
    attribute.split('|').map(part).flat_map(|part| {
        let kinds = ATTRIBUTES.iter().find(|(name, _)| *name == part).map_or(&[][..], |(_, kinds)| kinds);
        kinds.iter().filter_map(|kind| kind_alias(kind))
    })
}

pub(super) fn read(text: &str) -> Result<Pack, String> {
    let file: File = serde_json::from_str(text).map_err(|err| format!("no MISP warning list: {err}"))?;
    let mut kinds: Vec<Kind> = file.matching_attributes.iter().flat_map(|attribute| kinds_of(attribute)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return Err("a list for attributes that no kind stands for".to_owned());
    }
    let entries = || file.list.iter().filter_map(serde_json::Value::as_str).map(str::trim);
    let plain = || entries().map(|entry| (entry, ""));
    let mut unread = file.list.len() - entries().count();
    let loose = matches!(file.sort.as_str(), "substring" | "regex");
    let matcher = match file.sort.as_str() {
        "string" => Matcher::exact(plain()),
        "hostname" => {
            unread += entries().filter(|entry| !is_host(entry)).count();
            Matcher::hosts(plain())
        }
        "cidr" => {
            let (blocks, wrong) = Matcher::blocks(plain());
            unread += wrong;
            blocks
        }
        "substring" => Matcher::parts(entries()),
        "regex" => {
            let patterns: Vec<String> = entries().filter_map(pattern).collect();
            unread += entries().count() - patterns.len();
            let set = RegexSetBuilder::new(patterns).size_limit(64 << 20).build();
            Matcher::Patterns(set.map_err(|err| format!("a pattern cannot be read: {err}"))?)
        }
        other => return Err(format!("lists of type `{other}` are not known")),
    };
    let says = if loose || file.category.as_deref() == Some("known") { Says::Note } else { Says::Benign };
    let version = file.version.as_str().map_or_else(|| file.version.to_string(), str::to_owned);
    let dated = version.len() == 8 && version.bytes().all(|byte| byte.is_ascii_digit());
    let date =
        if dated { format!("{}-{}-{}", &version[..4], &version[4..6], &version[6..]) } else { format!("v{version}") };
    let source = format!("MISP warning list: {}", file.description);
    let entries = file.list.len() - unread;
    let english = english(&file.name);
    Ok(Pack { title: file.name, date, source, says, kinds, entries, unread, matcher, english })
}

/// A pattern as PHP writes it, `/…/i`; `None` for one that this engine does not read.
fn pattern(entry: &str) -> Option<String> {
    let rest = entry.strip_prefix('/')?;
    let (body, flags) = rest.rsplit_once('/')?;
    let body = body.replace("\\/", "/");
    let pattern = if flags.contains('i') { format!("(?i:{body})") } else { format!("(?:{body})") };
    regex::Regex::new(&pattern).is_ok().then_some(pattern)
}
