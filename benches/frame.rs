//! What one frame of the window costs: run and tessellate, median of the thread's CPU time, so that a busy machine does
//! not change the figure. The records panel must stay below 8 ms.
//!
//! Without arguments over invented records and graphs; with case files as arguments over those: their last records are
//! asked for as the window does, told, and brought on screen first. After `--drop` the arguments are files instead: each is
//! dropped on a window without a store, and the time until its first records stand on the screen is told.
#![expect(clippy::print_stdout, reason = "a measurement tells its result")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement may fail")]

#[path = "../tests/double/mod.rs"]
mod double;

use double::{Double, Size};
use egui::{Event, FullOutput, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, Shape, TouchPhase, vec2};
use itoguchi::app::App;
use itoguchi::app::state::UiState;
use itoguchi::jobs::LocalDesk;
use itoguchi::workbench::ask::{Answer, Desk, Question, RecordView, Reply};
use itoguchi::workbench::{Mode, Session, settings};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a frame of the records may cost, in milliseconds.
const BUDGET: f64 = 8.0;

fn main() {
    let stores: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let drops = std::env::args().any(|arg| arg == "--drop");
    for path in &stores {
        if drops { dropped(Path::new(path)) } else { real(Path::new(path)) }
    }
    if !stores.is_empty() {
        return;
    }
    for (panel, size, nodes) in [
        ("records", Size::Huge, 60),
        ("indicators", Size::Huge, 60),
        ("graph", Size::Small, 10_000),
        ("graph", Size::Small, 100_000),
    ] {
        let mut window = Window::new(Box::new(Double::new(size).nodes(nodes)), panel);
        (0..20).for_each(|_| drop(window.frame(Vec::new())));
        tell(panel, &format!("{nodes} nodes"), &mut window, -1.0);
    }
}

/// The indicators of a store; then its last records as the window asks for them, and frames with them on screen.
fn real(path: &Path) {
    let desk = || {
        let session = Session::open(path, Mode::Read, "bench", None).unwrap();
        Box::new(LocalDesk::new(Some(session), "bench").unwrap())
    };
    listed(desk());
    if Session::open(path, Mode::Read, "bench", None).unwrap().store.evidence().unwrap().is_empty() {
        return;
    }
    let (total, last) = last_records(&mut desk());
    let mut window = Window::new(desk(), "records");
    let text = last.split_at(last.len().min(40)).0.to_owned();
    let begun = Instant::now();
    loop {
        let (_, output) = window.frame(vec![key(Key::End)]);
        if output.shapes.iter().any(|clipped| shows(&clipped.shape, &text)) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "`{text}` does not come on screen");
        sleep(Duration::from_millis(20));
    }
    println!("last record on screen after {:.2} s", begun.elapsed().as_secs_f64());
    window.settle();
    tell("records", &format!("{total} records"), &mut window, 1.0);
}

/// The indicators of a store, then with all of them picked.
fn listed(desk: Box<dyn Desk>) {
    let mut window = Window::new(desk, "indicators");
    window.settle();
    tell("indicators", "of that store", &mut window, -1.0);
    window.frame(vec![key(Key::J)]);
    let all = Modifiers::COMMAND;
    window.frame(vec![Event::Key { key: Key::A, physical_key: None, pressed: true, repeat: false, modifiers: all }]);
    tell("indicators", "all picked", &mut window, -1.0);
}

/// From a dropped file to the first frame with its records, while it is taken in; and to the last of the first 10,000.
fn dropped(path: &Path) {
    let folder = tempfile::tempdir().unwrap();
    settings::keep_in(folder.path());
    let mut window = Window::new(Box::new(LocalDesk::new(None, "bench").unwrap()), "records");
    (0..30).for_each(|_| {
        window.frame(Vec::new());
        sleep(Duration::from_millis(10));
    });
    let begun = Instant::now();
    window.dropped.push(std::sync::Arc::new(Dropped(path.to_owned())));
    let until = |window: &mut Window, events: &[Event], text: &str| {
        loop {
            let (_, output) = window.frame(events.to_vec());
            if output.shapes.iter().any(|clipped| shows(&clipped.shape, text)) {
                return begun.elapsed().as_secs_f64() * 1000.0;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "`{text}` does not come on screen");
            sleep(Duration::from_millis(1));
        }
    };
    let marked = until(&mut window, &[], "取込み中");
    // The number of a row stands alone in its cell; that of the first may stand elsewhere too.
    let first = until(&mut window, &[], "=7");
    let last = until(&mut window, &[key(Key::End)], "=10,000");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    println!("{name}: marked after {marked:.0} ms, first records after {first:.0} ms, row 10,000 after {last:.0} ms");
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads no file".to_owned())
    }
}

/// Asks for the last three rows of everything and for the last record; returns how many there are and the last one's text.
fn last_records(desk: &mut LocalDesk) -> (u64, String) {
    let view = RecordView::default();
    let begun = Instant::now();
    let Reply::Search(search) = answer(desk, &Question::Search(view.clone())) else { panic!("no search") };
    println!("{} records counted after {:.2} s", search.total, begun.elapsed().as_secs_f64());
    assert!(search.shown == search.total && search.total > 3);
    let begun = Instant::now();
    let Reply::Rows(page) = answer(desk, &Question::Rows { view, first: search.total - 3, count: 3 }) else {
        panic!("no rows")
    };
    let (paged, mut last) = (begun.elapsed(), String::new());
    for row in &page.rows {
        let Reply::Record(record) = answer(desk, &Question::Record { evidence: row.evidence, row: row.row }) else {
            panic!("no record")
        };
        assert!((record.row, record.offset, record.len) == (row.row, row.offset, u64::from(row.len)));
        assert!(record.text.starts_with(&row.text));
        println!("row {} at {} of {} bytes: {}", row.row, row.offset, row.len, row.text);
        last = row.text.clone();
    }
    println!("last rows after {:.3} s", paged.as_secs_f64());
    (search.total, last)
}

fn answer(desk: &mut LocalDesk, question: &Question) -> Reply {
    desk.ask(question.clone());
    let begun = Instant::now();
    loop {
        for found in desk.poll() {
            let Answer::Reply(asked, reply) = found else { continue };
            let done = if let Reply::Search(search) = &reply { search.done } else { true };
            if asked == *question && done {
                return reply;
            }
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "no answer");
        sleep(Duration::from_millis(1));
    }
}

/// Whether a text stands in a shape; after `=`, whether it is all of it.
fn shows(shape: &Shape, text: &str) -> bool {
    match shape {
        Shape::Text(shown) => match text.strip_prefix('=') {
            Some(whole) => shown.galley.text() == whole,
            None => shown.galley.text().contains(text),
        },
        Shape::Vec(shapes) => shapes.iter().any(|shape| shows(shape, text)),
        _ => false,
    }
}

fn key(key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
}

/// Measures and tells; fails where the records cost more than they may.
fn tell(panel: &str, what: &str, window: &mut Window, wheel: f32) {
    let still = median((0..101).map(|_| window.frame(Vec::new()).0).collect());
    let turn = || Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, wheel),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    let moving = median((0..101).map(|_| window.frame(vec![turn()]).0).collect());
    println!("{panel:10} {what:>18}  still {still:>6.2} ms  scrolling {moving:>6.2} ms");
    assert!(panel == "graph" || still.max(moving) < BUDGET, "a frame of the {panel} costs more than {BUDGET} ms");
}

/// The window without a screen.
struct Window {
    ctx: egui::Context,
    app: App,
    time: f64,
    /// Files for the next frame.
    dropped: Vec<std::sync::Arc<dyn egui::DroppedFile + Send + Sync>>,
}

impl Window {
    fn new(desk: Box<dyn Desk>, panel: &str) -> Self {
        let ctx = egui::Context::default();
        let mut app = App::new(&ctx, desk, UiState::default());
        app.open(panel);
        let mut window = Self { ctx, app, time: 0.0, dropped: Vec::new() };
        window.frame(vec![Event::PointerMoved(Pos2::new(800.0, 600.0))]);
        window
    }

    /// What comes in late must not be measured as a still window.
    fn settle(&mut self) {
        (0..100).for_each(|_| {
            self.frame(Vec::new());
            sleep(Duration::from_millis(10));
        });
    }

    /// Draws a frame; tells what it cost in milliseconds.
    fn frame(&mut self, events: Vec<Event>) -> (f64, FullOutput) {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1920.0, 1080.0))),
            time: Some(self.time),
            events,
            dropped_files: std::mem::take(&mut self.dropped),
            ..RawInput::default()
        };
        let before = cpu();
        let mut output = self.ctx.run_ui(input, |ui| self.app.ui(ui));
        let shapes = self.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let spent = cpu().saturating_sub(before);
        output.textures_delta.clear();
        drop(shapes);
        (spent.as_secs_f64() * 1000.0, output)
    }
}

/// CPU time of this thread. The system brings the figure up to date when the thread is put aside: hence the nap.
fn cpu() -> Duration {
    sleep(Duration::from_micros(1));
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos = stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap();
    Duration::from_nanos(nanos)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    assert!(values.iter().any(|value| *value > 0.0), "the clock stands still");
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
