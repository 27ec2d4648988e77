"""Which text may bind names: only that has to be read, where no type is open.

In: a range of a source. Out: whether a name may be bound there.
"""

from __future__ import annotations

import re
from typing import Final

from borrowscope.tables.type_flags import OWNERSHIP_CALLS

# Macros of std that bind nothing themselves; what their arguments hold is looked at like any other text.
_PLAIN: Final = (
    rb"assert|assert_eq|assert_ne|debug_assert|debug_assert_eq|debug_assert_ne|print|println|eprint|eprintln|format|"
    rb"write|writeln|panic|unreachable|todo|unimplemented|vec|line|file|column|stringify|concat|env|cfg"
)
# Functions whose calls are recorded for themselves.
_CALLED: Final = "|".join(sorted({path.rpartition("::")[2] for path in OWNERSHIP_CALLS})).encode()
# A word that binds, a closure's bar, an arm's arrow, an item inside, a macro that may make any of these, such a call.
_BINDS: Final = re.compile(
    rb"\b(?:let|for|fn|const|static|macro_rules)\b|\||=>|\b(?!(?:" + _PLAIN + rb")\s*!)\w+\s*!\s*[(\[{]"
    rb"|(?<!\.)\b(?:" + _CALLED + rb")\s*(?:::<[^()]*>\s*)?\("
)
_LEAVES: Final = re.compile(rb"\b(?:break|return|yield)\b|\?")


def may_matter(source: bytes, start: int, end: int) -> bool:
    """Whether the range may bind a name, or give a type to the loop or closure around it."""
    return _BINDS.search(source, start, end) is not None or _LEAVES.search(source, start, end) is not None


def may_bind(source: bytes, start: int, end: int) -> bool:
    """Whether the range may bind a name."""
    return _BINDS.search(source, start, end) is not None
