//! Profiles: what leaves to whom. A table for each class of value and role, with default deny.
//!
//! Profiles are files (`assets/profiles`), complete and numbered; a value no rule names is withheld (DESIGN §8, domain
//! matrix by class and role). Role not stated has a column of its own.

use crate::model::{Class, Explain, Kind, Lang, Role, Sort, Unit};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// How a value leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// As it is.
    Keep,
    /// As a keyed token.
    Token,
    /// Made coarser: network block, registrable domain, bank, number class.
    Generalise,
    /// Not at all.
    Withhold,
}

/// How the time of a record leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeRule {
    /// Exactly.
    Keep,
    /// The day alone.
    Day,
    /// The month alone.
    Month,
}

/// How an amount of money leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountRule {
    /// Exactly.
    Keep,
    /// In bands.
    Band,
    /// Not at all.
    Withhold,
}

/// Something coarser that may stand beside a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Companion {
    /// /24 of an IPv4, /48 of an IPv6 address.
    Network,
    /// The registrable part of a domain.
    RegistrableDomain,
    /// Four digits of the bank.
    BankCode,
    /// Mobile, fixed, IP telephony, free of charge, foreign.
    PhoneClass,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Receivers {
    National,
    Prefecture,
    Organisation,
    Abroad,
    Public,
}

/// Kinds that never leave, whatever a table says (domain.md 3.1).
const NEVER: [&str; 3] = ["my_number", "payment_card", "licence"];

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    officer: Verb,
    victim: Verb,
    witness: Verb,
    relay: Verb,
    infrastructure: Verb,
    suspect: Verb,
    not_stated: Verb,
    benign: Verb,
}

impl Row {
    const fn verb(&self, role: Option<Role>, benign: bool) -> Verb {
        match role {
            Some(Role::Officer) => self.officer,
            Some(Role::Victim) => self.victim,
            Some(Role::Witness) => self.witness,
            Some(Role::Relay) => self.relay,
            Some(Role::Infrastructure) => self.infrastructure,
            Some(Role::Suspect) => self.suspect,
            None if benign => self.benign,
            None => self.not_stated,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    name: String,
    serial: u32,
    label_ja: String,
    label_en: String,
    may_send: Vec<String>,
    receivers: Receivers,
    police: bool,
    records: bool,
    time_of_offenders: TimeRule,
    time_of_others: TimeRule,
    amount_of_offenders: AmountRule,
    amount_of_others: AmountRule,
    listed_hashes: Verb,
    companions: Vec<Companion>,
    own_bank_only: bool,
    max_records: usize,
    max_values: usize,
    class: BTreeMap<String, Row>,
    #[serde(default)]
    kind: BTreeMap<String, Row>,
}

/// One profile, checked to be complete.
#[derive(Debug)]
pub struct Profile {
    table: Table,
    hash: String,
}

const FILES: [&str; 6] = [
    include_str!("../../assets/profiles/national.toml"),
    include_str!("../../assets/profiles/prefecture.toml"),
    include_str!("../../assets/profiles/foreign.toml"),
    include_str!("../../assets/profiles/provider.toml"),
    include_str!("../../assets/profiles/financial.toml"),
    include_str!("../../assets/profiles/public.toml"),
];

const CLASSES: [(Class, &str); 6] = [
    (Class::Network, "network"),
    (Class::File, "file"),
    (Class::Knowledge, "knowledge"),
    (Class::DirectId, "direct-id"),
    (Class::Money, "money"),
    (Class::Crypto, "crypto"),
];

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// No profile of that name.
    #[error("no profile `{0}`; there are: national prefecture foreign provider financial public")]
    Unknown(String),
    /// The profile's table is not complete.
    #[error("profile table is not complete: {0}")]
    Table(String),
    /// This unit may not send under it.
    #[error("unit `{unit}` may not send under profile `{profile}`")]
    MayNotSend {
        /// Who wants to send.
        unit: String,
        /// The profile.
        profile: String,
    },
    /// This unit is no receiver of this profile.
    #[error("unit `{unit}` is no receiver of profile `{profile}`")]
    NotReceiver {
        /// Who should receive.
        unit: String,
        /// The profile.
        profile: String,
    },
    /// More than one bundle may hold.
    #[error("{found} {what} are more than a bundle under profile `{profile}` may hold ({limit})")]
    TooMuch {
        /// Records or values.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
        /// The profile.
        profile: String,
    },
}

impl Explain for PolicyError {
    fn what(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, _) => self.to_string(),
            (Lang::Ja, Self::Unknown(name)) => {
                format!("提供区分 `{name}` はありません（national prefecture foreign provider financial public）")
            }
            (Lang::Ja, Self::Table(what)) => format!("提供区分の表が完全ではありません: {what}"),
            (Lang::Ja, Self::MayNotSend { unit, profile }) => {
                format!("`{unit}` は提供区分 `{profile}` では提供できません")
            }
            (Lang::Ja, Self::NotReceiver { unit, profile }) => {
                format!("`{unit}` は提供区分 `{profile}` の受け手ではありません")
            }
            (Lang::Ja, Self::TooMuch { what, found, limit, profile }) => {
                format!("{what} {found}件は提供区分 `{profile}` の上限（{limit}件）を超えています")
            }
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        let hint = match self {
            Self::Unknown(_) | Self::Table(_) => return None,
            Self::MayNotSend { .. } => lang.pick("提供は警察庁へ依頼してください", "ask the national unit to send it"),
            Self::NotReceiver { .. } => lang.pick(
                "受け手か提供区分を選び直してください。金融機関は org/bank/金融機関コード、事業者は org/略称、外国機関は abroad/国名2文字/略称、公表は public です",
                "choose another receiver or profile; a bank is org/bank/CODE, a provider org/NAME, a foreign authority abroad/COUNTRY/NAME, what is published public",
            ),
            Self::TooMuch { .. } => lang.pick(
                "--records で明細を絞るか、事件を分けてください",
                "narrow the records with --records, or split the case",
            ),
        };
        Some(hint.to_owned())
    }
}

impl Profile {
    /// Every profile, in the order offered.
    pub fn all() -> Result<Vec<Self>, PolicyError> {
        FILES.iter().map(|text| Self::from_text(text)).collect()
    }

    /// The profile of this name.
    pub fn named(name: &str) -> Result<Self, PolicyError> {
        Self::all()?
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| PolicyError::Unknown(name.to_owned()))
    }

    fn from_text(text: &str) -> Result<Self, PolicyError> {
        let table: Table = toml::from_str(text).map_err(|err| PolicyError::Table(err.to_string()))?;
        for (_, class) in CLASSES {
            if !table.class.contains_key(class) {
                return Err(PolicyError::Table(format!("`{}` lacks class `{class}`", table.name)));
            }
        }
        Ok(Self { hash: data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())), table })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// What a person reads.
    #[must_use]
    pub fn label(&self, lang: Lang) -> &str {
        lang.pick(&self.table.label_ja, &self.table.label_en)
    }

    /// Number of this version of the table.
    #[must_use]
    pub fn serial(&self) -> u32 {
        self.table.serial
    }

    /// SHA-256 of the profile file, hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether receivers are police: exact times and contact facts may go along.
    #[must_use]
    pub fn is_police(&self) -> bool {
        self.table.police
    }

    /// Whether records go along at all.
    #[must_use]
    pub fn sends_records(&self) -> bool {
        self.table.records
    }

    /// How the time of a record leaves, by whether it touches an offender's value.
    #[must_use]
    pub fn time(&self, offending: bool) -> TimeRule {
        if offending { self.table.time_of_offenders } else { self.table.time_of_others }
    }

    /// How an amount in a record leaves, by whether it touches an offender's value.
    #[must_use]
    pub fn amount(&self, offending: bool) -> AmountRule {
        if offending { self.table.amount_of_offenders } else { self.table.amount_of_others }
    }

    /// Whether this coarser form may stand beside a token.
    #[must_use]
    pub fn allows(&self, companion: Companion) -> bool {
        self.table.companions.contains(&companion)
    }

    /// Whether a bank is told of its own accounts only.
    #[must_use]
    pub fn own_bank_only(&self) -> bool {
        self.table.own_bank_only
    }

    /// Whether this unit may send under it.
    #[must_use]
    pub fn may_send(&self, sender: &Unit) -> bool {
        let body = if sender.is_national() { "national" } else { "prefecture" };
        self.table.may_send.iter().any(|may| may == body)
    }

    /// Whether this is a receiver of it. Who is told of its own accounts alone must be a bank with its code.
    #[must_use]
    pub fn has_place_for(&self, receiver: &Unit) -> bool {
        self.is_for(receiver.sort())
    }

    /// Whether it is made for receivers of a sort.
    #[must_use]
    pub fn is_for(&self, sort: Sort) -> bool {
        match self.table.receivers {
            Receivers::National => sort == Sort::National,
            Receivers::Prefecture => sort == Sort::Prefecture,
            Receivers::Organisation => sort == Sort::Bank || (sort == Sort::Organisation && !self.own_bank_only()),
            Receivers::Abroad => sort == Sort::Abroad,
            Receivers::Public => sort == Sort::Public,
        }
    }

    /// Refuses a sender, a receiver or a size this profile has no place for.
    pub fn permit(&self, sender: &Unit, receiver: &Unit, records: usize, values: usize) -> Result<(), PolicyError> {
        let profile = self.table.name.clone();
        if !self.may_send(sender) {
            return Err(PolicyError::MayNotSend { unit: sender.path().to_owned(), profile });
        }
        if !self.has_place_for(receiver) {
            return Err(PolicyError::NotReceiver { unit: receiver.path().to_owned(), profile });
        }
        for (what, found, limit) in
            [("records", records, self.table.max_records), ("values", values, self.table.max_values)]
        {
            if found > limit {
                return Err(PolicyError::TooMuch { what, found, limit, profile });
            }
        }
        Ok(())
    }

    /// How a value leaves, and the name of the rule that says so.
    #[must_use]
    pub fn verb(&self, kind: Kind, class: Option<Class>, role: Option<Role>, mark: Mark) -> (Verb, String) {
        let column = role.map_or(if mark == Mark::Benign { "benign" } else { "not-stated" }, Role::tag);
        if NEVER.contains(&kind.tag()) {
            return (Verb::Withhold, format!("{kind}/never"));
        }
        if mark == Mark::Listed && role.is_none() && class == Some(Class::File) {
            return (self.table.listed_hashes, "file/listed".to_owned());
        }
        let benign = mark == Mark::Benign;
        if class.is_some()
            && let Some(row) = self.table.kind.get(kind.tag())
        {
            return (row.verb(role, benign), format!("{kind}/{column}"));
        }
        let name = class.and_then(|class| CLASSES.iter().find(|(known, _)| *known == class)).map(|(_, name)| *name);
        match name.and_then(|name| self.table.class.get(name).map(|row| (name, row))) {
            Some((name, row)) => (row.verb(role, benign), format!("{name}/{column}")),
            None => (Verb::Withhold, "unknown-kind".to_owned()),
        }
    }
}

/// What is known of a value besides its role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// Harmless or shared by everybody.
    Benign,
    /// A hash on a list of malware.
    Listed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_complete_and_denies_what_it_does_not_know() {
        let all = Profile::all().unwrap();
        assert_eq!(all.len(), FILES.len());
        for profile in all {
            let unknown = Kind::new("something_new");
            assert_eq!(
                profile.verb(unknown, None, Some(Role::Suspect), Mark::None).0,
                Verb::Withhold,
                "{}",
                profile.name()
            );
            let my_number = Kind::new("my_number");
            for role in Role::ALL.into_iter().map(Some).chain([None]) {
                assert_eq!(
                    profile.verb(my_number, Some(Class::DirectId), role, Mark::None).0,
                    Verb::Withhold,
                    "{}",
                    profile.name()
                );
            }
            for (class, _) in CLASSES {
                let officer = profile.verb(Kind::new("x"), Some(class), Some(Role::Officer), Mark::None).0;
                assert!(class == Class::Knowledge || officer == Verb::Withhold, "{} {class:?}", profile.name());
            }
        }
    }

    #[test]
    fn receivers_are_those_a_profile_is_made_for() {
        let permits = |name: &str, receiver: &str| {
            let (sender, receiver) = (Unit::from_path("00/bureau").unwrap(), Unit::from_path(receiver).unwrap());
            Profile::named(name).unwrap().permit(&sender, &receiver, 0, 0).is_ok()
        };
        let bank = "org/bank/9901";
        let all = ["00/special", "13", "13/soumu", bank, "org/example-net", "abroad/de/kripo", "public"];
        for (name, made_for) in [
            ("national", &all[..1]),
            ("prefecture", &all[1..3]),
            ("financial", &all[3..4]),
            ("provider", &all[3..5]),
            ("foreign", &all[5..6]),
            ("public", &all[6..]),
        ] {
            for receiver in all {
                assert_eq!(permits(name, receiver), made_for.contains(&receiver), "{name} {receiver}");
            }
        }
    }

    #[test]
    fn the_national_table_keeps_the_offender_and_tokenises_the_victim() {
        let national = Profile::named("national").unwrap();
        let verb = |class, role| national.verb(Kind::new("phone"), Some(class), role, Mark::None).0;
        for class in [Class::DirectId, Class::Money, Class::Crypto, Class::Network] {
            assert_eq!(verb(class, Some(Role::Suspect)), Verb::Keep);
            assert_eq!(verb(class, Some(Role::Victim)), Verb::Token);
            assert_eq!(verb(class, None), Verb::Token);
        }
    }
}
