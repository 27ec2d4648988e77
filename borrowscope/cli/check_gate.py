"""What a check's findings are held against: a baseline, a diff, a revision.

In: a result, the flags. Out: the result with what is known marked and what is not touched left out; a baseline's file
is rewritten where that was asked for, and shortened where its findings are gone.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from borrowscope.build.version_control import changes_since as ask_git
from borrowscope.build.version_control import find_repository
from borrowscope.check.baseline import (
    Baseline,
    Comparison,
    Entry,
    Scope,
    compared,
    read_baseline,
    render_baseline,
    rewritten,
    shrunk,
)
from borrowscope.check.changes import Changes, Tree, both, changes_of, changes_since, only_touched
from borrowscope.check.configuration import Configuration
from borrowscope.check.diffs import read_diff
from borrowscope.check.model import CheckResult
from borrowscope.check.sleeping import Sleeping
from borrowscope.check.summary import is_failing
from borrowscope.cli import terminal
from borrowscope.cli.output import deliver
from borrowscope.errors import InputError, UsageError
from borrowscope.report.wording import counted
from borrowscope.tables.check_rules import BY_CODE, Level

DEFAULT_BASELINE = "borrowscope-baseline.json"
_SHOWN = 3
_CI_FOLDERS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


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

    def with_baseline(self, named: Path | None) -> Gate:
        """The same with the baseline that the settings name, where the command line names none."""
        return replace(self, baseline=self.baseline or named)

    def baseline_of(self, root: Path) -> Path | None:
        """The baseline's file, if any is asked for."""
        return self.baseline or (root / DEFAULT_BASELINE if self.writes_baseline else None)

    def refuse_nonsense(self) -> None:
        """Raise `UsageError` for wishes that exclude each other, before any work is done."""
        if self.writes_baseline and self.has_changes:
            raise UsageError("a baseline is written of all findings", hint="leave --in-diff and --since out")


@dataclass(frozen=True)
class Ground:
    """What was checked: the root, its texts by path, the rules, and what this build does not compile."""

    root: Path
    texts: Mapping[str, str] = field(default_factory=dict)
    configuration: Configuration = field(default_factory=Configuration)
    sleeping: Sleeping | None = None

    @cached_property
    def repository(self) -> Path | None:
        """The root of the repository that holds the root; in CI without one, the folder that it was put into."""
        given = (Path(os.environ[name]) for name in _CI_FOLDERS if os.environ.get(name))
        for place in (find_repository(self.root), *given):
            if place is not None and self.root.resolve().is_relative_to(place.resolve()):
                return place
        return None

    @property
    def folder(self) -> str:
        """The root's path within its repository; empty without one."""
        if self.repository is None:
            return ""
        folder = self.root.resolve().relative_to(self.repository.resolve()).as_posix()
        return "" if folder == "." else folder

    @property
    def tree(self) -> Tree:
        """The texts as diffs name them."""
        repository = self.repository.resolve().as_posix() if self.repository is not None else None
        return Tree(self.root.resolve().as_posix(), self.texts, repository, Path.cwd().as_posix())


# 1. changes
def find_changes(gate: Gate, ground: Ground) -> Changes | None:
    """What the change touches; None where all is asked for."""
    changes = None
    if gate.diff is not None:
        changes = changes_of(read_diff(_diff_text(gate.diff)), ground.tree)
        _tell_strangers(changes)
    if gate.since is not None:
        told = ask_git(ground.root, gate.since)
        for line in told.notes:
            terminal.warn(line)
        since = changes_since(read_diff(told.diff), told.unknown, ground.tree)
        changes = both(changes, since) if changes is not None else since
    return changes


def _tell_strangers(changes: Changes) -> None:
    if changes.strangers:
        names = ", ".join(changes.strangers[:_SHOWN]) + (", .." if len(changes.strangers) > _SHOWN else "")
        count = counted(len(changes.strangers), "Rust file of the diff is", "Rust files of the diff are")
        terminal.warn(f"{count} in no target that is checked: {names}")


def _diff_text(path: Path) -> str:
    try:
        if str(path) == "-":
            return _text(sys.stdin.buffer.read())
        return _text(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _text(written: bytes) -> str:
    """Some shells write what they are given as UTF-16, and say so at its beginning."""
    is_wide = written.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return written.decode("utf-16" if is_wide else "utf-8-sig", "replace")


# 2. baselines
def held_against(
    result: CheckResult, gate: Gate, ground: Ground | None, changes: Changes | None, fail_on: Level | None
) -> tuple[CheckResult, Comparison | None]:
    """The result as far as it is new and touched; one without a ground was read, and is not looked at further."""
    comparison = None
    if ground is None:
        return result, comparison
    path = gate.baseline_of(ground.root)
    if path is not None:
        result, comparison = _against_baseline(path, result, gate, ground, changes, fail_on)
    return (result, comparison) if changes is None else (only_touched(result, changes), comparison)


def _against_baseline(
    path: Path, result: CheckResult, gate: Gate, ground: Ground, changes: Changes | None, fail_on: Level | None
) -> tuple[CheckResult, Comparison]:
    known = _read(path, may_be_missing=gate.writes_baseline)
    scope = _scope(result, ground, changes, is_wish=gate.writes_baseline)
    marked, comparison = compared(result, known, scope)
    if gate.writes_baseline:
        new = rewritten(known, comparison, result.findings)
        deliver(render_baseline(new), path)
        terminal.note(f"{path}: {_told(comparison)}")
        if gate.baseline is None:
            terminal.note(f'hint: `baseline = "{DEFAULT_BASELINE}"` in borrowscope.toml, or --baseline, names it')
        return compared(result, new, scope)
    is_leaving = changes is None and bool(comparison.gone or comparison.stale)
    if is_leaving and not is_failing(marked, fail_on) and not os.environ.get("CI"):
        _shorten(path, known, comparison)
    return marked, comparison


def _scope(result: CheckResult, ground: Ground, changes: Changes | None, *, is_wish: bool) -> Scope:
    """What this run saw as a whole: no file where a change was asked for, no entry that may be there in other builds.

    Unless somebody wishes to write all, files that cannot be parsed and crates without their dependencies tell nothing.
    """
    spots = {spot.reason: {place.file for place in spot.places} for spot in result.blind_spots} if not is_wish else {}
    is_blind = changes is not None or bool(spots.get("dependencies"))
    seen = ground.texts.keys() - spots.get("syntax_error", set()) if not is_blind else set()

    def looked(entry: Entry) -> bool:
        rule = BY_CODE.get(entry.code)
        if rule is None or entry.file not in seen or not ground.configuration.looks_at(rule, entry.file):
            return False
        sleeping = ground.sleeping
        return sleeping is None or not sleeping.may_be(entry)

    return Scope(looked=looked, exists=lambda file: (ground.root / file).is_file())


def _shorten(path: Path, known: Baseline, comparison: Comparison) -> None:
    """Take out what is gone; a file that cannot be written, or that speaks of another project, stays as it is."""
    if sum(entry.count for entry in comparison.stale) == sum(entry.count for entry in known.findings):
        terminal.warn(f"{path}: none of the files that it names is here", "delete it if it is not of another project")
        return
    try:
        deliver(render_baseline(shrunk(known, comparison)), path)
    except UsageError as error:
        terminal.warn(f"{error.message}: {_leaving(comparison)} could be taken out")
    else:
        terminal.note(f"{path}: {_leaving(comparison)} taken out")


def _read(path: Path, *, may_be_missing: bool) -> Baseline:
    try:
        found = read_baseline(path.read_text(encoding="utf-8-sig"), str(path))
    except FileNotFoundError as error:
        if may_be_missing:
            return Baseline(findings=[])
        raise UsageError(f"no such baseline: {path}", hint="--write-baseline writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if found.miscounted():
        entries = counted(len(found.miscounted()), "entry", "entries")
        terminal.warn(f"{path}: {entries} with another count than fingerprints, which are what counts")
    return found


def _leaving(comparison: Comparison) -> str:
    return counted(sum(entry.count for entry in (*comparison.gone, *comparison.stale)), "finding")


def _told(comparison: Comparison) -> str:
    return f"{counted(comparison.new, 'finding')} added, {_leaving(comparison)} taken out, {comparison.known:,} kept"
