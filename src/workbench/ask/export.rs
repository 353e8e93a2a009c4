//! Handing up and receiving: plans, reviews, drafts, checks, received bundles and the ties found with them.

use super::Said;
use crate::model::{CaseKey, Instant, Kind, Role, Sort, Text, Tlp, Unit};
use std::path::PathBuf;

/// One check with its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckLine {
    /// Name, as on the command line.
    pub check: String,
    /// What a person reads.
    pub label: Said,
    /// Held, failed, or could not be judged.
    pub ok: Option<bool>,
    /// What was found.
    pub detail: Said,
}

/// A sanitising profile to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRow {
    /// Name.
    pub name: String,
    /// What a person reads.
    pub label: Said,
    /// For whom, in a sentence.
    pub about: Said,
    /// Serial of the table.
    pub serial: u32,
    /// Why this store may not send under it, if so.
    pub refused: Option<Said>,
    /// The sorts of receivers it is made for.
    pub made_for: Vec<Sort>,
}

/// A receiver to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverRow {
    /// Unit.
    pub unit: Unit,
    /// Name.
    pub name: Said,
    /// What it does, in a few words.
    pub about: Said,
    /// The key last sealed to (`age1…`), if any.
    pub known: Option<String>,
}

/// A key somebody can seal to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientChoice {
    /// The file it was found in.
    pub path: PathBuf,
    /// The key, as `age1…`.
    pub text: String,
    /// Its fingerprint.
    pub fingerprint: String,
}

/// A key trusted for some steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// Whose unit.
    pub unit: Unit,
    /// The unit's name.
    pub unit_name: Said,
    /// Whose.
    pub name: String,
    /// SHA-256 fingerprint.
    pub fingerprint: String,
    /// Steps it may take: `prepare`, `approve`, `receive`, `decide`.
    pub may: Vec<String>,
}

/// A signing or token key at hand; the key itself stays in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChoice {
    /// File.
    pub path: PathBuf,
    /// Whose.
    pub name: String,
    /// SHA-256 fingerprint of the public key.
    pub fingerprint: String,
    /// Whether a passphrase is needed.
    pub locked: bool,
}

/// What can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportChoices {
    /// Profiles.
    pub profiles: Vec<ProfileRow>,
    /// Receivers.
    pub receivers: Vec<ReceiverRow>,
    /// Signing keys.
    pub keys: Vec<KeyChoice>,
    /// Token keys.
    pub token_keys: Vec<KeyChoice>,
    /// Identities that open seals.
    pub identities: Vec<KeyChoice>,
    /// Keys to seal to.
    pub recipients: Vec<RecipientChoice>,
    /// Whose signatures this store trusts.
    pub trusted: Vec<TrustedKey>,
    /// The folder keys are looked for in, and new ones go to.
    pub folder: PathBuf,
}

/// What is to be handed up, and to whom.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExportPlan {
    /// The case.
    pub case: CaseKey,
    /// Profile name.
    pub profile: String,
    /// Receiver.
    pub receiver: Unit,
    /// Which records go along; `None` = those with a suspect's, infrastructure or relay value.
    pub records: Option<String>,
    /// Keys the bundle is to be sealed to, named in the signed draft; none = decided when sealing.
    pub to: Vec<String>,
}

/// How a value leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ShownAs {
    /// As it is.
    Kept,
    /// As a keyed token.
    Token,
    /// Made coarser.
    General,
    /// Not at all.
    Withheld,
}

impl ShownAs {
    /// What a person reads.
    #[must_use]
    pub const fn text(self) -> Text {
        match self {
            Self::Kept => Text::new("原値", "Kept"),
            Self::Token => Text::new("仮名化", "Token"),
            Self::General => Text::new("一般化", "Generalised"),
            Self::Withheld => Text::new("除外", "Withheld"),
        }
    }
}

/// A value before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// Kind.
    pub kind: Kind,
    /// As it stands in the store.
    pub before: String,
    /// As it would leave; empty if withheld.
    pub after: String,
    /// How.
    pub shown: ShownAs,
    /// Stated role.
    pub role: Option<Role>,
    /// The rule that decided.
    pub rule: Said,
    /// Links to other cases that are lost because of it.
    pub links_lost: u64,
}

/// Something the check before release could not clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residual {
    /// Names it when accepting.
    pub id: String,
    /// What was found, without the withheld value.
    pub what: Said,
    /// Where in the bundle.
    pub place: String,
    /// Cannot be accepted: the value must go or the plan must change.
    pub stops: bool,
    /// The approver accepted it.
    pub accepted: bool,
}

/// Human text that leaves only as approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeText {
    /// Field name in the bundle.
    pub field: String,
    /// What a person reads.
    pub label: Said,
    /// As written in the case.
    pub before: String,
    /// As it would leave.
    pub after: String,
}

/// What a plan shows and hides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Records that go along.
    pub records: u64,
    /// Of those, undated.
    pub undated: u64,
    /// Values kept, tokenised, generalised, withheld.
    pub counts: [u64; 4],
    /// Values before and after; roles not stated first, by links lost.
    pub rows: Vec<ReviewRow>,
    /// Values whose role nobody stated: they count as a victim's.
    pub roles_open: u64,
    /// Free text.
    pub texts: Vec<FreeText>,
    /// Remarks, as a limit set by a source.
    pub notes: Vec<Said>,
}

/// How far a bundle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// Drafted and signed by its preparer.
    Draft,
    /// Approved by a second person.
    Approved,
    /// Sealed to its receiver.
    Sealed,
}

/// A bundle made here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// The draft, or the sealed file.
    pub path: PathBuf,
    /// Bundle id.
    pub bundle: String,
    /// Case number or title.
    pub case: String,
    /// Receiver.
    pub receiver: Said,
    /// Profile.
    pub profile: Said,
    /// It is an answer to a sender.
    pub answer: bool,
    /// Keys it is to be sealed to, as far as the draft names them.
    pub to: Vec<String>,
    /// Why the draft cannot be worked on: its file is gone or damaged.
    pub trouble: Option<Said>,
    /// How far.
    pub step: Step,
    /// Who prepared it, and when.
    pub prepared: Option<(String, Instant)>,
    /// Who approved it, and when.
    pub approved: Option<(String, Instant)>,
    /// Files in it.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// Values kept, tokenised, generalised, withheld.
    pub counts: [u64; 4],
    /// What the check before release left open.
    pub residual: Vec<Residual>,
    /// What has changed since the last bundle to this receiver.
    pub since_last: Option<Said>,
    /// The sealed file and its SHA-256, hex.
    pub sealed: Option<(PathBuf, String)>,
    /// Checks after sealing.
    pub checks: Vec<CheckLine>,
    /// Audit head for the paper register.
    pub head: Option<String>,
}

/// A tie between cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Tie {
    /// Cases, as number or title with the unit.
    pub cases: Vec<Said>,
    /// Their keys in this store.
    pub keys: Vec<CaseKey>,
    /// The units that hold them.
    pub units: Vec<Unit>,
    /// Score, 0 to 1.
    pub score: f32,
    /// The values they share.
    pub why: Vec<TieReason>,
}

/// A value two cases share.
#[derive(Clone, Debug, PartialEq)]
pub struct TieReason {
    /// What it is.
    pub kind: Kind,
    /// The value, or a token that stands for it.
    pub value: String,
    /// What it adds to the score.
    pub weight: f32,
    /// It stands in so many places that it is no reason by itself.
    pub damped: bool,
    /// What a person should know about it.
    pub marks: Vec<Text>,
}

/// A bundle that came in.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivedRow {
    /// Bundle id.
    pub bundle: String,
    /// File it came in.
    pub file: String,
    /// From.
    pub from: Said,
    /// When it was taken in.
    pub at: Instant,
    /// Label.
    pub tlp: Tlp,
    /// Training material.
    pub training: bool,
    /// Cases, indicators, records it brought.
    pub counts: [u64; 3],
    /// Why it stands in quarantine, if it does.
    pub quarantine: Option<Said>,
    /// Checks made on it.
    pub checks: Vec<CheckLine>,
    /// Ties it made.
    pub ties: Vec<Tie>,
    /// A receipt was written.
    pub receipt: bool,
    /// An answer was drafted.
    pub answered: bool,
    /// What an answer to us says.
    pub answer: Vec<AnswerRow>,
    /// Whom an answer goes to.
    pub sender: Option<Unit>,
}

/// One tie that the national unit told us of.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRow {
    /// Our case.
    pub case: Option<CaseKey>,
    /// Its number or title; the id in the answer where we no longer know it.
    pub label: String,
    /// The unit of the other case, and whom to call there.
    pub counterpart: Said,
    /// Section and extension there.
    pub contact: Option<String>,
    /// Strength, 0 to 1.
    pub score: f64,
    /// Our own values it rests on.
    pub values: Vec<(Kind, String)>,
    /// Kinds and weights of the reasons, and whether tokens met.
    pub reasons: Vec<(Kind, f64, bool)>,
    /// It may be the same victim.
    pub same_victim: bool,
}
