//! Bundles bent at random, and bundles whose trusted senders say odd things: refused by name or taken in whole, never a panic.

use crate::desk::{DAY, Desk, context, rezip, unzip};
use itoguchi::bundle::check::CHECKS;
use itoguchi::bundle::open::{Unopened, open};
use itoguchi::model::{Id, Ticket};
use itoguchi::store::TrustRow;
use itoguchi::workbench::receive::{Arrival, Judge, receive};
use itoguchi::workbench::{Mode, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Cursor;

/// Xorshift: the same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides.max(1) as u64).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.roll(256)).unwrap()
    }

    /// Bends bytes, mostly near `places`, where headers stand.
    fn bend(&mut self, bytes: &mut Vec<u8>, places: &[usize]) {
        for _ in 0..=self.roll(3) {
            let len = bytes.len();
            let near = places[self.roll(places.len())] + self.roll(64);
            let at = if self.roll(4) == 0 { self.roll(len) } else { near }.min(len - 1);
            match self.roll(7) {
                0 => bytes[at] ^= 1 << self.roll(8),
                1 => bytes[at] = self.byte(),
                2 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff),
                3 => bytes[at..].iter_mut().take(4).for_each(|byte| *byte = 0),
                4 => drop(bytes.drain(at..(at + 1 + self.roll(40)).min(len))),
                5 => bytes.insert(at, self.byte()),
                _ => {
                    let copy: Vec<u8> = bytes[at..].iter().take(60).copied().collect();
                    drop(bytes.splice(at..at, copy));
                }
            }
            if bytes.len() < 2 {
                return;
            }
        }
    }
}

fn is_named(check: &str) -> bool {
    CHECKS.iter().any(|(name, _)| *name == check)
}

/// Where the signatures of ZIP headers stand.
fn headers(bytes: &[u8]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(b"PK")).collect();
    out.push(0);
    out
}

#[test]
fn bent_archives_are_refused_by_name_or_say_the_same() {
    let desk = Desk::new();
    let payload: BTreeMap<String, Vec<u8>> = desk.payload.iter().cloned().collect();
    let plain = desk.plain();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut refused, mut same) = (0, 0);
    for archive in [plain.clone(), rezip(&unzip(&plain))] {
        let places = headers(&archive);
        for _ in 0..700 {
            let mut bent = archive.clone();
            dice.bend(&mut bent, &places);
            match open(Cursor::new(&bent), &desk.identity, Some(&desk.trust), &context(), 1 << 30) {
                Ok(bundle) => {
                    assert!(bundle.files == payload && bundle.info == desk.info, "it passed and says something else");
                    same += 1;
                }
                Err(Unopened::Refused(report)) => {
                    let first = report.first_failure().expect("refused without a reason");
                    assert!(is_named(first.check) && !first.detail.en.is_empty());
                    refused += 1;
                }
                Err(Unopened::Fault(fault)) => panic!("it passed and could not be read: {fault}"),
            }
        }
    }
    // Times and owners in the archive say nothing: bent, they pass. Nearly everything else must not.
    assert!(refused > 20 * same, "{refused} refused, {same} the same");
}

#[test]
fn bent_seals_are_refused_by_name() {
    let desk = Desk::new();
    let sealed = desk.sealed().0;
    let mut dice = Dice(0x0123_4567_89ab_cdef);
    for _ in 0..400 {
        let mut bent = sealed.clone();
        dice.bend(&mut bent, &[0, 40, 120, 160, 240]);
        let report = desk.judge(&bent);
        assert!(bent == sealed || report.first_failure().is_some_and(|check| is_named(check.check)));
    }
}

/// What a sender's case file holds.
fn case_file() -> Value {
    let value = |id: &str, kind: &str, how: &str, text: &str| {
        json!({"id": id, "kind": kind, "shown": {"how": how, "text": text}, "token": "tok1:ipv4:e1:abc", "role": "suspect",
            "benign": false, "implied": false, "verified": true, "count": 3, "first": "2026-04-01T00:00:00Z", "last": "2026-04"})
    };
    json!({
        "schema": "itoguchi/case@1",
        "case": {"id": "o1", "number": "令和8年第1号", "offence": "詐欺", "method": ["a"], "asks": ["追跡"], "contact": "内線1"},
        "values": [value("o2", "ipv4", "kept", "203.0.113.7"), value("o3", "btc", "token", "tok1:btc:e1:xyz")],
    })
}

/// Puts something odd in one place.
fn odd(value: &mut Value, dice: &mut Dice) {
    let deeper = dice.roll(5) > 0;
    match value {
        Value::Object(map) if deeper && !map.is_empty() => {
            let key = map.keys().nth(dice.roll(map.len())).cloned().unwrap();
            if dice.roll(8) == 0 { drop(map.remove(&key)) } else { odd(&mut map[&key], dice) }
        }
        Value::Array(list) if deeper && !list.is_empty() => {
            let at = dice.roll(list.len());
            odd(&mut list[at], dice);
        }
        place => {
            let nested = (0..100).fold(Value::Null, |inner, _| json!([inner]));
            let choices = [
                Value::Null,
                json!(-1),
                json!(u64::MAX),
                json!(1.5e300),
                json!(""),
                json!("\u{0}\u{202e}\u{1b}[2J"),
                json!("長".repeat(50_000)),
                json!("9999-12-31T23:59:59Z"),
                json!("../../etc/passwd"),
                json!("no kind!"),
                json!({}),
                json!([]),
                nested,
            ];
            *place = choices[dice.roll(choices.len())].clone();
        }
    }
}

#[test]
fn odd_words_of_trusted_senders_harm_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::create(&folder.path().join("00.itoguchi"), "00/special", "受領", Some(DAY)).unwrap();
    session.store.set_setting("training", "true", &session.author()).unwrap();
    let mut desk = Desk::new();
    for entry in &desk.trust.entries {
        let may = entry.may.iter().map(|right| right.tag().to_owned()).collect();
        let row =
            TrustRow { public_key: entry.key.line(), unit: entry.unit.clone().unwrap(), name: entry.name.clone(), may };
        session.store.trust(&row, &session.author()).unwrap();
    }
    let mut dice = Dice(0xdead_beef_cafe_f00d);
    let (mut entered, mut failed) = (0, 0);
    for number in 0..60 {
        let mut case = case_file();
        (0..dice.roll(4)).for_each(|_| odd(&mut case, &mut dice));
        let mut records = json!({"message": "x 203.0.113.9", "datetime": "2026-04-01T00:00:00Z", "fields": {"a": "b"}});
        odd(&mut records, &mut dice);
        desk.info.store = Id(format!("s{number:016}"));
        desk.info.bundle = Id(format!("b{number:016}"));
        desk.payload[0].1 = case.to_string().into_bytes();
        desk.payload[2].1 = format!("{records}\n\u{fffd}not json\n").into_bytes();
        let path = folder.path().join(format!("{number}.itb.age"));
        std::fs::write(&path, desk.sealed().0).unwrap();
        let judge = Judge::of_store(&session, desk.identity.clone()).unwrap();
        match receive(&session, &path, &judge, None, &Ticket::new()) {
            Ok(Arrival::Entered(_)) => entered += 1,
            Ok(Arrival::Refused(report)) => panic!("a sound bundle was refused: {:?}", report.first_failure()),
            Err(_) => failed += 1,
        }
    }
    assert!(entered > 10 && failed > 10, "{entered} entered, {failed} not");
    assert_eq!(session.store.received().unwrap().len(), entered);
    // Another store's bundle under an id received already.
    desk.info.store = Id("s9999999999999999".into());
    desk.payload[0].1 = case_file().to_string().into_bytes();
    desk.info.bundle = Id(session.store.received().unwrap()[0].bundle.clone());
    let path = folder.path().join("twin.itb.age");
    std::fs::write(&path, desk.sealed().0).unwrap();
    let (judge, cases) =
        (Judge::of_store(&session, desk.identity.clone()).unwrap(), session.store.cases().unwrap().len());
    let err = receive(&session, &path, &judge, None, &Ticket::new()).unwrap_err();
    assert!(err.to_string().contains("another bundle"), "{err}");
    assert_eq!(session.store.cases().unwrap().len(), cases);
    let path = session.store.path().to_owned();
    drop(session);
    let session = Session::open(&path, Mode::Read, "点検", None).unwrap();
    for check in session.store.check().unwrap() {
        assert_eq!(check.ok, Some(true), "{check:?}");
    }
}
