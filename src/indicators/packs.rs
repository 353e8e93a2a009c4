//! Lists of values known from elsewhere, as data packs with date and source. They mark what they match and drop nothing.
//!
//! A pack is a text file: comment lines with its title, `Date`, `Source`, `Kinds`, `Match` and `Mark`, then one value a line
//! with a label behind a tab. MISP warning lists are read as they are (see `warning_list`). Packs that come with the program
//! are in `assets/lists`; a person's own are added by whoever reads files. Only built-in lists damp links, so that the same
//! store gives the same answer on every desk.

use super::blocks::Blocks;
use super::{bank_account, domain, email, host, ipv4, ipv6, kind_alias, url, warning_list};
use crate::model::{Kind, Lang};
use aho_corasick::AhoCorasick;
use regex::RegexSet;
use std::cell::Cell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::LazyLock;

/// Longest list read, in bytes.
const LONGEST: usize = 256 << 20;

/// What a list says about its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Harmless, or shared by everybody.
    Benign,
    /// Something worth knowing.
    Note,
}

/// One list.
#[derive(Debug)]
pub struct Pack {
    /// What it lists.
    pub title: String,
    /// When it was made, as it says; empty where it does not.
    pub date: String,
    /// Where it comes from, as it says.
    pub source: String,
    /// What it says about its values.
    pub says: Says,
    /// Kinds it speaks of.
    pub kinds: Vec<Kind>,
    /// Entries read.
    pub entries: usize,
    /// Entries that could not be read.
    pub unread: usize,
    pub(super) matcher: Matcher,
    /// Where the English part of the title begins, if it has one.
    pub(super) english: Option<usize>,
}

/// What a list says about one value.
#[derive(Clone, Copy, Debug)]
pub struct Mark<'p> {
    /// The list.
    pub pack: &'p Pack,
    /// What stands beside the value in it; empty where nothing does.
    pub label: &'p str,
}

/// How entries meet values.
#[derive(Debug)]
pub(super) enum Matcher {
    /// Equal, or equal up to a hyphen, as the codes of a bank account begin.
    Exact(HashMap<String, String>),
    /// The host itself or one below.
    Hosts(HashMap<String, String>),
    /// Blocks of addresses.
    Blocks(Blocks),
    /// Anywhere inside.
    Parts(Option<AhoCorasick>),
    /// A pattern.
    Patterns(RegexSet),
}

impl Matcher {
    /// Blocks, and how many entries are none.
    pub(super) fn blocks<'e>(entries: impl Iterator<Item = (&'e str, &'e str)>) -> (Self, usize) {
        let (blocks, unread) = Blocks::read(entries);
        (Self::Blocks(blocks), unread)
    }

    pub(super) fn hosts<'e>(entries: impl Iterator<Item = (&'e str, &'e str)>) -> Self {
        let host = |(entry, label): (&str, &str)| (entry.trim_start_matches('.').to_lowercase(), label.to_owned());
        Self::Hosts(entries.map(host).collect())
    }

    pub(super) fn exact<'e>(entries: impl Iterator<Item = (&'e str, &'e str)>) -> Self {
        Self::Exact(entries.map(|(entry, label)| (entry.to_lowercase(), label.to_owned())).collect())
    }

    pub(super) fn parts<'e>(entries: impl Iterator<Item = &'e str>) -> Self {
        Self::Parts(AhoCorasick::builder().ascii_case_insensitive(true).build(entries).ok())
    }

    /// The label of the entry that a value meets, empty for none beside it.
    fn label(&self, asked: &Asked<'_>) -> Option<&str> {
        let &Asked { value, host, address, .. } = asked;
        match self {
            Self::Exact(map) => {
                let lower = value.to_lowercase();
                let found = map.get(&lower).or_else(|| host.and_then(|host| map.get(host)));
                let shorter = || {
                    let mut front = lower.as_str();
                    while let Some((shorter, _)) = front.rsplit_once('-') {
                        if let Some(label) = map.get(shorter) {
                            return Some(label);
                        }
                        front = shorter;
                    }
                    None
                };
                found.or_else(shorter).map(String::as_str)
            }
            Self::Hosts(map) => {
                let mut name = host?;
                loop {
                    if let Some(label) = map.get(name) {
                        return Some(label);
                    }
                    name = name.split_once('.')?.1;
                }
            }
            Self::Blocks(blocks) => blocks.label(address?),
            Self::Parts(parts) => parts.as_ref().is_some_and(|parts| parts.is_match(value)).then_some(""),
            Self::Patterns(patterns) => patterns.is_match(value).then_some(""),
        }
    }
}

/// A value that lists are asked about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'v> {
    kind: Kind,
    value: &'v str,
    host: Option<&'v str>,
    address: Option<IpAddr>,
}

impl<'v> Asked<'v> {
    pub(super) fn of(kind: Kind, value: &'v str) -> Self {
        let host = host_of(kind, value);
        let digits = |host: &&str| host.starts_with(|c: char| c.is_ascii_hexdigit() || matches!(c, '[' | ':'));
        let address = host.filter(digits).and_then(|host| match ipv4::parse(host.as_bytes()) {
            Some(address) => Some(address.into()),
            None => host.trim_matches(['[', ']']).parse().ok(),
        });
        Self { kind, value, host, address }
    }
}

/// The host a value names, if it names one.
fn host_of(kind: Kind, value: &str) -> Option<&str> {
    if kind == url::KIND {
        let rest = value.split_once("://")?.1;
        let authority = rest.split(['/', '?', '#']).next()?;
        let host = authority.rsplit('@').next()?;
        return if host.starts_with('[') { host.split(']').next() } else { host.split(':').next() };
    }
    if kind == email::KIND { value.rsplit('@').next() } else { Some(value) }
}

impl Mark<'_> {
    /// The list's title and its label for the value, as people of a language read them.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        self.write(lang, &mut out);
        out
    }

    /// Appends the same to `out`: a long log has a mark for every address in it.
    pub fn write(&self, lang: Lang, out: &mut String) {
        out.push_str(self.pack.title_in(lang));
        if !self.label.is_empty() {
            out.push_str(": ");
            out.push_str(in_lang(self.label, lang));
        }
    }
}

/// Bytes of a bracket of Japanese.
const BRACKET: usize = '（'.len_utf8();

/// Where the English part begins of a text that is written as `国（Country）`.
pub(super) fn english(text: &str) -> Option<usize> {
    let (ja, en) = text.strip_suffix('）')?.split_once('（')?;
    (!ja.is_ascii() && en.is_ascii()).then_some(ja.len() + BRACKET)
}

/// The part of a text in one language, if it has both.
fn in_lang(text: &str, lang: Lang) -> &str {
    part(text, english(text), lang)
}

/// The same where it is known where the English part begins.
fn part(text: &str, english: Option<usize>, lang: Lang) -> &str {
    english.map_or(text, |at| lang.pick(&text[..at - BRACKET], &text[at..text.len() - BRACKET]))
}

impl Pack {
    /// Its title in a language.
    #[must_use]
    pub fn title_in(&self, lang: Lang) -> &str {
        part(&self.title, self.english, lang)
    }

    /// Reads a list in either form; says in English what is wrong with it.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err("longer than a list may be".to_owned());
        }
        let text = text.trim_start_matches('\u{feff}');
        if text.trim_start().starts_with('{') { warning_list::read(text) } else { read_text(text) }
    }

    /// What the list says about a value; nothing about kinds it does not speak of.
    #[must_use]
    pub fn mark(&self, kind: Kind, value: &str) -> Option<Mark<'_>> {
        self.meet(&Asked::of(kind, value))
    }

    pub(super) fn meet(&self, asked: &Asked<'_>) -> Option<Mark<'_>> {
        let speaks = self.kinds.contains(&asked.kind);
        speaks.then(|| self.matcher.label(asked)).flatten().map(|label| Mark { pack: self, label })
    }
}

fn read_text(text: &str) -> Result<Pack, String> {
    let mut heads = text.lines().map(str::trim).take_while(|line| line.starts_with('#') || line.is_empty());
    let title = heads.next().unwrap_or("").trim_start_matches('#').trim().trim_end_matches('.').to_owned();
    let heads: HashMap<&str, &str> =
        heads.filter_map(|line| line.trim_start_matches('#').trim().split_once(": ")).collect();
    let head = |name: &str| heads.get(name).copied().unwrap_or("");
    let kinds: Vec<Kind> = head("Kinds").split_whitespace().filter_map(kind_alias).collect();
    if title.is_empty() || kinds.is_empty() {
        return Err("no title, or no `# Kinds: …` that are known".to_owned());
    }
    let count = Cell::new(0);
    let entries = || {
        let mut rest = text;
        let lines = std::iter::from_fn(move || {
            let feed = memchr::memchr(b'\n', rest.as_bytes());
            let line = &rest[..feed.unwrap_or(rest.len())];
            let ended = rest.is_empty();
            rest = feed.map_or("", |feed| &rest[feed + 1..]);
            (!ended).then_some(line)
        });
        lines.filter(|line| !line.starts_with('#')).filter_map(entry).inspect(|_| count.set(count.get() + 1))
    };
    let (matcher, unread) = match head("Match") {
        "" | "exact" => (Matcher::exact(entries()), 0),
        "host" => (Matcher::hosts(entries()), 0),
        "block" => Matcher::blocks(entries()),
        "part" => (Matcher::parts(entries().map(|(entry, _)| entry)), 0),
        other => return Err(format!("`# Match: {other}` is none of exact, host, block, part")),
    };
    let says = match head("Mark") {
        "benign" => Says::Benign,
        "" | "note" => Says::Note,
        other => return Err(format!("`# Mark: {other}` is neither benign nor note")),
    };
    let (date, source) = (head("Date").to_owned(), head("Source").to_owned());
    let english = english(&title);
    Ok(Pack { title, date, source, says, kinds, entries: count.get(), unread, matcher, english })
}

/// A text without white space around it; few have any.
fn trim(text: &str) -> &str {
    let bytes = text.as_bytes();
    let tight = bytes.first().is_some_and(u8::is_ascii_graphic) && bytes.last().is_some_and(u8::is_ascii_graphic);
    if tight { text } else { text.trim() }
}

/// A value and what stands beside it behind a tab; `None` for an empty line.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (value, label) = match memchr::memchr(b'\t', line.as_bytes()) {
        Some(tab) => (trim(&line[..tab]), trim(&line[tab + 1..])),
        None => (trim(line), ""),
    };
    (!value.is_empty() || !label.is_empty()).then_some((value, label))
}

/// A list that comes with the program, read when something it speaks of is asked about.
struct BuiltIn {
    /// The kinds it speaks of.
    kinds: &'static [Kind],
    says: Says,
    pack: LazyLock<Option<Pack>>,
}

/// A built-in list: its kinds, what it says, and its text, packed where the file's name ends in `.zst`.
macro_rules! list {
    ($kinds:expr, $says:expr, $read:ident, $file:literal) => {
        BuiltIn {
            kinds: &$kinds,
            says: $says,
            pack: LazyLock::new(|| $read(include_bytes!(concat!("../../assets/lists/", $file)))),
        }
    };
}

static BUILT_IN: [BuiltIn; 8] = [
    list!([bank_account::KIND], Says::Note, plain, "jp-banks.txt"),
    list!([bank_account::KIND], Says::Note, packed, "jp-branches.txt.zst"),
    list!([ipv4::KIND, ipv6::KIND], Says::Note, packed, "ip-countries.txt.zst"),
    list!([ipv4::KIND, ipv6::KIND], Says::Note, packed, "tor-nodes.txt.zst"),
    list!([ipv4::KIND, ipv6::KIND], Says::Note, packed, "vpn.txt.zst"),
    list!([ipv4::KIND, ipv6::KIND], Says::Note, packed, "datacentres.txt.zst"),
    list!([ipv4::KIND, ipv6::KIND], Says::Note, plain, "sinkholes.txt"),
    list!([domain::KIND], Says::Benign, plain, "url-shorteners.txt"),
];

fn plain(list: &[u8]) -> Option<Pack> {
    Pack::read(std::str::from_utf8(list).ok()?).ok()
}

fn packed(list: &[u8]) -> Option<Pack> {
    plain(&zstd::stream::decode_all(list).ok()?)
}

/// The lists that come with the program.
pub fn built_in() -> impl Iterator<Item = &'static Pack> {
    BUILT_IN.iter().filter_map(|list| list.pack.as_ref())
}

/// What built-in lists say about a value.
pub(super) fn marks<'a>(asked: Asked<'a>) -> impl Iterator<Item = Mark<'a>> {
    let speaking = BUILT_IN.iter().filter(move |list| list.kinds.contains(&asked.kind));
    speaking.filter_map(move |list| -> Option<Mark<'a>> { list.pack.as_ref()?.meet(&asked) })
}

/// Whether a built-in list says that a value is harmless or shared.
pub(super) fn benign(kind: Kind, value: &str) -> Option<&'static Pack> {
    let speaking = BUILT_IN.iter().filter(|list| list.says == Says::Benign && list.kinds.contains(&kind));
    speaking.filter_map(|list| list.pack.as_ref()?.mark(kind, value)).map(|mark| mark.pack).next()
}

/// Whether a name could be a host at all; lists are full of other things.
pub(super) fn is_host(entry: &str) -> bool {
    let mut out = String::new();
    host::to_ascii(entry.trim_start_matches('.'), &mut out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;

    fn mark<'p>(pack: &'p Pack, kind: &str, value: &str) -> Option<&'p str> {
        pack.mark(Kind::from_tag(kind).unwrap(), value).map(|mark| mark.label)
    }

    #[test]
    fn built_in_lists_are_read_whole_and_dated() {
        for list in &BUILT_IN {
            let pack = list.pack.as_ref().unwrap();
            let sound = pack.entries > 50 && pack.unread == 0 && pack.date.len() == 10 && !pack.source.is_empty();
            assert!(sound, "{} {} {}", pack.title, pack.entries, pack.unread);
            assert!(list.says == pack.says && pack.kinds == list.kinds);
        }
        let said = |kind, value| -> Vec<&str> {
            marks(Asked::of(Kind::from_tag(kind).unwrap(), value)).map(|mark| mark.label).collect()
        };
        assert_eq!(said("bank_account", "0001-001-1-1234567"), ["みずほ", "東京営業部"]);
        assert_eq!(said("bank_account", "9999-001-1-1234567"), [""; 0]);
        // Allotted to the country's own registry or network operator for decades.
        assert_eq!(said("ipv4", "202.12.30.1"), ["JP"]);
        assert_eq!(said("ipv6", "2001:200::1"), ["JP"]);
        assert_eq!(said("ipv4", "203.0.113.5"), [""; 0]);
    }

    #[test]
    fn entries_meet_values_by_their_form() {
        let blocks = Pack::read(
            "# 架空の範囲\n# Kinds: ipv4 ipv6 url\n# Match: block\n203.0.113.0/24\t甲\n203.0.113.128/25\t乙\n2001:db8::/32\n198.51.100.1-198.51.100.9\t丙\n",
        );
        let blocks = blocks.unwrap();
        assert_eq!(mark(&blocks, "ipv4", "203.0.113.5"), Some("甲"));
        assert_eq!(mark(&blocks, "ipv4", "203.0.113.200"), Some("乙"));
        assert_eq!(mark(&blocks, "ipv4", "198.51.100.9"), Some("丙"));
        assert_eq!(mark(&blocks, "ipv4", "198.51.100.10"), None);
        assert_eq!(mark(&blocks, "ipv6", "2001:db8::5"), Some(""));
        assert_eq!(mark(&blocks, "url", "http://203.0.113.5:8080/x"), Some("甲"));
        assert_eq!(mark(&blocks, "domain", "203.0.113.5"), None);
        let hosts =
            Pack::read("# 名前\n# Kinds: domain url email\n# Match: host\n# Mark: benign\nexample.jp\tよく見る\n")
                .unwrap();
        assert_eq!(hosts.says, Says::Benign);
        for (kind, value, met) in [
            ("domain", "example.jp", true),
            ("domain", "www.example.jp", true),
            ("domain", "notexample.jp", false),
            ("url", "https://a.example.jp/x", true),
            ("url", "https://example.com/example.jp", false),
            ("email", "user@example.jp", true),
        ] {
            assert_eq!(mark(&hosts, kind, value).is_some(), met, "{kind} {value}");
        }
        for bad in ["", "x", "# t\n# Kinds: colour\nx", "# t\n# Kinds: ipv4\n# Match: guess\nx", "{"] {
            assert!(Pack::read(bad).is_err(), "{bad}");
        }
    }
}
