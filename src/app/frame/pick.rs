//! File dialogs of the desktop. They wait for a person, so they run off the window's thread.

use crate::app::view::PickFor;
use crate::model::Lang;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Nobody closes a dialog faster than this: then there was none.
const BLINK: Duration = Duration::from_millis(350);

/// Asks a person for files; empty if they cancelled, `None` if the desktop has no dialog.
pub fn ask(purpose: &PickFor, lang: Lang) -> Option<Vec<PathBuf>> {
    let began = Instant::now();
    let paths = dialog(purpose, lang);
    if paths.is_empty() && began.elapsed() < BLINK { None } else { Some(paths) }
}

fn dialog(purpose: &PickFor, lang: Lang) -> Vec<PathBuf> {
    let dialog = rfd::FileDialog::new();
    let store = lang.pick("糸口の事案簿", "Itoguchi case file");
    match purpose {
        PickFor::Evidence => dialog.set_title(lang.pick("証拠を追加", "Add evidence")).pick_files().unwrap_or_default(),
        PickFor::EvidenceFolder => {
            dialog.set_title(lang.pick("証拠のフォルダ", "Folder of evidence")).pick_folders().unwrap_or_default()
        }
        PickFor::OpenStore => one(dialog
            .set_title(lang.pick("事案簿を開く", "Open a case file"))
            .add_filter(store, &["itoguchi"])
            .pick_file()),
        PickFor::NewStore => one(dialog
            .set_title(lang.pick("事案簿を作る", "Make a case file"))
            .add_filter(store, &["itoguchi"])
            .set_file_name("store.itoguchi")
            .save_file()),
        PickFor::Save(_, name) => one(dialog.set_file_name(name).save_file()),
        PickFor::File(_) => one(dialog.pick_file()),
    }
}

fn one(path: Option<PathBuf>) -> Vec<PathBuf> {
    path.into_iter().collect()
}
