//! Single records to text and fields, for whoever shows, filters or exports them; and chunks to their decoded layer.

use super::encoding;
use super::formats::by_name;
use super::frames::Block;
use crate::model::corpus::LayerReader;
use crate::model::evidence::ReadingForm;
use crate::model::record::Layer;
use crate::model::{ChunkHead, Field, FieldReader, RecordHead};
use std::borrow::Cow;

/// Whether a record is a line: then records and skipped lines together are the lines of the evidence.
#[must_use]
pub fn is_by_lines(form: &ReadingForm) -> bool {
    by_name(&form.format).is_some_and(|format| format.frames().is_none())
}

/// Whether records are read from a layer decoded from the bytes, not from the bytes themselves.
#[must_use]
pub fn is_layered(form: &ReadingForm) -> bool {
    by_name(&form.format).and_then(super::formats::Format::frames).is_some_and(super::frames::Frames::is_layered)
}

/// Reads records of every format.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader;

impl FieldReader for Reader {
    fn text<'a>(&self, form: &ReadingForm, bytes: &'a [u8]) -> Cow<'a, str> {
        encoding::decode_record(encoding::of(&form.encoding), bytes)
    }

    fn fields<'a>(&self, form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        if let Some(format) = by_name(&form.format) {
            format.fields(form, text, out);
        }
    }

    fn fields_named<'a>(&self, form: &ReadingForm, text: &'a str, name: &str, out: &mut Vec<Field<'a>>) {
        out.clear();
        if let Some(format) = by_name(&form.format) {
            format.fields_named(form, text, name, out);
        }
    }

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        by_name(&form.format).map(|format| format.columns(form)).unwrap_or_default()
    }

    // Values are cut from the record; what unescaping changes (JSON `\u`, doubled quotation marks) folding undoes too or
    // is no letter or digit.
    fn is_verbatim(&self, form: &ReadingForm, _field: &str) -> bool {
        // XML may write any letter as a number.
        by_name(&form.format).is_some() && form.format != "evtx-xml"
    }

    fn is_open(&self, form: &ReadingForm) -> bool {
        by_name(&form.format).is_some_and(super::formats::Format::is_open)
    }
}

impl LayerReader for Reader {
    fn is_layered(&self, form: &ReadingForm) -> bool {
        is_layered(form)
    }

    fn name(&self, bytes: &[u8]) -> String {
        encoding::name(bytes)
    }

    fn layer(&self, form: &ReadingForm, head: &ChunkHead, bytes: &[u8], records: &[RecordHead]) -> Option<Layer> {
        let frames = by_name(&form.format)?.frames().filter(|frames| frames.is_layered())?;
        let mut layer = Layer { bytes: Vec::with_capacity(bytes.len() * 2), places: vec![0..0; records.len()] };
        let block = Block { form, bytes, lead: head.lead as usize, is_start: head.offset == 0, at_end: false };
        let mut next = 0;
        frames.read(&block, &mut |place, text, _| {
            let offset = head.offset + place.start as u64;
            // Records are matched by their place in the original: one more or less would not shift the others.
            let ahead = records.get(next..).unwrap_or(&[]);
            let Some(found) = ahead.iter().position(|record| record.offset == offset) else { return };
            next += found;
            let start = u32::try_from(layer.bytes.len()).unwrap_or(u32::MAX);
            layer.bytes.extend_from_slice(text.as_bytes());
            if let Some(held) = layer.places.get_mut(next) {
                *held = start..u32::try_from(layer.bytes.len()).unwrap_or(u32::MAX);
            }
            layer.bytes.push(b'\n');
            next += 1;
        });
        Some(layer)
    }
}
