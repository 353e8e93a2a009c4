//! What the window may order. Each is one use of the workbench, done off the window's thread.

use super::JobId;
use super::export::ExportPlan;
use super::graph::GraphSpec;
use super::indicators::IndicatorList;
use super::records::RecordView;
use crate::model::{CaseKey, EvidenceKey, Kind, Lang, Role, Stage, Tlp, Unit};
use crate::workbench::transcript::Transcript;
use std::fmt;
use std::path::PathBuf;

/// A passphrase. Never shown, never logged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(none)" } else { "Secret(…)" })
    }
}

/// How new evidence is to be read where its content does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReadAs {
    /// Format name; detected where `None`.
    pub format: Option<String>,
    /// Encoding label; detected where `None`.
    pub encoding: Option<String>,
    /// Zone of times that state none, as `Asia/Tokyo`.
    pub zone: Option<String>,
    /// Year of the first record of a log without years.
    pub year: Option<i16>,
    /// Legal basis with the paper's number.
    pub basis: Option<String>,
}

/// What the case form holds; `None` and empty mean not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseForm {
    /// The case to change; `None` for a new one.
    pub key: Option<CaseKey>,
    /// Title.
    pub title: String,
    /// Number on paper.
    pub number: Option<String>,
    /// How far it is.
    pub stage: Stage,
    /// Offence.
    pub offence: Option<String>,
    /// Method tags.
    pub method: Vec<String>,
    /// 認知日, ISO date.
    pub recognised_on: Option<String>,
    /// Loss in yen.
    pub loss_yen: Option<u64>,
    /// Contact section and extension.
    pub contact: Option<String>,
    /// What is asked of the national unit.
    pub asks: Vec<String>,
    /// Urgency.
    pub urgency: Option<String>,
    /// Answer wanted by, ISO date.
    pub deadline: Option<String>,
    /// Label.
    pub tlp: Tlp,
    /// Handling in words.
    pub handling: Option<String>,
}

/// Which rows a command is about.
#[derive(Clone, Debug, PartialEq)]
pub enum RowPick {
    /// These.
    Rows(Vec<(EvidenceKey, u32)>),
    /// All that a view shows.
    All(RecordView),
    /// Those at these places of a view.
    Places(RecordView, Vec<u64>),
}

/// Sorts of keys a person can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySort {
    /// Signs drafts, approvals and receipts.
    Signing,
    /// Opens what was sealed to us.
    Identity,
    /// Makes tokens.
    Token,
}

/// The last step of a bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealing {
    /// The approved draft.
    pub draft: PathBuf,
    /// Recipients: age recipients or files that hold them. Empty = the receiver's known key.
    pub to: Vec<String>,
    /// Where the sealed bundle goes.
    pub out: PathBuf,
}

/// Everything the window may order.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Opens a store; the present one is closed.
    OpenStore(PathBuf),
    /// Makes a store and opens it.
    NewStore {
        /// File.
        path: PathBuf,
        /// Who holds it.
        unit: Unit,
    },
    /// Makes the training stores and opens the first.
    StartTraining,
    /// States who works here.
    SignIn {
        /// Rank and name.
        operator: String,
    },
    /// States whose store this is: of one made for work at hand, or of the next one made so.
    SetUnit(Unit),
    /// Takes files and folders in. With no store open, a store for work at hand is made first.
    AddEvidence {
        /// The case; none yet where `None`.
        case: Option<CaseKey>,
        /// Files and folders.
        paths: Vec<PathBuf>,
        /// How to read them.
        read_as: ReadAs,
    },
    /// Takes pasted text in as evidence.
    AddText {
        /// The case; none yet where `None`.
        case: Option<CaseKey>,
        /// A name for it.
        name: String,
        /// The text.
        text: String,
    },
    /// Goes on with an import that was broken off.
    ResumeImport(EvidenceKey),
    /// Reads the stored bytes of an evidence again in another way; tags and citations follow their bytes.
    ReadAgain {
        /// The evidence.
        evidence: EvidenceKey,
        /// How to read it.
        read_as: ReadAs,
    },
    /// Proves that a record stands in its evidence, as a file that needs neither store nor evidence.
    ProveRecord {
        /// The evidence.
        evidence: EvidenceKey,
        /// Its row.
        row: u32,
        /// Where the proof goes.
        out: PathBuf,
    },
    /// Takes in what a person typed off an exhibit.
    Transcribe(Box<Transcript>),
    /// States by how many seconds the clock ran ahead that wrote an evidence's times; 0 takes it back.
    SetSkew {
        /// The evidence.
        evidence: EvidenceKey,
        /// Seconds, or `hh:mm:ss`, with a sign.
        skew: String,
        /// How it is known.
        reason: String,
    },
    /// States what columns stand for, as `amount=出金額`; none: the guess holds again.
    SetColumns {
        /// The evidence.
        evidence: EvidenceKey,
        /// Roles with their columns.
        roles: Vec<String>,
    },
    /// Keeps a query under a name.
    SaveSearch {
        /// The case it is asked of; all where `None`.
        case: Option<CaseKey>,
        /// Name.
        name: String,
        /// Query.
        query: String,
    },
    /// Forgets a saved search.
    DropSearch(String),
    /// Takes an evidence back, with the reason.
    Withdraw {
        /// The evidence.
        evidence: EvidenceKey,
        /// Why.
        reason: String,
    },
    /// Files evidence in a case, or in none.
    FileEvidence {
        /// The evidence.
        evidence: EvidenceKey,
        /// The case.
        case: Option<CaseKey>,
    },
    /// Re-hashes the stored bytes of one evidence, or of all (同一性確認).
    VerifyEvidence(Option<EvidenceKey>),
    /// Writes an evidence's original bytes out.
    SaveEvidence {
        /// The evidence.
        evidence: EvidenceKey,
        /// Where to.
        out: PathBuf,
    },
    /// Makes or changes a case.
    PutCase(Box<CaseForm>),
    /// States the role of values in a case; `None` takes it back. One undo step.
    SetRole {
        /// The case.
        case: CaseKey,
        /// Kind and canonical value.
        values: Vec<(Kind, String)>,
        /// The role.
        role: Option<Role>,
        /// The records it holds in; `None`: everywhere in the case.
        rows: Option<RowPick>,
    },
    /// The same of the rows of a list by their places: most of their pages are not at hand. Refused where the list has become
    /// another in the meantime.
    SetRoles {
        /// The case.
        case: CaseKey,
        /// The list.
        list: IndicatorList,
        /// Places in it, from 0.
        places: Vec<u64>,
        /// The list's mark when they were chosen.
        mark: u64,
        /// The role.
        role: Option<Role>,
    },
    /// Settles what sixty-four hex digits are, in the whole store. One undo step.
    Settle {
        /// The canonical value.
        value: String,
        /// A SHA-256 or a transaction; `None`: by the words around it again.
        kind: Option<Kind>,
        /// How that is known; may be empty.
        reason: String,
    },
    /// Puts a label on rows, or takes it off.
    Tag {
        /// The rows.
        rows: RowPick,
        /// The label.
        name: String,
        /// Put it on, or take it off.
        on: bool,
    },
    /// Takes the last edit back.
    Undo,
    /// Does the last undone edit again.
    Redo,
    /// Puts rows on the clipboard with their citations; audited as a copy.
    CopyRecords {
        /// The rows.
        rows: RowPick,
        /// The language of what stands beside the text.
        lang: Lang,
    },
    /// Writes the records of a view as CSV or JSONL, by the file's ending; audited as a copy.
    SaveRecords {
        /// The view.
        view: RecordView,
        /// Where to.
        out: PathBuf,
    },
    /// Writes the message templates of a view as CSV or JSONL, by the file's ending; audited as a copy.
    SaveTemplates {
        /// The view.
        view: RecordView,
        /// The field whose text is grouped; the message where `None`.
        field: Option<String>,
        /// Where to.
        out: PathBuf,
    },
    /// Writes the graph, by the file's ending: GraphML, GEXF, SVG, PNG, JSON.
    SaveGraph {
        /// The graph.
        spec: GraphSpec,
        /// Where to.
        out: PathBuf,
    },
    /// Takes in a list of values: CSV, JSONL.
    ImportList {
        /// The case for lines that name none.
        case: Option<CaseKey>,
        /// The list.
        path: PathBuf,
    },
    /// Sanitises, checks and signs a draft (起案署名).
    Draft {
        /// The plan.
        plan: ExportPlan,
        /// Preparer's signing key.
        key: PathBuf,
        /// Its passphrase.
        passphrase: Secret,
        /// Token key.
        token_key: PathBuf,
        /// Free texts as the preparer left them: field and text.
        texts: Vec<(String, String)>,
        /// Where the draft goes.
        out: PathBuf,
    },
    /// Approves a draft, by another person with another key (決裁).
    Approve {
        /// The draft.
        draft: PathBuf,
        /// Approver's signing key.
        key: PathBuf,
        /// Its passphrase.
        passphrase: Secret,
        /// Residual risks accepted, by id.
        accept: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Discards the last draft to a receiver, by its bundle id: it will not leave, and its number is free again.
    DiscardDraft(String),
    /// Seals an approved draft to its receiver (封かん).
    Seal(Sealing),
    /// Approves and seals in one step.
    ApproveAndSeal {
        /// The draft.
        draft: PathBuf,
        /// Approver's signing key.
        key: PathBuf,
        /// Its passphrase.
        passphrase: Secret,
        /// Residual risks accepted, by id.
        accept: Vec<String>,
        /// Why.
        reason: String,
        /// The last step.
        sealing: Sealing,
    },
    /// Makes a key: its private half readable by its owner alone, never over another file.
    MakeKey {
        /// What sort.
        sort: KeySort,
        /// Its file.
        path: PathBuf,
        /// Whose, for a signing key.
        name: String,
        /// Passphrase of a signing key.
        passphrase: Secret,
    },
    /// Trusts somebody's signing key.
    Trust {
        /// The public key's file.
        path: PathBuf,
        /// Whose unit.
        unit: Unit,
        /// Whose.
        name: String,
        /// Steps it may take, as `prepare`.
        may: Vec<String>,
    },
    /// Checks a bundle (真正性確認) without taking it in.
    VerifyBundle {
        /// The sealed file.
        path: PathBuf,
        /// Identity file that opens the seal.
        identity: Option<PathBuf>,
    },
    /// Takes a bundle in.
    Receive {
        /// The sealed file.
        path: PathBuf,
        /// Identity file that opens the seal.
        identity: PathBuf,
        /// Key to sign the receipt with, its passphrase, and where the receipt goes.
        receipt: Option<(PathBuf, Secret, PathBuf)>,
        /// Takes in what would be quarantined (numbers missing before it, its time past), on the operator's word.
        accept: bool,
    },
    /// Drafts the answer to the sender of a received bundle (分析結果の還元).
    AnswerSender {
        /// Who receives it.
        receiver: Unit,
        /// Preparer's signing key.
        key: PathBuf,
        /// Its passphrase.
        passphrase: Secret,
        /// Keys the answer is to be sealed to; none = decided when sealing.
        to: Vec<String>,
        /// Where the draft goes.
        out: PathBuf,
    },
    /// Verifies the whole audit chain.
    VerifyAudit,
    /// Stops a job at its next batch.
    Cancel(JobId),
    /// Keeps what the window wants to remember (JSON), outside the store.
    SaveUi(String),
}
