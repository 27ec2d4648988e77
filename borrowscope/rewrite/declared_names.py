"""Names that a mark declares (`ffi`, `unions`, `statics`), and unions that are written, which takes no `unsafe`.

In: one function's plan, an expression. Out: what the declaration makes of it, or None.
"""

from __future__ import annotations

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import callee_name
from borrowscope.rewrite.contexts import is_method_name, whole_place
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.rewrite.positions import strip_parentheses
from borrowscope.text.type_names import short_type


def declared_function(plan: FunctionPlan, call: Node) -> str | None:
    """The callee, if it is declared to be foreign."""
    function = call.field("function")
    name = callee_name(function) if function is not None else None
    if name is None:
        return None
    text = name.text.partition("::<")[0]
    return " ".join(text.split()) if _last(text) in plan.file.choice.declared.ffi else None


def declared_union(plan: FunctionPlan, field: Node) -> tuple[str, str] | None:
    """Union and field, if the variable or its type is declared to be a union, or if a union's field is written."""
    value, name = field.field("value"), field.field("field")
    declared, unions = plan.file.choice.declared.unions, plan.file.facts.unions
    if not (declared or unions) or value is None or name is None or is_method_name(field):
        return None
    base = strip_parentheses(value)
    use = plan.scopes.uses.get(base.start) if base.kind in ("identifier", "self") else None
    fact = plan.file.facts.bindings.get(use.binding.start) if use is not None and use.binding is not None else None
    ty = short_type(fact.ty).lstrip("&").removeprefix("mut ").partition("<")[0] if fact and fact.ty else ""
    union = next((one for one in (ty, _last(base.text)) if one in declared), None)
    if union is None and ty in unions and _is_assigned(field):
        union = ty
    return (union, name.text) if union is not None else None


def declared_static(plan: FunctionPlan, name: Node) -> str | None:
    """The name, if it is declared to be a static, and no variable."""
    use = plan.scopes.uses.get(name.start)
    is_variable = use is not None and use.binding is not None
    text = _last(name.text)
    return text if text in plan.file.choice.declared.statics and not is_variable else None


def _is_assigned(field: Node) -> bool:
    """Whether the field, or a part of it, is what an assignment writes."""
    place = whole_place(field)
    is_assignment = place.parent is not None and place.parent.kind == "assignment_expression"
    return is_assignment and place.field_name == "left"


def _last(path: str) -> str:
    return path.rpartition("::")[2].strip()
