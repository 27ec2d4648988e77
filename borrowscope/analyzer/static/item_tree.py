"""The items of a crate by module: one pass over each module notes name, kind and node; all else waits until asked for.

In: syntax trees. Out: `Module` with its `Item` and `Import` entries by name, its globs and impls. A file of a
dependency is read when a path leads into its module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from borrowscope.analyzer.static.cfg import ACTIVE, ModulePath, is_for_others, likelihood, module_paths
from borrowscope.analyzer.static.types import Ty
from borrowscope.analyzer.static.use_trees import read_use
from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.parse.modules import tidied
from borrowscope.parse.syntax import Node, parse_items, parse_source

TYPE: Final = 1
VALUE: Final = 2
MACRO: Final = 4
ANY: Final = 7

PRIVATE: Final = 0
RESTRICTED: Final = 1
PUBLIC: Final = 2

_NAME = rb"\s+(?:r#)?([A-Za-z_\x80-\xff][\w\x80-\xff]*)"


class _Row(NamedTuple):
    kind: str
    namespaces: int
    name: re.Pattern[bytes]


def _row(kind: str, namespaces: int, keyword: bytes) -> _Row:
    return _Row(kind, namespaces, re.compile(rb"\b" + keyword + _NAME))


_ROWS: Final = {
    "struct_item": _row("struct", TYPE | VALUE, b"struct"),
    "enum_item": _row("enum", TYPE, b"enum"),
    "union_item": _row("union", TYPE, b"union"),
    "trait_item": _row("trait", TYPE, b"trait"),
    "type_item": _row("alias", TYPE, b"type"),
    "associated_type": _row("type", TYPE, b"type"),
    "function_item": _row("fn", VALUE, b"fn"),
    "function_signature_item": _row("fn", VALUE, b"fn"),
    "const_item": _row("const", VALUE, b"const"),
    "static_item": _row("static", VALUE, rb"static(?:\s+mut)?"),
    "mod_item": _row("mod", TYPE, b"mod"),
    "macro_definition": _row("macro", MACRO, b"macro_rules!"),
}
ITEM_KINDS: Final = frozenset(_ROWS) | {
    "use_declaration",
    "extern_crate_declaration",
    "foreign_mod_item",
    "impl_item",
}
_EXTERN_CRATE = re.compile(r"crate\s+(?:r#)?(\w+)(?:\s+as\s+(?:r#)?(\w+))?")
_TUPLE_BODY: Final = frozenset({"ordered_field_declaration_list"})


Place: TypeAlias = tuple[bytes, int, int]  # a text, start and end in it


def _parsed(place: Place) -> Node:
    """The item that stands at a place of a text without attributes."""
    root = parse_items(*place)
    if root is None or not root.named:
        text, start, end = place
        root = parse_source(text[start:end])
    return root.named[0] if root.named else root


class Item:
    """One item. `rank` is how likely its cfg holds; `lowered` is what was made of it."""

    __slots__ = (
        "_node",
        "attributes",
        "is_foreign",
        "kind",
        "lowered",
        "module",
        "name",
        "namespaces",
        "number",
        "rank",
        "visibility",
        "wrapper",
    )

    def __init__(self, kind: str, namespaces: int, name: str, node: Node | Place, module: Module) -> None:
        self.kind = kind
        self.namespaces = namespaces
        self.name = name
        self._node = node
        self.module = module
        self.attributes = ""
        self.rank = ACTIVE
        self.visibility = PRIVATE
        self.is_foreign = False
        self.number = 0  # in its module: tells items apart that are called `_`
        self.lowered: object = None
        self.wrapper = ""  # of a static: the type that holds the written one

    @property
    def node(self) -> Node:
        """The item's syntax; parsed when it is first asked for where only the place is known."""
        if isinstance(self._node, tuple):
            self._node = _parsed(self._node)
        return self._node

    @property
    def path(self) -> str:
        """The canonical path: where the item is defined."""
        return f"{self.module.path}::{self.name}" if self.name != "_" else f"{self.module.path}::_#{self.number}"

    @property
    def variants(self) -> frozenset[str]:
        """The names of an enum's variants."""
        return self.module.crate.variant_names(self)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.path}>"


class Import(NamedTuple):
    """One name of a `use` or `extern crate`."""

    path: tuple[str, ...]
    name: str
    visibility: int
    rank: float
    is_extern_crate: bool = False


class Call(NamedTuple):
    """A call of a macro among items, or in an `extern` block."""

    node: Node
    rank: float
    is_foreign: bool = False


class ImplNode:
    """An `impl` block where it stands. `names` are those of its members, where they are known before it is parsed."""

    __slots__ = ("_node", "module", "names", "rank")

    def __init__(self, node: Node | Place, module: Module, rank: float, names: frozenset[str] | None = None) -> None:
        self._node = node
        self.module = module
        self.rank = rank
        self.names = names

    @property
    def node(self) -> Node:
        """The block's syntax."""
        if isinstance(self._node, tuple):
            self._node = _parsed(self._node)
        return self._node

    def may_have(self, name: str) -> bool:
        """Whether a member may have that name."""
        return self.names is None or name in self.names


class Member(NamedTuple):
    """A member of an impl, trait or extern block."""

    kind: str
    name: str
    node: Node
    rank: float


@dataclass(slots=True, eq=False)
class Module:
    """A module, or a block that holds items. `scope_parent` is the enclosing block or module of a block."""

    crate: CrateItems
    path: str
    name: str
    parent: Module | None
    node: Node | None = None
    file: Path | None = None
    file_folder: Path = Path()
    module_folder: Path = Path()
    is_inline: bool = False
    is_block: bool = False
    rank: float = ACTIVE
    entries: dict[str, list[Item | Import]] = field(default_factory=dict)
    globs: list[Import] = field(default_factory=list)
    hidden: list[Import] = field(default_factory=list)
    impls: list[ImplNode] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    submodules: list[Item] = field(default_factory=list)
    traits: list[Item] = field(default_factory=list)
    ordered: list[Item | ImplNode] = field(default_factory=list)
    assemblies: list[tuple[Node, float]] = field(default_factory=list)  # calls of `global_asm!`
    unbuilt: list[Unbuilt] = field(default_factory=list)  # files to be included that no build has made
    memo: dict[tuple[str, int], object] = field(default_factory=dict)
    lexical: dict[tuple[str, int], object] = field(default_factory=dict)
    types: dict[str, Ty] = field(default_factory=dict)  # read already where no generics are in force, by text
    is_collected: bool = False
    is_expanding: bool = False
    fill: Callable[[Module], None] | None = None  # from remembered facts

    @property
    def nearest(self) -> Module:
        """The real module that this is or that the block stands in."""
        module = self
        while module.is_block and module.parent is not None:
            module = module.parent
        return module

    def contains(self, other: Module) -> bool:
        """Whether the other module is this one or lies inside."""
        at: Module | None = other
        while at is not None:
            if at is self:
                return True
            at = at.parent
        return False

    def collected(self) -> Module:
        """This module with its items noted."""
        if not self.is_collected:
            self.is_collected = True
            if self.fill is not None:
                self.fill(self)
                return self
            if self.node is None and self.file is not None:
                self.node = self.crate.read(self.file)
            if self.node is not None:
                self.rank = min(self.rank, _inner_rank(self.node, self.crate.features))
                _collect(self, self.node, self.rank)
                if not self.is_block or self.calls:
                    self.crate.expand_calls(self, None if self.is_block or self.crate.reads_whole(self.file) else "")
        return self


@dataclass(slots=True, eq=False)
class CrateItems:
    """A crate as its modules know it. `name` is the first segment of its paths: two crates never share one."""

    key: str
    name: str
    edition: int
    features: frozenset[str] | None
    read: Callable[[Path], Node | None]
    expand_calls: Callable[[Module, str | None], None]  # all, or those that may define a name
    dependencies: dict[str, str] = field(default_factory=dict)  # extern name -> key
    has_inactive: bool = True  # whether tests, and code whose cfg cannot hold, are of interest
    root: Module = None  # type: ignore[assignment]
    modules: dict[int, Module] = field(default_factory=dict)  # by id of the item of the `mod`
    exported_macros: dict[str, Item] = field(default_factory=dict)
    macro_crates: list[str] = field(default_factory=list)
    extern_crates: dict[str, str] | None = None  # of the root: name -> name of the crate
    is_searched: bool = False  # for macros, in all modules
    wanted: Container[str] | None = None  # the files whose bodies are read, where these are not all
    source_root: Path = Path()  # the file of its root, from wherever it was read
    out_dirs: tuple[Path, ...] = ()  # where its build scripts wrote

    def reads_whole(self, file: Path | None) -> bool:
        """Whether all items of a file are of interest, and not just those that somebody names."""
        return self.has_inactive and (self.wanted is None or str(file) in self.wanted)

    def variant_names(self, item: Item) -> frozenset[str]:
        """The names of an enum's variants."""
        found = item.node.field("body")
        if item.kind != "enum" or found is None:
            return frozenset()
        names = (child.field("name") for child in found.named if child.kind == "enum_variant")
        return frozenset(name.text.removeprefix("r#") for name in names if name is not None)

    def exported_macro(self, name: str) -> Item | None:
        """An exported macro: they stand in the root, whichever module they are written in."""
        self.root.collected()
        found = self.exported_macros.get(name)
        if found is None and not self.is_searched:
            self.is_searched = True
            for _ in all_modules(self.root):
                pass
            found = self.exported_macros.get(name)
        return found

    def module_of(self, item: Item) -> Module:
        """The module that a `mod` item is."""
        found = self.modules.get(id(item))
        if found is None:
            found = self.modules[id(item)] = _submodule(item)
        return found


def collect_into(module: Module, node: Node, rank: float, *, is_foreign: bool = False) -> None:
    """Note the items below the node (a file, a list of declarations, an expansion) in the module."""
    if is_for_others(rank) or module.crate.has_inactive:
        collect = _collect_foreign if is_foreign else _collect
        collect(module, node, min(rank, module.rank))


def _inner_rank(node: Node, features: frozenset[str] | None) -> float:
    """The likelihood of a file or module that says `#![cfg(..)]` itself."""
    if node.source.find(b"#![", node.start, node.end) < 0:
        return ACTIVE
    inner = "".join(child.text for child in node.named if child.kind == "inner_attribute_item")
    return likelihood(inner, features) if "cfg" in inner else ACTIVE


def _collect(module: Module, node: Node, rank: float) -> None:
    attributes_at = -1
    for child in node.named:
        kind = child.kind
        if kind == "attribute_item":
            if attributes_at < 0:
                attributes_at = child.start
            continue
        handler = _HANDLERS.get(kind)
        if handler is not None:
            attributes = ""
            own_rank = rank
            if attributes_at >= 0:
                attributes = child.source[attributes_at : child.start].decode("utf-8", "replace")
                if "cfg" in attributes:
                    own_rank = min(rank, likelihood(attributes, module.crate.features))
            if is_for_others(own_rank) or module.crate.has_inactive:
                handler(module, child, attributes, own_rank)
        attributes_at = -1


def visibility_of(node: Node) -> int:
    """The visibility that a node's text begins with."""
    source, start = node.source, node.start
    if source[start : start + 3] != b"pub" or source[start + 3 : start + 4] not in (b" ", b"(", b"\n", b"\t", b"\r"):
        return PRIVATE
    return RESTRICTED if source[start + 3 : start + 7].lstrip()[:1] == b"(" else PUBLIC


def _named(module: Module, node: Node, attributes: str, rank: float) -> None:
    row = _ROWS[node.kind]
    match = row.name.search(node.source, node.start, node.end)
    if match is None:
        return
    item = Item(row.kind, row.namespaces, match[1].decode("utf-8", "replace"), node, module)
    item.attributes = attributes
    item.rank = rank
    item.visibility = visibility_of(node)
    add_item(module, item)


def add_item(module: Module, item: Item) -> None:
    """Note an item under its name."""
    module.ordered.append(item)
    if item.name == "_":
        item.number = len(module.ordered)
        return
    module.entries.setdefault(item.name, []).append(item)
    if item.kind == "mod":
        module.submodules.append(item)
    elif item.kind == "trait":
        module.traits.append(item)
    elif item.kind == "macro" and "macro_export" in item.attributes:
        item.visibility = PUBLIC
        module.crate.exported_macros.setdefault(item.name, item)


def _use(module: Module, node: Node, _attributes: str, rank: float) -> None:
    text = node.text
    visibility = visibility_of(node)
    at = text.index("use") if visibility != RESTRICTED else text.index("use", text.index(")"))
    for path, name in read_use(text[at + 3 :].rstrip().rstrip(";").strip()):
        entry = Import(path, name, visibility, rank)
        if name == "*":
            module.globs.append(entry)
        elif name == "_":
            module.hidden.append(entry)
        else:
            module.entries.setdefault(name, []).append(entry)


def _extern_crate(module: Module, node: Node, attributes: str, rank: float) -> None:
    match = _EXTERN_CRATE.search(node.text)
    if match is None:
        return
    name = match[2] or match[1]
    if "macro_use" in attributes:
        module.crate.macro_crates.append(match[1])
    if name != "_":
        entry = Import((match[1],), name, visibility_of(node), rank, is_extern_crate=True)
        module.entries.setdefault(name, []).append(entry)


def _impl(module: Module, node: Node, _attributes: str, rank: float) -> None:
    found = ImplNode(node, module, rank)
    module.impls.append(found)
    module.ordered.append(found)


def _foreign(module: Module, node: Node, _attributes: str, rank: float) -> None:
    body = node.field("body")
    if body is not None:
        _collect_foreign(module, body, rank)


def _collect_foreign(module: Module, body: Node, rank: float) -> None:
    for member in members(body, module.crate.features):
        if member.kind == "call":
            module.calls.append(Call(member.node, min(rank, member.rank), is_foreign=True))
        row = _FOREIGN.get(member.kind)
        if row is not None:
            item = Item(member.kind, row, member.name, member.node, module)
            item.rank = min(rank, member.rank)
            item.visibility = visibility_of(member.node)
            item.is_foreign = True
            add_item(module, item)


_FOREIGN: Final = {"fn": VALUE, "static": VALUE, "type": TYPE, "alias": TYPE}


def _call(module: Module, node: Node, _attributes: str, rank: float) -> None:
    module.calls.append(Call(node, rank))
    macro = node.field("macro")
    if macro is not None and macro.text.endswith("global_asm"):
        module.assemblies.append((node, rank))


def _statement(module: Module, node: Node, attributes: str, rank: float) -> None:
    first = node.named[0] if node.named else None
    if first is not None and first.kind == "macro_invocation":
        _call(module, first, attributes, rank)


_HANDLERS: Final[dict[str, Callable[[Module, Node, str, float], None]]] = {
    **dict.fromkeys(_ROWS, _named),
    "use_declaration": _use,
    "extern_crate_declaration": _extern_crate,
    "impl_item": _impl,
    "foreign_mod_item": _foreign,
    "macro_invocation": _call,
    "expression_statement": _statement,
}


def members(body: Node, features: frozenset[str] | None) -> list[Member]:
    """The named members of a declaration list in source order, and its macro calls (kind `call`)."""
    found: list[Member] = []
    attributes_at = -1
    for child in body.named:
        kind = child.kind
        if kind == "attribute_item":
            if attributes_at < 0:
                attributes_at = child.start
            continue
        row = _ROWS.get(kind)
        rank = ACTIVE
        if attributes_at >= 0:
            attributes = child.source[attributes_at : child.start]
            if b"cfg" in attributes:
                rank = likelihood(attributes.decode("utf-8", "replace"), features)
        if row is not None:
            match = row.name.search(child.source, child.start, child.end)
            if match is not None:
                found.append(Member(row.kind, match[1].decode("utf-8", "replace"), child, rank))
        elif kind in ("macro_invocation", "expression_statement"):
            call = child if kind == "macro_invocation" else child.child("macro_invocation")
            if call is not None:
                found.append(Member("call", "", call, rank))
        attributes_at = -1
    return found


def active_members(found: list[Member]) -> dict[str, Member]:
    """By name; of those that exclude each other by cfg the likeliest."""
    chosen: dict[str, Member] = {}
    for member in found:
        if member.kind != "call" and (member.name not in chosen or chosen[member.name].rank < member.rank):
            chosen[member.name] = member
    return chosen


def _submodule(item: Item) -> Module:
    parent = item.module
    path = f"{parent.path}::{item.name}"
    module = Module(parent.crate, path, item.name, parent, rank=min(parent.rank, item.rank))
    body = item.node.field("body")
    paths = module_paths(item.attributes, parent.crate.features) if "path" in item.attributes else []
    base = parent.module_folder if parent.nearest.is_inline else parent.file_folder  # a function is no folder
    if body is not None:
        module.node = body
        module.file, module.file_folder, module.is_inline = parent.file, parent.file_folder, True
        folder = next((base / one.path for one in paths if one.is_likely), None)
        module.module_folder = folder or parent.module_folder / item.name
        return module
    for file, folder, rank in _places(item.name, paths, base, parent.module_folder):
        if file.is_file():
            module.file, module.file_folder, module.module_folder = file, file.parent, folder
            module.rank = min(module.rank, rank) if rank <= 0 else module.rank
            break
    return module


def _places(name: str, paths: list[ModulePath], base: Path, folder: Path) -> Iterator[tuple[Path, Path, float]]:
    """The files that a module may be, each with the folder of its modules and how likely it is."""
    named = [(tidied(base / one.path), tidied(base / one.path).parent, one.rank) for one in paths]
    likely = sum(one.is_likely for one in paths)
    yield from named[:likely]
    yield folder / f"{name}.rs", folder / name, ACTIVE
    yield folder / name / "mod.rs", folder / name, ACTIVE
    yield from named[likely:]


def all_modules(root: Module) -> Iterator[Module]:
    """The module and all below it, in order; reads their files."""
    waiting = [root]
    while waiting:
        module = waiting.pop().collected()
        yield module
        waiting += [module.crate.module_of(item) for item in reversed(module.submodules)]
