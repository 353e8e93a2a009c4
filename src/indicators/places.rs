//! Hosts whose paths name accounts and groups: `t.me/name`, `line.me/ti/p/~id`, `discord.gg/code`, `x.com/name`.
//!
//! The find is the account's or the invitation's own, whatever URL it came in; the host is implied. Pages that belong to
//! the service itself (`/login`, `/share`) name nobody.

use super::class::{ALNUM, class};
use super::scan::Scan;
use super::{invite, line_id, phone, social};
use crate::model::Kind;

/// What a path names.
pub(super) struct Place {
    pub(super) kind: Kind,
    pub(super) value: String,
    /// How much of the path it takes.
    pub(super) len: usize,
}

/// Looks at the path behind a host's name (in A-label form) that begins at `start`; says where the find ends.
pub(super) fn find(scan: &mut Scan<'_>, host: &str, start: usize, tail: usize) -> Option<usize> {
    if host.len() > 20 || scan.byte(tail) != b'/' || !names_people(host) {
        return None;
    }
    let place = parse(host, scan.tail(tail, 128))?;
    let end = tail + place.len;
    scan.report(place.kind, start, end, &place.value, false);
    Some(end)
}

/// Reads a URL, with or without its scheme, that names something of this kind.
pub(super) fn read(kind: Kind, text: &str) -> Option<String> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let slash = text.find('/')?;
    let place = parse(&text[..slash].to_ascii_lowercase(), &text[slash..])?;
    (place.kind == kind).then_some(place.value)
}

/// A name at the start of a path, and what is left behind it.
fn name(path: &str, most: usize, fits: impl Fn(u8) -> bool) -> Option<(&str, &str)> {
    let len = path.bytes().take_while(|byte| fits(*byte)).count();
    let (name, rest) = path.split_at(len);
    let free = !rest.bytes().next().is_some_and(|byte| class(byte) & ALNUM != 0 || byte == b'%');
    ((1..=most).contains(&len) && free).then_some((name, rest))
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

const fn is_code(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

const fn is_dotted(byte: u8) -> bool {
    is_code(byte) || byte == b'.'
}

/// A host without what its pages for browsers and telephones begin with.
fn bare(host: &str) -> &str {
    ["www.", "m.", "mobile."].iter().find_map(|front| host.strip_prefix(front)).unwrap_or(host)
}

/// Whether paths of this host may name somebody: most hosts are others, and their paths need no look.
fn names_people(host: &str) -> bool {
    matches!(
        bare(host),
        "line.me"
            | "lin.ee"
            | "discord.gg"
            | "discord.com"
            | "discordapp.com"
            | "t.me"
            | "telegram.me"
            | "telegram.dog"
            | "chat.whatsapp.com"
            | "wa.me"
            | "x.com"
            | "twitter.com"
            | "instagram.com"
            | "facebook.com"
            | "fb.com"
            | "ja-jp.facebook.com"
            | "tiktok.com"
            | "youtube.com"
            | "threads.net"
            | "threads.com"
    )
}

fn parse(host: &str, path: &str) -> Option<Place> {
    let host = bare(host);
    let social = |platform: &str, (handle, rest): (&str, &str)| {
        let handle = handle.trim_end_matches('.');
        let reserved = social::is_reserved(platform, &handle.to_ascii_lowercase());
        (!reserved && !handle.is_empty()).then(|| Place {
            kind: social::KIND,
            value: format!("{platform}:{}", handle.to_ascii_lowercase()),
            len: path.len() - rest.len(),
        })
    };
    let invite = |front: &str, (code, rest): (&str, &str)| {
        (code.len() > 3).then(|| Place {
            kind: invite::KIND,
            value: format!("{front}{code}"),
            len: path.len() - rest.len(),
        })
    };
    let digits = |rest: &'_ str| rest.bytes().take_while(u8::is_ascii_digit).count();
    match host {
        "line.me" => line(path),
        "lin.ee" => invite("lin.ee/", name(path.strip_prefix('/')?, 24, is_code)?),
        "discord.gg" => invite("discord.gg/", name(path.strip_prefix('/')?, 40, is_code)?),
        "discord.com" | "discordapp.com" => match path.strip_prefix("/invite/") {
            Some(rest) => invite("discord.gg/", name(rest, 40, is_code)?),
            None => social("discord", name(path.strip_prefix("/users/")?, 20, |byte| byte.is_ascii_digit())?),
        },
        "t.me" | "telegram.me" | "telegram.dog" => {
            if let Some(rest) = path.strip_prefix("/+").or_else(|| path.strip_prefix("/joinchat/")) {
                return invite("t.me/+", name(rest, 40, is_code)?);
            }
            let rest = path.strip_prefix("/s/").or_else(|| path.strip_prefix('/'))?;
            let (handle, rest) = name(rest, 32, is_word)?;
            (handle.len() > 3 && handle.as_bytes()[0].is_ascii_alphabetic())
                .then(|| social("telegram", (handle, rest)))?
        }
        "chat.whatsapp.com" => invite("chat.whatsapp.com/", name(path.strip_prefix('/')?, 40, is_code)?),
        "wa.me" => {
            let number = path.strip_prefix('/')?;
            let len = digits(number);
            let value = phone::abroad_value(&number[..len])?;
            Some(Place { kind: phone::KIND, value, len: 1 + len })
        }
        "x.com" | "twitter.com" => match path.strip_prefix("/i/user/") {
            Some(rest) => social("x", name(rest, 20, |byte| byte.is_ascii_digit())?),
            None => social("x", name(path.strip_prefix('/')?, 15, is_word)?),
        },
        "instagram.com" => {
            let rest = path.strip_prefix("/stories/").or_else(|| path.strip_prefix('/'))?;
            social("instagram", name(rest, 30, |byte| is_word(byte) || byte == b'.')?)
        }
        "facebook.com" | "fb.com" | "ja-jp.facebook.com" => match path.strip_prefix("/profile.php?id=") {
            Some(rest) => social("facebook", name(rest, 20, |byte| byte.is_ascii_digit())?),
            None => {
                social("facebook", name(path.strip_prefix('/')?, 50, is_dotted).filter(|(name, _)| name.len() > 4)?)
            }
        },
        "tiktok.com" => social("tiktok", name(path.strip_prefix("/@")?, 24, is_dotted)?),
        "youtube.com" => social("youtube", name(path.strip_prefix("/@")?, 30, is_dotted)?),
        "threads.net" | "threads.com" => social("threads", name(path.strip_prefix("/@")?, 30, is_dotted)?),
        _ => None,
    }
}

/// `line.me/R/ti/p/~id`, `/ti/p/@official`, `/ti/p/code`, `/ti/g/code`, `/ti/g2/code`.
fn line(path: &str) -> Option<Place> {
    let rest = path.strip_prefix("/R").unwrap_or(path).strip_prefix("/ti/")?;
    let place = |kind, value: String, rest: &str| Some(Place { kind, value, len: path.len() - rest.len() });
    if let Some(rest) = rest.strip_prefix("p/") {
        if let Some(rest) = rest.strip_prefix('~') {
            let (id, rest) = name(rest, 20, is_dotted)?;
            return line_id::is_id(id).then(|| place(line_id::KIND, id.to_ascii_lowercase(), rest))?;
        }
        if let Some(rest) = rest.strip_prefix('@').or_else(|| rest.strip_prefix("%40")) {
            let (id, rest) = name(rest, 20, is_dotted)?;
            return place(line_id::KIND, format!("@{}", id.to_ascii_lowercase()), rest);
        }
        let (code, rest) = name(rest, 40, is_code)?;
        return place(invite::KIND, format!("line.me/ti/p/{code}"), rest);
    }
    let (front, rest) = rest.split_once('/').filter(|(front, _)| matches!(*front, "g" | "g2"))?;
    let (code, rest) = name(rest, 60, is_code)?;
    place(invite::KIND, format!("line.me/ti/{front}/{code}"), rest)
}
