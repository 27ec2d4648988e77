"""The list of modules in ARCHITECTURE.md, from the first line of each module's docstring.

In: the tree. Out: the list on stdout, or with `--write` in ARCHITECTURE.md between its two markers.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "borrowscope"
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- modules: scripts/generate writes this list -->\n", "<!-- end of modules -->\n"
STAGES = (
    "text",
    "tables",
    "project",
    "parse",
    "analyzer",
    "check",
    "rewrite",
    "runtime",
    "build",
    "trace",
    "report",
    "export",
    "cli",
)


def module_list() -> str:
    """One line for each module, stage by stage."""
    lines: list[str] = []
    for folder in (*(PACKAGE / stage for stage in STAGES), PACKAGE):
        modules = folder.rglob("*.py") if folder != PACKAGE else folder.glob("*.py")
        described = [(module, _first_line(module)) for module in sorted(modules)]
        lines += [f"### {folder.relative_to(ROOT).as_posix()}/", ""]
        lines += [f"* `{module.relative_to(folder).as_posix()}` — {text}" for module, text in described if text]
        lines.append("")
    return "\n".join(lines)


def refreshed(document: str) -> str:
    """The document with a fresh list between its markers."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{module_list()}\n{END}{after}"


def undocumented() -> Iterator[Path]:
    """Modules with code and without a docstring."""
    for module in PACKAGE.rglob("*.py"):
        if module.stat().st_size and not _first_line(module):
            yield module


def _first_line(module: Path) -> str:
    docstring = ast.get_docstring(ast.parse(module.read_bytes())) or ""
    return " ".join(docstring.split("\n\n")[0].split())


if __name__ == "__main__":
    if "--write" in sys.argv:
        DOCUMENT.write_text(refreshed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        sys.stdout.write(module_list())
