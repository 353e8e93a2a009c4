//! SSHSIG signatures (OpenSSH PROTOCOL.sshsig) with SHA-512: what `ssh-keygen -Y sign` makes and `-Y verify` accepts.
//!
//! The namespace binds a signature to its purpose: one made for a draft is no approval and no receipt.

use super::fault::Fault;
use super::keys::{PublicKey, SigningKey};
use crate::model::Text;
use ssh_key::{HashAlg, LineEnding, SshSig};

/// Over `tagmanifest-sha256.txt`, by the preparer.
pub const PREPARE: &str = "itoguchi-prepare@1";
/// Over `approval.json`, by the approver.
pub const APPROVE: &str = "itoguchi-approve@1";
/// Over a receipt's text, by the receiver.
pub const RECEIPT: &str = "itoguchi-receipt@1";
/// Over a decision of the national bureau.
pub const DECIDE: &str = "itoguchi-decide@1";

/// Longest signature file read, in bytes; an ed25519 one has about 300.
pub(super) const MAX_SIGNATURE: usize = 8 * 1024;

/// Signs `message` for one purpose; the armoured text ends with a line feed.
pub fn sign(key: &SigningKey, namespace: &str, message: &[u8]) -> Result<String, Fault> {
    let failed = |_| Fault::key("署名できない", "signing failed");
    let signature = key.0.sign(namespace, HashAlg::Sha512, message).map_err(failed)?;
    let mut text = signature.to_pem(LineEnding::LF).map_err(failed)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// Checks an armoured signature over `message` and tells whose key made it; whether that key is trusted is not asked here.
pub fn verify(namespace: &str, message: &[u8], signature: &[u8]) -> Result<PublicKey, Text> {
    const UNREADABLE: Text = Text::new("署名が読めない", "the signature is unreadable");
    if signature.len() > MAX_SIGNATURE {
        return Err(UNREADABLE);
    }
    let parsed = SshSig::from_pem(signature).map_err(|_| UNREADABLE)?;
    let mut again = parsed.to_pem(LineEnding::LF).map_err(|_| UNREADABLE)?.into_bytes();
    if !again.ends_with(b"\n") {
        again.push(b'\n');
    }
    // One signature has one spelling: otherwise its file could be changed without being noticed.
    if again != signature {
        return Err(Text::new("署名の書式が正準形でない", "the signature is not in its canonical form"));
    }
    if parsed.namespace() != namespace {
        return Err(Text::new("署名の用途が違う", "the signature was made for another purpose"));
    }
    if parsed.hash_alg() != HashAlg::Sha512 {
        return Err(Text::new("署名のハッシュがSHA-512でない", "the signature does not use SHA-512"));
    }
    let key = PublicKey::from_data(parsed.public_key().clone())
        .ok_or(Text::new("署名鍵がed25519でない", "the signing key is not ed25519"))?;
    key.inner()
        .verify(namespace, message, &parsed)
        .map_err(|_| Text::new("署名が内容と合わない", "the signature does not match the content"))?;
    Ok(key)
}
