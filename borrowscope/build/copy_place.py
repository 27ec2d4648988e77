"""Where a copy may be written, and putting it there as a whole.

In: the directory that the user names, the finished copy. Out: the resolved directory; the copy in it. Errors:
`UsageError` inside the sources, for a directory that holds something else, and where nothing can be written.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from borrowscope.build.copy_tree import remove
from borrowscope.errors import UsageError
from borrowscope.project.model import Project

MARKER = ".borrowscope-copy"
KEPT = ("recordings", "target", "Cargo.lock")  # what building and running an earlier copy has left there


def check_out(out: Path, project: Project) -> Path:
    """The directory, resolved; refused before anything is built where it must not be written."""
    target = out.resolve()
    is_built = target.is_relative_to(project.target_dir.resolve())
    for source in _sources(project):
        if (target.is_relative_to(source) and not is_built) or source.is_relative_to(target):
            raise UsageError(f"--out {out} lies inside the sources or holds them", hint="name a directory elsewhere")
    if target.exists() and not target.is_dir():
        raise UsageError(f"--out {out} is a file", hint="name a new directory")
    if target.is_dir() and any(target.iterdir()) and not (target / MARKER).is_file():
        raise UsageError(f"--out {out} is not empty and no copy of ours", hint="name a new directory, or empty it")
    existing = next(parent for parent in target.parents if parent.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        raise UsageError(f"cannot write {existing}", hint="name a directory that can be written")
    return target


def _sources(project: Project) -> list[Path]:
    if project.is_single_file:
        # beside the file is fine: the folder of a lone file holds all sorts of things
        return [target.src_path for package in project.packages for target in package.targets]
    return [project.workspace_root, *(package.root for package in project.packages)]


def put_in_place(tree: Path, target: Path) -> None:
    """Copy the finished tree beside the target and rename it; recordings and build products of an older copy stay."""
    part = target.parent / f".{target.name}.{os.getpid()}.part"
    old = target.parent / f".{target.name}.{os.getpid()}.old"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(tree, part, symlinks=True)
        if target.exists():
            for name in KEPT:
                if (target / name).exists() and not (part / name).exists():
                    (target / name).rename(part / name)
            target.rename(old)
        part.rename(target)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}", hint="name another place with --out") from error
    finally:
        remove(part)
        remove(old)
