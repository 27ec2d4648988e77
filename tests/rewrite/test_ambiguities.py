"""What `warn` says: the words of the rules of `check`, and nothing of rules that are off."""

from __future__ import annotations

from borrowscope.rewrite.ambiguities import find_ambiguities
from borrowscope.tables.check_rules import BY_NAME
from tests.check.checked import analysis_of

SOURCE = """use outside::*;
#[trace_borrow(warn)]
pub fn f(p: *const u8, call: unsafe extern "C" fn()) { unsafe { hidden(p); *p; call(); } }
pub fn g(p: *const u8) { unsafe { hidden(p); *p; } }
"""


def told(*silent: str) -> list[str]:
    (file,) = analysis_of(SOURCE).files
    facts = file.facts
    facts.operations = file.operations
    codes = frozenset(BY_NAME[name].code for name in silent)
    return [one.message for one in find_ambiguities(SOURCE.encode(), facts, silent=codes)]


def test_each_place_is_told_in_the_words_of_its_rule():
    first, second = told()
    assert first.startswith("nobody can say what `hidden(p)` calls")
    assert first.endswith(f"({BY_NAME['unresolved_call'].code})")
    assert second.endswith(f"({BY_NAME['foreign_pointer_call'].code})")


def test_a_rule_that_is_off_is_not_told():
    assert told("unresolved_call") == told()[1:]
    assert told("unresolved_call", "foreign_pointer_call") == []
