from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.errors import InputError, UsageError
from borrowscope.report.blocks import Blocks
from borrowscope.report.lifeline import Mark, build_lanes
from borrowscope.report.show import show_function
from tests.report.recordings import TOUR, Script, tour

TOUR_PAGE = """\
demo::main   src/main.rs:3-21
  call 1 of 1 · thread 0 (main) · 25 events

  3    │ fn main() {
  4    │     let greeting = String::from("hello, … ● greeting
  5    │     let r = &greeting;                    ├──○ r
  6    │     println!("{r}");                      │  ╵
  7    │     let mut list = vec![1, 2, 3];         │  ● list
  8    │     list.push(4);                         │  ├◉
  9 ×4 │     for n in &list {                      │  ├○ ○ n
 10    │         println!("{n}");                  │  │  ┊
 11    │     }                                     │  │  ╵
 12    │     let copy = greeting.clone();          ├──┼──● copy
 13    │     let moved = greeting;                 ╰──┼──┼──● moved
 14    │     consume(copy);                           │  ╰▸ │
 15    │     let shared = Rc::new(moved);             │     ╰▸ ● shared
 16    │     let other = Rc::clone(&shared);          │        ├──● other
 17    │     if shared.len() > 3 {                    │        │  │
 18    │         let tmp = String::new();             │        │  │  ● tmp
 19    │         drop(tmp);                           │        │  │  ╰▸
 20    │     }                                        │        │  │
 21    │ }                                            ×        ×  ×

  greeting  String      born 4; borrowed by r 5; cloned into copy 12;
                        moved to moved 13
  r         &String     borrows greeting 5; last used 6
  list      Vec<i32>    born 7; borrowed mutably 8; borrowed 9; dropped 21
  n         &i32        born 9 (×4); ends 11 (×4)
  copy      String      born from greeting 12; moved away 14
  moved     String      born from greeting 13; moved away 15
  shared    Rc<String>  born 15; cloned into other 16; dropped 21
  other     Rc<String>  born from shared 16; dropped 21
  tmp       String      born 18; moved away 19

  dropped in this order: other, shared, list

  ● a value is born; ○ a reference is born; ├○ borrowed; ├◉ borrowed mutably;
  ├● cloned; ╰▸ the value moves out;
  ╵ ends without a drop: last use, or end of scope; × dropped"""


def test_a_tour_of_all_shapes(tmp_path: Path):
    page = show_function(tour(tmp_path).recording(), "main")
    assert "\n".join(page) == TOUR_PAGE


def test_ascii_says_the_same(tmp_path: Path):
    page = "\n".join(show_function(tour(tmp_path).recording(), "main", unicode=False))
    assert page.isascii()
    assert "+--o r" in page
    assert "\\--+--+--* moved" in page


def test_no_line_is_wider_than_the_page(tmp_path: Path):
    names = [f"a_binding_with_a_long_name_{index}" for index in range(40)]
    source = "fn main() {\n" + "".join(f"    let {name} = String::new();\n" for name in names) + "}\n"
    script = Script(tmp_path, source)
    enter = script.site("fn", "FnEnter", 1, "main")
    script.record(enter, instance=1000)
    for index, name in enumerate(names):
        script.record(script.site("let", "New", index + 2, name, name, ty="T" * 60, needs_drop=True), instance=index)
    page = show_function(script.recording(), "main")
    assert all(len(line) <= 80 for line in page)
    assert sum(line.startswith("  a_binding_with_a_lo") for line in page) == len(names)
    assert any("its end was not recorded" in line for line in page)
    assert "its end was not seen" in page[1]


def test_the_call_is_chosen(tmp_path: Path):
    script = Script(tmp_path, "fn main() {\n    let x = 1;\n}\n")
    enter = script.site("fn", "FnEnter", 1, "main")
    x = script.site("let", "New", 2, "x", "x", ty="i32", needs_drop=False)
    for call in (1, 2, 3):
        script.record(enter, instance=call)
        if call == 2:
            script.record(x, instance=50)
            script.record(x, "Drop", instance=50, cause="scope_end")
        script.record(enter, "FnExit", instance=call)
    recording = script.recording()
    assert "2 events" in show_function(recording, "main", call=2)[1]
    assert "0 events" in show_function(recording, "main", call=3)[1]
    with pytest.raises(UsageError, match=r"there is no call 4 of `demo::main`") as caught:
        show_function(recording, "main", call=4)
    assert caught.value.hint == "--call takes 1 to 3"


def test_recursion_keeps_executions_apart(tmp_path: Path):
    script = Script(tmp_path, "fn main() {\n    let x = String::new();\n    main();\n}\n")
    enter = script.site("fn", "FnEnter", 1, "main")
    x = script.site("let", "New", 2, "x", "x", ty="String", needs_drop=True)
    script.record(enter, instance=1)
    script.record(x, instance=10)
    script.record(enter, instance=2)
    script.record(x, instance=11)
    script.record(x, "Drop", instance=11, cause="scope_end")
    script.record(enter, "FnExit", instance=2)
    script.record(x, "Drop", instance=10, cause="scope_end")
    script.record(enter, "FnExit", instance=1)
    assert "call 1 of 2" in (page := show_function(script.recording(), "main"))[1]
    assert "2 events" in page[1]


def test_an_assignment_replaces_the_value_in_the_same_lane(tmp_path: Path):
    script = Script(tmp_path, 'fn main() {\n    let mut x = String::new();\n    x = String::from("b");\n}\n')
    x = script.site("let", "New", 2, "x", "x", ty="String", needs_drop=True)
    again = script.site("assign", "New", 3, "x", "x", binding=x.index)
    script.record(x, instance=1)
    script.record(x, "Drop", instance=1, cause="assign")
    script.record(again, instance=2)
    script.record(x, "Drop", instance=2, cause="scope_end")
    recording = script.recording()
    (lane,) = build_lanes(recording.events, recording.sites, Blocks(script.source), "demo::main")
    assert [(one.line, one.mark) for one in lane.happenings] == [(2, Mark.BORN), (3, Mark.REPLACED), (4, Mark.DROPPED)]


def test_an_unknown_function_names_the_nearest(tmp_path: Path):
    with pytest.raises(UsageError, match="no traced function `mian`") as caught:
        show_function(tour(tmp_path).recording(), "mian")
    assert caught.value.hint == "did you mean `demo::main`?"


def test_a_line_finds_its_function(tmp_path: Path):
    assert show_function(tour(tmp_path).recording(), None, ("main.rs", 8))[0].startswith("demo::main ")


def test_a_source_that_changed_is_not_shown(tmp_path: Path):
    recording = tour(tmp_path).recording()
    (recording.path / "sources/src/main.rs").write_text(TOUR.replace("list", "tsil"))
    with pytest.raises(InputError, match="has changed since"):
        show_function(recording, "main")


@pytest.mark.parametrize(
    ("text", "line", "column", "kind", "end"),
    [
        ("fn f() {\n let a = '}';\n let b = \"}\"; // }\n /* } /* } */ */\n}", 2, 6, "let", 5),
        ('fn f() {\n let a = r#"}"#;\n { let b = 1; }\n}', 3, 8, "let", 3),
        ("fn f(a: u8,\n b: &'a str) -> u8 {\n a\n}", 1, 6, "param", 4),
        ("fn f() {\n match x {\n  A { b } => {\n  }\n  c => 1,\n }\n}", 3, 7, "pattern", 4),
        ("fn f() {\n match x {\n  A { b } => {\n  }\n  c => 1,\n }\n}", 5, 3, "pattern", 5),
        ("fn f() {\n for i in 0..3 {\n }\n}", 2, 6, "for", 3),
        ("fn f() {\n if let Some(x) = y {\n } else {\n }\n}", 2, 14, "pattern", 3),
        ("fn f() {\n let (a, b) = c(|x| { x });\n {\n }\n}", 2, 10, "pattern", 5),
        ("fn f() {\n let S { a, .. } = s else {\n  return;\n };\n g();\n}", 2, 10, "pattern", 6),
        ("fn f() {\n while let Some((a, b)) = c(|x| { x }) {\n  g();\n }\n}", 2, 18, "pattern", 4),
        ("fn f() {\n // let it be\n match x {\n  S(a) => 1,\n }\n}", 4, 5, "pattern", 4),
        ("fn f() {\n v.map(|x| x + 1);\n w();\n}", 2, 9, "closure_param", 2),
    ],
)
def test_where_scopes_end(text: str, line: int, column: int, kind: str, end: int):
    assert Blocks(text).scope_end(line, column, kind) == end


def test_a_body_is_found_behind_array_types():
    assert Blocks("fn f(a: [u8; 3]) -> [u8; 3]\nwhere\n{\n}\n").block_after(1, 4) == (3, 4)


EARLY = """\
fn main() {
    let a = String::new();
    if a.is_empty() {
        return;
    }
    let b = a.len();
}
"""


@pytest.mark.parametrize(
    ("source", "reaches_b", "line", "says"),
    [
        (EARLY, False, 4, "early exit, inferred"),
        (EARLY.replace("let b = a.len();", "let b = a.parse()?;"), False, 6, "at the latest"),
        (EARLY, True, 7, None),
    ],
)
def test_an_early_exit_ends_the_lanes(source: str, reaches_b: bool, line: int, says: str | None, tmp_path: Path):
    script = Script(tmp_path, source)
    a = script.site("let", "New", 2, "a ", "a", ty="String", needs_drop=True)
    b = script.site("let", "New", 6, "b ", "b", ty="usize", needs_drop=False)
    script.record(a, instance=1)
    if reaches_b:
        script.record(b, instance=2)
    script.record(a, "Drop", instance=1, cause=None)
    recording = script.recording()
    lane = build_lanes(recording.events, recording.sites, Blocks(source), "demo::main")[0]
    (end,) = [one for one in lane.happenings if one.mark is Mark.DROPPED]
    assert (end.line, end.cause) == (line, says)
