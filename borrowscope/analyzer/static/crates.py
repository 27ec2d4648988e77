"""The crates that definitions come from, as plain values, and the trees of their files.

In: what cargo says of packages, targets and their dependencies. Out: `CrateSource` values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from borrowscope.parse.syntax import Node, parse_source


@dataclass(frozen=True, slots=True)
class CrateSource:
    """One crate: a target of the workspace, or the library of a dependency.

    `dependencies` leads from the name that its code uses to the key of another crate; `features` are those that are
    on, None where nobody knows. A crate of the workspace is read as a whole, others as far as paths lead into them.
    Nobody can name the items of a crate of procedural macros. `out_dirs` are where its build
    script wrote, newest first; `unrun_script` is a script that sets cfg flags and that no build has run yet.
    """

    key: str
    name: str
    edition: int
    root: Path
    dependencies: Mapping[str, str] = field(default_factory=dict)
    is_workspace: bool = True
    features: frozenset[str] | None = None
    is_proc_macro: bool = False
    out_dirs: tuple[Path, ...] = ()
    unrun_script: Path | None = None


class Tree(Protocol):
    """A file that somebody else parses."""

    @property
    def root(self) -> Node:
        """Its tree."""


class Trees:
    """The trees of files; a file is parsed once. `known` are those that others parse."""

    def __init__(self, known: Mapping[Path, Tree] | None = None) -> None:
        self._known = known or {}
        self._trees: dict[Path, Node | None] = {}

    def read(self, path: Path) -> Node | None:
        """The tree of the file; None where it cannot be read."""
        if path in self._known:
            return self._known[path].root
        if path not in self._trees:
            try:
                self._trees[path] = parse_source(path.read_bytes())
            except OSError:
                self._trees[path] = None
        return self._trees[path]

    def texts_below(self, folder: Path) -> Iterator[bytes]:
        """The texts of the Rust files in a folder, unparsed."""
        for path in sorted(folder.rglob("*.rs")):
            with suppress(OSError):
                yield path.read_bytes()
