//! Single records to text and fields, for whoever shows, filters or exports them.

use super::encoding;
use super::formats::by_name;
use crate::model::evidence::ReadingForm;
use crate::model::{Field, FieldReader};
use std::borrow::Cow;

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

    fn columns(&self, form: &ReadingForm) -> Vec<String> {
        by_name(&form.format).map(|format| format.columns(form)).unwrap_or_default()
    }

    // Values are cut from the record; what unescaping changes (JSON `\u`, doubled quotation marks) folding undoes too or
    // is no letter or digit.
    fn is_verbatim(&self, form: &ReadingForm, _field: &str) -> bool {
        by_name(&form.format).is_some()
    }

    fn is_open(&self, form: &ReadingForm) -> bool {
        by_name(&form.format).is_some_and(super::formats::Format::is_open)
    }
}
