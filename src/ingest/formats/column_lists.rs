//! Logs whose list of columns may come again with other columns, as W3C and Zeek logs do.
//!
//! The first list is the form's own; further ones are kept as notes. A record is read with the list whose length it has.

use crate::model::Field;
use crate::model::evidence::ReadingForm;
use std::borrow::Cow;

/// Note: a further list of columns that stands in the file, its names joined as its format joins them.
const FIELDS: &str = "fields";
/// Further lists kept.
const MOST: usize = 16;

/// Keeps the further lists of a file.
pub(super) fn keep(form: &mut ReadingForm, lists: impl Iterator<Item = String>) {
    form.notes.extend(lists.take(MOST).map(|list| (FIELDS.to_owned(), list)));
}

/// The further lists of columns.
pub(super) fn further(form: &ReadingForm) -> impl Iterator<Item = &str> {
    form.notes.iter().filter(|(key, _)| key == FIELDS).map(|(_, list)| list.as_str())
}

/// Names a record's values. `joint` stands between the names of a further list.
pub(super) fn name<'a>(
    form: &ReadingForm,
    joint: char,
    values: impl Iterator<Item = Cow<'a, str>> + Clone,
    out: &mut Vec<Field<'a>>,
) {
    let count = values.clone().count();
    let fits = |list: &&str| list.split(joint).count() == count;
    let list = further(form).find(fits).filter(|_| form.columns.len() != count);
    let mut named = list.into_iter().flat_map(|list| list.split(joint));
    let mut first = form.columns.iter();
    for (index, value) in values.enumerate() {
        let name = if list.is_some() { named.next() } else { first.next().map(String::as_str) };
        let name = name.map_or_else(|| format!("column_{}", index + 1), str::to_lowercase);
        out.push(Field { name: Cow::Owned(name), value });
    }
}

/// The names of the first list, as fields are named.
pub(super) fn columns(form: &ReadingForm) -> Vec<String> {
    form.columns.iter().map(|name| name.to_lowercase()).collect()
}
