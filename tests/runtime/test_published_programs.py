"""The published crate's own tests, examples and documents' examples, compiled and run with our runtime in its place.

Every test passes but those of `DIFFERENT`, each of which meets a difference that we mean. Nothing else may fail, and
nothing that is listed may pass.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.runtime.published_crate import cargo, cargo_test, copy_programs, results, scratch_crate, sources

DEPENDENCIES = """serde = { version = "1.0", features = ["derive"] }
serde_json = "1.0"

[dev-dependencies]
lazy_static = "1.4"
parking_lot = "0.12"
proptest = "1.4"
quickcheck = "1.0"
quickcheck_macros = "1.0"
serial_test = "3.0"
"""

JOINED = "one instance has one id text in all its events: the published crate writes `x`, `owner_1` and `var_1` for it"
DIFFERENT = {
    "advanced_api_tests::test_rc_with_id_tracking_concept": JOINED,
    "advanced_api_with_id_tests::test_borrow_chain_with_ids": JOINED,
    "advanced_api_with_id_tests::test_complex_id_based_tracking": JOINED,
    "advanced_api_with_id_tests::test_track_arc_clone_with_id": JOINED,
    "advanced_api_with_id_tests::test_track_borrow_with_id": JOINED,
    "advanced_api_with_id_tests::test_track_drop_with_id": JOINED,
    "advanced_api_with_id_tests::test_track_move_with_id": JOINED,
    "advanced_api_with_id_tests::test_track_rc_clone_with_id": JOINED,
    "rc_arc_integration_tests::test_arc_clone_tracking": JOINED,
    "rc_arc_integration_tests::test_rc_clone_tracking": JOINED,
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crate() -> Path:
    folder = scratch_crate("published-tests", is_ours=True, dependencies=DEPENDENCIES, features=("track", "serde"))
    copy_programs(folder)
    return folder


@pytest.fixture(scope="module")
def outcome(crate: Path) -> dict[str, str]:
    run = cargo_test(crate, "--no-fail-fast")
    assert "could not compile" not in run.stdout, run.stdout
    return results(run.stdout)


def timed_tests() -> set[str]:
    """Tests that hold a clock against fixed limits: on a busy machine their results say nothing."""
    found = set()
    for path in sorted((sources() / "tests").glob("*.rs")):
        parts = re.split(r"^\s*fn (\w+)\(", path.read_text(), flags=re.MULTILINE)
        found |= {
            f"{path.stem}::{name}"
            for name, body in zip(parts[1::2], parts[2::2], strict=True)
            if "Instant::now" in body
        }
    return found


def test_all_tests_but_the_listed_ones_pass(outcome):
    failed = {name for name, result in outcome.items() if result == "FAILED"}
    assert failed - timed_tests() == set(DIFFERENT)
    assert sum(result == "ok" for result in outcome.values()) > 550
    assert len(timed_tests()) < 40


def names() -> list[str]:
    return sorted(path.stem for path in (sources() / "examples").glob("*.rs"))


def test_examples_run_and_say_the_same(crate, tmp_path):
    """They print the same lines as with the published crate, but for numbers, joined ids and the order of threads."""
    theirs = scratch_crate("published-examples", is_ours=False, dependencies=DEPENDENCIES)
    shutil.copytree(sources() / "examples", theirs / "examples", copy_function=shutil.copyfile)
    for folder in (crate, theirs):
        cargo(folder, "build", "--examples", check=True)
    assert len(names()) == 20
    for name in names():
        ours, published = (said(folder / "target/debug/examples" / name, tmp_path) for folder in (crate, theirs))
        assert ours == published, name


def said(program: Path, folder: Path) -> list[str]:
    """The lines that a program prints, without numbers and what follows from them."""
    run = subprocess.run([program], capture_output=True, text=True, check=True, cwd=folder, timeout=600)
    text = re.sub(r'_\d+"', '"', run.stdout)
    text = re.sub(r"0x[0-9a-f]+|[-+]?\d[\d.,]*\s*(?:ns|ms|µs|μs|s|x|%|B|KB|MB)?\b", "0", text)
    return sorted(re.sub(r"\s+", "", line) for line in text.splitlines())
