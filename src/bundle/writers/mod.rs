//! Export writers: each turns a clean bundle into one file. The list is the door.

mod case;
mod investigation;
mod records;
mod report;
mod sanitising;
mod stix;
mod tables;

use super::clean::CleanBundle;

pub(super) use stix::SCHEMA as STIX_SCHEMA;

/// Writes one file of the payload.
pub trait Writer: Sync {
    /// Path inside the bundle, below `data/`.
    fn path(&self) -> &'static str;

    /// The file's bytes; the same bundle gives the same bytes.
    fn write(&self, clean: &CleanBundle) -> Vec<u8>;
}

/// Every writer, by path.
pub static WRITERS: &[&dyn Writer] = &[
    &case::Case,
    &tables::Entities,
    &tables::Graph,
    &stix::Stix,
    &investigation::Investigation,
    &tables::Links,
    &records::Records { dated: true },
    &report::Report,
    &sanitising::Sanitising,
    &records::Records { dated: false },
];

/// The whole payload, by path.
#[must_use]
pub fn payload(clean: &CleanBundle) -> Vec<(String, Vec<u8>)> {
    WRITERS.iter().map(|writer| (writer.path().to_owned(), writer.write(clean))).collect()
}

/// Ids that stand in the payload and come from the store's secret.
pub(super) fn own_ids(clean: &CleanBundle) -> Vec<String> {
    [stix::own_ids(clean), investigation::own_ids(clean)].concat()
}

/// JSON with line breaks, ending in one.
fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut out = serde_json::to_vec_pretty(value).unwrap_or_default();
    out.push(b'\n');
    out
}

/// Text for XML and HTML: markup escaped, characters XML cannot hold replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\t' | '\n') || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push('\u{fffd}');
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_without_doubles() {
        let paths: Vec<&str> = WRITERS.iter().map(|writer| writer.path()).collect();
        assert!(paths.windows(2).all(|pair| pair[0] < pair[1]), "{paths:?}");
    }
}
