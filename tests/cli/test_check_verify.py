"""`borrowscope check --verify`: rustc's own answer, told beside ours and taken for the findings."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from borrowscope.check.model import CheckResult
from tests.build.crates import manifest, write_files
from tests.cli.commands import BORROWSCOPE, borrowscope, has_one_error
from tests.cli.test_ending import have_gone

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


def rows_of(stderr: str) -> dict[str, list[str]]:
    """The table by kind: operations by rustc and by us, recall, precision."""
    return {row.split()[0]: row.split()[1:] for row in stderr.splitlines() if row.endswith("%")}


def test_every_operation_of_every_target_is_verified(tmp_path: Path):
    crate = crate_in(tmp_path)
    before = {path: path.read_bytes() for path in crate.rglob("*.rs")}
    answer = borrowscope("check", crate, "--types", "static", "--verify", "--format", "json")
    rows = rows_of(answer.stderr)
    assert rows["all"] == ["7", "7", "100.00%", "100.00%"]
    assert rows["unsafe_call"] == ["4", "4", "100.00%", "100.00%"]
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
    hidden = 'mod hidden { include!(env!("HIDDEN")); }\n'
    source = hidden + "pub fn f(p: *const u8) { unsafe { *p; hidden::open(p); hidden::plain(); } }\n"
    items = "pub unsafe fn open(_: *const u8) {}\npub fn plain() {}\n"
    names = 'fn main() { println!("cargo:rustc-env=HIDDEN={}/src/hidden.in", env!("CARGO_MANIFEST_DIR")); }\n'
    write_files(crate, {"src/lib.rs": LIB + source, "src/hidden.in": items, "build.rs": names})
    flags = ("check", crate, "--types", "static", "--format", "json")
    static = CheckResult.model_validate_json(borrowscope(*flags).stdout)
    assert [one.column for one in static.findings if one.code == "BS0105"] == [39, 56]
    answer = borrowscope(*flags, "--verify")
    calls = [one for one in CheckResult.model_validate_json(answer.stdout).findings if one.line == 12]
    told = [(one.code, one.column, one.target, one.source) for one in calls]
    assert told == [("BS0501", 35, None, "static"), ("BS0503", 39, "open", "rustc")]
    assert "only rustc: src/lib.rs:12 unsafe_call hidden::open(p)" in answer.stderr


def test_a_single_file_is_verified(tmp_path: Path):
    block = "unsafe /* why: * / */ // SAFETY: p is a reference\n { *p }"
    (tmp_path / "one.rs").write_text(f"fn main() {{ let p = &1u8 as *const u8; {block}; }}\n")
    answer = borrowscope("check", tmp_path / "one.rs", "--verify", XDG_CACHE_HOME=str(tmp_path / "cache"))
    rows = rows_of(answer.stderr)
    assert rows["all"] == ["1", "1", "100.00%", "100.00%"]


def test_what_does_not_compile_is_not_verified(tmp_path: Path):
    crate = crate_in(tmp_path)
    write_files(crate, {"src/lib.rs": LIB + "pub fn broken() -> u8 { missing }\n"})
    answer = borrowscope("check", crate, "--types", "static", "--verify")
    assert has_one_error(answer, 2)
    assert "cannot find value `missing`" in answer.stderr


MEMBER = """\
#![forbid(unsafe_op_in_unsafe_fn)]
#![deny(warnings)]
mod linked;
unsafe extern "C" { fn abs(value: i32) -> i32; safe fn labs(value: i64) -> i64; }
pub fn plain(p: *const u8) -> i64 { unsafe { far::raw(*p); abs(1); } labs(2) }
pub unsafe fn bare(p: *const u8) -> u8 { unsafe { *p } }
#[cfg(extra)] pub fn extra(p: *const u8) -> u8 { unsafe { *p } }
#[cfg(feature = "more")] pub fn more(p: *const u8) -> u8 { unsafe { *p } }
"""
LINKED = "pub fn linked(p: *const u8) -> u8 { unsafe { *p } }\n"


def test_the_users_own_build_is_verified(tmp_path: Path):
    """Paths that lead out of the root, configuration above it, flags, lints, members, features, links, a target."""
    root = tmp_path / "above" / "root"
    files = {
        "outside/far/Cargo.toml": manifest("far", more='[dependencies]\nnext = { path = "../next" }'),
        "outside/far/src/lib.rs": "pub unsafe fn raw(_: u8) { next::plain() }\n",
        "outside/next/Cargo.toml": manifest("next"),
        "outside/next/src/lib.rs": "pub fn plain() {}\n",
        "outside/linked.rs": LINKED,
        "above/.cargo/config.toml": '[build]\nrustflags = ["--cfg", "extra", "--check-cfg", "cfg(extra)"]\n',
        "above/root/Cargo.toml": '[workspace]\nmembers = ["near", "other"]\nresolver = "2"\n',
        "above/root/near/Cargo.toml": manifest(
            "near", "2024", '[features]\nmore = []\n[dependencies]\nfar = { path = "../../../outside/far" }'
        ),
        "above/root/near/src/lib.rs": MEMBER,
        "above/root/other/Cargo.toml": manifest("other", more='[dependencies]\nnear = { path = "../near" }'),
        "above/root/other/src/main.rs": "fn main() { let p = &1u8 as *const u8; unsafe { near::bare(p); } }\n",
    }
    write_files(tmp_path, files)
    (root / "near/src/linked.rs").symlink_to("../../../../outside/linked.rs")
    host = next(
        line.partition(" ")[2]
        for line in subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout.splitlines()
        if line.startswith("host:")
    )
    flags = ("check", root, "--workspace", "--types", "static", "--verify", "--format", "json")
    answer = borrowscope(*flags, "--features", "near/more", "--target", host)
    rows = rows_of(answer.stderr)
    assert {name: row[0] for name, row in rows.items()} == {
        "all": "8",
        "ffi_call": "1",
        "raw_deref": "5",
        "unsafe_call": "2",
    }
    found = CheckResult.model_validate_json(answer.stdout).findings
    unsafe = sorted((one.file, one.line) for one in found if one.kind in {"raw_deref", "ffi_call", "unsafe_call"})
    lines = [("near/src/lib.rs", line) for line in (5, 5, 5, 6, 7, 8)]
    assert unsafe == [*lines, ("near/src/linked.rs", 1), ("other/src/main.rs", 1)]
    assert (tmp_path / "outside/linked.rs").read_text() == LINKED


def test_flags_of_the_environment_count_as_well(tmp_path: Path):
    crate = crate_in(tmp_path)
    more = '#[cfg(extra)] pub fn extra(p: *const u8) -> u8 { unsafe { *p } }\n#[cfg(fast)] compile_error!("no");\n'
    write_files(crate, {"src/lib.rs": LIB + more})
    flags = ("check", crate, "--types", "static", "--verify")
    answer = borrowscope(*flags, RUSTFLAGS="-Dwarnings --cfg extra")
    assert "all                         8" in answer.stderr
    assert has_one_error(borrowscope(*flags, RUSTFLAGS="--cfg fast"), 2)


LENDER = """\
#[macro_export] macro_rules! read { ($p:expr) => { unsafe { *$p } }; (own $p:expr) => { unsafe { $crate::raw($p) } }; }
pub unsafe fn raw(_: *const u8) {}
"""
BORROWER = """\
#[path = "odd/../far.rs"] mod far;
pub fn all(p: *const u8) -> u8 { near::read!(own p); near::read!(p) }
"""


def test_macros_that_one_member_lends_another_are_verified(tmp_path: Path):
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["near", "other"]\nresolver = "2"\n',
        "near/Cargo.toml": manifest("near"),
        "near/src/lib.rs": LENDER,
        "other/Cargo.toml": manifest("other", more='[dependencies]\nnear = { path = "../near" }'),
        "other/src/lib.rs": BORROWER,
        "other/src/odd/unused.rs": "",
        "other/src/far.rs": "pub fn far(p: *const u8) -> u8 { unsafe { *p } }\n",
    }
    root = write_files(tmp_path, files)
    answer = borrowscope("check", root, "--workspace", "--types", "static", "--verify", "--format", "json")
    rows = rows_of(answer.stderr)
    assert rows["all"] == ["3", "3", "100.00%", "100.00%"]
    found = [(one.file, one.line, one.kind) for one in CheckResult.model_validate_json(answer.stdout).findings]
    assert sorted(found) == [
        ("near/src/lib.rs", 1, "raw_deref"),
        ("near/src/lib.rs", 1, "unsafe_call"),
        ("other/src/far.rs", 1, "raw_deref"),
    ]


BUILD = """\
fn main() {
    std::fs::write(std::env::var("TELL").unwrap(), format!("{}\\n", std::process::id())).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(600));
}
"""


def test_interrupted_it_ends_all_that_it_started_and_leaves_nothing(tmp_path: Path):
    crate = write_files(crate_in(tmp_path / "crate"), {"build.rs": BUILD})
    told, scratch = tmp_path / "told", tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [BORROWSCOPE, "check", crate, "--types", "static", "--verify", "-o", tmp_path / "out.txt"],
        env={**os.environ, "TELL": str(told), "TMPDIR": str(scratch)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 300
    while not (told.exists() and told.read_text().endswith("\n")) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate()
    assert (process.returncode, out, said.count("error: interrupted")) == (130, "", 1)
    assert have_gone([int(told.read_text())])
    assert (list(scratch.iterdir()), (tmp_path / "out.txt").exists()) == ([], False)
    assert sorted(path.name for path in crate.iterdir()) == ["Cargo.toml", "build.rs", "src", "target"]
