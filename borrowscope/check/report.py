"""What a format is given: the result, the texts that it speaks of, and how to write.

In: nothing, these are values. Out: `Report`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from borrowscope.check.baseline import Comparison
from borrowscope.check.model import CheckResult
from borrowscope.tables.check_rules import Level

ORDER = (Level.ERROR, Level.WARNING, Level.NOTE)


def _plain(text: str, _style: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Report:
    """`texts` holds the sources by path, `folder` the workspace root within its repository."""

    result: CheckResult
    texts: Mapping[str, str] = field(default_factory=dict)
    package: str = "workspace"
    folder: str = ""
    comparison: Comparison | None = None
    paint: Callable[[str, str], str] = _plain

    def line(self, file: str, number: int) -> str | None:
        """One line of a source."""
        lines = self.texts.get(file, "").split("\n")
        return lines[number - 1].rstrip("\r") if number <= len(lines) and lines != [""] else None

    def in_repository(self, file: str) -> str:
        """A path relative to the repository's root, as code hosts want it."""
        return str(PurePosixPath(self.folder) / file)
