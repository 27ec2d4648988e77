"""Closures that live on: called often, boxed, returned, kept in a struct.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.calls import enclosed
from tests.generated.model import Variable
from tests.generated.simple import birth


def called_often(body: Body) -> bool:
    """A closure that changes what it borrows, called again and again, here or by another."""
    candidates = body.model.changeable("D")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    name = body.fresh("f")
    body.line("{")
    with body.scope():
        body.model.borrow(variable, exclusive=True)
        body.captured(variable, "ref mut")
        body.line(f"let mut {name} = || {{")
        body.line(f"    {variable.name}.touch();")
        enclosed(body, [])
        body.line("};")
        body.say_anew(name)
        body.line(
            body.rng.choice(["{f}(); {f}();", "run_often(2, {f});", "run_often(2, &mut {f}); {f}();"]).format(f=name)
        )
    body.line("}")
    return False


def taken(body: Body, candidates: list[Variable]) -> str:
    """What a closure does with a value that it captures, if there is one."""
    if not candidates:
        return "1"
    variable = body.rng.choice(candidates)
    body.captured(variable, "move")
    return f"{body.take(variable)}.len()"


def boxed(body: Body) -> bool:
    """A closure on the heap, alone or among others."""
    name, inner = body.fresh("f"), body.fresh("inner")
    candidates = body.model.movable("D")
    captured = taken(body, candidates)
    closure = f'move || {{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {captured} + {inner}.len() }}'
    forms = {
        f"let {name}: Box<dyn Fn() -> usize> = Box::new({closure});": f"{name}(); {name}();",
        f"let {name}: Vec<Box<dyn Fn() -> usize>> = vec![Box::new({closure}), Box::new(|| 2)];": (
            f"for each in &{name} {{ each(); }}"
        ),
        f"let {name} = Some({closure});": f"if let Some(each) = &{name} {{ each(); }}",
        f"let {name}: &dyn Fn() -> usize = &{closure};": f"run_twice({name});",
    }
    text = body.rng.choice(list(forms))
    body.line(text)
    body.say_anew(name)
    body.line(forms[text])
    return False


def returned(body: Body) -> bool:
    """A closure that gives back a closure which keeps what it was given."""
    make, kept, parameter, inner = body.fresh("f"), body.fresh("f"), body.fresh("p"), body.fresh("inner")
    body.line(f"let {make} = |{parameter}: D| {{")
    body.depth += 1
    body.line(f'{parameter}.born("{body.label(parameter)}");')
    body.line(f'{parameter}.leaves("{body.label(parameter)}");')
    body.tell(f"op ClosureCapture {body.label(parameter)} capture_mode=move")
    body.line(f'move || {{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {parameter}.len() }}')
    body.depth -= 1
    body.line("};")
    body.say_anew(make)
    body.line(f"let {kept} = {make}({body.value('D')});")
    body.say_anew(kept)
    body.line(f"{kept}(); {kept}();")
    return False


def in_struct(body: Body) -> bool:
    """A closure in a field."""
    name, inner = body.fresh("k"), body.fresh("inner")
    candidates = body.model.movable("D")
    captured = taken(body, candidates)
    closure = f'move || {{ let {inner} = mk(); {inner}.born("{body.label(inner)}"); {captured} }}'
    body.line(f"let {name} = Kept {{ f: {closure}, d: mk() }};")
    body.say_anew(name)
    body.line(body.rng.choice([f"({name}.f)();", f"let f = {name}.f; f();", f"run_once(|| {{ ({name}.f)(); }});"]))
    return False
