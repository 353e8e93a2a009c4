//! Arguments of commands on evidence.

use crate::workbench::import::AddOptions;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Evidence {
    /// 追加 / add files and folders
    Add(Add),
    /// 一覧 / list
    List {
        /// 事案ファイル / case file
        store: PathBuf,
    },
    /// 同一性確認 / hash the stored bytes again
    Verify {
        /// 事案ファイル / case file
        store: PathBuf,
    },
    /// 元のバイト列を出力（読むだけで、証跡には残らない） / write the original bytes; reads only, so the trail has no entry
    Cat {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 証拠 / evidence
        evidence: String,
    },
    /// 読み直す（付箋や引用はバイト位置で引き継ぐ） / read again; tags and citations follow their bytes
    Read(Read),
    /// 紙や画像の書き起こしを、元の証拠から派生した証拠として加える / add what a named person typed off a paper or picture
    Transcribe(Transcribe),
    /// 時計のずれを記す（進み＋、遅れ−、0で取り消し） / state by how much the clock was off
    Skew {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 証拠 / evidence
        evidence: String,
        /// 秒、または時:分:秒 / seconds, or hh:mm:ss: + ran ahead, - behind, 0 takes it back
        #[arg(allow_hyphen_values = true)]
        skew: String,
        /// どう確かめたか / how it is known
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// 表の列の役割（--set で記す） / what the columns of a table stand for
    Columns {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 証拠 / evidence
        evidence: String,
        /// 役割＝列（例 amount=出金額）。空なら推定に戻す / role=column; empty returns to the guess
        #[arg(long, value_delimiter = ',', num_args = 0..)]
        set: Option<Vec<String>>,
    },
    /// 記録の証明を作る（証拠なしで、その記録が証拠にあったと示すファイル） / prove that a record stands in the evidence
    Prove(Prove),
    /// 記録の証明を確かめる（事案ファイル不要） / check a proof, no case file needed
    CheckProof {
        /// 証明のファイル / the proof
        file: PathBuf,
        /// 別に知っている証拠のBLAKE3（16進） / the evidence's BLAKE3 as known from elsewhere
        #[arg(long, value_name = "HEX")]
        root: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Read {
    /// 事案ファイル / case file
    pub(in crate::cli) store: PathBuf,
    /// 証拠 / evidence
    pub(in crate::cli) evidence: String,
    /// 形式（auto＝判定し直す、省略＝前のまま） / format; auto detects anew, left out keeps
    #[arg(long)]
    pub(in crate::cli) format: Option<String>,
    /// 文字コード（auto、省略は同上） / encoding, likewise
    #[arg(long)]
    pub(in crate::cli) encoding: Option<String>,
    /// 時刻帯（auto＝定めない） / zone of times without one; auto states none
    #[arg(long)]
    pub(in crate::cli) zone: Option<String>,
    /// 年の無い時刻の年（auto＝定めない） / year of the first record; auto states none
    #[arg(long)]
    pub(in crate::cli) year: Option<String>,
    /// 時刻の列（区切りテキスト） / column of the time, of delimited text
    #[arg(long, value_name = "COLUMN")]
    pub(in crate::cli) time_column: Option<String>,
    /// 書庫のパスワードを1行に1つ書いたファイル（環境変数でも可） / file with archive passwords, one a line
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Transcribe {
    /// 事案ファイル / case file
    pub(in crate::cli) store: PathBuf,
    /// 元の証拠（事案ファイルに無い紙なら -） / evidence it was typed off, or - for a paper that is not in the store
    pub(in crate::cli) evidence: String,
    /// 本文のファイル（省略時は標準入力） / the text, or standard input
    pub(in crate::cli) file: Option<PathBuf>,
    /// 書き起こした人 / who typed it
    #[arg(long)]
    pub(in crate::cli) by: String,
    /// 元と照合した人 / who compared it with the exhibit
    #[arg(long)]
    pub(in crate::cli) compared_by: Option<String>,
    /// 符号 / exhibit number
    #[arg(long)]
    pub(in crate::cli) exhibit: Option<String>,
    /// 事案（元の証拠が無いとき） / case, where there is no evidence to follow
    #[arg(long)]
    pub(in crate::cli) case: Option<String>,
    /// 時刻帯 / zone of times without one
    #[arg(long)]
    pub(in crate::cli) zone: Option<String>,
    /// 取得の根拠 / legal basis
    #[arg(long)]
    pub(in crate::cli) basis: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Prove {
    /// 事案ファイル / case file
    pub(in crate::cli) store: PathBuf,
    /// 証拠 / evidence
    pub(in crate::cli) evidence: String,
    /// 記録の行番号（0から、searchのrow） / row of the record, from 0, as search tells it
    #[arg(long, conflicts_with_all = ["offset", "len"], required_unless_present = "offset")]
    pub(in crate::cli) row: Option<u32>,
    /// 最初のバイト / first byte
    #[arg(long, requires = "len")]
    pub(in crate::cli) offset: Option<u64>,
    /// バイト数 / bytes
    #[arg(long, requires = "offset")]
    pub(in crate::cli) len: Option<u64>,
    /// 出力先 / where the proof goes
    #[arg(long)]
    pub(in crate::cli) out: PathBuf,
}

/// How a file is to be read where a person says so; what is left out is guessed.
#[derive(Debug, Args)]
pub(in crate::cli) struct Forced {
    /// 形式を指定（定義ファイル .toml も可） / format, or a TOML file that defines one
    #[arg(long)]
    pub(in crate::cli) format: Option<String>,
    /// 文字コードを指定 / encoding
    #[arg(long)]
    pub(in crate::cli) encoding: Option<String>,
    /// 時刻帯（例 Asia/Tokyo, +09:00） / zone of times without one
    #[arg(long)]
    pub(in crate::cli) zone: Option<String>,
    /// 年の無い時刻の年 / year of the first record
    #[arg(long)]
    pub(in crate::cli) year: Option<i16>,
}

impl Forced {
    pub(in crate::cli) fn options(&self) -> AddOptions {
        AddOptions {
            format: self.format.clone(),
            encoding: self.encoding.clone(),
            zone: self.zone.clone(),
            year: self.year,
            ..AddOptions::default()
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// 事案ファイル / case file
    pub(in crate::cli) store: PathBuf,
    /// 事案（未定なら -） / case, or -
    pub(in crate::cli) case: String,
    /// ファイルやフォルダ / files and folders
    #[arg(required = true)]
    pub(in crate::cli) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) forced: Forced,
    /// 取得の根拠 / legal basis
    #[arg(long)]
    pub(in crate::cli) basis: Option<String>,
    /// 書庫のパスワードを1行に1つ書いたファイル（環境変数でも可） / file with archive passwords, one a line
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) password_file: Option<PathBuf>,
}
