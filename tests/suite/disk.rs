//! Disks that are full, and files and directories that can only be read: a clear error, and once
//! there is room again everything goes on, with nothing lost. Where a disk of that kind cannot be
//! made (it takes rights over the machine), a test says that it was passed over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use plaudit_engine::journal::{Access, Batch, Journal, Sqlite, Taken};
use plaudit_engine::{Code, Error};

use super::children::{Process, Task};
use super::damage::code;
use super::journal::{ids, open};
use super::support::share;

/// A place of its own in the tree of files, taken away at the end.
struct Mount {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Drop for Mount {
    fn drop(&mut self) {
        run("umount", &[&self.path.display().to_string()]);
    }
}

fn run(command: &str, arguments: &[&str]) -> bool {
    Command::new(command).args(arguments).output().is_ok_and(|output| output.status.success())
}

#[allow(clippy::print_stderr, reason = "a test that is passed over says so")]
fn passed_over(why: &str) {
    eprintln!("passed over: {why}");
}

impl Mount {
    fn new(arguments: impl Fn(&str) -> Vec<String>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mounted");
        fs::create_dir(&path).unwrap();
        let arguments = arguments(&path.display().to_string());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if run("mount", &arguments) {
            return Some(Self { _folder: folder, path });
        }
        passed_over("this user cannot mount anything here");
        None
    }

    /// A disk of some KiB.
    fn small(size: u32) -> Option<Self> {
        Self::new(|path| {
            let size = format!("size={size}k");
            ["-t", "tmpfs", "-o", &size, "tmpfs", path].map(str::to_owned).into()
        })
    }

    /// A directory that is there a second time, read-only.
    fn read_only(directory: &Path) -> Option<Self> {
        let directory = directory.display().to_string();
        let mount = Self::new(|path| ["--bind", &directory, path].map(str::to_owned).into())?;
        let path = mount.path.display().to_string();
        run("mount", &["-o", "remount,ro,bind", &path]).then_some(mount)
    }
}

/// Appends until it fails; the ids that were acknowledged, and the error.
fn fill(journal: &Sqlite, name: &str) -> (Vec<String>, Error) {
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let size = if number % 3 == 0 { 40 } else { 1 };
        let id = |part| format!("{name}-{number}-{part}");
        let events: Vec<_> = (0..size).map(|part| share(&id(part), 1)).collect();
        match journal.append(&events, Batch::Whole) {
            Ok(receipts) => {
                acknowledged.extend(receipts.into_iter().map(|it| it.identity.id.to_string()));
            }
            Err(error) => return (acknowledged, error),
        }
    }
    unreachable!("a disk without end")
}

fn undamaged(journal: &Sqlite) {
    assert_eq!(journal.check().unwrap().damage, Vec::<String>::new());
}

#[test]
fn on_a_full_disk_nothing_is_lost_and_with_room_it_goes_on() {
    let Some(disk) = Mount::small(1_024) else { return };
    let (path, ballast) = (disk.path.join("journal"), disk.path.join("ballast"));
    fs::write(&ballast, vec![0; 300 * 1_024]).unwrap();
    let journal = open(&path);
    let (mut acknowledged, error) = fill(&journal, "first");
    assert_eq!(code(&error), Code::DiskFull, "{error}");
    assert_eq!(ids(&journal), acknowledged);
    undamaged(&journal);
    // What was refused stays refused for as long as there is no room, and small things, too.
    let (more, error) = fill(&journal, "second");
    acknowledged.extend(more);
    assert_eq!((code(&error), ids(&journal)), (Code::DiskFull, acknowledged.clone()));

    // Others can still read.
    let reader = Sqlite::open(&path, Access::Read).unwrap();
    assert_eq!(ids(&reader), acknowledged);
    drop(reader);
    let error = journal.backup(&disk.path.join("copy")).unwrap_err();
    assert_eq!(code(&error), Code::DiskFull, "{error}");
    let left: Vec<_> =
        fs::read_dir(&disk.path).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with("copy")), "{left:?}");

    make_room(&disk, &ballast);
    let receipt = journal.append(&[share("then", 1)], Batch::Each).unwrap().remove(0);
    assert_eq!(receipt.result, Taken::Recorded);
    acknowledged.push("then".to_owned());
    assert_eq!(ids(&journal), acknowledged);
    undamaged(&journal);
    drop(journal);
    let journal = open(&path);
    assert_eq!(ids(&journal), acknowledged);
    undamaged(&journal);
}

/// Takes the ballast away, and waits until the system has given the room back: it may take a moment.
fn make_room(disk: &Mount, ballast: &Path) {
    let room = fs::metadata(ballast).unwrap().len() / 2;
    fs::remove_file(ballast).unwrap();
    let probe = disk.path.join("probe");
    let fits = || fs::write(&probe, vec![0; usize::try_from(room).unwrap()]).is_ok();
    while !fits() {
        thread::sleep(Duration::from_millis(1));
    }
    fs::remove_file(&probe).unwrap();
}

#[test]
fn a_journal_that_was_closed_can_be_read_on_a_full_disk() {
    let Some(disk) = Mount::small(1_024) else { return };
    let path = disk.path.join("journal");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    assert!(fs::write(disk.path.join("ballast"), vec![0; 2_048 * 1_024]).is_err());
    assert_eq!(ids(&Sqlite::open(&path, Access::Read).unwrap()), ["a"]);
    let journal = Sqlite::open(&path, Access::Write);
    let error = journal.and_then(|it| it.append(&[share("b", 1)], Batch::Each)).unwrap_err();
    assert_eq!(code(&error), Code::DiskFull, "{error}");
    let error = Sqlite::open(&disk.path.join("new"), Access::Create).unwrap_err();
    assert_eq!(code(&error), Code::DiskFull, "{error}");
    make_room(&disk, &disk.path.join("ballast"));
    assert_eq!(ids(&open(&path)), ["a"]);
    open(&path).append(&[share("b", 1)], Batch::Each).unwrap();
    open(&disk.path.join("new")).append(&[share("b", 1)], Batch::Each).unwrap();
}

/// What a process of these tests does.
pub(crate) fn work(work: &str, task: &Task) -> bool {
    if work != "fill" {
        return false;
    }
    let (acknowledged, error) = fill(&open(&task.journal()), &format!("p{}", task.number));
    acknowledged.iter().for_each(|id| task.say(id));
    task.say(code(&error).name());
    true
}

#[test]
fn where_a_file_may_not_grow_nothing_is_lost_and_elsewhere_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for (number, blocks) in [(0, 200), (1, 260), (2, 400)] {
        let mut said = Process::start_limited("fill", folder.path(), number, blocks).finish();
        let code = said.pop().unwrap();
        assert!(["disk-full", "unwritable"].contains(&&*code), "{code}");
        acknowledged.extend(said);
        let journal = open(&folder.path().join("journal"));
        assert_eq!(ids(&journal), acknowledged);
        undamaged(&journal);
    }
    assert!(acknowledged.len() > 100);
}

#[test]
fn a_directory_that_cannot_be_written_is_read_and_refuses_whoever_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    let Some(mount) = Mount::read_only(folder.path()) else { return };
    let there = mount.path.join("journal");
    assert_eq!(ids(&Sqlite::open(&there, Access::Read).unwrap()), ["a"]);
    for access in [Access::Write, Access::Create] {
        let journal = Sqlite::open(&there, access);
        let error = journal.and_then(|it| it.append(&[share("b", 1)], Batch::Each)).unwrap_err();
        assert_eq!(code(&error), Code::Unwritable, "{error}");
    }
    let error = Sqlite::open(&mount.path.join("new"), Access::Create).unwrap_err();
    assert_eq!(code(&error), Code::Unwritable, "{error}");
    let backup = Sqlite::open(&there, Access::Read).unwrap().backup(&mount.path.join("copy"));
    assert_eq!(code(&backup.unwrap_err()), Code::Unwritable);
    // The same in the directory that can be written, with somebody at work.
    let journal = open(&path);
    journal.append(&[share("b", 1)], Batch::Each).unwrap();
    let through = Sqlite::open(&there, Access::Read);
    match through {
        // What is in the log only cannot be told from there; then it is not passed over in silence.
        Err(error) => assert_eq!(code(&error), Code::Unreadable),
        Ok(through) => assert_eq!(ids(&through), ["a", "b"]),
    }
}

#[test]
fn a_file_that_cannot_be_written_is_read_and_refuses_whoever_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    open(&path).append(&[share("a", 1)], Batch::Each).unwrap();
    let name = path.display().to_string();
    if !run("chattr", &["+i", &name]) {
        return passed_over("this user cannot make a file immutable here");
    }
    let read = Sqlite::open(&path, Access::Read).map(|journal| ids(&journal));
    let written = Sqlite::open(&path, Access::Write)
        .and_then(|journal| journal.append(&[share("b", 1)], Batch::Each));
    assert!(run("chattr", &["-i", &name]));
    assert_eq!(read.unwrap(), ["a"]);
    let error = written.unwrap_err();
    assert_eq!(code(&error), Code::Unwritable, "{error}");
    assert_eq!(ids(&open(&path)), ["a"]);
}
