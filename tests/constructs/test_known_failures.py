"""What wrapping every expression breaks or records wrongly: each family has a program, which is compiled, run and read.

In: the modules of `fixtures/rust/known_failures`, which say what they record, and programs of their own below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.constructs.programs import run_both
from tests.constructs.rows import expected_lines, recorded_lines
from tests.drops.programs import (
    BORROWSCOPE,
    FIXTURES,
    Outcome,
    copy_fixture,
    exported_events,
    instrument_report,
    run_command,
    run_untouched,
)

CRATE = FIXTURES / "known_failures"
MODULE, PROGRAM = "a module of the fixture", "a test of its own"

# every family that is known to break or to be recorded wrongly, and where its program is
FAMILIES = {
    "ERR-001 parameters shadowed by locals": (MODULE, "err_001"),
    "ERR-002 names in patterns": (MODULE, "err_002"),
    "ERR-003 receivers that need &mut self": (MODULE, "err_003"),
    "ERR-004 calls in const contexts": (MODULE, "err_004"),
    "ERR-005 generated and included files, cfg macros": (MODULE, "err_005"),
    "ERR-006 extended temporaries": (MODULE, "err_006"),
    "ERR-007 static texts and promoted constants": (MODULE, "err_007"),
    "ERR-008 impl Trait and inference": (MODULE, "err_008"),
    "ERR-009 methods that consume self": (MODULE, "err_009"),
    "ERR-010 range arguments, arguments of write and get": (MODULE, "err_010"),
    "ERR-011 fields through self": (MODULE, "err_011"),
    "ERR-012 trait methods": (MODULE, "err_012"),
    "ERR-013 impl blocks with lifetimes": (MODULE, "err_013"),
    "ERR-014 attributes on declarations": (MODULE, "err_014"),
    "ERR-014 marks on declarations": (PROGRAM, "test_marks_on_declarations"),
    "tails of nested blocks, labels, Weak of Arc": (MODULE, "nested_tails"),
    "Send futures, closures that are 'static, Fn, Copy": (MODULE, "sends"),
    "two-phase borrows, reborrows, unsized coercions": (MODULE, "borrows_in_two_steps"),
    "tail temporaries of both editions": (MODULE, "tails"),
    "track_caller": (MODULE, "track_caller"),
    "deny(warnings), forbid(unsafe_code)": (MODULE, "lints"),
    "paths of edition 2015": (PROGRAM, "test_paths_of_the_first_edition"),
    "crates that shadow names of std": (MODULE, "own_names"),
    "chains of conditions": (PROGRAM, "test_chains_of_conditions"),
    "types that further impls make ambiguous": (MODULE, "no_further_impls"),
    "constructs that are not entered": (MODULE, "entered"),
    "ends at the wrong place, of the wrong values": (MODULE, "ends"),
    "ids that do not join, or are shared": (MODULE, "instances"),
    "clones of shared pointers": (MODULE, "shared_pointers"),
    "owners by name": (MODULE, "owners"),
    "events that are never recorded": (MODULE, "unseen"),
    "no thread, no clock": (PROGRAM, "test_threads_and_times"),
    "data lost on exit, abort and kill": (PROGRAM, "test_nothing_is_lost_at_a_hard_end"),
    "comments and line numbers lost": (PROGRAM, "test_comments_and_lines_stay"),
    "exit code 0 where nothing was recorded": (PROGRAM, "test_nothing_recorded_is_told"),
}
MODULES = sorted(name for kind, name in FAMILIES.values() if kind == MODULE)

Run = tuple[Outcome, Outcome, list[dict[str, Any]], dict[str, Any]]


def test_every_family_has_its_program() -> None:
    main = (CRATE / "src" / "main.rs").read_text(encoding="utf-8")
    assert re.findall(r"^mod (\w+);$", main, re.MULTILINE) == MODULES
    assert re.findall(r"^    (\w+)::row\(\);$", main, re.MULTILINE) == MODULES
    assert sorted(path.stem for path in (CRATE / "src").glob("*.rs")) == sorted([*MODULES, "main"])
    assert all(expected_lines(module, CRATE) for module in MODULES)
    assert all(callable(globals().get(name)) for kind, name in FAMILIES.values() if kind == PROGRAM)
    numbers = {name.split()[0] for name in FAMILIES if name.startswith("ERR-")}
    assert numbers == {f"ERR-{number:03}" for number in range(1, 15)}


def run_traced_and_not(crate: Path, recording: Path) -> Run:
    untouched = run_untouched(crate)
    assert untouched.code == 0, untouched.stderr
    words = ["run", str(crate), "-o", str(recording), "--all", "--preset", "verbose", "--quiet"]
    traced = run_command([*BORROWSCOPE, *words], crate.parent)
    return untouched, traced, exported_events(recording), instrument_report(recording)


def assert_as_before(run: Run) -> None:
    untouched, traced, _, report = run
    assert (traced.code, traced.stdout) == (0, untouched.stdout), traced.stderr
    assert report["healed"] == []
    assert [each["function"] for each in report["functions"]["skipped"]] == ["known_failures::err_004::twice"]
    assert report["functions"]["traced"] == report["functions"]["total"] - 1


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("known-failures")
    return run_traced_and_not(copy_fixture("known_failures", folder), folder / "run.bstrace")


@pytest.mark.slow
def test_all_of_them_behave_as_before(run: Run) -> None:
    assert_as_before(run)


@pytest.mark.slow
def test_all_of_them_behave_as_before_in_the_next_edition(tmp_path: Path) -> None:
    crate = copy_fixture("known_failures", tmp_path, edition="2024")
    for path in crate.glob("src/*.rs"):
        path.write_text(path.read_text(encoding="utf-8").replace('\nextern "C"', '\nunsafe extern "C"'))
    after = run_traced_and_not(crate, tmp_path / "run.bstrace")
    assert_as_before(after)
    ends = [line for line in after[1].stdout.splitlines() if line.startswith("end of ")]
    assert ends == ["end of temporary", "end of local"]


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_the_recording_says_what_happened(run: Run, module: str) -> None:
    assert recorded_lines(run[2], module, CRATE) == expected_lines(module, CRATE)


def told(events: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(event["event"], event["name"]) for event in events if not event["event"].startswith("Fn")]


MARKED = """
trait Named {
    #[trace_borrow]
    fn name(&self) -> String;
    #[trace_borrow]
    fn twice(&self) -> String { let once = self.name(); once.repeat(2) }
}
impl Named for u8 { fn name(&self) -> String { let unmarked = self.to_string(); unmarked } }
fn main() { println!("{}", 7u8.twice()); }
"""


@pytest.mark.slow
def test_marks_on_declarations(tmp_path: Path) -> None:
    (tmp_path / "marked.rs").write_text(MARKED, encoding="utf-8")
    command = [*BORROWSCOPE, "run", "marked.rs", "-o", "marked.bstrace", "--quiet"]
    refused = run_command(command, tmp_path)  # with its place; never a parse error of rustc's
    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: this function has no body to trace\n --> marked.rs:3:7\n")
    (tmp_path / "marked.rs").write_text(MARKED.replace("#[trace_borrow]", "", 1), encoding="utf-8")
    traced = run_command(command, tmp_path)
    assert (traced.code, traced.stdout) == (0, "77\n"), traced.stderr
    names = {event["name"] for event in exported_events(tmp_path / "marked.bstrace")}
    assert "once" in names
    assert "unmarked" not in names


FIRST_EDITION = """
mod outer {
    pub struct Kept(pub Vec<u8>);
    pub mod inner {
        use outer::Kept;
        pub fn made() -> Kept { let kept = ::outer::Kept(vec![1]); kept }
        pub fn dyn(async: &Kept) -> usize { let await = &async.0; await.len() }
    }
}
fn tried(text: &str) -> Result<u8, std::num::ParseIntError> { let number = try!(text.parse()); Ok(number) }
fn main() {
    let kept = outer::inner::made();
    println!("{} {:?} {:?}", outer::inner::dyn(&kept), tried("1"), tried("x").is_err());
}
"""


@pytest.mark.slow
def test_paths_of_the_first_edition(tmp_path: Path) -> None:
    untouched, traced, events = run_both(FIRST_EDITION, tmp_path, "2015")
    assert (traced.code, traced.stdout) == (0, untouched.stdout), traced.stderr
    assert instrument_report(tmp_path / "program.bstrace")["healed"] == []
    assert {("New", "kept"), ("Move", "kept"), ("Borrow", "await"), ("New", "number")} <= set(told(events))


CHAINS = """
fn picked(value: Option<Vec<u8>>) -> usize {
    if let Some(list) = value
        && let [first, ..] = list[..]
        && first > 0
    {
        let found = list.len();
        found
    } else {
        0
    }
}
fn main() { println!("{} {} {}", picked(Some(vec![1, 2])), picked(Some(vec![0])), picked(None)); }
"""


@pytest.mark.slow
def test_chains_of_conditions(tmp_path: Path) -> None:
    untouched, traced, events = run_both(CHAINS, tmp_path, "2024")
    assert (traced.code, traced.stdout) == (0, untouched.stdout) == (0, "2 0 0\n"), traced.stderr
    assert instrument_report(tmp_path / "program.bstrace")["healed"] == []
    found = told(events)
    assert [found.count(("New", name)) for name in ("list", "first", "found")] == [2, 2, 1]
    assert [found.count(("Drop", name)) for name in ("list", "first", "found")] == [2, 2, 1]


THREADS = """
fn main() {
    let threads: Vec<_> = (0..3).map(|n| std::thread::Builder::new().name(format!("worker {n}"))
        .spawn(move || { let inside = vec![n]; std::thread::sleep(std::time::Duration::from_millis(2)); inside })
        .unwrap()).collect();
    for thread in threads { thread.join().unwrap(); }
}
"""


@pytest.mark.slow
def test_threads_and_times(tmp_path: Path) -> None:
    _, traced, events = run_both(THREADS, tmp_path)
    assert traced.code == 0, traced.stderr
    inside = [event for event in events if event["name"] == "inside"]
    assert {event["thread_name"] for event in inside} == {"worker 0", "worker 1", "worker 2"}
    assert len({event["thread"] for event in inside}) == 3
    for thread in {event["thread"] for event in inside}:
        new, move = [event["time_ns"] for event in inside if event["thread"] == thread]
        assert move - new >= 2_000_000


HARD_ENDS = {
    "exit": ("std::process::exit(3)", 3),
    "abort": ("std::process::abort()", 128 + 6),
    "kill": (
        '{ std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status().ok(); }',
        137,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("end", HARD_ENDS)
def test_nothing_is_lost_at_a_hard_end(end: str, tmp_path: Path) -> None:
    call, code = HARD_ENDS[end]
    source = (
        "fn main() { let first = vec![1]; for turn in 0..1000 { let each = turn; let _ = &each; }\n"
        f"let last = &first; if last.len() == 1 {{ {call}; }} std::thread::sleep(std::time::Duration::from_secs(9)); }}"
    )
    (tmp_path / "hard.rs").write_text(source, encoding="utf-8")
    words = ["run", "hard.rs", "-o", "hard.bstrace", "--preset", "verbose", "--quiet"]
    traced = run_command([*BORROWSCOPE, *words], tmp_path)
    assert traced.code == code, traced.stderr
    found = told(exported_events(tmp_path / "hard.bstrace"))
    assert found.count(("New", "each")) == 1000
    assert ("Borrow", "last") in found
    assert ("Drop", "first") not in found  # it never ended


@pytest.mark.slow
def test_comments_and_lines_stay(tmp_path: Path) -> None:
    crate = copy_fixture("known_failures", tmp_path)
    made = run_command([*BORROWSCOPE, "instrument", str(crate), "--all", "--out", str(tmp_path / "out")], tmp_path)
    assert made.code == 0, made.stderr
    for path in crate.glob("src/**/*.rs"):
        before = path.read_text(encoding="utf-8").splitlines()
        after = (tmp_path / "out" / path.relative_to(crate)).read_text(encoding="utf-8").splitlines()
        assert len(after) == len(before)
        comments = [(at, line) for at, line in enumerate(before) if line.lstrip().startswith("//")]
        # a root's first line may hold what the copy allows; the comment stays behind it
        assert all(after[at].endswith(line) for at, line in comments)


@pytest.mark.slow
def test_nothing_recorded_is_told(tmp_path: Path) -> None:
    (tmp_path / "none.rs").write_text('const fn none() {}\nfn main() { println!("x") }\n', encoding="utf-8")
    words = ["run", "none.rs", "-o", "none.bstrace", "--trace", "none::none"]
    traced = run_command([*BORROWSCOPE, *words], tmp_path)
    assert (traced.code, traced.stdout) == (6, "x\n"), traced.stderr
