"""Static analysis against the bare tree-sitter parse of the same files, in process time, ratios from one run.

In: crates that `scripts/fetch` knows, or folders with Rust files (default: the four pinned crates).
Out: a table on stdout. Each figure is the best of several rounds; imports and writing the file are kept apart.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from borrowscope.analyzer.analyze import AnalysisRequest, analyze
from borrowscope.analyzer.sources import SourceText, SourceTexts
from borrowscope.analyzer.write import write_type_info
from borrowscope.parse.syntax import parse_bare, parse_source

ROOT = Path(__file__).parent.parent
CRATES = ("semver", "itoa", "either", "smallvec")
ROUNDS = 5


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


def best_time(action: Callable[[], object]) -> float:
    """Seconds of process time of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return min(times)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("crates", nargs="*", default=CRATES)
    names = parser.parse_args().crates
    texts = [text for name in names for text in texts_below(crate_folder(name))]
    lines = sum(text.source.count(b"\n") for text in texts)
    request = AnalysisRequest(SourceTexts(texts))
    info = analyze(request)
    with tempfile.TemporaryDirectory() as folder:
        bare = best_time(lambda: [parse_bare(text.source) for text in texts])
        rows = [
            ("bare tree-sitter parse", bare),
            ("our syntax trees", best_time(lambda: [parse_source(text.source) for text in texts])),
            ("static analysis, trees included", best_time(lambda: analyze(request))),
            ("writing type-info.json", best_time(lambda: write_type_info(info, Path(folder) / "type-info.json"))),
        ]
    print(f"{', '.join(names)}: {len(texts)} files, {lines} lines, {info.analyzer.variables} bindings, {ROUNDS} rounds")
    print(f"{'what':<34}{'seconds':>10}{'ratio':>8}")
    for what, seconds in rows:
        print(f"{what:<34}{seconds:>10.3f}{seconds / bare:>7.1f}x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
