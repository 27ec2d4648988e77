"""Moves in odd places: macros, conditions, operands that panic, loops that give a name its value back, no moves at all.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.model import Status
from tests.generated.simple import birth

# {x}: an operand that moves a D, {n}: a fresh name
CONSUMED = [
    "look(&vec![{x}, mk()]);",
    "let {n} = ({x}, mk()).0.len();",
    "let {n} = [{x}, mk()].into_iter().map(|each| each.len()).sum::<usize>();",
    "let {n} = vec![mk(), {x}].into_iter().rev().filter(|each| each.len() % 2 == 0).count();",
    "assert!({x}.into_option().is_some());",
    'println!("{{}}{{}}", tag(), {x}.into_option().map_or(0, |each| each.len()));',
    "let {n} = matches!({x}.into_option(), Some(_));",
    "let {n} = if {x}.into_option().is_some() {{ 1 }} else {{ 2 }};",
    "let {n} = match {x}.into_option() {{ Some(each) if each.len() > 5 => 1, Some(_) => 2, None => 3 }};",
    "let {n} = Some({x}).filter(|each| each.len() > 3); look(&{n});",
    "let {n} = Box::new({x}); look(&{n});",
    "let {n} = P {{ a: mk(), b: {x} }}.a; look(&{n});",
    "let {n} = [mk(), mk()][{x}.into_option().map_or(0, |_| 0)].len();",
    "let {n} = {{ let inside = {x}; inside.len() }} + mk().len();",
    "let {n} = loop {{ break {x}; }}.len();",
    "let {n} = 'early: {{ if toss(2) {{ break 'early {x}; }} mk() }}.len();",
    "let {n} = return_early({x}) + if toss(2) {{ mk().len() }} else {{ 0 }};",
    "let {n} = (if toss(2) {{ {x} }} else {{ mk() }}).len();",
    "let {n} = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look_pair(mk(), maybe_panic(2)))).is_ok();",
    "if toss(2) {{ return_early({x}); }}",
    "let mut {n} = vec![mk()]; {n}.push({x}); {n}.swap(0, 1);",
    "let mut {n} = Some(mk()); {n} = Some({x}); look(&{n});",
    "let mut {n} = None; {n}.get_or_insert_with(mk); {n}.insert({x});",
    "let {n}; {n} = {x}; look(&{n});",
    "let {n}: Box<dyn std::any::Any> = Box::new({x}); look(&{n});",
    "let {n} = Rc::new({x}); let again = {n}.clone(); drop({n}); look(&again);",
    "let {n} = Rc::try_unwrap(Rc::new({x})).ok();",
    "let {n} = std::mem::ManuallyDrop::new({x}); look(&{n}); let _ = std::mem::ManuallyDrop::into_inner({n});",
    "let {n} = (|| mk())(); let _ = [{n}, {x}];",
    "let _ = std::iter::once({x}).chain([mk()]).map(|each| each.len()).max();",
]


def consumed(body: Body) -> bool:
    """A value goes where only the compiler sees it."""
    template = body.rng.choice(CONSUMED)
    is_certain = "{x}" in template and "toss" not in template.split("{x}")[0]
    operand = body.value("D") if is_certain else "mk()"
    body.line("{")
    body.line("    " + template.format(x=operand, n=body.fresh("n")))
    body.line("}")
    return False


def not_moved(body: Body) -> bool:
    """What looks like a move and is none."""
    candidates = body.model.readable("D", "P", "Option<D>", "Vec<D>")
    if not candidates:
        return birth(body)
    forms = ["let _ = {};", "_ = {};", "match {} {{ _ => (), }}", "let _ = &{};", "if let _ = {} {{ look(&1); }}"]
    body.line(body.rng.choice(forms).format(body.rng.choice(candidates).name))
    return False


def given_back(body: Body) -> bool:
    """A loop that moves a variable and gives it a new value."""
    candidates = [v for v in body.model.assignable("D") if v.is_mut and v in body.model.movable("D")]
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    label, name = body.label(variable.name), variable.name
    leaves = "" if variable.is_captured else f'{name}.leaves("{label}"); '
    anew = f'{name} = mk(); {name}.born("{label}");'
    forms = [
        f"for _ in 0..2 {{ {leaves}drop({name}); {anew} }}",
        f'while toss(2) {{ {leaves}{name} = std::convert::identity({name}); {name}.born("{label}"); }}',
        f'{leaves}{name} = std::convert::identity({name}); {name}.born("{label}");',
        f"if toss(2) {{ {leaves}drop({name}); {anew} }}",
        f'{leaves}{name} = {{ look(&{name}); {name} }}; {name}.born("{label}");',
        f'{leaves}let pair = ({name}, mk()); {name} = pair.1; {name}.born("{label}");',
        f"loop {{ {leaves}drop({name}); if toss(2) {{ {anew} break; }} {anew} }}",
    ]
    body.line(body.rng.choice(forms))
    return False


def lost_in_loop(body: Body) -> bool:
    """A loop that may leave its variable without a value."""
    candidates = [v for v in body.model.assignable("D") if v.is_mut and v in body.model.movable("D")]
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    label, name = body.label(variable.name), variable.name
    leaves = "" if variable.is_captured else f'{name}.leaves("{label}"); '
    body.line(f'loop {{ {leaves}drop({name}); if toss(2) {{ break; }} {name} = mk(); {name}.born("{label}"); }}')
    variable.status = Status.GONE
    return False


def written_part(body: Body) -> bool:
    """A part of a binding gets a new value in its place."""
    candidates = body.model.changeable("Box<D>", "Vec<D>", "(D, D)", "[D; 2]")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    forms = {
        "Box<D>": "*{} = mk();",
        "Vec<D>": "{}.insert(0, mk());",
        "(D, D)": "{}.0 = mk();",
        "[D; 2]": "{}[1] = mk();",
    }
    body.line(f'{variable.name}.held("_");')
    body.line(forms[variable.type].format(variable.name))
    body.hold(variable)
    return False


def drained(body: Body) -> bool:
    """A vector gives all it has."""
    candidates = body.model.changeable("Vec<D>")
    if not candidates:
        return birth(body)
    variable, name = body.rng.choice(candidates), body.fresh("d")
    body.line(f'for {name} in {variable.name}.drain(..) {{ {name}.born("{body.label(name)}"); }}')
    return False


def parameter_patterns(body: Body) -> bool:
    """A closure whose parameters are taken apart."""
    name, first, second = body.fresh("f"), body.fresh("p"), body.fresh("p")
    forms = {
        f"({first}, {second}): (D, D)": "({}, mk())",
        f"P {{ a: {first}, b: {second} }}: P": "P {{ a: {}, b: mk() }}",
        f"[{first}, {second}]: [D; 2]": "[{}, mk()]",
    }
    pattern = body.rng.choice(list(forms))
    body.line(f"let {name} = |{pattern}| {{")
    for each in (first, second):
        body.line(f'    {each}.born("{body.label(each)}");')
    body.line("};")
    body.say_anew(name)
    body.line(f"{name}({forms[pattern].format(body.value('D'))});")
    return False


def recursive(body: Body) -> bool:
    """A function that calls itself."""
    body.line(f"{body.name.split('_')[0]}_down({body.value('D')}, {body.rng.randint(0, 3)});")
    return False
