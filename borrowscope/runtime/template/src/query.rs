//! What a program can ask about its own recording.

use crate::export::ExportData;
use crate::graph::{build_graph, OwnershipGraph};
use crate::record::Record;
use crate::summary::TrackingSummary;
use crate::{format, recorder, replay, stream, BorrowScopeResult, Event};
use std::path::Path;

/// Forgets the events so far: queries, names and counters start over. The recording keeps them.
///
/// ```
/// borrowscope_runtime::reset();
/// assert!(borrowscope_runtime::get_events().is_empty());
/// ```
pub fn reset() {
    if !recorder::is_off() {
        let now = stream::moment();
        recorder::event(format::mark::CALL << format::KIND_SHIFT | replay::RESET, 0, 0);
        stream::forget_before(now);
        #[cfg(feature = "track")]
        crate::sampling::start_over();
    }
}

/// The events of this process since the last [`reset`], made by hand and by generated calls, of all
/// threads, in the order of their time.
pub fn get_events() -> Vec<Event> {
    replay::events()
}

/// The events that [`get_events`] gives, each with all that is known of it.
pub fn get_records() -> Vec<Record> {
    replay::records()
}

/// The events for which `predicate` holds.
///
/// ```
/// let borrows = borrowscope_runtime::get_events_filtered(|event| event.is_borrow());
/// assert!(borrows.iter().all(|event| event.is_borrow()));
/// ```
pub fn get_events_filtered<F>(predicate: F) -> Vec<Event>
where
    F: Fn(&Event) -> bool,
{
    get_events().into_iter().filter(|event| predicate(event)).collect()
}

/// The births of variables: [`Event::New`].
pub fn get_new_events() -> Vec<Event> {
    get_events_filtered(Event::is_new)
}

/// The borrows: [`Event::Borrow`].
pub fn get_borrow_events() -> Vec<Event> {
    get_events_filtered(Event::is_borrow)
}

/// The ends of variables: [`Event::Drop`].
pub fn get_drop_events() -> Vec<Event> {
    get_events_filtered(Event::is_drop)
}

/// The moves: [`Event::Move`].
pub fn get_move_events() -> Vec<Event> {
    get_events_filtered(Event::is_move)
}

/// The events whose [`Event::var_name`] is this name.
pub fn get_events_for_var(name: &str) -> Vec<Event> {
    get_events_filtered(|event| event.var_name() == Some(name))
}

/// How many births, borrows, moves and drops of variables there were.
pub fn get_event_counts() -> (usize, usize, usize, usize) {
    let events = get_events();
    let count = |is_one: fn(&Event) -> bool| events.iter().filter(|event| is_one(event)).count();
    (
        count(Event::is_new),
        count(Event::is_borrow),
        count(Event::is_move),
        count(Event::is_drop),
    )
}

/// How often what happened.
pub fn get_summary() -> TrackingSummary {
    TrackingSummary::of(&get_events())
}

/// Prints the summary to stdout.
pub fn print_summary() {
    println!("{}", get_summary());
}

/// The graph of all events.
pub fn get_graph() -> OwnershipGraph {
    build_graph(&get_events())
}

/// Writes the graph and all events as JSON to a file, which is replaced.
///
/// # Errors
///
/// [`Error::IoError`](crate::Error::IoError) if the file cannot be written.
pub fn export_json<P: AsRef<Path>>(path: P) -> BorrowScopeResult<()> {
    let events = get_events();
    ExportData::new(build_graph(&events), events).to_file(path)
}
