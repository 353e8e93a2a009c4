//! What a bundle is made from: plain values the workbench takes out of the store. Nothing here has been cleaned.

use crate::model::record::When;
use crate::model::statement::Request;
use crate::model::{Case, Class, Instant, Kind, Role, Unit};

/// Everything about one case that a bundle may draw on.
#[derive(Clone, Debug)]
pub struct Material {
    /// The case.
    pub case: Case,
    /// Who sends.
    pub sender: Unit,
    /// Who receives.
    pub receiver: Unit,
    /// The sending store's public id.
    pub store_id: String,
    /// The sending store's secret, from which object ids are derived.
    pub secret: [u8; 32],
    /// Bundle id.
    pub bundle: String,
    /// When the bundle is made.
    pub at: Instant,
    /// Indicators seen in the case, one entry a value.
    pub values: Vec<Value>,
    /// Records chosen.
    pub records: Vec<Record>,
    /// Requests already sent.
    pub requests: Vec<Request>,
}

/// One value seen in the case.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Its class; `None` for a kind this version does not know: withheld.
    pub class: Option<Class>,
    /// Whether a token may stand for it.
    pub tokenable: bool,
    /// Canonical value.
    pub value: String,
    /// Role stated.
    pub role: Option<Role>,
    /// Known to be harmless or shared by everybody.
    pub benign: bool,
    /// Seen only inside another value.
    pub implied: bool,
    /// Its rule holds.
    pub verified: bool,
    /// Records it was seen in.
    pub count: u64,
    /// First seen.
    pub first: Option<Instant>,
    /// Last seen.
    pub last: Option<Instant>,
    /// Spellings it was written in, for the check before release.
    pub spellings: Vec<String>,
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Public id of the evidence; leaves only as a derived id.
    pub evidence: String,
    /// Place in the original, kept by the sender behind a citation number.
    pub place: crate::model::Citation,
    /// When.
    pub when: When,
    /// Name of the format.
    pub format: String,
    /// Fields by name.
    pub fields: Vec<(String, String)>,
    /// The record's text.
    pub text: String,
    /// Values in it: kind and canonical value.
    pub values: Vec<(Kind, String)>,
}
