"""What `#[trace_borrow(..)]` and the flags of the same names record: run from the command line, read as JSON lines."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from borrowscope.rewrite.mark_options import ARGUMENTS
from borrowscope.tables.events import BY_NAME, Group
from borrowscope.tables.groups import GROUPS
from tests.build.crates import manifest, write_files
from tests.cli.commands import Answer, borrowscope, has_one_error

BODY = """\
    let a = Rc::new(1);
    let b = Rc::clone(&a);
    let data = vec![1];
    let moved = data;
    let r = &moved;
    let cell = RefCell::new(1);
    let g = cell.borrow_mut();
    drop(g);
    let mut n = r.len();
    n = n + *b;
    let s = String::new();
    let t = s.clone();
    drop(t);
    return;
"""
STANDARD = """\
RcNew a; RcClone b; New data; Move data; Borrow r; RefCellNew cell; Attempt; RefCellBorrow g; Move g; New n; Drop n;
New n; New s; Clone t; Move t; Return; Drop s; Drop n; Drop cell; Drop r; Drop moved; Drop b; Drop a"""
ENDS = "Drop s; Drop n; Drop cell; Drop r; Drop moved; Drop b; Drop a"
# a name for the function, the arguments of its mark, what is recorded in it
ROWS = {
    "standard": ("", STANDARD),
    "verbose": ("verbose", f"FnEnter; {STANDARD}; FnExit"),
    "quiet": (
        "quiet",
        (
            "New a; New b; New data; Move data; Borrow r; New cell; New g; Move g; New n; Drop n; New n; New s; New t; "
            f"Move t; {ENDS}"
        ),
    ),
    "without_drops": (
        "skip(drops)",
        (
            "RcNew a; RcClone b; New data; Move data; Borrow r; RefCellNew cell; Attempt; RefCellBorrow g; Move g; "
            "New n; New n; New s; Clone t; Move t; Return"
        ),
    ),
    "without_moves": (
        'skip = "moves, control"',
        (
            "RcNew a; RcClone b; New data; New moved; Borrow r; RefCellNew cell; Attempt; RefCellBorrow g; New n; "
            f"Drop n; New n; New s; Clone t; {ENDS}"
        ),
    ),
    "without_pointers": (
        "skip(pointers, borrow, methods)",
        (
            "New a; New b; New data; Move data; New r; New cell; New g; Move g; New n; Drop n; New n; New s; New t; "
            f"Move t; Return; {ENDS}"
        ),
    ),
    "only_ends": ('only = "drop"', f"Drop n; {ENDS}"),
    "without_births": (
        "skip(new)",
        (
            "RcNew a; RcClone b; Move data; Borrow r; RefCellNew cell; Attempt; RefCellBorrow g; Move g; Drop n; "
            f"Clone t; Move t; Return; {ENDS}"
        ),
    ),
    "only_moves": ("only(move)", "Move data; Move g; Move t"),
    "only_methods": ("only(methods)", "Clone t"),
    "only_functions": ("only(fn), verbose", "FnEnter; FnExit"),
    "only_expressions": ("only(exprs)", ""),
    "only_branches_and_unsafe": ('only = "branches, unsafe"', ""),
    "only_control": ("only(control_flow)", "Return"),
    "only_some_pointers": (
        "only(smart_pointers), skip(concurrency)",
        "RcNew a; RcClone b; RefCellNew cell; Attempt; RefCellBorrow g",
    ),
    "filtered": ('filter = "?o*"', "New moved; Return; Drop moved"),
    "filtered_source": ('filter = "data", quiet', "New data; Move data"),
    "sampled_out": ("sample = 0", "Return"),
    "sampled_in": ("sample = 1", STANDARD),
    "debug": ("debug_only", STANDARD),
    "release": ("release_only", ""),
    "featured": ('feature = "on", quiet, only(drop), filter = "s"', "Drop s"),
    "unfeatured": ('feature = "off"', ""),
    "both_builds": ("debug_only, release_only", ""),
    "preset_last": (
        'only(ownership), skip = "move", filter = "?*", sample = 1, verbose',
        (f"New a; New b; New data; New moved; Borrow r; New cell; New g; New n; Drop n; New n; New s; New t; {ENDS}"),
    ),
    "conditions": ('feature = "on", debug_only, quiet, filter = "s", only(new, drop),', "New s; Drop s"),
    "conditions_fail": ('feature = "on", release_only, quiet', ""),
    "cloned_only": ('only(methods, smart_pointers), skip(concurrency), filter = "b*"', "RcClone b"),
    "told_of": ('warn_ambiguous, ffi = ["f"], unions = ["U"], statics = ["S"]', STANDARD),
    "excluded": ("off", ""),
}


# every spelling and place: files, and the paths of the functions that are traced
PLACES = {
    "src/main.rs": """\
use borrowscope_macro::trace_borrow;
use borrowscope_macro::trace_borrow as tb;
#[trace_borrow(quiet)] mod file;
#[trace_borrow(quiet)] mod inline {
    pub mod below;
    pub fn inherited() { let _inline = 1; }
    #[trace_borrow(off)] pub fn excluded() { let _no = 1; }
}
mod whole;
struct S;
impl S {
    #[trace_borrow(quiet)] fn method(&self) { let _method = 1; fn nested() { let _no = 1; } nested() }
    fn unmarked(&self) { let _no = 1; }
}
#[trace_borrow(quiet)] impl Default for S { fn default() -> S { let _impl = 1; S } }
#[borrowscope_macro::trace_borrow(quiet)] trait T { fn provided(&self) { let _trait = 1; } }
impl T for S {}
#[::borrowscope_macro::trace_borrow(quiet)] fn absolute() { let _absolute = 1; }
#[borrowscope::trace_borrow(quiet)] fn by_tool() { let _by_tool = 1; }
#[tb(quiet)] fn renamed() { let _renamed = 1; }
#[cfg_attr(any(), trace_borrow(quiet))] fn under_cfg() { let _under_cfg = 1; }
#[cfg_attr(all(), inline, cfg_attr(any(), borrowscope_macro::trace_borrow(quiet)))] fn among() { let _among = 1; }
fn holder() { let _no = 1; #[trace_borrow(quiet)] fn nested() { let _nested = 1; } nested() }
#[trace_borrow(only(async))] async fn waiting() { std::future::ready(1).await; }
fn main() {
    file::inherited(); file::below::inherited(); inline::inherited(); inline::excluded(); inline::below::inherited();
    whole::inherited(); whole::inner::inherited();
    let s = S::default(); s.method(); s.unmarked(); s.provided();
    absolute(); by_tool(); renamed(); under_cfg(); among(); holder();
    drop(waiting());
}
""",
    "src/file.rs": "pub mod below;\npub fn inherited() { let _file = 1; }\n",
    "src/file/below.rs": "pub fn inherited() { let _file_below = 1; }\n",
    "src/inline/below.rs": "pub fn inherited() { let _inline_below = 1; }\n",
    "src/whole.rs": """\
#![trace_borrow(quiet)]
pub fn inherited() { let _whole = 1; }
pub mod inner { pub fn inherited() { let _whole_inner = 1; } }
""",
}
TRACED = """_file _file_below _inline _inline_below _whole _whole_inner _impl _method _trait _absolute _by_tool _renamed
_under_cfg _among _nested"""


def source(rows: dict[str, tuple[str, str]]) -> str:
    functions = "".join(
        f"#[trace_borrow({arguments})]\nfn {name}() {{\n{BODY}}}\n" for name, (arguments, _) in rows.items()
    )
    calls = "".join(f"    {name}();\n" for name in rows)
    return f"use std::cell::RefCell;\nuse std::rc::Rc;\n{functions}fn main() {{\n{calls}}}\n"


def events(recording: Path) -> dict[str, list[dict[str, Any]]]:
    """The events of a recording by the function's name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in borrowscope("export", recording, "--format", "jsonl").stdout.splitlines():
        event = json.loads(line)
        found.setdefault(event["function"].rpartition("::")[2], []).append(event)
    return found


def told(found: list[dict[str, Any]]) -> str:
    """Events with their names, but for those of expressions, which stand in every line."""
    kept = [event for event in found if BY_NAME[event["event"]].group is not Group.EXPRESSIONS]
    return "; ".join(f"{event['event']} {event['name'] or ''}".strip() for event in kept)


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    more = '[features]\ndefault = ["on"]\non = []\noff = []\n'
    files = {"Cargo.toml": manifest("marks", more=more), "src/main.rs": source(ROWS)}
    return write_files(tmp_path_factory.mktemp("marks"), files)


@pytest.fixture(scope="module")
def recorded(crate: Path) -> dict[str, list[dict[str, Any]]]:
    answer = borrowscope("run", crate, "-q", "-o", crate / "debug.bstrace")
    assert answer.returncode == 0, answer.stderr
    return events(crate / "debug.bstrace")


@pytest.mark.parametrize("name", ROWS)
def test_an_option_records_what_it_says(name: str, recorded: dict[str, list[dict[str, Any]]]):
    assert told(recorded.get(name, [])) == " ".join(ROWS[name][1].split())


def test_every_argument_and_group_has_a_program():
    tests = Path(__file__).parents[1]
    texts = [path.read_text(encoding="utf-8") for path in (*tests.rglob("*.py"), *tests.rglob("*.rs"))]
    used = [row[0] for row in ROWS.values()]
    used += [arguments for text in texts for arguments in re.findall(r"trace_borrow\(([^]]*)\)\]", text)]
    words = set(re.findall(r"\w+", " ".join(used)))
    assert set(ARGUMENTS) - words == set()
    assert [row.name for row in GROUPS if not words & {row.name, *row.aliases}] == []


def test_nothing_unmarked_is_recorded(recorded: dict[str, list[dict[str, Any]]]):
    assert set(recorded) <= set(ROWS)


def test_what_is_not_told_leaves_the_rest_joined(recorded: dict[str, list[dict[str, Any]]]):
    lives = recorded["quiet"]
    moved = next(event for event in lives if event["event"] == "Move" and event["name"] == "data")
    assert next(event for event in lives if event["event"] == "Borrow")["owner"] == moved["to"]
    assert [event["instance"] for event in lives if event["name"] == "moved"] == [moved["to"]]
    assert {event["cause"] for event in recorded["only_ends"]} == {"assign", "return"}


def test_a_release_build(crate: Path):
    answer = borrowscope("run", crate, "-q", "--release", "-o", crate / "release.bstrace")
    assert answer.returncode == 0, answer.stderr
    found = events(crate / "release.bstrace")
    assert told(found["release"]) == " ".join(STANDARD.split())
    assert not {"debug", "both_builds"} & set(found)


LOOP = """\
fn main() {
    for n in 0..1000 { let text = n.to_string(); let other = &text; assert!(!other.is_empty()); }
}
"""


def record(folder: Path, text: str, *flags: str) -> tuple[Answer, list[dict[str, Any]]]:
    (folder / "one.rs").write_text(text)
    answer = borrowscope(
        "run", "one.rs", "-q", "-o", "r.bstrace", *flags, cwd=folder, XDG_CACHE_HOME=str(folder / "cache")
    )
    found = borrowscope("export", "r.bstrace", cwd=folder).stdout.splitlines() if answer.returncode == 0 else []
    return answer, [json.loads(line) for line in found]


def test_flags_mean_what_arguments_mean(tmp_path: Path):
    quiet, found = record(tmp_path, LOOP, "--preset", "quiet", "--skip", "borrow,move", "--filter", "*t*")
    assert quiet.returncode == 0, quiet.stderr
    assert Counter((event["event"], event["name"]) for event in found) == {
        (event, name): 1000 for event in ("New", "Drop") for name in ("text", "other")
    }
    only, found = record(tmp_path, LOOP, "--only", "fn")
    assert only.returncode == 0, only.stderr
    assert [event["event"] for event in found] == ["FnEnter", "FnExit"]
    assert json.loads((tmp_path / "r.bstrace" / "run.json").read_text())["options"]["only"] == ["functions"]


def test_a_sample_is_a_share_of_instances_with_whole_lives(tmp_path: Path):
    answer, found = record(tmp_path, LOOP, "--sample", "0.1", "--only", "ownership")
    assert answer.returncode == 0, answer.stderr
    told = [event for event in found if event["event"] in ("New", "Borrow")]
    births = [event["instance"] for event in told if event["instance"] is not None]
    assert {event["owner"] for event in told if event["instance"] is None} <= set(births)
    ends = [event["instance"] for event in found if event["event"] == "Drop"]
    assert len(births) == len(set(births))
    assert set(births) == set(ends)
    assert 270 <= len(births) <= 330
    again, second = record(tmp_path, LOOP, "--sample", "0.1", "--only", "ownership")
    assert again.returncode == 0
    assert [(event["event"], event["name"]) for event in second] == [(one["event"], one["name"]) for one in found]


def test_marks_that_only_exclude_leave_the_rest_traced(tmp_path: Path):
    text = "#[trace_borrow(off)]\nfn a() { let _x = 1; }\nfn main() { let _y = 1; a(); }\n"
    answer, found = record(tmp_path, text)
    assert answer.returncode == 0, answer.stderr
    assert told(found) == "FnEnter; New _y; Drop _y; FnExit"
    everything, found = record(tmp_path, text.replace("(off)", "").replace("a() {", "a() { let _z = 1;"), "--all")
    assert everything.returncode == 0, everything.stderr
    assert {event["name"] for event in found} == {None, "_x", "_y", "_z"}


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--preset", "loud"), "did you mean `"),
        (("--only", "loop"), "did you mean `loops`?"),
        (("--skip", "loops,exprz"), "did you mean `exprs`?"),
        (("--filter", ""), "the filter is empty"),
        (("--sample", "2"), "'--sample'"),
    ],
)
def test_flags_that_cannot_be_understood(flags: tuple[str, ...], said: str, tmp_path: Path):
    answer, _ = record(tmp_path, LOOP, *flags)
    assert has_one_error(answer, 2), answer.stderr
    assert said in answer.stderr


def test_all_marks_that_are_wrong_are_told_at_once(tmp_path: Path):
    text = "#[trace_borrow(skp)]\nfn a() {}\n#[trace_borrow(sample = 7)]\nconst fn b() {}\nfn main() { a(); b() }\n"
    answer, _ = record(tmp_path, text)
    assert answer.returncode == 2
    assert answer.stderr.count("error: ") == 3
    assert "error: unknown argument `skp`\n --> one.rs:1:16\n" in answer.stderr
    assert "\n1 | #[trace_borrow(skp)]\n  |                ^^^\n" in answer.stderr
    assert "error: a `const fn` cannot be traced" in answer.stderr


def test_every_spelling_and_place(tmp_path: Path):
    crate = write_files(tmp_path / "crate", {"Cargo.toml": manifest("places"), **PLACES})
    answer = borrowscope("run", crate, "-q", "-o", crate / "r.bstrace")
    assert answer.returncode == 0, answer.stderr
    found = [event for of_function in events(crate / "r.bstrace").values() for event in of_function]
    assert {event["name"] for event in found} - {"self"} == set(TRACED.split())
    listed = borrowscope("instrument", crate, "--out", tmp_path / "copy")
    assert listed.returncode == 0, listed.stderr
    built = subprocess.run(
        ["cargo", "run", "-q", "--offline"], cwd=tmp_path / "copy", capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr


def test_wrong_marks_are_told_before_anything_is_built(tmp_path: Path):
    files = {
        "Cargo.toml": manifest("wrong"),
        "src/main.rs": "#[trace_borrow(skp)]\nmod a;\nfn main() { does not build }\n",
        "src/a.rs": "#[trace_borrow(quiet, verbose)]\nconst fn f() {}\n#[trace_borrow]\nstruct S;\n",
        "tests/not_run.rs": "#[trace_borrow(unknown)]\nfn f() {}\n",
    }
    crate = write_files(tmp_path, files)
    answer = borrowscope("run", crate)
    assert answer.returncode == 2, answer.stderr
    assert answer.stderr.count("error: ") == 4
    assert "src/a.rs:1:" in answer.stderr
    assert "not_run" not in answer.stderr
    assert not (crate / "target" / "borrowscope" / "types").exists()
    tests = borrowscope("test", crate)
    assert tests.stderr.count("error: ") == 5


def test_init_lets_a_marked_crate_build_without_us(tmp_path: Path):
    text = (
        "use borrowscope_macro::trace_borrow;\n"
        "#[cfg_attr(borrowscope, trace_borrow(quiet))]\nfn one() {}\n"
        '#[trace_borrow(skip(loops, try), filter = "v")]\nfn main() { let v = 1; one(); println!("{v}"); }\n'
    )
    lints = '# kept\n[lints.rust]\nunexpected_cfgs = "deny"\n'
    crate = write_files(tmp_path, {"Cargo.toml": manifest("marked", more=lints), "src/main.rs": text})
    first = borrowscope("init", crate)
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("wrote ") == 3
    edited = (crate / "Cargo.toml").read_text()
    assert "# kept" in edited
    again = borrowscope("init", crate)
    assert "nothing to do" in again.stderr
    assert (crate / "Cargo.toml").read_text() == edited
    plain = subprocess.run(["cargo", "run", "-q", "--offline"], cwd=crate, capture_output=True, text=True, check=False)
    assert (plain.returncode, plain.stdout, plain.stderr) == (0, "1\n", "")
    traced = borrowscope("run", crate, "-q", "-o", crate / "r.bstrace")
    assert (traced.returncode, traced.stdout) == (0, "1\n"), traced.stderr
    assert told(events(crate / "r.bstrace")["main"]) == "New v; Drop v"


def test_init_in_a_workspace_with_lints_of_its_own(tmp_path: Path):
    root = '[workspace]\nmembers = ["a"]\nresolver = "2"\n[workspace.lints.rust]\nunsafe_code = "warn"\n'
    files = {"Cargo.toml": root, "a/Cargo.toml": manifest("a", more="[lints]\nworkspace = true\n"), "a/src/lib.rs": ""}
    crate = write_files(tmp_path, files)
    assert has_one_error(borrowscope("init", crate), 2)
    answer = borrowscope("init", crate / "a")
    assert answer.returncode == 0, answer.stderr
    assert "cfg(borrowscope)" in (crate / "Cargo.toml").read_text()
    checked = subprocess.run(
        ["cargo", "check", "-q", "--offline"], cwd=crate, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    (crate / "a" / "borrowscope_macro" / "Cargo.toml").write_text("[package]\n# somebody else's\n")
    assert has_one_error(borrowscope("init", crate / "a"), 2)
