//! Whatever looks like an indicator or a person's and nobody decided about, in one reading of a file.
//!
//! Two eyes: the detectors of the product, and looser shapes of our own that also see what the detectors refuse.

use super::kept::{KeptPlan, Spans};
use crate::model::{Class, Extractor, Hits};
use regex::Regex;
use std::sync::LazyLock;

/// Receives a find: kind, reason, value, whether it stops.
type Add<'a> = dyn FnMut(&str, &str, &str, bool) + 'a;

/// Looser shapes, on folded text.
static LOOSE: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    // ASCII boundaries: 電話09012345678 holds a number, and the engine need not walk every letter of every script.
    let shapes = [
        ("email", r"[a-z0-9._%+\-]{1,64}@[a-z0-9.\-]{1,190}\.[a-z]{2,24}"),
        ("phone", r"(?:(?-u:\b)0|\+81[ \-]?)[1-9][0-9]{0,3}[ \-][0-9]{1,4}[ \-][0-9]{3,4}(?-u:\b)"),
        ("phone", r"(?-u:\b)0[5-9]0[0-9]{8}(?-u:\b)"),
        ("bank_account", r"(?-u:\b)[0-9]{4}-[0-9]{3}-(?:[0-9?]-)?[0-9]{7}(?-u:\b)"),
        ("my_number", r"(?-u:\b)[0-9]{4}[ \-][0-9]{4}[ \-][0-9]{4}(?-u:\b)"),
        ("postal", r"〒 ?[0-9]{3}-?[0-9]{4}"),
        ("address", r"[0-9]+丁目|[0-9一二三四五六七八九十]番地|[0-9]+号室"),
    ];
    shapes.iter().filter_map(|(name, shape)| Some((*name, Regex::new(shape).ok()?))).collect()
});

/// Finds them.
pub(super) fn find(layer: &str, spans: &Spans, allowed: &KeptPlan, extractor: &dyn Extractor, add: &mut Add<'_>) {
    let fine = |range: &std::ops::Range<usize>| Spans::hold(&spans.kept, range) || Spans::hold(&spans.facts, range);
    let mut hits = Hits::default();
    extractor.find(layer, &mut hits);
    for (hit, value) in hits.iter() {
        let range = hit.span.start as usize..hit.span.end as usize;
        if fine(&range) || allowed.values.contains(&(hit.kind, value.to_owned())) || still(allowed, layer, &range) {
            continue;
        }
        let class = extractor.about(hit.kind).map(|about| about.class);
        let grave = matches!(class, None | Some(Class::DirectId | Class::Money | Class::Crypto));
        if class != Some(Class::Knowledge) {
            add(hit.kind.tag(), "looks like a value nobody decided about", value, grave && hit.verified);
        }
    }
    for (name, shape) in LOOSE.iter() {
        for found in
            shape.find_iter(layer).filter(|found| !fine(&found.range()) && !still(allowed, layer, &found.range()))
        {
            add(name, "has the shape of a person's", found.as_str(), false);
        }
    }
}

/// Whether our own fixed words hold it.
fn still(allowed: &KeptPlan, layer: &str, range: &std::ops::Range<usize>) -> bool {
    layer.get(range.clone()).is_some_and(|text| text.len() >= 4 && allowed.still.contains(text))
}
