"""Which sites healing has switched off, remembered between runs while a file's text stays the same.

In: rounds of healing. Out: `Switches`, asked by the plan for each file. The registry is a JSON file beside the mirror.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from borrowscope.build.directories import write_if_changed

REWRITING = ("borrowscope.rewrite", "borrowscope.parse", "borrowscope.tables")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a site is off: rustc's code and message."""

    code: str | None
    message: str


@dataclass(slots=True)
class FileSwitches:
    """The switched-off sites of one file, valid for one text of it with the same sites in it."""

    digest: str
    sites: dict[int, Reason] = field(default_factory=dict)


def _plain(switches: FileSwitches) -> dict[str, list[str | None]]:
    return {str(index): [why.code, why.message] for index, why in switches.sites.items()}


def _reasons(plain: dict[str, list[Any]]) -> dict[int, Reason]:
    return {int(index): Reason(*value) for index, value in plain.items()}


def generator_name(rustc: str) -> str:
    """What made a rewritten text: switches do not outlive a change of the rewriter or of the compiler."""
    digest = hashlib.sha256(rustc.encode())
    for package in REWRITING:
        folder = files(package)
        for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".py")):
            digest.update(folder.joinpath(name).read_bytes())
    return digest.hexdigest()[:16]


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
                name: FileSwitches(each["digest"], _reasons(each["sites"])) for name, each in content["files"].items()
            }
            return cls(path, files, int(content["rounds"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path)

    def save(self, generator: str) -> None:
        """Write the registry back."""
        files = {
            name: {"digest": each.digest, "sites": _plain(each)}
            for name, each in sorted(self.files.items())
            if each.sites
        }
        content = {"generator": generator, "rounds": self.rounds if files else 0, "files": files}
        write_if_changed(self.path, json.dumps(content, indent=1).encode())

    def snapshot(self) -> str:
        """The state as text, for `restore`."""
        return json.dumps([self.rounds, {name: [f.digest, _plain(f)] for name, f in self.files.items()}])

    def restore(self, state: str) -> None:
        """Go back to a snapshot: what was switched off in vain is on again."""
        self.rounds, files = json.loads(state)
        self.files = {name: FileSwitches(digest, _reasons(plain)) for name, (digest, plain) in files.items()}

    def of(self, file: str, digest: str) -> FileSwitches:
        """The switches of a file whose text and sites have this digest; those of others are forgotten."""
        found = self.files.get(file)
        if found is None or found.digest != digest:
            found = self.files[file] = FileSwitches(digest)
        return found
