"""What a check's findings are held against: a baseline, a diff, a revision.

In: a result, the flags. Out: the result with what is known marked and what is not touched left out; a baseline's file
is rewritten where that was asked for, and shortened where its findings are gone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.version_control import diff_since, find_repository
from borrowscope.check.baseline import (
    Baseline,
    Comparison,
    Scope,
    compared,
    read_baseline,
    render_baseline,
    rewritten,
    shrunk,
)
from borrowscope.check.changes import Changes, only_touched, placed, read_diff
from borrowscope.check.configuration import Configuration
from borrowscope.check.model import CheckResult
from borrowscope.cli import terminal
from borrowscope.cli.output import deliver
from borrowscope.errors import InputError, UsageError
from borrowscope.report.wording import counted
from borrowscope.tables.check_rules import BY_CODE

DEFAULT_BASELINE = "borrowscope-baseline.json"


@dataclass(frozen=True, slots=True)
class Gate:
    """What the command line asks for."""

    baseline: Path | None = None
    writes_baseline: bool = False
    diff: Path | None = None
    since: str | None = None

    @property
    def has_changes(self) -> bool:
        """Whether only what a change touches is asked for."""
        return self.diff is not None or self.since is not None


@dataclass(frozen=True, slots=True)
class Ground:
    """What was checked: the root, its texts by path, and the rules."""

    root: Path
    texts: Mapping[str, str]
    configuration: Configuration

    @property
    def folder(self) -> str:
        """The root's path within its repository; empty without one."""
        repository = find_repository(self.root)
        root = self.root.resolve()
        if repository is None or not root.is_relative_to(repository.resolve()):
            return ""
        folder = root.relative_to(repository.resolve()).as_posix()
        return "" if folder == "." else folder


def held_against(result: CheckResult, gate: Gate, ground: Ground) -> tuple[CheckResult, Comparison | None]:
    """The result as far as it is new and touched."""
    if gate.writes_baseline and gate.has_changes:
        raise UsageError("a baseline is written of all findings", hint="leave --in-diff and --since out")
    comparison = None
    if gate.baseline is not None or gate.writes_baseline:
        result, comparison = _against_baseline(result, gate, ground)
    if gate.has_changes:
        result = only_touched(result, _changes(gate, ground))
    return result, comparison


# 1. baselines
def _against_baseline(result: CheckResult, gate: Gate, ground: Ground) -> tuple[CheckResult, Comparison]:
    path = gate.baseline or ground.root / DEFAULT_BASELINE
    known = _read(path, may_be_missing=gate.writes_baseline)
    scope = Scope(
        looked=lambda code, file: (
            file in ground.texts and code in BY_CODE and ground.configuration.looks_at(BY_CODE[code], file)
        ),
        exists=lambda file: (ground.root / file).is_file(),
    )
    marked, comparison = compared(result, known, scope)
    if gate.writes_baseline:
        new = rewritten(known, comparison, result.findings)
        deliver(render_baseline(new), path)
        terminal.note(f"{path}: {_told(comparison)}")
        return compared(result, new, scope)
    if (comparison.gone or comparison.stale) and not os.environ.get("CI"):
        deliver(render_baseline(shrunk(known, comparison)), path)
        terminal.note(f"{path}: {_leaving(comparison)} taken out")
    return marked, comparison


def _read(path: Path, *, may_be_missing: bool) -> Baseline:
    try:
        return read_baseline(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError as error:
        if may_be_missing:
            return Baseline(findings=[])
        raise UsageError(f"no such baseline: {path}", hint="--write-baseline writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _leaving(comparison: Comparison) -> str:
    return counted(sum(entry.count for entry in (*comparison.gone, *comparison.stale)), "finding")


def _told(comparison: Comparison) -> str:
    return f"{counted(comparison.new, 'finding')} added, {_leaving(comparison)} taken out, {comparison.known:,} kept"


# 2. changes
def _changes(gate: Gate, ground: Ground) -> Changes:
    changes = Changes()
    if gate.diff is not None:
        changes = read_diff(_diff_text(gate.diff))
    if gate.since is not None:
        text, new = diff_since(ground.root, gate.since)
        since = read_diff(text)
        changes.lines.update(since.lines)
        changes.whole.update(new)
    return placed(changes, ground.texts, ground.folder)


def _diff_text(path: Path) -> str:
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read().decode("utf-8", "replace")
        return path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
