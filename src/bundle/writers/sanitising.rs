//! `data/sanitising.json`: which policy was applied and what it did, in numbers; never a withheld value.

use super::{Writer, pretty};
use crate::bundle::sanitise::CleanBundle;
use crate::bundle::shown::How;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Writes the account of the sanitising.
pub(super) struct Sanitising;

fn counts<K: ToString>(table: &BTreeMap<K, BTreeMap<How, u64>>) -> Value {
    let rows = table.iter().map(|(key, counts)| {
        let counts: Map<String, Value> =
            counts.iter().map(|(how, count)| (format!("{how:?}").to_lowercase(), json!(count))).collect();
        (key.to_string(), Value::Object(counts))
    });
    Value::Object(rows.collect())
}

impl Writer for Sanitising {
    fn path(&self) -> &'static str {
        "data/sanitising.json"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let (name, serial, hash) = &clean.profile;
        pretty(&json!({
            "policy": {"name": name, "serial": serial, "sha256": hash},
            "note": "仮名化であり匿名化ではない。個人情報として扱うこと。 / Pseudonymised, not anonymised: handle as personal information.",
            "rules": counts(&clean.rules), "kinds": counts(&clean.kinds),
            "records": clean.records.len(), "undated": clean.records.iter().filter(|record| record.datetime.is_none()).count(),
        }))
    }
}
