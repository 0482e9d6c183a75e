//! The starter program is part of the binary: a change of it makes a new one.

fn main() {
    println!("cargo::rerun-if-changed=../rules");
}
