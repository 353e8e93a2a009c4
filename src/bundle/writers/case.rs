//! `data/case.json`: our complete form, and what the receiving side reads back.

use super::{Writer, pretty};
use crate::bundle::sanitise::CleanBundle;
use serde_json::json;

/// Version of the form; a reader refuses a newer one.
pub(super) const SCHEMA: &str = "itoguchi/case@1";

/// Writes the case.
pub(super) struct Case;

impl Writer for Case {
    fn path(&self) -> &'static str {
        "data/case.json"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let graded = |role: &str| {
            clean.values.iter().filter(|value| value.role.is_some_and(|stated| stated.tag() == role)).count()
        };
        let summary = json!({
            "values": clean.values.len(), "kept": clean.counts()[0], "tokens": clean.counts()[1],
            "records": clean.records.len(), "suspect": graded("suspect"), "infrastructure": graded("infrastructure"), "relay": graded("relay"),
        });
        let links: Vec<_> = clean
            .together
            .iter()
            .filter_map(|(a, b, count)| {
                Some(json!({"a": clean.values.get(*a)?.id, "b": clean.values.get(*b)?.id, "records": count}))
            })
            .collect();
        pretty(&json!({
            "schema": SCHEMA, "bundle": clean.bundle, "store": clean.store_id, "sender": clean.sender, "receiver": clean.receiver,
            "created": clean.at.utc_millis(), "token_epoch": clean.epoch,
            "case": clean.case, "summary": summary, "requests": clean.requests,
            "values": clean.values.iter().filter(|value| !value.shown.text().is_empty()).collect::<Vec<_>>(),
            "links": links,
        }))
    }
}
