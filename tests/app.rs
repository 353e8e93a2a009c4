//! The window, driven by accessibility names and keys: no display, no renderer. A missing glyph fails a test by itself.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(clippy::cast_possible_truncation, reason = "pixels on a screen")]

mod double;

use double::things::OPEN;
use double::{Double, Orders, Size};
use egui::{Event, ImeEvent, Key, Modifiers, MouseWheelUnit, Pos2, TouchPhase, Vec2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use itoguchi::app::state::UiState;
use itoguchi::app::{App, panels};
use itoguchi::model::{CaseKey, Kind, Lang, Role};
use itoguchi::workbench::ask::{Command, JobId, Notice, RowPick, Said, Trouble};

struct Stage<'a> {
    harness: Harness<'a, Option<App>>,
    orders: Orders,
}

fn open(desk: Double, lang: Lang, panel: &str, case: Option<i64>) -> Stage<'static> {
    let state = UiState { lang: lang.tag().to_owned(), ..UiState::default() };
    open_as(desk, state, Some(panel), case)
}

/// As it was left: with what was remembered, and no panel asked for where `panel` is `None`.
fn open_as(desk: Double, state: UiState, panel: Option<&str>, case: Option<i64>) -> Stage<'static> {
    let orders = desk.orders();
    let mut desk = Some(desk);
    let panel = panel.map(str::to_owned);
    let harness = Harness::builder().with_size(vec2(1280.0, 800.0)).with_max_steps(24).build_ui_state(
        move |ui, app: &mut Option<App>| {
            let app = app.get_or_insert_with(|| {
                let mut app = App::new(ui.ctx(), Box::new(desk.take().unwrap()), state.clone());
                assert!(panel.as_deref().is_none_or(|panel| app.open(panel)));
                app.work_in(case.map(CaseKey));
                app
            });
            app.ui(ui);
        },
        None,
    );
    Stage { harness, orders }
}

impl Stage<'_> {
    fn run(&mut self) {
        self.harness.run_steps(8);
    }

    fn orders(&self) -> Vec<Command> {
        self.orders.lock().unwrap().clone()
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.run();
    }

    fn compose(&mut self, event: ImeEvent) {
        self.harness.event(Event::Ime(event));
        self.run();
    }

    fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.run();
    }

    /// Clicks the button of this name, where something else has it too.
    fn press(&mut self, label: &str) {
        {
            let mut named = self.harness.query_all_by_label(label);
            named.find(|node| node.accesskit_node().role() == egui::Role::Button).unwrap().click();
        }
        self.run();
    }

    /// Types into the field of this name.
    fn fill(&mut self, label: &str, text: &str) {
        let inputs = [egui::Role::TextInput, egui::Role::MultilineTextInput];
        {
            let mut named = self.harness.query_all_by_label(label);
            let field = named.find(|node| inputs.contains(&node.accesskit_node().role())).unwrap();
            field.focus();
            field.type_text(text);
        }
        self.run();
    }

    /// Opens the menu of the row whose name holds a part.
    fn menu(&mut self, part: &str) {
        {
            let mut rows = self.harness.query_all_by_role(egui::Role::Row);
            let named = |row: &Node<'_>| row.accesskit_node().label().is_some_and(|label| label.contains(part));
            rows.find(named).unwrap().click_secondary();
        }
        self.run();
    }

    fn has(&self, part: &str) -> bool {
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// The labels of the rows on screen, top down.
    fn rows(&self) -> Vec<String> {
        let mut rows: Vec<(i64, String)> = self
            .harness
            .query_all_by_role(egui::Role::Row)
            .map(|row: Node<'_>| (row.rect().top() as i64, row.accesskit_node().label().unwrap_or_default()))
            .collect();
        rows.sort();
        rows.into_iter().map(|(_, label)| label).collect()
    }
}

#[test]
fn every_panel_opens_on_nothing_little_and_much_in_both_languages() {
    for lang in [Lang::Ja, Lang::En] {
        for size in [Size::None, Size::Empty, Size::Small, Size::Huge] {
            for make in panels::PANELS {
                let panel = make();
                let stage = open(Double::new(size).nodes(3_000), lang, panel.id(), (size != Size::Empty).then_some(4));
                if size != Size::None {
                    assert!(stage.has(panel.title().get(lang)), "{} {lang:?} {size:?}", panel.id());
                }
            }
        }
    }
}

#[test]
fn the_first_page_offers_three_ways_to_begin() {
    let mut stage = open(Double::new(Size::None), Lang::Ja, "cases", None);
    for way in ["訓練を始める", "届出・相談を受ける、文章を貼り付ける", "証拠を見る"] {
        assert!(stage.has(way), "{way}");
    }
    stage.click("訓練を始める");
    assert_eq!(stage.orders(), [Command::StartTraining]);
}

#[test]
fn words_that_mean_other_acts_do_not_stand_in_the_window() {
    for make in panels::PANELS {
        let stage = open(Double::new(Size::Small).busy(), Lang::Ja, make().id(), Some(4));
        for wrong in ["送致", "送付", "検証", "OK"] {
            assert!(!stage.has(wrong), "{wrong} in {}", make().id());
        }
    }
}

#[test]
fn the_last_of_fifty_million_rows_is_reached_by_end_and_by_number() {
    let mut stage = open(Double::new(Size::Huge), Lang::En, "records", None);
    assert!(stage.rows()[0].starts_with("1 "), "{:?}", stage.rows().first());
    stage.key(Modifiers::NONE, Key::End);
    let rows = stage.rows();
    assert!(rows.last().unwrap().starts_with("50,000,000 "), "{:?}", rows.last());
    stage.key(Modifiers::NONE, Key::Home);
    assert!(stage.rows()[0].starts_with("1 "));
    stage.key(Modifiers::COMMAND, Key::G);
    stage.harness.get_by_label("go to row").type_text("49,999,999");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.rows().iter().any(|row| row.starts_with("49,999,999 ")));
}

#[test]
fn the_wheel_moves_by_whole_rows_wherever_it_is() {
    let mut stage = open(Double::new(Size::Huge), Lang::En, "records", None);
    for start in [1_u64, 25_000_000, 49_900_000] {
        stage.key(Modifiers::COMMAND, Key::G);
        stage.harness.get_by_label("go to row").type_text(&start.to_string());
        stage.run();
        stage.key(Modifiers::NONE, Key::Enter);
        let first =
            |stage: &Stage<'_>| -> u64 { stage.rows()[0].split(' ').next().unwrap().replace(',', "").parse().unwrap() };
        let mut at = first(&stage);
        stage.harness.hover_at(Pos2::new(500.0, 500.0));
        for _ in 0..4 {
            wheel(&stage, vec2(0.0, -1.0));
            stage.run();
            assert_eq!(first(&stage), at + 3, "from {start}");
            at += 3;
        }
    }
}

fn wheel(stage: &Stage<'_>, delta: Vec2) {
    stage.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta,
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
}

#[test]
fn a_query_worth_asking_again_is_saved_from_the_menu() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", None);
    let field = stage.harness.get_by_label("検索条件");
    field.focus();
    field.type_text("203.0.113.7");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    stage.click("履歴・保存");
    let query = "203.0.113.7".to_owned();
    stage.fill("保存する検索の名前", "侵入元");
    stage.click("保存");
    assert!(stage.orders().contains(&Command::SaveSearch { case: None, name: "侵入元".into(), query }));
    stage.click("履歴・保存");
    stage.click("保存をやめる 管理画面");
    assert!(stage.orders().contains(&Command::DropSearch("管理画面".into())));
}

#[test]
fn while_a_file_is_taken_in_its_first_records_stand_there_marked_as_such() {
    let mut stage = open(Double::new(Size::Small).taking_in(), Lang::Ja, "records", None);
    assert!(stage.has("取込み中・先頭の1万行"));
    assert!(stage.rows()[0].starts_with("1 ") && stage.rows()[0].contains("203.0.113.205"), "{:?}", stage.rows());
    assert!(stage.harness.query_by_label("検索条件").is_none(), "what is not stored can't be asked");
    stage.key(Modifiers::NONE, Key::End);
    assert!(stage.rows().last().unwrap().starts_with("10,000 "), "{:?}", stage.rows().last());
    stage.click("中止する 取込 access.log");
    assert_eq!(stage.orders(), [Command::Cancel(JobId(1))]);
    stage.click("ほかの記録を見る");
    assert!(stage.has("12,481 / 12,481 件") && !stage.has("取込み中・先頭"));
    let stage = open(Double::new(Size::None).taking_in(), Lang::En, "records", None);
    assert!(!stage.has("first 10,000 rows"), "before there is a store the first page stands");
}

#[test]
fn records_by_their_wording_rare_first_and_a_click_shows_those_of_one() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", None);
    stage.click("文面別");
    assert!(stage.has("12,481件が3種類の文面"));
    let rows = stage.rows();
    assert!(rows[0].starts_with("1 <0.1% disk <*> failed"), "{rows:?}");
    stage.click("件数");
    assert!(stage.rows()[0].starts_with("12,400 99.4% GET <*>"), "{:?}", stage.rows());
    stage.click("件数");
    let row = stage.harness.query_all_by_role(egui::Role::Row).min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    row.unwrap().click();
    stage.run();
    assert!(stage.has("文面 disk <*> failed") && stage.has("304 / 12,481 件"), "its records stand there");
    stage.key(Modifiers::NONE, Key::OpenBracket);
    assert!(stage.has("12,481件が3種類の文面"), "back among the wordings");
    stage.key(Modifiers::NONE, Key::T);
    assert!(stage.has("12,481 / 12,481 件") && !stage.has("種類の文面"));
}

#[test]
fn what_is_typed_off_a_paper_says_who_typed_it() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "evidence", Some(4));
    stage.key(Modifiers::COMMAND, Key::K);
    stage.harness.get_by_label("コマンドを探す").type_text("書き起こし");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.has("書面の符号を記してください"));
    for (field, text) in [("符号", "符号3-2"), ("照合した人", "佐藤巡査部長"), ("本文", "振込先 9999-999")]
    {
        stage.fill(field, text);
    }
    stage.press("書き起こしを加える");
    let orders = stage.orders();
    let Some(Command::Transcribe(said)) = orders.last() else { panic!("{orders:?}") };
    assert_eq!((said.of, said.exhibit.as_deref(), said.by.as_str()), (None, Some("符号3-2"), "山田警部補"));
    assert_eq!((said.compared_by.as_deref(), said.case), (Some("佐藤巡査部長"), Some(CaseKey(4))));
    assert_eq!(said.text, "振込先 9999-999".as_bytes());
}

#[test]
fn the_values_of_an_open_facet_divide_the_bars() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", None);
    stage.press("応答");
    assert!(stage.has("時間分布（応答の内訳）"), "the bars say what they show");
    stage.press("応答");
    assert!(!stage.has("応答の内訳"));
}

#[test]
fn a_query_narrows_and_a_wrong_one_is_explained() {
    let mut stage = open(Double::new(Size::Huge), Lang::Ja, "records", None);
    assert!(stage.has("50,000,000 / 50,000,000 件"));
    let field = stage.harness.get_by_label("検索条件");
    field.focus();
    field.type_text("ip:203.0.113.0/24");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.has("1,219,512 / 50,000,000 件"));
    stage.key(Modifiers::NONE, Key::OpenBracket);
    assert!(stage.has("50,000,000 / 50,000,000 件"), "back");
    let field = stage.harness.get_by_label("検索条件");
    field.focus();
    field.type_text("nofield:1");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.has("`nofield` という項目はありません"));
}

#[test]
fn single_keys_do_nothing_while_text_is_typed() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    stage.harness.get_by_label("検索条件").focus();
    stage.run();
    for key in [Key::J, Key::Num1, Key::G, Key::I] {
        stage.key(Modifiers::NONE, key);
    }
    assert!(stage.orders().is_empty(), "{:?}", stage.orders());
}

#[test]
fn composed_text_goes_into_its_field_and_the_keys_that_compose_it_nowhere() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    let rows = stage.rows();
    stage.harness.get_by_label("検索条件").focus();
    stage.run();
    stage.compose(ImeEvent::Preedit { text: "２０３".into(), active_range_chars: None });
    for key in [Key::Num1, Key::ArrowDown, Key::Space, Key::Enter] {
        stage.key(Modifiers::NONE, key);
    }
    assert!(stage.orders().is_empty(), "{:?}", stage.orders());
    assert_eq!(stage.rows(), rows, "Enter took the text, it did not search");
    stage.compose(ImeEvent::Commit("203.0.113.7".into()));
    let value = stage.harness.get_by_label("検索条件").accesskit_node().value();
    assert_eq!(value.as_deref(), Some("203.0.113.7"));
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.has("304 / 12,481 件"));
}

#[test]
fn nothing_moves_behind_a_question() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    stage.key(Modifiers::SHIFT, Key::Num3);
    for key in [Key::J, Key::J, Key::Num2] {
        stage.key(Modifiers::NONE, key);
    }
    stage.click("やめる");
    stage.key(Modifiers::NONE, Key::Num1);
    let orders = stage.orders();
    assert!(
        matches!(&orders[..], [Command::Tag { rows: RowPick::Places(_, places), .. }] if places[..] == [0]),
        "{orders:?}"
    );
}

#[test]
fn a_menu_closes_when_something_is_chosen_and_escape_leaves_a_dialog() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "cases", None);
    stage.click("山田警部補");
    stage.click("鍵と信頼する署名者…");
    assert!(stage.has("手元の鍵") && !stage.has("配置：読む"));
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("手元の鍵"));
}

#[test]
fn what_one_left_is_found_again() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "cases", None);
    for command in ["配置：つなぐ", "English", "row height"] {
        stage.key(Modifiers::COMMAND, Key::K);
        stage.harness.query_all_by_role(egui::Role::TextInput).last().unwrap().type_text(command);
        stage.run();
        stage.key(Modifiers::NONE, Key::Enter);
    }
    let tabs = |stage: &Stage<'_>| -> Vec<String> {
        let tabs = stage.harness.query_all_by_role(egui::Role::Tab);
        tabs.filter_map(|tab| tab.accesskit_node().label()).collect()
    };
    let left = tabs(&stage);
    assert!(left.iter().filter(|tab| *tab == "Graph").count() == 2, "in the rail and as a tile: {left:?}");
    let kept = stage.harness.state_mut().as_mut().unwrap().changed_state().unwrap();
    drop(stage);
    let stage = open_as(Double::new(Size::Small), UiState::from_json(&kept), None, None);
    assert_eq!(tabs(&stage), left);
}

#[test]
fn nothing_asked_of_one_store_stays_for_another_or_in_the_settings() {
    let desk = Double::new(Size::Small);
    let other = desk.other();
    let mut stage = open(desk, Lang::Ja, "records", None);
    stage.fill("検索条件", "203.0.113.7");
    stage.key(Modifiers::NONE, Key::Enter);
    let typed = |stage: &Stage<'_>| stage.harness.get_by_label("検索条件").value().unwrap_or_default();
    assert_eq!(typed(&stage), "203.0.113.7");
    let kept = stage.harness.state_mut().as_mut().unwrap().changed_state().unwrap();
    assert!(!kept.contains("203.0.113.7"), "{kept}");
    other.store(true, std::sync::atomic::Ordering::Relaxed);
    stage.run();
    assert_eq!(typed(&stage), "");
}

#[test]
fn rows_are_tagged_by_number_alone_or_all_at_once() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    stage.key(Modifiers::NONE, Key::Num2);
    stage.key(Modifiers::SHIFT, Key::Num3);
    // All rows at once is asked for in words.
    stage.click("付箋を付ける");
    let orders = stage.orders();
    assert!(
        matches!(&orders[0], Command::Tag { rows: RowPick::Places(_, places), name, on: true } if places[..] == [0] && name == "被疑者関連")
    );
    assert!(matches!(&orders[1], Command::Tag { rows: RowPick::All(_), name, on: true } if name == "被害者関連"));
}

#[test]
fn a_selected_row_is_shown_whole() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    for part in ["SHA-256", "バイト範囲", "access.log", "来歴", "出所を写す"] {
        assert!(stage.has(part), "{part}");
    }
    stage.click("16進");
    assert!(stage.has("識別情報"));
}

#[test]
fn a_role_is_stated_in_one_record_or_in_those_picked_alone() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    let menu = |stage: &mut Stage<'_>| {
        stage.harness.query_all_by_label_contains(" 犯罪インフラ").last().unwrap().click_secondary();
        stage.run();
    };
    menu(&mut stage);
    assert!(stage.has("この記録だけの役割") && !stage.has("件だけの役割"));
    stage.click("被害者");
    let orders = stage.orders();
    let Some(Command::SetRole { rows: Some(RowPick::Rows(rows)), role: Some(Role::Victim), .. }) = orders.last() else {
        panic!("{orders:?}")
    };
    assert_eq!(rows.len(), 1);
    stage.key(Modifiers::SHIFT, Key::J);
    stage.key(Modifiers::SHIFT, Key::J);
    menu(&mut stage);
    stage.click("選択中の3件だけの役割");
    stage.harness.query_all_by_label("被疑者側").last().unwrap().click();
    stage.run();
    let orders = stage.orders();
    let Some(Command::SetRole { values, rows: Some(RowPick::Places(_, places)), role: Some(Role::Suspect), .. }) =
        orders.last()
    else {
        panic!("{orders:?}")
    };
    assert_eq!((places.len(), values.len()), (3, 1));
}

#[test]
fn a_role_is_stated_and_taken_back() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", Some(4));
    let combos: Vec<_> = stage.harness.query_all_by_label("役割 役割未確定").collect();
    combos[0].click();
    stage.run();
    let choice = stage.harness.query_all_by_label("被疑者側").last().unwrap();
    choice.click();
    stage.run();
    assert!(
        matches!(&stage.orders()[..], [Command::SetRole { case: CaseKey(4), values, role: Some(Role::Suspect), rows: None }] if values.len() == 1),
        "{:?}",
        stage.orders()
    );
    stage.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(stage.orders().last(), Some(&Command::Undo));
}

/// The last thing said of the open value.
fn settled(stage: &Stage<'_>) -> Option<(Option<Kind>, String)> {
    match stage.orders().pop()? {
        Command::Settle { value, kind, reason } if value == OPEN => Some((kind, reason)),
        _ => None,
    }
}

const TXID: Kind = Kind::new("txid");
const SHA256: Kind = Kind::new("sha256");

#[test]
fn what_an_open_value_is_is_settled_from_its_row_and_says_so() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", None);
    stage.menu("203.0.113");
    assert!(stage.has("値を写す") && !stage.has("種別の確定"), "an address is what it is");
    stage.key(Modifiers::NONE, Key::Escape);
    stage.menu(OPEN);
    stage.click("種別の確定");
    // What holds now changes nothing.
    stage.click("前後の語による");
    assert_eq!(settled(&stage), None);
    stage.menu(OPEN);
    stage.click("種別の確定");
    stage.click("取引ID（暗号資産）");
    assert_eq!(settled(&stage), Some((Some(TXID), String::new())));
    assert!(
        stage
            .rows()
            .iter()
            .any(|row| row.contains(OPEN) && row.contains("取引ID") && row.contains("種別確定: 山田警部補"))
    );
    stage.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(stage.orders().last(), Some(&Command::Undo));
    assert!(stage.rows().iter().any(|row| row.contains(OPEN) && row.contains("16進64桁") && !row.contains("種別確定")));
}

#[test]
fn the_details_of_an_open_value_settle_it_by_keys_with_the_reason() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", None);
    stage
        .harness
        .query_all_by_role(egui::Role::Row)
        .find(|row| row.accesskit_node().label().is_some_and(|label| label.contains(OPEN)))
        .unwrap()
        .click();
    stage.run();
    stage.fill("確定の根拠", "取引所の回答");
    stage.harness.get_by_label("種別の確定 前後の語による").focus();
    stage.key(Modifiers::NONE, Key::Space);
    stage.harness.get_by_label("SHA-256").focus();
    stage.key(Modifiers::NONE, Key::Space);
    assert_eq!(settled(&stage), Some((Some(SHA256), "取引所の回答".to_owned())));
    // The value goes by another kind now, and stays selected; who said so, and why, stands there.
    assert!(stage.has("種別の確定 SHA-256") && stage.has("山田警部補が確定"));
    assert!(stage.harness.query_all_by_value("取引所の回答").next().is_some());
    // Another reason is said by Enter, and the kind stays.
    stage.fill("確定の根拠", "（令和8年5月）");
    assert_eq!(stage.orders().len(), 1);
    stage.key(Modifiers::NONE, Key::Enter);
    let said = settled(&stage).unwrap();
    assert!(said.0 == Some(SHA256) && said.1.contains("令和8年5月"), "{said:?}");
    stage.harness.get_by_label("種別の確定 SHA-256").click();
    stage.run();
    stage.harness.query_all_by_label("前後の語による").last().unwrap().click();
    stage.run();
    assert_eq!(settled(&stage).unwrap().0, None);
    assert!(stage.has("種別の確定 前後の語による") && !stage.has("山田警部補が確定"));
}

#[test]
fn an_open_value_is_settled_in_the_record_it_stands_in() {
    let mut stage = open(Double::new(Size::Small), Lang::En, "records", Some(4));
    for _ in 0..3 {
        stage.key(Modifiers::NONE, Key::J);
    }
    let line = |stage: &Stage<'_>| stage.harness.get_by_label_contains(OPEN).rect();
    assert!(line(&stage).height() > 0.0);
    stage.harness.get_by_label_contains(OPEN).click_secondary();
    stage.run();
    assert!(stage.has("Role in this record alone"));
    stage.click("Settle the kind");
    stage.click("SHA-256");
    assert_eq!(settled(&stage), Some((Some(SHA256), String::new())));
}

#[test]
fn the_palette_finds_commands_in_either_language_and_searches_the_rest() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "cases", None);
    stage.key(Modifiers::COMMAND, Key::K);
    stage.harness.get_by_label("コマンドを探す").type_text("verify the audit");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert_eq!(stage.orders(), [Command::VerifyAudit]);
    stage.key(Modifiers::COMMAND, Key::K);
    stage.harness.get_by_label("コマンドを探す").type_text("203.0.113.7");
    stage.run();
    stage.click("ログ・明細から「203.0.113.7」を探す");
    assert!(stage.has("304 / 12,481 件"));
}

#[test]
fn language_changes_at_run_time() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "cases", None);
    assert!(stage.has("監査証跡"));
    stage.key(Modifiers::COMMAND, Key::K);
    stage.harness.get_by_label("コマンドを探す").type_text("English");
    stage.run();
    stage.key(Modifiers::NONE, Key::Enter);
    assert!(stage.has("Hand up") && !stage.has("監査証跡"));
}

#[test]
fn trouble_stays_until_it_is_read() {
    let trouble = Trouble { what: Said::new("`a.log` を読めません", "cannot read `a.log`"), hint: None };
    let desk = Double::new(Size::Small).telling(Notice::Failed(trouble));
    let mut stage = open(desk, Lang::Ja, "cases", None);
    assert!(stage.has("`a.log` を読めません"));
    stage.click("読みました");
    assert!(!stage.has("`a.log` を読めません"));
}

#[test]
fn a_bundle_is_planned_reviewed_and_approved_step_by_step() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "export", Some(4));
    stage.click("サイバー特別捜査部");
    stage.click("国（警察庁）");
    stage.click("次へ：範囲");
    assert!(stage.has("役割を定めていない識別情報が37件"));
    stage.click("次へ：点検");
    assert!(stage.has("役割未確定の値が9件"));
    stage.click("次へ：起案");
    assert!(stage.has("この文章のまま提供されます"));
    stage.click("5 決裁・封かん");
    assert!(stage.has("残り2件を判断してください"));
    stage.click("6 真正性確認");
    assert!(stage.has("7K3M9-QX2A4-B5C6D-7E8FT"));
}

#[test]
fn a_bank_is_named_by_its_code_and_told_under_its_own_profile() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "export", Some(4));
    assert!(stage.has("提供先が決まると"));
    stage.click("金融機関・通信事業者など");
    let next = |stage: &Stage<'_>| !stage.harness.get_by_label("次へ：範囲").accesskit_node().is_disabled();
    stage.fill("金融機関コード", "990");
    assert!(!next(&stage) && !stage.has("どの規則で"), "the code is not whole");
    stage.fill("金融機関コード", "1");
    assert!(stage.has("どの規則で") && !stage.has("国（警察庁）") && next(&stage));
}

#[test]
fn a_new_case_needs_a_title_and_readable_dates() {
    let mut stage = open(Double::new(Size::Empty), Lang::Ja, "cases", None);
    stage.harness.query_all_by_label("新しい事案").next().unwrap().click();
    stage.run();
    stage.harness.get_by_label("事案名").focus();
    stage.harness.get_by_label("事案名").type_text("証券口座不正取引事案");
    stage.harness.get_by_label("認知日").focus();
    stage.harness.get_by_label("認知日").type_text("4月1日");
    stage.run();
    stage.click("事案を作る");
    assert!(stage.orders().is_empty(), "an unreadable date is not saved");
}

#[test]
fn dropped_files_become_evidence_of_the_case() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped("/mnt/a.log".into())));
    stage.run();
    assert!(
        matches!(&stage.orders()[..], [Command::AddEvidence { case: Some(CaseKey(4)), paths, .. }] if paths.len() == 1),
        "{:?}",
        stage.orders()
    );
}

#[test]
fn a_case_file_dropped_alone_is_opened() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "records", Some(4));
    stage.harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped("/cases/r8-7.itoguchi".into())));
    stage.run();
    assert_eq!(stage.orders(), [Command::OpenStore("/cases/r8-7.itoguchi".into())]);
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads no file".to_owned())
    }
}

#[test]
fn a_pasted_list_is_looked_for_and_each_source_opens_its_records() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", Some(1));
    stage.run();
    stage.click("一覧を照合…");
    stage.harness.get_by_label("照合する一覧（1行に1つ。表や文章のままでも可）").focus();
    stage.run();
    stage.harness.get_by_label("照合する一覧（1行に1つ。表や文章のままでも可）").type_text("203.0.113.5\n203.0.113.6");
    stage.run();
    stage.click("全証拠と照合");
    assert!(stage.has("2件中1件が証拠にあります"));
    stage.click("access.log 12");
    stage.run();
    assert!(stage.harness.query_all_by_value("\"203.0.113.5\"").next().is_some());
}

#[test]
fn a_role_that_a_column_suggests_is_shown_as_such_and_stated_only_by_hand() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", Some(1));
    stage.run();
    assert!(stage.has("候補: 被疑者側（振込先口座番号）"));
    assert!(stage.orders().iter().all(|order| !matches!(order, Command::SetRole { .. })));
}

#[test]
fn what_a_pasted_list_found_is_walked_by_keys_and_left_by_escape() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", Some(1));
    stage.click("一覧を照合…");
    let field = stage.harness.get_by_label("照合する一覧（1行に1つ。表や文章のままでも可）");
    assert!(field.is_focused(), "a list is pasted at once");
    field.type_text("203.0.113.5\n203.0.113.6\n203.0.113.7");
    stage.run();
    stage.key(Modifiers::COMMAND, Key::Enter);
    assert!(stage.has("3件中2件が証拠にあります"));
    assert_eq!(stage.rows().len(), 3);
    stage.click("証拠にある 2");
    assert_eq!(stage.rows().len(), 2);
    stage.key(Modifiers::NONE, Key::J);
    stage.menu("203.0.113.7");
    assert!(stage.has("記録を見る：access.log 12") && stage.has("無害化して写す"));
    stage.key(Modifiers::NONE, Key::Escape);
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(stage.has("識別情報の一覧") || stage.rows().len() > 3, "back at the list");
    assert!(!stage.has("全証拠と照合"));
}

#[test]
fn a_list_too_long_to_edit_is_held_as_it_is() {
    let mut stage = open(Double::new(Size::Small), Lang::En, "indicators", Some(1));
    stage.click("Look for a list…");
    let list = "203.0.113.5\n".repeat(20_000);
    stage.harness.event(Event::Paste(list));
    stage.run();
    assert!(stage.has("pasted list of 20,000 lines"));
    stage.click("Look in all evidence");
    assert!(stage.has("10,000 of 20,000 stand in the evidence"));
    stage.click("Clear it");
    assert!(!stage.has("pasted list of"));
    // The keys that look for a short list look for a long one too.
    stage.harness.event(Event::Paste("203.0.113.5\n".repeat(10_000)));
    stage.run();
    stage.key(Modifiers::COMMAND, Key::Enter);
    assert!(stage.has("5,000 of 10,000 stand in the evidence"));
}

#[test]
fn a_role_is_stated_of_all_rows_picked_also_of_those_far_from_the_screen() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "indicators", Some(4));
    stage.key(Modifiers::NONE, Key::J);
    stage.key(Modifiers::COMMAND, Key::A);
    assert!(stage.has("240件を選択中"));
    stage.click("役割をまとめて設定");
    let orders = stage.orders();
    let Some(Command::SetRoles { case: CaseKey(4), places, role: None, .. }) = orders.last() else {
        panic!("{orders:?}")
    };
    assert_eq!(places.len(), 240);
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(!stage.has("を選択中"));
}

#[test]
fn rows_of_a_review_and_of_what_came_in_have_menus() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "export", Some(4));
    stage.click("サイバー特別捜査部");
    stage.click("次へ：範囲");
    stage.click("次へ：点検");
    let row = stage.rows()[0].clone();
    stage.menu(row.split(' ').next().unwrap());
    for item in ["記録を見る", "相関図で見る", "役割", "値を写す"] {
        assert!(stage.has(item), "{item}");
    }
    stage.click("識別情報の一覧で見る");
    assert!(stage.has("役割をまとめて設定") || stage.has("値で絞り込む"), "the list stands there");
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "received", None);
    let row = stage.rows()[0].clone();
    stage.menu(&row);
    stage.click("束番号を写す");
    assert!(stage.has("写しました"));
}

#[test]
fn authorities_abroad_and_the_public_are_receivers_of_a_national_store_alone() {
    let stage = open(Double::new(Size::Small), Lang::Ja, "export", Some(4));
    assert!(!stage.has("外国の治安機関") && !stage.has("公表"));
    let mut stage = open(Double::new(Size::Small).national(), Lang::Ja, "export", Some(4));
    let next = |stage: &Stage<'_>| !stage.harness.get_by_label("次へ：範囲").accesskit_node().is_disabled();
    stage.click("外国の治安機関");
    stage.fill("国名2文字", "de");
    assert!(!next(&stage), "the name is missing");
    stage.fill("略称（英小文字・数字）", "example-kripo");
    assert!(stage.has("外国機関") && !stage.has("注意喚起（公表）") && next(&stage));
    stage.click("公表");
    assert!(stage.has("注意喚起（公表）") && next(&stage));
}

#[test]
fn an_evidence_read_again_starts_from_how_it_is_read() {
    let mut stage = open(Double::new(Size::Small), Lang::Ja, "evidence", Some(4));
    let row = stage.rows()[0].clone();
    stage.menu(&row);
    // The menu lies above the inspector, which offers the same.
    stage.harness.query_all_by_label("読み方を変える…").last().unwrap().click();
    stage.run();
    assert!(stage.has("形式 今のまま"), "the format it is read as stands there");
    stage.key(Modifiers::NONE, Key::Escape);
    assert!(stage.orders().is_empty());
}
