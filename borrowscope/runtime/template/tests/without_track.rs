//! Without the feature `track` calls made by hand do nothing but hand their values back.

#![cfg(not(feature = "track"))]

use borrowscope_runtime::*;
use std::rc::Rc;

#[test]
fn nothing_is_recorded() {
    reset();
    let text = track_new("text", String::from("a"));
    assert_eq!(track_borrow("length", &text).len(), 1);
    let counted = track_rc_new("counted", Rc::new(1));
    assert_eq!(
        Rc::strong_count(&track_rc_clone("copy", "counted", Rc::clone(&counted))),
        2
    );
    assert_eq!(*track_new_guard("guarded", 3), 3);
    track_drop_batch(&["text", "counted"]);
    assert_eq!(track_move("text", "moved", text), "a");
    assert_eq!(get_events(), []);
    assert_eq!(get_event_counts(), (0, 0, 0, 0));
    assert_eq!(get_graph().nodes.len(), 0);
}
