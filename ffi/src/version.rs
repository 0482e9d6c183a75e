//! Which library it is.

use std::ffi::c_char;

/// The version of the library, such as "0.1.0". The text is the library's.
#[unsafe(no_mangle)]
pub extern "C" fn plaudit_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// The number of the binary interface, which the soname carries. A program that was built against
/// the header of one number runs with every library of that number.
#[unsafe(no_mangle)]
pub extern "C" fn plaudit_abi_version() -> u32 {
    PLAUDIT_ABI_VERSION
}

/// The number of the binary interface that this header is of; compare it with plaudit_abi_version().
pub const PLAUDIT_ABI_VERSION: u32 = 0;
