"""The unsafe operations of a project, remembered: functions that hold none may change, and nothing is read again.

In: the texts, the crates around them. Out: operations by path, where they follow from an earlier finding. That is kept
whole: which texts it was made from, and what was found in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.kept_values import find_read, written
from borrowscope.analyzer.outline import read_outline
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.static.crate_keys import crate_key
from borrowscope.analyzer.static.crates import CrateSource
from borrowscope.analyzer.unsafety.operations import Operation
from borrowscope.parse.syntax import Node, parse_source
from borrowscope.text.span import Span

_UNSAFE: Final = re.compile(rb"\bunsafe\b")
_CALLED: Final = re.compile(rb"((?:\w+\s*::\s*)*\w+)\s*!\s*[(\[{]")
_PLACED: Final = ".rs:"  # the name of a closure's type tells where the closure stands

Found = dict[str, list[Operation]]


class KeptOperations:
    """What one selection of targets held when it was last read."""

    def __init__(self, files: KeptFiles, texts: SourceTexts, crates: Sequence[CrateSource]) -> None:
        self._files = files
        self._crates = [name.encode() for crate in crates if crate.is_workspace for name in crate.dependencies]
        self._texts = texts.files
        rows = [(text.path, text.relative, text.crate, text.module_path) for text in texts.files]
        self._key = digest(json.dumps([rows, *map(crate_key, crates)]))
        self._name = digest("operations", *(text.path for text in texts.files))

    def find(self) -> Found | None:
        """The operations of each file that has some; None where something changed that they may follow from."""
        content = self._files.read(self._name)
        kept = find_read(content) if content is not None else None
        if not isinstance(kept, tuple):
            return None
        key, macros, sources, found = kept
        if key != self._key:
            return None
        changed = [text for text in self._texts if sources[text.path] != text.source]
        is_placed = bool(changed) and any(map(_is_placed, found.values()))
        for text in changed:
            if self._is_seen_elsewhere(sources[text.path], text):
                return None
            shifts = _shifts(parse_source(sources[text.path]), _tree(text), macros, is_placed=is_placed)
            moved = shifts.moved(found.get(text.path, ())) if shifts is not None else None
            if moved is None:
                return None
            if moved:
                found[text.path] = moved
        return {path: list(operations) for path, operations in found.items()}

    def _is_seen_elsewhere(self, before: bytes, text: SourceText) -> bool:
        """Whether another file includes this one, or it names other crates: what is named anywhere is loaded."""
        name = Path(text.path).name.encode()
        is_included = any(b"include" in other.source and name in other.source for other in self._texts)
        return is_included or any((crate in before) != (crate in text.source) for crate in self._crates)

    def keep(self, found: Mapping[str, Sequence[Operation]], macros: Collection[bytes]) -> None:
        """Remember what was found. `macros` are those of std: what they write is no operation."""
        sources = {text.path: text.source for text in self._texts}
        self._files.write(self._name, written((self._key, frozenset(macros), sources, dict(found))))


def _tree(text: SourceText) -> Node:
    return text.tree if text.tree is not None else parse_source(text.source)


def _is_placed(operations: Iterable[Operation]) -> bool:
    return any(_PLACED in repr((one.target, one.pointer, one.transmute)) for one in operations)


@dataclass(frozen=True, slots=True)
class _Shifts:
    """The quiet ranges of a text before and after a change."""

    before: Sequence[Span]
    after: Sequence[Span]

    def moved(self, operations: Iterable[Operation]) -> list[Operation] | None:
        """The operations at their new places; None where one stands in a range that was taken for quiet."""
        try:
            return [self._moved(one) for one in operations]
        except LookupError:
            return None

    def _moved(self, one: Operation) -> Operation:
        return replace(
            one,
            span=self._span(one.span),
            at=self._offset(one.at),
            inside=self._span(one.inside) if one.inside is not None else None,
            callbacks=tuple(map(self._span, one.callbacks)),
        )

    def _span(self, span: Span) -> Span:
        return Span(self._offset(span.start), self._offset(span.end))

    def _offset(self, offset: int) -> int:
        shift = 0
        for old, new in zip(self.before, self.after, strict=True):
            if offset <= old.start:
                break
            if offset < old.end:
                raise LookupError(offset)
            shift = new.end - old.end
        return offset + shift


def _shifts(before: Node, after: Node, macros: Collection[bytes], *, is_placed: bool) -> _Shifts | None:
    """How a text changed, where it did so in quiet ranges alone."""
    ranges = [list(_quiet(root, macros)) for root in (before, after)]
    if len(ranges[0]) != len(ranges[1]):
        return None
    for look in (_between, _shapes) if is_placed else (_between,):
        if list(look(before.source, ranges[0])) != list(look(after.source, ranges[1])):
            return None
    return _Shifts(*ranges)


def _quiet(root: Node, macros: Collection[bytes]) -> Iterator[Span]:
    """The insides of functions that nobody reads for unsafe operations, and nobody else for anything."""
    outline = read_outline(root)
    blanks = [Span(*pair) for pair in zip(outline.blanks[::2], outline.blanks[1::2], strict=True)]
    at = 0
    for start, end in zip(outline.functions[::2], outline.functions[1::2], strict=True):
        is_quiet = _is_quiet(root.source, start, end, macros)
        while at < len(blanks) and blanks[at].end <= end:
            if is_quiet and blanks[at].start >= start:
                yield blanks[at]
            at += 1


def _is_quiet(source: bytes, start: int, end: int, macros: Collection[bytes]) -> bool:
    if _UNSAFE.search(source, start, end) is not None:
        return False
    return all(found[1] in macros for found in _CALLED.finditer(source, start, end))


def _between(source: bytes, ranges: Sequence[Span]) -> Iterator[bytes]:
    """What stands outside of the ranges."""
    at = 0
    for span in ranges:
        yield source[at : span.start]
        at = span.end
    yield source[at:]


def _shapes(source: bytes, ranges: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """What decides the lines and columns of all that follows the ranges."""
    for span in ranges:
        text = source[span.start : span.end]
        yield text.count(b"\n"), len(text) - text.rfind(b"\n")
