//! Macros of anyhow and log, imported, renamed and by path, and macros of the same names that mean something else.

use anyhow::{anyhow, bail, ensure, Context as _, Result};
use log::{debug, error, info as told, Level, LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

struct Kept(Mutex<Vec<String>>);
static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata) -> bool {
        metadata.level() <= Level::Info
    }
    fn log(&self, record: &Record) {
        if self.enabled(record.metadata()) {
            self.0.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
        }
    }
    fn flush(&self) {}
}

struct Job {
    name: String,
    size: usize,
}

fn checked(job: &Job, all: &mut Vec<String>) -> Result<usize> {
    let copy = job.name.clone();
    ensure!(job.size < 10, "{} is too large: {}", copy.as_str(), {
        let size = job.size;
        size
    });
    ensure!(!copy.is_empty());
    if job.size == 3 {
        let why = copy + "!";
        bail!("three of {why}: {:?}", all.pop());
    }
    told!("{} has {size}", job.name, size = job.size);
    log::warn!(target: "other", "{}", all.len());
    debug!("{:?}", {
        all.push(String::from("debug"));
        all.last().map(|last| last.len())
    });
    let parsed: usize = job.name.parse().with_context(|| format!("of {}", job.name))?;
    match parsed {
        0 => Err(anyhow!("nothing in {}", job.name.to_uppercase())),
        1 => Err(anyhow!(std::fmt::Error)),
        _ if parsed > 90 => Err(anyhow!(format!("{}", job.size))),
        _ => Ok(parsed),
    }
}

mod own {
    macro_rules! info {
        ($a:ident $b:ident) => {
            stringify!($a $b)
        };
        ($a:expr) => {
            stringify!($a)
        };
    }
    pub fn run(x: &super::Job) -> (&'static str, &'static str) {
        (info!(what ever), info!(x.name.clone()))
    }
}

fn main() {
    log::set_logger(&KEPT).unwrap();
    log::set_max_level(LevelFilter::Info);
    let mut all = vec![String::from("a")];
    for (name, size) in [("x", 11), ("", 1), ("y", 3), ("0", 1), ("1", 1), ("95", 2), ("7", 2)] {
        let job = Job { name: name.to_string(), size };
        match checked(&job, &mut all) {
            Ok(n) => println!("{n}"),
            Err(error) => {
                error!("{error:#} {:?}", job.name);
                println!("{error:#}");
            }
        }
    }
    println!("{:?} {all:?} {:?}", KEPT.0.lock().unwrap(), own::run(&Job { name: String::new(), size: 0 }));
}
