"""Numbers of bytes as people read them.

In: a number. Out: a short text.
"""

from __future__ import annotations

UNITS = ("B", "kB", "MB", "GB", "TB")


def readable(size: int) -> str:
    """A number of bytes for people."""
    amount = float(size)
    for unit in UNITS:
        if amount < 1000 or unit == UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{size} B"
