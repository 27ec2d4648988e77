"""What a change touches: the new lines of a unified diff, and the findings that stand in them.

In: a diff, the texts that it leads to. Out: `Changes`. A diff that cannot be read, or that leads to other texts, is an
`InputError`; one without Rust files touches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from borrowscope.check.model import CheckResult, Finding
from borrowscope.check.summary import summary_of
from borrowscope.errors import InputError

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_QUOTED = re.compile(r'^"(.*)"$')


@dataclass(slots=True)
class Changes:
    """New lines by path, with their texts; `whole` holds files that are new as a whole."""

    lines: dict[str, dict[int, str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def touches(self, finding: Finding) -> bool:
        """Whether a finding stands in a line that is new, or goes on into one."""
        if finding.file in self.whole:
            return True
        lines = self.lines.get(finding.file, {})
        return any(number in lines for number in range(finding.line, finding.end_line + 1))


def read_diff(text: str) -> Changes:
    """The new lines; paths as the diff has them, without `b/`."""
    changes = Changes()
    lines = text.splitlines()
    at, path, old = 0, None, ""
    while at < len(lines):
        line = lines[at]
        if line.startswith("--- "):
            old = _path(line)
        elif line.startswith("+++ "):
            path = _path(line).removeprefix("b/") if old.startswith(("a/", "/dev/null")) else _path(line)
        elif line.startswith("@@"):
            if path is None:
                raise InputError(f"line {at + 1} of the diff is a hunk without a file", hint="`git diff` writes them")
            at = _hunk(lines, at, changes.lines.setdefault(path, {}))
            continue
        at += 1
    if text.strip() and not changes.lines and not any(line.startswith(("diff ", "--- ", "Binary ")) for line in lines):
        raise InputError("this is no unified diff", hint="`git diff` and `diff -u` write them")
    changes.lines.pop("/dev/null", None)
    return changes


def _path(line: str) -> str:
    name = line[4:].partition("\t")[0].rstrip()
    quoted = _QUOTED.match(name)
    return quoted.group(1).encode("latin-1", "replace").decode("unicode_escape") if quoted is not None else name


def _hunk(lines: Sequence[str], at: int, into: dict[int, str]) -> int:
    """Read one hunk; returns the number of the line behind it."""
    head = _HUNK.match(lines[at])
    if head is None:
        raise InputError(f"line {at + 1} of the diff is no head of a hunk: {lines[at][:60]}")
    old_left, number, new_left = int(head.group(1) or 1), int(head.group(2)), int(head.group(3) or 1)
    at += 1
    while (old_left > 0 or new_left > 0) and at < len(lines):
        sign, text = lines[at][:1], lines[at][1:]
        if sign == "+":
            into[number] = text
        if sign not in ("+", "-", " ", "", "\\"):
            break
        if sign in ("+", " ", ""):
            number, new_left = number + 1, new_left - 1
        if sign in ("-", " ", ""):
            old_left -= 1
        at += 1
    if old_left > 0 or new_left > 0:
        raise InputError(f"the diff ends within a hunk, in line {at + 1}")
    return at


def placed(changes: Changes, texts: Mapping[str, str], folder: str) -> Changes:
    """The changes by paths below the workspace root, which is `folder` of the repository; each line must be there."""
    found = Changes(whole={name for name in (_below(path, folder) for path in changes.whole) if name in texts})
    for path, lines in changes.lines.items():
        name = _below(path, folder) if _below(path, folder) in texts else path
        text = texts.get(name)
        if text is None:
            continue
        for number in _differing(lines, text.split("\n")):
            raise InputError(
                f"the diff does not lead to {name} as it is: line {number} is another",
                hint="apply the diff first: the tree after the change is checked",
            )
        found.lines[name] = dict(lines)
    return found


def _below(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _differing(lines: Mapping[int, str], text: Sequence[str]) -> Iterator[int]:
    for number, line in lines.items():
        if number > len(text) or text[number - 1].rstrip("\r") != line.rstrip("\r"):
            yield number


def only_touched(result: CheckResult, changes: Changes) -> CheckResult:
    """The result with the findings that the change touches."""
    findings = [one for one in result.findings if changes.touches(one)]
    return result.model_copy(
        update={"findings": findings, "summary": summary_of(findings, result.summary.stale)},
    )
