//! What a job is called, how its progress is counted, and which lane it takes.

use crate::workbench::ask::{Command, Measure, Question, Said};
use std::path::Path;

/// How a command is shown while it runs.
pub(super) struct Shown {
    pub(super) name: Said,
    pub(super) measure: Measure,
    /// It looks at its ticket.
    pub(super) cancellable: bool,
    /// It may take longer than a blink: it must not hold up edits.
    pub(super) long: bool,
    /// What can be shown of the files it takes in before they are in.
    pub(super) ahead: Option<Question>,
}

/// How a command is shown.
pub(super) fn command(command: &Command) -> Shown {
    use Measure::{Bytes, Nothing, Records, Share};
    let long = |name: Said, measure, cancellable| Shown { name, measure, cancellable, long: true, ahead: None };
    let of = |path: &Path, ja: &str, en: &str| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Said::new(format!("{ja} {name}"), format!("{en} {name}"))
    };
    match command {
        Command::AddEvidence { paths, read_as, .. } => {
            let first = paths.first().map(std::path::PathBuf::as_path).unwrap_or(Path::new(""));
            let mut name = of(first, "取込", "Taking in");
            if paths.len() > 1 {
                name = Said::new(format!("{} ほか", name.ja), format!("{} and more", name.en));
            }
            let ahead = Some(Question::Ahead { paths: paths.clone(), read_as: read_as.clone() });
            Shown { ahead, ..long(name, Bytes, true) }
        }
        Command::ReadAgain { .. } => long(Said::new("読み直し", "Reading again"), Bytes, true),
        Command::ProveRecord { out, .. } => long(of(out, "証明", "Proving"), Bytes, true),
        Command::Transcribe(_) => long(Said::new("書き起こしの取込", "Taking the transcript in"), Bytes, true),
        Command::AddText { .. } => long(Said::new("文章の取込", "Taking text in"), Bytes, true),
        Command::ResumeImport(_) => long(Said::new("取込みの再開", "Resuming the import"), Bytes, true),
        Command::VerifyEvidence(_) => long(Said::new("同一性確認", "Verifying hashes"), Bytes, true),
        Command::SaveEvidence { out, .. } => long(of(out, "書出し", "Saving"), Bytes, true),
        Command::SaveRecords { out, .. } => long(of(out, "書出し", "Saving"), Records, true),
        Command::SaveTemplates { out, .. } => long(of(out, "書出し", "Saving"), Bytes, true),
        Command::SaveGraph { out, .. } => long(of(out, "書出し", "Saving"), Share, true),
        Command::ImportList { path, .. } => long(of(path, "一覧の取込", "Taking in"), Nothing, false),
        Command::OpenStore(path) => long(of(path, "開く", "Opening"), Nothing, false),
        Command::NewStore { path, .. } => long(of(path, "作成", "Making"), Nothing, false),
        Command::StartTraining => long(Said::new("訓練の準備", "Preparing the training"), Nothing, true),
        Command::Draft { .. } => long(Said::new("起案", "Drafting"), Nothing, true),
        Command::AnswerSender { .. } => long(Said::new("還元の起案", "Drafting the answer"), Nothing, true),
        Command::Approve { .. } => long(Said::new("決裁", "Approving"), Nothing, false),
        Command::Seal(_) | Command::ApproveAndSeal { .. } => long(Said::new("封かん", "Sealing"), Nothing, false),
        Command::VerifyBundle { path, .. } => long(of(path, "真正性確認", "Checking"), Nothing, false),
        Command::Receive { path, .. } => long(of(path, "受領", "Receiving"), Nothing, false),
        Command::CopyRecords { .. } => long(Said::new("写し", "Copying"), Nothing, true),
        Command::MakeKey { .. } => long(Said::new("鍵の作成", "Making a key"), Nothing, false),
        Command::VerifyAudit => long(Said::new("監査証跡の確認", "Verifying the chain"), Nothing, false),
        // Among the edits, however many: it must not wait for an import, by which the list would become another.
        Command::SetRole { .. } | Command::SetRoles { .. } => {
            Shown { long: false, ..long(Said::new("役割の設定", "Stating roles"), Share, true) }
        }
        Command::Undo => Shown { long: false, ..long(Said::new("元に戻す", "Undoing"), Share, true) },
        Command::Redo => Shown { long: false, ..long(Said::new("やり直し", "Redoing"), Share, true) },
        _ => Shown {
            name: Said::new("記録", "Entering"),
            measure: Nothing,
            cancellable: false,
            long: false,
            ahead: None,
        },
    }
}

/// What the work on a question is called, and how it is counted.
pub(super) fn question(question: &Question) -> (Said, Measure) {
    match question {
        Question::Search(_) => (Said::new("検索", "Searching"), Measure::Bytes),
        Question::Rows { .. } => (Said::new("記録の読出し", "Reading records"), Measure::Nothing),
        Question::Histogram { .. } => (Said::new("時間分布", "Counting over time"), Measure::Records),
        Question::Ahead { .. } => (Said::new("先頭の読出し", "Reading ahead"), Measure::Nothing),
        Question::Templates { .. } => (Said::new("文面の整理", "Grouping messages"), Measure::Bytes),
        Question::Stack { .. } => (Said::new("時間分布の内訳", "Counting values over time"), Measure::Bytes),
        Question::Facet { .. } => (Said::new("内訳の集計", "Counting values"), Measure::Bytes),
        Question::Graph(_) => (Said::new("相関図の配置", "Laying the graph out"), Measure::Share),
        Question::Cases | Question::Ties(_) | Question::Received => {
            (Said::new("事案の突合", "Comparing cases"), Measure::Nothing)
        }
        Question::Review(_) => (Said::new("提供内容の試算", "Working out the bundle"), Measure::Nothing),
        Question::Drafts => (Said::new("起案の読出し", "Reading drafts"), Measure::Nothing),
        Question::Sweep(_) => (Said::new("一覧の照合", "Looking for a list"), Measure::Share),
        Question::IndicatorCounts(_)
        | Question::Indicators { .. }
        | Question::Courses { .. }
        | Question::Hints { .. } => (Said::new("識別情報の集計", "Counting indicators"), Measure::Nothing),
        _ => (Said::new("読出し", "Reading"), Measure::Nothing),
    }
}

/// Whether the answer may take long: it must not hold up rows and details.
pub(super) const fn is_long(question: &Question) -> bool {
    !matches!(
        question,
        Question::Store
            | Question::Kinds
            | Question::Evidence(_)
            | Question::Rows { .. }
            | Question::Ahead { .. }
            | Question::Record { .. }
            | Question::Searches
            | Question::ExportChoices
            | Question::AuditState
            | Question::Audit { .. }
    )
}
