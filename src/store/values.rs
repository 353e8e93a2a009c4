//! The key a value is posted under: its kind's tag, a zero byte, its canonical form.
//!
//! Keys compare as bytes in the order of kind, then value, so every run is in the order shown and can be asked for one
//! kind alone. A tag holds no zero byte, so the first one divides.

use super::error::{Error, Result};
use crate::model::{Indicator, Kind};

/// Longest key that is read back; a stored one beyond it is damage.
pub(super) const MAX_KEY: usize = 1 << 20;

/// The key of a value.
pub(super) fn key_of(kind: Kind, value: &str) -> Vec<u8> {
    let mut key = prefix_of(kind);
    key.extend_from_slice(value.as_bytes());
    key
}

/// What all keys of a kind begin with.
pub(super) fn prefix_of(kind: Kind) -> Vec<u8> {
    let mut key = kind.tag().as_bytes().to_vec();
    key.push(0);
    key
}

/// The value a key stands for.
pub(super) fn indicator_of(key: &[u8]) -> Result<Indicator> {
    let bad = || Error::damaged("key of a posting");
    let at = memchr::memchr(0, key).ok_or_else(bad)?;
    let (tag, value) = key.split_at(at);
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| bad());
    Ok(Indicator { kind: kind(text(tag)?)?, value: text(value.get(1..).unwrap_or(&[]))?.to_owned() })
}

/// A kind as stored.
pub(super) fn kind(tag: &str) -> Result<Kind> {
    Kind::from_tag(tag).ok_or_else(|| Error::damaged(format!("indicator kind `{tag}`")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_indicators(a in "[a-c_]{1,3}", b in "[a-c_]{1,3}", x in ".{0,6}", y in ".{0,6}") {
            let one = Indicator { kind: Kind::from_tag(&a).unwrap(), value: x };
            let two = Indicator { kind: Kind::from_tag(&b).unwrap(), value: y };
            let (first, second) = (key_of(one.kind, &one.value), key_of(two.kind, &two.value));
            prop_assert_eq!(first.cmp(&second), one.cmp(&two));
            prop_assert_eq!(indicator_of(&first).unwrap(), one);
        }

        #[test]
        fn junk_is_refused_without_panic(junk in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = indicator_of(&junk);
        }
    }
}
