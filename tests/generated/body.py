"""Writes the body of one function: lines, names, blocks and the few acts that every statement is made of.

In: random choices. Out: Rust lines; the model knows afterwards who holds what.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.generated.model import Model, Scope, Snapshot, Status, Variable

TYPES = {
    "D": "mk()",
    "Option<D>": "mk_option()",
    "Result<D, D>": "mk_result()",
    "P": "P { a: mk(), b: mk() }",
    "(D, D)": "(mk(), mk())",
    "Vec<D>": "vec![mk(), mk(), mk()]",
    "Box<D>": "Box::new(mk())",
    "[D; 2]": "[mk(), mk()]",
    "E": "mk_e()",
    "R": "mk_r()",
    "RefCell<D>": "RefCell::new(mk())",
    "Mutex<D>": "Mutex::new(mk())",
    "RwLock<D>": "RwLock::new(mk())",
    "Rc<RefCell<D>>": "Rc::new(RefCell::new(mk()))",
    "Arc<Mutex<D>>": "Arc::new(Mutex::new(mk()))",
    "Rc<D>": "Rc::new(mk())",
    "Arc<D>": "Arc::new(mk())",
    "Cell<usize>": "Cell::new(3)",
    "OnceCell<D>": "OnceCell::new()",
}
WEIGHTS = [9, 3, 1, 3, 2, 2, 2, 1, 2, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1]
NEVER_EMPTY = frozenset({"D", "RefCell<D>", "Mutex<D>", "RwLock<D>", "R"})


@dataclass(frozen=True, slots=True)
class Signature:
    """A function that later ones can call."""

    name: str
    parameters: tuple[str, ...]
    returns: str  # "" for unit
    path: str = ""  # how it is called, where that is not its name


class Body:
    """The body under construction."""

    def __init__(
        self, name: str, rng: random.Random, returns: str, *, callees: list[Signature], edition: str, size: int
    ) -> None:
        self.name = name
        self.rng = rng
        self.edition = edition
        self.callees = callees
        self.returns = [returns]
        self.lines: list[str] = []
        self.model = Model()
        self.fuel = size
        self.depth = 1
        self.count = 0
        self.sometimes_empty: list[str] = []
        self.statement: Callable[[Body], bool] = lambda _: False

    # names and lines

    def line(self, text: str, anchor: str = "") -> None:
        """One line of Rust at the current depth; `anchor` is replaced by its number wherever it stands."""
        self.lines.append("    " * self.depth + text + (f" //{anchor}" if anchor else ""))

    def anchor(self) -> str:
        """A name for the number of a line that is still to be written."""
        self.count += 1
        return f"@{self.name}:{self.count}@"

    def captured(self, variable: Variable, mode: str) -> None:
        """The closure that is made next captures the variable."""
        if not variable.is_captured:
            self.tell(f"op ClosureCapture {self.label(variable.name)} capture_mode={mode}")

    def borrowed(self, variable: Variable, mutable: str) -> None:
        """A reference with a name was just born."""
        if not variable.is_captured:
            self.tell(f"op Borrow {self.label(variable.name)} mutable={mutable}")

    def tell(self, truth: str) -> None:
        """The program says what just happened, or is about to."""
        self.line(f'tell("{truth}");')

    def fresh(self, prefix: str = "v") -> str:
        """A name that the function has not used."""
        self.count += 1
        return f"{prefix}{self.count}"

    def random_type(self) -> str:
        """A type, mostly the plain value."""
        return self.rng.choices(list(TYPES), WEIGHTS)[0]

    def label(self, name: str) -> str:
        """The printed label of a binding of this function."""
        return f"{self.name}.{name}"

    # acts

    def declare(self, name: str, type_: str, *, is_mut: bool = False, status: Status = Status.LIVE) -> Variable:
        """A binding enters the current scope."""
        variable = Variable(name, type_, is_mut=is_mut, status=status)
        self.model.scopes[-1].variables.append(variable)
        if type_ not in NEVER_EMPTY and not type_.startswith(("&", "fn")):
            self.sometimes_empty.append(self.label(name))
        return variable

    def say_anew(self, name: str) -> None:
        """A binding that holds no value of ours was just born; nothing prints when it ends."""
        self.line(f'born("{self.label(name)}");')
        self.sometimes_empty.append(self.label(name))

    def hold(self, variable: Variable) -> None:
        """The value says from now on who holds it."""
        self.line(f'{variable.name}.held("{self.label(variable.name)}");')

    def say_born(self, variable: Variable) -> None:
        """The binding was just born, or born again, and holds the value."""
        self.line(f'{variable.name}.born("{self.label(variable.name)}");')

    def born(self, name: str, type_: str, *, is_mut: bool = False) -> Variable:
        """A binding that was just bound with a value."""
        variable = self.declare(name, type_, is_mut=is_mut)
        self.say_born(variable)
        return variable

    def take(self, variable: Variable) -> str:
        """An operand that moves the variable; its value is nobody's until it is held again."""
        if variable.is_captured:
            self.line(f'{variable.name}.held("_");')
        else:
            self.line(f'{variable.name}.leaves("{self.label(variable.name)}");')
        variable.status = Status.GONE
        return variable.name

    def value(self, type_: str, *, loops: int = 0) -> str:
        """An operand of a type: a new value, or a variable that moves."""
        candidates = self.model.movable(type_, loops=loops)
        if candidates and self.rng.random() < 0.6:
            return self.take(self.rng.choice(candidates))
        return TYPES[type_]

    def bind(self, expression: str, type_: str, *, may_shadow: bool = True, anchor: str = "") -> Variable:
        """`let` with a fresh or, now and then, a name that shadows."""
        name = self.fresh()
        owned = [v for v, _ in self.model.visible() if v.type in TYPES and v.name != "self"]
        if owned and may_shadow and self.rng.random() < 0.12:
            name = self.rng.choice(owned).name
        is_mut = self.rng.random() < 0.4
        made = "struct" if expression.startswith("P {") else "tuple" if expression.startswith("(mk(), ") else ""
        anchor = anchor or (self.anchor() if made else "")
        self.line(f"let {'mut ' if is_mut else ''}{name} = {expression};", anchor)
        if made:
            self.tell(f"{made} {anchor}")
        return self.born(name, type_, is_mut=is_mut)

    # blocks

    @contextmanager
    def scope(self, scope: Scope | None = None) -> Iterator[Scope]:
        """A nested block's lines and bindings."""
        entered = scope or Scope()
        self.model.push(entered)
        self.depth += 1
        try:
            yield entered
        finally:
            self.depth -= 1
            self.model.pop()

    def statements(self, at_most: int) -> bool:
        """Some statements; true where the last one leaves the block for good."""
        for _ in range(self.rng.randint(1, at_most)):
            if self.fuel <= 0:
                break
            self.fuel -= 1
            if self.statement(self):
                return True
        return False

    def branch(self, before: Snapshot, states: list[Snapshot], write: Callable[[], bool]) -> None:
        """One of several alternatives: starts from the state before; its end state counts unless it leaves."""
        self.model.restore(before)
        with self.scope():
            diverges = write()
        if not diverges:
            states.append({v: state for v, state in self.model.snapshot().items() if v in before})

    def finish(self, before: Snapshot, states: list[Snapshot]) -> bool:
        """Join alternatives; true where all of them leave."""
        if not states:
            self.model.restore(before)
            return True
        self.model.join(states)
        return False
