//! Packets as netfilter (iptables, nftables, ufw) logs them: `IN=eth0 OUT= SRC=… DST=… PROTO=TCP SPT=… DPT=… SYN`.

use super::field;
use crate::model::Field;

/// The keys taken over, with the field each becomes.
const KEYS: [(&str, &str); 14] = [
    ("IN", "in"),
    ("OUT", "out"),
    ("MAC", "mac"),
    ("SRC", "src"),
    ("DST", "dst"),
    ("LEN", "len"),
    ("TTL", "ttl"),
    ("ID", "id"),
    ("PROTO", "proto"),
    ("SPT", "spt"),
    ("DPT", "dpt"),
    ("TYPE", "type"),
    ("CODE", "code"),
    ("UID", "uid"),
];

/// Whether the message is one.
pub(super) fn is_packet(message: &str) -> bool {
    message.contains("SRC=") && message.contains("DST=")
}

/// Its values. ICMP errors quote the packet that caused them in brackets: the first value of a key counts.
pub(super) fn packet<'a>(message: &'a str, out: &mut Vec<Field<'a>>) {
    let from = out.len();
    for word in message.split(' ') {
        let Some((key, value)) = word.split_once('=') else { continue };
        let Some((_, name)) = KEYS.iter().find(|(known, _)| *known == key) else { continue };
        let seen = out.iter().skip(from).any(|field| field.name == *name);
        if !seen && !value.is_empty() {
            out.push(field(name, value));
        }
    }
}
