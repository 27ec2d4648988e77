"""Files that are written whole or not at all: readers see the old content or the new one.

In: a path, and text. Out: the file. What is no regular file (`/dev/null`, a pipe) is written to and stays what it is.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text stream whose content appears at `path` when the block ends well; a link's target is written.

    Raises `OSError` where the file cannot be written.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        return
    path = path.resolve()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            yield stream
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
