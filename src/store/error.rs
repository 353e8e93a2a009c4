//! What can go wrong with a case file, said to a person.

use crate::model::explain::{io_reason, io_remedy};
use crate::model::{Explain, Lang, Text};
use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database engine failed.
    #[error("the case file could not be read or written: {0}")]
    Engine(#[source] rusqlite::Error),
    /// Another program holds the file.
    #[error("another program is using the case file")]
    Busy,
    /// No room left.
    #[error("the disk is full")]
    Full,
    /// Opened for reading, asked to write.
    #[error("the case file is open for reading only")]
    ReadOnly,
    /// The work was called off.
    #[error("cancelled")]
    Cancelled,
    /// Chunks did not come in order: offset expected, offset given.
    #[error("a chunk came out of order: expected byte {0}, got byte {1}")]
    Order(u64, u64),
    /// Something still refers to what shall go.
    #[error("`{0}` is still referred to")]
    InUse(String),
    /// The bytes are not in the store: erased by order, or registered by reference.
    #[error("the bytes of `{0}` are not in the case file")]
    NoBytes(String),
    /// The file was not closed: a side file lies beside it, or is missing.
    #[error("the case file was not closed: {0}")]
    NotClosed(PathBuf),
    /// The file was left behind in the midst of writing, where nothing may be written.
    #[error("the case file was left in the midst of writing and cannot be put in order here: {0}")]
    Unsettled(PathBuf),
    /// Another file stands where the open one stood.
    #[error("the case file was replaced while it was open: {0}")]
    Replaced(PathBuf),
    /// An older file opened for reading.
    #[error("the case file has version {found}, now is {known}: {path}")]
    Older {
        /// Version in the file.
        found: i64,
        /// Present version.
        known: i64,
        /// The file.
        path: PathBuf,
    },
    /// The file system failed.
    #[error("{what}: {source}: {path}")]
    File {
        /// What was tried.
        what: &'static str,
        /// The system's word.
        source: std::io::Error,
        /// The file.
        path: PathBuf,
    },
    /// The file is no case file.
    #[error("not an Itoguchi case file ({reason}): {path}")]
    NotAStore {
        /// How that was seen.
        reason: String,
        /// The file.
        path: PathBuf,
    },
    /// The file exists already.
    #[error("there is a file already: {0}")]
    Exists(PathBuf),
    /// The file was written by a newer program.
    #[error("the case file has version {found}, this program reads up to {known}: {path}")]
    Newer {
        /// Version in the file.
        found: i64,
        /// Newest version known.
        known: i64,
        /// The file.
        path: PathBuf,
    },
    /// The schema is not ours: something was added, removed or changed.
    #[error("the case file's schema differs from Itoguchi's at `{object}`: {path}")]
    Schema {
        /// The table, index, trigger or view that differs.
        object: String,
        /// The file.
        path: PathBuf,
    },
    /// A path on a network share.
    #[error("case files are not written on network shares ({kind}): {path}")]
    Network {
        /// File system type.
        kind: String,
        /// The file.
        path: PathBuf,
    },
    /// Stored bytes do not make sense.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// No such case, evidence or statement.
    #[error("no {noun} `{text}`")]
    Unknown {
        /// What was looked for.
        noun: &'static str,
        /// The text given.
        text: String,
    },
    /// More than one thing has this suffix.
    #[error("more than one {noun} ends with `{text}`")]
    Ambiguous {
        /// What was looked for.
        noun: &'static str,
        /// The text given.
        text: String,
    },
    /// Resuming found other bytes than before.
    #[error("the source has changed since its import was begun, at byte {0}")]
    SourceChanged(u64),
    /// Not allowed, and why.
    #[error("{}", .0.en)]
    Refused(Text),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Engine(error),
        }
    }
}

impl Error {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    pub(super) fn file(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::StorageFull {
            return Self::Full;
        }
        Self::File { what, source, path: path.to_owned() }
    }
}

impl Explain for Error {
    fn what(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::Engine(err) => format!("事案ファイルを読み書きできません（{err}）"),
            Self::File { source, path, .. } => format!("{}: {}", io_reason(source, lang), path.display()),
            Self::NotAStore { reason, path } => {
                format!("糸口の事案ファイルではありません（{reason}）: {}", path.display())
            }
            Self::Exists(path) => format!("同名のファイルが既にあります: {}", path.display()),
            Self::Newer { found, known, path } => {
                format!("事案ファイルの版が新しすぎます（版{found}、読めるのは{known}まで）: {}", path.display())
            }
            Self::Schema { object, path } => {
                format!("事案ファイルの構造が本来と異なります（`{object}`）: {}", path.display())
            }
            Self::Network { kind, path } => {
                format!("ネットワーク上の場所には書き込めません（{kind}）: {}", path.display())
            }
            Self::Damaged(what) => format!("保存データが壊れています（{what}）"),
            Self::Unknown { noun, text } => {
                let noun = match *noun {
                    "case" => "事案",
                    "evidence" => "証拠",
                    "row" => "行",
                    "bundle" => "報告資料",
                    _ => "項目",
                };
                format!("{noun} `{text}` は見つかりません")
            }
            Self::Ambiguous { text, .. } => format!("`{text}` で終わるものが複数あります"),
            Self::SourceChanged(at) => format!("取込みを始めた時から元ファイルが変わっています（{at}バイト目）"),
            Self::Refused(why) => why.ja.to_owned(),
            Self::Busy => "他のプログラムが事案ファイルを使用中です".to_owned(),
            Self::Full => "ディスクの空きがありません".to_owned(),
            Self::ReadOnly => "事案ファイルは読み取り専用で開かれています".to_owned(),
            Self::Cancelled => "中止しました".to_owned(),
            Self::Order(want, got) => format!("断片の順序が違います（{want}バイト目のはずが{got}バイト目）"),
            Self::InUse(what) => format!("`{what}` はまだ参照されています"),
            Self::NoBytes(id) => format!("`{id}` の中身は事案ファイルにありません"),
            Self::NotClosed(path) => format!("事案ファイルが閉じられていません: {}", path.display()),
            Self::Unsettled(path) => {
                format!("事案ファイルは書込み中に途切れており、ここでは元に戻せません: {}", path.display())
            }
            Self::Replaced(path) => format!("開いている間に事案ファイルが差し替えられました: {}", path.display()),
            Self::Older { found, known, path } => {
                format!("事案ファイルの版が古いものです（版{found}、現在は{known}）: {}", path.display())
            }
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        let (ja, en) = match self {
            Self::NotAStore { .. } => {
                ("`itoguchi new` で新しい事案ファイルを作れます", "make a case file with `itoguchi new`")
            }
            Self::Exists(_) => ("別の名前を指定してください", "give another name"),
            Self::Newer { .. } => ("新しい版の糸口で開いてください", "open it with a newer Itoguchi"),
            Self::Schema { .. } => (
                "外部から受け取ったファイルなら開かず、送付元に確認してください",
                "if the file came from elsewhere, do not use it and ask its sender",
            ),
            Self::Network { .. } => ("端末内に複写してから開いてください", "copy it to this workstation first"),
            Self::Unknown { noun: "case", .. } => {
                ("`itoguchi case list` で番号を確かめてください", "see `itoguchi case list` for the cases there are")
            }
            Self::Unknown { noun: "evidence", .. } => (
                "`itoguchi evidence list` で番号を確かめてください",
                "see `itoguchi evidence list` for the evidence there is",
            ),
            Self::File { source, .. } => return io_remedy(source, lang),
            Self::Ambiguous { .. } => ("もっと長く指定してください", "give more of the id"),
            Self::SourceChanged(_) => {
                ("取下げてから、あらためて取り込んでください", "withdraw the partial evidence and add the file anew")
            }
            Self::Busy => {
                ("他の画面や処理を閉じてからやり直してください", "close the other window or command and try again")
            }
            Self::ReadOnly => ("書き込みで開き直してください", "open it for writing"),
            Self::Replaced(_) => (
                "元のファイルを戻してから開き直してください。以後の入力は記録されていません",
                "put the file back and open it again; nothing entered since was recorded",
            ),
            Self::NotClosed(_) => ("送付元に、閉じたファイルを求めてください", "ask the sender for a closed file"),
            Self::Unsettled(_) => (
                "隣の -wal と -journal も一緒に、書き込めるフォルダへ複写してから開いてください",
                "copy it, with the -wal and -journal beside it, to a folder that can be written, and open it there",
            ),
            Self::Older { .. } => {
                ("控えを取り、書き込みで一度開いてください", "back it up, then open it for writing once")
            }
            Self::InUse(_) => {
                ("先に、参照しているものを移すか取り消してください", "move or take back what refers to it first")
            }
            Self::Damaged(_) => ("控えと照合してください", "compare it with a backup"),
            Self::Engine(_) | Self::Full => (
                "空き容量と権限を確かめてください。確定済みの内容は失われていません",
                "check free space and permissions; nothing committed is lost",
            ),
            _ => return None,
        };
        Some(lang.pick(ja, en).to_owned())
    }
}

/// Result of a store call.
pub type Result<T> = std::result::Result<T, Error>;
