//! One walk over chosen rows, chunk by chunk on all cores, for what is counted by the value of a field.

use super::chunk::{Sources, reused};
use super::error::{Error, QueryError};
use super::ready::lacks;
use super::run::in_order;
use super::selection::Part;
use crate::model::fold::fold;
use crate::model::{Chunk, ChunkHead, EvidenceKey, Instant, Ticket};

/// A row the walk has come to.
pub(super) struct Walked<'a> {
    /// The evidence and the row in it.
    pub(super) place: (EvidenceKey, u32),
    /// When, without the skew of the evidence's clock.
    pub(super) when: Option<Instant>,
    /// The decoded text.
    pub(super) text: &'a str,
    /// The first field of the name asked for; `None` where there is none, or no name was asked for.
    pub(super) value: Option<&'a str>,
}

/// The chunks of some parts that hold chosen rows.
pub(super) fn chunks<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Vec<(&'a Part, &'a ChunkHead)> {
    let all = parts.into_iter().flat_map(|part| part.heads.iter().map(move |head| (part, head)));
    all.filter(|(part, head)| part.count(head) > 0).collect()
}

/// Refuses a field that no part can have.
pub(super) fn demand_known(field: &str, parts: &[Part], sources: Sources<'_>) -> Result<(), QueryError> {
    let name = fold(field);
    if parts.is_empty() || !parts.iter().all(|part| lacks(&name, &part.reading.form, sources.reader)) {
        return Ok(());
    }
    let (ja, en) = (format!("知らない項目 `{field}`"), format!("Unknown field `{field}`"));
    Err(QueryError::new(0..field.len(), ja, en))
}

/// Calls `each` with every chosen row of these chunks and what its thread has gathered; returns what all have gathered.
/// `name` tells the folded name of the field that is read in a part. The ticket counts bytes.
pub(super) fn walk<S: Send>(
    chunks: &[(&Part, &ChunkHead)],
    (sources, ticket): (Sources<'_>, &Ticket),
    name: impl Fn(&Part) -> Option<String> + Sync,
    gather: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, Walked<'_>) + Sync,
) -> Result<Vec<S>, Error> {
    ticket.set_total(chunks.iter().map(|(_, head)| u64::from(head.len)).sum());
    // A thread keeps the memory of the chunk before.
    let begin = || (gather(), Chunk::default());
    let gathered = in_order(chunks.len(), ticket, begin, |(state, before), index| {
        let Some((part, head)) = chunks.get(index) else { return Ok(()) };
        let (form, name, skew) = (&part.reading.form, name(part), part.reading.form.time.skew_secs);
        let chunk = sources.corpus.chunk_in(part.reading.key, head.seq, std::mem::take(before))?;
        let mut spare = Vec::new();
        for row in part.bits(head).iter() {
            let text = sources.reader.text(form, chunk.record_bytes(row as usize));
            let mut fields = reused(spare);
            if let Some(name) = &name {
                sources.reader.fields_named(form, &text, name, &mut fields);
            }
            let at = chunk.records.get(row as usize).and_then(|record| record.when.instant());
            let walked = Walked {
                place: (part.evidence(), head.first_row.saturating_add(row)),
                when: at.map(|at| at.without_skew(skew)),
                text: &text,
                value: fields.first().map(|field| &*field.value),
            };
            each(state, walked);
            spare = reused(fields);
        }
        *before = chunk;
        ticket.advance(u64::from(head.len));
        Ok(())
    })?;
    Ok(gathered.into_iter().map(|(state, _)| state).collect())
}
