"""Which of the 78 initializer kinds a binding has: operations and written forms first, then clones, then the type.

In: the resolved type, the initializer, the resolved calls. Out: a kind's name, or None where nobody can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from borrowscope.analyzer.callee import Callee, parse_callee
from borrowscope.analyzer.obvious_types import PRIMITIVES
from borrowscope.analyzer.producer import producing_call, written_form
from borrowscope.analyzer.type_text import Shape, TypeText, parse_type
from borrowscope.parse.syntax import Node
from borrowscope.tables.initializer_kinds import INITIALIZER_KINDS, KindRow
from borrowscope.tables.std_types import is_std_iterator
from borrowscope.text.span import Span

_WRAPPERS = frozenset({"std::option::Option", "std::result::Result"})
_STD = ("std::", "core::", "alloc::", "proc_macro::")


@dataclass(slots=True)
class KindContext:
    """What kinds ask about: what defines a type of the user's (`struct`, `enum`, `union`), callees by call span."""

    items: Mapping[str, str] = field(default_factory=dict)
    callees: Mapping[Span, str] = field(default_factory=dict)


def initializer_kind(ty: str, value: Node | None, generics: frozenset[str], context: KindContext) -> str | None:
    """The kind of a binding of this type. `value` is the expression that initializes it alone, None for a pattern's."""
    tree = parse_type(ty)
    if value is not None:
        callee = _callee(value, context)
        kind = _by_operation(callee) or _by_writing(tree, value) or _by_clone(tree, callee, generics)
        if kind is not None:
            return kind
    return kind_of_type(tree, generics, context.items)


def _callee(value: Node, context: KindContext) -> Callee | None:
    call = producing_call(value)
    text = context.callees.get(Span(call.start, call.end))
    return parse_callee(text) if text else None


def _by_operation(callee: Callee | None) -> str | None:
    return _OPERATIONS.get(callee.path) if callee is not None else None


def _by_writing(tree: TypeText, value: Node) -> str | None:
    written = written_form(value)
    if written.kind == "macro_invocation":
        macro = written.field("macro")
        name = macro.text.rpartition("::")[2] if macro is not None else ""
        return _MACROS.get((name, tree.head)) or _MACROS.get(("*", tree.head))
    constructor = written.field("function") if written.kind == "call_expression" else written
    if constructor is not None and constructor.kind == "generic_function":
        constructor = constructor.field("function")
    if constructor is None or constructor.kind not in ("identifier", "scoped_identifier"):
        return None
    return _VARIANTS.get((constructor.text.rpartition("::")[2], tree.head))


def _by_clone(tree: TypeText, callee: Callee | None, generics: frozenset[str]) -> str | None:
    if callee is None or not callee.is_clone or callee.self_type is None:
        return None
    cloned = parse_type(callee.self_type)
    if cloned.head != tree.head:
        return None
    return _CLONES.get("*generic" if _is_generic(tree, generics) else tree.head)


def _is_generic(tree: TypeText, generics: frozenset[str]) -> bool:
    if tree.shape is Shape.PROJECTION:
        return tree.head.startswith("<") and parse_type(tree.head[1:].partition(" as ")[0]).head in generics
    return tree.shape is Shape.PATH and tree.head in generics


def kind_of_type(tree: TypeText, generics: frozenset[str], items: Mapping[str, str]) -> str | None:
    """What the type alone says: the type rows."""
    if tree.shape in (Shape.PATH, Shape.PROJECTION):
        return _by_path(tree, generics, items)
    if tree.shape is Shape.TUPLE:
        return _by_tuple(tree)
    if tree.shape is Shape.IMPL:
        return _BOUNDS.get(tree.head, "impl_trait")
    return _SHAPES.get(_shape_name(tree))


def _shape_name(tree: TypeText) -> str:
    is_reference = tree.shape in (Shape.REFERENCE, Shape.MUTABLE_REFERENCE)
    return "str_reference" if is_reference and tree.arguments == ("str",) else tree.shape.value


def _by_tuple(tree: TypeText) -> str | None:
    if not tree.arguments:
        return "primitive"
    return _PAIRS.get(parse_type(tree.arguments[0]).head, "tuple")


def _by_path(tree: TypeText, generics: frozenset[str], items: Mapping[str, str]) -> str | None:
    if tree.head in PRIMITIVES or tree.head in ("{integer}", "{float}"):
        return "primitive"
    if _is_generic(tree, generics):
        return "generic"
    if tree.head in _WRAPPERS and tree.arguments:
        wrapped = _WRAPPED.get(parse_type(tree.arguments[0]).head)
        if wrapped is not None:
            return wrapped
    kind = _HEADS.get(tree.head) or _WRAPPED.get(tree.head)
    if kind is not None:
        return kind
    if is_std_iterator(tree.head):
        return "iterator"
    if tree.head in items:
        return f"user_{items[tree.head]}"
    return "std_type" if tree.head.startswith(_STD) else None


def _index(attribute: str) -> dict[str, str]:
    """Kind by each value of a row's attribute."""
    return {value: row.kind for row in INITIALIZER_KINDS for value in getattr(row, attribute)}


def _written(rows: tuple[KindRow, ...], attribute: str) -> dict[tuple[str, str], str]:
    return {(getattr(row, attribute), row.of): row.kind for row in rows if getattr(row, attribute) and row.of}


_OPERATIONS = _index("callees")
_CLONES = _index("clones")
_HEADS = _index("heads")
_WRAPPED = _index("wrapped")
_BOUNDS = _index("bounds")
_SHAPES = _index("shapes")
_PAIRS = {row.pair: row.kind for row in INITIALIZER_KINDS if row.pair}
_VARIANTS = _written(INITIALIZER_KINDS, "variant")
_MACROS = _written(INITIALIZER_KINDS, "macro")
