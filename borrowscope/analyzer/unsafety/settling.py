"""What becomes of places that nobody could resolve, once all of a body is known.

In: what was noted with its verdict. Out: the same, with those left out that are none. An unsafe block without any
operation is a warning in every build: where the only candidate of a block is open, it is the operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from borrowscope.analyzer.unsafety.operations import Enclosure
from borrowscope.analyzer.unsafety.seen import Noted, Verdict


def settled(decided: Sequence[tuple[Noted, Verdict]]) -> Iterator[tuple[Noted, Verdict]]:
    """The operations, and the places in unsafe code that stay open."""
    known = {noted.inside.number for noted, verdict in decided if noted.inside is not None and verdict.is_resolved}
    counts = Counter(noted.inside.number for noted, verdict in decided if noted.inside is not None)
    for noted, verdict in decided:
        inside = noted.inside
        if verdict.is_resolved:
            if inside is not None or noted.in_unknown_macro:
                yield noted, verdict
        elif inside is not None:
            is_only = inside.enclosure is Enclosure.BLOCK and inside.number not in known and counts[inside.number] == 1
            yield noted, verdict._replace(is_resolved=True) if is_only else verdict
