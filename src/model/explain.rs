//! How an error speaks to a person: what happened, and what to do about it, in their language.

use super::lang::Lang;
use std::io;

/// Every error that can reach a person says what failed and, where there is one, the remedy.
///
/// Messages are one sentence without a full stop; literal values stand in backticks, a path comes last.
pub trait Explain: std::error::Error {
    /// What happened, to which file and row.
    fn what(&self, lang: Lang) -> String;

    /// What to do about it; `None` where nothing better than the message can be said.
    fn hint(&self, lang: Lang) -> Option<String> {
        let _ = lang;
        None
    }
}

/// Why the system refused a file, in the words of a person.
pub fn io_reason(error: &io::Error, lang: Lang) -> String {
    let (ja, en) = match error.kind() {
        io::ErrorKind::NotFound => ("ファイルがありません", "no such file"),
        io::ErrorKind::PermissionDenied => ("読み書きの権限がありません", "permission denied"),
        io::ErrorKind::AlreadyExists => ("同名のファイルが既にあります", "there is a file already"),
        io::ErrorKind::StorageFull => ("ディスクの空きがありません", "the disk is full"),
        io::ErrorKind::IsADirectory => ("フォルダです", "it is a folder"),
        io::ErrorKind::ReadOnlyFilesystem => ("読み取り専用の場所です", "nothing can be written there"),
        _ => return error.to_string(),
    };
    lang.pick(ja, en).to_owned()
}

/// What to do about it.
pub fn io_remedy(error: &io::Error, lang: Lang) -> Option<String> {
    let (ja, en) = match error.kind() {
        io::ErrorKind::NotFound => ("パスを確かめてください", "check the path"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            "権限を確かめるか、読み書きできる場所へ複写してください",
            "check its permissions, or copy it to a place of your own",
        ),
        io::ErrorKind::AlreadyExists => ("別の名前を指定してください", "give another name"),
        io::ErrorKind::StorageFull => ("空きを作ってからやり直してください", "make room and try again"),
        io::ErrorKind::IsADirectory => ("ファイルを指定してください", "name a file"),
        _ => return None,
    };
    Some(lang.pick(ja, en).to_owned())
}
