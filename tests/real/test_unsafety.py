"""The static answer about unsafe operations of published crates that call libc is rustc's, foreign calls among them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.unsafety import compared

FETCH = Path(__file__).parents[2] / "scripts" / "fetch"
LEAST = 0.99


@pytest.mark.parametrize("name", ["memmap2", "signal-hook-registry"])
def test_a_crate_that_calls_libc(name: str, tmp_path: Path):
    fetched = subprocess.run([FETCH, name], capture_output=True, text=True, check=True)
    score, _ = compared(Path(fetched.stdout.strip()), tmp_path)
    assert {"ffi_call", "unsafe_call"} <= set(score.names)
    for kind in (None, *score.names):
        number, _, recall, precision = score.shares(kind)
        assert number > 0
        assert recall >= LEAST, (kind, score.missed)
        assert precision >= LEAST, (kind, score.wrong)
