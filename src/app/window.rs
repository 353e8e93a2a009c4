//! Opens the desktop window, takes the screenshot if one is wanted, and explains why no window could be opened.
//!
//! Writes no file: the picture goes to whoever asked for it.

use super::App;
use super::state::UiState;
use super::style;
use crate::model::{CaseKey, Explain, Lang};
use crate::workbench::ask::Desk;
use egui::{ColorImage, IconData, ViewportBuilder, ViewportCommand};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes the screenshot as a PNG file's bytes.
pub type Shot = Box<dyn FnOnce(Vec<u8>) + Send>;

/// How the window opens.
#[derive(Default)]
pub struct WindowOptions {
    /// Panel in front.
    pub panel: Option<String>,
    /// The case worked in; all where `None`.
    pub case: Option<CaseKey>,
    /// Width and height in points.
    pub size: Option<(f32, f32)>,
    /// Dark or light; as remembered, else as the system has it.
    pub dark: Option<bool>,
    /// Zoom.
    pub scale: Option<f32>,
    /// Language; as remembered, else Japanese.
    pub lang: Option<Lang>,
    /// What was remembered (JSON of [`UiState`]).
    pub remembered: Option<String>,
    /// Faces of this machine for scripts the bundled ones lack; each must be a readable TrueType or OpenType file.
    pub other_faces: Vec<Vec<u8>>,
    /// Draw until everything has come and lies calm, hand the picture over, close.
    pub screenshot: Option<Shot>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither X11 nor Wayland is there.
    #[error("no display to open a window on")]
    NoDisplay,
    /// A library that windows need is not installed.
    #[error("a library the window needs is missing: {0}")]
    MissingLibrary(String),
    /// No such panel.
    #[error("no panel `{0}`")]
    NoPanel(String),
    /// Anything else.
    #[error("the window could not be opened: {0}")]
    Window(String),
}

impl Explain for Error {
    fn what(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, err) => err.to_string(),
            (Lang::Ja, Self::NoDisplay) => "画面がないため、窓を開けません".to_owned(),
            (Lang::Ja, Self::MissingLibrary(what)) => format!("窓に必要なライブラリがありません：{what}"),
            (Lang::Ja, Self::NoPanel(name)) => format!("`{name}` という画面はありません"),
            (Lang::Ja, Self::Window(what)) => format!("窓を開けませんでした：{what}"),
        }
    }

    fn hint(&self, lang: Lang) -> Option<String> {
        const PACKAGES: &str = "apt install libxcursor1 libxi6 libxkbcommon-x11-0 libx11-xcb1 libgl1 libgl1-mesa-dri";
        match self {
            Self::NoDisplay => Some(
                lang.pick(
                    "デスクトップから起動するか、DISPLAY または WAYLAND_DISPLAY を設定してください。コマンドは画面がなくても使えます",
                    "start it from a desktop, or set DISPLAY or WAYLAND_DISPLAY; the commands work without one",
                )
                .to_owned(),
            ),
            Self::MissingLibrary(_) => Some(match lang {
                Lang::Ja => format!("Debian では次を入れてください：{PACKAGES}"),
                Lang::En => format!("on Debian: {PACKAGES}"),
            }),
            Self::NoPanel(_) => Some(super::panels::ids().join(" ")),
            Self::Window(_) => None,
        }
    }
}

/// Opens the window over `desk` and returns when it is closed.
pub fn run(desk: Box<dyn Desk>, options: WindowOptions) -> Result<(), Error> {
    let mut state = options.remembered.as_deref().map(UiState::from_json).unwrap_or_default();
    state.dark = options.dark.or(state.dark);
    state.scale = options.scale.unwrap_or(state.scale).clamp(0.5, 3.0);
    if let Some(lang) = options.lang {
        lang.tag().clone_into(&mut state.lang);
    }
    if let Some(panel) = &options.panel
        && !super::panels::ids().contains(&panel.as_str())
    {
        return Err(Error::NoPanel(panel.clone()));
    }
    if cfg!(target_os = "linux") && ["DISPLAY", "WAYLAND_DISPLAY"].iter().all(|name| std::env::var_os(name).is_none()) {
        return Err(Error::NoDisplay);
    }
    let size = options.size.map_or([1280.0, 800.0], |(width, height)| [width, height]);
    let viewport = ViewportBuilder::default()
        .with_title("糸口 Itoguchi")
        .with_app_id("itoguchi")
        .with_icon(icon())
        .with_inner_size(size)
        .with_min_inner_size([900.0, 600.0])
        .with_drag_and_drop(true);
    let native = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let (panel, case, shot, faces) = (options.panel, options.case, options.screenshot, options.other_faces);
    let open = move || {
        eframe::run_native(
            "itoguchi",
            native,
            Box::new(move |cc| {
                let app = App::new(&cc.egui_ctx, desk, state);
                if !faces.is_empty() {
                    cc.egui_ctx.set_fonts(style::fonts(faces));
                }
                Ok(Box::new(Shell::new(app, panel.as_deref(), case, shot)))
            }),
        )
    };
    // winit panics where libxkbcommon-x11 is missing; that must not look like a fault of ours.
    match quietly(open) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(err)) => Err(explain(&err.to_string())),
        Err(message) => Err(explain(&message)),
    }
}

/// Runs `open`; a panic about a library that could not be loaded comes back as its message, unprinted.
fn quietly<T>(open: impl FnOnce() -> T) -> Result<T, String> {
    let usual = Arc::new(std::panic::take_hook());
    let inner = Arc::clone(&usual);
    std::panic::set_hook(Box::new(move |info| {
        if !info.payload_as_str().is_some_and(is_missing_library) {
            inner(info);
        }
    }));
    let result = std::panic::catch_unwind(AssertUnwindSafe(open));
    let _ = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| usual(info)));
    match result {
        Ok(value) => Ok(value),
        Err(payload) => {
            let message = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            match message {
                Some(message) if is_missing_library(&message) => Err(message),
                _ => std::panic::resume_unwind(payload),
            }
        }
    }
}

fn is_missing_library(message: &str) -> bool {
    message.contains("LibraryOpenError") || message.contains("could not be loaded") || message.contains(".so")
}

fn explain(message: &str) -> Error {
    if is_missing_library(message) {
        Error::MissingLibrary(message.to_owned())
    } else {
        Error::Window(message.to_owned())
    }
}

/// The window's sign: the end of a thread, in white on indigo.
fn icon() -> IconData {
    const SIDE: u32 = 64;
    let ground = style::LIGHT.accent;
    let mut rgba = Vec::with_capacity((SIDE * SIDE * 4) as usize);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let (dx, dy) = (f64::from(x) - 31.5, f64::from(y) - 31.5);
            let far = dx.hypot(dy);
            let thread = (far - 20.0).abs() < 3.5 && !(dx > 0.0 && dy > 0.0);
            let end = (dx - 20.0).hypot(dy) < 5.5;
            let colour = if thread || end || far < 4.0 { style::LIGHT.on_accent } else { ground };
            rgba.extend_from_slice(&colour.to_array());
        }
    }
    IconData { rgba, width: SIDE, height: SIDE }
}

/// The window as the desktop sees it.
struct Shell {
    app: App,
    shot: Option<Shot>,
    taken: Arc<AtomicBool>,
    waiting: bool,
    calm_since: Option<f64>,
    looked_at: f64,
}

/// How long everything must lie still before the picture is taken, and how long is waited at most.
const CALM_SECS: f64 = 0.4;
const PATIENCE_SECS: f64 = 10.0;
const SAVE_SECS: f64 = 3.0;

impl Shell {
    fn new(mut app: App, panel: Option<&str>, case: Option<CaseKey>, shot: Option<Shot>) -> Self {
        if let Some(panel) = panel {
            app.open(panel);
        }
        app.work_in(case);
        Self { app, shot, taken: Arc::default(), waiting: false, calm_since: None, looked_at: 0.0 }
    }

    fn picture(&mut self, ctx: &egui::Context) {
        if self.waiting {
            if self.taken.load(Ordering::Acquire) {
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
            ctx.request_repaint();
            return;
        }
        let Some(shot) = self.shot.take() else { return };
        let now = ctx.time();
        self.calm_since = self.calm_since.filter(|_| self.app.is_calm()).or(self.app.is_calm().then_some(now));
        let calm = self.calm_since.is_some_and(|since| now - since > CALM_SECS);
        if calm || now > PATIENCE_SECS {
            let taken = Arc::clone(&self.taken);
            ctx.request_screenshot(move |image| {
                if let Some(png) = png(&image) {
                    shot(png);
                }
                taken.store(true, Ordering::Release);
            });
            self.waiting = true;
        } else {
            self.shot = Some(shot);
        }
        ctx.request_repaint();
    }
}

fn png(image: &ColorImage) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let [width, height] = image.size;
    let mut encoder = png::Encoder::new(&mut out, u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    let bytes: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_array).collect();
    writer.write_image_data(&bytes).ok()?;
    writer.finish().ok()?;
    Some(out)
}

impl eframe::App for Shell {
    /// A picture shows what is there, wherever the pointer happens to be.
    fn raw_input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        if self.waiting || self.shot.is_some() {
            input.events.retain(|event| !matches!(event, egui::Event::PointerMoved(_)));
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.ui(ui);
        let ctx = ui.ctx().clone();
        self.picture(&ctx);
        let now = ctx.time();
        if now - self.looked_at > SAVE_SECS && !ctx.input(|input| input.pointer.any_down()) {
            self.looked_at = now;
            if !self.waiting && self.shot.is_none() {
                self.app.save_state();
            }
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if !self.waiting {
            self.app.save_state();
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        style::of(visuals.dark_mode).ground.to_normalized_gamma_f32()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_is_told_with_its_package() {
        let err = explain("XNotSupported(LibraryOpenError(OpenError { detail: \"libXcursor.so.1: cannot open\" }))");
        assert!(matches!(err, Error::MissingLibrary(_)));
        assert!(err.hint(Lang::En).is_some_and(|hint| hint.contains("libxcursor1")));
        let panic = quietly(|| panic!("Library libxkbcommon-x11.so could not be loaded."));
        assert!(panic.is_err_and(|message| message.contains("libxkbcommon")));
    }
}
