//! What leaves and what arrives: policy, sanitiser, writers, bag, signatures, seal, verification.

mod lines;
pub mod material;
pub mod policy;
pub mod release;
pub mod sanitise;
pub mod shown;
pub mod token;
mod unfold;
pub mod writers;
