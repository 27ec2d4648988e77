//! Who owned, borrowed, cloned and received what: a graph of the variables of some events.

use crate::graph_builder::Builder;
use crate::lifetime::{LifetimeRelation, Timeline};
use crate::Event;

/// A variable.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Variable {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub type_name: String,
    /// When it was born.
    pub created_at: u64,
    /// When it was dropped, if it was.
    pub dropped_at: Option<u64>,
}

/// What one variable is to another; the fields are their ids.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(tag = "kind"))]
pub enum Relationship {
    /// `from` owns `to`, its part on the heap.
    Owns {
        /// The owner.
        from: String,
        /// What it owns.
        to: String,
    },
    /// `from` borrows `to`.
    BorrowsImmut {
        /// The reference or guard.
        from: String,
        /// What it borrows.
        to: String,
        /// When the borrow began.
        start: u64,
        /// When it ended; `u64::MAX` while it lasts.
        end: u64,
    },
    /// `from` borrows `to` mutably.
    BorrowsMut {
        /// The reference or guard.
        from: String,
        /// What it borrows.
        to: String,
        /// When the borrow began.
        start: u64,
        /// When it ended; `u64::MAX` while it lasts.
        end: u64,
    },
    /// `from` is a clone of `to`.
    Clones {
        /// The clone.
        from: String,
        /// What was cloned.
        to: String,
    },
    /// The value of `from` moved to `to`.
    Moves {
        /// Where the value was.
        from: String,
        /// Where it is.
        to: String,
    },
}

/// How much a graph holds.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct GraphStats {
    /// Number of variables.
    pub total_variables: usize,
    /// Number of relationships of all kinds.
    pub total_relationships: usize,
    /// Shared borrows among them.
    pub immutable_borrows: usize,
    /// Mutable borrows among them.
    pub mutable_borrows: usize,
}

/// The variables of some events, in the order of their births, and their relationships, in the order of their begins.
///
/// ```
/// use borrowscope_runtime::{build_graph, Event, Relationship};
///
/// let events = [
///     Event::New { timestamp: 0, var_name: "x".into(), var_id: "x_0".into(), type_name: "i32".into() },
///     Event::Borrow {
///         timestamp: 1,
///         borrower_name: "r".into(),
///         borrower_id: "r_1".into(),
///         owner_id: "x_0".into(),
///         mutable: false,
///     },
/// ];
/// let graph = build_graph(&events);
/// assert_eq!(graph.find_variable("x_0").unwrap().name, "x");
/// assert!(matches!(graph.find_borrows("x_0")[..], [Relationship::BorrowsImmut { end: u64::MAX, .. }]));
/// ```
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OwnershipGraph {
    /// The variables.
    pub nodes: Vec<Variable>,
    /// Their relationships.
    pub edges: Vec<Relationship>,
}

impl OwnershipGraph {
    /// A graph without variables.
    pub fn new() -> Self {
        OwnershipGraph::default()
    }

    /// Adds a variable.
    pub fn add_variable(&mut self, var: Variable) {
        self.nodes.push(var);
    }

    /// Adds a relationship.
    pub fn add_relationship(&mut self, rel: Relationship) {
        self.edges.push(rel);
    }

    /// The variable with this id.
    pub fn find_variable(&self, id: &str) -> Option<&Variable> {
        self.nodes.iter().find(|variable| variable.id == id)
    }

    /// The borrows of a variable, shared and mutable.
    pub fn find_borrows(&self, var_id: &str) -> Vec<&Relationship> {
        let borrows = |edge: &&Relationship| {
            matches!(
                edge,
                Relationship::BorrowsImmut { to, .. } | Relationship::BorrowsMut { to, .. } if to == var_id
            )
        };
        self.edges.iter().filter(borrows).collect()
    }

    /// How much the graph holds.
    pub fn stats(&self) -> GraphStats {
        let count = |is_one: fn(&Relationship) -> bool| self.edges.iter().filter(|edge| is_one(edge)).count();
        GraphStats {
            total_variables: self.nodes.len(),
            total_relationships: self.edges.len(),
            immutable_borrows: count(|edge| matches!(edge, Relationship::BorrowsImmut { .. })),
            mutable_borrows: count(|edge| matches!(edge, Relationship::BorrowsMut { .. })),
        }
    }

    /// The borrows of some events.
    pub fn lifetime_relations(&self, events: &[Event]) -> Vec<LifetimeRelation> {
        Timeline::from_events(events).relations
    }

    /// The borrows of some events, with the span of their times.
    pub fn create_timeline(&self, events: &[Event]) -> Timeline {
        Timeline::from_events(events)
    }

    /// The borrows of some events that are there at a moment.
    pub fn active_borrows_at(&self, events: &[Event], timestamp: u64) -> Vec<LifetimeRelation> {
        let timeline = Timeline::from_events(events);
        timeline.active_at(timestamp).into_iter().cloned().collect()
    }

    /// Whether a borrow of the one variable overlaps a borrow of the other.
    pub fn lifetimes_overlap(&self, events: &[Event], var1: &str, var2: &str) -> bool {
        Timeline::from_events(events).lifetimes_overlap(var1, var2)
    }
}

/// The graph of some events.
///
/// A variable is there for every birth but a borrow's. A borrow is there as soon as it is known what it borrows, or
/// when it ends; also the borrows of a `RefCell` and of a lock by their guards.
pub fn build_graph(events: &[Event]) -> OwnershipGraph {
    let mut builder = Builder::default();
    for event in events {
        builder.add(event);
    }
    builder.finish()
}
