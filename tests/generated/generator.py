"""Random well-typed Rust programs whose values print, as they die, which binding holds them.

In: a seed and an edition. Out: one module's text with `pub fn pNNN_main()`, and the bindings that may end empty.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.generated import calls, cells, closures, control, locks, odd, partial, pointers, simple, threads
from tests.generated.body import Body, Signature
from tests.generated.model import Scope
from tests.generated.tails import tail

STATEMENTS: dict[Callable[[Body], bool], int] = {
    simple.birth: 10,
    simple.move: 8,
    simple.explicit_drop: 3,
    simple.late: 2,
    simple.assign: 6,
    simple.assign_two: 2,
    simple.replace: 2,
    simple.shared_borrow: 3,
    simple.exclusive_borrow: 2,
    simple.field_move: 4,
    simple.destructure: 4,
    simple.update_syntax: 1,
    simple.compose: 4,
    simple.grow: 3,
    simple.temporaries: 3,
    simple.clone: 1,
    simple.shorthand: 1,
    simple.method: 2,
    control.loop_in_loop: 1,
    control.question_mark_in_closure: 2,
    partial.refilled_field: 2,
    partial.captured_field: 2,
    partial.array: 2,
    partial.by_reference: 2,
    partial.matched_pair: 3,
    partial.late_in_branches: 2,
    partial.taken_out: 2,
    partial.through_function: 2,
    odd.consumed: 6,
    odd.not_moved: 2,
    odd.given_back: 3,
    odd.lost_in_loop: 1,
    odd.written_part: 2,
    odd.drained: 1,
    odd.parameter_patterns: 2,
    odd.recursive: 1,
    locks.named_guard: 6,
    locks.named_guard_for_long: 2,
    locks.matched_guard: 3,
    locks.temporary_guard: 6,
    locks.guard_around_blocks: 4,
    locks.guard_by_value: 2,
    locks.guard_through_question_mark: 1,
    locks.written_through_guard: 2,
    pointers.shared: 3,
    pointers.share: 4,
    pointers.counted: 3,
    pointers.weak: 2,
    pointers.upgraded: 2,
    cells.cell: 3,
    cells.two_cells: 1,
    cells.once_cell: 3,
    cells.unwrapped: 2,
    cells.channel: 2,
    control.if_else: 6,
    control.block: 3,
    control.block_value: 3,
    control.labelled_block: 2,
    control.conditional_exit: 4,
    control.panic_sometimes: 2,
    control.for_range: 3,
    control.for_values: 3,
    control.while_counted: 2,
    control.while_let_pop: 2,
    control.loop_with_value: 2,
    control.match_value: 5,
    control.match_reference: 2,
    control.if_let: 3,
    control.let_else: 2,
    control.question_mark: 3,
    control.question_mark_inside: 2,
    calls.call: 5,
    calls.closure_by_reference: 2,
    calls.closure_that_keeps: 2,
    calls.closure_once: 2,
    calls.closure_argument: 1,
    calls.closure_parameter: 2,
    calls.closure_with_value: 2,
    calls.adapters: 2,
    calls.catch: 2,
    calls.future: 1,
    closures.called_often: 2,
    closures.boxed: 2,
    closures.returned: 2,
    closures.in_struct: 1,
    threads.detached_value: 1,
    threads.spawned: 2,
    threads.scoped: 2,
    threads.with_lock: 2,
    threads.across_threads: 1,
}


PRELUDE = """\
use crate::{rt::*, witness::*};
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{self, Rc};
use std::sync::{self, mpsc, Arc, Mutex, RwLock};"""
GENERIC = """\
fn {name}_same<T: Held>(value: T) -> T {{
    value.born("{name}_same.value");
    value.leaves("{name}_same.value");
    value
}}

fn {name}_same_twice<T: Held>(value: T) -> T {{
    value.born("{name}_same_twice.value");
    let again = {name}_same(value);
    again.born("{name}_same_twice.again");
    again.leaves("{name}_same_twice.again");
    again
}}

fn {name}_down(value: D, depth: usize) -> usize {{
    value.born("{name}_down.value");
    let inner = mk();
    inner.born("{name}_down.inner");
    if depth == 0 {{
        return value.len();
    }}
    value.leaves("{name}_down.value");
    {name}_down(value, depth - 1) + inner.len()
}}
"""
RETURNED = ("", "D", "Option<D>", "Option<D>", "Result<D, D>", "P", "Rc<D>", "Mutex<D>")
GIVEN = ("D", "D", "P", "Option<D>", "Vec<D>", "Rc<D>", "Mutex<D>", "RefCell<D>", "Arc<Mutex<D>>", "Cell<usize>")
ANCHOR = re.compile(r" //(@\w+:\d+@)$")


@dataclass(frozen=True, slots=True)
class Program:
    """One generated program: a module named `name`. `labels` are the bindings whose births it tells, `places` the
    lines whose control flow it tells, as `KIND LINE` (`LINE` for the operands of `?`), `operations` what it does with
    std, as `op EVENT BINDING`.
    """

    name: str
    text: str
    sometimes_empty: frozenset[str]
    labels: frozenset[str]
    places: frozenset[str]
    operations: frozenset[str]


def random_statement(body: Body) -> bool:
    """Write one statement of the table."""
    return body.rng.choices(list(STATEMENTS), list(STATEMENTS.values()))[0](body)


def write_function(body: Body, parameters: list[tuple[str, str, bool]]) -> str:
    """The text of one function; `parameters` are name, type and whether it is `mut`. With `self` it is a method."""
    body.statement = random_statement
    returns = body.returns[0]
    is_method = bool(parameters) and parameters[0][0] == "self"
    written = ", ".join(
        f"{'mut ' if is_mut else ''}{name}" + ("" if name == "self" else f": {type_}")
        for name, type_, is_mut in parameters
    )
    result = f" -> {returns}" if returns else ""
    head = f"{'' if is_method else 'pub '}fn {body.name}({written}){result} {{"
    body.depth = 0
    with body.scope(Scope("function")):
        for name, type_, is_mut in parameters:
            body.born(name, type_, is_mut=is_mut)
        leaves = False
        while body.fuel > 0 and not leaves:
            leaves = body.statements(4)
        if not leaves and returns:
            tail(body)
    text = "\n".join([head, *body.lines, "}"])
    return as_method(body.name, parameters, result, text) if is_method else text


def as_method(name: str, parameters: list[tuple[str, str, bool]], result: str, text: str) -> str:
    """A function whose first parameter is `self`, in a trait of its own."""
    declared = ", ".join(["self", *(f"{other}: {type_}" for other, type_, _ in parameters[1:])])
    trait = f"T{name}"
    head = f"trait {trait} {{ fn {name}({declared}){result}; }}"
    return f"{head}\nimpl {trait} for {parameters[0][1]} {{\n{text}\n}}"


def generate(seed: int, edition: str = "2021") -> Program:
    """The program of a seed: always the same."""
    rng = random.Random(f"{seed}/{edition}")
    name = f"p{seed:03}"
    signatures: list[Signature] = []
    functions: list[str] = []
    empty: list[str] = []
    for index in range(rng.randint(2, 4)):
        returns = rng.choice(RETURNED)
        types = [rng.choice(GIVEN) for _ in range(rng.randint(0, 3))]
        signature = Signature(f"{name}_f{index}", tuple(types), returns)
        body = Body(signature.name, rng, returns, callees=list(signatures), edition=edition, size=rng.randint(8, 24))
        names = [f"a{i}" for i in range(len(types))]
        if types and rng.random() < 0.25:
            names[0] = "self"
        functions.append(write_function(body, [(n, t, rng.random() < 0.3) for n, t in zip(names, types, strict=True)]))
        is_method = names[:1] == ["self"]
        signatures.append(replace(signature, path=f"T{signature.name}::{signature.name}") if is_method else signature)
        empty += body.sometimes_empty
    body = Body(f"{name}_main", rng, "", callees=list(signatures), edition=edition, size=20)
    functions.append(write_function(body, []) + "\n")
    empty += body.sometimes_empty
    text = with_line_numbers("\n\n".join([PRELUDE, GENERIC.format(name=name), *functions]))
    labels = frozenset(re.findall(r'\bborn\("([^"]+)"\)', text))
    places = frozenset(re.findall(r'\b(?:tell|tells)\("((?:[a-z]+ )?\d+)', text))
    operations = frozenset(re.findall(r'"(op \w+ [\w.]+)', text))
    return Program(name, text, frozenset(empty), labels, places, operations)


def with_line_numbers(text: str) -> str:
    """Anchors become the numbers of the lines that end in them."""
    numbers = {}
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if found := ANCHOR.search(line):
            numbers[found[1]] = str(number)
            lines[number - 1] = line[: found.start()]
    return re.sub(r"@\w+:\d+@", lambda found: numbers[found[0]], "\n".join(lines))
