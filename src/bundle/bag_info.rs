//! `bag-info.txt`: who sends what to whom, in which order, under which rules. Signed through the tag manifest.
//!
//! Written and read here only; a file that does not read back to its own bytes is refused.

use super::fault::Fault;
use super::labels;
use crate::model::time::JST_MINUTES;
use crate::model::{Id, Instant, Tlp, Unit};

/// `Previous-Hash` of the first bundle of a store to a receiver.
pub const NO_PREVIOUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a bundle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Cases handed over.
    #[default]
    Report,
    /// An answer to bundles received.
    Answer,
}

impl Content {
    const fn tag(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Answer => "answer",
        }
    }
}

/// The facts of one bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BagInfo {
    /// The bundle's id (`b…`).
    pub bundle: Id,
    /// The sending store's public id.
    pub store: Id,
    /// Report or answer.
    pub content: Content,
    /// Number of this bundle from this store to this receiver, from 1.
    pub sequence: u64,
    /// Hash (`bag_hash`) of the bundle before, or `NO_PREVIOUS`.
    pub previous: String,
    /// Sending unit.
    pub sender: Unit,
    /// Receiving unit's path, or the name of a receiver outside the police.
    pub receiver: String,
    /// Fingerprints (`Recipient::fingerprint`) of the keys it may be sealed to, sorted; empty where the receiver's keys were
    /// not known when it was drafted.
    pub receiver_keys: Vec<String>,
    /// Sanitising profile.
    pub profile: String,
    /// Sharing label.
    pub tlp: Tlp,
    /// 取扱い in words.
    pub handling: Option<String>,
    /// To be received by then.
    pub receive_by: Option<Instant>,
    /// To be kept until then.
    pub keep_until: Option<Instant>,
    /// Program and version that made it.
    pub tool: String,
    /// Version of the canonical forms tokens rest on.
    pub canonicaliser: String,
    /// Epoch of its tokens; `None` when it holds none.
    pub token_epoch: Option<String>,
    /// Whether it is training material.
    pub training: bool,
    /// When it was prepared.
    pub created: Instant,
}

/// Octets and files of the payload (RFC 8493 `Payload-Oxum`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Oxum {
    /// Bytes.
    pub bytes: u64,
    /// Files.
    pub files: u64,
}

impl BagInfo {
    /// The file, refused when a value cannot stand in it.
    pub fn to_file(&self, oxum: Oxum) -> Result<String, Fault> {
        let mut keys = self.receiver_keys.clone();
        keys.sort();
        keys.dedup();
        if keys != self.receiver_keys {
            return Err(Fault::input("受信鍵の指紋が整列していない", "the receiver's key fingerprints are not sorted"));
        }
        let first = self.previous == NO_PREVIOUS;
        if self.sequence == 0 || !labels::is_sha256(&self.previous) || first != (self.sequence == 1) {
            return Err(Fault::input(
                "通し番号と前回ハッシュが合わない",
                "sequence and previous hash do not fit together",
            ));
        }
        let lines = self.lines(oxum);
        if let Some((label, _)) = lines.iter().find(|(_, value)| !labels::is_value(value)) {
            return Err(Fault::input(
                format!("`{label}`に書けない値"),
                format!("the value of `{label}` cannot be written"),
            ));
        }
        Ok(labels::render(&lines))
    }

    /// Reads the file; `None` unless it is exactly what `to_file` writes.
    #[must_use]
    pub fn from_file(bytes: &[u8]) -> Option<(Self, Oxum)> {
        let lines = labels::parse(bytes)?;
        let one = |label: &str| labels::one(&lines, label);
        let optional_time = |label: &str| one(label).map_or(Some(None), |text| labels::read_time(text).map(Some));
        let (octets, files) = one("Payload-Oxum")?.split_once('.')?;
        let oxum = Oxum { bytes: octets.parse().ok()?, files: files.parse().ok()? };
        let info = Self {
            bundle: Id(one("Bundle-Id")?.to_owned()),
            store: Id(one("Store-Id")?.to_owned()),
            content: [Content::Report, Content::Answer].into_iter().find(|c| Some(c.tag()) == one("Content"))?,
            sequence: one("Sequence")?.parse().ok()?,
            previous: one("Previous-Hash")?.to_owned(),
            sender: Unit::from_path(one("Sender")?).filter(Unit::is_police)?,
            receiver: one("Receiver")?.to_owned(),
            receiver_keys: lines
                .iter()
                .filter(|(label, _)| *label == "Receiver-Key-Fingerprint")
                .map(|(_, value)| (*value).to_owned())
                .collect(),
            profile: one("Profile")?.to_owned(),
            tlp: Tlp::from_label(one("TLP")?)?,
            handling: one("Handling").map(str::to_owned),
            receive_by: optional_time("Receive-By")?,
            keep_until: optional_time("Keep-Until")?,
            tool: one("Bag-Software-Agent")?.to_owned(),
            canonicaliser: one("Canonicaliser-Version")?.to_owned(),
            token_epoch: one("Token-Epoch").map(str::to_owned),
            training: one("Training")?.parse().ok()?,
            created: labels::read_time(one("Created")?)?,
        };
        (info.to_file(oxum).ok()?.as_bytes() == bytes).then_some((info, oxum))
    }

    fn lines(&self, oxum: Oxum) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("Bundle-Version", "1".to_owned()),
            ("Bundle-Id", self.bundle.to_string()),
            ("Store-Id", self.store.to_string()),
            ("Content", self.content.tag().to_owned()),
            ("Sequence", self.sequence.to_string()),
            ("Previous-Hash", self.previous.clone()),
            ("Sender", self.sender.to_string()),
            ("Receiver", self.receiver.clone()),
        ];
        lines.extend(self.receiver_keys.iter().map(|key| ("Receiver-Key-Fingerprint", key.clone())));
        lines.push(("Profile", self.profile.clone()));
        lines.push(("TLP", self.tlp.label().to_owned()));
        let optional = [
            ("Handling", self.handling.clone()),
            ("Receive-By", self.receive_by.map(labels::time)),
            ("Keep-Until", self.keep_until.map(labels::time)),
        ];
        lines.extend(optional.into_iter().filter_map(|(label, value)| Some((label, value?))));
        lines.push(("Bag-Software-Agent", self.tool.clone()));
        lines.push(("Canonicaliser-Version", self.canonicaliser.clone()));
        lines.extend(self.token_epoch.clone().map(|epoch| ("Token-Epoch", epoch)));
        lines.push(("Training", self.training.to_string()));
        lines.push(("Created", labels::time(self.created)));
        lines.push(("Bagging-Date", self.created.iso(JST_MINUTES).chars().take(10).collect()));
        lines.push(("Payload-Oxum", format!("{}.{}", oxum.bytes, oxum.files)));
        lines
    }
}
