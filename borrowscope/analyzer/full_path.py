"""Types with full paths: `alloc::rc::Rc<krate::module::Point>`.

In: a type as rustc prints it, the package's items. Out: the text with the defining crate in front of every path.
"""

from __future__ import annotations

import re

from borrowscope.analyzer.source_items import SourceItems
from borrowscope.tables.std_types import defining_crate

_OPAQUE = re.compile(r"(\{[^{}]*\}|<impl at [^>]*>)")
_PATH = re.compile(r"(?<![\w:'@])(?:r#)?[A-Za-z_]\w*(?:::(?:r#)?\w+)*")


def full_path(ty: str, crate: str, items: SourceItems, generics: frozenset[str]) -> str:
    """The type with full paths; names that are neither the standard library's nor the package's stay as they are."""

    def qualify(match: re.Match[str]) -> str:
        path = match.group(0)
        head = path.partition("::")[0]
        if head == "std" and path != "std":
            return defining_crate(path) + path[3:]
        is_own = path in items.types or (head in items.modules and "::" in path)
        return f"{crate}::{path}" if is_own and path not in generics else path

    parts = _OPAQUE.split(ty)
    return "".join(part if at % 2 else _PATH.sub(qualify, part) for at, part in enumerate(parts))
