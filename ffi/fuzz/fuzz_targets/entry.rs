//! Every fuzz target: which function it calls is told by the name that it is started by; `every` takes it
//! from the first byte.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plaudit_fuzz::entries::run;

static NAME: LazyLock<String> = LazyLock::new(|| {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&path).file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
});

fuzz_target!(|bytes: &[u8]| run(&NAME, bytes));
