"""Marks: every spelling and place, every argument, and what is said of those that cannot be understood."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from borrowscope.build.mark_inheritance import inherited_marks
from borrowscope.build.mark_problems import check_marks
from borrowscope.build.unmarked import without_marks
from borrowscope.errors import UsageError
from borrowscope.parse.functions import find_functions
from borrowscope.parse.syntax import parse_source
from borrowscope.rewrite.choice import TraceOptions, choose
from borrowscope.rewrite.mark_options import ARGUMENTS
from borrowscope.rewrite.marks import find_marks
from borrowscope.tables.events import Group
from borrowscope.tables.groups import ALL_GROUPS, GROUP_NAMES, GROUPS, OWNERSHIP, Preset, find_group


def options(arguments: str) -> TraceOptions:
    marks = find_marks(parse_source(f"#[trace_borrow({arguments})]\nfn f() {{}}\n".encode()))
    assert marks.problems == []
    (found,) = marks.by_item.values()
    return found


def traced(source: str) -> list[str]:
    root = parse_source(source.encode())
    marks = find_marks(root)
    found = [(item.path, marks.of(item.node, item.containers)) for item in find_functions(root, "k")]
    return [path for path, mark in found if mark is not None and not mark.is_off]


def problems(source: str) -> list[tuple[str, str]]:
    marks = find_marks(parse_source(source.encode()))
    return [(source.encode()[one.span.start : one.span.end].decode(), one.message) for one in marks.problems]


@pytest.mark.parametrize(
    "spelling",
    [
        "#[trace_borrow]",
        "#[trace_borrow()]",
        "#[trace_borrow(verbose,)]",
        "#[borrowscope::trace_borrow]",
        "#[borrowscope_macro::trace_borrow(quiet)]",
        "#[::borrowscope_macro::trace_borrow]",
        "#[cfg_attr(any(), trace_borrow)]",
        '#[cfg_attr(all(unix, debug_assertions), inline, borrowscope_macro::trace_borrow(filter = "a"))]',
        "#[cfg_attr(a, cfg_attr(b, trace_borrow))]",
        "#[ trace_borrow /* why */ ]",
    ],
)
def test_spellings(spelling: str):
    source = f"{spelling}\nfn f() {{}}\nfn g() {{}}\n"
    assert traced(source) == ["k::f"]
    blanked = without_marks(source.encode())
    assert b"trace_borrow" not in blanked
    assert (len(blanked), blanked.count(b"\n")) == (len(source), source.count("\n"))
    assert not parse_source(blanked).has_error
    assert (b"inline" in blanked) == ("inline" in spelling)


@pytest.mark.parametrize(
    "use", ["use borrowscope_macro::trace_borrow as tb;", "use borrowscope::{trace_borrow as tb};"]
)
def test_a_renamed_import(use: str):
    source = f"{use}\n#[tb(quiet)]\nfn f() {{}}\n#[test]\nfn g() {{}}\n"
    assert traced(source) == ["k::f"]
    assert without_marks(source.encode()).split() == b"fn f() {} #[test] fn g() {}".split()


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("#![trace_borrow]\nfn f() {} mod m { fn g() {} }", ["k::f", "k::m::g"]),
        ("#[trace_borrow] mod m { fn g() {} #[trace_borrow(off)] fn h() {} } fn f() {}", ["k::m::g"]),
        ("mod m { #![trace_borrow] fn g() {} } fn f() {}", ["k::m::g"]),
        ("struct S; #[trace_borrow] impl S { fn a(&self) {} const fn b() {} } fn f() {}", ["k::S::a", "k::S::b"]),
        ("#[trace_borrow] trait T { fn a(&self); fn b(&self) {} }", ["k::T::a", "k::T::b"]),
        ("struct S; impl S { #[trace_borrow] fn a(&self) {} fn b() {} }", ["k::S::a"]),
        ("#[trace_borrow] fn f() { fn inner() {} }", ["k::f"]),
        ("#[trace_borrow(off)] impl S { #[trace_borrow] fn a() {} fn b() {} }", ["k::S::a"]),
        ("#[trace_borrow]\n/// A comment.\n#[inline]\npub async unsafe fn f() {}", ["k::f"]),
    ],
)
def test_places(source: str, paths: list[str]):
    assert problems(source) == []
    assert traced(source) == paths


def test_the_file_of_a_marked_module_inherits():
    texts = {
        "lib.rs": ("k", "#[trace_borrow(quiet)] mod a; mod b { #![trace_borrow(verbose)] mod c; mod d {} } mod r#e;"),
        "a.rs": ("k::a", "#[trace_borrow(off)] mod own; mod other;"),
        "a/own.rs": ("k::a::own", "fn f() {}"),
        "a/other.rs": ("k::a::other", "fn f() {}"),
        "b/c.rs": ("k::b::c", "fn f() {}"),
        "e.rs": ("k::e", "#[trace_borrow] mod f {}"),
    }
    files = [(Path(name), path, find_marks(parse_source(text.encode()))) for name, (path, text) in texts.items()]
    assert [problem for _, _, marks in files for problem in marks.problems] == []
    found = {str(path): options for path, options in inherited_marks(files).items()}
    assert found.keys() == {"a.rs", "a/own.rs", "a/other.rs", "b/c.rs"}
    assert found["a.rs"] == found["a/other.rs"] == TraceOptions(preset=Preset.QUIET)
    assert found["a/own.rs"].is_off
    assert found["b/c.rs"].preset is Preset.VERBOSE


def test_every_argument():
    assert options("quiet").preset is Preset.QUIET
    assert options("verbose").preset is Preset.VERBOSE
    for skipped in ('skip = "loops, try"', "skip(loops, try,)"):
        assert options(skipped).skip == frozenset({Group.LOOPS, Group.TRY})
    for only in ("only(async, fn)", 'only = "async,fn"'):
        assert options(only).only == frozenset({Group.ASYNC, Group.FUNCTIONS})
    assert options('only("exprs", r#try)').only == frozenset({Group.EXPRESSIONS, Group.TRY})
    assert options("debug_only, release_only").conditions == ("debug_assertions", "not(debug_assertions)")
    assert options('feature = "a-b"').conditions == ('feature = "a-b"',)
    assert options("warn").warns
    assert options("warn_ambiguous").warns
    assert options('ffi = ["a", "b",], unions = [], statics = ["C"]').ffi == ("a", "b")
    assert options('filter = r"data*"').filters == ("data*",)
    assert [options(f"sample = {text}").sample for text in ("0", "1", "0.1", "1.0", "5e-1")] == [0, 1, 0.1, 1, 0.5]
    assert options("off").is_off
    assert all(row.example for row in ARGUMENTS.values())
    for row in ARGUMENTS.values():
        options(row.example)


def test_the_readme_names_every_argument_and_group():
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8").partition("## Exit codes")[0]
    assert [name for name in ARGUMENTS if not re.search(rf"`{name}\b", text)] == []
    assert [row.name for row in GROUPS if f"`{row.name}`" not in text] == []


def test_every_group_under_every_name():
    assert {group for row in GROUPS for group in row.members} == ALL_GROUPS
    for name in GROUP_NAMES:
        assert options(f"skip({name})").skip == find_group(name) == options(f'skip = "{name}"').skip


def test_presets_first_then_all_else_together():
    both = choose(TraceOptions(), options('skip(drop), quiet, filter = "a*", sample = 0.5'), Preset.VERBOSE)
    assert both.groups == OWNERSHIP - {Group.DROP}
    assert both.is_wanted("ab")
    assert not both.is_wanted("ba")
    wishes = TraceOptions(preset=Preset.QUIET, skip=frozenset({Group.MOVE}), filters=("?b",), sample=0.5)
    joined = choose(
        wishes, options('verbose, only(ownership), filter = "a*", sample = 0.5, debug_only'), Preset.STANDARD
    )
    assert joined.groups == OWNERSHIP - {Group.MOVE}
    assert joined.is_wanted("ab")
    assert not joined.is_wanted("abc")
    assert (joined.sample, joined.condition) == (0.25, "debug_assertions")
    assert choose(wishes, None, Preset.VERBOSE).groups == OWNERSHIP - {Group.MOVE}
    assert choose(TraceOptions(), None, Preset.STANDARD).groups == ALL_GROUPS - {Group.FUNCTIONS}


@pytest.mark.parametrize(
    ("arguments", "place", "message"),
    [
        ("skp(loops)", "skp", "unknown argument `skp`"),
        ("skip(loops, lops)", "lops", "unknown group `lops`"),
        ('only = "drop, ü, tries"', "tries", "unknown group `tries`"),
        ("quiet, verbose", "verbose", "`quiet` and `verbose` are two values for one option"),
        ("sample = 0.1, sample = 0.2", "sample = 0.2", "`sample` is given twice"),
        ("sample = 1.5", "sample = 1.5", "a sample of 1.5 is not between 0 and 1"),
        ("sample = -0.1", "sample = -0.1", "a sample of -0.1 is not between 0 and 1"),
        ('sample = "1"', 'sample = "1"', "`sample` needs a number from 0 to 1"),
        ('filter = ""', 'filter = ""', "this filter is empty: no name matches it"),
        ("filter", "filter", "`filter` needs a value"),
        ('quiet = "yes"', 'quiet = "yes"', "`quiet` takes no value"),
        ("skip()", "skip()", "`skip` names no group"),
        ("ffi = a", "ffi = a", "`ffi` needs a list of names in quotes"),
        ("quiet,, off", ",", "an argument is missing before this comma"),
        ('"quiet"', '"quiet"', "this is no argument of `#[trace_borrow]`"),
        ("quiet verbose", "quiet verbose", "`quiet` cannot be understood here"),
    ],
)
def test_arguments_that_cannot_be_understood(arguments: str, place: str, message: str):
    assert (place, message) in problems(f"#[trace_borrow({arguments})]\nfn f() {{}}\n")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("#[trace_borrow] const fn f() {}", "a `const fn` cannot be traced: tracking is done at run time"),
        ('#[trace_borrow] extern "C" fn f() {}', 'a function with the ABI "C" must keep its calling convention'),
        ('extern "C" { #[trace_borrow] fn f(); }', "this function has no body to trace"),
        ("trait T { #[trace_borrow] fn f(); }", "this function has no body to trace"),
        ("#[trace_borrow] struct S;", "`#[trace_borrow]` stands on something that is no function"),
    ],
)
def test_places_that_cannot_be_traced(source: str, message: str):
    assert problems(source) == [("trace_borrow", message)]
    assert problems(source.replace("trace_borrow", "cfg(any())")) == []


def test_all_problems_of_all_files_are_shown_as_rustc_does():
    source = "/* ü */ #[trace_borrow(skp, sample = 2)]\nfn f() {}\n".encode()
    found = find_marks(parse_source(source)).problems
    with pytest.raises(UsageError) as caught:
        check_marks([("src/a.rs", source, found), ("src/b.rs", source, found[:1]), ("src/c.rs", source, [])])
    first = """\
unknown argument `skp`
 --> src/a.rs:1:24
  |
1 | /* ü */ #[trace_borrow(skp, sample = 2)]
  |                        ^^^
  |
  = help: did you mean `skip`?

error: a sample of 2 is not between 0 and 1
 --> src/a.rs:1:29
  |
1 | /* ü */ #[trace_borrow(skp, sample = 2)]
  |                             ^^^^^^^^^^
"""
    assert caught.value.message.startswith(first)
    assert caught.value.message.count("error: ") == 2
    assert caught.value.exit_code == 2
