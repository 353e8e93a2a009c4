//! Message templates of a view, and the rows of one of them. What was mined is kept: a template is opened more often than
//! templates are made.

use super::{failed, resolve};
use crate::model::{RowSet, Ticket};
use crate::search::{self, Asked};
use crate::workbench::answer::Answers;
use crate::workbench::ask::{RecordView, Template, TemplateOf, Templates};
use crate::workbench::error::Result;
use std::sync::Arc;

/// Sets of templates remembered.
const KEPT: usize = 2;

/// Every template of a view, rarest first. The ticket counts bytes.
pub(in crate::workbench::answer) fn mined(
    desk: &Answers,
    view: &RecordView,
    field: Option<&str>,
    ticket: &Ticket,
) -> Result<Arc<search::Templates>> {
    let same = |known: &RecordView, of: &Option<String>| known == view && of.as_deref() == field;
    if let Some((.., held)) = desk.cache().templates.iter().find(|(known, of, _)| same(known, of)) {
        return Ok(Arc::clone(held));
    }
    let generation = desk.generation();
    let resolved = resolve(desk, view, ticket, &mut |_| {})?;
    let session = &desk.session;
    let asked = Asked { rows: resolved.selection(), field, corpus: &*session.store, reader: &*session.reader };
    let fresh = Arc::new(search::templates(asked, ticket).map_err(failed)?);
    desk.keep(generation, |cache| {
        cache.templates.retain(|(known, of, _)| !same(known, of));
        cache.templates.push((view.clone(), field.map(str::to_owned), Arc::clone(&fresh)));
        if cache.templates.len() > KEPT {
            cache.templates.remove(0);
        }
    });
    Ok(fresh)
}

/// The rarest templates of a view.
pub(in crate::workbench::answer) fn templates(
    desk: &Answers,
    view: &RecordView,
    field: Option<&str>,
    limit: u32,
    ticket: &Ticket,
) -> Result<Templates> {
    let found = mined(desk, view, field, ticket)?;
    let shown = |one: &search::Template| Template { text: one.text.clone(), count: one.count, first: one.first };
    Ok(Templates {
        list: found.list.iter().take(limit as usize).map(shown).collect(),
        distinct: found.list.len() as u64,
        total: found.total,
        others: found.absent + found.others,
    })
}

/// The rows of one template, exactly those counted under it; `None` where the rows have no such template any more.
pub(super) fn rows_of(desk: &Answers, of: &TemplateOf, ticket: &Ticket) -> Result<Option<RowSet>> {
    let field = of.field.as_deref();
    let found = mined(desk, &of.view, field, ticket)?;
    let Some(which) = found.list.iter().position(|one| one.text == of.text) else { return Ok(None) };
    let resolved = resolve(desk, &of.view, ticket, &mut |_| {})?;
    let session = &desk.session;
    let asked = Asked { rows: resolved.selection(), field, corpus: &*session.store, reader: &*session.reader };
    found.rows(&[which], asked, ticket).map(Some).map_err(failed)
}
