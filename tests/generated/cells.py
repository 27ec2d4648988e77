"""Operations of std that are events of their own: cells, once cells, unwraps, channels. Each is told when it is done.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.simple import birth


def cell(body: Body) -> bool:
    """A cell is read or written."""
    candidates = body.model.readable("Cell<usize>")
    if not candidates:
        body.bind("Cell::new(7)", "Cell<usize>")
        return False
    variable = body.rng.choice(candidates)
    forms = {
        "let {n} = {c}.get();": ["CellGet"],
        "let {n} = {c}.get() + {c}.get();": ["CellGet", "CellGet"],
        "look_twice({c}.get(), 1);": ["CellGet"],
        "{c}.set(5);": ["CellSet"],
        "{c}.set({c}.get() + 1);": ["CellGet", "CellSet"],
        "let {n} = {c}.replace(4);": ["CellGet", "CellSet"],
        "let {n} = {c}.take();": ["CellGet", "CellSet"],
        "if {c}.get() > 1 {{ look(&1); }}": ["CellGet"],
        "let {n} = Cell::get(&{c});": ["CellGet"],
        'println!("{{}}{{}}", tag(), {c}.get());': ["CellGet"],
    }
    form = body.rng.choice(list(forms))
    body.line(form.format(n=body.fresh("n"), c=variable.name))
    for event in forms[form]:
        body.tell(f"op {event} {body.label(variable.name)}")
    return False


def two_cells(body: Body) -> bool:
    """One cell's value goes into another."""
    candidates = body.model.readable("Cell<usize>")
    if len(candidates) < 2:
        return cell(body)
    first, second = body.rng.sample(candidates, 2)
    body.line(f"{first.name}.set({second.name}.get());")
    body.tell(f"op CellGet {body.label(second.name)}")
    body.tell(f"op CellSet {body.label(first.name)}")
    return False


def once_cell(body: Body) -> bool:
    """A cell that is set once."""
    candidates = body.model.readable("OnceCell<D>")
    if not candidates:
        body.bind("OnceCell::new()", "OnceCell<D>")
        return False
    variable = body.rng.choice(candidates)
    told, label = body.fresh("n"), body.label(variable.name)
    forms = {
        f"{variable.name}.set(mk()).is_ok()": "OnceCellSet {} success={{}}",
        f"{variable.name}.get().is_some()": "OnceCellGet {} was_initialized={{}}",
    }
    form = body.rng.choice([*forms, ""])
    if form:
        body.line(f"let {told} = {form};")
    else:
        body.line(f"let {told} = {variable.name}.get().is_some();")
        body.line(f'tell(format_args!("op OnceCellGet {label} was_initialized={{}}", {told}));')
        body.line(f"look({variable.name}.get_or_init(|| mk()));")
    said = forms.get(form, "OnceCellGetOrInit {} was_initialized={{}}").format(label)
    body.line(f'tell(format_args!("op {said}", {told}));')
    body.hold(variable)
    return False


def unwrapped(body: Body) -> bool:
    """What an Option holds, or something else."""
    candidates = body.model.movable("Option<D>")
    if not candidates:
        return birth(body)
    variable = body.rng.choice(candidates)
    forms = {"unwrap_or_else(mk)": "unwrap_or_else", "unwrap_or(mk())": "unwrap_or"}
    form = body.rng.choice(list(forms))
    body.bind(f"{body.take(variable)}.{form}", "D")
    body.tell(f"op Unwrap {body.label(variable.name)} method={forms[form]}")
    return False


def channel(body: Body) -> bool:
    """Values go through a channel, in this thread."""
    sender, receiver, name, told = body.fresh("tx"), body.fresh("rx"), body.fresh("d"), body.fresh("n")
    made = body.rng.choice(["mpsc::channel::<D>()", "mpsc::sync_channel::<D>(4)"])
    body.line("{")
    with body.scope():
        body.line(f"let ({sender}, {receiver}) = {made};")
        body.say_anew(sender)
        body.say_anew(receiver)
        for _ in range(body.rng.randint(1, 2)):
            body.line(f"{sender}.send({body.value('D')}).unwrap();")
            body.tell(f"op ChannelSend {body.label(sender)}")
        if body.rng.random() < 0.7:
            body.line(f"let {name} = {receiver}.recv().unwrap();")
            body.born(name, "D")
            body.tell(f"op ChannelRecv {body.label(receiver)} success=true")
        body.line(f"let {told} = {receiver}.try_recv().is_ok();")
        body.line(f'tell(format_args!("op ChannelRecv {body.label(receiver)} success={{}}", {told}));')
        if body.rng.random() < 0.5:
            body.line(f"drop({body.rng.choice([sender, receiver])});")
    body.line("}")
    return False
