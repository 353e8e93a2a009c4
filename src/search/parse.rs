//! Text to tree. Pure: it knows the grammar (see [`super`]) and no evidence; an unknown field or id shows when the question
//! is run. Every error names the bytes at fault.

use super::error::QueryError;
use super::query::{Node, Query, Term, Test};
use super::term;
use crate::model::fold::fold;
use std::net::Ipv6Addr;
use std::ops::Range;

/// Longest question in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Deepest nesting of brackets and `NOT`.
const MAX_DEPTH: usize = 64;
/// Most terms.
const MAX_TERMS: usize = 512;

/// Reads a question. Linear in its length, and never panics whatever is typed.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    if text.len() > MAX_TEXT {
        return Err(QueryError::new(0..0, "検索式が長すぎる", "The query is too long"));
    }
    let mut parser = Parser { text, at: 0, open: 0, depth: 0, terms: 0 };
    parser.skip_space();
    if parser.at == text.len() {
        return Ok(Query { text: text.to_owned(), root: Node::Everything });
    }
    let root = parser.either()?;
    if parser.at < text.len() {
        return Err(parser.stray_bracket());
    }
    Ok(Query { text: text.to_owned(), root })
}

/// A text between quotation marks or as it stands, and where it stands.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) at: Range<usize>,
    pub(super) quoted: bool,
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    /// Brackets open.
    open: usize,
    /// Brackets and `NOT`s open.
    depth: usize,
    terms: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keyword {
    And,
    Or,
    Not,
}

impl Parser<'_> {
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn keyword(&self) -> Option<(Keyword, usize)> {
        [("AND", Keyword::And), ("OR", Keyword::Or), ("NOT", Keyword::Not)].into_iter().find_map(|(word, keyword)| {
            let after = self.rest().strip_prefix(word)?.chars().next();
            after.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')')).then_some((keyword, word.len()))
        })
    }

    /// Whether an operand must follow here and none does.
    fn at_end(&self) -> bool {
        self.rest().is_empty() || self.peek() == Some(')')
    }

    fn either(&mut self) -> Result<Node, QueryError> {
        let mut parts = vec![self.all()?];
        while let Some((Keyword::Or, len)) = self.keyword() {
            self.operator(len)?;
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Node::Or))
    }

    fn all(&mut self) -> Result<Node, QueryError> {
        let mut parts = Vec::new();
        loop {
            self.skip_space();
            match self.keyword() {
                Some((Keyword::Not, _)) => {}
                Some((_, len)) if parts.is_empty() => {
                    let word = self.at..self.at + len;
                    let name = &self.text[word.clone()];
                    return Err(QueryError::new(
                        word,
                        format!("`{name}` の左に条件がない"),
                        format!("Nothing stands before `{name}`"),
                    )
                    .hint("語として探すなら \" で囲む", "To search for the word itself, put it in quotation marks"));
                }
                Some((Keyword::And, len)) => self.operator(len)?,
                Some((Keyword::Or, _)) => break,
                None if self.at_end() => break,
                None => {}
            }
            parts.push(self.operand()?);
        }
        Ok(one_or(parts, Node::And))
    }

    /// Passes `AND`, `OR` or `NOT`, after which something must follow.
    fn operator(&mut self, len: usize) -> Result<(), QueryError> {
        let word = self.at..self.at + len;
        self.at += len;
        self.skip_space();
        let next = self.keyword().filter(|(keyword, _)| *keyword != Keyword::Not);
        if next.is_none() && !self.at_end() {
            return Ok(());
        }
        let name = &self.text[word.clone()];
        Err(QueryError::new(word, format!("`{name}` の右に条件がない"), format!("Nothing follows `{name}`"))
            .hint("語として探すなら \" で囲む", "To search for the word itself, put it in quotation marks"))
    }

    fn operand(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        if self.depth >= MAX_DEPTH {
            return Err(QueryError::new(
                start..start,
                "括弧とNOTの入れ子が深すぎる",
                "Brackets and `NOT` nest too deep",
            ));
        }
        if let Some((Keyword::Not, len)) = self.keyword() {
            self.operator(len)?;
            self.depth += 1;
            let part = self.operand()?;
            self.depth -= 1;
            return Ok(Node::Not(Box::new(part)));
        }
        if self.peek() == Some('(') {
            return self.bracket();
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(QueryError::new(start..start, "条件が多すぎる", "There are too many terms"));
        }
        let test = self.term()?;
        Ok(Node::Term(Term { at: start..self.at, test }))
    }

    fn bracket(&mut self) -> Result<Node, QueryError> {
        let start = self.at;
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(')') {
            return Err(QueryError::new(
                start..self.at + 1,
                "括弧の中に条件がない",
                "Nothing stands between the brackets",
            )
            .hint("括弧を探すなら \" で囲む", "To search for brackets, put them in quotation marks"));
        }
        let unclosed = || {
            QueryError::new(start..start + 1, "括弧が閉じていない", "The bracket is never closed").hint(
                "`)` を加えるか、括弧を探すなら \" で囲む",
                "Add `)`, or put the bracket in quotation marks to search for it",
            )
        };
        if self.rest().is_empty() {
            return Err(unclosed());
        }
        self.open += 1;
        self.depth += 1;
        let inner = self.either()?;
        self.open -= 1;
        self.depth -= 1;
        if self.peek() != Some(')') {
            return Err(unclosed());
        }
        self.at += 1;
        Ok(inner)
    }

    fn stray_bracket(&self) -> QueryError {
        QueryError::new(self.at..self.at + 1, "対応する `(` がない", "This `)` has no `(`")
            .hint("括弧を探すなら \" で囲む", "To search for a bracket, put it in quotation marks")
    }

    fn term(&mut self) -> Result<Test, QueryError> {
        let start = self.at;
        if let Some(exact) = self.rest().strip_prefix('=')
            && exact.chars().next().is_some_and(|c| !c.is_whitespace() && c != ')')
        {
            self.at += 1;
            return match self.regex()? {
                Some(pattern) => Ok(Test::Regex { pattern, exact: true }),
                None => Ok(Test::Text { text: self.piece()?.text, exact: true }),
            };
        }
        if let Some(pattern) = self.regex()? {
            return Ok(Test::Regex { pattern, exact: false });
        }
        if let Some((name, or_text)) = self.name()? {
            return term::test(self, start, &name, or_text);
        }
        self.at = start;
        Ok(Test::Text { text: self.piece()?.text, exact: false })
    }

    /// A field name with its colon, if one stands here and a value follows; stops after the colon. The flag says that the
    /// term may as well be a piece of text.
    fn name(&mut self) -> Result<Option<(String, bool)>, QueryError> {
        let rest = self.rest();
        if rest.starts_with('"') {
            let name = self.quoted()?;
            let found = self.rest().starts_with(':') && has_value(self.rest().get(1..).unwrap_or(""));
            self.at += usize::from(found);
            return Ok(found.then(|| (fold(&name.text), false)));
        }
        let Some(colon) = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '@' | '-'))) else {
            return Ok(None);
        };
        let (name, after) = rest.split_at(colon);
        let begins = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        let Some(value) = after.strip_prefix(':').filter(|value| begins && has_value(value)) else { return Ok(None) };
        let drive = name.len() == 1 && value.starts_with('\\');
        if value.starts_with("//") || drive || is_address(&rest[..run_len(rest)]) {
            return Ok(None);
        }
        let found = (fold(name), !name.is_ascii());
        self.at += colon + 1;
        Ok(Some(found))
    }

    /// A quoted text, or a run up to white space or the bracket that closes a group.
    pub(super) fn piece(&mut self) -> Result<Piece, QueryError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let len = run_len(self.rest());
        if len == 0 {
            return Err(self.stray_bracket());
        }
        let at = self.at..self.at + len;
        self.at = at.end;
        Ok(Piece { text: self.text[at.clone()].to_owned(), at, quoted: false })
    }

    fn quoted(&mut self) -> Result<Piece, QueryError> {
        let start = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((at, c)) = chars.next() {
            match (c, chars.peek()) {
                ('\\', Some((_, next @ ('"' | '\\')))) => {
                    text.push(*next);
                    chars.next();
                }
                ('"', _) => {
                    self.at = start + at + 1;
                    if text.is_empty() {
                        return Err(QueryError::new(
                            start..self.at,
                            "引用符の中が空",
                            "Nothing stands between the quotation marks",
                        ));
                    }
                    return Ok(Piece { text, at: start..self.at, quoted: true });
                }
                _ => text.push(c),
            }
        }
        Err(QueryError::new(start..start + 1, "引用符が閉じていない", "The quotation mark is never closed").hint(
            "`\"` を加える。引用符そのものは `\\\"` と書く",
            "Add `\"`; a quotation mark itself is written `\\\"`",
        ))
    }

    /// A regular expression, if one stands here: it begins with `/` and ends in an unescaped `/` before white space, a
    /// closing bracket or the end. It may hold spaces only if it holds no other unescaped `/`, so that two paths side by
    /// side stay words.
    fn regex(&mut self) -> Result<Option<String>, QueryError> {
        let Some(body) = self.rest().strip_prefix('/') else { return Ok(None) };
        let (mut slash, mut space, mut escaped) = (false, false, false);
        let mut found = None;
        for (at, c) in body.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '/' => {
                    let next = body[at + 1..].chars().next();
                    let ends = next.is_none_or(|c| c.is_whitespace() || (c == ')' && self.open > 0));
                    if ends {
                        found = (at > 0 && !(slash && space)).then_some(at);
                        break;
                    }
                    slash = true;
                }
                _ => {}
            }
            space |= c.is_whitespace();
            if slash && space {
                break;
            }
        }
        let Some(len) = found else { return Ok(None) };
        let pattern = body[..len].to_owned();
        term::check_regex(&pattern, self.at + 1)?;
        self.at += len + 2;
        Ok(Some(pattern))
    }
}

fn one_or(mut parts: Vec<Node>, many: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.swap_remove(0) } else { many(parts) }
}

fn has_value(value: &str) -> bool {
    value.chars().next().is_some_and(|c| !c.is_whitespace() && c != ')')
}

/// Bytes of the word at the start of `rest`: up to white space or a `)` the word did not open.
fn run_len(rest: &str) -> usize {
    let mut open = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            _ if c.is_whitespace() => return at,
            '(' => open += 1,
            // Outside every group a lone bracket is more likely a slip than part of a word; the caller says so.
            ')' if open == 0 => return at,
            ')' => open -= 1,
            _ => {}
        }
    }
    rest.len()
}

/// An IPv6 or MAC address has colons and is no field.
fn is_address(run: &str) -> bool {
    let mac = || {
        run.split([':', '-']).count() == 6
            && run.split([':', '-']).all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    run.parse::<Ipv6Addr>().is_ok() || mac()
}
