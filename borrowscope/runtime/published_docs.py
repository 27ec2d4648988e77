"""The documents of functions that are called by hand.

In: a row of `borrowscope.tables.published_api`. Out: the lines of its doc comment.
"""

from __future__ import annotations

from borrowscope.tables.published_api import BY_NAME
from borrowscope.tables.published_calls import Function
from borrowscope.tables.published_parameters import parameter_doc

_WIDTH = 120

_EXAMPLES: dict[str, tuple[str, ...]] = {
    "track_new": ('let data = track_new("data", vec![1, 2, 3]);', "assert_eq!(data, [1, 2, 3]);"),
    "track_new_with_id": (
        'let x = track_new_with_id(7, "x", "i32", "src/main.rs:3", 42);',
        'track_drop_with_id(7, "src/main.rs:5");',
        "assert_eq!(x, 42);",
    ),
    "track_borrow": (
        'let text = track_new("text", String::from("hello"));',
        'assert_eq!(track_borrow("r", &text), "hello");',
    ),
    "track_borrow_mut": (
        "let mut items = vec![1];",
        'track_borrow_mut("r", &mut items).push(2);',
        "assert_eq!(items, [1, 2]);",
    ),
    "track_move": (
        'let first = track_new("first", String::from("hello"));',
        'let second = track_move("first", "second", first);',
        'assert_eq!(second, "hello");',
    ),
    "track_drop": ('let x = track_new("x", 5);', "assert_eq!(x, 5);", 'track_drop("x");'),
    "track_drop_batch": (
        'let (a, b) = (track_new("a", 1), track_new("b", 2));',
        "assert_eq!(a + b, 3);",
        'track_drop_batch(&["b", "a"]);',
    ),
    "track_rc_clone": (
        "use std::rc::Rc;",
        'let first = track_rc_new("first", Rc::new(1));',
        'let second = track_rc_clone("second", "first", Rc::clone(&first));',
        "assert_eq!(Rc::strong_count(&second), 2);",
    ),
    "track_refcell_borrow": (
        "use std::cell::RefCell;",
        'let cell = track_refcell_new("cell", RefCell::new(5));',
        'let guard = track_refcell_borrow("guard", "cell", "src/main.rs:4", cell.borrow());',
        "assert_eq!(*guard, 5);",
        "drop(guard);",
        'track_refcell_drop("guard", "src/main.rs:6");',
    ),
    "track_channel": (
        "let (sender, receiver) = std::sync::mpsc::channel();",
        'let (sender, receiver) = track_channel("jobs", "src/main.rs:2", sender, receiver);',
        'track_channel_send("jobs_tx", "src/main.rs:3", sender.send(1)).unwrap();',
        'assert_eq!(track_channel_recv("jobs_rx", "src/main.rs:4", receiver.recv()), Ok(1));',
    ),
    "track_loop_enter": (
        'track_loop_enter(1, "for", "src/main.rs:2");',
        "for n in 0..3 {",
        '    track_loop_iteration(1, n, "src/main.rs:2");',
        "}",
        'track_loop_exit(1, "src/main.rs:4");',
    ),
    "track_string_layout": ('let text = String::from("na\\u{ef}ve");', 'track_string_layout("text", &text);'),
    "track_vec_layout": ("let items = vec![1, 2, 3];", 'track_vec_layout("items", &items);'),
    "track_new_sampled": (
        "for n in 0..100 {",
        '    let item = track_new_sampled("item", n, 0.1);',
        "    assert_eq!(item, n);",
        '    track_drop_sampled("item", 0.1);',
        "}",
    ),
}


def documentation(row: Function) -> list[str]:
    """The lines of the doc comment."""
    lines = [row.doc, "", *_wrapped(_means(row))]
    lines += ["", *(f"* `{each.name}`: {parameter_doc(row.name, each.name)}." for each in row.parameters)]
    example = _EXAMPLES.get(row.name)
    if example:
        lines += ["", "```", "use borrowscope_runtime::*;", "", *example, "```"]
    hidden = ["#[doc(hidden)]"] if row.name.startswith("__") else []
    return [*(f"/// {line}".rstrip() for line in lines), *hidden]


def _means(row: Function) -> str:
    plain = BY_NAME[row.records_as] if row.records_as else row
    variants = list(dict.fromkeys(event.variant for event in plain.events))
    linked = [f"[`{name}`](crate::Event::{name})" for name in variants]
    events = " and ".join([", ".join(linked[:-1]), linked[-1]] if len(linked) > 1 else linked)
    what = f"Means {events} for each of them." if row.each else f"Means {events}."
    return f"{what} {_given(row)}".strip()


def _given(row: Function) -> str:
    if not row.result:
        return ""
    plain = row.result.strip("()")
    if "," in plain:
        both = " and ".join(f"`{name.strip()}`" for name in plain.split(","))
        return f"Gives {both} back, unchanged."
    return f"Gives `{plain}` back, unchanged."


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if len(longer) > _WIDTH - 4 and line:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]
