//! Domain names in running text: a known public suffix, and no file, product, package or field name.
//!
//! A name right behind `/` or `\` is part of a path. Endings that are file extensions too (`.py`, `.zip`, `.md`) count
//! only behind `www.`, in a longer suffix (`.com.py`) or defanged: nobody defangs a file name. Names of hosts in URLs and
//! e-mail addresses are reported from there as implied.

use super::class::{ALNUM, ALPHA, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, benign, host, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("domain");

pub(super) static FAMILY: Family =
    Family { about: &ABOUT, read, benign: benign::popular, documentation: is_documentation };

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("ドメイン", "Domain"),
    class: Class::Network,
    stix: "domain-name",
    look: Look::Network,
    strength: 0.6,
    tokenable: true,
    examples: &["login.example.jp", "evil[.]example[.]com", "ｅｘａｍｐｌｅ．ｊｐ", "「例え。jp」"],
};

/// Suffixes that are file extensions too.
const FILE_ENDINGS: [&str; 17] =
    ["zip", "mov", "py", "md", "sh", "rs", "pl", "ps", "so", "cab", "pub", "ax", "la", "mk", "cc", "tf", "app"];
/// Endings that are believed behind an ideographic full stop, where a sentence may just as well begin.
const COMMON: [&str; 12] = ["jp", "com", "net", "org", "info", "biz", "tokyo", "xyz", "top", "site", "online", "shop"];
/// Of the file endings, the ones where the bare name with two labels is more often a site.
const SITES_TOO: [&str; 2] = ["app", "cc"];

/// Last labels of names that programs give to fields and functions.
const FIELD_ENDINGS: [&str; 23] = [
    "name", "info", "id", "is", "call", "data", "link", "click", "open", "select", "style", "report", "zone", "date",
    "host", "map", "page", "network", "domains", "net", "io", "email", "so",
];
/// First labels of such names.
const FIELD_HEADS: [&str; 62] = [
    "this",
    "self",
    "user",
    "users",
    "file",
    "os",
    "document",
    "window",
    "system",
    "event",
    "item",
    "node",
    "math",
    "json",
    "string",
    "process",
    "request",
    "response",
    "req",
    "res",
    "logger",
    "log",
    "console",
    "host",
    "source",
    "destination",
    "client",
    "server",
    "service",
    "agent",
    "cloud",
    "container",
    "dns",
    "error",
    "http",
    "network",
    "observer",
    "package",
    "registry",
    "related",
    "rule",
    "threat",
    "tls",
    "url",
    "vulnerability",
    "winlog",
    "auth",
    "authpriv",
    "daemon",
    "kern",
    "kernel",
    "cron",
    "mail",
    "syslog",
    "news",
    "lpr",
    "uucp",
    "ftp",
    "asp",
    "vb",
    "ado",
    "socket",
];
/// First labels of package names, which read from the suffix to the product.
const PACKAGE_HEADS: [&str; 8] = ["com", "org", "net", "edu", "gov", "java", "javax", "android"];
/// Second labels of Japanese package names (`jp.co.example.app`).
const JP_SECOND: [&str; 5] = ["co", "ne", "or", "go", "ac"];

/// Looks at a dotted token with letters, or at one that an IDN label stands before.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    if token.flags & ALPHA == 0 || token.end - token.start > host::LONGEST {
        return None;
    }
    if let Some(start) = idn_start(scan, token) {
        return report(scan, start, token.end).then_some(token.end);
    }
    if !is_place(scan, token) {
        return None;
    }
    let text = scan.slice(token.start, token.end);
    let (front, last) = text.rsplit_once('.')?;
    if front.is_empty()
        || !last.bytes().all(|byte| class(byte) & ALPHA != 0) && !last.get(..4)?.eq_ignore_ascii_case("xn--")
    {
        return None;
    }
    let mut value = std::mem::take(&mut scan.value);
    let fine = scan.names.read(text, &mut value) && is_name(scan, token, text, &value);
    scan.value = value;
    if !fine {
        return None;
    }
    let value = std::mem::take(&mut scan.value);
    let place = places::find(scan, &value, token.start, token.end);
    scan.report(KIND, token.start, token.end, &value, place.is_some());
    scan.value = value;
    Some(place.unwrap_or(token.end))
}

/// Whether the bytes on both sides leave room for a name.
fn is_place(scan: &Scan<'_>, token: Token) -> bool {
    let before = match scan.before(token.start) {
        b'/' => matches!(scan.before(token.start - 1), b'/' | b':'),
        b'\\' => scan.before(token.start - 1) == b'\\',
        b'$' | b'%' => false,
        _ => true,
    };
    let after = match scan.byte(token.end) {
        b'=' | b'@' => false,
        b'.' if scan.is_wide(token.end) => true,
        b'+' | b'.' | b'-' | b'_' => class(scan.byte(token.end + 1)) & ALNUM == 0,
        _ => true,
    };
    before && after
}

/// Whether a name with a public suffix is the name of a host, not of a file, product, package or field.
fn is_name(scan: &Scan<'_>, token: Token, text: &str, name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or("");
    let first = name.split('.').next().unwrap_or("");
    let labels = name.split('.').count();
    if last == "arpa" {
        return false;
    }
    if scan.is_respelt(token.start, token.end) {
        let sentence = labels == 2 && !scan.is_wide(token.start) && scan.is_wide(token.end - 1 - last.len());
        return !sentence || COMMON.contains(&last);
    }
    if FILE_ENDINGS.contains(&last) && !(SITES_TOO.contains(&last) && labels < 4 && text == name) {
        return first == "www" || host::suffix_labels(name) > 1;
    }
    let package = PACKAGE_HEADS.contains(&first) && labels > 2 && !matches!(last, "com" | "net" | "org" | "jp");
    let package = package || (first == "jp" && labels > 2 && JP_SECOND.contains(&name.split('.').nth(1).unwrap_or("")));
    !package && !is_field(scan, token, text, name) && !is_sentence(text) && name != "co.ltd"
}

/// `user.name`, `logger.info(`, `System.Net`, `"host.name":`.
fn is_field(scan: &Scan<'_>, token: Token, text: &str, name: &str) -> bool {
    let Some((front, last)) = name.rsplit_once('.') else { return false };
    if !FIELD_ENDINGS.contains(&last) {
        return false;
    }
    let head = name.split('.').next().unwrap_or("");
    let dotted_class = text != name && text.bytes().any(|byte| byte.is_ascii_lowercase());
    let key = scan.byte(token.end) == b'"' && scan.byte(token.end + 1) == b':';
    let called = scan.byte(token.end) == b'(' && scan.byte(token.end + 1).is_ascii();
    let short = !front.contains('.') || last == "name";
    (short && FIELD_HEADS.contains(&head)) || dotted_class || key || (called && last != "net")
}

/// `finished.In`: a full stop without a space before the next sentence.
fn is_sentence(text: &str) -> bool {
    let Some((front, last)) = text.rsplit_once('.') else { return false };
    let capital = |part: &str| part.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    let title = capital(last) && last.bytes().skip(1).all(|byte| byte.is_ascii_lowercase());
    title && last.len() <= 4 && !front.contains('.') && !(capital(front) && last == "Com")
}

/// Where a name in another script begins whose last label this token is: `「例え.jp」`.
///
/// Japanese writes no spaces, so a bracket, quote or colon has to stand before it; behind a space or at the start of a
/// line only labels without particles count, and `。` for a dot only before common endings.
fn idn_start(scan: &Scan<'_>, token: Token) -> Option<usize> {
    // A dot of any sort ends in one of these.
    if !matches!(scan.before(token.start), b'.' | 0x82 | 0x8e | 0xa1) {
        return None;
    }
    let lead = scan.lead(token.start, 200);
    let dot = lead.chars().next_back().filter(|c| host::is_dot(*c))?;
    let front = &lead[..lead.len() - dot.len_utf8()];
    if !front.chars().next_back().is_some_and(|c| !c.is_ascii() && c.is_alphanumeric()) {
        return None;
    }
    let last = scan.slice(token.start, token.end);
    let listed = |list: &[&str]| list.iter().any(|ending| last.eq_ignore_ascii_case(ending));
    if listed(&FILE_ENDINGS) || (dot != '.' && !listed(&COMMON)) {
        return None;
    }
    let in_label = |c: char| c.is_alphanumeric() || matches!(c, '-' | 'ー' | '・' | '々');
    let label = front.trim_start_matches(|_| false);
    let begin = label
        .rfind(|c| !in_label(c) && c != '.')
        .map_or(0, |at| at + label[at..].chars().next().map_or(1, char::len_utf8));
    let name = &label[begin..];
    let before = label[..begin].chars().next_back();
    if name.chars().count() > 63 || (begin == 0 && front.len() > 190) {
        return None;
    }
    let open = before.is_some_and(|c| "「『（(【［[<＜\"'“‘：:=＝,、".contains(c));
    let free = before.is_none_or(|c| c.is_whitespace() || c == '。') && dot == '.';
    let particle = name.contains(['は', 'を', 'が', 'に', 'で', 'へ', 'と', 'も']);
    let enclosed = dot == '.' || before.is_some_and(|c| "「『（(【［[<＜\"'".contains(c));
    ((open && enclosed) || (free && !particle)).then(|| token.start - dot.len_utf8() - name.len())
}

fn report(scan: &mut Scan<'_>, start: usize, end: usize) -> bool {
    let mut value = std::mem::take(&mut scan.value);
    let fine = host::to_ascii(scan.slice(start, end), &mut value) && host::is_public(&value);
    scan.value = value;
    if fine {
        scan.report_built(KIND, start, end, false, true);
    }
    fine
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.trim_matches(['「', '」', '『', '』', '"', '\'', '<', '>']);
    let mut value = String::new();
    (host::to_ascii(text, &mut value) && host::is_public(&value)).then(|| Canonical::sound(value))
}

/// example.com, .net, .org, .jp, .co.jp and the reserved zones (RFC 2606, JPRS reserved names).
pub(super) fn is_documentation(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or("");
    matches!(last, "test" | "invalid" | "example")
        || matches!(
            host::registrable(name),
            "example.com" | "example.net" | "example.org" | "example.jp" | "example.co.jp" | "example.ne.jp"
        )
}
