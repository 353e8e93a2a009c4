//! How the records of single values of a field lie in time: a histogram cut into layers, in one pass.

use super::chunk::Sources;
use super::error::Error;
use super::histogram::Bins;
use super::ready::lacks;
use super::selection::{Part, Rows, parts};
use super::walk::{chunks, walk};
use crate::model::fold::fold;
use crate::model::{Corpus, FieldReader, Ticket};

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
    let mut chunks = chunks(parts.iter().filter(|part| !lacks(&name, &part.reading.form, reader)));
    chunks.retain(|(_, head)| head.first.is_some());
    let named = |_: &Part| Some(name.clone());
    let empty = || vec![vec![0_u64; slots]; values.len()];
    let counted = walk(&chunks, (Sources { corpus, reader }, ticket), named, empty, |layers, row| {
        let layer = row.value.and_then(|value| values.iter().position(|known| known == value));
        if let Some(at) = row.when
            && let Some(bin) = layer.and_then(|layer| layers.get_mut(layer)?.get_mut(bins.of(at)))
        {
            *bin += 1;
        }
    })?;
    Ok(counted.into_iter().reduce(sum).unwrap_or_else(empty))
}

fn sum(mut one: Vec<Vec<u64>>, other: Vec<Vec<u64>>) -> Vec<Vec<u64>> {
    for (bin, more) in one.iter_mut().flatten().zip(other.into_iter().flatten()) {
        *bin += more;
    }
    one
}
