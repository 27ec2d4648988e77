"""Facts about the standard library's public items: what `scripts/catalog` reads out of its documentation.

In: nothing. Out: where the facts are, and the marks in their rows (read by `analyzer/static/catalog.py`).

`facts.json` holds one object: "version"; "modules": module -> kind -> names, those with another canonical path than
`module::name` as `name=path`; "types", "traits", "functions", "values": canonical path -> row(s); "inherent": head of
the self type -> impls; "impls": trait -> head of the self type -> impls ("" for a bare parameter).
`arch.json` has the same for `std::arch::x86_64`: "types" by name; "functions", "values": row without name -> names;
"impls": traits that all its types have; "features": target features -> the safe functions that need them.
Rows name types and traits by the shortest suffix of their path that is nobody else's (`short_names`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

FACTS: Final = Path(__file__).with_name("facts.json")
ARCH: Final = Path(__file__).with_name("arch.json")  # read when somebody asks for it
ARCH_MODULE: Final = "std::arch::x86_64"
PART: Final = "|"  # between the parts of a row
BETWEEN: Final = "^"  # between the members of a list
FIELD: Final = "~"  # between the fields of a constructor


def short_names(paths: Iterable[str]) -> dict[str, str]:
    """Each path by its shortest suffix that no other path has."""
    suffixes = {path: list(_suffixes(path)) for path in paths}
    counts = Counter(suffix for found in suffixes.values() for suffix in found)
    return {next((suffix for suffix in found if counts[suffix] == 1), path): path for path, found in suffixes.items()}


def _suffixes(path: str) -> Iterable[str]:
    start = len(path)
    while start > 0:
        start = path.rfind("::", 0, start)
        yield path[start + 2 :] if start >= 0 else path
