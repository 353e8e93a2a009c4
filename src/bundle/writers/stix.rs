//! `data/indicators.stix.json`: a STIX 2.1 bundle with TLP 2.0 markings.
//!
//! Object ids come from the store's secret, never from the value: a deterministic id of a value that was tokenised would
//! give it away. Kinds STIX has no object for, and tokens, are objects of our own extension.

use super::{Writer, pretty};
use crate::bundle::clean::{CleanBundle, CleanValue};
use crate::bundle::shown::How;
use crate::model::{Role, Tlp};
use serde_json::{Value, json};

/// Writes the STIX bundle.
pub(super) struct Stix;

/// Where the extension's properties are described.
pub(in crate::bundle) const SCHEMA: &str = "https://example.jp/itoguchi/value-1.json";

/// FIRST's TLP 2.0 extension (OASIS common objects).
const TLP_EXTENSION: &str = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

const fn tlp(label: Tlp) -> (&'static str, &'static str) {
    match label {
        Tlp::Clear => ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"),
        Tlp::Green => ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"),
        Tlp::Amber => ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"),
        Tlp::AmberStrict => ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"),
        Tlp::Red => ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"),
    }
}

struct Ids {
    sender: String,
    extension: String,
    marking: String,
    at: String,
}

impl Writer for Stix {
    fn path(&self) -> &'static str {
        "data/indicators.stix.json"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let (marking, colour) = tlp(clean.case.tlp);
        let ids = Ids {
            sender: format!("identity--{}", clean.ids.uuid("stix identity")),
            extension: format!("extension-definition--{}", clean.ids.uuid("stix extension")),
            marking: marking.to_owned(),
            at: clean.at.utc_millis(),
        };
        let mut objects = vec![
            json!({
                "type": "marking-definition", "spec_version": "2.1", "id": marking, "created": "2022-10-01T00:00:00.000Z",
                "name": clean.case.tlp.label(),
                "extensions": {TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": colour}},
            }),
            json!({
                "type": "identity", "spec_version": "2.1", "id": ids.sender, "created": ids.at, "modified": ids.at,
                "name": format!("unit {}", clean.sender), "identity_class": "organization", "sectors": ["government"],
                "object_marking_refs": [marking],
            }),
            json!({
                "type": "extension-definition", "spec_version": "2.1", "id": ids.extension, "created_by_ref": ids.sender,
                "created": ids.at, "modified": ids.at, "name": "Itoguchi value",
                "description": "Observed values STIX has no object for (phone numbers, bank accounts in the Japanese form, wallets), keyed tokens that stand for withheld values, and the role and token of every value.",
                "schema": SCHEMA, "version": "1.0.0", "extension_types": ["new-sco", "property-extension"],
                "object_marking_refs": [marking],
            }),
        ];
        let mut seen = Vec::new();
        for value in clean.values.iter().filter(|value| !value.shown.text().is_empty()) {
            let object = object(clean, value, &ids);
            if let Some(id) = object.get("id").and_then(Value::as_str) {
                seen.push((id.to_owned(), value));
            }
            objects.push(object);
        }
        objects.extend(observed(clean, &seen, &ids));
        pretty(
            &json!({"type": "bundle", "id": format!("bundle--{}", clean.ids.uuid(&clean.bundle)), "objects": objects}),
        )
    }
}

/// Whether the value itself stands in the object; a URL without its query still is one.
fn is_open(value: &CleanValue) -> bool {
    value.shown.how() == How::Kept || value.shown.how() == How::General && value.kind.tag() == "url"
}

/// Observables of the standard have ids in the form of version 5, all other objects in the form of version 4.
fn uuid(clean: &CleanBundle, value: &CleanValue) -> String {
    const OBSERVABLES: [&str; 10] =
        ["ipv4", "ipv6", "domain", "onion", "url", "email", "md5", "sha1", "sha256", "sha512"];
    let name = format!("stix {}", value.id);
    if is_open(value) && OBSERVABLES.contains(&value.kind.tag()) {
        clean.ids.uuid_for_observable(&name)
    } else {
        clean.ids.uuid(&name)
    }
}

fn object(clean: &CleanBundle, value: &CleanValue, ids: &Ids) -> Value {
    let uuid = uuid(clean, value);
    let text = value.shown.text();
    let kept = is_open(value);
    let extension = json!({ids.extension.clone(): {
        "extension_type": "property-extension", "role": value.role.map_or("not-stated", Role::tag),
        "shown": format!("{:?}", value.shown.how()).to_lowercase(), "token": value.token.as_deref().unwrap_or(""),
    }});
    let sco = |kind: &str, property: &str| json!({"type": kind, "spec_version": "2.1", "id": format!("{kind}--{uuid}"), property: text, "object_marking_refs": [ids.marking], "extensions": extension});
    let file = |algorithm: &str| json!({"type": "file", "spec_version": "2.1", "id": format!("file--{uuid}"), "hashes": {algorithm: text}, "object_marking_refs": [ids.marking], "extensions": extension});
    match value.kind.tag() {
        "ipv4" if kept => sco("ipv4-addr", "value"),
        "ipv6" if kept => sco("ipv6-addr", "value"),
        "domain" | "onion" if kept => sco("domain-name", "value"),
        "url" if kept => sco("url", "value"),
        "email" if kept => sco("email-addr", "value"),
        "md5" if kept => file("MD5"),
        "sha1" if kept => file("SHA-1"),
        "sha256" if kept => file("SHA-256"),
        "sha512" if kept => file("SHA-512"),
        "cve" if kept => json!({
            "type": "vulnerability", "spec_version": "2.1", "id": format!("vulnerability--{uuid}"), "created_by_ref": ids.sender,
            "created": ids.at, "modified": ids.at, "name": text,
            "external_references": [{"source_name": "cve", "external_id": text}], "object_marking_refs": [ids.marking],
        }),
        _ => own(value, &uuid, ids),
    }
}

/// An object of our own: what STIX has none for, and every token.
fn own(value: &CleanValue, uuid: &str, ids: &Ids) -> Value {
    let text = value.shown.text();
    let mut out = json!({
        "type": "x-itoguchi-value", "spec_version": "2.1", "id": format!("x-itoguchi-value--{uuid}"),
        "kind": value.kind, "shown": format!("{:?}", value.shown.how()).to_lowercase(), "value": text,
        "role": value.role.map_or("not-stated", Role::tag), "object_marking_refs": [ids.marking],
        "extensions": {ids.extension.clone(): {"extension_type": "new-sco"}},
    });
    let Some(object) = out.as_object_mut() else { return out };
    let mut add = |name: &str, text: &str| object.insert(name.to_owned(), json!(text));
    if let Some(token) = &value.token {
        add("token", token);
    }
    for (name, text) in &value.coarse {
        add(name, text);
    }
    if value.shown.how() != How::Kept {
        return out;
    }
    match value.kind.tag() {
        "bank_account" => {
            let names = ["bank_code", "branch_code", "account_type", "account_number"];
            for (name, part) in names.into_iter().zip(text.split('-')) {
                add(name, part);
            }
        }
        "phone" => {
            if let Some(national) = text.strip_prefix("+81") {
                add("country_code", "81");
                add("national_number", &format!("0{national}"));
            }
        }
        "btc" | "ltc" | "doge" | "bch" | "evm" | "tron" | "xrp" | "sol" | "xmr" => {
            add("chain", value.kind.tag());
            add("address", text);
        }
        _ => {}
    }
    out
}

/// The ids that stand in this file.
pub(super) fn own_ids(clean: &CleanBundle) -> Vec<String> {
    let observables = clean.values.iter().map(|value| uuid(clean, value));
    let observed = clean.values.iter().map(|value| format!("observed {}", value.id));
    let fixed = [
        "stix identity".to_owned(),
        "stix extension".to_owned(),
        clean.bundle.clone(),
        format!("grouping {}", clean.bundle),
    ];
    observables.chain(observed.chain(fixed).map(|of| clean.ids.uuid(&of))).collect()
}

/// One observed-data object a value with exact times, and a grouping that holds everything together.
fn observed(clean: &CleanBundle, seen: &[(String, &CleanValue)], ids: &Ids) -> Vec<Value> {
    let mut out = Vec::new();
    for (object, value) in seen.iter().filter(|(object, _)| !object.starts_with("vulnerability")) {
        let exact = |time: &Option<String>| time.clone().filter(|time| time.ends_with('Z'));
        let (Some(first), Some(last)) = (exact(&value.first), exact(&value.last)) else { continue };
        out.push(json!({
            "type": "observed-data", "spec_version": "2.1", "id": format!("observed-data--{}", clean.ids.uuid(&format!("observed {}", value.id))),
            "created_by_ref": ids.sender, "created": ids.at, "modified": ids.at, "first_observed": first, "last_observed": last,
            "number_observed": value.count.clamp(1, 999_999_999), "object_refs": [object], "object_marking_refs": [ids.marking],
        }));
    }
    let mut refs: Vec<String> = seen.iter().map(|(object, _)| object.clone()).collect();
    refs.extend(out.iter().filter_map(|object| object.get("id").and_then(Value::as_str).map(str::to_owned)));
    if !refs.is_empty() {
        out.push(json!({
            "type": "grouping", "spec_version": "2.1", "id": format!("grouping--{}", clean.ids.uuid(&format!("grouping {}", clean.bundle))),
            "created_by_ref": ids.sender, "created": ids.at, "modified": ids.at, "name": clean.case.id, "context": "suspicious-activity",
            "object_refs": refs, "object_marking_refs": [ids.marking],
        }));
    }
    out
}
