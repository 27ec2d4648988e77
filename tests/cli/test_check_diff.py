"""`borrowscope check --diff OLD NEW`: what a change adds, between trees and between JSON results."""

from __future__ import annotations

from pathlib import Path

from borrowscope.check.model import CheckResult
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope, has_one_error

OLD = "pub unsafe fn f(p: *const u8) -> u8 {\n    *p\n}\npub unsafe fn gone(p: *const u8) -> u8 {\n    *p\n}\n"
NEW = "// one more line\npub unsafe fn f(p: *const u8) -> u8 {\n    *p + *p\n}\n"
FLAGS = ("--types", "static", "--fail-on", "note", "--format", "json")


def test_what_a_new_version_adds(tmp_path: Path):
    old = write_files(tmp_path / "old", {"Cargo.toml": manifest("near"), "src/lib.rs": OLD})
    new = write_files(tmp_path / "new", {"Cargo.toml": manifest("near"), "src/lib.rs": NEW})
    answer = borrowscope("check", "--diff", old, new, *FLAGS)
    result = CheckResult.model_validate_json(answer.stdout)
    assert answer.returncode == 1
    assert [(one.line, one.baseline) for one in result.findings] == [(3, "known"), (3, "new")]
    assert (result.summary.new, result.summary.known, result.summary.stale) == (1, 1, 1)
    assert borrowscope("check", "--diff", old, old, *FLAGS).returncode == 0
    for side in (old, new):
        assert borrowscope("check", side, *FLAGS, "-o", side / "found.json").returncode == 1
    by_results = borrowscope("check", "--diff", old / "found.json", new / "found.json", *FLAGS)
    assert (by_results.returncode, by_results.stdout) == (1, answer.stdout)
    text = borrowscope("check", "--diff", old / "found.json", new, "--types", "static").stdout
    assert text.endswith("against the old version: 1 new, 1 known, 1 gone, 0 stale\n1 note in 1 file\n")


def test_what_is_no_result_is_refused(tmp_path: Path):
    (tmp_path / "x.json").write_text("{}")
    assert has_one_error(borrowscope("check", "--diff", tmp_path / "x.json", tmp_path / "x.json"), 2)
    assert has_one_error(borrowscope("check", "--diff", tmp_path / "no.json", tmp_path / "x.json"), 2)
    answer = borrowscope("check", "--diff", tmp_path / "x.json", tmp_path / "x.json", "--since", "HEAD")
    assert has_one_error(answer, 2)
    assert "compares two trees by itself" in answer.stderr


def test_two_versions_of_a_published_crate_as_cargo_keeps_them(tmp_path: Path):
    sides = []
    for version, text in (("1.0.0", OLD), ("1.1.0", NEW)):
        side = write_files(
            tmp_path / f"near-{version}", {"Cargo.toml": manifest("near"), "src/lib.rs": text, ".cargo-ok": "{}"}
        )
        sides.append(side)
    before = [sorted(path.name for path in side.rglob("*")) for side in sides]
    answer = borrowscope("check", "--diff", *sides, *FLAGS)
    result = CheckResult.model_validate_json(answer.stdout)
    assert (answer.returncode, [one.baseline for one in result.findings]) == (1, ["known", "new"])
    assert result.root == sides[1].resolve().as_posix()
    assert borrowscope("check", sides[1], *FLAGS).returncode == 1
    assert [sorted(path.name for path in side.rglob("*")) for side in sides] == before, "cargo's sources are not ours"
