//! Known-benign lists of our own: public resolvers and hosts that everybody's evidence holds. They mark, never drop.
//!
//! The lists are text files in `assets/lists`, one value a line, with date and source in their first lines.

use super::host;
use crate::model::Text;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::LazyLock;

static RESOLVERS: LazyLock<Vec<u128>> = LazyLock::new(|| {
    let list = entries(include_str!("../../assets/lists/public-resolvers.txt"));
    let mut list: Vec<u128> = list.filter_map(|line| line.parse().ok()).map(bits).collect();
    list.sort_unstable();
    list
});
static POPULAR: LazyLock<HashSet<&str>> =
    LazyLock::new(|| entries(include_str!("../../assets/lists/popular-hosts.txt")).collect());
static TRAINING: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    entries(include_str!("../../assets/lists/training.txt")).filter_map(|line| line.split_once(' ')).collect()
});

fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Stands for a shared service in the training exercise.
pub(super) fn training(kind: &str, value: &str) -> Option<Text> {
    TRAINING
        .contains(&(kind, value))
        .then_some(Text::new("訓練用の共用サービス", "Shared service of the training exercise"))
}

/// A DNS server open to everybody.
pub(super) fn resolver(address: IpAddr) -> Option<Text> {
    RESOLVERS.binary_search(&bits(address)).is_ok().then_some(Text::new("公開DNSサーバー", "Public resolver"))
}

/// An address of either version as a number.
const fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// A host, or one below a registrable domain, that everybody's evidence holds.
pub(super) fn popular(name: &str) -> Option<Text> {
    let listed = POPULAR.contains(name) || POPULAR.contains(host::registrable(name));
    listed.then_some(Text::new("著名なサイト", "Popular site"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_canonical_and_dated() {
        for list in [
            include_str!("../../assets/lists/public-resolvers.txt"),
            include_str!("../../assets/lists/popular-hosts.txt"),
        ] {
            assert!(list.starts_with("# ") && list.contains("\n# Source: ") && list.contains("\n# Date: "));
        }
        for name in entries(include_str!("../../assets/lists/popular-hosts.txt")) {
            assert!(host::is_public(name) && *name == name.to_ascii_lowercase(), "{name}");
        }
        for address in entries(include_str!("../../assets/lists/public-resolvers.txt")) {
            let parsed: std::net::IpAddr = address.parse().unwrap();
            assert_eq!(parsed.to_string(), address);
        }
    }
}
