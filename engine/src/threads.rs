//! The same work for each of many things, over all cores.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{LazyLock, mpsc};
use std::thread::{available_parallelism, scope};

use crate::error::Error;

/// How many things are taken at a time: so many that taking them costs nothing, so few that all
/// threads are done at about the same time.
const SOME: usize = 32;

static CORES: LazyLock<usize> = LazyLock::new(|| available_parallelism().map_or(1, Into::into));

/// Whether there is another core to do something meanwhile.
pub(crate) fn are_several() -> bool {
    *CORES > 1
}

/// Does the work for each thing; what comes out is in the order of the things, and of several
/// errors the first in that order is told: as if they had been taken one by one. `with` makes what
/// a thread works with; `progress` is told things done and things in all.
pub(crate) fn each<T: Sync, W, R: Send>(
    things: &[T],
    with: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &T) -> Result<R, Error> + Sync,
    progress: impl FnMut(usize, usize),
) -> Result<Vec<R>, Error> {
    each_of(*CORES, SOME, things, with, work, progress)
}

/// The same for few things, each of which is a lot of work.
pub(crate) fn each_large<T: Sync, R: Send>(
    things: &[T],
    work: impl Fn(&T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    each_of(*CORES, 1, things, || (), |(), thing| work(thing), |_, _| {})
}

/// The same for work that cannot fail.
pub(crate) fn each_surely<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    each_large(things, |thing| Ok(work(thing))).unwrap_or_default()
}

/// A range in parts, in order, one for each core.
pub(crate) fn shares(all: Range<u32>) -> Vec<Range<u32>> {
    let cores = u32::try_from(*CORES).unwrap_or(u32::MAX);
    let size = all.end.saturating_sub(all.start).div_ceil(cores).max(1);
    let starts = all.clone().step_by(size as usize);
    starts.map(|start| start..start.saturating_add(size).min(all.end)).collect()
}

fn each_of<T: Sync, W, R: Send>(
    cores: usize,
    at_a_time: usize,
    things: &[T],
    with: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &T) -> Result<R, Error> + Sync,
    mut progress: impl FnMut(usize, usize),
) -> Result<Vec<R>, Error> {
    let all = things.len();
    if cores < 2 || all < 2 * at_a_time {
        let mut with = with();
        let done = things.iter().enumerate().map(|(done, thing)| {
            progress(done, all);
            work(&mut with, thing)
        });
        let done = done.collect::<Result<Vec<R>, Error>>()?;
        progress(all, all);
        return Ok(done);
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let mut parts: Vec<Option<Result<Vec<R>, Error>>> = Vec::new();
    parts.resize_with(all.div_ceil(at_a_time), || None);
    scope(|scope| {
        let (send, receive) = mpsc::channel();
        let mut threads = Vec::new();
        for _ in 0..cores.min(parts.len()) {
            let send = send.clone();
            let (next, failed, with, work) = (&next, &failed, &with, &work);
            threads.push(scope.spawn(move || {
                let mut with = with();
                // Parts are taken in order: those before one that fails are taken already, and
                // are finished.
                while !failed.load(Ordering::Relaxed) {
                    let part = next.fetch_add(1, Ordering::Relaxed);
                    let Some(these) = things.chunks(at_a_time).nth(part) else { return };
                    let done: Result<Vec<R>, Error> =
                        these.iter().map(|thing| work(&mut with, thing)).collect();
                    if done.is_err() {
                        failed.store(true, Ordering::Relaxed);
                    }
                    if send.send((part, done)).is_err() {
                        return;
                    }
                }
            }));
        }
        drop(send);
        let mut done = 0;
        progress(done, all);
        for (part, result) in receive {
            done += result.as_ref().map_or(0, Vec::len);
            parts[part] = Some(result);
            progress(done, all);
        }
        // A scope ends when its threads have done their work; whoever allocates next can have their
        // memory only when they are gone. One that panicked makes the scope panic.
        for thread in threads {
            let _ = thread.join();
        }
    });
    let mut done = Vec::with_capacity(all);
    for part in parts.into_iter().flatten() {
        done.extend(part?);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Problem};

    #[test]
    fn any_number_of_threads_gives_the_same_in_the_same_order() {
        for all in [0, 1, SOME, 2 * SOME, 10 * SOME + 7] {
            let things: Vec<usize> = (0..all).collect();
            for (cores, some) in [(1, SOME), (2, SOME), (2, 1), (7, SOME), (7, 3)] {
                let mut told = Vec::new();
                let twice = |_: &mut (), thing: &usize| Ok(thing * 2);
                let done = each_of(cores, some, &things, || (), twice, |done, _| told.push(done));
                assert_eq!(done.unwrap(), things.iter().map(|it| it * 2).collect::<Vec<_>>());
                assert!(told.is_sorted());
                assert_eq!(told.last(), Some(&all));
            }
        }
    }

    #[test]
    fn shares_are_all_of_a_range_in_order() {
        for all in [0..0, 3..4, 0..10, 5..1_000_003] {
            let shares = shares(all.clone());
            assert!(shares.len() <= *CORES);
            assert!(shares.iter().all(|share| !share.is_empty()));
            assert!(shares.windows(2).all(|pair| pair[0].end == pair[1].start));
            let ends = shares.first().zip(shares.last());
            assert_eq!(ends.map_or(all.start..all.start, |(a, b)| a.start..b.end), all);
        }
    }

    #[test]
    fn of_several_errors_the_first_in_order_is_told() {
        let things: Vec<usize> = (0..40 * SOME).collect();
        for cores in [1, 2, 7] {
            for first in [0, SOME - 1, 5 * SOME + 3, 40 * SOME - 1] {
                let fails = |_: &mut (), thing: &usize| match *thing < first {
                    true => Ok(()),
                    false => Err(Problem::new(Code::Internal, thing.to_string()).into()),
                };
                let error = each_of(cores, SOME, &things, || (), fails, |_, _| {}).unwrap_err();
                assert!(error.to_string().contains(&first.to_string()), "{error}");
            }
        }
    }
}
