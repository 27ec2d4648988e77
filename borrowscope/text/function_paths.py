"""Function paths as people write them: globs over whole paths, and paths without traits.

In: paths such as `krate::module::<Type as Trait>::method::{closure#0}`. Out: answers; nothing is looked up.
"""

from __future__ import annotations

import re
from functools import cache

CLOSURES = re.compile(r"::\{(?:closure|async|coroutine)[^{}]*\}")


def plain_path(path: str) -> str:
    """The path with `<T as Trait>` written as `T`."""
    start = path.find("<")
    while start >= 0:
        end, trait = _qualified(path, start)
        if trait is not None:
            path = path[:start] + path[start + 1 : trait] + path[end:]
        start = path.find("<", start + 1)
    return path


def _qualified(path: str, start: int) -> tuple[int, int | None]:
    """The end of the brackets that open at `start`, and where ` as ` stands in them, if it does."""
    depth, trait = 0, None
    for at in range(start, len(path)):
        if path[at] == "<":
            depth += 1
        elif path[at] == ">" and path[at - 1] != "-":
            depth -= 1
            if depth == 0:
                return at + 1, trait
        elif depth == 1 and trait is None and path.startswith(" as ", at):
            trait = at
    return len(path), None


def is_glob_match(glob: str, path: str) -> bool:
    """Whether the glob matches the whole path without closures; `*` is any run of characters, `::` included."""
    pattern = _pattern(glob)
    bare = CLOSURES.sub("", path)
    return any(pattern.fullmatch(one) for one in (bare, plain_path(bare)))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)
