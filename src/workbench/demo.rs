//! The training exercise: two prefectures take in evidence of our own making, report to a national store, and hear back.
//!
//! Everything is invented: documentation ranges, people who do not exist. All of it is marked as training. One process
//! plays every part here, both signatures included, which real work never allows.

use super::ask::Said;
use super::ask::unit_name;
use super::error::{Error, Result};
use super::import::{AddOptions, Outcome};
use super::receive::{Arrival, Judge};
use super::session::{Session, read_unit};
use super::{export, import, keys, network, receive, reply, roles};
use crate::bundle::approve::Accept;
use crate::model::statement::Statement;
use crate::model::{Case, CaseKey, Edit, Extractor as _, Instant, Kind, Role, Stage, Text, Ticket, Unit};
use crate::store::{SightingFilter, TrustRow};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Who analyses for the whole country.
const NATION: &str = "00/special";

const FILES: [(&str, &str, &[u8]); 6] = [
    ("11", "phishing-access.log", include_bytes!("../../assets/demo/11/phishing-access.log")),
    ("11", "exchange.csv", include_bytes!("../../assets/demo/11/exchange.csv")),
    ("11", "reports.txt", include_bytes!("../../assets/demo/11/reports.txt")),
    ("27", "relay-sshd.log", include_bytes!("../../assets/demo/27/relay-sshd.log")),
    ("27", "exchange.csv", include_bytes!("../../assets/demo/27/exchange.csv")),
    ("27", "reports.txt", include_bytes!("../../assets/demo/27/reports.txt")),
];

/// What the investigators of the exercise state: prefecture, kind, value as written, role.
const ROLES: [(&str, &str, &str, Role); 19] = [
    ("11", "btc", "bc1qpj90uu8xwvryszynh28m3h2a5teyyer9h3a4hz", Role::Suspect),
    ("11", "btc", "1HipgMFeWRD2PrxX2rThXP3rneygPgGsq7", Role::Suspect),
    ("11", "bank_account", "9902-907-1-4510023", Role::Suspect),
    ("11", "phone", "050-9201-4455", Role::Suspect),
    ("11", "ipv4", "198.51.100.23", Role::Suspect),
    ("11", "ipv4", "198.51.100.77", Role::Infrastructure),
    ("11", "domain", "login.shoken-kakunin.example.com", Role::Infrastructure),
    ("11", "phone", "090-0012-3401", Role::Victim),
    ("11", "email", "hanako.kunren@example.jp", Role::Victim),
    ("11", "bank_account", "9901-905-1-1200451", Role::Victim),
    ("27", "btc", "bc1qpj90uu8xwvryszynh28m3h2a5teyyer9h3a4hz", Role::Suspect),
    ("27", "btc", "bc1qu0rgm3avgltd3lrz0ze0htkz6s47skxclw6vct", Role::Suspect),
    ("27", "evm", "0x8ec92f65dcdb96efa7d1dd121fcea630a9b49811", Role::Suspect),
    ("27", "email", "support@invest-gate.example.net", Role::Suspect),
    ("27", "ipv4", "198.51.100.150", Role::Suspect),
    ("27", "ipv4", "198.51.100.151", Role::Infrastructure),
    ("27", "ipv4", "203.0.113.99", Role::Relay),
    ("27", "phone", "070-0031-7703", Role::Victim),
    ("27", "bank_account", "9901-905-1-1200988", Role::Victim),
];

/// One line of the exercise, for people and for tests.
#[derive(Clone, Debug)]
pub struct Step {
    /// Short name.
    pub name: &'static str,
    /// What was done, in Japanese and English.
    pub ja: String,
    /// English.
    pub en: String,
}

/// Where the exercise left things.
#[derive(Clone, Debug, Default)]
pub struct Training {
    /// Store of prefecture 11.
    pub first: PathBuf,
    /// Store of prefecture 27.
    pub second: PathBuf,
    /// National store.
    pub national: PathBuf,
    /// Kinds and values that tied the two cases.
    pub ties: Vec<(Kind, String)>,
}

/// Runs the whole exercise in a folder, telling each step.
pub fn run(dir: &Path, fixed: Option<Instant>, ticket: &Ticket, tell: &mut dyn FnMut(Step)) -> Result<Training> {
    std::fs::create_dir_all(dir).map_err(Error::file(dir))?;
    if std::fs::read_dir(dir).map_err(Error::file(dir))?.next().is_some() {
        return Err(Error::input(
            format!("訓練は空のフォルダで行います。ここには何かあります: {}", dir.display()),
            format!("the exercise needs an empty folder; there is something in {}", dir.display()),
        ));
    }
    tell(Step {
        name: "start",
        ja: "訓練です。人物・番号・サイトはすべて架空です。二つの府県と全国、起案者と決裁者の役を、ここではプログラムが\
             すべて演じます（実務では別の人が別の鍵で行います）"
            .into(),
        en: "An exercise: every person, number and site is invented. The program plays two prefectures and the national \
             unit, preparers and approvers alike; in real work these are different people with different keys"
            .into(),
    });
    let mut training = Training::default();
    let nation = National::make(dir, fixed, tell)?;
    for (unit, number, title) in
        [("11", "令和8年第42号", "証券口座不正取引事案（訓練）"), ("27", "令和8年第107号", "SNS型投資詐欺事案（訓練）")]
    {
        if ticket.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let store = dir.join(format!("prefecture-{unit}.itoguchi"));
        let session = open_training(&store, unit, "訓練警部補", fixed)?;
        let case = enter_case(&session, title, number)?;
        take_in(&session, unit, case, dir, ticket, tell)?;
        state_roles(&session, unit, case, tell)?;
        nation.hand_up(&session, unit, case, dir, ticket, tell)?;
        if unit == "11" { training.first = store } else { training.second = store }
    }
    training.national = nation.path.clone();
    training.ties = nation.find_ties(ticket, tell)?;
    nation.answer(dir, &training, ticket, tell)?;
    Ok(training)
}

fn open_training(path: &Path, unit: &str, operator: &str, fixed: Option<Instant>) -> Result<Session> {
    let session = Session::create(path, unit, operator, fixed)?;
    session.store.set_setting("training", "true", &session.author())?;
    Ok(session)
}

fn enter_case(session: &Session, title: &str, number: &str) -> Result<CaseKey> {
    let mut case: Case = session.blank_case(title, Some(number), session.store.unit())?;
    case.stage = Stage::Incident;
    case.training = true;
    case.contact = Some("サイバー捜査課 内線0000（訓練）".into());
    case.asks = vec!["追跡".into()];
    case.urgency = Some("急".into());
    case.recognised_on = Some("2026-04-13".into());
    case.offence = Some("不正アクセス禁止法違反".into());
    case.handling = Some("取扱注意（訓練）".into());
    session.store.apply(&Edit::Put(Statement::Case(Box::new(case.clone()))), &session.author())?;
    Ok(session.store.find_case(case.id.as_str())?)
}

fn take_in(
    session: &Session,
    unit: &str,
    case: CaseKey,
    dir: &Path,
    ticket: &Ticket,
    tell: &mut dyn FnMut(Step),
) -> Result<()> {
    let folder = dir.join(format!("evidence-{unit}"));
    std::fs::create_dir_all(&folder).map_err(Error::file(&folder))?;
    for (_, name, bytes) in FILES.iter().filter(|(held, _, _)| *held == unit) {
        let path = folder.join(name);
        std::fs::write(&path, bytes).map_err(Error::file(&path))?;
    }
    let options = AddOptions {
        zone: Some("Asia/Tokyo".into()),
        year: Some(2026),
        basis: Some("任意提出（訓練）".into()),
        ..AddOptions::default()
    };
    let (mut files, mut rows, mut failed) = (0, 0, None);
    import::add(session, Some(case), &[folder], &options, ticket, &mut |outcome| match outcome {
        Outcome::Added { evidence, .. } => {
            files += 1;
            rows += evidence.reading.as_ref().map_or(0, |reading| reading.rows);
        }
        Outcome::Failed { error, .. } => failed = Some(error),
    })?;
    failed.map_or(Ok(()), Err)?;
    tell(Step {
        name: "evidence",
        ja: format!("{}: 証拠{files}点、明細{rows}件を取り込みました", name_of(unit).ja),
        en: format!("{}: took in {files} files, {rows} records", name_of(unit).en),
    });
    Ok(())
}

fn state_roles(session: &Session, unit: &str, case: CaseKey, tell: &mut dyn FnMut(Step)) -> Result<()> {
    let (mut offending, mut others) = (0, 0);
    for (_, tag, written, role) in ROLES.iter().filter(|(held, ..)| *held == unit) {
        *if role.is_offending() { &mut offending } else { &mut others } += 1;
        let kind = roles::read_kind(session, tag)?;
        let value = session.indicators.canonical(kind, written);
        let value = value.ok_or_else(|| {
            Error::input(format!("訓練の値を読めません: {written}"), format!("training value unreadable: {written}"))
        })?;
        roles::state(session, case, &[(kind, value)], Some(*role), &Ticket::new())?;
    }
    let name = name_of(unit);
    tell(Step {
        name: "roles",
        ja: format!("{}: 役割を記しました（被疑者・インフラ・踏み台{offending}件、被害者{others}件）", name.ja),
        en: format!("{}: stated roles ({offending} suspect, infrastructure or relay, {others} victim)", name.en),
    });
    Ok(())
}

/// A unit as a person knows it, with its code.
fn name_of(unit: &str) -> Said {
    let name = unit_name(unit);
    let en = if name.en.contains(unit) { name.en } else { format!("{} ({unit})", name.en) };
    Said::new(format!("{}（{unit}）", name.ja), en)
}

/// The national side of the exercise, with everybody's keys.
struct National {
    path: PathBuf,
    session: Session,
    identity: PathBuf,
    recipient: String,
    token_key: PathBuf,
    keys: PathBuf,
}

impl National {
    fn make(dir: &Path, fixed: Option<Instant>, tell: &mut dyn FnMut(Step)) -> Result<Self> {
        let path = dir.join("national.itoguchi");
        let session = open_training(&path, NATION, "訓練分析官", fixed)?;
        let keys = dir.join("keys");
        std::fs::create_dir_all(&keys).map_err(Error::file(&keys))?;
        for (unit, step) in [
            ("11", "prepare"),
            ("11", "approve"),
            ("27", "prepare"),
            ("27", "approve"),
            (NATION, "prepare"),
            (NATION, "approve"),
        ] {
            let name = format!("訓練 {unit} {step}");
            let public = keys::make_key(&keys.join(format!("{}-{step}", unit.replace('/', "-"))), &name, None)?;
            session.store.trust(
                &TrustRow { public_key: public.line(), unit: read_unit(unit)?, name, may: vec![step.to_owned()] },
                &session.author(),
            )?;
        }
        let identity = keys.join("national-identity");
        let recipient = keys::make_identity(&identity)?;
        let token_key = keys.join("token-key");
        keys::make_token_key(&token_key, session.now())?;
        tell(Step {
            name: "keys",
            ja: format!("訓練用の鍵を作りました（起案・決裁の署名鍵、封かんの鍵、仮名化の鍵）: {}", keys.display()),
            en: format!("made training keys to prepare, approve, seal and tokenise: {}", keys.display()),
        });
        Ok(Self { path, session, identity, recipient, token_key, keys })
    }

    fn key(&self, unit: &str, step: &str) -> Result<crate::bundle::keys::SigningKey> {
        export::read_key(&self.keys.join(format!("{}-{step}", unit.replace('/', "-"))), None)
    }

    /// Draft, approval, seal, and reception on the national side.
    fn hand_up(
        &self,
        session: &Session,
        unit: &str,
        case: CaseKey,
        dir: &Path,
        ticket: &Ticket,
        tell: &mut dyn FnMut(Step),
    ) -> Result<()> {
        let receiver = read_unit(NATION)?;
        let plan = export::Plan {
            case,
            profile: "national".into(),
            receiver,
            records: None,
            to: vec![self.recipient.clone()],
            texts: Vec::new(),
        };
        let draft = dir.join(format!("report-{unit}.itd"));
        let token_key = export::read_token_key(session, &self.token_key)?;
        let done = export::make_draft(session, &plan, &self.key(unit, "prepare")?, &token_key, &draft, ticket)?;
        if let Some(stop) = done.report.stops.first() {
            return Err(Error::input(
                format!("漏えい点検で止まりました: {} {}", stop.file, stop.what),
                format!("the leak check stopped the export: {} {}", stop.file, stop.what),
            ));
        }
        export::approve(&draft, &self.key(unit, "approve")?, Accept::All, "訓練 / training", Some(session.now()))?;
        let sealed = dir.join(format!("report-{unit}.itb.age"));
        export::seal_from(session, &draft, std::slice::from_ref(&self.recipient), &sealed)?;
        let [kept, tokens, _, withheld] = done.counts;
        tell(Step {
            name: "report",
            ja: format!(
                "{}: 報告資料を起案・決裁・封かんしました（原値{kept}・仮名化{tokens}・除外{withheld}、明細{}件）: {}",
                name_of(unit).ja,
                done.records,
                sealed.display()
            ),
            en: format!(
                "{}: drafted, approved and sealed a bundle ({kept} kept, {tokens} tokens, {withheld} withheld, {} records): {}",
                name_of(unit).en,
                done.records,
                sealed.display()
            ),
        });
        let judge = Judge::of_store(&self.session, receive::read_identities(&self.identity)?)?;
        match receive::receive(&self.session, &sealed, &judge, None, ticket)? {
            Arrival::Entered(entered) => {
                let (from, by) = (name_of(unit), name_of(NATION));
                tell(Step {
                    name: "receive",
                    ja: format!(
                        "{}: {}の報告資料の真正性を確認し、受領しました（識別情報{}件・明細{}件）",
                        by.ja, from.ja, entered.indicators, entered.records
                    ),
                    en: format!(
                        "{}: verified and received the bundle of {} ({} indicators, {} records)",
                        by.en, from.en, entered.indicators, entered.records
                    ),
                });
                Ok(())
            }
            Arrival::Refused(report) => {
                let why = report.first_failure().map_or_else(
                    || "authorship".to_owned(),
                    |check| format!("{}: {}", check.check, check.detail.get(crate::model::Lang::En)),
                );
                Err(Error::input(format!("真正性確認に失敗しました: {why}"), format!("the bundle did not pass: {why}")))
            }
        }
    }

    fn find_ties(&self, ticket: &Ticket, tell: &mut dyn FnMut(Step)) -> Result<Vec<(Kind, String)>> {
        let all = network::correlate(&self.session, None, ticket)?;
        let mut ties = Vec::new();
        for why in all.found.clusters.iter().flat_map(|cluster| &cluster.why).filter(|why| !why.marks.is_damped()) {
            let clear = self.in_clear(why.kind, &why.value)?;
            let tokenised = clear < why.cases.len();
            let how = if tokenised {
                Said::new("一方は原値、他方は仮名で報告", "kept by one, a token from the other")
            } else {
                Said::new("双方とも原値で報告", "kept by both")
            };
            let kind = self.label(why.kind);
            tell(Step {
                name: "tie",
                ja: format!("二つの府県の事案がつながりました: {} {}（{}）", kind.ja, why.value, how.ja),
                en: format!("the cases of both prefectures are tied: {} {} ({})", kind.en, why.value, how.en),
            });
            ties.push((why.kind, why.value.clone()));
        }
        for value in all.found.damped() {
            let why = self.session.indicators.benign(value.kind, &value.value);
            let why = why.unwrap_or(Text::new("多数の事案に出現", "in very many cases"));
            let kind = self.label(value.kind);
            tell(Step {
                name: "decoy",
                ja: format!("双方にあるが、つながりの根拠としません: {} {}（{}）", kind.ja, value.value, why.ja),
                en: format!("in both, and no reason for a tie: {} {} ({})", kind.en, value.value, why.en),
            });
        }
        Ok(ties)
    }

    /// What people call a kind.
    fn label(&self, kind: Kind) -> Said {
        self.session
            .indicators
            .about(kind)
            .map_or_else(|| Said::new(kind.tag(), kind.tag()), |about| Said::new(about.label.ja, about.label.en))
    }

    /// In how many cases the value itself was sent, and not a token alone.
    fn in_clear(&self, kind: Kind, value: &str) -> Result<usize> {
        let filter = SightingFilter { kind: Some(kind), value: Some(value.to_owned()), ..SightingFilter::default() };
        let cases: BTreeSet<_> = self.session.store.sightings(&filter)?.iter().map(|seen| seen.case).collect();
        Ok(cases.len())
    }

    /// The answer to each prefecture, received by it.
    fn answer(&self, dir: &Path, training: &Training, ticket: &Ticket, tell: &mut dyn FnMut(Step)) -> Result<()> {
        for (unit, path) in [("11", &training.first), ("27", &training.second)] {
            let receiver = read_unit(unit)?;
            let identity = self.keys.join(format!("{unit}-identity"));
            let recipient = keys::make_identity(&identity)?;
            let draft = dir.join(format!("answer-{unit}.itd"));
            let (_, answer, _) = reply::draft_answer(
                &self.session,
                &receiver,
                &self.key(NATION, "prepare")?,
                std::slice::from_ref(&recipient),
                &draft,
                ticket,
            )?;
            export::approve(
                &draft,
                &self.key(NATION, "approve")?,
                Accept::All,
                "訓練 / training",
                Some(self.session.now()),
            )?;
            let sealed = dir.join(format!("answer-{unit}.itb.age"));
            export::seal_from(&self.session, &draft, &[recipient], &sealed)?;
            let session = Session::open(path, crate::store::Mode::Write, "訓練警部補", Some(self.session.now()))?;
            self.trust_national(&session)?;
            let judge = Judge::of_store(&session, receive::read_identities(&identity)?)?;
            if let Arrival::Refused(report) = receive::receive(&session, &sealed, &judge, None, ticket)? {
                let why = report.first_failure().map_or("authorship", |check| check.check);
                return Err(Error::input(
                    format!("還元の真正性確認に失敗しました: {why}"),
                    format!("the answer did not pass: {why}"),
                ));
            }
            let counterparts: BTreeSet<&str> = answer.links.iter().map(|link| link.counterpart.as_str()).collect();
            let (names, by) = (counterparts.iter().map(|unit| name_of(unit)), name_of(unit));
            let (ja, en): (Vec<_>, Vec<_>) = names.map(|name| (name.ja, name.en)).unzip();
            tell(Step {
                name: "answer",
                ja: format!("{}: 分析結果の還元を受領しました（関連先 {}）", by.ja, ja.join("、")),
                en: format!("{}: received the answer (counterpart {})", by.en, en.join(", ")),
            });
        }
        Ok(())
    }

    fn trust_national(&self, session: &Session) -> Result<()> {
        let national: Unit = read_unit(NATION)?;
        for row in self.session.store.trusted()?.into_iter().filter(|row| row.unit == national) {
            session.store.trust(&row, &session.author())?;
        }
        Ok(())
    }
}
