//! A person's own lists: every file of the folder `lists` beside the settings, or of a folder named.

use super::error::{Error, Result};
use super::settings;
pub use crate::indicators::{Indicators, Mark, Says};

use crate::indicators::Pack;
use std::path::{Path, PathBuf};

/// The extractor with the lists of a folder, or of the user's own; and what could not be read there.
pub fn indicators(folder: Option<&Path>) -> Result<(Indicators, Vec<Error>)> {
    let own = || settings::config_dir().map(|dir| dir.join("lists")).filter(|dir| dir.is_dir());
    let Some(folder) = folder.map(Path::to_owned).or_else(own) else { return Ok((Indicators::new(), Vec::new())) };
    let (mut packs, mut wrong) = (Vec::new(), Vec::new());
    let entries = std::fs::read_dir(&folder).map_err(Error::file(&folder))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    files.sort();
    for file in files.into_iter().filter(|file| file.is_file()) {
        match read(&file) {
            Ok(pack) => packs.push(pack),
            Err(error) => wrong.push(error),
        }
    }
    Ok((Indicators::with_packs(packs), wrong))
}

fn read(file: &Path) -> Result<Pack> {
    let text = std::fs::read_to_string(file).map_err(Error::file(file))?;
    Pack::read(&text).map_err(|why| {
        let name = file.display();
        Error::input(format!("一覧として読めません: {name}（{why}）"), format!("not a list: {name} ({why})"))
    })
}
