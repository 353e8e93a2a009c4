//! One line of a verification: which check, its result, and what was found.

use super::fault::Fault;
use super::wording::Wording;
use crate::model::{Explain as _, Lang, Text};

/// The result of one check. `ok` is `None` where it cannot be judged with what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Name, one of `CHECKS`.
    pub check: &'static str,
    /// Passed, failed, or not to be judged.
    pub ok: Option<bool>,
    /// What was found.
    pub detail: Wording,
}

/// Every check of a bundle with what it asks, in the order in which they are made and shown.
pub const CHECKS: &[(&str, Text)] = &[
    ("opens", Text::new("開封できる", "It opens")),
    ("seal", Text::new("封かんされている", "It is sealed")),
    ("archive", Text::new("書庫の構造と内容が正しい", "The archive is sound")),
    ("file-list", Text::new("過不足のないファイル構成", "The file list is exact")),
    ("bagit", Text::new("BagItの形式が正しい", "The bag's form is right")),
    ("manifest-sha256", Text::new("内容のSHA-256が一致", "SHA-256 of every payload file")),
    ("manifest-sha512", Text::new("内容のSHA-512が一致", "SHA-512 of every payload file")),
    ("tagmanifest-sha256", Text::new("管理ファイルのSHA-256が一致", "SHA-256 of every tag file")),
    ("tagmanifest-sha512", Text::new("管理ファイルのSHA-512が一致", "SHA-512 of every tag file")),
    ("payload-oxum", Text::new("バイト数とファイル数が一致", "Bytes and files as stated")),
    ("padding", Text::new("埋め草に何も隠れていない", "Nothing hides in the padding")),
    ("prepared", Text::new("起案者の署名", "The preparer's signature")),
    ("approval", Text::new("決裁書がこの内容を指す", "The approval is of this content")),
    ("approved", Text::new("決裁者の署名", "The approver's signature")),
    ("distinct-people", Text::new("起案者と決裁者が別人", "Two distinct people")),
    ("prepare-right", Text::new("起案者の権限", "The preparer may prepare")),
    ("approve-right", Text::new("決裁者の権限", "The approver may approve")),
    ("receiver", Text::new("宛先が自所属", "It is for this receiver")),
    ("receive-by", Text::new("受領期限内", "It is in time")),
    ("sequence", Text::new("通し番号と前回ハッシュ", "Sequence and previous hash")),
    ("training", Text::new("訓練の別", "Training or real")),
    ("profile", Text::new("仮名化提供区分", "The profile is known")),
];

/// Results in the making.
#[derive(Debug, Default)]
pub(super) struct Checks(Vec<Check>);

impl Checks {
    pub(super) fn put(&mut self, check: &'static str, ok: Option<bool>, detail: Wording) {
        self.0.retain(|known| known.check != check);
        self.0.push(Check { check, ok, detail });
    }

    pub(super) fn pass(&mut self, check: &'static str, detail: impl Into<String>) {
        self.put(check, Some(true), Wording::same(detail));
    }

    pub(super) fn fail(&mut self, check: &'static str, detail: impl Into<Wording>) {
        self.put(check, Some(false), detail.into());
    }

    pub(super) fn unknown(&mut self, check: &'static str, detail: impl Into<Wording>) {
        self.put(check, None, detail.into());
    }

    /// A fault as a failed check: under its own name where it has one.
    pub(super) fn fault(&mut self, check: &'static str, fault: &Fault) {
        match fault {
            Fault::Check { check, why } => self.fail(check, why.clone()),
            other => self.fail(check, Wording::new(other.what(Lang::Ja), other.what(Lang::En))),
        }
    }

    /// The first failure, as an error.
    pub(super) fn first_failure(&self) -> Result<(), Fault> {
        match self.0.iter().find(|check| check.ok == Some(false)) {
            Some(check) => Err(Fault::Check { check: check.check, why: check.detail.clone() }),
            None => Ok(()),
        }
    }

    /// Every check in order; those not reached cannot be judged.
    pub(super) fn complete(self) -> Vec<Check> {
        let not_reached = || Wording::new("前の検査で止まったため未実施", "not reached: an earlier check failed");
        let made = |name: &'static str| {
            let found = self.0.iter().find(|known| known.check == name).cloned();
            found.unwrap_or_else(|| Check { check: name, ok: None, detail: not_reached() })
        };
        CHECKS.iter().map(|(name, _)| made(name)).collect()
    }
}
