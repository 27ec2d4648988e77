"""Rewritten files, remembered: a file is rewritten again when its text, its facts, the options or a macro changed.

In: what `rewrite_file` takes. Out: what it gives. One entry a path is kept, and one for a healed file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from functools import cached_property
from typing import Any

from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.kept_files import KeptFiles, digest
from borrowscope.analyzer.kept_values import find_read, plainly_written, written
from borrowscope.parse.macro_book import MacroBook
from borrowscope.rewrite.file import rewrite_file
from borrowscope.rewrite.model import RewriteOptions, RewrittenFile

_KEY = len(digest(b""))
_BESIDE = ("operations", "unions")  # what the origin of facts does not tell


class KeptRewrites:
    """The rewritten files of one lane, whose calls may mean the macros of a book."""

    def __init__(self, files: KeptFiles, book: MacroBook) -> None:
        self._files = files
        self._book = book

    def rewrite(self, path: str, source: bytes, facts: FileFacts | None, options: RewriteOptions) -> RewrittenFile:
        """The file as `rewrite_file` rewrites it; `path` tells the package, too."""
        name = digest(path, str(bool(options.disabled)))
        key = digest(source, _facts_digest(facts), _options_digest(options), self._macros).encode()
        content = self._files.read(name)
        kept = find_read(content[_KEY:]) if content is not None and content.startswith(key) else None
        if isinstance(kept, RewrittenFile):
            return kept
        rewritten = rewrite_file(source, facts, options)
        self._files.write(name, key + written(rewritten))
        return rewritten

    @cached_property
    def _macros(self) -> str:
        """All definitions, by package: what the calls of any file may mean."""
        parts: list[str | bytes] = []
        for package in self._book.packages():
            same = [one for each in self._book.of(package).values() for one in each]
            parts.append(f"{package} {len(same)}")
            for one in same:
                parts += [f"{one.name} {one.exported} {one.edition}", one.origin.text[one.start : one.end]]
        return digest(*parts)


def _facts_digest(facts: FileFacts | None) -> str:
    if facts is None:
        return ""
    asked = _BESIDE if facts.origin else [each.name for each in fields(facts)]
    return digest(facts.origin, plainly_written([_in_order(getattr(facts, name)) for name in asked]))


def _in_order(value: Any) -> Any:
    """Sets in an order that is the same in each process."""
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _options_digest(options: RewriteOptions) -> str:
    return digest("\n".join(_words("", {each.name: getattr(options, each.name) for each in fields(options)})))


def _words(name: str, value: Any) -> Iterable[str]:
    """Options line by line. The macros are told apart: they are the same for all files."""
    if name == "macros":
        yield f"{name} {value is not None}"
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _words(key, part)
    elif isinstance(value, frozenset):
        yield f"{name} {sorted(map(repr, value))}"
    elif hasattr(value, "__dataclass_fields__"):
        yield name
        yield from _words(name, {each.name: getattr(value, each.name) for each in fields(value)})
    else:
        yield f"{name} {value!r}"
