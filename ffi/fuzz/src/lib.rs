//! What fuzzing does with the C library: bytes in, through one of its functions, and everything that
//! comes out is read as a caller may read it. The fuzz targets run it with a fuzzer, the tests of the
//! library over the kept corpus and some changes of it.
//!
//! - `entries`: the functions by name; `fixture`: the program and the ledger that they are called with;
//! - `outcome`: what must hold of every result; `structs`: bytes made into structs of C.

pub mod entries;
mod fixture;
mod outcome;
mod structs;
