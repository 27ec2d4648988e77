"""What a copy's crate roots get beside their sites: allowed lints behind the user's own, and the runtime's name.

In: a crate root's text, the lints that are forbidden. Out: insertions. Lines stay where they are.
"""

from __future__ import annotations

import re

from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.model import Insertion

ALLOWED_LINTS = (
    "unreachable_code",
    "unfulfilled_lint_expectations",
    "tail_expr_drop_order",
    "unused_braces",
    "unused_parens",
)
GROUPS = {
    "unused": {"unreachable_code", "unused_braces", "unused_parens"},
    "warnings": set(ALLOWED_LINTS),
    "rust_2024_compatibility": {"tail_expr_drop_order"},
}
_FORBID = re.compile(rb"#!\[[^\]]*\bforbid\s*\(([^)]*)\)")
_BOM = b"\xef\xbb\xbf"
_UNUSED_CRATES = "unused_crate_dependencies"


def root_insertions(
    source: bytes, forbidden: set[str], *, has_sites: bool, runtime: str = "borrowscope_runtime"
) -> list[Insertion]:
    """The insertions for one crate root; none where nothing of the crate is traced and nothing asks for them.

    `runtime` is what the user's manifest calls the runtime: generated code knows it by the published name.
    """
    insertions = []
    named = {
        name.strip().decode("utf-8", "replace") for match in _FORBID.finditer(source) for name in match[1].split(b",")
    }
    closed = {lint for name in forbidden | named for lint in GROUPS.get(name, {name})}
    lints = [lint for lint in ALLOWED_LINTS if lint not in closed]
    if lints and has_sites:
        insertions.append(Insertion(_place_of_lints(source), f"#![allow({', '.join(lints)})] ", None))
    newline = "" if source.endswith(b"\n") else "\n"
    if runtime != "borrowscope_runtime":
        text = f"{newline}#[allow(unused_extern_crates)] extern crate {runtime} as borrowscope_runtime;\n"
        insertions.append(Insertion(len(source), text, None))
    elif _UNUSED_CRATES.encode() in source or _UNUSED_CRATES in forbidden:
        insertions.append(Insertion(len(source), f"{newline}extern crate borrowscope_runtime as _;\n", None))
    return insertions


def _place_of_lints(source: bytes) -> int:
    """Behind the last inner attribute, since of two levels of a lint the later one counts."""
    attributes = [node.end for node in parse_source(source).named if node.kind == "inner_attribute_item"]
    return attributes[-1] if attributes else _first_place(source)


def _first_place(source: bytes) -> int:
    """Behind a byte order mark and a shebang line."""
    start = len(_BOM) if source.startswith(_BOM) else 0
    if source.startswith(b"#!", start) and not re.match(rb"#!\s*\[", source[start:]):
        return source.find(b"\n", start) + 1
    return start
