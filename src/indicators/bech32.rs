//! Bech32 and bech32m addresses (BIP-173, BIP-350), and the cash address form of Bitcoin Cash, which shares their digits.

/// Value of each byte as a digit; 255 for what is none. Upper case counts as lower; mixed case is judged elsewhere.
static VALUES: [u8; 256] = values();

const fn values() -> [u8; 256] {
    let digits = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let mut values = [255; 256];
    let mut value = 0;
    while value < 32 {
        values[digits[value as usize] as usize] = value;
        values[digits[value as usize].to_ascii_uppercase() as usize] = value;
        value += 1;
    }
    values
}

/// Whether letters of both cases stand in it; such an address is invalid.
fn is_mixed(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase)
}

/// Whether a text is a valid segregated-witness address with this prefix (in lower case).
pub(super) fn is_segwit(text: &str, prefix: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((head, data)) = bytes.split_at_checked(prefix.len()) else { return false };
    let Some((b'1', data)) = data.split_first() else { return false };
    if bytes.len() > 90 || data.len() < 8 || !head.eq_ignore_ascii_case(prefix.as_bytes()) || is_mixed(bytes) {
        return false;
    }
    let spread = prefix.bytes().map(|byte| byte >> 5).chain([0]).chain(prefix.bytes().map(|byte| byte & 31));
    let mut sum = spread.fold(1, polymod);
    for byte in data {
        let value = VALUES[usize::from(*byte)];
        if value > 31 {
            return false;
        }
        sum = polymod(sum, value);
    }
    let version = VALUES[usize::from(data[0])];
    let program = &data[1..data.len() - 6];
    let (bytes, spare) = (program.len() * 5 / 8, program.len() * 5 % 8);
    let padding = program.last().map_or(0, |byte| VALUES[usize::from(*byte)] & ((1 << spare) - 1));
    let fits = spare < 5 && padding == 0;
    match version {
        0 => sum == 1 && fits && (bytes == 20 || bytes == 32),
        1..=16 => sum == 0x2bc8_30a3 && fits && (2..=40).contains(&bytes),
        _ => false,
    }
}

const fn polymod(sum: u32, value: u8) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let top = sum >> 25;
    let mut sum = (sum & 0x01ff_ffff) << 5 ^ value as u32;
    let mut bit = 0;
    while bit < 5 {
        // All ones where the bit is set.
        sum ^= GENERATOR[bit] & ((top >> bit) & 1).wrapping_neg();
        bit += 1;
    }
    sum
}

/// Whether the part behind the prefix is a valid cash address of twenty bytes.
pub(super) fn is_cash(data: &str) -> bool {
    const GENERATOR: [u64; 5] = [0x98_f2bc_8e61, 0x79_b76d_99e2, 0xf3_3e5f_b3c4, 0xae_2eab_e2a8, 0x1e_4f43_e470];
    let bytes = data.as_bytes();
    if bytes.len() != 42 || is_mixed(bytes) {
        return false;
    }
    let step = |sum: u64, value: u8| {
        let top = sum >> 35;
        let sum = (sum & 0x07_ffff_ffff) << 5 ^ u64::from(value);
        (0..5).fold(sum, |sum, bit| sum ^ GENERATOR[bit] & ((top >> bit) & 1).wrapping_neg())
    };
    let mut sum = b"bitcoincash".iter().map(|byte| byte & 31).chain([0]).fold(1, step);
    for byte in bytes {
        let value = VALUES[usize::from(*byte)];
        if value > 31 {
            return false;
        }
        sum = step(sum, value);
    }
    // The first five bits of the version byte: 0 pays a key, 8 a script, both with hashes of twenty bytes.
    let version = VALUES[usize::from(bytes[0])] << 3 | VALUES[usize::from(bytes[1])] >> 2;
    sum == 1 && (version == 0 || version == 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_version_and_length_decide() {
        for good in [
            "bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs",
            "BC1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ9E75RS",
            "bc1pqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpqqenm",
        ] {
            assert!(is_segwit(good, "bc"), "{good}");
        }
        assert!(is_segwit("ltc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqp9ysmq", "ltc"));
        for bad in [
            "bc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rx",
            "bc1qQqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq9e75rs",
            "tb1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0ptejk",
            "bc1",
            "",
        ] {
            assert!(!is_segwit(bad, "bc"), "{bad}");
        }
    }

    #[test]
    fn cash_addresses_carry_forty_bits() {
        assert!(is_cash("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"));
        assert!(!is_cash("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q") && !is_cash(""));
    }
}
