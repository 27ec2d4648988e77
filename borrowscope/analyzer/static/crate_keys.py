"""What a crate is, as a value that changes when its facts can: for what is remembered of it.

In: a `CrateSource`. Out: a row of JSON values.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from borrowscope.analyzer.static.crates import CrateSource

_IMMUTABLE: Final = (("registry", "src"), ("git", "checkouts"))


def is_immutable(path: Path) -> bool:
    """Whether cargo put the file where nobody changes it."""
    pairs = set(pairwise(path.parts))
    return any(pair in pairs for pair in _IMMUTABLE)


def crate_key(source: CrateSource) -> list[Any]:
    """What a crate is; sources that may change, and that are none of the files to analyze, by size and time."""
    is_open = not source.is_workspace and not is_immutable(source.root)
    return [
        source.key,
        source.name,
        source.edition,
        str(source.root),
        sorted(source.dependencies.items()),
        sorted(source.features) if source.features is not None else None,
        source.is_workspace,
        list(_states(source.root.parent)) if is_open else [],
        [[str(folder), *_states(folder)] for folder in source.out_dirs],
    ]


def _states(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in sorted(folder.rglob("*.rs")):
        state = path.stat()
        yield str(path), state.st_size, state.st_mtime_ns
