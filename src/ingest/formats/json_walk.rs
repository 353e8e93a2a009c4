//! A JSON text as flat fields: nested names joined with dots, elements of arrays under their array's name.
//!
//! Values are cut from the text as written, so numbers keep every digit and repeated keys all appear. What is not JSON is
//! read as far as it goes.

use super::windows;
use crate::model::Field;
use std::borrow::Cow;

/// Fields of one record at most.
const MOST: usize = 4_096;
/// Nesting that is followed; deeper values are shown as they stand.
const DEEPEST: usize = 32;

/// Appends the fields of a JSON text, those of a Windows event under the names of [`windows`].
pub(super) fn fields<'a>(text: &'a str, out: &mut Vec<Field<'a>>) {
    let from = out.len();
    walk(text, out);
    if windows::is_event(text) {
        windows::rename(out, from);
    }
}

fn walk<'a>(text: &'a str, out: &mut Vec<Field<'a>>) {
    let mut walk = Walk { text, at: 0, out, most: MOST };
    walk.most += walk.out.len();
    let _ = walk.value("", 0);
}

struct Walk<'a, 'o> {
    text: &'a str,
    at: usize,
    out: &'o mut Vec<Field<'a>>,
    most: usize,
}

impl<'a> Walk<'a, '_> {
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.text.as_bytes().get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, path: &str, depth: usize) -> Option<()> {
        if self.out.len() >= self.most {
            return None;
        }
        match self.peek()? {
            b'{' | b'[' if depth >= DEEPEST => {
                let rest = self.text.get(self.at..)?;
                self.push(path, Cow::Borrowed(rest));
                None
            }
            b'{' => self.object(path, depth),
            b'[' => self.array(path, depth),
            b'"' => {
                let value = self.string()?;
                self.push(path, value);
                Some(())
            }
            _ => {
                let rest = self.text.get(self.at..)?;
                let len = rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len());
                let value = rest.get(..len).filter(|value| !value.is_empty())?;
                self.at += len;
                self.push(path, Cow::Borrowed(value));
                Some(())
            }
        }
    }

    fn object(&mut self, path: &str, depth: usize) -> Option<()> {
        self.at += 1;
        if self.eat(b'}') {
            self.push(path, Cow::Borrowed("{}"));
            return Some(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return None;
            }
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            if path.is_empty() {
                self.value(&key, depth + 1)?;
            } else {
                self.value(&format!("{path}.{key}"), depth + 1)?;
            }
            if self.eat(b'}') {
                return Some(());
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, path: &str, depth: usize) -> Option<()> {
        self.at += 1;
        if self.eat(b']') {
            self.push(path, Cow::Borrowed("[]"));
            return Some(());
        }
        loop {
            self.value(path, depth + 1)?;
            if self.eat(b']') {
                return Some(());
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    /// A string without its quotation marks, escapes undone where there are any.
    fn string(&mut self) -> Option<Cow<'a, str>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
            if bytes.get(at) == Some(&b'"') {
                break;
            }
            escaped = true;
            at += 2;
        }
        self.at = at + 1;
        let inner = self.text.get(start..at)?;
        if escaped && let Ok(value) = serde_json::from_str::<String>(self.text.get(start - 1..=at)?) {
            return Some(Cow::Owned(value));
        }
        Some(Cow::Borrowed(inner))
    }

    fn push(&mut self, path: &str, value: Cow<'a, str>) {
        let name = if path.is_empty() { "value".to_owned() } else { path.to_lowercase() };
        self.out.push(Field { name: Cow::Owned(name), value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &str) -> String {
        let mut out = Vec::new();
        fields(text, &mut out);
        out.iter().map(|field| format!("{}={}", field.name, field.value)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn nested_names_and_exact_numbers() {
        assert_eq!(
            flat(r#"{"a":{"B":1.10,"c":[{"d":"x\ny"},{"d":2}]},"n":123456789012345678901234,"e":[],"a":null}"#),
            "a.b=1.10 a.c.d=x\ny a.c.d=2 n=123456789012345678901234 e=[] a=null"
        );
    }

    #[test]
    fn broken_json_is_read_as_far_as_it_goes() {
        assert_eq!(flat(r#"{"a":1,"b":"unfinish"#), "a=1");
        assert_eq!(flat(r#""\"#), "");
        assert!(flat(&"[".repeat(100_000)).starts_with("value=["));
    }
}
