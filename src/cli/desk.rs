//! The window and the training exercise.

use super::args::{Demo, Open};
use super::{Context, Result, Verdict};
use crate::model::Ticket;
use crate::workbench::{Error, clock, demo, settings};
use serde_json::json;

/// Opens the window, on a store where one is given.
pub(super) fn window(context: &Context, open: Option<&Open>) -> Result {
    let _ = (context, open);
    Err(Error::input("この版には画面がありません", "this build has no window").into())
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
    let places = json!({
        "step": "done", "dir": dir.display().to_string(), "stores": [done.first, done.second, done.national],
        "ties": done.ties.iter().map(|(kind, value)| json!({"kind": kind.tag(), "value": value})).collect::<Vec<_>>(), "training": true,
    });
    let text = format!(
        "{}{}",
        context.out.pick("訓練を終えました。ファイルはここにあります: ", "training done; the files are in "),
        dir.display()
    );
    context.out.say(&places, &text)?;
    Ok(Verdict::Done)
}
