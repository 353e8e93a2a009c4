//! The command line as typed (DESIGN §9). Every text in Japanese and English; commands that are not built are absent.

mod evidence;
mod search;

pub(super) use evidence::{Add, Evidence, Prove, Read, Transcribe};
pub(super) use search::{Preview, Saved, Templates};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// 糸口 Itoguchi: サイバー捜査の端緒を集め、つなぎ、引き継ぐ / evidence, indicators, links and bundles on one desk.
#[derive(Debug, Parser)]
#[command(name = "itoguchi", version, disable_help_subcommand = true)]
pub(super) struct Cli {
    /// 表示言語 / language of messages: ja, en
    #[arg(long, global = true, value_name = "ja|en")]
    pub(super) lang: Option<String>,
    /// 結果をJSON Linesで / print results as JSON Lines
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// 取扱者の氏名 / operator's name, entered in the audit trail
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) operator: Option<String>,
    /// 値に印を付ける自分の一覧のフォルダ / folder of one's own lists that mark values
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) lists: Option<PathBuf>,
    /// 時計を固定（再現用） / fix the clock, for reproducible output
    #[arg(long, global = true, value_name = "TIME")]
    pub(super) time: Option<String>,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// 事案ファイルを画面で開く / open the window on a case file
    Open(Open),
    /// 訓練用の一巡を行う / run the training exercise from evidence to answer
    Demo(Demo),
    /// 事案ファイルを新しく作る / make a case file
    New {
        /// 作るファイル / the file to make
        store: PathBuf,
        /// 所属（例 11, 11/urawa, 00/special） / unit
        #[arg(long)]
        unit: String,
    },
    /// 事案 / cases
    #[command(subcommand)]
    Case(Case),
    /// 証拠 / evidence
    #[command(subcommand)]
    Evidence(Evidence),
    /// 検索 / search records
    Search {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 検索式 / query
        #[arg(allow_hyphen_values = true)]
        query: String,
        /// この事案だけ / only this case
        #[arg(long)]
        case: Option<String>,
        /// この証拠だけ / only this evidence
        #[arg(long)]
        evidence: Option<String>,
        /// 表示する件数（0は全件） / rows to print, 0 for all
        #[arg(long, default_value_t = 100)]
        limit: u64,
        /// 件数だけ / print the count only
        #[arg(long)]
        count: bool,
    },
    /// 取り込む前にファイルの先頭の記録を見る（事案ファイル不要） / the first records of a file, before it is taken in
    Preview(Preview),
    /// 保存した検索 / saved searches
    #[command(subcommand)]
    Saved(Saved),
    /// 文面のひな形ごとの件数、まれな順 / message templates with counts, rare first
    Templates(Templates),
    /// 識別情報の一覧 / indicators seen
    Indicators {
        /// 事案ファイル / case file
        store: PathBuf,
        /// この事案だけ / only this case
        #[arg(long)]
        case: Option<String>,
        /// この種類だけ / only this kind
        #[arg(long)]
        kind: Option<String>,
        /// 役割の候補も（欄の名から。候補にすぎない） / roles that columns suggest, as suggestions
        #[arg(long)]
        suggest: bool,
        #[command(flatten)]
        list: ListArgs,
    },
    /// 値に印を付ける一覧（組込みと自分のもの） / the lists that mark values: built in, and one's own
    Lists,
    /// 文章から識別情報を取り出す（事案ファイル不要） / find indicators in a text, no case file needed
    Extract(Extract),
    /// 識別情報の役割を記す / state the role of an indicator in a case
    Role(Role),
    /// 16進64桁の値がSHA-256か取引IDかを確定する（値を省けば確定済みの一覧） / settle what 64 hex digits are; without a value: what was settled
    Settle(Settle),
    /// 一覧表の取込み / import a list of indicators (CSV, JSONL)
    Import {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 事案（無ければ -） / case, or -
        case: String,
        /// 一覧のファイル / the list
        file: PathBuf,
    },
    /// 相関図をファイルに / write the link graph
    Graph {
        /// 事案ファイル / case file
        store: PathBuf,
        /// この事案だけ / only this case
        #[arg(long)]
        case: Option<String>,
        /// 出力先 .graphml .gexf .svg .json / output file
        #[arg(long)]
        out: PathBuf,
    },
    /// 事案どうしの関連 / tie cases by what they share
    Correlate {
        /// 事案ファイル / case file
        store: PathBuf,
        /// これより弱い関連は出さない / leave out weaker ties
        #[arg(long)]
        min_score: Option<f64>,
        /// 二つ組で / print pairs instead of clusters
        #[arg(long)]
        pairs: bool,
        /// 似ている値も候補として / near-matches too, as suggestions
        #[arg(long)]
        suggest: bool,
    },
    /// 鍵 / keys
    #[command(subcommand)]
    Key(Key),
    /// 報告資料の案を作る（起案署名） / make a draft bundle, signed by its preparer
    Export(Export),
    /// 決裁 / approve a draft as the second person
    Approve {
        /// 案 / draft
        draft: PathBuf,
        /// 決裁者の鍵 / approver's key
        #[arg(long)]
        key: PathBuf,
        /// 残る危険を承知する（all または番号） / accept residual risks: all, or ids
        #[arg(long)]
        accept: Option<String>,
        /// その理由 / why
        #[arg(long)]
        reason: Option<String>,
    },
    /// 封かん / seal an approved draft
    Seal {
        /// 案 / draft
        draft: PathBuf,
        /// 受け手の公開鍵（age） / age recipient
        #[arg(long, required = true)]
        to: Vec<String>,
        /// 出力先 / output file
        #[arg(long)]
        out: PathBuf,
    },
    /// 起案の破棄：番号は次の起案に回る / discard the last draft to a receiver, so that its number is free again
    Discard {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 束の番号 / bundle id
        bundle: String,
    },
    /// 真正性確認 / verify a bundle
    Verify {
        /// 封かんされた報告資料 / bundle
        bundle: PathBuf,
        /// 受け手の秘密鍵（age） / age identity file
        #[arg(long)]
        identity: Option<PathBuf>,
        /// 信頼する署名者（`allowed_signers`） / trusted signers
        #[arg(long)]
        trust: Option<PathBuf>,
        /// 受け手の事案ファイル / receiving case file
        #[arg(long)]
        store: Option<PathBuf>,
        /// この時点で / as of
        #[arg(long)]
        at: Option<String>,
    },
    /// 受領 / receive a bundle
    Receive {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 報告資料 / bundle
        bundle: PathBuf,
        /// 受け手の秘密鍵（age） / age identity file
        #[arg(long)]
        identity: PathBuf,
        /// 欠番や期限切れを承知して受け入れる責任者 / who accepts missing numbers or a time past, by name
        #[arg(long, value_name = "NAME")]
        accepted_by: Option<String>,
        /// 受領書に署名する鍵 / key that signs the receipt
        #[arg(long)]
        key: Option<PathBuf>,
        /// 受領書の出力先 / where the receipt goes
        #[arg(long, requires = "key")]
        receipt: Option<PathBuf>,
    },
    /// 分析結果の還元 / answer to a sender
    Answer {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 還元先 / receiver
        #[arg(long)]
        receiver: String,
        /// 起案者の鍵 / preparer's key
        #[arg(long)]
        prepare: PathBuf,
        /// 案の出力先 / where the draft goes
        #[arg(long)]
        out: PathBuf,
    },
    /// 監査証跡 / audit trail
    Audit {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 連鎖を確かめる / check the chain
        #[arg(long)]
        verify: bool,
        /// 紙の簿冊に記す頭部 / the head for the paper register
        #[arg(long)]
        head: bool,
    },
    /// 事案ファイルの控えを取り、点検する / copy a case file and check the copy
    Backup {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 作るファイル / file to make
        file: PathBuf,
    },
    /// 事案ファイルの点検 / check a case file
    Check {
        /// 事案ファイル / case file
        store: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct Open {
    /// 事案ファイル / case file
    pub(super) store: PathBuf,
    /// 画面 / panel: cases evidence records indicators graph export received audit
    #[arg(long)]
    pub(super) panel: Option<String>,
    /// 大きさ / size
    #[arg(long, value_name = "WxH")]
    pub(super) size: Option<String>,
    /// 明暗 / light or dark
    #[arg(long, value_name = "light|dark")]
    pub(super) theme: Option<String>,
    /// 倍率 / scale
    #[arg(long)]
    pub(super) scale: Option<f32>,
    /// 画面を描いてPNGに保存し、終わる / draw, save a PNG, exit
    #[arg(long)]
    pub(super) screenshot: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// 作業場所 / where to work
    #[arg(long)]
    pub(super) dir: Option<PathBuf>,
    /// 画面を開かない / do not open the window
    #[arg(long)]
    pub(super) no_window: bool,
}

/// How a list goes out.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// 一覧として出力（csv jsonl stix misp） / write a list
    #[arg(long = "list", value_name = "FORM")]
    pub(super) form: Option<String>,
    /// 値を無害化して（CSVだけ、人に渡すとき） / defanged values, for people (CSV only)
    #[arg(long, requires = "form")]
    pub(super) defanged: bool,
}

#[derive(Debug, Args)]
pub(super) struct Extract {
    /// 読むファイル（省略時は標準入力） / file, or standard input
    pub(super) file: Option<PathBuf>,
    /// 値ごとに一度だけ、件数とともに / each value once, with its count
    #[arg(long)]
    pub(super) unique: bool,
    #[command(flatten)]
    pub(super) list: ListArgs,
    /// 書庫のパスワードを1行に1つ書いたファイル（環境変数でも可） / file with archive passwords, one a line
    #[arg(long, value_name = "FILE")]
    pub(super) password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Case {
    /// 新しい事案 / a new case
    New {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 件名 / title
        #[arg(long)]
        title: String,
        /// 番号 / number
        #[arg(long)]
        number: Option<String>,
    },
    /// 一覧 / list
    List {
        /// 事案ファイル / case file
        store: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct Role {
    /// 事案ファイル / case file
    pub(super) store: PathBuf,
    /// 事案 / case
    pub(super) case: String,
    /// KIND VALUE ROLE（--query のときは ROLE だけ。ROLE に none で取り消し） / with --query: ROLE alone; none takes it back
    #[arg(required = true, num_args = 1..=3)]
    pub(super) what: Vec<String>,
    /// この検索に合う行にある値すべて / every value in the rows this finds
    #[arg(long, requires = "kind", allow_hyphen_values = true)]
    pub(super) query: Option<String>,
    /// その種類 / of this kind
    #[arg(long)]
    pub(super) kind: Option<String>,
    /// この検索に合う記録の中だけの役割として / for the records this finds alone
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub(super) only_in: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Settle {
    /// 事案ファイル / case file
    pub(super) store: PathBuf,
    /// 16進64桁の値 / 64 hex digits
    #[arg(requires = "kind")]
    pub(super) value: Option<String>,
    /// sha256、txid、または context（文脈による読みに戻す） / or context: by the words around it again
    #[arg(long = "as", value_name = "KIND", requires = "value")]
    pub(super) kind: Option<String>,
    /// どう確かめたか / how it is known
    #[arg(long, default_value = "", requires = "value")]
    pub(super) reason: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// 署名鍵を作る（OpenSSH ed25519） / make a signing key
    New {
        /// 作るファイル / file to make; FILE.pub stands beside it
        file: PathBuf,
        /// 氏名 / name
        #[arg(long)]
        name: String,
        /// 合言葉を付けない / without passphrase
        #[arg(long)]
        no_passphrase: bool,
    },
    /// 受け手の鍵を作る（age） / make an age identity for receiving
    Identity {
        /// 作るファイル / file to make; FILE.pub stands beside it
        file: PathBuf,
    },
    /// 仮名化の鍵を作る / make a token key
    Token {
        /// 作るファイル / file to make
        file: PathBuf,
    },
    /// 鍵を信頼する / trust a key
    Trust {
        /// 事案ファイル / case file
        store: PathBuf,
        /// 署名者の公開鍵、または受け手の公開鍵（age） / public key of a signer, or age recipient
        public_key: PathBuf,
        /// 所属 / unit
        #[arg(long)]
        unit: String,
        /// 氏名 / name
        #[arg(long)]
        name: String,
        /// できること / prepare,approve,receive,decide
        #[arg(long, value_delimiter = ',')]
        may: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// 事案ファイル / case file
    pub(super) store: PathBuf,
    /// 事案 / case
    pub(super) case: String,
    /// 提供区分 / profile: national, prefecture, …
    #[arg(long)]
    pub(super) profile: String,
    /// 受け手 / receiving unit
    #[arg(long)]
    pub(super) receiver: String,
    /// 起案者の鍵 / preparer's key
    #[arg(long)]
    pub(super) prepare: PathBuf,
    /// 仮名化の鍵 / token key
    #[arg(long)]
    pub(super) token_key: PathBuf,
    /// 含める明細の検索式 / records to include
    #[arg(long)]
    pub(super) records: Option<String>,
    /// 受け手の公開鍵（age）。省略時は、信頼する鍵のうち受け手のもの / age recipient it will be sealed to, else the trusted one
    #[arg(long)]
    pub(super) to: Vec<String>,
    /// この受け手に一字一句そのまま渡す文章のファイル / text that goes along word for word
    #[arg(long, value_name = "FILE")]
    pub(super) text: Vec<PathBuf>,
    /// 案の出力先 / where the draft goes
    #[arg(long)]
    pub(super) out: PathBuf,
}
