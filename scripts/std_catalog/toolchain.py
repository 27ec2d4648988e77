"""The toolchain whose standard library the catalog describes, and where its documentation is.

In: rustup. Out: the folder of the HTML, or None where the component is not installed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

TOOLCHAIN = "1.95.0"


def find_documentation() -> Path | None:
    """The folder with `std/`, `core/` and `alloc/`."""
    try:
        answer = subprocess.run(["rustc", f"+{TOOLCHAIN}", "--print", "sysroot"], capture_output=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return None
    folder = Path(answer.stdout.decode().strip()) / "share" / "doc" / "rust" / "html"
    return folder if (folder / "std" / "index.html").exists() else None
