"""The crate alone, as people get it: its tests, documents and lints in each set of features, and its example."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.commands import borrowscope

pytestmark = pytest.mark.slow

FEATURES = ["", "track", "serde", "track,serde"]
LINTS = ["-D", "warnings", "-D", "clippy::undocumented_unsafe_blocks", "-D", "clippy::incompatible_msrv"]


@pytest.fixture(scope="module")
def crate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alone") / "rt"
    answer = borrowscope("runtime", "--out", folder)
    assert answer.returncode == 0, answer.stderr
    return folder


def cargo(crate: Path, *words: str, features: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A run of cargo, both outputs in one. Without serde there is nothing to fetch, so nothing may be asked for."""
    network = [] if "serde" in features else ["--offline"]
    command, _, rest = " ".join(words).partition(" -- ")
    arguments = [
        *command.split(),
        "--locked",
        *network,
        "--features",
        features,
        *(["--", *rest.split()] if rest else []),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BORROWSCOPE")}
    return subprocess.run(
        ["cargo", *arguments],
        cwd=crate,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )


def passed(output: str) -> dict[str, int]:
    """How many tests passed, by what ran them."""
    ran = re.findall(r"(?:Running (?:unittests )?|Doc-tests )(\S+).*?test result: ok\. (\d+) passed", output, re.DOTALL)
    return {Path(name).stem: int(count) for name, count in ran}


@pytest.mark.parametrize("features", FEATURES)
def test_its_own_tests(crate: Path, features: str):
    done = cargo(crate, "test", features=features)
    assert done.returncode == 0, done.stdout
    assert "warning:" not in done.stdout
    counts = passed(done.stdout)
    has_track, has_serde = "track" in features, "serde" in features
    assert counts["recording"] == 4
    assert (counts["by_hand"] > 0, counts["without_track"] > 0) == (has_track, not has_track)
    assert (counts["traits_of_serde"] > 0) == has_serde
    assert counts["lib"] > 0
    assert counts["borrowscope_runtime"] > 10


@pytest.mark.parametrize("features", FEATURES)
def test_lints_and_documents(crate: Path, features: str):
    done = cargo(crate, "clippy --all-targets --", *LINTS, features=features)
    assert done.returncode == 0, done.stdout
    done = cargo(crate, "doc --no-deps", features=features, RUSTDOCFLAGS="-Dwarnings")
    assert done.returncode == 0, done.stdout
    assert (crate / "target/doc/borrowscope_runtime/fn.track_new.html").is_file()


def test_it_is_formatted(crate: Path):
    done = subprocess.run(["cargo", "fmt", "--check"], cwd=crate, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_toolchain_of_this_machine_builds_it(crate: Path, tmp_path: Path):
    lowest = tomllib.loads((crate / "Cargo.toml").read_text())["package"]["rust-version"]
    listed = subprocess.run(["rustup", "toolchain", "list"], capture_output=True, text=True, check=False)
    names = [line.split()[0] for line in listed.stdout.splitlines() if line[:1].isalnum()]
    for name in names or [""]:
        select = [f"+{name}"] if name else []
        said = subprocess.run(["rustc", *select, "--version"], capture_output=True, text=True, check=True).stdout
        version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
        if version < tuple(int(part) for part in lowest.split(".")):
            continue
        done = subprocess.run(
            ["cargo", *select, "check", "--locked", "--offline", "--features", "track"],
            cwd=crate,
            env={**os.environ, "CARGO_TARGET_DIR": str(tmp_path / name)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert "warning:" not in done.stdout


def test_no_dependency_without_features(crate: Path):
    for features, expected in (("", 1), ("track", 1), ("serde", 3)):
        done = cargo(crate, "tree --quiet --depth 1 --edges normal --prefix none", features=features)
        assert done.returncode == 0, done.stdout
        assert len(done.stdout.splitlines()) == expected, done.stdout


def test_the_example_of_tracking_by_hand(crate: Path, tmp_path: Path):
    told = cargo(crate, f"run --quiet --example tracking_by_hand -- {tmp_path / 'shelf.json'}", features="track")
    assert told.returncode == 0, told.stdout
    lines = told.stdout.splitlines()
    assert lines[:2] == ["Ferris has had 1 readers", "Ferris has had 2 readers"]
    assert sum(line.startswith("Borrow {") for line in lines) == 2
    assert "=== BorrowScope Summary ===" in lines
    assert '"track' not in told.stdout
    assert (tmp_path / "shelf.json").stat().st_size > 1000
    untold = cargo(crate, "run --quiet --example tracking_by_hand", features="")
    assert untold.stdout.splitlines()[:2] == lines[:2]
    assert "graph: 0 variables, 0 relationships" in untold.stdout
