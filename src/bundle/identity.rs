//! Receivers' keys: age X25519 identities (secret) and recipients (public), in the text forms of the age tools.
//!
//! Only X25519: plugins, passphrases and SSH keys are refused, so that a bundle can name its receivers' keys exactly.

use super::fault::Fault;
use age::secrecy::ExposeSecret as _;
use data_encoding::BASE64_NOPAD;
use sha2::{Digest as _, Sha256};
use std::fmt;

const MAX_FILE: usize = 64 * 1024;
/// Most identities tried on one bundle.
const MAX_IDENTITIES: usize = 64;

/// A receiver's secret key.
#[derive(Clone)]
pub struct Identity(pub(super) age::x25519::Identity);

/// A receiver's public key, `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(pub(super) age::x25519::Recipient);

/// Makes a receiver's key: the text of an identity file (as `age-keygen` writes it) and its public half.
#[must_use]
pub fn make_identity() -> (String, Recipient) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public();
    (format!("# public key: {recipient}\n{}\n", identity.to_string().expose_secret()), Recipient(recipient))
}

impl Identity {
    /// Reads an identity file: comments, blank lines and one or more `AGE-SECRET-KEY-1…`.
    pub fn from_file(bytes: &[u8]) -> Result<Vec<Self>, Fault> {
        let refused = || Fault::key("ageの秘密鍵ファイルではない", "this is not an age identity file");
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_FILE).ok_or_else(refused)?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let identities: Vec<Self> =
            lines.map(|line| line.parse().map(Self)).collect::<Result<_, _>>().map_err(|_| refused())?;
        if identities.is_empty() || identities.len() > MAX_IDENTITIES {
            return Err(refused());
        }
        Ok(identities)
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient())
    }
}

impl Recipient {
    /// Reads `age1…`.
    pub fn from_text(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        text.parse().map(Self).map_err(|_| {
            Fault::key(format!("ageの公開鍵ではない: `{text}`"), format!("this is not an age recipient: `{text}`"))
        })
    }

    /// Reads recipients: lines of `age1…`, comments and blank lines between them.
    pub fn from_file(text: &str) -> Result<Vec<Self>, Fault> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.take(MAX_IDENTITIES).map(Self::from_text).collect()
    }

    /// `SHA256:` and the unpadded base64 of the SHA-256 of the `age1…` text: how a bag names its receivers' keys.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(self.to_string())))
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.0)
    }
}
