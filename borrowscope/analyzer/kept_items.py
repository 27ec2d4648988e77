"""What the records of a file ask about the items of all files: remembered as long as the outlines stay as they are.

In: the trees of all files, when they are needed. Out: `ItemKnowledge`, which makes the records of a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from borrowscope.analyzer.analyze import file_part, items_of, traits_of, types_of
from borrowscope.analyzer.facts import FileFacts
from borrowscope.analyzer.known_bindings import FileAnalysis, SourceTree, TypeKnowledge, analyze_file
from borrowscope.analyzer.memory import Memory
from borrowscope.analyzer.ownership_traits import OwnershipTraits
from borrowscope.analyzer.source_items import SourceItems
from borrowscope.analyzer.type_info import FilePart
from borrowscope.analyzer.user_types import UserImpl, UserType, UserTypes

_Json = Any


class ItemKnowledge:
    """The items of all crates."""

    def __init__(self, memory: Memory, interface: str, trees: Callable[[], Sequence[SourceTree]]) -> None:
        self._memory = memory
        self._interface = interface
        self._trees = trees

    def part(self, tree: SourceTree, facts: FileFacts) -> tuple[FilePart, FileAnalysis]:
        """The records of a file, and what they were made of."""
        items, types, traits = self._known
        crate = tree.text.crate
        analysis = analyze_file(tree, TypeKnowledge(FileFacts(tree.text.path), facts), types[crate])
        return file_part(analysis, items[crate], traits[crate]), analysis

    @cached_property
    def _known(self) -> tuple[dict[str, SourceItems], dict[str, dict[str, str]], dict[str, OwnershipTraits]]:
        items, traits = self._remembered() or self._found()
        return items, types_of(items), traits

    def _remembered(self) -> tuple[dict[str, SourceItems], dict[str, OwnershipTraits]] | None:
        content = self._memory.read("items")
        interface, rows = json.loads(content) if content is not None else ("", {})
        if interface != self._interface:
            return None
        items = {crate: SourceItems(types, {*modules}) for crate, (types, modules, *_) in rows.items()}
        return items, {crate: OwnershipTraits(_users_of(*users)) for crate, (_, _, *users) in rows.items()}

    def _found(self) -> tuple[dict[str, SourceItems], dict[str, OwnershipTraits]]:
        trees = self._trees()
        items, traits = items_of(trees), traits_of(trees)
        rows = {
            crate: [found.types, sorted(found.modules), *_users_json(traits[crate].users)]
            for crate, found in items.items()
        }
        self._memory.write(json.dumps([self._interface, rows], separators=(",", ":")).encode(), "items")
        return items, traits


def _users_json(users: UserTypes) -> list[_Json]:
    return [
        [[user.path, user.parameters, user.fields, sorted(user.derives)] for user in users.types.values()],
        [[*key, [[one.is_negative, one.is_general] for one in impls]] for key, impls in users.impls.items()],
        users.names,
        sorted(users.hidden_impls),
    ]


def _users_of(types: _Json, impls: _Json, names: _Json, hidden: _Json) -> UserTypes:
    return UserTypes(
        {path: UserType(path, tuple(parameters), fields, frozenset(rest)) for path, parameters, fields, rest in types},
        {(trait, name): [UserImpl(*one) for one in found] for trait, name, found in impls},
        names,
        {*hidden},
    )
