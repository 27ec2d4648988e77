"""The user's source files as the compiler's spans name them: opened once, indexed once.

In: span texts of MIR (`src/main.rs:1:2: 1:3`, relative to the directory where rustc ran). Out: files and byte spans.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

from borrowscope.analyzer.mir import parse_span
from borrowscope.text.span import LineIndex, Span

_NAME_IN_PATTERN = re.compile(
    r"(?P<prefix>(?P<receiver>&\s*(?:'\w+\s+)?)?(?:ref\s+)?(?:mut\s+)?)(?P<name>(?:r#)?[^\W\d]\w*)(?:\s*@.*)?",
    re.DOTALL,
)


@dataclass(slots=True, frozen=True)
class SourceFile:
    """One readable file: absolute path, bytes, lines."""

    path: str
    source: bytes
    lines: LineIndex

    def text(self, span: Span) -> str:
        """The text under a span."""
        return self.source[span.start : span.end].decode("utf-8", "replace")

    def find_name(self, name: str, span: Span) -> Span | None:
        """Where `name` stands in the pattern that rustc's span covers (`mut x`, `&self`, `ref x`, `x @ ..`), or None.

        None also where something else stands there: desugared names, stale dumps, `$name` in a macro.
        """
        text = self.text(span)
        match = _NAME_IN_PATTERN.fullmatch(text)
        if match is None or match["name"].removeprefix("r#") != name.removeprefix("r#"):
            return None
        if match["receiver"] and name != "self":
            return None
        start = span.start + len(match["prefix"].encode())
        return Span(start, start + len(match["name"].encode()))


class SourceFiles:
    """Opens the files that spans mention; foreign ones (the standard library's) are not there."""

    def __init__(self, root: Path) -> None:
        """`root` is the directory that relative paths start from: where rustc ran."""
        self._root = root.absolute()
        self._files: dict[str, SourceFile | None] = {}
        self._spans: dict[str, tuple[SourceFile, Span] | None] = {}

    def find_span(self, text: str) -> tuple[SourceFile, Span] | None:
        """The file and the byte span of a span text; None if the file or the place does not exist."""
        if text not in self._spans:
            self._spans[text] = self._resolve(text)
        return self._spans[text]

    def _resolve(self, text: str) -> tuple[SourceFile, Span] | None:
        raw = None if text.startswith(("/rustc/", "<")) else parse_span(text)
        file = self._open(raw.file) if raw else None
        if raw is None or file is None:
            return None
        try:
            start = file.lines.offset(raw.start_line, raw.start_column)
            end = file.lines.offset(raw.end_line, raw.end_column)
        except IndexError:
            return None
        return file, Span(start, end)

    def _open(self, name: str) -> SourceFile | None:
        if name not in self._files:
            path = normpath(self._root / name)
            try:
                source = Path(path).read_bytes()
            except OSError:
                self._files[name] = None
            else:
                self._files[name] = SourceFile(path, source, LineIndex(source))
        return self._files[name]
