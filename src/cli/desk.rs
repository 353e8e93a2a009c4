//! The window and the training exercise.

use super::args::{Demo, Open};
use super::{Context, Failed, Result, Verdict};
use crate::app::{self, WindowOptions};
use crate::jobs::LocalDesk;
use crate::model::Ticket;
use crate::workbench::{Error, Mode, Session, clock, demo, settings};
use serde_json::json;
use std::sync::{Arc, Mutex, PoisonError};

/// Opens the window, on a store where one is given.
pub(super) fn window(context: &Context, open: Option<&Open>) -> Result {
    let session = open.map(|open| context.open(&open.store, Mode::Write)).transpose()?;
    show(context, session, open)
}

fn show(context: &Context, mut session: Option<Session>, open: Option<&Open>) -> Result {
    let picture = open.and_then(|open| open.screenshot.clone());
    // A picture shows the program as it is, not as somebody left it.
    let remembered = if picture.is_some() { None } else { settings::load_ui() };
    // Who works here: as stated now, else as signed in the last time.
    let kept = remembered.as_deref().map(|json| app::state::UiState::from_json(json).operator);
    let operator = kept.filter(|name| !context.operator_stated && !name.is_empty());
    let operator = operator.unwrap_or_else(|| context.operator.clone());
    if let Some(session) = &mut session {
        session.operator.clone_from(&operator);
    }
    let desk = LocalDesk::new(session, &operator).map_err(|source| Error::File { source, path: "threads".into() })?;
    let size = open.and_then(|open| open.size.as_deref()).map(read_size).transpose()?;
    let dark = open.and_then(|open| open.theme.as_deref()).map(read_theme).transpose()?;
    let written: Arc<Mutex<Option<std::io::Result<()>>>> = Arc::default();
    let shot = picture.clone().map(|path| {
        let written = Arc::clone(&written);
        let shot: app::Shot = Box::new(move |png| {
            let result = settings::write_picture(&path, &png);
            *written.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        });
        shot
    });
    let options = WindowOptions {
        panel: open.and_then(|open| open.panel.clone()),
        size,
        dark,
        scale: open.and_then(|open| open.scale),
        lang: context.stated_lang,
        remembered,
        screenshot: shot,
        ..WindowOptions::default()
    };
    app::run(Box::new(desk), options)?;
    let Some(path) = picture else { return Ok(Verdict::Done) };
    let result = written.lock().unwrap_or_else(PoisonError::into_inner).take();
    match result {
        Some(Ok(())) => Ok(Verdict::Done),
        Some(Err(source)) => Err(Error::File { source, path }.into()),
        None => Err(Error::input("画面を描けませんでした", "the window could not be drawn").into()),
    }
}

fn read_size(text: &str) -> std::result::Result<(f32, f32), Error> {
    let parts = text.split_once('x').and_then(|(width, height)| Some((width.parse().ok()?, height.parse().ok()?)));
    let parts = parts
        .filter(|(width, height): &(f32, f32)| (200.0..=8000.0).contains(width) && (200.0..=8000.0).contains(height));
    parts.ok_or_else(|| {
        Error::input(
            format!("大きさを読めません: `{text}`（例 1280x800）"),
            format!("not a size: `{text}` (as 1280x800)"),
        )
    })
}

fn read_theme(text: &str) -> std::result::Result<bool, Error> {
    match text {
        "dark" => Ok(true),
        "light" => Ok(false),
        _ => Err(Error::input(
            format!("明暗を読めません: `{text}`（light, dark）"),
            format!("unknown theme `{text}`, one of: light, dark"),
        )),
    }
}

/// Runs the exercise, then opens the window where there is a display.
pub(super) fn demo(context: &Context, args: &Demo) -> Result {
    let dir = match &args.dir {
        Some(dir) => dir.clone(),
        None => settings::fresh_training_dir(context.fixed.unwrap_or_else(clock::now))?,
    };
    let mut printed = Ok(());
    let done = demo::run(&dir, context.fixed, &Ticket::new(), &mut |step| {
        let row = json!({"step": step.name, "text": context.out.pick(&step.ja, &step.en)});
        let text = context.out.pick(&step.ja, &step.en).to_owned();
        printed = std::mem::replace(&mut printed, Ok(())).and_then(|()| context.out.say(&row, &text));
    })?;
    printed?;
    let shown = |path: &std::path::Path| path.display().to_string();
    // As it was started: `target/release/itoguchi` stands on no search path.
    let program = std::env::args().next().unwrap_or_else(|| "itoguchi".to_owned());
    let next = [
        format!("{program} open {}", shown(&done.national)),
        format!("{program} correlate {} --pairs", shown(&done.national)),
        format!("{program} search {} 203.0.113.99", shown(&done.second)),
        format!("{program} audit {} --verify", shown(&done.first)),
    ];
    let places = json!({
        "step": "done", "dir": shown(&dir), "stores": [shown(&done.first), shown(&done.second), shown(&done.national)],
        "ties": done.ties.iter().map(|(kind, value)| json!({"kind": kind.tag(), "value": value})).collect::<Vec<_>>(),
        "training": true, "next": next,
    });
    if context.out.json {
        context.out.row(&places)?;
    } else {
        let ended = context
            .out
            .pick("訓練を終えました。ファイルはすべてここにあります: ", "The exercise is done; its files are in ");
        context.out.say(&places, &format!("{ended}{}", shown(&dir)))?;
        for command in &next {
            let then = context.out.pick("次に試せること: ", "to try next: ");
            context.out.say(&places, &format!("{then}{command}"))?;
        }
        let end = context
            .out
            .pick("要らなくなれば、このフォルダごと削除できます", "When it is no longer needed, delete that folder");
        context.out.say(&places, end)?;
    }
    if args.no_window {
        return Ok(Verdict::Done);
    }
    let session = context.open(&done.national, Mode::Write)?;
    match show(context, Some(session), None) {
        Err(Failed::Told(err)) => {
            // The exercise itself is done; a machine without a screen is no failure of it.
            super::tell(context.out.lang, &*err);
            context.note(
                &format!("画面で見るには: {program} open {}", done.national.display()),
                &format!("to see it in the window: {program} open {}", done.national.display()),
            );
            Ok(Verdict::Done)
        }
        shown => shown,
    }
}
