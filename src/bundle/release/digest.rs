//! MD5 (RFC 1321) and SHA-1 (RFC 3174), broken as signatures, and the name-based UUID built on SHA-1 (RFC 9562): only to
//! search for forms in which a withheld value may have been written. Nothing rests on them.

/// Pads a short message to blocks of 64 bytes with its length in bits, in either byte order.
fn padded(message: &[u8], big_endian: bool) -> Vec<u8> {
    let mut out = message.to_vec();
    let bits = (message.len() as u64).wrapping_mul(8);
    out.push(0x80);
    out.resize(out.len().next_multiple_of(64), 0);
    if out.len() - message.len() < 9 {
        out.resize(out.len() + 64, 0);
    }
    let at = out.len() - 8;
    let length = if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() };
    out.truncate(at);
    out.extend(length);
    out
}

fn words(block: &[u8], big_endian: bool) -> [u32; 16] {
    let mut out = [0; 16];
    for (word, bytes) in out.iter_mut().zip(block.chunks_exact(4)) {
        let bytes = <[u8; 4]>::try_from(bytes).unwrap_or_default();
        *word = if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    }
    out
}

/// SHA-1.
#[expect(clippy::many_single_char_names, reason = "the names of the RFC")]
pub(super) fn sha1(message: &[u8]) -> [u8; 20] {
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(message, true).chunks_exact(64) {
        let mut w = [0_u32; 80];
        w[..16].copy_from_slice(&words(block, true));
        for t in 16..80 {
            w[t] = (w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in w.iter().enumerate() {
            let (f, k) = match t {
                0..20 => (b & c | !b & d, 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (held, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *held = held.wrapping_add(new);
        }
    }
    let mut out = [0; 20];
    for (bytes, word) in out.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    out
}

/// MD5.
#[expect(clippy::many_single_char_names, reason = "the names of the RFC")]
pub(super) fn md5(message: &[u8]) -> [u8; 16] {
    const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state = [0x6745_2301_u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(message, false).chunks_exact(64) {
        let m = words(block, false);
        let [mut a, mut b, mut c, mut d] = state;
        for t in 0..64_usize {
            let (f, g) = match t / 16 {
                0 => (b & c | !b & d, t),
                1 => (d & b | !d & c, (5 * t + 1) % 16),
                2 => (b ^ c ^ d, (3 * t + 5) % 16),
                _ => (c ^ (b | !d), 7 * t % 16),
            };
            let sum = a.wrapping_add(f).wrapping_add(sine(t)).wrapping_add(m[g]);
            (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(SHIFTS[t / 16][t % 4])));
        }
        for (held, new) in state.iter_mut().zip([a, b, c, d]) {
            *held = held.wrapping_add(new);
        }
    }
    let mut out = [0; 16];
    for (bytes, word) in out.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    out
}

/// The t-th constant of MD5: 2^32 times the absolute sine of t + 1.
fn sine(t: usize) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "below 2^32")]
    let value = (((t + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
    value
}

/// The id STIX derives from an object's contributing properties (STIX 2.1 §2.9): it gives the value away to anyone who
/// guesses.
pub(super) fn stix_id(contributing: &str) -> String {
    const NAMESPACE: [u8; 16] =
        [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(sha1(&[&NAMESPACE, contributing.as_bytes()].concat()).split_at(16).0);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = data_encoding::HEXLOWER.encode(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or("");
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    #[test]
    fn digests_match_the_published_vectors() {
        assert_eq!(HEXLOWER.encode(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(HEXLOWER.encode(&sha1(b"")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(HEXLOWER.encode(&md5(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(HEXLOWER.encode(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        let long = [b'a'; 119];
        for len in [55, 56, 63, 64, 119] {
            assert_ne!(sha1(&long[..len]), sha1(&long[..len - 1]));
        }
        let digits = "1234567890".repeat(8);
        assert_eq!(HEXLOWER.encode(&md5(digits.as_bytes())), "57edf4a22be3c955ac49da2e2107b67a");
        assert_eq!(HEXLOWER.encode(&sha1(digits.as_bytes())), "50abf5706a150990a08b2c5ea40fa0e585554732");
    }

    #[test]
    fn ids_are_those_stix_derives() {
        assert_eq!(stix_id(r#"{"value":"198.51.100.3"}"#), "28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(stix_id(r#"{"value":"example.jp"}"#), "94c38a36-015a-5516-a17a-cea295301c55");
    }
}
