"""Build scripts and procedural macros that share files with traced targets: a copy builds them from the originals.

In: a project, the paths that are rewritten. Out: the targets, and all files that they are made of. Such a target does
not depend on the runtime, and what it does while others are built is not what the user wants to see.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from borrowscope.build.text_includes import included_files
from borrowscope.parse.modules import crate_files
from borrowscope.project.model import Package, Project, Target


@dataclass(frozen=True, slots=True)
class SharingTarget:
    """A target that is not traced, and its files below the project's root with their texts."""

    package: Package
    target: Target
    files: dict[Path, bytes]


def sharing_targets(project: Project, rewritten: Collection[Path]) -> Iterator[SharingTarget]:
    """The untraced targets inside of the root with a file that is rewritten."""
    for package in project.packages:
        for target in package.targets:
            if target.is_traceable or not target.src_path.is_relative_to(project.root):
                continue
            files = dict(_files(target, project.root))
            if not files.keys().isdisjoint(rewritten):
                yield SharingTarget(package, target, files)


def _files(target: Target, root: Path) -> Iterator[tuple[Path, bytes]]:
    """The target's modules, and what they include by a literal path."""
    for module in crate_files(target.src_path, target.crate_name):
        source = module.source
        if source is None:
            continue
        yield _normal(module.path), source
        if b"include" in source:
            for named in map(_normal, included_files(source, module.path.parent)):
                if named.is_relative_to(root) and named.is_file():
                    yield named, named.read_bytes()


def _normal(path: Path) -> Path:
    return Path(os.path.normpath(path))
