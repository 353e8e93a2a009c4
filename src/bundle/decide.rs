//! One decision for each value of a bundle, before anything is written.
//!
//! The strictest role of a value holds throughout. A part (the host of a URL, the domain of an address) takes the role of
//! its whole where it has none of its own; no whole leaves more openly than its part.

use super::clean::Decision;
use super::material::{Limit, Material, Value};
use super::policy::{Companion, Mark, Profile, Verb};
use super::shown::Shown;
use super::token::Tokens;
use crate::model::{Extractor, Hits, Kind, Role};
use std::collections::BTreeMap;

type Merged = BTreeMap<(Kind, String), Value>;

/// Kinds that stand as a part inside others.
const PARTS: [&str; 4] = ["domain", "ipv4", "ipv6", "onion"];

/// Decides about every value, in the order of kind and value.
pub(super) fn decide(
    material: &Material,
    profile: &Profile,
    tokens: Option<&Tokens>,
    extractor: &dyn Extractor,
) -> Vec<Decision> {
    let mut merged = merge(material);
    inherit(&mut merged);
    let verbs: BTreeMap<&(Kind, String), (Verb, String)> =
        merged.iter().map(|(key, value)| (key, verb(value, material, profile))).collect();
    let part_verb = |value: &Value| {
        let part = part_of(value)?;
        PARTS
            .into_iter()
            .filter_map(Kind::from_tag)
            .find_map(|kind| verbs.get(&(kind, part.clone())))
            .map(|(verb, _)| *verb)
    };
    let kept =
        |kind: Kind, value: &str| verbs.get(&(kind, value.to_owned())).is_some_and(|(verb, _)| *verb == Verb::Keep);
    let decided = verbs.iter().filter_map(|(key, (own, rule))| {
        let value = merged.get(key)?;
        let part = part_verb(value).filter(|part| part > own);
        let rule = if part.is_some() { format!("{rule}, part not kept") } else { rule.clone() };
        let shown = show(value, part.unwrap_or(*own), tokens, &|url| open_url(url, extractor, &kept));
        Some(Decision { value: value.clone(), shown, rule })
    });
    decided.collect()
}

fn show(value: &Value, verb: Verb, tokens: Option<&Tokens>, url: &dyn Fn(&str) -> Option<String>) -> Shown {
    let token = |tokens: &Tokens| Shown::token(tokens.of(value.kind, &value.value));
    match verb {
        Verb::Keep if value.kind.tag() == "url" => match url(&value.value) {
            Some(open) if open == value.value => Shown::kept(&value.value),
            Some(open) => Shown::general(open),
            None => Shown::withheld(),
        },
        Verb::Keep => Shown::kept(&value.value),
        Verb::Token if value.tokenable => tokens.map_or(Shown::withheld(), token),
        Verb::Generalise => coarse(value.kind, &value.value).map_or(Shown::withheld(), Shown::general),
        Verb::Token | Verb::Withhold => Shown::withheld(),
    }
}

fn merge(material: &Material) -> Merged {
    let mut merged = Merged::new();
    for value in &material.values {
        merged
            .entry((value.kind, value.value.clone()))
            .and_modify(|held| {
                held.role = stricter(held.role, value.role);
                held.implied &= value.implied;
                held.benign &= value.benign;
                held.listed |= value.listed;
                held.count += value.count;
                held.first = [held.first, value.first].into_iter().flatten().min();
                held.last = held.last.max(value.last);
                held.limit = held.limit.take().filter(|_| value.limit.is_some());
                held.spellings.extend(value.spellings.iter().cloned());
            })
            .or_insert_with(|| value.clone());
    }
    for hit in material.records.iter().flat_map(|record| &record.hits) {
        // What was said of one record guards the value everywhere, and opens it nowhere else.
        if let Some(held) = hit.role.and_then(|_| merged.get_mut(&(hit.kind, hit.value.clone()))) {
            held.role = Role::most_guarded(held.role, hit.role);
        }
    }
    merged
}

/// Parts without a role take the strictest role stated for a whole; what everybody shares (a mail provider) does not.
fn inherit(merged: &mut Merged) {
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for whole in merged.values() {
        if let (Some(part), Some(role)) = (part_of(whole), whole.role) {
            roles.entry(part).and_modify(|held| *held = held.stricter(role)).or_insert(role);
        }
    }
    for part in merged.values_mut().filter(|value| value.role.is_none() && !value.benign) {
        if PARTS.contains(&part.kind.tag()) {
            part.role = roles.get(&part.value).copied();
        }
    }
}

fn verb(value: &Value, material: &Material, profile: &Profile) -> (Verb, String) {
    if Limit::stops(value.limit.as_ref()) {
        return (Verb::Withhold, "source-limit".to_owned());
    }
    let mark = match (value.benign, value.listed) {
        (_, true) => Mark::Listed,
        (true, false) => Mark::Benign,
        (false, false) => Mark::None,
    };
    if profile.own_bank_only() && value.kind.tag() == "bank_account" {
        let own = material.receiver_bank.as_ref().is_some_and(|bank| {
            bank.len() == 4 && value.value.strip_prefix(bank.as_str()).is_some_and(|rest| rest.starts_with('-'))
        });
        if !own {
            return (Verb::Withhold, "other-bank".to_owned());
        }
    }
    profile.verb(value.kind, value.class, value.role, mark)
}

fn stricter(a: Option<Role>, b: Option<Role>) -> Option<Role> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.stricter(b)),
        (a, b) => a.or(b),
    }
}

/// The host of a URL, the domain of an address.
fn part_of(value: &Value) -> Option<String> {
    match value.kind.tag() {
        "url" => {
            let host = value.value.split_once("://")?.1.split(['/', '?', '#']).next()?.rsplit('@').next()?;
            if let Some(inside) = host.strip_prefix('[') {
                return inside.split(']').next().map(str::to_owned);
            }
            let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
            Some(if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }.to_owned())
        }
        "email" => value.value.rsplit_once('@').map(|(_, domain)| domain.to_owned()),
        _ => None,
    }
}

/// A kept URL without user, query and fragment; without its path too where the path may say something of a person.
fn open_url(url: &str, extractor: &dyn Extractor, kept: &dyn Fn(Kind, &str) -> bool) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let rest = rest.split(['?', '#']).next()?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next()?;
    let mut hits = Hits::default();
    extractor.find(path, &mut hits);
    let told = hits.iter().any(|(hit, value)| !kept(hit.kind, value)) || tells(path);
    Some(if told { format!("{scheme}://{host}/") } else { format!("{scheme}://{host}{path}") })
}

/// Whether a path may hold an address, a number of a person, or anything not written plainly.
fn tells(path: &str) -> bool {
    !path.is_ascii()
        || path.contains(['@', '%', '"', '\\', '=', ';'])
        || path.split(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '_' | '.')).any(|run| {
            let digits = run.bytes().filter(u8::is_ascii_digit).count();
            digits >= 7
        })
}

/// A coarser form that says less; `None` where there is none.
pub(super) fn coarse(kind: Kind, value: &str) -> Option<String> {
    match kind.tag() {
        "ipv4" => {
            let address: std::net::Ipv4Addr = value.parse().ok()?;
            let [a, b, c, _] = address.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        "ipv6" => {
            let address: std::net::Ipv6Addr = value.parse().ok()?;
            let [a, b, c, ..] = address.segments();
            Some(format!("{}/48", std::net::Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
        "domain" => psl::domain_str(value).filter(|domain| *domain != value).map(str::to_owned),
        "bank_account" => value.split_once('-').map(|(bank, _)| bank.to_owned()).filter(|bank| bank.len() == 4),
        "phone" => Some(phone_class(value).to_owned()),
        _ => None,
    }
}

fn phone_class(number: &str) -> &'static str {
    let Some(national) = number.strip_prefix("+81") else { return "foreign" };
    match national.get(..2).unwrap_or("") {
        "80" if national.starts_with("800") => "freephone",
        "60" | "70" | "80" | "90" if national.len() == 10 => "mobile",
        "50" => "ip-phone",
        "12" => "freephone",
        "57" | "99" | "18" => "special",
        _ => "fixed",
    }
}

/// Coarser forms that may stand beside a token.
pub(super) fn companions(kind: Kind, value: &str, profile: &Profile) -> BTreeMap<&'static str, String> {
    let (companion, name) = match kind.tag() {
        "ipv4" | "ipv6" => (Companion::Network, "network"),
        "domain" => (Companion::RegistrableDomain, "registrable_domain"),
        "bank_account" => (Companion::BankCode, "bank_code"),
        "phone" => (Companion::PhoneClass, "phone_class"),
        _ => return BTreeMap::new(),
    };
    let form = profile.allows(companion).then(|| coarse(kind, value)).flatten();
    form.map(|form| (name, form)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_forms_say_less() {
        for (kind, value, coarser) in [
            ("ipv4", "198.51.100.3", Some("198.51.100.0/24")),
            ("ipv6", "2001:db8:1:2::3", Some("2001:db8:1::/48")),
            ("domain", "login.pay.example.co.jp", Some("example.co.jp")),
            ("domain", "example.co.jp", None),
            ("bank_account", "9900-058-1-1234567", Some("9900")),
            ("phone", "+819000000000", Some("mobile")),
            ("phone", "+818010000000", Some("mobile")),
            ("phone", "+818000000000", Some("freephone")),
            ("email", "a@example.jp", None),
        ] {
            assert_eq!(coarse(Kind::new(kind), value).as_deref(), coarser, "{value}");
        }
    }

    #[test]
    fn paths_that_may_name_a_person_are_seen() {
        for told in ["/u/a@example.jp", "/t/0900000000", "/t/090-0000-0000", "/%E7%94%B0", "/田中", "/x;id=1"] {
            assert!(tells(told), "{told}");
        }
        for fine in ["/panel/login.php", "/css/app.css", "/t/2e5041"] {
            assert!(!tells(fine), "{fine}");
        }
    }
}
