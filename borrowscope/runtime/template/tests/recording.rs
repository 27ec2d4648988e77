//! Where a program records: each test starts this program again, with an environment of its own.

use borrowscope_runtime::site;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CHILD: &str = "BORROWSCOPE_TEST_CHILD";

/// Not a test by itself: what the other tests start.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let text = String::from("a");
    let guard = site::track_new_with_id(256, &text);
    #[cfg(feature = "track")]
    borrowscope_runtime::track_new("by_hand", 1);
    drop(guard);
    println!("events: {}", borrowscope_runtime::get_events().len());
}

fn start(folder: &Path, variables: &[(&str, &str)]) -> Output {
    let program = std::env::current_exe().expect("this program");
    Command::new(program)
        .args(["--exact", "child", "--nocapture"])
        .current_dir(folder)
        .env_remove("BORROWSCOPE")
        .env_remove("BORROWSCOPE_OUT")
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .expect("it starts")
}

fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("borrowscope-{name}-{}", std::process::id()));
    fs::create_dir_all(&path).expect("a folder");
    path
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect()
}

const ALL: &str = if cfg!(feature = "track") {
    "events: 3"
} else {
    "events: 2"
};

#[test]
fn into_memory_where_nobody_names_a_folder() {
    let place = folder("memory");
    let done = start(&place, &[]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains(ALL), "{said}");
    assert_eq!(names(&place), [] as [&str; 0]);
    fs::remove_dir_all(place).expect("removed");
}

#[test]
fn into_the_folder_that_is_named() {
    let place = folder("named");
    let done = start(&place, &[("BORROWSCOPE_OUT", "here.bstrace")]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains(ALL), "{said}");
    assert_eq!(names(&place), ["here.bstrace"]);
    let streams = names(&place.join("here.bstrace"));
    assert_eq!(streams.len(), 1);
    assert!(streams[0].ends_with(".bsstream"), "{streams:?}");
    assert!(
        fs::metadata(place.join("here.bstrace").join(&streams[0]))
            .expect("a stream")
            .len()
            > 0
    );
    fs::remove_dir_all(place).expect("removed");
}

#[test]
fn nowhere_where_it_is_off() {
    let place = folder("off");
    let done = start(&place, &[("BORROWSCOPE", "off"), ("BORROWSCOPE_OUT", "here.bstrace")]);
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("events: 0"), "{said}");
    assert_eq!(names(&place), [] as [&str; 0]);
    fs::remove_dir_all(place).expect("removed");
}
