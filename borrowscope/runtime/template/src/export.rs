//! The graph and the events of a program as JSON.

use crate::error::BorrowScopeResult;
use crate::graph::{OwnershipGraph, Relationship, Variable};
use crate::json::Writer;
use crate::values::View;
use crate::Event;
use std::path::Path;

/// What is exported: the variables, their relationships, the events, and their counts.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExportData {
    /// The variables.
    pub nodes: Vec<Variable>,
    /// Their relationships.
    pub edges: Vec<ExportEdge>,
    /// The events.
    pub events: Vec<Event>,
    /// How many there are of each.
    pub metadata: ExportMetadata,
}

/// A relationship, all kinds in one form.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExportEdge {
    /// Id of the one variable.
    pub from: String,
    /// Id of the other variable.
    pub to: String,
    /// What the one is to the other: `owns`, `borrows_immut`, `borrows_mut`, `clones` or `moves`.
    pub relationship: String,
    /// When a borrow began.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub start: Option<u64>,
    /// When a borrow ended.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub end: Option<u64>,
}

/// Counts of what is exported.
#[derive(Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExportMetadata {
    /// Number of variables.
    pub total_variables: usize,
    /// Number of relationships.
    pub total_relationships: usize,
    /// Shared borrows among them.
    pub immutable_borrows: usize,
    /// Mutable borrows among them.
    pub mutable_borrows: usize,
    /// Number of events.
    pub total_events: usize,
}

impl ExportData {
    /// Puts a graph and events together.
    pub fn new(graph: OwnershipGraph, events: Vec<Event>) -> Self {
        let stats = graph.stats();
        ExportData {
            edges: graph.edges.into_iter().map(ExportEdge::of).collect(),
            nodes: graph.nodes,
            metadata: ExportMetadata {
                total_variables: stats.total_variables,
                total_relationships: stats.total_relationships,
                immutable_borrows: stats.immutable_borrows,
                mutable_borrows: stats.mutable_borrows,
                total_events: events.len(),
            },
            events,
        }
    }

    /// The data as JSON, indented.
    ///
    /// # Errors
    ///
    /// None today; the result leaves room for other ways to write.
    pub fn to_json(&self) -> BorrowScopeResult<String> {
        let mut json = Writer::new();
        json.object(|json| {
            json.key("nodes").list(&self.nodes, write_variable);
            json.key("edges").list(&self.edges, write_edge);
            json.key("events").list(&self.events, write_event);
            json.key("metadata").object(|json| self.metadata.write(json));
        });
        Ok(json.finish())
    }

    /// Writes the data as JSON to a file, which is replaced.
    ///
    /// # Errors
    ///
    /// [`Error::IoError`](crate::Error::IoError) if the file cannot be written.
    pub fn to_file<P: AsRef<Path>>(&self, path: P) -> BorrowScopeResult<()> {
        Ok(std::fs::write(path, self.to_json()?)?)
    }
}

impl ExportEdge {
    fn of(edge: Relationship) -> ExportEdge {
        let (from, to, relationship, times) = match edge {
            Relationship::Owns { from, to } => (from, to, "owns", None),
            Relationship::BorrowsImmut { from, to, start, end } => (from, to, "borrows_immut", Some((start, end))),
            Relationship::BorrowsMut { from, to, start, end } => (from, to, "borrows_mut", Some((start, end))),
            Relationship::Clones { from, to } => (from, to, "clones", None),
            Relationship::Moves { from, to } => (from, to, "moves", None),
        };
        ExportEdge {
            from,
            to,
            relationship: relationship.to_string(),
            start: times.map(|(start, _)| start),
            end: times.map(|(_, end)| end),
        }
    }
}

impl ExportMetadata {
    fn write(&self, json: &mut Writer) {
        let counts = [
            ("total_variables", self.total_variables),
            ("total_relationships", self.total_relationships),
            ("immutable_borrows", self.immutable_borrows),
            ("mutable_borrows", self.mutable_borrows),
            ("total_events", self.total_events),
        ];
        for (name, count) in counts {
            json.field(name, View::Number(count as u64));
        }
    }
}

fn write_variable(json: &mut Writer, variable: &Variable) {
    json.object(|json| {
        json.field("id", View::Text(&variable.id));
        json.field("name", View::Text(&variable.name));
        json.field("type_name", View::Text(&variable.type_name));
        json.field("created_at", View::Number(variable.created_at));
        json.field("dropped_at", View::maybe_number(variable.dropped_at));
    });
}

fn write_edge(json: &mut Writer, edge: &ExportEdge) {
    json.object(|json| {
        json.field("from", View::Text(&edge.from));
        json.field("to", View::Text(&edge.to));
        json.field("relationship", View::Text(&edge.relationship));
        json.optional("start", View::maybe_number(edge.start));
        json.optional("end", View::maybe_number(edge.end));
    });
}

fn write_event(json: &mut Writer, event: &Event) {
    json.object(|json| {
        json.field("type", View::Text(event.variant()));
        json.field("timestamp", View::Number(event.timestamp()));
        event.fields(&mut |name, value| json.field(name, value));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::{Value, Values};

    /// One event of each variant.
    fn all_variants() -> Vec<Event> {
        let text = || Value::Text("a \"b\"\n".to_string());
        let make = |kind| Event::make(kind, kind.into(), Values::new(vec![text(), text(), text()]));
        (1..=93).filter_map(make).collect()
    }

    fn data() -> ExportData {
        let events = all_variants();
        ExportData::new(crate::build_graph(&events), events)
    }

    #[test]
    fn every_variant_has_its_name_and_its_fields() {
        let json = data().to_json().unwrap_or_default();
        assert_eq!(all_variants().len(), 93);
        for event in all_variants() {
            assert!(json.contains(&format!("\"type\": \"{}\"", event.variant())));
        }
        assert!(json.contains("\"total_events\": 93"));
    }

    #[cfg(feature = "serde")]
    #[test]
    fn the_text_is_that_of_serde() {
        let data = data();
        let theirs = serde_json::to_string_pretty(&data).unwrap_or_default();
        assert_eq!(data.to_json().unwrap_or_default(), theirs);
    }

    #[cfg(feature = "serde")]
    #[test]
    fn every_variant_is_read_back() {
        for event in all_variants() {
            let text = serde_json::to_string(&event).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Event>(&text).ok(), Some(event));
        }
    }
}
