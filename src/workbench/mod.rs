//! What one can do, each use as a plain list of steps; wires the siblings and reads and writes files.

pub mod ask;
