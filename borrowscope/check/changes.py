"""What a change touches: new lines of the files that are checked, and the findings that stand in them.

In: the files of a diff, the texts that they lead to. Out: `Changes`. A diff that leads to other texts is an
`InputError`; one without Rust files touches nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from borrowscope.check.diffs import FileDiff
from borrowscope.check.model import BlindSpot, CheckResult
from borrowscope.check.summary import summary_of
from borrowscope.errors import InputError

_OF_FILES: Final = frozenset(
    {"unreadable", "syntax_error", "generated_file", "inactive_file"}
)  # wherever the change is in the file


@dataclass(slots=True)
class Changes:
    """The numbers of new lines by path; `whole` holds files that are new as a whole.

    `strangers` are Rust files of the change that are no part of what is checked.
    """

    lines: dict[str, set[int]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    strangers: list[str] = field(default_factory=list)

    @property
    def files(self) -> set[str]:
        """All files that the change touches."""
        return {*self.lines, *self.whole}

    @property
    def selected(self) -> dict[str, set[int] | None]:
        """The same with their new lines; None is all of a file."""
        return {**self.lines, **dict.fromkeys(self.whole)}

    def touches(self, file: str, line: int, end_line: int) -> bool:
        """Whether a range stands in a line that is new, or goes on into one."""
        if file in self.whole:
            return True
        lines = self.lines.get(file, set())
        return any(number in lines for number in range(line, end_line + 1))


@dataclass(frozen=True, slots=True)
class Tree:
    """What is checked: the texts by path, which is relative to `root`; `repository` is the folder around, if any.

    `current` is where the command is given. `diff -r old new` names files from there, or from beside the root.
    """

    root: str
    texts: Mapping[str, str]
    repository: str | None = None
    current: str | None = None

    @property
    def bases(self) -> list[str]:
        """Where names of files may be seen from."""
        bases = (self.repository, self.root, self.current, posixpath.dirname(self.root))
        return [base for base in bases if base is not None]

    def path_of(self, base: str, name: str) -> str | None:
        """The path of the file that is called so, seen from `base`; None where it is no part of this."""
        place = posixpath.normpath(posixpath.join(base, name))
        below = posixpath.relpath(place, self.root) if place.startswith(f"{self.root.rstrip('/')}/") else place
        return below if below in self.texts else None


def changes_of(diffs: Sequence[FileDiff], tree: Tree) -> Changes:
    """What a diff touches; its names may be seen from the repository's root or from the workspace's."""
    changes = Changes()
    for diff in diffs:
        if diff.is_whole:
            changes.whole.update(_below(diff, tree))
            continue
        path = _place(diff, tree)
        if path is not None:
            changes.lines.setdefault(path, set()).update(diff.lines)
        elif diff.new.endswith(".rs"):
            changes.strangers.append(diff.names[0])
    return changes


def changes_since(diffs: Sequence[FileDiff], new: Collection[str], tree: Tree) -> Changes:
    """What git says has changed: names are seen from the repository's root; the files in `new` it does not know."""
    changes, base = Changes(), tree.repository or tree.root
    for diff in diffs:
        path = tree.path_of(base, diff.names[0])
        if path is not None:
            changes.lines.setdefault(path, set()).update(diff.lines)
    changes.whole.update(path for name in new if (path := tree.path_of(base, name)) is not None)
    return changes


def both(one: Changes, other: Changes) -> Changes:
    """What either touches."""
    lines = {path: one.lines.get(path, set()) | other.lines.get(path, set()) for path in {*one.lines, *other.lines}}
    return Changes(lines, one.whole | other.whole, [*one.strangers, *other.strangers])


def _place(diff: FileDiff, tree: Tree) -> str | None:
    """The file whose lines are those of the diff."""
    found = list(dict.fromkeys(_candidates(diff, tree)))
    for path in found:
        if _first_other(diff, tree.texts[path]) is None:
            return path
    # a name that is seen from elsewhere may be another file's
    if not found or (tree.repository is not None and tree.path_of(tree.repository, diff.names[0]) is None):
        return None
    raise InputError(
        f"the diff does not lead to {found[0]} as it is: line {_first_other(diff, tree.texts[found[0]])} is another",
        hint="apply the diff first: the tree after the change is checked",
    )


def _below(diff: FileDiff, tree: Tree) -> Iterator[str]:
    """The files that a name may mean: that file, or all of that folder; none where only the old side has it."""
    places = [posixpath.normpath(posixpath.join(base, name)) for base in tree.bases for name in diff.names]
    for path in tree.texts:
        whole = posixpath.join(tree.root, path)
        if any(whole == place or whole.startswith(f"{place}/") for place in places):
            yield path


def _candidates(diff: FileDiff, tree: Tree) -> Iterator[str]:
    for name in diff.names:
        for base in tree.bases:
            path = tree.path_of(base, name)
            if path is not None:
                yield path


def _first_other(diff: FileDiff, text: str) -> int | None:
    """The first new line that the text does not have there."""
    lines = text.split("\n")
    for number, line in diff.lines.items():
        if number > len(lines) or lines[number - 1].rstrip("\r") != line.rstrip("\r"):
            return number
    return None


def only_touched(result: CheckResult, changes: Changes) -> CheckResult:
    """The result with what stands in lines that the change touches."""
    findings = [one for one in result.findings if changes.touches(one.file, one.line, one.end_line)]
    spots = [spot for one in result.blind_spots if (spot := _touched_spot(one, changes)) is not None]
    suppressed = [one for one in result.suppressed if changes.touches(one.file, one.line, one.line)]
    summary = summary_of(findings, result.summary.stale)
    return result.model_copy(
        update={"findings": findings, "blind_spots": spots, "suppressed": suppressed, "summary": summary}
    )


def _touched_spot(spot: BlindSpot, changes: Changes) -> BlindSpot | None:
    is_of_file = spot.reason in _OF_FILES
    places = [
        one
        for one in spot.places
        if (is_of_file and one.file in changes.files) or changes.touches(one.file, one.line, one.line)
    ]
    return spot.model_copy(update={"count": len(places), "places": places}) if places else None
