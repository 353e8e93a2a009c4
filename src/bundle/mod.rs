//! What leaves and what arrives: policy, sanitiser, writers, bag, signatures, seal, verification.

pub mod answer;
pub mod approval;
pub mod approve;
mod bag;
pub mod bag_info;
pub mod check;
pub mod clean;
mod decide;
pub mod draft;
mod examine;
pub mod fault;
pub mod identity;
pub mod keys;
mod labels;
mod lines;
pub mod material;
pub mod open;
mod pack;
mod path;
pub mod policy;
pub mod receipt;
pub mod release;
pub mod sanitise;
pub mod seal;
pub mod sequence;
pub mod shown;
pub mod sshsig;
pub mod token;
pub mod token_key;
pub mod trust;
mod unpack;
pub mod verify;
mod vocabulary;
pub mod wording;
pub mod writers;

pub use bag::sha256_hex;
