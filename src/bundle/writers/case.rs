//! `data/case.json`: our complete form, and what the receiving side reads back.

use super::{Writer, pretty};
use crate::bundle::clean::{CleanBundle, CleanValue};
use crate::model::Role;
use crate::model::statement::Grade;
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
            "schema": SCHEMA, "bundle": clean.bundle, "sequence": clean.sequence, "store": clean.store_id, "tool": clean.tool,
            "profile": clean.profile.0, "sender": clean.sender, "receiver": clean.receiver,
            "created": clean.at.utc_millis(), "token_epoch": clean.epoch,
            "case": clean.case, "summary": summary, "corroboration": corroboration(clean), "requests": clean.requests, "texts": clean.texts,
            "values": clean.values.iter().filter(|value| !value.shown.text().is_empty()).collect::<Vec<_>>(),
            "links": links, "asserted": clean.links,
        }))
    }
}

/// How well each role is corroborated: values of the role, those whose own check holds, and those tied to another value by
/// a confirmed link.
fn corroboration(clean: &CleanBundle) -> serde_json::Value {
    let confirmed: std::collections::BTreeSet<&str> = clean
        .links
        .iter()
        .filter(|link| link.grade == Grade::Confirmed)
        .flat_map(|link| [link.a.as_str(), link.b.as_str()])
        .collect();
    let rows = Role::ALL.into_iter().map(|role| {
        let of_role: Vec<_> = clean.values.iter().filter(|value| value.role == Some(role) && value.is_shown()).collect();
        let count = |check: &dyn Fn(&CleanValue) -> bool| of_role.iter().filter(|value| check(value)).count();
        let grades = json!({
            "values": of_role.len(), "verified": count(&|value| value.verified),
            "repeated": count(&|value| value.count > 1), "confirmed_links": count(&|value| confirmed.contains(value.id.as_str())),
        });
        (role.tag().to_owned(), grades)
    });
    serde_json::Value::Object(rows.collect())
}
