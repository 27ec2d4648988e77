"""Whether a project may ask for optimization of all its crates in one (`lto`): then their bitcode is linked.

In: a project and cargo's options. Out: yes where anything that cargo reads names it, be it for another profile.
"""

from __future__ import annotations

import os
from pathlib import Path

from borrowscope.build.rustc_wrapper import config_files
from borrowscope.project.model import Project
from borrowscope.project.options import CargoOptions

_WORD = "lto"


def may_link_bitcode(project: Project, options: CargoOptions) -> bool:
    """Whether a manifest, a configuration file, a flag or a variable names it."""
    manifests = [project.workspace_root / "Cargo.toml", *(package.manifest for package in project.packages)]
    texts = [_text(path) for path in (*manifests, *config_files(project.directory))]
    named = [f"{name}={value}" for name, value in os.environ.items() if name.startswith(("CARGO_", "RUSTFLAGS"))]
    return any(_WORD in text.lower() for text in (*texts, *named, *options.config))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
