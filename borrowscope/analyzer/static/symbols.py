"""The world of definitions: std's catalog and all crates as one `Definitions`, and the bodies to infer.

In: the catalog and `CrateSource` values. Out: answers by canonical path, and `ItemContext` values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from borrowscope.analyzer.static.attribute_macros import AttributeMacros
from borrowscope.analyzer.static.crate_cache import CrateCache, Reader, Writer
from borrowscope.analyzer.static.crates import CrateSource, Trees
from borrowscope.analyzer.static.definitions import (
    Alias,
    Bound,
    Definitions,
    Function,
    Generic,
    Impl,
    Trait,
    TypeDef,
    Value,
)
from borrowscope.analyzer.static.impl_index import ImplIndex
from borrowscope.analyzer.static.item_contexts import ItemContexts
from borrowscope.analyzer.static.item_expansion import Expander
from borrowscope.analyzer.static.item_shape import filled
from borrowscope.analyzer.static.item_tree import (
    TYPE,
    VALUE,
    CrateItems,
    Import,
    Item,
    Module,
    all_modules,
)
from borrowscope.analyzer.static.layout import Layout, ModuleFinder, module_rows
from borrowscope.analyzer.static.lowering import Lowering
from borrowscope.analyzer.static.resolution import Found, Resolver, StdModule, StdNames
from borrowscope.analyzer.static.scopes import ItemContext, Target, target_of
from borrowscope.analyzer.static.types import Ty, substitute
from borrowscope.analyzer.static.visible_paths import VisiblePaths, mentions, visible_paths
from borrowscope.parse.syntax import Node

__all__ = ["ItemContext", "World"]

_STD: Final = frozenset({"std", "core", "alloc", "proc_macro"})


class Catalog(Definitions, StdNames, Protocol):
    """Std's catalog."""


class World:
    """All definitions. `crates` are the names of the workspace's crates, as their paths begin.

    `wanted` are the files whose bodies will be asked for, where these are not all. With `layouts` (by crate) only those
    modules of the workspace are read that somebody asks for.
    """

    def __init__(
        self,
        catalog: Catalog,
        sources: Iterable[CrateSource],
        trees: Trees | None = None,
        cache: CrateCache | None = None,
        wanted: Container[str] | None = None,
        *,
        layouts: Mapping[str, Layout] | None = None,
    ) -> None:
        self._catalog = catalog
        self._layouts = layouts or {}
        self._finders: dict[str, ModuleFinder] = {}
        self._sources = {source.key: source for source in sources}
        self._trees = trees or Trees()
        self._crates: dict[str, CrateItems] = {}
        self._by_name: dict[str, CrateItems] = {}
        self._indexes: dict[str, ImplIndex] = {}
        self._types: dict[str, TypeDef | Alias | None] = {}
        self._traits: dict[str, Trait | None] = {}
        self._traits_in: dict[int, frozenset[str]] = {}
        self._visible: dict[str, dict[str, str]] = {}
        self._direct: dict[str, tuple[CrateItems, ...]] = {}
        self._impls: dict[tuple[str, str], Sequence[Impl]] = {}
        self._with: dict[str, Sequence[Trait]] = {}
        self._local: dict[tuple[str, int], Item] = {}
        self._blocks: dict[int, Module] = {}  # by id of the node, which the module keeps
        self._loaded = 0
        self._cache = cache
        self._wanted = wanted
        self._remembered: set[str] = set()
        self._seen_traits: set[str] = set()
        self._seen_members: dict[str, list[Item]] = {}
        self.resolver = Resolver(catalog, self)
        self._visible_paths = VisiblePaths(self, self.resolver)
        self._attribute_macros = AttributeMacros(self.resolver, self._sources, self._trees)
        self.expander = Expander(self.resolver, self._crates)
        self.lowering = Lowering(self)
        self._contexts = ItemContexts(self)
        self.crates = [self._load(source).name for source in self._sources.values() if source.is_workspace]

    # crates
    def _load(self, source: CrateSource) -> CrateItems:
        crate = self._crates.get(source.key)
        if crate is not None:
            return crate
        name, number = source.name, 1
        while name in self._by_name:
            number += 1
            name = f"{source.name}#{number}"
        crate = CrateItems(
            source.key,
            name,
            source.edition,
            source.features,
            self._read,
            self.expander.expand_module,
            dict(source.dependencies),
            has_inactive=source.is_workspace,
            wanted=self._wanted,
            source_root=source.root,
            out_dirs=source.out_dirs,
        )
        folder = source.root.parent
        crate.root = Module(crate, name, name, None, file=source.root, file_folder=folder, module_folder=folder)
        self._crates[source.key] = self._by_name[name] = crate
        self._indexes[name] = ImplIndex(self.lowering, crate)
        if name in self._layouts:
            self._finders[name] = ModuleFinder(crate, self._layouts[name])
            self._indexes[name].expect(self._layouts[name], self._finders[name])
        self._recall(source, crate)
        self._loaded += 1
        self._impls.clear()
        return crate

    def _recall(self, source: CrateSource, crate: CrateItems) -> None:
        """Take a dependency from the cache, where it is."""
        found = self._cache.find(source) if self._cache is not None else None
        if found is not None:
            reader = Reader(crate, *found)
            reader.build()
            self._indexes[crate.name].remembered(reader.entries)
            self._visible[crate.name] = reader.visible
            self._remembered.add(source.key)
            reader.macros()

    def remember(self) -> None:
        """Put the dependencies that were read into the cache."""
        for key, crate in list(self._crates.items()):
            source = self._sources[key]
            if self._cache is None or key in self._remembered or self._cache.path_of(source) is None:
                continue
            writer = Writer(crate, self._indexes[crate.name], self.expander.members)
            facts = writer.facts(source, self.own_visible_paths(crate))
            if not any(module.unbuilt for module in all_modules(crate.root)):  # what is missing is there soon
                self._cache.store(source, *facts)

    def _read(self, path: Path) -> Node | None:
        tree = self._trees.read(path)
        if tree is not None:
            self.expander.note_file(tree.source, path)
        return tree

    def extern_crate(self, crate: CrateItems, name: str) -> Module | StdModule | None:
        """The root of what the crate calls `name`: a dependency, what `extern crate` in the root names, or std's."""
        key = crate.dependencies.get(name)
        source = self._sources.get(key) if key is not None else None
        if source is not None:
            return None if source.is_proc_macro else self._load(source).root
        renamed = _extern_crates(crate).get(name)
        if renamed is not None and renamed != name:
            return crate.root if renamed == "self" else self.extern_crate(crate, renamed)
        return StdModule(name) if name in _STD else None

    def name_in(self, crate: CrateItems, other: CrateItems) -> str:
        """What a crate calls another one."""
        for name, given in _extern_crates(crate).items():
            if name != given and crate.dependencies.get(given) == other.key:
                return name
        return other.name

    def expand(
        self, alias: Alias, args: tuple[Ty, ...], hole: Callable[[], Ty] | None = None, fill: str = "default"
    ) -> Ty:
        """What an alias stands for with these arguments."""
        params = alias.generics.params
        if not params:
            return alias.target
        values = filled(params, args, hole, fill)
        return substitute(alias.target, dict(zip((param.name for param in params), values, strict=True)))

    # by path
    def _item(self, path: str, namespace: int) -> Item | None:
        crate = self.crate_of(path)
        if crate is None:
            return None
        module = crate.root
        segments = path.split("::")[1:]
        for segment in segments[:-1]:
            found = self._own(module, segment, TYPE)
            if found is None or found.kind != "mod":
                return self._local.get((path, namespace))
            module = crate.module_of(found)
        return (self._own(module, segments[-1], namespace) if segments else None) or self._local.get((path, namespace))

    def _own(self, module: Module, name: str, namespace: int) -> Item | None:
        entries = [
            entry
            for entry in module.collected().entries.get(name, ())
            if isinstance(entry, Item) and entry.namespaces & namespace
        ]
        return max(entries, key=lambda item: item.rank) if entries else None

    def find_type(self, path: str) -> TypeDef | Alias | None:
        """A type or alias by canonical path."""
        if path in self._types:
            return self._types[path]
        found: object = None
        item = self._item(path, TYPE)
        if item is not None:
            found = self.lowering.lowered(item)
        elif self.crate_of(path) is None:
            found = self._catalog.find_type(path)
        result = found if isinstance(found, (TypeDef, Alias)) else None
        self._types[path] = result
        return result

    def crates_alone(self) -> list[Path]:
        """The roots of the workspace's crates around which nobody knows the dependencies."""
        return [source.root for source in self._sources.values() if source.is_workspace and source.features is None]

    def unrun_scripts(self) -> list[Path]:
        """The build scripts of the workspace's packages that set cfg flags, and that no build has run yet."""
        scripts = (source.unrun_script for source in self._sources.values() if source.is_workspace)
        return list(dict.fromkeys(script for script in scripts if script is not None))

    def attributes_of(self, path: str) -> str:
        """The attributes of a type's definition; nothing of std's types and of remembered ones."""
        item = self._item(path, TYPE)
        return item.attributes if item is not None else ""

    def find_trait(self, path: str) -> Trait | None:
        """A trait by canonical path."""
        if path in self._traits:
            return self._traits[path]
        found: object = None
        item = self._item(path, TYPE)
        if item is not None:
            found = self.lowering.lowered(item)
        elif self.crate_of(path) is None:
            found = self._catalog.find_trait(path)
        result = found if isinstance(found, Trait) else None
        self._traits[path] = result
        return result

    def find_function(self, path: str) -> Function | None:
        """A free function by canonical path."""
        item = self._item(path, VALUE)
        found = self.lowering.lowered(item) if item is not None else None
        if item is None and self.crate_of(path) is None:
            return self._catalog.find_function(path)
        return found if isinstance(found, Function) else None

    def find_value(self, path: str) -> Value | None:
        """A const or static by canonical path."""
        item = self._item(path, VALUE)
        found = self.lowering.lowered(item) if item is not None else None
        if item is None and self.crate_of(path) is None:
            return self._catalog.find_value(path)
        return found if isinstance(found, Value) else None

    # impls
    def _own_indexes(self) -> list[ImplIndex]:
        return [self._indexes[name] for name in self.crates]

    def _indexes_for(self, *paths: str) -> Iterator[ImplIndex]:
        """The indexes of the crates that may have impls for these paths: their own, and whatever is read already."""
        own = {path.partition("::")[0] for path in paths}
        for name, index in list(self._indexes.items()):
            if name in own or index.is_built or self._sources[self._by_name[name].key].is_workspace:
                yield index

    def inherent_functions(self, head: str, name: str) -> Sequence[tuple[Impl, Function]]:
        """Functions of that name in inherent impls of types with the head."""
        crate = self.crate_of(head)
        if crate is not None:
            return self._indexes[crate.name].inherent_functions(head, name)
        found = list(self._catalog.inherent_functions(head, name))
        return found + [pair for index in self._dyn_indexes(head) for pair in index.inherent_functions(head, name)]

    def _dyn_indexes(self, head: str) -> Iterator[ImplIndex]:
        """Inherent impls of `dyn Trait` stand in the trait's crate; no other head without a path has any."""
        if head == "dyn":
            yield from self._indexes_for()

    def inherent_consts(self, head: str, name: str) -> Sequence[tuple[Impl, Ty]]:
        """Consts of that name in inherent impls of types with the head."""
        crate = self.crate_of(head)
        if crate is not None:
            return self._indexes[crate.name].inherent_consts(head, name)
        return self._catalog.inherent_consts(head, name)

    def impls(self, trait: str, head: str) -> Sequence[Impl]:
        """Impls of the trait for self types with the head; `""` gives the blanket ones."""
        key = (trait, head)
        found = self._impls.get(key)
        if found is None:
            loaded = self._loaded
            made = list(self._catalog.impls(trait, head))
            for index in self._indexes_for(trait, head):
                made += index.impls(trait, head)
            found = made
            if loaded == self._loaded:
                self._impls[key] = found
        return found

    def traits_with(self, name: str) -> Sequence[Trait]:
        """The traits that declare a function of that name; those of dependencies as far as a scope has had them."""
        found = self._with.get(name)
        if found is None:
            made = list(self._catalog.traits_with(name))
            items = [item for index in self._own_indexes() for item in index.traits_with(name)]
            for item in items + self._seen_members.get(name, []):
                trait = self.lowering.lowered(item)
                if isinstance(trait, Trait):
                    made.append(trait)
            found = self._with[name] = made
        return found

    def block_within(self, outer: Module, node: Node, path: str) -> Module:
        """A block that holds items, as a module; its items are below the path."""
        known = self._blocks.get(id(node))
        if known is None:
            known = self._blocks[id(node)] = Module(
                outer.crate,
                path,
                "",
                outer,
                node=node,
                file=outer.file,
                file_folder=outer.file_folder,
                module_folder=outer.module_folder,
                is_inline=True,
                is_block=True,
                rank=outer.rank,
            )
            self.add_block(known)
        return known

    def add_block(self, module: Module) -> None:
        """Note a block that holds items, and the modules in it: their impls count everywhere, their items by path."""
        for inner in all_modules(module):
            self._add_local(inner)

    def _add_local(self, module: Module) -> None:
        for item in module.ordered:
            if isinstance(item, Item):
                self._local.setdefault((item.path, TYPE if item.namespaces & TYPE else VALUE), item)
                self._types.pop(item.path, None)
                self._traits.pop(item.path, None)
        if module.impls or module.traits or any(isinstance(i, Item) and i.attributes for i in module.ordered):
            self._indexes[module.crate.name].add(module)
            self._impls.clear()
            self._with.clear()

    # traits
    def supers(self, trait: str) -> Sequence[Bound]:
        """The supertraits of a trait."""
        item = self._item(trait, TYPE)
        if item is not None:
            return self.lowering.supers_of(item) if item.kind == "trait" else ()
        found = self.find_trait(trait)
        return found.supers if found is not None else ()

    def associated_names(self, trait: str) -> frozenset[str]:
        """The names of the associated types that a trait itself declares."""
        item = self._item(trait, TYPE)
        if item is not None:
            if item.kind != "trait":
                return frozenset()
            members = self.lowering.trait_owner(item).members
            return frozenset(name for name, member in members.items() if member.kind == "type")
        found = self.find_trait(trait)
        return frozenset(found.assoc) if found is not None else frozenset()

    def trait_parameters(self, trait: str) -> Sequence[Generic]:
        """The parameters of a trait with their defaults."""
        item = self._item(trait, TYPE)
        if item is not None:
            parameters = self.lowering.parameters_of(item)
            return self.lowering.read_parameters(item, parameters) if parameters else ()
        found = self.find_trait(trait)
        return found.generics.params if found is not None else ()

    def associated_constant(self, crate: CrateItems, head: str, name: str) -> int | None:
        """The value of an associated constant of a type, as a crate sees it."""
        for name_of_crate in dict.fromkeys((crate.name, head.partition("::")[0])):
            index = self._indexes.get(name_of_crate)
            value = index.constant(head, name) if index is not None else None
            if value is not None:
                return value
        return None

    def traits_in(self, module: Module) -> frozenset[str]:
        """The canonical paths of the traits in scope in a module or block."""
        known = self._traits_in.get(id(module))
        if known is None:
            found = set()
            for trait in self.resolver.traits_within(module):
                found.add(trait.path)
                if isinstance(trait, Item) and trait.path not in self._seen_traits:
                    self._see_trait(trait)
            if module.is_block and module.parent is not None:
                found |= self.traits_in(module.parent)
            else:
                prelude = self._catalog.prelude(module.crate.edition).values()
                found |= {entry.path for entry in prelude if entry.kind == "trait"}
            known = self._traits_in[id(module)] = frozenset(found)
        return known

    def _see_trait(self, item: Item) -> None:
        """Remember the functions of a dependency's trait: they are called by name from now on."""
        self._seen_traits.add(item.path)
        if item.module.crate.name not in self.crates:
            for name, member in self.lowering.trait_owner(item).members.items():
                if member.kind == "fn":
                    self._seen_members.setdefault(name, []).append(item)
                    self._with.pop(name, None)

    def target(self, found: Found) -> Target | None:
        """What the inference gets for what resolution found."""
        return target_of(self, found)

    # how items are called in other crates
    def seen_from(self, crate: str, path: str) -> str:
        """An item's path as a crate of the workspace prints it."""
        return self._visible_paths.seen_from(self._by_name[crate], path)

    def called_from(self, crate: str, path: str) -> str:
        """The path of a function, constant, static or member of a type as a crate of the workspace prints it."""
        parent, _, name = path.rpartition("::")
        of, own = self.crate_of(path), self._by_name[crate]
        if of is None or of is own:
            return path
        if self.find_type(parent) is not None or self.find_trait(parent) is not None:
            return f"{self.seen_from(crate, parent)}::{name}"
        return self._visible_paths.value_seen_from(own, path)

    def is_moved(self, path: str) -> bool:
        """Whether an attribute's macro may have put a type into a module of its own: nobody knows its path then."""
        item = self._item(path, TYPE)
        return item is not None and self._attribute_macros.may_move(item)

    def own_visible_paths(self, crate: CrateItems) -> dict[str, str]:
        """The paths by which a crate itself makes its items visible."""
        found = self._visible.get(crate.name)
        if found is None:
            self._visible[crate.name] = {}
            found = self._visible[crate.name] = visible_paths(crate.root, self.resolver)
        return found

    def crate_of(self, path: str) -> CrateItems | None:
        """The crate that a canonical path begins with; None for std."""
        return self._by_name.get(path.partition("::")[0])

    def direct_dependencies(self, crate: CrateItems) -> tuple[CrateItems, ...]:
        """The crates that a crate names itself."""
        found = self._direct.get(crate.name)
        if found is None:
            sources = [self._sources[key] for key in self._named(crate) if key in self._sources]
            found = self._direct[crate.name] = tuple(self._load(each) for each in sources if not each.is_proc_macro)
        return found

    def _named(self, crate: CrateItems) -> list[str]:
        """The keys of the crates that a crate names."""
        if crate.name in self._layouts:
            return self._layouts[crate.name].named
        given = self._sources[crate.key].dependencies.items()
        return list(dict.fromkeys(key for name, key in given if key in self._sources and mentions(crate, name)))

    def depends_on(self, crate: CrateItems, other: CrateItems) -> bool:
        """Whether the other crate is among what a crate needs, directly or not."""
        waiting, seen = [crate.key], {crate.key}
        while waiting:
            for key in self._sources[waiting.pop()].dependencies.values():
                if key == other.key:
                    return True
                if key not in seen and key in self._sources:
                    seen.add(key)
                    waiting.append(key)
        return False

    # bodies
    def item_contexts(self, crate: str) -> Iterator[ItemContext]:
        """Every function with a body, const and static of a crate, module by module."""
        for module in self.modules(crate):
            yield from self.contexts_of(module)

    def modules(self, crate: str) -> Iterator[Module]:
        """The modules of a crate; of several that one file makes, the likeliest."""
        found = list(all_modules(self._by_name[crate].root))
        best: dict[Path | None, float] = {}
        for module in found:
            if not module.is_inline:
                best[module.file] = max(best.get(module.file, 0.0), module.rank)
        return iter([module for module in found if _of_file(module).rank >= best.get(module.file, 0.0)])

    def modules_of(self, crate: str, files: Container[str]) -> dict[str, list[Module]]:
        """The modules of a crate that these files make, where a layout tells."""
        finder, layout = self._finders[crate], self._layouts[crate]
        return {file: finder.of_file(file) for file in layout.files if file in files}

    def layout(self, crate: str) -> Layout:
        """Where things of the crate are."""
        found = self._by_name[crate]
        modules = list(all_modules(found.root))
        numbers = {id(module): number for number, module in enumerate(modules)}
        layout = Layout(module_rows(modules), named=self._named(found))
        for module in self.modules(crate):
            if module.file is not None:
                layout.files.setdefault(str(module.file), []).append(numbers[id(module)])
        self._indexes[crate].fill(layout)
        return layout

    def contexts_of(self, module: Module, at: Collection[int] | None = None) -> Iterator[ItemContext]:
        """The items of one module or block; with offsets those that stand there in the module's file."""
        return self._contexts.contexts_of(module, at)

    def find_impl(self, path: str) -> Impl | None:
        """The impl below whose path the items inside its functions are."""
        return self._contexts.find_impl(path)


def _of_file(module: Module) -> Module:
    """The module that the file is which a module stands in."""
    while module.is_inline and module.parent is not None:
        module = module.parent
    return module


def _extern_crates(crate: CrateItems) -> dict[str, str]:
    """The names of the root's `extern crate` items: all modules know them, by the crates' own names."""
    if crate.extern_crates is None:
        if crate.root is None or not crate.root.is_collected:
            return {}
        entries = [entry for found in crate.root.entries.values() for entry in found if isinstance(entry, Import)]
        named = sorted((entry for entry in entries if entry.is_extern_crate), key=lambda entry: entry.rank)
        crate.extern_crates = {entry.name: entry.path[0] for entry in named if entry.rank > 0}
    return crate.extern_crates
