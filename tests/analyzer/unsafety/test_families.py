"""What real crates write and the finder did not see once, a small program each: the answer is rustc's."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.analyzer.analyze import examine
from borrowscope.text.span import LineIndex
from tests.analyzer.unsafety.test_operations import request_for, spans_by_rustc

FAMILIES = sorted(Path(__file__).with_name("families").glob("*.rs"))


@pytest.mark.parametrize("program", FAMILIES, ids=lambda path: path.stem)
def test_it_is_what_rustc_says(program: Path, tmp_path: Path) -> None:
    source = program.read_bytes()
    (file,) = examine(request_for(program)).files
    active = [one for one in file.operations if not one.is_inactive]

    def texts(spans: set[tuple[int, int]]) -> list[str]:
        index = LineIndex(source)
        return [f"{index.line_of(start)}: {source[start:end].decode()}" for start, end in sorted(spans)]

    theirs = spans_by_rustc(source, tmp_path)
    assert theirs
    assert texts({(one.span.start, one.span.end) for one in active if one.is_resolved}) == texts(theirs)
    assert all(one.is_resolved for one in active)
