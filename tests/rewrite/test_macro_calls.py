"""Which definitions a call may mean, where several packages of a project have a macro of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from borrowscope.parse.macro_book import MacroBook
from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.macro_calls import MacroCalls

if TYPE_CHECKING:
    from borrowscope.parse.macro_arguments import Step

AS_TEXT = b"#[macro_export] macro_rules! show { ($e:expr) => { stringify!($e) }; }"
AS_VALUE = b"#[macro_export] macro_rules! show { ($e:expr) => { Some($e) }; }"
OWN = b"mod own { macro_rules! show { ($e:expr) => { ($e, 1) }; } }\n"
CALL = b"fn f(s: String) { show!(s.clone()); }\n"


def steps_of(source: bytes, **others: bytes) -> list[Step] | None:
    book = MacroBook()
    book.add("app", source, 2021)
    for name, text in others.items():
        book.add(name, text, 2021)
    nodes = parse_source(source).walk()
    call = next(node for node in nodes if node.kind == "macro_invocation" and "clone" in node.text)
    return MacroCalls(book, "app").steps(call)


@pytest.mark.parametrize("head", [b"#[macro_use] extern crate dep;\n", b"use dep::*;\n", b""])
def test_a_name_that_another_package_may_lend_is_entered_where_both_evaluate(head: bytes) -> None:
    assert steps_of(head + OWN + CALL, dep=AS_VALUE)
    assert steps_of(head + OWN + CALL, dep=AS_TEXT) == []


def test_macros_that_are_not_exported_do_not_count() -> None:
    assert steps_of(OWN + CALL, dep=AS_TEXT.removeprefix(b"#[macro_export] "))


def test_a_use_may_hold_for_one_block_only() -> None:
    head = b"fn g() {\n    use dep::show;\n}\n"
    text = b"mod own { macro_rules! show { ($e:expr) => { stringify!($e) }; } }\n"
    assert steps_of(head + CALL, dep=AS_VALUE)
    assert steps_of(head + text + CALL, dep=AS_VALUE) == []


TEXT = b"macro_rules! show { ($e:expr) => { stringify!($e) }; }\n"
VALUE = b"macro_rules! show { ($e:expr) => { Some($e) }; }\n"
ELSEWHERE = b"fn other() {}\n" + TEXT  # a file of the same package


def steps_beside(source: bytes) -> list[Step] | None:
    book = MacroBook()
    for text in (ELSEWHERE, source):
        book.add("app", text, 2021)
    call = next(
        node for node in parse_source(source).walk() if node.kind == "macro_invocation" and "clone" in node.text
    )
    return MacroCalls(book, "app").steps(call)


@pytest.mark.parametrize(
    "source",
    [
        VALUE + CALL,
        TEXT + VALUE + CALL,
        TEXT + b"mod tests {\n" + VALUE + CALL + b"}\n",
        VALUE + b"mod own {" + TEXT + b"}\n" + CALL,
        VALUE + b"fn f(s: String) { { " + TEXT + b" } show!(s.clone()); }\n" + TEXT,
        TEXT + b"fn f(s: String) { { " + VALUE + b" show!(Some(show!(s.clone()))); } }\n",
        VALUE + b"#[cfg(unix)]\n" + VALUE + CALL,
    ],
)
def test_the_definition_before_a_call_and_around_it_is_meant(source: bytes) -> None:
    assert steps_beside(source)


@pytest.mark.parametrize(
    "source",
    [
        CALL,
        CALL + VALUE,
        VALUE + TEXT + CALL,
        VALUE + b"#[cfg(unix)]\n" + TEXT + CALL,
        b"#[cfg(unix)]\n" + VALUE + CALL,
        b"mod own {" + VALUE + b"}\n" + CALL,
        b"fn g() { " + VALUE + b" }\n" + CALL,
    ],
)
def test_without_one_or_behind_conditions_all_must_agree(source: bytes) -> None:
    assert steps_beside(source) == []
