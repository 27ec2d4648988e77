"""Patches of what one file adds to type-info.json: the records are kept as JSON, functions change.

In: kept records, and the records of a function alone. Out: records. A patch replaces what is on the lines of one
function; what follows it in the file moves. Patches wait until somebody asks for the records.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from borrowscope.analyzer.body_change import Change
from borrowscope.analyzer.known_bindings import FileAnalysis
from borrowscope.analyzer.type_info import FilePart

MOST_PATCHES: Final = 16
_Json = Any


class Patch(NamedTuple):
    """Lines `first` to `last`, offsets `start` to `end`, are replaced; what follows moves.

    Scopes from the number `scope` on are counted anew.
    """

    relative: str
    start: int
    end: int
    shift: int
    first: int
    last: int
    lines: int
    scope: int
    scopes: int


@dataclass(slots=True)
class Notes:
    """What else has to be known of a file to patch it: where scopes begin, what names all its functions see."""

    scopes: list[int] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)  # paths that several functions have: these are counted together

    @classmethod
    def of(cls, analysis: FileAnalysis, part: FilePart) -> Notes:
        """The notes of a file."""
        shared = {
            known.source.name
            for known in analysis.bindings
            if known.source.kind in ("const", "static") and known.source.function is None
        }
        paths = Counter(function.path for function in part.functions)
        return cls(analysis.found.scopes, sorted(shared), sorted(path for path, count in paths.items() if count > 1))


@dataclass(slots=True)
class Patches:
    """What was patched, oldest first; `base` is the key of the records to begin with."""

    base: str
    notes: Notes
    patches: list[tuple[Patch, bytes]] = field(default_factory=list)

    @classmethod
    def read(cls, content: bytes) -> Patches:
        """From `written`."""
        head, *added = content.split(b"\n")
        base, notes, *patches = json.loads(head)
        return cls(base, Notes(*notes), [(Patch(*row), part) for row, part in zip(patches, added, strict=True)])

    def written(self) -> bytes:
        """For the kept file."""
        notes = [self.notes.scopes, self.notes.shared, self.notes.repeated]
        head = json.dumps([self.base, notes, *(patch for patch, _ in self.patches)], separators=(",", ":"))
        return b"\n".join([head.encode(), *(part for _, part in self.patches)])

    def applied(self, records: bytes) -> bytes:
        """The records as they are now, as JSON."""
        if not self.patches:
            return records
        found = json.loads(records)
        for patch, part in self.patches:
            _Patcher(patch).apply(found, json.loads(part))
        return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()

    def with_patch(self, change: Change, relative: str, scopes: list[int], part: FilePart) -> Patches | None:
        """The same with a function's records replaced; None where what surrounds it may be numbered anew.

        `part` and `scopes` are those of the function alone, with the heads of what holds it.
        """
        known, at = self.notes.scopes, bisect_left(scopes, change.start)
        outer, inner = scopes[:at], scopes[at:]
        first, last = _count_below(known, change.start), _count_below(known, change.end)
        if not {*outer} <= {*known} or (outer and last > first and not inner):
            return None  # what holds the function was not entered, or may not be now
        for variable in part.variables:
            variable.scope_id += first - at if variable.scope_id else 0  # the file itself has no other number
        place = (change.start, change.end, change.shift, change.first, change.last, change.lines)
        patch = Patch(relative, *place, last, len(inner) - (last - first))
        moved = [*known[:first], *inner, *(offset + change.shift for offset in known[last:])]
        patches = [*self.patches, (patch, part.model_dump_json().encode())]
        return Patches(self.base, replace(self.notes, scopes=moved), patches)


def _count_below(offsets: Sequence[int], end: int) -> int:
    return sum(1 for offset in offsets if offset < end)


class _Patcher:
    """Applies one patch to the records."""

    def __init__(self, patch: Patch) -> None:
        self._patch = patch
        self._place = re.compile(r"(?<=@)" + re.escape(patch.relative) + r":(\d+):(\d+): (\d+):")
        self._movers: dict[str, Callable[[_Json], _Json]] = {
            "line": self._line,
            "span_start": self._offset,
            "span_end": self._offset,
            "span": self._span,
            "block": self._span,
            "inside": self._span,
            "scope_id": self._scope,
        }

    def apply(self, found: dict[str, list[_Json]], added: dict[str, list[_Json]]) -> None:
        """Replace the function's rows in every list."""
        for name, rows in found.items():
            before = [row for row in rows if self._is_before(row)]
            after = [row for row in rows if self._is_after(row)]
            found[name] = [*self._moved("", before), *added[name], *self._moved("", after)]

    def _is_before(self, row: _Json) -> bool:
        found = row["line"] < self._patch.first if "line" in row else row["span"][0] < self._patch.start
        return bool(found)

    def _is_after(self, row: _Json) -> bool:
        found = row["line"] > self._patch.last if "line" in row else row["span"][0] >= self._patch.end
        return bool(found)

    def _moved(self, key: str, value: _Json) -> _Json:
        """Whatever tells a place, moved; `key` is what it is called."""
        mover = self._movers.get(key)
        if mover is not None and value is not None:
            return mover(value)
        if isinstance(value, dict):
            return {name: self._moved(name, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._moved("", inner) for inner in value]
        return self._place.sub(self._moved_place, value) if isinstance(value, str) and "@" in value else value

    def _line(self, line: int) -> int:
        return line + self._patch.lines if line > self._patch.last else line

    def _offset(self, offset: int) -> int:
        return offset + self._patch.shift if offset >= self._patch.end else offset

    def _span(self, span: Sequence[int]) -> list[int]:
        return [self._offset(offset) for offset in span]

    def _scope(self, scope: int) -> int:
        return scope + self._patch.scopes if scope > self._patch.scope else scope

    def _moved_place(self, match: re.Match[str]) -> str:
        """Where a closure stands, as its name tells it."""
        first, column, last = match.groups()
        return f"{self._patch.relative}:{self._line(int(first))}:{column}: {self._line(int(last))}:"
