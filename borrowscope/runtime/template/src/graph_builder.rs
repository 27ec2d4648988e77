//! Puts a graph together, event by event.

use crate::graph::{OwnershipGraph, Relationship, Variable};
use crate::Event;
use std::collections::hash_map::Entry;
use std::collections::HashMap;

/// What the owner of a borrow is called that nobody knows.
const UNKNOWN: &str = "unknown";
/// What follows the id of a variable in the id of its part on the heap.
const HEAP_PART: &str = "_data";

/// A borrow that has not ended: where its edge stands, if there is one already.
struct Open {
    edge: Option<usize>,
    owner: String,
    is_mutable: bool,
    start: u64,
}

/// A graph under construction.
#[derive(Default)]
pub(crate) struct Builder {
    graph: OwnershipGraph,
    /// Where each variable stands.
    places: HashMap<String, usize>,
    /// Where the variables of each name stand, the newest last.
    names: HashMap<String, Vec<usize>>,
    /// The borrows that go on, by the id of the reference or guard.
    open: HashMap<String, Open>,
}

impl Builder {
    pub(crate) fn finish(self) -> OwnershipGraph {
        self.graph
    }

    pub(crate) fn add(&mut self, event: &Event) {
        self.add_birth(event);
        self.add_relation(event);
        match event {
            Event::Drop { timestamp, var_id } => self.end(var_id, *timestamp),
            Event::RefCellDrop {
                timestamp, borrow_id, ..
            } => self.end(borrow_id, *timestamp),
            Event::LockGuardDrop {
                timestamp, guard_id, ..
            } => self.end(guard_id, *timestamp),
            _ => {}
        }
    }

    /// The variable that an event gives birth to.
    fn add_birth(&mut self, event: &Event) {
        match event {
            Event::New {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::RcNew {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::ArcNew {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::RefCellNew {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::CellNew {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::BoxNew {
                var_name,
                var_id,
                type_name,
                ..
            }
            | Event::OnceCellNew {
                var_name,
                var_id,
                cell_type: type_name,
                ..
            } => self.born(event, var_name, var_id, type_name),
            Event::RcClone {
                var_name,
                var_id,
                source_id,
                ..
            }
            | Event::ArcClone {
                var_name,
                var_id,
                source_id,
                ..
            }
            | Event::WeakClone {
                var_name,
                var_id,
                source_id,
                ..
            } => self.born(event, var_name, var_id, &self.type_of(source_id)),
            Event::WeakNew { var_name, var_id, .. } => self.born(event, var_name, var_id, "Weak"),
            Event::BoxFromRaw { var_name, var_id, .. } => self.born(event, var_name, var_id, "Box"),
            Event::PinNew { var_name, var_id, .. } => self.born(event, var_name, var_id, "Pin"),
            Event::CowBorrowed { var_name, var_id, .. } | Event::CowOwned { var_name, var_id, .. } => {
                self.born(event, var_name, var_id, "Cow");
            }
            Event::MaybeUninitNew { var_name, var_id, .. } => self.born(event, var_name, var_id, "MaybeUninit"),
            Event::Move {
                from_id,
                to_name,
                to_id,
                ..
            } if !to_id.is_empty() && !self.is_open(from_id) => {
                self.born(event, to_name, to_id, &self.type_of(from_id));
            }
            Event::Clone { clone_id, var_name, .. } => {
                if let (Some(name), Some(source)) = (name_of(clone_id), self.newest(var_name)) {
                    self.born(event, name, clone_id, &self.type_of(&source));
                    self.relate(clone_id, &source, |from, to| Relationship::Clones { from, to });
                }
            }
            _ => {}
        }
    }

    /// What an event makes one variable to another.
    fn add_relation(&mut self, event: &Event) {
        match event {
            Event::Borrow {
                timestamp,
                borrower_id,
                owner_id,
                mutable,
                ..
            } => self.borrow(borrower_id, owner_id, *mutable, *timestamp),
            Event::RefCellBorrow {
                timestamp,
                borrow_id,
                refcell_id,
                is_mutable,
                ..
            } if self.knows(refcell_id) => self.borrow(borrow_id, refcell_id, *is_mutable, *timestamp),
            Event::LockGuardAcquire {
                timestamp,
                guard_id,
                lock_id,
                lock_type,
                ..
            } if self.knows(lock_id) => self.borrow(guard_id, lock_id, lock_type != "RwLock::read", *timestamp),
            Event::RcClone { var_id, source_id, .. }
            | Event::ArcClone { var_id, source_id, .. }
            | Event::WeakNew { var_id, source_id, .. }
            | Event::WeakClone { var_id, source_id, .. } => {
                self.relate(var_id, source_id, |from, to| Relationship::Clones { from, to });
            }
            Event::Move { from_id, to_id, .. } => {
                self.relate(from_id, to_id, |from, to| Relationship::Moves { from, to });
            }
            Event::HeapAddr { var_id, .. } => {
                if let Some(owner) = var_id.strip_suffix(HEAP_PART).filter(|owner| self.knows(owner)) {
                    let (from, to) = (owner.to_string(), var_id.clone());
                    self.graph.add_relationship(Relationship::Owns { from, to });
                }
            }
            _ => {}
        }
    }

    fn born(&mut self, event: &Event, name: &str, id: &str, type_name: &str) {
        let variable = Variable {
            id: id.to_string(),
            name: name.to_string(),
            type_name: type_name.to_string(),
            created_at: event.timestamp(),
            dropped_at: None,
        };
        let place = match self.places.entry(id.to_string()) {
            Entry::Occupied(place) => {
                self.graph.nodes[*place.get()] = variable;
                *place.get()
            }
            Entry::Vacant(place) => {
                self.graph.add_variable(variable);
                *place.insert(self.graph.nodes.len() - 1)
            }
        };
        self.names.entry(name.to_string()).or_default().push(place);
    }

    /// An edge, if both ends are known.
    fn relate(&mut self, from: &str, to: &str, edge: fn(String, String) -> Relationship) {
        if self.knows(from) && self.knows(to) {
            self.graph.add_relationship(edge(from.to_string(), to.to_string()));
        }
    }

    /// A borrow begins. A variable that is read or written borrows itself for that moment: no relation to another.
    fn borrow(&mut self, borrower: &str, owner: &str, is_mutable: bool, start: u64) {
        if borrower == owner && self.places.contains_key(owner) {
            return;
        }
        let mut open = Open {
            edge: None,
            owner: owner.to_string(),
            is_mutable,
            start,
        };
        if self.knows(owner) && borrower != owner && !borrower.is_empty() {
            open.edge = Some(self.graph.edges.len());
            self.graph.add_relationship(borrowing(borrower, &open, u64::MAX));
        }
        self.open.insert(borrower.to_string(), open);
    }

    fn end(&mut self, id: &str, timestamp: u64) {
        if let Some(place) = self.places.get(id) {
            self.graph.nodes[*place].dropped_at = Some(timestamp);
        }
        if let Some(open) = self.open.remove(id) {
            let edge = borrowing(id, &open, timestamp);
            match open.edge {
                Some(place) => self.graph.edges[place] = edge,
                None => self.graph.add_relationship(edge),
            }
        }
    }

    fn is_open(&self, id: &str) -> bool {
        self.open.contains_key(id)
    }

    fn knows(&self, id: &str) -> bool {
        id != UNKNOWN && (self.places.contains_key(id) || self.is_open(id))
    }

    fn type_of(&self, id: &str) -> String {
        self.places
            .get(id)
            .map_or_else(String::new, |place| self.graph.nodes[*place].type_name.clone())
    }

    /// The id of the newest variable of this name that was not dropped.
    fn newest(&mut self, name: &str) -> Option<String> {
        let places = self.names.get_mut(name)?;
        while let Some(place) = places.last() {
            let variable = &self.graph.nodes[*place];
            if variable.name == name && variable.dropped_at.is_none() {
                return Some(variable.id.clone());
            }
            places.pop();
        }
        None
    }
}

fn borrowing(borrower: &str, open: &Open, end: u64) -> Relationship {
    let (from, to, start) = (borrower.to_string(), open.owner.clone(), open.start);
    if open.is_mutable {
        Relationship::BorrowsMut { from, to, start, end }
    } else {
        Relationship::BorrowsImmut { from, to, start, end }
    }
}

/// The name in an id of the form `name_number`.
fn name_of(id: &str) -> Option<&str> {
    let (name, number) = id.rsplit_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::graph::{build_graph, Relationship};
    use crate::Event;

    fn new(timestamp: u64, name: &str, id: &str) -> Event {
        Event::New {
            timestamp,
            var_name: name.to_string(),
            var_id: id.to_string(),
            type_name: "String".to_string(),
        }
    }

    fn borrow(timestamp: u64, borrower: &str, owner: &str) -> Event {
        Event::Borrow {
            timestamp,
            borrower_name: "r".to_string(),
            borrower_id: borrower.to_string(),
            owner_id: owner.to_string(),
            mutable: true,
        }
    }

    fn end(timestamp: u64, id: &str) -> Event {
        Event::Drop {
            timestamp,
            var_id: id.to_string(),
        }
    }

    fn edge(from: &str, to: &str, start: u64, end: u64) -> Relationship {
        let (from, to) = (from.to_string(), to.to_string());
        Relationship::BorrowsMut { from, to, start, end }
    }

    #[test]
    fn borrows_are_there_while_they_last() {
        let graph = build_graph(&[
            new(0, "x", "x_0"),
            borrow(1, "r_1", "x_0"),
            borrow(2, "r_2", "r_1"),
            end(3, "r_2"),
        ]);
        assert_eq!(graph.nodes.len(), 1);
        assert_eq!(graph.edges, [edge("r_1", "x_0", 1, u64::MAX), edge("r_2", "r_1", 2, 3)]);
    }

    #[test]
    fn a_borrow_of_something_unknown_is_there_when_it_ends() {
        let events = [borrow(1, "r_1", "unknown"), borrow(2, "s_2", "y_9"), end(4, "s_2")];
        assert_eq!(build_graph(&events).edges, [edge("s_2", "y_9", 2, 4)]);
    }

    #[test]
    fn clones_and_moves_are_edges_between_variables() {
        let events = [
            new(0, "s", "s_0"),
            Event::Clone {
                timestamp: 1,
                clone_id: "t_1".to_string(),
                var_name: "s".to_string(),
                location: String::new(),
            },
            Event::Move {
                timestamp: 2,
                from_id: "t_1".to_string(),
                to_name: "u".to_string(),
                to_id: "u_2".to_string(),
            },
            end(5, "u_2"),
        ];
        let graph = build_graph(&events);
        let ids: Vec<_> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
        assert_eq!(ids, ["s_0", "t_1", "u_2"]);
        assert_eq!(
            (graph.nodes[2].dropped_at, graph.nodes[2].type_name.as_str()),
            (Some(5), "String")
        );
        let (from, to) = ("t_1".to_string(), "s_0".to_string());
        let cloned = Relationship::Clones { from, to };
        let (from, to) = ("t_1".to_string(), "u_2".to_string());
        assert_eq!(graph.edges, [cloned, Relationship::Moves { from, to }]);
    }

    #[test]
    fn a_variable_that_is_read_stays_a_variable() {
        let events = [
            new(0, "x", "x_0"),
            borrow(1, "x_0", "x_0"),
            Event::Move {
                timestamp: 2,
                from_id: "x_0".to_string(),
                to_name: "y".to_string(),
                to_id: "y_1".to_string(),
            },
            end(3, "x_0"),
        ];
        let graph = build_graph(&events);
        assert_eq!(graph.nodes.len(), 2);
        let (from, to) = ("x_0".to_string(), "y_1".to_string());
        assert_eq!(graph.edges, [Relationship::Moves { from, to }]);
    }

    #[test]
    fn a_thousand_variables_keep_the_order_of_their_births() {
        let events: Vec<_> = (0..1000)
            .map(|number| new(number, "x", &format!("x_{number}")))
            .collect();
        let graph = build_graph(&events);
        assert!(graph
            .nodes
            .iter()
            .enumerate()
            .all(|(place, node)| node.id == format!("x_{place}")));
    }
}
