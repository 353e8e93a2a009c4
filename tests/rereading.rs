//! Reading again: the same bytes another way, in place of the reading before, with everything said following its bytes.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use itoguchi::ingest::containers::Passwords;
use itoguchi::model::statement::{Finding, Note, RoleStatement, Statement, Tag};
use itoguchi::model::{Citation, Corpus as _, Edit, Evidence, EvidenceKey, Id, Kind, NamedSet, Role, Ticket};
use itoguchi::store::{NewEvidence, Remapped, Why};
use itoguchi::workbench::import::{AddOptions, Outcome};
use itoguchi::workbench::reading::{Again, Choice, again};
use itoguchi::workbench::{Mode, Session, find, import};
use std::io::Write as _;

struct Desk {
    session: Session,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let session = Session::create(&folder.path().join("a.itoguchi"), "11", "訓練太郎", None).unwrap();
        Self { session, folder }
    }

    fn add(&self, name: &str, bytes: &[u8], options: &AddOptions) -> Evidence {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let case = self.session.new_case(name, None).unwrap().key;
        let mut out = Vec::new();
        import::add(&self.session, case, &[path], options, &Ticket::new(), &mut |outcome| out.push(outcome)).unwrap();
        match out.swap_remove(0) {
            Outcome::Added { evidence, .. } => *evidence,
            Outcome::Failed { error, .. } => unreachable!("{error}"),
        }
    }

    fn again(&self, key: EvidenceKey, how: &Again) -> (Evidence, Remapped) {
        let mut out = Vec::new();
        let remapped = again(&self.session, key, how, &Ticket::new(), &mut |outcome| out.push(outcome)).unwrap();
        for outcome in out {
            assert!(matches!(outcome, Outcome::Added { .. }), "{outcome:?}");
        }
        let wanting = self.session.store.check().unwrap().into_iter().find(|check| check.ok == Some(false));
        assert_eq!(wanting, None);
        (self.session.store.evidence_one(key).unwrap(), remapped)
    }

    fn say(&self, statement: Statement) {
        self.session.store.apply(&Edit::Put(statement), &self.session.author()).unwrap();
    }

    fn tag(&self, id: &str, evidence: EvidenceKey, ranges: &[(u64, u32)]) {
        let (id, name) = (Id(id.into()), format!("付箋{id}"));
        self.say(Statement::Tag(Tag { id, name, evidence, ranges: ranges.to_vec() }));
    }

    fn tagged(&self, id: &str) -> Vec<u32> {
        let set = self.session.store.named(&NamedSet::Tag(format!("付箋{id}"))).unwrap();
        set.iter().flat_map(|(_, rows)| rows.iter()).collect()
    }

    fn count(&self, query: &str) -> u64 {
        find::search(&self.session, query, None, None, &Ticket::new()).unwrap().rows.len()
    }
}

fn set(value: &str) -> Choice<String> {
    Choice::Set(value.to_owned())
}

#[test]
fn a_zone_stated_later_dates_the_records_and_nothing_else_changes() {
    let desk = Desk::new();
    let lines: String =
        (0..4000).map(|at| format!("2026-04-01 08:{:02}:{:02} 203.0.113.7 開始\n", at / 60 % 60, at % 60)).collect();
    let old = desk.add("app.log", lines.as_bytes(), &AddOptions::default());
    let row = lines.lines().next().unwrap().len() as u64;
    let len = u32::try_from(row).unwrap();
    desk.tag("1", old.key, &[(0, len), ((row + 1) * 3999, len)]);
    assert_eq!((desk.tagged("1"), desk.count("is:undated")), (vec![0, 3999], 4000));
    let size = || std::fs::metadata(desk.session.store.path()).unwrap().len();
    let before = size();
    let (new, remapped) = desk.again(old.key, &Again { zone: set("Asia/Tokyo"), ..Again::default() });
    assert_eq!((new.id, new.key, new.sha256, new.case), (old.id, old.key, old.sha256, old.case));
    assert_eq!(remapped, Remapped { places: 2, unmapped: 0, list: Vec::new() });
    assert_eq!(
        (desk.tagged("1"), desk.count("is:undated"), desk.count("time:2026-04-01T08:00")),
        (vec![0, 3999], 0, 120)
    );
    let (was, is) = (old.reading.unwrap(), new.reading.unwrap());
    assert_eq!((is.rows, is.lines, is.skipped, &is.form.guess), (was.rows, was.lines, was.skipped, &was.form.guess));
    // The content is not written a second time.
    assert!(size() < before + 200_000, "{before} {}", size());
    // What was stated stays stated, what is asked for anew is detected anew.
    let (kept, _) = desk.again(old.key, &Again::default());
    assert_eq!(kept.reading.unwrap().form.time.zone.as_deref(), Some("Asia/Tokyo"));
    let (open, _) = desk.again(old.key, &Again { zone: Choice::Auto, ..Again::default() });
    assert_eq!((open.reading.unwrap().undated, desk.session.store.evidence().unwrap().len()), (4000, 1));
}

#[test]
fn what_finds_other_records_or_none_is_told_and_stays_said() {
    let desk = Desk::new();
    let text = "日時,名義,金額\n2026-04-01 08:15,加藤,1000\n2026-04-02 09:00,\"佐藤\n次行\",2000\n2026-04-03 10:00,鈴木,3000\n";
    let plain = AddOptions { format: Some("text".into()), ..AddOptions::default() };
    let old = desk.add("a.csv", text.as_bytes(), &plain);
    let at = |part: &str| text.find(part).unwrap() as u64;
    let line = |part: &str| (at(part), u32::try_from(text[text.find(part).unwrap()..].find('\n').unwrap()).unwrap());
    desk.tag("head", old.key, &[line("日時")]);
    desk.tag("whole", old.key, &[line("2026-04-01"), line("2026-04-03")]);
    desk.tag("inside", old.key, &[line("次行")]);
    let cited = |part| {
        let (offset, len) = line(part);
        let sha256 = data_encoding::HEXLOWER.encode(&old.sha256.unwrap());
        vec![Citation { sha256, offset, len: u64::from(len) }]
    };
    let (case, text_of) = (old.case.unwrap(), |text: &str| text.to_owned());
    let note = Note { id: Id("n1".into()), case: Some(case), text: text_of("見出し"), cited: cited("日時") };
    desk.say(Statement::Note(note.clone()));
    let finding =
        Finding { id: Id("f1".into()), case, text: text_of("入金"), assessment: None, cited: cited("2026-04-03") };
    desk.say(Statement::Finding(finding));
    assert_eq!(desk.tagged("inside"), [3]);
    let (new, remapped) =
        desk.again(old.key, &Again { format: Choice::Auto, zone: set("Asia/Tokyo"), ..Again::default() });
    let reading = new.reading.unwrap();
    assert_eq!((reading.form.format.as_str(), reading.rows), ("delimited", 3));
    let told: Vec<_> = remapped.list.iter().map(|one| (one.key.id.as_str(), one.why)).collect();
    assert_eq!((remapped.places, remapped.unmapped), (6, 3));
    assert_eq!(told, [("n1", Why::NoRecord), ("head", Why::NoRecord), ("inside", Why::OtherRecord)]);
    // Rows follow the bytes: the second half of a quoted record is that record.
    assert_eq!((desk.tagged("whole"), desk.tagged("inside"), desk.tagged("head")), (vec![0, 2], vec![1], vec![]));
    assert_eq!(desk.session.store.statements("note", None).unwrap()[0].0, Statement::Note(note));
    let (_, back) = desk.again(old.key, &Again { format: set("text"), ..Again::default() });
    assert_eq!((back.unmapped, desk.tagged("head"), desk.tagged("inside")), (0, vec![0], vec![3]));
}

#[test]
fn a_role_whose_value_is_gone_is_told() {
    let desk = Desk::new();
    let text = "連絡先　０９０−００００−０１２３　加藤\n";
    let (bytes, _, _) = encoding_rs::SHIFT_JIS.encode(text);
    let old = desk.add("memo.txt", &bytes, &AddOptions::default());
    let value = "+819000000123".to_owned();
    let phone = Kind::from_tag("phone").unwrap();
    assert!(!desk.session.store.rows_of(phone, &value).unwrap().is_empty());
    let role = RoleStatement {
        id: Id("r1".into()),
        case: old.case.unwrap(),
        kind: phone,
        value,
        role: Role::Suspect,
        cited: Vec::new(),
    };
    desk.say(Statement::Role(role));
    let (_, remapped) = desk.again(old.key, &Again { encoding: set("euc-jp"), ..Again::default() });
    assert_eq!(
        remapped.list.iter().map(|one| (one.key.id.as_str(), one.why)).collect::<Vec<_>>(),
        [("r1", Why::NoValue)]
    );
    let (_, remapped) = desk.again(old.key, &Again { encoding: Choice::Auto, ..Again::default() });
    assert_eq!(remapped.list, []);
    assert_eq!(desk.count("kind:phone"), 1);
}

#[test]
fn a_password_found_later_opens_what_stayed_closed() {
    let desk = Desk::new();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let open = zip::write::SimpleFileOptions::default();
    writer.start_file("open.log", open).unwrap();
    writer.write_all(b"203.0.113.7 open\n").unwrap();
    writer.start_file("closed.log", open.with_aes_encryption(zip::AesMode::Aes256, "秘密の鍵")).unwrap();
    writer.write_all(b"203.0.113.8 closed\n").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    let path = desk.folder.path().join("a.zip");
    std::fs::write(&path, &bytes).unwrap();
    let mut failed = 0;
    import::add(&desk.session, None, &[path], &AddOptions::default(), &Ticket::new(), &mut |outcome| {
        failed += usize::from(matches!(outcome, Outcome::Failed { .. }));
    })
    .unwrap();
    let all = desk.session.store.evidence().unwrap();
    assert_eq!((all.len(), failed, all[0].damaged.is_some(), desk.count("closed")), (2, 1, true, 0));
    let how = Again { passwords: Passwords::of(["秘密の鍵"].into_iter()), ..Again::default() };
    let (zip, _) = desk.again(all[0].key, &how);
    let all = desk.session.store.evidence().unwrap();
    assert_eq!((zip.damaged, all.len(), desk.count("open"), desk.count("closed")), (None, 3, 1, 1));
    assert_eq!(all[2].parent, Some(zip.key));
    desk.again(zip.key, &how);
    assert_eq!(desk.session.store.evidence().unwrap().len(), 3, "nothing comes in twice");
}

#[test]
fn what_was_cut_off_leaves_the_reading_before() {
    let desk = Desk::new();
    let text = "2026-04-01T08:15:00Z 203.0.113.7 a\n".repeat(30_000);
    let old = desk.add("a.log", text.as_bytes(), &AddOptions::default());
    let new = NewEvidence { again: Some(old.key), bytes: old.bytes, ..NewEvidence::default() };
    let import = desk.session.store.begin_import(&new, &desk.session.author()).unwrap();
    drop(import);
    assert_eq!(desk.session.store.evidence().unwrap(), [desk.session.store.evidence_one(old.key).unwrap()]);
    assert_eq!((desk.count("203.0.113.7"), desk.count("kind:ipv4")), (30_000, 30_000));
    let stopped = Ticket::new();
    stopped.cancel();
    assert!(again(&desk.session, old.key, &Again::default(), &stopped, &mut |_| {}).is_err());
    assert_eq!(desk.count("203.0.113.7"), 30_000);
    let (new, _) = desk.again(old.key, &Again { format: set("text"), ..Again::default() });
    assert_eq!((new.reading.unwrap().form.format.as_str(), desk.count("203.0.113.7")), ("text", 30_000));
    // Reopened by another program, it is one plain file with one evidence.
    let path = desk.session.store.path().to_owned();
    drop(desk.session);
    let session = Session::open(&path, Mode::Read, "訓練太郎", None).unwrap();
    assert_eq!(session.store.evidence().unwrap().len(), 1);
}
