"""Where a scope was left that has several ways out, as far as one call shows it.

In: what a call gave birth to, the sites, the source's blocks. Out: a line for the drawing, and what to say about it. A
`let` of the same block that was never reached proves an early exit; where several lines can have been the way out, the
last of them is taken and called the latest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from borrowscope.report.blocks import Blocks
from borrowscope.tables.recording_files import SiteRecord

INFERRED = "early exit, inferred"
LATEST = "at the latest"


@dataclass(frozen=True, slots=True)
class WayOut:
    """The line that a scope was left on; `says` is None where it was its end."""

    line: int
    says: str | None


class WaysOut:
    """The ways out of one call. `born` are the numbers of the binding sites that the call reached."""

    def __init__(self, sites: Mapping[int, SiteRecord], function: str, blocks: Blocks, born: Collection[int]) -> None:
        self._blocks = blocks
        self._lets: list[tuple[int, int | None, bool]] = [
            (site.line, blocks.scope_end(site.line, site.column, site.kind), number in born)
            for number, site in sites.items()
            if site.function == function and site.kind == "let" and site.binding in {None, site.index}
        ]

    def find(self, scope_end: int, seen: int) -> WayOut:
        """The way out of the scope that ends at a line, when the last event before was seen at another."""
        reached = max((line for line, end, born in self._lets if end == scope_end and born), default=0)
        missed = [line for line, end, born in self._lets if end == scope_end and not born and line > max(seen, reached)]
        upper = min(missed) if missed else scope_end
        exits = self._blocks.exit_lines(max(seen, reached + 1), upper)
        if missed and len(exits) == 1:
            return WayOut(exits[0], INFERRED)
        if missed:
            return WayOut(exits[-1] if exits else upper, LATEST)
        return WayOut(scope_end, LATEST if exits else None)
