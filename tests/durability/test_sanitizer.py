"""ThreadSanitizer over sixteen recording threads, where a nightly compiler with its library is on the machine."""

from __future__ import annotations

import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from borrowscope.runtime.generate import write_runtime
from tests.durability.test_stress import STRESS
from tests.runtime.recorded import work_folder

OURS = re.compile(r"#\d+ .*borrowscope_runtime::|#0 .*main::main")
HEAP = re.compile(r"heap block|#0 free ")
FLAGS = ["-Zsanitizer=thread", "-Cunsafe-allow-abi-mismatch=sanitizer", "--edition=2021", "-O", "--cap-lints=allow"]
RACE = """
fn main() {
    static mut SHARED: u64 = 0;
    let add = || for _ in 0..10_000 { unsafe { SHARED = std::hint::black_box(SHARED + 1) } };
    std::thread::scope(|scope| { scope.spawn(add); scope.spawn(add); });
}
"""


def compile_with(folder: Path, *arguments: object) -> bool:
    command = ["rustc", "+nightly", *FLAGS, *map(str, arguments)]
    environment = os.environ | {"CARGO_MANIFEST_DIR": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode == 0


@cache
def sanitized(source: str) -> Path:
    """The program, both it and the runtime watched."""
    folder = work_folder() / f"sanitized-{abs(hash(source))}"
    write_runtime(folder / "crate", active_file=None, sites_json=None)
    (folder / "main.rs").write_text(source)
    rlib = folder / "libborrowscope_runtime.rlib"
    name = ["--crate-type=rlib", "--crate-name=borrowscope_runtime"]
    if not compile_with(folder, *name, folder / "crate/src/lib.rs", "-o", rlib):
        pytest.skip("no nightly compiler with ThreadSanitizer")
    assert compile_with(folder, f"--extern=borrowscope_runtime={rlib}", "main.rs", "-o", folder / "program")
    return folder / "program"


def races(source: str, **variables: str) -> list[str]:
    """What ThreadSanitizer says of the runtime and of the program itself.

    std is not instrumented: what its threads hand over on the heap looks like a race, and is left out. The runtime has
    nothing there.
    """
    executable = sanitized(source)
    result = subprocess.run(
        [executable, "20000"], env=os.environ | variables, capture_output=True, text=True, timeout=120, check=False
    )
    reports = result.stderr.split("WARNING: ThreadSanitizer: ")[1:]
    return [report for report in reports if OURS.search(report.partition("created by")[0]) and not HEAP.search(report)]


def test_a_race_is_seen():
    assert races(RACE)[0].startswith("data race")


@pytest.mark.parametrize(
    "variables", [{}, {"BORROWSCOPE_MAX_EVENTS": "20000"}, {"BORROWSCOPE_MAX_BYTES": "3000000"}], ids=repr
)
@pytest.mark.parametrize("has_folder", [True, False], ids=["file", "memory"])
def test_no_race(has_folder, variables, tmp_path):
    out = {"BORROWSCOPE_OUT": str(tmp_path)} if has_folder else {}
    assert races(STRESS, **out, **variables) == []
    assert len(list(tmp_path.iterdir())) == has_folder
