//! Addresses of databases, `postgres://user@host:5432,other/database?sslmode=verify-full`: the words of
//! libpq, and two of our own (`schema`, `answer_timeout`). A password is in none of what is shown.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::password;
use super::tls::{self, Proof};
use crate::error::{Code, Problem, choose};

/// Where servers put their sockets, for addresses without a host.
const SOCKETS: &str = "/var/run/postgresql";
/// How long one host is tried, where the address does not say.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// How long an answer is waited for, where the address does not say.
const TO_ANSWER: Duration = Duration::from_secs(30);
/// What may stand behind the question mark.
const PARAMETERS: [&str; 19] = [
    "answer_timeout",
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "options",
    "passfile",
    "password",
    "port",
    "schema",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
];
/// The others of them.
const MORE: [&str; 3] = ["sslnegotiation", "tcp_user_timeout", "user"];

/// A database, and how it is reached.
pub(super) struct Database {
    /// Its address without the password.
    pub(super) name: String,
    /// One for each host.
    pub(super) hosts: Vec<Config>,
    /// The schema of the tables, where it is not the user's own.
    pub(super) schema: Option<String>,
    /// How long one host is tried.
    pub(super) to_connect: Duration,
    /// How long an answer is waited for.
    pub(super) to_answer: Duration,
    pub(super) tls: MakeRustlsConnect,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// What is said in an address and is not for the client.
#[derive(Default)]
struct Own {
    sslmode: Option<String>,
    roots: Option<PathBuf>,
    passfile: Option<PathBuf>,
    schema: Option<String>,
    to_answer: Option<Duration>,
}

impl Database {
    /// Reads an address; whoever writes asks for a server that takes it.
    pub(super) fn read(text: &str, writes: bool) -> Result<Self, Problem> {
        let (head, parameters) = text.split_once('?').unwrap_or((text, ""));
        // A sign of the password that is not written as a number would be taken for something else.
        if head.matches('@').count() > 1 || parameters.contains('@') {
            return Err(malformed(head));
        }
        let (own, others) = own(parameters)?;
        let text = match others.is_empty() {
            true => head.to_owned(),
            false => format!("{head}?{}", others.join("&")),
        };
        // What is wrong is told without what was given: it may be the password.
        let mut config: Config = text.parse().map_err(|_| malformed(head))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            config.host(if std::path::Path::new(SOCKETS).is_dir() { SOCKETS } else { "localhost" });
        }
        let (mode, proof) = mode(own.sslmode.as_deref(), own.roots.is_some())?;
        config.ssl_mode(mode);
        if writes && config.get_target_session_attrs() == TargetSessionAttrs::Any {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        let name = name(&config, own.schema.as_deref());
        let to_connect = config.get_connect_timeout().copied().filter(|time| !time.is_zero());
        Ok(Self {
            hosts: hosts(&config, own.passfile.as_deref()).map_err(|it| it.file(&name))?,
            schema: own.schema,
            to_connect: to_connect.unwrap_or(TO_CONNECT),
            to_answer: own.to_answer.unwrap_or(TO_ANSWER),
            tls: tls::connector(proof, own.roots.as_deref())?,
            name,
        })
    }
}

fn malformed(head: &str) -> Problem {
    // Whatever stands before the host may have the password in it.
    let shown = head.rsplit_once('@').map_or("", |(_, host)| host);
    let message = match shown {
        "" => "the address of the database cannot be read".to_owned(),
        host => format!("the address of the database at `{host}` cannot be read"),
    };
    Problem::new(Code::WrongValue, message).help(
        "it is written postgres://user@host:5432/database; in names and passwords, signs such as @ : / are written as %40 %3A %2F",
    )
}

/// Sorts what stands behind the question mark.
fn own(parameters: &str) -> Result<(Own, Vec<&str>), Problem> {
    let (mut own, mut others) = (Own::default(), Vec::new());
    for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let wrong = |what: &str| {
            let message = format!("`{key}` in the address of a database {what}");
            Problem::new(Code::WrongValue, message)
        };
        let known = PARAMETERS.iter().chain(&MORE).copied();
        if !known.clone().any(|known| known == key) {
            return Err(wrong("is not known").maybe_help(choose(key, known)));
        }
        let decoded = || decode(value).ok_or_else(|| wrong("cannot be read"));
        match key {
            "sslmode" => own.sslmode = Some(decoded()?),
            "sslrootcert" => {
                own.roots =
                    Some(decoded()?.into()).filter(|it: &PathBuf| it.as_os_str() != "system")
            }
            "passfile" => own.passfile = Some(decoded()?.into()),
            "schema" => {
                let schema = decoded()?;
                if schema.is_empty() || schema.len() > 63 || schema.contains('\0') {
                    return Err(wrong("is no name: those have 1 to 63 bytes"));
                }
                own.schema = Some(schema);
            }
            "answer_timeout" => {
                let seconds =
                    decoded()?.parse().ok().filter(|seconds| (1..=3_600).contains(seconds));
                let seconds = seconds.ok_or_else(|| wrong("is a number of seconds, 1 to 3600"))?;
                own.to_answer = Some(Duration::from_secs(seconds));
            }
            _ => others.push(parameter),
        }
    }
    Ok((own, others))
}

/// A text in which `%41` is `A`.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut signs = text.bytes();
    while let Some(sign) = signs.next() {
        let byte = match sign {
            b'%' => {
                let digits = [signs.next()?, signs.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            sign => sign,
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).ok()
}

/// What an `sslmode` asks for; certificates that are named are looked at, as libpq does it.
fn mode(said: Option<&str>, roots: bool) -> Result<(SslMode, Proof), Problem> {
    let proof = if roots { Proof::Authority } else { Proof::None };
    Ok(match said.unwrap_or("prefer") {
        "disable" => (SslMode::Disable, Proof::None),
        "prefer" => (SslMode::Prefer, Proof::None),
        "require" => (SslMode::Require, proof),
        "verify-ca" => (SslMode::Require, Proof::Authority),
        "verify-full" => (SslMode::Require, Proof::AuthorityAndHost),
        other => {
            let known = ["disable", "prefer", "require", "verify-ca", "verify-full"];
            let message = format!("`sslmode` in the address of a database cannot be `{other}`");
            return Err(Problem::new(Code::WrongValue, message).maybe_help(choose(other, known)));
        }
    })
}

/// One configuration for each host: each gets a time of its own.
fn hosts(config: &Config, passfile: Option<&std::path::Path>) -> Result<Vec<Config>, Problem> {
    let (hosts, addresses, ports) =
        (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    let uneven = |of: usize| of > 1 && of != count;
    if uneven(ports.len())
        || (!hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len())
    {
        let message = "the address of a database has not as many ports as hosts";
        return Err(Problem::new(Code::WrongValue, message));
    }
    let secret = match config.get_password() {
        Some(_) => None,
        None => password::of_environment(),
    };
    let file = match (config.get_password(), &secret) {
        (None, None) => password::file(passfile)?,
        _ => None,
    };
    let one = |index: usize| {
        let mut one = common(config);
        let port = ports.get(index).or(ports.first()).copied().unwrap_or(5_432);
        one.port(port);
        let mut name = "localhost".to_owned();
        match hosts.get(index) {
            Some(Host::Tcp(host)) => {
                name.clone_from(host);
                one.host(host);
            }
            Some(Host::Unix(path)) => {
                // What is sent there leaves the machine as little as the machine itself.
                one.host_path(path).ssl_mode(SslMode::Disable);
            }
            None => {}
        }
        if let Some(address) = addresses.get(index) {
            if hosts.is_empty() {
                name = address.to_string();
                one.host(&name);
            }
            one.hostaddr(*address);
        }
        let user = config.get_user().unwrap_or_default();
        let database = config.get_dbname().unwrap_or(user);
        let wanted = password::For { host: &name, port, database, user };
        let found = || password::find(file.as_deref()?, &wanted);
        if let Some(password) = secret.clone().or_else(found) {
            one.password(password);
        }
        one
    };
    Ok((0..count).map(one).collect())
}

/// What holds for all hosts.
fn common(config: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = config.get_user() {
        one.user(user);
    }
    if let Some(password) = config.get_password() {
        one.password(password);
    }
    if let Some(database) = config.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = config.get_options() {
        one.options(options);
    }
    one.application_name(config.get_application_name().unwrap_or("plaudit"))
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .channel_binding(config.get_channel_binding())
        .target_session_attrs(config.get_target_session_attrs())
        // A network that is cut is noticed by whoever waits for an answer, and in any case here.
        .tcp_user_timeout(config.get_tcp_user_timeout().copied().unwrap_or(Duration::from_secs(20)))
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle().min(Duration::from_secs(30)))
        .keepalives_interval(config.get_keepalives_interval().unwrap_or(Duration::from_secs(5)))
        .keepalives_retries(config.get_keepalives_retries().unwrap_or(3));
    one
}

/// The address as it may be shown.
fn name(config: &Config, schema: Option<&str>) -> String {
    let (hosts, ports) = (config.get_hosts(), config.get_ports());
    let named = hosts.iter().map(|host| match host {
        Host::Tcp(host) if host.contains(':') => format!("[{host}]"),
        Host::Tcp(host) => host.clone(),
        Host::Unix(path) => path.display().to_string(),
    });
    let named: Vec<String> = match hosts {
        [] => config.get_hostaddrs().iter().map(ToString::to_string).collect(),
        _ => named.collect(),
    };
    let with_port = |(index, host): (usize, &String)| match ports.get(index).or(ports.first()) {
        Some(port) if *port != 5_432 => format!("{host}:{port}"),
        _ => host.clone(),
    };
    let hosts: Vec<String> = named.iter().enumerate().map(with_port).collect();
    let user = config.get_user().map_or(String::new(), |user| format!("{user}@"));
    let database = config.get_dbname().unwrap_or_default();
    let schema = schema.map_or(String::new(), |schema| format!("?schema={schema}"));
    format!("postgres://{user}{}/{database}{schema}", hosts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Database {
        Database::read(text, true).unwrap()
    }

    #[test]
    fn hosts_ports_and_what_is_said_of_them_are_read() {
        let database = read(
            "postgresql://ada@one:5433,two,[::1]:7/plaudit?connect_timeout=2&answer_timeout=3&schema=a%20b&sslmode=require",
        );
        assert_eq!(database.name, "postgres://ada@one:5433,two,[::1]:7/plaudit?schema=a b");
        let ports: Vec<u16> = database.hosts.iter().map(|host| host.get_ports()[0]).collect();
        assert_eq!(ports, [5_433, 5_432, 7]);
        assert_eq!(database.schema.as_deref(), Some("a b"));
        assert_eq!((database.to_connect.as_secs(), database.to_answer.as_secs()), (2, 3));
        for host in &database.hosts {
            assert_eq!(host.get_ssl_mode(), SslMode::Require);
            assert_eq!(host.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        }
        let socket =
            read("postgres:///plaudit?host=/run/there&sslmode=verify-full&sslrootcert=system");
        assert_eq!(socket.name, "postgres:///run/there/plaudit");
        assert_eq!(socket.hosts[0].get_ssl_mode(), SslMode::Disable);
        let reads = Database::read("postgres://one/plaudit", false).unwrap();
        assert_eq!(reads.hosts[0].get_target_session_attrs(), TargetSessionAttrs::Any);
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        for text in
            ["postgres://ada:s3cret@one/plaudit", "postgres://ada@one/plaudit?password=s3cret"]
        {
            let database = read(text);
            assert_eq!(database.hosts[0].get_password(), Some(&b"s3cret"[..]));
            let shown = format!("{database:?} {}", database.name);
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        for text in [
            "postgres://ada:s3cret@one:port/plaudit",
            "postgres://ada:s3cret@[one/plaudit",
            "postgres://ada:s3cret@one/plaudit?keepalives=s3cret",
            "postgres://ada:s3cret@one/plaudit?s3cret",
            "postgres://ada@one/plaudit?pasword=s3cret",
            "postgres://ada@one/plaudit?password=%FFs3cret&port=x",
            "postgres://ada:s3cret@one/plaudit?sslmode=prefered",
            "postgres://ada:s3cret@one/plaudit?answer_timeout=0",
            "postgres://ada:s3cret@one:1,two:2/plaudit?port=3",
            "postgres://ada:s3cret",
            "postgres://ada:pass#word/plaudit",
            "postgres://ada:x@s3cret@one/plaudit",
            "postgres://ada:x?s3cret@one/plaudit",
        ] {
            match Database::read(text, true) {
                Ok(database) => assert!(!format!("{database:?}").contains("s3cret"), "{text}"),
                Err(problem) => {
                    assert_eq!(problem.code, Code::WrongValue);
                    assert!(
                        problem.help.is_some()
                            || text.contains("timeout=0")
                            || text.contains("port=3")
                    );
                    let named = text.ends_with("?s3cret");
                    assert!(named || !format!("{problem:?}").contains("s3cret"), "{problem:?}");
                }
            }
        }
    }
}
