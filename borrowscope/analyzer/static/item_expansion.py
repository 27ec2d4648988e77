"""Items that macros make: `macro_rules!` of the crate and of others expanded, wrappers such as `cfg_if!` looked into.

In: the macro calls of a module (or of an impl or trait). Out: the items, noted in the module; nodes of an expansion
have the expanded text as their source, and `expansion_of` leads from it back to the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from borrowscope.analyzer.static.cfg import likelihood
from borrowscope.analyzer.static.includes import included_file, is_of_build
from borrowscope.analyzer.static.item_tree import (
    ITEM_KINDS,
    MACRO,
    Call,
    CrateItems,
    Item,
    Member,
    Module,
    collect_into,
    members,
)
from borrowscope.analyzer.static.resolution import Resolver
from borrowscope.analyzer.unbuilt import Unbuilt
from borrowscope.parse.cfg_branches import branches_of
from borrowscope.parse.macro_rules import (
    Expansion,
    MacroDefinition,
    Segment,
    SourceText,
    call_range,
    definitions_in,
    expand,
    expansion_tree,
)
from borrowscope.parse.syntax import Node, items_of, parse_items
from borrowscope.tables.macros import Entry, find_macro

_DEPTH: Final = 128  # rustc's own limit
_THREAD_LOCAL: Final = "std::thread::LocalKey"
_FLAGS: Final = re.compile(
    rb"((?:\s*#\[[^\]]*\]|\s*//[^\n]*\n)*)\s*(pub(?:\([^)]*\))?\s+)?"
    rb"struct\s+(\w+)\s*:\s*([^{]+?)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}"
)
# `($($item:item)*) => { $( #[..] $item )* }` alone: the items stand at the call as they are, attributes before each.
_HANDS_ON: Final = re.compile(
    r"macro_rules!\s*\w+\s*[{(\[]\s*[{(\[]\s*\$\(\s*\$(?P<item>\w+)\s*:\s*item\s*\)\s*\*\s*[})\]]\s*=>\s*[{(\[]\s*"
    r"\$\(\s*(?P<attributes>(?:#\[(?:[^\[\]$]|\[[^\[\]$]*\])*\]\s*)*)\$(?P=item)\s*\)\s*\*\s*[})\]]\s*;?\s*[})\]]\s*;?"
)
_CALLS_MACROS: Final = re.compile(rb"(?<!macro_rules)!\s*[({\[]")
_MAKES_ITEMS: Final = re.compile(
    rb"\b(?:struct|enum|union|trait|impl|fn|static|const|mod|type|use|macro_rules)\b|:\s*item\b|!\s*\{"
)
_FLAG: Final = re.compile(rb"\bconst\s+(\w+)\s*=")
_FLAG_METHODS: Final = (
    "pub const fn empty() -> Self {{}} pub const fn all() -> Self {{}} pub const fn bits(&self) -> {bits} {{}}"
    " pub const fn from_bits(bits: {bits}) -> ::core::option::Option<Self> {{}}"
    " pub const fn from_bits_truncate(bits: {bits}) -> Self {{}}"
    " pub const fn from_bits_retain(bits: {bits}) -> Self {{}}"
    " pub fn from_name(name: &str) -> ::core::option::Option<Self> {{}}"
    " pub const fn is_empty(&self) -> bool {{}} pub const fn is_all(&self) -> bool {{}}"
    " pub const fn intersects(&self, other: Self) -> bool {{}} pub const fn contains(&self, other: Self) -> bool {{}}"
    " pub fn insert(&mut self, other: Self) {{}} pub fn remove(&mut self, other: Self) {{}}"
    " pub fn toggle(&mut self, other: Self) {{}} pub fn set(&mut self, other: Self, value: bool) {{}}"
    " pub const fn intersection(self, other: Self) -> Self {{}} pub const fn union(self, other: Self) -> Self {{}}"
    " pub const fn difference(self, other: Self) -> Self {{}} pub const fn complement(self) -> Self {{}}"
    " pub const fn symmetric_difference(self, other: Self) -> Self {{}}"
)
_FLAG_OPERATORS: Final = {"BitOr": "bitor", "BitAnd": "bitand", "BitXor": "bitxor", "Sub": "sub"}


MacroPlace: TypeAlias = tuple[bytes, int]  # a text, and where in it a macro is called


class Expander:
    """Expands the item macros of all crates; keeps each expansion by its text."""

    def __init__(self, resolver: Resolver, crates: dict[str, CrateItems]) -> None:
        self._resolver = resolver
        self._crates = crates
        self._expansions: dict[int, tuple[bytes, Expansion]] = {}
        self._definitions: dict[int, MacroDefinition | None] = {}
        self._rules: dict[int, bytes] = {}
        self._wrappers: dict[int, tuple[Item, str | None]] = {}  # by macro, which is kept alive
        self._plain_members: dict[int, tuple[Node, list[Member]]] = {}  # by body, which is kept alive
        self._making: dict[tuple[int, str], bool] = {}  # by module and path of the macro
        self._files: dict[int, tuple[bytes, str]] = {}
        self.has_unbuilt = False  # some module that was looked into includes a file that no build has made

    def note_file(self, source: bytes, file: Path) -> None:
        """Remember which file a text is."""
        self._files[id(source)] = (source, str(file))

    def expansion_of(self, node: Node) -> Expansion | None:
        """The expansion that the node stands in; None in a file."""
        found = self._expansions.get(id(node.source))
        return found[1] if found is not None else None

    def text_of(self, node: Node) -> Expansion | SourceText:
        """The text that the node stands in, as macros see it."""
        found = self.expansion_of(node)
        if found is not None:
            return found
        known = self._files.get(id(node.source))
        return SourceText(known[1] if known is not None else "", node.source)

    # definitions
    def find_macro(self, module: Module, path: tuple[str, ...], place: MacroPlace | None = None) -> Item | None:
        """The definition of a `macro_rules!` macro: by textual scope for a single name, else by path.

        Of several of one name the last one before the place of the call counts.
        """
        if len(path) == 1:
            found = self._textual(module, path[0], place) or self._textual(module, path[0])
            if found is not None:
                return found
        target, taken = self._resolver.resolve(module, path, MACRO)
        if isinstance(target, Item) and target.kind == "macro" and taken == len(path):
            return target
        if len(path) == 2 and path[0] in ("crate", "$crate"):
            return self._exported(module.crate, path[1])
        if isinstance(target, Module) and taken == len(path) - 1:
            return self._exported(target.crate, path[-1])
        return self._of_macro_crates(module, path[0]) if len(path) == 1 else None

    def _exported(self, crate: CrateItems, name: str) -> Item | None:
        crate.root.collected()
        return crate.exported_macros.get(name) or self._textual(crate.root, name) or crate.exported_macro(name)

    def _of_macro_crates(self, module: Module, name: str) -> Item | None:
        for extern in module.crate.macro_crates:
            root, _ = self._resolver.resolve(module, ("::", extern), MACRO)
            if isinstance(root, Module):
                found = self._exported(root.crate, name)
                if found is not None:
                    return found
        return module.crate.exported_macros.get(name)

    def _textual(self, module: Module, name: str, place: MacroPlace | None = None) -> Item | None:
        at: Module | None = module
        while at is not None:
            found = _shared_macro(at, name, place)
            if found is not None:
                return found
            place = place if at.is_inline or place is None else _declared_at(at)
            at = at.parent
        return None

    def definition(self, item: Item) -> MacroDefinition | None:
        """The rules of a macro."""
        key = id(item)
        if key not in self._definitions:
            found = definitions_in(item.node, self.text_of(item.node), item.module.crate.edition)
            self._definitions[key] = found[0] if found else None
        return self._definitions[key]

    def expand_call(self, module: Module, call: Node) -> Expansion | None:
        """What a call of a `macro_rules!` macro becomes; None where its rules are not known or do not match."""
        macro = call.field("macro")
        tokens = call_range(call)
        if macro is None or tokens is None:
            return None
        path = tuple(part.strip().removeprefix("r#") for part in macro.text.split("::"))
        place = (call.source, call.start)
        item = self.find_macro(module, ("::", *path[1:]) if not path[0] else path, place)
        definition = self.definition(item) if item is not None else None
        if item is None or definition is None:
            return None
        crate_path = self._crate_path(item.module.crate, module.crate)
        found = expand(definition, self.text_of(call), *tokens, crate_path)
        return self._kept(found) if found is not None else None

    def expanded_type(self, module: Module, path: tuple[str, ...], tokens: str) -> str | None:
        """What a macro in the place of a type becomes, as text."""
        item = self.find_macro(module, path)
        definition = self.definition(item) if item is not None else None
        if item is None or definition is None:
            return None
        text = tokens.encode()
        crate_path = self._crate_path(item.module.crate, module.crate)
        found = expand(definition, SourceText("", text), 0, len(text), crate_path)
        return found.text.decode("utf-8", "replace") if found is not None else None

    def _crate_path(self, of: CrateItems, seen_from: CrateItems) -> bytes:
        if of is seen_from:
            return b"crate"
        seen_from.dependencies.setdefault(of.name, of.key)
        return b"::" + of.name.encode()

    def _kept(self, expansion: Expansion) -> Expansion:
        self._expansions[id(expansion.text)] = (expansion.text, expansion)
        return expansion

    # items
    def expand_module(self, module: Module, name: str | None = None) -> None:
        """Note the items of macro calls in the module: of all, or (in dependencies) of those that may define the name.

        The name may be empty: then only wrappers such as `cfg_if!` are entered, which cost nothing.
        """
        if module.is_expanding:
            return
        module.is_expanding = True
        try:
            self._expand_calls(module, name)
        finally:
            module.is_expanding = False

    def _expand_calls(self, module: Module, name: str | None) -> None:
        waiting: list[Call] = []
        for depth in range(_DEPTH):
            calls, module.calls = module.calls, []
            if not calls:
                break
            for noted in calls:
                call, rank, is_foreign = noted
                if module.is_block and not self.makes_items(module, call):
                    continue
                if name is not None and not self._may_define(module, call, name):
                    waiting.append(noted)
                    continue
                if _name(call) == "include" and min(rank, module.rank) > 0:
                    self._note_unbuilt(module, call)
                count = len(module.ordered)
                for tree, tree_rank in self._item_trees(module, call, depth):
                    collect_into(module, tree, min(rank, tree_rank), is_foreign=is_foreign)
                if _name(call) == "thread_local":
                    for item in module.ordered[count:]:
                        if isinstance(item, Item):
                            item.wrapper = _THREAD_LOCAL

        module.calls = waiting

    def _may_define(self, module: Module, call: Node, name: str) -> bool:
        """Whether the name stands in the call or in the macro's rules; those may also call other macros."""
        macro = _name(call)
        if macro in _WELL_KNOWN or find_macro(macro) is not None:
            return True
        if not name:
            return False
        word = name.encode()
        if call.source.find(word, call.start, call.end) >= 0:
            return True
        rules = self._rules.get(id(call))
        if rules is None:
            path = call.field("macro")
            item = self.find_macro(module, tuple(path.text.split("::"))) if path is not None else None
            rules = self._rules[id(call)] = item.node.text.encode() if item is not None else b""
        return word in rules or _CALLS_MACROS.search(rules) is not None

    def makes_items(self, module: Module, call: Node) -> bool:
        """Whether a macro that is called among statements may make items there."""
        path = call.field("macro")
        name = _name(call)
        if path is None or name in _WELL_KNOWN:
            return path is not None
        key = (id(module.nearest), path.text)
        known = self._making.get(key)
        if known is None or module.entries.get(name):
            row = find_macro(name)
            is_wrapper = row is not None and row.entry in (Entry.ITEMS, Entry.ITEM_BRANCHES)
            segments = tuple(part.strip() for part in path.text.split("::"))
            item = self.find_macro(module, segments if segments[0] else ("::", *segments[1:]))
            known = is_wrapper if item is None else _has_item_word(item.node)
            self._making[key] = known
        return known

    def _item_trees(self, module: Module, call: Node, depth: int) -> Iterator[tuple[Node, float]]:
        name = _name(call)
        if depth >= _DEPTH:
            return
        handler = _WELL_KNOWN.get(name)
        if handler is not None:
            tree = handler(self, module, call)
            if tree is not None:
                yield tree, 1.0
                return
        row = find_macro(name)
        if row is not None and row.entry is Entry.ITEM_BRANCHES:
            yield from _wrapped(call, module.crate, is_branched=True)
            return
        attributes = self._handed_on(module, call)
        tokens = call.child("token_tree") if attributes is not None else None
        tree = items_of(tokens) if tokens is not None else None
        if tree is not None and attributes is not None:
            yield tree, likelihood(attributes, module.crate.features)
            return
        expansion = self.expand_call(module, call)
        tree = expansion_tree(expansion, "items") if expansion is not None else None
        if tree is not None:
            yield self._with_source(tree, expansion), 1.0
        elif row is not None and row.entry is Entry.ITEMS:
            yield from _wrapped(call, module.crate, is_branched=False)

    def _handed_on(self, module: Module, call: Node) -> str | None:
        """What a macro puts before each of its items, where that is all that its one rule does (`cfg_rt!`)."""
        macro = call.field("macro")
        if macro is None or call.child("token_tree") is None:
            return None
        path = tuple(part.strip().removeprefix("r#") for part in macro.text.split("::"))
        item = self.find_macro(module, ("::", *path[1:]) if not path[0] else path)
        if item is None:
            return None
        if id(item) not in self._wrappers:
            rule = _HANDS_ON.fullmatch(item.node.text)
            self._wrappers[id(item)] = (item, rule["attributes"] if rule is not None else None)
        return self._wrappers[id(item)][1]

    def _with_source(self, tree: Node, expansion: Expansion | None) -> Node:
        if expansion is not None and tree.source is not expansion.text:
            self._expansions[id(tree.source)] = (tree.source, expansion)
        return tree

    def members(self, module: Module, body: Node, depth: int = 0) -> list[Member]:
        """The members of an impl, trait or extern block, those that macros make included."""
        known = self._plain_members.get(id(body))
        if known is not None:
            return known[1]
        found: list[Member] = []
        written = members(body, module.crate.features)
        if all(member.kind != "call" for member in written):
            self._plain_members[id(body)] = (body, written)
            return written
        for member in written:
            if member.kind != "call":
                found.append(member)
            elif depth < _DEPTH:
                for tree, rank in self._item_trees(module, member.node, depth):
                    found += [
                        inner._replace(rank=min(inner.rank, rank, member.rank))
                        for inner in self.members(module, tree, depth + 1)
                    ]
        return found

    # macros of std and of well-known crates
    def _include(self, module: Module, call: Node) -> Node | None:
        """The file that the call names: its items stand in the module, and their texts are that file's."""
        place = self._include_place(module, call)
        found = included_file(*place, module.crate.source_root, module.crate.out_dirs) if place is not None else None
        return module.crate.read(found) if found is not None and place is not None and found != place[1] else None

    def _include_place(self, module: Module, call: Node) -> tuple[str, Path] | None:
        """What the call names, and the file around it."""
        tokens = call_range(call)
        around = self.text_of(call).segments_within(call.start, call.end) if tokens is not None else ()
        file = next((Path(segment.file) for segment in around if segment.file), module.nearest.file)
        if tokens is None or file is None:
            return None
        return call.source[slice(*tokens)].decode("utf-8", "replace"), file

    def _note_unbuilt(self, module: Module, call: Node) -> None:
        """Remember that items are missing in the module: nobody has built what would hold them."""
        place = self._include_place(module, call)
        if place is None or not is_of_build(place[0]):
            return
        text, file = place
        if included_file(text, file, module.crate.source_root, module.crate.out_dirs) is None:
            segment = next((one for one in self.text_of(call).segments_within(call.start, call.end) if one.file), None)
            tree = module.crate.read(file)
            before = segment.offset if segment is not None and tree is not None else 0
            line = tree.source.count(b"\n", 0, before) + 1 if tree is not None else 1
            module.unbuilt.append(Unbuilt(str(file), line, " ".join(text.split())))
            self.has_unbuilt = True

    def _thread_local(self, _module: Module, call: Node) -> Node | None:
        tokens = call_range(call)
        if tokens is None:
            return None
        start, end = tokens
        tree = parse_items(call.source, start, end)
        if tree is not None:
            return tree
        text = call.source[start:end] + b";"
        origin = self.text_of(call)
        segments = [
            Segment(part.start - start, part.end - start, *part[2:]) for part in origin.segments_within(start, end)
        ]
        expansion = self._kept(Expansion(text, segments, [], None))
        return expansion_tree(expansion, "items")

    def _bitflags(self, _module: Module, call: Node) -> Node | None:
        tokens = call_range(call)
        if tokens is None:
            return None
        text = b"\n".join(_flag_items(match) for match in _FLAGS.finditer(call.source, *tokens))
        if not text:
            return None
        expansion = self._kept(Expansion(text, [], [], None))
        return expansion_tree(expansion, "items")


def _flag_items(match: re.Match[bytes]) -> bytes:
    """A struct of `bitflags!` as the items that it stands for; its functions have no bodies that anyone reads."""
    attributes, visibility, name, bits, flags = (
        part.decode("utf-8", "replace") if part else "" for part in match.groups()
    )
    consts = " ".join(f"pub const {flag[1].decode()}: Self = Self(0);" for flag in _FLAG.finditer(flags.encode()))
    operators = "".join(
        f"impl ::core::ops::{trait} for {name} {{ type Output = Self; fn {method}(self, other: Self) -> Self {{}} }}"
        f"impl ::core::ops::{trait}Assign for {name} {{ fn {method}_assign(&mut self, other: Self) {{}} }}"
        for trait, method in _FLAG_OPERATORS.items()
    )
    derives = " ".join(re.findall(r"#\[\s*derive\([^)]*\)\s*\]", attributes))
    return (
        f"{derives} {visibility}struct {name}({bits}); impl {name} {{ {consts} {_FLAG_METHODS.format(bits=bits)} }}"
        f"impl ::core::ops::Not for {name} {{ type Output = Self; fn not(self) -> Self {{}} }}{operators}"
    ).encode()


_WELL_KNOWN: Final = {
    "include": Expander._include,  # noqa: SLF001
    "thread_local": Expander._thread_local,  # noqa: SLF001
    "bitflags": Expander._bitflags,  # noqa: SLF001
}


def _name(call: Node) -> str:
    macro = call.field("macro")
    return macro.text.rpartition("::")[2].strip() if macro is not None else ""


def _macro_in(module: Module, name: str, place: MacroPlace | None = None) -> Item | None:
    found = [entry for entry in module.entries.get(name, ()) if isinstance(entry, Item) and entry.kind == "macro"]
    if place is None:
        return max(found, key=lambda item: item.rank) if found else None
    source, at = place
    before = [one for one in found if one.node.source is not source or one.node.start < at]
    return max(reversed(before), key=lambda item: item.rank) if before else None


def _declared_at(module: Module) -> MacroPlace | None:
    """Where the `mod x;` stands that names a module's file."""
    items = module.parent.submodules if module.parent is not None else []
    node = next((item.node for item in items if item.name == module.name), None)
    return (node.source, node.start) if node is not None else None


def _has_item_word(definition: Node) -> bool:
    """Whether a macro's rules have a word that begins an item; `macro_rules! name` itself does not count."""
    name = definition.field("name")
    start = name.end if name is not None else definition.start
    return _MAKES_ITEMS.search(definition.source, start, definition.end) is not None


def _shared_macro(module: Module, name: str, place: MacroPlace | None = None) -> Item | None:
    """A macro that a module defines, or one of its `#[macro_use]` modules, however deep."""
    found = _macro_in(module, name, place)
    if found is not None:
        return found
    for item in module.submodules:
        if "macro_use" in item.attributes:
            found = _shared_macro(module.crate.module_of(item).collected(), name)
            if found is not None:
                return found
    return None


def _wrapped(call: Node, crate: CrateItems, *, is_branched: bool) -> Iterator[tuple[Node, float]]:
    tokens = call.child("token_tree")
    if tokens is None:
        return
    if not is_branched:
        tree = _entered(tokens)
        if tree is not None:
            yield tree, 1.0
        return
    remaining = 1.0
    for branch in branches_of(tokens):
        rank = min(remaining, likelihood(branch.condition, crate.features))
        remaining = min(remaining, 1.0 - rank)
        is_wanted = rank > 0 or crate.has_inactive
        tree = _entered(branch.braces) if is_wanted and branch.braces is not None else None
        if tree is not None:
            yield tree, rank


def _entered(tokens: Node) -> Node | None:
    """The items of a token tree, parsed once: they become its children."""
    if any(child.kind in ITEM_KINDS for child in tokens.children):
        return tokens
    items = parse_items(tokens.source, tokens.start + 1, tokens.end - 1)
    if items is None:
        return None
    tokens.children = items.children
    for item in tokens.children:
        item.parent = tokens
    return tokens
