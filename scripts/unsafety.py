"""How well the finder of unsafe operations agrees with rustc: recall and precision, over all and by kind.

In: folders of crates (cargo may write a target directory beside a copy of each). Out: a table; with --show the
differences. rustc tells every operation as E0133, once the word `unsafe` is blanked before each block.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borrowscope.analyzer.analyze import AnalysisRequest, examine
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.unsafety.operations import Operation, OperationKind
from borrowscope.project.cargo import find_graph
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

_BLOCK = re.compile(rb"\bunsafe(?=\s*\{)")
_CODES = frozenset({"E0133", "unsafe_op_in_unsafe_fn"})
_KINDS = (
    ("call to unsafe function", "call"),
    ("call to function", "target_feature_call"),
    ("dereference of raw pointer", "raw_deref"),
    ("access to union field", "union_read"),
    ("use of mutable static", "static_mut"),
    ("use of extern static", "extern_static"),
    ("use of inline assembly", "inline_asm"),
)
_CALLS = frozenset({OperationKind.UNSAFE_CALL, OperationKind.FFI_CALL})


@dataclass(frozen=True)
class Place:
    """An operation of either side."""

    file: str
    start: int
    end: int
    kind: str
    at: int = -1
    text: str = ""


@dataclass
class Score:
    """How often both sides have an operation of a kind, or one of them alone."""

    both: Counter[str] = field(default_factory=Counter)
    missed: list[Place] = field(default_factory=list)
    wrong: list[Place] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Join with another crate's."""
        self.both += other.both
        self.missed += other.missed
        self.wrong += other.wrong


# rustc's side
def by_rustc(crate: Path, scratch: Path) -> set[Place]:
    """What rustc says of a copy whose unsafe blocks are blanked; `cfg(test)` code too."""
    copy = scratch / "copy"
    shutil.copytree(crate, copy, ignore=shutil.ignore_patterns("target", ".git"))
    for path in copy.rglob("*.rs"):
        path.write_bytes(_BLOCK.sub(b"      ", path.read_bytes()))
    return {
        place
        for arguments in (["--lib", "--bins"], ["--lib", "--bins", "--profile", "test"])
        for place in _checked(copy, scratch / "target", arguments)
    }


def _checked(copy: Path, target: Path, arguments: list[str]) -> Iterator[Place]:
    environment = {
        **os.environ,
        "CARGO_TARGET_DIR": str(target),
        "RUSTFLAGS": "--force-warn unsafe_op_in_unsafe_fn --cap-lints warn",
    }
    command = ["cargo", "check", "--message-format=json", "--keep-going", *arguments]
    answer = subprocess.run(command, cwd=copy, env=environment, capture_output=True, check=False)
    for line in answer.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        if isinstance(message, dict):
            yield from _places(message, copy)


def _places(message: dict[str, Any], copy: Path) -> Iterator[Place]:
    code = (message.get("code") or {}).get("code")
    if code not in _CODES:
        return
    kind = next((kind for text, kind in _KINDS if message["message"].startswith(text)), message["message"])
    for span in message["spans"]:
        name = Path(span["file_name"])
        path = name if name.is_absolute() else copy / name
        if span["is_primary"] and path.is_relative_to(copy):
            yield Place(path.relative_to(copy).as_posix(), span["byte_start"], span["byte_end"], kind)


# ours
def by_us(crate: Path) -> set[Place]:
    """What the static source says of the same files."""
    project = load_project(crate, CargoOptions())
    options = CargoOptions()
    targets = [
        (package, target)
        for package in project.traced
        for target in package.traceable_targets
        if target.is_library or target.kind == "bin"
    ]

    def crates() -> list[Any]:
        graph = find_graph(project.manifest, project.directory, project.workspace_root, options)
        return list(crate_sources(project, graph, targets))

    analysis = examine(AnalysisRequest(read_sources(project.root, targets), {}, crates))
    return {
        _place(operation, file.tree.text.relative, file.tree.text.source)
        for file in analysis.files
        for operation in file.operations
        if operation.is_resolved and not operation.is_inactive
    }


def _place(operation: Operation, file: str, source: bytes) -> Place:
    kind = "call" if operation.kind in _CALLS else operation.kind.value
    span = operation.span
    return Place(file, span.start, span.end, kind, operation.at, source[span.start : span.end].decode())


def compare(theirs: Iterable[Place], ours: Iterable[Place]) -> Score:
    """Pair the operations: by place; else by kind, file and where a method's name or an end stands."""
    score = Score()
    left = set(ours)
    unpaired: list[Place] = []
    exact = {(place.file, place.start, place.end): place for place in left}
    for place in sorted(theirs, key=lambda one: (one.file, one.start, -one.end)):
        found = exact.get((place.file, place.start, place.end))
        if found is None or found not in left:
            unpaired.append(place)
            continue
        left.discard(found)
        score.both[place.kind] += 1
    for place in unpaired:
        near = next((one for one in left if _is_near(place, one)), None)
        if near is None:
            score.missed.append(place)
        else:
            left.discard(near)
            score.both[place.kind] += 1
    score.wrong = sorted(left, key=lambda one: (one.file, one.start))
    return score


def _is_near(theirs: Place, ours: Place) -> bool:
    """Operations that macros write: rustc joins the places of what the call and the definition wrote."""
    if (theirs.file, theirs.kind) != (ours.file, ours.kind):
        return False
    return theirs.start == ours.start or (theirs.start <= ours.at < theirs.end and theirs.end == ours.end)


def _report(name: str, score: Score) -> str:
    both = score.both.total()
    recall = both / (both + len(score.missed)) if both + len(score.missed) else 1.0
    precision = both / (both + len(score.wrong)) if both + len(score.wrong) else 1.0
    return (
        f"{name:<18}{both + len(score.missed):>7}{both:>7}{len(score.missed):>8}{len(score.wrong):>7}"
        f"{100 * recall:>9.2f}{100 * precision:>11.2f}"
    )


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("crates", nargs="+", type=Path)
    parser.add_argument("--show", action="store_true", help="print each difference")
    asked = parser.parse_args()
    total = Score()
    _print(f"{'crate':<18}{'rustc':>7}{'both':>7}{'missed':>8}{'wrong':>7}{'recall':>9}{'precision':>11}")
    for crate in asked.crates:
        with tempfile.TemporaryDirectory() as scratch:
            score = compare(by_rustc(crate, Path(scratch)), by_us(crate))
        _print(_report(crate.name, score))
        if asked.show:
            _show(crate, score)
        total.add(score)
    _print(_report("all", total))
    for kind in sorted({*total.both, *(place.kind for place in (*total.missed, *total.wrong))}):
        part = Score(Counter({kind: total.both[kind]}))
        part.missed = [place for place in total.missed if place.kind == kind]
        part.wrong = [place for place in total.wrong if place.kind == kind]
        _print(_report(f"  {kind}", part))
    return 0


def _show(crate: Path, score: Score) -> None:
    for sign, places in (("-", score.missed), ("+", score.wrong)):
        for place in places:
            source = (crate / place.file).read_bytes()
            line = source.count(b"\n", 0, place.start) + 1
            text = " ".join(source[place.start : place.end].decode().split())[:90]
            _print(f"  {sign} {place.kind:<20} {place.file}:{line}: {text}")


if __name__ == "__main__":
    sys.exit(main())
