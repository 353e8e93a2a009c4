//! Windows events exported as XML (Event Viewer, `wevtutil`, `Get-WinEvent … ToXml()`), in one document or one after the other.
//!
//! A record is an `Event` element with the bytes it has in the file; its fields bear the names of [`windows`].

use super::{Draft, Format, Sample, Scanner, windows};
use crate::ingest::frames::{Frames, Look, Next};
use crate::ingest::times::{self, Clock};
use crate::ingest::xml::{Piece, Pull, attributes, unescape};
use crate::model::evidence::ReadingForm;
use crate::model::{Field, Reject, Text, Undated};
use std::borrow::Cow;

/// Events as XML.
#[derive(Debug)]
pub(super) struct EvtxXml;

const NAMESPACE: &str = "schemas.microsoft.com/win/2004/08/events/event";
/// Fields of one record at most, and elements inside each other.
const MOST: usize = 4_096;
const DEEPEST: usize = 32;

impl Format for EvtxXml {
    fn name(&self) -> &'static str {
        "evtx-xml"
    }

    fn label(&self) -> Text {
        Text::new("Windowsイベント（XML）", "Windows events (XML)")
    }

    fn sniff(&self, sample: &Sample<'_>) -> u8 {
        let text = sample.text.trim_start();
        if text.starts_with('<') && text.contains(NAMESPACE) && begin(text.as_bytes(), 0).is_some() { 97 } else { 0 }
    }

    fn frames(&self) -> Option<&dyn Frames> {
        Some(self)
    }

    fn scanner<'f>(&self, _form: &'f ReadingForm) -> Box<dyn Scanner + 'f> {
        Box::new(Events)
    }

    fn fields<'a>(&self, _form: &ReadingForm, text: &'a str, out: &mut Vec<Field<'a>>) {
        let from = out.len();
        walk(text, out);
        windows::rename(out, from);
    }

    fn columns(&self, _form: &ReadingForm) -> Vec<String> {
        windows::COLUMNS.map(str::to_owned).to_vec()
    }

    fn is_open(&self) -> bool {
        true
    }
}

impl Frames for EvtxXml {
    fn next(&self, look: &Look<'_>) -> Next {
        let Some(start) = begin(look.bytes, look.at) else { return Next::Nothing };
        let end = memchr::memmem::find(look.bytes.get(start..).unwrap_or(&[]), b"</Event>").map(|at| start + at + 8);
        // An event that was never closed ends where the next one begins.
        let other = begin(look.bytes.get(..end.unwrap_or(look.bytes.len())).unwrap_or(&[]), start + 6);
        match (end, other) {
            (_, Some(other)) => Next::Record(start..other),
            (Some(end), None) => Next::Record(start..end),
            (None, None) if look.at_end => Next::Record(start..look.bytes.len()),
            (None, None) => Next::Open(start),
        }
    }

    fn rest(&self, _form: &ReadingForm, bytes: &[u8]) -> Option<usize> {
        memchr::memmem::find(bytes, b"</Event>").map(|at| at + 8)
    }
}

/// Where an `Event` element begins, at `from` or later.
fn begin(bytes: &[u8], from: usize) -> Option<usize> {
    let places = memchr::memmem::find_iter(bytes.get(from..)?, b"<Event").map(|at| from + at);
    places.into_iter().find(|at| matches!(bytes.get(at + 6), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n')))
}

/// The fields under the paths JSON exports give them, for [`windows::rename`].
fn walk<'a>(text: &'a str, out: &mut Vec<Field<'a>>) {
    let mut pull = Pull::new(text.as_bytes());
    let (mut path, mut held) = (Vec::<String>::new(), String::new());
    let most = out.len() + MOST;
    let mut leaf = false;
    while let Ok(Some(piece)) = pull.next() {
        if out.len() >= most {
            return;
        }
        match piece {
            Piece::Open { name, attributes: written, empty } => {
                let named = attributes(written).find(|(key, _)| *key == "Name").map(|(_, value)| unescape(value));
                let in_data = path.last().is_some_and(|parent| parent == "eventdata");
                let name = match named.filter(|_| in_data && name == "Data") {
                    Some(named) => named.to_lowercase(),
                    None => {
                        let name = name.to_lowercase();
                        for (key, value) in attributes(written).filter(|(key, _)| *key != "xmlns") {
                            let place = format!("{}.#attributes.{}", joined(&path, &name), key.to_lowercase());
                            out.push(Field { name: place.into(), value: Cow::Owned(unescape(value).into_owned()) });
                        }
                        name
                    }
                };
                held.clear();
                leaf = true;
                if empty {
                    leaf = false;
                } else if path.len() < DEEPEST {
                    path.push(name);
                } else {
                    return;
                }
            }
            Piece::Close(_) => {
                if leaf {
                    out.push(Field { name: path.join(".").into(), value: Cow::Owned(held.trim().to_owned()) });
                }
                leaf = false;
                path.pop();
            }
            Piece::Text(text) => held.push_str(&unescape(text)),
            Piece::Plain(text) => held.push_str(text),
        }
    }
}

fn joined(path: &[String], name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{}.{name}", path.join(".")) }
}

struct Events;

impl Scanner for Events {
    fn scan(&mut self, text: &str, _offset: u64, clock: &mut Clock) -> Option<Draft> {
        let broken = !text.trim_end().ends_with("</Event>");
        let reject = broken.then_some(Reject::Shape);
        let time = text.find("SystemTime=").and_then(|at| text.get(at + 11..)).and_then(|rest| {
            let mark = rest.chars().next().filter(|mark| matches!(mark, '"' | '\''))?;
            rest.get(1..)?.split(mark).next()
        });
        let Some(time) = time else { return Some(Draft::undated(Undated::NoTime, reject)) };
        Some(match times::whole(time, false) {
            Some(stamp) => Draft { dated: clock.place(&stamp), reject },
            None => Draft::undated(Undated::Unreadable, reject.or(Some(Reject::Time))),
        })
    }
}
