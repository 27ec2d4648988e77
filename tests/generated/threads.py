"""Threads: values that move into them and come back, threads that borrow, threads that share a lock.

In: the body. Out: lines. Each statement returns whether control never comes back. Every thread tells its own truth.
"""

from __future__ import annotations

from tests.generated.body import Body
from tests.generated.calls import enclosed
from tests.generated.locks import new_lock
from tests.generated.model import Variable


def child(body: Body) -> str:
    """What a thread is to know of itself."""
    name = body.fresh("child")
    body.line(f"let {name} = child();")
    return name


def taken(body: Body) -> list[Variable]:
    """A value that moves into a thread, if there is one."""
    candidates = body.model.movable("D")
    captured = [body.rng.choice(candidates)] if candidates and body.rng.random() < 0.7 else []
    for variable in captured:
        body.take(variable)
        body.captured(variable, "move")
    return captured


def begun(body: Body, name: str, captured: list[Variable], *, may_move: bool = True) -> None:
    """The body of a thread."""
    body.line(f"    {name}.begins();")
    enclosed(body, [(variable.name, may_move) for variable in captured])


def detached_value(body: Body) -> bool:
    """Spawned and joined in one expression."""
    captured = taken(body)
    name = child(body)
    body.line("let _ = std::thread::spawn(move || {")
    begun(body, name, captured)
    body.line("}).join();")
    return False


def spawned(body: Body) -> bool:
    """Two threads at once, joined by their handles."""
    handles = []
    for _ in range(body.rng.randint(1, 2)):
        captured = taken(body)
        name, handle = child(body), body.fresh("h")
        body.line(f"let {handle} = std::thread::spawn(move || {{")
        begun(body, name, captured)
        body.line("});")
        body.say_anew(handle)
        handles.append(handle)
    for handle in handles:
        body.line(body.rng.choice(["let _ = {}.join();", "{}.join().ok();"]).format(handle))
        body.tell(f"op ThreadJoin {body.label(handle)}")
    return False


def scoped(body: Body) -> bool:
    """Threads that borrow from here."""
    captured = taken(body)
    readable = body.model.readable("D")
    shared = [body.rng.choice(readable)] if readable and body.rng.random() < 0.5 else []
    for variable in shared:
        body.captured(variable, "ref")
    names = [child(body) for _ in range(2)]
    body.line("let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| std::thread::scope(|scope| {")
    body.depth += 1
    for name, own, is_moved in zip(names, [captured, shared], [True, False], strict=True):
        body.line("scope.spawn(move || {" if is_moved else "scope.spawn(|| {")
        begun(body, name, own, may_move=is_moved)
        body.line("});" if body.rng.random() < 0.5 else "}).join().ok();")
    body.depth -= 1
    body.line("})));")
    return False


def with_lock(body: Body) -> bool:
    """A lock that another thread takes, too."""
    candidates = [v for v in body.model.readable("Arc<Mutex<D>>") if not v.guarded]
    if not candidates:
        return new_lock(body)
    lock = body.rng.choice(candidates)
    other, name, guard = body.fresh("m"), child(body), body.fresh("g")
    body.line(f"let {other} = Arc::clone(&{lock.name});")
    body.line("let _ = std::thread::spawn(move || {")
    body.depth += 1
    body.line(f"{name}.begins();")
    body.line(f"let {guard} = {other}.lock().unwrap();")
    body.say_anew(guard)
    body.line(f'probe(&{other}, "{body.label(other)}");')
    body.line(body.rng.choice([f"drop({guard});", f"look(&{guard});", 'panic!("with a guard");']))
    body.depth -= 1
    body.line("})")
    body.line(".join();")
    body.line(f'probe(&{lock.name}, "{body.label(lock.name)}");')
    return False


def across_threads(body: Body) -> bool:
    """Values that another thread sends."""
    sender, receiver, handle, each = body.fresh("tx"), body.fresh("rx"), body.fresh("h"), body.fresh("d")
    name = child(body)
    body.line("{")
    body.depth += 1
    body.line(f"let ({sender}, {receiver}) = mpsc::channel();")
    body.say_anew(sender)
    body.say_anew(receiver)
    body.line(f"let {handle} = std::thread::spawn(move || {{")
    body.line(f"    {name}.begins();")
    body.line(f"    for _ in 0..2 {{ {sender}.send(mk()).unwrap(); }}")
    body.line("});")
    body.say_anew(handle)
    body.line(f"for {each} in {body.rng.choice(['&', ''])}{receiver} {{")
    body.line(f'    {each}.born("{body.label(each)}");')
    body.line("}")
    body.line(f"{handle}.join().unwrap();")
    body.tell(f"op ThreadJoin {body.label(handle)}")
    body.depth -= 1
    body.line("}")
    return False
