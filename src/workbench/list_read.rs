//! STIX 2.1 bundles and MISP events as lists of indicators, for `lists`.
//!
//! Of STIX the observables are read, what `observed-data` says of when, and the equalities in patterns of `indicator`
//! objects; of MISP the attributes of events and objects, composite ones part by part. What holds no value is passed over.

use super::lists::Line;
use regex::Regex;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The values of a JSON document; `None` if it is neither form.
pub(super) fn lines(document: &Value) -> Option<Vec<Line>> {
    if document["type"] == "bundle" {
        return Some(stix(document["objects"].as_array()?));
    }
    let events = match (&document["response"], document) {
        (Value::Array(events), _) | (_, Value::Array(events)) => events.iter().collect(),
        (response @ Value::Object(_), _) => vec![response],
        _ => vec![document],
    };
    let mut out = Vec::new();
    let mut any = false;
    for event in events {
        let event = if event["Event"].is_object() { &event["Event"] } else { event };
        any |= event["Attribute"].is_array() || event["Object"].is_array();
        attributes(&event["Attribute"], &mut out);
        event["Object"].as_array().into_iter().flatten().for_each(|object| attributes(&object["Attribute"], &mut out));
    }
    any.then_some(out)
}

/// Names of hidden services are a kind of their own here.
fn is_onion(name: &str) -> bool {
    name.rsplit('.').next() == Some("onion")
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn line(kind: &str, value: impl Into<String>) -> Line {
    Line { pref: None, case: None, kind: kind.to_owned(), value: value.into(), first: None, last: None, n: None }
}

/// Attribute types of MISP whose value is of another kind's name than ours.
const ATTRIBUTES: [(&str, &str); 16] = [
    ("ip-src", "ip"),
    ("ip-dst", "ip"),
    ("hostname", "domain"),
    ("uri", "url"),
    ("link", "url"),
    ("email-src", "email"),
    ("email-dst", "email"),
    ("email-reply-to", "email"),
    ("whois-registrant-email", "email"),
    ("whois-registrant-phone", "phone"),
    ("phone-number", "phone"),
    ("bank-account-nr", "bank_account"),
    ("cc-number", "payment_card"),
    ("mac-address", "mac"),
    ("vulnerability", "cve"),
    ("AS", "asn"),
];

fn attributes(held: &Value, out: &mut Vec<Line>) {
    for attribute in held.as_array().into_iter().flatten().filter(|one| one["deleted"] != true) {
        let (Some(sorts), Some(values)) = (text(&attribute["type"]), text(&attribute["value"])) else { continue };
        let composite = sorts.contains('|');
        let parts = if composite { values.split('|').collect() } else { vec![values.as_str()] };
        for (sort, value) in sorts.split('|').zip(parts) {
            let known = ATTRIBUTES.iter().find(|(name, _)| *name == sort).map(|(_, kind)| *kind);
            let own = || own_kind(sort, &attribute["comment"]);
            let kind = match known.or_else(|| crate::indicators::kind_alias(sort).map(|_| sort)).or_else(own) {
                Some("ip") if value.contains(':') => "ipv6",
                Some("domain") if is_onion(value) => "onion",
                Some(kind) => kind,
                None => continue,
            };
            let (first, last) = (text(&attribute["first_seen"]), text(&attribute["last_seen"]));
            out.push(Line { first, last, ..line(kind, value) });
        }
    }
}

/// A text attribute that was written here has its kind at the head of the comment.
fn own_kind<'v>(sort: &str, comment: &'v Value) -> Option<&'v str> {
    let head = comment.as_str()?.split(';').next()?;
    (sort == "text" && crate::indicators::kind_alias(head).is_some()).then_some(head)
}

fn stix(objects: &[Value]) -> Vec<Line> {
    let mut seen: HashMap<&str, &Value> = HashMap::new();
    for object in objects.iter().filter(|object| object["type"] == "observed-data") {
        let refs = object["object_refs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        seen.extend(refs.map(|id| (id, object)));
    }
    let mut out = Vec::new();
    for object in objects {
        let observed = object["id"].as_str().and_then(|id| seen.get(id));
        let time = |name: &str| observed.and_then(|observed| text(&observed[name]));
        for one in values(object) {
            let n = observed.and_then(|observed| observed["number_observed"].as_u64());
            let (first, last) = (time("first_observed").or(one.first), time("last_observed").or(one.last));
            out.push(Line { first, last, n, kind: one.kind, value: one.value, pref: None, case: None });
        }
    }
    out
}

/// The values one STIX object names.
fn values(object: &Value) -> Vec<Line> {
    let sort = object["type"].as_str().unwrap_or("");
    let value = text(&object["value"]);
    let external = || object["external_references"][0]["external_id"].as_str();
    match sort {
        "ipv4-addr" | "ipv6-addr" | "domain-name" | "url" | "email-addr" | "mac-addr" => {
            value.map(|value| of_path(sort, "value", value)).into_iter().collect()
        }
        "autonomous-system" => {
            object["number"].as_u64().map(|number| line("asn", format!("AS{number}"))).into_iter().collect()
        }
        "file" => {
            let hashes = object["hashes"].as_object().into_iter().flatten();
            hashes.filter_map(|(name, value)| Some(line(&hash(name)?, value.as_str()?))).collect()
        }
        "vulnerability" => external().or(object["name"].as_str()).map(|id| line("cve", id)).into_iter().collect(),
        "attack-pattern" => external().map(|id| line("attack", id)).into_iter().collect(),
        "indicator" => {
            let mut lines = pattern(object["pattern"].as_str().unwrap_or(""));
            lines.iter_mut().for_each(|line| line.first = text(&object["valid_from"]));
            lines
        }
        _ => object["kind"].as_str().zip(value).map(|(kind, value)| line(kind, value)).into_iter().collect(),
    }
}

fn hash(name: &str) -> Option<String> {
    let name = name.trim_matches('\'').to_lowercase().replace('-', "");
    matches!(name.as_str(), "md5" | "sha1" | "sha256" | "sha512").then_some(name)
}

fn of_path(sort: &str, path: &str, value: String) -> Line {
    match (sort, path.strip_prefix("hashes.").and_then(hash)) {
        ("file", Some(kind)) => line(&kind, value),
        ("autonomous-system", _) => line("asn", format!("AS{value}")),
        ("domain-name", _) if is_onion(&value) => line("onion", value),
        _ => line(sort, value),
    }
}

/// The equalities of a pattern: `[ipv4-addr:value = '203.0.113.5' OR file:hashes.'SHA-256' = '…']`.
fn pattern(text: &str) -> Vec<Line> {
    static EQUALS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"([a-z0-9-]+):([A-Za-z0-9_.'-]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\d+))").ok());
    let Some(equals) = &*EQUALS else { return Vec::new() };
    let of = |found: regex::Captures<'_>| {
        let value = found.get(3).or_else(|| found.get(4))?.as_str().replace("\\'", "'").replace("\\\\", "\\");
        let (sort, path) = (found.get(1)?.as_str(), found.get(2)?.as_str());
        let known = matches!(path, "value" | "number" | "name") || path.starts_with("hashes.");
        (known && !(sort == "file" && path == "name")).then(|| of_path(sort, path, value))
    };
    equals.captures_iter(text).filter_map(of).collect()
}
