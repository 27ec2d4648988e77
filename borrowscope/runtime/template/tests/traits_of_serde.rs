//! The feature `serde`: what is written is read back, under the published names.

#![cfg(feature = "serde")]

use borrowscope_runtime::*;

fn events() -> Vec<Event> {
    vec![
        Event::New {
            timestamp: 0,
            var_name: "x".into(),
            var_id: "x_0".into(),
            type_name: "i32".into(),
        },
        Event::Break {
            timestamp: 1,
            break_id: "4".into(),
            loop_label: None,
            location: "a.rs:1".into(),
        },
        Event::Drop {
            timestamp: 2,
            var_id: "x_0".into(),
        },
    ]
}

#[test]
fn events_are_tagged_by_their_variant() {
    let json = serde_json::to_string(&events()).expect("written");
    let names = [
        r#"{"type":"New","timestamp":0,"var_name":"x","var_id":"x_0","type_name":"i32"}"#,
        r#"{"type":"Break","timestamp":1,"break_id":"4","loop_label":null,"location":"a.rs:1"}"#,
        r#"{"type":"Drop","timestamp":2,"var_id":"x_0"}"#,
    ];
    assert_eq!(json, format!("[{}]", names.join(",")));
    assert_eq!(serde_json::from_str::<Vec<Event>>(&json).expect("read"), events());
}

#[test]
fn exports_are_the_same_with_serde_and_without() {
    let data = ExportData::new(build_graph(&events()), events());
    let ours = serde_json::from_str::<serde_json::Value>(&data.to_json().expect("written")).expect("read");
    assert_eq!(ours, serde_json::to_value(&data).expect("written"));
    let graph: OwnershipGraph =
        serde_json::from_value(serde_json::to_value(build_graph(&events())).expect("written")).expect("read");
    assert_eq!(graph.nodes.len(), 1);
}

#[test]
fn its_errors_are_held() {
    let error = serde_json::from_str::<Event>("{}").expect_err("there is no tag");
    assert!(Error::from(error).to_string().starts_with("Serialization error: "));
}
