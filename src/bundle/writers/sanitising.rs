//! `data/sanitising.json`: which policy was applied, what it did in numbers, and the residual risks the approver decides
//! (their reasons stand in the approval); never a withheld value.

use super::{Writer, pretty};
use crate::bundle::clean::CleanBundle;
use crate::bundle::release::BLIND;
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
            "token_epoch": clean.epoch, "rules": counts(&clean.rules), "kinds": counts(&clean.kinds), "residual": clean.residual,
            "blind": BLIND.iter().map(|text| json!({"ja": text.ja, "en": text.en})).collect::<Vec<_>>(),
            "records": clean.records.len(), "undated": clean.records.iter().filter(|record| record.datetime.is_none()).count(),
        }))
    }
}
