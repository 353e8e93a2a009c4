//! The closed table of what keys, palette and menus can do, with names in both languages.
//!
//! Single letters fire only while no text is typed or composed; see [`pressed`].

use crate::model::Text;
use egui::{Context, Key, KeyboardShortcut, Modifiers};

/// A command of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UiCommand {
    /// Command palette.
    Palette,
    /// The query field.
    Query,
    /// The filter row.
    FilterRow,
    /// Key sheet.
    Keys,
    /// Signing keys and trusted signers.
    KeyRing,
    /// Takes the last edit back.
    Undo,
    /// Does it again.
    Redo,
    /// Back in the history of views.
    Back,
    /// Forth in it.
    Forth,
    /// Puts label n (1 to 9) on the rows chosen.
    Tag(u8),
    /// Puts label n on all rows shown.
    TagAll(u8),
    /// Indicators of the row.
    RowIndicators,
    /// Shows the selection in the graph.
    InGraph,
    /// Records by their wording, or one by one.
    Wordings,
    /// Go to row.
    GoTo,
    /// Adds evidence files.
    AddEvidence,
    /// Adds a folder of evidence.
    AddFolder,
    /// Adds pasted text.
    PasteText,
    /// Adds what is typed off a paper.
    Transcribe,
    /// New case.
    NewCase,
    /// Opens a store.
    OpenStore,
    /// Makes a store.
    NewStore,
    /// Training.
    Training,
    /// Re-hashes all evidence.
    VerifyEvidence,
    /// Verifies the audit chain.
    VerifyAudit,
    /// Japanese or English.
    Language,
    /// Light or dark.
    Theme,
    /// Row height.
    Density,
    /// Larger.
    ZoomIn,
    /// Smaller.
    ZoomOut,
    /// Shows or hides the inspector.
    Inspector,
    /// Arrangement for reading.
    ArrangeReading,
    /// Arrangement for linking.
    ArrangeLinking,
    /// Arrangement for handing up.
    ArrangeHandingUp,
}

/// The table: command, name, key. Panels add one line each at run time ("show …").
pub const TABLE: &[(UiCommand, Text, Option<KeyboardShortcut>)] = &[
    (UiCommand::Palette, Text::new("コマンドを探す", "Find a command"), Some(ctrl(Key::K))),
    (UiCommand::Query, Text::new("検索条件に移る", "Go to the query"), Some(ctrl(Key::F))),
    (UiCommand::FilterRow, Text::new("絞り込み行に移る", "Go to the filter row"), Some(bare(Key::Slash))),
    (UiCommand::GoTo, Text::new("行番号へ移る", "Go to row"), Some(ctrl(Key::G))),
    (UiCommand::Wordings, Text::new("文面別・一件ずつの切替え", "Wordings or single records"), Some(bare(Key::T))),
    (UiCommand::Undo, Text::new("元に戻す", "Undo"), Some(ctrl(Key::Z))),
    (UiCommand::Redo, Text::new("やり直す", "Redo"), Some(ctrl(Key::Y))),
    (UiCommand::Back, Text::new("前の表示に戻る", "Back to the view before"), Some(bare(Key::OpenBracket))),
    (UiCommand::Forth, Text::new("次の表示に進む", "Forward to the next view"), Some(bare(Key::CloseBracket))),
    (UiCommand::RowIndicators, Text::new("行の識別情報を見る", "Show indicators of the row"), Some(bare(Key::I))),
    (UiCommand::InGraph, Text::new("相関図で見る", "Show in graph"), Some(bare(Key::G))),
    (UiCommand::AddEvidence, Text::new("証拠を追加…", "Add evidence…"), Some(ctrl(Key::O))),
    (UiCommand::AddFolder, Text::new("フォルダを証拠として追加…", "Add a folder of evidence…"), None),
    (UiCommand::PasteText, Text::new("文章を貼り付けて追加…", "Add pasted text…"), None),
    (UiCommand::Transcribe, Text::new("書面の書き起こしを追加…", "Add a transcript of a paper…"), None),
    (UiCommand::NewCase, Text::new("新しい事案…", "New case…"), Some(ctrl(Key::N))),
    (UiCommand::OpenStore, Text::new("事案簿を開く…", "Open a case file…"), None),
    (UiCommand::NewStore, Text::new("事案簿を作る…", "Make a case file…"), None),
    (UiCommand::Training, Text::new("訓練を始める", "Start the training"), None),
    (UiCommand::VerifyEvidence, Text::new("全証拠の同一性確認", "Verify all evidence"), None),
    (UiCommand::VerifyAudit, Text::new("監査証跡の確認", "Verify the audit chain"), None),
    (UiCommand::Language, Text::new("English に切り替える", "日本語に切り替える"), None),
    (UiCommand::Theme, Text::new("明るい・暗い表示の切替え", "Switch light and dark"), None),
    (UiCommand::Density, Text::new("行の高さの切替え", "Switch row height"), None),
    (UiCommand::ZoomIn, Text::new("表示を大きく", "Larger"), Some(ctrl(Key::Plus))),
    (UiCommand::ZoomOut, Text::new("表示を小さく", "Smaller"), Some(ctrl(Key::Minus))),
    (UiCommand::Inspector, Text::new("詳細欄の表示・非表示", "Show or hide the inspector"), Some(ctrl(Key::D))),
    (UiCommand::ArrangeReading, Text::new("配置：読む", "Arrangement: reading"), None),
    (UiCommand::ArrangeLinking, Text::new("配置：つなぐ", "Arrangement: linking"), None),
    (UiCommand::ArrangeHandingUp, Text::new("配置：報告する", "Arrangement: handing up"), None),
    (UiCommand::KeyRing, Text::new("鍵と信頼する署名者…", "Keys and trusted signers…"), None),
    (UiCommand::Keys, Text::new("操作キー一覧", "Keyboard"), Some(KeyboardShortcut::new(Modifiers::NONE, Key::F1))),
];

/// Keys that tables and panels handle themselves, for the key sheet.
pub const SHEET: &[(&str, Text)] = &[
    ("J  K  ↑  ↓", Text::new("次の行・前の行", "Next row, previous row")),
    ("PgUp  PgDn", Text::new("一画面ずつ送る", "A page at a time")),
    ("Home  End", Text::new("先頭行・最終行", "First row, last row")),
    ("Enter", Text::new("詳細を開く", "Open the detail")),
    ("Space", Text::new("行を選ぶ", "Select the row")),
    ("Shift+↑↓", Text::new("範囲を選ぶ", "Select a range")),
    ("Ctrl+A", Text::new("すべての行を選ぶ（10万行まで）", "Select all rows, at most 100,000")),
    ("1–9", Text::new("選んだ行に付箋", "Tag the selected rows")),
    ("Shift+1–9", Text::new("表示中の全行に付箋", "Tag all rows shown")),
    ("Ctrl+C", Text::new("行を出所とともに写す", "Copy rows with their citation")),
    ("← → ↑ ↓  + −  Home", Text::new("相関図：移動・拡大縮小・全体", "Graph: move, zoom, show all")),
    ("Esc", Text::new("閉じる", "Close")),
];

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn bare(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// Takes away the keys that belong to a text being composed: candidates are chosen with arrows and taken with Enter, and
/// none of that is meant for the window. Called before anything looks at the keys.
pub fn leave_to_composition(ctx: &Context) {
    let id = egui::Id::unique("composing");
    let mut composing = ctx.data(|data| data.get_temp::<bool>(id)).unwrap_or(false);
    ctx.input_mut(|input| {
        let mut committed = false;
        input.events.retain(|event| match event {
            egui::Event::Ime(egui::ImeEvent::Preedit { text, .. }) => {
                composing = !text.is_empty();
                true
            }
            egui::Event::Ime(egui::ImeEvent::Commit(_)) => {
                (composing, committed) = (false, true);
                true
            }
            // The key that took the text comes after it on some desktops.
            egui::Event::Key { key: Key::Enter, .. } => !composing && !committed,
            egui::Event::Key { .. } => !composing,
            _ => true,
        });
    });
    ctx.data_mut(|data| data.insert_temp(id, composing));
}

const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// The commands whose keys were pressed. Bare keys count only while nothing is typed, composed or popped up.
pub fn pressed(ctx: &Context) -> Vec<UiCommand> {
    let typing = ctx.text_edit_focused();
    let mut out = Vec::new();
    if ctx.memory(|memory| memory.top_modal_layer().is_some()) {
        // A question stands on the screen: nothing happens behind it. Should this input close it, the next frame must
        // know before the next key comes.
        if ctx.input(|input| !input.events.is_empty()) {
            ctx.request_repaint();
        }
        return out;
    }
    let popped = egui::Popup::is_any_open(ctx);
    ctx.input_mut(|input| {
        for (command, _, key) in TABLE {
            let Some(key) = key else { continue };
            let bare = key.modifiers.is_none() && key.logical_key != Key::F1;
            // While text is typed, undo belongs to the text.
            let of_text = matches!(command, UiCommand::Undo | UiCommand::Redo);
            if (typing && (bare || of_text)) || (popped && bare) {
                continue;
            }
            // The table opens this one itself.
            if *command != UiCommand::GoTo && input.consume_shortcut(key) {
                out.push(*command);
            }
        }
        if !typing && !popped {
            input.events.retain(|event| {
                let digit = digit(event);
                out.extend(digit);
                digit.is_none()
            });
        }
    });
    out
}

/// The tag a key event asks for. With Shift the layout turns digits into signs, so the key itself counts.
fn digit(event: &egui::Event) -> Option<UiCommand> {
    let egui::Event::Key { key, physical_key, pressed: true, modifiers, .. } = event else { return None };
    if modifiers.command || modifiers.ctrl || modifiers.alt {
        return None;
    }
    let key = if modifiers.shift { physical_key.unwrap_or(*key) } else { *key };
    let number = (1..).zip(DIGITS).find(|(_, digit)| *digit == key)?.0;
    Some(if modifiers.shift { UiCommand::TagAll(number) } else { UiCommand::Tag(number) })
}

/// A key as it is written on the key sheet: `Ctrl+K`.
pub fn written(key: &KeyboardShortcut) -> String {
    let name = match key.logical_key {
        Key::Slash => "/",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::Plus => "+",
        Key::Minus => "-",
        other => other.name(),
    };
    if key.modifiers.command { format!("Ctrl+{name}") } else { name.to_owned() }
}

/// How well `typed` fits `name`: every character in order; runs and word beginnings count more. `None` if it does not.
pub fn fit(typed: &str, name: &str) -> Option<i32> {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut at, mut score, mut run) = (0, 0, 0);
    for wanted in typed.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let found = name.get(at..)?.iter().position(|c| *c == wanted)?;
        run = if found == 0 { run + 1 } else { 1 };
        let starts_word = at + found == 0 || name.get((at + found).wrapping_sub(1)) == Some(&' ');
        score += run * 2 + i32::from(starts_word) * 3 - i32::try_from(found.min(8)).unwrap_or(8);
        at += found + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_keys_are_unique() {
        for (at, (command, name, key)) in TABLE.iter().enumerate() {
            for (other, other_name, other_key) in TABLE.iter().skip(at + 1) {
                assert_ne!(command, other);
                assert_ne!(name.ja, other_name.ja);
                assert_ne!(name.en, other_name.en);
                assert!(key.is_none() || key != other_key, "{}", name.en);
            }
        }
    }

    #[test]
    fn fitting_needs_every_character_in_order() {
        assert!(fit("addev", "Add evidence…").is_some());
        assert!(fit("証拠", "証拠を追加…").is_some());
        assert!(fit("vea", "Add evidence…").is_none());
        assert!(fit("add", "Add evidence…") > fit("add", "Switch row height and density"));
    }
}
