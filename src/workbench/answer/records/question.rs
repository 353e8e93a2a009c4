//! A view's typed query and its conditions as one question, so that one pass over the chunks answers all of them.

use crate::search::{self, Node, Query, QueryError};
use crate::workbench::ask::{QueryFault, RecordView, Said};

/// The parts of a view put together; `starts` are the bytes where each part begins in the whole text.
pub(super) struct Question {
    pub(super) query: Query,
    starts: Vec<usize>,
}

/// Parses every part; the first wrong one is told with its place in that part.
pub(super) fn of(view: &RecordView) -> Result<Question, QueryFault> {
    let mut text = String::new();
    let (mut starts, mut roots) = (Vec::new(), Vec::new());
    for (part, typed) in std::iter::once(&view.query).chain(&view.also).enumerate() {
        let mut query = search::parse(typed).map_err(|err| fault(part, 0, &err))?;
        shift(&mut query.root, text.len());
        starts.push(text.len());
        text.push_str(typed);
        text.push(' ');
        if query.root != Node::Everything {
            roots.push(query.root);
        }
    }
    let root = match roots.len() {
        0 => Node::Everything,
        1 => roots.swap_remove(0),
        _ => Node::And(roots),
    };
    Ok(Question { query: Query { text, root }, starts })
}

impl Question {
    /// A fault found while asking, told with its place in the part it stands in.
    pub(super) fn fault(&self, err: &QueryError) -> QueryFault {
        let part = self.starts.partition_point(|start| *start <= err.at.start).saturating_sub(1);
        fault(part, self.starts.get(part).copied().unwrap_or(0), err)
    }
}

fn fault(part: usize, start: usize, err: &QueryError) -> QueryFault {
    QueryFault {
        part,
        at: err.at.start.saturating_sub(start),
        len: err.at.len(),
        what: Said::new(err.message.0.clone(), err.message.1.clone()),
        hint: err.hint.clone().map(|(ja, en)| Said::new(ja, en)),
    }
}

fn shift(node: &mut Node, by: usize) {
    match node {
        Node::Everything => {}
        Node::And(parts) | Node::Or(parts) => parts.iter_mut().for_each(|part| shift(part, by)),
        Node::Not(part) => shift(part, by),
        Node::Term(term) => term.at = term.at.start + by..term.at.end + by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str, also: &[&str]) -> RecordView {
        RecordView {
            query: query.to_owned(),
            also: also.iter().map(|text| (*text).to_owned()).collect(),
            ..RecordView::default()
        }
    }

    #[test]
    fn faults_are_told_in_the_part_they_stand_in() {
        assert_eq!(of(&view("a (b", &[])).err().map(|fault| fault.part), Some(0));
        assert_eq!(of(&view("a", &["b", "time:never"])).err().map(|fault| fault.part), Some(2));
        let question = of(&view("口座", &["status:404", "nosuch:1"])).ok().unwrap();
        let Node::And(parts) = &question.query.root else { panic!("three parts") };
        let Some(Node::Term(term)) = parts.last() else { panic!("a term") };
        let err = QueryError { at: term.at.clone(), message: (String::new(), String::new()), hint: None };
        let fault = question.fault(&err);
        assert_eq!((fault.part, fault.at, fault.len), (2, 0, "nosuch:1".len()));
    }

    #[test]
    fn nothing_typed_asks_for_everything() {
        assert_eq!(of(&view(" ", &["", ""])).ok().map(|question| question.query.root), Some(Node::Everything));
    }
}
