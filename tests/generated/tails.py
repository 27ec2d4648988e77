"""How a function ends: a plain value, or an expression whose arms and blocks make it; and calls with `?` inside.

In: the body at its end. Out: the tail's lines.
"""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.control import begin_arm, begin_else, begin_if, condition, leave_by, return_value


def plain(body: Body) -> None:
    """A value or a variable that moves."""
    body.line(return_value(body))


def branches(body: Body) -> None:
    """`if` with a value from each side."""
    before = body.model.snapshot()
    begin_if(body, condition(body))
    body.branch(before, [], lambda: _ending(body))
    begin_else(body)
    body.branch(before, [], lambda: _ending(body))
    body.line("}")


def match_arms(body: Body) -> None:
    """A `match` whose arms bind and give a value."""
    name = body.fresh("t")
    before = body.model.snapshot()
    body.line("match mk_option() {")
    body.depth += 1
    begin_arm(body, f"Some({name})", 0)
    body.branch(before, [], lambda: _ending(body, name))
    body.line("}")
    begin_arm(body, "None", 1)
    body.branch(before, [], lambda: _ending(body))
    body.line("}")
    body.depth -= 1
    body.line("}")


def block(body: Body) -> None:
    """A block that ends in the value."""
    before = body.model.snapshot()
    body.line("{")
    body.branch(before, [], lambda: _ending(body))
    body.line("}")


def early(body: Body) -> None:
    """`return` as the last statement."""
    leave_by(body, "return", f"return {return_value(body)};")


def _ending(body: Body, bound: str | None = None) -> bool:
    if bound is not None:
        body.born(bound, "D")
    if not body.statements(2):
        plain(body)
    return True


TAILS = {plain: 3, branches: 2, match_arms: 2, block: 1, early: 1}


def tail(body: Body) -> None:
    """Write the end of a function that returns something."""
    body.rng.choices(list(TAILS), list(TAILS.values()))[0](body)
