"""`borrowscope check --coverage REC`: unsafe operations beside what a recording of the tests tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from borrowscope.check.model import CheckResult, Coverage, CoveredOperation
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope, has_one_error

LIB = """\
pub union U { pub a: u32, pub b: u32 }
static mut COUNT: u32 = 0;
extern "C" { fn abs(number: i32) -> i32; }
pub unsafe fn bare(p: *const u8) -> u8 { *p }
pub fn branch(p: *const u8) -> u8 {
    if unsafe { p.read() } == 3 { unsafe { *p.add(1) } } else { 0 }
}
pub fn count(n: u32) {
    for _ in 0..n { unsafe { COUNT += 1; let _ = abs(-3); } }
}
pub fn nested(u: U) -> u32 { unsafe { u.a } }
pub fn cold() { unsafe { COUNT = 0; match (U { a: 1 }) { U { a } => drop(a) } } }
macro_rules! peek { ($e:expr) => { unsafe { *$e } } }
pub fn hidden(p: *const u8) -> u8 { peek!(p) }
#[cfg(test)]
mod tests {
    #[test]
    fn runs() { super::count(3); super::branch(&4); super::nested(super::U { a: 1 }); }
    #[test]
    fn other() {
        super::count(2);
        super::hidden(&3);
        unsafe { super::bare(&5); }
        std::thread::spawn(|| super::count(7)).join().unwrap();
    }
}
"""


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coverage")
    return write_files(folder, {"Cargo.toml": manifest("near"), "src/lib.rs": LIB})


@pytest.fixture(scope="module")
def recording(crate: Path) -> Path:
    path = crate / "tests.bstrace"
    assert borrowscope("test", crate, "-o", path).returncode == 0
    return path


def coverage_of(crate: Path, recording: Path) -> Coverage:
    answer = borrowscope("check", crate, "--types", "static", "--coverage", recording, "--format", "json")
    coverage = CheckResult.model_validate_json(answer.stdout).coverage
    assert coverage is not None, answer.stderr
    return coverage


def at(coverage: Coverage, line: int, kind: str) -> CoveredOperation:
    (found,) = [one for one in coverage.operations if (one.line, one.kind) == (line, kind)]
    return found


def test_every_operation_has_its_count_and_its_tests(crate: Path, recording: Path):
    coverage = coverage_of(crate, recording)
    for kind in ("static_mut", "ffi_call"):
        counted = at(coverage, 9, kind)
        assert counted.times == 12
        assert [(one.test, one.times) for one in counted.tests] == [("tests::runs", 3), ("tests::other", 2)]
    times = {(one.line, one.kind, one.target): one.times for one in coverage.operations}
    assert times[4, "raw_deref", None] == 1
    assert times[6, "unsafe_call", "pointer::read"] == 1
    assert times[6, "unsafe_call", "pointer::add"] == 0
    assert at(coverage, 6, "raw_deref").times == 0
    assert at(coverage, 11, "union_read").times == 1
    assert at(coverage, 12, "static_mut").times == 0
    assert at(coverage, 12, "union_read").times == 0, "it has no site, but its block was never entered"
    assert at(coverage, 13, "raw_deref").times is None, "the macro's own text is not recorded"
    assert (coverage.total, coverage.never, coverage.unseen) == (len(coverage.operations), 4, 1)
    assert coverage.executed == coverage.total - 5


def test_the_text_says_it(crate: Path, recording: Path):
    answer = borrowscope("check", crate, "--types", "static", "--coverage", recording)
    assert "= note: executed 12 times, by `tests::runs` (3), `tests::other` (2)" in answer.stdout
    assert "  src/lib.rs:12:26 static mut near::COUNT\n" in answer.stdout
    assert "4 of 11 unsafe operations never executed, 1 out of the recording's sight\n" in answer.stdout
    assert "dereference of the raw pointer `p.add(1)`" in answer.stdout
    markdown = borrowscope("check", crate, "--types", "static", "--coverage", recording, "--format", "markdown").stdout
    assert "4 of 11 unsafe operations never executed" in markdown


def test_tests_on_the_main_thread_are_told_apart(crate: Path):
    path = crate / "one_thread.bstrace"
    assert borrowscope("test", crate, "-o", path, "--", "--test-threads=1").returncode == 0
    tests = {one.test: one.times for one in at(coverage_of(crate, path), 9, "ffi_call").tests}
    assert tests == {"tests::runs": 3, "tests::other": 2}


def test_a_file_that_has_changed_is_not_spoken_of(crate: Path, recording: Path, tmp_path: Path):
    changed = write_files(tmp_path, {"Cargo.toml": manifest("near"), "src/lib.rs": f"// new\n{LIB}"})
    answer = borrowscope("check", changed, "--types", "static", "--coverage", recording, "--format", "json")
    coverage = CheckResult.model_validate_json(answer.stdout).coverage
    assert coverage is not None
    assert coverage.unseen == coverage.total == 11
    assert "src/lib.rs is not what was recorded" in answer.stderr


def test_what_is_no_recording_is_refused(crate: Path, tmp_path: Path):
    assert has_one_error(borrowscope("check", crate, "--coverage", tmp_path / "no.bstrace"), 2)
    assert has_one_error(borrowscope("check", "--diff", crate, crate, "--coverage", tmp_path), 2)
