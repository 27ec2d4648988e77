"""The comparison itself, on hand-written runs and recordings."""

from __future__ import annotations

import json
import re

import pytest

from tests.drops.drop_order import compare_programs, function_name, parse_situations
from tests.drops.programs import FIXTURES

PRINTED = """\
noise before
== first
drop one.b
drop _temporary
drop one.v#0
drop one.v#1
drop one.v#0
drop one.v#1
sometimes empty one.s
drop one.s@2
== second
drop two.self
"""


def drops(*labels: str) -> list[dict[str, object]]:
    text = "\n".join(
        json.dumps(
            {"event": "Drop", "function": f"krate::{label.rpartition('.')[0]}", "name": label.rpartition(".")[2]}
        )
        for label in labels
    )
    other = {"event": "Move", "function": "krate::one", "name": "b"}
    return [other, *(json.loads(line) for line in text.splitlines())]


RIGHT = (
    "one.b",
    "one::{closure#0}.v",
    "one.n",
    "one.v",
    "one.s",
    "one.s",
    "m::<A as B>::two::{closure#1}::{closure#0}.self",
)


def test_right_order_has_no_complaint():
    assert compare_programs(PRINTED, PRINTED, drops(*RIGHT)) == {"first": [], "second": []}


@pytest.mark.parametrize(
    ("recorded", "expected"),
    [
        (("one.v", "one.b", "one.v", "one.s", "two.self"), "! one.b  one.v"),
        (("one.b", "one.v", "one.s", "two.self"), "! one.v  one.s"),
        (("one.v", "one.v", "one.s", "two.self"), "never recorded: one.b"),
        (("one.b", "one.b", "one.v", "one.v", "one.s", "two.self"), "! one.v  one.b"),
        (("one.b", "one.v", "one.v", "two.self"), "never recorded: one.s"),
    ],
)
def test_wrong_order_is_told(recorded: tuple[str, ...], expected: str):
    complaints = compare_programs(PRINTED, PRINTED, drops(*recorded))
    assert expected in complaints["first"][0]
    assert complaints["second"] == []


def test_other_output_is_told():
    traced = PRINTED.replace("drop one.b\ndrop _temporary", "drop _temporary\ndrop one.b")
    complaints = compare_programs(PRINTED, traced, drops(*RIGHT))
    assert "! drop one.b" in complaints["first"][0]
    assert "lines differ" in complaints["first"][0]


def test_missing_situation_is_told():
    complaints = compare_programs(PRINTED, PRINTED.partition("== second")[0], drops(*RIGHT))
    assert complaints["second"] == ["second: the traced program never came here"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a::b", "b"),
        ("main", "main"),
        ("a::<S as T>::m::{closure#0}::{closure#1}", "m"),
        ("a::S::<T>::m", "m"),
        ("a::f::<u8>", "f"),
        ("a::f::{closure#0}::inner", "inner"),
    ],
)
def test_function_names(path: str, name: str):
    assert function_name(path) == name


def test_parts_collapse_but_values_do_not():
    situations = parse_situations("== s\ndrop f.v#0\ndrop f.v#1\ndrop f.x@1\ndrop f.x@2\ndrop f.w#0\n")
    assert situations["s"].deaths == ["f.v", "f.x", "f.x", "f.w"]


def test_every_situation_of_the_fixture_is_listed():
    folder = FIXTURES / "drops" / "src" / "situations"
    listed = re.findall(r'\("(\w+)", (\w+)::(\w+)\)', (folder / "mod.rs").read_text())
    written = {
        (path.stem, name)
        for path in folder.glob("*.rs")
        if path.stem != "mod"
        for name in re.findall(r"^pub fn (\w+)\(\) \{$", path.read_text(), re.MULTILINE)
    }
    assert {(module, name) for _, module, name in listed} == written
    assert all(title == name for title, _, name in listed)
    assert len(listed) >= 60
