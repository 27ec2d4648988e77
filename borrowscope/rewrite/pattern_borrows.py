"""Names that a pattern binds by reference: `if let Some(r) = &v`, `match *self { Foo(ref a) => .. }`.

In: one binding of a pattern. Out: the variable at the base of what it borrows, or None where it takes a value or nobody
knows whose part it borrows.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.plans import BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import place_base, strip_parentheses

_TAKING_APART = frozenset({"tuple_struct_pattern", "struct_pattern", "tuple_pattern", "slice_pattern"})


def borrowed_base(plan: FunctionPlan, one: BindingPlan) -> Node | None:
    """The variable that a name of a pattern borrows from."""
    if not one.fact.is_reference:
        return None
    levels, top = _levels(one)
    value = top.field("value") if top is not None else None
    if value is None:
        return None
    while (element := _element(value, [*levels, one.binding.node])) is not None:
        value, levels = element, levels[1:]
        if _gives_itself_away(plan, strip_parentheses(value)):
            return None
    value = strip_parentheses(value)
    is_apart = any(level.kind in _TAKING_APART for level in levels)
    is_raw = any(child.kind == "raw" for child in value.children)
    place = value.field("value") if value.kind == "reference_expression" and not is_raw else None
    if any(_is_ref(level) for level in levels):
        return place_base(place if place is not None and is_apart else value)
    if any(level.kind == "reference_pattern" or (is_apart and level.kind == "mut_pattern") for level in levels):
        return None  # a part of what the reference leads to, by value
    if place is not None:
        return place_base(place)
    if not is_apart:
        return None
    owner = plan.plan_of(value) if value.kind in ("identifier", "self") else None
    return value if owner is not None and owner.fact.is_reference else None


def _gives_itself_away(plan: FunctionPlan, element: Node) -> bool:
    """`match (a, b) { (Some(ref x), ..) => .. }`: `x` borrows from the tuple, into which `a` has moved."""
    owner = plan.plan_of(place_base(element))
    return owner is not None and not owner.fact.is_reference and owner.fact.is_copy is not True


def _levels(one: BindingPlan) -> tuple[list[Node], Node | None]:
    """The patterns around a name, the outermost first, and what gives them their value."""
    levels: list[Node] = []
    for ancestor in one.binding.node.ancestors():
        if ancestor.kind in ("let_declaration", "let_condition", "match_expression"):
            return levels[::-1], ancestor
        if ancestor.kind.endswith("_pattern") and ancestor.kind not in ("or_pattern", "match_pattern"):
            levels.append(ancestor)
        elif ancestor.kind not in _BETWEEN:
            break
    return [], None


_BETWEEN = frozenset({"or_pattern", "match_pattern", "match_arm", "match_block"})


def _is_ref(level: Node) -> bool:
    return level.kind == "ref_pattern" or (level.kind == "field_pattern" and level.child("ref") is not None)


def _element(value: Node, levels: list[Node]) -> Node | None:
    """`match (&a, &b) { (Some(x), y) => .. }`: the element that the part of the tuple pattern is matched with."""
    value = strip_parentheses(value)
    if value.kind != "tuple_expression" or levels[0].kind != "tuple_pattern":
        return None
    parts = [part for part in levels[0].children if part.is_named and not part.kind.endswith("comment")]
    if any(part.kind == "remaining_field_pattern" for part in parts):
        return None
    places = [place for place, part in enumerate(parts) if part.start == levels[1].start]
    return value.named[places[0]] if places and places[0] < len(value.named) else None
