//! One mail (RFC 5322, MIME): its decoded text, and what is attached to it.
//!
//! The structure is found by a third party's parser; the bytes of parts and headers are decoded here, because what Japanese mailers
//! send does not always say what it is: raw ISO-2022-JP or CP932 in headers, bodies without a charset, half-true labels.

use super::encoding;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::parsers::MessageStream;
use mail_parser::{Encoding, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Mails inside mails at most this deep.
const DEEPEST: usize = 8;

/// Something attached to a mail.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    /// File name as decoded; numbered where it has none.
    pub(super) name: String,
    /// Its bytes, transfer encoding undone.
    pub(super) bytes: Vec<u8>,
}

/// The `From ` line of an mbox, and the mail after it.
fn apart(bytes: &[u8]) -> (Option<&[u8]>, &[u8]) {
    match memchr::memchr(b'\n', bytes).filter(|_| bytes.starts_with(b"From ")) {
        Some(feed) => {
            let (line, rest) = bytes.split_at(feed);
            (line.get(5..), rest.get(1..).unwrap_or(&[]))
        }
        None => (None, bytes),
    }
}

fn parsed<T>(mail: &[u8], with: impl FnOnce(&Message<'_>) -> T) -> Option<T> {
    // A third party's parser: whatever it meets, reading goes on.
    catch_unwind(AssertUnwindSafe(|| MessageParser::new().parse(mail).map(|message| with(&message)))).ok().flatten()
}

/// The decoded text of a mail: its headers one a line, a line for each attachment, then every text part.
#[must_use]
pub(super) fn text(bytes: &[u8]) -> String {
    let (from, mail) = apart(bytes);
    let mut out = String::new();
    if let Some(from) = from {
        line(&mut out, "Mbox-From", &one_line(&decoded(None, from)));
    }
    let before = out.len();
    if parsed(mail, |message| render(message, 0, &mut out)).is_none() {
        out.truncate(before);
        out.push_str(&decoded(None, mail));
    }
    out
}

fn line(out: &mut String, name: &str, value: &str) {
    out.extend([name, ": ", value, "\n"]);
}

fn render(message: &Message<'_>, depth: usize, out: &mut String) {
    let raw = message.raw_message.as_ref();
    // Headers state no encoding; where they are not ASCII, that of the text is the likeliest.
    let charset = message.parts.iter().find_map(|part| part.content_type()?.attribute("charset"));
    for header in message.headers() {
        let value = raw.get(header.offset_start as usize..header.offset_end as usize).unwrap_or(&[]);
        line(out, &one_line(header.name.as_str()), &header_text(charset, value));
    }
    for (name, part) in attached(message) {
        let kind = part.content_type().map_or_else(String::new, |kind| {
            format!(" ({}/{})", one_line(kind.ctype()), one_line(kind.subtype().unwrap_or("")))
        });
        line(out, "Attachment", &format!("{}{kind}", one_line(&name)));
    }
    for (index, part) in message.parts.iter().enumerate() {
        let is_attached = u32::try_from(index).is_ok_and(|index| message.attachments.contains(&index));
        match &part.body {
            PartType::Text(known) | PartType::Html(known) if !is_attached => {
                out.push('\n');
                out.push_str(&part_text(part, known, raw));
            }
            PartType::Message(inner) if depth < DEEPEST => {
                out.push_str("\n-----\n");
                render(inner, depth + 1, out);
            }
            _ => {}
        }
    }
}

/// The attachments with their names.
fn attached<'m, 'x>(message: &'m Message<'x>) -> impl Iterator<Item = (String, &'m MessagePart<'x>)> {
    let parts =
        message.attachments.iter().filter_map(|index| message.parts.get(*index as usize).map(|part| (index, part)));
    parts.map(|(index, part)| {
        let name = part.attachment_name().map(str::trim).filter(|name| !name.is_empty());
        let ending = match &part.body {
            PartType::Message(_) => ".eml",
            PartType::Text(_) => ".txt",
            PartType::Html(_) => ".html",
            _ => "",
        };
        (name.map_or_else(|| format!("part-{index}{ending}"), name_text), part)
    })
}

/// A file name whose bytes were not declared.
fn name_text(name: &str) -> String {
    header_text(None, name.as_bytes())
}

/// Calls `each` with what is attached to a mail, and with text parts that begin `beyond` this many bytes.
pub(super) fn attachments(bytes: &[u8], beyond: usize, each: &mut dyn FnMut(Attachment)) {
    let (_, mail) = apart(bytes);
    let found = parsed(mail, |message| {
        let raw = message.raw_message.as_ref();
        let mut out: Vec<Attachment> = attached(message)
            .map(|(name, part)| Attachment { name, bytes: transferred(part, raw).into_owned() })
            .collect();
        for (index, part) in message.parts.iter().enumerate() {
            let is_text = matches!(part.body, PartType::Text(_) | PartType::Html(_));
            let is_attached = u32::try_from(index).is_ok_and(|index| message.attachments.contains(&index));
            if is_text && !is_attached && part.offset_body as usize >= beyond {
                out.push(Attachment { name: format!("part-{index}.txt"), bytes: transferred(part, raw).into_owned() });
            }
        }
        out
    });
    found.into_iter().flatten().for_each(each);
}

/// The bytes of a part with its transfer encoding undone.
fn transferred<'r>(part: &MessagePart<'_>, raw: &'r [u8]) -> Cow<'r, [u8]> {
    let body = raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or(&[]);
    match part.encoding {
        Encoding::None => Cow::Borrowed(body),
        Encoding::QuotedPrintable => quoted_printable_decode(body).map_or(Cow::Borrowed(body), Cow::Owned),
        Encoding::Base64 => {
            let clean: Vec<u8> = body
                .iter()
                .copied()
                .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
                .collect();
            base64_decode(&clean).map_or(Cow::Borrowed(body), Cow::Owned)
        }
    }
}

/// A text part in its declared encoding, or in the one its bytes show.
fn part_text(part: &MessagePart<'_>, known: &str, raw: &[u8]) -> String {
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    let bytes = transferred(part, raw);
    let label = charset.map(|label| label.trim_matches(['"', '\'', ' ', ';']));
    let is_plain = label.is_none_or(|label| label.eq_ignore_ascii_case("us-ascii") || label.is_empty());
    let text = match label.and_then(encoding::from_label).filter(|_| !is_plain) {
        Some(encoding) => encoding::decode_record(encoding, &bytes).into_owned(),
        None if is_plain => decoded(None, &bytes),
        // A label that is not known here: the parser's own reading.
        None => known.to_owned(),
    };
    text.replace("\r\n", "\n")
}

/// Bytes whose encoding nobody stated.
fn decoded(label: Option<&str>, bytes: &[u8]) -> String {
    if let Some(encoding) = label.and_then(encoding::from_label) {
        return encoding::decode_record(encoding, bytes).into_owned();
    }
    if bytes.is_ascii() && memchr::memchr(0x1b, bytes).is_none() {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    encoding::decode(encoding::guess(bytes).encoding, bytes).text
}

/// The value of a header in one line, encoded words (RFC 2047) undone.
fn header_text(charset: Option<&str>, raw: &[u8]) -> String {
    let shows_itself = std::str::from_utf8(raw).is_ok();
    let mut text = decoded(charset.filter(|_| !shows_itself), raw);
    text.push('\n');
    match MessageStream::new(text.as_bytes()).parse_unstructured() {
        HeaderValue::Text(text) => one_line(&text),
        HeaderValue::TextList(list) => one_line(&list.join(" ")),
        _ => one_line(&text),
    }
}

/// Without controls, which could feign another header.
fn one_line(text: &str) -> String {
    let flat: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.contains("  ") {
        flat.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    } else {
        flat
    }
}
