"""Closures, calls, futures, caught panics. Each returns whether control never comes back."""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.control import if_else, loop_depth, return_value, tried
from tests.generated.model import Scope, Status, Variable
from tests.generated.simple import birth


def call(body: Body) -> bool:
    """A call of a function that stands above."""
    if not body.callees or loop_depth(body) > 1:
        return if_else(body)
    callee = body.rng.choice(body.callees)
    operands = ", ".join(body.value(type_) for type_ in callee.parameters)
    expression = f"{callee.path or callee.name}({operands})"
    if not callee.returns:
        body.line(f"{expression};")
    elif callee.returns == body.returns[-1] and callee.returns in ("Option<D>", "Result<D, D>"):
        told, anchor = tried(body, expression)
        body.bind(f"{told}?", "D", anchor=anchor)
    else:
        body.bind(expression, callee.returns)
    return False


def enclosed(body: Body, captured: list[tuple[str, bool]], *, is_captured: bool = True) -> None:
    """The statements of a closure's body, which sees what it captures (movable or not) and nothing else."""
    body.returns.append("")
    with body.scope(Scope("closure")) as scope:
        for name, may_move in captured:
            body.line(f"look(&{name});")  # what is not mentioned is not captured
            variable = Variable(name, "D", can_move=may_move, is_captured=is_captured)
            scope.variables.append(variable)
        body.statements(3)
    body.returns.pop()


def closure_by_reference(body: Body) -> bool:
    candidates = body.model.readable()
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("f")
    body.captured(variable, "ref")
    body.line(f"let {name} = || look(&{variable.name});")
    body.model.borrow(variable, exclusive=False)
    body.declare(name, "fn").can_move = False
    body.line(f"{name}();")
    return False


def closure_that_keeps(body: Body) -> bool:
    """A `move` closure that holds its capture until it dies itself."""
    candidates = body.model.movable("D")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("f")
    body.take(variable)
    body.captured(variable, "move")
    body.line(f'{variable.name}.held("{body.label(name)}");')
    inner = body.fresh("inner")
    block = f'{{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {variable.name}.len() }}'
    body.line(f"let {name} = move || {body.rng.choice([f'{variable.name}.len()', block])};")
    body.line(f'born("{body.label(name)}");')
    body.declare(name, "fn").can_move = False
    body.line(f"{name}();")
    return False


def closure_once(body: Body) -> bool:
    """A closure that consumes its capture, called here, elsewhere, perhaps, or never."""
    candidates = body.model.movable("D")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("f")
    body.take(variable)
    body.captured(variable, "move")
    body.line(f'{variable.name}.held("{body.label(name)}");')
    body.line(f"let {name} = move || {{")
    inner = body.fresh("inner")  # without a move inside, a call would not consume the closure
    body.depth += 1
    body.line(f"let {inner} = {variable.name};")
    body.line(f'{inner}.born("{body.label(inner)}");')
    body.depth -= 1
    enclosed(body, [(inner, True)], is_captured=False)
    body.line("};")
    body.line(f'born("{body.label(name)}");')
    body.declare(name, "fn").status = Status.GONE
    used = ["{}();", "run_once({});", "if toss(2) {{ {}(); }}", "let _ = &{};", "look(&{});"]
    body.line(body.rng.choice(used).format(name))
    return False


def closure_argument(body: Body) -> bool:
    candidates = body.model.movable("D")
    captured = [body.rng.choice(candidates)] if candidates else []
    for variable in captured:
        body.take(variable)
        body.captured(variable, "move")
    body.line("run_once(move || {")
    enclosed(body, [(variable.name, True) for variable in captured])
    body.line("});")
    return False


def closure_parameter(body: Body) -> bool:
    name, parameter = body.fresh("f"), body.fresh("p")
    body.line(f"let {name} = |{parameter}: D| {{")
    body.depth += 1
    body.line(f'{parameter}.born("{body.label(parameter)}");')
    body.depth -= 1
    enclosed(body, [(parameter, True)], is_captured=False)
    body.line("};")
    body.declare(name, "fn").can_move = False
    body.line(f"{name}({body.value('D')});")
    return False


def adapters(body: Body) -> bool:
    candidates = body.model.movable("Vec<D>")
    source = body.take(body.rng.choice(candidates)) if candidates else "vec![mk(), mk()]"
    name, collected = body.fresh("d"), body.fresh("n")
    held = f'{name}.born("{body.label(name)}");'
    if body.rng.random() < 0.4:
        body.bind(f"{source}.into_iter().filter(|each| each.len() % 2 == 0).collect::<Vec<D>>()", "Vec<D>")
        return False
    body.line(f"let {collected}: Vec<usize> = {source}.into_iter().map(|{name}| {{ {held} {name}.len() }}).collect();")
    return False


def catch(body: Body) -> bool:
    """A panic that is caught, with what the closure borrows or takes."""
    candidates = body.model.movable("D")
    captured = [body.rng.choice(candidates)] if candidates and body.rng.random() < 0.5 else []
    for variable in captured:
        body.take(variable)
        body.captured(variable, "move")
    body.line("let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {")
    enclosed(body, [(variable.name, True) for variable in captured])
    body.depth += 1
    body.line("maybe_panic(2);")
    body.depth -= 1
    body.line("}));")
    return False


def future(body: Body) -> bool:
    """A future that is polled so often and then dropped."""
    candidates = body.model.movable("D")
    captured = [body.rng.choice(candidates)] if candidates else []
    for variable in captured:
        body.take(variable)
    body.line("poll_times(async move {")
    body.returns.append("")
    with body.scope(Scope("closure")) as scope:
        for variable in captured:
            body.line(f"look(&{variable.name});")
            scope.variables.append(Variable(variable.name, "D", is_captured=True))
        for _ in range(body.rng.randint(1, 2)):
            birth(body)
            body.line("pause().await;")
            if body.statements(2):
                break
    body.returns.pop()
    body.line(f"}}, {body.rng.randint(1, 4)});")
    return False


def closure_with_value(body: Body) -> bool:
    """A closure that gives back what it takes or captures, perhaps by an early `return`."""
    name, parameter = body.fresh("f"), body.fresh("p")
    body.line(f"let {name} = |{parameter}: D| {{")
    body.depth += 1
    body.line(f'{parameter}.born("{body.label(parameter)}");')
    body.depth -= 1
    body.returns.append("D")
    with body.scope(Scope("closure")) as scope:
        scope.variables.append(Variable(parameter, "D"))
        if not body.statements(2):
            body.line(return_value(body))
    body.returns.pop()
    body.line("};")
    body.declare(name, "fn").can_move = False
    body.bind(f"{name}({body.value('D')})", "D")
    return False
