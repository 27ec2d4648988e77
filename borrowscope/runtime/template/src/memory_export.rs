//! Where variables lie in memory, as JSON.

use crate::error::BorrowScopeResult;
use crate::json::Writer;
use crate::values::View;
use crate::{get_events, Event};
use std::path::Path;

/// Writes where variables lie as JSON to a file, which is replaced; folders above it are made.
///
/// It tells what the functions of memory layout recorded since the last [`reset`](crate::reset): variables with their fields, their
/// parts on the heap, and unused bytes between them. `function_name` is told along.
///
/// # Errors
///
/// [`Error::IoError`](crate::Error::IoError) if the file or a folder cannot be written.
pub fn export_memory_json<P: AsRef<Path>>(path: P, function_name: &str) -> BorrowScopeResult<()> {
    let path = path.as_ref();
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(path, layout(&get_events(), function_name))?)
}

/// The text of the file.
fn layout(events: &[Event], function_name: &str) -> String {
    let first = events.iter().find_map(|event| match event {
        Event::StackAddr { addr, .. } => Some(hex(*addr)),
        _ => None,
    });
    let mut json = Writer::new();
    json.object(|json| {
        json.field("function", View::Text(function_name));
        json.field("stack_pointer", View::Text(&first.unwrap_or_default()));
        json.key("variables").list(variables(events), write_variable);
        let heap = events.iter().filter(|event| matches!(event, Event::HeapAddr { .. }));
        json.key("heap_allocations").list(heap, write_heap);
        let padding = events
            .iter()
            .filter(|event| matches!(event, Event::StackPadding { .. }));
        json.key("padding").list(padding, write_padding);
    });
    json.finish()
}

/// Each variable with the fields that were told of it until it was told of again.
fn variables(events: &[Event]) -> Vec<(&Event, Vec<&Event>)> {
    let mut variables: Vec<(&Event, Vec<&Event>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for event in events {
        match event {
            Event::StackAddr { var_id, .. } => {
                places.insert(var_id, variables.len());
                variables.push((event, Vec::new()));
            }
            Event::StackField { var_id, .. } => {
                if let Some(place) = places.get(var_id) {
                    variables[*place].1.push(event);
                }
            }
            _ => {}
        }
    }
    variables
}

fn write_variable(json: &mut Writer, (variable, fields): (&Event, Vec<&Event>)) {
    let Event::StackAddr {
        var_name,
        addr,
        size,
        type_name,
        ..
    } = variable
    else {
        return;
    };
    json.object(|json| {
        json.field("name", View::Text(var_name));
        json.field("type", View::Text(type_name));
        json.field("addr", View::Text(&hex(*addr)));
        json.field("size", View::Number(*size as u64));
        json.key("fields").list(fields, write_field);
    });
}

fn write_field(json: &mut Writer, event: &Event) {
    if let Event::StackField {
        field_name,
        field_value,
        offset,
        ..
    } = event
    {
        json.object(|json| {
            json.field("name", View::Text(field_name));
            json.field("value", View::Text(field_value));
            json.field("offset", View::Number(*offset as u64));
        });
    }
}

fn write_heap(json: &mut Writer, event: &Event) {
    if let Event::HeapAddr {
        owner_name,
        addr,
        size,
        capacity,
        content_preview,
        ..
    } = event
    {
        json.object(|json| {
            json.field("addr", View::Text(&hex(*addr)));
            json.field("size", View::Number(*size as u64));
            json.field("owner", View::Text(owner_name));
            json.field("content", View::Text(content_preview));
            json.field("capacity", View::Number(*capacity as u64));
            json.field("used", View::Number(*size as u64));
        });
    }
}

fn write_padding(json: &mut Writer, event: &Event) {
    if let Event::StackPadding {
        after_var, addr, bytes, ..
    } = event
    {
        json.object(|json| {
            json.field("after", View::Text(after_var));
            json.field("bytes", View::Number(*bytes as u64));
            json.field("addr", View::Text(&hex(*addr)));
        });
    }
}

fn hex(address: usize) -> String {
    format!("{address:#x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, offset: usize) -> Event {
        Event::StackField {
            timestamp: 1,
            var_id: "s_0".to_string(),
            field_name: name.to_string(),
            field_value: "3".to_string(),
            offset,
        }
    }

    #[test]
    fn fields_stand_in_their_variable() {
        let events = [
            field("early", 0),
            Event::StackAddr {
                timestamp: 1,
                var_name: "s".to_string(),
                var_id: "s_0".to_string(),
                addr: 0x1000,
                size: 24,
                type_name: "String".to_string(),
                location: String::new(),
            },
            field("len", 8),
            Event::StackPadding {
                timestamp: 3,
                after_var: "s".to_string(),
                addr: 0x1018,
                bytes: 4,
            },
        ];
        let text = layout(&events, "main");
        let rows = [
            "\"function\": \"main\"",
            "\"stack_pointer\": \"0x1000\"",
            "\"offset\": 8",
            "\"heap_allocations\": []",
            "\"after\": \"s\"",
        ];
        for row in rows {
            assert!(text.contains(row), "{row} in {text}");
        }
        assert!(!text.contains("early"));
        assert!(layout(&[], "f").contains("\"stack_pointer\": \"\""));
    }
}
