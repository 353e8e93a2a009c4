//! Blocks of addresses with a label each: the narrowest that holds an address answers for it.
//!
//! A list of the world's allotments has hundreds of thousands of blocks and a handful of labels, and is asked about every
//! address of a log: version 4 lies apart in 32 bits with a place for each /16, labels stand once.

use super::ipv4;
use ahash::RandomState;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One block.
#[derive(Clone, Copy, Debug)]
struct Block<T> {
    first: T,
    last: T,
    /// Which label.
    label: u32,
    /// The nearest block before that reaches further: where this one ends short of an address, only that may hold it.
    outer: u32,
}

/// Blocks in the order of their first address, of those that begin together the widest first.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    v4: Vec<Block<u32>>,
    v6: Vec<Block<u128>>,
    /// Where the blocks that begin in each /16, and behind all, stand in `v4`.
    places: Vec<u32>,
    labels: Vec<String>,
}

/// First and last address of a block as written: one address, `address/length`, or `first-last`.
fn block(text: &str) -> Option<(IpAddr, IpAddr)> {
    if let Some((first, last)) = text.split_once('-') {
        let (first, last): (IpAddr, IpAddr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        return (first <= last && first.is_ipv4() == last.is_ipv4()).then_some((first, last));
    }
    let Some((address, len)) = text.split_once('/') else {
        let address = text.parse().ok()?;
        return Some((address, address));
    };
    let len: u32 = len.parse().ok()?;
    match address.trim().parse().ok()? {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(len).unwrap_or(0);
            let first = address.to_bits() & !host;
            (len <= 32).then(|| (Ipv4Addr::from(first).into(), Ipv4Addr::from(first | host).into()))
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(len).unwrap_or(0);
            let first = address.to_bits() & !host;
            (len <= 128).then(|| (Ipv6Addr::from(first).into(), Ipv6Addr::from(first | host).into()))
        }
    }
}

/// The same of a block of version 4, in the spellings that long lists are full of; `None` for any other.
fn block4(text: &str) -> Option<(u32, u32)> {
    let (address, rest) = ipv4::leading(text.as_bytes())?;
    let address = address.to_bits();
    let digit = |byte: &u8| u32::from(byte - b'0');
    let len = match rest {
        [] => 32,
        [b'/', one @ b'0'..=b'9'] => digit(one),
        [b'/', ten @ b'1'..=b'3', one @ b'0'..=b'9'] => digit(ten) * 10 + digit(one),
        [b'-', last @ ..] => {
            let last = ipv4::parse(last)?.to_bits();
            return (address <= last).then_some((address, last));
        }
        _ => return None,
    };
    let host = u32::MAX.checked_shr(len).unwrap_or(0);
    (len <= 32).then_some((address & !host, address | host))
}

/// A block in the spellings that long lists are full of.
fn plain(text: &str) -> Option<(IpAddr, IpAddr)> {
    let v4 = |(first, last)| (Ipv4Addr::from_bits(first).into(), Ipv4Addr::from_bits(last).into());
    let v6 = |(first, last)| (Ipv6Addr::from_bits(first).into(), Ipv6Addr::from_bits(last).into());
    block4(text).map(v4).or_else(|| block6(text).map(v6))
}

/// First and last address of a block of version 6 with a length behind `::`; `None` for any other.
fn block6(text: &str) -> Option<(u128, u128)> {
    let (front, len) = text.as_bytes().split_at(text.len().checked_sub(3)?);
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
    let [b'/', ten @ b'1'..=b'9', one] = len else { return None };
    let len = digit(ten)? * 10 + digit(one)?;
    let (mut address, mut groups, mut value, mut digits) = (0_u128, 0, 0_u32, 0);
    for byte in front.strip_suffix(b":")? {
        if *byte == b':' {
            if digits == 0 || groups == 6 {
                return None;
            }
            address = address << 16 | u128::from(value);
            (groups, value, digits) = (groups + 1, 0, 0);
        } else {
            value = value << 4 | char::from(*byte).to_digit(16)?;
            digits += 1;
            if digits > 4 {
                return None;
            }
        }
    }
    if digits > 0 || groups == 0 {
        return None;
    }
    let host = u128::MAX >> len;
    let first = address << (16 * (8 - groups)) & !host;
    Some((first, first | host))
}

impl Blocks {
    /// Reads blocks with their labels, and counts the entries that are none.
    pub(super) fn read<'e>(entries: impl Iterator<Item = (&'e str, &'e str)>) -> (Self, usize) {
        let (mut blocks, mut known, mut unread) = (Self::default(), HashMap::<_, _, RandomState>::default(), 0);
        for (entry, label) in entries {
            let Some(ends) = plain(entry).or_else(|| block(entry)) else {
                unread += 1;
                continue;
            };
            let label = *known.entry(label).or_insert_with(|| {
                blocks.labels.push(label.to_owned());
                u32::try_from(blocks.labels.len() - 1).unwrap_or(u32::MAX)
            });
            match ends {
                (IpAddr::V4(first), IpAddr::V4(last)) => {
                    blocks.v4.push(Block { first: first.to_bits(), last: last.to_bits(), label, outer: NONE });
                }
                (IpAddr::V6(first), IpAddr::V6(last)) => {
                    blocks.v6.push(Block { first: first.to_bits(), last: last.to_bits(), label, outer: NONE });
                }
                _ => unread += 1,
            }
        }
        put_in_order(&mut blocks.v4);
        put_in_order(&mut blocks.v6);
        let mut firsts = blocks.v4.iter().map(|block| block.first >> 16).zip(0..).peekable();
        let end = u32::try_from(blocks.v4.len()).unwrap_or(u32::MAX);
        let mut place = |high| {
            while firsts.next_if(|(first, _)| *first < high).is_some() {}
            firsts.peek().map_or(end, |(_, at)| *at)
        };
        blocks.places = (0..=1 << 16).map(&mut place).collect();
        (blocks, unread)
    }

    /// The label of the narrowest block that holds an address.
    pub(super) fn label(&self, address: IpAddr) -> Option<&str> {
        let label = match address {
            IpAddr::V4(address) => self.label4(address.to_bits()),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => self.label4(address.to_bits()),
                None => {
                    let address = address.to_bits();
                    holder(&self.v6, self.v6.partition_point(|block| block.first <= address), address)
                }
            },
        };
        self.labels.get(label? as usize).map(String::as_str)
    }

    fn label4(&self, address: u32) -> Option<u32> {
        let high = (address >> 16) as usize;
        let [from, to] = *self.places.get(high..)?.first_chunk::<2>()?;
        let near = self.v4.get(from as usize..to as usize)?;
        holder(&self.v4, from as usize + near.partition_point(|block| block.first <= address), address)
    }
}

/// No block.
const NONE: u32 = u32::MAX;

fn put_in_order<T: Copy + Ord>(blocks: &mut [Block<T>]) {
    blocks.sort_by(|a, b| (a.first, b.last).cmp(&(b.first, a.last)));
    let mut open: Vec<(T, u32)> = Vec::new();
    for (at, block) in (0_u32..).zip(blocks) {
        while open.pop_if(|(last, _)| *last <= block.last).is_some() {}
        block.outer = open.last().map_or(NONE, |(_, outer)| *outer);
        open.push((block.last, at));
    }
}

/// The label of the last block before `end` that reaches to the address.
fn holder<T: Copy + Ord>(blocks: &[Block<T>], end: usize, address: T) -> Option<u32> {
    let mut block = blocks.get(end.checked_sub(1)?)?;
    while block.last < address {
        block = blocks.get(block.outer as usize)?;
    }
    Some(block.label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_narrowest_block_answers() {
        let list = [
            ("198.0.0.0/7", "wide"),
            ("203.0.113.0/24", "甲"),
            ("203.0.113.0/25", "乙"),
            ("203.0.113.200", "丙"),
            ("198.51.100.1-198.51.100.9", "丁"),
            ("2001:db8::/32", "戊"),
            ("0.0.0.0/0", "all"),
            ("203.0.113.0/33", "none"),
            ("198.51.100.9-198.51.100.1", "none"),
            ("203.0.113.1-2001:db8::1", "none"),
            ("x", "none"),
        ];
        let (blocks, unread) = Blocks::read(list.into_iter());
        assert_eq!(unread, 4);
        for (address, label) in [
            ("203.0.113.5", Some("乙")),
            ("203.0.113.129", Some("甲")),
            ("203.0.113.200", Some("丙")),
            ("198.51.100.9", Some("丁")),
            ("198.51.100.10", Some("wide")),
            ("199.255.255.255", Some("wide")),
            ("255.255.255.255", Some("all")),
            ("::ffff:203.0.113.5", Some("乙")),
            ("2001:db8::5", Some("戊")),
            ("2001:db9::5", None),
        ] {
            assert_eq!(blocks.label(address.parse().unwrap()), label, "{address}");
        }
    }

    #[test]
    fn blocks_in_the_common_spellings_are_what_they_are_in_all() {
        let texts = ["203.0.113.5", "203.0.113.5/32", "203.0.113.5/0", "203.0.113.5/24", "203.0.113.1-203.0.113.9"];
        let odd = [
            "203.0.113.05",
            "203.0.113.256",
            "203.0.113",
            "203.0.113.5/33",
            "203.0.113.5/+8",
            "203.0.113.9-203.0.113.1",
        ];
        let more = [
            "203.0.113.5 ",
            "203.0.113.5/",
            "203.0.113.5/008",
            "203.0.113.1 - 203.0.113.9",
            "203.0.113.1-203.0.113.9x",
            "",
        ];
        let v6 = ["2001:db8::/32", "2001:db8:ffff::/35", "2001:DB8::/10", "2001:db8:1:2:3:4::/64"];
        let odd6 = [
            "2001:db8::",
            "2001::db8::/32",
            "::/10",
            ":2001::/16",
            "2001:db8:1:2:3:4:5::/64",
            "20011::/16",
            "2001:db8/32",
        ];
        let odd = odd.into_iter().chain(more).chain(odd6).chain([
            "2001:db8::/128",
            "2001:db8::1/64",
            "2001:db8:g::/32",
            "x::/99",
        ]);
        for text in texts.into_iter().chain(v6) {
            assert!(plain(text).is_some() && plain(text) == block(text), "{text}");
        }
        for text in odd {
            assert!(plain(text).is_none() || plain(text) == block(text), "{text}: {:?}", plain(text));
        }
    }

    proptest! {
        /// The look-up says what looking at every block says: the last to begin, and of those the narrowest.
        #[test]
        fn look_ups_miss_no_block(ranges in prop::collection::vec((0_u32..400, 0_u32..200), 0..40), at in 0_u32..700) {
            let base = 0x0afe_ff00_u32;
            let text = |at: u32| Ipv4Addr::from(base + at);
            let lines: Vec<(String, String)> = ranges
                .iter()
                .map(|(first, len)| (format!("{}-{}", text(*first), text(first + len)), format!("{first} {len}")))
                .collect();
            let (blocks, unread) = Blocks::read(lines.iter().map(|(block, label)| (block.as_str(), label.as_str())));
            let holds = ranges.iter().filter(|(first, len)| (*first..=first + len).contains(&at));
            let narrowest = holds.max_by_key(|(first, len)| (*first, u32::MAX - len));
            prop_assert_eq!(unread, 0);
            prop_assert_eq!(
                blocks.label(IpAddr::V4(text(at))).map(str::to_owned),
                narrowest.map(|(first, len)| format!("{first} {len}"))
            );
        }
    }
}
