"""The tables of functions in docs/tracking-by-hand.md: what to call, and which events it means.

In: `tables/published_api.py`. Out: the tables on stdout, or with `--write` in the page between its two markers.
"""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

from borrowscope.tables.published_api import FUNCTIONS
from borrowscope.tables.published_calls import Function, Section

PAGE = Path(__file__).parent.parent / "docs" / "tracking-by-hand.md"
BEGIN, END = "<!-- functions: scripts/generate writes these tables -->\n", "<!-- end of functions -->\n"
_PATH = re.compile(r"\b(?:[a-z_]+::)+(?=[A-Z])")


def function_tables() -> str:
    """A table for each section."""
    parts: list[str] = []
    for section in Section:
        rows = [row for row in FUNCTIONS if row.section is section]
        parts += [f"### {section}\n", "| call | events | |", "|:--|:--|:--|", *map(_line, rows), ""]
    return "\n".join(parts)


def refreshed(page: str) -> str:
    """The page with fresh tables between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{function_tables()}\n{END}{after}"


def _line(row: Function) -> str:
    says = f"{row.doc} *later*" if row.is_later else row.doc
    return f"| `{_signature(row)}` | {_events(row)} | {says} |".replace("|  |", "| |")


def _signature(row: Function) -> str:
    parameters = [each.name if each.type == "&str" else f"{each.name}: {each.type}" for each in row.parameters]
    last = row.parameters[-1].type if row.parameters else ""
    gives = f" -> {row.returns}" if row.returns and row.returns != last else ""
    return _PATH.sub("", f"{row.name}({', '.join(parameters)}){gives}")


def _events(row: Function) -> str:
    if row.records_as:
        return f"as `{row.records_as}`"
    counted = [(name, len(list(same))) for name, same in groupby(event.variant for event in row.events)]
    each = " each" if row.each else ""
    return ", ".join(f"`{name}`{f' ×{count}' if count > 1 else ''}{each}" for name, count in counted)


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(function_tables())
