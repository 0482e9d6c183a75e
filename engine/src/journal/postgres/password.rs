//! Where a password comes from that is not in the address, so that it is in no list of processes:
//! `PGPASSWORD`, or the file that `passfile` or `PGPASSFILE` names, or `~/.pgpass`, as everywhere with
//! PostgreSQL.

use std::path::{Path, PathBuf};

use crate::error::{Code, Problem};

/// Whom a password is for.
pub(super) struct For<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password of the environment.
pub(super) fn of_environment() -> Option<String> {
    std::env::var("PGPASSWORD").ok().filter(|password| !password.is_empty())
}

/// The text of the password file, if there is one.
pub(super) fn file(named: Option<&Path>) -> Result<Option<String>, Problem> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => match std::env::var_os("PGPASSFILE") {
            Some(path) => PathBuf::from(path),
            None => {
                let Some(home) = std::env::var_os("HOME") else { return Ok(None) };
                Path::new(&home).join(".pgpass")
            }
        },
    };
    let Ok(metadata) = std::fs::metadata(&path) else { return Ok(None) };
    if !metadata.is_file() {
        return Ok(None);
    }
    let name = path.display().to_string();
    if open_to_others(&metadata) {
        let message = format!("the password file `{name}` can be read by others");
        let help = format!("keep it to yourself: chmod 600 {name}");
        return Err(Problem::new(Code::Unreadable, message).help(help).file(name));
    }
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = format!("the password file `{name}` cannot be read: {error}");
        Problem::new(Code::Unreadable, message).file(name)
    })?;
    Ok(Some(text))
}

#[cfg(unix)]
fn open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

/// The password of the first line that fits: `host:port:database:user:password`, where `*` is any and
/// a backslash stands before a colon or a backslash that is meant.
pub(super) fn find(text: &str, wanted: &For<'_>) -> Option<String> {
    let port = wanted.port.to_string();
    let wanted = [wanted.host, &port, wanted.database, wanted.user];
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| {
        let [.., password] = &fields[..] else { return None };
        let fits = fields.len() == 5
            && fields.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then(|| password.clone())
    })
}

fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut signs) = (vec![String::new()], line.chars());
    while let Some(sign) = signs.next() {
        let sign = match sign {
            // What comes after the fourth colon is all of the password.
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => signs.next().unwrap_or('\\'),
            sign => sign,
        };
        if let Some(field) = fields.last_mut() {
            field.push(sign);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let text = "# comment:5432:a:b:no\nother:5432:*:ada:one\n*:5433:plaudit:ada:t\\:w\\\\o:\nhost:*:*:ada:three\nshort:1\n";
        let find = |host, port| find(text, &For { host, port, database: "plaudit", user: "ada" });
        assert_eq!(find("other", 5432).as_deref(), Some("one"));
        assert_eq!(find("host", 5433).as_deref(), Some("t:w\\o:"));
        assert_eq!(find("host", 1).as_deref(), Some("three"));
        assert_eq!(find("short", 1), None);
    }
}
