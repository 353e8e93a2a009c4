//! Arguments of previews, saved searches and templates.

use super::evidence::Forced;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Saved {
    /// 一覧 / list
    List {
        /// 事案ファイル / case file
        store: PathBuf,
    },
    /// 検索式に名前を付けて保存 / keep a query under a name
    Put {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 名前 / name
        name: String,
        /// 検索式 / query
        #[arg(allow_hyphen_values = true)]
        query: String,
        /// この事案だけ / only this case
        #[arg(long)]
        case: Option<String>,
    },
    /// 実行 / run
    Run {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 名前 / name
        name: String,
        /// 表示する件数（0は全件） / rows to print, 0 for all
        #[arg(long, default_value_t = 100)]
        limit: u64,
        /// 件数だけ / print the count only
        #[arg(long)]
        count: bool,
    },
    /// 取り消し / forget
    Drop {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 名前 / name
        name: String,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Templates {
    /// 事案ファイル / case file
    pub(in crate::cli) store: PathBuf,
    /// 検索式（省略時は全件） / query, else all records
    #[arg(allow_hyphen_values = true, default_value = "")]
    pub(in crate::cli) query: String,
    /// この事案だけ / only this case
    #[arg(long)]
    pub(in crate::cli) case: Option<String>,
    /// この証拠だけ / only this evidence
    #[arg(long)]
    pub(in crate::cli) evidence: Option<String>,
    /// この項目の文面で（省略時は本文） / of this field, else of the message
    #[arg(long)]
    pub(in crate::cli) field: Option<String>,
    /// 表示する件数（0は全件） / how many to print, 0 for all
    #[arg(long, default_value_t = 0)]
    pub(in crate::cli) limit: u64,
    /// このひな形の記録を表示 / print the records of this template
    #[arg(long, value_name = "TEMPLATE")]
    pub(in crate::cli) of: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Preview {
    /// ファイル / file
    pub(in crate::cli) file: PathBuf,
    /// 表示する件数 / how many records
    #[arg(long, default_value_t = 100)]
    pub(in crate::cli) limit: usize,
    #[command(flatten)]
    pub(in crate::cli) forced: Forced,
}
