//! What a folder holds, for choosing a file where the desktop has no dialog for it.

use crate::workbench::ask::{Folder, FolderEntry};
use crate::workbench::error::{Error, Result};
use std::path::Path;

/// Entries shown at most.
const MOST: usize = 5_000;

/// Folders first, then files, each by name.
pub fn folder(path: &Path) -> Result<Folder> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(Error::file(path))?.take(MOST) {
        let entry = entry.map_err(Error::file(path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link counts as what it leads to; one that leads nowhere as a file that cannot be opened.
        let data = std::fs::metadata(entry.path());
        let folder = data.as_ref().is_ok_and(std::fs::Metadata::is_dir);
        entries.push(FolderEntry { name, folder, bytes: data.map_or(0, |data| data.len()), path: entry.path() });
    }
    entries
        .sort_by(|a, b| (!a.folder, a.name.to_lowercase(), &a.name).cmp(&(!b.folder, b.name.to_lowercase(), &b.name)));
    Ok(Folder { entries })
}
