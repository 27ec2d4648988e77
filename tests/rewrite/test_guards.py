"""The text around locks and cells: attempts at the receiver, companions, and what a switched-off part takes with it."""

from __future__ import annotations

import pytest

from borrowscope.rewrite.choice import TraceOptions
from borrowscope.tables.events import Group
from tests.rewrite.conftest import short

CELL = "pub fn f(c: &std::cell::RefCell<Vec<u8>>) { %s }"
LOCK = "pub fn f(m: &std::sync::Mutex<Vec<u8>>) { %s }"
CASES = {
    "a temporary is held beside the record of its end": (
        CELL % "c.borrow_mut().push(1);",
        "cell_held(3, 258, c.__bs_attempt(2, __bs_1.id()).borrow_mut()).value.push(1);",
    ),
    "a lock's outcome stands around its call": (
        LOCK % "m.lock().unwrap().push(1);",
        "locked(3, m.__bs_attempt(2, __bs_1.id()).lock())",
    ),
    "a function's argument is attempted": (
        CELL % "std::cell::RefCell::borrow_mut(c).push(1);",
        "RefCell::borrow_mut(attempt_refcell(2, __bs_1.id(), c))).value.push(1);",
    ),
    "an import is under the condition of its only use": (
        CELL % "#[cfg(all())] c.borrow_mut().push(1); #[cfg(any())] c.borrow_mut().push(2);",
        "#[cfg(all())] use Attempt as _;",
    ),
    "a condition of one use does not hide the import from another": (
        CELL % "#[cfg(all())] c.borrow_mut().push(1); c.borrow_mut().push(2);",
        "{ let __bs_1 = track_new_with_id(1, &c); use Attempt as _;",
    ),
    "a field is not its owner": (
        "pub struct S(std::cell::RefCell<u8>);\nimpl S { pub fn f(&self) { *self.0.borrow_mut() = 1; } }",
        "self.0.__bs_attempt(2, NONE).borrow_mut()",
    ),
    "a guard that is handed out is attempted only if it is refused": (
        "pub fn f(c: &std::cell::RefCell<u8>) -> std::cell::Ref<'_, u8> { c.borrow() }",
        "passed(expecting(2), c.__bs_attempt(untold(2), __bs_1.id()).borrow())",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_insertions(name, rewrite_str):
    source, expected = CASES[name]
    assert expected in short(rewrite_str(source))


def test_a_switched_off_attempt_takes_its_outcome_with_it(rewrite_str):
    source = LOCK % "m.lock().unwrap().push(1);"
    told = rewrite_str(source)
    attempt = next(site for site in told.sites if site.event == "Attempt")
    text = short(rewrite_str(source, disabled=frozenset({attempt.index})))
    assert "__bs_attempt" not in text
    assert "locked(" not in text
    assert "lock_held(4, 0, " in text
    assert "Attempt as _" not in text


@pytest.mark.parametrize("event", ["Attempt", "Lock", "LockGuardAcquire"])
def test_numbers_do_not_depend_on_what_is_switched_off(event, rewrite_str):
    source = LOCK % "let g = m.lock().unwrap(); m.try_lock().is_ok(); drop(g);"
    told = rewrite_str(source)
    off = frozenset(site.index for site in told.sites if site.event == event)
    healed = rewrite_str(source, disabled=off)
    assert [(site.event, site.span) for site in healed.sites] == [(site.event, site.span) for site in told.sites]
    for group in (Group.METHODS, Group.CONCURRENCY):
        chosen = rewrite_str(source, wishes=TraceOptions(skip=frozenset({group})))
        assert len(chosen.sites) == len(told.sites)


def test_an_escaping_guard_is_listed(rewrite_str):
    listed = rewrite_str(LOCK % "let o = Some(m.lock());").skipped
    assert [(one.construct, one.reason.value) for one in listed] == [("guard", "guard_escapes")]


def test_each_site_is_told_at_the_method(rewrite_str):
    source = LOCK % "m.lock().unwrap().push(1);"
    rewritten = rewrite_str(source)
    spans = {site.event: source[site.span.start : site.span.end] for site in rewritten.sites}
    assert {spans[event] for event in ("Attempt", "Lock", "LockGuardAcquire")} == {"lock"}
