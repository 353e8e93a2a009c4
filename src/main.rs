//! The program: a command line, or the window when no command is given.

use std::process::ExitCode;

/// Frees of large buffers cost half a frame with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    itoguchi::cli::main()
}
