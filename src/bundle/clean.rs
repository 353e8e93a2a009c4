//! A bundle as it leaves: values, records and facts whose fate was decided. Only the sanitiser fills these types; writers
//! read them and nothing else.

use super::release::Finding;
use super::shown::{How, Shown};
use super::token::ObjectIds;
use crate::model::evidence::Citation;
use crate::model::statement::Grade;
use crate::model::{Instant, Kind, Role, Stage, Tlp, Unit};
use serde::Serialize;
use std::collections::BTreeMap;

/// A value as it leaves, with what may be said of it.
#[derive(Clone, Debug, Serialize)]
pub struct CleanValue {
    /// Derived id.
    pub id: String,
    /// Kind.
    pub kind: Kind,
    /// The value, token, coarse form or nothing.
    pub shown: Shown,
    /// Its token, beside a kept or coarser value of a tokenable kind: kept and tokenised sightings still meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Coarser forms beside a token, as the profile lists them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub coarse: BTreeMap<&'static str, String>,
    /// Role stated.
    pub role: Option<Role>,
    /// Known to be shared by everybody.
    pub benign: bool,
    /// Seen only inside another value.
    pub implied: bool,
    /// Its rule holds.
    pub verified: bool,
    /// Records it was seen in.
    pub count: u64,
    /// First seen, RFC 3339; coarser where it is not an offender's.
    pub first: Option<String>,
    /// Last seen.
    pub last: Option<String>,
}

impl CleanValue {
    /// Whether anything of it stands in the bundle.
    pub(super) fn is_shown(&self) -> bool {
        self.shown.how() != How::Withheld
    }

    /// Whether it is an offender's and kept.
    pub(super) fn is_offending(&self) -> bool {
        self.role.is_some_and(Role::is_offending) && matches!(self.shown.how(), How::Kept | How::General)
    }
}

/// A record as it leaves.
#[derive(Clone, Debug, Serialize)]
pub struct CleanRecord {
    /// Derived id of its evidence.
    pub evidence: String,
    /// Citation number; only the sender can open it.
    pub cite: String,
    /// When, as coarse as the profile wants.
    pub datetime: Option<String>,
    /// How the time was known and how coarse it was made.
    pub time_note: String,
    /// The format's name.
    pub format: String,
    /// The line put together from what may be shown.
    pub message: String,
    /// Fields that may be shown.
    pub fields: BTreeMap<String, String>,
    /// Derived ids of the values in it.
    pub values: Vec<String>,
}

/// A request as it leaves.
#[derive(Clone, Debug, Serialize)]
pub struct CleanRequest {
    /// Type.
    pub kind: String,
    /// To whom.
    pub addressee: Option<String>,
    /// What was asked about, where that is a value that may be shown.
    pub target: Option<Shown>,
    /// Date on the paper.
    pub date: String,
    /// Due.
    pub due: Option<String>,
    /// State.
    pub state: String,
}

/// A link a person asserted, as it leaves.
#[derive(Clone, Debug, Serialize)]
pub struct CleanLink {
    /// Derived id of one end.
    pub a: String,
    /// Derived id of the other end.
    pub b: String,
    /// How sure.
    pub grade: Grade,
}

/// A free text as it was approved.
#[derive(Clone, Debug, Serialize)]
pub struct CleanText {
    /// What it is.
    pub noun: String,
    /// The text.
    pub text: String,
}

/// The facts of the case as they leave.
#[derive(Clone, Debug, Serialize)]
pub struct CleanCase {
    /// Derived id.
    pub id: String,
    /// Number on paper, for police receivers.
    pub number: Option<String>,
    /// The unit that holds it.
    pub unit: Unit,
    /// Stage.
    pub stage: Stage,
    /// Offence.
    pub offence: Option<String>,
    /// Method tags.
    pub method: Vec<String>,
    /// 認知日.
    pub recognised_on: Option<String>,
    /// Loss in bands of yen, as `1000000-4999999`.
    pub loss_band: Option<String>,
    /// Contact section and extension.
    pub contact: Option<String>,
    /// What is asked.
    pub asks: Vec<String>,
    /// Urgency.
    pub urgency: Option<String>,
    /// Answer wanted by.
    pub deadline: Option<String>,
    /// Label: the strictest of the case's and the sources'.
    pub tlp: Tlp,
    /// Handling.
    pub handling: Option<String>,
    /// Training material.
    pub training: bool,
}

/// What was decided about one value: for the review screen and the check before release; never written to a bundle.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The value as it stands in the store, its strictest role with it.
    pub value: super::material::Value,
    /// How it leaves.
    pub shown: Shown,
    /// The rule that decided.
    pub rule: String,
}

/// Something a person would recognise that stays behind without being an indicator: a name, an address, a remark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Behind {
    /// The field or fact it stood in.
    pub(super) what: String,
    /// The text.
    pub(super) text: String,
}

/// Everything a writer may write, bound to one profile and one receiver.
#[derive(Debug)]
pub struct CleanBundle {
    pub(super) bundle: String,
    pub(super) sequence: u64,
    pub(super) store_id: String,
    pub(super) tool: String,
    pub(super) sender: Unit,
    pub(super) receiver: Unit,
    pub(super) at: Instant,
    pub(super) profile: (String, u32, String),
    pub(super) epoch: Option<String>,
    pub(super) ids: ObjectIds,
    pub(super) case: CleanCase,
    pub(super) values: Vec<CleanValue>,
    pub(super) records: Vec<CleanRecord>,
    pub(super) together: Vec<(usize, usize, u64)>,
    pub(super) links: Vec<CleanLink>,
    pub(super) requests: Vec<CleanRequest>,
    pub(super) texts: Vec<CleanText>,
    pub(super) rules: BTreeMap<String, BTreeMap<How, u64>>,
    pub(super) kinds: BTreeMap<Kind, BTreeMap<How, u64>>,
    pub(super) residual: Vec<Finding>,
    pub(super) citations: Vec<Citation>,
    pub(super) decisions: Vec<Decision>,
    pub(super) behind: Vec<Behind>,
}

impl CleanBundle {
    /// The profile it was made under: name, serial, SHA-256 of the table.
    #[must_use]
    pub fn profile(&self) -> (&str, u32, &str) {
        (&self.profile.0, self.profile.1, &self.profile.2)
    }

    /// The only unit it may go to.
    #[must_use]
    pub fn receiver(&self) -> &Unit {
        &self.receiver
    }

    /// The label it leaves under: the strictest of the case's and the sources'.
    #[must_use]
    pub fn tlp(&self) -> Tlp {
        self.case.tlp
    }

    /// What the citation numbers stand for, in their order: kept by the sender.
    #[must_use]
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// Every decision.
    #[must_use]
    pub fn decisions(&self) -> &[Decision] {
        &self.decisions
    }

    /// The values as they leave.
    #[must_use]
    pub fn values(&self) -> &[CleanValue] {
        &self.values
    }

    /// The records as they leave.
    #[must_use]
    pub fn records(&self) -> &[CleanRecord] {
        &self.records
    }

    /// Values kept, tokenised, generalised, withheld.
    #[must_use]
    pub fn counts(&self) -> [u64; 4] {
        [How::Kept, How::Token, How::General, How::Withheld]
            .map(|how| self.values.iter().filter(|value| value.shown.how() == how).count() as u64)
    }

    /// Records that go along.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.records.len()
    }

    /// Values kept because somebody gave them a role: the approver sees each of them.
    pub fn kept_by_role(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.value.role.is_some() && decision.shown.how() == How::Kept)
    }
}
