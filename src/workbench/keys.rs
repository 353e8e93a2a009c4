//! Key files: made once, private halves readable by their owner alone, never overwritten.

use super::error::{Error, Result};
use super::export::{below, write_new};
use crate::bundle::identity::{self, Recipient};
use crate::bundle::keys::{self, PublicKey};
use crate::bundle::token_key::TokenKey;
use crate::bundle::trust::Right;
use crate::model::Instant;
use crate::model::time::JST_MINUTES;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The public half's file beside a private key.
#[must_use]
pub fn public_path(file: &Path) -> PathBuf {
    let mut name = OsString::from(file.as_os_str());
    name.push(".pub");
    PathBuf::from(name)
}

/// Writes a file only its owner can read.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    write_new(path, b"")?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(Error::file(path))?;
    }
    std::fs::write(path, bytes).map_err(Error::file(path))
}

/// Makes a signing key.
pub fn make_key(file: &Path, name: &str, passphrase: Option<&str>) -> Result<PublicKey> {
    let made = keys::make_key(name, passphrase).map_err(below)?;
    write_secret(file, made.private.as_bytes())?;
    write_new(&public_path(file), made.public.as_bytes())?;
    PublicKey::from_line(&made.public).ok_or_else(|| Error::input("鍵を読み返せません", "the key cannot be read back"))
}

/// Makes an age identity; returns its recipient.
pub fn make_identity(file: &Path) -> Result<String> {
    let (text, recipient) = identity::make_identity();
    write_secret(file, text.as_bytes())?;
    write_new(&public_path(file), format!("{recipient}\n").as_bytes())?;
    Ok(recipient.to_string())
}

/// Makes a token key; its epoch is named after the month it was made in.
pub fn make_token_key(file: &Path, now: Instant) -> Result<TokenKey> {
    let month: String = now.iso(JST_MINUTES).chars().take(7).filter(char::is_ascii_digit).collect();
    let key = TokenKey::make(&format!("e{month}")).map_err(below)?;
    write_secret(file, key.to_file().as_bytes())?;
    Ok(key)
}

/// Reads a public key file.
pub fn read_public(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::file(path))
}

/// What a store trusts of a public key file: a signer's line without its comment, or a receiver's `age1…`.
pub fn public_line(text: &str, may: &[String]) -> Result<String> {
    if let Some(key) = PublicKey::from_line(text) {
        return Ok(key.line());
    }
    let keys = Recipient::from_file(text).unwrap_or_default();
    let [recipient] = keys.as_slice() else {
        return Err(Error::input(
            "OpenSSHのed25519公開鍵でも、ageの公開鍵でもありません",
            "neither an OpenSSH ed25519 public key nor an age recipient",
        ));
    };
    if may != [Right::Receive.tag()] {
        return Err(Error::input(
            "封かん用の公開鍵（age）に認められるのは receive だけです",
            "an age recipient may `receive` and nothing else",
        ));
    }
    Ok(recipient.to_string())
}

/// Reads what a key may do.
pub fn read_rights(may: &[String]) -> Result<Vec<String>> {
    let list = may.join(",");
    let rights = Right::from_list(&list);
    let rights = rights.ok_or_else(|| {
        Error::input(
            format!("できることを読めません: `{list}`（prepare,approve,receive,decide）"),
            format!("`{list}` is not a list of prepare, approve, receive, decide"),
        )
    })?;
    Ok(rights.into_iter().map(|right| right.tag().to_owned()).collect())
}
