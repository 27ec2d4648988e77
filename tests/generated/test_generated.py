"""200 generated programs, always the same: traced they print the same, and every death is recorded in its order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generated.comparison import compare_seeds
from tests.generated.generator import STATEMENTS, generate

PROGRAMS_PER_CRATE = 25
CRATES = range(8)


@pytest.mark.slow
@pytest.mark.parametrize("crate", CRATES)
def test_generated_programs(crate: int, tmp_path: Path, subtests: pytest.Subtests) -> None:
    edition = "2021" if crate % 2 else "2024"
    first = crate * PROGRAMS_PER_CRATE
    verdict = compare_seeds(range(first, first + PROGRAMS_PER_CRATE), edition, tmp_path)
    assert verdict.failure is None, verdict.failure
    for name, texts in verdict.complaints.items():
        with subtests.test(msg=f"{name} ({edition})"):
            assert not texts, "\n".join(texts)
    with subtests.test(msg="healing"):
        assert verdict.healed == ()


def test_a_seed_is_always_the_same_program() -> None:
    assert generate(7, "2021") == generate(7, "2021")
    assert generate(7, "2021").text != generate(8, "2021").text


def test_every_statement_is_in_the_table_once() -> None:
    names = [statement.__name__ for statement in STATEMENTS]
    assert len(names) == len(set(names))
    assert all(weight > 0 for weight in STATEMENTS.values())
