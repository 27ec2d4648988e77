"""Straight-line statements: births, moves, assignments, borrows, parts, containers.

Each takes the body, writes lines and returns whether control never comes back; one that finds no fitting variable
writes a birth instead.
"""

from __future__ import annotations

from tests.generated.body import TYPES, Body
from tests.generated.model import Status


def birth(body: Body) -> bool:
    type_ = body.random_type()
    body.bind(TYPES[type_], type_)
    return False


def move(body: Body) -> bool:
    candidates = body.model.movable()
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    forms = ["{}", "({})", "{{ {} }}", "identity({})"]
    body.bind(
        body.rng.choice(forms).format(body.take(variable)).replace("identity", "std::convert::identity"), variable.type
    )
    return False


def explicit_drop(body: Body) -> bool:
    candidates = body.model.movable()
    if not candidates:
        return birth(body)
    form = body.rng.choice(["drop({});", "{};", "std::mem::drop({});", "let _ = [{}];", "std::mem::forget({});"])
    body.line(form.format(body.take(body.rng.choice(candidates))))
    return False


def late(body: Body) -> bool:
    name = body.fresh("late")
    body.line(f"let {name}: D;")
    variable = body.declare(name, "D", status=Status.UNSET)
    variable.late = True
    return False


def assign(body: Body) -> bool:
    candidates = body.model.assignable(*TYPES)
    if not candidates:
        return late(body)
    variable = body.rng.choice(candidates)
    others = [v for v in body.model.movable(variable.type) if v is not variable]
    if others and body.rng.random() < 0.4:
        value = body.take(body.rng.choice(others))
    elif body.rng.random() < 0.2:
        inner = body.fresh("inner")
        value = f'{{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {TYPES[variable.type]} }}'
    else:
        value = TYPES[variable.type]
    body.line(f"{variable.name} = {value};")
    variable.status = Status.LIVE
    body.say_born(variable)
    return False


def assign_two(body: Body) -> bool:
    candidates = [v for v in body.model.assignable("D") if v.is_mut]
    if len(candidates) < 2:
        return assign(body)
    first, second = body.rng.sample(candidates, 2)
    both_live = first.status is Status.LIVE and second.status is Status.LIVE
    if both_live and body.rng.random() < 0.5:
        form = body.rng.choice(["std::mem::swap(&mut {0}, &mut {1});", "({0}, {1}) = ({1}, {0});"])
    elif second.status is Status.LIVE:
        return assign(body)  # its old value dies between the two births, which could not be told
    else:
        form = "({0}, {1}) = (mk(), mk());"
    body.line(form.format(first.name, second.name))
    for variable in (first, second):
        variable.status = Status.LIVE
        (body.hold if "swap" in form else body.say_born)(variable)
    return False


def replace(body: Body) -> bool:
    candidates = body.model.changeable("D")
    if not candidates:
        return assign(body)
    variable = body.rng.choice(candidates)
    body.bind(f"std::mem::replace(&mut {variable.name}, mk())", "D", may_shadow=False)
    body.hold(variable)
    return False


def shared_borrow(body: Body) -> bool:
    candidates = body.model.readable()
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("r")
    body.line(f"let {name} = &{variable.name};")
    body.borrowed(variable, "false")
    body.model.borrow(variable, exclusive=False)
    body.declare(name, "&", is_mut=False).can_move = False
    body.line(f"look({name});")
    return False


def exclusive_borrow(body: Body) -> bool:
    candidates = body.model.changeable("D")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("m")
    body.line(f"let {name} = &mut {variable.name};")
    body.borrowed(variable, "true")
    body.model.borrow(variable, exclusive=True)
    body.declare(name, "&mut").can_move = False
    body.line(f"{name}.touch();")
    if body.rng.random() < 0.5:
        body.line(f'{name}.held("_");')
        body.line(f"*{name} = mk();")
        body.line(f'{name}.held("{body.label(variable.name)}");')
    return False


def field_move(body: Body) -> bool:
    candidates = body.model.partly_movable()
    if not candidates:
        body.bind(TYPES["P"], "P")
        return False
    variable = body.rng.choice(candidates)
    left = variable.left if variable.status is Status.PARTIAL else frozenset({"a", "b"})
    part = body.rng.choice(sorted(left))
    variable.left = left - {part}
    variable.status = Status.PARTIAL if variable.left else Status.GONE
    if body.rng.random() < 0.3:
        body.line(f'{variable.name}.{part}.held("_");')
        body.line(f"drop({variable.name}.{part});")
        return False
    body.bind(f"{variable.name}.{part}", "D")
    return False


def destructure(body: Body) -> bool:
    candidates = body.model.movable("P", "(D, D)", "Box<D>")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    if variable.type == "Box<D>":
        variable.status = Status.GONE
        body.bind(f"*{variable.name}", "D")
        return False
    first, second = body.fresh("x"), body.fresh("y")
    tuples = [f"({first}, {second})", f"({first}, _)", f"(_, {second})", f"({first}, ..)"]
    structs = [f"P {{ a: {first}, b: {second} }}", f"P {{ a: {first}, .. }}", f"P {{ b: {second}, a: _ }}"]
    pattern = body.rng.choice(structs if variable.type == "P" else tuples)
    body.line(f"let {pattern} = {variable.name};")
    variable.status = Status.GONE
    for name in (first, second):
        if name in pattern:
            body.born(name, "D")
    return False


def update_syntax(body: Body) -> bool:
    candidates = body.model.movable("P")
    if not candidates:
        return field_move(body)
    variable = body.rng.choice(candidates)
    variable.status, variable.left = Status.PARTIAL, frozenset({"a"})
    body.bind(f"P {{ a: {body.value('D')}, ..{variable.name} }}", "P")
    return False


def compose(body: Body) -> bool:
    type_ = body.rng.choice(["P", "(D, D)", "Vec<D>", "Box<D>", "Option<D>", "E", "RefCell<D>", "Result<D, D>"])
    forms = {
        "P": "P {{ b: {}, a: {} }}",
        "(D, D)": "({}, {})",
        "Vec<D>": "vec![{}, {}]",
        "Box<D>": "Box::new({})",
        "Option<D>": "Some({})",
        "E": "E::B({}, {})",
        "RefCell<D>": "RefCell::new({})",
        "Result<D, D>": "Err({})",
    }
    operands = [body.value("D") for _ in range(forms[type_].count("{}"))]
    body.bind(forms[type_].format(*operands), type_)
    return False


def grow(body: Body) -> bool:
    candidates = body.model.changeable("Vec<D>", "Option<D>")
    if not candidates:
        return compose(body)
    variable = body.rng.choice(candidates)
    if variable.type == "Option<D>":
        body.bind(f"{variable.name}.take()", "Option<D>", may_shadow=False)
        body.line(f"{variable.name} = Some({body.value('D')});")
        body.say_born(variable)
        return False
    if body.rng.random() < 0.6:
        body.line(f"{variable.name}.push({body.value('D')});")
    elif body.rng.random() < 0.5:
        body.line(f'{variable.name}.held("_");')
        body.line(f"{variable.name}.truncate(1);")
    else:
        body.bind(f"{variable.name}.pop()", "Option<D>")
        return False
    body.hold(variable)
    return False


def temporaries(body: Body) -> bool:
    inner = body.fresh("inner")
    block = f'{{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {inner}.len() }}'
    name = body.fresh("n")
    body.line(
        body.rng.choice(
            [
                "mk().len();",
                "let _ = mk();",
                f"let {name} = mk().len() + {block};",
                f'println!("{{}}{{}} {{}}", tag(), mk().len(), {block});',
                f"let {name} = look(&mk()) + {block};",
                f"let {name} = mk_option().is_some();",
                f"let {name} = {{ mk().len() }} + {block};",
            ]
        )
    )
    return False


def clone(body: Body) -> bool:
    candidates = body.model.readable("R")
    if not candidates:
        body.bind("mk_r()", "R")
        return False
    body.bind(f"{body.rng.choice(candidates).name}.clone()", "R")
    return False


def shorthand(body: Body) -> bool:
    """`P { a, b }` from bindings of these names."""
    for name in ("a", "b"):
        body.line(f"let {name} = {body.value('D')};")
        body.born(name, "D").status = Status.GONE
        body.line(f'{name}.held("_");')
    body.bind(body.rng.choice(["P { a, b }", "P { b, a }", "P { a: b, b: a }"]), "P", may_shadow=False)
    return False


def method(body: Body) -> bool:
    """A method that consumes its receiver, alone or in a chain."""
    pairs, values = body.model.movable("P"), body.model.movable("D")
    if pairs and body.rng.random() < 0.5:
        body.bind(f"{body.take(body.rng.choice(pairs))}.into_pair()", "(D, D)")
    elif values:
        chain = body.rng.choice(["into_option()", "into_option().filter(|each| each.len() % 2 == 0)"])
        body.bind(f"{body.take(body.rng.choice(values))}.{chain}", "Option<D>")
    else:
        body.bind("P { a: mk(), b: mk() }.into_pair()", "(D, D)")
    return False
