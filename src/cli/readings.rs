//! Commands on what was made of evidence: proofs of records.

use super::args::Prove;
use super::{Context, Result, Verdict};
use crate::model::Ticket;
use crate::workbench::proof::{self, Proven};
use crate::workbench::{Error, Mode};
use serde_json::json;

pub(super) fn prove(context: &Context, args: &Prove) -> Result {
    let what = match (args.row, args.offset, args.len) {
        (Some(row), ..) => Proven::Row(row),
        (None, Some(offset), Some(len)) => Proven::Bytes { offset, len },
        _ => {
            return Err(Error::input(
                "--row か --offset と --len を指定してください",
                "give --row, or --offset and --len",
            )
            .into());
        }
    };
    let session = context.open(&args.store, Mode::Write)?;
    let key = session.store.find_evidence(&args.evidence)?;
    let proof = proof::prove(&session, key, what, &args.out, &Ticket::new())?;
    let (record, shown) = (&proof.record, &proof.shown);
    if shown.len > record.len {
        let around = shown.len - record.len;
        context.note(
            &format!("木の区間（1,024バイト）ごとに示すため、記録の前後{around}バイトも含まれます。渡す前に確かめてください"),
            &format!("the tree proves pieces of 1,024 bytes: {around} bytes around the record are in the file too; look at them before handing it on"),
        );
    }
    context.out.row(&json!({
        "proof": args.out.display().to_string(), "evidence": proof.evidence.id, "blake3": proof.evidence.blake3,
        "offset": record.offset, "len": record.len, "shown_offset": shown.offset, "shown_len": shown.len,
        "hashes": proof.hashes.len(),
    }))?;
    Ok(Verdict::Done)
}
