//! Query language, set algebra, chunk scanning.
//!
//! # The language
//! White space (the ideographic one too) parts terms; all must hold. `AND`, `OR`, `NOT` in capitals and `( )` as usual:
//! `NOT` binds closest, then `AND` (written or not), then `OR`. The empty question asks for everything.
//!
//! | term | matches records |
//! |---|---|
//! | `word`, `"two words"` | whose text holds these characters, both sides folded (`model::fold`); `\"` and `\\` inside quotes |
//! | `=word`, `="two words"` | whose text holds exactly these characters |
//! | `/regex/`, `=/regex/` | whose text matches; without `=` case does not matter |
//! | `field:value` | whose field is the value, folded; `*` in it stands for anything; `field:*`: has the field, not empty |
//! | `field:"two words"` | the same without `*` |
//! | `field:>n` `>=` `<` `<=` `=` | whose field is a number that compares so; `field:=text` and `field:="7"`: exactly these characters |
//! | `field:203.0.113.0/24` | whose field holds an address of the block |
//! | `ip:203.0.113.0/24` | whose text holds an IPv4 or IPv6 address of the block, in a plain spelling |
//! | `time:A..B` | from the start of A to the end of B: a bound names a whole year, month, day, hour, minute or second and all of it counts; either may be left out; without a zone it is Japanese time; `time:A`, `time:>=A` … work too; the evidence's clock skew is taken into account |
//! | `kind:btc`, `kind:btc=VALUE` | that hold an indicator of the kind, or one canonical value |
//! | `tag:x`, `is:tagged` | that carry the tag, or any |
//! | `evidence:x` | of the evidence whose id ends in `x` |
//! | `is:undated`, `is:reject` | without an instant; not readable in their format |
//! | `is:stated`, `is:setting`, `is:assumed` | by how zone and year were known |
//!
//! A term is a field only when a name stands before its first `:` and a value after it that does not begin with `//`; so
//! `http://x`, `C:\x`, `12:30`, IPv6 and MAC addresses are words. A name in quotation marks is always a field
//! (`"time":x`, `"取引 番号":7`). An unquoted name that is not ASCII (`氏名:山田`) is a field where a reading has that
//! column and a word elsewhere. `/…` is an expression only if it also ends in an unescaped `/`, so `/admin/login` is a word.
//!
//! Exact words and expressions see the decoded text as it stands, JSON `\u` escapes undone and nothing else changed.

mod address;
mod bits;
mod chunk;
mod cluster;
mod error;
mod facet;
mod histogram;
mod literal;
mod long;
mod mapped;
mod number;
mod order;
#[cfg(test)]
mod order_tests;
mod parse;
mod plan;
mod query;
mod ready;
mod run;
mod scan;
mod selection;
mod spans;
mod stack;
mod tangle;
mod templates;
mod term;
mod text;
mod times;
mod walk;

pub use address::Net;
pub use error::{Error, QueryError};
pub use facet::{Facet, facet};
pub use histogram::{Bins, Histogram, histogram};
pub use number::Decimal;
pub use order::{TimeOrder, in_time_order};
pub use parse::parse;
pub use query::{Comparison, Node, Query, State, Term, Test, Value};
pub use ready::{About, Note};
pub use run::{Outcome, Scope, run};
pub use selection::Rows;
pub use spans::spans;
pub use stack::stack;
pub use templates::{Asked, Miner, Place, Template, Templates, templates};
