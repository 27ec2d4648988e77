"""What happens to a guard that has no name: it stays a temporary, moves into another value, or is bound to a name.

In: an expression that yields a guard (or a Result or Option of one). Out: its `Use` (rule 6 of the design).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from borrowscope.analyzer.callee import parse_callee
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.guard_types import carried, guard_of, holds, type_of
from borrowscope.rewrite.macro_rows import row_of
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses, tail_of
from borrowscope.tables.guards import BORROWING_MACROS, GUARDS, LOOKING, LOOKING_TRAITS, MAPPERS
from borrowscope.tables.macros import Entry
from borrowscope.text.span import Span


class Fate(Enum):
    """Where a guard without a name goes."""

    KEPT = auto()  # it stays a temporary and ends with its scope
    PASSED = auto()  # it moves into the value of `node`
    BOUND = auto()  # a pattern or an assignment gives it to `bindings`
    ESCAPES = auto()  # it moves where nobody sees it


@dataclass(frozen=True, slots=True)
class Use:
    """The fate of one value. `is_certain`: wherever there is a guard, one of the bindings receives it.

    `site` is that of the assignment which gives a binding a new value.
    """

    fate: Fate
    node: Node | None = None
    bindings: tuple[BindingPlan, ...] = ()
    is_certain: bool = True
    site: Site | None = None


KEPT, ESCAPES = Use(Fate.KEPT), Use(Fate.ESCAPES)


def use_of(plan: FunctionPlan, calls: Calls, value: Node) -> Use:
    """What the expression around the value does with it."""
    while value.parent is not None and value.parent.kind == "parenthesized_expression":
        value = value.parent
    parent = value.parent
    reader = _READERS.get(parent.kind) if parent is not None else None
    return reader(plan, calls, value, parent) if reader is not None and parent is not None else ESCAPES


# 1. places and methods
def _kept(_plan: FunctionPlan, _calls: Calls, _value: Node, _parent: Node) -> Use:
    return KEPT


def _unary(_plan: FunctionPlan, _calls: Calls, _value: Node, parent: Node) -> Use:
    return KEPT if parent.children[0].kind == "*" else ESCAPES


def _index(_plan: FunctionPlan, _calls: Calls, value: Node, parent: Node) -> Use:
    return KEPT if parent.named[0] is value or parent.start == value.start else ESCAPES


def _field(_plan: FunctionPlan, calls: Calls, value: Node, parent: Node) -> Use:
    call = parent.parent if parent.field_name == "function" else None
    if call is not None and call.kind == "generic_function":
        call = call.parent if call.field_name == "function" else None
    if call is None or call.kind != "call_expression":
        return KEPT
    return _method(calls, value, call)


def _method(calls: Calls, value: Node, call: Node) -> Use:
    """A receiver: a method of what the guard guards leaves it alone, one of the guard's own may take it."""
    fact, ty = calls.find(call), type_of(calls, strip_parentheses(value))
    if fact is None:
        return ESCAPES
    callee = parse_callee(fact.callee)
    is_own = callee.self_type is not None and carried(callee.self_type) is not None
    if guard_of(ty) is not None and not is_own:
        return KEPT
    if callee.trait in LOOKING_TRAITS or (callee.trait is None and callee.path.rpartition("::")[2] in LOOKING):
        return KEPT
    return Use(Fate.PASSED, call) if carried(fact.result) is not None else ESCAPES


def _called(_plan: FunctionPlan, _calls: Calls, value: Node, _parent: Node) -> Use:
    """`(guard)()` calls what the guard guards."""
    return KEPT if value.field_name == "function" else ESCAPES


def _tried(_plan: FunctionPlan, _calls: Calls, _value: Node, parent: Node) -> Use:
    return Use(Fate.PASSED, parent)


def _argument(_plan: FunctionPlan, calls: Calls, value: Node, parent: Node) -> Use:
    """`Ref::map(guard, ..)` gives the guard back, unless its closure panics."""
    call = parent.parent
    fact = calls.find(call) if call is not None and call.kind == "call_expression" else None
    if fact is None or parse_callee(fact.callee).path not in MAPPERS or parent.named[0].start != value.start:
        return ESCAPES
    return Use(Fate.PASSED, call, is_certain=all(_cannot_panic(other) for other in parent.named[1:]))


def _cannot_panic(closure: Node) -> bool:
    """Whether a closure only names a part: `|it| &it.part`."""
    body = closure.field("body")
    return body is not None and all(not part.is_named or part.kind in _NAMING for part in body.walk())


_NAMING = frozenset(
    {"identifier", "self", "field_expression", "field_identifier", "integer_literal", "reference_expression"}
    | {"mutable_specifier", "parenthesized_expression"}
)


_LOOKING = (Entry.FORMAT, Entry.MESSAGE, Entry.ADDRESS)


def _macro(_plan: FunctionPlan, _calls: Calls, _value: Node, parent: Node) -> Use:
    name = parent.field("macro")
    path = name.text if name is not None else ""
    row = row_of(parent)
    is_borrowing = row is not None and row.entry in _LOOKING
    return KEPT if is_borrowing or path.rpartition("::")[2] in BORROWING_MACROS else ESCAPES


# 2. statements and patterns
def _statement(_plan: FunctionPlan, _calls: Calls, _value: Node, parent: Node) -> Use:
    return KEPT if parent.children[-1].kind == ";" else ESCAPES


def _let(plan: FunctionPlan, _calls: Calls, value: Node, parent: Node) -> Use:
    pattern = parent.field("pattern")
    if pattern is None or value.field_name != "value":
        return ESCAPES
    return _matched(plan, [pattern])


def _match(plan: FunctionPlan, _calls: Calls, value: Node, parent: Node) -> Use:
    body = parent.field("body")
    if body is None or value.field_name != "value":
        return ESCAPES
    arms = [arm.field("pattern") for arm in body.named if arm.kind == "match_arm"]
    return _matched(plan, [pattern for pattern in arms if pattern is not None])


def _matched(plan: FunctionPlan, patterns: list[Node]) -> Use:
    """Patterns that bind nothing by value leave the guard where it is."""
    names = [list(_values_of(plan, pattern)) for pattern in patterns]
    if any(one.fact.ty is None for found in names for one in found):
        return ESCAPES
    if not any(_may_hold(one) for found in names for one in found):
        return KEPT
    takers = [pattern for pattern, found in zip(patterns, names, strict=True) if any(holds(one) for one in found)]
    bindings = tuple(one for found in names for one in found if holds(one))
    others = [pattern for pattern in patterns if pattern not in takers]
    is_certain = (
        len(takers) == 1
        and takers[0].field("condition") is None
        and _is_whole(takers[0])
        and all(_is_failure(pattern) for pattern in others)
    )
    return Use(Fate.BOUND, None, bindings, is_certain) if bindings else ESCAPES


def _values_of(plan: FunctionPlan, pattern: Node) -> Iterator[BindingPlan]:
    for start, one in plan.bindings.items():
        if pattern.start <= start < pattern.end and one.fact.is_reference is not True:
            yield one


def _may_hold(one: BindingPlan) -> bool:
    """Whether a name may take a guard with it; errors of cells and plain values do not."""
    return any(f"{row.path}<" in (one.fact.ty or "") for row in GUARDS)


def _is_whole(pattern: Node) -> bool:
    """Whether the pattern takes every guard there may be: `g`, `Ok(g)`, `Some(g)`."""
    inner = pattern.named[0] if pattern.kind == "match_pattern" else pattern
    if inner.kind == "tuple_struct_pattern":
        parts = [part for part in inner.named if part.field_name != "type"]
        return len(parts) == 1 and parts[0].kind in _NAMES
    return inner.kind in _NAMES


_NAMES = ("identifier", "mut_pattern")


def _is_failure(pattern: Node) -> bool:
    text = pattern.text
    return text.startswith(("Err", "_", "None"))


def _assigned(plan: FunctionPlan, calls: Calls, value: Node, parent: Node) -> Use:
    if parent.parent is not None and parent.parent.kind == "macro_invocation":
        return _macro(plan, calls, value, parent.parent)  # `format!("{it}", it = guard)`
    left = parent.field("left")
    one = plan.plan_of(strip_parentheses(left)) if left is not None else None
    if left is None or one is None or value.field_name != "right" or not holds(one):
        return ESCAPES
    span = Span(left.start, left.end)
    site = next((site for site in plan.file.sites if site.kind == "assign" and site.span == span), None)
    return Use(Fate.BOUND, None, (one,), is_certain=True, site=site) if site is not None else ESCAPES


# 3. values of tuples and blocks
def _element(plan: FunctionPlan, _calls: Calls, value: Node, parent: Node) -> Use:
    """`let (g, h) = (lock(), lock());` gives each name its own."""
    let = parent.parent
    pattern = let.field("pattern") if let is not None and let.kind == "let_declaration" else None
    if pattern is None or pattern.kind != "tuple_pattern" or parent.field_name != "value":
        return ESCAPES
    values = [child.start for child in parent.named]
    if len(values) != len(pattern.named) or value.start not in values:
        return ESCAPES
    part = pattern.named[values.index(value.start)]
    return replace(_matched(plan, [part]), is_certain=False) if part.kind in _NAMES else ESCAPES


def _tail(plan: FunctionPlan, calls: Calls, value: Node, _parent: Node) -> Use:
    """The value of a block or branch that is the value of a `let`: `let g = if a { .. } else { .. };`."""
    node = value
    while node.parent is not None and _is_value_of(node, node.parent):
        node = node.parent
    outer = node.parent
    if outer is None or outer.kind != "let_declaration":
        return ESCAPES
    found = _let(plan, calls, node, outer)
    return found if found.fate is Fate.BOUND else ESCAPES


def _is_value_of(node: Node, parent: Node) -> bool:
    if parent.kind == "block":
        tail = tail_of(parent)
        return tail is not None and (tail.start, tail.end) == (node.start, node.end)
    fields = _VALUE_FIELDS.get(parent.kind)
    return fields is not None and (not fields or node.field_name in fields)


# By the construct: the fields that hold its value; none where all that is in it is.
_VALUE_FIELDS: dict[str, tuple[str, ...]] = {
    "match_arm": ("value",),
    "match_expression": ("body",),
    "if_expression": ("consequence", "alternative"),
    "match_block": (),
    "else_clause": (),
    "unsafe_block": (),
    "expression_statement": (),
}


_Reader = Callable[[FunctionPlan, Calls, Node, Node], Use]
_READERS: dict[str, _Reader] = {
    "field_expression": _field,
    "unary_expression": _unary,
    "index_expression": _index,
    "reference_expression": _kept,
    "call_expression": _called,
    "try_expression": _tried,
    "arguments": _argument,
    "macro_invocation": _macro,
    "expression_statement": _statement,
    "let_declaration": _let,
    "let_condition": _let,
    "match_expression": _match,
    "assignment_expression": _assigned,
    "tuple_expression": _element,
    "block": _tail,
    "match_arm": _tail,
}
