"""What the words of a project's files tell of unsafe code before anything is parsed: whether to look any further.

In: the files. Out: whether one says `unsafe`, and the names of unions.
"""

from __future__ import annotations

import re

from borrowscope.analyzer.sources import SourceTexts

_UNION = re.compile(rb"\bunion\s+(\w+)\s*[<{]")
_TYPE = re.compile(rb"\b(?:struct|enum|type|trait)\s+(\w+)")
_UNSAFE = re.compile(rb"\bunsafe\b")


def may_have_operations(texts: SourceTexts) -> bool:
    """Whether a file says `unsafe` at all."""
    return any(_UNSAFE.search(text.source) for text in texts.files)


def union_names(texts: SourceTexts) -> frozenset[str]:
    """The names that unions have in these files, and no other type."""
    unions = {name.decode() for text in texts.files for name in _UNION.findall(text.source)}
    others = {name.decode() for text in texts.files for name in _TYPE.findall(text.source)} if unions else set()
    return frozenset(unions - others)
