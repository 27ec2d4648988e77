//! How long borrows lasted.

use crate::Event;
use std::collections::HashMap;

/// A borrow: who borrowed what, from when to when.
///
/// ```
/// use borrowscope_runtime::LifetimeRelation;
///
/// let mut relation = LifetimeRelation::new("r_1".to_string(), "x_0".to_string(), 3, false);
/// assert!(relation.is_active());
/// relation.end_time = Some(8);
/// assert_eq!(relation.duration(), Some(5));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LifetimeRelation {
    /// Id of the reference.
    pub borrower_id: String,
    /// Id of what it borrows.
    pub borrowed_id: String,
    /// When the borrow began.
    pub start_time: u64,
    /// When it ended, if it has.
    pub end_time: Option<u64>,
    /// Whether the borrow is mutable.
    pub is_mutable: bool,
}

impl LifetimeRelation {
    /// A borrow that goes on.
    pub fn new(borrower_id: String, borrowed_id: String, start_time: u64, is_mutable: bool) -> Self {
        LifetimeRelation {
            borrower_id,
            borrowed_id,
            start_time,
            end_time: None,
            is_mutable,
        }
    }

    /// Whether the borrow has not ended.
    pub fn is_active(&self) -> bool {
        self.end_time.is_none()
    }

    /// How long the borrow lasted, if it has ended.
    pub fn duration(&self) -> Option<u64> {
        self.end_time.map(|end| end.saturating_sub(self.start_time))
    }

    /// Whether there is a moment at which both borrows are there.
    pub fn overlaps_with(&self, other: &LifetimeRelation) -> bool {
        let end = |relation: &LifetimeRelation| relation.end_time.unwrap_or(u64::MAX);
        self.start_time < end(other) && other.start_time < end(self)
    }

    /// Whether the borrow is there at this moment. At its end it is gone.
    fn is_active_at(&self, moment: u64) -> bool {
        self.start_time <= moment && self.end_time.map_or(true, |end| moment < end)
    }

    fn concerns(&self, id: &str) -> bool {
        self.borrower_id == id || self.borrowed_id == id
    }
}

/// All borrows of some events.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Timeline {
    /// The borrows that ended, in the order of their ends; then those that go on, in the order of their begins.
    pub relations: Vec<LifetimeRelation>,
    /// Timestamp of the first event, 0 if there is none.
    pub min_time: u64,
    /// Timestamp of the last event, 0 if there is none.
    pub max_time: u64,
}

impl Timeline {
    /// Collects the borrows of some events. A borrow ends where its reference is dropped.
    pub fn from_events(events: &[Event]) -> Self {
        let mut ended = Vec::new();
        let mut active = HashMap::new();
        for (place, event) in events.iter().enumerate() {
            match event {
                Event::Borrow {
                    timestamp,
                    borrower_id,
                    owner_id,
                    mutable,
                    ..
                } => {
                    let relation = LifetimeRelation::new(borrower_id.clone(), owner_id.clone(), *timestamp, *mutable);
                    active.insert(borrower_id, (place, relation));
                }
                Event::Drop { timestamp, var_id } => {
                    if let Some((_, mut relation)) = active.remove(var_id) {
                        relation.end_time = Some(*timestamp);
                        ended.push(relation);
                    }
                }
                _ => {}
            }
        }
        let mut active: Vec<_> = active.into_values().collect();
        active.sort_by_key(|(place, _)| *place);
        ended.extend(active.into_iter().map(|(_, relation)| relation));
        let times = || events.iter().map(Event::timestamp);
        Timeline {
            relations: ended,
            min_time: times().min().unwrap_or(0),
            max_time: times().max().unwrap_or(0),
        }
    }

    /// The borrows in which a variable borrows or is borrowed.
    pub fn relations_for(&self, var_id: &str) -> Vec<&LifetimeRelation> {
        self.relations
            .iter()
            .filter(|relation| relation.concerns(var_id))
            .collect()
    }

    /// The borrows that are there at a moment: begun, and not ended.
    pub fn active_at(&self, timestamp: u64) -> Vec<&LifetimeRelation> {
        self.relations
            .iter()
            .filter(|relation| relation.is_active_at(timestamp))
            .collect()
    }

    /// Whether a borrow of the one variable overlaps a borrow of the other.
    pub fn lifetimes_overlap(&self, var1: &str, var2: &str) -> bool {
        let others = self.relations_for(var2);
        self.relations_for(var1)
            .iter()
            .any(|relation| others.iter().any(|other| relation.overlaps_with(other)))
    }

    /// From the first event to the last.
    pub fn total_duration(&self) -> u64 {
        self.max_time.saturating_sub(self.min_time)
    }
}

/// The rules by which Rust fills in lifetimes that a signature leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElisionRule {
    /// Every parameter gets a lifetime of its own.
    EachInputOwn,
    /// The lifetime of the only parameter is that of what is returned.
    SingleInputToOutput,
    /// The lifetime of `self` is that of what is returned.
    SelfToOutput,
}

impl ElisionRule {
    /// The rule in one sentence.
    pub fn description(&self) -> &'static str {
        match self {
            ElisionRule::EachInputOwn => "Each parameter that is a reference gets a lifetime of its own",
            ElisionRule::SingleInputToOutput => "The lifetime of the only parameter is that of what is returned",
            ElisionRule::SelfToOutput => {
                "With `&self` among several parameters, its lifetime is that of what is returned"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn borrow(timestamp: u64, borrower: &str, mutable: bool) -> Event {
        Event::Borrow {
            timestamp,
            borrower_name: borrower.to_string(),
            borrower_id: borrower.to_string(),
            owner_id: "x_0".to_string(),
            mutable,
        }
    }

    fn end(timestamp: u64, id: &str) -> Event {
        Event::Drop {
            timestamp,
            var_id: id.to_string(),
        }
    }

    #[test]
    fn ended_borrows_come_first_then_those_that_go_on() {
        let events = [
            borrow(2, "a", false),
            borrow(3, "b", true),
            borrow(4, "c", false),
            borrow(5, "d", false),
            end(7, "c"),
            end(9, "b"),
        ];
        let timeline = Timeline::from_events(&events);
        let rows = timeline
            .relations
            .iter()
            .map(|row| (row.borrower_id.as_str(), row.end_time));
        let expected = [("c", Some(7)), ("b", Some(9)), ("a", None), ("d", None)];
        assert_eq!(rows.collect::<Vec<_>>(), expected);
        assert_eq!(
            (timeline.min_time, timeline.max_time, timeline.total_duration()),
            (2, 9, 7)
        );
    }

    #[test]
    fn a_borrow_is_gone_at_its_end() {
        let timeline = Timeline::from_events(&[borrow(2, "a", false), end(4, "a"), borrow(4, "b", true)]);
        let ids_at = |moment| {
            let active = timeline.active_at(moment);
            active.iter().map(|row| row.borrower_id.clone()).collect::<Vec<_>>()
        };
        assert!(ids_at(1).is_empty());
        assert_eq!(ids_at(3), ["a"]);
        assert_eq!(ids_at(4), ["b"]);
        assert!(!timeline.lifetimes_overlap("a", "b"));
        assert!(timeline.lifetimes_overlap("a", "x_0"));
    }
}
