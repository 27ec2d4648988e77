"""Guards of locks and cells: named, temporary, matched, given away, with probes of the lock before, inside and behind.

In: the body. Out: lines. Each statement returns whether control never comes back.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.generated.body import Body
from tests.generated.control import begin_arm, begin_else, begin_if, leave_loop
from tests.generated.model import Snapshot, Variable
from tests.generated.simple import birth

_POISONED = "unwrap_or_else(std::sync::PoisonError::into_inner)"
_MUTEX = [
    "{}.lock().unwrap()",
    '{}.lock().expect("sound")',
    "{}.try_lock().unwrap()",
    "Mutex::lock(&{}).unwrap()",
    f"{{}}.lock().{_POISONED}",
]
_CELL_ALONE = ["{}.borrow_mut()", "{}.try_borrow_mut().unwrap()", "RefCell::borrow_mut(&{})"]
_CELL_SHARED = ["{}.borrow()", "{}.try_borrow().unwrap()", '{}.try_borrow().expect("free")']
ALONE = {
    "Mutex<D>": _MUTEX,
    "RwLock<D>": ["{}.write().unwrap()", "{}.try_write().unwrap()"],
    "RefCell<D>": _CELL_ALONE,
    "Rc<RefCell<D>>": _CELL_ALONE,
    "Arc<Mutex<D>>": _MUTEX,
}
SHARED = {
    "RwLock<D>": ["{}.read().unwrap()", "{}.try_read().unwrap()"],
    "RefCell<D>": _CELL_SHARED,
    "Rc<RefCell<D>>": _CELL_SHARED,
}
RESULTS = {
    "Mutex<D>": ["{}.lock()", "{}.try_lock()"],
    "RwLock<D>": ["{}.write()", "{}.read()", "{}.try_read()"],
    "RefCell<D>": ["{}.try_borrow()", "{}.try_borrow_mut()"],
    "Rc<RefCell<D>>": ["{}.try_borrow_mut()"],
    "Arc<Mutex<D>>": ["{}.lock()"],
}


def find_lock(body: Body) -> Variable | None:
    """A lock that nobody can have taken here; a new one where there is none."""
    free = [v for v in body.model.readable(*ALONE) if not v.guarded]
    return body.rng.choice(free) if free else None


def new_lock(body: Body) -> bool:
    """The birth of a lock."""
    type_ = body.rng.choice(["Mutex<D>", "RefCell<D>", "RwLock<D>", "Rc<RefCell<D>>", "Arc<Mutex<D>>"])
    inner = type_.removeprefix("Rc<").removeprefix("Arc<").removesuffix(">")
    made = f"{inner.split('<')[0]}::new({body.value('D')})"
    pointer = {"R": "Rc::new({})", "A": "Arc::new({})"}.get(type_[0] if type_[:2] in ("Rc", "Ar") else "", "{}")
    body.bind(pointer.format(made), type_)
    return False


def acquired(body: Body, lock: Variable, *, is_shared: bool | None = None, is_named: bool = False) -> str:
    """An expression that gives a guard; one that has a name may come out of a function."""
    if is_named and lock.type == "Mutex<D>" and body.rng.random() < 0.2:
        return f"locked(&{lock.name})"
    forms = SHARED.get(lock.type, []) if is_shared else ALONE[lock.type]
    if is_shared is None:
        forms = [*ALONE[lock.type], *SHARED.get(lock.type, [])]
    return body.rng.choice(forms).format(lock.name)


def probe(body: Body, lock: Variable) -> str:
    """An expression that tells whether the lock is taken, while its name still means it."""
    if all(variable is not lock for variable, _ in body.model.visible()):
        return "0"
    return f'probe(&{lock.name}, "{body.label(lock.name)}")'


def probed(body: Body, lock: Variable, *, diverges: bool = False) -> bool:
    """A probe behind a statement."""
    if not diverges:
        body.line(f"{probe(body, lock)};")
    return diverges


def guard_born(body: Body, name: str, lock: Variable) -> None:
    """A named guard is there from here on."""
    body.say_anew(name)
    body.declare(name, "&").can_move = False
    body.model.guard(lock)
    body.line(f"{probe(body, lock)};")


def with_guard(body: Body, name: str, lock: Variable) -> bool:
    """What is done while a named guard lives: uses, refused attempts, other statements, perhaps an early end."""
    guard_born(body, name, lock)
    uses = ["look(&*{g});", "{g}.len();", "let _ = {g}.half();", "look(&{g});"]
    body.line(body.rng.choice(uses).format(g=name))
    if body.rng.random() < 0.25:
        refused(body, lock)
    if body.statements(2):
        return True
    ending = body.rng.random()
    if ending < 0.25:
        body.line(f"drop({name});")
    elif ending < 0.4:
        other = body.fresh("g")
        body.line(f"let {other} = {name};")
        body.say_anew(other)
    elif ending < 0.5:
        body.line(f"if toss(2) {{ drop({name}); {probe(body, lock)}; }}")
    elif ending < 0.6:
        body.line(f"give_back({name});")
    return probed(body, lock)


def refused(body: Body, lock: Variable) -> None:
    """A second attempt, which fails, or joins readers."""
    form = body.rng.choice([form for form in RESULTS[lock.type] if "try_" in form] or ["{}.try_lock()"])
    expression = form.format(lock.name)
    name = body.fresh("n")
    forms = [
        f"let {name} = {expression}.is_err();",
        f"if {expression}.is_ok() {{ {probe(body, lock)}; }}",
        f"if let Err(_) = {expression} {{ {probe(body, lock)}; }}",
        f"let {name} = {expression}.map(|second| second.len()).unwrap_or({probe(body, lock)});",
    ]
    body.line(body.rng.choice(forms))


def named_guard(body: Body) -> bool:
    """A guard with a name in a block of its own."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    name = body.fresh("g")
    body.line("{")
    with body.scope():
        body.line(f"let {name} = {acquired(body, lock, is_named=True)};")
        diverges = with_guard(body, name, lock)
    body.line("}")
    return probed(body, lock, diverges=diverges)


def named_guard_for_long(body: Body) -> bool:
    """A guard, or a reference into one that the statement keeps, until the block ends."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    name = body.fresh("g")
    body.line(f"let {name} = {body.rng.choice(['', '', '&', '&*'])}{acquired(body, lock)};")
    guard_born(body, name, lock)
    return False


def matched_guard(body: Body) -> bool:
    """A guard that a pattern takes out of a result."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    result = body.rng.choice(RESULTS[lock.type]).format(lock.name)
    return body.rng.choice([_if_let, _match, _let_else, _while_let])(body, lock, result)


def _if_let(body: Body, lock: Variable, result: str) -> bool:
    name = body.fresh("g")
    before = body.model.snapshot()
    states: list[Snapshot] = []
    begin_if(body, f"let Ok({name}) = {result}")
    body.branch(before, states, lambda: with_guard(body, name, lock))
    begin_else(body)
    body.branch(before, states, lambda: probed(body, lock))
    body.line("}")
    return probed(body, lock, diverges=body.finish(before, states))


def _match(body: Body, lock: Variable, result: str) -> bool:
    name = body.fresh("g")
    before = body.model.snapshot()
    states: list[Snapshot] = []
    body.line(f"match {result} {{")
    body.depth += 1
    begin_arm(body, f"Ok({name})", 0)
    body.branch(before, states, lambda: with_guard(body, name, lock))
    body.line("}")
    begin_arm(body, "Err(_)", 1)
    body.branch(before, states, _watched(body, lock))
    body.line("}")
    body.depth -= 1
    body.line("}")
    return probed(body, lock, diverges=body.finish(before, states))


def _let_else(body: Body, lock: Variable, result: str) -> bool:
    name, anchor = body.fresh("g"), body.anchor()
    before = body.model.snapshot()
    body.line(f"let Ok({name}) = {result} else {{", anchor)
    body.tell(f"letelse {anchor}")
    body.branch(before, [], lambda: leave_loop(body, may_move=False))
    body.line("};")
    body.model.restore(before)
    guard_born(body, name, lock)
    return False


def _while_let(body: Body, lock: Variable, result: str) -> bool:
    name, anchor, counter = body.fresh("g"), body.anchor(), body.fresh("n")
    body.line(f"let mut {counter} = 0;")
    body.line(f"while let Ok({name}) = {result} {{", anchor)
    body.tell(f"iter {anchor}")
    body.depth += 1
    body.say_anew(name)
    body.line(f"{probe(body, lock)};")
    body.line(f"{counter} += 1;")
    body.line(f"if {counter} > 1 {{ break; }}")
    body.depth -= 1
    body.line("}")
    return probed(body, lock)


# {e}: a guard, {p}: a probe of its lock, {n}: a fresh name, {m}: the lock, {l}: its label
TEMPORARIES = [
    "{e}.len();",
    "let {n} = {e}.len() + {p};",
    "let {n} = {p} + {e}.len();",
    "look_twice({e}.len(), {p});",
    "look_twice({p}, {{ {e}.len() }});",
    "let {n} = ({e}.len(), {p}).1;",
    "let {n} = [{e}.len(), {p}][0];",
    "let {n} = {{ {e}.len() }} + {p};",
    "let {n} = {e}.len().max({p});",
    "let {n} = *{e}.number() as usize + {p};",
    "let {n} = loop {{ break {e}.len() + {p}; }};",
    "let {n} = if {e}.len() > 3 {{ {p} }} else {{ {p} }};",
    'println!("{{}}{{}}", tag(), {e}.len());',
    "let _ = {e};",
    "let _ = {e}.half();",
    "while {e}.len() > 99_999 {{ {p}; }}",
    "let {n} = || {e}.len() + {p}; {n}(); {n}();",
    'let {n} = {{ let watch = Watch(&{m}, "{l}"); {e}.len() }};',
    'let {n} = || {{ let watch = Watch(&{m}, "{l}"); {e}.len() }}; {n}();',
    '{{ let watch = Watch(&{m}, "{l}"); let _kept = {e}; {p}; }}',
    "let {n} = {{ let inside = {e}; inside.len() + {p} }};",
    "assert!({e}.len() < 99_999);",
    "assert_eq!({e}.len() * 0, {p});",
    "let {n} = {e}.half().map_or(0, |half| half + {p});",
    "let {n} = match {e}.half() {{ Some(half) => half + {p}, None => {p} }};",
    "if {e}.len() > 3 && {p} == 0 {{ {p}; }} else {{ {p}; }}",
    "let {n} = {e}.len() > 0 || {p} > 0;",
    "let {n}: &D = &{e}; {p};",
]


def temporary_guard(body: Body) -> bool:
    """A guard without a name, for as long as its temporary lives."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    template = body.rng.choice(TEMPORARIES)
    text = template.format(
        e=acquired(body, lock), p=probe(body, lock), n=body.fresh("n"), m=lock.name, l=body.label(lock.name)
    )
    if "let " not in template or ": &D" not in template:
        body.line(text)
        return probed(body, lock)
    body.line("{")
    body.line(f"    {text}")
    body.line("}")
    return probed(body, lock)


def guard_around_blocks(body: Body) -> bool:
    """A guard in what a `match`, `if let`, `for` or `if` looks at: how long it lives, the edition says."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    before = body.model.snapshot()
    states: list[Snapshot] = []
    taken = acquired(body, lock)
    write = _watched(body, lock)
    kind = body.rng.choice(["match", "if let", "for", "if", "while let"])
    if kind == "match":
        body.line(f"match {taken}.len() % 2 {{")
        for index, pattern in enumerate(["0", "_"]):
            begin_arm(body, pattern, index)
            body.branch(before, states, write)
            body.line("}")
    elif kind in ("if let", "if"):
        begin_if(body, f"let Some(_) = {taken}.half()" if kind == "if let" else f"{taken}.len() > 2")
        body.branch(before, states, write)
        begin_else(body)
        body.branch(before, states, write)
    elif kind == "for":
        _loop(body, f"for _ in 0..{taken}.few()", lock)
    else:
        _loop(body, f"while let Some(_) = {taken}.half()", lock, leaves=True)
    body.line("}")
    diverges = body.finish(before, states) if states or kind in ("match", "if let", "if") else False
    return probed(body, lock, diverges=diverges)


def _watched(body: Body, lock: Variable) -> Callable[[], bool]:
    def write() -> bool:
        body.model.guard(lock)
        body.line(f"{probe(body, lock)};")
        return body.statements(1)

    return write


def _loop(body: Body, head: str, lock: Variable, *, leaves: bool = False) -> None:
    anchor = body.anchor()
    body.line(f"{head} {{", anchor)
    body.tell(f"iter {anchor}")
    body.depth += 1
    body.line(f"{probe(body, lock)};")
    if leaves:
        body.line("break;")
    body.depth -= 1


def guard_by_value(body: Body) -> bool:
    """A guard that goes where nobody may follow it: nothing false may be told of it."""
    lock = find_lock(body)
    if lock is None:
        return new_lock(body)
    taken, unsure = acquired(body, lock), probe(body, lock).replace("probe(", "probe_unsure(")
    name = body.fresh("o")
    forms = [
        f"drop({taken});",
        f"give_back({taken});",
        f"{{ let {name} = Some({taken}); {unsure}; }}",
        f"{{ let {name} = ({taken}, 1); {unsure}; }}",
        f"{{ let {name} = vec![{taken}]; {unsure}; }}",
        f"{{ let {name} = Box::new({taken}); {unsure}; }}",
        f"{{ let ({name}, _) = ({taken}, 1); {unsure}; }}",
        f"give_back(Some({taken}));",
        f"let {name} = move |guard: usize| guard; {name}({taken}.len());",
        f"match {taken} {{ {name} => {{ {unsure}; }} }}",
        f"match Some({taken}) {{ Some({name}) => {{ {unsure}; }} None => {{}} }}",
        f"if let {name} = {taken} {{ {unsure}; }}",
        f"let {name} = {{ {taken} }}; {unsure}; drop({name});",
        f"let {name}; {name} = {taken}; {unsure}; drop({name});",
        f"let {name} = if toss(2) {{ Some({taken}) }} else {{ None }}; {unsure}; drop({name});",
        f"for {name} in Some({taken}) {{ {unsure}; }}",
    ]
    if lock.type == "RefCell<D>":
        forms += [
            f"{{ let {name} = std::cell::Ref::map({lock.name}.borrow(), |value| value.number()); {unsure}; }}",
            f"{{ let {name} = {lock.name}.borrow(); let second = std::cell::Ref::clone(&{name}); {unsure}; }}",
        ]
    body.line(body.rng.choice(forms))
    return probed(body, lock)


def guard_through_question_mark(body: Body) -> bool:
    """A guard that a `?` lets through."""
    lock = find_lock(body)
    if lock is None or body.returns[-1] != "Option<D>":
        return named_guard(body)
    name = body.fresh("g")
    body.line("{")
    with body.scope():
        body.line(f"let {name} = {body.rng.choice(RESULTS[lock.type]).format(lock.name)}.ok()?;")
        diverges = with_guard(body, name, lock)
    body.line("}")
    return probed(body, lock, diverges=diverges)


def written_through_guard(body: Body) -> bool:
    """The value changes while a temporary guard lives."""
    lock = find_lock(body)
    if lock is None or lock.shared:
        return birth(body)
    taken = acquired(body, lock, is_shared=False)
    forms = [
        "{}.touch();",
        "*{} = mk();",
        "let _ = std::mem::replace(&mut *{}, mk());",
        "std::mem::swap(&mut *{}, &mut mk());",
    ]
    body.line(f'{lock.name}.held("_");')
    body.line(body.rng.choice(forms).format(taken))
    body.hold(lock)
    return probed(body, lock)
