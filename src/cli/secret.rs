//! Passphrases: out of the environment, or typed on a terminal without echo. In no argument list, no result, no log.

use super::Context;
use crate::workbench::{Error, Fault, SigningKey, export};
use std::io::IsTerminal as _;
use std::path::Path;

const VARIABLE: &str = "ITOGUCHI_PASSPHRASE";

/// Opens a signing key, asking for its passphrase where it needs one and none is in the environment.
pub(super) fn open_key(context: &Context, path: &Path) -> Result<SigningKey, Error> {
    let given = from_environment();
    match export::read_key(path, given.as_deref()) {
        Err(err) if is_locked(&err) => {
            let prompt = format!(
                "{} {}: ",
                context.out.pick("鍵の合言葉", "Passphrase of the key"),
                super::out::plain(&path.display().to_string())
            );
            export::read_key(path, Some(&ask(&prompt)?))
        }
        other => other,
    }
}

/// The passphrase of a key about to be made: typed twice, or out of the environment.
pub(super) fn for_new_key(context: &Context) -> Result<String, Error> {
    if let Some(given) = from_environment() {
        return Ok(given);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::input(
            format!(
                "合言葉を付けるなら端末で実行するか環境変数 {VARIABLE} に入れ、付けないなら --no-passphrase を指定してください"
            ),
            format!(
                "run this on a terminal or put a passphrase into {VARIABLE}; for a key without one give --no-passphrase"
            ),
        ));
    }
    let first = ask(context.out.pick("新しい合言葉: ", "New passphrase: "))?;
    if first.is_empty() {
        return Err(Error::input(
            "合言葉が空です。付けないなら --no-passphrase を指定してください",
            "the passphrase is empty; for a key without one give --no-passphrase",
        ));
    }
    if ask(context.out.pick("もう一度: ", "Again: "))? != first {
        return Err(Error::input("二つの合言葉が違います", "the two passphrases differ"));
    }
    Ok(first)
}

fn from_environment() -> Option<String> {
    std::env::var(VARIABLE).ok().filter(|text| !text.is_empty())
}

fn is_locked(err: &Error) -> bool {
    let Error::Below(failure) = err else { return false };
    let fault: &dyn std::error::Error = &**failure;
    matches!(fault.downcast_ref(), Some(Fault::PassphraseNeeded))
}

fn ask(prompt: &str) -> Result<String, Error> {
    let nowhere = || {
        Error::input(
            format!("合言葉が要ります。端末で実行して入力するか、環境変数 {VARIABLE} に入れてください"),
            format!("a passphrase is needed: run this on a terminal and type it, or put it into {VARIABLE}"),
        )
    };
    if !std::io::stdin().is_terminal() {
        return Err(nowhere());
    }
    rpassword::prompt_password(prompt).map_err(|_| nowhere())
}
