"""Random sequences of calls by hand as Rust programs, and what our events say where the published crate's differ.

In: the table of public functions, a seed. Out: the text of a program that prints the events of each sequence, and
`joined`, which turns the published crate's events into ours: the same instance, the same id text.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from borrowscope.tables.events import BY_NAME
from borrowscope.tables.published_api import FUNCTIONS
from borrowscope.tables.published_calls import Function, Parameter
from borrowscope.tables.published_events import BY_VARIANT, PublishedEvent, Role

NAMES = ("a", "b", "r", "späť", "")
TYPES = ("i32", "alloc::vec::Vec<u8>")
PLACES = ("src/main.rs:10:5", "src/lib.rs:7", "")

VALUES = {
    "T": ("7u8", '"text"', "(1u8, 'x')"),
    "&'a T": ("&5u16", '&String::from("x")'),
    "&'a mut T": ("&mut 5u16",),
    "bool": ("true", "false"),
    "usize": ("0", "1", "2", "3", "usize::MAX"),
    "f64": ("1.0",),
    "Option<&str>": ("None", 'Some("outer")', 'Some("")'),
    "std::rc::Rc<T>": ("Rc::new(1u8)", "{ let a = Rc::new(3u8); let b = a.clone(); std::mem::forget(a); b }"),
    "std::sync::Arc<T>": ("Arc::new(1u8)", "{ let a = Arc::new(()); std::mem::forget(Arc::downgrade(&a)); a }"),
    "std::rc::Weak<T>": ("Rc::downgrade(&Rc::new(1u8))", "std::rc::Weak::<u8>::new()"),
    "std::sync::Weak<T>": ("std::sync::Weak::<u8>::new()",),
    "Option<std::rc::Rc<T>>": ("Some(Rc::new(1u8))", "None::<Rc<u8>>"),
    "Option<std::sync::Arc<T>>": ("Some(Arc::new(1u8))", "None::<Arc<u8>>"),
    "Box<T>": ("Box::new([1u8; 3])", "Box::new(())"),
    "*const T": ("8 as *const u8",),
    "*mut T": ("16 as *mut u32",),
    "std::pin::Pin<P>": ("std::pin::Pin::new(&5u8)",),
    "std::cell::RefCell<T>": ("RefCell::new(1u8)",),
    "std::cell::Ref<'a, T>": ("RefCell::new(1u8).borrow()",),
    "std::cell::RefMut<'a, T>": ("RefCell::new(1u8).borrow_mut()",),
    "std::cell::Cell<T>": ("Cell::new(1u8)",),
    "std::cell::OnceCell<T>": ("std::cell::OnceCell::<u8>::new()",),
    "std::sync::OnceLock<T>": ("std::sync::OnceLock::<u8>::new()",),
    "Result<(), T>": ("Ok::<(), u8>(())", "Err::<(), u8>(1)"),
    "Option<&'a T>": ("Some(&1u8)", "None::<&u8>"),
    "std::mem::MaybeUninit<T>": ("std::mem::MaybeUninit::<u8>::uninit()",),
    "std::thread::JoinHandle<T>": ("std::thread::spawn(|| ())",),
    "std::thread::Result<T>": ("Ok(())",),
    "std::sync::mpsc::Sender<T>": ("mpsc::channel::<u8>().0",),
    "std::sync::mpsc::Receiver<T>": ("mpsc::channel::<u8>().1",),
    "Result<(), std::sync::mpsc::SendError<T>>": ("Ok::<(), mpsc::SendError<u8>>(())", "Err(mpsc::SendError(1u8))"),
    "Result<T, std::sync::mpsc::RecvError>": ("Ok(1u8)", "Err::<u8, _>(mpsc::RecvError)"),
    "Result<T, std::sync::mpsc::TryRecvError>": ("Ok(1u8)", "Err::<u8, _>(mpsc::TryRecvError::Empty)"),
}
COWS = {"track_cow_borrowed": 'Cow::Borrowed("x")', "track_cow_owned": "Cow::<str>::Owned(String::new())"}

_PROGRAM = """#![allow(unused, clippy::all)]
use borrowscope_runtime::*;
use std::{borrow::Cow, cell::{Cell, RefCell}, rc::Rc, sync::{mpsc, Arc}};

fn tell() {
    println!("{}", serde_json::to_string(&get_events()).unwrap());
}

fn main() {
%s
}
%s
"""


def published_functions() -> list[Function]:
    """The functions of 0.1.2 but `reset`."""
    return [row for row in FUNCTIONS if not row.is_later and row.name != "reset"]


def program(seed: int, sequences: int, length: int) -> str:
    """A program with so many sequences; all functions are called, each in some sequence."""
    dice = random.Random(seed)
    rows = published_functions()
    deck = [row for _ in range(sequences * length // len(rows) + 1) for row in dice.sample(rows, len(rows))]
    bodies = []
    for number in range(sequences):
        calls = [_call(row, dice) for row in deck[number * length : (number + 1) * length]]
        lines = "\n    ".join(["reset();", *calls, "tell();"])
        bodies.append(f"fn sequence_{number}() {{\n    {lines}\n}}")
    return _PROGRAM % ("\n".join(f"    sequence_{number}();" for number in range(sequences)), "\n".join(bodies))


def _call(row: Function, dice: random.Random) -> str:
    arguments = ", ".join(_argument(row, parameter, dice) for parameter in row.parameters)
    return f"drop({row.name}({arguments}));"


def _argument(row: Function, parameter: Parameter, dice: random.Random) -> str:
    if row.name in COWS and parameter.type.startswith("std::borrow::Cow"):
        return COWS[row.name]
    if parameter.type == "&[&str]":
        return "&[" + ", ".join(_quoted(dice.choice(NAMES)) for _ in range(dice.randrange(4))) + "]"
    if parameter.type == "&str":
        choices = PLACES if parameter.name == "location" else TYPES if "type" in parameter.name else NAMES
        return _quoted(dice.choice(choices))
    return dice.choice(VALUES[parameter.type])


def _quoted(text: str) -> str:
    return f'"{text}"'


_WITH_ID = re.compile(r"(?:owner|var)_(\d+)(?: @ .*)?")
# The text of a new instance, where it is not the name and a number: it is what the events tell of it.
_OWN_TEXT = {"RefCellBorrow", "LockGuardAcquire", "ChannelSenderNew", "ChannelReceiverNew"}
# Numbered by the caller, not joined with variables.
_APART = {
    "ThreadSpawn",
    "ThreadJoin",
    "Clone",
    "RawPtrCreated",
    "RawPtrDeref",
    "StaticInit",
    "StaticAccess",
    "ConstEval",
}


class Joined:
    """The instances of one sequence: an independent telling of which text means which."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = defaultdict(list)
        self._ids: dict[int, list[str]] = defaultdict(list)
        self._lives: dict[str, tuple[str, int | None]] = {}
        self._ended: set[str] = set()

    def event(self, event: dict[str, Any]) -> dict[str, Any]:
        """One event of the published crate as ours is."""
        row = BY_VARIANT[event["type"]]
        if row.name in _APART:
            return event
        event = dict(event)
        for field in row.fields:
            if field.role in {Role.OWNER, Role.FROM} or (field.role is Role.INSTANCE and not self._is_birth(row)):
                event[field.name] = self._find(event[field.name], ends=self._ends(row, field.role))
        self._bear(row, event)
        return event

    def _is_birth(self, row: PublishedEvent) -> bool:
        return BY_NAME[row.name].is_birth

    def _ends(self, row: PublishedEvent, role: Role) -> bool:
        return role is Role.FROM or (role is Role.INSTANCE and BY_NAME[row.name].is_death)

    def _find(self, text: str, *, ends: bool) -> str:
        found = _WITH_ID.fullmatch(text)
        instances = self._ids[int(found[1])] if found else self._names[text]
        while instances and instances[-1] in self._ended:
            instances.pop()
        if not instances:
            return text
        if ends:
            self._ended.add(instances[-1])
        return instances[-1].split("\0")[0]

    def _bear(self, row: PublishedEvent, event: dict[str, Any]) -> None:
        if not self._is_birth(row):
            return
        roles = {field.role: event[field.name] for field in row.fields}
        text = roles.get(Role.TO) or roles[Role.INSTANCE]
        name = text if row.name in _OWN_TEXT else str(roles.get(Role.TO_NAME, roles.get(Role.NAME))).split(" @ ")[0]
        unique = f"{text}\0{len(self._lives)}"
        self._lives[unique] = (name, None)
        self._names[name].append(unique)
        number = text.removeprefix(f"{name}_")
        if row.name not in _OWN_TEXT and number.isdigit() and self._has_id(row, event):
            self._ids[int(number)].append(unique)

    def _has_id(self, row: PublishedEvent, event: dict[str, Any]) -> bool:
        """Whether the caller gave the number: the published crate packs the place into a text then."""
        return any(" @ " in str(event[field.name]) for field in row.fields)


def joined(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published crate's events with the ids that ours have."""
    instances = Joined()
    return [instances.event(event) for event in events]
