"""Whether a type is Send, Sync, Clone, Copy, an iterator, a future: by its form, std's documentation, its fields.

In: type texts as rustc prints them, the workspace's own types. Out: True, False, or None where nobody can say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from borrowscope.analyzer.obvious_types import PRIMITIVES
from borrowscope.analyzer.type_text import Shape, TypeText, parse_type
from borrowscope.analyzer.user_types import UserType, UserTypes
from borrowscope.tables.std_traits import StdImpl, std_impls

_MARKERS = frozenset({"Send", "Sync"})
_COPYING = frozenset({"Clone", "Copy"})
_ASKED_ONLY = frozenset({"Unpin", "Step"})  # conditions whose own impls are not known here
_STEPS = frozenset(f"{sign}{size}" for sign in "iu" for size in ("8", "16", "32", "64", "128", "size")) | {"char"}
_NAME = re.compile(r"(?<![\w:'])[A-Za-z_]\w*(?!\w|::)")
_ATOMIC = "std::sync::atomic::Atomic"
# Traits of std that ask for neither Send nor Sync: of `dyn Trait` has what it lists, and no more.
_PLAIN_TRAITS = (
    *("std::ops::Fn", "std::any::Any", "std::fmt::", "std::error::Error", "std::iter::", "std::io::"),
    *("std::future::Future", "std::hash::Hasher", "'"),
)


@dataclass(slots=True)
class OwnershipTraits:
    """Answers for one package; what was asked once is remembered."""

    users: UserTypes = field(default_factory=UserTypes)
    _known: dict[tuple[str, str], bool | None] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)
    _assumed: set[tuple[str, str]] = field(default_factory=set)

    def has(self, ty: str, trait: str) -> bool | None:
        """Whether the type has the trait (by its bare name: `Send`)."""
        key = (ty, trait)
        if key in self._known:
            return self._known[key]
        if key in self._open:  # a type that holds itself has the auto traits that the rest of it has
            self._assumed.add(key)
            return True
        self._open.add(key)
        answer = self._decide(parse_type(ty), trait)
        self._open.discard(key)
        self._assumed.discard(key)
        if answer is not True or not self._assumed:
            self._known[key] = answer
        return answer

    def implements_drop(self, ty: str) -> bool | None:
        """Whether the type itself implements `Drop`; what it holds may need drop all the same."""
        tree = parse_type(ty)
        if tree.shape is not Shape.PATH:
            return False if tree.shape in _BUILT_IN else None
        if tree.head in PRIMITIVES:
            return False
        known = std_impls(tree.head)
        if known is not None:
            return any(each.trait == "Drop" for each in known)
        return True if self.users.find(tree.head) and self.users.impls_of("Drop", tree.head) else None

    def _decide(self, tree: TypeText, trait: str) -> bool | None:
        if tree.shape is Shape.PATH:
            return self._path(tree, trait)
        rule = _SHAPES.get(tree.shape)
        return rule(self, tree, trait) if rule is not None else _OF_OTHERS.get((tree.shape, trait))

    def _path(self, tree: TypeText, trait: str) -> bool | None:
        if tree.head in PRIMITIVES:
            return trait in _MARKERS if tree.head == "str" else trait in _MARKERS | _COPYING
        if tree.head == _ATOMIC:
            return trait in _MARKERS
        impls = std_impls(tree.head)
        if impls is not None:
            return self._by_impls(tree, trait, impls)
        user = self.users.find(tree.head)
        return self._of_user(tree, trait, user) if user is not None else None

    def _by_impls(self, tree: TypeText, trait: str, impls: Iterable[StdImpl]) -> bool | None:
        """One impl whose conditions hold is enough; std's documentation lists all there are."""
        answers: list[bool | None] = []
        for each in impls:
            if each.trait == trait:
                bound = _match(each, _plain_arguments(tree.arguments))
                if bound is None:
                    continue
                holds = all_hold(self._condition(subject, wanted, each, bound) for subject, wanted in each.conditions)
                if each.is_negative and holds:
                    return False
                answers += [] if each.is_negative else [holds]
        return None if trait in _MARKERS and not answers else any_holds(answers)

    def _condition(self, subject: str, trait: str, impl: StdImpl, bound: Mapping[str, str]) -> bool | None:
        if trait in _ASKED_ONLY:
            return True if trait == "Step" and bound.get(subject) in _STEPS else None
        if subject in impl.parameters:
            # parameters that are not printed have std's defaults: an allocator, a hasher's builder, a function pointer
            return self.has(bound[subject], trait) if subject in bound else True
        return None

    def _of_user(self, tree: TypeText, trait: str, user: UserType) -> bool | None:
        written = self.users.impls_of(trait, user.path)
        if written:
            is_plain = len(written) == 1 and not written[0].is_general
            return not written[0].is_negative if is_plain else None
        arguments = _plain_arguments(tree.arguments)
        if len(arguments) != len(user.parameters):
            return None
        if trait in _COPYING:  # derived impls ask the same of every parameter
            derived = trait in user.derives
            return True if derived and all_hold(self.has(each, trait) for each in arguments) else None
        if trait in _MARKERS:
            bound = dict(zip(user.parameters, arguments, strict=True))
            answer = all_hold(
                None if each is None else self.has(substituted(each, bound), trait) for each in user.fields
            )
            return None if answer is False and trait in self.users.hidden_impls else answer
        return None

    def _elements(self, tree: TypeText, trait: str) -> bool | None:
        if trait not in _MARKERS | _COPYING:
            return False
        return all_hold(self.has(each, trait) for each in tree.arguments)

    def _slice(self, tree: TypeText, trait: str) -> bool | None:
        return self._elements(tree, trait) if trait in _MARKERS else False

    def _shared(self, tree: TypeText, trait: str) -> bool | None:
        if trait in _MARKERS:
            return self.has(tree.arguments[0], "Sync")
        return trait in _COPYING

    def _mutable(self, tree: TypeText, trait: str) -> bool | None:
        if trait in _COPYING:
            return False
        inner = self.has(tree.arguments[0], trait)
        return None if inner and trait == "Future" else inner  # it has to be Unpin, too

    def _pointer(self, _tree: TypeText, trait: str) -> bool | None:
        return trait in _COPYING

    def _function(self, _tree: TypeText, trait: str) -> bool | None:
        return trait in _MARKERS | _COPYING

    def _bounds(self, tree: TypeText, trait: str) -> bool | None:
        """`dyn A + Send`: what is listed holds; of what is not, traits that may ask for it themselves leave doubts."""
        listed = [part.partition("<")[0].partition("(")[0] for part in _summands(tree.text.partition(" ")[2])]
        if any(part.rpartition("::")[2] == trait for part in listed):
            return True
        if tree.shape is Shape.IMPL or trait not in _MARKERS:
            return None
        return False if all(part.startswith(_PLAIN_TRAITS) for part in listed) else None


# What is made by closures and async blocks holds captures that the type does not name.
_OF_OTHERS = {
    (Shape.CLOSURE, "Iterator"): False,
    (Shape.CLOSURE, "Future"): False,
    (Shape.COROUTINE, "Iterator"): False,
}
_Rule = Callable[[OwnershipTraits, TypeText, str], "bool | None"]
_SHAPES: dict[Shape, _Rule] = {
    Shape.REFERENCE: OwnershipTraits._shared,  # noqa: SLF001 - the table of its own rules
    Shape.MUTABLE_REFERENCE: OwnershipTraits._mutable,  # noqa: SLF001
    Shape.RAW_POINTER: OwnershipTraits._pointer,  # noqa: SLF001
    Shape.FUNCTION: OwnershipTraits._function,  # noqa: SLF001
    Shape.NEVER: OwnershipTraits._function,  # noqa: SLF001
    Shape.TUPLE: OwnershipTraits._elements,  # noqa: SLF001
    Shape.ARRAY: OwnershipTraits._elements,  # noqa: SLF001
    Shape.SLICE: OwnershipTraits._slice,  # noqa: SLF001
    Shape.DYN: OwnershipTraits._bounds,  # noqa: SLF001
    Shape.IMPL: OwnershipTraits._bounds,  # noqa: SLF001
}
_BUILT_IN = frozenset(_SHAPES) - {Shape.IMPL}


_FLAGS = {"is_send": "Send", "is_sync": "Sync", "is_iterator": "Iterator", "is_future": "Future"}


def trait_flags(
    traits: OwnershipTraits, ty: str, generics: frozenset[str], *, is_copy: bool | None, needs_drop: bool | None
) -> dict[str, bool | None]:
    """The flags of type-info.json that speak about traits, of a type in the scope of these type parameters."""
    if not generics.isdisjoint(traits.users.names):  # a parameter that is called like a type
        return {"is_clone": True if is_copy else None}
    flags: dict[str, bool | None] = {flag: traits.has(ty, trait) for flag, trait in _FLAGS.items()}
    flags["is_clone"] = True if is_copy else traits.has(ty, "Clone")
    flags["is_drop"] = traits.implements_drop(ty)
    if flags["is_drop"] is None and needs_drop is False:
        flags["is_drop"] = False
    return flags


def all_hold(answers: Iterable[bool | None]) -> bool | None:
    """False if one is, else None if one is, else True."""
    found = set(answers)
    return False if False in found else None if None in found else True


def any_holds(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, else None if one is, else False."""
    found = set(answers)
    return True if True in found else None if None in found else False


def _plain_arguments(arguments: Iterable[str]) -> list[str]:
    return [each for each in arguments if not each.startswith("'")]


def _match(impl: StdImpl, arguments: list[str]) -> dict[str, str] | None:
    """What the impl's parameters stand for, None where it is about another type."""
    bound: dict[str, str] = {}
    for pattern, argument in zip(impl.arguments, arguments, strict=False):
        inner = pattern[1:-1] if pattern.startswith("[") and pattern.endswith("]") else None
        if pattern in impl.parameters:
            bound[pattern] = argument
        elif inner in impl.parameters and parse_type(argument).shape is Shape.SLICE:
            bound[inner] = parse_type(argument).arguments[0]
        elif pattern != argument and len(pattern) > 1:  # one letter: a constant
            return None
    return bound


def substituted(text: str, bound: Mapping[str, str]) -> str:
    """The type with its parameters replaced."""
    return _NAME.sub(lambda name: bound.get(name.group(), name.group()), text) if bound else text


def _summands(text: str) -> list[str]:
    """What ` + ` separates at the outermost level."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in "<([") - (char in ")]" or (char == ">" and text[at - 1] not in "-="))
        if depth == 0 and text.startswith(" + ", at):
            parts.append(text[start:at])
            start = at + 3
    return [*parts, text[start:]]
