"""Which compiler cargo will use in a directory, and what it says about itself.

In: the directory. Out: rustc's name and its `-vV` text. Errors: `ToolMissingError`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.process import ask
from borrowscope.errors import ToolMissingError


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler: how to call it, the first line of its version, and everything `-vV` says."""

    rustc: str
    version: str
    verbose_version: str


def find_toolchain(directory: Path) -> Toolchain:
    """The rustc that is in force in the directory: `$RUSTC`, else the one on `PATH` (rustup's overrides hold)."""
    rustc = os.environ.get("RUSTC") or shutil.which("rustc")
    if not rustc:
        raise ToolMissingError("rustc is not installed or not on PATH", hint="install Rust from https://rustup.rs")
    answer = ask([rustc, "-vV"], directory)
    if not answer.is_success:
        raise ToolMissingError(f"{rustc} does not work: {answer.stderr.decode('utf-8', 'replace').strip()}")
    text = answer.stdout.decode("utf-8", "replace")
    return Toolchain(rustc=rustc, version=text.partition("\n")[0], verbose_version=text)


def toolchain_key(toolchain: Toolchain) -> str:
    """A name for the compiler: what one has compiled no other may link."""
    return hashlib.sha256(f"{toolchain.rustc}\0{toolchain.verbose_version}".encode()).hexdigest()[:16]
