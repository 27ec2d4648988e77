"""What a format is given: the result, the texts that it speaks of, and how to write.

In: nothing, these are values. Out: `Report`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from borrowscope.check.baseline import Comparison
from borrowscope.check.model import CheckResult, CoveredOperation, Finding
from borrowscope.tables.check_rules import Level

ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


def _plain(text: str, _style: str) -> str:
    return text


def _place(one: Finding | CoveredOperation) -> tuple[object, ...]:
    return (one.file, one.line, one.column, one.end_line, one.end_column)


@dataclass(frozen=True)
class Report:
    """`texts` holds the sources by path, `folder` is the workspace root within its repository.

    `repository` is that repository's own place: files outside of the workspace have absolute paths. `columns` is how
    wide the terminal is that a text goes to.
    """

    result: CheckResult
    texts: Mapping[str, str] = field(default_factory=dict)
    package: str = "workspace"
    folder: str = ""
    fail_on: Level | None = Level.ERROR
    comparison: Comparison | None = None
    paint: Callable[[str, str], str] = _plain
    repository: str | None = None
    columns: int | None = None

    @cached_property
    def findings(self) -> list[Finding]:
        """What is not known already, as people and code hosts want to see it."""
        return [one for one in self.result.findings if one.baseline != "known"]

    @cached_property
    def worst_first(self) -> list[Finding]:
        """The same, errors first: code hosts show so many and no more."""
        return sorted(self.findings, key=lambda one: -one.level.rank)

    @cached_property
    def _covered(self) -> dict[tuple[object, ...], CoveredOperation]:
        coverage = self.result.coverage
        return {_place(one): one for one in coverage.operations} if coverage is not None else {}

    def covered(self, finding: Finding) -> CoveredOperation | None:
        """What a recording tells of the operation that a finding marks."""
        return self._covered.get(_place(finding))

    @cached_property
    def _lines(self) -> dict[str, list[str]]:
        return {file: text.split("\n") for file, text in self.texts.items()}

    def line(self, file: str, number: int) -> str | None:
        """One line of a source."""
        lines = self._lines.get(file, [])
        return lines[number - 1].rstrip("\r") if number <= len(lines) else None

    def end_column(self, finding: Finding) -> int:
        """Where a finding ends in its first line: code hosts show regions of one line only."""
        if finding.end_line == finding.line:
            return max(finding.end_column, finding.column + 1)
        line = self.line(finding.file, finding.line)
        return max(finding.column, len(line.rstrip()) if line is not None else 0) + 1

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the check fail."""
        return self.fail_on is not None and finding.level.rank >= self.fail_on.rank

    def in_repository(self, file: str) -> str:
        """A path relative to the repository's root, as code hosts want it."""
        path = PurePosixPath(file)
        if not path.is_absolute():
            return str(PurePosixPath(self.folder) / path)
        is_inside = self.repository is not None and path.is_relative_to(self.repository)
        return str(path.relative_to(self.repository)) if is_inside and self.repository is not None else file
