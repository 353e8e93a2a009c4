//! A person at a store: who they are, what time it is, and the tools that read evidence.

use super::clock;
use super::error::{Error, Result};
use super::packs;
use crate::indicators::Indicators;
use crate::ingest::Reader;
use crate::model::case::Stage;
use crate::model::statement::{Author, Statement};
use crate::model::{Case, CaseKey, Edit, Id, Instant, Tlp, Unit};
use crate::store::{Mode, Store};
use std::path::Path;
use std::sync::Arc;

/// One operator working on one open store.
#[derive(Clone)]
pub struct Session {
    /// The case file.
    pub store: Arc<Store>,
    /// Finds indicators.
    pub indicators: Arc<Indicators>,
    /// Reads text and fields.
    pub reader: Arc<Reader>,
    /// Who works.
    pub operator: String,
    fixed: Option<Instant>,
}

impl Session {
    /// Opens a case file.
    pub fn open(path: &Path, mode: Mode, operator: &str, fixed: Option<Instant>) -> Result<Self> {
        Ok(Self::with(Store::open(path, mode)?, operator, fixed))
    }

    /// Makes a case file.
    pub fn create(path: &Path, unit: &str, operator: &str, fixed: Option<Instant>) -> Result<Self> {
        let unit = read_unit(unit)?;
        if !unit.is_police() {
            return Err(Error::input(
                format!("事案簿を持つのは警察の所属です: `{unit}`"),
                format!("a case file is held by a police unit: `{unit}`"),
            ));
        }
        let author = Author { operator: operator.to_owned(), at: fixed.unwrap_or_else(clock::now) };
        Ok(Self::with(Store::create(path, &unit, &author)?, operator, fixed))
    }

    fn with(store: Store, operator: &str, fixed: Option<Instant>) -> Self {
        Self {
            store: Arc::new(store.with_layers(Arc::new(Reader))),
            // Lists that cannot be read are told where they are asked for; they never keep a store shut.
            indicators: Arc::new(packs::indicators(None).map(|(indicators, _)| indicators).unwrap_or_default()),
            reader: Arc::new(Reader),
            operator: operator.to_owned(),
            fixed,
        }
    }

    /// The time now, or the one fixed for reproducible output.
    pub fn now(&self) -> Instant {
        self.fixed.unwrap_or_else(clock::now)
    }

    /// Who says it, and when.
    pub fn author(&self) -> Author {
        Author { operator: self.operator.clone(), at: self.now() }
    }

    /// Enters a new case.
    pub fn new_case(&self, title: &str, number: Option<&str>) -> Result<Case> {
        if title.trim().is_empty() {
            return Err(Error::input("件名がありません", "a case needs a title"));
        }
        if let Some(number) = number
            && self.store.find_case(number).is_ok()
        {
            return Err(Error::input(
                format!("番号 `{number}` の事案が既にあります"),
                format!("there is a case `{number}` already"),
            ));
        }
        let mut case = self.blank_case(title, number, self.store.unit())?;
        self.store.apply(&Edit::Put(Statement::Case(Box::new(case.clone()))), &self.author())?;
        case.key = Some(self.store.find_case(case.id.as_str())?);
        Ok(case)
    }

    /// A case with nothing known but its title.
    pub(crate) fn blank_case(&self, title: &str, number: Option<&str>, unit: &Unit) -> Result<Case> {
        Ok(Case {
            key: None,
            id: Id::from_random('c', crate::store::random()?),
            number: number.map(str::to_owned),
            title: title.to_owned(),
            unit: unit.clone(),
            stage: Stage::default(),
            offence: None,
            method: Vec::new(),
            recognised_on: None,
            loss_yen: None,
            contact: None,
            asks: Vec::new(),
            urgency: None,
            deadline: None,
            tlp: Tlp::default(),
            handling: None,
            training: false,
            created_at: self.now(),
            created_by: self.operator.clone(),
        })
    }

    /// Whether nobody has said yet whose store this is.
    pub fn is_unit_open(&self) -> bool {
        self.store.unit().path() == UNSET_UNIT
    }

    /// The case meant by an id, a suffix or a number; `-` means none.
    pub fn case(&self, text: &str) -> Result<Option<CaseKey>> {
        if text == "-" { Ok(None) } else { Ok(Some(self.store.find_case(text)?)) }
    }
}

/// Who works here where nobody said.
pub const UNNAMED: &str = "operator";

pub use super::ask::UNSET_UNIT;

/// States whose store this is: the cases entered so far are said to be that unit's, then the store itself.
pub fn claim(session: &Session, unit: &Unit) -> Result<()> {
    let open = read_unit(UNSET_UNIT)?;
    if *unit == open {
        return Err(Error::input("所属を選んでください", "choose a unit"));
    }
    let cases = session.store.cases()?.into_iter().map(|row| row.case).filter(|case| case.unit == open);
    let edits: Vec<Edit> =
        cases.map(|case| Edit::Put(Statement::Case(Box::new(Case { unit: unit.clone(), ..case })))).collect();
    if !edits.is_empty() {
        session.store.apply(&Edit::All(edits), &session.author())?;
    }
    session.store.state_unit(&open, unit, &session.author())?;
    session.store.forget_history();
    Ok(())
}

/// Reads a unit path.
pub fn read_unit(text: &str) -> Result<Unit> {
    Unit::from_path(text).ok_or_else(|| {
        Error::input(
            format!("所属として読めません: `{text}`（例: 11, 11/urawa, 00/special、提供先なら org/bank/0001）"),
            format!("not a unit: `{text}` (as 11, 11/urawa, 00/special; a receiver: org/bank/0001)"),
        )
    })
}
