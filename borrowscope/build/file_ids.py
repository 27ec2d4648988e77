"""Stable numbers for source files, so that an edit in one file renumbers the sites of no other.

In: paths relative to the project's root, and how many sites each needs. Out: the file's first id. The registry is a
small JSON file below the target directory; a file keeps its ids while it is known there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from borrowscope.build.directories import write_if_changed
from borrowscope.rewrite.model import SITES_PER_FILE_ID

MAXIMUM_ID = 2**25 // SITES_PER_FILE_ID - 1


@dataclass(slots=True)
class FileIds:
    """The registry: path to (first id, number of consecutive ids); ids start at 1."""

    path: Path
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    next_id: int = 1

    @classmethod
    def load(cls, path: Path) -> FileIds:
        """Read the registry; a missing or damaged one starts empty (every file is then numbered anew)."""
        try:
            content = json.loads(path.read_bytes())
            ranges = {name: (int(first), int(count)) for name, (first, count) in content["files"].items()}
            return cls(path, ranges, int(content["next"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls(path)

    def save(self) -> None:
        """Write the registry back."""
        content = {"next": self.next_id, "files": dict(sorted(self.ranges.items()))}
        write_if_changed(self.path, json.dumps(content, indent=1).encode())

    def first_id(self, file: str, sites: int = 0) -> int:
        """The file's first id; a file that has outgrown its ids gets new ones, with room to grow."""
        needed = max(1, -(-sites // SITES_PER_FILE_ID))
        first, count = self.ranges.get(file, (0, 0))
        if count < needed:
            count = needed if needed == 1 else needed + needed // 2
            if self.next_id + count > MAXIMUM_ID:
                self._start_again()
            first = self.next_id
            self.next_id += count
            self.ranges[file] = (first, count)
        return first

    def _start_again(self) -> None:
        """All numbers are used up after very many renamed files: every file is numbered anew."""
        self.ranges.clear()
        self.next_id = 1
