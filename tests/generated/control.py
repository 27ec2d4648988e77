"""Statements that branch, loop or leave. Each writes lines and returns whether control never comes back."""

from __future__ import annotations

from tests.generated.body import TYPES, Body
from tests.generated.model import Scope, Snapshot, Status, Variable
from tests.generated.simple import birth


def condition(body: Body) -> str:
    readable = body.model.readable("D")
    if readable and body.rng.random() < 0.3:
        return f"{body.rng.choice(readable).name}.len() > 0 && toss(2)"
    return f"toss({body.rng.randint(2, 3)})"


def begin_if(body: Body, test: str, *, head: str = "") -> None:
    """`if TEST {`, and the truth about the branch."""
    anchor = body.anchor()
    body.line(f"{head}if {test} {{", anchor)
    body.tell(f"if {anchor}")


def begin_else(body: Body) -> None:
    """`} else {`, and the truth about the branch."""
    anchor = body.anchor()
    body.line("} else {", anchor)
    body.tell(f"else {anchor}")


def begin_arm(body: Body, pattern: str, index: int) -> None:
    """`PATTERN => {`, and the truth about the arm."""
    anchor = body.anchor()
    body.line(f"{pattern} => {{", anchor)
    body.tell(f"arm {anchor} {index}")


def if_else(body: Body) -> bool:
    before = body.model.snapshot()
    states: list[Snapshot] = []
    begin_if(body, condition(body))
    body.branch(before, states, lambda: body.statements(3))
    if body.rng.random() < 0.6:
        begin_else(body)
        body.branch(before, states, lambda: body.statements(3))
    else:
        states.append(before)
    body.line("}")
    return body.finish(before, states)


def block(body: Body) -> bool:
    body.line("{")
    with body.scope():
        diverges = body.statements(3)
    body.line("}")
    return diverges


def block_value(body: Body) -> bool:
    name = body.fresh()
    body.line(f"let {name} = {{")
    with body.scope():
        if body.statements(2):
            body.depth -= 1
            body.line("};")
            body.depth += 1
            return True
        body.line(body.value("D"))
    body.line("};")
    body.born(name, "D")
    return False


def labelled_block(body: Body) -> bool:
    name, label = body.fresh(), body.fresh("'b")
    before = body.model.snapshot()
    states: list[Snapshot] = []
    body.line(f"let {name} = {label}: {{")

    def leave() -> bool:
        leave_by(body, "break", f"break {label} {body.value('D')};")
        return False

    def write() -> bool:
        begin_if(body, condition(body))
        inside = body.model.snapshot()
        ends: list[Snapshot] = []
        body.branch(inside, ends, leave)
        states.extend({v: state for v, state in end.items() if v in before} for end in ends)
        body.line("}")
        body.model.restore(inside)
        if body.statements(2):
            return True
        body.line(body.value("D"))
        return False

    body.branch(before, states, write)
    body.line("};")
    body.finish(before, states)
    body.born(name, "D")
    return False


def leave_by(body: Body, kind: str, text: str) -> None:
    """A `break`, `continue` or `return`, told before it is taken."""
    anchor = body.anchor()
    body.tell(f"{kind} {anchor}")
    body.line(text, anchor)


def leave_loop(body: Body, *, may_move: bool) -> bool:
    """`break` or `continue` of a loop around; on the way to a break, a variable from outside of it may move."""
    loops = []
    for scope in reversed(body.model.scopes):
        if scope.kind in ("closure", "function"):
            break
        if scope.kind == "loop":
            loops.append(scope)
    if not loops:
        return leave_function(body)
    index = body.rng.randrange(len(loops))
    scope = loops[index]
    if may_move and body.rng.random() < 0.6:
        candidates = body.model.movable(loops=index + 1)
        if candidates:
            variable = body.rng.choice(candidates)
            body.bind(body.take(variable), variable.type)
    if body.rng.random() < 0.35 and not may_move:
        leave_by(body, "continue", f"continue {scope.label};")
        return True
    scope.breaks.append(body.model.snapshot())
    leave_by(body, "break", f"break {scope.label};")
    return True


def leave_function(body: Body) -> bool:
    """`return` with what the function gives back, or a panic."""
    if body.rng.random() < 0.15:
        body.line('panic!("leaving");')
        return True
    leave_by(body, "return", f"return {return_value(body)};".replace(" ;", ";"))
    return True


def return_value(body: Body) -> str:
    """An expression of the innermost function's type."""
    type_ = body.returns[-1]
    if not type_:
        return ""
    if type_ == "Option<D>":
        return "None" if body.rng.random() < 0.3 else f"Some({body.value('D', loops=9)})"
    if type_ == "Result<D, D>":
        return f"{body.rng.choice(['Ok', 'Err'])}({body.value('D', loops=9)})"
    return body.value(type_, loops=9)


def conditional_exit(body: Body) -> bool:
    before = body.model.snapshot()
    begin_if(body, f"toss({body.rng.randint(3, 5)})")
    kind = body.rng.randrange(3)

    def leave() -> bool:
        return leave_function(body) if kind == 0 else leave_loop(body, may_move=kind == 1)

    body.branch(before, [], leave)
    body.line("}")
    body.model.restore(before)
    return False


def panic_sometimes(body: Body) -> bool:
    body.line(f"maybe_panic({body.rng.randint(12, 30)});")
    return False


def loop_body(body: Body, head: str, first: list[tuple[str, str]], frozen: Variable | None = None) -> None:
    """`LABEL: HEAD { .. }` with names that the head binds; afterwards nothing that some path moved is usable."""
    label, anchor = body.fresh("'l"), body.anchor()
    before = body.model.snapshot()
    body.line(f"{label}: {head} {{", anchor)
    body.tell(f"iter {anchor}")
    with body.scope(Scope("loop", label)) as scope:
        if frozen is not None:
            body.model.borrow(frozen, exclusive=False)
        for name, type_ in first:
            body.born(name, type_)
        diverges = body.statements(3)
        ends = [before, *scope.breaks]
        if not diverges:
            ends.append(body.model.snapshot())
    body.line("}")
    body.model.join([{v: state for v, state in end.items() if v in before} for end in ends])


def loop_depth(body: Body) -> int:
    return sum(scope.kind == "loop" for scope in body.model.scopes)


def for_range(body: Body) -> bool:
    if loop_depth(body) > 1:
        return if_else(body)
    loop_body(body, f"for _ in 0..{body.rng.randint(1, 3)}", [])
    return False


def for_values(body: Body) -> bool:
    if loop_depth(body) > 1:
        return if_else(body)
    candidates = body.model.movable("Vec<D>")
    source = (
        body.take(body.rng.choice(candidates)) if candidates else body.rng.choice(["[mk(), mk()]", TYPES["Vec<D>"]])
    )
    name = body.fresh("d")
    loop_body(body, f"for {name} in {source}", [(name, "D")])
    return False


def while_counted(body: Body) -> bool:
    if loop_depth(body) > 1:
        return if_else(body)
    counter = body.fresh("n")
    body.line(f"let mut {counter} = 0;")
    loop_body(body, f"while {{ {counter} += 1; {counter} < 4 }} && !toss(4)", [])
    return False


def while_let_pop(body: Body) -> bool:
    candidates = body.model.changeable("Vec<D>")
    if loop_depth(body) > 1 or not candidates:
        return for_range(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("d")
    loop_body(body, f"while let Some({name}) = {variable.name}.pop()", [(name, "D")], frozen=variable)
    return False


def loop_with_value(body: Body) -> bool:
    """`loop` that breaks with a value in its third round at the latest."""
    if loop_depth(body) > 1:
        return block_value(body)
    name, label, counter = body.fresh(), body.fresh("'v"), body.fresh("n")
    before = body.model.snapshot()
    body.line(f"let mut {counter} = 0;")
    anchor = body.anchor()
    body.line(f"let {name} = {label}: loop {{", anchor)
    ends: list[Snapshot] = []
    with body.scope(Scope("loop", label)):
        body.tell(f"iter {anchor}")
        body.line(f"{counter} += 1;")
        begin_if(body, f"{counter} > 2 || toss(4)")
        inside = body.model.snapshot()

        def leave() -> bool:
            leave_by(body, "break", f"break {label} {body.value('D', loops=1)};")
            return False

        body.branch(inside, ends, leave)
        body.line("}")
        body.model.restore(inside)
        for _ in range(body.rng.randint(0, 2)):
            birth(body)
    body.line("};")
    body.model.join([{v: state for v, state in end.items() if v in before} for end in ends])
    body.born(name, "D")
    return False


def match_value(body: Body) -> bool:
    """A match by value over an enum, an Option or a Result, with guards and `@`."""
    candidates = body.model.movable("E", "Option<D>", "Result<D, D>")
    if candidates and body.rng.random() < 0.8:
        variable = body.rng.choice(candidates)
        type_, scrutinee = variable.type, variable.name
        variable.status = Status.GONE
    else:
        type_ = body.rng.choice(["E", "Option<D>", "Result<D, D>"])
        scrutinee = TYPES[type_]
    before = body.model.snapshot()
    states: list[Snapshot] = []
    body.line(f"match {scrutinee} {{")
    body.depth += 1
    index = 0
    for pattern, bound in arms(body, type_):
        guard = arm_guard(body, bound) if body.rng.random() < 0.2 and pattern not in LAST else ""
        repeated = [guard, ""] if guard else [""]
        for each in repeated:
            begin_arm(body, f"{pattern}{each}", index)
            index += 1
            body.branch(before, states, lambda bound=bound: write_arm(body, bound))  # type: ignore[misc]
            body.line("}")
    body.depth -= 1
    body.line("}")
    return body.finish(before, states)


def arm_guard(body: Body, bound: list[tuple[str, str]]) -> str:
    """A guard of an arm, which may look at what the arm binds."""
    values = [name for name, type_ in bound if type_ == "D"]
    return f" if {values[0]}.len() % 2 == 0" if values and body.rng.random() < 0.5 else " if toss(2)"


LAST = frozenset({"None", "_", "E::C"})


def write_arm(body: Body, bound: list[tuple[str, str]], *, is_told: bool = False) -> bool:
    """The block of an arm; `is_told`: the births of its names were told already."""
    for name, type_ in bound:
        if is_told:
            body.declare(name, type_)
        else:
            body.born(name, type_)
    return body.statements(2)


def arms(body: Body, type_: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The patterns that cover a type, each with what it binds."""
    x, y, rest = body.fresh("x"), body.fresh("y"), body.fresh("rest")
    one, two, whole = [(x, "D")], [(x, "D"), (y, "D")], [(rest, type_)]
    if type_ == "Option<D>":
        return body.rng.choice([[(f"Some({x})", one), ("None", [])], [(f"{rest} @ Some(_)", whole), ("None", [])]])
    if type_ == "Result<D, D>":
        return body.rng.choice([[(f"Ok({x})", one), (f"Err({y})", [(y, "D")])], [(f"Ok({x}) | Err({x})", one)]])
    return body.rng.choice(
        [
            [(f"E::A({x})", one), (f"E::B({x}, {y})", two), ("E::C", [])],
            [(f"E::A({x}) | E::B({x}, _)", one), ("E::C", [])],
            [(f"E::B(_, {x})", one), (f"{rest}", whole)],
            [(f"E::B({x}, {y})", two), (f"{rest} @ E::A(_)", whole), ("_", [])],
        ]
    )


def match_reference(body: Body) -> bool:
    candidates = body.model.readable("E", "Option<D>")
    if not candidates:
        return match_value(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("r")
    pattern = f"Some({name})" if variable.type == "Option<D>" else f"E::A({name}) | E::B({name}, _)"
    before = body.model.snapshot()
    states: list[Snapshot] = [before]

    def write() -> bool:
        body.borrowed(variable, "false")
        body.model.borrow(variable, exclusive=False)
        body.declare(name, "&").can_move = False
        body.line(f"look({name});")
        return body.statements(2)

    begin_if(body, f"let {pattern} = &{variable.name}")
    body.branch(before, states, write)
    body.line("}")
    return body.finish(before, states)


def if_let(body: Body) -> bool:
    """`if let` by value; in 2024 now and then a chain."""
    name = body.fresh("d")
    candidates = body.model.movable("Option<D>")
    source = "mk_option()"
    if candidates:
        variable = body.rng.choice(candidates)
        source = variable.name
        variable.status = Status.GONE
    before = body.model.snapshot()
    states: list[Snapshot] = []
    chain = body.edition == "2024" and body.rng.random() < 0.5
    more = f' && {{ {name}.born("{body.label(name)}"); toss(2) }}' if chain else ""
    begin_if(body, f"let Some({name}) = {source}{more}")
    body.branch(before, states, lambda: write_arm(body, [(name, "D")], is_told=chain))
    begin_else(body)
    body.branch(before, states, lambda: body.statements(2))
    body.line("}")
    return body.finish(before, states)


def let_else(body: Body) -> bool:
    name = body.fresh("d")
    candidates = body.model.movable("Option<D>")
    variable = body.rng.choice(candidates) if candidates else None
    if variable is not None:
        variable.status = Status.GONE
    before = body.model.snapshot()
    anchor = body.anchor()
    body.line(f"let Some({name}) = {variable.name if variable else 'mk_option()'} else {{", anchor)
    body.tell(f"letelse {anchor}")
    body.branch(before, [], lambda: leave_loop(body, may_move=False))
    body.line("};")
    body.model.restore(before)
    body.born(name, "D")
    return False


def tried(body: Body, operand: str) -> tuple[str, str]:
    """The operand of a `?` that tells, now and then, when it leaves; and the anchor of its line."""
    if body.rng.random() < 0.4:
        return operand, ""
    anchor = body.anchor()
    return f'{operand}.tells("{anchor}")', anchor


def question_mark(body: Body) -> bool:
    type_ = body.returns[-1]
    if type_ not in ("Option<D>", "Result<D, D>"):
        return conditional_exit(body)
    candidates = body.model.movable(type_)
    source = body.take(body.rng.choice(candidates)) if candidates else TYPES[type_]
    told, anchor = tried(body, source)
    body.bind(f"{told}?", "D", anchor=anchor)
    return False


def question_mark_inside(body: Body) -> bool:
    """`?` among operands that have moved already."""
    type_ = body.returns[-1]
    if type_ not in ("Option<D>", "Result<D, D>"):
        return question_mark(body)
    form = body.rng.choice(["({}, {}?)", "P {{ a: {}, b: {}? }}", "vec![{}, {}?]"])
    bound = {"(": "(D, D)", "P": "P", "v": "Vec<D>"}[form[0]]
    told, anchor = tried(body, TYPES[type_])
    body.bind(form.format(body.value("D"), told), bound, anchor=anchor)
    return False


def loop_in_loop(body: Body) -> bool:
    """A value that leaves two loops at once."""
    if loop_depth(body) > 0:
        return loop_with_value(body)
    name, outer, inner, counter = body.fresh(), body.fresh("'o"), body.fresh("'i"), body.fresh("n")
    held = body.fresh("d")
    body.line(f"let mut {counter} = 0;")
    first, second, leave = body.anchor(), body.anchor(), body.anchor()
    body.line(f"let {name} = {outer}: loop {{", first)
    body.tell(f"iter {first}")
    body.line(f"let {held} = mk();")
    body.line(f'{held}.born("{body.label(held)}");')
    body.line(f"{inner}: loop {{", second)
    body.tell(f"iter {second}")
    body.line(f"{counter} += 1;")
    begin_if(body, f"{counter} > 3")
    body.tell(f"break {leave}")
    if body.rng.random() < 0.5:
        body.line(f'{held}.leaves("{body.label(held)}");')
        body.line(f"break {outer} {held};", leave)
    else:
        body.line(f"break {outer} mk();", leave)
    body.line("}")
    begin_if(body, f"{counter} == 2")
    leave_by(body, "continue", f"continue {body.rng.choice([outer, inner])};")
    body.line("}")
    leave_by(body, "break", f"break {inner};")
    body.line("}")
    body.line("};")
    body.born(name, "D")
    return False


def question_mark_in_closure(body: Body) -> bool:
    """`?` that leaves a closure, not the function."""
    name, inner, result = body.fresh("f"), body.fresh("inner"), body.rng.choice(["Option<D>", "Result<D, D>"])
    wrap = "Some" if result == "Option<D>" else "Ok"
    told, anchor = tried(body, TYPES[result])
    body.line(f"let {name} = || -> {result} {{")
    body.depth += 1
    body.line(f"let {inner} = {told}?;", anchor)
    body.line(f'{inner}.born("{body.label(inner)}");')
    if body.rng.random() < 0.5:
        body.line(f'{inner}.leaves("{body.label(inner)}");')
        body.line(f"{wrap}({inner})")
    else:
        body.line(f"{wrap}(mk())")
    body.depth -= 1
    body.line("};")
    body.say_anew(name)
    body.bind(f"{name}()", result)
    return False
