"""Clones that no binding is born by: the value passes through a function of the runtime that records it.

In: one function's plan and its calls. Out: sites, and an edit around each such call of `Clone::clone`.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.parse.syntax import Node
from borrowscope.rewrite.calls import Calls, call_source, callee_name, cloned_type, is_clone
from borrowscope.rewrite.generic_types import is_generic
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, BindingPlan, FunctionPlan
from borrowscope.rewrite.positions import place_base
from borrowscope.rewrite.scopes import Frame
from borrowscope.tables.births import UnnamedClone, unnamed_clone_of
from borrowscope.text.type_names import short_type


def plan_clones(plan: FunctionPlan, calls: Calls) -> Callable[[], None]:
    """Number the sites of all clones without a name; gives what makes the edits."""
    births = {one.fact.span.start for one in plan.bindings.values() if one.birth.producer == "clone"}
    edits: list[Callable[[], None]] = []
    for node, frame in plan.scopes.calls:
        call = calls.find(node)
        if call is not None and is_clone(call) and call.target not in births:
            edits.append(_plan(plan, node, frame, cloned_type(call)))

    def emit() -> None:
        for edit in edits:
            edit()

    return emit


def _plan(plan: FunctionPlan, node: Node, frame: Frame, ty: str) -> Callable[[], None]:
    source_node, function = call_source(node), node.field("function")
    source = plan.plan_of(place_base(source_node)) if source_node is not None else None
    row = unnamed_clone_of(ty, is_generic=not ty or is_generic(ty, plan.type_parameters))
    told = callee_name(function) if function is not None else None
    site = plan.new_site("call", row.event, told or node, frame)
    site.owner, site.ty = source.site.index if source is not None else None, short_type(ty) if ty else None
    return lambda: _emit(plan, node, site, source, row)


def _emit(plan: FunctionPlan, node: Node, site: Site, source: BindingPlan | None, row: UnnamedClone) -> None:
    if plan.file.is_enabled(site):
        owner = f"{source.guard}.id()" if source is not None and source.is_enabled else f"{RUNTIME_PATH}NONE"
        before = f"{RUNTIME_PATH}{row.function}({plan.number_about(site, source)}, {owner}, "
        plan.file.editor.wrap(node, before, ")", site.index)
