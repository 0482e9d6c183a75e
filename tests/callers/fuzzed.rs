//! The functions that take bytes, without a fuzzer: with the kept corpus of the fuzz targets, and with
//! changes of it that chance makes, the same ones each time.

use std::collections::BTreeSet;
use std::fs;

use crate::corpus::top;
use crate::fuzz::entries::{AT_MOST, ENTRIES, run};

/// Chance from a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// What means something somewhere.
const TOKENS: [&[u8]; 24] = [
    b"\0",
    b"\xff",
    b"\n",
    b"\"",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"}",
    b"[",
    b"]",
    b"null",
    b"-1",
    b"1e999",
    b"9007199254740993",
    b"18446744073709551616",
    b"\xef\xbb\xbf",
    b"\xcc\x81",
    b"\xe2\x80\xae",
    b",",
    b"9999-12-31T23:59:59Z",
    b"-009999-01-01",
    b"ada",
    b"2026-03-29T02:30:00",
    b"../",
];

/// One to four changes of a text.
fn changed(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(24)).min(bytes.len());
        match chance.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again.repeat(1 + chance.below(4)));
            }
            3 => {
                let token = TOKENS[chance.below(TOKENS.len())];
                bytes.splice(at..end, token.iter().copied());
            }
            4 => {
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
        }
    }
    bytes.truncate(AT_MOST);
    bytes
}

/// The kept corpus of a function.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = top().join("ffi/fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is no corpus of {name}");
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn every_function(changes: usize, seed: u64) {
    // Each in a thread of its own: some wait for a disk.
    std::thread::scope(|scope| {
        for (number, (name, _)) in ENTRIES.iter().enumerate() {
            scope.spawn(move || {
                let seeds = kept(name);
                for bytes in &seeds {
                    run(name, bytes);
                }
                let mut chance = Chance(seed.wrapping_add(number as u64));
                for _ in 0..changes {
                    let bytes = changed(&seeds, &mut chance);
                    let whole = std::panic::catch_unwind(|| run(name, &bytes));
                    assert!(whole.is_ok(), "{name} of {}", bytes.escape_ascii());
                }
            });
        }
    });
}

#[test]
fn no_bytes_break_a_promise() {
    every_function(60, 20_261_122);
}

#[test]
#[ignore = "long"]
fn no_bytes_break_a_promise_for_long() {
    every_function(4_000, std::process::id().into());
}

#[test]
fn every_fuzz_target_has_its_function_and_its_corpus() {
    let manifest = fs::read_to_string(top().join("ffi/fuzz/Cargo.toml")).unwrap();
    let bins = manifest.split("[[bin]]").skip(1);
    let targets: BTreeSet<&str> =
        bins.map(|bin| bin.split('"').nth(1).unwrap()).filter(|name| *name != "every").collect();
    let names: BTreeSet<&str> = ENTRIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(targets, names);
}

/// The functions of the header that take bytes or structs with texts in them, but for those that read
/// results, are all called by some entry.
#[test]
fn every_function_that_takes_bytes_is_among_the_fuzzed() {
    let header = fs::read_to_string(top().join("ffi/include/plaudit.h")).unwrap();
    let sources: String = ["entries.rs", "fixture.rs"]
        .map(|file| fs::read_to_string(top().join("ffi/fuzz/src").join(file)).unwrap())
        .concat();
    let declarations = header.split("extern \"C\" {").nth(1).unwrap();
    let taking = declarations.split(";\n").filter(|one| {
        let taken = ["const char *", "plaudit_file *", "plaudit_activity *"];
        let arguments = one.rsplit_once('(').map_or("", |(_, arguments)| arguments);
        taken.iter().any(|kind| arguments.contains(kind))
    });
    let mut count = 0;
    for declaration in taking {
        let before = declaration.rsplit_once('(').unwrap().0;
        let name = before.rsplit([' ', '*']).next().unwrap();
        assert!(sources.contains(name), "{name} is not fuzzed");
        count += 1;
    }
    assert!(count > 35, "{count}");
}
