//! Records what ownership does while a program runs.
//!
//! Instrumented code calls the functions of [`site`]; people call the `track_*` functions at the crate's root. Each takes
//! a value, records what happens to it and hands it back:
//!
//! ```
//! use borrowscope_runtime::*;
//!
//! let text = track_new("text", String::from("hello"));
//! let length = track_borrow("borrowed", &text).len();
//! track_drop("borrowed");
//! let moved = track_move("text", "moved", text);
//! println!("{moved}: {length}");
//! track_drop("moved");
//! print_summary();
//! ```
//!
//! Both kinds of calls land in one recording, and a program can ask for what it has recorded: [`get_events`],
//! [`get_records`], [`get_summary`], [`get_graph`], [`export_json`].
//!
//! # Features
//!
//! * `track`: calls made by hand record. Without it they hand their values back and do nothing.
//! * `serde`: serde's traits for [`Event`], [`Record`], graphs and exports. Without it the crate has no dependency.
//!
//! # Where it is recorded
//!
//! Every process of a program writes one stream file into the recording's folder, which `BORROWSCOPE_OUT=DIR` names, or
//! the tool that has built the program. Without a folder a process records into its own memory. `BORROWSCOPE=off`
//! records nothing. The stream's format is specified in BorrowScope's `tables/stream_format.py`; the constants in
//! `format.rs` are made from there, the public functions and events from other tables.
//!
//! What holds at any time:
//! * recording never panics, never runs code of the user, never prints, and takes no lock on the usual path;
//! * what was recorded can be read after `process::exit`, `abort` or a kill: streams are shared mappings;
//! * space is reserved on disk before it is written to; where that fails the recording stops, says why in the
//!   stream's header, and the program goes on untouched.
//!
//! On 64-bit Linux, Android and macOS streams are mapped into memory. Elsewhere (and with
//! `--cfg borrowscope_portable`) each event is written to the file with one call of the system, which is slower.
//! `--cfg borrowscope_generated` leaves out all that people call: what BorrowScope links to programs that do not.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(missing_docs)]
#![allow(unknown_lints)]
#![allow(unexpected_cfgs)]
#![cfg_attr(borrowscope_generated, allow(dead_code, unused_imports))]

mod apart;
#[cfg(not(borrowscope_generated))]
mod api;
#[cfg(all(feature = "track", not(borrowscope_generated)))]
mod calls;
mod chosen;
mod chunks;
mod clock;
mod closure;
mod config;
#[cfg(not(borrowscope_generated))]
mod error;
#[cfg(not(borrowscope_generated))]
mod event;
#[cfg(not(borrowscope_generated))]
mod export;
mod format;
#[cfg(not(borrowscope_generated))]
mod graph;
#[cfg(not(borrowscope_generated))]
mod graph_builder;
mod guard;
mod header;
#[cfg(not(borrowscope_generated))]
mod json;
#[cfg(all(feature = "track", not(borrowscope_generated)))]
mod layout;
mod lifecycle;
#[cfg(not(borrowscope_generated))]
mod lifetime;
mod local;
#[cfg(not(borrowscope_generated))]
mod macros;
#[cfg(not(borrowscope_generated))]
mod memory_export;
mod pieces;
mod polls;
#[cfg(not(borrowscope_generated))]
mod query;
#[cfg(not(borrowscope_generated))]
mod record;
mod recorder;
#[cfg(not(borrowscope_generated))]
mod replay;
mod ring;
#[cfg(not(borrowscope_generated))]
mod sampling;
mod setup;
pub mod site;
mod stream;
mod strings;
#[cfg(not(borrowscope_generated))]
mod summary;
mod taken;
mod text;
#[cfg(all(feature = "track", not(borrowscope_generated)))]
mod texts;
#[cfg(not(borrowscope_generated))]
mod tracked;
mod tried;
#[cfg(not(borrowscope_generated))]
mod values;

#[cfg(not(borrowscope_generated))]
pub use api::*;
#[cfg(not(borrowscope_generated))]
pub use error::{BorrowScopeResult, Error};
#[cfg(not(borrowscope_generated))]
pub use event::Event;
#[cfg(not(borrowscope_generated))]
pub use export::{ExportData, ExportEdge, ExportMetadata};
#[cfg(not(borrowscope_generated))]
pub use graph::{build_graph, GraphStats, OwnershipGraph, Relationship, Variable};
#[cfg(not(borrowscope_generated))]
pub use lifetime::{ElisionRule, LifetimeRelation, Timeline};
#[cfg(not(borrowscope_generated))]
pub use memory_export::export_memory_json;
#[cfg(not(borrowscope_generated))]
pub use query::{
    export_json, get_borrow_events, get_drop_events, get_event_counts, get_events, get_events_filtered,
    get_events_for_var, get_graph, get_move_events, get_new_events, get_records, get_summary, print_summary, reset,
};
#[cfg(not(borrowscope_generated))]
pub use record::Record;
#[cfg(not(borrowscope_generated))]
pub use sampling::should_sample;
#[cfg(not(borrowscope_generated))]
pub use summary::TrackingSummary;
#[cfg(not(borrowscope_generated))]
pub use tracked::{
    track_borrow_guard, track_borrow_mut_guard, track_new_guard, BorrowGuard, BorrowMutGuard, TrackGuard,
};

#[cfg(all(
    not(borrowscope_portable),
    target_pointer_width = "64",
    any(target_os = "linux", target_os = "android", target_os = "macos")
))]
#[path = "mapped.rs"]
mod platform;

#[cfg(not(all(
    not(borrowscope_portable),
    target_pointer_width = "64",
    any(target_os = "linux", target_os = "android", target_os = "macos")
)))]
#[path = "portable.rs"]
mod platform;
