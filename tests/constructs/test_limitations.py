"""Every program of docs/limitations.md, run untouched and traced: the page says what its recording holds."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.constructs.programs import run_both

PAGE = (Path(__file__).parents[2] / "docs" / "limitations.md").read_text(encoding="utf-8")
CASE = re.compile(
    r"^## (?P<title>[^\n]+)\n.*?```rust\n(?P<source>.*?)```\n\n(?P<lines>(?:    [^\n]+\n)+)", re.DOTALL | re.MULTILINE
)
CASES = [match.groups() for match in CASE.finditer(PAGE)]


def test_every_section_has_a_program():
    assert [title for title, *_ in CASES] == re.findall(r"^## (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("source", "told"), [pytest.param(source, told, id=title) for title, source, told in CASES])
def test_what_is_not_seen(source: str, told: str, tmp_path: Path):
    untouched, traced, events = run_both(source, tmp_path)
    assert (traced.code, traced.stdout) == (untouched.code, untouched.stdout)
    found = Counter((event["event"], event["name"] or "-") for event in events)
    expected = {(event, name): int(count) for event, name, count in (line.split() for line in told.splitlines())}
    assert {key: found[key] for key in expected} == expected
