//! `plaudit new`: a program directory to start with, from the starter program.

use std::fs;
use std::io::Write;
use std::path::Path;

use include_dir::{Dir, include_dir};
use plaudit_engine::{Code, Problem, Program, Sources};

use crate::cli::New;
use crate::input::Failure;
use crate::output::{BOLD, Exit, safe, styled};

/// The starter program, as it was when this binary was built.
static STARTER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../rules");

/// The starter program's files.
pub(crate) fn starter() -> Sources {
    fn with(sources: Sources, folder: &Dir<'_>) -> Sources {
        let sources = folder.files().fold(sources, |sources, file| {
            let path = file.path().to_string_lossy().replace('\\', "/");
            sources.with(path, file.contents())
        });
        folder.dirs().fold(sources, with)
    }
    with(Sources::new(), &STARTER)
}

pub(super) fn run(options: &New) -> Result<Exit, Failure> {
    let directory = &options.directory;
    must_be_free(directory)?;
    let cannot = |error: std::io::Error| {
        let message = format!("`{}` cannot be written: {error}", directory.display());
        Failure::from(Problem::new(Code::Unreadable, message))
    };
    write_all(&STARTER, directory, options.brand.as_deref()).map_err(cannot)?;
    let program = Program::load(directory)?;
    let mut output = anstream::stdout();
    writeln!(output, "{} is ready in {}", styled(BOLD, safe(program.name())), directory.display())?;
    writeln!(output, "  {} rules, version {}", program.rules().len(), &program.version()[..12])?;
    writeln!(output, "Next: fill in your own words in program.toml and lexicons, then")?;
    writeln!(output, "  plaudit test --rules {}", directory.display())?;
    Ok(Exit::Success)
}

/// Refuses a directory that has something in it.
pub(super) fn must_be_free(directory: &Path) -> Result<(), Problem> {
    let occupied = fs::read_dir(directory).map(|mut entries| entries.next().is_some());
    if directory.is_file() || occupied.unwrap_or(false) {
        let message = format!("there is something in `{}` already", directory.display());
        let help = "name a directory that is empty or does not exist yet";
        return Err(Problem::new(Code::Duplicate, message).help(help));
    }
    Ok(())
}

fn write_all(from: &Dir<'_>, to: &Path, brand: Option<&str>) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for file in from.files() {
        let Some(name) = file.path().file_name() else { continue };
        let path = to.join(name);
        match (brand, file.contents_utf8()) {
            (Some(brand), Some(text)) if name == "program.toml" => {
                fs::write(path, with_brand(text, brand))?;
            }
            _ => fs::write(path, file.contents())?,
        }
    }
    for folder in from.dirs() {
        if let Some(name) = folder.path().file_name() {
            write_all(folder, &to.join(name), None)?;
        }
    }
    Ok(())
}

/// Puts the brand's name in place of the starter program's own.
fn with_brand(text: &str, brand: &str) -> String {
    // A JSON string is a TOML string, too.
    let quoted = |text: String| serde_json::Value::from(text).to_string();
    text.replace("\"Acme Advocates\"", &quoted(format!("{brand} Advocates")))
        .replace("\"Acme\"", &quoted(brand.to_owned()))
}
