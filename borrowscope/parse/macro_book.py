"""The `macro_rules!` definitions of a project, found by name without parsing whole files.

In: the texts of files, each with the package that it belongs to. Out: a `MacroBook`; all definitions of a name, as
nobody here knows which of them a `cfg` leaves over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from borrowscope.parse.macro_rules import MacroDefinition, SourceText
from borrowscope.parse.token_trees import end_of_group

_DEFINITION = re.compile(rb"\bmacro_rules!\s*([A-Za-z_]\w*)\s*([({\[])")


class MacroBook:
    """The definitions of some packages, by name."""

    def __init__(self) -> None:
        self._packages: dict[str, dict[str, list[MacroDefinition]]] = defaultdict(dict)

    def add(self, package: str, source: bytes, edition: int) -> None:
        """Take up the definitions of one file."""
        known = self._packages[package]
        for found in definitions_of(source, edition):
            known.setdefault(found.name, []).append(found)

    def of(self, package: str) -> dict[str, list[MacroDefinition]]:
        """The definitions that stand in a package."""
        return self._packages.get(package, {})

    def exported(self, name: str, beside: str) -> list[MacroDefinition]:
        """The definitions that a package may have from the others without naming them: `use a::*`, `#[macro_use]`."""
        others = [known.get(name, ()) for package, known in self._packages.items() if package != beside]
        return [one for known in others for one in known if b"macro_export" in one.origin.text]

    def packages(self) -> Iterable[str]:
        """The names of the packages."""
        return self._packages


def definitions_of(source: bytes, edition: int = 2021) -> Iterable[MacroDefinition]:
    """The definitions that a text spells out, also those in functions; in comments and literals there may be more."""
    if b"macro_rules!" not in source:
        return
    text = SourceText("", source)
    for found in _DEFINITION.finditer(source):
        end = end_of_group(source, found.start(2))
        if end is not None:
            yield MacroDefinition(found[1].decode(), False, text, found.end(), end - 1, edition)  # noqa: FBT003
