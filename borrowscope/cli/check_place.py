"""Where a check works: in the tree that was named, or in a copy where that one must not be written to.

In: a path. Out: the path to check, for as long as a block lasts.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UNPACKED = ".cargo-ok"  # cargo's mark in the sources of published crates, which all projects share


@contextmanager
def writable_place(named: Path) -> Iterator[Path]:
    """The path itself; of a crate in cargo's registry a copy: asking cargo about a crate writes beside its manifest."""
    if not (named / _UNPACKED).is_file():
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="borrowscope-") as scratch:
        copy = Path(scratch).resolve() / named.resolve().name
        shutil.copytree(named, copy, symlinks=True, ignore=shutil.ignore_patterns(_UNPACKED))
        yield copy
