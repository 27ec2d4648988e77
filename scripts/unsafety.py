"""How well the finder of unsafe operations agrees with rustc: recall and precision, over all and by kind.

In: folders of crates; their targets are built in a scratch directory. Out: a table; with --show the differences. The
comparison is that of `check --verify`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from borrowscope.analyzer.analyze import Analysis, AnalysisRequest, examine
from borrowscope.analyzer.sources import read_sources
from borrowscope.analyzer.static.crate_graph import crate_sources
from borrowscope.build.unsafety_check import ask_rustc
from borrowscope.check.verification import Score, told_place, verify
from borrowscope.project.cargo import find_graph
from borrowscope.project.load import load_project
from borrowscope.project.model import Package, Project, Target
from borrowscope.project.options import CargoOptions


def compared(crate: Path, scratch: Path) -> tuple[Score, Analysis]:
    """Rustc's answer about libraries and binaries against that of the sources alone."""
    options = CargoOptions(target_dir=scratch)
    project = load_project(crate, options)
    targets = [
        (package, target)
        for package in project.traced
        for target in package.traceable_targets
        if target.is_library or target.kind == "bin"
    ]
    answer = ask_rustc(project, options, targets)
    for failure in answer.failures:
        _print(f"  rustc: {failure}")
    analysis = _analysis(project, options, targets)
    return verify(analysis, [told_place(one.file, one.start, one.end, one.message) for one in answer.places]), analysis


def _analysis(project: Project, options: CargoOptions, targets: list[tuple[Package, Target]]) -> Analysis:
    def crates() -> list[Any]:
        graph = find_graph(project.manifest, project.directory, project.workspace_root, options)
        return list(crate_sources(project, graph, targets))

    return examine(AnalysisRequest(read_sources(project.root, targets), {}, crates))


def _row(title: str, score: Score, name: str | None = None) -> str:
    number, both, recall, precision = score.shares(name)
    wrong = sum(name is None or one.label == name for one in score.wrong)
    return f"{title:<18}{number:>7}{both:>7}{number - both:>8}{wrong:>7}{100 * recall:>9.2f}{100 * precision:>11.2f}"


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
            score, analysis = compared(crate, Path(scratch))
        _print(_row(crate.name, score))
        for line in _differences(score, analysis) if asked.show else ():
            _print(line)
        total.both += score.both
        total.missed += score.missed
        total.wrong += score.wrong
    _print(_row("all", total))
    for name in total.names:
        _print(_row(f"  {name}", total, name))
    return 0


def _differences(score: Score, analysis: Analysis) -> Iterator[str]:
    sources = {file.tree.text.relative: file.tree.text.source for file in analysis.files}
    for sign, places in (("-", score.missed), ("+", score.wrong)):
        for place in places:
            source = sources.get(place.file, b"")
            line = source.count(b"\n", 0, place.start) + 1
            text = " ".join(source[place.start : place.end].decode("utf-8", "replace").split())[:90]
            yield f"  {sign} {place.label:<20} {place.file}:{line}: {text}"


if __name__ == "__main__":
    sys.exit(main())
