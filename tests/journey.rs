//! The window over real stores, driven by accessibility names as a person would: from nothing to a bundle that the national
//! unit has taken in, and back.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use egui::{Event, Key, Modifiers, PointerButton, Role, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use itoguchi::app::App;
use itoguchi::app::state::UiState;
use itoguchi::jobs::LocalDesk;
use itoguchi::model::Ticket;
use itoguchi::workbench::{Mode, Session, demo, settings};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

struct Window {
    harness: Harness<'static, Option<App>>,
}

impl Window {
    fn open(store: Option<&Path>, panel: &str) -> Self {
        keep_settings();
        let session = store.map(|path| Session::open(path, Mode::Write, "試験警部補", None).unwrap());
        let mut desk = Some(LocalDesk::new(session, "試験警部補").unwrap());
        let panel = panel.to_owned();
        let harness = Harness::builder().with_size(vec2(1400.0, 1000.0)).with_max_steps(30).build_ui_state(
            move |ui, app: &mut Option<App>| {
                let app = app.get_or_insert_with(|| {
                    // A test must not open a dialog of the desktop it runs on.
                    let state = UiState { choose_inside: true, ..UiState::default() };
                    let mut app = App::new(ui.ctx(), Box::new(desk.take().unwrap()), state);
                    assert!(app.open(&panel));
                    app
                });
                app.ui(ui);
            },
            None,
        );
        Self { harness }
    }

    fn step(&mut self) {
        self.harness.run_steps(3);
    }

    fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Waits until something of this name is there; work goes on behind the window.
    fn wait(&mut self, part: &str) {
        self.wait_until(part, |window| window.has(part));
    }

    fn wait_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !done(self) {
            assert!(began.elapsed() < Duration::from_mins(1), "no `{what}` among {:#?}", self.labels());
            std::thread::sleep(Duration::from_millis(10));
            self.harness.run_steps(1);
        }
    }

    fn labels(&self) -> Vec<String> {
        let nodes = self.harness.query_all(egui_kittest::kittest::By::new());
        let label = |node: Node<'_>| node.accesskit_node().label();
        nodes.filter_map(label).filter(|label| !label.trim().is_empty()).collect()
    }

    /// Clicks the last thing of exactly this name: a menu or dialog lies above what it covers.
    fn click(&mut self, label: &str) {
        self.wait_until(label, |window| window.harness.query_all_by_label(label).next().is_some());
        self.harness.query_all_by_label(label).last().unwrap().scroll_to_me();
        self.step();
        let node = self.harness.query_all_by_label(label).last().unwrap();
        assert!(!node.accesskit_node().is_disabled(), "`{label}` can't be pressed");
        node.click();
        self.step();
    }

    /// Goes to a panel by the rail, where a number may follow the name.
    fn go(&mut self, panel: &str) {
        let button = self.harness.query_all_by_role(Role::Tab).find(|node| {
            node.accesskit_node().label().is_some_and(|label| label == panel || label.starts_with(&format!("{panel} ")))
        });
        button.unwrap().click();
        self.step();
    }

    fn fill(&mut self, label: &str, text: &str) {
        self.wait(label);
        let field = self.harness.query_all_by_label(label).find(|node| node.accesskit_node().role() == Role::TextInput);
        let field = field.unwrap();
        field.focus();
        self.step();
        self.key(Modifiers::COMMAND, Key::A);
        let field = self.harness.query_all_by_label(label).find(|node| node.accesskit_node().role() == Role::TextInput);
        field.unwrap().type_text(text);
        self.step();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
    }

    fn drop_files(&mut self, paths: &[PathBuf]) {
        for path in paths {
            self.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
        }
        self.step();
    }

    /// Chooses a file that is at hand for a line.
    fn choose(&mut self, line: &str, name: &str) {
        self.wait(line);
        self.click(&format!("選ぶ {line}"));
        self.wait(name);
        self.harness.query_all_by_label_contains(name).last().unwrap().click();
        self.step();
    }

    /// Clicks a row at its left end, where no cell has anything of its own to press.
    fn row(&mut self, part: &str) {
        self.wait(part);
        let rows = self.harness.query_all_by_role(Role::Row);
        let row = rows.into_iter().find(|row| row.accesskit_node().label().is_some_and(|label| label.contains(part)));
        let at = row.unwrap().rect().left_center() + vec2(40.0, 0.0);
        self.harness.hover_at(at);
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos: at,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::NONE,
            });
        }
        self.step();
    }

    /// Chooses from the menu of a row.
    fn menu(&mut self, row: &str, item: &str) {
        let rows = self.harness.query_all_by_role(Role::Row);
        let found =
            rows.into_iter().find(|node| node.accesskit_node().label().is_some_and(|label| label.contains(row)));
        found.unwrap().click_secondary();
        self.step();
        self.click(item);
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads no file".to_owned())
    }
}

/// The training exercise: played once, and a copy of it for each test.
fn training() -> (tempfile::TempDir, demo::Training) {
    static PLAYED: OnceLock<demo::Training> = OnceLock::new();
    let played = PLAYED.get_or_init(|| {
        keep_settings();
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journey-training");
        drop(std::fs::remove_dir_all(&dir));
        demo::run(&dir, None, &Ticket::new(), &mut |_| {}).unwrap()
    });
    let dir = tempfile::tempdir().unwrap();
    copy(played.first.parent().unwrap(), dir.path());
    let place = |store: &Path| dir.path().join(store.file_name().unwrap());
    let copied = demo::Training {
        first: place(&played.first),
        second: place(&played.second),
        national: place(&played.national),
        ties: played.ties.clone(),
    };
    (dir, copied)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn keep_settings() {
    settings::keep_in(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("journey-settings"));
}

fn access_log(lines: u32) -> String {
    let line = |at: u32| {
        let (host, hour, minute, second) = (at % 250, 8 + at / 3600 % 12, at / 60 % 60, at % 60);
        let time = format!("01/Apr/2026:{hour:02}:{minute:02}:{second:02} +0900");
        format!("203.0.113.{host} - - [{time}] \"GET /admin/login?{at} HTTP/1.1\" 401 12 \"-\" \"x\"\n")
    };
    (0..lines).map(line).collect()
}

#[test]
fn a_store_is_made_and_evidence_taken_in_by_its_path_stopped_and_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.log");
    std::fs::write(&path, access_log(150_000)).unwrap();
    let mut window = Window::open(None, "cases");
    window.click("事案簿を作る…");
    window.fill("フォルダまたはファイルの場所", &dir.path().display().to_string());
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("large.log");
    window.fill("ファイル名", "desk.itoguchi");
    window.key(Modifiers::NONE, Key::Enter);
    window.click("所属 選んでください");
    window.click("埼玉県警察　11");
    window.click("作って開く");
    window.wait("まだ事案がありません");
    assert!(dir.path().join("desk.itoguchi").exists());
    // A path typed whole is meant itself. What comes in shows how far it is, and can be stopped.
    window.key(Modifiers::COMMAND, Key::O);
    window.fill("フォルダまたはファイルの場所", &path.display().to_string());
    window.step();
    window.key(Modifiers::NONE, Key::Enter);
    window.wait("中止 取込 large.log");
    window.click("中止 取込 large.log");
    window.wait("中止しました");
    window.go("証拠");
    window.wait("取込み途中");
    window.row("large.log");
    window.menu("large.log", "取込みを再開");
    window.wait("記録 150,000件");
    window.wait("取込み済");
    // The trail tells of all of it, and holds.
    window.go("監査証跡");
    for part in ["事案簿の作成", "取込み開始 large.log", "取込み再開 large.log", "取込み完了・ハッシュ記録 large.log"]
    {
        window.wait(part);
    }
    window.click("証跡を確認");
    window.wait("監査証跡の連鎖は保たれています");
    window.wait("証跡の連鎖 4件");
}

#[test]
fn a_dropped_file_shows_its_first_records_while_it_is_taken_in_and_then_the_stored_ones_at_the_same_place() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.log");
    std::fs::write(&path, access_log(400_000)).unwrap();
    let mut window = Window::open(None, "cases");
    window.wait("証拠を見る");
    window.drop_files(&[path]);
    window.wait("取込み中・先頭の1万行");
    window.wait("/admin/login?0 ");
    assert!(window.has("中止する 取込 large.log"), "the import goes on meanwhile");
    window.key(Modifiers::NONE, Key::PageDown);
    window.key(Modifiers::NONE, Key::PageDown);
    let first = |window: &Window| {
        let rows = window.harness.query_all_by_role(Role::Row);
        let top = rows.into_iter().min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
        top.and_then(|row| row.accesskit_node().label()).unwrap_or_default()
    };
    let looked_at = first(&window);
    assert!(window.has("取込み中") && !looked_at.starts_with("1 "), "{looked_at}");
    window.wait("400,000 / 400,000 件");
    assert!(!window.has("取込み中・先頭"));
    window.wait_until("the row looked at", |window| first(window) == looked_at);
}

#[test]
fn from_nothing_to_a_role_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("access.log");
    let line = |at: u32| {
        format!(
            "203.0.113.7 - - [01/Apr/2026:08:00:{:02} +0900] \"GET /admin/login HTTP/1.1\" 401 12 \"-\" \"x\"\n",
            at % 60
        )
    };
    std::fs::write(&path, (0..90).map(line).collect::<String>()).unwrap();
    let mut window = Window::open(None, "cases");
    window.wait("証拠を見る");
    window.drop_files(&[path]);
    window.wait("証拠1点、記録90件を取り込みました");
    // What was taken in stands there at once.
    window.wait("GET /admin/login HTTP/1.1 401");
    // Whose store it is can still be said.
    window.click("所属を記録…");
    window.click("所属 選んでください");
    window.click("埼玉県警察　11");
    window.fill("階級と氏名", "浦和警部補");
    window.click("所属を記録する");
    window.wait("浦和警部補");
    window.wait_until("埼玉県警察 as the unit", |window| !window.has("所属を記録…"));
    // A case, and the evidence filed in it.
    window.key(Modifiers::COMMAND, Key::N);
    window.fill("事案名", "証券口座不正取引事案");
    window.click("事案を作る");
    window.wait("事案を記録しました");
    window.go("証拠");
    window.row("access.log");
    window.menu("access.log", "事案に編てつ");
    window.wait("証券口座不正取引事案");
    let item = window.harness.query_all_by_label("証券口座不正取引事案").last().unwrap();
    item.click();
    window.step();
    window.wait("証拠を事案に入れました");
    // Work in it, search, tag a record.
    window.go("事案");
    window.row("証券口座不正取引事案");
    window.click("この事案で作業");
    window.go("ログ・明細");
    window.wait("90 / 90 件");
    window.fill("検索条件", "status:401 /login");
    window.key(Modifiers::NONE, Key::Enter);
    window.row("203.0.113.7");
    window.key(Modifiers::NONE, Key::Num1);
    window.wait("付箋「要確認」を1件に付けました");
    // State a role, take it back, do it again.
    window.go("識別情報");
    window.wait("役割 役割未確定");
    window.row("203.0.113.7");
    let combo = window.harness.query_all_by_label("役割 役割未確定").last().unwrap();
    combo.click();
    window.step();
    window.click("被疑者側");
    window.wait("役割を記録しました");
    window.wait("役割 被疑者側");
    window.key(Modifiers::COMMAND, Key::Z);
    window.wait("元に戻しました");
    window.wait("役割 役割未確定");
    window.key(Modifiers::COMMAND, Key::Y);
    window.wait("役割 被疑者側");
    // It is in the graph, with its role.
    window.go("相関図");
    window.wait("点 2 · 線 1");
}

#[test]
fn a_settled_value_moves_in_the_list_and_stays_the_one_selected() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.log");
    let (moved, other) = ("1".repeat(62) + "ab", "2".repeat(62) + "cd");
    let line = |at: u32, value: &str| format!("2026-04-01T08:00:{at:02}+09:00 host app: file sha256={value}\n");
    std::fs::write(&path, line(1, &moved) + &line(2, &other)).unwrap();
    let mut window = Window::open(None, "indicators");
    window.drop_files(&[path]);
    window.wait("記録2件を取り込みました");
    window.go("識別情報");
    window.row(&moved);
    let selected = |window: &Window| {
        let rows = window.harness.query_all_by_role(Role::Row);
        let rows = rows.filter(|row| row.accesskit_node().toggled() == Some(egui::accesskit::Toggled::True));
        rows.filter_map(|row| row.accesskit_node().label()).collect::<Vec<_>>()
    };
    assert!(selected(&window).iter().all(|row| row.contains(&moved)) && !selected(&window).is_empty());
    window.menu(&moved, "種別の確定");
    window.click("取引ID（暗号資産）");
    window.wait("「取引ID（暗号資産）」と確定しました");
    // Of equal counts the kinds stand in their order, so it is below the other now, and still the one selected.
    window.wait_until("the value under its new kind", |window| {
        let now = selected(window);
        now.len() == 1 && now[0].contains(&moved) && now[0].contains("取引ID")
    });
    window.key(Modifiers::COMMAND, Key::Z);
    window.wait("元に戻しました");
    window.wait_until("the value as it was", |window| {
        let now = selected(window);
        now.len() == 1 && now[0].contains(&moved) && now[0].contains("SHA-256")
    });
}

#[test]
fn a_bundle_goes_from_plan_to_seal_and_is_received() {
    let (dir, made) = training();
    let mut window = Window::open(Some(&made.first), "export");
    window.click("サイバー特別捜査部");
    window.click("サイバー特別捜査部への報告");
    window.choose("受け手の公開鍵", "national-identity.pub");
    window.click("次へ：範囲");
    window.click("次へ：点検");
    window.wait("添える記録");
    window.click("次へ：起案");
    window.choose("起案者の署名鍵", "訓練 11 prepare");
    window.choose("仮名化の鍵", "e202611");
    let draft = dir.path().join("second.itd");
    window.fill("置き場所", &draft.display().to_string());
    window.click("起案署名");
    window.wait("起案署名しました");
    window.wait("second.itd");
    // One that is discarded gives its number back: the receiver below finds no gap.
    window.click("起案を破棄…");
    window.click("破棄する");
    window.wait("起案を破棄しました");
    assert!(!draft.exists());
    window.click("4 起案");
    window.fill("置き場所", &draft.display().to_string());
    window.click("起案署名");
    window.wait_until("a new draft", |window| draft.exists() && window.has("second.itd"));
    // The same person may not approve.
    decide(&mut window);
    window.choose("決裁者の署名鍵", "訓練 11 prepare");
    window.click("決裁して封かん");
    window.wait("同じ鍵");
    window.click("読みました");
    window.choose("決裁者の署名鍵", "訓練 11 approve");
    let sealed = dir.path().join("second.itb.age");
    window.fill("封かんした束の置き場所", &sealed.display().to_string());
    window.click("決裁して封かん");
    window.wait("封かんした束を点検する");
    assert!(sealed.exists());
    for part in ["訓練 11 approve", "起案者の署名", "紙の簿冊に控える先頭値"] {
        assert!(window.has(part), "{part}");
    }
    drop(window);
    sound(&made.first);
    // The national side.
    let mut window = Window::open(Some(&made.national), "received");
    window.wait("集約");
    let tabs = window.harness.query_all_by_role(Role::Tab);
    let names: Vec<String> = tabs.filter_map(|tab| tab.accesskit_node().label()).collect();
    assert_eq!(names.iter().filter(|name| *name == "集約").count(), 2, "one name in rail and tab: {names:?}");
    assert!(!names.contains(&"受領".to_owned()));
    window.click("束を受領");
    window.fill("束（.itb.age）", &sealed.display().to_string());
    window.choose("開封の鍵", "national-identity");
    window.click("真正性だけを確認");
    window.wait("真正性を確認しました: second.itb.age");
    assert!(window.has("起案者と決裁者が別人"));
    window.click("読みました");
    window.choose("受領書の署名鍵（任意）", "00/special prepare");
    window.click("受領する");
    window.wait("受領しました");
    window.wait("見つかったつながり");
    let names = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let receipts =
        names.filter(|name| name.to_string_lossy().starts_with("second") && name.to_string_lossy().contains("receipt"));
    assert_eq!(receipts.count(), 1, "a receipt lies beside the bundle");
    drop(window);
    sound(&made.national);
}

/// Nothing that was done in the window left tables and trail apart.
fn sound(store: &Path) {
    let session = Session::open(store, Mode::Read, "試験警部補", None).unwrap();
    let failed: Vec<_> = session.store.check().unwrap().into_iter().filter(|check| check.ok == Some(false)).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

/// Accepts whatever the check before release left open.
fn decide(window: &mut Window) {
    window.wait("漏えい点検で残った事項");
    let boxes: Vec<egui::Rect> = window.harness.query_all_by_label("許容").map(|node| node.rect()).collect();
    for at in 0..boxes.len() {
        window.harness.query_all_by_label("許容").nth(at).unwrap().click();
        window.step();
    }
    if !boxes.is_empty() {
        window.fill("許容する理由", "訓練のため");
    }
}

#[test]
fn an_answer_is_drafted_approved_sealed_and_read_in_own_words() {
    let (dir, made) = training();
    let mut window = Window::open(Some(&made.national), "received");
    window.row("埼玉県警察");
    window.click("還元を改めて起案");
    window.choose("起案者の署名鍵", "00/special prepare");
    window.choose("受け手の公開鍵", "11-identity.pub");
    let draft = dir.path().join("again.itd");
    window.fill("置き場所", &draft.display().to_string());
    window.click("起案署名");
    window.wait("還元の案を起案署名しました");
    window.go("報告・提供");
    window.click("作成済みの起案・束を見る");
    window.wait("again.itd");
    let chip = window.harness.query_all_by_label_contains("again.itd").next().unwrap();
    chip.click();
    window.step();
    window.choose("決裁者の署名鍵", "00/special approve");
    let sealed = dir.path().join("again.itb.age");
    window.fill("封かんした束の置き場所", &sealed.display().to_string());
    window.click("決裁して封かん");
    window.wait("封かんした束を点検する");
    drop(window);
    sound(&made.national);
    let mut window = Window::open(Some(&made.first), "received");
    window.click("束を受領");
    window.fill("束（.itb.age）", &sealed.display().to_string());
    window.choose("開封の鍵", "11-identity");
    window.click("受領する");
    window.wait("受領しました");
    window.wait("令和8年第42号 は 大阪府警察 の事案と関連します");
    assert!(window.has("bc1qpj90uu8xwvryszynh28m3h2a5teyyer9h3a4hz"), "our own value, by its id");
}
