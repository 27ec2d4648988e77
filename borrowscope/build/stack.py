"""Room on the stack: in a debug build, calls that are recorded need two to three times as much of it.

In: the environment of the program to start. Out: the same with larger threads, and a wider limit for main threads: what
recurses deeply, and only just fits, does so when it is traced, too.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress

if sys.platform != "win32":
    import resource

FACTOR = 4
VARIABLE = "RUST_MIN_STACK"  # read by std when the first thread starts that does not say how large its stack is
USUAL = 2 << 20  # std's own


def widen_threads(environment: MutableMapping[str, str]) -> None:
    """Give threads more room, those of a user who asked for a size as well."""
    given = environment.get(VARIABLE, str(USUAL))
    if given.isdecimal():
        environment[VARIABLE] = str(int(given) * FACTOR)


@contextmanager
def wide_main_stack() -> Iterator[None]:
    """Processes that start meanwhile get more room for their main threads, as far as the hard limit goes."""
    if sys.platform == "win32":  # a program's main thread has the stack that was linked
        yield
        return
    before = soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if soft != resource.RLIM_INFINITY:
        wanted = soft * FACTOR if hard == resource.RLIM_INFINITY else min(soft * FACTOR, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))
    try:
        yield
    finally:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_STACK, before)
