//! Calls made by hand, as people make them: what they hand back, and what the program can ask afterwards.

#![cfg(feature = "track")]

use borrowscope_runtime::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard};

/// The recording is the process's: one test at a time, each from an empty one.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    let guard = LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    reset();
    guard
}

/// The variants of all events, and the ids that each names first.
fn told() -> Vec<String> {
    get_events()
        .iter()
        .map(|event| {
            let text = format!("{event:?}");
            text.split([' ', '{']).next().unwrap_or_default().to_string()
        })
        .collect()
}

#[test]
fn a_variable_from_birth_to_drop() {
    let _alone = alone();
    let text = track_new("text", String::from("a"));
    let length = track_borrow("length", &text).len();
    track_drop("length");
    let moved = track_move("text", "moved", text);
    track_drop("moved");
    assert_eq!((length, moved.as_str()), (1, "a"));
    assert_eq!(told(), ["New", "Borrow", "Drop", "Move", "Drop"]);
    assert_eq!(get_event_counts(), (1, 1, 1, 2));
    let Event::New {
        var_name,
        var_id,
        type_name,
        timestamp,
    } = &get_events()[0]
    else {
        panic!("the first event is a birth")
    };
    assert_eq!(
        (var_name.as_str(), type_name.as_str(), *timestamp),
        ("text", "alloc::string::String", 0)
    );
    let Event::Move { from_id, .. } = &get_events()[3] else {
        panic!("the fourth event is a move")
    };
    assert_eq!(from_id, var_id);
}

#[test]
fn timestamps_are_places_in_the_order_of_events() {
    let _alone = alone();
    for round in 0..3 {
        reset();
        for number in 0..100 {
            track_new("number", number);
        }
        let times: Vec<u64> = get_events().iter().map(Event::timestamp).collect();
        assert_eq!(times, (0..100).collect::<Vec<_>>(), "round {round}");
    }
}

#[test]
fn counts_of_shared_pointers_are_read() {
    let _alone = alone();
    let first = track_rc_new("first", Rc::new(1));
    let _weak = Rc::downgrade(&first);
    let second = track_rc_clone("second", "first", Rc::clone(&first));
    let shared = track_arc_new("shared", Arc::new(String::new()));
    let counts: Vec<_> = get_events()
        .iter()
        .map(|event| (event.strong_count(), event.weak_count()))
        .collect();
    assert_eq!(counts, [(Some(1), Some(0)), (Some(2), Some(1)), (Some(1), Some(0))]);
    assert_eq!((*second, shared.len()), (1, 0));
}

#[test]
fn cells_and_their_borrows() {
    let _alone = alone();
    let cell = track_refcell_new("cell", RefCell::new(vec![1]));
    {
        let guard = refcell_borrow!("guard", "refcell_cell", cell.borrow());
        assert_eq!(guard.len(), 1);
    }
    refcell_drop!("guard");
    let plain = track_cell_new("plain", Cell::new(1));
    track_cell_get("cell_plain", "here", plain.get());
    assert_eq!(
        told(),
        ["RefCellNew", "RefCellBorrow", "RefCellDrop", "CellNew", "CellGet"]
    );
    let Event::RefCellBorrow {
        location, is_mutable, ..
    } = &get_events()[1]
    else {
        panic!("the second event is a borrow")
    };
    assert!(location.contains("by_hand.rs:") && !is_mutable, "{location}");
}

#[test]
fn guards_tell_drops() {
    let _alone = alone();
    {
        let mut outer = track_new_guard("outer", vec![1]);
        outer.push(2);
        let inner = track_borrow_guard("inner", &*outer);
        assert_eq!(inner.len(), 2);
    }
    assert_eq!(track_new_guard("kept", 5).into_inner(), 5);
    assert_eq!(told(), ["New", "Borrow", "Drop", "Drop", "New"]);
}

#[test]
fn what_sampling_left_out_is_forgotten_by_a_reset() {
    let _alone = alone();
    track_new_sampled("later", 1, 0.0);
    track_new_with_id_sampled(7, "later", "a.rs:1", 1, 0.0);
    reset();
    track_drop("later");
    track_drop_with_id(7, "a.rs:2");
    assert_eq!(told(), ["Drop", "Drop"]);
}

#[test]
fn threads_record_into_one_order() {
    let _alone = alone();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                for number in 0..250 {
                    track_drop_batch(&["a", "b"]);
                    track_new("number", number);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
    assert_eq!(get_event_counts(), (1000, 0, 0, 2000));
    let times: Vec<u64> = get_events().iter().map(Event::timestamp).collect();
    assert_eq!(times, (0..3000).collect::<Vec<_>>());
}

#[test]
fn the_graph_and_the_summary_tell_the_same() {
    let _alone = alone();
    let owner = track_new_with_id(1, "owner", "u8", "here", 1_u8);
    track_borrow_with_id(2, 1, "reader", "here", false, &owner);
    track_drop_with_id(2, "here");
    track_drop_with_id(1, "here");
    let (summary, graph) = (get_summary(), get_graph());
    assert_eq!(
        (
            summary.variables_created,
            summary.immutable_borrows,
            summary.variables_dropped
        ),
        (1, 1, 2)
    );
    assert!(graph.find_variable("owner_1").is_some());
    assert!(format!("{summary}").starts_with("=== BorrowScope Summary ==="));
    let folder = std::env::temp_dir().join(format!("borrowscope-by-hand-{}", std::process::id()));
    export_json(folder.join("none").join("x.json")).expect_err("there is no such folder");
    std::fs::create_dir_all(&folder).expect("a folder");
    export_json(folder.join("x.json")).expect("written");
    let json = std::fs::read_to_string(folder.join("x.json")).expect("read");
    assert!(
        json.contains("\"owner_1\"") && json.contains("\"total_events\": 4"),
        "{json}"
    );
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[test]
fn records_tell_what_events_do_not() {
    let _alone = alone();
    track_drop_at("gone", "src/a.rs:3:4");
    let value = track_new("value", 1);
    let record = &get_records()[1];
    assert_eq!(
        (record.name.as_deref(), record.ty.as_deref()),
        (Some("value"), Some("i32"))
    );
    assert!(record.instance.is_some());
    assert_eq!(get_records()[0].location.as_deref(), Some("src/a.rs:3:4"));
    assert_eq!(value, 1);
}

#[test]
fn generated_calls_are_seen_beside_those_made_by_hand() {
    let _alone = alone();
    let value = String::new();
    drop(site::track_new_with_id(256, &value));
    track_new("by_hand", 1);
    assert_eq!(told(), ["New", "Drop", "New"]);
}
