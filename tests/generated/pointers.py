"""Values that several bindings hold: counts are told where they can have changed.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from tests.generated.body import TYPES, Body
from tests.generated.model import Variable

STRONG = ("Rc<D>", "Arc<D>", "Rc<RefCell<D>>", "Arc<Mutex<D>>")
WEAK = {"Rc": "rc::Weak", "Arc": "sync::Weak"}


def count(body: Body, variable: Variable, *, is_certain: bool = False) -> None:
    """The counts; certain ones were told by the variable's own birth, right before."""
    body.line(f'{"counts" if is_certain else "counts_later"}(&{variable.name}, "{body.label(variable.name)}");')


def shared(body: Body) -> bool:
    """A shared value is made."""
    type_ = body.rng.choice(STRONG)
    count(body, body.bind(TYPES[type_], type_), is_certain=True)
    return False


def share(body: Body) -> bool:
    """One more holder."""
    candidates = body.model.readable("Rc<D>", "Arc<D>", "Rc<RefCell<D>>")  # a second way to a mutex would deadlock
    if not candidates:
        return shared(body)
    source = body.rng.choice(candidates)
    pointer = source.type.split("<")[0]
    form = body.rng.choice(["{}.clone()", f"{pointer}::clone(&{{}})", "{{ {}.clone() }}"]).format(source.name)
    count(body, body.bind(form, source.type, may_shadow=False), is_certain="{" not in form)
    count(body, source)
    return False


def counted(body: Body) -> bool:
    """Who holds a shared value now."""
    candidates = body.model.readable(*STRONG)
    if not candidates:
        return shared(body)
    for variable in body.rng.sample(candidates, min(2, len(candidates))):
        count(body, variable)
    return False


def weak(body: Body) -> bool:
    """A holder that does not keep the value alive, or one more of them."""
    candidates = body.model.readable(*STRONG)
    weaks = body.model.readable(*(f"{path}<{inner}>" for path in WEAK.values() for inner in ("D",)))
    if weaks and body.rng.random() < 0.4:
        source = body.rng.choice(weaks)
        count(body, body.bind(f"{source.name}.clone()", source.type, may_shadow=False), is_certain=True)
        return False
    candidates = [v for v in candidates if v.type in ("Rc<D>", "Arc<D>")]
    if not candidates:
        return shared(body)
    source = body.rng.choice(candidates)
    pointer = source.type.split("<")[0]
    type_ = f"{WEAK[pointer]}<D>"
    count(body, body.bind(f"{pointer}::downgrade(&{source.name})", type_, may_shadow=False), is_certain=True)
    count(body, source)
    return False


def upgraded(body: Body) -> bool:
    """A weak holder looks whether the value is still there."""
    weaks = body.model.readable("rc::Weak<D>", "sync::Weak<D>")
    if not weaks:
        return weak(body)
    source = body.rng.choice(weaks)
    name, told = body.fresh("s"), body.fresh("n")
    label = body.label(source.name)
    if body.rng.random() < 0.5:
        body.line(f"let {told} = {source.name}.upgrade().is_some();")
        body.line(f'tell(format_args!("op WeakUpgrade {label} success={{}}", {told}));')
        return False
    body.line(f"if let Some({name}) = {source.name}.upgrade() {{")
    with body.scope():
        body.tell(f"op WeakUpgrade {label} success=true")
        body.declare(name, "&").can_move = False
        body.line(f"look(&{name});")
    body.line("} else {")
    body.line(f'    tell("op WeakUpgrade {label} success=false");')
    body.line("}")
    return False
