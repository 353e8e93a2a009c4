//! What one frame of the records panel costs over 50 million records, and of the graph: run and tessellate, median over
//! batches of frames of the thread's CPU time, so that neither a busy machine nor a coarse clock changes the figure.
#![expect(clippy::print_stdout, reason = "a measurement tells its result")]

#[path = "../tests/double/mod.rs"]
mod double;

use double::{Double, Size};
use egui::{Event, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, vec2};
use itoguchi::app::App;
use itoguchi::app::state::UiState;
use std::time::Duration;

fn main() {
    for (panel, size, nodes) in [
        ("records", Size::Huge, 60),
        ("indicators", Size::Huge, 60),
        ("graph", Size::Small, 10_000),
        ("graph", Size::Small, 100_000),
    ] {
        let (still, moving) = measure(panel, size, nodes);
        println!("{panel:10} {nodes:>6} nodes  still {still:>6.2} ms  scrolling {moving:>6.2} ms");
    }
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

/// Batches, and frames in one: a scheduler's clock may step by several milliseconds.
const BATCHES: usize = 11;
const FRAMES: usize = 40;

fn measure(panel: &str, size: Size, nodes: u32) -> (f64, f64) {
    let ctx = egui::Context::default();
    let mut app = App::new(&ctx, Box::new(Double::new(size).nodes(nodes)), UiState::default());
    app.open(panel);
    let mut time = 0.0;
    let mut frame = |app: &mut App, events: Vec<Event>| {
        time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1920.0, 1080.0))),
            time: Some(time),
            events,
            ..RawInput::default()
        };
        let before = cpu();
        let output = ctx.run_ui(input, |ui| app.ui(ui));
        let shapes = ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let spent = cpu().saturating_sub(before);
        output.drop_without_applying_deltas();
        drop(shapes);
        spent.as_secs_f64() * 1000.0
    };
    frame(&mut app, vec![Event::PointerMoved(Pos2::new(800.0, 600.0))]);
    for _ in 0..20 {
        frame(&mut app, Vec::new());
    }
    let still = batches(&mut || frame(&mut app, Vec::new()));
    let wheel = || Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, -1.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    };
    let moving = batches(&mut || frame(&mut app, vec![wheel()]));
    (still, moving)
}

/// Milliseconds of one frame, each batch's mean, their median.
fn batches(frame: &mut dyn FnMut() -> f64) -> f64 {
    let mean = |frame: &mut dyn FnMut() -> f64| (0..FRAMES).map(|_| frame()).sum::<f64>() / FRAMES as f64;
    median((0..BATCHES).map(|_| mean(frame)).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
