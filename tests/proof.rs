//! The proof of one record: checked by a second BLAKE3 written from the paper, and refused however it is bent.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use data_encoding::{BASE64, HEXLOWER};
use itoguchi::bundle::proof::{Made, Of, Proof, Record};
use itoguchi::model::Ticket;
use proptest::prelude::*;

/// BLAKE3 as its paper has it (§2.2 to §2.5), with nothing of the crate that makes the proofs.
mod paper {
    const IV: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    const ORDER: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
    const CHUNK_START: u32 = 1;
    const CHUNK_END: u32 = 2;
    const PARENT: u32 = 4;
    const ROOT: u32 = 8;

    fn mix(state: &mut [u32; 16], place: [usize; 4], words: &[u32]) {
        let [mut a, mut b, mut c, mut d] = place.map(|at| state[at]);
        for (word, first, second) in [(words[0], 16, 12), (words[1], 8, 7)] {
            a = a.wrapping_add(b).wrapping_add(word);
            d = (d ^ a).rotate_right(first);
            c = c.wrapping_add(d);
            b = (b ^ c).rotate_right(second);
        }
        place.into_iter().zip([a, b, c, d]).for_each(|(at, value)| state[at] = value);
    }

    fn compress(value: [u32; 8], block: &[u8], counter: u64, flags: u32) -> [u32; 8] {
        let mut padded = [0_u8; 64];
        padded[..block.len()].copy_from_slice(block);
        let mut words: [u32; 16] =
            std::array::from_fn(|at| u32::from_le_bytes(padded[at * 4..at * 4 + 4].try_into().unwrap()));
        let halves = counter.to_le_bytes();
        let [low, high] = [&halves[..4], &halves[4..]].map(|half| u32::from_le_bytes(half.try_into().unwrap()));
        let mut v = [0; 16];
        v[..8].copy_from_slice(&value);
        v[8..12].copy_from_slice(&IV[..4]);
        v[12..].copy_from_slice(&[low, high, u32::try_from(block.len()).unwrap(), flags]);
        let places = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
        let slanted = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];
        for round in 0..7 {
            for (at, place) in places.into_iter().chain(slanted).enumerate() {
                mix(&mut v, place, &words[at * 2..at * 2 + 2]);
            }
            if round < 6 {
                words = ORDER.map(|at| words[at]);
            }
        }
        std::array::from_fn(|at| v[at] ^ v[at + 8])
    }

    fn bytes(words: [u32; 8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.chunks_exact_mut(4).zip(words).for_each(|(part, word)| part.copy_from_slice(&word.to_le_bytes()));
        out
    }

    pub(super) fn piece(content: &[u8], number: u64, root: bool) -> [u8; 32] {
        let count = content.len().div_ceil(64).max(1);
        let mut value = IV;
        for at in 0..count {
            let block = &content[at * 64..content.len().min(at * 64 + 64)];
            let mut flags = if at == 0 { CHUNK_START } else { 0 };
            if at + 1 == count {
                flags |= CHUNK_END | if root { ROOT } else { 0 };
            }
            value = compress(value, block, number, flags);
        }
        bytes(value)
    }

    pub(super) fn parent(left: [u8; 32], right: [u8; 32], root: bool) -> [u8; 32] {
        bytes(compress(IV, &[left, right].concat(), 0, PARENT | if root { ROOT } else { 0 }))
    }
}

/// The root a proof leads to, by the second implementation; consumes the hashes in their order.
fn root_by_paper(proof: &Proof) -> [u8; 32] {
    fn node(proof: &Proof, shown: &[u8], at: u64, len: u64, next: &mut usize) -> [u8; 32] {
        let (from, to) = (proof.shown.offset, proof.shown.offset + proof.shown.len);
        let is_root = at == 0 && len == proof.evidence.bytes;
        if at + len <= from || at >= to {
            let hash = &proof.hashes[*next];
            assert_eq!((hash.offset, hash.len), (at, len));
            *next += 1;
            return HEXLOWER.decode(hash.blake3.as_bytes()).unwrap().try_into().unwrap();
        }
        if len <= 1024 {
            let start = usize::try_from(at - from).unwrap();
            return paper::piece(&shown[start..start + usize::try_from(len).unwrap()], at / 1024, is_root);
        }
        // All pieces of the left half are full, and there are as many as the largest power of two that leaves some over.
        let left = 1024 << (len.div_ceil(1024) - 1).ilog2();
        let values = [node(proof, shown, at, left, next), node(proof, shown, at + left, len - left, next)];
        paper::parent(values[0], values[1], is_root)
    }
    let (shown, mut next) = (BASE64.decode(proof.shown.base64.as_bytes()).unwrap(), 0);
    let root = node(proof, &shown, 0, proof.evidence.bytes, &mut next);
    assert_eq!(next, proof.hashes.len());
    root
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|at| b"203.0.113.7 GET /\n"[at % 18] ^ u8::try_from(at / 4096 % 3).unwrap()).collect()
}

fn prove(bytes: &[u8], offset: u64, len: u64) -> Proof {
    let of = Of {
        id: "e1".into(),
        name: "access.log".into(),
        bytes: bytes.len() as u64,
        blake3: blake3::hash(bytes).to_hex().to_string(),
        sha256: String::new(),
    };
    let record = Record { offset, len, encoding: Some("utf-8".into()), ..Record::default() };
    Proof::make(&mut &bytes[..], of, record, Made::default(), &Ticket::new()).unwrap()
}

fn verdicts(proof: &Proof) -> Vec<(&'static str, Option<bool>)> {
    proof.check(Some(&proof.evidence.blake3)).into_iter().map(|(name, ok, _)| (name, ok)).collect()
}

#[test]
fn the_second_implementation_agrees_with_the_first() {
    for len in [0, 1, 63, 64, 65, 1023, 1024] {
        assert_eq!(paper::piece(&content(len), 0, true), *blake3::hash(&content(len)).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_range_of_any_evidence_is_proven(len in 1_usize..70_000, at in any::<prop::sample::Index>(), want in 1_usize..5_000) {
        let bytes = content(len);
        let offset = at.index(len);
        let proof = prove(&bytes, offset as u64, want.min(len - offset) as u64);
        let back = Proof::from_file(&proof.to_file().unwrap()).unwrap();
        prop_assert_eq!(&back, &proof);
        prop_assert_eq!(HEXLOWER.encode(&root_by_paper(&back)), blake3::hash(&bytes).to_hex().to_string());
        prop_assert_eq!(verdicts(&back), [("tree", Some(true)), ("record", Some(true)), ("text", Some(true)), ("root", Some(true))]);
        // Small, whatever the evidence: one value for each level on either side.
        prop_assert!(back.hashes.len() <= 14);
    }
}

#[test]
fn a_bent_proof_is_refused() {
    let whole = prove(&content(40_000), 20_500, 700);
    let bent = |bend: &dyn Fn(&mut Proof)| {
        let mut proof = whole.clone();
        bend(&mut proof);
        assert_ne!(proof, whole);
        let proof = Proof::from_file(&proof.to_file().unwrap()).unwrap();
        let known = &whole.evidence.blake3;
        assert!(proof.check(Some(known)).iter().any(|(_, ok, _)| *ok == Some(false)), "{proof:?}");
    };
    let shown = BASE64.decode(whole.shown.base64.as_bytes()).unwrap();
    for at in (0..shown.len()).step_by(97) {
        bent(&|proof| {
            let mut bytes = shown.clone();
            bytes[at] ^= 1;
            proof.shown.base64 = BASE64.encode(&bytes);
        });
    }
    for at in 0..whole.hashes.len() {
        bent(&|proof| proof.hashes[at].blake3 = "00".repeat(32));
        bent(&|proof| proof.hashes[at].blake3 = String::new());
        bent(&|proof| proof.hashes[at].offset += 1024);
        bent(&|proof| drop(proof.hashes.remove(at)));
        if at > 0 {
            bent(&|proof| proof.hashes.swap(at, 0));
        }
    }
    bent(&|proof| proof.hashes.push(whole.hashes[0].clone()));
    // The same bytes at another place, another size, another record, another text, another root.
    bent(&|proof| (proof.shown.offset, proof.record.offset) = (proof.shown.offset + 1024, proof.record.offset + 1024));
    bent(&|proof| proof.evidence.bytes *= 2);
    bent(&|proof| proof.evidence.bytes = u64::MAX);
    bent(&|proof| proof.shown.len = u64::MAX);
    bent(&|proof| proof.record.offset = 0);
    bent(&|proof| proof.record.offset = u64::MAX);
    bent(&|proof| proof.record.len = 0);
    bent(&|proof| proof.record.len = u64::MAX);
    bent(&|proof| proof.record.offset += 1);
    bent(&|proof| proof.record.text = Some("198.51.100.1 GET /\n".into()));
    bent(&|proof| proof.record.encoding = Some("utf-16le".into()));
    bent(&|proof| proof.evidence.blake3 = "00".repeat(32));
}

#[test]
fn what_is_no_range_or_no_proof_is_told() {
    let bytes = content(5_000);
    let of = |root: &str| Of { bytes: 5_000, blake3: root.to_owned(), ..Of::default() };
    let root = blake3::hash(&bytes).to_hex().to_string();
    let made = |of: Of, offset, len| {
        let record = Record { offset, len, ..Record::default() };
        Proof::make(&mut &bytes[..], of, record, Made::default(), &Ticket::new())
    };
    assert!(made(of(&root), 4_999, 1).is_ok());
    for (offset, len) in [(5_000, 1), (0, 0), (4_999, 2), (u64::MAX, 2)] {
        assert!(made(of(&root), offset, len).is_err());
    }
    assert!(made(of(&"00".repeat(32)), 0, 1).is_err(), "bytes of another evidence");
    for junk in ["", "{}", "[]", "{\"format\":\"itoguchi-record-proof\"}"] {
        assert!(Proof::from_file(junk.as_bytes()).is_err());
    }
    let mut later = prove(&bytes, 0, 1);
    later.version = 2;
    assert!(Proof::from_file(&later.to_file().unwrap()).is_err());
}
