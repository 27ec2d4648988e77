"""Function paths as people write them: globs over whole paths, and paths without traits.

In: paths such as `krate::module::<Type as Trait>::method::{closure#0}`. Out: answers; nothing is looked up.
"""

from __future__ import annotations

import re
from functools import cache

TRAIT_PATH = re.compile(r"<([^<>]*(?:<[^<>]*>[^<>]*)*) as [^<>]*(?:<[^<>]*>[^<>]*)*>")
CLOSURES = re.compile(r"::\{(?:closure|async|coroutine)[^{}]*\}")


def plain_path(path: str) -> str:
    """The path with `<T as Trait>` written as `T`."""
    return TRAIT_PATH.sub(r"\1", path)


def is_glob_match(glob: str, path: str) -> bool:
    """Whether the glob matches the whole path without closures; `*` is any run of characters, `::` included."""
    pattern = _pattern(glob)
    bare = CLOSURES.sub("", path)
    return any(pattern.fullmatch(one) for one in (bare, plain_path(bare)))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)
