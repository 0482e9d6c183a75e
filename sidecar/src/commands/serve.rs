//! `plaudit serve`: everything over HTTP.

use std::io::Write;
use std::path::Path;

use toml::{Table, Value};

use crate::cli::Serve;
use crate::input::Failure;
use crate::output::Exit;
use crate::serve::{Settings, check, run as serve};

pub(super) fn run(rules: Option<&Path>, options: &Serve) -> Result<Exit, Failure> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings = Settings::of(options.config.as_deref(), environment, said(rules, options))?;
    if !options.check_config {
        return serve(settings);
    }
    let told = serde_json::to_string_pretty(&settings).map_err(std::io::Error::from)?;
    let mut output = anstream::stdout();
    writeln!(output, "{told}")?;
    check(&settings)?;
    Ok(Exit::Success)
}

/// What the command line says.
fn said(rules: Option<&Path>, options: &Serve) -> Table {
    let path = |path: &Path| Value::String(path.display().to_string());
    let mut said = Table::new();
    let mut say = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            said.insert(name.to_owned(), value);
        }
    };
    say("listen", options.listen.map(|address| Value::String(address.to_string())));
    say("rules", rules.map(path));
    say("journal", options.journal.as_deref().map(path));
    say("keys", options.keys.as_deref().map(path));
    say("assume_consent", options.assume_consent.then_some(Value::Boolean(true)));
    let level = options.log.and_then(|level| Value::try_from(level).ok());
    say("log", level.map(|level| Value::Table(Table::from_iter([("level".to_owned(), level)]))));
    said
}
