"""Expressions: values that are made, closures with their captures, fields, elements and references that are used."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from borrowscope.tables.events import BY_NAME, Group
from tests.constructs.programs import lines, run_both
from tests.drops.programs import instrument_report

SOURCE = Path(__file__).with_name("expressions.rs").read_text(encoding="utf-8")
VARIANTS = {name for name, row in BY_NAME.items() if row.group is Group.EXPRESSIONS} | {"Clone", "Move"}
EXPECTED = {
    "made": """
StructCreate
StructCreate
StructCreate
TupleCreate len=3
ArrayCreate len=3
ArrayCreate len=3
Range range_type=..
Range range_type=..
Range range_type=..=
Range range_type=a..
Range range_type=..=b
TupleCreate len=5
TypeCast to_type=u8
TypeCast to_type=char
""",
    "lent": """
StructCreate
TupleCreate len=2
StructCreate
StructCreate
StructCreate
TypeCast to_type=&dyn fmt::Display
FieldAccess base=s field=r
FieldAccess base=t field=0
Move n
FieldAccess base=n.unwrap() field=r
""",
    "forever": """
TupleCreate len=2
TupleCreate len=2
ArrayCreate len=2
""",
    "forever_iterated": """
ArrayCreate len=3
""",
    "forever_held": """
ArrayCreate len=2
StructCreate
""",
    "forever_called": """
ClosureCreate capture_mode=ref fn_trait=Fn #1
""",
    "forever_tabled": """
StructCreate
""",
    "forever_empty": """
ArrayCreate len=0
""",
    "written": """
FieldAccess base=p field=a
FieldAccess base=p field=a
FieldAccess base=p field=t
FieldAccess base=p.t field=1
FieldAccess base=p field=t
FieldAccess base=p.t field=0
FieldAccess base=p field=v
FieldAccess base=p field=v
TypeCast to_type=u8
FieldAccess base=p field=t
FieldAccess base=p.t field=0
FieldAccess base=p field=v
IndexAccess container=p.v
""",
    "read": """
FieldAccess base=p field=name
FieldAccess base=p field=v
FieldAccess base=p field=a
FieldAccess base=p field=t
TypeCast to_type=u32
FieldAccess base=p field=a
Deref
FieldAccess base=p field=name
Range range_type=..
FieldAccess base=p field=v
IndexAccess container=p.v
FieldAccess base=p field=t
FieldAccess base=p.t field=1
""",
    "leaves": """
IndexAccess container=v
FieldAccess base=v[o?] field=t
FieldAccess base=v[o?].t field=0
TypeCast to_type=usize
IndexAccess container=v
FieldAccess base=v[0] field=v
IndexAccess container=v[0].v
TupleCreate len=2
StructCreate
""",
    "followed": """
FieldAccess base=m field=m
FieldAccess base=m field=m
FieldAccess base=m field=m
Deref
FieldAccess base=m field=b
Deref
FieldAccess base=m field=b
Deref
Deref
Deref
FieldAccess base=(**p) field=v
FieldAccess base=m field=k
StructCreate
FieldAccess base=m field=k
FieldAccess base=m field=o
ClosureCreate capture_mode=ref fn_trait=Fn #1
FieldAccess base=m field=f
FieldAccess base=m field=f
""",
    "parted": """
FieldAccess base=p field=name
Move p partial=True
StructCreate
Deref
Move q partial=True
Move q partial=True
Move name
Move c
TupleCreate len=2
""",
    "captured": """
ClosureCreate capture_mode=ref fn_trait=Fn #1
ClosureCapture n capture_mode=ref
ClosureCreate capture_mode=ref mut fn_trait=FnMut #2
ClosureCapture p capture_mode=ref mut
FieldAccess base=p field=a
ClosureCreate capture_mode=move fn_trait=Fn #3
ClosureCapture s capture_mode=move
ClosureCapture n capture_mode=move
Move s
ClosureCreate capture_mode=move fn_trait=FnOnce #4
ClosureCapture p capture_mode=move
Move p partial=True
ClosureCreate capture_mode=ref fn_trait=Fn #5
ClosureCapture add capture_mode=ref
TypeCast to_type=usize
Move once
FieldAccess base=p field=name
ClosureCreate capture_mode=ref fn_trait=Fn #6
ClosureCapture add capture_mode=ref
ClosureCapture y capture_mode=ref
TypeCast to_type=usize
""",
    "inferred": """
ClosureCreate capture_mode=ref fn_trait=FnMut #1
ClosureCreate capture_mode=ref fn_trait=FnMut #2
Deref
TypeCast to_type=usize
Deref
TypeCast to_type=usize
ClosureCreate capture_mode=ref fn_trait=Fn #3
ClosureCreate capture_mode=ref fn_trait=Fn #4
TupleCreate len=2
ClosureCreate capture_mode=ref fn_trait=Fn #5
ClosureCapture n capture_mode=ref
ClosureCreate capture_mode=ref fn_trait=Fn #6
ClosureCreate capture_mode=ref fn_trait=Fn #7
ArrayCreate len=2
ClosureCreate capture_mode=ref fn_trait=Fn #8
ClosureCreate capture_mode=ref fn_trait=Fn #9
ArrayCreate len=2
ClosureCreate capture_mode=ref fn_trait=Fn #10
TypeCast to_type=fn(u8) -> u8
TupleCreate len=2
ArrayCreate len=1
ClosureCreate capture_mode=ref fn_trait=Fn #11
ClosureCreate capture_mode=ref fn_trait=Fn #12
ClosureCreate capture_mode=ref fn_trait=Fn #13
ClosureCapture n capture_mode=ref
TypeCast to_type=usize
FieldAccess base=t field=0
TypeCast to_type=usize
IndexAccess container=table
TypeCast to_type=usize
""",
    "elements": """
TupleCreate len=2
IndexAccess container=g
FieldAccess base=g field=cells
IndexAccess container=g.cells
FieldAccess base=g field=cells
FieldAccess base=g field=by
IndexAccess container=g.by
FieldAccess base=g field=by
IndexAccess container=g.by
FieldAccess base=g field=cells
IndexAccess container=g.cells
Range range_type=a..
FieldAccess base=g field=cells
IndexAccess container=g.cells
IndexAccess container=w
Range range_type=..
IndexAccess container=b"abc"
IndexAccess container=b"abc"[..]
ArrayCreate len=2
IndexAccess container=[4, 5]
""",
    "coerced": """
FieldAccess base=p field=v
FieldAccess base=p field=name
ArrayCreate len=2
TupleCreate len=2
FieldAccess base=p field=t
StructCreate
TypeCast to_type=usize
""",
    "packed": """
FieldAccess base=p field=len
FieldAccess base=p field=tag
FieldAccess base=p field=len
""",
    "ended": """
FieldAccess base=D("temp") field=0
StructCreate
FieldAccess base=D("field") field=0
StructCreate
""",
    "swapped": """
TupleCreate len=2
ArrayCreate len=2
TupleCreate len=2
""",
    "cloned": """
Clone a
Move a
Clone
TupleCreate len=2
""",
}


@pytest.fixture(scope="module", params=("2018", "2021", "2024"))
def edition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def run(edition: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Path]:
    folder = tmp_path_factory.mktemp("expressions")
    untouched, traced, events = run_both(SOURCE, folder, edition)
    assert (untouched.code, untouched.stdout) == (traced.code, traced.stdout)
    return events, folder / "program.bstrace"


@pytest.fixture
def events(run: tuple[list[dict[str, Any]], Path]) -> list[dict[str, Any]]:
    return [event for event in run[0] if event["event"] in VARIANTS]


def of_function(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The events of a function and its closures, not of others whose names begin alike."""
    return [event for event in events if re.search(rf"::{name}(::\{{|$)", event["function"] or "")]


@pytest.mark.parametrize("function", EXPECTED)
def test_events_in_order(events: list[dict[str, Any]], edition: str, function: str):
    found = lines(of_function(events, function), function)
    expected = EXPECTED[function].strip()
    if edition == "2018":
        expected = expected.replace(
            "Move p partial=True\nClosureCreate", "Move p\nClosureCreate"
        )  # captured as a whole
    assert found == expected.splitlines()


def test_nothing_is_healed_and_next_to_nothing_skipped(run: tuple[list[dict[str, Any]], Path]):
    report = instrument_report(run[1])
    assert report["healed"] == []
    # A tuple whose closure learns its parameter's type from what the tuple is handed to.
    assert [(one["construct"], one["reason"]) for one in report["skipped"]] == [("tuple", "inference")]


def test_events_stand_where_their_expressions_begin(events: list[dict[str, Any]]):
    text = SOURCE.splitlines()
    for event in events:
        here = text[event["line"] - 1][event["column"] - 1 :]
        if event["event"] == "FieldAccess":
            assert here.startswith(event["base"][:10]), event
        elif event["event"] == "IndexAccess":
            assert here.startswith(event["container"]), event
        elif event["event"] in _BEGINNINGS:
            assert here.startswith(_BEGINNINGS[event["event"]]), event


_BEGINNINGS: dict[str, str | tuple[str, ...]] = {
    "Deref": "*",
    "TupleCreate": "(",
    "ArrayCreate": "[",
    "ClosureCreate": ("|", "move |"),
    "ClosureCapture": ("|", "move |"),
}


def test_types_of_structs(events: list[dict[str, Any]]):
    types = [event["ty"] for event in of_function(events, "made") if event["event"] == "StructCreate"]
    assert types == ["K", "K", "Option<usize>"]
    actual = [event["ty"] for event in of_function(events, "generic") if event["event"] == "StructCreate"]
    assert actual == ["W<String>", "W<u64>"]


def test_lengths_of_arrays_that_a_parameter_gives(events: list[dict[str, Any]]):
    lengths = [event["len"] for event in of_function(events, "generic") if event["event"] == "ArrayCreate"]
    assert lengths == [1, 2]


def test_clones_behind_a_parameter_tell_their_actual_type(events: list[dict[str, Any]]):
    clones = [event for event in events if event["event"] == "Clone"]
    named, unnamed = (event for event in clones if event["function"].endswith("::cloned"))
    assert {named["ty"], unnamed["ty"]} == {"String"}
    assert named["source"] == unnamed["source"]
    assert [event["ty"] for event in clones if event["function"].endswith("::main")][-2:] == ["u8", "u8"]


def test_captures_join_the_closure_with_the_variable(run: tuple[list[dict[str, Any]], Path]):
    events = of_function(run[0], "captured")
    closures = [event["instance"] for event in events if event["event"] == "ClosureCreate"]
    births = {event["name"]: event["instance"] for event in events if event["event"] == "New"}
    captures = [event for event in events if event["event"] == "ClosureCapture"]
    assert len(set(closures)) == len(closures)
    assert [closures.index(event["owner"]) for event in captures] == [0, 1, 2, 2, 3, 4, 5, 5]
    outer = [event for event in captures if "{closure" not in event["function"]]
    assert [event["instance"] for event in outer] == [births[event["name"]] for event in outer]
    # What a closure's own closure captures of others has no instance that could be named there.
    inner = {event["name"]: event["instance"] for event in captures if "{closure" in event["function"]}
    assert inner == {"add": None, "y": births["y"]}


def test_a_followed_reference_is_the_owner(run: tuple[list[dict[str, Any]], Path]):
    events = of_function(run[0], "take")
    born = [event["instance"] for event in events if event["event"] == "New"]
    assert [event["owner"] for event in events if event["event"] == "Deref"] == born
    owners = [event["owner"] for event in of_function(run[0], "followed") if event["event"] == "Deref"]
    assert [owner is None for owner in owners] == [True, True, True, False, True]
