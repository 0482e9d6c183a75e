//! The README's program of C is compiled and run, and prints what the README says it prints; so do the
//! commands of `ffi/README.md`.
//!
//! With `UPDATE_README=1` what they print is written into the README instead of compared. The commands
//! speak of a library under `/usr/local`: the one under `PLAUDIT_PREFIX` where that is set, as
//! `.ci/install-check` does, else what Cargo has built, laid out in a folder as an install does.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::compiled::{Library, NEEDED, Program, include, well, written};
use crate::corpus::top;

/// What stands between a line that opens a block and the one that closes it, behind a place.
fn block<'a>(text: &'a str, opens: &str, behind: usize) -> (usize, &'a str) {
    let start = behind + text[behind..].find(opens).unwrap() + opens.len();
    let length = text[start..].find("```\n").unwrap();
    (start, &text[start..start + length])
}

#[test]
fn the_c_of_the_readme_prints_what_stands_below_it() {
    let path = top().join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (start, source) = block(&text, "```c\n", 0);
    let (printed_at, printed) = block(&text, "```json\n", start);
    let folder = tempfile::tempdir().unwrap();
    let source = written(folder.path(), "draft.c", source);
    let program = Program::of(source.to_str().unwrap(), Library::Released);
    let output = program.command().output().unwrap();
    well("the README's C", &output);
    let found = String::from_utf8(output.stdout).unwrap();
    if std::env::var_os("UPDATE_README").is_some() {
        let end = printed_at + printed.len();
        fs::write(path, format!("{}{found}{}", &text[..printed_at], &text[end..])).unwrap();
    } else {
        assert_eq!(found, printed, "run with UPDATE_README=1 and read the difference");
    }
}

/// Where the library is installed; laid out in a folder where it is not.
fn prefix(folder: &Path) -> PathBuf {
    if let Some(installed) = std::env::var_os("PLAUDIT_PREFIX") {
        return installed.into();
    }
    let lib = folder.join("lib");
    fs::create_dir_all(lib.join("pkgconfig")).unwrap();
    for name in ["libplaudit.so", "libplaudit.so.0"] {
        symlink(Library::Released.file(), lib.join(name)).unwrap();
    }
    symlink(include(), folder.join("include")).unwrap();
    let description = format!(
        "prefix={}\nlibdir=${{prefix}}/lib\nincludedir=${{prefix}}/include\nName: plaudit\n\
         Description: laid out\nVersion: {}\nLibs: -L${{libdir}} -lplaudit\nCflags: -I${{includedir}}\n",
        folder.display(),
        env!("CARGO_PKG_VERSION"),
    );
    written(&lib.join("pkgconfig"), "plaudit.pc", &description);
    folder.to_owned()
}

/// The commands of `console` blocks, each with where its output stands. A command goes on in the next
/// line behind a backslash.
fn commands(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found: Vec<(String, std::ops::Range<usize>)> = Vec::new();
    let (mut at, mut inside, mut goes_on) = (0, false, false);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match line {
            "```console\n" => inside = true,
            "```\n" => inside = false,
            _ if inside && goes_on => {
                let (command, printed) = found.last_mut().unwrap();
                command.push_str(line);
                *printed = end..end;
            }
            _ if inside && line.starts_with("$ ") => found.push((line[2..].to_owned(), end..end)),
            _ if inside => found.last_mut().unwrap().1.end = end,
            _ => {}
        }
        goes_on = inside && line.ends_with("\\\n");
        at = end;
    }
    found
}

#[test]
fn the_commands_of_the_readme_of_the_library_print_what_stands_below_them() {
    let path = top().join("ffi/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (installed, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let prefix = prefix(installed.path()).display().to_string();
    for name in ["ffi", "rules", "tests"] {
        symlink(top().join(name), scratch.path().join(name)).unwrap();
    }
    let commands = commands(&text);
    assert!(commands.len() >= 8, "the README has lost its examples");
    let (mut made, mut behind) = (String::new(), 0);
    for (command, printed) in commands {
        let output = Command::new("sh")
            .args(["-c", &command.replace("/usr/local", &prefix)])
            .current_dir(scratch.path())
            .env("PKG_CONFIG_PATH", format!("{prefix}/lib/pkgconfig"))
            .env("LD_LIBRARY_PATH", format!("{prefix}/lib"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
            .unwrap();
        let found = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!found.contains("not found"), "{command}{found}the callers need {NEEDED}");
        made.push_str(&text[behind..printed.start]);
        made.push_str(&found.replace(&prefix, "/usr/local"));
        behind = printed.end;
    }
    made.push_str(&text[behind..]);
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path, made).unwrap();
        return;
    }
    let mut lines = text.lines().zip(made.lines()).enumerate();
    let different = lines.find(|(_, (stands, printed))| stands != printed);
    assert!(text == made, "run with UPDATE_README=1 and read the difference: {different:?}");
}
