//! E-mail addresses: local part of 64 characters at most, domain with a known suffix and without underscores, which only
//! names of services hold (STD 3); 254 in all (RFC 5321 §4.5.3.1).
//!
//! The canonical form is lower case throughout, because that is how two are compared; the text keeps the local part as
//! written. Dots at odd places, which Japanese carriers once allowed, are accepted. The domain is reported as implied.

use super::class::{ALNUM, TOKEN, class};
use super::scan::{Scan, Token};
use super::{Canonical, Family, context, domain, host, never_benign};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("email");

pub(super) static FAMILY: Family = Family {
    about: &ABOUT,
    read,
    benign: never_benign,
    documentation: |value| value.rsplit_once('@').is_some_and(|(_, domain)| domain::is_documentation(domain)),
};

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("メールアドレス", "E-mail address"),
    class: Class::DirectId,
    stix: "email-addr",
    look: Look::Account,
    strength: 0.85,
    tokenable: true,
    examples: &["user@example.jp", "user[at]example[.]jp", "user(アット)example.jp", "user☆example.jp"],
};

const LONGEST_LOCAL: usize = 64;
const LONGEST: usize = 254;

/// Headers whose value has the form of an address and is none: the name of a message (RFC 5322 §3.6.4).
const MESSAGES: [&str; 3] = ["message-id", "in-reply-to", "references"];

/// Looks at both sides of the at sign that follows the token.
pub(super) fn find(scan: &mut Scan<'_>, token: Token) -> Option<usize> {
    let start = local_start(scan, token)?;
    let begin = token.end + 1;
    let end = host::read(scan, begin).filter(|_| !scan.value.contains('_'))?;
    if scan.before(start) == b'<' && context::ends(scan.lead(start, 24), &MESSAGES) {
        let domain = std::mem::take(&mut scan.value);
        scan.report(domain::KIND, begin, end, &domain, false);
        return Some(end);
    }
    if token.end - start + 1 + scan.value.len() > LONGEST {
        return None;
    }
    let domain = std::mem::take(&mut scan.value);
    scan.value.push_str(scan.slice(start, token.end));
    scan.value.push('@');
    scan.value.push_str(&domain);
    scan.value.make_ascii_lowercase();
    scan.report_built(KIND, start, end, false, true);
    scan.report(domain::KIND, begin, end, &domain, true);
    Some(end)
}

/// Where the local part begins: the token, and what `+` ties to it.
fn local_start(scan: &Scan<'_>, token: Token) -> Option<usize> {
    let mut start = token.start;
    while scan.before(start) == b'+' && start >= 2 && class(scan.byte(start - 2)) & TOKEN != 0 {
        let lead =
            scan.bytes[..start - 1].iter().rev().take(LONGEST_LOCAL).take_while(|b| class(**b) & TOKEN != 0).count();
        start -= 1 + lead;
        if token.end - start > LONGEST_LOCAL {
            return None;
        }
    }
    // An ideographic full stop between half-width letters ends the sentence before.
    let dot = |at: &usize| scan.byte(*at) == b'.' && scan.is_wide(*at) && !scan.is_wide(at + 1);
    start = (start..token.end).rev().find(dot).map_or(start, |at| at + 1);
    while start < token.end && matches!(scan.byte(start), b'.' | b'-') {
        start += 1;
    }
    let local = scan.bytes.get(start..token.end)?;
    (local.len() <= LONGEST_LOCAL && local.iter().any(|byte| class(*byte) & ALNUM != 0)).then_some(start)
}

fn read(text: &str) -> Option<Canonical> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (local, name) = text.rsplit_once('@').or_else(|| text.rsplit_once("%40"))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    if local.is_empty() || local.len() > LONGEST_LOCAL || !local.bytes().all(allowed) {
        return None;
    }
    let mut domain = String::new();
    let fine =
        host::to_ascii(name, &mut domain) && host::is_public(&domain) && local.len() + 1 + domain.len() <= LONGEST;
    let fine = fine && !domain.contains('_');
    fine.then(|| Canonical::sound(format!("{}@{domain}", local.to_ascii_lowercase())))
}
