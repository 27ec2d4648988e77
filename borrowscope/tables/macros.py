"""What the arguments of well-known macros are, so that the rewriter knows where it may edit.

One row a macro. A macro without a row is never entered, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Entry(StrEnum):
    """How a macro's arguments are read."""

    FORMAT = "format"  # a format text and its arguments, all taken by reference
    VALUES = "values"  # expressions, evaluated once each, by value or by reference
    MESSAGE = "message"  # entered only if there is a message: without one the first argument's text is printed
    ADDRESS = "address"  # one place, whose address is taken: it is never borrowed
    ITEMS = "items"  # items, handed on unchanged
    ITEM_BRANCHES = "item_branches"  # `if #[cfg(..)] { items } else { items }`, `unix => { items } _ => { items }`
    TEXT = "text"  # the text itself matters: never edited


@dataclass(frozen=True, slots=True)
class MacroRow:
    """One macro, by the last segment of its path."""

    name: str
    entry: Entry
    needs_text: bool = False  # entered only where the format text is a literal


_ROWS = (
    *(
        MacroRow(name, Entry.FORMAT)
        for name in (
            "print",
            "println",
            "eprint",
            "eprintln",
            "format",
            "format_args",
            "panic",
            "todo",
            "unimplemented",
            "unreachable",
            "write",
            "writeln",
        )
    ),
    *(
        MacroRow(name, Entry.VALUES)
        for name in ("vec", "pin", "assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne")
    ),
    *(MacroRow(name, Entry.ADDRESS) for name in ("addr_of", "addr_of_mut")),
    MacroRow("assert", Entry.MESSAGE),
    MacroRow("debug_assert", Entry.MESSAGE),
    *(MacroRow(name, Entry.ITEM_BRANCHES) for name in ("cfg_if", "cfg_select")),
    *(MacroRow(name, Entry.TEXT) for name in ("dbg", "stringify", "concat", "matches")),
    # the compiler's own, which hold no code: nothing leaves a function in them
    *(MacroRow(name, Entry.TEXT) for name in ("line", "column", "file", "module_path", "env", "option_env", "cfg")),
    *(MacroRow(name, Entry.TEXT) for name in ("include_str", "include_bytes", "compile_error")),
)

MACROS = {row.name: row for row in _ROWS}

_LOG = ("error", "warn", "info", "debug", "trace")
_ERRORS = {"bail": Entry.FORMAT, "ensure": Entry.MESSAGE}
_CRATE_ROWS = {
    "log": dict.fromkeys(_LOG, Entry.FORMAT),
    "tracing": dict.fromkeys(_LOG, Entry.FORMAT),
    "anyhow": {**_ERRORS, "anyhow": Entry.FORMAT, "format_err": Entry.FORMAT},
    "eyre": {**_ERRORS, "eyre": Entry.FORMAT, "format_err": Entry.FORMAT},
    "color_eyre::eyre": {**_ERRORS, "eyre": Entry.FORMAT, "format_err": Entry.FORMAT},
}
CRATES = frozenset(_CRATE_ROWS)  # whose macros are known, where a file says that it means theirs
RETURNING = frozenset(_ERRORS)  # of these, those that leave the function

_ITEM_MACRO = "cfg_"  # crates name macros that put a cfg before items so: `cfg_rt!`, `cfg_unix!`


def find_macro(path: str) -> MacroRow | None:
    """The row of a macro by its path as written, or None."""
    name = path.rsplit("::", 1)[-1]
    if name not in MACROS and name.startswith(_ITEM_MACRO):
        return MacroRow(name, Entry.ITEMS)
    return MACROS.get(name)


def find_crate_macro(crate: str, name: str) -> MacroRow | None:
    """The row of a macro of a known crate. Its text must be a literal: fields and values before it are other forms."""
    entry = _CRATE_ROWS.get(crate, {}).get(name)
    return MacroRow(name, entry, needs_text=True) if entry is not None else None
