from __future__ import annotations

import json
from pathlib import Path

from borrowscope.report.answer import answer
from borrowscope.report.places import Place
from borrowscope.report.render import render
from borrowscope.report.show import show_function
from borrowscope.report.summary import summarize
from tests.report.recordings import FILE, Script, tour


def test_what_the_tour_holds(tmp_path: Path):
    summary = summarize(tour(tmp_path).recording())
    assert summary.events == 27
    assert summary.by_event["Drop"] == 8
    assert [(one.path, one.calls) for one in summary.functions] == [("demo::main", 1)]
    assert [(one.ty, one.count, one.shares) for one in summary.clones] == [
        ("String", 1, False),
        ("Rc<String>", 1, True),
    ]
    assert summary.clones[0].places == ((Place(FILE, 12), 1),)
    assert [(one.name, one.most_owners) for one in summary.shared] == [("shared", 2)]
    assert summary.alive == ()


def test_alive_means_that_the_end_would_have_been_recorded(tmp_path: Path):
    script = Script(tmp_path, "fn main() {\n let a = 1;\n let b = 2;\n let c = 3;\n}\n")
    sites = [
        script.site("let", "New", 2, "a", "a", ty="String", needs_drop=True),
        script.site("let", "New", 3, "b", "b", ty="String", needs_drop=True, is_guarded=False),
        script.site("let", "New", 4, "c", "c", ty="u8", needs_drop=False),
    ]
    for instance, site in enumerate(sites):
        script.record(site, instance=instance)
    assert [one.name for one in summarize(script.recording()).alive] == ["a"]


def test_a_refused_borrow_is_told(tmp_path: Path):
    script = Script(tmp_path, "fn main() {\n let c = RefCell::new(1);\n c.borrow();\n}\n")
    cell = script.site("let", "RefCellNew", 2, "c", "c", ty="RefCell<i32>", needs_drop=True)
    borrow = script.site("borrow", "RefCellBorrow", 3, "borrow")
    script.record(cell, instance=1)
    script.record(borrow, owner=1, is_mutable=False, success=True)
    script.record(borrow, owner=1, is_mutable=True, success=False)
    text = render(summarize(script.recording()))
    assert "c  src/main.rs:2: 1 shared, 0 mutable, 1 REFUSED because it was borrowed" in text


def test_the_text_fits_a_page_and_needs_no_colours(tmp_path: Path):
    long = "krate::" + "module::" * 20
    script = Script(tmp_path, "fn main() {\n let a = 1;\n}\n", function=f"{long}main")
    site = script.site("let", "Clone", 2, "a", "a" * 100, ty=f"Vec<{'String, ' * 30}>", needs_drop=True)
    for instance in range(3000):
        script.record(site, instance=instance)
    text = render(summarize(script.recording(["the stream was cut off"])))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "! the stream was cut off" in text
    assert "\x1b" not in text
    assert render(summarize(script.recording()), unicode=False).isascii()


def test_an_empty_recording_is_told_as_empty(tmp_path: Path):
    text = render(summarize(Script(tmp_path, "").recording()))
    assert "0 events" in text


def test_json_has_the_keys_of_the_reference(tmp_path: Path):
    told = json.loads(answer(summarize(tour(tmp_path).recording())).model_dump_json())
    assert {"version", "tool", "recording", "findings", "summary"} <= told.keys()
    assert {"events", "by_event", "functions", "threads", "duration_ns", "instances"} <= told["summary"].keys()
    assert told["findings"] == []


def test_a_double_borrow_names_who_held_the_cell(tmp_path: Path):
    source = "fn main() {\n let c = RefCell::new(1);\n let r = c.borrow();\n let w = c.borrow_mut();\n}\n"
    script = Script(tmp_path, source)
    cell = script.site("let", "RefCellNew", 2, "c ", "c", ty="RefCell<i32>", needs_drop=True)
    attempts = [script.site("call", "Attempt", line, text) for line, text in ((3, "borrow"), (4, "borrow_mut"))]
    guard = script.site("let", "RefCellBorrow", 3, "r ", "r", ty="Ref<i32>", needs_drop=True)
    script.record(cell, instance=1)
    script.record(attempts[0], owner=1, operation="borrow")
    script.record(guard, instance=2, owner=1, is_mutable=False, success=True)
    script.record(attempts[1], owner=1, operation="borrow_mut")
    script.record(guard, "RefCellDrop", instance=2, owner=1, cause="panic")
    script.record(cell, "Drop", instance=1, cause="panic")
    recording = script.recording()

    (refusal,) = summarize(recording).refusals
    assert (refusal.operation, refusal.line, [spot.name for spot in refusal.holders]) == ("borrow_mut", 4, ["r"])
    text = render(summarize(recording))
    assert f"borrow_mut at {FILE}:4\n    while `r` ({FILE}:3) held it" in text
    assert "refused: it was borrowed 4" in "\n".join(show_function(recording, "main"))


def test_an_attempt_that_succeeds_is_no_refusal(tmp_path: Path):
    script = Script(tmp_path, "fn main() {\n let r = c.borrow();\n}\n")
    attempt = script.site("call", "Attempt", 2, "borrow")
    guard = script.site("let", "RefCellBorrow", 2, "r ", "r", needs_drop=True)
    script.record(attempt, owner=1, operation="borrow")
    script.record(guard, instance=2, owner=1, is_mutable=False, success=True)
    script.record(attempt, owner=3, operation="borrow")
    assert summarize(script.recording()).refusals == ()
