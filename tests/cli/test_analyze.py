from __future__ import annotations

import json
from pathlib import Path

import pytest

from borrowscope.tables.initializer_kinds import INITIALIZER_KINDS
from tests.cli.commands import borrowscope


@pytest.fixture
def crate(tmp_path: Path) -> Path:
    (tmp_path / "Cargo.toml").write_text('[package]\nname = "x"\nversion = "0.0.0"\nedition = "2021"\n')
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib.rs").write_text("pub fn f() -> Vec<u8> { let v: Vec<u8> = Vec::new(); let n = v.len(); v }")
    return tmp_path


def test_types_are_compared_and_nothing_is_written(crate: Path):
    answer = borrowscope("analyze", crate, "--compare-types", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    assert told["all"]["bindings"] == 2
    assert told["not_written"]["bindings"] == 1
    assert told["packages"] == ["x"]
    assert not (crate / ".borrowscope").exists()
    text = borrowscope("analyze", crate, "--compare-types").stdout
    assert text.startswith("static types of x against rustc ")
    assert "type not written down" in text


def test_types_of_a_crate_that_does_not_compile_cannot_be_compared(crate: Path):
    (crate / "src/lib.rs").write_text("pub fn f() -> u8 { String::new() }")
    answer = borrowscope("analyze", crate, "--compare-types")
    assert answer.returncode == 2
    assert "error: the crate does not compile, so the compiler knows no types" in answer.stderr


def test_kinds_are_counted_in_the_order_of_their_table(crate: Path):
    text = borrowscope("analyze", crate, "--kinds").stdout
    counts = dict(line.split() for line in text.splitlines() if line.startswith("  "))
    assert [*counts] == [*(row.kind for row in INITIALIZER_KINDS), "null"]
    assert (counts["vec_new"], counts["primitive"], counts["rc_new"]) == ("1", "1", "0")
    told = json.loads(borrowscope("analyze", crate, "--kinds", "--format", "json").stdout)
    assert {kind: int(count) for kind, count in counts.items()} == told
