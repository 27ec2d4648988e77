"""Baselines: findings that are known already, so that a gate speaks of new ones only.

In: a result, a file's text. Out: the result with what is known marked, and `Comparison`: what is new, gone, stale. An
entry has no line: rule, path, enclosing item, text and how often; it only ever shrinks unless it is written anew.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from borrowscope.check.model import CheckResult, Finding
from borrowscope.check.summary import summary_of
from borrowscope.errors import InputError
from borrowscope.tables.tool import TOOL

VERSION: Literal["1.0"] = "1.0"
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
_VERSION = re.compile(r'\A\s*\{\s*"version"\s*:\s*"([^"]*)"')


class Entry(BaseModel):
    """Findings of one rule in one item. `fingerprints` tell each of them; `count` is for people who read the file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    code: str
    file: str
    function: str | None
    count: int = Field(ge=1)
    fingerprints: list[str]


class Baseline(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    version: Literal["1.0"] = VERSION
    tool: str = TOOL
    findings: list[Entry]

    def prints(self) -> set[str]:
        """The fingerprints of all that is known."""
        return {one for entry in self.findings for one in entry.fingerprints}

    def miscounted(self) -> list[Entry]:
        """The entries whose count is another than that of their fingerprints, as merges make them."""
        return [entry for entry in self.findings if entry.count != len(set(entry.fingerprints))]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looked at: whether an entry's findings would have been seen, and whether its file is there at all."""

    looked: Callable[[Entry], bool]
    exists: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a baseline says of a result: `gone` was looked for in vain, `stale` stands in files that are no more."""

    new: int
    known: int
    gone: list[Entry]
    stale: list[Entry]
    against: str = "the baseline"


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline that knows these findings."""
    return Baseline(
        findings=_joined(
            Entry(code=one.code, file=one.file, function=one.function, count=1, fingerprints=[one.fingerprint])
            for one in findings
        )
    )


def render_baseline(baseline: Baseline) -> str:
    """The file's text: one entry a block, in a stable order."""
    return json.dumps(baseline.model_dump(), indent=1) + "\n"


def read_baseline(text: str, name: str) -> Baseline:
    """Raises `InputError` where the text is no baseline, or one that is not merged yet."""
    if _CONFLICT.search(text):
        hint = "take either side, then --write-baseline: it adds what is missing and takes out what is gone"
        raise InputError(f"{name} has merge conflicts", hint=hint)
    version = _VERSION.search(text)
    if version is not None and version[1] != VERSION:
        hint = "use the borrowscope that wrote it, or delete it and write a new one with --write-baseline"
        raise InputError(f"{name} is a baseline of version {version[1]}, which this program does not read", hint=hint)
    try:
        return Baseline.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        hint = "delete it and write a new one with --write-baseline, or name another file"
        raise InputError(f"{name} is no baseline: {place}: {first['msg']}", hint=hint) from error


def compared(result: CheckResult, baseline: Baseline, scope: Scope) -> tuple[CheckResult, Comparison]:
    """The result with each finding marked, and what is left of the baseline without a finding."""
    known = baseline.prints()
    findings = [
        one.model_copy(update={"baseline": "known" if one.fingerprint in known else "new"}) for one in result.findings
    ]
    missing = _missing(baseline, {one.fingerprint for one in findings})
    states = Counter(one.baseline for one in findings)
    comparison = Comparison(
        new=states["new"],
        known=states["known"],
        gone=[entry for entry in missing if scope.exists(entry.file) and scope.looked(entry)],
        stale=[entry for entry in missing if not scope.exists(entry.file)],
    )
    left = sum(entry.count for entry in (*comparison.gone, *comparison.stale))
    summary = summary_of(findings, left)
    return result.model_copy(update={"findings": findings, "summary": summary}), comparison


def shrunk(baseline: Baseline, comparison: Comparison) -> Baseline:
    """The baseline without what is gone or stale."""
    leaving = {one for entry in (*comparison.gone, *comparison.stale) for one in entry.fingerprints}
    kept = (_without(entry, leaving) for entry in baseline.findings)
    return Baseline(findings=_joined(entry for entry in kept if entry is not None))


def rewritten(baseline: Baseline, comparison: Comparison, findings: Iterable[Finding]) -> Baseline:
    """The baseline that knows all findings; what this run did not look at stays."""
    found = list(findings)
    here = {one.fingerprint for one in found}
    others = (_without(entry, here) for entry in shrunk(baseline, comparison).findings)
    entries = [*baseline_of(found).findings, *(entry for entry in others if entry is not None)]
    return Baseline(findings=_joined(entries))


def _joined(entries: Iterable[Entry]) -> list[Entry]:
    prints: dict[tuple[str, str, str | None], list[str]] = {}
    for entry in entries:
        prints.setdefault((entry.file, entry.code, entry.function), []).extend(entry.fingerprints)
    ordered = sorted(prints.items(), key=lambda one: tuple(map(str, one[0])))
    return [
        Entry(code=code, file=file, function=function, count=len(set(ones)), fingerprints=sorted(set(ones)))
        for (file, code, function), ones in ordered
    ]


def _missing(baseline: Baseline, present: set[str]) -> list[Entry]:
    """What has no finding, each by itself: some of an item may be there in another build, and others not."""
    return [
        entry.model_copy(update={"count": 1, "fingerprints": [one]})
        for entry in baseline.findings
        for one in dict.fromkeys(entry.fingerprints)
        if one not in present
    ]


def _without(entry: Entry, leaving: set[str]) -> Entry | None:
    left = [one for one in entry.fingerprints if one not in leaving]
    return entry.model_copy(update={"count": len(left), "fingerprints": left}) if left else None
