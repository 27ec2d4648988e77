"""Words and numbers as people read them: types without paths, texts cut to a width, durations, counts.

In: values. Out: short texts.
"""

from __future__ import annotations

import re

PATH = re.compile(r"\b(?:[A-Za-z_]\w*::)+(?=[A-Za-z_])")


def plain_type(ty: str | None) -> str:
    """A type as one would write it: `Rc<RefCell<Vec<i64>>>` for the same with full paths."""
    return PATH.sub("", ty) if ty else "type not known"


def cut(text: str, width: int) -> str:
    """The text cut at its end: a type's outermost name tells most."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"


def cut_front(text: str, width: int) -> str:
    """The text cut in front: the end of a path or a place tells more than its start."""
    return text if len(text) <= width else "…" + text[len(text) - width + 1 :]


def duration(nanoseconds: int) -> str:
    """A time span in the unit that fits it."""
    for unit, size in (("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1_000)):
        if nanoseconds >= size:
            return (
                f"{nanoseconds / size:.3g} {unit}" if nanoseconds < size * 1000 else f"{nanoseconds // size:,} {unit}"
            )
    return f"{nanoseconds} ns"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
