"""What cargo has asked rustc about itself, kept for each wrapper.

Cargo keeps these answers in one file of the target directory, for one wrapper: where checks and builds take turns in
it, each would start rustc again to ask the same.

In: a wrapper and the target directory. Out: cargo's file, as the last command with that wrapper left it. Cargo looks
itself whether it still holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from borrowscope.build.directories import write_if_changed

ANSWERS = ".rustc_info.json"  # cargo's name for it


@contextmanager
def rustc_answers(wrapper: Path | None, target: Path) -> Iterator[None]:
    """Have cargo find the wrapper's answers, and keep those that it leaves behind."""
    if wrapper is None:
        yield
        return
    kept = wrapper.with_name("rustc-answers.json")
    _hand_over(kept, target / ANSWERS)
    yield
    _hand_over(target / ANSWERS, kept)


def _hand_over(source: Path, destination: Path) -> None:
    """Copy a file where there is one; nothing hangs on it."""
    with suppress(OSError):
        write_if_changed(destination, source.read_bytes())
