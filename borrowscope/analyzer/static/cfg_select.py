"""`cfg_select!` in a body: the branch whose condition holds is what stands there, the others are not compiled.

In: the invocation's node. Out: the type of the branch that is compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from borrowscope.analyzer.static.control import check_statements
from borrowscope.analyzer.static.types import UNIT, UNKNOWN
from borrowscope.parse.cfg_branches import Branch, branches_of
from borrowscope.parse.syntax import parse_arguments

if TYPE_CHECKING:
    from borrowscope.analyzer.static.body import Body
    from borrowscope.analyzer.static.types import Ty
    from borrowscope.parse.syntax import Node


def check_cfg_select(body: Body, node: Node, expected: Ty | None) -> Ty:
    """Read all branches; what the compiled one binds is known behind the call."""
    tokens = node.child("token_tree")
    if tokens is None:
        return UNKNOWN
    chosen: Branch | None = None
    for branch in branches_of(tokens):
        if chosen is None and body.scope.is_active(branch.condition):
            chosen = branch
        else:
            with body.inactive():
                _check(body, branch, None)
    return _check(body, chosen, expected) if chosen is not None else UNKNOWN


def _check(body: Body, branch: Branch, expected: Ty | None) -> Ty:
    parsed = parse_arguments(branch.source, branch.start, branch.end)
    if not parsed:
        return UNKNOWN
    (value, *_) = parsed
    if branch.braces is None or value.kind != "block":
        return body.check(value, expected)
    return check_statements(body, value.named, expected) if value.named else UNIT
