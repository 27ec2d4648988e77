"""Values in parts: fields that move, come back, are captured or borrowed alone; arrays, tuples, patterns of all modes.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from tests.generated.body import TYPES, Body
from tests.generated.control import begin_arm, begin_else, begin_if, condition
from tests.generated.model import Snapshot, Status
from tests.generated.simple import birth, field_move


def refilled_field(body: Body) -> bool:
    """A field gets a new value: the old one dies, or had moved away before."""
    candidates = [v for v in body.model.partly_movable() if v.is_mut]
    if not candidates:
        return field_move(body)
    variable = body.rng.choice(candidates)
    left = variable.left if variable.status is Status.PARTIAL else frozenset({"a", "b"})
    part = body.rng.choice(["a", "b"])
    if part in left:
        body.line(f'{variable.name}.{part}.held("_");')
    body.line(f"{variable.name}.{part} = mk();")
    variable.left = left | {part}
    if variable.left == {"a", "b"}:
        variable.status, variable.left = Status.LIVE, frozenset()
        body.hold(variable)
    else:
        body.line(f'{variable.name}.{part}.held("{body.label(variable.name)}");')
    return False


def captured_field(body: Body) -> bool:
    """A closure takes one field and leaves the other."""
    candidates = [v for v in body.model.partly_movable() if v.status is Status.LIVE and not v.is_captured]
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("f")
    body.line(f'{variable.name}.a.held("{body.label(name)}");')
    body.line(f"let {name} = move || {variable.name}.a.len();")
    body.line(f'born("{body.label(name)}");')
    variable.status, variable.left = Status.PARTIAL, frozenset({"b"})
    body.declare(name, "fn").can_move = False
    body.line(f"{name}();")
    return False


def array(body: Body) -> bool:
    """An array, or one that is taken apart."""
    candidates = body.model.movable("[D; 2]")
    if not candidates:
        body.bind(TYPES["[D; 2]"], "[D; 2]")
        return False
    variable = body.rng.choice(candidates)
    first, second = body.fresh("x"), body.fresh("y")
    pattern = body.rng.choice([f"[{first}, {second}]", f"[{first}, _]", f"[{first}, ..]", f"[.., {second}]"])
    body.line(f"let {pattern} = {variable.name};")
    variable.status = Status.GONE
    for name in (first, second):
        if name in pattern:
            body.born(name, "D")
    return False


# By type: a pattern that borrows, and how many names it gives; the names of a block are told inside of it.
BORROWING = {
    "P": [("let P {{ a: {r}, b: {s} }} = &{v}; look({r}); look({s});", 2), ("let P {{ ref a, .. }} = {v};", 1)],
    "(D, D)": [("let (ref {r}, ref {s}) = {v};", 2), ("let ({r}, _) = &{v}; look({r});", 1)],
    "Option<D>": [("if let Some(ref {r}) = {v} {{", 1), ("let {r} = {v}.as_ref(); look(&{r});", 0)],
    "[D; 2]": [("let [ref {r}, _] = {v}; look({r});", 1), ("for {r} in &{v} {{ look({r}); }}", 0)],
}


def by_reference(body: Body) -> bool:
    """Patterns that borrow what they name."""
    candidates = body.model.readable("P", "(D, D)", "Option<D>", "[D; 2]")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    first, second = body.fresh("r"), body.fresh("r")
    text, names = body.rng.choice(BORROWING[variable.type])
    body.line("{")
    body.depth += 1
    body.line(text.format(v=variable.name, r=first, s=second))
    for _ in range(names):
        body.borrowed(variable, "false")
    body.line("}" * (1 + text.endswith("{{")))
    body.depth -= 1
    return False


def matched_pair(body: Body) -> bool:
    """A match on two values at once."""
    first, second = body.value("D"), body.value("Option<D>")
    x, y = body.fresh("x"), body.fresh("y")
    before = body.model.snapshot()
    states: list[Snapshot] = []
    body.line(f"match ({first}, {second}) {{")
    body.depth += 1
    begin_arm(body, f"({x}, Some({y}))", 0)

    def both() -> bool:
        body.born(x, "D")
        body.born(y, "D")
        return body.statements(2)

    body.branch(before, states, both)
    body.line("}")
    begin_arm(body, body.rng.choice(["(_, None)", "_"]), 1)
    body.branch(before, states, lambda: body.statements(1))
    body.line("}")
    body.depth -= 1
    body.line("}")
    return body.finish(before, states)


def late_in_branches(body: Body) -> bool:
    """A binding that each branch initialises, or only one of them."""
    name = body.fresh("late")
    body.line(f"let {name}: D;")
    variable = body.declare(name, "D", status=Status.UNSET)
    variable.late = True
    before = body.model.snapshot()
    states: list[Snapshot] = []
    is_always = body.rng.random() < 0.6

    def write(*, sets: bool) -> bool:
        if body.statements(1):
            return True
        if sets and variable.status is Status.UNSET and variable in body.model.assignable("D"):
            value = body.value("D")
            body.line(f"{name} = {value};")
            variable.status = Status.LIVE
            body.say_born(variable)
        return False

    begin_if(body, condition(body))
    body.branch(before, states, lambda: write(sets=True))
    begin_else(body)
    body.branch(before, states, lambda: write(sets=is_always))
    body.line("}")
    return body.finish(before, states)


def taken_out(body: Body) -> bool:
    """What std moves out of a place and into one."""
    candidates = body.model.changeable("Option<D>", "Vec<D>")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    if variable.type == "Vec<D>":
        body.bind(f"std::mem::take(&mut {variable.name})", "Vec<D>", may_shadow=False)
        return False
    form = body.rng.choice(["{}.replace({})", "std::mem::replace(&mut {}, Some({}))"])
    body.bind(form.format(variable.name, body.value("D")), "Option<D>", may_shadow=False)
    body.hold(variable)
    return False


def through_function(body: Body) -> bool:
    """A value through a generic function of the program itself."""
    type_ = body.rng.choice(["D", "P", "Option<D>", "Rc<D>", "(D, D)"])
    program = body.name.split("_")[0]
    body.bind(f"{program}_{body.rng.choice(['same', 'same_twice'])}({body.value(type_)})", type_)
    return False
