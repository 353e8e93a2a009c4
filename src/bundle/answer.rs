//! What a national unit answers: `data/answer.json` in a bundle of the same make, sent back to one unit.
//!
//! It names the receiver's own objects and whom to call; it never carries facts of another unit's case.

use super::fault::Fault;
use crate::model::Kind;
use serde::{Deserialize, Serialize};

/// Where the answer stands in the payload.
pub const ANSWER_PATH: &str = "data/answer.json";
/// Schema version written.
pub const ANSWER_VERSION: u32 = 1;

/// An answer. Lists are written in the order given; the maker sorts them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Schema version, 1.
    pub version: u32,
    /// Bundles this answers, by id.
    pub answers: Vec<String>,
    /// Ties to other units' cases.
    pub links: Vec<AnswerLink>,
    /// Advice, each in the exact words a person approved for this receiver.
    pub advice: Vec<Advice>,
    /// 先行捜査: what the receiver is asked not to touch for now.
    pub holds: Vec<Hold>,
    /// 原値照会: values withheld or tokenised that the receiver is asked to reveal.
    pub reveals: Vec<RevealRequest>,
    /// Decisions of the national bureau.
    pub decisions: Vec<Decided>,
}

/// One tie between the receiver's case and another unit's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerLink {
    /// The receiver's case, by the object id in its own bundle.
    pub case: String,
    /// The receiver's objects it rests on, by their ids in its own bundle.
    pub objects: Vec<String>,
    /// The receiver's records, by their citations (`cite:<bundle>:<n>`).
    pub citations: Vec<String>,
    /// The other unit.
    pub counterpart: String,
    /// Section and extension to call there.
    pub contact: Option<String>,
    /// Strength of the tie, 0 to 1.
    pub score: f64,
    /// Why, as kinds and weights.
    pub reasons: Vec<AnswerReason>,
    /// 同一被害者の可能性: held back because both sides stated the role victim.
    pub same_victim: bool,
}

/// One reason of a tie: never the value, which the receiver finds in its own objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerReason {
    /// Kind of the shared value.
    pub kind: Kind,
    /// Its weight.
    pub weight: f64,
    /// Whether a token and not a plain value met.
    pub token: bool,
}

/// Advice in approved words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// The receiver's case it is about, where it is about one.
    pub case: Option<String>,
    /// The text.
    pub text: String,
    /// Who approved this text for this receiver.
    pub approved_by: String,
}

/// A request to leave something to another investigation until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The receiver's objects, by their ids in its own bundle.
    pub objects: Vec<String>,
    /// Whom to ask before acting.
    pub contact: String,
    /// Last day, ISO date: a hold without an end is none.
    pub expires: String,
}

/// A request to reveal an original value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevealRequest {
    /// Id of this request, for the reply.
    pub id: String,
    /// The receiver's object or citation.
    pub object: String,
    /// Why it is needed, and the legal basis.
    pub reason: String,
    /// Reply wanted by, ISO date.
    pub due: Option<String>,
}

/// A decision of the national bureau.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The receiver's case.
    pub case: String,
    /// What was decided, as `joint-investigation`, `lead`, `no-serious-cyber-case`.
    pub decision: String,
    /// Date, ISO.
    pub date: String,
    /// In approved words.
    pub text: Option<String>,
}

impl Answer {
    /// The payload file, JSON with a line feed.
    pub fn to_file(&self) -> Result<Vec<u8>, Fault> {
        self.check()?;
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| Fault::Io(error.into()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Reads the payload file; unknown fields and versions are refused.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Fault> {
        let answer: Self = serde_json::from_slice(bytes).map_err(|error| {
            Fault::input(format!("answer.json が読めない: {error}"), format!("answer.json is unreadable: {error}"))
        })?;
        answer.check()?;
        Ok(answer)
    }

    fn check(&self) -> Result<(), Fault> {
        let is_date = |text: &str| text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok();
        let dates = self.holds.iter().map(|hold| &hold.expires).chain(self.decisions.iter().map(|made| &made.date));
        let dates = dates.chain(self.reveals.iter().filter_map(|asked| asked.due.as_ref()));
        if let Some(odd) = dates.into_iter().find(|date| !is_date(date)) {
            return Err(Fault::input(format!("日付ではない `{odd}`"), format!("not a date: `{odd}`")));
        }
        if self.version != ANSWER_VERSION {
            return Err(Fault::input(
                format!("未対応の版 `{}`", self.version),
                format!("unknown version `{}`", self.version),
            ));
        }
        let finite =
            |link: &AnswerLink| link.score.is_finite() && link.reasons.iter().all(|reason| reason.weight.is_finite());
        if self.links.iter().all(finite) {
            Ok(())
        } else {
            Err(Fault::input("数でない重み", "a weight is not a number"))
        }
    }
}
