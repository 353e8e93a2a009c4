//! Accounts of social and messaging services, as `platform:handle` or `platform:number`; a number outlives its handles.
//!
//! Read from URLs (see `places`) and from text that names the service: `Telegram @name`, `インスタ（@name）`,
//! `Discordのユーザー名は name#0001`. A handle without its service is nobody's. Rules of form: domain.md §3.2.

use super::class::{ALNUM, DIGIT, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, line_id, never_benign, never_documentation, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("social");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: never_benign, documentation: never_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("SNSアカウント", "Social account"),
    class: Class::DirectId,
    stix: "user-account",
    look: Look::Account,
    strength: 0.85,
    tokenable: true,
    examples: &[
        "Telegram @usdt_otc_jp",
        "インスタ（@hana.ko_0401）",
        "https://x.com/kakuu_invest",
        "Discord ID 175928847299117063",
    ],
};

/// A service with accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Platform {
    Line,
    X,
    Instagram,
    Telegram,
    Discord,
    Tiktok,
    Facebook,
    Youtube,
    Threads,
}

/// Services, their tags and what people call them.
const PLATFORMS: [(Platform, &str, &[&str]); 9] = [
    (Platform::Line, "line", &["ライン", "らいん", "ﾗｲﾝ"]),
    (Platform::X, "x", &["twitter", "ツイッター", "ﾂｲｯﾀｰ"]),
    (Platform::Instagram, "instagram", &["instagram", "insta", "インスタグラム", "インスタ", "ｲﾝｽﾀ"]),
    (Platform::Telegram, "telegram", &["telegram", "テレグラム", "ﾃﾚｸﾞﾗﾑ"]),
    (Platform::Discord, "discord", &["discord", "ディスコード", "ﾃﾞｨｽｺｰﾄﾞ"]),
    (Platform::Tiktok, "tiktok", &["tiktok", "ティックトック"]),
    (Platform::Facebook, "facebook", &["facebook", "フェイスブック"]),
    (Platform::Youtube, "youtube", &["youtube", "ユーチューブ"]),
    (Platform::Threads, "threads", &["threads", "スレッズ"]),
];

impl Platform {
    const fn tag(self) -> &'static str {
        PLATFORMS[self as usize].1
    }

    /// The service named last in a text, and where its name begins.
    fn last_in(text: &str) -> Option<(Self, usize)> {
        let upper =
            text.rfind("LINE").filter(|at| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'));
        let named =
            PLATFORMS.iter().filter_map(|(platform, _, words)| Some((*platform, context::last_of(text, words)?.0)));
        named
            .chain(upper.map(|at| (Self::Line, at)))
            .chain(letter_x(text).map(|at| (Self::X, at)))
            .max_by_key(|(_, at)| *at)
    }

    /// The service a text names.
    pub(super) fn named_in(text: &str) -> Option<Self> {
        Self::last_in(text).map(|(platform, _)| platform)
    }

    /// Whether a handle has the form this service allows.
    fn allows(self, handle: &str) -> bool {
        let bytes = handle.as_bytes();
        let all = |fits: fn(u8) -> bool| bytes.iter().all(|byte| fits(*byte));
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let dotted = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        match self {
            Self::X => bytes.len() <= 15 && all(word),
            Self::Telegram => (4..=32).contains(&bytes.len()) && all(word) && bytes[0].is_ascii_alphabetic(),
            Self::Instagram | Self::Threads => bytes.len() <= 30 && all(dotted),
            Self::Discord => {
                (2..=37).contains(&bytes.len())
                    && all(|byte| byte == b'#' || byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
            }
            Self::Line => line_id::is_id(handle),
            _ => (2..=30).contains(&bytes.len()),
        }
    }
}

/// `X（旧Twitter）`, `Xの`, `Xアカウント`, `X:`: the letter by itself, with something behind it that makes it a service.
fn letter_x(text: &str) -> Option<usize> {
    let alone = |at: &usize| {
        let behind = text[at + 1..].trim_start_matches(' ');
        !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
            && ["（旧", "(旧", "の", "ア", "：", ":", "（@", "(@", "@"].iter().any(|word| behind.starts_with(word))
    };
    text.rmatch_indices('X').map(|(at, _)| at).find(alone)
}

/// Whether a path or handle belongs to the service itself.
pub(super) fn is_reserved(platform: &str, handle: &str) -> bool {
    const PAGES: [&str; 59] = [
        "about",
        "accounts",
        "addstickers",
        "api",
        "c",
        "channel",
        "dialog",
        "developer",
        "developers",
        "direct",
        "download",
        "events",
        "everyone",
        "explore",
        "groups",
        "hashtag",
        "help",
        "here",
        "home",
        "i",
        "intent",
        "iv",
        "joinchat",
        "legal",
        "login",
        "logout",
        "marketplace",
        "media",
        "messages",
        "notifications",
        "p",
        "pages",
        "people",
        "permalink.php",
        "photo",
        "photo.php",
        "photos",
        "plugins",
        "policies",
        "privacy",
        "profile.php",
        "proxy",
        "reel",
        "reels",
        "s",
        "search",
        "settings",
        "share",
        "sharer",
        "sharer.php",
        "signup",
        "socks",
        "stories",
        "story.php",
        "terms",
        "tos",
        "tr",
        "tv",
        "watch",
    ];
    platform != "tiktok" && PAGES.contains(&handle)
}

/// What may stand in a handle.
pub(super) const fn in_handle(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'#')
}

/// The handle a text begins with, without the full stop of a sentence behind it.
pub(super) fn handle(text: &str) -> &str {
    let len = text.bytes().take_while(|byte| in_handle(*byte)).count();
    text[..len].trim_end_matches(['.', '-', '#'])
}

/// Where a handle begins behind words such as `のID：「`, and whether they say that it is one.
pub(super) struct Label {
    pub(super) at: usize,
    pub(super) says_id: bool,
}

/// Reads the words between a service's name and a handle.
pub(super) fn label(text: &str) -> Option<Label> {
    const NAMES: [&str; 14] = [
        "アカウント名",
        "アカウントID",
        "アカウント",
        "ユーザー名",
        "ユーザーID",
        "ユーザ名",
        "ハンドル名",
        "内部識別子",
        "識別子",
        "ID",
        "id",
        "Id",
        "MID",
        "mid",
    ];
    const JOINTS: [&str; 27] = [
        "の", "公式", "数字", "は", "が", "：", ":", "=", "→", "「", "『", "（", "(", "\"", "'", " ", "　", "【", "[",
        "、", "⇒", "＝", "・", "\t", "を", "<", "“",
    ];
    let (mut rest, mut says_id, mut colon) = (text, false, false);
    for _ in 0..8 {
        if let Some(name) = NAMES.iter().find(|name| rest.starts_with(**name)) {
            // `IDOL` is no label.
            let glued =
                name.is_ascii() && rest[name.len()..].bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
            if glued {
                break;
            }
            rest = &rest[name.len()..];
            says_id = true;
        } else if let Some(joint) = JOINTS.iter().find(|joint| rest.starts_with(**joint)) {
            colon |= matches!(*joint, "：" | ":" | "→" | "＝" | "=");
            rest = &rest[joint.len()..];
        } else {
            break;
        }
    }
    let starts = rest.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    ((says_id || colon) && starts).then(|| Label { at: text.len() - rest.len(), says_id })
}

/// Looks at an at sign without a word before it.
pub(super) fn find_at(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let run = handle(scan.tail(at + 1, 40));
    let end = at + 1 + run.len();
    if run.is_empty() || scan.byte(end) == b'@' {
        return None;
    }
    let lead = scan.lead(at, 72);
    let lead = &lead[lead.rfind('。').map_or(0, |stop| stop + '。'.len_utf8())..];
    let (platform, word) = Platform::last_in(lead)?;
    let start = at - (lead.len() - word);
    let lower = run.to_ascii_lowercase();
    if !platform.allows(run) || is_reserved(platform.tag(), &lower) {
        return None;
    }
    match platform {
        Platform::Line => scan.report(line_id::KIND, start, end, &format!("@{lower}"), false),
        _ => scan.report(KIND, start, end, &format!("{}:{lower}", platform.tag()), false),
    }
    Some(end)
}

/// Looks behind `の` for an account of the service named before it: `Instagramのアカウント名：name`.
pub(super) fn find_owned(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let lead = scan.lead(at, 12);
    let word = lead.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
    let name = &lead[lead.len() - word..];
    let (platform, _) = Platform::last_in(name).filter(|(platform, at)| *at == 0 && *platform != Platform::Line)?;
    labelled(scan, platform, at - word, at)
}

/// Looks behind `ID` for an account of the service named before it in kana: `ラインのIDは name`, `テレグラムID：name`.
pub(super) fn find_id(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let lead = scan.lead(at, 32);
    let stem =
        lead.trim_end_matches([' ', '　']).trim_end_matches("ユーザー").trim_end_matches("数字").trim_end_matches('の');
    let (platform, word) = Platform::last_in(stem)?;
    let name = &stem[word..];
    let known = PLATFORMS.iter().any(|(_, _, words)| words.contains(&name));
    // `オンラインID` and `生産ラインID` name no service.
    let free = !stem[..word].ends_with(|c: char| matches!(c, '\u{30a0}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
    (known && free).then(|| labelled(scan, platform, at - (lead.len() - word), at)).flatten()
}

fn labelled(scan: &mut Scan<'_>, platform: Platform, word: usize, at: usize) -> Option<usize> {
    let found = label(scan.tail(at, 80)).filter(|found| found.says_id)?;
    let start = at + found.at;
    if platform == Platform::Line {
        return line_id::report(scan, word, start, true);
    }
    let run = handle(scan.tail(start, 40));
    let end = start + run.len();
    let letters = run.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !letters || !platform.allows(run) {
        return None;
    }
    scan.report(KIND, word, end, &format!("{}:{}", platform.tag(), run.to_ascii_lowercase()), false);
    Some(end)
}

/// Looks at a token of digits: the number of a Discord or Telegram account.
pub(super) fn find_number(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let (start, end) = (token.start, token.end);
    if token.flags != DIGIT || class(scan.before(start)) & ALNUM != 0 {
        return None;
    }
    let digits = scan.slice(start, end);
    match digits.len() {
        17..=20 => {
            let lead = scan.lead(start, 48);
            let named = |name: &str| memchr::memmem::find(lead.as_bytes(), name.as_bytes()).is_some();
            if (named("iscord") || named("ディスコード"))
                && let Some((Platform::Discord, word)) = Platform::last_in(lead)
            {
                scan.report(KIND, start - (lead.len() - word), end, &format!("discord:{digits}"), false);
                return Some(end);
            }
            let behind = scan.tail(end, 48);
            let word = memchr::memmem::find(behind.as_bytes(), b"discord")? + "discord".len();
            scan.report(KIND, start, end + word, &format!("discord:{digits}"), false);
        }
        6..=13 => {
            // Most numbers stand behind no `ID`, and most ids are not Telegram's.
            let last = scan.bytes[..start].iter().rev().take(8).find(|byte| byte.is_ascii_alphanumeric());
            if !matches!(last, Some(b'D' | b'd')) {
                return None;
            }
            let lead = scan.lead(start, 48);
            let named = |name: &str| memchr::memmem::find(lead.as_bytes(), name.as_bytes()).is_some();
            if !named("elegram") && !named("テレグラム") {
                return None;
            }
            let (platform, word) = Platform::last_in(lead)?;
            if platform != Platform::Telegram || !context::ends(lead, &["id"]) {
                return None;
            }
            scan.report(KIND, start - (lead.len() - word), end, &format!("telegram:{digits}"), false);
        }
        _ => return None,
    }
    Some(end)
}

fn read(text: &str) -> Option<Canonical> {
    if let Some(value) = places::read(KIND, text) {
        return Some(Canonical::sound(value));
    }
    let tagged = text.split_once(':').and_then(|(tag, handle)| {
        let (platform, ..) = PLATFORMS.iter().find(|(platform, own, _)| *own == tag && *platform != Platform::Line)?;
        let digits = (5..=20).contains(&handle.len()) && handle.bytes().all(|byte| byte.is_ascii_digit());
        let fits = handle.bytes().all(in_handle) && !handle.is_empty() && (digits || platform.allows(handle));
        fits.then(|| format!("{tag}:{}", handle.to_ascii_lowercase()))
    });
    if let Some(value) = tagged {
        return Some(Canonical::sound(value));
    }
    if let Some(front) = text.strip_suffix("discord") {
        let digits = front.get(..front.bytes().take_while(u8::is_ascii_digit).count())?;
        return (17..=20).contains(&digits.len()).then(|| Canonical::sound(format!("discord:{digits}")));
    }
    let text = text.trim_end_matches(['）', ')', '」', '』', '】', ']', '"', '\'']);
    let run = text.len() - text.bytes().rev().take_while(|byte| in_handle(*byte)).count();
    let (front, run) = text.split_at(run);
    let (platform, _) = Platform::last_in(text.get(..front.len() + run.len().min(1))?)?;
    let digits = (6..=20).contains(&run.len()) && run.bytes().all(|byte| byte.is_ascii_digit());
    let fits = platform != Platform::Line && !run.is_empty() && (digits || platform.allows(run));
    fits.then(|| Canonical::sound(format!("{}:{}", platform.tag(), run.to_ascii_lowercase())))
}
