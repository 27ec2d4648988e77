"""The standard library as the static source knows it: committed facts, read when asked for.

In: `tables/std_catalog/facts.json` (written by `scripts/catalog`). Out: `StdCatalog`, which answers as `Definitions`
and tells names by module. A row's types are read at the first question about it, then kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Any, Final, NamedTuple

from borrowscope.analyzer.static.definitions import (
    NO_GENERICS,
    Alias,
    AssocType,
    Bound,
    Function,
    Generic,
    Generics,
    Impl,
    Trait,
    TypeDef,
    Value,
    Variant,
)
from borrowscope.analyzer.static.lazy_members import LazyMembers
from borrowscope.analyzer.static.type_reader import (
    Segment,
    read_arguments,
    read_bounds,
    read_generics,
    read_type,
)
from borrowscope.analyzer.static.types import (
    PRIMITIVES,
    SELF,
    UNIT,
    UNKNOWN,
    Kind,
    Projection,
    TraitRef,
    Ty,
    make,
    make_bounded,
    make_const,
    make_param,
    make_projection,
    rebuild,
    substitute,
)
from borrowscope.tables.std_catalog import ARCH, ARCH_MODULE, BETWEEN, FACTS, FIELD, PART, short_names

Facts = Mapping[str, Any]
PRELUDES: Final = ((2024, "rust_2024"), (2021, "rust_2021"), (0, "rust_2015"))
_SHAPES: Final = {"(": "tuple", "{": "named"}
_NUMBER: Final = re.compile(r"(\d[\d_]*)(?:usize|u\d+|i\d+|isize)?\Z")


class Entry(NamedTuple):
    """What a name in a module of std means: kind as in `use` trees (`mod`, `struct`, ...), canonical path."""

    kind: str
    path: str


class Scope:
    """What names mean in one row: its parameters, then std's types and traits by their short names."""

    __slots__ = ("_catalog", "_origin", "_owner", "added", "opaque", "parameters")

    def __init__(
        self, catalog: StdCatalog, parameters: frozenset[str], owner: Trait | None = None, origin: str = ""
    ) -> None:
        self._catalog = catalog
        self.parameters = parameters
        self._owner = owner
        self._origin = origin
        self.added: list[tuple[str, list[TraitRef]]] = []  # `impl Trait` parameters
        self.opaque: int | None = None  # the number of opaque types so far, where a result is read

    def path(self, segments: list[Segment]) -> Ty:
        """The type that a path names."""
        name, args = segments[0]
        if name in self.parameters or name == "Self":
            return self._associated(SELF if name == "Self" else make_param(name), segments[1:])
        joined = name if len(segments) == 1 else "::".join([segment[0] for segment in segments])
        found = self._catalog.types_by_name.get(joined)
        if found is not None:
            return self._catalog.apply(found, segments[-1][1])
        return make(name) if name in PRIMITIVES and not args and len(segments) == 1 else UNKNOWN

    def _associated(self, ty: Ty, segments: Sequence[Segment]) -> Ty:
        for name, _ in segments:
            found = self._own_associated(name) if ty is SELF else None
            ty = found if found is not None else make_projection("", name, (ty,))
        return ty

    def _own_associated(self, name: str) -> Ty | None:
        """`Self::Name` in a trait: its own associated type or one of its supertraits'."""
        owner = self._owner
        if owner is None:
            return None
        args = tuple([make_param(generic.name) for generic in owner.generics.params])
        supers = owner.supers
        while name not in owner.assoc:
            for bound in supers:
                above = self._catalog.find_trait(bound.trait)
                if above is not None and name in self._catalog.associated_names(bound.trait):
                    mapping = dict(zip([generic.name for generic in above.generics.params], bound.args, strict=False))
                    owner, args = above, bound.args
                    supers = tuple(
                        [one._replace(args=tuple([substitute(ty, mapping) for ty in one.args])) for one in above.supers]
                    )
                    break
            else:
                return None
        return make_projection(owner.path, name, (SELF, *args))

    def trait(self, segments: list[Segment]) -> str | None:
        """The canonical path of the trait that a path names."""
        return self._catalog.traits_by_name.get("::".join([segment[0] for segment in segments]))

    def hole(self) -> Ty:
        """Nothing stands for `_` in a declaration."""
        return UNKNOWN

    def macro(self, path: tuple[str, ...], tokens: str) -> Ty:  # noqa: ARG002 - std's documentation has none
        """A macro in the place of a type: not known."""
        return UNKNOWN

    def anonymous(self, text: str, bounds: list[TraitRef]) -> Ty:
        """`impl Trait` of an argument: a parameter more; of a result: an opaque type."""
        if self.opaque is not None:
            self.opaque += 1
            origin = self._origin if self.opaque == 1 else f"{self._origin}#{self.opaque}"
            return make_bounded(Kind.OPAQUE, bounds, (), origin)
        while any(name == text for name, _ in self.added):
            text += " "  # two arguments are two parameters, with one text
        self.added.append((text, bounds))
        return make_param(text)

    def length(self, text: str) -> Ty:
        """A constant of a type: a parameter or a number."""
        text = text.strip().removeprefix("{").removesuffix("}").strip()
        if text in self.parameters:
            return make_param(text)
        number = _NUMBER.match(text)
        if number is not None:
            return make_const(number.group(1).replace("_", ""))
        return make_const(text) if text in {"true", "false"} else UNKNOWN


class StdCatalog:
    """Std's items by canonical path. All answers are kept: the same question has the same object for an answer."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._has_arch = False
        self.version: str = facts["version"]
        self._types: dict[str, TypeDef | Alias | None] = {}
        self._traits: dict[str, Trait | None] = {}
        self._functions: dict[str, Function | None] = {}
        self._values: dict[str, Value | None] = {}
        self._inherent: dict[str, _Members] = {}
        self._impls: dict[tuple[str, str], tuple[Impl, ...]] = {}
        self._children: dict[str, Mapping[str, tuple[Entry, ...]]] = {}
        self._preludes: dict[str, Mapping[str, Entry]] = {}
        self._traits_with: dict[str, tuple[Trait, ...]] = {}
        self._generics: dict[tuple[str, str], Generics] = {}

    @cached_property
    def _short_names(self) -> dict[str, str]:
        return short_names([*self._facts["types"], *self._facts["traits"]])

    @cached_property
    def types_by_name(self) -> dict[str, str]:
        """Paths of types by the names that the rows use."""
        types = self._facts["types"]
        return {name: path for name, path in self._short_names.items() if path in types}

    @cached_property
    def traits_by_name(self) -> dict[str, str]:
        """Paths of traits by the names that the rows use."""
        traits = self._facts["traits"]
        return {name: path for name, path in self._short_names.items() if path in traits}

    def scope(self, parameters: str) -> Scope:
        """The scope of a row with such parameters (`T, const N: usize`)."""
        return Scope(self, _names(parameters))

    # names
    def children(self, module: str) -> Mapping[str, tuple[Entry, ...]]:
        """The public names directly in a module of std, core or alloc."""
        found = self._children.get(module)
        if found is None:
            names: dict[str, list[Entry]] = {}
            if "::arch" in module:
                self._take_arch()
            for kind, listed in self._facts["modules"].get(module, {}).items():
                for text in listed.split():
                    name, _, path = text.partition("=")
                    names.setdefault(name, []).append(_entry(kind, name, path or f"{module}::{name}"))
            found = self._children[module] = {name: tuple(entries) for name, entries in names.items()}
        return found

    def prelude(self, edition: int) -> Mapping[str, Entry]:
        """What is in scope everywhere: types and traits, functions, variants. Macros: see `macros`."""
        module = next(f"std::prelude::{name}" for since, name in PRELUDES if edition >= since)
        found = self._preludes.get(module)
        if found is None:
            found = self._preludes[module] = {
                name: entries[0]
                for name, all_entries in self.children(module).items()
                if (entries := [entry for entry in all_entries if entry.kind not in {"macro", "mod"}])
            }
        return found

    def macros(self) -> frozenset[str]:
        """The names of std's macros."""
        listed = self._facts["modules"].get("std", {}).get("macro", "")
        return frozenset(text.partition("=")[0] for text in listed.split())

    def _take_arch(self) -> None:
        """Add what `arch.json` has to the facts."""
        if not self._has_arch:
            self._has_arch = True
            self._facts = _with_arch(self._facts, json.loads(ARCH.read_bytes()))
            for name in ("_short_names", "types_by_name", "traits_by_name"):
                self.__dict__.pop(name, None)

    def _rows(self, table: str, path: str) -> Any:
        """The rows of an item in a table."""
        if path.startswith(ARCH_MODULE):
            self._take_arch()
        return self._facts[table].get(path)

    # definitions
    def find_type(self, path: str) -> TypeDef | Alias | None:
        """By canonical path."""
        if path not in self._types:
            row = self._rows("types", path)
            self._types[path] = self._read_type(path, row) if row is not None else None
        return self._types[path]

    def find_trait(self, path: str) -> Trait | None:
        """By canonical path."""
        if path not in self._traits:
            row = self._facts["traits"].get(path)
            if row is None:
                self._traits[path] = None
            else:
                self._read_trait(path, row)
        return self._traits[path]

    def find_function(self, path: str) -> Function | None:
        """A free function by canonical path."""
        if path not in self._functions:
            row = self._rows("functions", path)
            self._functions[path] = self.read_function(path, row, None) if row is not None else None
        return self._functions[path]

    def find_value(self, path: str) -> Value | None:
        """A free const or static by canonical path."""
        if path not in self._values:
            row = self._rows("values", path)
            if row is not None:
                kind, _, text = row.partition(PART)
                self._values[path] = Value(path, read_type(text, self.scope("")), kind)
            else:
                self._values[path] = None
        return self._values[path]

    def inherent_functions(self, head: str, name: str) -> Sequence[tuple[Impl, Function]]:
        """Functions and methods of that name in inherent impls for the head."""
        return self._members(head).functions(name)

    def inherent_consts(self, head: str, name: str) -> Sequence[tuple[Impl, Ty]]:
        """Associated consts of that name in inherent impls for the head."""
        return self._members(head).consts(name)

    def impls(self, trait: str, head: str) -> Sequence[Impl]:
        """Impls of the trait for the head; "" for those of a bare parameter."""
        key = (trait, head)
        found = self._impls.get(key)
        if found is None:
            if head.startswith(ARCH_MODULE):
                self._take_arch()
            rows = self._facts["impls"].get(trait, {}).get(head, ())
            found = self._impls[key] = tuple([self._read_impl(trait, row) for row in rows])
        return found

    def traits_with(self, name: str) -> Sequence[Trait]:
        """Traits that declare a function of that name."""
        found = self._traits_with.get(name)
        if found is None:
            traits = [self.find_trait(path) for path in self._trait_paths_by_function.get(name, ())]
            found = self._traits_with[name] = tuple([trait for trait in traits if trait is not None])
        return found

    @cached_property
    def _trait_paths_by_function(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, (_, _, functions, _) in self._facts["traits"].items():
            for row in functions:
                found.setdefault(row[: row.find(PART)] if PART in row else row, []).append(path)
        return found

    def apply(self, path: str, args: tuple[Ty, ...]) -> Ty:
        """A type with arguments: those that are missing by default, aliases by what they stand for."""
        definition = self.find_type(path)
        if definition is None:
            return UNKNOWN
        params = definition.generics.params
        if len(args) < len(params):
            args = _filled(params, args, SELF)
        if isinstance(definition, TypeDef):
            return make(path, args)
        return substitute(definition.target, dict(zip([param.name for param in params], args, strict=False)))

    def associated_names(self, path: str) -> frozenset[str]:
        """The associated types of a trait and its supertraits."""
        trait = self.find_trait(path)
        if trait is None:
            return frozenset()
        return frozenset(trait.assoc).union(*[self.associated_names(bound.trait) for bound in trait.supers])

    # rows
    def _read_type(self, path: str, row: str) -> TypeDef | Alias:
        kind, generics_text, where, body = _parts(row, 4)
        scope = self.scope(generics_text)
        name = path.rpartition("::")[2]
        if kind == "type":
            generics = self.read_generics(generics_text, where, scope)
            return Alias(path, generics, read_type(body, scope))
        definition = TypeDef(path, kind)
        self._types[path] = definition  # a field may be of the type itself
        definition.generics = self.read_generics(generics_text, where, scope)
        constructors = [_read_constructor(text, scope) for text in body.split(BETWEEN)] if body else []
        if kind == "enum":
            definition.variants = {constructor.name: constructor for constructor in constructors}
        else:
            definition.own = constructors[0] if constructors else Variant(name, "unit")
        return definition

    def _read_trait(self, path: str, row: list[Any]) -> None:
        head, associated, functions, consts = row
        generics_text, where, supers = _parts(head, 3)
        trait = self._traits[path] = Trait(path)
        scope = Scope(self, _names(generics_text), trait)
        parts = {text.partition(PART)[0]: _parts(text, 4) for text in associated}
        trait.assoc = {name: AssocType(name) for name in parts}
        trait.generics = self.read_generics(generics_text, where, scope)
        trait.supers = self._padded(read_bounds(supers, SELF, scope)) if supers else ()
        own = tuple([make_param(generic.name) for generic in trait.generics.params])
        for name, (_, bounds, default, clauses) in parts.items():
            subject = make_projection(path, name, (SELF, *own))
            found = [*read_bounds(bounds, subject, scope), *read_generics("", clauses, scope).bounds]
            trait.assoc[name] = AssocType(name, self._padded(found), read_type(default, scope) if default else None)
        rows = {_name(text): text for text in functions}
        trait.functions = LazyMembers(
            rows, lambda name: self.read_function(f"{path}::{name}", rows[name], trait, scope)
        )
        for text in consts:
            name, _, ty = text.partition(PART)
            trait.consts[name] = read_type(ty, scope)

    def read_function(self, path: str, row: str, owner: Impl | Trait | None, outer: Scope | None = None) -> Function:
        """The function that a row tells; `outer` is the scope of its impl or trait."""
        name, flags, generics_text, params_text, result_text, where = _parts(row, 6)
        inherited = outer.parameters if outer is not None else frozenset()
        trait = owner if isinstance(owner, Trait) else None
        scope = Scope(self, inherited | _names(generics_text), trait, path)
        params = (
            tuple([self._complete(read_type(text, scope)) for text in params_text.split(BETWEEN)])
            if params_text
            else ()
        )
        generics = self.read_generics(generics_text, where, scope)
        if scope.added:
            bounds = [Bound(make_param(text), *found) for text, refs in scope.added for found in refs]
            generics = Generics(
                (*generics.params, *[Generic(text) for text, _ in scope.added]),
                (*generics.bounds, *self._padded(bounds)),
            )
        scope.opaque = 0
        result = self._complete(read_type(result_text, scope)) if result_text else UNIT
        return Function(
            path,
            name,
            generics,
            params,
            result,
            has_self="s" in flags,
            is_async="a" in flags,
            is_unsafe="u" in flags,
            is_const="c" in flags,
            owner=owner,
        )

    def _read_impl(self, trait: str, row: str) -> Impl:
        generics_text, where, subject, args, bindings = _parts(row, 5)
        scope = self.scope(generics_text)
        self_type = read_type(subject, scope)
        impl = Impl(self_type, self.read_generics(generics_text, where, scope), trait)
        given = read_arguments(f"<{args}>", scope) if args else ()
        definition = self.find_trait(trait)
        params = definition.generics.params if definition is not None else ()
        impl.trait_args = _filled(params, given, self_type) if len(given) < len(params) else given
        for text in bindings.split(BETWEEN) if bindings else ():
            name, _, ty = text.partition("=")
            impl.assoc[name] = self._complete(read_type(ty, scope))
        return impl

    def _complete(self, ty: Ty) -> Ty:
        """The type with the default arguments of traits in its projections: `<u8 as Add>::Output` is of `Add<u8>`."""
        if ty.is_ground or not ty.args:
            return ty
        args = tuple([self._complete(argument) for argument in ty.args])
        if isinstance(ty, Projection) and ty.trait:
            found = self._pad(Bound(args[0], ty.trait, args[1:]))
            return make_projection(ty.trait, ty.name, (args[0], *found.args))
        return rebuild(ty, args) if args != ty.args else ty

    def read_generics(self, parameters: str, clauses: str, scope: Scope) -> Generics:
        """The generics of a row."""
        if not parameters and not clauses:
            return NO_GENERICS
        found = read_generics(parameters, clauses, scope)
        return Generics(found.params, self._padded(found.bounds))

    def _padded(self, bounds: Sequence[Bound]) -> tuple[Bound, ...]:
        """The bounds with the default arguments of their traits: `T: Add` is `T: Add<T>`."""
        return tuple([self._pad(bound) for bound in bounds])

    def _pad(self, bound: Bound) -> Bound:
        row = self._facts["traits"].get(bound.trait)
        if row is None or "=" not in row[0].partition(PART)[0]:
            return bound
        trait = self.find_trait(bound.trait)
        if trait is None or len(bound.args) >= len(trait.generics.params):
            return bound
        return bound._replace(args=_filled(trait.generics.params, bound.args, bound.subject))

    def _members(self, head: str) -> _Members:
        found = self._inherent.get(head)
        if found is None:
            found = self._inherent[head] = _Members(self, head, self._facts["inherent"].get(head, []))
        return found


class _Members:
    """The inherent impls of one head, with an index of their members' names."""

    def __init__(self, catalog: StdCatalog, head: str, rows: Sequence[Sequence[Any]]) -> None:
        self._catalog = catalog
        self._head = head
        self._rows = rows
        self._impls: dict[int, tuple[Impl, Scope]] = {}
        self._functions: dict[str, tuple[tuple[Impl, Function], ...]] = {}
        self._consts: dict[str, tuple[tuple[Impl, Ty], ...]] = {}
        self._where: dict[str, list[tuple[int, str]]] = {}
        self._where_const: dict[str, list[tuple[int, str]]] = {}
        for number, (_, functions, *consts) in enumerate(rows):
            for row in functions:
                self._where.setdefault(_name(row), []).append((number, row))
            for row in consts[0] if consts else ():
                self._where_const.setdefault(_name(row), []).append((number, row))

    def functions(self, name: str) -> tuple[tuple[Impl, Function], ...]:
        """Those of that name."""
        found = self._functions.get(name)
        if found is None:
            found = self._functions[name] = tuple(
                [self._function(number, row) for number, row in self._where.get(name, ())]
            )
        return found

    def consts(self, name: str) -> tuple[tuple[Impl, Ty], ...]:
        """Those of that name."""
        found = self._consts.get(name)
        if found is None:
            found = self._consts[name] = tuple(
                [self._const(number, row) for number, row in self._where_const.get(name, ())]
            )
        return found

    def _function(self, number: int, row: str) -> tuple[Impl, Function]:
        impl, scope = self._impl(number)
        name = _name(row)
        function = self._catalog.read_function(f"{self._head}::{name}", row, impl, scope)
        impl.functions[name] = function
        return impl, function

    def _const(self, number: int, row: str) -> tuple[Impl, Ty]:
        impl, scope = self._impl(number)
        name, _, text = row.partition(PART)
        impl.consts[name] = read_type(text, scope)
        return impl, impl.consts[name]

    def _impl(self, number: int) -> tuple[Impl, Scope]:
        if number not in self._impls:
            generics, where, subject = _parts(self._rows[number][0], 3)
            scope = self._catalog.scope(generics)
            impl = Impl(read_type(subject, scope), self._catalog.read_generics(generics, where, scope))
            self._impls[number] = impl, scope
        return self._impls[number]


@cache
def load_catalog() -> StdCatalog:
    """The committed catalog."""
    return StdCatalog(json.loads(FACTS.read_bytes()))


def _with_arch(facts: Facts, arch: Facts) -> Facts:
    """The facts with `std::arch::x86_64`, which core has under the same canonical paths."""
    rows = {
        table: {f"{ARCH_MODULE}::{name}": (row, name) for row, names in arch[table].items() for name in names.split()}
        for table in ("functions", "values")
    }
    types = {f"{ARCH_MODULE}::{name}": row for name, row in arch["types"].items()}
    modules = dict(facts["modules"])
    kinds = {
        "fn": rows["functions"],
        "const": rows["values"],
        "struct": [path for path, row in types.items() if row.startswith("struct")],
        "type": [path for path, row in types.items() if row.startswith("type")],
    }
    listed = {kind: " ".join(f"{path.rpartition('::')[2]}={path}" for path in paths) for kind, paths in kinds.items()}
    for crate in ("std", "core"):
        modules[f"{crate}::arch"] = {**modules.get(f"{crate}::arch", {}), "mod": "x86_64"}
        modules[f"{crate}::arch::x86_64"] = listed
    impls = dict(facts["impls"])
    for trait in arch["impls"]:
        impls[trait] = {**impls[trait], **{path: [f"||{path.rpartition('::')[2]}"] for path in kinds["struct"]}}
    return {
        **facts,
        "modules": modules,
        "types": {**facts["types"], **types},
        "functions": {
            **facts["functions"],
            **{path: f"{name}{PART}{row}" for path, (row, name) in rows["functions"].items()},
        },
        "values": {**facts["values"], **{path: row for path, (row, _) in rows["values"].items()}},
        "impls": impls,
    }


def _entry(kind: str, name: str, path: str) -> Entry:
    """A name of a module; an enum by another name is a re-exported variant of it (`Some`)."""
    is_variant = kind == "enum" and path.rpartition("::")[2] != name
    return Entry("variant", f"{path}::{name}") if is_variant else Entry(kind, path)


def _parts(row: str, count: int) -> list[str]:
    """The parts of a row; those that it lacks at its end are empty."""
    parts = row.split(PART)
    return parts + [""] * (count - len(parts))


def _name(row: str) -> str:
    return row.partition(PART)[0]


@lru_cache(maxsize=4096)
def _names(parameters: str) -> frozenset[str]:
    """The names that `T: A<B, C>, const N: usize` declares."""
    names, depth = [], 0
    for piece in parameters.split(","):
        if depth == 0 and piece:
            names.append(piece.strip().removeprefix("const ").partition(":")[0].partition("=")[0].strip())
        depth += sum(map(piece.count, "<([{")) - sum(map(piece.count, ">)]}")) + piece.count("->")
    return frozenset(names)


def _filled(params: Sequence[Generic], args: tuple[Ty, ...], subject: Ty) -> tuple[Ty, ...]:
    """The arguments, and for those that are missing the parameters' defaults; `Self` in these is the subject."""
    mapping = {"Self": subject}
    found = list(args)
    for number, param in enumerate(params):
        if number >= len(found):
            found.append(substitute(param.default, mapping) if param.default is not None else UNKNOWN)
        mapping[param.name] = found[number]
    return tuple(found)


def _read_constructor(text: str, scope: Scope) -> Variant:
    """`Name`, `Name(~A~B`, `Name{~a:A`."""
    head, *fields = text.split(FIELD)
    shape = _SHAPES.get(head[-1], "unit")
    if shape == "named":
        named = [field.partition(":") for field in fields]
        return Variant(head[:-1], shape, {name: read_type(ty, scope) for name, _, ty in named})
    types = {str(number): read_type(field, scope) for number, field in enumerate(fields)}
    return Variant(head.rstrip("("), shape, types)
