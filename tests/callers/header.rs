//! `plaudit.h` is what the library is, and every compiler takes it.

use std::fs;
use std::process::Command;

use crate::compiled::{WARNINGS, include, well, written};
use crate::corpus::top;

#[test]
fn the_header_is_what_the_library_is() {
    let ffi = top().join("ffi");
    let config = cbindgen::Config::from_file(ffi.join("cbindgen.toml")).unwrap();
    let mut text = Vec::new();
    let bindings =
        cbindgen::Builder::new().with_config(config).with_crate(&ffi).generate().unwrap();
    bindings.write(&mut text);
    let text = String::from_utf8(text).unwrap();
    let path = include().join("plaudit.h");
    if std::env::var_os("UPDATE_HEADER").is_some() {
        fs::write(path, text).unwrap();
        return;
    }
    let stands = fs::read_to_string(path).unwrap();
    let different = stands.lines().zip(text.lines()).position(|(stands, made)| stands != made);
    assert!(
        stands == text,
        "line {:?} differs: run with UPDATE_HEADER=1 and read the difference",
        different.map(|line| line + 1)
    );
}

#[test]
fn the_header_compiles_alone_as_c99_and_as_cpp17() {
    let folder = tempfile::tempdir().unwrap();
    let source = "#include <plaudit.h>\n#include <plaudit.h>\nint main(void) { return 0; }\n";
    for (compiler, standard, ending) in
        [("cc", "-std=c99", "c"), ("cc", "-std=c17", "c"), ("g++", "-std=c++17", "cpp")]
    {
        let path = written(folder.path(), &format!("alone.{ending}"), source);
        let output = Command::new(compiler)
            .args([standard, "-fsyntax-only", "-I"])
            .arg(include())
            .args(WARNINGS)
            .arg(&path)
            .output()
            .unwrap();
        well(&format!("{compiler} {standard}"), &output);
    }
}

#[test]
fn numbers_of_the_interface_do_not_change() {
    let text = fs::read_to_string(include().join("plaudit.h")).unwrap();
    for line in [
        "PLAUDIT_STATUS_OK = 0,",
        "PLAUDIT_STATUS_INVALID_ARGUMENT = 1,",
        "PLAUDIT_STATUS_INVALID_UTF8 = 2,",
        "PLAUDIT_STATUS_REFUSED = 3,",
        "PLAUDIT_STATUS_NOT_FOUND = 4,",
        "PLAUDIT_STATUS_CONFLICT = 5,",
        "PLAUDIT_STATUS_RETRY = 6,",
        "PLAUDIT_STATUS_STORAGE = 7,",
        "PLAUDIT_STATUS_INTERNAL = 8,",
        "PLAUDIT_STATUS_PANICKED = 9,",
        "PLAUDIT_STATUS_POISONED = 10,",
        "PLAUDIT_STATUS_TOO_SMALL = 11,",
        "PLAUDIT_NOT_COUNTED_LATER = 7,",
        "PLAUDIT_FORMAT_CLOUD_EVENTS = 2,",
        "PLAUDIT_ACCESS_WRITE = 2,",
        "#define PLAUDIT_ABI_VERSION 0",
    ] {
        assert!(text.contains(line), "{line}");
    }
}
