"""Baselines: findings that are known already, so that a gate speaks of new ones only.

In: a result, a file's text. Out: the result with what is known marked, and `Comparison`: what is new, gone, stale. An
entry has no line: rule, path, enclosing item, text and how often; it only ever shrinks unless it is written anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from borrowscope.check.model import CheckResult, Finding
from borrowscope.check.summary import summary_of
from borrowscope.errors import InputError
from borrowscope.tables.tool import TOOL

VERSION: Literal["1.0"] = "1.0"
Key = tuple[str, str, str]


class Entry(BaseModel):
    """Findings that are alike. `fingerprints` tell each of them; their order is that of the source."""

    model_config = ConfigDict(extra="forbid")

    code: str
    file: str
    function: str | None
    count: int = Field(ge=1)
    fingerprints: list[str]


class Baseline(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    version: Literal["1.0"] = VERSION
    tool: str = TOOL
    findings: list[Entry]

    def prints(self) -> set[str]:
        """The fingerprints of all that is known."""
        return {one for entry in self.findings for one in entry.fingerprints}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a baseline says of a result. `gone` was fixed; `stale` is `gone` in files that are not there any more."""

    new: int
    known: int
    gone: list[Entry]
    stale: list[Entry]


def baseline_of(findings: Iterable[Finding]) -> Baseline:
    """The baseline that knows these findings."""
    entries: dict[tuple[str, str, str | None], list[str]] = {}
    for one in findings:
        entries.setdefault((one.file, one.code, one.function), []).append(one.fingerprint)
    return Baseline(
        findings=[
            Entry(code=code, file=file, function=function, count=len(prints), fingerprints=sorted(prints))
            for (file, code, function), prints in sorted(entries.items(), key=lambda one: tuple(map(str, one[0])))
        ]
    )


def render_baseline(baseline: Baseline) -> str:
    """The file's text: one entry a block, in a stable order."""
    return json.dumps(baseline.model_dump(), indent=1) + "\n"


def read_baseline(text: str, name: str) -> Baseline:
    """Raises `InputError` where the text is no baseline."""
    try:
        return Baseline.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(
            f"{name} is no baseline: {place}: {first['msg']}", hint="--write-baseline writes one"
        ) from error


def compared(result: CheckResult, baseline: Baseline, files: set[str]) -> tuple[CheckResult, Comparison]:
    """The result with each finding marked; `files` are those that were checked."""
    known = baseline.prints()
    findings = [
        one.model_copy(update={"baseline": "known" if one.fingerprint in known else "new"}) for one in result.findings
    ]
    present = {one.fingerprint for one in findings}
    missing = [left for entry in baseline.findings if (left := _without(entry, present)) is not None]
    comparison = Comparison(
        new=sum(one.baseline == "new" for one in findings),
        known=sum(one.baseline == "known" for one in findings),
        gone=[entry for entry in missing if entry.file in files],
        stale=[entry for entry in missing if entry.file not in files],
    )
    stale = sum(entry.count for entry in missing)
    summary = summary_of(findings, stale)
    return result.model_copy(update={"findings": findings, "summary": summary}), comparison


def shrunk(baseline: Baseline, result: CheckResult) -> Baseline:
    """The baseline without what is gone; it never grows by this."""
    known = baseline.prints()
    return baseline_of(one for one in result.findings if one.fingerprint in known)


def _without(entry: Entry, present: set[str]) -> Entry | None:
    left = [one for one in entry.fingerprints if one not in present]
    return entry.model_copy(update={"count": len(left), "fingerprints": left}) if left else None


def counts(entries: Iterable[Entry]) -> Counter[str]:
    """How many findings of each code entries stand for."""
    found: Counter[str] = Counter()
    for entry in entries:
        found[entry.code] += entry.count
    return found
