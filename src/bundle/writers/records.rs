//! `data/records.jsonl` and `data/undated.jsonl`: records in the form Timesketch imports, with what is ours beside it.

use super::Writer;
use crate::bundle::clean::CleanBundle;
use serde_json::json;

/// Writes the dated records, or the rest.
pub(super) struct Records {
    pub(super) dated: bool,
}

impl Writer for Records {
    fn path(&self) -> &'static str {
        if self.dated { "data/records.jsonl" } else { "data/undated.jsonl" }
    }

    fn write(&self, clean: &CleanBundle) -> Vec<u8> {
        let mut out = Vec::new();
        for record in clean.records.iter().filter(|record| record.datetime.is_some() == self.dated) {
            let mut line = json!({"message": record.message});
            if let (Some(datetime), Some(line)) = (&record.datetime, line.as_object_mut()) {
                line.insert("datetime".into(), json!(datetime));
                line.insert("timestamp_desc".into(), json!("Event Logged"));
            }
            if let Some(line) = line.as_object_mut() {
                line.insert("time_note".into(), json!(record.time_note));
                line.insert("format".into(), json!(record.format));
                line.insert("evidence".into(), json!(record.evidence));
                line.insert("cite".into(), json!(record.cite));
                line.insert("values".into(), json!(record.values));
                line.insert("fields".into(), json!(record.fields));
            }
            out.extend(line.to_string().into_bytes());
            out.push(b'\n');
        }
        out
    }
}
