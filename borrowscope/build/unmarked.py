"""Takes `#[trace_borrow]` out before the compiler is asked for types: plain rustc does not know the attribute.

In: a project. Out: a mirror whose files are the user's with the marks blanked, or None where nothing is marked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from borrowscope.build.mirror import Mirror, MirroredFile, update_mirror
from borrowscope.parse.item_macros import enter_item_macros
from borrowscope.parse.modules import crate_files
from borrowscope.parse.syntax import parse_source
from borrowscope.project.model import Project
from borrowscope.rewrite.edits import Editor
from borrowscope.rewrite.marks import blank_marks

WORD = b"trace_borrow"


def unmarked_mirror(project: Project, place: Path) -> Mirror | None:
    """Write (or update) the mirror where any source below the packages names the attribute."""
    if not any(WORD in content for content in _sources(project)):
        return None
    files: dict[Path, MirroredFile] = {}
    for package in project.packages:
        for target in package.traceable_targets:
            for file in crate_files(target.src_path, target.crate_name):
                if file.source is not None:
                    files[file.path] = MirroredFile(file.source, without_marks(file.source))
    mirror = Mirror(place)
    update_mirror(mirror, files, project)
    return mirror


def without_marks(source: bytes) -> bytes:
    """The text with every mark and every import of the attribute blanked; no offset moves."""
    if WORD not in source:
        return source
    editor = Editor()
    root = parse_source(source)
    enter_item_macros(root)
    blank_marks(root, editor)
    return editor.apply(source)[0]


def _sources(project: Project) -> Iterator[bytes]:
    """The Rust sources below the packages' folders; a single file's own folder is not searched."""
    if project.is_single_file:
        for target in project.packages[0].targets:
            yield from (file.source or b"" for file in crate_files(target.src_path, target.crate_name))
        return
    for package in project.packages:
        for folder, folders, names in os.walk(package.root):
            folders[:] = [name for name in folders if name != "target" and not name.startswith(".")]
            yield from (_readable(Path(folder, name)) for name in names if name.endswith(".rs"))


def _readable(path: Path) -> bytes:
    """The text; of links that lead nowhere and files that cannot be read, nothing."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
