//! Plain values to a spelling that nobody opens by a slip: `hxxp://example[.]jp`, `user[at]example[.]jp`, `2001[:]db8[:][:]1`.
//!
//! The extractor reads each of them back to the same value; machines are given the plain form.

/// The value of a kind, as people are shown it where a click or a paste would do harm.
#[must_use]
pub(super) fn defanged(kind: &str, value: &str) -> String {
    match kind {
        "ipv4" | "domain" | "onion" => value.replace('.', "[.]"),
        "ipv6" => value.replace(':', "[:]"),
        "email" => value.replace('@', "[at]").replace('.', "[.]"),
        "url" => url(value).unwrap_or_else(|| value.to_owned()),
        "invite" => value.replacen('.', "[.]", 1),
        _ => value.to_owned(),
    }
}

fn url(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rfind('@').map_or(0, |at| at + 1);
    let (user, host) = authority.split_at(host);
    let scheme = match scheme {
        "http" => "hxxp",
        "https" => "hxxps",
        "ftp" => "fxp",
        "ftps" => "fxps",
        other => other,
    };
    Some(format!("{scheme}://{user}{}{tail}", host.replace('.', "[.]")))
}
