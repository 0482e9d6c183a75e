//! Gives the shared library its soname, which carries the number of the binary interface.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // cargo-c sets it itself.
    let by_cargo_c = std::env::var_os("CARGO_CFG_CARGO_C").is_some();
    let is_linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux");
    if is_linux && !by_cargo_c {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libplaudit.so.0");
    }
}
