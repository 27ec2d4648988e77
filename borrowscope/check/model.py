"""The answer of `borrowscope check` as the file that programs read (reference: files.md).

In: nothing, these are values. Out: `CheckResult`; `borrowscope schema check` prints its JSON Schema.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from borrowscope.tables.check_rules import Level
from borrowscope.tables.tool import TOOL

VERSION = "1.0"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class Inside(_Record):
    """The unsafe block or function around an operation."""

    kind: Literal["unsafe_block", "unsafe_fn"]
    line: int


class Finding(_Record):
    """One finding. Lines and columns count from 1, columns in characters; the end is exclusive."""

    code: str
    rule: str
    level: Level
    message: str
    help: str
    kind: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    target: str | None
    inside: Inside | None
    function: str | None
    resolved: bool
    source: Literal["rustc", "static"]
    in_macro: bool
    fingerprint: str
    baseline: Literal["new", "known"] | None = None

    @property
    def sentence(self) -> str:
        """What, why, and what to do."""
        return f"{self.message}; {self.help}"


class Place(_Record):
    """A place that the check could not see into."""

    file: str
    line: int
    what: str


class BlindSpot(_Record):
    """What the check cannot see, by reason."""

    reason: str
    count: int
    places: list[Place]


class Suppressed(_Record):
    """A finding that a comment allows; `line` is the finding's."""

    code: str
    file: str
    line: int
    reason: str


class Summary(_Record):
    """Counts of what is listed; `new`, `known` and `stale` speak of the baseline and are 0 without one."""

    by_code: dict[str, int] = Field(default_factory=dict)
    by_level: dict[str, int] = Field(default_factory=dict)
    new: int = 0
    known: int = 0
    stale: int = 0


class RunsOfTest(_Record):
    """How often a test executed an operation."""

    test: str
    times: int


class CoveredOperation(_Record):
    """An unsafe operation and how often a recording saw it; `times` is None where the recording cannot tell."""

    kind: str
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    target: str | None
    function: str | None
    times: int | None
    tests: list[RunsOfTest]


class Coverage(_Record):
    """What a recording tells of all unsafe operations, those without a finding too."""

    total: int
    executed: int
    never: int
    unseen: int
    operations: list[CoveredOperation]


class CheckResult(_Record):
    """The whole answer."""

    version: str = VERSION
    tool: str = TOOL
    root: str
    findings: list[Finding]
    blind_spots: list[BlindSpot]
    suppressed: list[Suppressed] = Field(default_factory=list)
    summary: Summary = Field(default_factory=Summary)
    coverage: Coverage | None = None
