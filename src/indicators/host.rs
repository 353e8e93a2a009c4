//! Host names: which are real, where they end in running text, and their A-label form.
//!
//! A name counts when the Public Suffix List knows its suffix, or when it lies in a zone reserved for documentation
//! (RFC 2606, RFC 6761). Names become UTS-46 nontransitional A-labels with STD3 rules (domain.md §3.3).

use super::class::{ALNUM, HYPHEN, TOKEN, UNDERSCORE, class};
use super::scan::Scan;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

/// Longest name in characters (RFC 1035 §2.3.4).
pub(super) const LONGEST: usize = 253;

/// Zones that belong to nobody and are used in documents and exercises.
const RESERVED: [&str; 3] = ["test", "invalid", "example"];

/// Dots as they are written in names (UTS-46 §2.3).
pub(super) const fn is_dot(c: char) -> bool {
    matches!(c, '.' | '。' | '．' | '｡')
}

/// Names judged before: logs hold the same hosts over and over, and the suffix list takes longer than a look-up.
#[derive(Default)]
pub(super) struct Names {
    slots: Vec<Slot>,
    misses: usize,
}

#[derive(Clone, Copy)]
struct Slot {
    len: u8,
    public: bool,
    name: [u8; Names::LONGEST],
}

impl Names {
    const LONGEST: usize = 62;
    const SLOTS: usize = 1024;
    /// Names looked up before slots are worth their memory.
    const PATIENCE: usize = 16;

    /// Whether a name in A-label form is one with a known suffix, if that was asked before.
    pub(super) fn known(&self, name: &str) -> Option<bool> {
        let bytes = name.as_bytes();
        let slot = if bytes.len() < 4 { None } else { self.slots.get(Self::place(bytes)) }?;
        (slot.name.get(..usize::from(slot.len)) == Some(bytes)).then_some(slot.public)
    }

    /// Writes the A-label form of a name to `out`; whether it is a valid name with a known suffix.
    pub(super) fn read(&mut self, name: &str, out: &mut String) -> bool {
        let bytes = name.as_bytes();
        if bytes.len() > Self::LONGEST || bytes.len() < 4 || !is_plain(bytes) {
            return to_ascii(name, out) && is_public(out);
        }
        let place = Self::place(bytes);
        if let Some(slot) = self.slots.get(place)
            && slot.name.get(..usize::from(slot.len)) == Some(bytes)
        {
            out.clear();
            out.push_str(name);
            return slot.public;
        }
        let public = to_ascii(name, out) && is_public(out);
        self.misses += 1;
        if self.misses == Self::PATIENCE {
            self.slots = vec![Slot { len: 0, public: false, name: [0; Self::LONGEST] }; Self::SLOTS];
        }
        if let Some(slot) = self.slots.get_mut(place)
            && (!public || out == name)
            && let Ok(len) = u8::try_from(bytes.len())
        {
            (slot.len, slot.public) = (len, public);
            slot.name[..bytes.len()].copy_from_slice(bytes);
        }
        public
    }

    /// Where a name would lie; mixes its length and its first and last bytes, the comparison does the rest.
    fn place(name: &[u8]) -> usize {
        let word = |bytes: Option<&[u8; 4]>| bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)));
        let middle = name.get(name.len() / 2..).and_then(|rest| rest.first_chunk()).or_else(|| name.last_chunk());
        let mixed = word(name.first_chunk()) << 32 ^ word(middle) << 13 ^ word(name.last_chunk()) ^ name.len() as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize
    }
}

/// Whether a name consists of lower-case letters, digits, hyphens and dots. Looks at every byte, many at once.
pub(super) fn is_plain(name: &[u8]) -> bool {
    name.iter().fold(true, |plain, byte| plain & matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
}

/// Whether a lower-case A-label name has a label in front of a known public suffix.
pub(super) fn is_public(name: &str) -> bool {
    let Some((front, last)) = name.rsplit_once('.') else { return false };
    if front.is_empty() || last == "onion" || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    if RESERVED.contains(&last) {
        return true;
    }
    psl::suffix(name.as_bytes()).is_some_and(|suffix| {
        suffix.is_known() && (suffix.as_bytes().len() < name.len() || suffix.typ() == Some(psl::Type::Private))
    })
}

/// How many labels the public suffix of a name has; 1 for reserved zones.
pub(super) fn suffix_labels(name: &str) -> usize {
    psl::suffix(name.as_bytes()).map_or(1, |suffix| suffix.as_bytes().split(|byte| *byte == b'.').count())
}

/// The registrable domain of a name, or the name itself.
pub(super) fn registrable(name: &str) -> &str {
    psl::domain_str(name).unwrap_or(name)
}

/// Writes the A-label form of a name to `out`; false if it is not a valid name.
pub(super) fn to_ascii(name: &str, out: &mut String) -> bool {
    out.clear();
    let name = name.strip_suffix(is_dot).unwrap_or(name);
    if name.is_ascii() && !has_ace(name) {
        let fine = name.len() <= LONGEST && name.split('.').all(is_label);
        if fine {
            out.push_str(name);
            out.make_ascii_lowercase();
        }
        return fine;
    }
    if name.len() > 4 * LONGEST {
        return false;
    }
    match Uts46::new().to_ascii(name.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify) {
        Ok(ascii) => {
            out.push_str(&ascii);
            true
        }
        Err(_) => false,
    }
}

fn has_ace(name: &str) -> bool {
    name.as_bytes().windows(4).any(|part| part.eq_ignore_ascii_case(b"xn--"))
}

/// Letters, digits, hyphens inside, and underscores as service names have them.
fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| class(*byte) & (ALNUM | UNDERSCORE) != 0);
    bytes.len() <= 63
        && edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().all(|byte| class(*byte) & (ALNUM | HYPHEN | UNDERSCORE) != 0)
}

/// Reads the host name that begins at `at` (after `://` or `@`): leaves its A-label form in `scan.value`, returns its end.
///
/// Japanese text may follow without a space, so the name ends where letters of another script begin after a complete
/// name, or at an ideographic dot that ends a sentence.
pub(super) fn read(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let ascii = scan.bytes.get(at..)?.iter().take(LONGEST + 2).take_while(|byte| class(**byte) & TOKEN != 0).count();
    let end = at + ascii;
    let mut value = std::mem::take(&mut scan.value);
    let found = if ascii > LONGEST {
        None
    } else if !is_joined(scan, end) && (at..end).all(|at| !scan.is_wide(at) || scan.byte(at) != b'.') {
        let name = scan.slice(at, end).trim_end_matches(['.', '-', '_']);
        scan.names.read(name, &mut value).then_some(at + name.len())
    } else {
        longest(scan, at, &mut value)
    };
    scan.value = value;
    found
}

/// Whether a letter of another script or an ideographic dot follows.
fn is_joined(scan: &Scan<'_>, at: usize) -> bool {
    !scan.byte(at).is_ascii() && scan.tail(at, 4).chars().next().is_some_and(|c| c.is_alphanumeric() || is_dot(c))
}

/// Names in other scripts, and names with such text right behind them: tries the places where the name may end.
fn longest(scan: &Scan<'_>, at: usize, value: &mut String) -> Option<usize> {
    let text = scan.tail(at, LONGEST);
    let in_name = |c: char| c.is_alphanumeric() || is_dot(c) || matches!(c, '-' | '_' | '・' | '々' | 'ー');
    let len = text.find(|c| !in_name(c)).unwrap_or(text.len());
    let text = &text[..len];
    let mut public = |end: usize| to_ascii(&text[..end], value) && is_public(value);
    let mut before = '.';
    let mut dots = Vec::new();
    for (index, c) in text.char_indices().take(LONGEST) {
        let wide = scan.is_wide(at + index) || !c.is_ascii();
        let next = text[index..].chars().nth(1);
        let script = !c.is_ascii() && !is_dot(c) && before.is_ascii_alphanumeric();
        let sentence = is_dot(c) && wide && next.is_none_or(|next| !next.is_ascii());
        if (script || sentence) && dots.len() <= 16 && public(index) {
            return Some(at + index);
        }
        if is_dot(c) {
            dots.push(index);
        }
        before = c;
    }
    dots.truncate(16);
    let end = std::iter::once(text.len()).chain(dots.into_iter().rev()).find(|end| public(*end))?;
    let name = text[..end].trim_end_matches(is_dot);
    public(name.len()).then_some(at + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_decide() {
        for name in ["example.jp", "a.co.jp", "x.github.io", "github.io", "a.test", "xn--r8jz45g.jp", "x.xn--q9jyb4c"] {
            assert!(is_public(name), "{name}");
        }
        for name in ["co.jp", "jp", "index.html", "a.onion", "1.2.3.4", "x.local"] {
            assert!(!is_public(name), "{name}");
        }
    }

    #[test]
    fn names_become_a_labels() {
        let mut out = String::new();
        for (name, ascii) in
            [("例え。jp", "xn--r8jz45g.jp"), ("ｅｘａｍｐｌｅ．ｊｐ", "example.jp"), ("Example.JP.", "example.jp")]
        {
            assert!(to_ascii(name, &mut out));
            assert_eq!(out, ascii);
        }
        for bad in ["-a.jp", "a..jp", "a b.jp", ""] {
            assert!(!to_ascii(bad, &mut out), "{bad}");
        }
    }
}
