//! An event with all that is known of it.

use crate::Event;

/// An event, where and when it happened, and whom it joins.
///
/// Instances are numbers from 1: one for each execution of a binding, the same in every event that concerns it.
/// What is not known is `None` or empty.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Record {
    /// What happened.
    pub event: Event,
    /// Nanoseconds since the start of the recording.
    pub time_ns: u64,
    /// Number of the thread in the order in which threads recorded first, from 0.
    pub thread: u32,
    /// Source file, relative to the workspace.
    pub file: Option<String>,
    /// Line in it, from 1.
    pub line: Option<u32>,
    /// Column in that line, from 1, in characters.
    pub column: Option<u32>,
    /// Path of the function.
    pub function: Option<String>,
    /// Name of the binding.
    pub name: Option<String>,
    /// Its type alone.
    pub ty: Option<String>,
    /// The instance that the event is about.
    pub instance: Option<u64>,
    /// What is borrowed, guarded or used.
    pub owner: Option<u64>,
    /// What moved.
    pub from: Option<u64>,
    /// What it moved to.
    pub to: Option<u64>,
    /// What was cloned or downgraded.
    pub source: Option<u64>,
    /// Address of the object: the allocation, box, cell, lock or channel.
    pub object: Option<usize>,
    /// Where a variable was dropped, as the caller of `track_drop_at` says it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub location: Option<String>,
    /// What an unsafe block does.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub operation_kind: Option<String>,
    /// More about what an unsafe block does.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub operation_context: Option<String>,
    /// Type of the receiver of a method call.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub receiver_type: Option<String>,
    /// Type of the result of a method call.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub result_type: Option<String>,
    /// The trait that a closure implements.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub fn_trait: Option<String>,
    /// Variables that live across an await.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub live_variables: Vec<String>,
    /// Variables that a match arm binds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub bindings: Vec<String>,
}
