"""The published crate `borrowscope-runtime` 0.1.2: its sources, and scratch crates that use it or ours in its place.

In: cargo, which downloads the package once. Out: folders below BorrowScope's cache, and what cargo says of them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from borrowscope.runtime.generate import write_crate

VERSION = "0.1.2"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "borrowscope" / "published-runtime"

_FETCHED = f"""[package]
name = "asks"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
borrowscope-runtime = "={VERSION}"
"""
_SCRATCH = """[package]
name = "{name}"
version = "0.0.0"
edition = "2021"

[workspace]

[features]
default = ["track"]
track = []

[dependencies]
borrowscope-runtime = {{ {source}, features = [{features}] }}
{dependencies}
"""
_TEST = re.compile(r"^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)", re.MULTILINE)
_TARGET = re.compile(r"^\s+Running (?:unittests )?(\S+)", re.MULTILINE)


@cache
def sources() -> Path:
    """The folder where cargo keeps the published package."""
    with tempfile.TemporaryDirectory() as folder:
        asks = Path(folder)
        (asks / "src").mkdir()
        (asks / "src/lib.rs").touch()
        (asks / "Cargo.toml").write_text(_FETCHED)
        output = cargo(asks, "metadata", "--format-version=1", check=True)
    packages = json.loads(output.stdout)["packages"]
    manifest = next(Path(one["manifest_path"]) for one in packages if one["name"] == "borrowscope-runtime")
    return manifest.parent


def cargo(folder: Path, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run cargo in a folder; what programs record stays in memory."""
    command = ["cargo", *arguments]
    return subprocess.run(
        command, cwd=folder, env=_environment(), text=True, capture_output=True, check=check, timeout=1500
    )


def cargo_test(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `cargo test`, stdout and stderr in one stream: each target stands before its tests.

    One test at a time: some of the published tests reset the events of the whole process, and wait for no other.
    """
    command = ["cargo", "test", *arguments]
    out = subprocess.PIPE
    return subprocess.run(
        command,
        cwd=folder,
        env=_environment() | {"RUST_TEST_THREADS": "1"},
        text=True,
        stdout=out,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=1500,
    )


def _environment() -> dict[str, str]:
    ours = ("BORROWSCOPE", "CARGO_TARGET_DIR")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return kept | {"PROPTEST_CASES": "32", "QUICKCHECK_TESTS": "32"}


def scratch_crate(name: str, *, is_ours: bool, dependencies: str = "", features: tuple[str, ...] = ("track",)) -> Path:
    """An empty crate in the cache that depends on the published runtime or on ours; build products stay in it."""
    folder = CACHE / name
    for part in ("src", "tests", "examples"):
        shutil.rmtree(folder / part, ignore_errors=True)
    (folder / "src").mkdir(parents=True)
    (folder / "src/lib.rs").touch()
    source = f'version = "={VERSION}"'
    if is_ours:
        write_crate(folder / "borrowscope-runtime")
        source = 'path = "borrowscope-runtime"'
    listed = ", ".join(f'"{feature}"' for feature in features)
    manifest = _SCRATCH.format(name=name, source=source, features=listed, dependencies=dependencies)
    (folder / "Cargo.toml").write_text(manifest)
    return folder


def results(output: str) -> dict[str, str]:
    """What libtest says: `ok` or `FAILED` by target and test."""
    parts = _TARGET.split(output)
    found: dict[str, str] = {}
    for target, text in zip(parts[1::2], parts[2::2], strict=True):
        found |= {f"{Path(target).stem}::{name}": outcome for name, outcome in _TEST.findall(text)}
    return found


def copy_programs(folder: Path) -> None:
    """Put the published tests and examples into a scratch crate, with the unit tests and the documents' examples."""
    for part in ("tests", "examples"):
        shutil.copytree(sources() / part, folder / part, copy_function=shutil.copyfile)
    for name in ("error", "event", "export", "graph", "guard", "lib", "lifetime"):
        text = (sources() / f"src/{name}.rs").read_text()
        (folder / f"tests/unit_{name}.rs").write_text(_LOCKED + _unit_tests(text))
    (folder / "src/lib.rs").write_text("".join(_documents()))


_LOCKED = """#![allow(unused)]
lazy_static::lazy_static! { static ref TEST_LOCK: parking_lot::Mutex<()> = parking_lot::Mutex::new(()); }
"""


def _unit_tests(text: str) -> str:
    """The module of tests, with the public crate in place of what surrounds it."""
    tests = text[text.rindex("#[cfg(test)]\nmod ") :].replace("use super::*;", "use borrowscope_runtime::*;")
    tests = re.sub(r"use crate::(?:\w+::)?(?=\w+;)", "use borrowscope_runtime::", tests)
    tests = tests.replace("use crate::{", "use borrowscope_runtime::{")
    return tests.replace("use borrowscope_runtime::TEST_LOCK;", "use super::TEST_LOCK;")


def _documents() -> Iterator[str]:
    """Each comment that holds an example, as that of a function of its own: rustdoc runs them."""
    comment = re.compile(r"(?:^[ \t]*//[/!].*\n)+", re.MULTILINE)
    for path in sorted((sources() / "src").rglob("*.rs")):
        for number, found in enumerate(comment.findall(path.read_text())):
            if "```" in found:
                lines = re.sub(r"^[ \t]*//[/!]", "///", found, flags=re.MULTILINE)
                yield f"{lines}pub fn {path.stem}_{number}() {{}}\n"
