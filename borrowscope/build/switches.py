"""Which sites healing has switched off, remembered between runs while a file's text stays the same.

In: rounds of healing. Out: `Switches`, asked by the plan for each file. The registry is a JSON file beside the mirror.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from borrowscope.build.directories import write_if_changed


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a site is off: rustc's code and message."""

    code: str | None
    message: str


@dataclass(slots=True)
class FileSwitches:
    """The switched-off sites of one file, valid for one text of it."""

    digest: str
    sites: dict[int, Reason] = field(default_factory=dict)


@dataclass(slots=True)
class Switches:
    """All switched-off sites, by the file's path relative to the root, and the builds that finding them took."""

    path: Path
    files: dict[str, FileSwitches] = field(default_factory=dict)
    rounds: int = 0

    @classmethod
    def load(cls, path: Path, generator: str) -> Switches:
        """Read the registry; one that another version of the rewriter made, or a damaged one, counts as empty."""
        try:
            content = json.loads(path.read_bytes())
            if content["generator"] != generator:
                return cls(path)
            files = {
                name: FileSwitches(each["digest"], {int(key): Reason(*value) for key, value in each["sites"].items()})
                for name, each in content["files"].items()
            }
            return cls(path, files, int(content["rounds"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path)

    def save(self, generator: str) -> None:
        """Write the registry back."""
        files = {
            name: {
                "digest": each.digest,
                "sites": {str(index): [why.code, why.message] for index, why in each.sites.items()},
            }
            for name, each in sorted(self.files.items())
            if each.sites
        }
        content = {"generator": generator, "rounds": self.rounds if files else 0, "files": files}
        write_if_changed(self.path, json.dumps(content, indent=1).encode())

    def of(self, file: str, source: bytes) -> FileSwitches:
        """The switches of a file with this text; those of an older text are forgotten."""
        digest = hashlib.sha256(source).hexdigest()
        found = self.files.get(file)
        if found is None or found.digest != digest:
            found = self.files[file] = FileSwitches(digest)
        return found
