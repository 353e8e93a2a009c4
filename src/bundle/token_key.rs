//! The correlation key of one epoch, as a text file.
//!
//! Whoever holds it can enumerate phone numbers and accounts (domain.md §6.2), so it is kept outside the analysing
//! section and never enters a store.

use super::fault::Fault;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::fmt;

const HEADER: &str = "ITOGUCHI TOKEN KEY 1";

/// Epoch and secret of one correlation key.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey {
    /// Epoch name, 1 to 16 characters of `a-z 0-9 -`; it stands in every token.
    pub epoch: String,
    /// The HMAC-SHA-256 key.
    pub secret: [u8; 32],
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({})", self.epoch)
    }
}

/// Whether a text may name an epoch.
#[must_use]
pub fn is_epoch(epoch: &str) -> bool {
    (1..=16).contains(&epoch.len())
        && epoch.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !epoch.starts_with('-')
}

impl TokenKey {
    /// Makes a new key for an epoch.
    pub fn make(epoch: &str) -> Result<Self, Fault> {
        if !is_epoch(epoch) {
            return Err(Fault::key(
                format!("期の名前`{epoch}`は a-z 0-9 - の1~16文字ではない"),
                format!("epoch name `{epoch}` is not 1 to 16 characters of a-z, 0-9 and -"),
            ));
        }
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).map_err(|_| Fault::key("乱数が得られない", "no random numbers to be had"))?;
        Ok(Self { epoch: epoch.to_owned(), secret })
    }

    /// The file: header, epoch, key in hex, and a check over both so that a typing error is noticed.
    #[must_use]
    pub fn to_file(&self) -> String {
        let check = check(&self.epoch, &self.secret);
        format!("{HEADER}\nepoch: {}\nkey: {}\ncheck: {check}\n", self.epoch, HEXLOWER.encode(&self.secret))
    }

    /// Reads the file; anything that is not exactly such a file is refused. Line ends may be CR LF.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Fault> {
        let refused = || Fault::key("トークン鍵のファイルではない", "this is not a token key file");
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= 1024).ok_or_else(refused)?;
        let mut lines = text.lines();
        let mut value = |label: &str| lines.next().and_then(|line| line.strip_prefix(label)).map(str::to_owned);
        value(HEADER).filter(String::is_empty).ok_or_else(refused)?;
        let epoch = value("epoch: ").filter(|epoch| is_epoch(epoch)).ok_or_else(refused)?;
        let key = value("key: ").ok_or_else(refused)?;
        let stated = value("check: ").ok_or_else(refused)?;
        if lines.next().is_some() {
            return Err(refused());
        }
        let bytes = HEXLOWER.decode(key.as_bytes()).map_err(|_| refused())?;
        let secret: [u8; 32] = bytes.try_into().map_err(|_| refused())?;
        if check(&epoch, &secret) != stated {
            return Err(Fault::key("トークン鍵の検査値が合わない", "the token key's check value does not match"));
        }
        Ok(Self { epoch, secret })
    }

    /// A short name of the key that reveals nothing of it: goes into bundles and audit entries.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        check(&self.epoch, &self.secret)
    }
}

fn check(epoch: &str, secret: &[u8; 32]) -> String {
    let digest =
        Sha256::new().chain_update("itoguchi token key\0").chain_update(epoch).chain_update([0]).chain_update(secret);
    HEXLOWER.encode(digest.finalize().get(..8).unwrap_or_default())
}
