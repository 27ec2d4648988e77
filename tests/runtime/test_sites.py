"""Every function of the `site` module, recorded by a real program and read back."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from borrowscope.tables.trackers import TRACKERS
from borrowscope.trace.event import Event
from borrowscope.trace.recording import Recording
from tests.runtime.recorded import program, record, runtime_rlib
from tests.runtime.site_program import SITES, SOURCE

EXPECTED = """
FnEnter
New x
Borrow r owner=x mutable=False
Clone c source=x
Move x from=x to=y
Move y from=y
Drop c cause=scope_end
Drop r cause=scope_end
RcNew a strong_count=1 weak_count=0
RcClone b source=a strong_count=2 weak_count=0
ArcNew s strong_count=1 weak_count=0
ArcClone t source=s strong_count=2 weak_count=0
WeakNew w source=a weak_count=1
WeakClone v source=w weak_count=2
WeakNew sw source=s weak_count=1
WeakClone sv source=sw weak_count=2
Clone source=a
RcClone source=a strong_count=3 weak_count=2
ArcClone source=s strong_count=3 weak_count=2
WeakNew nothing weak_count=0
Drop nothing cause=scope_end
Drop sv cause=scope_end
Drop sw cause=scope_end
Drop v cause=scope_end
Drop w cause=scope_end
Drop t cause=scope_end
Drop s cause=scope_end
Drop b cause=scope_end
Drop a cause=scope_end
BoxNew bx
CellNew cell
RefCellNew rc
Attempt owner=rc operation=borrow
RefCellBorrow g owner=rc is_mutable=False success=True
RefCellDrop g owner=rc cause=scope_end
Attempt owner=rc operation=borrow_mut
RefCellBorrow m owner=rc is_mutable=True success=True
RefCellDrop m owner=rc cause=scope_end
Borrow owner=rc mutable=True
Drop rc cause=scope_end
Drop cell cause=scope_end
Drop bx cause=scope_end
New late
Drop late cause=assign
New late
Move late from=late partial=True
Drop late cause=scope_end partial=True
Drop late cause=assign
New late
New generic
Drop generic cause=scope_end
New dying
Drop dying cause=panic
New lent
Move lent from=lent partial=True
Move lent from=lent
New left
New left
Break loop_label=a
Continue loop_label=None
Drop left cause=break
Drop left cause=break
New left
New left
Continue loop_label=None
Drop left cause=continue
Drop left cause=continue
New left
New left
Return has_value=True
Drop left cause=scope_end
Drop left cause=scope_end
New left
New left
Return has_value=True
Drop left cause=return
Drop left cause=return
New left
New left
Try
Drop left cause=try
Drop left cause=try
New unsure
LoopEnter loop_type=while let
LoopIteration iteration=0
LoopIteration iteration=1
MatchEnter
MatchArm arm_index=1 pattern=Some(n) bindings=['n']
Branch branch_type=else if
MatchExit
LoopExit
UnsafeBlockEnter
AsyncBlockEnter
LetElse pattern=Some(n)
AsyncBlockExit
UnsafeBlockExit
Drop unsure cause=None
FnExit
"""


def lines(recording: Recording) -> list[str]:
    """Events as short lines; instances by the names of their bindings."""
    names: dict[int | None, str | None] = {
        event.to: recording.sites[event.site or 0].name for event in recording.events if event.to
    }
    names |= {event.instance: event.name for event in recording.events if event.name and event.event != "Move"}
    return [line(event, names) for event in recording.events]


def line(event: Event, names: dict[int | None, str | None]) -> str:
    parts = [event.event, *([event.name] if event.name else [])]
    for key, value in (("owner", event.owner), ("source", event.source), ("from", event.from_), ("to", event.to)):
        if value is not None:
            parts.append(f"{key}={names[value]}")
    parts += [f"{key}={value}" for key, value in event.fields.items() if key != "fn_name"]
    return " ".join(parts)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return record(program(SOURCE), tmp_path_factory.mktemp("sites") / "rec.bstrace", sites=SITES)


def test_every_function_is_read_back(recording: Recording):
    assert lines(recording) == EXPECTED.strip().splitlines()
    assert recording.notes == []


def test_the_portable_recorder_says_the_same(tmp_path):
    rlib = runtime_rlib("--cfg=borrowscope_portable")
    recording = record(program(SOURCE, rlib=rlib), tmp_path / "rec.bstrace", sites=SITES)
    assert lines(recording) == EXPECTED.strip().splitlines()


def test_places_and_types(recording: Recording):
    born = {event.name: event for event in recording.events if event.event.endswith(("New", "Clone"))}
    assert born["x"].ty == "String"
    assert (born["x"].file, born["x"].line, born["x"].function) == ("src/main.rs", 2, "demo::main")
    assert born["generic"].ty == "(u8, &str)"
    dropped = next(event for event in recording.events if event.event == "Drop" and event.name == "generic")
    assert dropped.ty == "(u8, &str)"
    assert {event.thread_name for event in recording.events} == {"main"}


def test_instances_are_one_for_each_execution(recording: Recording):
    late = [event for event in recording.events if event.name == "late" and event.instance]
    first, ended, second = (event.instance for event in late[:3])
    assert first == ended != second
    enter, leave = (event for event in recording.events if event.event.startswith("Fn"))
    assert enter.instance == leave.instance
    looped = {event.instance for event in recording.events if event.event.startswith("Loop")}
    matched = {event.instance for event in recording.events if event.event.startswith("Match")}
    assert len(looped) == len(matched) == 1
    assert looped.isdisjoint(matched | {None})
    assert enter.fields == {"fn_name": "demo::main"}


def test_objects_join(recording: Recording):
    objects = {event.name: event.object for event in recording.events if event.object and event.event != "Drop"}
    assert objects["a"] == objects["b"] == objects["w"] == objects["v"]
    assert objects["s"] == objects["t"] == objects["sw"] == objects["sv"]
    assert objects["rc"] == objects["g"] == objects["m"]
    assert "nothing" not in objects
    assert re.fullmatch(r"0x[0-9a-f]+#0", objects["bx"])


def test_time_never_goes_back(recording: Recording):
    times = [event.time_ns for event in recording.events]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] < 60_000_000_000


def test_the_table_of_trackers_is_the_module():
    source = resources.files("borrowscope.runtime") / "template/src"
    text = "".join(entry.read_text() for entry in (source / "site.rs", *(source / "site").iterdir()))
    found = {
        name: len([part for part in re.split(r",\s*(?![^<]*>)", arguments) if part.strip()])
        for name, arguments in re.findall(r"pub fn (\w+)(?:<[^(]*>)?\(([^)]*)\)", text)
    }
    assert found == {row.function: len(row.arguments) for row in TRACKERS}
    first = (source / "site.rs").read_text()  # the families' own are called by programs of tests/constructs
    tried = {row.function for row in TRACKERS if f"pub fn {row.function}" in first}
    assert {name for name in tried if f"site::{name}(" not in SOURCE} == set()
