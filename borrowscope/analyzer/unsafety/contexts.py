"""Which bodies are read for unsafe operations: those that say `unsafe`, or call macros whose rules do.

In: an item's context. Out: the body that reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from borrowscope.analyzer.static.body import Body, Places
from borrowscope.analyzer.static.macro_calls import STD_MACROS
from borrowscope.analyzer.unsafety.watching import WatchingBody

if TYPE_CHECKING:
    from borrowscope.analyzer.static.item_expansion import MacroPlace
    from borrowscope.analyzer.static.scopes import ItemContext, Scope
    from borrowscope.analyzer.static.symbols import World
    from borrowscope.parse.macro_rules import MacroDefinition

_UNSAFE: Final = re.compile(rb"\bunsafe\b")
# Others of these names are not looked for; `asm` is rare, and crates have their own.
KNOWN_MACROS: Final = frozenset(name.encode() for name in STD_MACROS - {"asm"})
_CALLED: Final = re.compile(rb"((?:\w+\s*::\s*)*\w+)\s*!\s*[(\[{]")


def body_of(world: World, context: ItemContext, places: Places) -> Body:
    """The inference for an item: one that watches where there may be something to see."""
    return (WatchingBody if may_hold_unsafe(context) else Body)(world, context, places)


def may_hold_unsafe(context: ItemContext) -> bool:
    """Whether an item says `unsafe`, or a macro does for it."""
    node = context.node
    if _UNSAFE.search(node.source, node.start, node.end) is not None:
        return True
    return _calls_unsafe(context.scope, (node.source, node.start, node.end), set())


def _calls_unsafe(
    scope: Scope, within: tuple[bytes, int, int], seen: set[MacroDefinition], place: MacroPlace | None = None
) -> bool:
    """Whether a macro that is called in the range writes `unsafe`, itself or by others; `place`: of the first call."""
    source, start, end = within
    for found in _CALLED.finditer(source, start, end):
        name = found.group(1)
        called_at = place or (source, found.start())
        macro = scope.find_macro(name.decode(), called_at) if name not in KNOWN_MACROS else None
        if macro is None or macro[0] in seen:
            continue
        seen.add(macro[0])
        text, first, last = macro[0].origin.text, macro[0].start, macro[0].end
        if _UNSAFE.search(text, first, last) or _calls_unsafe(scope, (text, first, last), seen, called_at):
            return True
    return False
