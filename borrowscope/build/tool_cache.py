"""Where lies what we compile for a compiler and not for a project: made once, used by all projects of a user.

In: a project's own directory. Out: a folder in the user's cache, or below the project's where that cannot be written.
"""

from __future__ import annotations

import os
from pathlib import Path

from borrowscope.project.single_file import cache_directory


def tool_directory(own: Path) -> Path:
    """The folder, made if need be. What lies there is named by a hash of all that decides what it is."""
    shared = cache_directory() / "tools"
    try:
        shared.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _made(own / "tools")
    return shared if os.access(shared, os.W_OK | os.X_OK) else _made(own / "tools")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
