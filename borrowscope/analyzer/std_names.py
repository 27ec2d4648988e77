"""One name for each item of the standard library: crates without std see `core::` and `alloc::` instead of `std::`.

In: types and callees as rustc prints them. Out: the same texts with std's public paths.
"""

from __future__ import annotations

import re
from functools import lru_cache

from borrowscope.analyzer.static.catalog import load_catalog

_PATH = re.compile(r"(?<![\w:])(?:core|alloc)((?:::\w+)+)")


@lru_cache(maxsize=65536)
def std_names(text: str) -> str:
    """The text with `core::` and `alloc::` paths by the name that std has for them; modules of that name stay."""
    return _PATH.sub(_renamed, text) if "core::" in text or "alloc::" in text else text


def _renamed(match: re.Match[str]) -> str:
    return f"std{match[1]}" if _is_std(f"std{match[1]}") else match[0]


@lru_cache(maxsize=16384)
def _is_std(path: str) -> bool:
    """Whether std has the item, or one that it belongs to (`std::boxed::Box::into_raw`)."""
    catalog = load_catalog()
    while path.count("::") > 1:
        if catalog.find_type(path) or catalog.find_trait(path) or catalog.find_function(path):
            return True
        path = path.rpartition("::")[0]
    return False
