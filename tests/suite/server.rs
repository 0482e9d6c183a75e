//! PostgreSQL servers of the tests' own, run by the system's binaries.
//!
//! A server belongs to the test process: it runs under a shell that waits for the end of a pipe from
//! that process, then stops it and removes its files. So none is left behind, also where the process is
//! killed. As root, which PostgreSQL refuses, it runs as the user `postgres`.

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use plaudit_engine::journal::{Access, Address};

const NEEDED: &str =
    "these tests start a PostgreSQL server of their own: apt-get install postgresql";

/// The folder of the server's binaries.
fn binaries() -> &'static Path {
    static BINARIES: LazyLock<PathBuf> = LazyLock::new(|| {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
        let mut found: Vec<PathBuf> = versions.flatten().map(|it| it.path().join("bin")).collect();
        found.sort_by_key(|path| version(path));
        let path = std::env::var_os("PATH").unwrap_or_default();
        found.splice(0..0, std::env::split_paths(&path));
        found.into_iter().rfind(|path| path.join("initdb").is_file()).expect(NEEDED)
    });
    &BINARIES
}

/// The number in `/usr/lib/postgresql/15/bin`.
fn version(path: &Path) -> u32 {
    let name = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// A command that runs as a user whom PostgreSQL takes.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// A new folder that belongs to whoever the server runs as.
fn folder() -> PathBuf {
    let folder = tempfile::Builder::new().prefix("plaudit-pg").tempdir().unwrap().keep();
    if is_root() {
        let owned = Command::new("chown").arg("postgres:postgres").arg(&folder).status();
        assert!(owned.unwrap().success(), "{NEEDED}");
    }
    folder
}

/// A server.
pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
    /// The shell that it runs under.
    shell: Mutex<Option<Child>>,
}

/// Databases are told apart by numbers.
static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Server {
    /// The one that most tests share, which writes nothing to the disk itself.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: LazyLock<Server> = LazyLock::new(|| {
            Server::start(&["fsync=off", "full_page_writes=off", "max_connections=400"])
        });
        &SHARED
    }

    /// Makes a cluster and starts it.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = folder();
        let made = unprivileged(&binaries().join("initdb"))
            .args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=trust"])
            .args(["--username=plaudit", "--pgdata"])
            .arg(folder.join("data"))
            .current_dir("/")
            .stdout(Stdio::null())
            .output()
            .expect(NEEDED);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self::run_in(folder, options)
    }

    fn run_in(folder: PathBuf, options: Vec<String>) -> Self {
        let server = Self { folder, port: free_port(), options, shell: Mutex::new(None) };
        server.restart();
        server
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The address of a database over TCP; `more` stands behind the question mark.
    pub(crate) fn address(&self, database: &str, more: &str) -> String {
        address(self.port, database, more)
    }

    /// Makes a database; its name.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs statements as whoever looks after the server; what they answer.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output = Command::new(binaries().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "plaudit"])
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-d", database, "-c", sql])
            .env("PGCONNECT_TIMEOUT", "10")
            .output()
            .expect(NEEDED);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Changes a setting of a server that runs.
    pub(crate) fn set(&self, name: &str, value: &str) {
        self.sql("postgres", &format!("ALTER SYSTEM SET {name} = '{value}'"));
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// Puts a file among those of the cluster; it counts from the next setting that is changed on.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.data().join(name);
        fs::write(&path, bytes).unwrap();
        let mut kept = Command::new("chmod");
        assert!(kept.arg("600").arg(&path).status().unwrap().success());
        if is_root() {
            let owned = Command::new("chown").arg("postgres:postgres").arg(&path).status();
            assert!(owned.unwrap().success());
        }
    }

    /// Another server that follows this one, and can take its place.
    pub(crate) fn standby(&self) -> Self {
        let folder = folder();
        let copied = unprivileged(&binaries().join("pg_basebackup"))
            .args(["-R", "-X", "stream", "-c", "fast", "-U", "plaudit", "-h", "127.0.0.1", "-p"])
            .arg(self.port.to_string())
            .arg("-D")
            .arg(folder.join("data"))
            .current_dir("/")
            .output()
            .unwrap();
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        Self::run_in(folder, self.options.clone())
    }

    /// Makes a standby one that is written to.
    pub(crate) fn promote(&self) {
        self.sql("postgres", "SELECT pg_promote()");
    }

    /// Kills every process of the server at once (SIGKILL), as a power cut does.
    pub(crate) fn kill(&self) {
        let main = self.main_process();
        let kill = |process: u32| {
            let killed = Command::new("kill").args(["-KILL", &process.to_string()]).output();
            assert!(killed.is_ok());
        };
        let others = children_of(main);
        kill(main);
        others.into_iter().for_each(kill);
        self.wait_for_shell();
    }

    /// Stops it in order, but at once.
    pub(crate) fn stop(&self) {
        let stopped = unprivileged(&binaries().join("pg_ctl"))
            .args(["stop", "-m", "fast", "-w", "-D"])
            .arg(self.data())
            .current_dir("/")
            .stdout(Stdio::null())
            .status();
        assert!(stopped.unwrap().success());
        self.wait_for_shell();
    }

    fn main_process(&self) -> u32 {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }

    fn wait_for_shell(&self) {
        let shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner).take();
        keep_files(shell.unwrap());
    }

    /// Starts it again where it was killed or stopped; returns when it answers.
    pub(crate) fn restart(&self) {
        let mut last = String::new();
        for _ in 0..40 {
            self.run();
            loop {
                let ready = Command::new(binaries().join("pg_isready"))
                    .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                    .status();
                if ready.unwrap().success() {
                    return;
                }
                let mut shell = self.shell.lock().unwrap();
                if shell.as_mut().unwrap().try_wait().unwrap().is_some() {
                    // Processes of the one that was killed may be there still, for a moment.
                    keep_files(shell.take().unwrap());
                    last = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                    break;
                }
                drop(shell);
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the server does not start: {last}");
    }

    fn run(&self) {
        // Who reads the end of the pipe, and no word before it, stops the server and clears up.
        let script = r#"exec 3<&0 < /dev/null
            folder=$1; shift
            "$@" >> "$folder/log" 2>&1 3<&- &
            server=$!
            ( read -r word <&3 && exit
              kill -QUIT $server
              while kill -0 $server; do sleep 0.05; done
              rm -rf "$folder" ) 2> /dev/null &
            exec 3<&-
            wait $server"#;
        let mut command = unprivileged(Path::new("/bin/sh"));
        command.args(["-c", script, "sh"]);
        command.arg(&self.folder).arg(binaries().join("postgres")).arg("-D").arg(self.data());
        let own = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            format!("unix_socket_directories={}", self.folder.display()),
        ];
        for option in own.iter().chain(&self.options) {
            command.args(["-c", option]);
        }
        let shell = command.current_dir("/").stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
        let shell = match shell {
            Err(error) if error.kind() == ErrorKind::NotFound => panic!("{NEEDED}"),
            shell => shell.unwrap(),
        };
        *self.shell.lock().unwrap() = Some(shell);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut shell) = shell {
            // The end of the pipe ends the server.
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Waits for the end of a server that will be started again.
fn keep_files(mut shell: Child) {
    shell.stdin.take().unwrap().write_all(b"keep\n").unwrap();
    shell.wait().unwrap();
}

/// The address of a database of whatever listens on a port here.
pub(crate) fn address(port: u16, database: &str, more: &str) -> String {
    format!("postgres://plaudit@127.0.0.1:{port}/{database}?{more}")
}

/// The processes that a process has started.
fn children_of(process: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |number: &u32| {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        // The name of the program, which may have any signs in it, stands in brackets.
        let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
        parent.and_then(|parent| parent.parse().ok()) == Some(process)
    };
    numbers.filter(is_child).collect()
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A kind of store that a test is run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Database,
}

/// Where the journals of a test are.
pub(crate) struct Place {
    folder: PathBuf,
    /// The address of a database, up to the name of a schema.
    database: Option<String>,
}

/// The file in a test's folder that says which database its processes share.
const SHARED_DATABASE: &str = "database";

impl Place {
    /// A place for the journals of one test, in its folder or in a database that the folder names.
    pub(crate) fn new(kind: Kind, folder: &Path) -> Self {
        let database = (kind == Kind::Database).then(|| {
            let server = Server::shared();
            server.address(&server.database(), "schema=")
        });
        Self::in_database(folder, database)
    }

    /// A place for the journals of one case of many, which share a database.
    pub(crate) fn of_case(kind: Kind, folder: &Path) -> Self {
        static SHARED: LazyLock<String> = LazyLock::new(|| Server::shared().database());
        let database = (kind == Kind::Database).then(|| {
            let case = NUMBER.fetch_add(1, Ordering::Relaxed);
            Server::shared().address(&SHARED, &format!("schema=case_{case}_"))
        });
        Self::in_database(folder, database)
    }

    /// A place in the database of a server that is not shared.
    pub(crate) fn on(server: &Server, folder: &Path) -> Self {
        let address = server.address(&server.database(), "schema=");
        Self::in_database(folder, Some(address))
    }

    fn in_database(folder: &Path, database: Option<String>) -> Self {
        if let Some(address) = &database {
            fs::write(folder.join(SHARED_DATABASE), address).unwrap();
        }
        Self { folder: folder.to_owned(), database }
    }

    /// The place that another process has made.
    pub(crate) fn of(folder: &Path) -> Self {
        let database = fs::read_to_string(folder.join(SHARED_DATABASE)).ok();
        Self { folder: folder.to_owned(), database }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of a journal by its name.
    pub(crate) fn journal(&self, name: &str) -> String {
        match &self.database {
            Some(address) => format!("{address}{name}"),
            None => self.folder.join(name).display().to_string(),
        }
    }

    pub(crate) fn open(&self, name: &str) -> plaudit_engine::journal::Store {
        Address::of(self.journal(name)).open(Access::Create).unwrap()
    }
}

/// Runs a test over each kind of store.
pub(crate) fn over_both(test: impl Fn(&Place)) {
    for kind in [Kind::File, Kind::Database] {
        let folder = tempfile::tempdir().unwrap();
        test(&Place::new(kind, folder.path()));
    }
}
