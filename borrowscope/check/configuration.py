"""Which rules look at which files, and how much each of them matters.

In: what the settings say. Out: `Configuration`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from borrowscope.tables.check_rules import BY_CODE, CheckRule, Level


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What is said of one rule: its level, and globs of paths that it looks at or does not look at."""

    level: Level | None = None
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """The rules as somebody wants them; `exclude` holds globs of paths that no rule looks at."""

    rules: Mapping[str, RuleChoice] = field(default_factory=dict)
    exclude: Sequence[str] = ()

    def level(self, code: str) -> Level:
        """The level of a rule."""
        choice = self.rules.get(code)
        return choice.level if choice is not None and choice.level is not None else BY_CODE[code].level

    def looks_at(self, rule: CheckRule, path: str) -> bool:
        """Whether a rule looks at a file."""
        if self.level(rule.code) is Level.OFF or _matches(self.exclude, path):
            return False
        choice = self.rules.get(rule.code, RuleChoice())
        return not _matches(choice.exclude, path) and (not choice.include or _matches(choice.include, path))


def _matches(globs: Sequence[str], path: str) -> bool:
    return any(_pattern(glob).fullmatch(path) for glob in globs)


_PARTS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """`**` is any run of folders, `*` a run within one, `?` a character; a folder's name stands for all below it."""
    pieces = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./").rstrip("/"))
    return re.compile("".join(_PARTS.get(piece, re.escape(piece)) for piece in pieces) + "(?:/.*)?", re.DOTALL)
