//! Journals in a database: what a network or a server does to them, whom they trust, and what is said
//! of damage.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use plaudit_engine::events::Event;
use plaudit_engine::journal::{Access, Address, Batch, Entry, Journal, Postgres, Receipt, Taken};
use plaudit_engine::{Class, Code, Error};

use super::journal::{entries, ids};
use super::proxy::{Network, Proxy};
use super::server::{Server, address};
use super::support::share;

fn open(address: &str) -> Postgres {
    Postgres::open(address, Access::Create).unwrap()
}

fn code(error: &Error) -> Code {
    error.problems()[0].code
}

fn undamaged(journal: &Postgres) {
    assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
}

fn result(receipts: &[Receipt]) -> Vec<(Taken, Option<u64>)> {
    receipts.iter().map(|receipt| (receipt.result, receipt.position)).collect()
}

/// A journal behind a network, and the same without one.
struct Behind {
    proxy: Proxy,
    journal: Postgres,
    direct: Postgres,
}

impl Behind {
    fn new() -> Self {
        let server = Server::shared();
        let database = server.database();
        let direct = open(&server.address(&database, ""));
        let proxy = Proxy::to(server.port());
        let journal = open(&address(proxy.port, &database, "answer_timeout=1&connect_timeout=1"));
        journal.append(&[share("first", 1)], Batch::Each).unwrap();
        Self { proxy, journal, direct }
    }
}

#[test]
fn whoever_lost_the_answer_to_a_commit_is_told_the_truth() {
    for network in [Network::CutAfterCommit, Network::CutBeforeCommit, Network::LateCommit] {
        let Behind { proxy, journal, direct } = Behind::new();
        for (round, size) in [(0, 1), (1, 3), (2, 250)] {
            let before = direct.position().unwrap();
            proxy.set(network);
            let events: Vec<Event> =
                (0..size).map(|number| share(&format!("{round}-{number}"), 1)).collect();
            let receipts = journal.append(&events, Batch::Each).unwrap();
            let expected = (1..=size).map(|number| (Taken::Recorded, Some(before + number)));
            assert_eq!(result(&receipts), expected.collect::<Vec<_>>(), "{network:?}");
            assert!(proxy.is(Network::Through), "nothing was cut");
            assert_eq!(direct.position().unwrap(), before + size);
        }
        assert_eq!(ids(&direct).len(), 255);
        undamaged(&direct);
    }
}

#[test]
fn what_was_decided_is_on_record_or_it_is_said_that_nothing_is() {
    for network in [Network::CutAfterCommit, Network::CutBeforeCommit, Network::LateCommit] {
        let Behind { proxy, journal, direct } = Behind::new();
        let mut asked = 0;
        proxy.set(network);
        let decided = journal.append_upon(0, &mut |known: Vec<Entry>| {
            asked += 1;
            Ok(vec![share(&format!("after {}", known.len()), 1)])
        });
        assert_eq!(asked, 1, "it is decided once");
        assert!(proxy.is(Network::Through), "nothing was cut");
        match network {
            Network::CutBeforeCommit => {
                let error = decided.unwrap_err();
                assert_eq!(code(&error), Code::JournalUnreachable, "{error}");
                assert!(error.is_retryable());
                assert_eq!(ids(&direct), ["first"]);
            }
            _ => {
                assert_eq!(result(&decided.unwrap()), [(Taken::Recorded, Some(2))]);
                assert_eq!(ids(&direct), ["first", "after 1"]);
            }
        }
        let next = journal.append(&[share("next", 1)], Batch::Each).unwrap();
        assert_eq!(next[0].position, Some(direct.position().unwrap()));
        undamaged(&direct);
    }
}

#[test]
fn a_network_that_is_cut_or_stalls_is_told_and_the_journal_goes_on_when_it_is_back() {
    for network in [Network::Cut, Network::Stalled] {
        let Behind { proxy, journal, direct } = Behind::new();
        journal.wait_at_most(Duration::from_millis(200));
        proxy.set(network);
        let error = journal.append(&[share("meanwhile", 1)], Batch::Each).unwrap_err();
        assert_eq!(code(&error), Code::JournalUnreachable, "{error}");
        assert_eq!(code(&error).class(), Class::Retryable);
        assert_eq!(code(&journal.position().unwrap_err()), Code::JournalUnreachable);
        assert_eq!(ids(&direct), ["first"]);
        proxy.set(Network::Through);
        journal.wait_at_most(Duration::from_secs(10));
        let again = journal.append(&[share("meanwhile", 1)], Batch::Each).unwrap();
        assert_eq!(result(&again), [(Taken::Recorded, Some(2))]);
        assert_eq!(ids(&journal), ["first", "meanwhile"]);
    }
}

#[test]
fn who_waits_for_a_network_gets_what_was_asked_when_it_is_back_in_time() {
    let Behind { proxy, journal, .. } = Behind::new();
    proxy.set(Network::Cut);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| journal.append(&[share("waiting", 1)], Batch::Each).unwrap());
        let reading = scope.spawn(|| journal.position().unwrap());
        std::thread::sleep(Duration::from_millis(300));
        proxy.set(Network::Through);
        assert_eq!(result(&waiting.join().unwrap()), [(Taken::Recorded, Some(2))]);
        assert!(reading.join().unwrap() >= 1);
    });
}

#[test]
fn a_commit_whose_end_cannot_be_found_out_is_said_to_be_unknown_and_may_be_handed_in_again() {
    let Behind { proxy, journal, direct } = Behind::new();
    journal.wait_at_most(Duration::from_millis(200));
    let stalled = journal.append_upon(0, &mut |_| {
        proxy.set(Network::Stalled);
        Ok(vec![share("in doubt", 1)])
    });
    let error = stalled.unwrap_err();
    assert_eq!(code(&error), Code::JournalUnreachable);
    // What was sent arrives later, whatever has become of whoever sent it.
    proxy.set(Network::Through);
    journal.wait_at_most(Duration::from_secs(10));
    let again = journal.append(&[share("in doubt", 1)], Batch::Each).unwrap();
    assert_eq!(again[0].position, Some(2));
    assert_eq!(ids(&direct), ["first", "in doubt"]);
    undamaged(&direct);
}

#[test]
fn a_journal_may_be_used_on_the_threads_of_a_runtime() {
    let server = Server::shared();
    let address = server.address(&server.database(), "");
    actix_web::rt::System::new().block_on(async {
        let journal = open(&address);
        journal.append(&[share("a", 1)], Batch::Each).unwrap();
        assert_eq!(ids(&journal), ["a"]);
        undamaged(&journal);
    });
}

#[test]
fn who_follows_a_journal_misses_nothing_while_many_write() {
    let server = Server::shared();
    let address = server.address(&server.database(), "");
    let tail = open(&address);
    let done = AtomicBool::new(false);
    let followed = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..6)
            .map(|thread| {
                let address = &address;
                scope.spawn(move || {
                    let journal = open(address);
                    for round in 0..20 {
                        let events: Vec<Event> = (0..thread % 3 * 60 + 1)
                            .map(|number| share(&format!("{thread}-{round}-{number}"), 1))
                            .collect();
                        journal.append(&events, Batch::Each).unwrap();
                    }
                })
            })
            .collect();
        let following = scope.spawn(|| {
            let (mut seen, mut after) = (Vec::new(), 0);
            loop {
                let last_look = done.load(Ordering::SeqCst);
                tail.read(after, &mut |entry| {
                    assert_eq!(entry.position, after + 1);
                    after = entry.position;
                    seen.push(entry.event.identity.id.to_string());
                    Ok(())
                })
                .unwrap();
                if last_look {
                    return seen;
                }
            }
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::SeqCst);
        following.join().unwrap()
    });
    assert_eq!(followed, ids(&tail));
    assert_eq!(followed.len(), 20 * 2 * (1 + 61 + 121));
}

#[test]
fn where_one_host_dies_the_next_is_used() {
    let server = Server::shared();
    let database = server.database();
    let (one, two) = (Proxy::to(server.port()), Proxy::to(server.port()));
    let journal = open(&format!(
        "postgres://plaudit@127.0.0.1:{},127.0.0.1:{}/{database}?answer_timeout=1&connect_timeout=1",
        one.port, two.port
    ));
    journal.append(&[share("a", 1)], Batch::Each).unwrap();
    for (number, (dead, alive)) in [(&one, &two), (&two, &one), (&one, &two)].iter().enumerate() {
        alive.set(Network::Through);
        dead.set(if number == 2 { Network::Stalled } else { Network::Cut });
        journal.append(&[share(&number.to_string(), 1)], Batch::Each).unwrap();
        assert_eq!(journal.position().unwrap(), number as u64 + 2);
    }
    assert_eq!(ids(&journal), ["a", "0", "1", "2"]);
}

#[test]
fn a_standby_takes_over_with_all_that_was_acknowledged() {
    let primary = Server::start(&["fsync=off"]);
    let standby = primary.standby();
    primary.set("synchronous_standby_names", "*");
    let database = primary.database();
    // The one that does not take what is written stands first.
    let address = format!(
        "postgres://plaudit@127.0.0.1:{},127.0.0.1:{}/{database}",
        standby.port(),
        primary.port()
    );
    let journal = open(&address);
    let mut acknowledged = Vec::new();
    for number in 0..50 {
        if number == 25 {
            primary.kill();
            standby.promote();
        }
        let event = share(&number.to_string(), 1);
        let receipt = journal.append(&[event], Batch::Each).unwrap().remove(0);
        assert_eq!(receipt.result, Taken::Recorded);
        acknowledged.push((receipt.identity.id.to_string(), receipt.position.unwrap()));
    }
    let ids = ids(&journal);
    assert_eq!(ids.len(), 50);
    for (id, place) in acknowledged {
        assert_eq!(ids[usize::try_from(place).unwrap() - 1], id);
    }
    undamaged(&journal);
}

/// A certificate of an authority that is made for it, for a host.
fn certificate(folder: &Path, name: &str, host: &str) {
    let script = format!(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
           -subj '/CN=authority' -keyout {name}-ca.key -out {name}-ca.pem && \
         openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=server' \
           -keyout {name}.key -out {name}.csr && \
         printf 'subjectAltName={host}\\nbasicConstraints=CA:FALSE\\n' > {name}.ext && \
         openssl x509 -req -days 3650 -in {name}.csr -CA {name}-ca.pem -CAkey {name}-ca.key \
           -CAcreateserial -extfile {name}.ext -out {name}.pem"
    );
    let made = Command::new("sh").args(["-c", &script]).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn tls_and_passwords_are_as_the_address_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path(), "here", "DNS:localhost");
    certificate(folder.path(), "other", "DNS:localhost");
    let server = Server::start(&["fsync=off"]);
    let plain = server.database();
    let refused = |more: &str, host: &str| {
        let address = format!("postgres://plaudit@{host}:{}/{plain}?{more}", server.port());
        let error = Postgres::open(&address, Access::Create).unwrap_err();
        assert!(!error.is_retryable() && !error.to_string().contains("s3cret"), "{error}");
        error.to_string()
    };
    let works = |more: &str, host: &str| {
        let address = format!("postgres://plaudit@{host}:{}/{plain}?{more}", server.port());
        open(&address).position().unwrap();
    };
    works("sslmode=prefer", "127.0.0.1");
    assert!(refused("sslmode=require", "127.0.0.1").contains("TLS"));

    server.put("server.key", &std::fs::read(folder.path().join("here.key")).unwrap());
    server.put("server.crt", &std::fs::read(folder.path().join("here.pem")).unwrap());
    server.sql("postgres", "CREATE ROLE ada LOGIN PASSWORD 's3cret'");
    server.put(
        "pg_hba.conf",
        b"hostssl all ada 127.0.0.1/32 scram-sha-256\nhostssl all plaudit 127.0.0.1/32 trust\nlocal all all trust\nhostnossl postgres plaudit 127.0.0.1/32 trust\n",
    );
    server.set("ssl", "on");
    let root = |name: &str| folder.path().join(format!("{name}-ca.pem")).display().to_string();
    let (here, other) = (root("here"), root("other"));
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        let roots = if mode.starts_with("verify") { &*here } else { "system" };
        works(&format!("sslmode={mode}&sslrootcert={roots}"), "localhost");
    }
    // The certificate is for another name; only the full proof asks for it.
    works(&format!("sslmode=verify-ca&sslrootcert={here}"), "127.0.0.1");
    works(&format!("sslmode=require&sslrootcert={here}"), "127.0.0.1");
    let error = refused(&format!("sslmode=verify-full&sslrootcert={here}"), "127.0.0.1");
    assert!(error.contains("not trusted"), "{error}");
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = refused(&format!("sslmode={mode}&sslrootcert={other}"), "localhost");
        assert!(error.contains("not trusted"), "{error}");
    }
    // Its authority is not one of the system's.
    let error = refused("sslmode=verify-full", "localhost");
    assert!(error.contains("trusted"), "{error}");
    let missing = refused("sslmode=verify-full&sslrootcert=/nowhere/root.pem", "localhost");
    assert!(missing.contains("/nowhere/root.pem"), "{missing}");
    refused("sslmode=disable", "127.0.0.1");
    passwords(&server, folder.path());
}

/// A password comes from the address, the environment or a file, and is shown nowhere.
fn passwords(server: &Server, folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let database = server.database();
    server.sql(&database, "CREATE SCHEMA AUTHORIZATION ada");
    let port = server.port();
    let ada = |secret: &str, more: &str| {
        format!("postgres://ada{secret}@localhost:{port}/{database}?sslmode=require&{more}")
    };
    open(&ada(":s3cret", "")).position().unwrap();
    let wrong = Postgres::open(&ada(":no-s3cret", ""), Access::Create).unwrap_err();
    assert!(!wrong.to_string().contains("s3cret"), "{wrong}");
    let file = folder.join("passwords");
    std::fs::write(&file, format!("other:*:*:*:no\nlocalhost:{port}:*:ada:s3cret\n")).unwrap();
    let by_file = ada("", &format!("passfile={}", file.display()));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Postgres::open(&by_file, Access::Create).unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    open(&by_file).position().unwrap();
    // The command line, whose arguments everybody on the machine can see.
    let run = |password: &str| {
        Command::new(env!("CARGO_BIN_EXE_plaudit"))
            .args(["journal", "check", &ada("", "passfile=/nowhere")])
            .env("PGPASSWORD", password)
            .output()
            .unwrap()
    };
    let checked = run("s3cret");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let refused = run("no-s3cret");
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && !told.contains("s3cret") && told.contains("ada"),
        "{told}"
    );
}

#[test]
fn what_cannot_be_a_journal_is_refused_with_the_reason() {
    let server = Server::shared();
    let database = server.database();
    let refused = |address: &str, access| Postgres::open(address, access).unwrap_err();
    // Nothing is there to be read, and nothing is made by reading.
    let here = server.address(&database, "");
    for (access, expected) in [(Access::Read, Code::Unreadable), (Access::Write, Code::Unwritable)]
    {
        let error = refused(&here, access);
        assert_eq!(code(&error), expected, "{error}");
        assert!(error.to_string().contains("plaudit import"), "{error}");
    }
    assert_eq!(
        server.sql(&database, "SELECT count(*) FROM pg_class WHERE relname LIKE 'plaudit%'"),
        "0"
    );
    // Who may only read reads, and is told so.
    open(&here).append(&[share("a", 1)], Batch::Each).unwrap();
    let reader = Postgres::open(&here, Access::Read).unwrap();
    assert_eq!(ids(&reader), ["a"]);
    let error = reader.append(&[share("b", 1)], Batch::Each).unwrap_err();
    assert_eq!(code(&error), Code::Unwritable);
    // A later version has been there.
    server.sql(&database, "UPDATE plaudit_journal SET version = 99");
    for access in [Access::Read, Access::Write, Access::Create] {
        assert_eq!(code(&refused(&here, access)), Code::JournalVersion);
    }
    server.sql(&database, "UPDATE plaudit_journal SET version = 3");
    // While somebody has it open, too.
    let journal = open(&here);
    server.sql(&database, "UPDATE plaudit_journal SET version = 99");
    let error = journal.append(&[share("b", 1)], Batch::Each).unwrap_err();
    assert_eq!(code(&error), Code::JournalVersion);
    // No such database, no right to make tables, and one that cannot hold all signs.
    let nowhere = refused(&server.address("nowhere", ""), Access::Create);
    assert!(nowhere.to_string().contains("nowhere") && !nowhere.is_retryable(), "{nowhere}");
    let other = server.database();
    server.sql(&other, "CREATE ROLE nobody_much LOGIN; REVOKE ALL ON SCHEMA public FROM public");
    let poor = format!("postgres://nobody_much@127.0.0.1:{}/{other}", server.port());
    let error = refused(&poor, Access::Create);
    assert_eq!(code(&error), Code::Unwritable, "{error}");
    assert!(error.to_string().contains("?schema="), "{error}");
    server.sql("postgres", "CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0");
    let error = refused(&server.address("bytes", ""), Access::Create);
    assert!(error.to_string().contains("UTF8"), "{error}");
}

#[test]
fn damage_is_found_and_what_is_missing_is_not_read_over() {
    let server = Server::shared();
    let changes = [
        (
            "UPDATE plaudit_events SET event = replace(event, '\"share\"', '\"create\"') WHERE position = 5",
            "checksum",
            false,
        ),
        (
            "UPDATE plaudit_events SET event = replace(event, '\"e4\"', '\"x4\"') WHERE position = 5",
            "another identity",
            false,
        ),
        ("UPDATE plaudit_events SET event = 'nothing' WHERE position = 5", "cannot be read", true),
        ("DELETE FROM plaudit_events WHERE position = 5", "stands where 5 belongs", true),
        ("DELETE FROM plaudit_events WHERE position = 12", "event 12 is missing", true),
        (
            "INSERT INTO plaudit_events SELECT 13, event FROM plaudit_events WHERE position = 1",
            "belongs to no commit",
            false,
        ),
        (
            "INSERT INTO plaudit_events SELECT 0, event FROM plaudit_events WHERE position = 1",
            "event 0 stands where 1 belongs",
            false,
        ),
        ("UPDATE plaudit_commits SET checksum = checksum + 1 WHERE first = 4", "checksum", false),
        (
            "UPDATE plaudit_commits SET identities = 'abcd' || identities WHERE first = 4",
            "identity",
            false,
        ),
        ("DELETE FROM plaudit_commits WHERE first = 4", "stands where", false),
        ("UPDATE plaudit_journal SET last = 9", "says that it has 9 events", false),
        ("DELETE FROM plaudit_journal", "the row that says where it ends is missing", true),
    ];
    for (change, told, unreadable) in changes {
        let database = server.database();
        let address = server.address(&database, "");
        let journal = open(&address);
        for batch in 0..4 {
            let events: Vec<Event> =
                (0..3).map(|number| share(&format!("e{}", batch * 3 + number), 1)).collect();
            journal.append(&events, Batch::Whole).unwrap();
        }
        undamaged(&journal);
        server.sql(&database, change);
        let found = match journal.check() {
            Ok(health) => health.damage.join("; "),
            Err(error) => error.to_string(),
        };
        assert!(found.contains(told), "{change}: {found}");
        let read = Postgres::open(&address, Access::Read)
            .and_then(|journal| journal.read(0, &mut |_| Ok(())));
        match unreadable {
            true => assert_eq!(code(&read.unwrap_err()), Code::JournalCorrupt, "{change}"),
            false => assert!(read.is_ok(), "{change}: {read:?}"),
        }
        // Nobody makes it worse: a new process writes after a whole journal, or is refused.
        if change.contains("plaudit_commits") && change.contains("DELETE")
            || change.contains("last")
        {
            let error = open(&address).append(&[share("new", 1)], Batch::Each).unwrap_err();
            assert_eq!(code(&error), Code::JournalCorrupt, "{change}");
        }
    }
}

#[test]
fn a_checkpoint_that_is_not_whole_counts_for_nothing() {
    let server = Server::shared();
    let database = server.database();
    let journal = open(&server.address(&database, ""));
    journal.append(&[share("a", 1)], Batch::Each).unwrap();
    let keep = || {
        let parts = &mut |give: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>| {
            (0..3).try_for_each(|part| give(vec![part; 100_000]))
        };
        journal.keep(&mut plaudit_engine::journal::Checkpoint { position: 1, parts }).unwrap();
    };
    let kept = || {
        let mut parts = Vec::new();
        let position = journal.kept(&mut |part| {
            parts.push((part.len(), part[0]));
            true
        });
        (position.unwrap(), parts)
    };
    assert_eq!(kept(), (None, vec![]));
    keep();
    let all = vec![(100_000, 0), (100_000, 1), (100_000, 2)];
    assert_eq!(kept(), (Some(1), all.clone()));
    for change in [
        "DELETE FROM plaudit_checkpoints WHERE part = 1",
        "UPDATE plaudit_checkpoints SET data = set_byte(data, 99999, 7) WHERE part = 2",
        "DELETE FROM plaudit_checkpoints WHERE name = 'current'",
        "UPDATE plaudit_checkpoints SET position = 0 WHERE name = 'current'",
    ] {
        server.sql(&database, change);
        assert_eq!(kept().0, None, "{change}");
        keep();
        assert_eq!(kept(), (Some(1), all.clone()));
    }
    // Nobody waits for a checkpoint, and one that fails leaves the one before.
    let no = || Error::from(plaudit_engine::Problem::new(Code::WrongState, "no"));
    let parts = &mut |give: &mut dyn FnMut(Vec<u8>) -> Result<(), Error>| {
        give(vec![9])?;
        journal.append(&[share("meanwhile", 1)], Batch::Each)?;
        Err(no())
    };
    let failed = journal.keep(&mut plaudit_engine::journal::Checkpoint { position: 2, parts });
    assert_eq!(failed.unwrap_err().problems(), no().problems());
    assert_eq!(kept(), (Some(1), all));
    assert_eq!(entries(&journal).len(), 2);
    assert!(Address::of(server.address(&database, "")).file().is_none());
}
