"""`facts_of`: what the installed rustc says about a small source, through the real dump and the real reader."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.compiler import read_dump
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.type_info import TypeInfo

DUMP_FLAGS = (
    "-Zdump-mir=built",
    "-Zdump-mir-exclude-alloc-bytes",
    "-Zmir-include-spans=on",
    "-Ztrim-diagnostic-paths=no",
    "-Zallow-features=",
)


def compile_source(folder: Path, source: str, edition: str) -> Path:
    """Write `src/lib.rs`, dump its MIR with rustc, return the dump folder."""
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src/lib.rs").write_text(source, encoding="utf-8")
    dump = folder / "dump"
    command = ["rustc", "src/lib.rs", "--crate-type=lib", "--emit=metadata", f"--edition={edition}", "-Awarnings"]
    subprocess.run(
        [*command, *DUMP_FLAGS, f"-Zdump-mir-dir={dump}"],
        cwd=folder,
        env={**os.environ, "RUSTC_BOOTSTRAP": "1"},
        check=True,
    )
    return dump


@pytest.fixture
def facts_of(tmp_path: Path) -> Callable[..., FileFacts]:
    """Call it with a Rust source (and an edition): the facts of that one file."""

    def facts(source: str, edition: str = "2024") -> FileFacts:
        dump = compile_source(tmp_path, source, edition)
        return read_dump(dump, tmp_path)[str(tmp_path / "src/lib.rs")]

    return facts


@pytest.fixture
def info_of(tmp_path: Path) -> Callable[..., TypeInfo]:
    """Call it with a Rust source: its type-info, from rustc, or with `compiled=False` from the text alone."""

    def info(source: str, edition: str = "2024", *, compiled: bool = True) -> TypeInfo:
        file = tmp_path / "src/lib.rs"
        file.parent.mkdir(exist_ok=True)
        file.write_text(source, encoding="utf-8")
        facts = read_dump(compile_source(tmp_path, source, edition), tmp_path) if compiled else {}
        text = SourceText(str(file), "src/lib.rs", "demo", "demo", source.encode())
        crates = [CrateSource("demo", "demo", int(edition), file)]
        return analyze(AnalysisRequest(SourceTexts([text]), facts, lambda: crates, editions={"demo": edition}))

    return info
