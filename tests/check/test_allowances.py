"""Comments that hide findings: how far they reach, and what is said of those that give no reason or hide nothing."""

from __future__ import annotations

import pytest

from borrowscope.check.configuration import Configuration, RuleChoice
from borrowscope.tables.check_rules import Level
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
        "/* borrowscope: allow(BS0501) it is ours */\n    unsafe { *p }",
        "/* borrowscope: allow(BS0501) it\n     is ours */\n    unsafe { *p }",
        "/* borrowscope: allow(BS0501) it is ours */ unsafe { *p }",
        "unsafe { /*borrowscope: allow(BS0501) it is ours*/ *p }",
        "unsafe { *p } /* borrowscope: allow(BS0501) it is ours */",
        "// borrowscope: allow(BS0501) it is ours\n    /* more */ unsafe { *p }",
        "// borrowscope: allow(BS0501) it is ours\n    /* more\n */\n    unsafe { *p }",
        "// borrowscope: allow(BS0501) it is ours\n    #[rustfmt::skip] let x =\n        unsafe { *p };\n    x",
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
        ("// borrowscope: alow(BS0501) why", ["BS0903", "BS0501"], "looks like an allowance and is none"),
        ("// borrowscope: allow BS0501 why", ["BS0903", "BS0501"], "looks like an allowance and is none"),
        ("// borrowscope allow(BS0501) why", ["BS0903", "BS0501"], "looks like an allowance and is none"),
        ("/* borrowscope: allow[BS0501] why */", ["BS0903", "BS0501"], "looks like an allowance and is none"),
        ("// borrowscope: it counts (all of them)", ["BS0501"], "raw pointer"),
        ("// see: borrowscope: allow(BS0501) why", ["BS0501"], "raw pointer"),
        ("// borrowscope: allow() why not", ["BS0902", "BS0501"], "nothing"),
        ('let _ = "// borrowscope: allow(BS0501) why";', ["BS0501"], "raw pointer"),
    ],
)
def test_what_is_wrong_with_a_comment_is_a_finding(comment: str, codes: list[str], said: str):
    result = result_of(f"pub unsafe fn f(p: *const u8) {{\n    {comment}\n    *p;\n}}\n", PLAIN)
    assert [one.code for one in result.findings] == codes
    assert said in result.findings[0].message


ALLOW = "// borrowscope: allow(BS0501) it is ours"
FUNCTION = "pub unsafe fn f(p: *const u8) -> u8"


def with_words(source: str) -> str:
    return source.replace("ALLOW", ALLOW).replace("FUNCTION", FUNCTION)


@pytest.mark.parametrize(
    ("source", "hidden"),
    [
        (
            "FUNCTION {\n    match 1 {\n        ALLOW\n        1 => *p,\n        _ => *p,\n    }\n}\n",
            [4],
        ),
        (
            (
                "pub struct S(u8, u8);\n"
                "pub unsafe fn f(p: *const u8) -> S {\n    S(\n        ALLOW\n        *p,\n        *p,\n    )\n}\n"
            ),
            [5],
        ),
        ("pub struct S;\nALLOW\nimpl S {\n    FUNCTION { *p }\n}\n", [4]),
        ("ALLOW\npub mod m {\n    FUNCTION { *p }\n}\n", [3]),
        (
            "ALLOW\n#[cfg_attr(\n    all(),\n    inline\n)]\n/// It reads.\nFUNCTION {\n    *p\n}\n",
            [8],
        ),
        ('pub unsafe fn f(p: *const u8) {\n    println!(\n        "{}",\n        ALLOW\n        *p\n    );\n}\n', [5]),
        (
            (
                "macro_rules! m {\n    ($p:expr) => {\n        ALLOW\n        unsafe { *$p }\n    };\n}\n"
                "pub fn f(p: *const u8) -> u8 { m!(p) }\n"
            ),
            [4],
        ),
        ("ALLOW\n#[inline] FUNCTION {\n    *p\n}\n", [3]),
        (
            (
                "FUNCTION {\n    match 1 {\n        ALLOW\n        #[cfg(all())]\n        1 => {\n"
                "            *p\n        }\n        _ => *p,\n    }\n}\n"
            ),
            [6],
        ),
        ("FUNCTION {\r\n    ALLOW\r\n    *p\r\n}\r\n", [3]),
        ("FUNCTION {\n    // BorrowScope: Allow(bs0501) it is ours\n    *p\n}\n", [3]),
        ("FUNCTION {\n    // borrowscope: allow(raw-deref): it is ours\n    *p\n}\n", [3]),
        ("FUNCTION {\n    // SAFETY: ok\n    ALLOW\n    // more\n    *p\n}\n", [5]),
        ("ALLOW\nFUNCTION { /* ä漢 */ *p }\n", [2]),
    ],
)
def test_it_stands_wherever_comments_do(source: str, hidden: list[int]):
    result = result_of(with_words(source), PLAIN)
    assert [(one.line, one.reason) for one in result.suppressed] == [(line, "it is ours") for line in hidden]
    assert [one.code for one in result.findings if one.code == "BS0902"] == []


@pytest.mark.parametrize(
    "source",
    [
        "FUNCTION {\n    *p\n} ALLOW\n",
        "FUNCTION {\n    *p\n}\nALLOW\n",
        "FUNCTION {\n    *p\n}\nALLOW\npub fn g() {}\n",
    ],
)
def test_where_nothing_follows_it_hides_nothing(source: str):
    result = result_of(with_words(source), PLAIN)
    assert sorted(one.code for one in result.findings) == ["BS0501", "BS0902"]
    assert result.suppressed == []


def test_each_of_stacked_comments_counts():
    source = (
        'unsafe extern "C" {\n    fn abs(n: i32) -> i32;\n}\npub unsafe fn f(p: *const i32) -> i32 {\n'
        "    // borrowscope: allow(BS0501) one\n    // borrowscope: allow(ffi_call) other\n    abs(*p)\n}\n"
    )
    assert codes_of(source) == ([], ["BS0101 other", "BS0501 one"])


NOT_HERE = "#[cfg(windows)]\n"


@pytest.mark.parametrize(
    "source",
    [
        f"{ALLOW}\n{NOT_HERE}{FUNCTION} {{ *p }}\n",
        f"{NOT_HERE}{ALLOW}\n{FUNCTION} {{ *p }}\n",
        f"{NOT_HERE}mod w {{\n    {FUNCTION} {{\n        *p {ALLOW}\n    }}\n}}\n",
        f"macro_rules! m {{\n    ($p:expr) => {{\n        {ALLOW}\n        unsafe {{ *$p }}\n    }};\n}}\n",
    ],
)
def test_where_code_is_not_compiled_nobody_can_say_what_a_comment_hides(source: str):
    result = result_of(source, PLAIN)
    assert (result.findings, result.suppressed) == ([], [])
    other = result_of(source.replace("BS0501", "generic_clone"), PLAIN)
    assert [one.code for one in other.findings] == ["BS0902"], "clones are found whether they are compiled or not"


def test_a_rule_that_is_off_makes_no_comment_stale():
    source = f"{ALLOW}\n{FUNCTION} {{ *p }}\n"
    assert result_of(source, Configuration({"BS0501": RuleChoice(Level.OFF)})).findings == []
    assert result_of(source, Configuration({"BS0501": RuleChoice(exclude=["src"])})).findings == []
