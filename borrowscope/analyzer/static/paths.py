"""Paths in expressions and patterns: locals, items, constructors, associated functions and consts.

In: a path's node. Out: the type of the value that it names, or a constructor with its instantiated fields.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from borrowscope.analyzer.static.callables import FunctionItem
from borrowscope.analyzer.static.definitions import (
    Alias,
    Bound,
    Function,
    Generics,
    Impl,
    Trait,
    TypeDef,
    Value,
    Variant,
)
from borrowscope.analyzer.static.solver import AMBIGUOUS, substitute_bound
from borrowscope.analyzer.static.type_reader import read_type
from borrowscope.analyzer.static.types import UNKNOWN, Kind, TraitRef, Ty, make, make_bounded, make_param, substitute

if TYPE_CHECKING:
    from borrowscope.analyzer.static.body import Body
    from borrowscope.parse.syntax import Node

_PLAIN: Final = re.compile(rb"(?:::)?(?:r#)?\w+(?:::(?:r#)?\w+)*")
_FUTURE: Final = "std::future::Future"


class Segment(NamedTuple):
    """One segment with its written arguments; None where there are none."""

    name: str
    args: tuple[Ty, ...] | None = None


class Path(NamedTuple):
    """A path taken apart; `qualified` is the type of `<T>::..` or `<T as Trait>::..`."""

    segments: list[Segment]
    qualified: Ty | None = None
    trait: tuple[str, tuple[Ty, ...]] | None = None


def read_path(body: Body, node: Node) -> Path:
    """Take a path's node apart."""
    segments: list[Segment] = []
    found = _collect(body, node, segments)
    return Path(segments, *found)


def _collect(body: Body, node: Node, into: list[Segment]) -> tuple[Ty | None, tuple[str, tuple[Ty, ...]] | None]:
    kind = node.kind
    if kind in ("scoped_identifier", "scoped_type_identifier") and _PLAIN.fullmatch(node.source, node.start, node.end):
        names = node.text.split("::")
        into += [Segment(name.removeprefix("r#")) if name else Segment("::") for name in names]
        return None, None
    if kind in ("scoped_identifier", "scoped_type_identifier"):
        path, name = node.field("path"), node.field("name")
        found = _collect(body, path, into) if path is not None else (None, None)
        if path is None and node.children and node.children[0].kind == "::":
            into.append(Segment("::"))
        if name is not None:
            into.append(Segment(name.text.removeprefix("r#")))
        return found
    if kind in ("generic_function", "generic_type", "generic_type_with_turbofish"):
        inner = node.field("function") or node.field("type")
        arguments = node.field("type_arguments")
        found = _collect(body, inner, into) if inner is not None else (None, None)
        if into and arguments is not None:
            into[-1] = Segment(into[-1].name, body.written_arguments(arguments))
        return found
    if kind == "bracketed_type":
        return _qualified(body, node)
    if kind in ("identifier", "type_identifier", "self", "crate", "super", "metavariable", "primitive_type"):
        into.append(Segment(node.text.removeprefix("r#")))
        return None, None
    return body.written(node), None


def _qualified(body: Body, node: Node) -> tuple[Ty | None, tuple[str, tuple[Ty, ...]] | None]:
    inner = node.named[0] if node.named else None
    if inner is None:
        return UNKNOWN, None
    if inner.kind != "qualified_type":
        return body.written(inner), None
    ty, alias = inner.field("type"), inner.field("alias")
    trait = body.written_trait(alias) if alias is not None else None
    return body.written(ty) if ty is not None else UNKNOWN, (trait[0], trait[1]) if trait is not None else ("", ())


def is_constant(body: Body, name: str) -> bool:
    """Whether a bare name in a pattern is a const, static, unit struct or unit variant rather than a new name."""
    if not (name[0].isupper() or (name[0] == "_" and name[1:2].isupper())):
        return False
    target, taken = body.scope.resolve((name,), "value")
    return taken == 1 and not isinstance(target, Function) and target is not None and _is_unit(target)


def _is_unit(target: object) -> bool:
    if isinstance(target, TypeDef):
        return target.own is not None and target.own.shape == "unit"
    variant = getattr(target, "variant", None)
    return isinstance(target, Value) or (isinstance(variant, Variant) and variant.shape == "unit")


# values
def path_value(body: Body, node: Node, expected: Ty | None) -> Ty:
    """The type of a path in an expression."""
    if node.kind in ("identifier", "self"):
        known = body.find_name(node.text)
        if known is not None:
            return known
    path = read_path(body, node)
    return _value(body, path, expected)


def _value(body: Body, path: Path, expected: Ty | None) -> Ty:
    segments = path.segments
    if path.qualified is not None:
        return _qualified_value(body, path)
    names = [segment.name for segment in segments]
    if not names:
        return UNKNOWN
    if names[0] == "Self" or names[0] in body.generics:
        return _of_parameter(body, segments)
    target, taken = body.scope.resolve(names, "value")
    if target is None:
        return UNKNOWN
    rest = segments[taken:]
    if rest:
        return _through(body, target, segments[taken - 1].args, rest)
    return _item_value(body, target, segments, expected)


def _item_value(body: Body, target: object, segments: list[Segment], _: Ty | None) -> Ty:
    args = segments[-1].args
    if isinstance(target, Function):
        return function_item(body, target, {}, args)
    if isinstance(target, Value):
        return body.solver.normalize(target.ty)
    if isinstance(target, TypeDef) and target.own is not None:
        return constructor(body, target, target.own, args)
    variant = getattr(target, "variant", None)
    if variant is not None:
        of = target.type_def  # type: ignore[attr-defined]
        return constructor(body, of, variant, args or (segments[-2].args if len(segments) > 1 else None))
    return UNKNOWN


def _of_parameter(body: Body, segments: list[Segment]) -> Ty:
    """`Self`, `Self::f`, `Self::Variant`, `T::f`, `T::Item::f`."""
    base = body.self_type if segments[0].name == "Self" else make_param(segments[0].name)
    if base is None:
        base = make_param("Self")
    if len(segments) == 1:
        return _self_value(body, base, segments[0].name)
    return _associated_chain(body, base, segments[1:])


def _self_value(body: Body, base: Ty, name: str) -> Ty:
    if name != "Self":  # a const parameter
        return body.generic_constant(name)
    definition = body.world.find_type(base.head)
    if isinstance(definition, TypeDef) and definition.own is not None:
        return constructor(body, definition, definition.own, base.args)
    return UNKNOWN


def _associated_chain(body: Body, base: Ty, rest: list[Segment]) -> Ty:
    while len(rest) > 1:
        base = associated_type(body, base, rest[0].name)
        rest = rest[1:]
    return associated_value(body, base, rest[0])


def associated_type(body: Body, base: Ty, name: str) -> Ty:
    """`Base::Name` as a type."""
    solver = body.solver
    base = solver.structure(base)
    trait = solver.trait_of_associated(name, base)
    if trait:
        bound = next(b for b in solver.assumptions[trait] if solver.shallow(b.subject).head == base.head)
        return solver.project(trait, name, (base, *bound.args)) or UNKNOWN
    scope = body.scope.type_scope(body.generics, body.self_type, body.solver.fresh, fill="default")
    if base is body.self_type:
        return solver.normalize(read_type(f"Self::{name}", scope))
    return UNKNOWN


def _through(body: Body, target: object, args: tuple[Ty, ...] | None, rest: list[Segment]) -> Ty:
    """`Type::f`, `Trait::f`, `Enum::Variant` by an alias."""
    if isinstance(target, Trait):
        return _trait_function(body, target, args, rest[0]) if len(rest) == 1 else UNKNOWN
    base = type_of(body, target, args)
    return _associated_chain(body, base, rest) if base is not None else UNKNOWN


def type_of(body: Body, target: object, args: tuple[Ty, ...] | None) -> Ty | None:
    """The type that an item names, with variables for arguments that are not written."""
    if isinstance(target, TypeDef):
        return make(target.path, _arguments(body, target.generics, args))
    if isinstance(target, Alias):
        values = _arguments(body, target.generics, args)
        mapping = dict(zip((p.name for p in target.generics.params), values, strict=True))
        return body.solver.normalize(substitute(target.target, mapping))
    name = getattr(target, "name", None)
    return make(name) if isinstance(name, str) and not isinstance(target, (Function, Trait, Variant)) else None


def _arguments(body: Body, generics: Generics, args: tuple[Ty, ...] | None) -> tuple[Ty, ...]:
    given = list(args or ())
    for parameter in generics.params[len(given) :]:
        is_fixed = args and parameter.default is not None and parameter.default.is_ground
        hidden = parameter.default is not None and parameter.default.head == "std::alloc::Global"
        given.append(
            parameter.default if (is_fixed or hidden) and parameter.default is not None else body.solver.fresh()
        )
    return tuple(given[: len(generics.params)])


def _qualified_value(body: Body, path: Path) -> Ty:
    base = path.qualified
    assert base is not None
    rest = path.segments
    if not rest:
        return UNKNOWN
    if path.trait is None:
        return _associated_chain(body, base, rest)
    name, args = path.trait
    trait = body.world.find_trait(name)
    if trait is None:
        return UNKNOWN
    if len(rest) > 1 or rest[0].name not in trait.functions:
        if rest[0].name in trait.consts and len(rest) == 1:
            return _trait_const(body, trait, rest[0].name, base, args)
        projected = body.solver.project(name, rest[0].name, (base, *args))
        return _associated_chain(body, projected, rest[1:]) if projected is not None and len(rest) > 1 else UNKNOWN
    mapping = {"Self": base}
    for at, parameter in enumerate(trait.generics.params):
        mapping[parameter.name] = args[at] if at < len(args) else body.solver.fresh()
    return function_item(body, trait.functions[rest[0].name], mapping, rest[0].args, trait.path)


def _trait_function(body: Body, trait: Trait, args: tuple[Ty, ...] | None, segment: Segment) -> Ty:
    """`Default::default`, `Iterator::next`: who implements it is to be inferred."""
    function = trait.functions.get(segment.name)
    if function is None:
        return UNKNOWN
    subject = body.solver.fresh()
    mapping: dict[str, Ty] = {"Self": subject}
    for at, parameter in enumerate(trait.generics.params):
        mapping[parameter.name] = args[at] if args and at < len(args) else body.solver.fresh()
    values = tuple(mapping[parameter.name] for parameter in trait.generics.params)
    body.solver.require(Bound(subject, trait.path, values))
    return function_item(body, function, mapping, segment.args, trait.path)


def _trait_const(body: Body, trait: Trait, name: str, base: Ty, args: tuple[Ty, ...]) -> Ty:
    mapping = {"Self": base}
    for parameter, argument in zip(trait.generics.params, args, strict=False):
        mapping[parameter.name] = argument
    return body.solver.normalize(substitute(trait.consts[name], mapping))


def associated_value(body: Body, base: Ty, segment: Segment) -> Ty:
    """`Type::NAME`: a variant, an inherent function or const, then a trait's."""
    base = body.solver.structure(base)
    if base.kind is Kind.UNKNOWN:
        return UNKNOWN
    definition = body.world.find_type(base.head) if base.kind is Kind.APP else None
    if isinstance(definition, TypeDef) and segment.name in definition.variants:
        return constructor(body, definition, definition.variants[segment.name], base.args or segment.args)
    found = _inherent(body, base, segment)
    if found is None and base.kind in (Kind.PARAM, Kind.PROJECTION, Kind.DYN, Kind.OPAQUE):
        found = _of_bounds(body, base, segment)
    return found if found is not None else _of_traits(body, base, segment)


def _inherent(body: Body, base: Ty, segment: Segment) -> Ty | None:
    matches: list[tuple[Impl, Function]] = []
    for impl, function in body.world.inherent_functions(base.head, segment.name):
        mark = body.solver.mark()
        if _matched(body, impl, base) is not None:
            matches.append((impl, function))
        body.solver.rollback(mark)
    if len(matches) == 1:
        impl, function = matches[0]
        mapping = _matched(body, impl, base) or {}
        return function_item(body, function, {**mapping, "Self": base}, segment.args)
    if matches:
        return UNKNOWN
    for impl, ty in body.world.inherent_consts(base.head, segment.name):
        found = _matched(body, impl, base)
        if found is not None:
            return body.solver.normalize(substitute(ty, {**found, "Self": base}))
    return None


def _matched(body: Body, impl: Impl, base: Ty) -> dict[str, Ty] | None:
    mapping = body.solver.instantiate(impl.generics)
    if not body.solver.unify(substitute(impl.self_type, mapping), base):
        return None
    if any(body.solver.holds(substitute_bound(bound, mapping)) is False for bound in impl.generics.bounds):
        return None
    return mapping


def _of_bounds(body: Body, base: Ty, segment: Segment) -> Ty | None:
    solver = body.solver
    bounds = [
        bound for bounds in solver.assumptions.values() for bound in bounds if solver.normalize(bound.subject) is base
    ]
    for bound in bounds + solver.own_bounds(base):
        trait = body.world.find_trait(bound.trait)
        if trait is not None and (segment.name in trait.functions or segment.name in trait.consts):
            return _member(body, trait, base, bound.args, segment)
    return None


def _of_traits(body: Body, base: Ty, segment: Segment) -> Ty:
    found: list[tuple[Trait, tuple[Ty, ...]]] = []
    in_scope = body.scope.traits()
    for trait in body.world.traits_with(segment.name):
        if trait.path not in in_scope:
            continue
        args = tuple(body.solver.fresh() for _ in trait.generics.params)
        mark = body.solver.mark()
        selection = body.solver.select(trait.path, (base, *args))
        body.solver.rollback(mark)
        if selection is not None:
            found.append((trait, args))
    if not found:
        return _trait_constant(body, base, segment, in_scope)
    if len(found) > 1:
        return UNKNOWN
    return _member(body, found[0][0], base, found[0][1], segment)


def _trait_constant(body: Body, base: Ty, segment: Segment, in_scope: frozenset[str]) -> Ty:
    for path in in_scope:
        trait = body.world.find_trait(path)
        if trait is not None and segment.name in trait.consts:
            args = tuple(body.solver.fresh() for _ in trait.generics.params)
            selection = body.solver.select(path, (base, *args))
            if selection is not None and selection is not AMBIGUOUS:
                return _trait_const(body, trait, segment.name, base, args)
    return UNKNOWN


def _member(body: Body, trait: Trait, base: Ty, args: tuple[Ty, ...], segment: Segment) -> Ty:
    if segment.name not in trait.functions:
        return _trait_const(body, trait, segment.name, base, args)
    mapping = {"Self": base}
    for parameter, argument in zip(trait.generics.params, args, strict=False):
        mapping[parameter.name] = argument
    if args:
        body.solver.require(Bound(base, trait.path, args))
    return function_item(body, trait.functions[segment.name], mapping, segment.args, trait.path)


# functions and constructors
def function_item(
    body: Body, function: Function, mapping: dict[str, Ty], args: tuple[Ty, ...] | None, trait: str = ""
) -> Ty:
    """The type of a function by name: its own parameters instantiated, its bounds remembered."""
    full, parameters, result = instantiate_function(body, function, mapping, args)
    own = tuple(full[parameter.name] for parameter in function.generics.params)
    owner: tuple[Ty, ...] = (mapping["Self"],) if "Self" in mapping else ()
    if trait and owner and isinstance(function.owner, Trait):
        owner += tuple(mapping[parameter.name] for parameter in function.owner.generics.params)
    return FunctionItem(function, function.path, (*parameters, result, *own), len(own), owner, trait=trait)


def instantiate_function(
    body: Body, function: Function, mapping: dict[str, Ty], args: tuple[Ty, ...] | None
) -> tuple[dict[str, Ty], tuple[Ty, ...], Ty]:
    """What stands for each parameter, the parameters' types, the result's; bounds become goals."""
    solver = body.solver
    full = dict(mapping)
    given = args or ()
    for at, parameter in enumerate(function.generics.params):
        full[parameter.name] = given[at] if at < len(given) else solver.fresh()
    for bound in function.generics.bounds:
        solver.require(substitute_bound(bound, full))
    parameters = tuple([_instance(body, ty, full) for ty in function.params])
    result = _instance(body, function.result, full)
    if function.is_async:
        result = make_bounded(Kind.OPAQUE, [TraitRef((_FUTURE, (), (("Output", result),)))], (), function.path)
    return full, parameters, result


def _instance(body: Body, ty: Ty, mapping: dict[str, Ty]) -> Ty:
    return ty if ty.is_ground else body.solver.normalize(substitute(ty, mapping))


def constructor(body: Body, definition: TypeDef, variant: Variant, args: tuple[Ty, ...] | None) -> Ty:
    """A unit struct's or variant's type, or the function that a tuple constructor is."""
    whole, fields = instantiate_constructor(body, definition, variant, args)
    if variant.shape == "tuple":
        text = definition.path if definition.own is variant else f"{definition.path}::{variant.name}"
        return FunctionItem(variant, text, (*fields.values(), whole, *whole.args), len(whole.args))
    return whole


def instantiate_constructor(
    body: Body, definition: TypeDef, variant: Variant, args: tuple[Ty, ...] | None
) -> tuple[Ty, dict[str, Ty]]:
    """The type and the fields' types with fresh arguments."""
    values = _arguments(body, definition.generics, args)
    mapping = dict(zip((parameter.name for parameter in definition.generics.params), values, strict=True))
    whole = make(definition.path, values)
    return whole, {name: _instance(body, ty, mapping) for name, ty in variant.fields.items()}


def find_constructor(body: Body, node: Node) -> tuple[Ty, dict[str, Ty]] | None:
    """What `Path { .. }` or `Path(..)` builds: its type and its fields."""
    path = read_path(body, node)
    segments = path.segments
    if path.qualified is not None:
        return _variant_or_own(body, _projected(body, path), [])
    names = [segment.name for segment in segments]
    if not names:
        return None
    if names[0] == "Self":
        base = body.self_type or make_param("Self")
        return _variant_or_own(body, base, segments[1:])
    for namespace in ("type", "value"):
        target, taken = body.scope.resolve(names, namespace)
        variant = getattr(target, "variant", None)
        if variant is not None and taken == len(segments):
            args = segments[-1].args or (segments[-2].args if len(segments) > 1 else None)
            return instantiate_constructor(body, target.type_def, variant, args)  # type: ignore[union-attr]
        if isinstance(target, (TypeDef, Alias)):
            named = type_of(body, target, segments[taken - 1].args)
            found = _variant_or_own(body, named, segments[taken:]) if named is not None else None
            if found is not None:
                return found
    return None


def _projected(body: Body, path: Path) -> Ty:
    base = path.qualified or UNKNOWN
    if path.trait is not None and path.segments:
        return body.solver.project(path.trait[0], path.segments[0].name, (base, *path.trait[1])) or UNKNOWN
    return base


def _variant_or_own(body: Body, base: Ty, rest: list[Segment]) -> tuple[Ty, dict[str, Ty]] | None:
    base = body.solver.structure(base)
    definition = body.world.find_type(base.head) if base.kind is Kind.APP else None
    if not isinstance(definition, TypeDef):
        return None
    if not rest:
        return instantiate_constructor(body, definition, definition.own, base.args) if definition.own else None
    variant = definition.variants.get(rest[0].name)
    return instantiate_constructor(body, definition, variant, base.args) if variant is not None else None
