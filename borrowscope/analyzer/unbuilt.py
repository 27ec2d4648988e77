"""Files that only a build makes, and that none has made yet.

In: nothing, this is a value. Out: `Unbuilt`.
"""

from __future__ import annotations

from typing import NamedTuple


class Unbuilt(NamedTuple):
    """An `include!` of such a file: where it stands (lines count from 1), and what it says."""

    file: str
    line: int
    text: str
