"""A trait is in scope inside of its impls, whatever the module imports."""

from __future__ import annotations

from tests.check.checked import findings_of

SOURCE = """\
pub trait Park { unsafe fn park(&self); unsafe fn again(&self); }
pub mod linux {
    pub struct Parker;
    impl super::Park for Parker {
        unsafe fn park(&self) {}
        unsafe fn again(&self) { unsafe { self.park(); { fn inner() {} inner(); self.park() } } }
    }
}
"""


def test_methods_of_the_trait_that_is_implemented_are_found():
    found = [one for one in findings_of(SOURCE) if one.kind == "unsafe_call"]
    assert [(one.line, one.resolved) for one in found] == [(6, True), (6, True)]
    assert [one.rule for one in found] == ["unsafe_trait_call"] * 2
