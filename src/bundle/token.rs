//! Keyed tokens: what stands for a value that does not leave, so that the same value still meets across bundles.
//!
//! HMAC-SHA-256 under an epoch key over `itoguchi/v1`, 0, kind, 0, canonical value; 160 bits in base32. Whoever holds the
//! key can enumerate phones and accounts: that is why a national store refuses token keys.

use crate::model::Kind;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;

/// Makes tokens under one epoch key.
#[derive(Clone)]
pub struct Tokens {
    epoch: String,
    key: [u8; 32],
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tokens({})", self.epoch)
    }
}

/// HMAC-SHA-256.
pub(super) fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes a key of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl std::fmt::Debug for ObjectIds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ObjectIds({})", self.receiver)
    }
}

/// Base32, lower case, without padding.
fn base32(bytes: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(bytes).to_lowercase()
}

impl Tokens {
    /// Under a key of an epoch.
    #[must_use]
    pub fn new(epoch: &str, key: [u8; 32]) -> Self {
        Self { epoch: epoch.to_owned(), key }
    }

    /// The epoch's name.
    #[must_use]
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// The token of a canonical value.
    #[must_use]
    pub fn of(&self, kind: Kind, value: &str) -> String {
        format!("tok1:{kind}:{}:{}", self.epoch, self.body(kind, value))
    }

    fn body(&self, kind: Kind, value: &str) -> String {
        let full = mac(&self.key, &[b"itoguchi/v1\0", kind.tag().as_bytes(), b"\0", value.as_bytes()]);
        base32(full.split_at(20).0)
    }
}

/// Derives ids of objects in bundles: the same for one receiver, unlinkable between receivers, without time or order.
#[derive(Clone)]
pub struct ObjectIds {
    secret: [u8; 32],
    receiver: String,
}

impl ObjectIds {
    /// For one receiver of one store.
    #[must_use]
    pub fn new(secret: [u8; 32], receiver: &str) -> Self {
        Self { secret, receiver: receiver.to_owned() }
    }

    /// A short id, as `o` and 26 characters.
    #[must_use]
    pub fn id(&self, object: &str) -> String {
        format!("o{}", base32(self.bytes(object).split_at(16).0))
    }

    /// A UUID in the form of version 4 (RFC 9562): random to everybody without the store's secret.
    #[must_use]
    pub fn uuid(&self, object: &str) -> String {
        self.versioned(object, 0x40)
    }

    /// The same in the form of version 5, which STIX validators ask of observable objects: the form says "derived from a
    /// name", and it is, but under the store's secret instead of a public namespace, so that no guess can be checked.
    #[must_use]
    pub fn uuid_for_observable(&self, object: &str) -> String {
        self.versioned(object, 0x50)
    }

    fn versioned(&self, object: &str, version: u8) -> String {
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(self.bytes(object).split_at(16).0);
        bytes[6] = bytes[6] & 0x0f | version;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = data_encoding::HEXLOWER.encode(&bytes);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    fn bytes(&self, object: &str) -> [u8; 32] {
        mac(&self.secret, &[b"itoguchi/object\0", self.receiver.as_bytes(), b"\0", object.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden vectors: a changed byte here silently destroys every link to bundles already sent.
    #[test]
    fn tokens_are_the_published_ones() {
        let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        let tokens = Tokens::new("e1", key);
        for (kind, value, body) in [
            ("phone", "+819012345678", "jrzcr7sunnosstnf2fk4fzgwwgjwynch"),
            ("bank_account", "9900-058-1-1234567", "i6mxv7epbjgq5zvjr7yxeqdxn572qpfm"),
            ("ipv4", "198.51.100.3", "f3whart5o57gac4azsivak6ryuahzbfm"),
        ] {
            assert_eq!(tokens.of(Kind::new(kind), value), format!("tok1:{kind}:e1:{body}"));
        }
    }

    #[test]
    fn ids_differ_by_receiver_and_look_like_random_uuids() {
        let (one, other) = (ObjectIds::new([7; 32], "00/special"), ObjectIds::new([7; 32], "27"));
        assert_eq!(one.id("c1"), one.id("c1"));
        assert_ne!(one.id("c1"), other.id("c1"));
        assert_eq!(one.uuid("c1").as_bytes()[14], b'4');
    }
}
