//! Edits: the closed list of changes a person can make. Applying one returns its inverse, so undo is one more entry.

use super::lang::Text;
use super::statement::{Statement, StatementKey};
use serde::{Deserialize, Serialize};

/// A change to the statements. Evidence has no edits: it is imported, withdrawn or expunged, never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", content = "what", rename_all = "kebab-case")]
pub enum Edit {
    /// States something new, or replaces what the same id said.
    Put(Statement),
    /// Takes a statement back.
    Drop(StatementKey),
    /// Several at once: one transaction, one audit entry, one undo step.
    All(Vec<Self>),
}

impl Edit {
    /// What the undo menu calls it.
    #[must_use]
    pub fn label(&self) -> Text {
        match self {
            Self::Put(statement) => match statement {
                Statement::Case(_) => Text::new("事案の入力", "edit case"),
                Statement::Role(_) => Text::new("役割の設定", "set role"),
                Statement::Tag(_) => Text::new("付箋", "tag"),
                Statement::Note(_) => Text::new("メモ", "note"),
                Statement::Finding(_) => Text::new("判明事項", "finding"),
                Statement::Link(_) => Text::new("つながりの記載", "assert link"),
                Statement::Request(_) => Text::new("照会・要請", "request"),
                Statement::Filing(_) => Text::new("証拠の編てつ", "file evidence"),
                Statement::Withdrawal(_) => Text::new("証拠の取下げ", "withdraw evidence"),
                Statement::Skew(_) => Text::new("時計のずれ", "clock skew"),
                Statement::Columns(_) => Text::new("列の役割", "column roles"),
                Statement::Search(_) => Text::new("検索の保存", "save search"),
                Statement::Settlement(_) => Text::new("種別の確定", "settle kind"),
            },
            Self::Drop(_) => Text::new("取消し", "take back"),
            Self::All(edits) => edits.first().map_or(Text::new("変更", "change"), Self::label),
        }
    }
}
