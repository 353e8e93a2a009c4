//! How far two runs of bytes agree.

/// How many first bytes two runs share.
#[must_use]
pub fn common(a: &[u8], b: &[u8]) -> usize {
    let (mut same, len) = (0, a.len().min(b.len()));
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        let other = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if other != 0 {
            return same + other.trailing_zeros() as usize / 8;
        }
        same += 8;
    }
    let (a, b) = (a.get(same..len).unwrap_or(&[]), b.get(same..len).unwrap_or(&[]));
    same + a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_are_shared_up_to_the_first_that_differs(a in "[ab]{0,40}", b in "[ab]{0,40}", both in "[ab]{0,40}") {
            let (a, b) = (format!("{both}{a}"), format!("{both}{b}"));
            let plain = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
            prop_assert_eq!(common(a.as_bytes(), b.as_bytes()), plain);
        }
    }
}
