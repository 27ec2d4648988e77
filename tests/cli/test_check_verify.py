"""`borrowscope check --verify`: rustc's own answer, told beside ours and taken for the findings."""

from __future__ import annotations

from pathlib import Path

from borrowscope.check.model import CheckResult
from tests.build.crates import manifest, write_files
from tests.cli.commands import borrowscope, has_one_error

LIB = """\
pub union U { a: u32, b: f32 }
pub unsafe fn raw(_: u8) {}
pub fn all(p: *const u8, u: U) -> f32 {
    unsafe { raw(*p); raw(1); u.b }
}
#[cfg(test)]
mod tests {
    #[test]
    fn runs() { unsafe { super::raw(2) } }
}
"""
MAIN = "fn main() { let p = &1u8 as *const u8; unsafe { near::raw(*p) } }\n"


def crate_in(folder: Path) -> Path:
    return write_files(folder, {"Cargo.toml": manifest("near"), "src/lib.rs": LIB, "src/main.rs": MAIN})


def test_every_operation_of_every_target_is_verified(tmp_path: Path):
    crate = crate_in(tmp_path)
    before = {path: path.read_bytes() for path in crate.rglob("*.rs")}
    answer = borrowscope("check", crate, "--types", "static", "--verify", "--format", "json")
    rows = {row.split()[0]: row.split()[1:] for row in answer.stderr.splitlines() if row.endswith("%")}
    assert rows["all"] == ["7", "7", "100.00%", "100.00%"]
    assert rows["call"] == ["4", "4", "100.00%", "100.00%"]
    assert rows["union_read"][0] == "1"
    findings = CheckResult.model_validate_json(answer.stdout).findings
    assert sorted((one.file, one.line) for one in findings) == [
        *[("src/lib.rs", 4)] * 4,
        ("src/lib.rs", 9),
        *[("src/main.rs", 1)] * 2,
    ]
    assert {path: path.read_bytes() for path in crate.rglob("*.rs") if "target" not in path.parts} == before


def test_what_the_sources_leave_open_is_settled(tmp_path: Path):
    crate = crate_in(tmp_path)
    hidden = 'mod hidden { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/hidden.in")); }\n'
    source = hidden + "pub fn f(p: *const u8) { unsafe { *p; hidden::open(p); hidden::plain(); } }\n"
    items = "pub unsafe fn open(_: *const u8) {}\npub fn plain() {}\n"
    write_files(crate, {"src/lib.rs": LIB + source, "src/hidden.in": items})
    flags = ("check", crate, "--types", "static", "--format", "json")
    static = CheckResult.model_validate_json(borrowscope(*flags).stdout)
    assert [one.column for one in static.findings if one.code == "BS0105"] == [39, 56]
    answer = borrowscope(*flags, "--verify")
    calls = [one for one in CheckResult.model_validate_json(answer.stdout).findings if one.code == "BS0105"]
    assert [(one.column, one.resolved, one.source) for one in calls] == [(39, True, "rustc")]
    assert "only rustc: src/lib.rs:12 call hidden::open(p)" in answer.stderr


def test_a_single_file_is_verified(tmp_path: Path):
    (tmp_path / "one.rs").write_text("fn main() { let p = &1u8 as *const u8; unsafe { *p }; }\n")
    answer = borrowscope("check", tmp_path / "one.rs", "--verify", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert "all" in answer.stderr
    assert "100.00%" in answer.stderr


def test_what_does_not_compile_is_not_verified(tmp_path: Path):
    crate = crate_in(tmp_path)
    write_files(crate, {"src/lib.rs": LIB + "pub fn broken() -> u8 { missing }\n"})
    answer = borrowscope("check", crate, "--types", "static", "--verify")
    assert has_one_error(answer, 2)
    assert "cannot find value `missing`" in answer.stderr
