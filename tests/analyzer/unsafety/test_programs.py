"""Whole programs, dense with unsafe code: the sources alone tell each operation that rustc tells, and no other."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from borrowscope.analyzer.analyze import Analysis
from borrowscope.check.verification import Place, told_place, verify
from borrowscope.text.span import LineIndex
from tests.check.checked import analysis_of

PROGRAMS = sorted((Path(__file__).parent / "programs").glob("*.rs"))
BLOCK = re.compile(rb"\bunsafe(?=\s*\{)")
EDITION = re.compile(r"// edition: (\d+)\n")
CODES = ("E0133", "unsafe_op_in_unsafe_fn")


def edition_of(program: Path) -> int:
    found = EDITION.match(program.read_text(encoding="utf-8"))
    assert found is not None
    return int(found.group(1))


def compiled(folder: Path, source: bytes, edition: int) -> list[dict[str, Any]]:
    """What rustc says of a library."""
    (folder / "lib.rs").write_bytes(source)
    command = ["rustc", "lib.rs", f"--edition={edition}", "--crate-type=lib", "--emit=metadata", "--cap-lints=warn"]
    flags = ["--error-format=json", "--force-warn=unsafe_op_in_unsafe_fn"]
    answer = subprocess.run([*command, *flags], cwd=folder, capture_output=True, check=False)
    return [json.loads(line) for line in answer.stderr.splitlines()]


def errors_in(messages: list[dict[str, Any]]) -> list[str]:
    codes = [(message["code"] or {}).get("code") for message in messages if message["level"] == "error"]
    return [code for code in codes if code is not None]


def places_in(messages: list[dict[str, Any]]) -> Iterator[Place]:
    for message in messages:
        if (message["code"] or {}).get("code") in CODES:
            for span in message["spans"]:
                if span["is_primary"]:
                    yield told_place("src/lib.rs", span["byte_start"], span["byte_end"], str(message["message"]))


def shown(places: list[Place], source: bytes) -> list[str]:
    lines = LineIndex(source)
    return [f"{lines.line_of(one.start)}: {source[one.start : one.end].decode()}" for one in places]


def open_ones(analysis: Analysis) -> list[int]:
    return [one.at for file in analysis.files for one in file.operations if not (one.is_resolved or one.is_inactive)]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_a_program(program: Path, tmp_path: Path):
    source, edition = program.read_bytes(), edition_of(program)
    assert errors_in(compiled(tmp_path, source, edition)) == []
    messages = compiled(tmp_path, BLOCK.sub(b"      ", source), edition)
    assert set(errors_in(messages)) <= {"E0133"}
    analysis = analysis_of(source.decode(), edition)
    assert open_ones(analysis) == []
    score = verify(analysis, places_in(messages))
    assert score.shares()[0] >= 10
    assert (shown(score.missed, source), shown(score.wrong, source)) == ([], [])
