"""Where things of a crate are: which modules a file makes, which of them have impls for a type, which crates it names.

In: a crate that was read as a whole. Out: a `Layout` of plain values, from which later only those modules are read
that somebody asks for. It holds as long as nothing but the insides of functions changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from borrowscope.analyzer.static.item_tree import CrateItems, Module


@dataclass(slots=True)
class Layout:
    """Modules by number, in their order: the number of the parent, the place among its submodules, and the name.

    `files` lead to the modules whose bodies are read, `heads` and `members` to the modules with impls (derives
    included) for a head or with traits that have a function of the name. `named` are the crates that the crate names.
    """

    modules: list[tuple[int, int, str]] = field(default_factory=list)
    files: dict[str, list[int]] = field(default_factory=dict)
    heads: dict[str, list[int]] = field(default_factory=dict)
    members: dict[str, list[int]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)


class ModuleFinder:
    """The modules of a crate by number, each read when it is asked for."""

    def __init__(self, crate: CrateItems, layout: Layout) -> None:
        self._crate = crate
        self._layout = layout
        self._found: dict[int, Module] = {}

    def module(self, number: int) -> Module:
        """One module; `LookupError` where the crate is not as it was."""
        found = self._found.get(number)
        if found is None:
            parent, place, name = self._layout.modules[number]
            found = self._crate.root if parent < 0 else self._submodule(self.module(parent), place, name)
            self._found[number] = found
        return found.collected()

    def of_file(self, file: str) -> list[Module]:
        """The modules that a file makes."""
        return [self.module(number) for number in self._layout.files.get(file, ())]

    def _submodule(self, parent: Module, place: int, name: str) -> Module:
        if place >= len(parent.submodules):
            self._crate.expand_calls(parent, None)
        item = parent.submodules[place]
        if item.name != name:
            raise LookupError(name)
        return self._crate.module_of(item)


def module_rows(modules: Iterable[Module]) -> list[tuple[int, int, str]]:
    """The rows of a layout: of all modules of a crate, parents first."""
    numbers: dict[int, int] = {}
    rows: list[tuple[int, int, str]] = []
    for module in modules:
        parent = module.parent
        if parent is None:
            row = (-1, 0, module.name)
        else:
            crate = module.crate
            place = next(at for at, item in enumerate(parent.submodules) if crate.modules.get(id(item)) is module)
            row = (numbers[id(parent)], place, module.name)
        numbers[id(module)] = len(rows)
        rows.append(row)
    return rows
