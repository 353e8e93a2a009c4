//! How the records of single values of a field lie in time: a histogram cut into layers, in one pass.

use super::chunk::{reused, skew};
use super::error::Error;
use super::histogram::Bins;
use super::ready::lacks;
use super::run::in_order;
use super::selection::{Part, Rows, parts};
use crate::model::fold::fold;
use crate::model::{ChunkHead, Corpus, FieldReader, Instant, Ticket};

/// Counts the rows of each value per bin: one list for each of `values`, in their order. Rows without an instant, and those
/// of other values, are in none. The ticket counts bytes.
pub fn stack(
    rows: Rows<'_>,
    (field, values): (&str, &[String]),
    (corpus, reader): (&dyn Corpus, &dyn FieldReader),
    bins: Bins,
    ticket: &Ticket,
) -> Result<Vec<Vec<u64>>, Error> {
    let slots = bins.slots()?;
    let name = fold(field);
    let parts = parts(rows, corpus)?;
    let chunks = parts.iter().filter(|part| !lacks(&name, &part.reading.form, reader));
    let chunks = chunks.flat_map(|part| part.heads.iter().map(move |head| (part, head)));
    let work: Vec<(&Part, &ChunkHead)> =
        chunks.filter(|(part, head)| head.first.is_some() && part.count(head) > 0).collect();
    ticket.set_total(work.iter().map(|(_, head)| u64::from(head.len)).sum());
    let of = Layers { name: &name, values, bins, corpus, reader };
    let empty = || vec![vec![0_u64; slots]; values.len()];
    let counted = in_order(work.len(), ticket, empty, |counts, index| {
        let Some((part, head)) = work.get(index) else { return Ok(()) };
        of.count(part, head, counts)?;
        ticket.advance(u64::from(head.len));
        Ok(())
    })?;
    Ok(counted.into_iter().reduce(sum).unwrap_or_else(empty))
}

fn sum(mut one: Vec<Vec<u64>>, other: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    for (bin, more) in one.iter_mut().flatten().zip(other.into_iter().flatten()) {
        *bin += more;
    }
    one
}

struct Layers<'a> {
    name: &'a str,
    values: &'a [String],
    bins: Bins,
    corpus: &'a dyn Corpus,
    reader: &'a dyn FieldReader,
}

impl Layers<'_> {
    fn count(&self, part: &Part, head: &ChunkHead, counts: &mut [Vec<u64>]) -> Result<(), Error> {
        let skew = skew(&part.reading);
        let form = &part.reading.form;
        let chunk = self.corpus.chunk(part.reading.key, head.seq)?;
        let mut spare = Vec::new();
        for row in part.bits(head).iter() {
            let Some(at) = chunk.records.get(row as usize).and_then(|record| record.when.instant()) else { continue };
            let record = self.reader.text(form, chunk.record_bytes(row as usize));
            let mut fields = reused(spare);
            self.reader.fields_named(form, &record, self.name, &mut fields);
            let value = fields.first().map(|field| &*field.value);
            let layer = value.and_then(|value| self.values.iter().position(|known| known == value));
            if let Some(layer) = layer.and_then(|layer| counts.get_mut(layer))
                && let Some(bin) = layer.get_mut(self.bins.of(Instant(at.0.saturating_sub(skew))))
            {
                *bin += 1;
            }
            spare = reused(fields);
        }
        Ok(())
    }
}
