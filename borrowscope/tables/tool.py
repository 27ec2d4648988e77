"""The tool's own name and version, as every file that we write and `--version` tell them.

In: the installed package. Out: `VERSION`, `TOOL`, `GRAMMAR`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def installed_version(distribution: str) -> str:
    """The version of an installed distribution, `unknown` where it runs from a bare tree.

    The name of the folder beside a distribution tells; `importlib.metadata` would load a reader of mail first.
    """
    name = distribution.replace("-", "_")
    found = (one.name for folder in sys.path if folder for one in Path(folder).glob(f"{name}-*.dist-info"))
    return next((one.removeprefix(f"{name}-").removesuffix(".dist-info") for one in found), "unknown")


VERSION = installed_version("borrowscope")
TOOL = f"borrowscope {VERSION}"
GRAMMAR = f"tree-sitter-rust {installed_version('tree-sitter-rust')}"
