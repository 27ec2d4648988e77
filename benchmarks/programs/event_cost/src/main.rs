//! Measures one way of recording. Arguments: what to call (or `threads`, `parts`), threads, events of each kind.
//!
//! A line of output is a name and a figure: nanoseconds, or bytes, for one event.

mod by_hand;
#[cfg(feature = "generated")]
mod generated;
mod parts;

use std::hint::black_box;
use std::rc::Rc;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

/// Records so many events, once all threads are ready, and tells from when to when.
type Work = fn(usize, &Barrier) -> Span;

/// A beginning and an end.
pub struct Span(Instant, Instant);

const NAMES: [&str; 5] = ["New", "Borrow", "Move", "RcClone", "Drop"];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok()).unwrap_or(1);
    let (threads, events) = (number(2), number(3));
    match arguments.get(1).map_or("", String::as_str) {
        "threads" => measure_threads(arguments.get(4).map(String::as_str), threads),
        "parts" => parts::measure(arguments.get(4).map_or(".", String::as_str), events),
        calls => measure_calls(work_of(calls), threads, events, arguments.get(4).is_some()),
    }
}

fn work_of(calls: &str) -> [Work; 5] {
    match calls {
        #[cfg(feature = "generated")]
        "generated" => generated::WORK,
        "by-name" => by_hand::BY_NAME,
        _ => by_hand::WITH_ID,
    }
}

fn measure_calls(work: [Work; 5], threads: usize, events: usize, keeps: bool) {
    let before = resident();
    run(threads, events / 10, work[1]);
    for (name, work) in NAMES.iter().zip(work) {
        println!(
            "{name} {}",
            run(threads, events, work) as f64 / (threads * events) as f64
        );
        if !keeps {
            by_hand::clear();
        }
    }
    let grown = resident().saturating_sub(before);
    println!("bytes {}", grown as f64 / (threads * events * work.len()) as f64);
}

/// Nanoseconds from the first thread's first event to the last one's last.
fn run(threads: usize, events: usize, work: Work) -> u128 {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let one = || work(events, &barrier);
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        let spans: Vec<Span> = running.into_iter().filter_map(|thread| thread.join().ok()).collect();
        let begin = spans.iter().map(|span| span.0).min();
        let end = spans.iter().map(|span| span.1).max();
        end.zip(begin).map_or(0, |(end, begin)| (end - begin).as_nanos())
    })
}

/// Bytes of memory that each of so many threads costs that record one event and live on, the threads themselves
/// included.
fn measure_threads(calls: Option<&str>, threads: usize) {
    let work = work_of(calls.unwrap_or_default())[1];
    // The recording as such, and what std keeps for its first thread.
    run(1, 1, work);
    let (start, ready, end) = (
        Barrier::new(threads + 1),
        Barrier::new(threads + 1),
        Barrier::new(threads + 1),
    );
    let grown = thread::scope(|scope| {
        for _ in 0..threads {
            let one = || {
                start.wait();
                black_box(&work(1, &Barrier::new(1)));
                ready.wait();
                end.wait();
            };
            if thread::Builder::new()
                .stack_size(1 << 16)
                .spawn_scoped(scope, one)
                .is_err()
            {
                std::process::exit(1);
            }
        }
        let before = resident();
        start.wait();
        ready.wait();
        let after = resident();
        end.wait();
        after.saturating_sub(before)
    });
    println!("bytes {}", grown as f64 / threads as f64);
}

/// Bytes of this process that are in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok())
        .unwrap_or(0)
        * 4096
}

/// Calls so often, once all threads are ready, and tells from when to when.
pub fn timed(events: usize, ready: &Barrier, mut call: impl FnMut(usize)) -> Span {
    ready.wait();
    let start = Instant::now();
    for number in 0..events {
        call(black_box(number));
    }
    Span(start, Instant::now())
}

/// What is cloned.
pub fn shared() -> Rc<u64> {
    Rc::new(7)
}
