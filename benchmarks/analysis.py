"""Static analysis against the bare tree-sitter parse of the same files, in process time, ratios from one run.

In: crates that `scripts/fetch` knows, or folders of crates (default: four pinned crates).
Out: a table on stdout. Each figure is the best of several rounds, each in a process of its own, imports done. What is
cold finds dependencies in the cache and nothing else; what is warm finds all results of the run before.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from borrowscope.analyzer.analyze import AnalysisRequest, analyze, describe, examine
from borrowscope.analyzer.outline import read_outline
from borrowscope.analyzer.remembered import analyze_remembered, recall
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.catalog import load_catalog
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.analyzer.write import write_type_info
from borrowscope.parse.syntax import parse_bare, parse_source
from borrowscope.project.cargo import find_graph
from borrowscope.project.load import load_project
from borrowscope.project.options import CargoOptions

ROOT = Path(__file__).parent.parent
CRATES = ("semver", "itoa", "either", "smallvec")
ROUNDS = 5
_BODY = re.compile(rb"^ *(?:pub )?fn \w+[^{};]*\{\n", re.MULTILINE)
Prepared = TypeVar("Prepared")
Given = TypeVar("Given")
Result = TypeVar("Result")


def crate_folder(name: str) -> Path:
    """The folder itself, or where `scripts/fetch` puts the crate of that name."""
    if Path(name).is_dir():
        return Path(name)
    fetched = subprocess.run([ROOT / "scripts/fetch", name], check=True, capture_output=True, text=True)
    return Path(fetched.stdout.strip())


def request_for(folder: Path) -> AnalysisRequest:
    """What `borrowscope analyze --types static` asks about the library and the binaries; no file is parsed yet."""
    options = CargoOptions()
    project = load_project(folder, options)
    graph = find_graph(project.manifest, project.directory, project.workspace_root, options)
    targets = [
        (package, target)
        for package in project.traced
        for target in package.traceable_targets
        if target.is_library or target.kind == "bin"
    ]
    sources = read_sources(project.root, targets)
    sources.files = [replace(text, tree=None) for text in sources.files]
    crates = crate_sources(project, graph, targets)
    return AnalysisRequest(sources, crates=lambda: crates)


def cold_time(action: Callable[[Prepared], object], prepare: Callable[[], Prepared]) -> float:
    """Seconds of process time of the fastest round; each in a fresh child, so that no round finds another's caches."""
    return min(_in_child(action, prepare)[0] for _ in range(ROUNDS))


def warm_time(action: Callable[[Prepared], object], first: Prepared, second: Prepared) -> float:
    """As `cold_time`, of the second run, where an earlier process did the first."""

    def one() -> float:
        _in_child(action, lambda: first)
        return _in_child(action, lambda: second)[0]

    return min(one() for _ in range(ROUNDS))


def changed(request: AnalysisRequest) -> AnalysisRequest:
    """The same with a line more in the middle function of the file of middle length."""
    files = sorted(request.sources.files, key=lambda text: len(text.source))
    bodies = [(text, found) for text in files if (found := _bodies(text.source))]
    if not bodies:
        return request
    chosen, found = bodies[len(bodies) // 2]
    at = found[len(found) // 2]
    source = chosen.source[:at] + b"    let added = 1u8;\n" + chosen.source[at:]
    texts = [replace(text, source=source) if text is chosen else text for text in request.sources.files]
    return replace(request, sources=replace(request.sources, files=texts))


def _bodies(source: bytes) -> list[int]:
    """Where the lines of functions begin; what a macro's rules write is no function yet."""
    starts = {*read_outline(parse_source(source)).blanks}
    return [match.end() for match in _BODY.finditer(source) if match.end() - 1 in starts]


def _lines(request: AnalysisRequest) -> int:
    return sum(text.source.count(b"\n") for text in request.sources.files)


def _in_child(action: Callable[[Prepared], object], prepare: Callable[[], Prepared]) -> tuple[float, float]:
    """Seconds, and by how many bytes the process was larger at its largest."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        prepared = prepare()
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        action(prepared)
        seconds = time.process_time() - started
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - size
        os.write(writing, struct.pack("dd", seconds, grown * 1024))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        answer = told.read()
    os.waitpid(child, 0)
    seconds, grown = struct.unpack("dd", answer)
    return float(seconds), float(grown)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*", default=CRATES)
    names = parser.parse_args().crates
    load_catalog()
    requests = [request_for(crate_folder(name)) for name in names]
    texts = [text.source for request in requests for text in request.sources.files]
    lines = sum(map(_lines, requests))

    def all_of(action: Callable[[Given], Result]) -> Callable[[Sequence[Given]], list[Result]]:
        return lambda given: [action(one) for one in given]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "type-info.json"
        requests = [replace(request, cache=Path(folder, str(at))) for at, request in enumerate(requests)]
        for request in requests:
            _in_child(examine, lambda request=request: request)  # type: ignore[misc]
        rows = [
            ("bare tree-sitter parse", cold_time(all_of(parse_bare), lambda: texts)),
            ("our syntax trees, unread", cold_time(all_of(parse_source), lambda: texts)),
            ("static analysis, trees included", cold_time(all_of(examine), lambda: requests)),
            ("records of type-info.json", cold_time(all_of(describe), lambda: all_of(examine)(requests))),
            (
                "writing the file",
                cold_time(all_of(lambda info: write_type_info(info, file)), lambda: all_of(analyze)(requests)),
            ),
            ("warm, nothing changed", warm_time(all_of(recall), requests, requests)),
            (
                "warm, a function changed in each crate",
                warm_time(all_of(recall), requests, [changed(request) for request in requests]),
            ),
            (
                "the same with all records",
                warm_time(all_of(analyze_remembered), requests, [changed(request) for request in requests]),
            ),
        ]
        largest = max(requests, key=_lines)
        grown = _in_child(examine, lambda: largest)[1]
    bare = rows[0][1]
    bindings = sum(len(file.bindings) for request in requests for file in examine(request).files)
    print(f"{', '.join(names)}: {len(texts)} files, {lines} lines, {bindings} bindings, best of {ROUNDS} rounds")
    print(f"{'what':<42}{'seconds':>10}{'ratio':>8}")
    for what, seconds in rows:
        print(f"{what:<42}{seconds:>10.3f}{seconds / bare:>7.1f}x")
    lines = _lines(largest)
    print(f"memory of the largest crate: {grown / 1e6:.0f} MB for {lines} lines, {grown / lines / 1e3:.1f} kB a line")
    return 0


if __name__ == "__main__":
    sys.exit(main())
