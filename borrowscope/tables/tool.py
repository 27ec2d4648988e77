"""The tool's own name and version, as every file that we write and `--version` tell them.

In: the installed package. Out: `VERSION`, `TOOL`, `GRAMMAR`.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def installed_version(distribution: str) -> str:
    """The version of an installed distribution, `unknown` where it runs from a bare tree."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


VERSION = installed_version("borrowscope")
TOOL = f"borrowscope {VERSION}"
GRAMMAR = f"tree-sitter-rust {installed_version('tree-sitter-rust')}"
