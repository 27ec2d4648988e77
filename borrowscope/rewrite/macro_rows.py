"""Which macro a call means, as far as the file tells it: one of std's, or one that the file takes from a known crate.

In: a call's node. Out: what its arguments are. A macro that the file names without saying where it comes from is std's
or unknown: anybody may call a macro `info`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from borrowscope.parse.syntax import Node, parse_source
from borrowscope.tables.macros import CRATES, MacroRow, find_crate_macro, find_macro


def row_of(call: Node) -> MacroRow | None:
    """The row of a call's macro, or None where nobody knows what its arguments are."""
    macro = call.field("macro")
    if macro is None:
        return None
    crate, _, name = macro.text.replace(" ", "").removeprefix("::").rpartition("::")
    if crate in CRATES:
        return find_crate_macro(crate, name)
    row = find_macro(macro.text)
    if row is not None or crate:
        return row
    origin = import_of(call, name)
    return find_crate_macro(*origin) if origin is not None else None


def import_of(call: Node, name: str) -> tuple[str, str] | None:
    """Where the file of a call takes the name from, if it says so: path and own name."""
    root = next((node for node in call.ancestors() if node.parent is None), call)
    return _imported(root).get(name)


_USE = re.compile(rb"^[ \t]*(?:pub(?:\([^)]*\))?\s+)?use\s[^;]*;", re.MULTILINE)


@lru_cache(maxsize=4)
def _imported(root: Node) -> dict[str, tuple[str, str]]:
    """What the file takes from elsewhere: by the name that it gives it, path and own name."""
    found = {}
    for use in parse_source(b"\n".join(_USE.findall(root.source))).named:
        argument = use.field("argument") if use.kind == "use_declaration" else None
        for path, alias in _leaves(argument, "") if argument is not None else ():
            crate, _, name = path.rpartition("::")
            found[alias or name] = (crate, name)
    return found


def _leaves(node: Node, prefix: str) -> Iterator[tuple[str, str]]:
    """The paths that a `use` names, each with the name that it gets if that is another one."""
    path = node.field("path")
    before = f"{prefix}{path.text.removeprefix('::')}::" if path is not None else prefix
    if node.kind == "use_as_clause" and path is not None:
        alias = node.field("alias")
        yield prefix + path.text.removeprefix("::"), alias.text if alias is not None else ""
    elif node.kind == "use_list":
        for child in node.named:
            yield from _leaves(child, prefix)
    elif node.kind == "scoped_use_list":
        for child in node.fields("list"):
            yield from _leaves(child, before)
    elif node.kind in ("scoped_identifier", "identifier"):
        yield prefix + node.text.removeprefix("::"), ""
