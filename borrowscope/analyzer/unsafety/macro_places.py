"""Where rustc places what a macro made: with the caller if all of it was handed in, else at the macro's definition.

In: an expansion, a range of its text. Out: the file and the range there.
"""

from __future__ import annotations

import re
from typing import Final

from borrowscope.parse.macro_rules import Expansion, MacroDefinition, Segment, SourceText
from borrowscope.text.span import Span

_BEFORE: Final = re.compile(rb"\$\w+\s*\Z")
_BEHIND: Final = re.compile(rb"\s*\$(\w+)")
_LONGEST_NAME: Final = 100


def place_in_expansion(text: Expansion, start: int, end: int) -> tuple[str, Span] | None:
    """The place of `text[start:end]`; None where it stands in no file."""
    segments = list(text.segments_within(start, end))
    if not segments:
        return None
    own = [segment for segment in segments if text.mark is not None and segment.mark is text.mark]
    if not own:
        return _name_place(text, segments, end) or _joined(segments[0], segments[-1])
    file, place = _joined(own[0], own[-1])
    source = _source(text.definition, file)
    begin, finish = place.start, place.end
    if segments[0] is not own[0]:
        found = _BEFORE.search(source, max(0, begin - _LONGEST_NAME), begin)
        begin = found.start() if found is not None else begin
    if segments[-1] is not own[-1]:
        found = _BEHIND.match(source, finish)
        finish = found.end() if found is not None else finish
    return file, Span(begin, finish)


def _joined(first: Segment, last: Segment) -> tuple[str, Span]:
    end = last.offset + last.end - last.start
    if first.file != last.file or end < first.offset:
        end = first.offset + first.end - first.start
    return first.file, Span(first.offset, end)


def _source(definition: MacroDefinition | None, file: str) -> bytes:
    origin = definition.origin if definition is not None else None
    return origin.text if isinstance(origin, SourceText) and origin.file == file else b""


def _name_place(text: Expansion, segments: list[Segment], end: int) -> tuple[str, Span] | None:
    """Of a name that was handed in as `$name:ident` or `$name:path`: it stands at the `$name`."""
    definition, start = text.definition, segments[0].start
    units = text.groups_within(start, end)
    is_path = len(units) == 1 and units[0].fragment == "path" and units[0].end >= segments[-1].end
    if definition is None or text.mark is None or (len(segments) > 1 and not is_path):
        return None
    before = [one for one in text.segments_within(0, start) if one.mark is text.mark]
    source = _source(definition, before[-1].file) if before else b""
    found = _BEHIND.match(source, before[-1].offset + before[-1].end - before[-1].start) if source else None
    if found is None:
        return None
    declared = re.compile(rb"\$" + found.group(1) + rb"\s*:\s*(?:ident|path)\b")
    if declared.search(source, definition.start, definition.end) is None:
        return None
    return before[-1].file, Span(found.start(1) - 1, found.end())
