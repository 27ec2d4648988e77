"""The table of scripts/accuracy: one row a crate, a total, and what the total must reach.

In: a folder of comparisons, and how many families to show. Out: the table; exit code 1 where a must is missed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from borrowscope.analyzer.compare import Counts, KindCounts, TypeComparison, join_families
from borrowscope.cli.type_comparison import render_families

AGREE_MUST = 96.0
WRONG_MUST = 0.5
NOT_WRITTEN_MUST = 90.0
KINDS_MUST = 0.5
COLUMNS = ("bindings", "agree", "wrong", "unknown", "unwritten", "agree", "kinds differ")
NAME_WIDTH = 18


def total_of(comparisons: Mapping[str, TypeComparison]) -> tuple[Counts, Counts, KindCounts]:
    """All crates as one: every binding, those whose type is not written, kinds."""
    every, unwritten, kinds = Counts(), Counts(), KindCounts()
    for comparison in comparisons.values():
        for total, counts in ((every, comparison.all), (unwritten, comparison.not_written)):
            total.bindings += counts.bindings
            total.agree += counts.agree
            total.wrong += counts.wrong
            total.unknown += counts.unknown
        kinds.compared += comparison.kinds.compared
        kinds.differ += comparison.kinds.differ
    return every, unwritten, kinds


def row(name: str, every: Counts, unwritten: Counts, kinds: KindCounts) -> str:
    """One line of the table."""
    shares = (every.agree_share, every.wrong_share, every.unknown_share)
    return (
        f"{name:<{NAME_WIDTH}}{every.bindings:>9,}{''.join(f'{one:>9.2f}' for one in shares)}"
        f"{unwritten.bindings:>11,}{unwritten.agree_share:>9.2f}{kinds.differ_share:>14.2f}"
    )


def missed(every: Counts, unwritten: Counts, kinds: KindCounts) -> Iterator[str]:
    """What the total does not reach."""
    for name, share, must in (("agree", every, AGREE_MUST), ("of the unwritten agree", unwritten, NOT_WRITTEN_MUST)):
        if share.agree_share < must:
            yield f"{share.agree_share:.2f} % {name}: at least {must:g} % must"
    for name, found, must in (
        ("are wrong", every.wrong_share, WRONG_MUST),
        ("of kinds differ", kinds.differ_share, KINDS_MUST),
    ):
        if found > must:
            yield f"{found:.2f} % {name}: at most {must:g} % may"


def main(folder: Path, families_shown: int) -> int:
    """Print the table; 1 where a must is missed."""
    found = {path.stem: TypeComparison.model_validate_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    if not found:
        return 1
    total = total_of(found)
    widths = (9, 9, 9, 9, 11, 9, 14)
    lines = [
        f"{'crate':<{NAME_WIDTH}}" + "".join(f"{name:>{width}}" for name, width in zip(COLUMNS, widths, strict=True))
    ]
    lines += [row(name, one.all, one.not_written, one.kinds) for name, one in found.items()]
    lines += [row("total", *total), *missed(*total)]
    if families_shown:
        lines += render_families(join_families(found.values()), families_shown)
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if any(missed(*total)) else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
