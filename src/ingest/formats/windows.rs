//! Windows events under the names investigators use, whichever way they were exported: the log itself, JSON lines or an array of
//! `evtx_dump`, XML of the Event Viewer. `channel`, `event_id`, `provider`, `computer`, `user`, `record_id`, and each item of the event
//! data under its own name.

use crate::model::Field;
use std::borrow::Cow;

/// Names inside `Event.System`, and what they are called.
const SYSTEM: [(&str, &str); 21] = [
    ("eventid", "event_id"),
    ("eventid.#text", "event_id"),
    ("eventid.#attributes.qualifiers", "qualifiers"),
    ("channel", "channel"),
    ("provider.#attributes.name", "provider"),
    ("provider.#attributes.guid", "provider_guid"),
    ("provider.#attributes.eventsourcename", "event_source"),
    ("computer", "computer"),
    ("timecreated.#attributes.systemtime", "time"),
    ("timecreated.systemtime", "time"),
    ("eventrecordid", "record_id"),
    ("security.#attributes.userid", "user"),
    ("version", "version"),
    ("level", "level"),
    ("task", "task"),
    ("opcode", "opcode"),
    ("keywords", "keywords"),
    ("execution.#attributes.processid", "process_id"),
    ("execution.#attributes.threadid", "thread_id"),
    ("correlation.#attributes.activityid", "activity_id"),
    ("correlation.#attributes.relatedactivityid", "related_activity_id"),
];

/// The columns of a table of events.
pub(super) const COLUMNS: [&str; 6] = ["time", "event_id", "channel", "provider", "computer", "user"];

/// Whether a JSON text looks like a Windows event.
pub(super) fn is_event(text: &str) -> bool {
    let head = text.get(..text.len().min(64)).unwrap_or(text);
    head.trim_start().starts_with('{') && head.contains("\"Event\"") && text.contains("\"System\"")
}

/// Gives the fields of one event their names. `from` is where they begin in `out`, named by their path.
pub(super) fn rename(out: &mut Vec<Field<'_>>, from: usize) {
    let mut users: Vec<(u8, String)> = Vec::new();
    let mut kept = Vec::with_capacity(out.len() - from.min(out.len()));
    for mut field in out.drain(from.min(out.len())..) {
        let Some(path) = field.name.strip_prefix("event.") else {
            kept.push(field);
            continue;
        };
        if path.starts_with("#attributes.xmlns") || path.ends_with(".#attributes.xmlns") {
            continue;
        }
        if let Some(place) = path.strip_prefix("system.") {
            // Attributes that say nothing of their own stay away.
            if field.value == "{}" || (field.value == "null" && place.ends_with("correlation")) {
                continue;
            }
            let name = SYSTEM.iter().find(|(known, _)| *known == place).map(|(_, name)| *name);
            field.name = name.map_or_else(|| Cow::Owned(place.replace("#attributes.", "")), Cow::Borrowed);
        } else {
            field.name = Cow::Owned(data_name(path));
            let rank = match field.name.as_ref() {
                "subjectusername" => 1,
                "targetusername" | "user" => 2,
                _ => 0,
            };
            if rank > 0 && !matches!(field.value.as_ref(), "-" | "" | "null") && field.name != "user" {
                users.push((rank, field.value.to_string()));
            }
        }
        kept.push(field);
    }
    // Whom the event is about comes last.
    users.sort_by_key(|(rank, _)| *rank);
    kept.extend(users.into_iter().map(|(_, value)| Field { name: Cow::Borrowed("user"), value: Cow::Owned(value) }));
    out.append(&mut kept);
}

/// The name of an item of the event data: its own, without the boxes it stands in.
fn data_name(path: &str) -> String {
    let inner = path.strip_prefix("eventdata.").or_else(|| path.strip_prefix("renderinginfo.")).map(str::to_owned);
    let inner = inner.or_else(|| {
        let inner = path.strip_prefix("userdata.")?;
        // The first box inside `UserData` names the provider's structure.
        Some(inner.split_once('.').map_or(inner, |(_, inner)| inner).to_owned())
    });
    let name = inner.unwrap_or_else(|| path.to_owned());
    name.replace("#attributes.", "").trim_end_matches(".#text").to_owned()
}
