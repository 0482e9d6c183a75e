//! Builds programs of other languages with the library.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::corpus::top;

/// Which library a program is linked with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Library {
    /// The one that is released.
    Released,
    /// The one that can be made to panic.
    Hooked,
}

impl Library {
    /// The name that the linker knows it by.
    const fn name(self) -> &'static str {
        match self {
            Library::Released => "plaudit",
            Library::Hooked => "plaudit_hooked",
        }
    }

    /// The shared library, which Cargo puts beside the tests.
    pub(crate) fn file(self) -> PathBuf {
        let tests = std::env::current_exe().unwrap();
        tests.parent().unwrap().join(format!("lib{}.so", self.name()))
    }
}

/// What watches a program of C while it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Watch {
    /// Nothing.
    Nobody,
    /// AddressSanitizer with LeakSanitizer, and UndefinedBehaviorSanitizer: the program's own reads and
    /// writes, and every block of memory, those of the library too.
    Sanitizers,
    /// Valgrind: every read, write and block, the library's too. Slow.
    Valgrind,
}

/// Where the header is.
pub(crate) fn include() -> PathBuf {
    top().join("ffi/include")
}

/// What every program here is compiled with: as a careful program would be.
pub(crate) const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-g"];

/// What the sanitizers need; the first thing that they find ends the program.
const SANITIZERS: [&str; 3] =
    ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"];

/// What may still be reached at the end, if only by pointers into its middle, is no leak: the tables of
/// functions that the interpreter of rules makes once. Paths are from the top of the workspace.
const VALGRIND: [&str; 7] = [
    "--suppressions=tests/callers/valgrind.supp",
    "--quiet",
    "--fair-sched=try",
    "--error-exitcode=99",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
];

/// A program, ready to run in its folder.
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    watch: Watch,
    _folder: tempfile::TempDir,
}

impl Program {
    /// Compiles a source of C, which stands at a path from the top of the workspace.
    pub(crate) fn of(source: &str, library: Library) -> Self {
        Self::watched(source, library, Watch::Nobody)
    }

    /// The same, to be watched.
    pub(crate) fn watched(source: &str, library: Library, watch: Watch) -> Self {
        Self::compiled("cc", "-std=c99", source, library, watch)
    }

    /// The same of C++.
    pub(crate) fn of_cpp(source: &str, watch: Watch) -> Self {
        Self::compiled("g++", "-std=c++17", source, Library::Released, watch)
    }

    fn compiled(
        compiler: &str,
        standard: &str,
        source: &str,
        library: Library,
        watch: Watch,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The loader looks for the soname.
        for name in [format!("lib{}.so", library.name()), "libplaudit.so.0".to_owned()] {
            let _ = std::os::unix::fs::symlink(library.file(), folder.path().join(name));
        }
        let path = folder.path().join("program");
        run(
            compiler,
            Command::new(compiler)
                .arg(standard)
                .args(WARNINGS)
                .args(match watch {
                    Watch::Sanitizers => SANITIZERS.as_slice(),
                    Watch::Nobody | Watch::Valgrind => &[],
                })
                .arg("-I")
                .arg(include())
                .arg(top().join(source))
                .arg("-o")
                .arg(&path)
                .arg(format!("-L{}", folder.path().display()))
                .arg(format!("-l{}", library.name()))
                .arg(format!("-Wl,-rpath,{}", folder.path().display()))
                .arg("-lpthread"),
        );
        if watch == Watch::Sanitizers {
            let symbols = run("nm", Command::new("nm").arg(&path));
            assert!(symbols.contains("__asan_init"), "the sanitizer is not linked");
        }
        Self { path, watch, _folder: folder }
    }

    /// A command that runs it at the top of the workspace.
    pub(crate) fn command(&self) -> Command {
        let mut command = match self.watch {
            Watch::Nobody | Watch::Sanitizers => Command::new(&self.path),
            Watch::Valgrind => {
                let mut command = Command::new("valgrind");
                command.args(VALGRIND).arg(&self.path);
                command
            }
        };
        // Whoever runs the tests may have asked for less; and a sanitizer ends the program as the
        // program itself never does.
        command.env("ASAN_OPTIONS", "detect_leaks=1:exitcode=99").env_remove("LSAN_OPTIONS");
        command.current_dir(top());
        command
    }
}

/// What a command prints that ends well. Where it is not installed, says what to install.
pub(crate) fn run(what: &str, command: &mut Command) -> String {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => panic!("{what}: {error}; the callers need what `.ci/run` installs: {NEEDED}"),
    };
    well(what, &output);
    String::from_utf8(output.stdout).unwrap()
}

/// The packages of Debian that the callers are made with.
pub(crate) const NEEDED: &str =
    "gcc g++ libc6-dev binutils make python3 default-jdk-headless libjna-java cmake pkg-config";

/// Whether a command has ended well; else its output is told.
pub(crate) fn well(what: &str, output: &Output) {
    assert!(
        output.status.success(),
        "{what}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}

/// Writes a file into a folder and gives its path.
pub(crate) fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
