//! Third step: the approved bag is sealed with age to its receivers (`NAME.itb.age`); and the way back in.
//!
//! age authenticates nobody: authorship rests on the two signatures inside. The sealed bytes differ each time, because
//! age draws a fresh key; the bag inside does not.

use super::bag;
use super::bag_info::BagInfo;
use super::check::Checks;
use super::examine::{Examined, Stage};
use super::fault::Fault;
use super::identity::{Identity, Recipient};
use super::pack;
use super::wording::Wording;
use age::stream::StreamReader;
use age::{DecryptError, Decryptor, Encryptor};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

/// Longest age header read: room for about a hundred receivers.
const MAX_HEADER: u64 = 16 * 1024;
const MAGIC: &[u8] = b"age-encryption.org/v1\n";

/// A sealed bundle as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Facts of the bundle.
    pub info: BagInfo,
    /// Bytes of the sealed file.
    pub bytes: u64,
    /// SHA-256 of the sealed file, hex.
    pub sha256: String,
    /// SHA-256 of the tag manifest: `Previous-Hash` of the next bundle to this receiver.
    pub bag_hash: String,
}

/// Seals an approved draft to the receivers its signed bag names.
pub fn seal<R: Read + Seek>(draft: R, recipients: &[Recipient], out: impl Write) -> Result<Sealed, Fault> {
    let mut bag = Examined::new(draft, Stage::Draft, Checks::default()).map_err(|(_, fault)| fault)?;
    bag.checks.first_failure()?;
    let signers = bag.check_signatures();
    bag.checks.first_failure()?;
    let Some(info) = bag.info.clone() else {
        return Err(Fault::check("bagit", "起案が読めない", "the draft is unreadable"));
    };
    if signers.preparer == signers.approver {
        return Err(Fault::SamePerson(Wording::new("同じ鍵", "same key")));
    }
    let given: BTreeSet<String> = recipients.iter().map(Recipient::fingerprint).collect();
    let named: BTreeSet<String> = info.receiver_keys.iter().cloned().collect();
    if !named.is_empty() && given != named {
        let differing: Vec<String> = given.symmetric_difference(&named).cloned().collect();
        return Err(Fault::Recipients(Wording::same(differing.join(", "))));
    }
    let bag_hash = bag.bag_hash();
    let entries = bag.packed(info.bundle.as_str(), |path| path != bag::PREPARER)?;
    let keys = recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(keys)
        .map_err(|_| Fault::key("この受信鍵では封かんできない", "these recipients cannot be sealed to"))?;
    let mut counter = Counter { inner: out, hash: Sha256::new(), bytes: 0 };
    let mut stream = encryptor.wrap_output(&mut counter)?;
    pack::write_archive(entries, &mut stream)?;
    stream.finish()?;
    counter.flush()?;
    let (bytes, sha256) = (counter.bytes, HEXLOWER.encode(&counter.hash.finalize()));
    Ok(Sealed { info, bytes, sha256, bag_hash })
}

/// Counts and hashes what passes.
struct Counter<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Counter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// An opened seal: the plain archive, readable anywhere without being unpacked to disk or memory.
pub(super) enum Plain<R: Read> {
    /// Decrypted as it is read.
    Sealed(Box<StreamReader<BufReader<R>>>),
    /// The archive was not sealed.
    Open(BufReader<R>),
}

impl<R: Read + Seek> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Sealed(inner) => inner.read(buffer),
            Self::Open(inner) => inner.read(buffer),
        }
    }
}

impl<R: Read + Seek> Seek for Plain<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Sealed(inner) => inner.seek(to),
            Self::Open(inner) => inner.seek(to),
        }
    }
}

/// Opens the seal with the first identity that fits; returns its public half, or `None` where there was no seal.
pub(super) fn unseal<R: Read + Seek>(
    mut input: R,
    identities: &[Identity],
) -> Result<(Plain<R>, Option<Recipient>), Fault> {
    input.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    (&mut input).take(MAX_HEADER).read_to_end(&mut head)?;
    input.seek(SeekFrom::Start(0))?;
    if head.starts_with(b"PK\x03\x04") {
        return Ok((Plain::Open(BufReader::new(input)), None));
    }
    let refused = |ja: &str, en: &str| Fault::check("opens", ja, en);
    if !head.starts_with(MAGIC) {
        return Err(refused("ageの封かんでもZIPでもない", "this is neither an age file nor a ZIP archive"));
    }
    // Bounded before it is parsed: the parser itself would read on until memory ends.
    if !head.windows(5).any(|five| five == b"\n--- ") {
        return Err(refused("封かんの見出しが長すぎるか途切れている", "the seal's header is too long or cut off"));
    }
    for identity in identities {
        let header = Decryptor::new_buffered(head.as_slice());
        let fits = header.and_then(|seal| seal.decrypt(std::iter::once(&identity.0 as &dyn age::Identity)));
        match fits {
            Ok(_) => {
                let again = Decryptor::new_buffered(BufReader::new(input))
                    .and_then(|seal| seal.decrypt(std::iter::once(&identity.0 as &dyn age::Identity)));
                let stream = again.map_err(|_| refused("封かんが壊れている", "the seal is damaged"))?;
                return Ok((Plain::Sealed(Box::new(stream)), Some(identity.recipient())));
            }
            Err(DecryptError::NoMatchingKeys) => {}
            Err(_) => return Err(refused("封かんの見出しが壊れている", "the seal's header is damaged")),
        }
    }
    if identities.is_empty() {
        return Err(refused("開封には受信鍵が要る", "an identity is needed to open the seal"));
    }
    Err(refused("この鍵宛てに封かんされていない", "it is not sealed to this identity"))
}
