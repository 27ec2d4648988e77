"""`exec`: other test runners, benches, scripts; each builds traced, behaves as without us, and is recorded."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from borrowscope.build.exec_command import read_command
from borrowscope.build.run import RunRequest, run_project
from borrowscope.build.type_check import TargetChoice
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions
from tests.build.crates import manifest, write_files
from tests.build.test_healing import rewriter
from tests.cli.commands import Answer, borrowscope, has_one_error

slow = pytest.mark.slow

LIBRARY = """
pub fn make(n: usize) -> Vec<u8> { let made = vec![1; n]; made }
#[cfg(test)]
mod tests {
    #[test]
    fn short() { let few = crate::make(1); assert_eq!(few.len(), 1); }
    #[test]
    fn long() { let many = crate::make(9); assert_eq!(many.len(), 9); }
    #[test]
    fn fails_if_asked() { let none = crate::make(0); assert!(std::env::var("FAIL").is_err(), "{none:?}"); }
}
"""
BENCH = """
fn main() {
    let given = std::env::args().any(|word| word == "--bench");
    let made = x::make(5);
    println!("bench {given} {} {}", made.len(), cfg!(debug_assertions));
}
"""
# What runners like nextest do: build, ask each program for its tests, and start one process a test.
RUNNER = """
import json, subprocess, sys
built = subprocess.run(["cargo", "test", "--no-run", "--message-format", "json"], stdout=subprocess.PIPE, check=True)
messages = [json.loads(line) for line in built.stdout.splitlines()]
for program in [m["executable"] for m in messages if m.get("executable") and m["profile"]["test"]]:
    listed = subprocess.run([program, "--list", "--format", "terse"], stdout=subprocess.PIPE, text=True, check=True)
    for line in listed.stdout.splitlines():
        name = line.removesuffix(": test")
        done = subprocess.run([program, "--exact", name, "--nocapture"], stdout=subprocess.DEVNULL)
        print(name, done.returncode)
        sys.stdout.flush()
"""


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    benches = '[features]\nextra = []\n[[bench]]\nname = "speed"\nharness = false'
    return write_files(
        tmp_path_factory.mktemp("exec"),
        {
            "Cargo.toml": manifest("x", more=benches),
            "src/lib.rs": LIBRARY,
            "src/main.rs": 'fn main() { let said = x::make(3); println!("{}", said.len()); }\n',
            "benches/speed.rs": BENCH,
            "runner.py": RUNNER,
            "sub/kept": "",
        },
    )


def run_of(crate: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((crate / "target/borrowscope/recordings/latest/run.json").read_text())
    return found


def threads_of(crate: Path) -> set[str]:
    answer = borrowscope("export", cwd=crate)
    assert answer.returncode == 0, answer.stderr
    return {str(json.loads(line)["thread_name"]) for line in answer.stdout.splitlines()}


def has_built_twice(answer: Answer) -> bool:
    """Whether the command's own cargo compiled what had been built beforehand."""
    return answer.stderr.count("Compiling x ") > 1


@slow
@pytest.mark.skipif(shutil.which("cargo-nextest") is None, reason="cargo-nextest is not installed")
def test_nextest(crate: Path):
    answer = borrowscope("exec", ".", "--", "cargo", "nextest", "run", cwd=crate)
    assert answer.returncode == 0, answer.stderr
    assert "3 tests run: 3 passed" in answer.stderr
    assert not has_built_twice(answer)
    assert len(run_of(crate)["streams"]) >= 3
    assert {"tests::short", "tests::long", "tests::fails_if_asked"} <= threads_of(crate)
    assert "x::tests::long" in borrowscope("show", "long", cwd=crate).stdout
    failed = borrowscope("exec", ".", "--", "cargo", "nextest", "run", cwd=crate, FAIL="1")
    assert failed.returncode == 100  # nextest's own code
    assert "the program ended with exit status 100" in failed.stderr


@slow
def test_a_runner_that_starts_a_process_for_each_test(crate: Path):
    answer = borrowscope("exec", ".", "--", sys.executable, "runner.py", cwd=crate)
    lines = sorted(answer.stdout.split("\n"))
    assert (answer.returncode, lines[1:]) == (0, ["tests::fails_if_asked 0", "tests::long 0", "tests::short 0"])
    assert {"tests::short", "tests::long", "tests::fails_if_asked"} <= threads_of(crate)
    report = borrowscope("report", cwd=crate)
    assert "3 processes" in report.stdout
    assert "What was traced" in report.stdout


@slow
def test_benches_without_a_harness(crate: Path):
    answer = borrowscope("exec", crate, "--", "cargo", "bench", "--bench", "speed", cwd=crate.parent)
    assert (answer.returncode, answer.stdout) == (0, "bench true 5 false\n"), answer.stderr
    assert not has_built_twice(answer)
    assert run_of(crate)["exit"] == {"code": 0, "signal": None}


@slow
def test_run_with_features_and_the_users_own_builds_untouched(crate: Path):
    answer = borrowscope("exec", ".", "-q", "--", "cargo", "run", "-q", "--features", "extra", cwd=crate)
    assert (answer.returncode, answer.stdout) == (0, "3\n"), answer.stderr
    assert [path.name for path in (crate / "target").iterdir()] == ["borrowscope"]
    assert not answer.stderr.count("Compiling")


@slow
def test_where_it_starts_and_its_exit_codes(crate: Path):
    where = borrowscope("exec", crate, "--", "sh", "-c", "pwd; cargo run -q; exit 7", cwd=crate.parent)
    assert (where.returncode, where.stdout) == (7, f"{crate.resolve()}\n3\n"), where.stderr
    inside = borrowscope("exec", "..", "--", "sh", "-c", "pwd; cargo run -q", cwd=crate / "sub")
    assert inside.stdout == f"{crate.resolve()}/sub\n3\n", inside.stderr
    nothing = borrowscope("exec", ".", "--", "true", cwd=crate)
    assert has_one_error(nothing, 6)
    assert has_one_error(borrowscope("exec", ".", "--", "/no/such/program", cwd=crate), 2)


def test_what_is_no_command_is_refused(tmp_path: Path):
    write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/lib.rs": ""})
    for words in ([], ["--"], ["cargo", "nextest"], ["--no-such", "--", "cargo", "test"]):
        answer = borrowscope("exec", ".", *words, cwd=tmp_path)
        assert has_one_error(answer, 2), answer.stderr
        assert "stands after --" in answer.stderr


def test_a_command_that_is_nowhere_is_told_before_anything_is_built(tmp_path: Path):
    write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/main.rs": "fn main() { let x: u8 = String::new(); }"})
    answer = borrowscope("exec", ".", "--", "no-such-program", "run", cwd=tmp_path)
    assert has_one_error(answer, 2), answer.stderr
    assert "cannot start no-such-program" in answer.stderr
    assert not (tmp_path / "target").exists()


@slow
def test_a_crate_that_does_not_compile_is_code_4(tmp_path: Path):
    write_files(tmp_path, {"Cargo.toml": manifest("x"), "src/main.rs": "fn main() { let x: u8 = String::new(); }"})
    answer = borrowscope("exec", ".", "--", "cargo", "run", cwd=tmp_path)
    assert (answer.returncode, answer.stderr.count("error: this does not compile")) == (4, 1), answer.stderr


BAD = ' #[cfg(feature = "extra")] let () = 1;'


@slow
def test_what_nobody_could_foresee_is_built_untouched_and_healed_for_the_next_time(tmp_path: Path, capfd):
    """The script turns on a feature under which one rewritten site does not build."""
    write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x", more="[features]\nextra = []"),
            "src/main.rs": "fn main() { let fine = 1; let bad = 2; drop(fine + bad); std::process::exit(9); }\n",
        },
    )
    command = read_command(("sh", "-c", "cargo run --features extra"), CargoOptions(offline=True))
    project = load_project(tmp_path, command.options)
    request = RunRequest("exec", exec=command, trace_all=True)
    rewrite = rewriter({"bad": BAD, "fine": " let _seen = 1;"}.get)
    first = run_project(project, command.options, request, note=print, rewrite=rewrite)
    assert first.exit_code == 9, capfd.readouterr()
    assert ["x was built untraced" in line for line in first.left] == [True]
    second = run_project(project, command.options, request, note=print, rewrite=rewrite)
    assert (second.exit_code, second.left) == (9, ()), capfd.readouterr()
    assert second.report is not None
    assert [entry["construct"] for entry in second.report.healed] == ["let"]


@slow
def test_what_is_built_beforehand_is_healed_before_the_command_starts(tmp_path: Path, capfd):
    write_files(
        tmp_path,
        {
            "Cargo.toml": manifest("x", more="[features]\nextra = []"),
            "src/main.rs": "fn main() { let fine = 1; let bad = 2; drop(fine + bad); std::process::exit(9); }\n",
        },
    )
    command = read_command(("cargo", "run", "--features", "extra"), CargoOptions(offline=True))
    rewrite = rewriter({"bad": BAD, "fine": " let _seen = 1;"}.get)
    request = RunRequest("exec", exec=command, trace_all=True)
    outcome = run_project(
        load_project(tmp_path, command.options), command.options, request, note=print, rewrite=rewrite
    )
    assert (outcome.exit_code, outcome.left) == (9, ()), capfd.readouterr()
    assert outcome.report is not None
    assert (outcome.report.rounds, len(outcome.report.healed)) == (1, 1)


@pytest.mark.parametrize(
    ("words", "beforehand", "choice", "changed"),
    [
        ("cargo t --lib -p a", "test --no-run --lib", TargetChoice.TESTS, {"packages": ("a",)}),
        ("cargo nextest run --release -E test(x) --profile ci", "test --no-run", TargetChoice.TESTS, {"release": True}),
        ("cargo nextest run --cargo-profile fast", "test --no-run", TargetChoice.TESTS, {"profile": "fast"}),
        ("cargo bench -Fa,b", "bench --no-run", TargetChoice.ALL, {"features": ("a", "b"), "profile": "bench"}),
        ("cargo +nightly run --bin=b -- --release", "build --bin b", TargetChoice.GIVEN, {}),
        ("/usr/bin/cargo r --all-features", "build", TargetChoice.DEFAULT, {"all_features": True}),
        ("cargo test --all-targets", "test --no-run --all-targets", TargetChoice.ALL, {}),
        ("make test", "check --keep-going --bins --tests --examples", TargetChoice.TESTS, {}),
        ("cargo make all --release", "check --keep-going --bins --tests --examples", TargetChoice.TESTS, {}),
    ],
)
def test_what_a_command_is_going_to_build(
    words: str, beforehand: str, choice: TargetChoice, changed: dict[str, object]
):
    command = read_command(words.split(), CargoOptions())
    assert (" ".join(command.beforehand), command.choice) == (beforehand, choice)
    assert {key: getattr(command.options, key) for key in changed} == changed
    assert command.toolchain == ("nightly" if "+nightly" in words else None)


def test_the_words_of_a_command_are_those_that_were_typed(crate: Path):
    answer = borrowscope("exec", ".", "--", "sh", "-c", 'printf "%s|" "$@"', "sh", "a b", "--", "-x", cwd=crate)
    assert answer.stdout == "a b|--|-x|"
    assert str(run_of(crate)["command"]).endswith("'sh', 'a b', '--', '-x']")
