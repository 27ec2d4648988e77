"""Generated programs: traced they print the same, and what is recorded is what the programs themselves say.

A few, always the same, run everywhere. `GENERATED_PROGRAMS=2000` in the environment runs so many, in both editions.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.generated.comparison import compare_seeds
from tests.generated.generator import STATEMENTS, generate

FEW = range(25)
PACK = 100
MANY = int(os.environ.get("GENERATED_PROGRAMS", "0"))


def compare(seeds: range, edition: str, folder: Path, subtests: pytest.Subtests) -> None:
    verdict = compare_seeds(seeds, edition, folder)
    assert verdict.failure is None, verdict.failure
    for name, texts in verdict.complaints.items():
        with subtests.test(msg=f"{name} ({edition})"):
            assert not texts, "\n".join(texts)
    with subtests.test(msg="healing"):
        assert verdict.healed == ()


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["2021", "2024"])
def test_generated_programs(edition: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    compare(FEW, edition, tmp_path, subtests)


@pytest.mark.slow
@pytest.mark.skipif(MANY == 0, reason="runs where GENERATED_PROGRAMS says how many")
@pytest.mark.parametrize("first", range(len(FEW), MANY, PACK))
@pytest.mark.parametrize("edition", ["2021", "2024"])
def test_many_generated_programs(edition: str, first: int, tmp_path: Path, subtests: pytest.Subtests) -> None:
    compare(range(first, min(first + PACK, MANY)), edition, tmp_path, subtests)


def test_a_seed_is_always_the_same_program() -> None:
    assert generate(7, "2021") == generate(7, "2021")
    assert generate(7, "2021").text != generate(8, "2021").text


def test_every_statement_is_in_the_table_once() -> None:
    names = [statement.__name__ for statement in STATEMENTS]
    assert len(names) == len(set(names))
    assert all(weight > 0 for weight in STATEMENTS.values())
