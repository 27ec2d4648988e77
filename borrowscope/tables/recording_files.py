"""The JSON files of a recording and of a copy, as pydantic models: their one definition (reference: files.md).

In: what the build stage knows. Out: `SitesFile`, `InstrumentReport`, `RunFile`; read back by trace/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION = "1.0"


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", defer_build=True)


class _Sealed(_Model):
    """A file that tells whether it is still as it was written."""

    digest: str | None = None  # of the rest of the file; None in files that were written before there was one

    def sealed(self) -> Self:
        """The same with its digest."""
        rest = self.model_dump(mode="json", exclude={"digest"})
        return self.model_copy(update={"digest": digest_of(rest)})


def digest_of(content: Mapping[str, Any]) -> str:
    """The digest of what a file says, `digest` apart; how it is laid out does not count."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class SourceFile(_Model):
    """One source file that sites name; `path` is relative to the workspace root, with forward slashes."""

    id: int
    path: str
    sha256: str


class SiteRecord(_Model):
    """One site. `file` is the file's id; the number in streams is `file * 256 + index`.

    Lines and columns count from 1, columns in characters; the end is exclusive.
    """

    file: int
    index: int
    kind: str
    event: str
    line: int
    column: int
    end_line: int
    end_column: int
    function: str
    name: str | None = None
    ty: str | None = None
    binding: int | None = None
    owner: int | None = None
    needs_drop: bool | None = None
    is_guarded: bool | None = None  # whether the binding's end is recorded; None: not said
    last_use: dict[str, int] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)

    @property
    def number(self) -> int:
        """The site's number in streams and in emitted calls."""
        return self.file * 256 + self.index


class SitesFile(_Sealed):
    """`sites.json`."""

    version: str = FORMAT_VERSION
    tool: str
    files: list[SourceFile]
    sites: list[SiteRecord]


class FunctionCounts(_Model):
    """Functions with a body in traced packages."""

    total: int = 0
    traced: int = 0
    skipped: list[dict[str, Any]] = Field(default_factory=list)


class InstrumentReport(_Model):
    """`instrument-report.json`."""

    version: str = FORMAT_VERSION
    tool: str
    functions: FunctionCounts = Field(default_factory=FunctionCounts)
    sites: dict[str, int] = Field(default_factory=dict)  # planned, kept, skipped, healed
    skipped: list[dict[str, Any]] = Field(default_factory=list)
    healed: list[dict[str, Any]] = Field(default_factory=list)
    files: list[dict[str, Any]] = Field(default_factory=list)
    macros: list[dict[str, Any]] = Field(default_factory=list)
    rounds: int = 0
    types: dict[str, int] = Field(default_factory=dict)  # rustc, static, unknown
    bindings: dict[str, int] = Field(default_factory=dict)  # total, skipped: not seen, or seen without their end


class RunFile(_Sealed):
    """`run.json`."""

    version: str = FORMAT_VERSION
    tool: str
    command: list[str]
    cwd: str
    package: str | None = None
    started: str
    duration_ns: int = 0
    rustc: str | None = None
    types: dict[str, int] = Field(default_factory=dict)
    exit: dict[str, int | None] = Field(default_factory=dict)  # code, signal
    streams: list[dict[str, Any]] = Field(default_factory=list)
    options: dict[str, Any] = Field(default_factory=dict)
    lost: list[dict[str, Any]] = Field(default_factory=list)
