//! Audit heads remembered outside the stores, so that an older or another copy in a store's place is noticed.
//!
//! One small file a store, in this user's settings. Not a proof: whoever can write them can change them. The head on paper
//! and the receipts of others are.

use super::ask::Said;
use super::error::{Error, Result};
use super::session::Session;
use super::settings;
use crate::model::audit::AuditHead;
use crate::store::{Check, Mode, print_head};
use std::path::PathBuf;

/// Where a store's head is remembered. The id comes out of the file itself, so it is not trusted as a name.
fn place(session: &Session) -> Option<PathBuf> {
    let id = session.store.store_id().as_str();
    let plain = !id.is_empty() && id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(settings::config_dir).flatten().map(|dir| dir.join("heads").join(id))
}

fn remembered(session: &Session) -> Option<AuditHead> {
    let text = std::fs::read_to_string(place(session)?).ok()?;
    let (count, hash) = text.trim().split_once(' ')?;
    Some(AuditHead { count: count.parse().ok()?, hash: hash.to_owned() })
}

/// The head remembered for this store, where it does not lie on the store's chain: an older copy stands in its place, or
/// another hand went on from one.
fn missing(session: &Session) -> Result<Option<AuditHead>> {
    let Some(head) = remembered(session) else { return Ok(None) };
    Ok(if session.store.audit_holds(&head)? { None } else { Some(head) })
}

/// Looks for the head remembered before anything is added to a store; where it is missing, writes that down and says so.
pub fn greet(session: &Session) -> Result<Option<Said>> {
    let Some(head) = missing(session)? else { return Ok(None) };
    let printed = format!("{} #{}", print_head(&head), head.count);
    if session.store.mode() == Mode::Write {
        session.store.audit("store.head-missing", session.store.store_id().as_str(), &printed, &session.author())?;
    }
    Ok(Some(Said::new(
        format!("この端末が覚えている監査証跡の頭部 {printed} がありません。古い写しか、別の写しです"),
        format!("the audit head {printed} remembered here is not in this file: an older or another copy"),
    )))
}

/// Remembers the present head.
pub fn remember(session: &Session) -> Result<()> {
    let Some(path) = place(session) else { return Ok(()) };
    let head = session.store.audit_head()?;
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).map_err(Error::file(dir))?;
    }
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, format!("{} {}\n", head.count, head.hash)).map_err(Error::file(&fresh))?;
    std::fs::rename(&fresh, &path).map_err(Error::file(&path))
}

/// Whether the head remembered on this workstation lies on the chain.
pub fn check(session: &Session) -> Result<Check> {
    let line = |ok, detail: String| Check { check: "remembered-head".to_owned(), ok, detail };
    Ok(match (remembered(session), missing(session)?) {
        (None, _) => line(None, "no head of this store is remembered here".to_owned()),
        (Some(head), None) => line(Some(true), format!("{} #{}", print_head(&head), head.count)),
        (Some(_), Some(head)) => line(
            Some(false),
            format!("{} #{} is not on the chain: an older or another copy", print_head(&head), head.count),
        ),
    })
}
