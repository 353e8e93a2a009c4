//! What only the order of records can tell: the running year of logs that state none, and the date of records that state
//! only a time of day below a heading with the date.
//!
//! The first record lies in the year a person stated. When the date falls back by more than a week, a new year has begun,
//! and from then on the year is an assumption and marked so. A step back within a week is disorder, not a new year; a
//! late record of the old year right after New Year keeps the old year.

use super::parse::{Parsed, Pending};
use super::times::stamp::days;
use super::times::{Clock, Date, Stamp};
use crate::model::Known;
use crate::model::evidence::ReadingForm;

/// Days by which records may be out of order.
const DISORDER: i32 = 7;

/// Goes through parsed chunks in order.
#[derive(Debug)]
pub struct Settler {
    clock: Clock,
    stated: Option<i32>,
    year: i32,
    /// Day of the latest record in the running year.
    last: Option<i32>,
    /// The heading in force.
    heading: Option<Stamp>,
}

impl Settler {
    /// At the start of an evidence.
    #[must_use]
    pub fn new(form: &ReadingForm) -> Self {
        let stated = form.time.year.map(i32::from);
        Self { clock: Clock::new(&form.time), stated, year: stated.unwrap_or(0), last: None, heading: None }
    }

    /// Settles the next chunk. Without a stated year records that lack one stay undated.
    pub fn settle(&mut self, parsed: &mut Parsed) {
        for pending in std::mem::take(&mut parsed.pending) {
            let (record, mut stamp) = match pending {
                Pending::Heading(stamp) => {
                    self.heading = Some(stamp);
                    continue;
                }
                Pending::Record { record, stamp } => (record, stamp),
            };
            if stamp.date == Date::Above {
                let Some(heading) = self.heading else { continue };
                stamp.date = heading.date;
            }
            let Some(record) = parsed.records.get_mut(usize::try_from(record).unwrap_or(usize::MAX)) else { continue };
            if matches!(stamp.date, Date::Full(_)) {
                record.when = self.clock.place(&stamp).when;
            } else if let Some(stated) = self.stated {
                let year = self.year_of(&stamp, stated);
                let known = if year == stated { Known::Setting } else { Known::Assumed };
                record.when = self.clock.place_in(&stamp, year, known);
            }
        }
    }

    fn year_of(&mut self, stamp: &Stamp, stated: i32) -> i32 {
        let Date::Yearless { month, day } = stamp.date else { return self.year };
        // 29 February is weighed as the 28th where the year lacks it; placing it decides.
        let at = |year| {
            let (month, day) = (u32::from(month), u32::from(day));
            days(year, month, day).or_else(|| days(year, month, day.saturating_sub(1))).unwrap_or(0)
        };
        let Some(last) = self.last else {
            self.last = Some(at(self.year));
            return self.year;
        };
        if self.year > stated && (last - DISORDER..=last).contains(&at(self.year - 1)) {
            return self.year - 1;
        }
        if at(self.year) < last - DISORDER {
            self.year += 1;
        }
        self.last = Some(at(self.year).max(last));
        self.year
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn years(dates: &[(u32, u32)]) -> Vec<i32> {
        let mut form = ReadingForm::default();
        form.time.year = Some(2025);
        let mut settler = Settler::new(&form);
        dates.iter().map(|(month, day)| settler.year_of(&Stamp::yearless(*month, *day).unwrap(), 2025)).collect()
    }

    #[test]
    fn a_new_year_begins_when_the_date_falls_back() {
        assert_eq!(years(&[(11, 3), (12, 31), (1, 1), (6, 1), (3, 1)]), [2025, 2025, 2026, 2026, 2027]);
    }

    #[test]
    fn disorder_is_no_new_year() {
        assert_eq!(years(&[(3, 1), (2, 28), (3, 1)]), [2025, 2025, 2025]);
        assert_eq!(years(&[(12, 31), (1, 1), (12, 31), (1, 1)]), [2025, 2026, 2025, 2026]);
    }
}
