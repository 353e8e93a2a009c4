//! What one can do, each use as a plain list of steps; wires the siblings and reads and writes files.
//!
//! Command line and window call the same functions. Nothing here draws, prints or detaches a thread.

pub mod answer;
mod arrival;
pub mod ask;
pub mod backup;
pub mod clock;
pub mod demo;
pub mod distinct;
mod error;
pub mod export;
pub mod extract;
pub mod find;
pub mod heads;
pub mod import;
pub mod keys;
mod list_read;
pub mod list_write;
pub mod lists;
mod members;
pub mod network;
pub mod packs;
mod pipeline;
pub mod preview;
pub mod proof;
pub mod reading;
pub mod receive;
pub mod reply;
pub mod roles;
pub mod session;
pub mod settings;
pub mod settled;
pub mod stated;
pub mod suggest;
pub mod trail;
pub mod transcript;

pub use crate::bundle::approve::Accept;
pub use crate::bundle::fault::Fault;
pub use crate::bundle::keys::SigningKey;
pub use crate::bundle::release::Finding;
pub use crate::indicators::defanged;
pub use crate::store::{
    Check, Error as StoreError, Found, Mode, Remapped, SightingFilter, TrustRow, Unmapped, print_head,
};
pub use error::{Error, Result};
pub use session::Session;
