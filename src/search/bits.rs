//! The rows of one chunk as a plain bit set, counted from the chunk's first row.

use roaring::RoaringBitmap;

/// A fixed number of rows, each in or out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    words: Vec<u64>,
    rows: u32,
}

impl Bits {
    pub(super) fn none(rows: u32) -> Self {
        Self { words: vec![0; rows.div_ceil(64) as usize], rows }
    }

    pub(super) fn all(rows: u32) -> Self {
        let mut words = vec![u64::MAX; rows.div_ceil(64) as usize];
        if let Some(last) = words.last_mut()
            && !rows.is_multiple_of(64)
        {
            *last = (1 << (rows % 64)) - 1;
        }
        Self { words, rows }
    }

    /// The part of `set` that lies in the rows from `first` on.
    pub(super) fn of(set: &RoaringBitmap, first: u32, rows: u32) -> Self {
        let mut bits = Self::none(rows);
        let end = u64::from(first) + u64::from(rows);
        if let Ok(end) = u32::try_from(end) {
            set.range(first..end).for_each(|row| bits.set(row - first));
        } else {
            set.range(first..).for_each(|row| bits.set(row - first));
        }
        bits
    }

    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) fn set(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut(row as usize / 64) {
            *word |= 1 << (row % 64);
        }
    }

    pub(super) fn clear(&mut self, row: u32) {
        if let Some(word) = self.words.get_mut(row as usize / 64) {
            *word &= !(1 << (row % 64));
        }
    }

    pub(super) fn contains(&self, row: u32) -> bool {
        self.words.get(row as usize / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    pub(super) fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine |= theirs);
    }

    pub(super) fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= theirs);
    }

    pub(super) fn minus(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(mine, theirs)| *mine &= !theirs);
    }

    /// The rows, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        (0_u32..).zip(&self.words).flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                (bit < 64).then(|| {
                    left &= left - 1;
                    index * 64 + bit
                })
            })
        })
    }

    /// As rows of the reading.
    pub(super) fn into_rows(self, first: u32) -> RoaringBitmap {
        let mut set = RoaringBitmap::new();
        if self.len() == self.rows && self.rows > 0 {
            set.insert_range(row_range(first, self.rows));
        } else {
            // Ascending by construction, so that appending is the cheapest way to build.
            let rows = self.iter().map(|row| first.saturating_add(row));
            set.extend(rows);
        }
        set
    }
}

/// `rows` row numbers from `first` on, ending where row numbers end.
pub(super) fn row_range(first: u32, rows: u32) -> std::ops::RangeInclusive<u32> {
    first..=first.saturating_add(rows.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_survive_the_way_there_and_back() {
        let rows: RoaringBitmap = [3, 64, 65, 130].into_iter().map(|row| row + 1000).collect();
        let bits = Bits::of(&rows, 1000, 131);
        assert_eq!(bits.iter().collect::<Vec<_>>(), [3, 64, 65, 130]);
        assert_eq!(bits.into_rows(1000), rows);
        assert_eq!(Bits::all(130).len(), 130);
        assert_eq!(Bits::all(130).into_rows(7), (7..137).collect());
        assert!(Bits::all(0).is_empty());
    }
}
