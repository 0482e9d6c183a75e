//! PERFORMANCE.md: its figures stand between marks and are written by the command that measures them;
//! the words around them are people's.

use std::fs;
use std::process::Command;

use crate::goals::top;

fn path() -> std::path::PathBuf {
    top().join("engine/benches/PERFORMANCE.md")
}

/// Puts figures between their marks, `<!-- name -->` and `<!-- end of name -->`.
pub(crate) fn write(parts: &[(&str, String)]) {
    let mut page = fs::read_to_string(path()).unwrap();
    for (name, text) in parts {
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let from = page.find(&start).expect("the page has the mark") + start.len();
        let to = page.find(&end).expect("the page has the mark");
        page.replace_range(from..to, &format!("{}\n", text.trim_end()));
    }
    fs::write(path(), page).unwrap();
}

/// What it was measured on, and how busy that was.
pub(crate) fn machine(quick: bool) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: String, name: &str| -> String {
        let line = text.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        let value = line.and_then(|line| Some(line.split_once(':')?.1.trim().to_owned()));
        value.unwrap_or_else(|| "unknown".to_owned())
    };
    let said = |program: &str, arguments: &[&str]| -> String {
        let output = Command::new(program).args(arguments).current_dir(top()).output();
        let output = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        output.unwrap_or_else(|_| "unknown".to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    format!(
        "{}, {cores} cores, {} of memory, Linux {}; {}; load {load} when it began; commit {}{}\n",
        after(read("/proc/cpuinfo"), "model name"),
        after(read("/proc/meminfo"), "MemTotal"),
        said("uname", &["-r"]),
        said("rustc", &["--version"]),
        said("git", &["rev-parse", "--short", "HEAD"]),
        if quick { "; **quick run: a look, not figures**" } else { "" },
    )
}
