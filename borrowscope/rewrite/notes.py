"""Notes: calls that record one event beside an expression, without changing what the expression is (design rule 7).

In: what is to be told, and where. Out: insertions in the file's editor, each on behalf of its site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from borrowscope.parse.functions import cfgs_of
from borrowscope.parse.syntax import Node
from borrowscope.rewrite.edits import Editor
from borrowscope.rewrite.model import Site
from borrowscope.rewrite.plans import RUNTIME_PATH, FunctionPlan


class Where(Enum):
    """Where a note stands, seen from its target."""

    AFTER = auto()  # `after(VALUE, note)`: a value passes through
    PASSED = auto()  # `note(VALUE)`: a value passes through the note itself
    BEFORE = auto()  # `before(note, VALUE)`
    BORROWED = auto()  # `*before(note, &PLACE)`: of a place that is only looked at
    AHEAD = auto()  # a statement before the target, which is a statement or a block's value
    BEHIND = auto()  # a statement behind the target


@dataclass(slots=True, frozen=True)
class Note:
    """One note. `told` is the expression that it tells of; of notes at one target what is evaluated first comes first.

    `call` makes the text when all is settled: `function(arguments)`, for `PASSED` up to the value.
    """

    site: Site
    told: Node
    where: Where
    target: Node
    call: Callable[[], str]


def emit_notes(plan: FunctionPlan, notes: Iterable[Note]) -> None:
    """Make the edits. What surrounds a value from outside is placed first, and so are notes that come first."""
    enabled = [note for note in notes if plan.file.is_enabled(note.site)]
    inner_first = sorted(enabled, key=lambda note: (note.told.end, -note.told.start))
    for note in inner_first:
        if note.where not in _PASSING:
            _EMITTERS[note.where](plan.file.editor, note)
    for note in reversed(inner_first):
        if note.where in _PASSING:
            _EMITTERS[note.where](plan.file.editor, note)


def _after(editor: Editor, note: Note) -> None:
    editor.wrap(note.target, f"{RUNTIME_PATH}after(", f", {RUNTIME_PATH}{note.call()})", note.site.index)


def _passed(editor: Editor, note: Note) -> None:
    editor.wrap(note.target, f"{RUNTIME_PATH}{note.call()}", ")", note.site.index)


def _before(editor: Editor, note: Note) -> None:
    editor.wrap(note.target, f"{RUNTIME_PATH}before({RUNTIME_PATH}{note.call()}, ", ")", note.site.index)


def _borrowed(editor: Editor, note: Note) -> None:
    editor.wrap(note.target, f"*{RUNTIME_PATH}before({RUNTIME_PATH}{note.call()}, &", ")", note.site.index)


def _ahead(editor: Editor, note: Note) -> None:
    """Outside of all that is put around a block's value."""
    node = note.target
    text = f"{RUNTIME_PATH}{note.call()}; {cfgs_of(node)}"
    editor.open(node.start, node.end + 1, text, note.site.index)


def _behind(editor: Editor, note: Note) -> None:
    text = f" {cfgs_of(note.target)}{RUNTIME_PATH}{note.call()};"
    editor.after(max(note.told.start, note.target.start + 1), note.target.end, text, note.site.index)


_PASSING = frozenset({Where.AFTER, Where.PASSED})
_EMITTERS: dict[Where, Callable[[Editor, Note], None]] = {
    Where.AFTER: _after,
    Where.PASSED: _passed,
    Where.BEFORE: _before,
    Where.BORROWED: _borrowed,
    Where.AHEAD: _ahead,
    Where.BEHIND: _behind,
}
