//! The desk behind the window: questions and commands on threads of their own, over real stores.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use itoguchi::jobs::LocalDesk;
use itoguchi::model::{EvidenceState, Stage, Unit};
use itoguchi::workbench::ask::*;
use itoguchi::workbench::{Mode, Session, settings};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A desk with everything it told so far.
struct Bench {
    desk: LocalDesk,
    told: Vec<Notice>,
    replies: Vec<(Question, Reply)>,
    dropped: Vec<Question>,
    dir: tempfile::TempDir,
}

impl Bench {
    /// With a new store of prefecture 11 open.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let session = Session::create(&dir.path().join("a.itoguchi"), "11", "試験警部補", None).unwrap();
        Self::over(dir, Some(session))
    }

    fn over(dir: tempfile::TempDir, session: Option<Session>) -> Self {
        // One folder for all tests of this program; what they remember there does not meet.
        settings::keep_in(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("desk-settings"));
        let desk = LocalDesk::new(session, "試験警部補").unwrap();
        Self { desk, told: Vec::new(), replies: Vec::new(), dropped: Vec::new(), dir }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn listen(&mut self) {
        for answer in self.desk.poll() {
            match answer {
                Answer::Reply(question, reply) => self.replies.push((question, reply)),
                Answer::Dropped(question) => self.dropped.push(question),
                Answer::Told(notice) => self.told.push(notice),
                Answer::Changed(_) => {}
            }
        }
    }

    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        loop {
            self.listen();
            if done(self) {
                return;
            }
            assert!(began.elapsed() < Duration::from_mins(2), "waited for {what}; told {:?}", self.told);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Orders and waits until nothing is under way.
    fn order(&mut self, command: Command) {
        self.desk.command(command);
        self.until("the jobs to end", |bench| bench.desk.jobs().is_empty());
    }

    fn take_in(&mut self, paths: Vec<PathBuf>, read_as: ReadAs) {
        self.order(Command::AddEvidence { case: None, paths, read_as });
    }

    /// The last word on a question.
    fn ask(&mut self, question: &Question) -> Reply {
        self.replies.clear();
        self.desk.ask(question.clone());
        let last = |reply: &Reply| match reply {
            Reply::Search(search) => search.done,
            Reply::Ahead(ahead) => ahead.done,
            Reply::Cases(cases) => cases.iter().all(|case| case.ties.is_some()),
            _ => true,
        };
        let wanted = question.clone();
        self.until("an answer", move |bench| bench.replies.iter().any(|(of, reply)| *of == wanted && last(reply)));
        self.replies.pop().unwrap().1
    }

    fn search(&mut self, view: &RecordView) -> Search {
        match self.ask(&Question::Search(view.clone())) {
            Reply::Search(search) => search.as_ref().clone(),
            other => panic!("{other:?}"),
        }
    }

    fn rows(&mut self, view: &RecordView) -> Vec<RecordRow> {
        let shown = self.search(view).shown;
        let count = u32::try_from(shown).unwrap();
        match self.ask(&Question::Rows { view: view.clone(), first: 0, count }) {
            Reply::Rows(page) => page.rows.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn evidence(&mut self) -> Vec<EvidenceRow> {
        match self.ask(&Question::Evidence(None)) {
            Reply::Evidence(rows) => rows.as_ref().clone(),
            other => panic!("{other:?}"),
        }
    }

    fn failures(&self) -> Vec<&Notice> {
        self.told.iter().filter(|notice| matches!(notice, Notice::Failed(_))).collect()
    }
}

fn line(at: usize) -> String {
    let (minute, second) = (at / 60 % 60, at % 60);
    let status = if at.is_multiple_of(10) { 404 } else { 200 };
    format!(
        "192.0.2.{} - - [01/Apr/2026:08:{minute:02}:{second:02} +0900] \"GET /p{} HTTP/1.1\" {status} {} \"-\" \"x\"\n",
        at % 7,
        at % 300,
        at * 31 % 1_000
    )
}

fn log(rows: usize) -> String {
    (0..rows).map(line).collect()
}

fn view(query: &str) -> RecordView {
    RecordView { query: query.to_owned(), ..RecordView::default() }
}

fn case(title: &str) -> Command {
    Command::PutCase(Box::new(CaseForm { title: title.to_owned(), stage: Stage::Incident, ..CaseForm::default() }))
}

#[test]
fn facets_and_bars_count_every_row() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(3_600));
    bench.take_in(vec![path], ReadAs::default());
    let Reply::Facet(facet) = bench.ask(&Question::Facet { view: view(""), field: "status".into(), limit: 5 }) else {
        panic!("no facet")
    };
    assert_eq!(facet.values, [("200".to_owned(), 3_240), ("404".to_owned(), 360)]);
    assert_eq!((facet.others, facet.absent, facet.distinct, facet.exact), (0, 0, 2, true));
    for query in ["", "status:404"] {
        let total = if query.is_empty() { 3_600 } else { 360 };
        let Reply::Histogram(bars) = bench.ask(&Question::Histogram { view: view(query), bars: 60 }) else {
            panic!("no bars")
        };
        assert_eq!(bars.counts.iter().sum::<u64>(), total, "{query}");
        assert_eq!(bars.step, 60_000_000_000);
        assert!(bars.counts.iter().all(|count| *count == total / 60), "{query} {:?}", bars.counts);
    }
}

#[test]
fn rows_stand_by_time_and_by_value_in_both_directions() {
    let mut bench = Bench::new();
    let mut text = String::new();
    for at in [30, 5, 99, 42, 7] {
        text.push_str(&line(at));
    }
    text.push_str("not a line of this log\n");
    let path = bench.file("access.log", &text);
    let other = bench.file("auth.log", "2026-04-01T08:00:06+09:00 host sshd[1]: Failed password for root\n");
    bench.take_in(vec![path], ReadAs::default());
    bench.take_in(vec![other], ReadAs::default());
    let mut times = |down| -> Vec<Option<i64>> {
        let view = RecordView { order: Order::Time { down }, ..RecordView::default() };
        let second = |at: itoguchi::model::Instant| at.0 / 1_000_000_000 % 3_600;
        bench.rows(&view).iter().map(|row| row.when.instant().map(second)).collect()
    };
    let up: Vec<Option<i64>> = [5, 6, 7, 30, 42, 99].into_iter().map(Some).chain([None]).collect();
    assert_eq!(times(false), up);
    let down: Vec<Option<i64>> = [99, 42, 30, 7, 6, 5].into_iter().map(Some).chain([None]).collect();
    assert_eq!(times(true), down, "what has no time stands last either way");
    let first = bench.evidence()[0].evidence.key;
    let order = Order::Field { name: "bytes".into(), down: true };
    let by_size = RecordView { evidence: Some(first), order, ..RecordView::default() };
    let mut sizes = [99, 30, 42, 7, 5].map(|at| at * 31 % 1_000);
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let texts: Vec<String> = bench.rows(&by_size).into_iter().map(|row| row.text).collect();
    assert_eq!(texts.len(), 6);
    for (text, size) in texts.iter().zip(sizes) {
        assert!(text.contains(&format!(" {size} \"-\"")), "{text} {size}");
    }
    assert_eq!(texts[5], "not a line of this log", "without the field: last");
}

#[test]
fn conditions_are_one_question_and_a_wrong_one_is_told_in_its_place() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(600));
    bench.take_in(vec![path], ReadAs::default());
    let both = RecordView { also: vec!["192.0.2.0".into(), "NOT \"/p0 \"".into()], ..view("status:404") };
    let naive = (0..600)
        .map(line)
        .filter(|line| line.contains(" 404 ") && line.contains("192.0.2.0 ") && !line.contains("/p0 "));
    assert_eq!(bench.search(&both).shown, naive.count() as u64);
    let wrong = RecordView { also: vec!["192.0.2.0".into(), "nosuch:1".into()], ..view("status:404") };
    let fault = bench.search(&wrong).fault.unwrap();
    assert_eq!((fault.part, fault.at, fault.len), (2, 0, 8));
}

#[test]
fn the_records_of_a_template_are_those_counted_under_it() {
    let mut bench = Bench::new();
    let odd = "192.0.2.9 - - [01/Apr/2026:09:00:00 +0900] \"PROPFIND /x HTTP/1.1\" 500 1 \"-\" \"x\"\n";
    let path = bench.file("access.log", &(log(600) + odd));
    bench.take_in(vec![path], ReadAs::default());
    let of = view("192.0.2.0 OR PROPFIND");
    let asked = Question::Templates { view: of.clone(), field: None, limit: 100 };
    let Reply::Templates(found) = bench.ask(&asked) else { panic!("no templates") };
    assert_eq!((found.list[0].count, found.list[0].first.1), (1, 600), "rare first");
    assert_eq!(found.list.iter().map(|one| one.count).sum::<u64>() + found.others, found.total);
    assert_eq!(found.total, bench.search(&of).shown);
    for one in &found.list {
        let template = TemplateOf { view: of.clone(), field: None, text: one.text.clone() };
        let inside = RecordView { template: Some(Box::new(template)), ..of.clone() };
        assert_eq!(bench.search(&inside).shown, one.count, "{}", one.text);
        assert_eq!(bench.rows(&inside)[0].row, one.first.1);
        // What is asked for besides narrows it, and does not make other templates.
        let further = RecordView { also: vec!["status:404".into()], ..inside };
        let expected = bench.rows(&further).len() as u64;
        assert_eq!(expected, if one.text.contains("404") { one.count } else { 0 }, "{}", one.text);
    }
    let gone = TemplateOf { view: of.clone(), field: None, text: "no such wording".into() };
    let none = bench.search(&RecordView { template: Some(Box::new(gone)), ..of.clone() });
    assert_eq!((none.shown, none.notes.len()), (0, 1));
    let out = bench.dir.path().join("templates.csv");
    bench.order(Command::SaveTemplates { view: of, field: None, out: out.clone() });
    let text = std::fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().count(), found.list.len() + 1);
    assert!(text.lines().nth(1).unwrap().starts_with("1,") && text.contains("PROPFIND"), "{text}");
}

#[test]
fn bars_by_the_values_of_a_field_are_the_bars_of_each() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(3_600));
    bench.take_in(vec![path], ReadAs::default());
    let values = ["404".to_owned(), "200".to_owned(), "500".to_owned()];
    let asked = Question::Stack { view: view(""), bars: 60, field: "status".into(), values: values.to_vec() };
    let Reply::Stack(layers) = bench.ask(&asked) else { panic!("no layers") };
    let Reply::Histogram(all) = bench.ask(&Question::Histogram { view: view(""), bars: 60 }) else { panic!("no bars") };
    for (layer, expected) in layers.iter().zip([360, 3_240, 0]) {
        assert_eq!((layer.len(), layer.iter().sum::<u64>()), (all.counts.len(), expected));
    }
    let sums = (0..all.counts.len()).map(|bar| layers.iter().map(|layer| layer[bar]).sum::<u64>());
    assert_eq!(sums.collect::<Vec<_>>(), all.counts);
}

#[test]
fn the_beginning_of_a_file_is_shown_before_there_is_a_store() {
    let mut bench = Bench::over(tempfile::tempdir().unwrap(), None);
    let nothing = bench.dir.path().join("a-picture.png");
    std::fs::write(&nothing, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0").unwrap();
    let path = bench.file("big.log", &log(30_000));
    let ask = |paths: Vec<PathBuf>| Question::Ahead { paths, read_as: ReadAs::default() };
    let Reply::Ahead(ahead) = bench.ask(&ask(vec![nothing.clone(), path.clone()])) else { panic!("no look ahead") };
    assert_eq!((ahead.rows.len(), ahead.whole, ahead.done, ahead.name.as_str()), (10_000, false, true, "big.log"));
    bench.take_in(vec![path.clone()], ReadAs::default());
    let told = bench.told.iter().find_map(|notice| match notice {
        Notice::Taken { paths, evidence, .. } => Some((paths.clone(), evidence.clone())),
        _ => None,
    });
    let (paths, evidence) = told.unwrap();
    assert_eq!((paths, evidence.len()), (vec![path], 1));
    let stored = RecordView { evidence: Some(evidence[0]), ..view("") };
    let columns = bench.search(&stored).columns;
    assert_eq!(columns, ahead.columns);
    let Reply::Rows(page) = bench.ask(&Question::Rows { view: stored, first: 9_990, count: 10 }) else {
        panic!("rows")
    };
    for (seen, row) in ahead.rows[9_990..].iter().zip(&page.rows) {
        assert_eq!((seen.row, seen.offset, seen.len, seen.when), (row.row, row.offset, row.len, row.when));
        assert_eq!((&seen.cells, &seen.text), (&row.cells, &row.text));
    }
    let Reply::Ahead(none) = bench.ask(&ask(vec![nothing])) else { panic!("no look ahead") };
    assert!(none.rows.is_empty() && none.done && none.name == "a-picture.png");
}

#[test]
fn a_question_nobody_looks_at_is_dropped() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(60_000));
    bench.take_in(vec![path], ReadAs::default());
    // More long questions than threads for them: the last ones wait.
    let questions: Vec<Question> = (0..6).map(|at| Question::Search(view(&format!("/p[0-9]+ H.*{at}.*x/")))).collect();
    questions.iter().for_each(|question| bench.desk.ask(question.clone()));
    let (last, others) = questions.split_last().unwrap();
    others.iter().for_each(|question| bench.desk.unask(question));
    let wanted = last.clone();
    bench.until("the one still wanted", |bench| {
        bench.replies.iter().any(|(of, reply)| *of == wanted && matches!(reply, Reply::Search(found) if found.done))
    });
    assert!(bench.dropped.len() >= 3, "{} dropped", bench.dropped.len());
    assert!(!bench.dropped.contains(last));
}

#[test]
fn edits_go_on_while_evidence_comes_in_and_an_import_can_be_stopped() {
    let mut bench = Bench::new();
    let path = bench.file("big.log", &log(3_600).repeat(160));
    bench.desk.command(Command::AddEvidence { case: None, paths: vec![path], read_as: ReadAs::default() });
    bench.until("the import to begin", |bench| bench.desk.jobs().iter().any(|job| job.done > 0));
    bench.desk.command(case("途中の事案"));
    bench.until("the edit", |bench| {
        bench.told.iter().any(|notice| matches!(notice, Notice::Done(said) if said.ja.contains("事案を記録")))
    });
    let jobs = bench.desk.jobs();
    // The edit may still be among the jobs: it is told first and leaves them then.
    let import = jobs.iter().find(|job| job.measure == Measure::Bytes);
    let import = import.unwrap_or_else(|| panic!("the import is still under way: {jobs:?}"));
    assert!(import.cancellable && import.total > 0);
    bench.desk.command(Command::Cancel(import.id));
    bench.until("the end", |bench| bench.desk.jobs().is_empty());
    assert!(bench.failures().is_empty(), "{:?}", bench.told);
    assert_eq!(bench.evidence()[0].evidence.state, EvidenceState::Partial);
}

#[test]
fn closing_does_what_was_ordered_and_leaves_one_file() {
    let mut bench = Bench::new();
    for number in 0..40 {
        bench.desk.command(case(&format!("事案{number}")));
    }
    bench.listen();
    let path = bench.dir.path().join("a.itoguchi");
    let Bench { desk, dir, .. } = bench;
    drop(desk);
    let session = Session::open(&path, Mode::Read, "試験警部補", None).unwrap();
    assert_eq!(session.store.cases().unwrap().len(), 40);
    drop(session);
    let names: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.itoguchi"]);
}

#[test]
fn a_store_for_work_at_hand_is_claimed_once() {
    let mut bench = Bench::over(tempfile::tempdir().unwrap(), None);
    let path = bench.file("memo.txt", "203.0.113.7 から着信\n");
    bench.take_in(vec![path], ReadAs::default());
    bench.order(case("受け付けた相談"));
    let facts = |reply: Reply| match reply {
        Reply::Store(Some(facts)) => facts.as_ref().clone(),
        other => panic!("{other:?}"),
    };
    assert!(facts(bench.ask(&Question::Store)).unit_open);
    bench.order(Command::SetUnit(Unit::from_path("11/urawa").unwrap()));
    let stated = facts(bench.ask(&Question::Store));
    assert_eq!(
        (stated.unit.path(), stated.unit_open, stated.unit_name.ja.as_str()),
        ("11/urawa", false, "埼玉県警察 urawa")
    );
    let Reply::Cases(cases) = bench.ask(&Question::Cases) else { panic!("no cases") };
    assert_eq!(cases[0].case.unit.path(), "11/urawa", "its cases too");
    assert!(bench.failures().is_empty());
    bench.order(Command::SetUnit(Unit::from_path("27").unwrap()));
    assert_eq!(bench.failures().len(), 1, "once");
    assert_eq!(facts(bench.ask(&Question::Store)).unit.path(), "11/urawa");
    let Reply::Audit(page) = bench.ask(&Question::Audit { first: 0, count: 50 }) else { panic!("no trail") };
    assert!(page.rows.iter().any(|row| row.entry.action == "store.unit"));
    let place = PathBuf::from(stated.path);
    drop(bench.desk);
    let again = Session::open(&place, Mode::Read, "試験警部補", None).unwrap();
    assert_eq!(again.store.unit().path(), "11/urawa");
    drop(again);
    std::fs::remove_file(place).unwrap();
}

#[test]
fn what_has_no_zone_is_told_and_can_be_read_again() {
    let mut bench = Bench::new();
    let path = bench.file(
        "ledger.csv",
        "取引日時,口座,金額\n2026/04/01 09:00:00,9999-001,1000\n2026/04/01 10:00:00,9999-002,2000\n",
    );
    bench.take_in(vec![path], ReadAs::default());
    let key = bench
        .told
        .iter()
        .find_map(|notice| match notice {
            Notice::Undated { evidence, said } if said.ja.contains("時間帯") => Some(*evidence),
            _ => None,
        })
        .unwrap();
    let read_as = ReadAs { zone: Some("Asia/Tokyo".into()), ..ReadAs::default() };
    let tagged = RowPick::Places(view(""), vec![1]);
    bench.order(Command::Tag { rows: tagged, name: "要確認".into(), on: true });
    bench.order(Command::ReadAgain { evidence: key, read_as });
    assert!(bench.failures().is_empty(), "{:?}", bench.told);
    let rows = bench.evidence();
    assert_eq!(rows.len(), 1, "the same evidence, read in another way");
    assert_eq!(rows[0].evidence.state, EvidenceState::Complete);
    assert_eq!(rows[0].evidence.reading.as_ref().unwrap().undated, 0);
    assert_eq!(bench.search(&view("")).total, 2);
    assert_eq!(bench.search(&view("tag:要確認")).shown, 1, "what was said of its bytes stays");
}

#[test]
fn rows_far_from_the_screen_are_tagged_copied_and_saved_whole() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(2_000));
    bench.take_in(vec![path], ReadAs::default());
    let by_time = RecordView { order: Order::Time { down: true }, ..view("status:404") };
    // Places 100 to 199 of 200 hits, latest first: most of them on no screen.
    let rows = RowPick::Places(by_time.clone(), (100..200).collect());
    bench.order(Command::Tag { rows: rows.clone(), name: "要確認".into(), on: true });
    assert_eq!(bench.search(&view("tag:要確認")).shown, 100);
    bench
        .order(Command::Tag { rows: RowPick::Places(by_time.clone(), vec![150]), name: "要確認".into(), on: false });
    assert_eq!(bench.search(&view("tag:要確認")).shown, 99);
    bench.order(Command::Undo);
    assert_eq!(bench.search(&view("tag:要確認")).shown, 100);
    bench.order(Command::CopyRecords { rows, lang: itoguchi::model::Lang::Ja });
    let copied = bench.told.iter().find_map(|notice| match notice {
        Notice::Copied { text, .. } => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert_eq!(copied.lines().count(), 100);
    assert!(
        copied.lines().all(|line| line.contains("SHA-256:") && line.contains("\tbytes ") && line.contains(" 404 "))
    );
    for name in ["out.csv", "out.jsonl"] {
        let out = bench.dir.path().join(name);
        bench.order(Command::SaveRecords { view: by_time.clone(), out: out.clone() });
        let text = std::fs::read_to_string(&out).unwrap();
        let head = usize::from(name.ends_with("csv"));
        assert_eq!(text.lines().count(), 200 + head, "{name}");
        let first = text.lines().nth(head).unwrap();
        assert!(first.contains("2026-04-01T08:33:10"), "in the order shown: {first}");
    }
    assert!(bench.failures().is_empty(), "{:?}", bench.told);
}

#[test]
fn indicators_are_listed_by_every_order_and_counted_over_time() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(700));
    bench.take_in(vec![path], ReadAs::default());
    let list = |sort, down| IndicatorList { sort, down, benign: true, ..IndicatorList::default() };
    let mut values = |list: &IndicatorList| -> Vec<(String, u64)> {
        let Reply::Indicators(page) = bench.ask(&Question::Indicators { list: list.clone(), first: 0, count: 50 })
        else {
            panic!("no list")
        };
        assert_eq!(page.shown, page.rows.len() as u64);
        page.rows.iter().map(|row| (row.value.clone(), row.count)).collect()
    };
    let up = values(&list(IndicatorSort::Value, false));
    let mut down = values(&list(IndicatorSort::Value, true));
    down.reverse();
    assert_eq!(up, down);
    assert_eq!(up.iter().filter(|(value, count)| value.starts_with("192.0.2.") && *count == 100).count(), 7);
    let by_count = values(&list(IndicatorSort::Count, true));
    assert!(by_count.windows(2).all(|pair| pair[0].1 >= pair[1].1));
    let all = list(IndicatorSort::Value, false);
    let Reply::Courses(courses) = bench.ask(&Question::Courses { list: all, first: 0, count: 50 }) else {
        panic!("no courses")
    };
    let sums: BTreeMap<String, u64> = up.iter().map(|(value, count)| (value.clone(), *count)).collect();
    for ((value, _), bars) in up.iter().zip(courses.iter()).filter(|((value, _), _)| value.starts_with("192.0.2.")) {
        assert_eq!(bars.iter().map(|bar| u64::from(*bar)).sum::<u64>(), sums[value], "{value}");
    }
}

#[test]
fn a_folder_is_shown_without_a_store() {
    let mut bench = Bench::over(tempfile::tempdir().unwrap(), None);
    bench.file("b.log", "x");
    bench.file("A.log", "yy");
    std::fs::create_dir(bench.dir.path().join("z")).unwrap();
    let Reply::Folder(folder) = bench.ask(&Question::Folder(bench.dir.path().to_owned())) else { panic!("no folder") };
    let names: Vec<(&str, bool, u64)> = folder
        .entries
        .iter()
        .map(|one| (one.name.as_str(), one.folder, if one.folder { 0 } else { one.bytes }))
        .collect();
    assert_eq!(names, [("z", true, 0), ("A.log", false, 2), ("b.log", false, 1)]);
    let gone = bench.ask(&Question::Folder(Path::new("/nonexistent/folder").to_owned()));
    assert!(matches!(gone, Reply::Failed(_)));
}

#[test]
fn rows_found_so_far_are_true_rows() {
    let mut bench = Bench::new();
    let path = bench.file("access.log", &log(40_000));
    bench.take_in(vec![path], ReadAs::default());
    let wanted = view("/p2[0-9]* HTTP/");
    bench.desk.ask(Question::Search(wanted.clone()));
    let mut partial = Vec::new();
    let began = Instant::now();
    loop {
        bench.listen();
        let done = bench.replies.iter().any(|(_, reply)| matches!(reply, Reply::Search(found) if found.done));
        for (_, reply) in bench.replies.drain(..) {
            if let Reply::Search(found) = reply {
                partial.push(found.shown);
            }
        }
        if done || began.elapsed() > Duration::from_mins(1) {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let naive = (0..40_000).map(line).filter(|line| line.contains("/p2")).count() as u64;
    assert!(partial.iter().all(|shown| *shown <= naive) && partial.is_sorted(), "{partial:?}");
    let rows = bench.rows(&wanted);
    assert_eq!(rows.len() as u64, naive);
    assert!(rows.iter().all(|row| row.text.contains("/p2")));
}

#[test]
fn records_with_fields_of_their_own_have_columns_from_what_most_of_them_hold() {
    let mut bench = Bench::new();
    let line = |at: usize| {
        let rare = if at == 7 { ",\"note\":\"once\"" } else { "" };
        let second = at % 60;
        format!(
            "{{\"timestamp\":\"2026-04-01T08:15:{second:02}+0900\",\"event_type\":\"dns\",\"src_ip\":\"192.0.2.{}\",\
             \"dns\":{{\"rrname\":\"h{at}.example.jp\"}}{rare}}}\n",
            at % 200
        )
    };
    let path = bench.file("eve.jsonl", &(0..900).map(line).collect::<String>());
    let question = Question::Ahead { paths: vec![path.clone()], read_as: ReadAs::default() };
    let Reply::Ahead(ahead) = bench.ask(&question) else { panic!("no look ahead") };
    bench.take_in(vec![path], ReadAs::default());
    let search = bench.search(&view(""));
    let names: Vec<&str> = search.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["event_type", "src_ip", "dns.rrname"]);
    assert_eq!(ahead.columns, search.columns);
    let rows = bench.rows(&view("h899.example.jp"));
    assert_eq!(rows[0].cells, ["dns", "192.0.2.99", "h899.example.jp"]);
    assert_eq!(ahead.rows[899].cells, rows[0].cells);
    // What is written to a file is the whole text still.
    let out = bench.dir.path().join("out.csv");
    bench.order(Command::SaveRecords { view: view("note:once"), out: out.clone() });
    assert!(std::fs::read_to_string(&out).unwrap().contains("\"\"note\"\":\"\"once\"\""));
}

#[test]
fn a_role_is_stated_of_places_in_a_list_unless_the_list_has_become_another() {
    let mut bench = Bench::new();
    bench.order(case("役割"));
    let Reply::Cases(cases) = bench.ask(&Question::Cases) else { panic!("no cases") };
    let key = cases[0].key;
    let path = bench.file("access.log", &log(700));
    bench.order(Command::AddEvidence { case: Some(key), paths: vec![path], read_as: ReadAs::default() });
    let open = IndicatorList { case: Some(key), role: RoleFilter::Open, benign: true, ..IndicatorList::default() };
    let page = |bench: &mut Bench| {
        let Reply::Indicators(page) = bench.ask(&Question::Indicators { list: open.clone(), first: 0, count: 50 })
        else {
            panic!("no list")
        };
        page
    };
    let before = page(&mut bench);
    let role = Some(itoguchi::model::Role::Suspect);
    let set = |places: Vec<u64>, mark| Command::SetRoles { case: key, list: open.clone(), places, mark, role };
    bench.order(set(vec![0, 2, 3], before.mark));
    let after = page(&mut bench);
    assert_eq!(after.shown, before.shown - 3);
    assert_eq!(after.rows[0].value, before.rows[1].value, "those named by their places, no others");
    assert_ne!(after.mark, before.mark);
    // The same places mean other values now.
    bench.order(set(vec![0], before.mark));
    assert_eq!(bench.failures().len(), 1);
    assert_eq!(page(&mut bench).shown, after.shown);
    bench.order(Command::Undo);
    assert_eq!(page(&mut bench).mark, before.mark, "one step back");
}

#[test]
fn a_long_list_is_looked_for_as_each_of_its_values_is() {
    let mut bench = Bench::new();
    bench.order(case("照合"));
    let path = bench.file("access.log", &log(400));
    bench.take_in(vec![path], ReadAs::default());
    let path = bench.file("list.csv", "type,value\nipv4,192.0.2.5\ndomain,listed.example.jp\n");
    let Reply::Cases(cases) = bench.ask(&Question::Cases) else { panic!("no cases") };
    bench.order(Command::ImportList { case: Some(cases[0].key), path });
    let sweep = |bench: &mut Bench, text: &str| match bench.ask(&Question::Sweep(Pasted::new(text))) {
        Reply::Sweep(sweep) => sweep.rows.clone(),
        other => panic!("{other:?}"),
    };
    let values: Vec<String> = (0..200)
        .map(|at| format!("192.0.2.{at}"))
        .chain(["listed.example.jp".into(), "no.example.jp".into()])
        .collect();
    let together = sweep(&mut bench, &values.join("\n"));
    assert_eq!(together.len(), values.len());
    assert!(together.iter().any(|row| row.sources.len() > 1) && together.iter().any(|row| row.count == 0));
    for few in values.chunks(40) {
        for row in sweep(&mut bench, &few.join("\n")) {
            assert!(together.contains(&row), "{row:?}");
        }
    }
}

#[test]
fn what_a_new_reading_does_not_hold_is_listed_whole() {
    let mut bench = Bench::new();
    // A line break in quotation marks: two lines are one record of a table, and two of plain text.
    let rows: String = (0..40).map(|at| format!("2026/04/01 09:00:{at:02},\"a\nb{at}\",1\n")).collect();
    let path = bench.file("ledger.csv", &format!("取引日時,摘要,金額\n{rows}"));
    bench.take_in(vec![path], ReadAs { zone: Some("Asia/Tokyo".into()), ..ReadAs::default() });
    let key = bench.evidence()[0].evidence.key;
    bench.order(Command::Tag { rows: RowPick::All(view("")), name: "要確認".into(), on: true });
    bench.order(Command::ReadAgain {
        evidence: key,
        read_as: ReadAs { format: Some("text".into()), ..ReadAs::default() },
    });
    let lines = bench.told.iter().find_map(|notice| match notice {
        Notice::Checked { title, lines } if title.ja.contains("40か所") => Some(lines.clone()),
        _ => None,
    });
    let lines = lines.unwrap_or_else(|| panic!("{:?}", bench.told));
    assert_eq!(lines.len(), 40);
    assert!(lines[0].label.ja.starts_with("付箋") && lines[0].label.en.starts_with("tag"), "{:?}", lines[0]);
}
