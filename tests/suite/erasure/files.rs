//! What is left on the disk, and what the command line tells.

use std::path::{Path, PathBuf};

use plaudit_engine::journal::{Access, Batch, Journal, Sqlite};

use super::{AS_OF, AT, SECRETS, WHO, event, found, records};
use crate::server::Server;
use crate::support::{plaudit, plaudit_with, stderr, stdout};

/// Runs a command that must do well, and gives all that it says.
fn well(arguments: &[&str]) -> String {
    let output = plaudit(arguments);
    assert!(output.status.success(), "{arguments:?}\n{}", stderr(&output));
    stdout(&output) + stderr(&output).as_str()
}

/// Every byte of a folder that is no export of before: journals with their logs and indexes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

fn clean(folder: &Path) {
    for (path, bytes) in files(folder) {
        assert_eq!(found(&bytes), Vec::<&str>::new(), "{}", path.display());
    }
}

/// A journal that the command line made of all records, and awarded.
fn made(folder: &Path) -> String {
    let journal = folder.join("journal.db").display().to_string();
    fill(&journal);
    journal
}

fn fill(journal: &str) {
    let lines: String = records().iter().map(|record| format!("{record}\n")).collect();
    let output = plaudit_with(&["record", "--journal", journal, "--json"], lines.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    well(&["close", "--journal", journal, "--as-of", AS_OF, "--by", "grace"]);
}

#[test]
fn neither_files_nor_copies_nor_exports_nor_any_command_has_whoever_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let journal = made(folder.path());
    let all = files(folder.path());
    for secret in SECRETS {
        assert!(all.iter().any(|(_, bytes)| found(bytes).contains(&secret)), "{secret}");
    }
    let erase = ["person", "erase", WHO, "--journal", &journal, "--by", "grace", "--at", AT];
    // Nobody is erased by a slip.
    let refused = plaudit(&erase);
    assert_eq!(refused.status.code(), Some(3), "{}", stderr(&refused));
    let told = well(&[&erase[..], &["--yes", "--json"]].concat());
    assert!(told.contains(r#""clean":true"#), "{told}");
    assert!(found(told.as_bytes()).is_empty(), "{told}");
    clean(folder.path());
    let again = plaudit(&[&erase[..], &["--yes"]].concat());
    assert_eq!(again.status.code(), Some(3));
    assert!(stderr(&again).contains("error[erased]"), "{}", stderr(&again));

    let copy = folder.path().join("copy.db").display().to_string();
    well(&["journal", "backup", &journal, &copy]);
    for command in [
        &["standing", "--everyone", "--all"][..],
        &["standing", "p1", "--all"],
        &["leaderboard", "--all"],
        &["leaderboard", "--teams", "department"],
        &["team", "--all"],
        &["team", "department", "--all"],
        &["score", "--all"],
        &["explain", "p1"],
        &["explain", "p2"],
        &["explain", "p2", "kudos_given"],
        &["explain", "p1", "mentoring_received"],
        &["explain", "p3"],
        &["explain", "p4"],
        &["explain", "p5"],
        &["coach"],
        &["entitlements"],
        &["pair"],
    ] {
        for json in [&[][..], &["--json"]] {
            let as_of = ["--journal", &journal, "--as-of", AT];
            let output = plaudit(&[command, &as_of, json].concat());
            let said = stdout(&output) + stderr(&output).as_str();
            assert!(found(said.as_bytes()).is_empty(), "{command:?}\n{said}");
        }
    }
    for command in [
        &["grants", "list", "--json", "--journal", &journal][..],
        &["disputes", "list", "--all", "--json", "--journal", &journal],
        &["close", "--preview", "--json", "--journal", &journal, "--as-of", AT],
        &["journal", "check", &journal],
        &["journal", "export", &journal],
    ] {
        let said = well(command);
        assert!(found(said.as_bytes()).is_empty(), "{command:?}\n{said}");
    }
    clean(folder.path());

    // What is recorded again is refused, one by one.
    let lines: String = super::naming(&records()).iter().map(|it| format!("{it}\n")).collect();
    let output = plaudit_with(&["record", "--journal", &journal, "--json"], lines.as_bytes());
    let answers = stdout(&output);
    assert_eq!(answers.lines().count(), super::naming(&records()).len());
    assert!(answers.lines().all(|line| line.contains(r#""code":"erased""#)), "{answers}");
    for (path, bytes) in files(folder.path()) {
        assert_eq!(found(&bytes), Vec::<&str>::new(), "{}", path.display());
    }
}

/// What the server's log of changes and its backups still have is theirs to forget: the page on privacy
/// says so.
#[test]
fn no_file_of_a_database_has_whoever_was_erased_once_it_is_cleaned() {
    let server = Server::shared();
    let database = server.database();
    let journal = server.address(&database, "");
    fill(&journal);
    // The server looks at what is there, as it does by itself from time to time.
    server.sql(&database, "ANALYZE");
    let number =
        server.sql(&database, "SELECT oid FROM pg_database WHERE datname = current_database()");
    let there = || {
        server.sql(&database, "CHECKPOINT");
        let all = files(&server.data().join("base").join(&number));
        SECRETS
            .into_iter()
            .filter(|secret| all.iter().any(|(_, it)| found(it).contains(secret)))
            .collect::<Vec<_>>()
    };
    assert_eq!(there(), SECRETS);
    let told = well(&[
        "person",
        "erase",
        WHO,
        "--journal",
        &journal,
        "--by",
        "grace",
        "--at",
        AT,
        "--yes",
        "--json",
    ]);
    assert!(told.contains(r#""clean":true"#), "{told}");
    assert_eq!(there(), Vec::<&str>::new());
    assert!(well(&["journal", "check", &journal]).contains("is well"));
    let export = well(&["journal", "export", &journal]);
    assert!(found(export.as_bytes()).is_empty(), "{export}");
    let lines: String = super::naming(&records()).iter().map(|it| format!("{it}\n")).collect();
    let output = plaudit_with(&["record", "--journal", &journal, "--json"], lines.as_bytes());
    let answers = stdout(&output);
    assert_eq!(answers.lines().count(), super::naming(&records()).len());
    assert!(answers.lines().all(|line| line.contains(r#""code":"erased""#)), "{answers}");
    assert_eq!(there(), Vec::<&str>::new());
    // Nor is anything of them taken in by a copy.
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db").display().to_string();
    well(&["journal", "copy", &journal, &copy]);
    assert_eq!(
        stdout(&plaudit(&["journal", "export", &copy])),
        stdout(&plaudit(&["journal", "export", &journal]))
    );
    let output = plaudit_with(&["record", "--journal", &copy, "--json"], lines.as_bytes());
    assert!(stdout(&output).lines().all(|line| line.contains(r#""code":"erased""#)));
    clean(folder.path());
}

#[test]
fn an_export_with_an_erasure_is_restored_with_the_key_of_its_journal() {
    let folder = tempfile::tempdir().unwrap();
    let journal = made(folder.path());
    well(&["person", "erase", WHO, "--journal", &journal, "--by", "grace", "--at", AT, "--yes"]);
    let export = stdout(&plaudit(&["journal", "export", &journal]));
    let restored = folder.path().join("restored.db").display().to_string();
    let restore = ["journal", "restore", "-", &restored];
    let output = plaudit_with(&restore, export.as_bytes());
    assert!(stderr(&output).contains("error[erased]"), "{}", stderr(&output));
    assert!(!Path::new(&restored).exists());
    let with_key = [&restore[..], &["--key-of", &journal]].concat();
    let output = plaudit_with(&with_key, export.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&plaudit(&["journal", "export", &restored])), export);
    let line = super::naming(&records())[0].to_string();
    let output = plaudit_with(&["record", "--journal", &restored, "--json"], line.as_bytes());
    assert!(stdout(&output).contains(r#""code":"erased""#), "{}", stdout(&output));
}

#[test]
fn an_hr_system_may_go_on_to_name_whoever_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let journal = made(folder.path());
    well(&["person", "erase", WHO, "--journal", &journal, "--by", "grace", "--at", AT, "--yes"]);
    let list = folder.path().join("people.jsonl");
    let lines: String = (1..=9)
        .map(|number| format!("{{\"id\":\"p{number}\",\"mentor\":\"{WHO}\"}}\n"))
        .chain([format!("{{\"id\":\"{WHO}\",\"name\":\"Zebulon Quux\"}}\n")])
        .collect();
    std::fs::write(&list, lines).unwrap();
    let list = list.display().to_string();
    let told = well(&["sync", &list, "--journal", &journal, "--at", "2026-07-03", "--json"]);
    std::fs::remove_file(list).unwrap();
    assert!(told.contains(r#""erased":1"#) && told.contains(r#""joined":[]"#), "{told}");
    assert!(found(told.as_bytes()).is_empty(), "{told}");
    clean(folder.path());
}

#[test]
fn who_reads_meanwhile_keeps_the_file_from_being_cleaned_until_it_is_opened_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    made(folder.path());
    // What was deleted before anything was ever erased may stand on pages that are free.
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE gone (text TEXT); INSERT INTO gone VALUES ('{}'); DROP TABLE gone;",
            "rhubarb ".repeat(2_000)
        ))
        .unwrap();
    let reads = rusqlite::Connection::open(&path).unwrap();
    reads.execute_batch("BEGIN; SELECT count(*) FROM events;").unwrap();
    let journal = Sqlite::open(&path, Access::Write).unwrap();
    journal.wait_at_most(std::time::Duration::from_millis(50)).unwrap();
    let program = std::sync::Arc::new(
        plaudit_engine::Program::load(crate::support::top().join("rules")).unwrap(),
    );
    let journal = std::sync::Arc::new(journal);
    let ledger = plaudit_engine::ledger::Ledger::open(program, journal.clone(), false).unwrap();
    let asked =
        plaudit_engine::ledger::Erase { advocate: WHO, by: "grace", at: AT.parse().unwrap() };
    let told = ledger.erase(&asked).unwrap();
    assert!(!told.clean);
    assert!(files(folder.path()).iter().any(|(_, bytes)| !found(bytes).is_empty()));
    // Whoever reads sees what was there when it began, and all others what is there now.
    assert!(ledger.live().unwrap().standing(WHO, AS_OF.parse().unwrap()).is_err());
    reads.execute_batch("COMMIT").unwrap();
    drop((reads, connection, ledger, journal));
    let journal = Sqlite::open(&path, Access::Write).unwrap();
    clean(folder.path());
    assert!(journal.check().unwrap().damage.is_empty());
    let again = event(&records()[0]);
    journal.append(&[again], Batch::Each).unwrap();
}
