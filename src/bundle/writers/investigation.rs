//! `data/investigation.case.jsonld`: CASE 1.5 / UCO, the investigation and a provenance record for each evidence that
//! records come from. Names of cases and of evidence stay behind; ids come from the store's secret.

use super::{Writer, pretty};
use crate::bundle::clean::CleanBundle;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the investigation.
pub(super) struct Investigation;

fn evidence(clean: &CleanBundle) -> BTreeMap<&str, usize> {
    let mut out = BTreeMap::new();
    for record in &clean.records {
        *out.entry(record.evidence.as_str()).or_default() += 1;
    }
    out
}

fn node(clean: &CleanBundle, noun: &str, of: &str) -> String {
    format!("kb:{noun}-{}", clean.ids.uuid(&format!("case {noun} {of}")))
}

/// The ids that stand in this file.
pub(super) fn own_ids(clean: &CleanBundle) -> Vec<String> {
    let mut out: BTreeSet<String> = [
        node(clean, "investigation", &clean.case.id),
        node(clean, "identity", clean.sender.path()),
        node(clean, "bundle", &clean.bundle),
    ]
    .into();
    for of in evidence(clean).keys() {
        out.insert(node(clean, "provenance-record", of));
        out.insert(node(clean, "evidence", of));
    }
    out.into_iter().collect()
}

impl Writer for Investigation {
    fn path(&self) -> &'static str {
        "data/investigation.case.jsonld"
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let at = json!({"@type": "xsd:dateTime", "@value": clean.at.utc_millis()});
        let sender = node(clean, "identity", clean.sender.path());
        let mut graph = Vec::new();
        let mut records = Vec::new();
        for (of, count) in evidence(clean) {
            let (record, item) = (node(clean, "provenance-record", of), node(clean, "evidence", of));
            graph.push(json!({"@id": item, "@type": "uco-observable:ObservableObject", "uco-core:name": of}));
            graph.push(json!({
                "@id": record, "@type": "case-investigation:ProvenanceRecord", "uco-core:objectCreatedTime": at,
                "uco-core:description": format!("{count} records cited"), "case-investigation:exhibitNumber": of, "uco-core:object": {"@id": item},
            }));
            records.push(json!({"@id": record}));
        }
        let mut investigation = json!({
            "@id": node(clean, "investigation", &clean.case.id), "@type": "case-investigation:Investigation",
            "uco-core:name": clean.case.id, "uco-core:objectCreatedTime": at, "uco-core:createdBy": {"@id": sender},
            "case-investigation:investigationForm": "case", "case-investigation:investigationStatus": "open",
        });
        if let Some(investigation) = investigation.as_object_mut().filter(|_| !records.is_empty()) {
            investigation.insert("uco-core:object".to_owned(), Value::Array(records));
        }
        graph.push(investigation);
        graph.push(json!({"@id": sender, "@type": "uco-identity:Organization", "uco-core:name": format!("unit {}", clean.sender)}));
        pretty(&json!({
            "@context": {
                "kb": "urn:itoguchi:", "case-investigation": "https://ontology.caseontology.org/case/investigation/",
                "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
                "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
                "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            },
            "@graph": graph,
        }))
    }
}
