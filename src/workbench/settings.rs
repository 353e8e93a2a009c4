//! What the program keeps outside any store: the window's layout, and folders for work at hand.

use super::error::{Error, Result};
use crate::model::Instant;
use crate::model::time::JST_MINUTES;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static ELSEWHERE: OnceLock<PathBuf> = OnceLock::new();

/// Keeps settings in a folder of their own from here on: for tests, which must not touch a person's. The first call counts.
pub fn keep_in(folder: &Path) {
    ELSEWHERE.get_or_init(|| folder.to_owned());
}

/// The folder for this user's settings.
pub(super) fn config_dir() -> Option<PathBuf> {
    if let Some(folder) = ELSEWHERE.get() {
        return Some(folder.clone());
    }
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("XDG_CONFIG_HOME")
        .or_else(|| named("APPDATA"))
        .or_else(|| named("HOME").map(|home| home.join(".config")))
        .map(|dir| dir.join("itoguchi"))
}

/// What the window remembered, if anything.
#[must_use]
pub fn load_ui() -> Option<String> {
    std::fs::read_to_string(config_dir()?.join("window.json")).ok()
}

/// Keeps what the window wants to remember.
pub fn save_ui(text: &str) -> Result<()> {
    let Some(dir) = config_dir() else { return Ok(()) };
    std::fs::create_dir_all(&dir).map_err(Error::file(&dir))?;
    let (fresh, path) = (dir.join("window.json.new"), dir.join("window.json"));
    std::fs::write(&fresh, text).map_err(Error::file(&fresh))?;
    std::fs::rename(&fresh, &path).map_err(Error::file(&path))
}

/// Where a person's own files are, to begin looking for one.
#[must_use]
pub fn home() -> PathBuf {
    let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    named("HOME").or_else(|| named("USERPROFILE")).unwrap_or_else(|| PathBuf::from("/"))
}

/// Writes a picture of the window.
pub fn write_picture(path: &Path, png: &[u8]) -> std::io::Result<()> {
    std::fs::write(path, png)
}

fn stamp(now: Instant) -> String {
    now.iso(JST_MINUTES).chars().filter(char::is_ascii_digit).take(14).collect()
}

fn free(base: &Path, name: &str, end: &str) -> Result<PathBuf> {
    let paths = (0..1000).map(|at| base.join(format!("{name}-{at}{end}")));
    let found = paths.into_iter().find(|path| !path.exists());
    found.ok_or_else(|| {
        Error::input(format!("場所を作れません: {}", base.display()), format!("no free place in {}", base.display()))
    })
}

/// A new folder for a training exercise, so that no earlier one is touched.
pub fn fresh_training_dir(now: Instant) -> Result<PathBuf> {
    free(&std::env::temp_dir(), &format!("itoguchi-training-{}", stamp(now)), "")
}

/// A new case file for work at hand.
pub fn fresh_store_path(now: Instant) -> Result<PathBuf> {
    let dir = config_dir().unwrap_or_else(std::env::temp_dir).join("desk");
    std::fs::create_dir_all(&dir).map_err(Error::file(&dir))?;
    free(&dir, &stamp(now), ".itoguchi")
}
