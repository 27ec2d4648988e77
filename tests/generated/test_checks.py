"""The checks of generated programs notice what is wrong: each contradiction is found, and the truth passes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.generated.counts import check_counts
from tests.generated.generator import Program
from tests.generated.instances import check_instances
from tests.generated.order import Context, compare_orders
from tests.generated.probes import check_probes
from tests.generated.recorded import Recorded
from tests.generated.streams import Stream, Truth, join

PROGRAM = Program(
    "p",
    "",
    sometimes_empty=frozenset({"f.maybe"}),
    labels=frozenset({"f.x", "f.y", "f.maybe", "f.g", "f.m"}),
    places=frozenset({"if 3", "iter 4", "arm 5", "7"}),
    operations=frozenset({"op CellSet f.x"}),
)
KEYS = ("name", "instance", "owner", "source", "from", "to", "object", "ty")


def event(kind: str, **fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = dict.fromkeys(KEYS) | {"event": kind, "function": "p::f", "file": "src/p.rs", "line": 1}
    return base | {"seq": 0, "thread": 0, "cause": "scope_end"} | fields


def recorded(events: list[dict[str, Any]], sites: set[tuple[str, str, int]] | None = None) -> Recorded:
    labels = {e["instance"]: f"f.{e['name']}" for e in events if e["name"] is not None}
    return SimpleNamespace(events=events, labels=labels, site_lines=sites or set(), unmarked=set())  # type: ignore[return-value]


def complaints(check: Any, *items: Any, sites: set[tuple[str, str, int]] | None = None) -> list[str]:
    told = [item for item in items if not isinstance(item, str)]
    stream = Stream("p", "0", 1, [Truth(item) if isinstance(item, str) else item for item in items])
    found: list[str] = check(stream, Context(PROGRAM, recorded(told, sites)))
    return found


NEW_X = event("New", name="x", instance=1)
DROP_X = event("Drop", name="x", instance=1)
NEW_Y = event("New", name="y", instance=2)
MOVE_X = event("Move", name="x", instance=1, **{"from": 1})


def test_births_moves_and_deaths_in_order():
    assert complaints(compare_orders, NEW_X, "born f.x", DROP_X, "drop f.x value 1:0") == []
    assert complaints(compare_orders, NEW_X, "born f.x", "move f.x", MOVE_X) == []


@pytest.mark.parametrize(
    "items",
    [
        ("born f.x",),
        (NEW_X, "born f.x", "drop f.x value 1:0"),
        (NEW_X, "born f.x", DROP_X),
        (NEW_X, "born f.x", "drop f.x value 1:0", DROP_X),
        (NEW_Y, NEW_X, "born f.x", "born f.y"),
        (NEW_X, "born f.x", "move f.x", DROP_X),
        (NEW_X, "born f.x", MOVE_X, "move f.x"),
    ],
)
def test_wrong_births_moves_and_deaths(items):
    assert complaints(compare_orders, *items) != []


def test_panics_are_told_as_such():
    panicked = event("Drop", name="x", instance=1, cause="panic")
    assert complaints(compare_orders, NEW_X, "born f.x", panicked, "drop f.x value 1:0 panicking") == []
    assert complaints(compare_orders, NEW_X, "born f.x", panicked, "drop f.x value 1:0") != []
    assert complaints(compare_orders, NEW_X, "born f.x", DROP_X, "drop f.x value 1:0 panicking") != []


def test_what_ends_empty_need_not_print():
    new, drop = event("New", name="maybe", instance=1), event("Drop", name="maybe", instance=1)
    assert complaints(compare_orders, new, "born f.maybe", drop) == []


def test_parts_of_one_binding_die_as_one():
    parts = ("drop f.x#0 value 1:0", "drop f.x#1 value 1:1")
    assert complaints(compare_orders, NEW_X, "born f.x", DROP_X, *parts) == []
    assert complaints(compare_orders, NEW_X, "born f.x", DROP_X, parts[0], parts[0]) != []


SITES = {("Branch", "p", 3), ("LoopEnter", "p", 4), ("MatchArm", "p", 5), ("Try", "p", 7)}
BRANCH = event("Branch", line=3, branch_type="if")


def test_control_flow():
    arm, left = event("MatchArm", line=5, arm_index=1), event("Try", line=7)
    assert complaints(compare_orders, BRANCH, "if 3", arm, "arm 5 1", "try 7", left, sites=SITES) == []
    assert complaints(compare_orders, arm, "arm 5 0", sites=SITES) != []
    assert complaints(compare_orders, "try 7", sites=SITES) != []
    assert complaints(compare_orders, BRANCH, sites=SITES) != []
    assert complaints(compare_orders, "iter 4", sites=SITES) != []
    assert complaints(compare_orders, "iter 9", sites=SITES) == []  # no site: it is not told


def test_operations():
    cell = event("CellSet", owner=1)
    assert complaints(compare_orders, NEW_X, "born f.x", cell, "op CellSet f.x") == []
    assert complaints(compare_orders, NEW_X, "born f.x", "op CellSet f.x") != []
    assert complaints(compare_orders, NEW_X, "born f.x", cell, cell, "op CellSet f.x") != []


LOCK = event("New", name="m", instance=5)
TAKEN = event("LockGuardAcquire", name="g", instance=6, owner=5, lock_type="Mutex")
RELEASED = event("LockGuardDrop", name="g", instance=6)


def test_probes():
    assert complaints(check_probes, LOCK, "probe f.m free @0x1", TAKEN, "probe f.m exclusive @0x1") == []
    assert complaints(check_probes, LOCK, TAKEN, RELEASED, "probe f.m free @0x1") == []
    assert complaints(check_probes, LOCK, TAKEN, "probe f.m free @0x1") != []
    assert complaints(check_probes, LOCK, "probe f.m exclusive @0x1") != []
    assert complaints(check_probes, LOCK, "probe? f.m exclusive @0x1") == []
    assert complaints(check_probes, LOCK, TAKEN, "probe? f.m free @0x1") != []


def test_probes_by_address():
    taken = event("RefCellBorrow", instance=6, object="0x1#0", is_mutable=False, success=True)
    assert complaints(check_probes, taken, "probe f.m shared @0x1") == []
    assert complaints(check_probes, taken, "probe f.m exclusive @0x1") != []
    assert complaints(check_probes, taken, "probe f.m free @0x2") == []


RC = event("RcNew", name="x", instance=1, object="0x1#0", ty="Rc<D>", strong_count=1, weak_count=0)
CLONE = event("RcClone", name="y", instance=2, source=1, object="0x1#0", ty="Rc<D>", strong_count=2, weak_count=0)


def test_counts():
    assert complaints(check_counts, RC, "counts f.x 1 0", CLONE, "counts f.y 2 0", "counts? f.x 2 0") == []
    assert complaints(check_counts, RC, "counts f.x 2 0") != []
    assert complaints(check_counts, RC, "counts f.x 1 1") != []
    assert complaints(check_counts, RC, CLONE, DROP_X, "counts? f.y 2 0") != []
    assert complaints(check_counts, "counts f.x 1 0") != []


CONSTRUCT = {"instance": 9, "name": None}


@pytest.mark.parametrize(
    "events",
    [
        [NEW_X],
        [DROP_X],
        [NEW_X, NEW_X, DROP_X],
        [NEW_X, DROP_X, DROP_X],
        [NEW_X, MOVE_X, DROP_X],
        [event("Borrow", name="y", instance=2, owner=1), event("Drop", name="y", instance=2)],
        [event("LoopEnter", **CONSTRUCT)],
        [event("LoopExit", **CONSTRUCT)],
        [event("LoopIteration", iteration=0, **CONSTRUCT)],
        [event("LoopEnter", **CONSTRUCT), event("LoopIteration", iteration=1, **CONSTRUCT)],
        [event("FnEnter", instance=8), event("LoopEnter", **CONSTRUCT), event("FnExit", instance=8)],
    ],
)
def test_contradicting_instances(events):
    assert check_instances(recorded(events)).get("p")


def test_instances_without_contradiction():
    loop = [event(kind, **CONSTRUCT, iteration=0) for kind in ("LoopEnter", "LoopIteration", "LoopExit")]
    assert check_instances(recorded([NEW_X, MOVE_X, *loop])) == {}


def test_lines_stand_at_their_marks():
    marks = [event("FnEnter", function=f"generated::witness::{name}") for name in ("bit_set", "mark", "mark")]
    streams, misfits = join("[1] == p 0\n[1] born f.x\n", [*marks[:2], NEW_X, marks[2]])
    assert misfits == []
    assert streams == [Stream("p", "0", 1, [NEW_X, Truth("born f.x")])]
    _, misfits = join("[1] == p 0\n", [*marks])
    assert misfits == ["thread 1 printed 1 lines and recorded 2 marks"]
