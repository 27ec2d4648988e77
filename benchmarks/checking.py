"""`check --types static` against `analyze --types static` and `git diff`, on one workspace of 50,000 lines.

In: published crates with versions (default: seven pinned ones), which become the members of a generated workspace.
Out: a table on stdout. Times are user and system time of whole commands with their children, the best of some rounds.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tomlkit

CRATES = (
    "memchr=2.8.3",
    "bytes=1.12.1",
    "socket2=0.6.5",
    "crossbeam-channel=0.5.17",
    "crossbeam-epoch=0.9.21",
    "smallvec=1.16.5",
    "parking_lot_core=0.9.12",
)
ROUNDS = 3
BORROWSCOPE = Path(sys.executable).parent / "borrowscope"
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
_UNTESTED = ("dev-dependencies", "bench", "test", "example", "lints", "profile", "workspace", "badges")
_BODY = re.compile(rb"^ *(?:pub )?fn \w+[^{};]*\{\n", re.MULTILINE)


class Row(NamedTuple):
    """One command: what it is called, its best process time, and its best wall time."""

    what: str
    seconds: float
    wall: float


# the workspace
def generate(folder: Path, crates: Sequence[str]) -> Path:
    """A workspace whose members are the sources of the crates, in a repository with one commit."""
    members = folder / "crates"
    for source in _sources(folder / "asks", crates):
        place = members / re.sub(r"-\d.*", "", source.name)
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("tests", "benches", "examples", "fuzz"))
        _strip(place / "Cargo.toml")
    (folder / "Cargo.toml").write_text('[workspace]\nmembers = ["crates/*"]\nresolver = "2"\n', encoding="utf-8")
    (folder / ".gitignore").write_text("target\nCargo.lock\nasks\n", encoding="utf-8")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    return folder


def _sources(asking: Path, crates: Sequence[str]) -> Iterator[Path]:
    """Where cargo keeps the sources of the crates."""
    names = dict(crate.split("=") for crate in crates)
    (asking / "src").mkdir(parents=True)
    (asking / "src" / "lib.rs").touch()
    package = {"name": "asks", "version": "0.0.0", "edition": "2021"}
    wanted = {name: f"={version}" for name, version in names.items()}
    manifest = {"package": package, "dependencies": wanted, "workspace": {}}
    (asking / "Cargo.toml").write_text(tomlkit.dumps(manifest), encoding="utf-8")
    subprocess.run(["cargo", "fetch", "--quiet"], cwd=asking, check=True)
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    for name, version in names.items():
        yield next((home / "registry" / "src").glob(f"*/{name}-{version}"))


def _strip(manifest: Path) -> None:
    """Leave out what members may not have, and what needs further downloads."""
    told: dict[str, Any] = tomllib.loads(manifest.read_text(encoding="utf-8"))
    told["package"] |= {"autotests": False, "autobenches": False, "autoexamples": False}
    kept = {key: value for key, value in told.items() if key not in _UNTESTED}
    for target in kept.get("target", {}).values():
        target.pop("dev-dependencies", None)
    manifest.write_text(tomlkit.dumps(kept), encoding="utf-8")


def change_one(folder: Path) -> Path:
    """Add an unsafe operation to the middle function of the largest file; returns the file."""
    files = sorted((folder / "crates").glob("*/src/**/*.rs"), key=lambda path: path.stat().st_size)
    chosen = files[-1]
    source = chosen.read_bytes()
    found = list(_BODY.finditer(source))
    at = found[len(found) // 2].end()
    chosen.write_bytes(source[:at] + b"    let added = [1u8]; unsafe { *added.as_ptr() };\n" + source[at:])
    return chosen


# measuring
def measured(command: Sequence[str | Path], folder: Path) -> tuple[float, float]:
    """Process time and wall time of a command that ends with 0, 1 or 2."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 2}:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, wall


def best(what: str, prepare: Callable[[], None], command: Sequence[str | Path], folder: Path, rounds: int) -> Row:
    """The command's row; `prepare` runs before each round."""
    found = []
    for _ in range(rounds):
        prepare()
        found.append(measured(command, folder))
    return Row(what, min(one[0] for one in found), min(one[1] for one in found))


def forget(folder: Path) -> None:
    """Delete what is remembered of the workspace; dependencies stay."""
    for kept in (folder / "target").glob("**/static/files"):
        shutil.rmtree(kept)


def rows(folder: Path, rounds: int) -> Iterator[Row]:
    """All figures, one by one."""
    check = (
        BORROWSCOPE,
        "check",
        ".",
        "--types",
        "static",
        "--fail-on",
        "never",
        "-o",
        folder / "target" / "found.txt",
    )
    analyze = (BORROWSCOPE, "analyze", ".", "--types", "static", "-o", folder / "target" / "type-info.json")
    git = ("git", "diff", "HEAD")

    def nothing() -> None:
        """Leave all as it is."""

    def cold() -> None:
        forget(folder)

    def back() -> None:
        """Check the tree as it was, and change it again."""
        subprocess.run([*GIT, "checkout", "-q", "."], cwd=folder, check=True)
        measured(check, folder)
        change_one(folder)
        with (folder / "target" / "change.diff").open("wb") as stream:
            subprocess.run(git, cwd=folder, check=True, stdout=stream)

    in_diff = (*check, "--in-diff", folder / "target" / "change.diff")
    measured(check, folder)
    yield best("analyze, cold", cold, analyze, folder, rounds)
    yield best("analyze, nothing changed", nothing, analyze, folder, rounds)
    yield best("check, cold", cold, check, folder, rounds)
    yield best("check, nothing changed", nothing, check, folder, rounds)
    yield best("check, a function changed", back, check, folder, rounds)
    yield best("check --in-diff, a function changed", back, in_diff, folder, rounds)
    yield best("check --since HEAD, the same again", nothing, (*check, "--since", "HEAD"), folder, rounds)
    yield best("a check that ends at once (no such path)", nothing, (BORROWSCOPE, "check", "void"), folder, rounds)
    yield best("git diff", nothing, git, folder, rounds)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*", default=CRATES, metavar="NAME=VERSION")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--in", dest="place", type=Path, help="generate it there, and leave it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (given.place or Path(scratch)).resolve()
        if not (folder / "Cargo.toml").exists():
            generate(folder, given.crates)
        files = list((folder / "crates").glob("*/src/**/*.rs"))
        lines = sum(file.read_bytes().count(b"\n") for file in files)
        print(f"{len(files)} files, {lines:,} lines, best of {given.rounds} rounds")
        print(f"{'what':<44}{'process':>10}{'wall':>10}")
        for row in rows(folder, given.rounds):
            print(f"{row.what:<44}{row.seconds:>9.2f}s{row.wall:>9.2f}s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
