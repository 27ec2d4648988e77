"""What reports say of loops, locks, threads, channels and unsafe operations."""

from __future__ import annotations

import json
from pathlib import Path

from borrowscope.report.answer import answer
from borrowscope.report.render import render
from borrowscope.report.show import show_function
from borrowscope.report.summary import summarize
from tests.report.recordings import FILE, Script

SOURCE = """\
fn main() {
    let m = Mutex::new(1);
    let g = m.lock().unwrap();
    for n in 0..3 {
        unsafe { *p = n };
    }
    let h = move_it(g);
    m.lock().unwrap();
}
"""


def locked(folder: Path) -> Script:
    """A loop under a lock, and a second lock that waits for ever."""
    script = Script(folder, SOURCE)
    enter = script.site("fn", "FnEnter", 1, "main")
    mutex = script.site("let", "New", 2, "m ", "m", ty="Mutex<i32>", needs_drop=True)
    attempts = [script.site("call", "Attempt", line, "lock") for line in (3, 8)]
    lock = script.site("call", "Lock", 3, "lock")
    guard = script.site("let", "LockGuardAcquire", 3, "g ", "g", ty="MutexGuard<i32>", needs_drop=True)
    loop = script.site("loop", "LoopEnter", 4, "for")
    pointer = script.site("expr", "RawPtrDeref", 5, "*p")
    moved = script.site("let", "Move", 7, "h ", "h", ty="MutexGuard<i32>", needs_drop=True)
    script.record(enter, instance=100)
    script.record(mutex, instance=1)
    script.record(attempts[0], owner=1, operation="lock", object="0x10")
    script.record(lock, owner=1, lock_type="Mutex", success=True, object="0x10")
    script.record(guard, instance=2, owner=1, lock_type="Mutex", object="0x10")
    script.record(loop, instance=200)
    for turn in range(3):
        script.record(loop, "LoopIteration", instance=200, iteration=turn)
        script.record(pointer, is_write=True)
    script.record(loop, "LoopExit", instance=200)
    script.record(moved, instance=2, from_=2, to=3)
    script.record(attempts[1], owner=1, operation="lock", object="0x10")
    return script


def test_the_summary_tells_loops_guards_and_waits(tmp_path: Path):
    summary = summarize(locked(tmp_path).recording())
    assert [(one.runs, one.turns, str(one.place)) for one in summary.loops] == [(1, 3, f"{FILE}:4")]
    assert [(one.what, one.name, one.count, one.longest_ns, one.is_open) for one in summary.guards] == [
        ("Mutex", "g", 1, 10000, True)
    ]
    assert [(one.what, one.count) for one in summary.unsafe] == [("RawPtrDeref", 3)]
    (wait,) = summary.waits
    assert (wait.operation, wait.line, [str(spot) for spot in wait.holders]) == ("lock", 8, [f"`g` ({FILE}:3)"])
    assert summary.refusals == ()


def test_a_guard_that_ends_is_held_until_there(tmp_path: Path):
    script = locked(tmp_path)
    guard = next(site for site in script.sites.values() if site.name == "h")
    script.record(guard, "LockGuardDrop", instance=3, cause="scope_end")
    (held,) = summarize(script.recording()).guards
    assert (held.longest_ns, held.is_open) == (11000, False)


def test_a_guard_that_leaves_for_elsewhere_is_not_told(tmp_path: Path):
    script = locked(tmp_path)
    away = script.site("move", "Move", 8, "m")
    script.record(away, instance=3, from_=3)
    assert summarize(script.recording()).guards == ()


def test_the_text_and_the_page_name_them(tmp_path: Path):
    recording = locked(tmp_path).recording()
    text = render(summarize(recording))
    assert "Attempts without an outcome: their threads did nothing more" in text
    assert f"lock at {FILE}:8\n    while `g` ({FILE}:3) held it" in text
    assert "10 µs  Mutex: g" in text
    assert "until the end" in text
    assert "3  in 1 run           src/main.rs:4" in text
    assert "3  RawPtrDeref" in text
    assert "Threads and channels: locks taken 1" in text
    assert all(len(line) <= 80 for line in text.splitlines())
    page = "\n".join(show_function(recording, "main"))
    assert "also here: 1 loop, 3 turns of loops, 1 lock taken, 3 unsafe operations" in page


def test_the_json_has_them(tmp_path: Path):
    told = json.loads(answer(summarize(locked(tmp_path).recording())).model_dump_json())["summary"]
    assert told["by_group"]["loops"] == 5
    assert told["loops"] == [{"runs": 1, "turns": 3, "place": {"file": FILE, "line": 4}}]
    assert told["guards"][0]["is_open"] is True
    assert told["attempts_without_outcome"][0]["held_by"] == [{"name": "g", "file": FILE, "line": 3}]
    assert told["unsafe_operations"][0]["event"] == "RawPtrDeref"
