"""Comments that hide findings: how far they reach, and what is said of those that give no reason or hide nothing."""

from __future__ import annotations

import pytest

from borrowscope.check.configuration import Configuration
from tests.check.checked import result_of

PLAIN = Configuration()


def codes_of(source: str) -> tuple[list[str], list[str]]:
    result = result_of(source, PLAIN)
    return [one.code for one in result.findings], [f"{one.code} {one.reason}" for one in result.suppressed]


@pytest.mark.parametrize(
    "body",
    [
        "// borrowscope: allow(BS0501) it is ours\n    unsafe { *p }",
        "unsafe { *p } // borrowscope: allow(BS0501) it is ours",
        (
            "// borrowscope: allow(raw_deref) it is ours\n    #[rustfmt::skip]\n    // more\n\n"
            "    let x =\n        unsafe { *p };\n    x"
        ),
        "//borrowscope:allow( BS0501 , BS0101 ) it is ours\n    unsafe { *p }",
    ],
)
def test_a_comment_hides_what_begins_below_it_or_stands_before_it(body: str):
    found, hidden = codes_of(f"pub fn f(p: *const u8) -> u8 {{\n    {body}\n}}\n")
    assert [code for code in found if code != "BS0902"] == []
    assert hidden == ["BS0501 it is ours"]


def test_above_a_function_it_speaks_of_all_of_it():
    source = "// borrowscope: allow(BS0501) it is ours\npub fn f(p: *const u8) -> u8 {\n    unsafe { *p;\n    *p }\n}\n"
    assert codes_of(source) == ([], ["BS0501 it is ours"] * 2)
    assert codes_of(source + "pub unsafe fn g(p: *const u8) -> u8 { *p }\n")[0] == ["BS0501"]


def test_a_comment_in_a_line_of_code_speaks_of_that_line_alone():
    source = "pub unsafe fn f(p: *const u8) {\n    *p; // borrowscope: allow(BS0501) it is ours\n    *p;\n}\n"
    assert codes_of(source) == (["BS0501"], ["BS0501 it is ours"])


@pytest.mark.parametrize(
    ("comment", "codes", "said"),
    [
        ("// borrowscope: allow(BS0501)", ["BS0901"], "gives no reason"),
        ("// borrowscope: allow(BS0101) why not", ["BS0902", "BS0501"], "the allowance of `BS0101` hides nothing"),
        ("// borrowscope: allow(BS9) why not", ["BS0902", "BS0501"], "`BS9` (no such rule)"),
        ("// borrowscope: allow() why not", ["BS0902", "BS0501"], "nothing"),
        ('let _ = "// borrowscope: allow(BS0501) why";', ["BS0501"], "raw pointer"),
    ],
)
def test_what_is_wrong_with_a_comment_is_a_finding(comment: str, codes: list[str], said: str):
    result = result_of(f"pub unsafe fn f(p: *const u8) {{\n    {comment}\n    *p;\n}}\n", PLAIN)
    assert [one.code for one in result.findings] == codes
    assert said in result.findings[0].message
