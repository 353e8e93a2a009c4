//! Reads a bag out of an archive and checks everything that needs no key: file list, form, manifests, padding.
//!
//! Payload files are hashed as they stream by; only tag files, signatures and the sanitising record are kept.

use super::bag::{self, Digests, Hasher};
use super::bag_info::{BagInfo, Oxum};
use super::check::Checks;
use super::fault::Fault;
use super::unpack::Archive;
use super::wording::Wording;
use crate::model::Text;
use crate::model::numbers::{grouped, many};
use std::collections::BTreeMap;
use std::io::{Read, Seek};

/// Largest tag or signature file, and largest sanitising record, in bytes.
const MAX_KEPT: u64 = 16 * 1024 * 1024;

/// What stage a bag is at: which signature files it may and must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Prepared, perhaps approved.
    Draft,
    /// Both signatures, nothing else.
    Final,
}

impl Stage {
    const fn must(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &[bag::PREPARED],
            Self::Final => &[bag::APPROVAL, bag::APPROVED, bag::PREPARED],
        }
    }

    const fn may(self) -> &'static [&'static str] {
        match self {
            Self::Draft => &[bag::APPROVAL, bag::APPROVED, bag::PREPARED, bag::PREPARER],
            Self::Final => &[bag::APPROVAL, bag::APPROVED, bag::PREPARED],
        }
    }
}

/// A bag after examination. `checks` says what of it can be believed.
pub(super) struct Examined<R> {
    pub(super) archive: Archive<R>,
    pub(super) checks: Checks,
    /// Path below the top folder to the entry's place in the archive.
    pub(super) places: BTreeMap<String, usize>,
    pub(super) digests: BTreeMap<String, Digests>,
    pub(super) kept: BTreeMap<String, Vec<u8>>,
    pub(super) info: Option<BagInfo>,
    pub(super) oxum: Oxum,
}

impl<R: Read + Seek> Examined<R> {
    /// Examines an archive; an error means that there is no archive to speak of.
    pub(super) fn new(input: R, stage: Stage, mut checks: Checks) -> Result<Self, (Checks, Fault)> {
        let mut archive = match Archive::open(input) {
            Ok(archive) => archive,
            Err(fault) => return Err((checks, fault)),
        };
        let places = match places(&archive) {
            Ok(places) => places,
            Err(fault) => return Err((checks, fault)),
        };
        let (mut digests, mut kept) = (BTreeMap::new(), BTreeMap::new());
        for (path, index) in &places {
            let keep = !path.starts_with("data/") && path != bag::PADDING || path == bag::SANITISING;
            let size = archive.entries.get(*index).map_or(0, |entry| entry.size);
            let mut hasher = Hasher::new(keep && size <= MAX_KEPT);
            if let Err(fault) = archive.copy(*index, &mut hasher) {
                return Err((checks, fault));
            }
            let (digest, bytes) = hasher.finish();
            digests.insert(path.clone(), digest);
            kept.extend(bytes.map(|bytes| (path.clone(), bytes)));
        }
        checks.put("archive", Some(true), counted(places.len()));
        let mut out = Self { archive, checks, places, digests, kept, info: None, oxum: Oxum::default() };
        out.check_list(stage);
        out.check_form();
        out.check_manifests();
        out.check_oxum();
        out.check_padding();
        Ok(out)
    }

    /// A kept file, empty where it is missing.
    pub(super) fn file(&self, path: &str) -> &[u8] {
        self.kept.get(path).map_or(&[], Vec::as_slice)
    }

    /// SHA-256 of the tag manifest: what names this bag in a chain of bundles, whatever its archive and seal look like.
    pub(super) fn bag_hash(&self) -> String {
        bag::sha256_hex(self.file(bag::TAGS_256))
    }

    fn payload(&self) -> impl Iterator<Item = (&str, &Digests)> {
        self.digests.iter().filter(|(path, _)| path.starts_with("data/")).map(|(path, digest)| (path.as_str(), digest))
    }

    fn check_list(&mut self, stage: Stage) {
        let must = [bag::TAGS_256, bag::TAGS_512].iter().chain(&bag::TAGGED).chain(stage.must());
        let missing: Vec<&str> = must.copied().filter(|path| !self.places.contains_key(*path)).collect();
        let known = |path: &str| {
            path.starts_with("data/")
                || path == bag::TAGS_256
                || path == bag::TAGS_512
                || bag::TAGGED.contains(&path)
                || stage.may().contains(&path)
        };
        let extra: Vec<&str> = self.places.keys().map(String::as_str).filter(|path| !known(path)).collect();
        let listed = listed(self.file(bag::MANIFEST_256));
        let unlisted: Vec<&str> = self.payload().map(|(path, _)| path).filter(|path| !listed.contains(path)).collect();
        let lost: Vec<&str> = listed.iter().copied().filter(|path| !self.places.contains_key(*path)).collect();
        let named = [
            (Text::new("ファイルがない:", "missing:"), [missing, lost].concat()),
            (Text::new("余分なファイル:", "not expected:"), [extra, unlisted].concat()),
        ];
        let found = named.into_iter().find(|(_, paths)| !paths.is_empty());
        let found = found.map(|(text, paths)| Wording::about(text, &shown(&paths)));
        match found {
            Some(detail) => self.checks.fail("file-list", detail),
            None => self.checks.put("file-list", Some(true), counted(self.places.len())),
        }
    }

    fn check_form(&mut self) {
        let declared = self.file(bag::BAGIT) == bag::DECLARATION.as_bytes();
        match BagInfo::from_file(self.file(bag::BAG_INFO)) {
            _ if !declared => {
                self.checks.fail(
                    "bagit",
                    Text::new("bagit.txt がBagIt 1.0の宣言でない", "bagit.txt does not declare BagIt 1.0"),
                );
            }
            None => self
                .checks
                .fail("bagit", Text::new("bag-info.txt が読めない", "bag-info.txt is not as this program writes it")),
            Some((info, oxum)) => {
                self.checks.pass("bagit", "BagIt 1.0");
                self.info = Some(info);
                self.oxum = oxum;
            }
        }
    }

    fn check_manifests(&mut self) {
        let sha256 = |digest: &Digests| digest.sha256.clone();
        let sha512 = |digest: &Digests| digest.sha512.clone();
        let payload: Vec<(String, Digests)> =
            self.payload().map(|(path, digest)| (path.to_owned(), digest.clone())).collect();
        let tags: Vec<(String, Digests)> = bag::TAGGED
            .iter()
            .filter_map(|path| Some(((*path).to_owned(), self.digests.get(*path)?.clone())))
            .collect();
        self.check_manifest("manifest-sha256", bag::MANIFEST_256, &payload, sha256);
        self.check_manifest("manifest-sha512", bag::MANIFEST_512, &payload, sha512);
        self.check_manifest("tagmanifest-sha256", bag::TAGS_256, &tags, sha256);
        self.check_manifest("tagmanifest-sha512", bag::TAGS_512, &tags, sha512);
    }

    /// A manifest must be, byte for byte, what the files at hand would give.
    fn check_manifest(
        &mut self,
        check: &'static str,
        name: &str,
        files: &[(String, Digests)],
        hash: impl Fn(&Digests) -> String,
    ) {
        let hashes: Vec<(&str, String)> = files.iter().map(|(path, digest)| (path.as_str(), hash(digest))).collect();
        let expected = bag::manifest(hashes.iter().map(|(path, hash)| (*path, hash.as_str())));
        let stated = self.file(name);
        if stated == expected.as_bytes() {
            self.checks.put(check, Some(true), counted(files.len()));
            return;
        }
        let stated = String::from_utf8_lossy(stated);
        let lines: std::collections::BTreeSet<&str> = stated.lines().collect();
        let differing: Vec<&str> =
            expected.lines().filter(|line| !lines.contains(line)).filter_map(|line| line.split("  ").nth(1)).collect();
        let detail = if differing.is_empty() {
            Wording::about(
                Text::new("一覧が正準形でないか、余分な行がある", "the list is not canonical or has extra lines:"),
                name,
            )
        } else {
            Wording::about(Text::new("ハッシュが一致しない:", "the hash does not match:"), &shown(&differing))
        };
        self.checks.fail(check, detail);
    }

    fn check_oxum(&mut self) {
        let mut actual = Oxum::default();
        for (_, digest) in self.payload() {
            actual.bytes += digest.size;
            actual.files += 1;
        }
        if self.info.is_none() {
            self.checks.unknown("payload-oxum", Text::new("bag-info.txt が読めない", "bag-info.txt is unreadable"));
        } else if actual == self.oxum {
            self.checks.put("payload-oxum", Some(true), amount(&actual));
        } else {
            let (found, stated) = (amount(&actual), amount(&self.oxum));
            let both = Wording::new(
                format!("{}。記載は{}", found.ja, stated.ja),
                format!("{}, stated are {}", found.en, stated.en),
            );
            self.checks.fail("payload-oxum", both);
        }
    }

    fn check_padding(&mut self) {
        let (Some(info), Some(found)) = (&self.info, self.digests.get(bag::PADDING)) else {
            self.checks.unknown(
                "padding",
                Text::new("bag-info.txt または padding.bin がない", "bag-info.txt or padding.bin is missing"),
            );
            return;
        };
        let mut expected = Hasher::new(false);
        let written = bag::write_padding(info.bundle.as_str(), found.size, &mut expected);
        let size = found.size;
        if written.is_ok() && expected.finish().0 == *found {
            let text = Wording::new(format!("{}バイト", grouped(size)), format!("{} bytes", grouped(size)));
            self.checks.put("padding", Some(true), text);
        } else {
            self.checks.fail(
                "padding",
                Text::new("埋め草の内容が規定と違う", "the padding is not the stream this bundle's id gives"),
            );
        }
    }
}

/// Paths below the one top folder.
fn places<R>(archive: &Archive<R>) -> Result<BTreeMap<String, usize>, Fault> {
    let mut top = None;
    let mut places = BTreeMap::new();
    for (index, entry) in archive.entries.iter().enumerate() {
        let split = entry.name.split_once('/').filter(|(folder, _)| *top.get_or_insert(*folder) == *folder);
        let Some((_, path)) = split else {
            return Err(Fault::check(
                "archive",
                format!("最上位のフォルダーが一つでない `{}`", entry.name),
                format!("not everything lies in one top folder: `{}`", entry.name),
            ));
        };
        places.insert(path.to_owned(), index);
    }
    Ok(places)
}

fn listed(manifest: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(manifest).unwrap_or("");
    text.lines().take(bag_limit()).filter_map(|line| line.split_once("  ").map(|(_, path)| path)).collect()
}

const fn bag_limit() -> usize {
    super::pack::MAX_FILES
}

fn counted(files: usize) -> Wording {
    Wording::new(format!("ファイル{files}件"), if files == 1 { "1 file".to_owned() } else { format!("{files} files") })
}

fn amount(of: &Oxum) -> Wording {
    let (files, bytes) = (grouped(of.files), grouped(of.bytes));
    Wording::new(format!("ファイル{files}件・{bytes}バイト"), format!("{}, {bytes} bytes", many(of.files, "file")))
}

/// The first few paths, escaped.
fn shown(paths: &[&str]) -> String {
    let mut text: String =
        paths.iter().take(3).copied().collect::<Vec<_>>().join(", ").escape_debug().take(300).collect();
    if paths.len() > 3 {
        text.push_str(" …");
    }
    text
}
