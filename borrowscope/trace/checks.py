"""The checks of a stream (since version 2), for whole chunks at once: a head's over itself and the slots behind it.

In: slots as halves of 64 bits. Out: the first head that is not as it was written (specification:
`tables/stream_format.py`).
"""

from __future__ import annotations

import numpy as np

from borrowscope.tables import stream_format as spec
from borrowscope.trace.columns import Column

_BITS = 64 - spec.CHECK_SHIFT - 32  # of a check
_FOLDS = tuple(np.uint64(distance * _BITS) for distance in (4, 2, 1))  # multiples: a bit keeps its place modulo ten
_LAST = np.uint64((1 << _BITS) - 1)
_FIRST = np.uint64((32 + spec.CHECK_SHIFT) % _BITS)  # where the check's lowest bit lies among the folded ones
_REST = np.uint64(_BITS) - _FIRST
_CHECK = np.uint64(spec.CHECK)


def first_wrong(halves: Column, heads: Column) -> int | None:
    """The place among the heads of the first whose check is wrong; the first slot is a head."""
    wrong = corrections(halves, heads) != 0
    place = int(wrong.argmax()) if len(wrong) else 0
    return place if len(wrong) and wrong[place] else None


def corrections(halves: Column, heads: Column) -> Column:
    """For each head the bits of its check that are not as they must be."""
    mixed: Column = halves[:, 0] ^ halves[:, 1]
    if len(heads) < len(mixed):
        mixed = np.bitwise_xor.reduceat(mixed, heads)
    for distance in _FOLDS:
        np.bitwise_xor(mixed, mixed >> distance, out=mixed)
    mixed &= _LAST
    found: Column = (mixed >> _FIRST | mixed << _REST) & _LAST ^ _CHECK
    return found
