"""Files that may vanish at any time: what was found out once, kept for the next run.

In: a folder and a stamp of all that decides what the contents mean. Out: contents by name. A file that is damaged, that
another version wrote or that was put under another name is not there; writing never harms who reads or writes beside.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from borrowscope.tables.tool import GRAMMAR, VERSION

_DIGEST: Final = 16


def digest(*parts: str | bytes) -> str:
    """A name for contents: equal for equal parts only."""
    found = hashlib.blake2b(digest_size=_DIGEST)
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(len(content).to_bytes(8, "little"))
        found.update(content)
    return found.hexdigest()


@lru_cache(maxsize=1)
def tool_stamp() -> str:
    """The tool as it is installed: version, grammar, and the state of its own modules and tables."""
    return digest(VERSION, GRAMMAR, "\n".join(sorted(_states(str(Path(__file__).parent.parent)))))


def _states(root: str) -> Iterator[str]:
    """Path, size and time of each file in a folder."""
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.is_dir():
                    state = entry.stat()
                    yield f"{entry.path[len(root) :]} {state.st_size} {state.st_mtime_ns}"
                elif entry.name != "__pycache__":
                    waiting.append(entry.path)


class KeptFiles:
    """A folder of contents by name."""

    def __init__(self, folder: Path, stamp: str) -> None:
        self._folder = folder
        self._stamp = stamp

    def read(self, name: str) -> bytes | None:
        """What is kept under the name; None where that is nothing, or not what was written."""
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        seal, body = content[:_DIGEST], content[_DIGEST:]
        return body if seal == self._seal(name, body) else None

    def begins_with(self, name: str, start: bytes) -> bool:
        """Whether something is kept under the name that begins so; the rest may be damaged."""
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(_DIGEST + len(start))[_DIGEST:] == start
        except OSError:
            return False

    def write(self, name: str, body: bytes) -> None:
        """Keep contents; a disk that refuses is no reason to fail."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=self._folder, prefix=".writing-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self._seal(name, body) + body)
                Path(part).replace(self._folder / name)
            except OSError:
                Path(part).unlink(missing_ok=True)
                raise

    def _seal(self, name: str, body: bytes) -> bytes:
        return bytes.fromhex(digest(self._stamp, name, body))
