//! Arguments in, text and JSON Lines out. Exit 0 done, 1 checked and found wanting, 2 bad input or usage.

#![expect(clippy::print_stderr, reason = "errors go to standard error, results alone to standard output")]

mod args;
mod bundles;
mod desk;
mod evidence;
mod extract;
mod links;
mod out;
mod readings;
mod rows;
mod secret;
mod stated;
mod usage;

use crate::model::{Explain, Instant, Lang};
use crate::workbench::packs::{self, Indicators};
use crate::workbench::{self, Found, Mode, Session, clock, heads};
use args::{Cli, Command};
use clap::Parser as _;
use out::Out;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// How a command ended, other than by an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Done,
    Wanting,
    /// Something could not be read; the rest was done.
    Unreadable,
}

type Result = std::result::Result<Verdict, Failed>;

/// An error on its way to the person: the message and the remedy in their language.
enum Failed {
    Told(Box<dyn Explain>),
    /// Whoever reads standard output has seen enough.
    Unread,
}

impl<E: Explain + 'static> From<E> for Failed {
    fn from(err: E) -> Self {
        Self::Told(Box::new(err))
    }
}

/// Standard output failed.
#[derive(Debug, thiserror::Error)]
#[error("the result could not be printed: {0}")]
struct Printing(std::io::Error);

impl Explain for Printing {
    fn what(&self, lang: Lang) -> String {
        lang.pick("結果を出力できません", "the result could not be printed").to_owned()
    }
}

impl From<std::io::Error> for Failed {
    fn from(err: std::io::Error) -> Self {
        if err.kind() == std::io::ErrorKind::BrokenPipe { Self::Unread } else { Self::Told(Box::new(Printing(err))) }
    }
}

/// Runs the program on the process's arguments.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(err) => {
            let code = if err.use_stderr() { 2 } else { 0 };
            usage::complain(&err);
            return ExitCode::from(code);
        }
    };
    let lang = cli.lang.as_deref().map_or_else(system_lang, |tag| Lang::from_tag(tag).unwrap_or_default());
    let ended = Context::new(&cli, lang).and_then(|context| {
        let ended = context.run(cli.command);
        context.sign_out();
        ended
    });
    match ended {
        Ok(Verdict::Done) | Err(Failed::Unread) => ExitCode::SUCCESS,
        Ok(Verdict::Wanting) => ExitCode::from(1),
        Ok(Verdict::Unreadable) => ExitCode::from(2),
        Err(Failed::Told(err)) => {
            tell(lang, &*err);
            ExitCode::from(2)
        }
    }
}

/// Tells a failure on standard error, with its remedy.
fn tell(lang: Lang, err: &dyn Explain) {
    eprintln!("{}{}", lang.pick("誤り: ", "error: "), out::plain(&err.what(lang)));
    if let Some(hint) = err.hint(lang) {
        eprintln!("{}{}", lang.pick("対処: ", "hint: "), out::plain(&hint));
    }
}

/// Japanese first: English only where the environment says so.
fn system_lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("en")) { Lang::En } else { Lang::Ja }
}

/// What every command has at hand.
struct Context {
    out: Out,
    operator: String,
    /// The operator was named on the command line.
    operator_stated: bool,
    fixed: Option<Instant>,
    /// A folder of lists that mark values.
    lists: Option<PathBuf>,
    /// The language asked for on the command line, if one was.
    stated_lang: Option<Lang>,
    /// Stores opened for writing: their heads are remembered at the end.
    written: RefCell<Vec<Session>>,
}

impl Context {
    fn new(cli: &Cli, lang: Lang) -> std::result::Result<Self, Failed> {
        if let Some(tag) = cli.lang.as_deref().filter(|tag| Lang::from_tag(tag).is_none()) {
            return Err(workbench::Error::input(
                format!("知らない言語です: `{tag}`（ja, en）"),
                format!("unknown language `{tag}`, one of: ja, en"),
            )
            .into());
        }
        let operator =
            cli.operator.clone().or_else(|| std::env::var("USER").ok()).filter(|name| !name.trim().is_empty());
        Ok(Self {
            out: Out { lang, json: cli.json },
            operator_stated: cli.operator.is_some(),
            operator: operator.unwrap_or_else(|| workbench::session::UNNAMED.to_owned()),
            fixed: cli.time.as_deref().map(clock::read).transpose()?,
            lists: cli.lists.clone(),
            stated_lang: cli.lang.as_deref().and_then(Lang::from_tag),
            written: RefCell::default(),
        })
    }

    /// The extractor, with the lists that were named or are the user's own. A list that cannot be read is told.
    fn indicators(&self) -> std::result::Result<Indicators, Failed> {
        let (indicators, wrong) = packs::indicators(self.lists.as_deref())?;
        wrong.iter().for_each(|error| tell(self.out.lang, error));
        Ok(indicators)
    }

    /// Opens a store. An older copy in its place is told, and written down before anything is added to it.
    fn open(&self, store: &Path, mode: Mode) -> std::result::Result<Session, Failed> {
        let mut session = Session::open(store, mode, &self.operator, self.fixed)?;
        if self.lists.is_some() {
            session.indicators = Arc::new(self.indicators()?);
        }
        if session.store.found() == Found::Left {
            let (ja, en) = (
                "事案ファイルは閉じられずに残されていました。元に戻しました（確定済みの内容は失われていません）",
                "the case file had not been closed; it was put in order, nothing committed is lost",
            );
            self.note(ja, en);
        }
        if let Some(said) = heads::greet(&session)? {
            self.note(&said.ja, &said.en);
        }
        if mode == Mode::Write {
            self.keep(&session);
        }
        Ok(session)
    }

    /// Keeps a store that is written to until the end.
    fn keep(&self, session: &Session) {
        self.written.borrow_mut().push(session.clone());
    }

    fn sign_out(&self) {
        for session in self.written.take() {
            // The work is done; only the memory of it is missing.
            if let Err(err) = heads::remember(&session) {
                tell(self.out.lang, &err);
            }
        }
    }

    /// A remark that is no result.
    fn note(&self, ja: &str, en: &str) {
        eprintln!("{}{}", self.out.pick("注意: ", "note: "), out::plain(self.out.pick(ja, en)));
    }

    fn run(&self, command: Option<Command>) -> Result {
        match command {
            None => desk::window(self, None),
            Some(Command::Open(open)) => desk::window(self, Some(&open)),
            Some(Command::Demo(demo)) => desk::demo(self, &demo),
            Some(Command::New { store, unit }) => evidence::new(self, &store, &unit),
            Some(Command::Case(command)) => evidence::case(self, &command),
            Some(Command::Evidence(command)) => evidence::evidence(self, &command),
            Some(Command::Search { store, query, case, evidence, limit, count }) => {
                evidence::search(self, &store, &query, (case.as_deref(), evidence.as_deref()), (limit, count))
            }
            Some(Command::Preview(args)) => readings::preview(self, &args),
            Some(Command::Saved(command)) => stated::saved(self, &command),
            Some(Command::Templates(args)) => evidence::templates(self, &args),
            Some(Command::Indicators { store, case, kind, suggest, list }) => {
                links::indicators(self, &store, (case.as_deref(), kind.as_deref()), suggest, &list)
            }
            Some(Command::Lists) => extract::lists(self),
            Some(Command::Extract(command)) => extract::extract(self, &command),
            Some(Command::Role(role)) => links::role(self, &role),
            Some(Command::Settle(settle)) => stated::settle(self, &settle),
            Some(Command::Import { store, case, file }) => links::import(self, &store, &case, &file),
            Some(Command::Graph { store, case, out }) => links::graph(self, &store, case.as_deref(), &out),
            Some(Command::Correlate { store, min_score, pairs, suggest }) => {
                links::correlate(self, &store, min_score, pairs, suggest)
            }
            Some(Command::Key(command)) => bundles::key(self, &command),
            Some(Command::Export(export)) => bundles::export(self, &export),
            Some(Command::Approve { draft, key, accept, reason }) => {
                bundles::approve(self, &draft, &key, accept.as_deref(), reason.as_deref())
            }
            Some(Command::Discard { store, bundle }) => bundles::discard(self, &store, &bundle),
            Some(Command::Seal { draft, to, out }) => bundles::seal(self, &draft, &to, &out),
            Some(Command::Verify { bundle, identity, trust, store, at }) => {
                bundles::verify(self, &bundle, identity.as_deref(), trust.as_deref(), store.as_deref(), at.as_deref())
            }
            Some(Command::Receive { store, bundle, identity, accepted_by, key, receipt }) => {
                let receipt = key.as_deref().zip(receipt.as_deref());
                bundles::receive(self, &store, &bundle, (&identity, accepted_by), receipt)
            }
            Some(Command::Answer { store, receiver, prepare, out }) => {
                bundles::answer(self, &store, &receiver, &prepare, &out)
            }
            Some(Command::Audit { store, verify, head }) => evidence::audit(self, &store, verify, head),
            Some(Command::Backup { store, file }) => evidence::backup(self, &store, &file),
            Some(Command::Check { store }) => evidence::check(self, &store),
        }
    }
}
