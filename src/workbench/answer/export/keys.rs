//! Keys at hand: what lies beside the store and in `keys` there. Private keys stay in their files.

use crate::bundle::identity::{Identity, Recipient};
use crate::bundle::keys::{PublicKey, name_in_line};
use crate::bundle::token_key::TokenKey;
use crate::store::Store;
use crate::workbench::ask::{ExportChoices, KeyChoice, RecipientChoice};
use crate::workbench::{export, keys};
use std::path::{Path, PathBuf};

/// A key file is never larger.
const MAX_FILE: u64 = 16_384;
/// Files looked at in one folder.
const MOST: usize = 1_000;

/// Where new keys go.
pub(super) fn folder(store: &Store) -> PathBuf {
    store.path().parent().unwrap_or(Path::new(".")).join("keys")
}

/// Looks for keys of every sort.
pub(super) fn look(store: &Store, choices: &mut ExportChoices) {
    let beside = store.path().parent().unwrap_or(Path::new(".")).to_owned();
    for folder in [folder(store), beside] {
        // A folder that cannot be read holds no key for us.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.flatten().take(MOST).map(|entry| entry.path()).collect();
        paths.sort();
        let small = |path: &PathBuf| path.metadata().is_ok_and(|data| data.is_file() && data.len() < MAX_FILE);
        for path in paths.into_iter().filter(small) {
            if let Ok(bytes) = std::fs::read(&path) {
                sort(path, &bytes, choices);
            }
        }
    }
}

fn sort(path: PathBuf, bytes: &[u8], choices: &mut ExportChoices) {
    let file_name = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Ok(key) = TokenKey::from_file(bytes) {
        let (name, fingerprint) = (key.epoch.clone(), key.fingerprint());
        choices.token_keys.push(KeyChoice { name, fingerprint, locked: false, path });
    } else if bytes.starts_with(b"-----BEGIN OPENSSH PRIVATE KEY") {
        let line = std::fs::read_to_string(keys::public_path(&path)).unwrap_or_default();
        let fingerprint = PublicKey::from_line(&line).map(|key| key.fingerprint()).unwrap_or_default();
        let name = name_in_line(&line).unwrap_or_else(file_name);
        let locked = export::read_key(&path, None).is_err();
        choices.keys.push(KeyChoice { path, name, fingerprint, locked });
    } else if let Ok(found) = Identity::from_file(bytes) {
        let fingerprint = found.first().map(|one| one.recipient().fingerprint()).unwrap_or_default();
        choices.identities.push(KeyChoice { name: file_name(), fingerprint, locked: false, path });
    } else if let Some(Ok(found)) = std::str::from_utf8(bytes).ok().map(Recipient::from_file) {
        let (Some(one), true) = (found.first(), found.len() == 1) else { return };
        choices.recipients.push(RecipientChoice { text: one.to_string(), fingerprint: one.fingerprint(), path });
    }
}
