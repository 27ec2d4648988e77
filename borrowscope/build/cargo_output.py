"""Reads what cargo prints with `--message-format=json`: artifacts and compiler messages.

In: cargo's stdout. Out: `Artifact` and `Diagnostic` values; lines that are not JSON (the program's) are passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Artifact:
    """One built unit. `unit` is what cargo calls it in file names: the crate's name and cargo's hash."""

    package_id: str
    kind: str
    name: str
    src_path: Path
    is_test: bool
    is_fresh: bool
    filenames: tuple[Path, ...]
    executable: Path | None

    @property
    def unit(self) -> str | None:
        """`name-hash`, from `libname-hash.rmeta`; None for artifacts without a hash in their name."""
        for path in self.filenames:
            if path.suffix in {".rmeta", ".rlib"} and "-" in path.stem:
                return path.stem.removeprefix("lib")
        return None


@dataclass(frozen=True, slots=True)
class DiagnosticSpan:
    """A place that a diagnostic names: byte offsets in the file as rustc read it."""

    file: str
    start: int
    end: int
    is_primary: bool


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One compiler message, with the places of its notes and of the macros that it came through."""

    package_id: str
    src_path: Path
    level: str
    code: str | None
    message: str
    rendered: str
    spans: tuple[DiagnosticSpan, ...]

    @property
    def is_error(self) -> bool:
        """Whether it stops the build."""
        return self.level.startswith("error")


def _messages(stdout: bytes) -> Iterator[dict[str, Any]]:
    for line in stdout.splitlines():
        if line.startswith(b"{"):
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict) and "reason" in message:
                yield message


def is_build(stdout: bytes) -> bool:
    """Whether cargo came to building: it says so at the end, be it a success or not."""
    return any(message["reason"] == "build-finished" for message in _messages(stdout))


def read_artifacts(stdout: bytes) -> list[Artifact]:
    """All `compiler-artifact` messages, in cargo's order."""
    return [_artifact(message) for message in _messages(stdout) if message["reason"] == "compiler-artifact"]


def read_errors(stdout: bytes) -> list[Diagnostic]:
    """All compiler messages that are errors, in cargo's order; the summary at the end of each crate left out."""
    found = [_diagnostic(message) for message in _messages(stdout) if message["reason"] == "compiler-message"]
    return [each for each in found if each.is_error and not each.message.startswith("aborting due to")]


def _artifact(message: dict[str, Any]) -> Artifact:
    target = message["target"]
    executable = message.get("executable")
    return Artifact(
        package_id=message["package_id"],
        kind=target["kind"][0],
        name=target["name"],
        src_path=Path(target["src_path"]),
        is_test=bool(message["profile"]["test"]),
        is_fresh=bool(message["fresh"]),
        filenames=tuple(Path(name) for name in message["filenames"]),
        executable=Path(executable) if executable else None,
    )


def _diagnostic(message: dict[str, Any]) -> Diagnostic:
    inner = message["message"]
    return Diagnostic(
        package_id=message["package_id"],
        src_path=Path(message["target"]["src_path"]),
        level=inner["level"],
        code=(inner.get("code") or {}).get("code"),
        message=inner["message"],
        rendered=inner.get("rendered") or inner["message"],
        spans=tuple(_spans(inner)),
    )


def _spans(inner: dict[str, Any]) -> Iterator[DiagnosticSpan]:
    for span in inner["spans"]:
        at: dict[str, Any] | None = span
        while at is not None:
            yield DiagnosticSpan(at["file_name"], at["byte_start"], at["byte_end"], at.get("is_primary", False))
            expansion = at.get("expansion")
            at = expansion["span"] if expansion else None
    for child in inner.get("children", ()):
        yield from _spans(child)
