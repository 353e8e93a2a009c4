//! Signing keys: OpenSSH ed25519 key files, so that the same keys work with `ssh-keygen` and can live on a desk's own medium.
//!
//! Other algorithms are refused: one algorithm keeps signatures of one size and the rules short. Files are read and
//! written by the caller.

use super::fault::Fault;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, Kdf, LineEnding, PrivateKey, getrandom::SysRng};
use std::fmt;

/// Longest key file read, in bytes.
const MAX_KEY_FILE: usize = 64 * 1024;
/// Most bcrypt rounds accepted: a hostile file must not occupy the machine for hours.
const MAX_ROUNDS: u32 = 1024;

/// A private signing key with the name of the person it belongs to.
pub struct SigningKey(pub(super) PrivateKey);

/// The public half: compared by key, never by name.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(ssh_key::PublicKey);

/// A newly made key, as its two files.
#[derive(Debug)]
pub struct KeyFiles {
    /// The private key file (OpenSSH format).
    pub private: String,
    /// The line of the `.pub` file, with a line feed.
    pub public: String,
}

/// Makes an ed25519 key named `name`; with a passphrase the private file is protected by it (bcrypt, AES-256-CTR).
pub fn make_key(name: &str, passphrase: Option<&str>) -> Result<KeyFiles, Fault> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(|_| Fault::key("乱数が得られない", "no random numbers to be had"))?;
    key_from_seed(&seed, name, passphrase)
}

/// Makes the key a seed stands for: the same seed gives the same key, for training cases and tests only.
pub fn key_from_seed(seed: &[u8; 32], name: &str, passphrase: Option<&str>) -> Result<KeyFiles, Fault> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Fault::key(
            "鍵の名前は1~100文字で制御文字を含まないこと",
            "a key's name has 1 to 100 characters and no control characters",
        ));
    }
    let failed = |_| Fault::key("鍵を作れない", "the key could not be made");
    let key = PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(seed)), name).map_err(failed)?;
    let public = format!("{}\n", key.public_key().to_openssh().map_err(failed)?);
    let stored = match passphrase {
        Some(passphrase) if !passphrase.is_empty() => key.encrypt(&mut SysRng, passphrase).map_err(failed)?,
        _ => key,
    };
    let private = stored.to_openssh(LineEnding::LF).map_err(failed)?.to_string();
    Ok(KeyFiles { private, public })
}

impl SigningKey {
    /// Reads a private key file, opening it with the passphrase where it is protected.
    pub fn from_file(bytes: &[u8], passphrase: Option<&str>) -> Result<Self, Fault> {
        if bytes.len() > MAX_KEY_FILE {
            return Err(Fault::key("鍵ファイルが大きすぎる", "the key file is too large"));
        }
        let key = PrivateKey::from_openssh(bytes)
            .map_err(|_| Fault::key("OpenSSH形式の秘密鍵ではない", "this is not an OpenSSH private key"))?;
        if !key.public_key().key_data().is_ed25519() {
            return Err(Fault::key("ed25519の鍵ではない", "this is not an ed25519 key"));
        }
        if !key.is_encrypted() {
            return Ok(Self(key));
        }
        if matches!(key.kdf(), Kdf::Bcrypt { rounds, .. } if *rounds > MAX_ROUNDS) {
            return Err(Fault::key("鍵の保護の反復回数が多すぎる", "the key's protection asks for too many rounds"));
        }
        let passphrase = passphrase.ok_or(Fault::PassphraseNeeded)?;
        key.decrypt(passphrase).map(Self).map_err(|_| Fault::PassphraseWrong)
    }

    /// The name it was made with.
    #[must_use]
    pub fn name(&self) -> String {
        self.0.comment().to_string()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(ssh_key::PublicKey::from(self.0.public_key().key_data().clone()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().fingerprint())
    }
}

impl PublicKey {
    /// Reads a public key line, `ssh-ed25519 AAAA… name`; the name is left out.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        if line.len() > MAX_KEY_FILE {
            return None;
        }
        let key = ssh_key::PublicKey::from_openssh(line.trim()).ok()?;
        Self::from_data(key.key_data().clone())
    }

    /// From the key inside a signature.
    pub(super) fn from_data(data: ssh_key::public::KeyData) -> Option<Self> {
        data.is_ed25519().then(|| Self(ssh_key::PublicKey::from(data)))
    }

    /// The inner key.
    pub(super) const fn inner(&self) -> &ssh_key::PublicKey {
        &self.0
    }

    /// `ssh-ed25519 AAAA…` without a name.
    #[must_use]
    pub fn line(&self) -> String {
        self.0.to_openssh().unwrap_or_default()
    }

    /// `SHA256:…` as `ssh-keygen -l` prints it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.fingerprint())
    }
}

/// The name at the end of a public key line, where there is one.
#[must_use]
pub fn name_in_line(line: &str) -> Option<String> {
    let name = line.trim().splitn(3, ' ').nth(2)?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}
