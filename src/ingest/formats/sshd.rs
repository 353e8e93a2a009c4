//! What sshd, sudo and PAM write into their messages, as fields.
//!
//! The remote side chooses the user name, so it may hold ` from 192.0.2.1 port 22`: the last address in a message is the
//! one sshd itself wrote.

use super::field;
use crate::model::Field;

/// `user`, `src_ip`, `port` and `method` of an sshd message.
pub(super) fn sshd<'a>(message: &'a str, out: &mut Vec<Field<'a>>) {
    let peer = Peer::of(message);
    if let Some(method) = method(message) {
        out.push(field("method", method));
    }
    if let Some(user) = user(message, peer.at).filter(|user| !user.is_empty()) {
        out.push(field("user", user));
    }
    if !peer.address.is_empty() {
        out.push(field("src_ip", peer.address));
    }
    if !peer.port.is_empty() {
        out.push(field("port", peer.port));
    }
}

/// The other side of a connection.
#[derive(Default)]
struct Peer<'a> {
    address: &'a str,
    port: &'a str,
    /// Where the part about it begins in the message.
    at: usize,
}

impl<'a> Peer<'a> {
    /// After the last ` from `, else the address before ` port ` (`Connection closed by user x 192.0.2.1 port 22`).
    fn of(message: &'a str) -> Self {
        let port_at = message.rfind(" port ").filter(|at| {
            message.get(at + 6..).and_then(|tail| tail.bytes().next()).is_some_and(|byte| byte.is_ascii_digit())
        });
        let port = port_at.and_then(|at| message.get(at + 6..)).map_or("", digits);
        if let Some(at) = message.rfind(" from ").filter(|at| port_at.is_none_or(|port_at| *at < port_at)) {
            let address = address(message.get(at + 6..).unwrap_or(""));
            if !address.is_empty() {
                return Self { address, port, at };
            }
        }
        if let Some(end) = port_at {
            let before = message.get(..end).unwrap_or("");
            let at = before.rfind(' ').unwrap_or(0);
            let address = address(before.get(at..).unwrap_or("").trim_start());
            return Self { address, port, at };
        }
        let by = message.rfind(" by ").map(|at| (at, address(message.get(at + 4..).unwrap_or(""))));
        let (at, address) =
            by.filter(|(_, word)| word.parse::<std::net::IpAddr>().is_ok()).unwrap_or((message.len(), ""));
        Self { address, port, at }
    }
}

/// The word at the start, without a bracket or punctuation after it; a host name where sshd resolved one.
fn address(text: &str) -> &str {
    let word = text.split([' ', '\t']).next().unwrap_or("");
    word.trim_start_matches(['[', '(']).trim_end_matches([':', ',', '.', ']', ')', ';'])
}

fn digits(text: &str) -> &str {
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    text.get(..len).unwrap_or("")
}

fn method(message: &str) -> Option<&str> {
    let rest = ["Failed ", "Accepted ", "Postponed ", "Partial "].iter().find_map(|verb| message.strip_prefix(verb))?;
    rest.split_once(" for ").map(|(method, _)| method)
}

/// The name between the words before it and the part about the other side.
fn user(message: &str, until: usize) -> Option<&str> {
    let head = message.get(..until)?;
    for before in [
        " for invalid user ",
        " for illegal user ",
        "Invalid user ",
        "Illegal user ",
        " authenticating user ",
        " invalid user ",
        " for user ",
        " for ",
        " from user ",
        " user ",
    ] {
        if let Some(at) = head.find(before) {
            let name = head.get(at + before.len()..)?;
            let name = if until == message.len() { name.split([' ', '(']).next()? } else { name };
            return Some(name.trim());
        }
    }
    None
}

/// `user : TTY=… ; PWD=… ; USER=… ; COMMAND=…`; the command is the rest of the line.
pub(super) fn sudo<'a>(message: &'a str, out: &mut Vec<Field<'a>>) {
    let Some((user, rest)) = message.split_once(" : ") else { return };
    out.push(field("user", user.trim()));
    let (rest, command) = rest.split_once("COMMAND=").map_or((rest, None), |(rest, command)| (rest, Some(command)));
    for part in rest.split(" ; ") {
        match part.trim().trim_end_matches(" ;").split_once('=') {
            Some(("TTY", value)) => out.push(field("tty", value)),
            Some(("PWD", value)) => out.push(field("pwd", value)),
            Some(("USER", value)) => out.push(field("run_as", value)),
            _ => {}
        }
    }
    if let Some(command) = command {
        out.push(field("command", command));
    }
}

/// `rhost=` and `user=` of a PAM message.
pub(super) fn pam<'a>(message: &'a str, out: &mut Vec<Field<'a>>) {
    for word in message.split_whitespace() {
        match word.split_once('=') {
            Some(("rhost", value)) if !value.is_empty() => out.push(field("src_ip", value)),
            Some(("user", value)) if !value.is_empty() => out.push(field("user", value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str) -> String {
        let mut out = Vec::new();
        sshd(message, &mut out);
        out.iter().map(|field| format!("{}={}", field.name, field.value)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn messages_of_sshd() {
        for (message, expected) in [
            (
                "Failed password for admin from 192.0.2.5 port 917 ssh2",
                "method=password user=admin src_ip=192.0.2.5 port=917",
            ),
            (
                "Failed password for invalid user postgres from 192.0.2.5 port 404 ssh2",
                "method=password user=postgres src_ip=192.0.2.5 port=404",
            ),
            (
                "Accepted publickey for 山田 from 2001:db8::7 port 59229 ssh2: RSA SHA256:abc",
                "method=publickey user=山田 src_ip=2001:db8::7 port=59229",
            ),
            ("Invalid user root from 192.0.2.5 port 388", "user=root src_ip=192.0.2.5 port=388"),
            ("Invalid user webmaster from 192.0.2.5", "user=webmaster src_ip=192.0.2.5"),
            (
                "Connection closed by authenticating user postgres 192.0.2.5 port 599 [preauth]",
                "user=postgres src_ip=192.0.2.5 port=599",
            ),
            ("Received disconnect from 192.0.2.5 port 11: 11: Bye [preauth]", "src_ip=192.0.2.5 port=11"),
            ("Connection closed by 192.0.2.5 [preauth]", "src_ip=192.0.2.5"),
            ("pam_unix(sshd:session): session opened for user kato by (uid=0)", "user=kato"),
            ("Server listening on 0.0.0.0 port 22.", "src_ip=0.0.0.0 port=22"),
        ] {
            assert_eq!(told(message), expected, "{message}");
        }
    }

    #[test]
    fn a_user_name_cannot_forge_the_address() {
        let message = "Failed password for invalid user x from 203.0.113.9 port 1 ssh2 from 192.0.2.5 port 22 ssh2";
        assert_eq!(told(message), "method=password user=x from 203.0.113.9 port 1 ssh2 src_ip=192.0.2.5 port=22");
    }
}
