//! Tracking by hand: a shelf of books, told call by call, and then asked what happened.
//!
//! `cargo run --example tracking_by_hand --features track`; without the feature nothing is recorded. A path as first
//! argument takes the events and the graph as JSON. `BORROWSCOPE_OUT=shelf.bstrace` keeps the recording, too.

use borrowscope_runtime::*;
use std::cell::RefCell;
use std::rc::Rc;

struct Book {
    title: String,
    readers: RefCell<Vec<&'static str>>,
}

fn lend(book: &Rc<Book>, reader: &'static str) -> usize {
    let book = track_borrow("lent", book);
    let mut readers = refcell_borrow_mut!("readers", "refcell_readers", book.readers.borrow_mut());
    readers.push(reader);
    let count = readers.len();
    drop(readers);
    refcell_drop!("readers");
    track_drop("lent");
    count
}

fn main() -> BorrowScopeResult<()> {
    reset();
    let title = track_new("title", String::from("Ferris"));
    let book = Book {
        title: track_move("title", "book", title),
        readers: track_refcell_new("readers", RefCell::new(Vec::new())),
    };
    let book = track_rc_new("book", Rc::new(book));
    let mut shelf = track_new_guard("shelf", Vec::new());
    shelf.push(track_rc_clone("copy", "book", Rc::clone(&book)));
    for reader in ["Ada", "Grace"] {
        println!("{} has had {} readers", book.title, lend(&book, reader));
    }
    drop(shelf); // a guard tells the drop by itself
    track_drop("copy");
    track_drop("book");

    for event in get_events_for_var("lent") {
        println!("{event:?}");
    }
    print_summary();
    let stats = get_graph().stats();
    println!(
        "graph: {} variables, {} relationships",
        stats.total_variables, stats.total_relationships
    );
    match std::env::args().nth(1) {
        Some(path) => export_json(path),
        None => Ok(()),
    }
}
