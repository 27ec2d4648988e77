"""The table of the 78 kinds: complete, and every row's example has its kind. Rows without a recogniser would fail."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.compiler import read_dump
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.tables.initializer_kinds import INITIALIZER_KINDS, Family, KindRow

from .conftest import compile_source

# Rows that nothing recognises yet: expected failures, so that the day they work is noticed.
UNRECOGNISED: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str | None]:
    """The kind of `it` in every row's example, all compiled as one crate."""
    folder = tmp_path_factory.mktemp("kinds")
    source = "\n".join(f"pub fn example_{row.kind}{row.signature} {{ {row.example} }}" for row in INITIALIZER_KINDS)
    dump = compile_source(folder, source, "2024")
    text = SourceText(str(folder / "src/lib.rs"), "src/lib.rs", "lib", "lib", source.encode())
    info = analyze(AnalysisRequest(SourceTexts([text]), read_dump(dump, folder)))
    return {
        (variable.function_name or "").removeprefix("example_"): variable.initializer_kind
        for variable in info.files["src/lib.rs"]
        if variable.name == "it"
    }


def test_there_are_78_rows_of_distinct_kinds() -> None:
    assert len({row.kind for row in INITIALIZER_KINDS}) == len(INITIALIZER_KINDS) == 78
    assert {row.family for row in INITIALIZER_KINDS} == set(Family)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row.kind, marks=[pytest.mark.xfail] if row.kind in UNRECOGNISED else [])
        for row in INITIALIZER_KINDS
    ],
)
def test_the_example_has_its_kind(row: KindRow, kinds: Mapping[str, str | None]) -> None:
    assert kinds[row.kind] == row.kind


@pytest.mark.parametrize("row", INITIALIZER_KINDS, ids=lambda row: row.kind)
def test_every_row_says_what_recognises_it(row: KindRow) -> None:
    recognisers = (row.callees, row.variant, row.macro, row.clones, row.heads, row.wrapped, row.bounds, row.shapes)
    assert any(recognisers) or row.items
    assert row.when
    assert not row.when.endswith(".")
