//! The BagIt 1.0 bag (RFC 8493) inside a bundle: fixed top files, two manifests, two tag manifests, padding.
//!
//! `signatures/` stands in no manifest, because the signatures are made over them.

use super::bag_info::{BagInfo, Oxum};
use super::fault::Fault;
use super::pack::{self, MAX_BYTES, Packed};
use super::path;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

pub(super) const BAGIT: &str = "bagit.txt";
pub(super) const BAG_INFO: &str = "bag-info.txt";
pub(super) const MANIFEST_256: &str = "manifest-sha256.txt";
pub(super) const MANIFEST_512: &str = "manifest-sha512.txt";
pub(super) const TAGS_256: &str = "tagmanifest-sha256.txt";
pub(super) const TAGS_512: &str = "tagmanifest-sha512.txt";
pub(super) const PADDING: &str = "padding.bin";
pub(super) const PREPARED: &str = "signatures/prepared.sig";
pub(super) const APPROVAL: &str = "signatures/approval.json";
pub(super) const APPROVED: &str = "signatures/approved.sig";
/// Who prepared a draft; left behind when it is sealed.
pub(super) const PREPARER: &str = "signatures/preparer.json";
pub(super) const SANITISING: &str = "data/sanitising.json";

/// Files a tag manifest lists: all at the top but the tag manifests themselves.
pub(super) const TAGGED: [&str; 5] = [BAG_INFO, BAGIT, MANIFEST_256, MANIFEST_512, PADDING];

pub(super) const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

/// Size and hashes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Digests {
    pub(super) size: u64,
    pub(super) sha256: String,
    pub(super) sha512: String,
}

/// Hashes what is written to it, and keeps it too where asked.
pub(super) struct Hasher {
    size: u64,
    sha256: Sha256,
    sha512: Sha512,
    pub(super) kept: Option<Vec<u8>>,
}

impl Hasher {
    pub(super) fn new(keep: bool) -> Self {
        Self { size: 0, sha256: Sha256::new(), sha512: Sha512::new(), kept: keep.then(Vec::new) }
    }

    pub(super) fn finish(self) -> (Digests, Option<Vec<u8>>) {
        let (sha256, sha512) = (HEXLOWER.encode(&self.sha256.finalize()), HEXLOWER.encode(&self.sha512.finalize()));
        (Digests { size: self.size, sha256, sha512 }, self.kept)
    }
}

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.size += bytes.len() as u64;
        self.sha256.update(bytes);
        self.sha512.update(bytes);
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn digests(bytes: &[u8]) -> Digests {
    Digests {
        size: bytes.len() as u64,
        sha256: HEXLOWER.encode(&Sha256::digest(bytes)),
        sha512: HEXLOWER.encode(&Sha512::digest(bytes)),
    }
}

/// SHA-256 in lower-case hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// A manifest: `hash  path` lines in the order of paths. Our paths need no escapes.
pub(super) fn manifest<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<&str, &str> = files.collect();
    let mut out = String::new();
    for (path, hash) in sorted {
        let _ = writeln!(out, "{hash}  {path}");
    }
    out
}

/// The padding of a bundle: a stream derived from its id, so that it neither shrinks in a re-zip nor hides anything.
pub(super) fn write_padding(bundle: &str, len: u64, out: &mut impl Write) -> std::io::Result<()> {
    let mut stream =
        blake3::Hasher::new_derive_key("itoguchi 2026 bundle padding").update(bundle.as_bytes()).finalize_xof();
    let mut left = len;
    let mut buffer = vec![0; 64 * 1024];
    while left > 0 {
        let n = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let part = buffer.get_mut(..n).unwrap_or_default();
        stream.fill(part);
        out.write_all(part)?;
        left -= n as u64;
    }
    Ok(())
}

/// The size an archive of `size` bytes is padded to: steps of an eighth of its power of two, 64 KiB at least.
///
/// Signatures come later and are not counted; their size is the same for every bundle (`approve` pads its record).
pub(super) fn bucket(size: u64) -> u64 {
    let step = (size.max(1).next_power_of_two() / 16).max(64 * 1024);
    size.div_ceil(step).max(1) * step
}

/// Builds the entries of a bag, unsigned, under the top folder named after the bundle.
///
/// The same payload and facts give the same bytes.
pub(super) fn build(payload: &[(String, Vec<u8>)], info: &BagInfo) -> Result<(Vec<Packed>, String), Fault> {
    let top = info.bundle.as_str();
    if let Some(text) =
        path::fault_of(top).or_else(|| top.contains('/').then_some(crate::model::Text::new("不正なID", "a bad id")))
    {
        return Err(Fault::input(
            format!("報告資料のID`{top}`: {}", text.ja),
            format!("bundle id `{top}`: {}", text.en),
        ));
    }
    let mut files: BTreeMap<String, Digests> = BTreeMap::new();
    let mut folded = std::collections::BTreeSet::new();
    let mut oxum = Oxum::default();
    let mut entries = Vec::new();
    for (name, bytes) in payload {
        let wrong = path::fault_of(name).map(|text| (text.ja, text.en));
        let outside = (!name.starts_with("data/")).then_some(("data/の外のファイル", "the file is not below data/"));
        let twin =
            (!folded.insert(path::folded(name))).then_some(("同じ名前のファイル", "two files have the same name"));
        if let Some((ja, en)) = wrong.or(outside).or(twin) {
            return Err(Fault::input(format!("{ja} `{name}`"), format!("{en} `{name}`")));
        }
        oxum.bytes += bytes.len() as u64;
        oxum.files += 1;
        files.insert(name.clone(), digests(bytes));
        entries.push(Packed::deflate(format!("{top}/{name}"), bytes)?);
    }
    if payload.is_empty() {
        return Err(Fault::input("報告資料の内容がありません", "the payload is empty"));
    }
    if oxum.bytes > MAX_BYTES {
        return Err(Fault::input("報告資料が2 GiBを超えます", "the payload exceeds 2 GiB"));
    }
    let mut tags: BTreeMap<&str, Digests> = BTreeMap::new();
    let tag_files = [
        (BAGIT, DECLARATION.to_owned()),
        (BAG_INFO, info.to_file(oxum)?),
        (MANIFEST_256, manifest(files.iter().map(|(path, d)| (path.as_str(), d.sha256.as_str())))),
        (MANIFEST_512, manifest(files.iter().map(|(path, d)| (path.as_str(), d.sha512.as_str())))),
    ];
    for (name, text) in &tag_files {
        tags.insert(name, digests(text.as_bytes()));
        entries.push(Packed::deflate(format!("{top}/{name}"), text.as_bytes())?);
    }
    let padding = padding(&entries, &tags, info)?;
    tags.insert(PADDING, digests(&padding));
    entries.push(Packed::store(format!("{top}/{PADDING}"), &padding)?);
    let tags_256 = manifest(tags.iter().map(|(path, d)| (*path, d.sha256.as_str())));
    let tags_512 = manifest(tags.iter().map(|(path, d)| (*path, d.sha512.as_str())));
    entries.push(Packed::store(format!("{top}/{TAGS_256}"), tags_256.as_bytes())?);
    entries.push(Packed::store(format!("{top}/{TAGS_512}"), tags_512.as_bytes())?);
    Ok((entries, tags_256))
}

/// Tag manifests are stored, not deflated: only so is their size known before the padding is.
fn padding(entries: &[Packed], tags: &BTreeMap<&str, Digests>, info: &BagInfo) -> Result<Vec<u8>, Fault> {
    let top = info.bundle.as_str();
    let lines =
        |hash: u64| tags.keys().copied().chain([PADDING]).map(|path| hash + 2 + path.len() as u64 + 1).sum::<u64>();
    let size = entries.iter().map(Packed::footprint).sum::<u64>()
        + pack::footprint(&format!("{top}/{PADDING}"), 0)
        + pack::footprint(&format!("{top}/{TAGS_256}"), lines(64))
        + pack::footprint(&format!("{top}/{TAGS_512}"), lines(128))
        + pack::END_LEN as u64;
    let mut out = Vec::new();
    write_padding(top, bucket(size) - size, &mut out)?;
    Ok(out)
}
