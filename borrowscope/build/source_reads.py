"""Programs that read Rust sources while they run: in a copy they find the rewritten ones.

In: the texts of a project, which files are rewritten. Out: the places that name one of them, or `file!()`, where a
path is opened or put together. What `include_str!` and its like read is the original and is not meant.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from borrowscope.build.plan import SourceToTrace, relative_name
from borrowscope.parse.token_trees import TokenKind, Tokens, tokenize
from borrowscope.project.model import Project
from borrowscope.text.span import LineIndex

MOST_TOLD = 3

_READERS = {b"join", b"push", b"open", b"read", b"read_to_string", b"read_dir", b"canonicalize", b"glob", b"walk_dir"}
_PATH_TYPES = {b"Path", b"PathBuf", b"WalkDir", b"Utf8Path", b"Utf8PathBuf"}
_TEXT_MACROS = {b"concat", b"format", b"format_args"}
_HINT = re.compile(rb"file!|\.rs\"|CARGO_MANIFEST_DIR|read_dir|WalkDir|glob")
_LITERAL = re.compile(rb'r?#*"(?P<text>(?:\{[^{}]*\})?[^"{}\\]*)"#*')
_PLACEHOLDER = re.compile(r"^\{[^{}]*\}")


class _File(NamedTuple):
    """A file that may read sources: how it is told, its text, and where relative paths may start in it."""

    relative: str
    source: bytes
    folders: tuple[Path, ...]


def find_source_reads(project: Project, sources: Sequence[SourceToTrace]) -> list[str]:
    """`file:line` of every place where a program puts together or opens the path of a file that is rewritten."""
    named = {place for source in sources for place in (source.path, source.path.parent)}
    found = []
    for file in _files(project, sources):
        if _HINT.search(file.source) and (tokens := tokenize(file.source, 0, len(file.source))) is not None:
            lines = LineIndex(file.source)
            places = {lines.position(offset).line for offset in _reads(tokens, file.folders, named)}
            found += [f"{file.relative}:{line}" for line in sorted(places)]
    return found


def _files(project: Project, sources: Iterable[SourceToTrace]) -> Iterator[_File]:
    """All that runs: what is traced, and build scripts."""
    for source in sources:
        yield _File(source.relative, source.source, (source.package.root, project.root))
    for package in project.packages:
        for script in (each.src_path for each in package.targets if each.kind == "custom-build"):
            if script.is_relative_to(project.root):
                yield _File(relative_name(script, project.root), script.read_bytes(), (package.root, project.root))


def told_reads(places: Sequence[str]) -> str:
    """One line for people."""
    more = f" and {len(places) - MOST_TOLD} more" if len(places) > MOST_TOLD else ""
    shown = ", ".join(places[:MOST_TOLD])
    return f"{shown}{more} may read Rust sources at run time: in the copy these are the rewritten ones"


def _reads(tokens: Tokens, folders: Sequence[Path], named: Collection[Path]) -> Iterator[int]:
    for index, text in enumerate(tokens.texts):
        if text == b"file" and tokens.texts[index + 1 : index + 4] == [b"!", b"(", b")"]:
            if _takes_path(tokens, index):
                yield tokens.starts[index]
        elif tokens.kinds[index] is TokenKind.LITERAL and _takes_path(tokens, index):
            path = _path_from(tokens, index)
            if path and any(Path(os.path.normpath(folder / path)) in named for folder in folders):
                yield tokens.starts[index]


def _path_from(tokens: Tokens, index: int) -> str:
    """The relative path that starts with this literal, with what is joined to it right behind."""
    path = _text(tokens.texts[index])
    while tokens.texts[index + 1 : index + 5] == [b")", b".", b"join", b"("]:
        index += 5
        if tokens.kinds[index] is not TokenKind.LITERAL:
            return ""
        path += f"/{_text(tokens.texts[index])}"
    return path.strip("/")


def _text(literal: bytes) -> str:
    match = _LITERAL.fullmatch(literal)
    return _PLACEHOLDER.sub("", match["text"].decode("utf-8", "replace")) if match else ""


def _takes_path(tokens: Tokens, index: int) -> bool:
    """Whether the token is an argument of a call that opens a path, or of one that puts a path together."""
    opening = _opening(tokens, index)
    if opening < 1:
        return False
    callee = tokens.texts[opening - 1]
    if callee == b"!" and opening > 1:
        return tokens.texts[opening - 2] in _TEXT_MACROS and not _is_included(tokens, opening - 2)
    if callee in {b"new", b"from"} and opening > 2:
        return tokens.texts[opening - 3] in _PATH_TYPES
    return callee in _READERS


def _opening(tokens: Tokens, index: int) -> int:
    """The index of the delimiter that the token stands in, -1 for none."""
    while index > 0:
        index -= 1
        if tokens.kinds[index] is TokenKind.OPEN:
            return index
        if tokens.kinds[index] is TokenKind.CLOSE:
            index = tokens.partners[index]
    return -1


def _is_included(tokens: Tokens, index: int) -> bool:
    """Whether the macro at the index stands in `include_str!(..)` or its like."""
    opening = _opening(tokens, index)
    return opening > 1 and tokens.texts[opening - 1] == b"!" and tokens.texts[opening - 2].startswith(b"include")
