//! Lists of indicators for others: CSV for people and spreadsheets, JSON Lines for our own `import`, STIX 2.1 and MISP JSON
//! for other systems. Values found only inside others are left out: whoever takes a list in would link by them.

use super::error::{Error, Result};
use crate::indicators::{defanged, documentation};
use crate::model::{Instant, Kind, Role};
use serde_json::{Map, Value, json};
use sha1::{Digest as _, Sha1};
use std::io::{self, Write};

/// The forms of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListForm {
    /// RFC 4180, with a header; UTF-8 with a byte order mark, as Japanese spreadsheets need it.
    Csv,
    /// One object a line, as `import` reads them.
    Jsonl,
    /// A bundle of observables and when they were observed.
    Stix,
    /// A MISP event.
    Misp,
}

impl ListForm {
    /// Reads its name.
    pub fn from_name(name: &str) -> Result<Self> {
        Ok(match name {
            "csv" => Self::Csv,
            "jsonl" => Self::Jsonl,
            "stix" => Self::Stix,
            "misp" => Self::Misp,
            _ => {
                return Err(Error::input(
                    format!("知らない一覧の形です: `{name}`（csv jsonl stix misp）"),
                    format!("unknown form of list `{name}`, one of: csv jsonl stix misp"),
                ));
            }
        })
    }
}

/// One value of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Kind.
    pub kind: Kind,
    /// Canonical form.
    pub value: String,
    /// How often.
    pub count: u64,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// The role stated.
    pub role: Option<Role>,
    /// Known to be harmless or shared.
    pub benign: bool,
}

/// How a list is written.
#[derive(Clone, Copy, Debug)]
pub struct Writing {
    /// In which form.
    pub form: ListForm,
    /// For people: values nobody opens by a slip. Only in CSV.
    pub defanged: bool,
    /// When.
    pub at: Instant,
}

/// Writes a list.
pub fn write(entries: &[Entry], how: Writing, out: &mut dyn Write) -> io::Result<()> {
    match how.form {
        ListForm::Csv => csv(entries, how.defanged, out),
        ListForm::Jsonl => entries.iter().try_for_each(|entry| writeln!(out, "{}", line(entry))),
        ListForm::Stix => writeln!(out, "{:#}", stix(entries, how.at)),
        ListForm::Misp => writeln!(out, "{:#}", misp(entries, how.at)),
    }
}

fn csv(entries: &[Entry], safe: bool, out: &mut dyn Write) -> io::Result<()> {
    out.write_all("\u{feff}type,value,first,last,n,role,benign\r\n".as_bytes())?;
    for entry in entries {
        let value = if safe { defanged(entry.kind, &entry.value) } else { entry.value.clone() };
        let quoted =
            if value.contains([',', '"', '\r', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value };
        let time = |at: Option<Instant>| at.map(Instant::utc_millis).unwrap_or_default();
        let (first, last, role) = (time(entry.first), time(entry.last), entry.role.map_or("", Role::tag));
        write!(out, "{},{quoted},{first},{last},{},{role},{}\r\n", entry.kind, entry.count, entry.benign)?;
    }
    Ok(())
}

fn line(entry: &Entry) -> Value {
    let mut object = json!({"type": entry.kind, "value": entry.value, "n": entry.count});
    for (name, at) in [("first", entry.first), ("last", entry.last)] {
        if let Some(at) = at {
            object[name] = at.utc_millis().into();
        }
    }
    if let Some(role) = entry.role {
        object["role"] = role.tag().into();
    }
    object
}

/// A UUID of this version over a name (RFC 9562 §5.5, namespace of STIX 2.1 §2.9).
fn uuid(version: u8, name: &str) -> String {
    const NAMESPACE: [u8; 16] =
        [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];
    let digest = Sha1::new().chain_update(NAMESPACE).chain_update(name.as_bytes()).finalize();
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    id[6] = id[6] & 0x0f | version << 4;
    id[8] = id[8] & 0x3f | 0x80;
    let hex: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

const EXTENSION: &str = "itoguchi value extension";

fn stix(entries: &[Entry], at: Instant) -> Value {
    let now = at.utc_millis();
    let extension = format!("extension-definition--{}", uuid(4, EXTENSION));
    let author = format!("identity--{}", uuid(4, "itoguchi"));
    let mut objects = vec![
        json!({"type": "identity", "spec_version": "2.1", "id": author, "created": now, "modified": now, "name": "Itoguchi",
               "identity_class": "system"}),
        json!({"type": "extension-definition", "spec_version": "2.1", "id": extension, "created_by_ref": author,
               "created": now, "modified": now, "name": "Itoguchi value",
               "description": "Observed values STIX has no object for, as kind and canonical value.",
               "schema": "https://example.jp/itoguchi/value-1.json", "version": "1.0.0", "extension_types": ["new-sco"]}),
    ];
    for entry in entries {
        let object = observable(entry, &now, &author, &extension);
        let id = object["id"].clone();
        let sdo = matches!(entry.kind.tag(), "cve" | "attack");
        objects.push(object);
        if let (Some(first), Some(last), false) = (entry.first, entry.last, sdo) {
            objects.push(json!({
                "type": "observed-data", "spec_version": "2.1", "created_by_ref": author, "created": now, "modified": now,
                "id": format!("observed-data--{}", uuid(4, &format!("observed {id} {now}"))),
                "first_observed": first.utc_millis(), "last_observed": last.utc_millis(),
                "number_observed": entry.count.clamp(1, 999_999_999), "object_refs": [id],
            }));
        }
    }
    let all = Value::from(objects);
    json!({"type": "bundle", "id": format!("bundle--{}", uuid(4, &all.to_string())), "objects": all})
}

/// The object for a value; observables of the standard have the ids the standard gives them, so that systems merge them.
fn observable(entry: &Entry, now: &str, author: &str, extension: &str) -> Value {
    let value = entry.value.as_str();
    let sco = |sort: &str, name: &str, of: Value| {
        let mut object = json!({"type": sort, "spec_version": "2.1"});
        object["id"] = format!("{sort}--{}", uuid(5, &json!({name: of}).to_string())).into();
        object[name] = of;
        object
    };
    let sdo = |sort: &str, source: &str| {
        json!({"type": sort, "spec_version": "2.1", "id": format!("{sort}--{}", uuid(4, value)), "created_by_ref": author,
               "created": now, "modified": now, "name": value,
               "external_references": [{"source_name": source, "external_id": value}]})
    };
    match entry.kind.tag() {
        "ipv4" => sco("ipv4-addr", "value", value.into()),
        "ipv6" => sco("ipv6-addr", "value", value.into()),
        "domain" | "onion" => sco("domain-name", "value", value.into()),
        "url" => sco("url", "value", value.into()),
        "email" => sco("email-addr", "value", value.into()),
        "mac" => sco("mac-addr", "value", value.into()),
        "asn" => sco("autonomous-system", "number", value.trim_start_matches("AS").parse::<u32>().unwrap_or(0).into()),
        "md5" => sco("file", "hashes", json!({"MD5": value})),
        "sha1" => sco("file", "hashes", json!({"SHA-1": value})),
        "sha256" => sco("file", "hashes", json!({"SHA-256": value})),
        "sha512" => sco("file", "hashes", json!({"SHA-512": value})),
        "cve" => sdo("vulnerability", "cve"),
        "attack" => sdo("attack-pattern", "mitre-attack"),
        // What contributes to an id of version 5 the standard says for its own observables alone (§2.9).
        kind => json!({
            "type": "x-itoguchi-value", "spec_version": "2.1",
            "id": format!("x-itoguchi-value--{}", uuid(4, &json!({"kind": kind, "value": value}).to_string())),
            "kind": kind, "value": value, "extensions": {extension: {"extension_type": "new-sco"}},
        }),
    }
}

/// Attribute type and category of MISP; kinds it has none for are texts with the kind in the comment.
const fn attribute(kind: &str) -> (&'static str, &'static str) {
    match kind.as_bytes() {
        b"ipv4" | b"ipv6" => ("ip-dst", "Network activity"),
        b"domain" => ("domain", "Network activity"),
        b"onion" => ("hostname", "Network activity"),
        b"url" => ("url", "Network activity"),
        b"email" => ("email", "Network activity"),
        b"asn" => ("AS", "Network activity"),
        b"mac" => ("mac-address", "Network activity"),
        b"md5" => ("md5", "Payload delivery"),
        b"sha1" => ("sha1", "Payload delivery"),
        b"sha256" => ("sha256", "Payload delivery"),
        b"sha512" => ("sha512", "Payload delivery"),
        b"cve" => ("vulnerability", "External analysis"),
        b"btc" => ("btc", "Financial fraud"),
        b"xmr" => ("xmr", "Financial fraud"),
        b"phone" => ("phone-number", "Financial fraud"),
        b"bank_account" => ("bank-account-nr", "Financial fraud"),
        _ => ("text", "Other"),
    }
}

fn misp(entries: &[Entry], at: Instant) -> Value {
    let seconds = at.0.div_euclid(1_000_000_000).to_string();
    let attributes = entries.iter().map(|entry| {
        let (sort, category) = attribute(entry.kind.tag());
        let role = entry.role.map_or("not-stated", Role::tag);
        let mut object = Map::new();
        let mut put = |name: &str, value: Value| drop(object.insert(name.to_owned(), value));
        put("uuid", uuid(4, &format!("{} {}", entry.kind, entry.value)).into());
        put("type", sort.into());
        put("category", category.into());
        put("value", entry.value.as_str().into());
        put("to_ids", (!entry.benign && !documentation(entry.kind, &entry.value) && sort != "text").into());
        put("comment", format!("{}; role {role}; seen {}", entry.kind, entry.count).into());
        put("timestamp", seconds.as_str().into());
        for (name, at) in [("first_seen", entry.first), ("last_seen", entry.last)] {
            if let Some(at) = at {
                put(name, at.utc_millis().into());
            }
        }
        Value::Object(object)
    });
    let attributes: Vec<Value> = attributes.collect();
    json!({"Event": {
        "uuid": uuid(4, &Value::from(attributes.clone()).to_string()), "info": "Itoguchi", "date": at.utc_millis().get(..10),
        "timestamp": seconds, "analysis": "0", "threat_level_id": "4", "distribution": "0", "published": false,
        "Attribute": attributes,
    }})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_observables_are_those_of_the_standard() {
        // Worked out apart from this program with RFC 9562 version 5 over the canonical JSON.
        assert_eq!(uuid(5, r#"{"value":"198.51.100.3"}"#), "28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(uuid(5, r#"{"value":"example.com"}"#), "bedb4899-d24b-5401-bc86-8f6b4cc18ec7");
    }
}
