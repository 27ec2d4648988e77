"""`python -m tests.generated --count N --start S`: compares many programs; failing ones stay in `--keep`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.generated.comparison import compare_seeds


def main() -> int:
    """Compare the programs of many seeds, many in one crate; 1 where one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many programs")
    parser.add_argument("--start", type=int, default=0, help="the first seed")
    parser.add_argument("--pack", type=int, default=100, help="how many programs are built as one crate")
    parser.add_argument("--edition", choices=["2021", "2024", "both"], default="both")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / "borrowscope-generated")
    options = parser.parse_args()
    failing = 0
    for edition in ("2021", "2024") if options.edition == "both" else (options.edition,):
        for first in range(options.start, options.start + options.count, options.pack):
            last = min(first + options.pack, options.start + options.count)
            failing += compare_and_keep(range(first, last), edition, options.keep)
            sys.stdout.flush()
    sys.stdout.write(f"{failing} failing programs\n")
    return int(failing > 0)


def compare_and_keep(seeds: range, edition: str, keep: Path) -> int:
    """How many programs of one crate fail; their sources and complaints are kept."""
    with tempfile.TemporaryDirectory() as scratch:
        verdict = compare_seeds(seeds, edition, Path(scratch))
        keep.mkdir(parents=True, exist_ok=True)
        for name in verdict.failing():
            shutil.copy(Path(scratch) / "crate" / "src" / f"{name}.rs", keep / f"{name}-{edition}.rs")
            text = "\n".join(verdict.complaints[name])
            (keep / f"{name}-{edition}.txt").write_text(text + "\n")
            sys.stdout.write(f"seed {int(name[1:])} edition {edition}: {keep / f'{name}-{edition}.rs'}\n{text}\n")
        for line in verdict.healed:
            sys.stdout.write(f"edition {edition}, healed: {line}\n")
        if verdict.failure is not None:
            whole = keep / f"crate-{seeds.start}-{edition}"
            shutil.rmtree(whole, ignore_errors=True)
            shutil.copytree(Path(scratch) / "crate", whole, ignore=shutil.ignore_patterns("target"))
            sys.stdout.write(f"seeds from {seeds.start}, edition {edition}: {whole}\n{verdict.failure}\n")
    found = len(verdict.failing()) + len(verdict.healed) + (verdict.failure is not None)
    skipped = ", ".join(f"{count} {what}" for what, count in verdict.skipped.most_common())
    told = f"{sum(verdict.events.values())} events of {len(verdict.events)} kinds"
    sys.stdout.write(f"seeds {seeds.start} to {seeds.stop - 1}, edition {edition}: {found} failing, {told}")
    sys.stdout.write(f"; skipped: {skipped}\n" if skipped else "\n")
    return found


if __name__ == "__main__":
    sys.exit(main())
