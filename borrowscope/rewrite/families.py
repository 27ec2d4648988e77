"""The families of constructs that are observed beside bindings, moves and control flow: one module, one row each.

In: one function's plan and its calls. Out: `FAMILIES`, each a function that numbers its sites and returns what makes
the edits; edits come after those of bindings and moves, so that around one expression they stand inside of them.
"""

from __future__ import annotations

from collections.abc import Callable

from borrowscope.rewrite.accesses import plan_accesses
from borrowscope.rewrite.calls import Calls
from borrowscope.rewrite.expressions import plan_expressions
from borrowscope.rewrite.guards import plan_guards
from borrowscope.rewrite.operations import plan_operations
from borrowscope.rewrite.plans import FunctionPlan
from borrowscope.rewrite.unsafe_operations import plan_unsafe_operations

Family = Callable[[FunctionPlan, Calls], Callable[[], None]]

FAMILIES: tuple[Family, ...] = (plan_guards, plan_operations, plan_accesses, plan_expressions, plan_unsafe_operations)
