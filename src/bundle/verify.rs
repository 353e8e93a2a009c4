//! Judges a bundle before anything in it is believed: one line per check, in the order of `CHECKS`.
//!
//! Reads with bounded memory whatever the size and unpacks nothing. What cannot be judged with what was given is `None`;
//! authorship that cannot be checked means that the bundle does not pass.

use super::approval::{Approval, Signers};
use super::bag;
use super::bag_info::{BagInfo, Content};
use super::check::{Check, Checks};
use super::examine::{Examined, Stage};
use super::fault::Fault;
use super::identity::{Identity, Recipient};
use super::keys::PublicKey;
use super::policy::Profile;
use super::seal::{Plain, unseal};
use super::sequence::{self, History, Standing};
use super::trust::{Right, TrustEntry, TrustList};
use super::wording::{Wording, moment};
use crate::model::{Instant, Text, Unit};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::io::{Read, Seek, SeekFrom};

/// Checks without which nobody knows who made a bundle.
const AUTHORSHIP: [&str; 6] = ["prepared", "approval", "approved", "distinct-people", "prepare-right", "approve-right"];

/// What a bundle is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The moment of judging.
    pub at: Instant,
    /// The receiving unit, where known.
    pub own_unit: Option<&'a Unit>,
    /// Bundles received before, where known.
    pub history: Option<&'a History>,
    /// Whether the receiving store is a training store, where known.
    pub training: Option<bool>,
    /// Who accepts the bundle by name although its receive-by has passed.
    pub late_accepted_by: Option<&'a str>,
}

impl Context<'_> {
    /// Judged at a moment, with nothing else known.
    #[must_use]
    pub const fn at(at: Instant) -> Self {
        Self { at, own_unit: None, history: None, training: None, late_accepted_by: None }
    }
}

/// The outcome of a verification.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every check, in the order of `CHECKS`.
    pub checks: Vec<Check>,
    /// Facts of the bundle; to be believed only when the report passes.
    pub info: Option<BagInfo>,
    /// The approval.
    pub approval: Option<Approval>,
    /// Whose key prepared it.
    pub preparer: Option<PublicKey>,
    /// Whose key approved it.
    pub approver: Option<PublicKey>,
    /// SHA-256 of the file as given, hex.
    pub sha256: String,
    /// SHA-256 of the tag manifest, hex.
    pub bag_hash: Option<String>,
    /// Place in the chain of bundles.
    pub standing: Standing,
    /// Its receive-by has passed.
    pub expired: bool,
    /// It came sealed, and not as an archive somebody had opened already.
    pub sealed: bool,
}

impl Report {
    /// Whether no check failed and authorship was checked.
    #[must_use]
    pub fn passed(&self) -> bool {
        let held = |name: &&str| self.checks.iter().any(|check| check.check == *name && check.ok == Some(true));
        self.checks.iter().all(|check| check.ok != Some(false)) && AUTHORSHIP.iter().all(held)
    }

    /// Whether it could be opened at all; if not, the command line says "bad input".
    #[must_use]
    pub fn opened(&self) -> bool {
        self.checks.iter().any(|check| check.check == "opens" && check.ok == Some(true))
    }

    /// The first check that failed.
    #[must_use]
    pub fn first_failure(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.ok == Some(false))
    }
}

/// Verifies a bundle: sealed, or as a plain archive where somebody opened the seal already.
pub fn verify<R: Read + Seek>(
    input: R,
    identities: &[Identity],
    trust: Option<&TrustList>,
    context: &Context<'_>,
) -> Report {
    examine(input, identities, trust, context).0
}

/// Verifies and keeps the bag at hand, so that it can be opened from the same reader.
pub(super) fn examine<R: Read + Seek>(
    mut input: R,
    identities: &[Identity],
    trust: Option<&TrustList>,
    context: &Context<'_>,
) -> (Report, Option<Examined<Plain<R>>>) {
    let mut checks = Checks::default();
    let sha256 = match hash_of(&mut input) {
        Ok(hash) => hash,
        Err(fault) => {
            checks.fault("opens", &fault);
            return (stopped(checks, String::new()), None);
        }
    };
    let (plain, key) = match unseal(input, identities) {
        Ok(opened) => opened,
        Err(fault) => {
            checks.fault("opens", &fault);
            return (stopped(checks, sha256), None);
        }
    };
    match &key {
        Some(key) => checks.pass("seal", key.fingerprint()),
        None => checks.unknown("seal", Text::new("封かんされていない書庫", "an archive without a seal")),
    }
    checks.put("opens", Some(true), Text::new("開封できた", "opened").into());
    let mut bag = match Examined::new(plain, Stage::Final, checks) {
        Ok(bag) => bag,
        Err((mut checks, fault)) => {
            checks.fault("archive", &fault);
            return (stopped(checks, sha256), None);
        }
    };
    let signers = bag.check_signatures();
    judge_people(&mut bag, &signers, trust, context.at);
    let mut report = stopped(Checks::default(), sha256);
    report.sealed = key.is_some();
    report.bag_hash = Some(bag.bag_hash());
    if let Some(info) = bag.info.clone() {
        judge_receiver(&mut bag.checks, &info, key.as_ref(), context);
        report.expired = judge_time(&mut bag.checks, &info, context);
        let received = context.history.map(|history| history.get(info.store.as_str()).map_or(&[][..], Vec::as_slice));
        let hash = bag.bag_hash();
        report.standing = received.map_or(Standing::Unknown, |received| sequence::standing(&info, &hash, received));
        sequence::check(&mut bag.checks, &info, &report.standing);
        judge_use(&mut bag.checks, &info, context);
        let record = bag.file(bag::SANITISING).to_vec();
        judge_profile(&mut bag.checks, &info, &record);
        report.info = Some(info);
    }
    Signers { preparer: report.preparer, approval: report.approval, approver: report.approver } = signers;
    report.checks = std::mem::take(&mut bag.checks).complete();
    (report, Some(bag))
}

fn stopped(checks: Checks, sha256: String) -> Report {
    Report {
        checks: checks.complete(),
        info: None,
        approval: None,
        preparer: None,
        approver: None,
        sha256,
        bag_hash: None,
        standing: Standing::Unknown,
        expired: false,
        sealed: false,
    }
}

fn hash_of(input: &mut (impl Read + Seek)) -> Result<String, Fault> {
    input.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = input.read(&mut buffer)?;
        if n == 0 {
            return Ok(HEXLOWER.encode(&hash.finalize()));
        }
        hash.update(buffer.get(..n).unwrap_or_default());
    }
}

fn judge_people<R: Read + Seek>(bag: &mut Examined<R>, signers: &Signers, trust: Option<&TrustList>, at: Instant) {
    let sender = bag.info.as_ref().map(|info| info.sender.clone());
    let claimed = [bag.info.as_ref().map(|info| info.created), signers.approval.as_ref().and_then(Approval::instant)];
    let checks = &mut bag.checks;
    match (&signers.preparer, &signers.approver) {
        (Some(one), Some(other)) if one == other => {
            checks.fail("distinct-people", Text::new("同じ鍵", "the same key signed twice"));
        }
        (Some(one), Some(other)) if trust.is_some_and(|list| list.is_same_person(one, other)) => {
            checks.fail("distinct-people", Text::new("同じ人の二つの鍵", "two keys of the same person"));
        }
        (Some(one), Some(other))
            if trust.is_some_and(|list| list.of(one).next().is_some() && list.of(other).next().is_some()) =>
        {
            checks.put("distinct-people", Some(true), Text::new("別人・別鍵", "two people, two keys").into());
        }
        (Some(_), Some(_)) => checks.unknown(
            "distinct-people",
            Text::new(
                "別の鍵だが、誰の鍵かは信頼リストがなければ分からない",
                "two keys, but whose they are only a trust list can tell",
            ),
        ),
        _ => {
            checks
                .unknown("distinct-people", Text::new("有効な署名が揃わない", "two valid signatures are not at hand"));
        }
    }
    let steps = [
        ("prepare-right", &signers.preparer, Right::Prepare, claimed[0]),
        ("approve-right", &signers.approver, Right::Approve, claimed[1]),
    ];
    for (check, key, right, claimed) in steps {
        let Some(key) = key else {
            checks.unknown(check, Text::new("有効な署名がない", "there is no valid signature"));
            continue;
        };
        let Some(list) = trust else {
            checks.unknown(check, Text::new("信頼リストがない", "there is no trust list"));
            continue;
        };
        match right_of(list, key, right, sender.as_ref(), [claimed.unwrap_or(at), at]) {
            Ok(entry) => checks.pass(check, entry.principal()),
            Err(why) => checks.fail(check, why),
        }
    }
}

/// The entry that lets a key take a step for a unit at all the given moments; otherwise the nearest reason why not.
pub(super) fn right_of<'a>(
    list: &'a TrustList,
    key: &'a PublicKey,
    right: Right,
    unit: Option<&Unit>,
    moments: [Instant; 2],
) -> Result<&'a TrustEntry, Wording> {
    let mut why =
        Wording::about(Text::new("信頼リストにない鍵", "the key is not in the trust list:"), &key.fingerprint());
    for entry in list.of(key) {
        let named = |ja, en| Wording::about(Text::new(ja, en), &entry.principal());
        if !entry.may.contains(&right) {
            why = named("この手続の権限がない:", "no right to this step:");
        } else if !moments.iter().all(|at| entry.is_valid_at(*at)) {
            why = named(
                "鍵の有効期間外（過去の時点は --at で検査）:",
                "outside the key's validity (judge an earlier moment with --at):",
            );
        } else if let (Some(own), Some(unit)) = (&entry.unit, unit)
            && !is_related(own.path(), unit.path())
        {
            why = named("送り主の所属の者ではない:", "not of the sending unit:");
        } else {
            return Ok(entry);
        }
    }
    Err(why)
}

/// Whether one unit's path lies on the way to the other's: `11` and `11/soumu`.
fn is_related(one: &str, other: &str) -> bool {
    let below =
        |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below(one, other) || below(other, one)
}

fn judge_receiver(checks: &mut Checks, info: &BagInfo, key: Option<&Recipient>, context: &Context<'_>) {
    let named_key =
        key.filter(|_| !info.receiver_keys.is_empty()).map(|key| info.receiver_keys.contains(&key.fingerprint()));
    let named_unit = context.own_unit.map(|unit| is_related(&info.receiver, unit.path()));
    match (named_key, named_unit) {
        (Some(false), _) => checks.fail(
            "receiver",
            Text::new(
                "署名された宛先の鍵と違う鍵に封かんされている",
                "it is sealed to a key that the signed bag does not name",
            ),
        ),
        (_, Some(false)) => checks
            .fail("receiver", Wording::about(Text::new("別の所属宛て:", "it is for another unit:"), &info.receiver)),
        (None, None) => checks.unknown("receiver", Wording::same(&info.receiver)),
        _ => checks.pass("receiver", &info.receiver),
    }
}

fn judge_time(checks: &mut Checks, info: &BagInfo, context: &Context<'_>) -> bool {
    let Some(by) = info.receive_by else {
        checks.put("receive-by", Some(true), Text::new("期限なし", "no limit").into());
        return false;
    };
    let (expired, text) = (context.at > by, moment(by));
    match context.late_accepted_by {
        _ if !expired => checks.pass("receive-by", text),
        Some(who) => checks.unknown(
            "receive-by",
            Wording::new(format!("期限{text}経過、受入れ責任者 `{who}`"), format!("past {text}, accepted by `{who}`")),
        ),
        None => checks.fail(
            "receive-by",
            Wording::new(format!("期限{text}を過ぎている"), format!("its receive-by {text} has passed")),
        ),
    }
    expired
}

/// Training material and real data never meet in one store.
fn judge_use(checks: &mut Checks, info: &BagInfo, context: &Context<'_>) {
    let kind = if info.training {
        Text::new("訓練用", "training material")
    } else {
        Text::new("実データ", "real data")
    };
    match context.training {
        Some(own) if own != info.training => checks.fail(
            "training",
            if info.training {
                Text::new(
                    "訓練用の報告資料は実務の事案ファイルに受領できない",
                    "training material does not enter a real store",
                )
            } else {
                Text::new("実データは訓練用の事案ファイルに受領できない", "real data does not enter a training store")
            },
        ),
        _ => checks.put("training", Some(true), kind.into()),
    }
}

/// The profile must be one of ours and the one the sanitiser recorded; another edition of it cannot be judged.
fn judge_profile(checks: &mut Checks, info: &BagInfo, record: &[u8]) {
    #[derive(Deserialize)]
    struct Policy {
        name: String,
        serial: u32,
        sha256: String,
    }
    #[derive(Deserialize)]
    struct Record {
        policy: Policy,
    }
    let Ok(known) = Profile::named(&info.profile) else {
        return checks.fail("profile", Wording::about(Text::new("知らない提供区分", "unknown profile"), &info.profile));
    };
    let policy = match serde_json::from_slice::<Record>(record) {
        Ok(record) => record.policy,
        Err(_) if info.content == Content::Answer && record.is_empty() => {
            return checks
                .unknown("profile", Text::new("仮名化の記録のない回答", "an answer without a sanitising record"));
        }
        Err(_) => {
            return checks.fail("profile", Text::new("仮名化の記録が読めない", "the sanitising record is unreadable"));
        }
    };
    let edition = format!("{} {}", policy.name, policy.serial);
    if policy.name != info.profile {
        checks.fail(
            "profile",
            Wording::about(Text::new("記録された提供区分と違う:", "the sanitiser recorded another profile:"), &edition),
        );
    } else if policy.sha256 == known.hash() {
        checks.pass("profile", edition);
    } else {
        checks.unknown(
            "profile",
            Wording::about(Text::new("手元と異なる版:", "another edition than the one at hand:"), &edition),
        );
    }
}
