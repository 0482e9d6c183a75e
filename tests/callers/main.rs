//! Callers of the C library, in C, C++, Python and Java, run with what was built.
//!
//! - `compiled` builds them; `header` holds `plaudit.h` to the library and to the standards of C and C++;
//! - `shared` runs the shared corpus through `driver.c`, which must give the bytes that Rust gives, in a
//!   file and in a database of a `server`;
//! - `misuse` runs `misuse.c`: what a program must not do, and what comes of it;
//! - `examples` runs the programs of `ffi/examples`; `symbols`: what the library shows to the linker;
//! - `plain`: scoring by structs gives what scoring by JSON does;
//! - `threads`: eight threads get the answers that one gets;
//! - `watched`: the sanitizers and valgrind, under which most programs here run, find what is planted;
//! - `fuzzed`: the functions that take bytes, with the kept corpus of the fuzz targets and changes of it;
//! - `readme`: the program of the README, and the commands of `ffi/README.md`.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking; some call C"
)]

mod compiled;
#[path = "../corpus/mod.rs"]
mod corpus;
mod examples;
#[expect(unreachable_pub, reason = "the fuzz targets use it as a library")]
#[path = "../../ffi/fuzz/src/lib.rs"]
mod fuzz;
mod fuzzed;
mod header;
mod misuse;
mod plain;
mod pseudonyms;
mod readme;
#[path = "../suite/server.rs"]
#[expect(dead_code, reason = "the suite does more with servers")]
mod server;
mod shared;
mod symbols;
mod threads;
mod watched;
