"""Static analysis against the bare tree-sitter parse of the same files, in process time, ratios from one run.

In: crates that `scripts/fetch` knows, or folders with Rust files (default: the four pinned crates).
Out: a table on stdout. Each figure is the best of several rounds, each cold: in a process of its own, imports done.
"""

from __future__ import annotations

import argparse
import os
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from borrowscope.analyzer.analyze import AnalysisRequest, analyze, describe, examine
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.write import write_type_info
from borrowscope.parse.syntax import parse_bare, parse_source

ROOT = Path(__file__).parent.parent
CRATES = ("semver", "itoa", "either", "smallvec")
ROUNDS = 5
Prepared = TypeVar("Prepared")


def crate_folder(name: str) -> Path:
    """The folder itself, or where `scripts/fetch` puts the crate of that name."""
    if Path(name).is_dir():
        return Path(name)
    fetched = subprocess.run([ROOT / "scripts/fetch", name], check=True, capture_output=True, text=True)
    return Path(fetched.stdout.strip())


def texts_below(folder: Path) -> list[SourceText]:
    """Every Rust file of the folder's `src`, or of the folder where there is none."""
    source = folder / "src" if (folder / "src").is_dir() else folder
    crate = folder.name.replace("-", "_")
    return [
        SourceText(str(file), file.relative_to(folder).as_posix(), crate, crate, file.read_bytes())
        for file in sorted(source.rglob("*.rs"))
    ]


def cold_time(action: Callable[[Prepared], object], prepare: Callable[[], Prepared]) -> float:
    """Seconds of process time of the fastest round; each in a fresh child, so that no round finds another's caches."""
    return min(_in_child(action, prepare) for _ in range(ROUNDS))


def _in_child(action: Callable[[Prepared], object], prepare: Callable[[], Prepared]) -> float:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        prepared = prepare()
        started = time.process_time()
        action(prepared)
        os.write(writing, struct.pack("d", time.process_time() - started))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        seconds = answer.read()
    os.waitpid(child, 0)
    return float(struct.unpack("d", seconds)[0])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*", default=CRATES)
    names = parser.parse_args().crates
    texts = [text for name in names for text in texts_below(crate_folder(name))]
    lines = sum(text.source.count(b"\n") for text in texts)
    request = AnalysisRequest(SourceTexts(texts))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "type-info.json"
        bare = cold_time(lambda _: [parse_bare(text.source) for text in texts], lambda: None)
        rows = [
            ("bare tree-sitter parse", bare),
            (
                "our syntax trees, unread",
                cold_time(lambda _: [parse_source(text.source) for text in texts], lambda: None),
            ),
            ("static analysis, trees included", cold_time(lambda _: examine(request), lambda: None)),
            ("records of type-info.json", cold_time(describe, lambda: examine(request))),
            ("writing the file", cold_time(lambda info: write_type_info(info, file), lambda: analyze(request))),
        ]
    bindings = sum(len(file.bindings) for file in examine(request).files)
    print(f"{', '.join(names)}: {len(texts)} files, {lines} lines, {bindings} bindings, best of {ROUNDS} rounds")
    print(f"{'what':<34}{'seconds':>10}{'ratio':>8}")
    for what, seconds in rows:
        print(f"{what:<34}{seconds:>10.3f}{seconds / bare:>7.1f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
